#include "desk/risk_board.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "execution/order.h"
#include "market/chain_part.h"

namespace mahler::desk {

using portfolio::Holding;

namespace {

/// Legs of the book, and of what is pending.
struct Books {
    std::vector<Holding> asIs, withPending;
    std::vector<PendingTrade> pending;
};

Books booksOf(const DeskView& view) {
    Books books;
    std::vector<portfolio::Position> held;
    for (const auto& p : view.positions) held.push_back(p.position);
    books.asIs = books.withPending = portfolio::holdingsOf(held);
    books.pending = pendingOf(view);
    for (const auto& trade : books.pending)
        for (auto holding : portfolio::holdingsOf(trade.order)) {
            holding.strategy = trade.id;
            books.withPending.push_back(std::move(holding));
        }
    return books;
}

constexpr std::size_t kMostTrades = 6; ///< as many as the approvals rail has cards

std::vector<Holding> withTrade(std::vector<Holding> book, const approval::Request& request) {
    for (auto holding : portfolio::holdingsOf(request.order)) {
        holding.strategy = request.id.str();
        book.push_back(std::move(holding));
    }
    return book;
}

std::size_t tradesOf(const DeskView& view) { return std::min(kMostTrades, view.approvals.size()); }

std::string keyOf(const std::vector<Holding>& holdings) {
    std::string key;
    for (const auto& h : holdings) key += h.id() + "*" + std::to_string(h.quantity) + "@" + h.strategy + ";";
    return key;
}

/// As the gate counts it: structure by structure, at what was paid or would be.
risk::BreakerMapInputs mapInputs(const DeskView& view, const std::vector<PendingTrade>& pending, std::optional<double> vix) {
    std::vector<portfolio::Position> positions;
    for (const auto& p : view.positions) positions.push_back(p.position);
    std::vector<risk::OutstandingOrder> orders;
    for (const auto& trade : pending) orders.push_back({{}, trade.order});
    const auto book = risk::bookRisk(positions, orders, {}, {});
    risk::BreakerMapInputs in;
    in.account = view.account;
    in.equity = *view.marks.equity;
    in.vix = vix;
    if (book.defined) in.worstCase = book.worstCase;
    in.correlated = book.correlated;
    for (const auto& [structure, loss] : book.byStructure) in.largest = std::max(in.largest, loss);
    in.limits = view.limits;
    return in;
}

/// The first expiry of all priced options and how far it is, so that both books share the grid's last horizon.
std::optional<std::pair<TradingDate, double>> firstExpiryOf(const portfolio::RiskBook& book) {
    const portfolio::RiskLeg* first = nullptr;
    for (const auto& leg : book.legs)
        if (leg.priced() && leg.holding.contract && (!first || leg.years < first->years)) first = &leg;
    return first ? std::optional(std::pair(first->holding.contract->expiry, first->years * 365)) : std::nullopt;
}

RiskCase caseOf(portfolio::RiskBook book, const portfolio::GridSpec& spec, const DeskView& view, const std::vector<PendingTrade>& pending,
                std::optional<double> equity, std::optional<double> vix) {
    RiskCase out;
    out.book = std::move(book);
    std::vector<portfolio::DeltaPart> parts;
    for (const auto& leg : out.book.legs) {
        const double dollars = leg.units() * leg.spot;
        parts.push_back(leg.priced()
                            ? portfolio::DeltaPart{leg.holding.underlying, leg.unit.delta * dollars, leg.unit.gamma * dollars * leg.spot * 0.01}
                            : portfolio::DeltaPart{leg.holding.underlying, {}, {}});
    }
    out.beta = portfolio::betaWeighted(parts, view.betaWeights);
    out.vegas = portfolio::vegasByExpiry(out.book);
    for (const auto& row : out.vegas) out.weightedVega += row.vegaUsdPerPoint30d;
    if (auto grid = portfolio::scenarioGrid(out.book, spec, equity))
        out.grid = std::move(*grid);
    else
        out.mapCause = grid.error().detail; // the axes are ours: does not happen
    out.shocks = portfolio::runNamedShocks(out.book, equity);
    if (!view.marks.equity) {
        out.mapCause = "equity is unknown: " + std::to_string(view.marks.markedPositions) + " of " + std::to_string(view.marks.totalPositions) +
                       " positions have a mark";
    } else if (out.mapCause.empty()) {
        auto map = risk::breakerMap(out.grid, mapInputs(view, pending, vix));
        if (map)
            out.map = std::move(*map);
        else
            out.mapCause = map.error().detail;
    }
    return out;
}

std::map<std::string, std::string> labelsOf(const DeskView& view, const std::vector<PendingTrade>& pending) {
    std::map<std::string, std::string> labels;
    for (const auto& p : view.positions) {
        portfolio::ComboOrder shown;
        shown.underlying = p.position.underlying;
        shown.kind = p.position.kind;
        shown.legs = p.position.legs;
        shown.quantity = p.position.quantity;
        shown.netLimit = p.position.openNet;
        labels[p.position.id.str()] = portfolio::describe(shown);
    }
    for (const auto& trade : pending) labels[trade.id] = portfolio::describe(trade.order);
    return labels;
}

/// The worst age among what is used; absent when one is unknown.
std::optional<double> oldestOf(const DeskView& view, const std::set<std::string>& used) {
    std::optional<double> oldest = 0.0;
    for (const auto& u : view.underlyings)
        if (used.count(u.quote.symbol)) oldest = oldest && u.ageSeconds ? std::optional(std::max(*oldest, *u.ageSeconds)) : std::nullopt;
    return oldest;
}

} // namespace

std::vector<PendingTrade> pendingOf(const DeskView& view) {
    std::vector<PendingTrade> out;
    for (const auto& a : view.approvals) out.push_back({a.request.id.str(), a.request.order});
    for (const auto& o : view.orders) {
        if (execution::isTerminal(o.order.state) || o.order.filled >= o.order.combo.quantity) continue;
        PendingTrade trade{o.order.id.str(), o.order.combo};
        trade.order.quantity -= o.order.filled;
        out.push_back(std::move(trade));
    }
    return out;
}

std::vector<std::string> underlyingsOf(const DeskView& view) {
    std::set<std::string> names;
    for (const auto& p : view.positions) names.insert(p.position.underlying);
    for (const auto& p : view.closedToday) names.insert(p.underlying);
    for (const auto& trade : pendingOf(view)) names.insert(trade.order.underlying);
    return {names.begin(), names.end()};
}

std::shared_ptr<const pricing::PricedChain> priceForRisk(const std::shared_ptr<const market::OptionChain>& chain, const pricing::CurveInputs& curve,
                                                         const DeskView& view) {
    // Without a carry that is known, rate and yields of an expiry are implied from the others too.
    if ((!curve.carry && (!curve.rate || !curve.dividendYield)) || !chain->spot) return pricing::priceChain(chain, curve);
    std::set<TradingDate> expiries;
    const auto add = [&](const std::vector<portfolio::ComboLeg>& legs) {
        for (const auto& leg : legs) expiries.insert(leg.contract.expiry);
    };
    for (const auto& p : view.positions) add(p.position.legs);
    for (const auto& p : view.closedToday) add(p.legs);
    for (const auto& trade : pendingOf(view)) add(trade.order.legs);
    return pricing::priceChain(market::partOf(chain, expiries), curve);
}

RiskBoard::Var RiskBoard::varOf(const portfolio::RiskBook& book, const RiskSources& sources, const std::string& legs, bool simulated) const {
    Var var;
    var.legs = legs;
    var.at = book.asof;
    const std::optional<double> equity = sources.view->marks.equity ? std::optional(sources.view->marks.equity->toDouble()) : std::nullopt;
    portfolio::VarSpec spec;
    spec.simulation = m_simulation;
    for (auto* report : {&var.historical, &var.simulated}) {
        if (report == &var.simulated && !simulated) break;
        spec.method = report == &var.historical ? portfolio::VarMethod::Historical : portfolio::VarMethod::MonteCarlo;
        if (!book.legs.empty() && sources.history) {
            *report = portfolio::valueAtRisk(book, *sources.history, spec, equity);
        } else {
            report->method = spec.method;
            report->unavailable = book.legs.empty() ? "no positions" : "the market has no history";
        }
    }
    return var;
}

PricedChains RiskBoard::chainsFor(const RiskSources& sources) {
    PricedChains chains = sources.chains;
    for (const auto& chain : sources.chains) m_lastChains[chain->chain->underlying] = chain;
    for (const auto& [underlying, cause] : sources.withoutChain)
        if (const auto last = m_lastChains.find(underlying); last != m_lastChains.end()) chains.push_back(last->second);
    return chains;
}

bool RiskBoard::varIsOld(const RiskSources& sources) const {
    const Books books = booksOf(*sources.view);
    for (std::size_t i = 0; i < tradesOf(*sources.view); ++i) {
        const auto& request = sources.view->approvals[i].request;
        const auto known = m_trades.find(request.id.str());
        if (known == m_trades.end() || known->second.legs != keyOf(withTrade(books.asIs, request))) return true;
    }
    return !m_asIs || m_asIs->legs != keyOf(books.asIs) ||
           (!books.pending.empty() && (!m_withPending || m_withPending->legs != keyOf(books.withPending)));
}

void RiskBoard::renewVar(const RiskSources& sources) {
    const Books books = booksOf(*sources.view);
    const PricedChains chains = chainsFor(sources);
    m_asIs = varOf(portfolio::bindBook(books.asIs, chains), sources, keyOf(books.asIs));
    m_withPending.reset();
    if (!books.pending.empty()) m_withPending = varOf(portfolio::bindBook(books.withPending, chains), sources, keyOf(books.withPending));
    m_trades.clear();
    for (std::size_t i = 0; i < tradesOf(*sources.view); ++i) {
        const auto& request = sources.view->approvals[i].request;
        const auto holdings = withTrade(books.asIs, request);
        const std::string legs = keyOf(holdings);
        // What is pending alone is the same book as all that is pending.
        m_trades[request.id.str()] =
            m_withPending && m_withPending->legs == legs ? *m_withPending : varOf(portfolio::bindBook(holdings, chains), sources, legs, false);
    }
}

TradeRisk RiskBoard::tradeOf(const approval::Request& request, const std::vector<Holding>& holdings, portfolio::GridSpec spec,
                             const PricedChains& chains, const RiskView& made) const {
    TradeRisk out;
    out.request = request.id.str();
    const std::string legs = keyOf(holdings);
    if (const auto var = m_trades.find(out.request); var != m_trades.end() && var->second.legs == legs) {
        out.historical = var->second.historical;
        out.varAt = var->second.at;
    } else {
        out.historical.unavailable = kBeingComputed;
    }
    std::optional<portfolio::ScenarioGrid> own;
    const portfolio::ScenarioGrid* grid = nullptr;
    portfolio::Coverage coverage;
    if (made.withPending && made.pending.size() == 1) { // the same book
        grid = &made.withPending->grid;
        coverage = made.withPending->book.coverage();
    } else {
        const auto book = portfolio::bindBook(holdings, chains);
        coverage = book.coverage();
        spec.sensitivities = false;
        if (auto computed = portfolio::scenarioGrid(book, spec, made.equityUsd)) grid = &own.emplace(std::move(*computed));
    }
    if (!coverage.complete() || !grid || !grid->worst) {
        out.worstCause = coverage.text();
        return out;
    }
    const auto& cell = grid->cells[*grid->worst];
    out.worstUsd = cell.pnlUsd;
    out.worstAt = ScenarioPoint{cell.spotMove, cell.volMove, grid->horizons[cell.horizon].days};
    return out;
}

std::shared_ptr<const RiskView> RiskBoard::make(const RiskSources& sources) {
    const auto began = std::chrono::steady_clock::now();
    look(sources);
    const DeskView& view = *sources.view;
    const Books books = booksOf(view);
    const PricedChains chains = chainsFor(sources);
    auto out = std::make_shared<RiskView>();
    out->at = view.at.utc;
    std::set<std::string> used;
    for (const auto& chain : chains) {
        out->at = std::min(out->at, chain->chain->time);
        used.insert(chain->chain->underlying);
    }
    out->session = view.session;
    out->oldestInputSeconds = oldestOf(view, used);
    if (view.marks.equity) out->equityUsd = view.marks.equity->toDouble();
    const bool vixKnown =
        view.vix && (view.session != market::Session::Open || (view.vixAgeSeconds && *view.vixAgeSeconds < view.limits.quoteMaxAgeSeconds));
    out->vix = vixKnown ? view.vix : std::nullopt;
    out->limits = view.limits;
    out->betaWeights = view.betaWeights;
    out->labels = labelsOf(view, books.pending);
    for (const auto& trade : books.pending) out->pending.push_back(out->labels[trade.id]);
    out->withoutChain = sources.withoutChain;

    auto both = portfolio::bindBook(books.withPending, chains);
    portfolio::GridSpec spec;
    if (const auto first = firstExpiryOf(both)) {
        out->firstExpiry = first->first;
        spec.horizons.back().days = first->second;
    } else {
        spec.horizons.pop_back();
    }
    out->asIs = caseOf(portfolio::bindBook(books.asIs, chains), spec, view, {}, out->equityUsd, out->vix);
    if (!books.pending.empty()) {
        out->withPending = caseOf(std::move(both), spec, view, books.pending, out->equityUsd, out->vix);
        if (out->asIs.map && out->withPending->map) out->changed = risk::changedCells(*out->asIs.map, *out->withPending->map);
    }
    const auto place = [](RiskCase& into, const std::optional<Var>& var, const std::string& legs) {
        if (var && var->legs == legs) {
            into.historical = var->historical;
            into.simulated = var->simulated;
            into.varAt = var->at;
        } else {
            into.historical.unavailable = into.simulated.unavailable = kBeingComputed;
            into.simulated.method = portfolio::VarMethod::MonteCarlo;
        }
    };
    place(out->asIs, m_asIs, keyOf(books.asIs));
    if (out->withPending) place(*out->withPending, m_withPending, keyOf(books.withPending));
    for (std::size_t i = 0; i < tradesOf(view); ++i)
        out->trades.push_back(tradeOf(view.approvals[i].request, withTrade(books.asIs, view.approvals[i].request), spec, chains, *out));
    out->attribution = m_attribution.explain(view, chains);
    out->milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    return out;
}

} // namespace mahler::desk
