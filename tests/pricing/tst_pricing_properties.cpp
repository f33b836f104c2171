#include <QtTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "base/random.h"
#include "pricing/american.h"
#include "pricing/american_cold.h"
#include "pricing/american_slice.h"
#include "pricing/european.h"

using namespace mahler;
using namespace mahler::pricing;
using market::Right;

/// Laws no American price may break, on random contracts; each is priced with its inputs moved both ways. 20,000 contracts, or
/// as many as MAHLER_PROPERTIES says (the ctest configuration "proof": a million; Europeans: aMillionRandomContractsKeepTheLaws
/// of tst_pricing_batch). MAHLER_PROPERTIES_SEED chooses others. Where rates move from one to four deviations over the life, or are
/// negative, the lanes alone or the slow careful method answer: 16 groups of two, or one for 2,500 contracts wanted. Not drawn: two exercise
/// boundaries (a negative rate over a yield that is lower still, for calls the other way round), where only the tree is defined.
class TestPricingProperties : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void americansKeepTheLaws();
    void americansKeepTheLawsAgainstStrongRates();
};

namespace {

long wanted(const char* name, long otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtol(text, nullptr, 10) : otherwise;
}

/// One expiry and sixteen contracts on it, whose volatilities are neighbours.
constexpr std::size_t kContracts = 16;
struct Group {
    double rate = 0, yield = 0, years = 0;
    std::array<SliceOption, kContracts> options;
    std::size_t count = kContracts;
    bool strong = false;
};

Group drawGroup(Random& random) {
    Group g;
    g.years = std::exp(-6 + 7 * random.uniform()); // a day to three years
    g.rate = random.below(10) == 0 ? 0 : 0.09 * random.uniform();
    g.yield = random.below(5) == 0 ? 0 : 0.08 * random.uniform();
    // Rates that move more than a deviation or so are left to slower methods (tst_pricing_extremes).
    const double least = 0.8 * std::max(g.rate, g.yield) * std::sqrt(g.years);
    const double vol = std::max(std::exp(-2.4 + 2.6 * random.uniform()), least);
    for (SliceOption& o : g.options) {
        o.right = random.below(2) == 0 ? Right::Call : Right::Put;
        o.spot = std::exp(8 * random.uniform());
        o.vol = vol * std::exp(0.1 * random.uniform());
        o.strike = o.spot * std::exp(1.2 * o.vol * std::sqrt(g.years) * random.normal());
    }
    return g;
}

/// Pull from 1 to 4, half of them around 2, where the equations of the lanes have false solutions; rates of either sign.
Group drawStrongGroup(Random& random) {
    for (;;) {
        Group g;
        g.strong = true;
        g.count = 2;
        g.years = std::exp(-5 + 5.7 * random.uniform());
        g.rate = 0.01 + 0.09 * random.uniform();
        g.yield = random.below(3) == 0 ? 0 : g.rate * 1.5 * random.uniform();
        if (random.below(4) == 0) g.yield = -0.02 * random.uniform();
        const bool put = random.below(3) != 0;
        if (!put) std::swap(g.rate, g.yield);
        const double rates = std::max({std::fabs(g.rate), std::fabs(g.yield), std::fabs(g.rate - g.yield)});
        const double pull = random.below(2) == 0 ? std::exp(1.4 * random.uniform()) : 1.7 + 0.6 * random.uniform();
        const double vol = rates * std::sqrt(g.years) / pull;
        if (vol < 0.003 || vol * std::sqrt(g.years) > 1) continue;
        for (SliceOption& o : g.options) {
            o.right = put ? Right::Put : Right::Call;
            o.spot = 100;
            o.vol = vol * std::exp(0.02 * random.uniform());
            o.strike = o.spot * std::exp(0.6 * o.vol * std::sqrt(g.years) * random.normal());
        }
        return g;
    }
}

enum Shift { None, Other, SpotUp, SpotDown, VolUp, VolDown, StrikeUp, StrikeDown, TimeUp, TimeDown, RateUp, RateDown, Shifts };
constexpr double kSpotStep = 0.01, kVolStep = 0.01, kStrikeStep = 0.05, kTimeStep = 0.005; ///< of a deviation, vol, a deviation, the life
double rateStepOf(const Group& g) { return 2e-3 * g.rate; }
double spotStepOf(const Group& g) { return g.strong ? kSpotStep / 4 : kSpotStep; } // values turn over a shorter way where rates are strong

using Values = std::array<std::array<Valuation, kContracts>, Shifts>;

void valueAll(const Group& g, Values& values) {
    const auto rated = [&](double rate, double years) { return AmericanSlice(rate, g.yield, years); };
    AmericanSlice now = rated(g.rate, g.years);
    const auto moved = [&](Shift shift, AmericanSlice& slice, const auto& change) {
        std::array<SliceOption, kContracts> options = g.options;
        for (SliceOption& o : options) change(o);
        slice.values(std::span(options).first(g.count), std::span(values[shift]).first(g.count));
    };
    const double rootT = std::sqrt(g.years);
    moved(None, now, [](SliceOption&) {});
    if (!g.strong) moved(Other, now, [](SliceOption& o) { o.right = o.right == Right::Call ? Right::Put : Right::Call; });
    for (const double sign : {1.0, -1.0}) {
        const auto at = [sign](Shift up) { return sign > 0 ? up : static_cast<Shift>(up + 1); };
        moved(at(SpotUp), now, [&](SliceOption& o) { o.spot *= 1 + sign * spotStepOf(g) * std::min(1.0, o.vol * rootT); });
        moved(at(VolUp), now, [&](SliceOption& o) { o.vol *= 1 + sign * kVolStep; });
        moved(at(StrikeUp), now, [&](SliceOption& o) { o.strike *= 1 + sign * kStrikeStep * std::min(1.0, o.vol * rootT); });
        AmericanSlice later = rated(g.rate, g.years * (1 + sign * kTimeStep)), dearer = rated(g.rate + sign * rateStepOf(g), g.years);
        moved(at(TimeUp), later, [](SliceOption&) {});
        moved(at(RateUp), dearer, [](SliceOption&) {});
    }
}

/// The widest miss of each law in units of what it is allowed.
struct Worst {
    double delta = 0, gamma = 0, vega = 0, theta = 0, rho = 0, law = 0;
    long bumped = 0;
};

/// @return empty, or the law that is broken.
const char* broken(const Group& g, const Values& values, std::size_t i, Worst& worst) {
    const SliceOption& o = g.options[i];
    const Valuation& v = values[None][i];
    const Inputs in{o.right, o.spot, o.strike, g.years, g.rate, g.yield, o.vol};
    for (const auto& row : values) {
        if (g.strong && &row == &values[Other]) continue;
        const Valuation& x = row[i];
        if (x.status != PriceStatus::Ok || !std::isfinite(x.price + x.delta + x.gamma + x.theta + x.vega + x.rho))
            return "a number or a status is missing";
    }
    const double scale = std::max(o.spot, o.strike), noise = 3e-8 * scale, w = o.right == Right::Call ? 1 : -1;
    const double deviation = std::min(1.0, o.vol * std::sqrt(g.years)), exercise = std::max(w * (o.spot - o.strike), 0.0);
    const auto no = [&](double excess) { // by how much a law is exceeded
        worst.law = std::max(worst.law, excess / noise);
        return excess > noise;
    };
    if (v.price < exercise || no(priceEuropean(in).price - v.price) || no(v.price - (o.right == Right::Call ? o.spot : o.strike))) return "bounds";
    const double gap = w * (v.price - values[Other][i].price); // call less put
    if (!g.strong && (no(o.spot * std::exp(-g.yield * g.years) - o.strike - gap) || no(gap - (o.spot - o.strike * std::exp(-g.rate * g.years)))))
        return "parity of American calls and puts";
    if (w * v.delta < -1e-6 || w * v.delta > 1 + 1e-6 || v.gamma < 0 || v.vega < 0) return "signs of the Greeks";
    const auto price = [&](Shift shift) { return values[shift][i].price; };
    const double spotStep = spotStepOf(g) * deviation * o.spot, strikeStep = kStrikeStep * deviation * o.strike;
    const double rise = w * (price(SpotUp) - price(SpotDown));
    if (no(-rise) || no(rise - 2 * spotStep)) return "monotone in spot, by no more than the spot";
    const double fall = w * (price(StrikeDown) - price(StrikeUp));
    if (no(-fall) || no(fall - 2 * strikeStep)) return "monotone in strike, by no more than the strike";
    if (no(2 * v.price - price(StrikeUp) - price(StrikeDown))) return "convex in strike";
    if (no(2 * v.price - price(SpotUp) - price(SpotDown))) return "convex in spot";
    if (no(price(VolDown) - v.price) || no(v.price - price(VolUp))) return "rising with volatility";
    if (no(price(TimeDown) - v.price) || no(v.price - price(TimeUp))) return "rising with time";
    // Across the exercise boundary the second derivatives jump: bumps say nothing there.
    for (const Shift shift : {None, SpotUp, SpotDown, VolUp, VolDown, TimeUp, TimeDown, RateUp, RateDown})
        if (values[shift][i].price <= std::max(w * (o.spot * (shift == SpotUp     ? 1 + spotStepOf(g) * deviation
                                                              : shift == SpotDown ? 1 - spotStepOf(g) * deviation
                                                                                  : 1) -
                                                    o.strike),
                                               0.0) *
                                          (1 + 1e-9))
            return "";
    ++worst.bumped;
    const auto bump = [&](double greek, Shift up, double step, double natural, double& kept, double Valuation::*of) {
        const double slope = (values[up][i].*of - values[up + 1][i].*of) / (2 * step);
        const double miss = std::fabs(greek - slope) / natural;
        kept = std::max(kept, miss);
        return miss <= 1;
    };
    const double rootT = std::sqrt(g.years), timeStep = kTimeStep * g.years;
    if (!bump(v.delta, SpotUp, spotStep, 2e-4 + noise / spotStep, worst.delta, &Valuation::price)) return "delta against bumps";
    // Against strong rates gamma is several times what it usually is next to the boundary.
    const double natural = std::max(1 / (o.spot * deviation), g.strong ? v.gamma : 0);
    if (!bump(v.gamma, SpotUp, spotStep, 2e-3 * natural, worst.gamma, &Valuation::delta)) return "gamma against bumps";
    if (!bump(v.vega, VolUp, kVolStep * o.vol, 5e-4 * scale * rootT + noise / (kVolStep * o.vol), worst.vega, &Valuation::price))
        return "vega against bumps";
    if (!bump(-v.theta, TimeUp, timeStep, 1e-4 * scale * (o.vol / rootT + g.rate + g.yield) + noise / timeStep, worst.theta, &Valuation::price))
        return "theta against bumps";
    if (const double step = rateStepOf(g); step > 0)
        if (!bump(v.rho, RateUp, step, 1e-3 * scale * g.years + 1e-7 * scale / step, worst.rho, &Valuation::price)) // the kernel's declared error
            return "rho against bumps";
    return "";
}

} // namespace

