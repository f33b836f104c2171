#include "desk/journal_search.h"

#include <algorithm>
#include <map>
#include <set>

#include "desk/codec.h"

namespace mahler::desk {

namespace {

constexpr std::size_t kPage = 500;   ///< records read at a time while filtering
constexpr std::size_t kOrders = 500; ///< newest orders and ideas of an underlying whose records are looked up by their ids

std::string textAt(const Json& j, const char* key) { return j.contains(key) && j.at(key).is_string() ? j.at(key).get<std::string>() : std::string(); }

/// The result of a position that holds nothing any more.
std::optional<Usd> resultOf(const Json& position) {
    if (position.at("quantity").get<std::int64_t>() != 0) return std::nullopt;
    const auto p = codec::toPosition(position);
    return p.realised - p.openFees - p.closeFees;
}

void read(const store::Record& record, const Json& body, RecordFacts& facts) {
    facts.underlying = textAt(body, "underlying");
    facts.proposal = ProposalId(textAt(body, "proposal"));
    if (record.type == "halt.set") facts.breaker = textAt(body, "breaker");
    const Json* order = body.contains("order") && body.at("order").is_object() ? &body.at("order") : nullptr;
    if (order && order->contains("combo")) { // order.intent
        facts.underlying = textAt(order->at("combo"), "underlying");
        facts.proposal = ProposalId(textAt(*order, "proposal"));
    } else if (order)
        facts.underlying = textAt(*order, "underlying");
    if (body.contains("request")) {
        const auto request = codec::toRequest(body.at("request"));
        facts.underlying = request.order.underlying;
        facts.proposal = request.proposal;
        facts.tier = approval::toString(request.tier.tier);
        if (record.type != "approval.requested") facts.latencySeconds = static_cast<double>(record.utcNs - toNanos(request.createdAt.utc)) / 1e9;
    }
    if (body.contains("position") && body.at("position").is_object()) { // order.filled
        facts.underlying = textAt(body.at("position"), "underlying");
        facts.proposal = ProposalId(textAt(body.at("position"), "proposal"));
        facts.realised = resultOf(body.at("position"));
    }
    if (record.type == "position.adjusted")
        for (const auto& position : body.at("positions")) {
            facts.underlying = textAt(position, "underlying");
            facts.proposal = ProposalId(textAt(position, "proposal"));
            if (const auto result = resultOf(position)) facts.realised = facts.realised.value_or(Usd{}) + *result;
        }
}

bool older(const store::Record& a, const store::Record& b) { return a.seq > b.seq; }

/// Answers with what a page of the store alone cannot: the underlying of records that name only an order, what became of an idea.
class Search {
public:
    Search(const store::JournalReader& reader, const JournalSearch& search) : m_reader(reader), m_search(search) {}

