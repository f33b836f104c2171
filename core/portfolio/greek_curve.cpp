#include "portfolio/greek_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "portfolio/revaluer.h"

namespace mahler::portfolio {

namespace {

constexpr double kDaysPerYear = 365;
constexpr double kDeltaBump = 0.001, kGammaBump = 0.005; ///< of the spot
constexpr double kVolPoint = 0.01;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// One leg at one date, and a day after it where theta asks for that.
struct Dated {
    LegAhead at, after;
    double vol = 0, day = 0; ///< `day`: calendar days between both
};

double valueOf(const LegAhead& leg, double spot, double vol) { return leg.valueAt(spot, vol).value_or(kNone); }

/// Per unit of underlying.
double greekOf(const Dated& leg, CurveGreek greek, double spot) {
    switch (greek) {
    case CurveGreek::Delta: {
        const double h = spot * kDeltaBump;
        return (valueOf(leg.at, spot + h, leg.vol) - valueOf(leg.at, spot - h, leg.vol)) / (2 * h);
    }
    case CurveGreek::Gamma: {
        const double h = spot * kGammaBump;
        return (valueOf(leg.at, spot + h, leg.vol) - 2 * valueOf(leg.at, spot, leg.vol) + valueOf(leg.at, spot - h, leg.vol)) / (h * h);
    }
    case CurveGreek::Theta: return (valueOf(leg.after, spot, leg.vol) - valueOf(leg.at, spot, leg.vol)) / leg.day;
    case CurveGreek::Vega: {
        const double h = std::min(kVolPoint, leg.vol / 2);
        return (valueOf(leg.at, spot, leg.vol + h) - valueOf(leg.at, spot, leg.vol - h)) / (2 * h) * kVolPoint;
    }
    }
    return kNone;
}

} // namespace

std::vector<std::pair<double, double>> greekAcrossSpots(const ComboOrder& order, const pricing::PricedChain& chain, CurveGreek greek, double low,
                                                        double high, int points, double days, double volMove) {
    // The chain is the caller's for the time of the call.
    const std::vector<std::shared_ptr<const pricing::PricedChain>> chains{{std::shared_ptr<const pricing::PricedChain>(), &chain}};
    const RiskBook book = bindBook(holdingsOf(order), chains);
    if (!book.coverage().complete() || points < 2) return {};
    Revaluer revaluer;
    std::vector<Dated> legs;
    for (const auto& leg : book.legs) {
        const double left = leg.years * kDaysPerYear - days, day = std::min(1.0, left);
        if (!(left > 0)) return {};
        legs.push_back({revaluer.ahead(leg, days), greek == CurveGreek::Theta ? revaluer.ahead(leg, days + day) : LegAhead{},
                        leg.vol * tenorVolFactor(leg.years, volMove), day});
    }
    std::vector<std::pair<double, double>> out;
    for (int i = 0; i < points; ++i) {
        const double factor = low + (high - low) * i / (points - 1);
        double sum = 0;
        for (std::size_t l = 0; l < legs.size(); ++l) sum += greekOf(legs[l], greek, book.legs[l].spot * factor) * book.legs[l].units();
        if (!std::isfinite(sum)) return {};
        out.emplace_back(chain.spot * factor, sum);
    }
    return out;
}

} // namespace mahler::portfolio
