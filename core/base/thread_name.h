#pragma once

#include <string>

namespace mahler {

/// The calling thread's name in the debugger and in `top -H`; cut to what the system keeps (15 bytes on Linux).
void nameThisThread(const std::string& name);

} // namespace mahler
