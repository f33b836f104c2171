#pragma once

#include <memory>
#include <string>
#include <vector>

#include "desk/desk.h"
#include "store/journal.h"
#include "store/tape.h"

namespace mahler::desk {

/// The desk's memory on disk: the journal and, beside it, this run's tape. Desk thread only.
class Recorder {
public:
    struct Options {
        std::string directory; ///< of journal.db and the tapes
        std::string runId;
        Digest checkpointKey{};
        bool durable = true;
    };
    static Result<std::unique_ptr<Recorder>> open(const Options& options);

    /// Everything the journal holds, as the desk's restore() wants it.
    Result<std::vector<StoredEvent>> storedEvents() const;
    /// One handled command with what it caused.
    struct Entry {
        const Command* command = nullptr;
        std::int64_t no = 0;
        const std::vector<Event>* events = nullptr;
    };
    /// Commits commands (but ticks, which are on the tape) and their events in one durable transaction.
    /// @return the seqs of the first entry's events.
    Result<std::vector<std::int64_t>> commit(std::span<const Entry> entries, Timestamp now);
    /// Puts a tick on the tape. @return a block that is full, to be journaled.
    Result<std::optional<TapeBlockWritten>> tape(std::int64_t commandNo, Timestamp now, const market::Tick& tick);
    /// Ends the block under way, so that what the ticks in it caused can always be replayed.
    Result<std::optional<TapeBlockWritten>> flushTape();
    /// Keeps a deliberation under its hash. `words` are what a search for the record of its cycle finds, beside the record's own.
    Result<Digest> putDeliberation(const std::string& bytes, std::string words);
    Result<std::string> content(const Digest& hash) const { return m_journal->content(hash); }
    Result<void> checkpoint(Timestamp now) { return m_journal->checkpoint(now); }
    std::int64_t lastSeq() const { return m_journal->lastSeq(); }
    const std::string& journalPath() const { return m_journalPath; }

private:
    Recorder() = default;
    std::string m_journalPath, m_tapeName;
    std::unique_ptr<store::Journal> m_journal;
    std::unique_ptr<store::TapeWriter> m_tape;
    std::pair<Digest, std::string> m_words; ///< of the deliberation put last
};

/// Records that are inputs carry this prefix; all others are the desk's events.
inline constexpr const char* kInputPrefix = "in.";

/// What full-text search finds of an event: ids, symbols, words; derived from the body.
std::string searchTextOf(const Event& event);

} // namespace mahler::desk
