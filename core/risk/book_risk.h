#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "portfolio/book.h"

namespace mahler::risk {

/// An order that is working, partly filled or UNKNOWN: it counts at full worst case (S4).
struct OutstandingOrder {
    OrderId id;
    portfolio::ComboOrder order;
    bool unknown = false;
};

/// What is at risk before an order under test: positions and every order that may still fill. Made once when the book, its
/// quotes or its Greeks change, so that a decision costs the legs of one order and not of a thousand.
struct BookRisk {
    struct Held {
        std::int64_t quantity = 0;
        std::int64_t closing = 0; ///< units that outstanding orders already close
        std::vector<portfolio::ComboLeg> legs;
    };
    Usd worstCase, correlated;              ///< at expiry, before fees; `correlated`: of correlated equities
    bool defined = true;                    ///< false: something held or outstanding has no worst case
    std::map<std::string, Usd> byStructure; ///< worst case by structureKey()
    std::map<PositionId, Held> held;
    int outstanding = 0;
    /// Delta dollars, and their change for a move of 1 %, over every way the outstanding orders may fill or not (S4).
    double deltaLow = 0, deltaHigh = 0, gammaLow = 0, gammaHigh = 0;
    std::string unknownGreeks; ///< a contract whose Greeks are missing; empty: all known
};

/// The same for the same legs in any order.
std::string structureKey(const std::vector<portfolio::ComboLeg>& legs);
/// Adds delta and gamma dollars of `quantity` units; a missing value names its contract in `unknown`.
void addGreeks(const std::vector<portfolio::ComboLeg>& legs, std::int64_t quantity, std::optional<double> spot, const portfolio::GreeksBook& greeks,
               double& deltaDollars, double& gammaDollars, std::string& unknown);
BookRisk bookRisk(const std::vector<portfolio::Position>& positions, const std::vector<OutstandingOrder>& outstanding,
                  const portfolio::GreeksBook& greeks, const std::map<std::string, double>& spots);

} // namespace mahler::risk
