#include "desk/recorder.h"

#include "desk/codec.h"

namespace mahler::desk {

namespace {

void collectText(const Json& j, std::string& out) {
    if (j.is_string()) {
        const auto& text = j.get_ref<const std::string&>();
        if (text.size() < 400 && out.size() < 4000) out += text + ' ';
    } else if (j.is_structured()) {
        for (const auto& child : j) collectText(child, out);
    }
}

TapeBlockWritten written(const store::TapeBlock& block) { return {block.file, block.offset, block.size, block.entries, block.hash}; }

std::optional<TapeBlockWritten> written(const std::optional<store::TapeBlock>& block) {
    return block ? std::optional(written(*block)) : std::nullopt;
}

} // namespace

std::string searchTextOf(const Event& event) {
    std::string text;
    collectText(event.body, text);
    return text;
}

Result<std::unique_ptr<Recorder>> Recorder::open(const Options& options) {
    auto recorder = std::unique_ptr<Recorder>(new Recorder());
    recorder->m_journalPath = options.directory + "/journal.db";
    recorder->m_tapeName = options.runId + ".tape";
    auto journal = store::Journal::open(recorder->m_journalPath, {options.runId, options.checkpointKey, options.durable});
    if (!journal) return journal.error();
    recorder->m_journal = std::move(*journal);
    auto tape = store::TapeWriter::create(options.directory + "/" + recorder->m_tapeName, options.durable);
    if (!tape) return tape.error();
    recorder->m_tape = std::move(*tape);
    return recorder;
}

Result<std::vector<StoredEvent>> Recorder::storedEvents() const {
    std::vector<StoredEvent> events;
    constexpr std::size_t kPage = 2000;
    for (std::int64_t from = 1;;) {
        const auto page = m_journal->read(from, kPage);
        if (!page) return page.error();
        for (const auto& record : *page) {
            if (record.type.starts_with(kInputPrefix)) continue;
            if (record.schemaVersion != 1) return Error{ErrorCode::Integrity, "record " + std::to_string(record.seq) + " has an unknown version"};
            auto body = parseJson(record.body);
            if (!body) return Error{ErrorCode::Integrity, "record " + std::to_string(record.seq) + ": " + body.error().detail};
            events.push_back(
                {{record.type, record.actor, record.correlation, std::move(*body)}, {utcFromNanos(record.utcNs), MonoTime(record.monoNs)}});
        }
        if (page->size() < kPage) return events;
        from = page->back().seq + 1;
    }
}

Result<std::vector<std::int64_t>> Recorder::commit(std::span<const Entry> entries, Timestamp now) {
    std::vector<store::NewRecord> records;
    std::size_t firstEvent = 0;
    for (const auto& entry : entries) {
        if (!std::holds_alternative<MarketTick>(*entry.command)) {
            const auto body = encodeCommand(*entry.command);
            if (!body) return body.error();
            const auto text = canonicalJson({{"no", entry.no}, {"command", *body}});
            if (!text) return text.error();
            records.push_back({kInputPrefix + commandName(*entry.command), 1, "system", {}, *text, {}});
        }
        if (&entry == &entries.front()) firstEvent = records.size();
        for (const auto& event : *entry.events) {
            const auto text = canonicalJson(event.body);
            if (!text) return text.error();
            records.push_back({event.type, 1, event.actor, event.correlation, *text, searchTextOf(event)});
            const auto* cycle = std::get_if<CycleFinished>(entry.command);
            if (cycle && event.type == "cycle.finished" && cycle->deliberation == m_words.first) records.back().searchText += ' ' + m_words.second;
        }
    }
    std::vector<std::int64_t> seqs;
    if (records.empty()) return seqs;
    const auto stored = m_journal->append(now, records);
    if (!stored) return stored.error();
    for (std::size_t i = 0; i < entries.front().events->size(); ++i) seqs.push_back((*stored)[firstEvent + i].seq);
    return seqs;
}

Result<Digest> Recorder::putDeliberation(const std::string& bytes, std::string words) {
    const auto hash = m_journal->putContent(bytes);
    if (hash) m_words = {*hash, std::move(words)};
    return hash;
}

Result<std::optional<TapeBlockWritten>> Recorder::tape(std::int64_t commandNo, Timestamp now, const market::Tick& tick) {
    const auto block = m_tape->add({commandNo, now, tick});
    if (!block) return block.error();
    return written(*block);
}

Result<std::optional<TapeBlockWritten>> Recorder::flushTape() {
    const auto block = m_tape->flush();
    if (!block) return block.error();
    return written(*block);
}

} // namespace mahler::desk
