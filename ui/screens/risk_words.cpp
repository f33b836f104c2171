#include "ui/screens/risk_words.h"

#include <cmath>
#include <QCoreApplication>

#include "ui/theme/format.h"

namespace mahler::ui::riskwords {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("mahler::ui::riskwords", text); }

constexpr double kDelayedSeconds = 30; ///< polled once a second; the cap of UX 2.1 for tradable values

} // namespace

QString name(risk::MapStop stop) {
    switch (stop) {
    case risk::MapStop::B3Drawdown: return tr("B3  Drawdown");
    case risk::MapStop::B2WeeklyLoss: return tr("B2  Weekly loss");
    case risk::MapStop::B1DailyLoss: return tr("B1  Daily loss");
    case risk::MapStop::B4Vix: return tr("B4  VIX");
    case risk::MapStop::PortfolioRisk: return tr("Portfolio risk");
    case risk::MapStop::CorrelatedEquities: return tr("Correlated equities");
    case risk::MapStop::SinglePosition: return tr("Single position");
    case risk::MapStop::PortfolioDelta: return tr("Portfolio delta");
    case risk::MapStop::PortfolioGamma: return tr("Portfolio gamma");
    }
    return {};
}

QString shortName(risk::MapStop stop) {
    switch (stop) {
    case risk::MapStop::B3Drawdown: return QStringLiteral("B3");
    case risk::MapStop::B2WeeklyLoss: return QStringLiteral("B2");
    case risk::MapStop::B1DailyLoss: return QStringLiteral("B1");
    case risk::MapStop::B4Vix: return QStringLiteral("B4");
    case risk::MapStop::PortfolioRisk: return QStringLiteral("PR");
    case risk::MapStop::CorrelatedEquities: return QStringLiteral("CE");
    case risk::MapStop::SinglePosition: return QStringLiteral("SP");
    case risk::MapStop::PortfolioDelta: return QString(QChar(0x0394));
    case risk::MapStop::PortfolioGamma: return QString(QChar(0x0393));
    }
    return {};
}

QString haltBeside(const risk::MapCell& cell) {
    const auto halt = cell.halt();
    return halt && cell.first && *halt != *cell.first ? tr("; %1 halts, too").arg(name(*halt).simplified()) : QString();
}

QString legend() {
    return tr("B1 day, B2 week, B3 drawdown, B4 VIX: halt.  PR, CE, SP risk, %1, %2: no entries").arg(QChar(0x0394)).arg(QChar(0x0393));
}

QString spot(double move) {
    const double percent = move * 100;
    return std::abs(percent) < 1e-9 ? QStringLiteral("0%")
                                    : format::signedNumber(percent, std::abs(percent - std::round(percent)) > 1e-6 ? 1 : 0) + QLatin1Char('%');
}

QString vol(double move) { return spot(move); }

QString horizon(const desk::RiskView& view, std::size_t index) {
    const auto& horizons = view.asIs.grid.horizons;
    if (index >= horizons.size()) return {};
    if (index + 1 == horizons.size() && view.firstExpiry) return tr("To %1").arg(format::date(*view.firstExpiry));
    const int days = static_cast<int>(std::lround(horizons[index].days));
    return days == 0 ? tr("Now") : days == 1 ? tr("+1 day") : tr("+%1 days").arg(days);
}

QString when(const desk::RiskView& view, std::size_t index) {
    const auto& horizons = view.asIs.grid.horizons;
    if (index >= horizons.size()) return {};
    if (index + 1 == horizons.size() && view.firstExpiry) return tr("on %1").arg(format::date(*view.firstExpiry));
    const int days = static_cast<int>(std::lround(horizons[index].days));
    return days == 0 ? tr("now") : days == 1 ? tr("after 1 day") : tr("after %1 days").arg(days);
}

QString dollars(const std::optional<double>& value, bool sign) {
    if (!value || !std::isfinite(*value)) return format::dash();
    const int decimals = std::round(std::abs(*value) * 100) >= 10'000 ? 0 : 2;
    return sign ? format::signedNumber(*value, decimals) : format::number(*value, decimals);
}

