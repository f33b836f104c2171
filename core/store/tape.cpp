#include "store/tape.h"

#include <bit>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>

#include "store/file_guard.h"
#include "store/journal_tables.h"

namespace mahler::store {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::int64_t kEntriesPerBlock = 512;

class Out {
public:
    void u8(std::uint8_t v) { bytes.push_back(static_cast<char>(v)); }
    void i64(std::int64_t v) {
        const auto u = static_cast<std::uint64_t>(v);
        for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>((u >> shift) & 0xff));
    }
    void f64(double v) { i64(static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(v))); }
    void text(const std::string& v) {
        i64(static_cast<std::int64_t>(v.size()));
        bytes += v;
    }
    template <class T, class F> void maybe(const std::optional<T>& v, F&& put) {
        u8(v ? 1 : 0);
        if (v) put(*v);
    }
    void price(const std::optional<Price>& v) {
        maybe(v, [&](Price p) { i64(p.micros()); });
    }
    void count(const std::optional<std::int64_t>& v) {
        maybe(v, [&](std::int64_t n) { i64(n); });
    }
    void quote(const market::Quote& q) {
        price(q.bid);
        price(q.ask);
        price(q.last);
        count(q.bidSize);
        count(q.askSize);
        count(q.volume);
        count(q.openInterest);
        i64(toNanos(q.time));
    }
    std::string bytes;
};

/// Reads what Out wrote; once something is missing `ok` is false and everything reads as zero.
class In {
public:
    explicit In(std::string_view bytes) : m_bytes(bytes) {}
    std::uint8_t u8() { return static_cast<std::uint8_t>(take(1).empty() ? 0 : m_bytes[m_at - 1]); }
    std::int64_t i64() {
        const auto raw = take(8);
        std::uint64_t v = 0;
        for (std::size_t i = 0; i < raw.size(); ++i) v |= static_cast<std::uint64_t>(static_cast<unsigned char>(raw[i])) << (8 * i);
        return static_cast<std::int64_t>(v);
    }
    double f64() { return std::bit_cast<double>(static_cast<std::uint64_t>(i64())); }
    std::string text() {
        const std::int64_t size = i64();
        if (size < 0 || size > 4096) {
            ok = false;
            return {};
        }
        return std::string(take(static_cast<std::size_t>(size)));
    }
    std::optional<Price> price() { return flag() ? std::optional(Price::fromMicros(i64())) : std::nullopt; }
    std::optional<std::int64_t> count() { return flag() ? std::optional(i64()) : std::nullopt; }
    std::optional<double> number() { return flag() ? std::optional(f64()) : std::nullopt; }
    market::Quote quote() {
        market::Quote q;
        q.bid = price();
        q.ask = price();
        q.last = price();
        q.bidSize = count();
        q.askSize = count();
        q.volume = count();
        q.openInterest = count();
        q.time = utcFromNanos(i64());
        return q;
    }
    std::int64_t length() {
        const std::int64_t n = i64();
        if (n < 0 || n > 100'000) ok = false;
        return ok ? n : 0;
    }
    bool atEnd() const { return m_at == m_bytes.size(); }
    bool ok = true;

private:
    bool flag() {
        const auto v = u8();
        if (v > 1) ok = false;
        return ok && v == 1;
    }
    std::string_view take(std::size_t n) {
        if (!ok || m_bytes.size() - m_at < n) {
            ok = false;
            return {};
        }
        m_at += n;
        return m_bytes.substr(m_at - n, n);
    }
    std::string_view m_bytes;
    std::size_t m_at = 0;
};

class Writer final : public TapeWriter {
public:
    Writer(std::string path, File file, bool durable) : m_path(std::move(path)), m_file(std::move(file)), m_durable(durable) {}

    Result<std::optional<TapeBlock>> add(const TapeEntry& entry) override {
        const std::string bytes = encodeTapeEntry(entry);
        Out length;
        length.i64(static_cast<std::int64_t>(bytes.size()));
        m_pending += length.bytes + bytes;
        if (++m_entries < kEntriesPerBlock) return std::optional<TapeBlock>{};
        return flush();
    }

    Result<std::optional<TapeBlock>> flush() override {
        if (m_entries == 0) return std::optional<TapeBlock>{};
        if (m_broken) return Error{ErrorCode::Io, m_path + ": the tape failed before and takes no more"};
        const std::string packed = tables::pack(m_pending);
        m_broken = true; // what part of a failed block is on the disk nobody knows
        if (std::fwrite(packed.data(), 1, packed.size(), m_file.get()) != packed.size())
            return Error{ErrorCode::Io, m_path + ": the tape cannot be written"};
        const auto written = m_durable                        ? syncFile(m_file.get(), m_path)
                             : std::fflush(m_file.get()) == 0 ? Result<void>()
                                                              : Error{ErrorCode::Io, m_path + ": the tape cannot be written"};
        if (!written) return written.error();
        m_broken = false;
        TapeBlock block{std::filesystem::path(m_path).filename().string(), m_offset, static_cast<std::int64_t>(packed.size()), m_entries,
                        sha256(packed)};
        m_offset += block.size;
        m_entries = 0;
        m_pending.clear();
        return std::optional(block);
    }

private:
    std::string m_path;
    File m_file;
    std::string m_pending;
    std::int64_t m_entries = 0, m_offset = 0;
    bool m_durable, m_broken = false;
};

} // namespace

