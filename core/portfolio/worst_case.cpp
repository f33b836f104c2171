#include "portfolio/worst_case.h"

#include <algorithm>
#include <map>

namespace mahler::portfolio {

namespace {

/// Everything of one underlying that settles at one moment: a morning and an afternoon expiry of a day settle at two prices.
struct Expiring {
    std::vector<const RiskLeg*> legs;
    double shares = 0; ///< that stand behind its short calls

    double slopeAtInfinity() const {
        double slope = shares;
        for (const auto* leg : legs)
            if (leg->holding.contract->right == market::Right::Call) slope += leg->units();
        return slope;
    }
    double payoff(double spot) const {
        double value = shares * spot;
        for (const auto* leg : legs) {
            const double strike = leg->holding.contract->strike.toDouble();
            value += leg->units() * std::max(0.0, leg->holding.contract->right == market::Right::Call ? spot - strike : strike - spot);
        }
        return value;
    }
    /// Piecewise linear: the lowest payoff is at zero or at a strike.
    double worstLoss(double spot) const {
        double worst = payoff(0), cost = shares * spot;
        for (const auto* leg : legs) {
            worst = std::min(worst, payoff(leg->holding.contract->strike.toDouble()));
            cost += leg->units() * leg->mark->toDouble();
        }
        return std::max(0.0, cost - worst);
    }
};

} // namespace

std::optional<Usd> worstCaseAtExpiry(const RiskBook& book) {
    std::map<std::string, std::map<UtcTime, Expiring>> expiring;
    std::map<std::string, double> shares;
    for (const auto& leg : book.legs) {
        const auto& holding = leg.holding;
        if (!leg.mark || !book.spots.count(holding.underlying)) return std::nullopt;
        if (holding.contract)
            expiring[holding.underlying][holding.contract->expiresAt()].legs.push_back(&leg);
        else
            shares[holding.underlying] += static_cast<double>(holding.quantity);
    }
    double total = 0;
    for (auto& [underlying, dates] : expiring)
        for (auto& [moment, group] : dates) {
            const double open = group.slopeAtInfinity();
            if (auto& left = shares[underlying]; open < 0 && left > 0) {
                group.shares = std::min(left, -open);
                left -= group.shares;
            }
            if (group.slopeAtInfinity() < 0) return std::nullopt;
            total += group.worstLoss(book.spots.at(underlying));
        }
    for (const auto& [underlying, left] : shares) {
        if (left < 0) return std::nullopt;
        total += left * book.spots.at(underlying);
    }
    const auto loss = Usd::fromDouble(total);
    return loss ? std::optional(*loss) : std::nullopt;
}

} // namespace mahler::portfolio
