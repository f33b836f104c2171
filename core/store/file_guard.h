#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "base/result.h"

namespace mahler::store {

/// Holds `<path>.lock` for this process until destroyed; a second holder gets Busy.
class FileLock {
public:
    static Result<FileLock> take(const std::string& path);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

private:
    FileLock() = default;
#ifdef _WIN32
    void* m_handle = nullptr;
#else
    int m_descriptor = -1;
#endif
};

/// Mode 0600, our own, no symbolic link (SAFETY section 8). A file that does not exist passes.
Result<void> checkPrivateFile(const std::string& path);
/// Makes an empty file of mode 0600, so that it is never readable by others, not even while it is being made. An existing one
/// stays as it is.
Result<void> createPrivateFile(const std::string& path);

struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;
/// A new file of mode 0600 for writing; never an existing one.
Result<File> createNewFile(const std::string& path);
/// On return the bytes are on the disk, not in a cache. A failure is final: a second try may report success for lost bytes.
Result<void> syncFile(std::FILE* file, const std::string& path);

/// Makes or keeps a file with `bytes` really allocated, so that halt records fit on a full disk.
Result<void> reserve(const std::string& path, std::size_t bytes);
void releaseReserve(const std::string& path);

} // namespace mahler::store
