#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mahler {

/// Reads lines from a plain, .gz or (single-entry) .zip text file, without ever holding more than one block and one line.
/// A UTF-8 byte-order mark is dropped; "\r\n" ends a line as "\n" does. Not thread-safe.
class LineReader {
public:
    static constexpr std::size_t kMaxLine = 1 << 20; ///< a longer line is BadInput, whatever the file holds

    /// `entry` names the file inside a .zip; empty takes the only one.
    static Result<LineReader> open(const std::string& path, const std::string& entry = {});
    LineReader(LineReader&&) noexcept;
    LineReader& operator=(LineReader&&) noexcept;
    ~LineReader();

    /// @return true and the line, false at the end; BadInput on a cut or damaged archive or an over-long line.
    /// The view lives until the next call.
    Result<bool> next(std::string_view& line);
    std::size_t lineNumber() const; ///< of the last line given, from 1
    bool lineWasEnded() const;      ///< false: the file ended in the middle of the last line, or without a newline after it
    const std::string& path() const;

private:
    struct Impl;
    explicit LineReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// Names of the files inside a .zip, in archive order.
Result<std::vector<std::string>> zipEntries(const std::string& path);

/// Reads every file of a .zip in archive order, each whole, opening the archive once.
/// @return BadInput on a damaged archive or an entry above `entryLimit` bytes; otherwise the first error of `visit`.
Result<void> readZip(const std::string& path, const std::function<Result<void>(const std::string& name, std::string_view bytes)>& visit,
                     std::size_t entryLimit = 64u << 20);

/// Splits one CSV line (RFC 4180 quotes; quoted cells may not span lines). `cells` is reused.
/// @return BadInput on an unclosed quote.
Result<void> splitCsv(std::string_view line, std::vector<std::string>& cells);

/// Strict decimal number, whole text, finite. @return BadInput otherwise.
Result<double> parseNumber(std::string_view text);
Result<std::int64_t> parseInteger(std::string_view text);

/// Whole file, at most `limit` bytes.
Result<std::string> readFile(const std::string& path, std::size_t limit = 64u << 20);
/// Writes beside the target, syncs and renames over it, so that a crash leaves the old or the new file.
Result<void> writeFileAtomically(const std::string& path, std::string_view bytes);

} // namespace mahler
