#include "base/text_file.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <zip.h>
#include <zlib.h>
#ifndef _WIN32
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace mahler {

struct ZipCloser {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct ZipFileCloser {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};
struct GzCloser {
    void operator()(gzFile file) const { gzclose(file); }
};

namespace {

bool endsWith(const std::string& text, std::string_view suffix) {
    return text.size() >= suffix.size() &&
           std::equal(suffix.rbegin(), suffix.rend(), text.rbegin(), [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
}

Result<std::unique_ptr<zip_t, ZipCloser>> openZip(const std::string& path) {
    int code = 0;
    std::unique_ptr<zip_t, ZipCloser> archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
    if (!archive) return badInput(path + ": not a readable .zip archive");
    return archive;
}

} // namespace

struct LineReader::Impl {
    std::string path;
    std::unique_ptr<std::remove_pointer_t<gzFile>, GzCloser> gz; // gzread passes plain files through
    std::unique_ptr<zip_t, ZipCloser> archive;
    std::unique_ptr<zip_file_t, ZipFileCloser> entry;
    std::vector<char> block = std::vector<char>(1 << 16);
    std::size_t begin = 0, end = 0;
    std::string line;
    std::size_t number = 0;
    bool atEnd = false;
    bool ended = true;

    Result<bool> fill() {
        const std::int64_t got =
            entry ? zip_fread(entry.get(), block.data(), block.size()) : gzread(gz.get(), block.data(), static_cast<unsigned>(block.size()));
        int gzError = Z_OK;
        if (gz) gzerror(gz.get(), &gzError);
        if (got < 0 || (got == 0 && gz && (gzError == Z_BUF_ERROR || gzError == Z_DATA_ERROR)))
            return badInput(path + ":" + std::to_string(number + 1) + ": the file is cut or damaged");
        begin = 0;
        end = static_cast<std::size_t>(got);
        return got > 0;
    }
};

LineReader::LineReader(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

Result<LineReader> LineReader::open(const std::string& path, const std::string& entry) {
    std::error_code ec;
    const auto status = std::filesystem::status(path, ec);
    if (!std::filesystem::exists(status)) return Error{ErrorCode::NotFound, path + ": no such file"};
    if (std::filesystem::is_directory(status)) return badInput(path + ": is a directory, a file is wanted");
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    if (endsWith(path, ".zip")) {
        auto archive = openZip(path);
        if (!archive) return archive.error();
        impl->archive = std::move(*archive);
        if (entry.empty() && zip_get_num_entries(impl->archive.get(), 0) != 1) return badInput(path + ": holds more or fewer than one file");
        impl->entry.reset(entry.empty() ? zip_fopen_index(impl->archive.get(), 0, 0) : zip_fopen(impl->archive.get(), entry.c_str(), 0));
        if (!impl->entry) return badInput(path + ": cannot read " + (entry.empty() ? std::string("its file") : entry));
    } else {
        impl->gz.reset(gzopen(path.c_str(), "rb"));
        if (!impl->gz) return Error{ErrorCode::Io, path + ": " + std::strerror(errno)};
        gzbuffer(impl->gz.get(), 1 << 17);
    }
    return LineReader(std::move(impl));
}

Result<bool> LineReader::next(std::string_view& line) {
    Impl& s = *m_impl;
    s.line.clear();
    s.ended = false;
    bool any = false;
    while (!s.atEnd) {
        if (s.begin == s.end) {
            const auto more = s.fill();
            if (!more) return more.error();
            if (!*more) {
                s.atEnd = true;
                break;
            }
        }
        any = true;
        const char* from = s.block.data() + s.begin;
        const void* newline = std::memchr(from, '\n', s.end - s.begin);
        const std::size_t length = newline ? static_cast<std::size_t>(static_cast<const char*>(newline) - from) : s.end - s.begin;
        if (s.line.size() + length > kMaxLine) return badInput(s.path + ":" + std::to_string(s.number + 1) + ": the line is longer than 1 MiB");
        s.line.append(from, length);
        s.begin += length + (newline ? 1 : 0);
        if (newline) {
            s.ended = true;
            break;
        }
    }
    if (!any) return false;
    ++s.number;
    if (!s.line.empty() && s.line.back() == '\r') s.line.pop_back();
    if (s.number == 1 && s.line.starts_with("\xEF\xBB\xBF")) s.line.erase(0, 3);
    line = s.line;
    return true;
}

bool LineReader::lineWasEnded() const { return m_impl->ended; }

std::size_t LineReader::lineNumber() const { return m_impl->number; }
const std::string& LineReader::path() const { return m_impl->path; }

Result<std::vector<std::string>> zipEntries(const std::string& path) {
    auto archive = openZip(path);
    if (!archive) return archive.error();
    std::vector<std::string> names;
    const zip_int64_t count = zip_get_num_entries(archive->get(), 0);
    for (zip_int64_t i = 0; i < count; ++i)
        if (const char* name = zip_get_name(archive->get(), static_cast<zip_uint64_t>(i), 0)) names.emplace_back(name);
    return names;
}

Result<void> readZip(const std::string& path, const std::function<Result<void>(const std::string& name, std::string_view bytes)>& visit,
                     std::size_t entryLimit) {
    auto archive = openZip(path);
    if (!archive) return archive.error();
    std::vector<char> block(1 << 16);
    std::string bytes;
    const zip_int64_t count = zip_get_num_entries(archive->get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        const char* name = zip_get_name(archive->get(), static_cast<zip_uint64_t>(i), 0);
        std::unique_ptr<zip_file_t, ZipFileCloser> file(zip_fopen_index(archive->get(), static_cast<zip_uint64_t>(i), 0));
        const std::string shown = name ? name : std::to_string(i);
        bytes.clear();
        zip_int64_t got = file ? 1 : -1;
        while (got > 0) {
            got = zip_fread(file.get(), block.data(), block.size());
            if (got > 0) bytes.append(block.data(), static_cast<std::size_t>(got));
            if (bytes.size() > entryLimit) return badInput(path + ": " + shown + " is larger than " + std::to_string(entryLimit) + " bytes");
        }
        if (got < 0) return badInput(path + ": " + shown + " is cut or damaged");
        if (auto visited = visit(shown, bytes); !visited) return visited;
    }
    return {};
}

Result<void> splitCsv(std::string_view line, std::vector<std::string>& cells) {
    std::size_t count = 0;
    auto cell = [&]() -> std::string& {
        if (count == cells.size()) cells.emplace_back();
        cells[count].clear();
        return cells[count++];
    };
    std::size_t i = 0;
    for (;;) {
        std::string& out = cell();
        if (i < line.size() && line[i] == '"') {
            ++i;
            for (;;) {
                if (i >= line.size()) return badInput("a quote is not closed");
                if (line[i] == '"' && i + 1 < line.size() && line[i + 1] == '"') {
                    out.push_back('"');
                    i += 2;
                } else if (line[i] == '"') {
                    ++i;
                    break;
                } else {
                    out.push_back(line[i++]);
                }
            }
        }
        const std::size_t comma = std::min(line.find(',', i), line.size());
        out.append(line.substr(i, comma - i));
        i = comma + 1;
        if (comma == line.size()) break;
    }
    cells.resize(count);
    return {};
}

Result<double> parseNumber(std::string_view text) {
    double value = 0.0;
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return badInput("'" + std::string(text.substr(0, 40)) + "' is not a number");
    return value;
}

Result<std::int64_t> parseInteger(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size()) return badInput("'" + std::string(text.substr(0, 40)) + "' is not a whole number");
    return value;
}

Result<std::string> readFile(const std::string& path, std::size_t limit) {
    std::error_code ec;
    if (std::filesystem::is_directory(path, ec)) return badInput(path + ": is a directory, a file is wanted");
    std::ifstream in(path, std::ios::binary);
    if (!in) return Error{ErrorCode::NotFound, path + ": cannot be opened"};
    std::string bytes;
    char block[1 << 16];
    while (in.read(block, sizeof block) || in.gcount() > 0) {
        bytes.append(block, static_cast<std::size_t>(in.gcount()));
        if (bytes.size() > limit) return badInput(path + ": is larger than " + std::to_string(limit) + " bytes");
    }
    if (in.bad()) return Error{ErrorCode::Io, path + ": cannot be read to its end"};
    return bytes;
}

Result<void> writeFileAtomically(const std::string& path, std::string_view bytes) {
    const std::string temporary = path + ".part";
#ifndef _WIN32
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return Error{ErrorCode::Io, path + ": " + std::strerror(errno)};
    const auto giveUp = [&](const std::string& why) {
        ::unlink(temporary.c_str());
        return Error{ErrorCode::Io, path + ": " + why};
    };
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            const std::string why = std::strerror(errno);
            ::close(fd);
            return giveUp(why);
        }
        done += static_cast<std::size_t>(n);
    }
    const bool synced = ::fsync(fd) == 0;
    if (::close(fd) != 0 || !synced) return giveUp("cannot be written to the disk");
#else
    {
        std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (!out.flush()) return Error{ErrorCode::Io, path + ": cannot be written"};
    }
#endif
    std::error_code ec;
    std::filesystem::rename(temporary, path, ec);
    if (ec) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        return Error{ErrorCode::Io, path + ": " + ec.message()};
    }
#ifndef _WIN32
    // The new name itself is on the disk only when its folder is.
    const std::string folder = std::filesystem::path(path).parent_path().string();
    if (const int dir = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); dir >= 0) {
        ::fsync(dir);
        ::close(dir);
    }
#endif
    return {};
}

} // namespace mahler