Tone tone(double value) { return value >= 0.005 ? Tone::Gain : value <= -0.005 ? Tone::Loss : Tone::Dim; }

Cell signedDollars(const std::optional<double>& value, const QString& tooltip) {
    return {dollars(value), value ? QVariant(*value) : QVariant(), value ? tone(*value) : Tone::Dim, desk::Freshness::Fresh, tooltip};
}

QString leg(const portfolio::Holding& holding) { return format::text(holding.contract ? holding.contract->label() : holding.underlying); }

QString trippedNow(const risk::BreakerMap& map) {
    QStringList names;
    for (const auto stop : map.now) names << name(stop).simplified();
    if (map.vixUnknown) names << tr("B4 VIX (unknown counts as tripped)");
    return names.isEmpty() ? QString()
                           : tr("Tripped before anything moves: %1. The cells show what comes on top.").arg(names.join(QStringLiteral(", ")));
}

QString stop(const risk::MapCell& cell) {
    if (!cell.first) return QString(QChar(0x00B7));
    const QString share = format::percent(cell.at, 0);
    return cell.at >= 0.995 ? shortName(*cell.first) : shortName(*cell.first) + QLatin1Char(' ') + share;
}

int stepOf(const risk::MapCell& cell) { return !cell.first ? 3 : cell.at < 1.0 / 3 ? 0 : cell.at < 2.0 / 3 ? 1 : 2; }

desk::Freshness freshness(const desk::RiskView& risk, const desk::DeskView* view) {
    if (risk.session != market::Session::Open) return desk::Freshness::Closed;
    if (!view) return desk::Freshness::Fresh;
    const double apart = std::chrono::duration<double>(view->at.utc - risk.at).count() / std::max(1.0, view->speed);
    if (apart >= kDelayedSeconds) return desk::Freshness::Stale;
    const auto input =
        risk.asIs.book.spots.empty() && risk.withoutChain.empty() ? desk::Freshness::Fresh : desk::freshnessOf(risk.oldestInputSeconds);
    return input == desk::Freshness::Stale || input == desk::Freshness::Dead || input == desk::Freshness::Unknown ? desk::Freshness::Stale
                                                                                                                  : desk::Freshness::Fresh;
}

QString asOf(const desk::RiskView& risk, const desk::DeskView* view) {
    const QString time = format::timeNewYork(risk.at);
    switch (freshness(risk, view)) {
    case desk::Freshness::Closed: return tr("market closed, quotes of %1 ET").arg(time);
    case desk::Freshness::Stale:
        return risk.oldestInputSeconds ? tr("STALE, quotes of %1 ET, oldest %2").arg(time, format::age(risk.oldestInputSeconds))
                                       : tr("STALE, quotes of %1 ET").arg(time);
    default: return tr("as of %1 ET").arg(time);
    }
}

QString leftOut(const desk::RiskView& view, const desk::RiskCase& shown) {
    const auto& coverage = shown.grid.coverage;
    if (coverage.complete()) return {};
    QStringList causes;
    for (const auto& [underlying, cause] : view.withoutChain)
        if (!shown.book.spots.count(underlying)) causes << tr("%1: %2").arg(format::text(underlying), format::text(cause));
    for (const auto& cause : coverage.excluded)
        if (causes.size() < 2) causes << format::text(cause);
    return tr("%1 of %2 legs priced; every number here leaves the others out. %3")
        .arg(coverage.priced)
        .arg(coverage.total)
        .arg(causes.join(QStringLiteral("; ")));
}

QString cutOff(const desk::RiskView& view, const desk::RiskCase& shown) {
    QStringList causes;
    for (const auto& [underlying, cause] : view.withoutChain)
        if (shown.book.spots.count(underlying)) causes << tr("%1 stands on its last quotes: %2.").arg(format::text(underlying), format::text(cause));
    return causes.join(QLatin1Char(' '));
}

} // namespace mahler::ui::riskwords
