#pragma once

#include "risk/gate.h"

/// The gate's checks, grouped by what they look at. Each adds one Check per rule, passed or not.
namespace mahler::risk::checks {

struct Collector {
    const portfolio::ComboOrder& order;
    const GateContext& context;
    std::vector<Check>& out;

    bool opening() const { return order.intent == portfolio::OrderIntent::Open; }
    void add(std::string id, std::string value, std::string limit, bool pass, std::string reason);
};

struct ComboPrices {
    Price natural, mid, best; ///< cash to us per unit: worst for us, middle, best
};
std::optional<ComboPrices> comboPrices(const portfolio::ComboOrder& order, const portfolio::QuoteBook& quotes);
/// Between which net prices a limit may lie; absent when a leg is not quoted on both sides.
struct PriceBand {
    Price low, high;
};
std::optional<PriceBand> priceBand(const portfolio::ComboOrder& order, const portfolio::QuoteBook& quotes, const Limits& limits);
/// Why the risk of an opening order is not defined: every short leg must be covered by a long leg of the same right that does not
/// expire before it, and the loss be bounded. Absent: it is.
std::optional<std::string> uncovered(const portfolio::ComboOrder& order);
/// The largest distance between the strikes of one right: what the structure can lose before its credit.
Price widthOf(const portfolio::ComboOrder& order);
std::string percent(double fraction);

void state(Collector& c);                                  ///< halt, session, expiry day, strategy, rates, duplicates
void structure(Collector& c);                              ///< validity, defined risk, whole spreads, closing size
void market(Collector& c);                                 ///< quotes, price band, widths, open interest, volume
void exposure(Collector& c, const GateDecision& decision); ///< every limit on loss and Greeks

} // namespace mahler::risk::checks
