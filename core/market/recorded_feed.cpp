#include <algorithm>
#include <filesystem>
#include <set>

#include "market/chain_file_head.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"
#include "market/history_files.h"
#include "market/lean_minutes.h"

namespace mahler::market {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 100'000;
constexpr std::size_t kFailureNotes = 8;

using Chains = std::vector<std::shared_ptr<const OptionChain>>;

struct RecordedFile {
    std::string path;
    ChainFileHead head;
    bool timesKnown = false;    ///< `times` is complete
    std::vector<UtcTime> times; ///< ascending, those of the sessions that are played
};

/// What was left out while playing, told by info().
struct Skipped {
    std::size_t holidays = 0, repeats = 0, crossed = 0, badRows = 0, expired = 0, notChains = 0, failed = 0;
    std::vector<std::string> failures;
    void fail(const std::string& detail) {
        ++failed;
        if (failures.size() < kFailureNotes) failures.push_back(detail);
    }
};

bool looksLikeTable(const fs::path& path) {
    const std::string name = path.filename().string();
    return name.ends_with(".csv") || name.ends_with(".csv.gz") || name.ends_with(".csv.zip") || isLeanQuotes(path.string());
}

class RecordedFeed final : public MarketFeed {
public:
    RecordedFeed(std::string name, std::vector<RecordedFile> files, Skipped skipped, std::optional<HistoryFiles> history,
                 std::vector<std::string> notes)
        : m_name(std::move(name)), m_files(std::move(files)), m_skipped(std::move(skipped)), m_historyFiles(std::move(history)),
          m_notes(std::move(notes)), m_history(std::make_shared<const History>()) {}

    /// Reads the files of which neither the name nor the kind tells their times.
    void learnUnknownTimes() {
        for (RecordedFile& file : m_files)
            if (!file.timesKnown && !file.head.firstIsEarliest) load(file);
        std::erase_if(m_files, [](const RecordedFile& f) { return f.timesKnown && f.times.empty(); });
        std::stable_sort(m_files.begin(), m_files.end(),
                         [](const RecordedFile& a, const RecordedFile& b) { return a.times.front() < b.times.front(); });
        for (const RecordedFile& file : m_files) m_underlyings.insert(file.head.underlying);
        if (!m_files.empty()) m_start = m_files.front().times.front();
    }
    /// Reads files until one has a chain, so that what cannot be played says so now and not as a market without quotes. What
    /// was read stays for the first step.
    void learnFirstChain() {
        while (!m_files.empty() && chainsOf(m_files.front()).empty()) {
            m_cache.erase(m_files.front().path);
            m_files.erase(m_files.begin());
        }
        if (!m_files.empty()) m_start = m_files.front().times.front();
    }
    bool empty() const { return m_files.empty(); }
    const Skipped& skipped() const { return m_skipped; }

    FeedInfo info() const override {
        FeedInfo info;
        info.kind = FeedKind::Recorded;
        info.name = m_name;
        info.underlyings.assign(m_underlyings.begin(), m_underlyings.end());
        info.start = m_start;
        info.end = m_start;
        for (const RecordedFile& file : m_files) {
            if (file.times.empty()) continue; // it could not be read
            if (file.head.delayMinutes > 0) info.delayMinutes[file.head.underlying] = file.head.delayMinutes;
            const TradingDate day = toNewYork(file.times.back()).date;
            info.end = std::max(info.end, file.timesKnown ? file.times.back() : sessionClose(day));
        }
        info.notes = notes();
        return info;
    }

    std::vector<std::string> notes() const override {
        std::vector<std::string> all = m_notes;
        const auto note = [&all](std::size_t count, const char* one, const char* many) {
            if (count > 0) all.push_back(std::to_string(count) + (count == 1 ? one : many));
        };
        note(m_skipped.holidays, " snapshot dated on a day without a session (holiday repeat) is skipped.",
             " snapshots dated on a day without a session (holiday repeats) are skipped.");
        note(m_skipped.repeats, " snapshot with the time of an earlier one is skipped.", " snapshots with the time of an earlier one are skipped.");
        note(m_skipped.notChains, " file is not an option chain and is left out.", " files are not option chains and are left out.");
        note(m_skipped.failed, " file could not be read and is skipped.", " files could not be read and are skipped.");
        note(m_skipped.crossed, " crossed quote so far; it is kept and marked.", " crossed quotes so far; they are kept and marked.");
        note(m_skipped.badRows, " bad row so far is left out.", " bad rows so far are left out.");
        note(m_skipped.expired, " row so far of a contract that had expired by the quote time is left out.",
             " rows so far of contracts that had expired by the quote time are left out.");
        all.insert(all.end(), m_skipped.failures.begin(), m_skipped.failures.end());
        return all;
    }

