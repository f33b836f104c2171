#pragma once

#include <array>
#include <vector>

#include "pricing/cash_dividends.h"
#include "simulation/event_calendar.h"
#include "simulation/instruments.h"
#include "simulation/trading_clock.h"

namespace mahler::simulation {

/// One expiry of the implied surface at one time: SSVI in total variance, free of butterfly and calendar
/// arbitrage (Gatheral & Jacquier 2014, eq. 4.1 with phi = eta / sqrt(theta), theorem 4.2).
struct SurfaceSlice {
    double spot = 0, forward = 0, discount = 1;
    double years = 0;                             ///< ACT/365
    double dividendYield = 0;                     ///< of a fund the one that gives the forward its cash dividends leave
    std::vector<pricing::CashDividend> dividends; ///< until expiry; the spot drops by them
    double atmVariance = 0;                       ///< total, to expiry
    double phi = 0, rho = 0;

    double totalVariance(double strike) const;
    /// Standard deviation to expiry at a strike: volatility times the root of time.
    double deviation(double strike) const;
    /// What is certain to be had for an American option by exercising now, just before an ex-date (call) or just after one (put).
    double certain(bool call, double strike) const;
    /// Annualised volatility (ACT/365) at a strike.
    double volatility(double strike) const;
};

/// The simulated implied surfaces as functions of each underlying's instantaneous variance. At-the-money
/// variance runs in market time from the instantaneous to a long-run level (Heston 1993, eq. for expected
/// variance) plus a fixed amount for each scheduled release still to come. VIX is the 30-day variance swap of
/// the SPX surface. Immutable.
class Surface {
public:
    Surface(const TradingClock& clock, const EventCalendar& calendar);

    SurfaceSlice slice(Asset asset, double spot, double variance, UtcTime t, UtcTime expiresAt) const;
    /// 30-day at-the-money volatility, interpolated in total variance between the two Fridays around it.
    double iv30(Asset asset, double variance, UtcTime t) const;
    /// Index points; the white paper's method: near- and next-term Friday, interpolated in total variance.
    double vix(double spxVariance, UtcTime t) const;
    /// The instantaneous SPX variance at which vix() gives `target`.
    double varianceForVix(double target, UtcTime t) const;

    const TradingClock& clock() const { return *m_clock; }
    const EventCalendar& calendar() const { return *m_calendar; }

private:
    struct Term {
        double nearYears, nextYears, nearMarketYears, nextMarketYears;
        int nearReleases, nextReleases;
    };
    Term monthTerm(UtcTime t) const;
    double atmVariance(const Instrument& spec, double variance, double marketYears, int releases) const;
    double swapRatio(double atmVariance) const;
    double vixOf(double spxVariance, const Term& term) const;

    const TradingClock* m_clock;
    const EventCalendar* m_calendar;
    std::vector<double> m_swapRatio; ///< variance swap over at-the-money variance, on a grid of log variance
};

/// Undiscounted Black (1976) price of one unit of forward per strike.
double blackCall(double forward, double strike, double deviation);
/// Early-exercise premium over the European price (Barone-Adesi & Whaley 1987, corrected by Ju & Zhong 1999),
/// per unit, zero where exercise never pays.
double exercisePremium(bool call, const SurfaceSlice& slice, double strike, double volatility, double european);

} // namespace mahler::simulation
