#pragma once

#include <vector>

#include "pricing/american.h"

namespace mahler::pricing {

/// American values of one expiry. Boundaries are built once per volatility of a small grid (on first use), shared by all
/// strikes and interpolated between grid volatilities; a premium that cannot reach 2e-8 of the strike is left out.
/// Price error under 2e-7 of spot on the reference chain (tests). One thread at a time: it remembers what it built.
class AmericanSlice {
public:
    AmericanSlice(double rate, double dividendYield, double years);

    double price(market::Right right, double spot, double strike, double vol);
    /// As priceAmerican(); vega and rho to about 1e-4 of themselves.
    Valuation value(market::Right right, double spot, double strike, double vol);
    /// As impliedVolAmerican(), to about 1e-8; `guess` 0 when there is none. Within 5e-6 of the strike of the exercise
    /// value (less than half a tick) a price counts as that value.
    ImpliedVol impliedVol(market::Right right, double spot, double strike, double price, double guess);

private:
    struct Curve { ///< the boundaries of one (rate, yield)
        double rate = 0, yield = 0;
        OuterGrid grid;
        std::vector<Boundary> built;
        std::vector<char> has;
        double lastVol = 0;
        Boundary last;
    };
    struct Side {
        EarlyExercise kind = EarlyExercise::Never;
        Curve base, bumped; ///< bumped: the interest rate of the option moved by kRateStep
    };
    Curve makeCurve(double rate, double yield) const;
    const Boundary& knot(Curve& curve, int index) const;
    const Boundary& at(Curve& curve, double vol) const;
    Side& side(market::Right right) { return right == market::Right::Call ? m_call : m_put; }
    Inputs inputs(market::Right right, double spot, double strike, double vol) const;
    static bool negligible(const Curve& curve, double m, double vol);

    double m_rate, m_yield, m_years;
    Side m_call, m_put;
};

} // namespace mahler::pricing
