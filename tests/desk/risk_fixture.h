#pragma once

#include <cmath>

#include "../portfolio/flat_chain.h"
#include "desk/risk_board.h"

/// Desks on one flat chain, for the risk view and the attribution.
namespace mahler::desk::testing {

using mahler::portfolio::testing::FlatChain;

constexpr auto P = market::Right::Put;
constexpr auto C = market::Right::Call;

inline portfolio::Position position(const char* id, const FlatChain& chain, double sold, double bought, market::Right right, std::int64_t quantity,
                                    double credit, UtcTime openedAt) {
    portfolio::Position p;
    p.id = PositionId(id);
    p.underlying = market::classSpec(chain.root).underlying;
    p.legs = {{chain.contract(1, sold, right), -1}, {chain.contract(1, bought, right), 1}};
    p.kind = portfolio::classify(p.legs);
    p.quantity = quantity;
    p.openNet = *Price::fromDouble(credit);
    p.openFees = *Usd::fromDouble(2.0 * static_cast<double>(quantity));
    p.openedAt = openedAt;
    return p;
}

inline std::shared_ptr<DeskView> viewOf(const FlatChain& chain, std::vector<portfolio::Position> positions) {
    auto view = std::make_shared<DeskView>();
    view->at.utc = chain.time;
    view->session = market::Session::Open;
    view->sessionOpen = market::sessionOpen(market::toNewYork(chain.time).date);
    view->marks.equity = *Usd::fromDouble(100'000);
    view->account.dayStartEquity = view->account.weekStartEquity = view->account.highWaterMark = *view->marks.equity;
    view->vix = 19;
    view->vixAgeSeconds = 0.5;
    for (const auto* symbol : {"SPX", "SPY"}) {
        UnderlyingView u;
        u.quote.symbol = symbol;
        u.ageSeconds = 0.5;
        view->underlyings.push_back(u);
    }
    for (auto& p : positions) {
        PositionView shown;
        shown.position = std::move(p);
        view->positions.push_back(std::move(shown));
    }
    return view;
}

inline std::shared_ptr<market::History> history(int days) {
    auto out = std::make_shared<market::History>();
    auto date = std::chrono::sys_days(std::chrono::year{2026} / 8 / 18) - std::chrono::days(days);
    double spot = 4000, vix = 20;
    for (int i = 0; i <= days; ++i, date += std::chrono::days(1)) {
        spot *= 1 + 0.01 * std::sin(i * 1.7);
        vix *= 1 - 0.05 * std::sin(i * 1.7);
        market::DailyBar bar;
        bar.date = date;
        bar.close = spot;
        out->bars["SPX"].push_back(bar);
        out->vix.push_back({date, vix});
    }
    return out;
}

inline RiskSources sourcesOf(const FlatChain& chain, const std::shared_ptr<DeskView>& view, std::shared_ptr<market::History> past = {}) {
    return {view, {chain.priced()}, {}, std::move(past)};
}

inline ApprovalView request(const char* id, const portfolio::Position& like) {
    ApprovalView a;
    a.request.id = ApprovalId(id);
    a.request.order.underlying = like.underlying;
    a.request.order.kind = like.kind;
    a.request.order.legs = like.legs;
    a.request.order.quantity = like.quantity;
    a.request.order.netLimit = like.openNet;
    return a;
}

} // namespace mahler::desk::testing