    std::optional<UtcTime> nextTime(UtcTime after) const override {
        std::optional<UtcTime> next;
        for (RecordedFile& file : m_files) {
            if (file.times.empty() || (next && file.times.front() >= *next)) continue;
            if (!file.timesKnown && file.times.front() <= after) load(file);
            const auto found = std::upper_bound(file.times.begin(), file.times.end(), after);
            if (found != file.times.end() && (!next || *found < *next)) next = *found;
        }
        return next;
    }

    Result<std::shared_ptr<const Tick>> advance(UtcTime to, std::span<const OptionContract> watched) override {
        if (m_started && to < m_now) return badInput("a feed does not step back: " + formatUtc(to) + " is before " + formatUtc(m_now));
        const std::size_t failedBefore = m_skipped.failed;
        step(to);
        m_now = to;
        m_started = true;
        updateHistory();

        auto tick = std::make_shared<Tick>();
        tick->time = to;
        tick->session = sessionAt(to);
        tick->dataErrors = static_cast<int>(m_skipped.failed - failedBefore);
        for (const auto& [symbol, chain] : m_current) {
            UnderlyingQuote quote;
            quote.symbol = symbol;
            quote.quote.last = chain->spot;
            quote.quote.time = chain->time;
            quote.priorClose = priorClose(symbol);
            tick->underlyings.push_back(std::move(quote));
        }
        addVix(*tick);
        for (const OptionContract& contract : watched) {
            const auto chain = m_current.find(contract.underlying);
            const auto row = chain == m_current.end() ? std::nullopt : chain->second->find(contract);
            if (row) tick->watched.push_back({contract.id(), chain->second->quote(*row)});
        }
        return std::shared_ptr<const Tick>(std::move(tick));
    }

    Result<std::shared_ptr<const OptionChain>> chain(const std::string& underlying) override {
        const auto found = m_current.find(underlying);
        if (found != m_current.end()) return found->second;
        return Error{ErrorCode::NotFound,
                     m_name + " holds no chain of " + underlying + (m_underlyings.contains(underlying) ? " up to this time" : "")};
    }

    std::shared_ptr<const History> history() const override { return m_history; }

private:
    /// Reads a file and learns its times. A file that fails is noted and has no times from then on.
    Chains load(RecordedFile& file) const {
        auto read = readChainFile(file.path, {});
        const bool first = !file.timesKnown;
        if (!read) {
            m_skipped.fail(read.error().detail);
            file.timesKnown = true;
            file.times.clear();
            return {};
        }
        if (m_counted.insert(file.path).second) {
            m_skipped.crossed += read->report.crossed;
            m_skipped.badRows += read->report.badRows;
            m_skipped.expired += read->report.stale;
        }
        const auto noSession = [](const auto& chain) { return !isTradingDay(toNewYork(chain->time).date); };
        const std::size_t holidays = std::erase_if(read->chains, noSession);
        m_skipped.holidays += first ? holidays : 0;
        file.timesKnown = true;
        file.times.clear();
        for (const auto& chain : read->chains) {
            m_underlyings.insert(chain->underlying);
            if (file.times.empty() || file.times.back() != chain->time) file.times.push_back(chain->time);
        }
        return std::move(read->chains);
    }

    const Chains& chainsOf(RecordedFile& file) {
        const auto cached = m_cache.find(file.path);
        return cached != m_cache.end() ? cached->second : m_cache.emplace(file.path, load(file)).first->second;
    }

    /// Takes over the newest snapshot up to `to` of each underlying. Of files that hold one snapshot only the newest of
    /// each underlying is read.
    void step(UtcTime to) {
        std::set<std::string> done;
        for (auto file = m_files.rbegin(); file != m_files.rend(); ++file) {
            if (file->times.empty() || file->times.front() > to) continue;
            const bool passed =
                m_started && file->timesKnown &&
                std::upper_bound(file->times.begin(), file->times.end(), m_now) == std::upper_bound(file->times.begin(), file->times.end(), to);
            if (passed || (file->head.oneSnapshot && done.contains(file->head.underlying))) continue;
            for (const auto& chain : chainsOf(*file)) {
                if (chain->time > to) break;
                auto& current = m_current[chain->underlying];
                if (!current || chain->time > current->time) current = chain;
            }
            if (file->head.oneSnapshot && !file->times.empty()) done.insert(file->head.underlying);
        }
        for (const RecordedFile& file : m_files)
            if (file.times.empty() || file.times.back() <= to) m_cache.erase(file.path);
    }

    void updateHistory() {
        if (!m_historyFiles) return;
        const TradingDate today = toNewYork(m_now).date;
        const TradingDate last = lastClosedSession(m_now);
        if (m_historyToday == today && m_historyLast == last) return;
        m_history = std::make_shared<const History>(m_historyFiles->asOf(last, today));
        m_historyToday = today;
        m_historyLast = last;
    }

