#include "base/thread_name.h"

#if defined(__linux__) || defined(__APPLE__)
#include <pthread.h>
#elif defined(_WIN32)
#include <windows.h>

#include <processthreadsapi.h>
#endif

namespace mahler {

void nameThisThread(const std::string& name) {
#if defined(__linux__)
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
#elif defined(__APPLE__)
    pthread_setname_np(name.c_str());
#elif defined(_WIN32)
    SetThreadDescription(GetCurrentThread(), std::wstring(name.begin(), name.end()).c_str());
#else
    (void)name;
#endif
}

} // namespace mahler
