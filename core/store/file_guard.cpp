#include "store/file_guard.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#ifdef _WIN32
#include <io.h>
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace mahler::store {

namespace {

Error ioError(const std::string& path, int code) { return {ErrorCode::Io, path + ": " + std::strerror(code)}; }
Error heldByAnother(const std::string& path) { return {ErrorCode::Busy, path + ": another Mahler is using this journal; close it first"}; }

} // namespace

#ifndef _WIN32

Result<FileLock> FileLock::take(const std::string& path) {
    FileLock lock;
    lock.m_descriptor = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock.m_descriptor < 0) return Error{ErrorCode::Io, path + ": cannot be opened for writing: " + std::strerror(errno)};
    if (::flock(lock.m_descriptor, LOCK_EX | LOCK_NB) != 0) return errno == EWOULDBLOCK ? heldByAnother(path) : ioError(path, errno);
    return lock;
}

FileLock::~FileLock() {
    if (m_descriptor >= 0) ::close(m_descriptor);
}

FileLock::FileLock(FileLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

Result<void> checkPrivateFile(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT || errno == ENOTDIR ? Result<void>() : ioError(path, errno);
    if (S_ISLNK(info.st_mode)) return badInput(path + ": is a symbolic link; a real file is wanted");
    if (!S_ISREG(info.st_mode)) return badInput(path + ": is not a file");
    if (info.st_uid != ::geteuid()) return badInput(path + ": belongs to another user");
    if ((info.st_mode & 077) != 0) return badInput(path + ": others can read it; mend with: chmod 600 " + path);
    return {};
}

Result<void> createPrivateFile(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return errno == EEXIST ? Result<void>() : ioError(path, errno);
    ::close(fd);
    return {};
}

Result<File> createNewFile(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return errno == EEXIST ? Error{ErrorCode::Io, path + ": exists already"} : ioError(path, errno);
    File file(::fdopen(fd, "wb"));
    if (!file) {
        const int code = errno;
        ::close(fd);
        return ioError(path, code);
    }
    // The new name itself is on the disk only when its folder is.
    const std::string folder = std::filesystem::path(path).parent_path().string();
    const int directory = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = directory >= 0 && ::fsync(directory) == 0;
    const int code = errno;
    if (directory >= 0) ::close(directory);
    if (!synced) return ioError(path, code);
    return file;
}

Result<void> syncFile(std::FILE* file, const std::string& path) {
    if (std::fflush(file) != 0) return ioError(path, errno);
#if defined(__APPLE__)
    const int code = ::fcntl(::fileno(file), F_FULLFSYNC);
#else
    const int code = ::fsync(::fileno(file));
#endif
    return code == 0 ? Result<void>() : ioError(path, errno);
}

Result<void> reserve(const std::string& path, std::size_t bytes) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return ioError(path, errno);
    int code = 0;
#if defined(__linux__)
    code = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
#else
    struct stat info {};
    if (::fstat(fd, &info) != 0) code = errno;
    const std::string zeros(1u << 20, '\0');
    for (auto size = static_cast<std::size_t>(info.st_size); code == 0 && size < bytes; size += zeros.size())
        if (::pwrite(fd, zeros.data(), zeros.size(), static_cast<off_t>(size)) != static_cast<ssize_t>(zeros.size()))
            code = errno != 0 ? errno : ENOSPC;
#endif
    ::close(fd);
    if (code != 0) {
        ::unlink(path.c_str()); // half a reserve would only make a full disk fuller
        return Error{ErrorCode::Io, path + ": no room for the reserve: " + std::strerror(code)};
    }
    return {};
}

#else

// The data folder inherits its owner-only access list there; modes and owners are not checked.
Result<FileLock> FileLock::take(const std::string& path) {
    FileLock lock;
    const HANDLE handle =
        ::CreateFileA((path + ".lock").c_str(), GENERIC_WRITE, 0 /* shared with nobody */, nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (handle == INVALID_HANDLE_VALUE)
        return ::GetLastError() == ERROR_SHARING_VIOLATION ? heldByAnother(path) : Error{ErrorCode::Io, path + ": cannot be opened for writing"};
    lock.m_handle = handle;
    return lock;
}

FileLock::~FileLock() {
    if (m_handle) ::CloseHandle(m_handle);
}

FileLock::FileLock(FileLock&& other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(m_handle, other.m_handle);
    return *this;
}

Result<void> checkPrivateFile(const std::string&) { return {}; }

Result<void> createPrivateFile(const std::string& path) {
    const File file(std::fopen(path.c_str(), "ab"));
    return file ? Result<void>() : ioError(path, errno);
}

Result<File> createNewFile(const std::string& path) {
    File file(std::fopen(path.c_str(), "wbx"));
    if (!file) return ioError(path, errno);
    return file;
}

Result<void> syncFile(std::FILE* file, const std::string& path) {
    if (std::fflush(file) != 0 || ::_commit(::_fileno(file)) != 0) return ioError(path, errno);
    return {};
}

Result<void> reserve(const std::string& path, std::size_t bytes) {
    std::error_code ec;
    if (std::filesystem::exists(path, ec) && std::filesystem::file_size(path, ec) >= bytes) return {};
    const File file(std::fopen(path.c_str(), "wb"));
    const std::string zeros(1u << 20, '\0');
    for (std::size_t size = 0; file && size < bytes; size += zeros.size())
        if (std::fwrite(zeros.data(), 1, zeros.size(), file.get()) != zeros.size()) return Error{ErrorCode::Io, path + ": no room for the reserve"};
    return file ? Result<void>() : ioError(path, errno);
}

#endif

void releaseReserve(const std::string& path) {
    std::error_code ec;
    std::filesystem::remove(path, ec);
}

} // namespace mahler::store