    std::optional<Price> priorClose(const std::string& symbol) const {
        const auto bars = m_history->bars.find(symbol);
        if (bars == m_history->bars.end()) return std::nullopt;
        for (auto bar = bars->second.rbegin(); bar != bars->second.rend(); ++bar) {
            if (bar->date >= m_historyToday) continue;
            const auto close = Price::fromDouble(bar->close);
            return close && bar->date == priorTradingDay(m_historyToday) ? std::optional(*close) : std::nullopt;
        }
        return std::nullopt;
    }

    /// The last known daily close, with the time at which it became known: never today's before the close.
    void addVix(Tick& tick) const {
        const auto vix = lastVix(*m_history, m_historyToday);
        if (!vix) return;
        tick.vix = vix->value;
        tick.vixTime = sessionClose(vix->date);
        tick.vixPriorClose = vix->priorClose;
    }

    std::string m_name;
    mutable std::vector<RecordedFile> m_files; ///< by first time
    mutable Skipped m_skipped;
    mutable std::set<std::string> m_underlyings, m_counted;
    std::optional<HistoryFiles> m_historyFiles;
    std::vector<std::string> m_notes;
    std::map<std::string, Chains> m_cache; ///< by path: files that still have snapshots to come
    std::map<std::string, std::shared_ptr<const OptionChain>> m_current;
    std::shared_ptr<const History> m_history;
    TradingDate m_historyToday{}, m_historyLast{};
    UtcTime m_now{}, m_start{};
    bool m_started = false;
};

Result<std::vector<std::string>> filesUnder(const std::string& path) {
    std::error_code ec;
    const fs::file_status status = fs::status(path, ec);
    if (!fs::exists(status)) return Error{ErrorCode::NotFound, path + ": no such file or folder"};
    if (!fs::is_directory(status)) return std::vector{path};
    std::vector<std::string> files;
    for (fs::recursive_directory_iterator it(path, ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code ignored;
        if (it->is_regular_file(ignored) && looksLikeTable(it->path())) files.push_back(it->path().string());
        if (files.size() > kMaxFiles) return badInput(path + ": holds more than " + std::to_string(kMaxFiles) + " files");
    }
    if (ec) return Error{ErrorCode::Io, path + ": " + ec.message()};
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

Result<std::unique_ptr<MarketFeed>> openRecordedFeed(const std::string& path, const std::string& historyDirectory) {
    const auto paths = filesUnder(path);
    if (!paths) return paths.error();
    const bool single = paths->size() == 1 && paths->front() == path;
    std::vector<RecordedFile> files;
    Skipped skipped;
    std::vector<std::string> notes;
    std::set<std::pair<UtcTime, std::string>> seen;
    for (const std::string& file : *paths) {
        auto head = readChainFileHead(file);
        if (!head && single) return head.error();
        if (!head) {
            ++skipped.notChains;
            if (notes.size() < kFailureNotes) notes.push_back(head.error().detail);
            continue;
        }
        if (head->oneSnapshot || isLeanQuotes(file)) {
            const TradingDate day = toNewYork(head->first).date;
            if (!isTradingDay(day)) {
                ++skipped.holidays;
                if (skipped.holidays <= kFailureNotes)
                    notes.push_back(file + " is dated on " + formatDate(day) + ", a day without a session; it is skipped.");
                continue;
            }
            if (head->oneSnapshot && !seen.insert({head->first, head->underlying}).second) {
                ++skipped.repeats;
                continue;
            }
        }
        files.push_back({file, *head, head->oneSnapshot, {head->first}});
    }
    std::optional<HistoryFiles> history;
    if (!historyDirectory.empty()) {
        auto read = HistoryFiles::read(historyDirectory, notes);
        if (!read) return read.error();
        history = std::move(*read);
    }
    const fs::path named = fs::path(path).has_filename() ? fs::path(path) : fs::path(path).parent_path();
    auto feed =
        std::make_unique<RecordedFeed>("Recorded " + named.filename().string(), std::move(files), std::move(skipped), std::move(history), notes);
    feed->learnUnknownTimes();
    feed->learnFirstChain();
    if (feed->empty()) {
        const auto& failures = feed->skipped().failures;
        if (single && !failures.empty()) return badInput(failures.front()); // it names the file, the line and the column
        const std::string why = !failures.empty() ? failures.front() : !notes.empty() ? notes.front() : std::string();
        return badInput(path + ": holds no option chain that can be played" + (why.empty() ? why : ": " + why));
    }
    return std::unique_ptr<MarketFeed>(std::move(feed));
}

} // namespace mahler::market
