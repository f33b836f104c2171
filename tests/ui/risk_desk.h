#pragma once

#include <QLabel>

#include "../portfolio/flat_chain.h"
#include "desk/risk_board.h"
#include "fake_port.h"
#include "ui/models/grid_view.h"
#include "ui/screen.h"

namespace mahler::ui::testing {

/// A desk that is short put spreads on one flat chain, and what is made of it.
struct Desk {
    portfolio::testing::FlatChain chain;
    desk::RiskBoard board{portfolio::SimulationSpec{300}};
    std::int64_t units = 5, pendingUnits = 0;
    bool cut = false;
    int historyDays = 0;

    portfolio::Position position(std::int64_t quantity, double sold, double bought) const {
        portfolio::Position p;
        p.id = PositionId("P-1");
        p.underlying = "SPX";
        p.legs = {{chain.contract(1, sold, market::Right::Put), -1}, {chain.contract(1, bought, market::Right::Put), 1}};
        p.kind = portfolio::classify(p.legs);
        p.quantity = quantity;
        p.openNet = *Price::fromDouble(12);
        p.openedAt = chain.time - std::chrono::hours(30);
        return p;
    }
    std::shared_ptr<desk::DeskView> view() const {
        auto v = std::make_shared<desk::DeskView>();
        v->at.utc = chain.time;
        v->session = market::Session::Open;
        v->sessionOpen = market::sessionOpen(market::toNewYork(chain.time).date);
        v->marks.equity = *Usd::fromDouble(100'000);
        v->marks.dayPnl = *Usd::fromDouble(-250);
        v->account.dayStartEquity = v->account.weekStartEquity = v->account.highWaterMark = *v->marks.equity;
        v->vix = 19;
        v->vixAgeSeconds = 0.1;
        desk::UnderlyingView u;
        u.quote.symbol = "SPX";
        u.ageSeconds = 0.1;
        v->underlyings.push_back(u);
        if (units != 0) {
            desk::PositionView p;
            p.position = position(units, 4800, 4700);
            v->positions.push_back(p);
        }
        if (pendingUnits != 0) {
            desk::ApprovalView a;
            const auto like = position(pendingUnits, 4900, 4800);
            a.request.id = ApprovalId("A-3");
            a.request.order.underlying = like.underlying;
            a.request.order.kind = like.kind;
            a.request.order.legs = like.legs;
            a.request.order.quantity = like.quantity;
            a.request.order.netLimit = like.openNet;
            v->approvals.push_back(a);
        }
        return v;
    }
    RiskPtr risk() {
        desk::RiskSources sources{view(), {}, {}, {}};
        if (cut)
            sources.withoutChain["SPX"] = "the feed is cut";
        else
            sources.chains = {chain.priced()};
        auto past = std::make_shared<market::History>();
        auto date = std::chrono::sys_days(std::chrono::year{2026} / 8 / 18) - std::chrono::days(historyDays);
        for (int i = 0; i < historyDays; ++i, date += std::chrono::days(1)) {
            market::DailyBar bar;
            bar.date = date;
            bar.close = 5000 + 60 * ((i * 7) % 11);
            past->bars["SPX"].push_back(bar);
            past->vix.push_back({date, 20.0 - ((i * 7) % 11) * 0.3});
        }
        sources.history = past;
        if (board.varIsOld(sources)) board.renewVar(sources);
        return board.make(sources);
    }
};

template <class W> W* named(const QWidget& in, const char* name) {
    for (auto* w : in.findChildren<W*>())
        if (w->accessibleName() == QLatin1String(name)) return w;
    return nullptr;
}

inline QString textOf(const QWidget& in) {
    QStringList all;
    for (auto* label : in.findChildren<QLabel*>())
        if (label->isVisibleTo(&in)) all << label->text();
    return all.join(QLatin1Char('\n'));
}

inline GridModel* modelOf(const GridView* grid) { return qobject_cast<GridModel*>(grid->model()); }

} // namespace mahler::ui::testing
