#include "store/file_guard.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace mahler::store {

#ifndef _WIN32

Result<FileLock> FileLock::take(const std::string& path) {
    FileLock lock;
    lock.m_descriptor = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock.m_descriptor < 0)
        return Error{ErrorCode::Io, path + ": cannot be opened for writing: " + std::strerror(errno)};
    if (::flock(lock.m_descriptor, LOCK_EX | LOCK_NB) != 0)
        return Error{ErrorCode::Busy, path + ": another Mahler is using this journal; close it first"};
    return lock;
}

FileLock::~FileLock() {
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<void> checkPrivateFile(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0)
        return {};
    if (S_ISLNK(info.st_mode))
        return badInput(path + ": is a symbolic link; the journal must be a real file");
    if (!S_ISREG(info.st_mode))
        return badInput(path + ": is not a file");
    if (info.st_uid != ::geteuid())
        return badInput(path + ": belongs to another user");
    if ((info.st_mode & 077) != 0)
        return badInput(path + ": others can read it; mend with: chmod 600 " + path);
    return {};
}

Result<void> reserve(const std::string& path, std::size_t bytes) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return Error{ErrorCode::Io, path + ": " + std::strerror(errno)};
    const int code = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
    ::close(fd);
    if (code != 0)
        return Error{ErrorCode::Io, path + ": no room for the reserve: " + std::strerror(code)};
    return {};
}

#else

Result<FileLock> FileLock::take(const std::string&) { return FileLock(); } // SQLite's own locking mode holds the file there
FileLock::~FileLock() = default;
Result<void> checkPrivateFile(const std::string&) { return {}; }
Result<void> reserve(const std::string&, std::size_t) { return {}; }

#endif

FileLock::FileLock(FileLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

void releaseReserve(const std::string& path) {
    std::error_code ec;
    std::filesystem::remove(path, ec);
}

} // namespace mahler::store
