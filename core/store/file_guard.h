#pragma once

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
    int m_descriptor = -1;
};

/// Mode 0600, our own, no symbolic link (SAFETY section 8). A file that does not exist passes.
Result<void> checkPrivateFile(const std::string& path);
/// Makes or keeps a file with `bytes` really allocated, so that halt records fit on a full disk.
Result<void> reserve(const std::string& path, std::size_t bytes);
void releaseReserve(const std::string& path);

} // namespace mahler::store
