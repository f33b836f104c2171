#include "desk/attribution.h"

#include <algorithm>

#include "desk/state.h"
#include "market/exchange_calendar.h"

namespace mahler::desk {

using portfolio::ExplainMethod;
using portfolio::PnlParts;
using portfolio::RiskLeg;

namespace {

constexpr const char* kClosed = "/closed";

std::string describePosition(const portfolio::Position& p) {
    portfolio::ComboOrder shown;
    shown.underlying = p.underlying;
    shown.kind = p.kind;
    shown.legs = p.legs;
    shown.quantity = p.quantity;
    shown.netLimit = p.openNet;
    return portfolio::describe(shown);
}

/// What keeps a position from being explained by these legs; empty: nothing.
std::string flawOf(const std::vector<RiskLeg>& legs) {
    for (const auto& leg : legs)
        if (!leg.priced())
            return leg.holding.id() + ": " + toString(leg.status);
        else if (!leg.mark)
            return leg.holding.id() + ": no two-sided quote";
    return legs.empty() ? "no legs" : "";
}

/// Since its opening, before fees: what was realised and what the open units would bring at the mids of `legs`.
Result<Usd> lifeOf(const portfolio::Position& p, const std::vector<RiskLeg>& legs) {
    if (p.quantity == 0) return p.realised;
    Price net = p.openNet;
    for (std::size_t i = 0; i < legs.size(); ++i) {
        const auto part = Price::fromMicros(legs[i].mark->micros() * p.legs[i].ratio);
        net += part;
    }
    const auto open = notional(net, p.quantity, legs.front().holding.multiplier());
    return open ? Result<Usd>(*open + p.realised) : open;
}

Usd feesOf(const portfolio::Position& p) { return p.openFees + p.closeFees; }

void add(PnlParts& to, const PnlParts& from) {
    to.delta += from.delta;
    to.gamma += from.gamma;
    to.vega += from.vega;
    to.theta += from.theta;
    to.rho += from.rho;
    to.cross += from.cross;
    to.newTrades += from.newTrades;
    to.fees += from.fees;
    to.unexplained += from.unexplained;
    to.total += from.total;
}

/// Legs of a position at the size it had, under its own name.
void append(portfolio::RiskBook& book, const std::vector<RiskLeg>& legs, const portfolio::Position& p, UtcTime at) {
    for (std::size_t i = 0; i < legs.size(); ++i) {
        RiskLeg leg = legs[i];
        leg.holding.quantity = p.legs[i].ratio * p.quantity;
        leg.holding.strategy = p.id.str();
        book.legs.push_back(std::move(leg));
    }
    book.asof = std::max(book.asof, at);
}

} // namespace

std::vector<RiskLeg> AttributionBook::bind(const portfolio::Position& position, const PricedChains& chains, UtcTime& at) {
    std::vector<portfolio::Holding> holdings;
    for (const auto& leg : position.legs)
        holdings.push_back({position.underlying, leg.contract, leg.ratio * position.quantity, {}, position.id.str()});
    for (const auto& chain : chains)
        if (chain && chain->chain && chain->chain->underlying == position.underlying) at = chain->chain->time;
    return portfolio::bindBook(holdings, chains).legs;
}

std::set<std::string> AttributionBook::needed(const DeskView& view, const std::set<std::string>& looked) {
    std::set<std::string> out;
    if (view.session != market::Session::Open) return out;
    for (const auto& p : view.positions) out.insert(p.position.id.str());
    for (const auto& p : view.closedToday)
        if (looked.contains(p.id.str())) out.insert(p.id.str() + kClosed);
    return out;
}

std::set<std::string> AttributionBook::looked() const {
    std::set<std::string> out;
    for (const auto& [id, entry] : m_entries) {
        if (entry.first) out.insert(id.str());
        if (entry.last) out.insert(id.str() + kClosed);
    }
    return out;
}

void AttributionBook::watchFrom(UtcTime at) {
    if (!m_watchedFrom) m_watchedFrom = at;
}

void AttributionBook::look(const DeskView& view, const PricedChains& chains) {
    watchFrom(view.at.utc);
    if (view.session != market::Session::Open) return;
    const TradingDate day = market::toNewYork(view.at.utc).date;
    if (m_day != day) {
        m_day = day;
        m_firstLook.reset();
        m_entries.clear();
    }
    const auto take = [&](const portfolio::Position& position, std::optional<Look>& into) {
        Look look;
        look.position = position;
        look.legs = bind(position, chains, look.at);
        if (!flawOf(look.legs).empty()) return;
        if (!m_firstLook || look.at < *m_firstLook) m_firstLook = look.at;
        into = std::move(look);
    };
    for (const auto& p : view.positions)
        if (auto& entry = m_entries[p.position.id]; !entry.first) take(p.position, entry.first);
    for (const auto& p : view.closedToday)
        if (auto& entry = m_entries[p.id]; entry.first && !entry.last) take(p, entry.last);
}

Attribution AttributionBook::explain(const DeskView& view, const PricedChains& chains) const {
    // The looks of a session count until the next one begins, over a night or a weekend too.
    const bool current = m_day == market::toNewYork(view.sessionOpen).date;
    Attribution out;
    out.since = current ? m_firstLook : std::nullopt;
    out.to = view.at.utc;
    out.dayPnl = view.marks.dayPnl;
    out.book.key = "book";
    portfolio::RiskBook before, after;
    struct Pending {
        std::size_t row = 0;
        Usd change; ///< of its whole life over the window, before fees
        Usd fees;
        bool held = false;
    };
    std::map<std::string, Pending> pending;

    /// Its legs, or units that have a name of their own now, went with an assignment: what it was and what it is are not one position.
    const auto assignedSince = [&](const portfolio::Position& now, const Look& first) {
        const auto cutOff = [&](const portfolio::Position& p) {
            const auto piece = m_entries.find(p.id);
            return p.id.str().starts_with(now.id.str() + kPiece) &&
                   (piece == m_entries.end() || !piece->second.first || piece->second.first->at > first.at);
        };
        return now.legs != first.position.legs ||
               std::any_of(view.positions.begin(), view.positions.end(), [&](const PositionView& p) { return cutOff(p.position); }) ||
               std::any_of(view.closedToday.begin(), view.closedToday.end(), cutOff);
    };
    const auto consider = [&](const portfolio::Position& now, bool closed) {
        PositionPnl row;
        row.id = now.id;
        row.underlying = now.underlying;
        row.closed = closed;
        const bool today = now.openedAt >= view.sessionOpen;
        row.fromFills = today && m_watchedFrom && now.openedAt > *m_watchedFrom; // what the first view had is older than the watch
        const auto it = m_entries.find(now.id);
        const Entry none;
        const Entry& entry = !current || it == m_entries.end() ? none : it->second;
        row.description = describePosition(closed && entry.first ? entry.first->position : now);
        Pending p;
        p.row = out.positions.size();
        if (!entry.first && closed && row.fromFills) { // opened and closed between two looks: the fills say it all
            row.since = now.openedAt;
            row.to = view.at.utc;
            p.change = now.realised;
            p.fees = feesOf(now);
        } else if (!entry.first) {
            row.leftOut = !closed ? flawOf(bind(now, chains, row.to))
                          : today ? "opened before this run began, closed before the first look at its legs"
                                  : "closed before the first look at its legs";
            if (row.leftOut.empty()) row.leftOut = "not looked at yet in this session";
        } else {
            const Look& first = *entry.first;
            row.since = first.at;
            if (assignedSince(now, first)) {
                row.leftOut = "taken apart by an assignment since the first look at its legs";
                out.positions.push_back(std::move(row));
                return;
            }
            UtcTime at{};
            const auto legs = closed ? entry.last ? entry.last->legs : std::vector<RiskLeg>{} : bind(now, chains, at);
            row.to = closed && entry.last ? entry.last->at : at;
            row.leftOut = closed && !entry.last ? "its legs were not looked at when it was closed" : flawOf(legs);
            const auto start = lifeOf(first.position, first.legs);
            const auto end = row.leftOut.empty() ? lifeOf(now, legs) : Result<Usd>(Usd{});
            if (!start || !end) row.leftOut = "too large to add up";
            if (row.leftOut.empty()) {
                p.change = row.fromFills ? *end : *end - *start;
                p.fees = row.fromFills ? feesOf(now) : feesOf(now) - feesOf(first.position);
                p.held = true;
                append(before, first.legs, first.position, first.at);
                append(after, legs, first.position, row.to);
            }
        }
        if (row.leftOut.empty()) pending[now.id.str()] = p;
        out.positions.push_back(std::move(row));
    };
    for (const auto& p : view.positions) consider(p.position, false);
    for (const auto& p : view.closedToday) consider(p, true);

    for (const auto method : {ExplainMethod::Explain, ExplainMethod::Predict}) {
        const auto report = portfolio::explainPnl(before, after, {}, method);
        std::map<std::string, PnlParts> held;
        std::map<std::string, std::string> failed;
        for (const auto& row : report.byStrategy) {
            held[row.key] = row.parts;
            if (row.explained < row.count) failed[row.key] = "the model gives no finite value for a leg";
        }
        for (const auto& [id, p] : pending) {
            auto& row = out.positions[p.row];
            if (failed.count(id)) {
                row.leftOut = failed[id];
                continue;
            }
            PnlParts parts = p.held ? held[id] : PnlParts{};
            parts.newTrades = p.change - parts.total;
            parts.fees = -p.fees;
            parts.total = p.change - p.fees;
            (method == ExplainMethod::Explain ? row.explain : row.predict) = parts;
        }
    }
    std::map<std::string, PnlSum> sums;
    for (const auto& row : out.positions)
        for (PnlSum* sum : {&sums[row.underlying], &out.book}) {
            ++sum->count;
            if (!row.leftOut.empty()) continue;
            ++sum->explained;
            add(sum->explain, row.explain);
            add(sum->predict, row.predict);
        }
    for (auto& [key, sum] : sums) {
        sum.key = key;
        out.byUnderlying.push_back(std::move(sum));
    }
    std::stable_sort(out.byUnderlying.begin(), out.byUnderlying.end(),
                     [](const PnlSum& a, const PnlSum& b) { return abs(a.explain.total) > abs(b.explain.total); });
    std::stable_sort(out.positions.begin(), out.positions.end(), [](const PositionPnl& a, const PositionPnl& b) {
        return a.leftOut.empty() != b.leftOut.empty() ? a.leftOut.empty() : abs(a.explain.total) > abs(b.explain.total);
    });
    return out;
}

} // namespace mahler::desk
