#pragma once

#include <QAbstractItemModel>
#include <QLabel>
#include <QTableView>

#include "fake_port.h"
#include "ui/theme/format.h"

/// A book of two positions as the screens and bars around it are tested with.
namespace mahler::ui::testing {

inline desk::PositionView position(const std::string& id, const std::string& underlying, double delta, double spot, double maxLoss,
                                   const portfolio::BetaWeights& weights) {
    desk::PositionView p;
    p.position.id = PositionId(id);
    p.position.underlying = underlying;
    p.position.kind = portfolio::StrategyKind::BullPutSpread;
    p.position.quantity = 2;
    p.position.openNet = Price::fromMicros(1'000'000);
    p.position.owner = "agent:desk";
    for (const auto& [strike, ratio] : {std::pair(450.0, -1), std::pair(445.0, 1)}) {
        desk::LegView leg;
        leg.contract = market::OptionContract::make(underlying, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), market::Right::Put);
        leg.quantity = ratio * 2;
        leg.iv = 0.18;
        leg.ageSeconds = 0.5;
        p.position.legs.push_back({leg.contract, ratio});
        p.legs.push_back(leg);
    }
    p.delta = delta;
    p.deltaDollars = delta * spot;
    p.gammaPerPercent = -1.25;
    p.thetaPerDay = 4;
    p.vegaPerPoint = -15;
    p.mark.openPnl = p.dayPnl = Usd::fromMicros(-12'000'000);
    p.maxLoss = Usd::fromDouble(maxLoss).value();
    p.buyingPower = Usd::fromDouble(maxLoss + 200).value();
    p.oldestAgeSeconds = 0.5;
    const portfolio::DeltaPart part{underlying, p.deltaDollars, std::nullopt};
    p.beta = portfolio::betaWeighted({&part, 1}, weights);
    return p;
}
inline void weigh(desk::DeskView& view) {
    std::vector<portfolio::DeltaPart> parts;
    for (const auto& p : view.positions) parts.push_back({p.position.underlying, p.deltaDollars, 0.0});
    view.beta = portfolio::betaWeighted(parts, view.betaWeights);
}
/// SPY at 500 with 10 shares, QQQ at 400 with -20 shares and beta 1.2: 10 - 8000 x 1.2 / 500 = -9.2 shares of SPY.
inline std::shared_ptr<desk::DeskView> book() {
    auto view = viewWithRequest(approval::Tier::T1);
    view->approvals.clear();
    view->betaWeights.benchmarkSpot = 500;
    view->betaWeights.byUnderlying["QQQ"] = {1.2, 0.86, 252, std::chrono::year{2026} / 11 / 20};
    view->positions = {position("P-1", "SPY", 10, 500, 800, view->betaWeights), position("P-2", "QQQ", -20, 400, 1'900, view->betaWeights)};
    weigh(*view);
    view->account.dayStartEquity = Usd::fromMicros(100'000'000'000);
    view->marks.dayPnl = Usd::fromMicros(-782'000'000);
    view->dayPnlParts = {Usd::fromMicros(-24'000'000), Usd::fromMicros(-750'500'000), Usd::fromMicros(7'500'000)};
    view->portfolioRiskFraction = 0.05;
    view->greeks.deltaDollars = -3000;
    view->greeks.included = view->greeks.total = 2;
    return view;
}
inline QString cell(const QAbstractItemModel& model, int row, const QString& column, int role = Qt::DisplayRole) {
    for (int c = 0; c < model.columnCount(); ++c)
        if (model.headerData(c, Qt::Horizontal).toString() == column) return model.index(row, c).data(role).toString();
    return QStringLiteral("no column ") + column;
}
inline QTableView* gridNamed(const QWidget& where, const QString& name) {
    for (auto* grid : where.findChildren<QTableView*>())
        if (grid->accessibleName() == name) return grid;
    return nullptr;
}
inline QString labelWith(const QWidget& where, const QString& words) {
    for (auto* label : where.findChildren<QLabel*>())
        if (!label->isHidden() && label->text().contains(words)) return label->text();
    return {};
}

} // namespace mahler::ui::testing