std::string encodeTapeEntry(const TapeEntry& e) {
    Out out;
    out.u8(kVersion);
    out.i64(e.commandNo);
    out.i64(toNanos(e.at.utc));
    out.i64(e.at.mono.count());
    const auto& t = e.tick;
    out.i64(toNanos(t.time));
    out.u8(static_cast<std::uint8_t>(t.session));
    out.i64(static_cast<std::int64_t>(t.underlyings.size()));
    for (const auto& u : t.underlyings) {
        out.text(u.symbol);
        out.quote(u.quote);
        out.price(u.priorClose);
    }
    out.maybe(t.vix, [&](double v) { out.f64(v); });
    out.maybe(t.vixPriorClose, [&](double v) { out.f64(v); });
    out.i64(toNanos(t.vixTime));
    out.i64(static_cast<std::int64_t>(t.watched.size()));
    for (const auto& w : t.watched) {
        out.text(w.contractId);
        out.quote(w.quote);
    }
    out.i64(t.dataErrors);
    return out.bytes;
}

Result<TapeEntry> decodeTapeEntry(std::string_view bytes) {
    In in(bytes);
    const Error damaged{ErrorCode::Integrity, "a tape entry is damaged"};
    TapeEntry e;
    if (in.u8() != kVersion) return damaged;
    e.commandNo = in.i64();
    e.at.utc = utcFromNanos(in.i64());
    e.at.mono = MonoTime(in.i64());
    auto& t = e.tick;
    t.time = utcFromNanos(in.i64());
    const auto session = in.u8();
    if (session > static_cast<std::uint8_t>(market::Session::AfterClose)) return damaged;
    t.session = static_cast<market::Session>(session);
    for (std::int64_t n = in.length(); n > 0 && in.ok; --n) {
        market::UnderlyingQuote u;
        u.symbol = in.text();
        u.quote = in.quote();
        u.priorClose = in.price();
        t.underlyings.push_back(std::move(u));
    }
    t.vix = in.number();
    t.vixPriorClose = in.number();
    t.vixTime = utcFromNanos(in.i64());
    for (std::int64_t n = in.length(); n > 0 && in.ok; --n) {
        market::WatchedQuote w;
        w.contractId = in.text();
        w.quote = in.quote();
        t.watched.push_back(std::move(w));
    }
    const std::int64_t errors = in.i64();
    if (!in.ok || !in.atEnd() || errors < std::numeric_limits<int>::min() || errors > std::numeric_limits<int>::max()) return damaged;
    t.dataErrors = static_cast<int>(errors);
    return e;
}

Result<std::unique_ptr<TapeWriter>> TapeWriter::create(const std::string& path, bool durable) {
    auto file = createNewFile(path);
    if (!file) return file.error();
    return std::unique_ptr<TapeWriter>(std::make_unique<Writer>(path, std::move(*file), durable));
}

Result<std::vector<TapeEntry>> readTapeBlock(const std::string& directory, const TapeBlock& block) {
    const Error damaged{ErrorCode::Integrity, block.file + ": the block at " + std::to_string(block.offset) + " is not the journaled one"};
    if (block.file.find('/') != std::string::npos || block.file.find('\\') != std::string::npos || block.offset < 0 || block.size < 0 ||
        block.size > (64ll << 20))
        return damaged;
    const std::string path = directory.empty() ? block.file : directory + "/" + block.file;
    std::error_code ec;
    if (!std::filesystem::exists(path, ec)) return Error{ErrorCode::NotFound, path + ": no such tape beside the journal"};
    std::ifstream in(path, std::ios::binary);
    std::string packed(static_cast<std::size_t>(block.size), '\0');
    if (!in || !in.seekg(block.offset) || !in.read(packed.data(), block.size) || sha256(packed) != block.hash) return damaged;
    const auto bytes = tables::unpack(packed);
    if (!bytes) return damaged;
    std::vector<TapeEntry> entries;
    std::size_t at = 0;
    while (at < bytes->size()) {
        if (bytes->size() - at < 8) return damaged;
        std::uint64_t size = 0;
        for (std::size_t i = 0; i < 8; ++i) size |= static_cast<std::uint64_t>(static_cast<unsigned char>((*bytes)[at + i])) << (8 * i);
        at += 8;
        if (size > bytes->size() - at) return damaged;
        auto entry = decodeTapeEntry(std::string_view(*bytes).substr(at, size));
        if (!entry) return entry.error();
        entries.push_back(std::move(*entry));
        at += size;
    }
    if (static_cast<std::int64_t>(entries.size()) != block.entries) return damaged;
    return entries;
}

} // namespace mahler::store
