#include "store/wal_check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <vector>

#include "base/words.h"

namespace mahler::store {

namespace {

constexpr std::size_t kHeader = 32, kFrameHeader = 24;
constexpr std::uint32_t kMagic = 0x377f0682; ///< its lowest bit says how checksums read their words
constexpr std::uint32_t kMinPage = 512, kMaxPage = 65536;
constexpr int kMostReadings = 5;

using Bytes = std::span<const unsigned char>;

std::uint32_t bigEndian(Bytes b, std::size_t at) {
    return std::uint32_t{b[at]} << 24 | std::uint32_t{b[at + 1]} << 16 | std::uint32_t{b[at + 2]} << 8 | std::uint32_t{b[at + 3]};
}

std::uint32_t littleEndian(Bytes b, std::size_t at) {
    return std::uint32_t{b[at + 3]} << 24 | std::uint32_t{b[at + 2]} << 16 | std::uint32_t{b[at + 1]} << 8 | std::uint32_t{b[at]};
}

/// The running checksum of the format: two words, eight bytes a step, modulo 2^32.
struct Sum {
    std::uint32_t a = 0, b = 0;
    bool operator==(const Sum&) const = default;
    void add(std::uint32_t x, std::uint32_t y) {
        a += x + b;
        b += y + a;
    }
    /// What stood before add(x, y).
    Sum before(std::uint32_t x, std::uint32_t y) const {
        const std::uint32_t earlierB = b - y - a;
        return {a - x - earlierB, earlierB};
    }
};

bool oneWordApart(const Sum& x, const Sum& y) { return (x.a == y.a) != (x.b == y.b); }

using Words = std::vector<std::uint32_t>;

Sum sumOf(Sum sum, const Words& words) {
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) sum.add(words[i], words[i + 1]);
    return sum;
}

/// Whether another value of a single word, or of the stored sum itself, would make the checksum hold. Of a torn sector that
/// is so by chance once in millions.
bool oneWordExplains(Sum from, const Words& words, const Sum& stored) {
    std::vector<Sum> wanted{stored}; // backwards: what must stand behind each pair
    for (std::size_t i = words.size(); i >= 2; i -= 2) wanted.push_back(wanted.back().before(words[i - 2], words[i - 1]));
    Sum sum = from;
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
        const Sum& behind = wanted[(words.size() - i) / 2 - 1];
        const std::uint32_t x = behind.a - sum.a - sum.b, y = behind.b - sum.b - behind.a;
        if ((x == words[i]) != (y == words[i + 1])) return true;
        sum.add(words[i], words[i + 1]);
    }
    return oneWordApart(sum, stored);
}

struct Header {
    bool little = false;
    std::uint32_t pageSize = 0, salt1 = 0, salt2 = 0;
    Sum sum;
};

Words wordsOf(Bytes bytes, bool little) {
    Words words;
    words.reserve(bytes.size() / 4);
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) words.push_back(little ? littleEndian(bytes, at) : bigEndian(bytes, at));
    return words;
}

std::optional<Header> headerOf(Bytes bytes) {
    Header h;
    const std::uint32_t magic = bigEndian(bytes, 0);
    h.little = (magic & 1) == 0;
    h.pageSize = bigEndian(bytes, 8);
    h.salt1 = bigEndian(bytes, 16);
    h.salt2 = bigEndian(bytes, 20);
    h.sum = {bigEndian(bytes, 24), bigEndian(bytes, 28)};
    const bool sizeFits = h.pageSize >= kMinPage && h.pageSize <= kMaxPage && (h.pageSize & (h.pageSize - 1)) == 0;
    if ((magic & ~1u) != kMagic || !sizeFits || sumOf({}, wordsOf(bytes.first(24), h.little)) != h.sum) return std::nullopt;
    return h;
}

/// One reading of the log, and the bytes its verdict hangs on.
struct Reading {
    WalReport report;
    std::vector<unsigned char> evidence;
};

