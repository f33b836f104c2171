#pragma once

#include <optional>
#include <QString>

#include "base/money.h"
#include "base/time.h"
#include "desk/desk_view.h"

/// How numbers are written (UX 2.2): U+2212 minus, explicit plus where a sign matters, an em dash for the unknown.
namespace mahler::ui::format {

QString dash();
QString number(double value, int decimals); ///< never "-0"
QString signedNumber(double value, int decimals);
QString number(const std::optional<double>& value, int decimals);
QString signedNumber(const std::optional<double>& value, int decimals);
QString money(Usd value); ///< 0 decimals from 100 on, else 2; "$4,380"
QString money(const std::optional<Usd>& value);
QString signedMoney(Usd value);
QString signedMoney(const std::optional<Usd>& value);
QString price(const std::optional<Price>& value);     ///< 2 decimals
QString priceMove(const std::optional<Price>& value); ///< to the cent with sign and unit: "+$0.07"
QString net(Price value);                             ///< "1.35 cr", "0.85 db"
QString net(const std::optional<Price>& value);
QString percent(const std::optional<double>& fraction, int decimals = 1); ///< "12.4%"
QString signedPercent(const std::optional<double>& fraction, int decimals = 2);
QString count(const std::optional<std::int64_t>& value);
QString dte(UtcTime now, UtcTime expiry);          ///< "32d"; under two days "6h12m"
QString age(const std::optional<double>& seconds); ///< "2s", "4m"
QString countdown(double seconds);                 ///< "01:42"
QString timeNewYork(UtcTime t);                    ///< "10:35:04"
QString timeTooltip(UtcTime t);                    ///< New York and UTC with milliseconds
QString date(TradingDate d);                       ///< "19 Dec 26"
QString text(const std::string& utf8);

} // namespace mahler::ui::format
