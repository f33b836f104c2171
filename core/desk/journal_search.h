#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/money.h"
#include "store/journal.h"

namespace mahler::desk {

/// What one record tells of a trade; empty or absent where its kind does not say.
struct RecordFacts {
    std::string underlying;
    std::string tier;                     ///< "T1"; of requests
    std::optional<double> latencySeconds; ///< from the request to this record; of answers
    std::optional<Usd> realised;          ///< of the position this record closed, fees included
    ProposalId proposal;                  ///< the idea it belongs to
    std::string breaker;                  ///< "B4"; of halts
};
/// Never fails: a body of another shape tells nothing.
RecordFacts factsOf(const store::Record& record);

struct JournalSearch {
    store::SearchQuery query;
    std::string underlying;                          ///< only what concerns it; empty: all
    std::optional<Usd> realisedBelow, realisedAbove; ///< only records that closed a position with such a result
    std::int64_t tag = 0;                            ///< comes back with the page: whose question it was
};

struct JournalEntry {
    store::Record record;
    RecordFacts facts;
    std::optional<Usd> laterPnl; ///< what the position of this record's idea realised in the end; absent while it is open
};

struct JournalPage {
    std::int64_t tag = 0;
    std::vector<JournalEntry> entries; ///< newest first
    bool complete = false;             ///< nothing older matches
};

/// A page of the journal, newest first. Only the query thread and tools call it: it may read for some milliseconds.
Result<JournalPage> searchJournal(const store::JournalReader& reader, const JournalSearch& search);

} // namespace mahler::desk
