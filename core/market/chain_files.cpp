#include "market/chain_files.h"

#include <algorithm>
#include <filesystem>

#include "base/text_file.h"
#include "market/chain_assembler.h"
#include "market/chain_file_head.h"
#include "market/exchange_calendar.h"
#include "market/lean_minutes.h"

namespace mahler::market {

namespace {

constexpr std::size_t kManyRows = 1000; ///< how often a file is asked whether it is worth reading on

/// What the context of a file hangs on.
struct FirstRow {
    std::string symbolRoot, session;
};

FirstRow firstRowOf(const ChainHeader& header, std::string_view line) {
    CsvCells cells;
    if (!cells.split(line) || cells.size() != header.names.size()) return {};
    FirstRow row;
    const auto text = [&](ChainColumn column) {
        const int at = header.cell(column);
        return at < 0 ? std::string_view{} : trimmed(cells[static_cast<std::size_t>(at)]);
    };
    const std::string_view symbol = text(ChainColumn::Symbol);
    if (symbol.size() >= 16) row.symbolRoot = symbol.substr(0, symbol.size() - 15);
    row.session = text(ChainColumn::Session);
    return row;
}

/// The newest trade of a file without a quote time: its quotes are not older than that.
Result<std::optional<UtcTime>> newestTrade(const std::string& path, const ChainHeader& header) {
    auto reader = LineReader::open(path);
    if (!reader) return reader.error();
    std::optional<UtcTime> newest;
    const int at = header.cell(ChainColumn::LastTradeTime);
    CsvCells cells;
    std::string_view line;
    for (;;) {
        const auto more = reader->next(line);
        if (!more) return more.error();
        if (!*more || at < 0) return newest;
        if (!cells.split(line) || cells.size() <= static_cast<std::size_t>(at)) continue;
        if (const auto time = parseUtc(trimmed(cells[static_cast<std::size_t>(at)])); time && (!newest || *time > *newest)) newest = *time;
    }
}

Result<FileContext> contextOf(const std::string& path, const ChainHeader& header, std::string_view firstLine, const ChainFileOptions& options,
                              std::vector<std::string>& notes) {
    FileContext context;
    switch (header.dialect) {
    case Dialect::Mahler:
    case Dialect::CboeEod: return context;
    case Dialect::Yahoo: {
        const FirstRow first = firstRowOf(header, firstLine);
        context = yahooContext(path, first.symbolRoot, first.session, options, notes);
        if (!context.time) {
            const auto newest = newestTrade(path, header);
            if (!newest) return newest.error();
            context.time = *newest;
            if (context.time) notes.push_back("The quote time is unknown; the time of the newest trade in the file stands for it.");
        }
        break;
    }
    case Dialect::CboeSnapshot:
        context.spotFromRows = false;
        context.oneSnapshot = true;
        context.time = cboeSnapshotTime(path);
        if (!context.time) context.time = options.asof;
        notes.push_back("The file holds no underlying price.");
        break;
    }
    if (!context.time) return badInput(path + ": neither the file nor its name says when the quotes were taken");
    return context;
}

/// A chain file opened up to its first data row.
struct OpenedFile {
    LineReader reader;
    ChainAssembler assembler;
    Dialect dialect;
    bool oneSnapshot;
    std::vector<std::string> notes;
};

Result<OpenedFile> openChainFile(const std::string& path, const ChainFileOptions& options) {
    auto reader = LineReader::open(path);
    if (!reader) return reader.error();
    std::string_view line;
    auto more = reader->next(line);
    if (!more) return more.error();
    if (!*more) return badInput(path + ": the file is empty");
    if (line.find('\0') != std::string_view::npos) return badInput(path + ":1: holds NUL bytes: not a text file");
    auto header = readChainHeader(path, line);
    if (!header) return header.error();
    do more = reader->next(line);
    while (more && *more && trimmed(line).empty());
    if (!more) return more.error();
    if (!*more) return badInput(path + ": holds a header and no rows");
    std::vector<std::string> notes;
    const auto context = contextOf(path, *header, line, options, notes);
    if (!context) return context.error();
    const Dialect dialect = header->dialect;
    ChainAssembler assembler(path, std::move(*header), *context, options);
    assembler.addLine(line, reader->lineNumber());
    return OpenedFile{std::move(*reader), std::move(assembler), dialect, context->oneSnapshot, std::move(notes)};
}

/// Whether a name like "SPX_20190502.csv.gz" holds this date.
bool namesDate(const std::string& path, TradingDate date) {
    std::string digits = formatDate(date);
    std::erase(digits, '-');
    return std::filesystem::path(path).filename().string().find(digits) != std::string::npos;
}

Result<ReadChains> keepLast(ReadChains read, const ChainFileOptions& options, const std::string& path) {
    if (!options.lastSnapshotOnly) return read;
    // With a time given, the last snapshot of each underlying that was known by then.
    std::vector<std::shared_ptr<const OptionChain>> last;
    for (const auto& chain : read.chains) {
        if (options.asof && chain->time > *options.asof) continue;
        const auto same = std::find_if(last.begin(), last.end(), [&](const auto& c) { return c->underlying == chain->underlying; });
        if (same == last.end())
            last.push_back(chain);
        else
            *same = chain;
    }
    if (last.empty())
        return Error{ErrorCode::NotFound, path + ": no snapshot at or before " + (options.asof ? formatUtc(*options.asof) : std::string("the end"))};
    read.chains = std::move(last);
    return read;
}

} // namespace

Result<ReadChains> readChainFile(const std::string& path, const ChainFileOptions& options) {
    if (isLeanName(path)) {
        auto read = readLeanQuotes(path, options);
        return read ? keepLast(std::move(*read), options, path) : read;
    }
    auto file = openChainFile(path, options);
    if (!file) return file.error();
    std::string_view line;
    std::size_t rows = 0;
    auto more = file->reader.next(line);
    for (; more && *more; more = file->reader.next(line)) {
        const std::size_t bad = file->assembler.badRows();
        file->assembler.addLine(line, file->reader.lineNumber());
        if (!file->reader.lineWasEnded() && file->assembler.badRows() > bad)
            return badInput(path + ":" + std::to_string(file->reader.lineNumber()) + ": the file is cut: it ends in the middle of a row");
        if (++rows % kManyRows == 0 && file->assembler.hopeless()) break;
    }
    if (!more) return more.error();
    auto read = std::move(file->assembler).finish(std::move(file->notes));
    return read ? keepLast(std::move(*read), options, path) : read;
}

Result<ChainFileHead> readChainFileHead(const std::string& path) {
    ChainFileHead head;
    if (isLeanQuotes(path)) {
        const std::filesystem::path name(path);
        const auto date = parseDate(name.filename().string().substr(0, 8));
        if (!date) return date.error();
        std::string root = name.parent_path().filename().string();
        for (char& c : root)
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        head.underlying = classSpec(root).underlying;
        head.first = sessionOpen(*date) + std::chrono::minutes(1);
        head.firstIsEarliest = true;
        return head;
    }
    if (isLeanName(path)) return badInput(path + ": a Lean archive without quotes");
    auto file = openChainFile(path, {});
    if (!file) return file.error();
    std::string_view line;
    for (std::size_t rows = 1; !file->assembler.hasSnapshot() && rows < kManyRows; ++rows) {
        const auto more = file->reader.next(line);
        if (!more) return more.error();
        if (!*more) break;
        file->assembler.addLine(line, file->reader.lineNumber());
    }
    if (!file->assembler.hasSnapshot()) return badInput(path + ": holds no usable rows");
    head.underlying = file->assembler.firstUnderlying();
    head.first = file->assembler.firstTime();
    head.delayMinutes = delayMinutes(file->dialect);
    head.oneSnapshot = file->oneSnapshot || (file->dialect == Dialect::CboeEod && namesDate(path, toNewYork(head.first).date));
    head.firstIsEarliest = head.oneSnapshot;
    return head;
}

} // namespace mahler::market
