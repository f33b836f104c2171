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
std::string percent(double fraction);

void state(Collector& c);                                  ///< halt, session, expiry day, strategy, rates, duplicates
void structure(Collector& c);                              ///< validity, defined risk, whole spreads, closing size
void market(Collector& c);                                 ///< quotes, price band, widths, open interest, volume
void exposure(Collector& c, const GateDecision& decision); ///< every limit on loss and Greeks

} // namespace mahler::risk::checks
