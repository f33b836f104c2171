#include "simulation/surface.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "market/exchange_calendar.h"
#include "pricing/option_pricer.h"

namespace mahler::simulation {

namespace {

constexpr double kLowestLogVariance = -12.0, kLogVarianceStep = 0.25;
constexpr int kRatioNodes = 48;
constexpr double kMonthYears = 30.0 / 365.0;

double ssvi(double theta, double phi, double rho, double k) {
    const double x = phi * k + rho;
    return 0.5 * theta * (1.0 + rho * phi * k + std::sqrt(x * x + 1.0 - rho * rho));
}

/// Variance swap over at-the-money variance of one slice: 2/F * integral of out-of-the-money prices over K^-2
/// (Demeterfi et al. 1999), cut where listed strikes end, as the published index is.
double replicatedRatio(const Instrument& spec, double theta) {
    constexpr double kLowest = -4.2, kHighest = 3.2, kStep = 0.02;
    const double root = std::sqrt(theta);
    double sum = 0.0;
    for (double z = kLowest; z <= kHighest; z += kStep) {
        const double k = z * root;
        const double strike = std::exp(k);
        const double deviation = std::sqrt(ssvi(theta, spec.skewEta / root, spec.skewRho, k));
        const double call = blackCall(1.0, strike, deviation);
        const double price = k < 0.0 ? call - 1.0 + strike : call;
        sum += price / strike * root * kStep;
    }
    return 2.0 * sum / theta;
}

double lerpTotalVariance(double near, double next, double nearYears, double nextYears) {
    return near + (next - near) * (kMonthYears - nearYears) / (nextYears - nearYears);
}

} // namespace

double SurfaceSlice::totalVariance(double strike) const { return ssvi(atmVariance, phi, rho, std::log(strike / forward)); }
double SurfaceSlice::deviation(double strike) const { return std::sqrt(totalVariance(strike)); }
double SurfaceSlice::volatility(double strike) const { return std::sqrt(totalVariance(strike) / years); }

double SurfaceSlice::certain(bool call, double strike) const {
    double best = std::max(0.0, call ? spot - strike : strike - spot), left = spot;
    for (const auto& d : dividends) {
        const double cash = strike * std::exp(-kRate * d.years);
        if (call) best = std::max(best, left - cash);
        left -= d.amount * std::exp(-kRate * d.years);
        if (!call) best = std::max(best, cash - left);
    }
    return best;
}

Surface::Surface(const TradingClock& clock, const EventCalendar& calendar) : m_clock(&clock), m_calendar(&calendar) {
    m_swapRatio.reserve(kRatioNodes);
    for (int i = 0; i < kRatioNodes; ++i)
        m_swapRatio.push_back(replicatedRatio(instrument(Asset::Spx), std::exp(kLowestLogVariance + i * kLogVarianceStep)));
}

double Surface::atmVariance(const Instrument& spec, double variance, double marketYears, int releases) const {
    const double longRun = spec.longRunVol * spec.longRunVol;
    return longRun * marketYears + (variance - longRun) * -std::expm1(-kVarianceReversion * marketYears) / kVarianceReversion +
           releases * spec.eventMove * spec.eventMove;
}

SurfaceSlice Surface::slice(Asset asset, double spot, double variance, UtcTime t, UtcTime expiresAt) const {
    const Instrument& spec = instrument(asset);
    SurfaceSlice slice;
    slice.spot = spot;
    slice.years = pricing::yearsBetween(t, expiresAt);
    double paid = 0;
    for (const auto& [date, amount] : m_calendar->dividends(asset)) {
        const UtcTime drop = market::fromNewYork(date, 0, 0);
        if (drop <= t || drop >= expiresAt) continue;
        slice.dividends.push_back({pricing::yearsBetween(t, drop), amount});
        paid += amount * std::exp(-kRate * slice.dividends.back().years);
    }
    if (spec.dividends == DividendRule::None)
        slice.dividendYield = spec.dividendYield;
    else if (paid > 0)
        slice.dividendYield = -std::log1p(-paid / spot) / slice.years;
    slice.forward = spot * std::exp((kRate - slice.dividendYield) * slice.years);
    slice.discount = std::exp(-kRate * slice.years);
    slice.atmVariance = atmVariance(spec, variance, m_clock->years(t, expiresAt), m_calendar->releasesBetween(t, expiresAt));
    slice.atmVariance = std::max(slice.atmVariance, 1e-12);
    slice.phi = spec.skewEta / std::sqrt(slice.atmVariance);
    slice.rho = spec.skewRho;
    return slice;
}

Surface::Term Surface::monthTerm(UtcTime t) const {
    const auto target = std::chrono::sys_days(addDays(market::toNewYork(t).date, 30));
    const auto friday = target - (std::chrono::weekday(target) - std::chrono::Friday);
    const auto near = m_clock->onOrBefore(TradingDate(friday)).close;
    const auto next = m_clock->onOrBefore(TradingDate(friday + std::chrono::days(7))).close;
    return {pricing::yearsBetween(t, near), pricing::yearsBetween(t, next),       m_clock->years(t, near),
            m_clock->years(t, next),        m_calendar->releasesBetween(t, near), m_calendar->releasesBetween(t, next)};
}

double Surface::iv30(Asset asset, double variance, UtcTime t) const {
    const Term term = monthTerm(t);
    const Instrument& spec = instrument(asset);
    const double w = lerpTotalVariance(atmVariance(spec, variance, term.nearMarketYears, term.nearReleases),
                                       atmVariance(spec, variance, term.nextMarketYears, term.nextReleases), term.nearYears, term.nextYears);
    return std::sqrt(w / kMonthYears);
}

double Surface::swapRatio(double atmVariance) const {
    const double x = std::clamp((std::log(atmVariance) - kLowestLogVariance) / kLogVarianceStep, 0.0, kRatioNodes - 1.001);
    const auto i = static_cast<std::size_t>(x);
    const double f = x - static_cast<double>(i);
    return m_swapRatio[i] * (1.0 - f) + m_swapRatio[i + 1] * f;
}

double Surface::vixOf(double spxVariance, const Term& term) const {
    const Instrument& spec = instrument(Asset::Spx);
    const double near = atmVariance(spec, spxVariance, term.nearMarketYears, term.nearReleases);
    const double next = atmVariance(spec, spxVariance, term.nextMarketYears, term.nextReleases);
    const double w = lerpTotalVariance(near * swapRatio(near), next * swapRatio(next), term.nearYears, term.nextYears);
    return 100.0 * std::sqrt(w / kMonthYears);
}

double Surface::vix(double spxVariance, UtcTime t) const { return vixOf(spxVariance, monthTerm(t)); }

double Surface::varianceForVix(double target, UtcTime t) const {
    const Term term = monthTerm(t);
    double low = 1e-5, high = 4.0;
    for (int i = 0; i < 34; ++i) {
        const double middle = std::sqrt(low * high);
        (vixOf(middle, term) < target ? low : high) = middle;
    }
    return std::sqrt(low * high);
}

double blackCall(double forward, double strike, double deviation) {
    const double d1 = std::log(forward / strike) / deviation + 0.5 * deviation;
    return forward * pricing::normalCdf(d1) - strike * pricing::normalCdf(d1 - deviation);
}

} // namespace mahler::simulation
