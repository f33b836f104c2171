#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/bench/rows.h"
#include "base/random.h"
#include "market/exchange_calendar.h"
#include "portfolio/scenario.h"
#include "portfolio/value_at_risk.h"
#include "pricing/american.h"
#include "pricing/american_kernels.h"
#include "pricing/quantlib_check.h"
#include "pricing/surface.h"
#include "simulation/simulated_market.h"

namespace mahler::bench {

namespace {

using market::ExerciseStyle;
using market::Right;
using pricing::Inputs;

constexpr double kSpot = 600, kRate = 0.043, kYield = 0.012;
constexpr int kLegs = 1000, kSteps = 100;
constexpr std::size_t kSample = 240; ///< prices of the peer, and of the errors
constexpr TradingDate kDay{std::chrono::year{2026}, std::chrono::November, std::chrono::day{23}};

/// 1,000 American legs on SPY at 600, long and short: 25 expiries of a week to two years, 20 strikes of each side of the money.
portfolio::RiskBook americanBook() {
    portfolio::RiskBook book;
    book.asof = market::fromNewYork(kDay, 11, 0);
    book.spots["SPY"] = kSpot;
    for (int i = 0; i < kLegs; ++i) {
        const int expiry = i / 40, place = i % 40;
        portfolio::RiskLeg leg;
        leg.years = (7 + 30 * expiry) / 365.0;
        const double width = std::min(0.45, 2.5 * 0.18 * std::sqrt(leg.years));
        const double strike = std::round(kSpot * std::exp(width * (2 * (place / 2 + 0.5) / 20 - 1)));
        const double k = std::log(strike / kSpot);
        leg.holding.underlying = "SPY";
        leg.holding.contract =
            market::OptionContract::make("SPY", addDays(kDay, 7 + 30 * expiry), *Price::fromDouble(strike), place % 2 ? Right::Put : Right::Call);
        leg.holding.quantity = i % 3 == 0 ? -5 : 3;
        leg.status = portfolio::LegStatus::Priced;
        leg.spot = kSpot;
        leg.rate = kRate;
        leg.dividendYield = kYield;
        leg.vol = std::clamp(0.16 - 0.22 * k / std::sqrt(leg.years + 0.08) + 0.55 * k * k / (leg.years + 0.1), 0.08, 1.2);
        leg.unit = pricing::priceAmerican({leg.holding.contract->right, kSpot, strike, leg.years, kRate, kYield, leg.vol});
        book.legs.push_back(std::move(leg));
    }
    return book;
}

/// One revaluation of a leg, as the grid or a scenario asks for it.
struct Repriced {
    Inputs in;
    double ours = 0;
};

struct Peer {
    double secondsEach = 0, maxError = 0, ourError = 0;
};

/// QuantLib's fast scheme on a sample, and both against the scalar high-precision method.
Peer judge(const std::vector<Repriced>& sample) {
    Peer peer;
    std::vector<double> theirs;
    const auto began = Wall::now();
    for (const auto& s : sample)
        theirs.push_back(pricing::quantlibPrice(ExerciseStyle::American, s.in, pricing::QuantlibScheme::Fast).value_or(std::nan("")));
    peer.secondsEach = std::chrono::duration<double>(Wall::now() - began).count() / static_cast<double>(sample.size());
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double exact = pricing::americanPrice(sample[i].in, pricing::Accuracy::Tight).value_or(std::nan(""));
        if (std::isfinite(theirs[i])) peer.maxError = std::max(peer.maxError, std::fabs(theirs[i] - exact));
        const double error = std::fabs(sample[i].ours - exact);
        peer.ourError = std::isnan(error) ? INFINITY : std::max(peer.ourError, error);
    }
    return peer;
}

Row gridRow(const portfolio::RiskBook& book) {
    portfolio::GridSpec spec;
    spec.spotMoves.clear();
    spec.volMoves.clear();
    for (int i = 0; i < kSteps; ++i) {
        spec.spotMoves.push_back(-0.15 + 0.3 * i / (kSteps - 1));
        spec.volMoves.push_back(-0.3 + 0.9 * i / (kSteps - 1));
    }
    spec.horizons = {{0.0}};
    spec.sensitivities = false;
    const auto began = Wall::now();
    const std::uint64_t from = cycleCount();
    const auto grid = portfolio::scenarioGrid(book, spec, std::nullopt);
    const auto cycles = static_cast<double>(cycleCount() - from);
    const double seconds = std::chrono::duration<double>(Wall::now() - began).count();
    Row row;
    row.name = "spot_vol_grid_american";
    row.unit = "ms for 100 x 100 x 1000";
    if (!grid) {
        row.note = grid.error().detail;
        return row;
    }
    std::vector<Repriced> sample;
    Random random(3);
    for (std::size_t n = 0; n < kSample; ++n) {
        const auto c = static_cast<std::size_t>(random.below(grid->cells.size())), i = static_cast<std::size_t>(random.below(book.legs.size()));
        const auto& leg = book.legs[i];
        const auto& cell = grid->cells[c];
        sample.push_back({{leg.holding.contract->right, kSpot * (1 + cell.spotMove), leg.holding.contract->strike.toDouble(), leg.years, kRate,
                           kYield, leg.vol * portfolio::tenorVolFactor(leg.years, cell.volMove)},
                          leg.unit.price + grid->legPnlUsd[c * grid->legs + i] / leg.units()});
    }
    const Peer peer = judge(sample);
    row.ours = row.p50 = 1e3 * seconds;
    const auto prices = static_cast<double>(grid->cells.size() * book.legs.size());
    row.peer = 1e3 * peer.secondsEach * prices;
    if (cycles > 0) row.cycles = cycles / prices;
    row.isa = pricing::americanKernels().name;
    row.peerName = "QuantLib 1.29 QdFp fast, a sample of 240 prices scaled up";
    row.maxError = peer.ourError;
    row.peerMaxError = peer.maxError;
    row.note = "one run, the profit of every leg in every cell kept; errors in price on a spot of 600, of 240 cells and legs";
    return row;
}

Row varRow(const portfolio::RiskBook& book) {
    Row row;
    row.name = "value_at_risk_full_revaluation";
    row.unit = "ms for 10000 scenarios x 1000 American legs";
    simulation::SimulationConfig config;
    config.date = kDay;
    const auto feed = simulation::makeSimulatedMarket(config);
    if (!feed->advance(market::fromNewYork(kDay, 11, 0), {})) return row;
    portfolio::VarSpec spec;
    spec.method = portfolio::VarMethod::MonteCarlo;
    portfolio::VarReport report;
    const Timing timing = timeRepeats(3, [&](int) { report = portfolio::valueAtRisk(book, *feed->history(), spec, 1e6); });
    if (!report.available()) {
        row.note = report.unavailable;
        return row;
    }
    std::vector<Repriced> sample; // the peer's speed only: a day's moves of spot and volatility
    Random random(4);
    for (std::size_t n = 0; n < kSample; ++n) {
        const auto& leg = book.legs[static_cast<std::size_t>(random.below(book.legs.size()))];
        const Inputs in{leg.holding.contract->right,
                        kSpot * (1 + 0.015 * random.normal()),
                        leg.holding.contract->strike.toDouble(),
                        leg.years,
                        kRate,
                        kYield,
                        leg.vol};
        sample.push_back({in, pricing::priceAmerican(in).price});
    }
    const Peer peer = judge(sample);
    const double prices = static_cast<double>(spec.simulation.paths) * kLegs;
    row.ours = row.p50 = 1e3 * timing.seconds;
    row.p99 = 1e3 * timing.slow;
    row.peer = 1e3 * peer.secondsEach * prices;
    if (timing.cycles > 0) row.cycles = timing.cycles / prices;
    row.isa = pricing::americanKernels().name;
    row.peerName = "QuantLib 1.29 QdFp fast, a sample of 240 prices scaled up";
    row.maxError = report.proof.maxErrorOfNotional;
    char note[240];
    std::snprintf(note, sizeof note,
                  "the whole report with components; error: share of gross notional in %d scenarios revalued in full (limit %.0e, %s), rms %.2g USD; "
                  "%d legs by proxy, %d in full; QuantLib's own error in price %.1e",
                  report.proof.checked, report.proof.limit, report.proof.passed ? "held" : "NOT held", report.proof.rmsErrorUsd,
                  report.proof.legsByProxy, report.proof.legsInFull, peer.maxError);
    row.note = note;
    return row;
}

struct Quoted {
    double years = 0;
    std::vector<pricing::SmilePoint> points;
};

/// 25 smiles of 100 quotes each: raw SVI shapes, the quotes scattered by half their half-width. Of the steeper
/// kind, with call wings as recorded index chains of short expiries have them, more than half need bounds.
std::vector<Quoted> quotedSmiles(bool steep) {
    std::vector<Quoted> slices;
    Random random(9);
    for (int e = 0; e < 25; ++e) {
        Quoted s;
        s.years = (7 + 30 * e) / 365.0;
        const double root = std::sqrt(s.years), b = (steep ? 0.2 : 0.09) * root, a = (steep ? -0.004 : 0.02) * s.years, rho = steep ? -0.25 : -0.6;
        const double m = steep ? 0.12 * root : 0.02, sigma = steep ? 0.3 * root : 0.1;
        for (int i = 0; i < 100; ++i) {
            const double k = root * (-1.2 + 1.8 * i / 99.0) * 0.6;
            const double w = pricing::sviTotalVariance(a, b, rho, m, sigma, k), half = 0.002 + 0.01 * std::fabs(k);
            s.points.push_back({k, std::sqrt(w / s.years) + half * 0.5 * random.normal(), std::exp(-k * k / w / 2) * root / half, half});
        }
        slices.push_back(std::move(s));
    }
    return slices;
}

Row surfaceRow(const char* name, bool steep) {
    const auto smiles = quotedSmiles(steep);
    std::vector<pricing::SurfaceInput> quotes;
    for (const Quoted& s : smiles) quotes.push_back({s.years, s.points});
    pricing::FittedSurface fitted;
    Row row = timed(name, "ms", 1e-3, 100, [&](int) { fitted = pricing::fitSurface(quotes); });
    int plain = 0;
    double rmse = 0, unbounded = 0;
    for (const auto& s : fitted.surface.slices) {
        plain += s.fit.model == pricing::SliceModel::Svi ? 1 : 0;
        rmse = std::max(rmse, s.fit.rmse);
        unbounded = std::max(unbounded, s.freeRmse);
    }
    char note[200];
    std::snprintf(note, sizeof note,
                  "%zu of 25 expiries, %d as they fell out, the rest bounded; %s; worst rmse %.4f in volatility, %.4f unbounded; quotes scattered by "
                  "half their half-width",
                  fitted.surface.slices.size(), plain, fitted.surface.arbitrageFree() ? "no arbitrage" : "arbitrage left", rmse, unbounded);
    row.note = note;
    return row;
}

} // namespace

std::vector<Row> portfolioRows() {
    const auto book = americanBook();
    return {gridRow(book), varRow(book), surfaceRow("surface_fit_25_x_100", false), surfaceRow("surface_fit_bounded_25_x_100", true)};
}

} // namespace mahler::bench
