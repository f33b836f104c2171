#pragma once

#include <optional>
#include <QString>

#include "desk/risk_view.h"
#include "ui/models/grid_model.h"

/// How the risk screens put their values into words and cells.
namespace mahler::ui::riskwords {

QString name(risk::MapStop stop); ///< "B1  Daily loss"
/// "; B1 Daily loss halts, too" where a breaker halts besides what trips first; else empty.
QString haltBeside(const risk::MapCell& cell);
QString shortName(risk::MapStop stop); ///< "B1", "Δ"
QString legend();                      ///< what the short names mean, one line
QString spot(double move);             ///< "−7.5%", "0"
QString vol(double move);              ///< "+20%", "0"
/// "Now", "+5 days", "To 18 Dec 26": of a horizon of the grid.
QString horizon(const desk::RiskView& view, std::size_t index);
/// The same within a sentence: "now", "after 5 days", "on 18 Dec 26".
QString when(const desk::RiskView& view, std::size_t index);
/// Dollars without the sign of the currency: 0 decimals from 100 on, else 2; absent is the dash.
QString dollars(const std::optional<double>& value, bool sign = true);
Tone tone(double value);
Cell signedDollars(const std::optional<double>& value, const QString& tooltip = {});
/// "underlying expiry strike right" of a leg, as the chain names it.
QString leg(const portfolio::Holding& holding);
/// What is tripped before anything moves, one sentence; empty when nothing is.
QString trippedNow(const risk::BreakerMap& map);
/// "B1 62%": what trips first and after how much of the way; the name alone in the cell itself; a dot when nothing does.
QString stop(const risk::MapCell& cell);
/// The step of a cell of the breaker map: the nearer it trips the stronger; neutral when nothing does.
int stepOf(const risk::MapCell& cell);
/// How old what is shown is: the market's own seconds between it and the desk, at the speed the market runs.
desk::Freshness freshness(const desk::RiskView& risk, const desk::DeskView* view);
/// "as of 10:42:07 ET", with the age where it is not fresh.
QString asOf(const desk::RiskView& risk, const desk::DeskView* view);
/// What is left out and why; empty when nothing is.
QString leftOut(const desk::RiskView& view, const desk::RiskCase& shown);
/// Which underlyings stand on old quotes and why; empty when none does.
QString cutOff(const desk::RiskView& view, const desk::RiskCase& shown);

} // namespace mahler::ui::riskwords
