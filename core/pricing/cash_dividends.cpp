#include "pricing/cash_dividends.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "pricing/american.h"
#include "pricing/european.h"
#include "pricing/log_grid.h"

namespace mahler::pricing {

namespace {

using market::ExerciseStyle;
using market::Right;

struct GridSize {
    int cells, timeSteps;
    double deviations;
};
GridSize sizeOf(GridAccuracy accuracy) { return accuracy == GridAccuracy::Chain ? GridSize{200, 80, 5.5} : GridSize{800, 400, kGridDeviations}; }
LogGrid gridOf(const Inputs& in, std::span<const CashDividend> dividends, GridAccuracy accuracy) {
    const GridSize size = sizeOf(accuracy);
    return makeLogGrid(in, dividends, size.cells, size.timeSteps, size.deviations);
}
constexpr double kTick = 5e-6;          ///< of the strike: at chain accuracy a time value under it says nothing of volatility
constexpr double kLeastTotalVol = 1e-4; ///< below it the value is that of no volatility
// The declared error, calibrated on 20,800 random Americans against the boundary method, which reach 0.33 of it. Two grids can err alike; what a
// third one, twice as coarse again, would have extrapolated to tells where convergence is not smooth.
constexpr double kGapShare = 1.5;                          ///< of the gap between the two extrapolations
constexpr double kErrorShare = 0.0125, kLeastError = 2e-8; ///< of the gap between two grids; of spot
/// Of spot times one standard deviation: what is left where the grids happen to err alike. Within kNearGap deviations of the exercise
/// boundary, and as many more as rates move over the life, the error falls in jumps as the boundary passes nodes, by what gamma jumps
/// there: twice the drift in deviations. Held or exercised, a spot within kNearNodes has most of it; an exercised one further inside none.
constexpr double kErrorFloor = 7e-6, kNearFloor = 1e-4, kNextFloor = 1.6e-4, kNearGap = 0.6;
constexpr double kNearNodes = 10;
/// Where only the finer grid holds on there is nothing to extrapolate: of the time value it found.
constexpr double kLoneShare = 2;

std::optional<std::vector<CashDividend>> usableDividends(const Inputs& in, std::span<const CashDividend> given) {
    std::vector<CashDividend> kept;
    for (const CashDividend& d : given) {
        if (!std::isfinite(d.years) || !std::isfinite(d.amount) || d.amount < 0 || d.years < 0) return std::nullopt;
        if (d.amount > 0 && d.years > 0 && d.years < in.years) kept.push_back(d);
    }
    std::sort(kept.begin(), kept.end(), [](const CashDividend& a, const CashDividend& b) { return a.years < b.years; });
    return kept;
}

double sign(Right right) { return right == Right::Call ? 1 : -1; }

bool degenerate(const Inputs& in) { return in.spot <= 1e-100 || in.strike <= 1e-100 || in.vol * std::sqrt(in.years) < kLeastTotalVol; }

struct Extrapolated {
    GridPoint point;
    double error = 0;
};
double limitOf(double fine, double coarse) { return fine + (fine - coarse) / 3; }
/// @param coarsePoint takes the coarse grid's point when given.
GridPoint extrapolate(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, const LogGrid& grid,
                      GridPoint* coarsePoint = nullptr) {
    const GridPoint fine = solveOnGrid(style, in, dividends, grid), coarse = solveOnGrid(style, in, dividends, coarser(grid));
    if (coarsePoint) *coarsePoint = coarse;
    if (fine.exercised || coarse.exercised) return fine;
    return {limitOf(fine.value, coarse.value), limitOf(fine.delta, coarse.delta), limitOf(fine.gamma, coarse.gamma), false, fine.boundaryGap};
}

Extrapolated withError(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, const LogGrid& grid) {
    GridPoint coarse;
    Extrapolated e;
    e.point = extrapolate(style, in, dividends, grid, &coarse);
    const double deviation = in.vol * std::sqrt(in.years), unit = in.spot * deviation;
    const double drift = in.years * std::max({std::fabs(in.rate), std::fabs(in.dividendYield), std::fabs(in.rate - in.dividendYield)});
    e.error = kLeastError * in.spot;
    const bool next = e.point.boundaryGap < kNearNodes * grid.cell;
    if (e.point.exercised && !next) return e;
    e.error += kErrorFloor * unit;
    if (next || e.point.boundaryGap < kNearGap * (deviation + drift)) e.error += (next ? kNextFloor : kNearFloor) * in.spot * drift;
    if (e.point.exercised) return e;
    if (coarse.exercised) {
        e.error += kLoneShare * std::fabs(e.point.value - coarse.value);
        return e;
    }
    const double third = solveOnGrid(style, in, dividends, coarser(coarser(grid))).value;
    const double taken = std::fabs(e.point.value - coarse.value); // by extrapolation and by refining
    e.error += kGapShare * std::fabs(e.point.value - limitOf(coarse.value, third)) + kErrorShare * taken;
    return e;
}

DividendValuation certainValuation(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends) {
    const CertainValue c = certainValue(style, in, dividends);
    DividendValuation d;
    const double w = sign(in.right), gap = w * (c.discountedSpot - in.strike * std::exp(-in.rate * c.time));
    const double inTheMoney = gap > 0 ? 1 : gap < 0 ? 0 : 0.5;
    d.value.price = c.value;
    d.value.delta = w * inTheMoney * std::exp(-in.dividendYield * c.time) + 0.0; // -0 becomes 0
    d.value.rho = w * inTheMoney * c.time * in.strike * std::exp(-in.rate * c.time) + 0.0;
    d.value.status = PriceStatus::Degenerate;
    d.error = 0.4 * in.vol * std::sqrt(in.years) * in.spot + kLeastError * in.spot;
    return d;
}

/// Price at one volatility on a grid of its own or a given one.
double priceAt(ExerciseStyle style, Inputs in, std::span<const CashDividend> dividends, double vol, const LogGrid* grid, int cells) {
    in.vol = vol;
    return extrapolate(style, in, dividends, grid ? *grid : makeLogGrid(in, dividends, cells, cells / 2)).value;
}

/// Zero of f between low and high (f rises), from `guess`; Illinois, so that the bracket closes from both sides.
double risingZero(const auto& f, double low, double high, double guess, double tolerance) {
    double fLow = f(low), fHigh = 0, x = std::clamp(guess, low, high);
    for (;;) { // a bracket
        const double at = f(x);
        if (at >= 0 || x >= high) {
            high = x;
            fHigh = at;
            break;
        }
        low = x;
        fLow = at;
        x = std::min(high, 2 * x);
    }
    int side = 0;
    for (int step = 0; step < 60 && high - low > tolerance; ++step) {
        double next = low + (high - low) * (fLow / (fLow - fHigh));
        if (!(next > low && next < high)) next = 0.5 * (low + high);
        const double at = f(next);
        if (at < 0) {
            low = next;
            fLow = at;
            if (side == -1) fHigh *= 0.5;
            side = -1;
        } else {
            high = next;
            fHigh = at;
            if (side == 1) fLow *= 0.5;
            side = 1;
        }
        if (at == 0) return next;
    }
    return low + (high - low) * (fLow < 0 && fHigh > 0 ? fLow / (fLow - fHigh) : 0.5);
}

/// Secant steps on one fixed grid from a volatility that is nearly right; absent when they lead away from it.
std::optional<double> polished(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, double price, GridAccuracy accuracy,
                               double near) {
    Inputs centre = in;
    centre.vol = near;
    const LogGrid grid = gridOf(centre, dividends, accuracy);
    const double settled = accuracy == GridAccuracy::Fine ? 1e-9 : 1e-6;
    double x0 = near, f0 = priceAt(style, in, dividends, x0, &grid, 0) - price;
    double x1 = near * (f0 > 0 ? 0.998 : 1.002);
    for (int step = 0; step < 12; ++step) {
        const double f1 = priceAt(style, in, dividends, x1, &grid, 0) - price, slope = (f1 - f0) / (x1 - x0);
        if (!(slope > 0)) break;
        const double next = x1 - f1 / slope;
        if (!(next > 0.5 * near && next < 2 * near)) break;
        if (std::fabs(next - x1) < settled * next || f1 == 0) return next;
        x0 = x1;
        f0 = f1;
        x1 = next;
    }
    return std::nullopt;
}

} // namespace

CertainValue certainValue(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends) {
    CertainValue best{-1, 0, 0};
    const auto consider = [&](double spot, double t) { // spot: today's money before the yield
        const double held = spot * std::exp(-in.dividendYield * t);
        const double value = std::max(0.0, sign(in.right) * (held - in.strike * std::exp(-in.rate * t)));
        if (value > best.value) best = {value, t, held};
    };
    double spot = in.spot, from = 0;
    for (std::size_t i = 0; i <= dividends.size(); ++i) {
        const double to = i < dividends.size() ? dividends[i].years : in.years;
        if (style == ExerciseStyle::American) {
            consider(spot, from);
            const double ratio = in.rate * in.strike / (in.dividendYield * spot);
            const double turn = ratio > 0 && std::isfinite(ratio) ? std::log(ratio) / (in.rate - in.dividendYield) : -1;
            if (turn > from && turn < to) consider(spot, turn);
            consider(spot, to);
        }
        if (i < dividends.size()) spot = std::max(0.0, spot - dividends[i].amount * std::exp((in.dividendYield - in.rate) * to));
        from = to;
    }
    consider(spot, in.years);
    return best;
}

double forwardWithDividends(const Inputs& in, std::span<const CashDividend> dividends) {
    double forward = in.spot * std::exp((in.rate - in.dividendYield) * in.years);
    for (const CashDividend& d : dividends)
        if (d.years > 0 && d.years < in.years) forward -= d.amount * std::exp((in.rate - in.dividendYield) * (in.years - d.years));
    return forward;
}

DividendValuation dividendPriceOnly(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, GridAccuracy accuracy) {
    const auto kept = usableDividends(in, dividends);
    if (!validInputs(in) || !kept) return {};
    if (degenerate(in)) return certainValuation(style, in, *kept);
    const Extrapolated e = withError(style, in, *kept, gridOf(in, *kept, accuracy));
    DividendValuation d;
    if (!std::isfinite(e.point.value)) return d;
    d.value.price = std::max({e.point.value, 0.0, style == ExerciseStyle::American ? exerciseValue(in) : 0.0});
    d.error = e.error;
    d.value.status = PriceStatus::Ok;
    return d;
}

DividendValuation priceWithDividends(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, GridAccuracy accuracy) {
    const auto kept = usableDividends(in, dividends);
    if (!validInputs(in) || !kept) return {};
    if (degenerate(in)) return certainValuation(style, in, *kept);
    const LogGrid grid = gridOf(in, *kept, accuracy);
    const Extrapolated e = withError(style, in, *kept, grid);
    if (!std::isfinite(e.point.value + e.point.delta + e.point.gamma)) return {};
    DividendValuation d;
    Valuation& v = d.value;
    v.price = std::max({e.point.value, 0.0, style == ExerciseStyle::American ? exerciseValue(in) : 0.0});
    v.delta = e.point.delta;
    v.status = PriceStatus::Ok;
    d.error = e.error;
    if (e.point.exercised) return d;
    v.gamma = std::max(0.0, e.point.gamma);
    const bool both = accuracy == GridAccuracy::Fine; // sides of a difference
    const auto slope = [&](double Inputs::*field, double step) {
        Inputs up = in, down = in;
        up.*field += step;
        down.*field -= both ? step : 0;
        const double low = both ? extrapolate(style, down, *kept, grid).value : e.point.value;
        return (extrapolate(style, up, *kept, grid).value - low) / (both ? 2 * step : step);
    };
    v.vega = slope(&Inputs::vol, 5e-3 * in.vol);
    v.rho = slope(&Inputs::rate, 2e-4);
    v.theta = in.rate * v.price - (in.rate - in.dividendYield) * in.spot * v.delta - 0.5 * in.vol * in.vol * in.spot * in.spot * v.gamma;
    return d;
}

ImpliedVol impliedVolWithDividends(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, double price,
                                   GridAccuracy accuracy, double guess) {
    const auto kept = usableDividends(in, dividends);
    if (!validTerms(in) || !std::isfinite(price) || in.spot <= 1e-100 || in.strike <= 1e-100 || !kept) return {0, IvStatus::BadInput};
    if (in.years <= 0) return {0, IvStatus::Expired};
    const double most = in.right == Right::Call ? in.spot * std::max(1.0, std::exp(-in.dividendYield * in.years))
                                                : in.strike * std::max(1.0, std::exp(-in.rate * in.years));
    if (price >= most) return {0, IvStatus::AboveMaximum};
    const double floor = certainValue(style, in, *kept).value, exercise = style == ExerciseStyle::American ? exerciseValue(in) : 0;
    const double resolution = accuracy == GridAccuracy::Fine ? 1e-7 * (in.spot + in.strike) : kTick * in.strike;
    if (price < floor - (floor > 0 ? resolution : 0)) return {0, IvStatus::BelowIntrinsic};
    if (price <= floor + resolution) return {0, exercise > 0 && floor <= exercise ? IvStatus::ExerciseRegion : IvStatus::BelowMinimum};
    const double rootT = std::sqrt(in.years), least = 2 * kLeastTotalVol / rootT, highest = 8 / rootT;
    if (guess > 2 * least && guess < 0.5 * highest)
        if (const std::optional<double> vol = polished(style, in, *kept, price, accuracy, guess)) return {*vol, IvStatus::Ok};
    Inputs escrowed = in;
    escrowed.spot = std::max(in.spot - presentValueOfDividends(in, *kept, 0), 0.01 * in.spot);
    const ImpliedVol first = impliedVolEuropean(escrowed, price);
    guess = first.status == IvStatus::Ok ? std::clamp(first.vol, 2 * least, 0.5 * highest) : std::clamp(0.3, least, highest);
    const auto rough = [&](double vol) { return priceAt(style, in, *kept, vol, nullptr, accuracy == GridAccuracy::Fine ? 200 : 100) - price; };
    const double near = risingZero(rough, least, highest, 1.02 * guess, 1e-4 * guess);
    if (!(near > least && near < 0.999 * highest)) return {0, near > least ? IvStatus::AboveMaximum : IvStatus::BelowMinimum};
    if (const std::optional<double> vol = polished(style, in, *kept, price, accuracy, near)) return {*vol, IvStatus::Ok};
    return {0, IvStatus::NoConvergence};
}

} // namespace mahler::pricing