Reading damaged(Reading reading, std::string reason) {
    reading.report.state = WalReport::State::Damaged;
    reading.report.reason = "the write-ahead log is damaged: " + std::move(reason);
    return reading;
}

Reading walk(std::istream& in) {
    Reading r;
    std::vector<unsigned char> head(kHeader), frame;
    const auto take = [&in](std::vector<unsigned char>& into) {
        in.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
        return static_cast<std::size_t>(in.gcount()) == into.size();
    };
    if (!take(head)) return r; // nothing was committed in it yet
    r.evidence = head;
    const auto header = headerOf(head);
    if (!header) {
        if (in.peek() == std::istream::traits_type::eof()) return r;
        return damaged(std::move(r), "its header does not hold, so everything in it would be dropped");
    }
    frame.resize(kFrameHeader + header->pageSize);
    std::int64_t valid = 0, behindCommit = 0, no = 0, bad = 0, lastCommitDropped = 0;
    bool explained = false, saltChanged = false;
    Sum sum = header->sum;
    while (take(frame)) {
        ++no;
        const Bytes bytes(frame);
        const bool ours = bigEndian(bytes, 8) == header->salt1 && bigEndian(bytes, 12) == header->salt2;
        const bool commit = bigEndian(bytes, 4) != 0;
        if (bad == 0) {
            Words words = wordsOf(bytes.first(8), header->little);
            const Words page = wordsOf(bytes.subspan(kFrameHeader), header->little);
            words.insert(words.end(), page.begin(), page.end());
            const Sum stored{bigEndian(bytes, 16), bigEndian(bytes, 20)};
            const Sum now = sumOf(sum, words);
            if (ours && now == stored && bigEndian(bytes, 0) != 0) {
                sum = now;
                ++valid;
                if (commit) r.report.frames = valid;
                continue;
            }
            bad = no;
            r.evidence.insert(r.evidence.end(), frame.begin(), frame.end());
            saltChanged = !ours && now == stored; // the sum goes back to this log's own header: no other generation has it
            explained = ours && oneWordExplains(sum, words, stored);
        }
        if (!ours && no != bad) continue;
        if (ours || saltChanged) r.report.dropped = no - r.report.frames;
        if (lastCommitDropped != 0 && ours) ++behindCommit;
        if (ours && commit && lastCommitDropped == 0) lastCommitDropped = no;
    }
    const bool cut = in.gcount() > 0; // a piece of a frame at the file's end
    const std::string at = "frame " + std::to_string(bad);
    if (behindCommit > 0) return damaged(std::move(r), at + " does not hold, and transactions that were committed lie behind it");
    if (saltChanged) return damaged(std::move(r), at + " has another salt than its checksum");
    if (explained) return damaged(std::move(r), at + " was changed after it was written");
    r.report.dropped = std::max(r.report.dropped, valid - r.report.frames);
    if (r.report.dropped > 0 || (cut && bad == 0)) {
        r.report.state = WalReport::State::Unfinished;
        r.report.dropped += cut && bad == 0 ? 1 : 0;
        r.report.reason = "the last transaction is torn: " + counted(r.report.dropped, "frame") + " dropped";
    }
    return r;
}

} // namespace

Result<WalReport> checkWal(const std::string& journalPath) {
    const std::string path = journalPath + "-wal";
    std::optional<Reading> earlier;
    for (int reading = 0; reading < kMostReadings; ++reading) {
        std::error_code ec;
        if (!std::filesystem::exists(path, ec)) return WalReport{};
        std::ifstream in(path, std::ios::binary);
        if (!in) {
            if (!std::filesystem::exists(path, ec)) return WalReport{}; // a writer ended meanwhile
            return Error{ErrorCode::Io, path + ": cannot be read"};
        }
        Reading now = walk(in);
        if (now.report.state == WalReport::State::Whole) return now.report;
        if (earlier && earlier->report.reason == now.report.reason && earlier->evidence == now.evidence) return now.report;
        earlier = std::move(now);
    }
    return WalReport{}; // a writer is so busy that no two readings are alike; what it commits the chain will tell
}

} // namespace mahler::store
