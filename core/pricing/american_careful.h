#pragma once

#include <vector>

#include "pricing/american_boundary.h"

namespace mahler::pricing {

/// One exercise boundary where the lane kernels do not hold, that is where rates move several deviations over the life: fixed point
/// B of Andersen, Lake & Offengenden 2016 (section 4) on 41 Chebyshev points of sqrt(tau), whose inner nodes crowd at short times, from a
/// QD+ start. The spot is free: one boundary serves all moneynesses. Built in some three milliseconds. Immutable, thread-safe.
class CarefulPut {
public:
    /// `put` with one boundary, years and vol positive.
    explicit CarefulPut(const PutProblem& put);
    /// Whether holding and exercising are worth the same at the boundary, within 1e-5 of a deviation of the whole life (an
    /// equation that the iteration meets only when its points suffice). Without it no number below may be used.
    bool sound() const { return m_sound; }
    /// That difference, in deviations; prices err by no more than it (1,200 problems against 65 points).
    double mismatch() const { return m_mismatch; }
    /// ln of the boundary now: at or below it the put is exercised.
    double lnNow() const;
    /// Early-exercise premium of a put on strike 1 at moneyness `m` above the boundary; some 10 us.
    double premium(double m) const;

private:
    void iterate();
    double step(std::size_t node, bool first) const;
    double european(double m) const;

    PutProblem m_put;
    double m_top = 1, m_lnTop = 0;
    std::vector<double> m_depth;         ///< ln^2(B/X) at the points, from tau 0
    std::vector<double> m_rate, m_yield; ///< e^{ru}, e^{qu} by point and inner node
    double m_mismatch = 0;
    bool m_sound = false;
};

} // namespace mahler::pricing