    Result<JournalPage> page() {
        JournalPage page;
        page.tag = m_search.tag;
        auto query = m_search.query;
        const auto wanted = query.limit;
        const bool filters = m_search.realisedBelow || m_search.realisedAbove || !m_search.underlying.empty();
        if (filters) query.limit = std::max(kPage, wanted);
        while (page.entries.size() < wanted) {
            auto records = next(query);
            if (!records) return records.error();
            const bool last = records->size() < query.limit;
            for (auto& record : *records) {
                query.beforeSeq = record.seq;
                JournalEntry entry{std::move(record), {}, {}};
                entry.facts = factsOf(entry.record);
                if (entry.facts.underlying.empty()) entry.facts.underlying = underlyingOf(entry.record.correlation);
                if (!matches(entry)) continue;
                if (page.entries.size() == wanted) return told(std::move(page));
                page.entries.push_back(std::move(entry));
            }
            if (last) {
                page.complete = true;
                break;
            }
        }
        return told(std::move(page));
    }

private:
    /// As the store finds them; a name without its kind is looked for as a person's and as an agent's, too: "tom" is "user:tom".
    Result<std::vector<store::Record>> find(const store::SearchQuery& query) const {
        auto records = m_reader.search(query);
        if (!records || query.actor.empty() || query.actor.find(':') != std::string::npos) return records;
        for (const char* kind : {"user:", "agent:"}) {
            auto kindly = query;
            kindly.actor = kind + query.actor;
            auto more = m_reader.search(kindly);
            if (!more) return more.error();
            records->insert(records->end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
        }
        std::sort(records->begin(), records->end(), older);
        if (records->size() > query.limit) records->resize(query.limit);
        return records;
    }

    /// The next records that can match, newest first; fewer than the limit means there are no more.
    Result<std::vector<store::Record>> next(const store::SearchQuery& query) {
        if (m_search.realisedBelow || m_search.realisedAbove) // positions end in two kinds of records
            return ends(query);
        if (m_search.underlying.empty()) return find(query);
        auto named = query;
        named.text += (named.text.empty() ? "" : " ") + m_search.underlying;
        auto records = find(named);
        if (!records || !query.text.empty()) return records;
        return withOrders(query, std::move(*records));
    }

    Result<std::vector<store::Record>> ends(const store::SearchQuery& query) {
        std::vector<store::Record> all;
        for (const char* type : {"order.filled", "position.adjusted"}) {
            if (!std::string(type).starts_with(query.type)) continue;
            auto some = query;
            some.type = type;
            auto records = find(some);
            if (!records) return records.error();
            all.insert(all.end(), std::make_move_iterator(records->begin()), std::make_move_iterator(records->end()));
        }
        std::sort(all.begin(), all.end(), older);
        if (all.size() > query.limit) all.resize(query.limit);
        return all;
    }

    /// Records of an order's or an idea's way name its id and not what it is on: they are found by the ids.
    Result<std::vector<store::Record>> withOrders(const store::SearchQuery& query, std::vector<store::Record> records) {
        const bool full = records.size() >= query.limit;
        const std::int64_t lowest = full ? records.back().seq : 0;
        std::set<std::int64_t> known;
        for (const auto& record : records) known.insert(record.seq);
        for (const auto& id : orders()) {
            auto way = query;
            way.correlation = id;
            const auto found = find(way);
            if (!found) return found.error();
            for (const auto& record : *found)
                if (record.seq > lowest && known.insert(record.seq).second) records.push_back(record);
        }
        std::sort(records.begin(), records.end(), older);
        if (records.size() > query.limit) records.resize(query.limit);
        return records;
    }

    const std::vector<std::string>& orders() {
        if (m_orders) return *m_orders;
        m_orders.emplace();
        for (const char* first : {"order.intent", "proposal.made"}) {
            store::SearchQuery intents;
            intents.type = first;
            intents.text = m_search.underlying;
            intents.limit = kOrders;
            if (const auto found = m_reader.search(intents))
                for (const auto& record : *found)
                    if (factsOf(record).underlying == m_search.underlying) {
                        m_orders->push_back(record.correlation);
                        m_underlyings[record.correlation] = m_search.underlying;
                    }
        }
        return *m_orders;
    }

    /// Of an order's or an idea's id, by its first record; empty for any other correlation.
    std::string underlyingOf(const std::string& correlation) {
        const bool order = correlation.starts_with("M-");
        if (!order && !correlation.starts_with("P-")) return {};
        const auto [it, isNew] = m_underlyings.try_emplace(correlation);
        if (isNew) {
            store::SearchQuery intent;
            intent.type = order ? "order.intent" : "proposal.made";
            intent.correlation = correlation; // a prefix: "P-2" finds "P-20" too
            intent.limit = kOrders;
            if (const auto found = m_reader.search(intent))
                for (const auto& record : *found)
                    if (record.correlation == correlation) it->second = factsOf(record).underlying;
        }
        return it->second;
    }

    bool matches(const JournalEntry& entry) const {
        const auto& result = entry.facts.realised;
        if (m_search.realisedBelow && !(result && *result < *m_search.realisedBelow)) return false;
        if (m_search.realisedAbove && !(result && *result > *m_search.realisedAbove)) return false;
        return m_search.underlying.empty() || entry.facts.underlying == m_search.underlying;
    }

    /// What the ideas of the page brought in the end.
    Result<JournalPage> told(JournalPage page) {
        std::map<std::string, std::optional<Usd>> results;
        for (auto& entry : page.entries) {
            const std::string proposal = entry.facts.proposal.str();
            if (entry.facts.realised || proposal.empty()) continue;
            const auto [it, isNew] = results.try_emplace(proposal);
            if (isNew) it->second = resultOfIdea(proposal);
            entry.laterPnl = it->second;
        }
        return page;
    }

    std::optional<Usd> resultOfIdea(const std::string& proposal) const {
        for (const char* type : {"order.filled", "position.adjusted"}) {
            store::SearchQuery query;
            query.type = type;
            query.text = proposal;
            query.limit = kOrders;
            const auto found = find(query);
            if (!found) return std::nullopt;
            for (const auto& record : *found)
                if (const auto facts = factsOf(record); facts.realised && facts.proposal.str() == proposal) return facts.realised;
        }
        return std::nullopt;
    }

    const store::JournalReader& m_reader;
    const JournalSearch& m_search;
    std::optional<std::vector<std::string>> m_orders;
    std::map<std::string, std::string> m_underlyings; ///< by order id
};

} // namespace

RecordFacts factsOf(const store::Record& record) {
    const auto body = parseJson(record.body);
    RecordFacts facts;
    if (!body || !body->is_object() || record.type.starts_with("in.")) return facts;
    try {
        read(record, *body, facts);
    } catch (const std::exception&) { // of another version
        return {};
    }
    return facts;
}

Result<JournalPage> searchJournal(const store::JournalReader& reader, const JournalSearch& search) { return Search(reader, search).page(); }

} // namespace mahler::desk
