#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

#include "store/journal_tables.h"

// A page must come in 100 ms from a million records, so no query may sort or read what it does not return: each one is driven
// by the narrowest index that gives sequence numbers newest first, and the rest of the conditions are tested on the way.
namespace mahler::store::tables {

namespace {

constexpr std::size_t kMostNames = 512; ///< distinct types or actors merged; beyond, the records themselves are walked

/// "a b" -> "\"a\"* \"b\"*": words are matched as prefixes, never as FTS operators. Type, actor and correlation are indexed
/// words too; naming them narrows the hits before a record is read. Empty where an index of records serves better.
std::string matchExpression(const SearchQuery& q) {
    std::string out, word;
    const auto flush = [&] {
        if (!word.empty()) out += (out.empty() ? "\"" : " \"") + word + "\"*";
        word.clear();
    };
    const auto addWords = [&](const std::string& text) {
        for (const char c : text) {
            if (c == ' ' || c == '\t' || c == '\n')
                flush();
            else if (c != '"' && c != '\0')
                word.push_back(c);
        }
        flush();
    };
    const auto plain = [](unsigned char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    addWords(q.text);
    if (!out.empty() || (!q.type.empty() && !q.actor.empty() && q.correlation.empty()))
        for (const auto* prefix : {&q.type, &q.actor, &q.correlation})
            if (std::any_of(prefix->begin(), prefix->end(), plain) && prefix->find('"') == std::string::npos) addWords(*prefix);
    return out;
}

/// The smallest text greater than every text with this prefix. Text is UTF-8, which never holds the byte 0xff.
std::string prefixEnd(const std::string& prefix) { return prefix + '\xff'; }

struct Bounds {
    std::int64_t first = 1, last = std::numeric_limits<std::int64_t>::max();
};

/// The sequence numbers that can lie in the time window; stamps may step back, so the window is tested again on each record.
Result<Bounds> boundsOf(const Database& db, const SearchQuery& q) {
    Bounds bounds;
    if (q.beforeSeq != 0) bounds.last = q.beforeSeq - 1;
    if (q.sinceUtcNs == 0 && q.untilUtcNs == 0) return bounds;
    auto statement =
        db.prepare("SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM records INDEXED BY records_by_time WHERE utc_ns >= ?1 AND utc_ns <= ?2");
    if (!statement) return statement.error();
    statement->bind(1, q.sinceUtcNs != 0 ? q.sinceUtcNs : std::numeric_limits<std::int64_t>::min());
    statement->bind(2, q.untilUtcNs != 0 ? q.untilUtcNs : std::numeric_limits<std::int64_t>::max());
    const auto row = statement->step();
    if (!row) return row.error();
    bounds.first = statement->integer(0);
    bounds.last = std::min(bounds.last, statement->integer(1));
    return bounds;
}

/// Conditions on one record; parameters 2 to 9.
std::string conditions(const SearchQuery& q) {
    std::string sql;
    if (!q.type.empty()) sql += " AND r.type >= ?2 AND r.type < ?3";
    if (!q.actor.empty()) sql += " AND r.actor >= ?4 AND r.actor < ?5";
    if (!q.correlation.empty()) sql += " AND r.correlation >= ?6 AND r.correlation < ?7 AND r.correlation <> ''";
    if (q.sinceUtcNs != 0) sql += " AND r.utc_ns >= ?8";
    if (q.untilUtcNs != 0) sql += " AND r.utc_ns <= ?9";
    if (q.factsOnly) sql += " AND NOT (r.type >= 'in.' AND r.type < 'in/') AND r.type <> 'tape.block'";
    return sql;
}

void bindAll(Statement& s, const SearchQuery& q, const Bounds& bounds) {
    s.bind(2, q.type).bind(3, prefixEnd(q.type)).bind(4, q.actor).bind(5, prefixEnd(q.actor));
    s.bind(6, q.correlation).bind(7, prefixEnd(q.correlation)).bind(8, q.sinceUtcNs).bind(9, q.untilUtcNs);
    s.bind(10, bounds.first).bind(11, bounds.last).bind(12, static_cast<std::int64_t>(q.limit));
}

Result<std::vector<std::int64_t>> numbers(Statement& statement) {
    std::vector<std::int64_t> out;
    for (;;) {
        const auto row = statement.step();
        if (!row) return row.error();
        if (!*row) return out;
        out.push_back(statement.integer(0));
    }
}

/// The distinct values of an indexed column that start with `prefix`, one index seek each; absent when there are too many.
Result<std::optional<std::vector<std::string>>> namesOf(const Database& db, const std::string& column, const std::string& prefix) {
    auto next = db.prepare("SELECT min(" + column + ") FROM records WHERE " + column + " >= ?1 AND " + column + " < ?2" +
                           (column == "correlation" ? " AND correlation <> ''" : ""));
    if (!next) return next.error();
    std::vector<std::string> names;
    for (std::string from = prefix;;) {
        next->reset();
        next->bind(1, from).bind(2, prefixEnd(prefix));
        const auto row = next->step();
        if (!row) return row.error();
        if (!*row || !next->isText(0)) return std::optional(std::move(names));
        if (names.size() == kMostNames) return std::optional<std::vector<std::string>>{};
        names.push_back(next->text(0));
        from = names.back() + '\0'; // the very next text in byte order
    }
}

/// The newest page of the records whose `column` is one of `names`, merged from one index walk each.
Result<std::vector<std::int64_t>> merged(const Database& db, const SearchQuery& q, Bounds bounds, const std::string& column,
                                         const std::vector<std::string>& names) {
    auto walk = db.prepare("SELECT r.seq FROM records r INDEXED BY records_by_" + column + " WHERE r." + column + " = ?1" +
                           (column == "correlation" ? " AND r.correlation <> ''" : "") + conditions(q) +
                           " AND r.seq >= ?10 AND r.seq <= ?11 ORDER BY r.seq DESC LIMIT ?12");
    if (!walk) return walk.error();
    std::vector<std::int64_t> page;
    for (const auto& name : names) {
        walk->reset();
        bindAll(*walk, q, bounds);
        walk->bind(1, name);
        const auto some = numbers(*walk);
        if (!some) return some.error();
        const auto middle = page.insert(page.end(), some->begin(), some->end());
        std::inplace_merge(page.begin(), middle, page.end(), std::greater<>());
        if (page.size() >= q.limit) {
            page.resize(q.limit);
            bounds.first = page.back(); // nothing older can enter the page any more
        }
    }
    return page;
}

/// The page of a correlation prefix with many values: sorted when the hits are few; absent when they are so many that walking
/// back through the journal meets enough of them soon.
Result<std::optional<std::vector<std::int64_t>>> sorted(const Database& db, const SearchQuery& q, const Bounds& bounds) {
    constexpr std::size_t kFew = 50'000;
    const std::string range =
        " FROM records r INDEXED BY records_by_correlation WHERE r.correlation >= ?6 AND r.correlation < ?7 AND r.correlation <> ''";
    auto count = db.prepare("SELECT count(*) FROM (SELECT 1" + range + " LIMIT " + std::to_string(kFew) + ")");
    if (!count) return count.error();
    count->bind(6, q.correlation).bind(7, prefixEnd(q.correlation));
    if (const auto row = count->step(); !row) return row.error();
    if (count->integer(0) >= static_cast<std::int64_t>(kFew)) return std::optional<std::vector<std::int64_t>>{};
    auto statement = db.prepare("SELECT r.seq" + range + conditions(q) + " AND r.seq >= ?10 AND r.seq <= ?11 ORDER BY r.seq DESC LIMIT ?12");
    if (!statement) return statement.error();
    bindAll(*statement, q, bounds);
    auto page = numbers(*statement);
    if (!page) return page.error();
    return std::optional(std::move(*page));
}

Result<std::vector<std::int64_t>> walked(const Database& db, const SearchQuery& q, const Bounds& bounds, const std::string& match) {
    // CROSS JOIN keeps this order: the full-text index gives its hits newest first by itself.
    auto statement = db.prepare(match.empty() ? "SELECT r.seq FROM records r NOT INDEXED WHERE r.seq >= ?10 AND r.seq <= ?11" + conditions(q) +
                                                    " ORDER BY r.seq DESC LIMIT ?12"
                                              : "SELECT s.rowid FROM search s CROSS JOIN records r ON r.seq = s.rowid WHERE search MATCH ?1 AND "
                                                "s.rowid >= ?10 AND s.rowid <= ?11" +
                                                    conditions(q) + " ORDER BY s.rowid DESC LIMIT ?12");
    if (!statement) return statement.error();
    bindAll(*statement, q, bounds);
    if (!match.empty()) statement->bind(1, match);
    return numbers(*statement);
}

Result<std::vector<std::int64_t>> hits(const Database& db, const SearchQuery& q) {
    const auto bounds = boundsOf(db, q);
    if (!bounds) return bounds.error();
    if (bounds->first > bounds->last || q.limit == 0) return std::vector<std::int64_t>{};
    if (const std::string match = matchExpression(q); !match.empty()) return walked(db, q, *bounds, match);
    const std::pair<const char*, const std::string*> columns[] = {{"correlation", &q.correlation}, {"type", &q.type}, {"actor", &q.actor}};
    for (const auto& [column, prefix] : columns) {
        if (prefix->empty()) continue;
        const auto names = namesOf(db, column, *prefix);
        if (!names) return names.error();
        if (*names) return merged(db, q, *bounds, column, **names);
        if (prefix != &q.correlation) continue;
        const auto page = sorted(db, q, *bounds);
        if (!page) return page.error();
        if (*page) return **page;
    }
    return walked(db, q, *bounds, {});
}

} // namespace

Result<std::vector<Record>> search(const Database& db, const SearchQuery& query) {
    const auto found = hits(db, query);
    if (!found) return found.error();
    auto fetch = db.prepare(std::string("SELECT ") + kColumns + " FROM records WHERE seq = ?1");
    if (!fetch) return fetch.error();
    std::vector<Record> out;
    for (const auto seq : *found) {
        fetch->reset();
        fetch->bind(1, seq);
        const auto row = fetch->step();
        if (!row) return row.error();
        if (!*row) continue; // the projection is not the journal
        auto record = rowToRecord(*fetch);
        if (!record) return record.error();
        out.push_back(std::move(*record));
    }
    return out;
}

} // namespace mahler::store::tables
