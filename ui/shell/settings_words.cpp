#include "ui/shell/settings_words.h"

#include <QCoreApplication>
#include <QHash>

namespace mahler::ui {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Settings)

public:
    static QHash<QString, SettingWords> screener() {
        return {
            {QStringLiteral("profile"),
             {tr("Profile"), tr("Where the thresholds start: calibrated passes what real chains pay, seed is the product's first list. Choosing one "
                                "sets every threshold below.")}},
            {QStringLiteral("dte_min"), {tr("Days to expiry, from"), tr("The nearest expiry the screener looks at, in calendar days.")}},
            {QStringLiteral("dte_max"), {tr("Days to expiry, to"), tr("The furthest expiry the screener looks at, in calendar days.")}},
            {QStringLiteral("short_delta_min"), {tr("Short delta, from"), tr("Smallest delta of the sold option, without its sign.")}},
            {QStringLiteral("short_delta_max"), {tr("Short delta, to"), tr("Largest delta of the sold option, without its sign.")}},
            {QStringLiteral("iv_percentile_min"),
             {tr("IV percentile, at least"), tr("Share of the past year's days on which implied volatility was lower than now.")}},
            {QStringLiteral("allow_unknown_iv_percentile"),
             {tr("Allow an unknown IV percentile"),
              tr("Without a year of history the percentile is unknown: on lets such spreads pass and says so, off refuses them.")}},
            {QStringLiteral("width_min"), {tr("Width, from"), tr("Smallest distance between the strikes of a spread.")}},
            {QStringLiteral("width_max"), {tr("Width, to"), tr("Largest distance between the strikes of a spread.")}},
            {QStringLiteral("scale_width"),
             {tr("Scale width for index levels"), tr("Multiplies both widths by spot / 500, for underlyings that trade in thousands.")}},
            {QStringLiteral("credit_to_width_min"), {tr("Credit, at least"), tr("Credit at mid as a share of the width.")}},
            {QStringLiteral("credit_to_cost_min"),
             {tr("Credit to costs, at least"), tr("Credit at mid over the costs of the round trip: slippage and commissions.")}},
            {QStringLiteral("require_positive_ev"),
             {tr("Expected value above zero"), tr("After costs, over the whole payoff, under the real-world distribution.")}},
            {QStringLiteral("bid_ask_max"), {tr("Bid-ask, at most"), tr("Width of the short leg's quote as a share of its mid.")}},
            {QStringLiteral("open_interest_min"), {tr("Open interest, at least"), tr("Of the short leg.")}},
            {QStringLiteral("volume_min"), {tr("Volume, at least"), tr("Of the short leg, today.")}},
            {QStringLiteral("slippage"), {tr("Slippage assumed"), tr("Share of the bid-ask width given away each way.")}},
            {QStringLiteral("commission_per_contract"), {tr("Commission assumed"), tr("Each way, for one contract.")}},
        };
    }
    static QHash<QString, SettingWords> limits() {
        return {
            {QStringLiteral("risk_per_trade"), {tr("Risk per trade, at most"), tr("Worst-case loss of one new trade.")}},
            {QStringLiteral("single_position"), {tr("Single position, at most"), tr("Worst-case loss in one underlying.")}},
            {QStringLiteral("portfolio_risk"), {tr("Portfolio risk, at most"), tr("Worst-case loss of everything held and working.")}},
            {QStringLiteral("correlated_equities"), {tr("Correlated equities, at most"), tr("Exposure to the underlyings that fall together.")}},
            {QStringLiteral("automatic_per_day"),
             {tr("Sent without asking a day, at most"),
              tr("Worst-case loss of what the automatic tier sends in one session, of day-start equity; beyond it a trader is asked.")}},
            {QStringLiteral("portfolio_delta"), {tr("Portfolio delta, at most"), tr("Delta dollars of the whole book, without sign.")}},
            {QStringLiteral("portfolio_gamma"), {tr("Portfolio gamma, at most"), tr("Change of delta dollars for a 1 % move, without sign.")}},
            {QStringLiteral("max_spread_fraction"), {tr("Bid-ask of a leg, at most"), tr("A wider quote blocks an opening order.")}},
            {QStringLiteral("min_open_interest"), {tr("Open interest of a leg, at least"), tr("Fewer open contracts block an opening order.")}},
            {QStringLiteral("min_volume"), {tr("Volume of a leg, at least"), tr("Less trading today blocks an opening order.")}},
            {QStringLiteral("max_contracts_per_order"), {tr("Contracts per order, at most"), tr("A larger order is refused.")}},
            {QStringLiteral("max_working_orders"), {tr("Working orders, at most"), tr("Orders at the broker at one time.")}},
            {QStringLiteral("max_messages_per_second"), {tr("Order messages per second, at most"), tr("Cancels are never counted.")}},
            {QStringLiteral("max_messages_per_minute"), {tr("Order messages per minute, at most"), tr("Cancels are never counted.")}},
            {QStringLiteral("max_messages_per_day"), {tr("Order messages per day, at most"), tr("Cancels are never counted.")}},
            {QStringLiteral("duplicate_window_seconds"),
             {tr("Duplicate window, at least"), tr("The same legs, side, quantity and price within this time are a duplicate.")}},
            {QStringLiteral("max_openings_per10_minutes"),
             {tr("Openings in 10 minutes, at most"), tr("Of one strategy in one underlying; more disable the strategy there.")}},
            {QStringLiteral("no_open_before_close_minutes"),
             {tr("No opening before the close"), tr("On the expiry day: how long before the close opening orders stop.")}},
            {QStringLiteral("price_band_fraction"),
             {tr("Price band, at most"), tr("How far a limit price may lie outside bid and ask, as a share of the spread; never under $0.05.")}},
            {QStringLiteral("quote_max_age_seconds"), {tr("Age of a quote, at most"), tr("An older quote never prices, sizes, marks or closes.")}},
        };
    }
    static QHash<QString, SettingWords> others() {
        return {
            {QStringLiteral("trader_seconds"),
             {tr("Trader's deadline"), tr("How long a request for a trader ($1,000 to under $10,000) waits before silence rejects it.")}},
            {QStringLiteral("theme"), {tr("Theme"), tr("Dark or light surfaces.")}},
            {QStringLiteral("gain_loss"),
             {tr("Gain and loss"), tr("Blue and orange are safe for every kind of colour vision. Red before green: gains are red, as in East Asia. A "
                                      "sign always stands beside the colour.")}},
            {QStringLiteral("approvals"),
             {tr("Sound of a request"),
              tr("One sound when a request appears. A critical alarm sounds until it is acknowledged and cannot be silenced.")}},
            {QStringLiteral("density"), {tr("Density"), tr("Compact: text of 12 pixels. Comfortable: 13, with higher rows.")}},
        };
    }
    static QString unit(Unit unit) {
        switch (unit) {
        case Unit::None: return {};
        case Unit::Fraction: return tr("%");
        case Unit::OfEquity: return tr("% of equity");
        case Unit::Delta: return tr("delta");
        case Unit::Percentile: return tr("percentile");
        case Unit::Points: return tr("points");
        case Unit::Times: return tr("× costs");
        case Unit::Dollars: return tr("$");
        case Unit::Days: return tr("days");
        case Unit::Seconds: return tr("seconds");
        case Unit::Minutes: return tr("minutes");
        case Unit::Contracts: return tr("contracts");
        case Unit::Orders: return tr("orders");
        case Unit::Messages: return tr("messages");
        }
        return {};
    }
};

} // namespace

SettingWords settingWords(const QString& section, const QString& key) {
    const auto table = section == QLatin1String("screener") ? Words::screener()
                       : section == QLatin1String("limits") ? Words::limits()
                                                            : Words::others();
    return table.value(key, {key, {}});
}

QString unitWord(Unit unit) { return Words::unit(unit); }

double shownScale(Unit unit) { return unit == Unit::Fraction || unit == Unit::OfEquity ? 100 : 1; }

} // namespace mahler::ui