void TestPricingProperties::americansKeepTheLaws() {
    const long count = wanted("MAHLER_PROPERTIES", 20'000);
    Random random(static_cast<std::uint64_t>(wanted("MAHLER_PROPERTIES_SEED", 90)));
    Worst worst;
    Values values;
    long checked = 0, failures = 0;
    for (; checked < count; checked += static_cast<long>(kContracts)) {
        const Group g = drawGroup(random);
        valueAll(g, values);
        for (std::size_t i = 0; i < kContracts; ++i)
            if (const char* law = broken(g, values, i, worst); *law != 0) {
                const SliceOption& o = g.options[i];
                if (++failures <= 20)
                    qWarning("%s: %s S %.10g K %.10g T %.10g r %.10g q %.10g vol %.10g price %.10g", law, o.right == Right::Call ? "call" : "put",
                             o.spot, o.strike, g.years, g.rate, g.yield, o.vol, values[None][i].price);
            }
        // One of them alone: the other kernel.
        const SliceOption& o = g.options[0];
        const Valuation alone = priceAmerican({o.right, o.spot, o.strike, g.years, g.rate, g.yield, o.vol});
        QVERIFY(std::fabs(alone.price - values[None][0].price) < 3e-8 * std::max(o.spot, o.strike));
    }
    qInfo("%ld American contracts, %ld of them against bumps; of what is allowed: laws %.2f, delta %.2f, gamma %.2f, vega %.2f, theta %.2f, rho %.2f",
          checked, worst.bumped, worst.law, worst.delta, worst.gamma, worst.vega, worst.theta, worst.rho);
    QCOMPARE(failures, 0L);
}

void TestPricingProperties::americansKeepTheLawsAgainstStrongRates() {
    const long groups = std::max(16L, wanted("MAHLER_PROPERTIES", 0) / 2500);
    Random random(static_cast<std::uint64_t>(wanted("MAHLER_PROPERTIES_SEED", 91)));
    Worst worst;
    Values values;
    long failures = 0;
    double offTree = 0;
    for (long n = 0; n < groups; ++n) {
        const Group g = drawStrongGroup(random);
        valueAll(g, values);
        for (std::size_t i = 0; i < g.count; ++i) {
            const SliceOption& o = g.options[i];
            const Inputs in{o.right, o.spot, o.strike, g.years, g.rate, g.yield, o.vol};
            const char* law = broken(g, values, i, worst);
            // A tree knows no boundary; this one is within 0.3 % of a deviation here.
            const double gap = std::fabs(values[None][i].price - americanTreePrice(in, 300)) / (o.spot * o.vol * std::sqrt(g.years));
            offTree = std::max(offTree, gap);
            if (*law == 0 && gap > 4e-3) law = "the tree";
            Valuation cold[2];
            priceAmericansCold({&in, 1}, {&cold[0], 1}, ColdAccuracy::Tight);
            priceAmericansCold({&in, 1}, {&cold[1], 1}, ColdAccuracy::Quick);
            const double alone = priceAmerican(in).price, scale = std::max(o.spot, o.strike);
            if (*law == 0 && (std::fabs(alone - values[None][i].price) > 3e-8 * scale || std::fabs(cold[0].price - alone) > 1e-7 * scale ||
                              std::fabs(cold[1].price - alone) > 5e-6 * scale))
                law = "one price alone, in a slice and cold";
            if (*law != 0 && ++failures <= 20)
                qWarning("%s: %s S %.10g K %.10g T %.10g r %.10g q %.10g vol %.10g price %.10g", law, o.right == Right::Call ? "call" : "put", o.spot,
                         o.strike, g.years, g.rate, g.yield, o.vol, values[None][i].price);
        }
    }
    qInfo("%ld contracts against strong rates, %ld of them against bumps; off the tree by %.2g deviations; of what is allowed: laws %.2f, "
          "delta %.2f, gamma %.2f, vega %.2f, theta %.2f, rho %.2f",
          2 * groups, worst.bumped, offTree, worst.law, worst.delta, worst.gamma, worst.vega, worst.theta, worst.rho);
    QCOMPARE(failures, 0L);
}

QTEST_APPLESS_MAIN(TestPricingProperties)
#include "tst_pricing_properties.moc"
