#include "pricing/quantlib_check.h"

#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <string>

#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <ql/pricingengines/vanilla/analyticeuropeanengine.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

namespace mahler::pricing {

namespace {

std::mutex& quantlibMutex() {
    static std::mutex mutex;
    return mutex;
}

QuantLib::ext::shared_ptr<QuantLib::QdFpIterationScheme> iterationScheme(QuantlibScheme scheme) {
    switch (scheme) {
    case QuantlibScheme::Fast: return QuantLib::QdFpAmericanEngine::fastScheme();
    case QuantlibScheme::Accurate: return QuantLib::QdFpAmericanEngine::accurateScheme();
    case QuantlibScheme::HighPrecision: break;
    }
    return QuantLib::QdFpAmericanEngine::highPrecisionScheme();
}

double priceByQuantlib(market::ExerciseStyle style, const Inputs& in, QuantlibScheme scheme) {
    namespace ql = QuantLib;
    const ql::Date today(1, ql::January, 2021), expiry = today + 365;
    ql::Settings::instance().evaluationDate() = today;
    const ql::Actual365Fixed days;
    const auto flat = [&](double rate) {
        return ql::Handle<ql::YieldTermStructure>(ql::ext::make_shared<ql::FlatForward>(today, rate * in.years, days));
    };
    const ql::Handle<ql::Quote> spot(ql::ext::make_shared<ql::SimpleQuote>(in.spot));
    const ql::Handle<ql::BlackVolTermStructure> vol(
        ql::ext::make_shared<ql::BlackConstantVol>(today, ql::NullCalendar(), in.vol * std::sqrt(in.years), days));
    const auto process = ql::ext::make_shared<ql::BlackScholesMertonProcess>(spot, flat(in.dividendYield), flat(in.rate), vol);
    const auto payoff = ql::ext::make_shared<ql::PlainVanillaPayoff>(in.right == market::Right::Call ? ql::Option::Call : ql::Option::Put, in.strike);
    const bool american = style == market::ExerciseStyle::American;
    ql::ext::shared_ptr<ql::Exercise> exercise;
    ql::ext::shared_ptr<ql::PricingEngine> engine;
    if (american) {
        exercise = ql::ext::make_shared<ql::AmericanExercise>(today, expiry);
        engine = ql::ext::make_shared<ql::QdFpAmericanEngine>(process, iterationScheme(scheme));
    } else {
        exercise = ql::ext::make_shared<ql::EuropeanExercise>(expiry);
        engine = ql::ext::make_shared<ql::AnalyticEuropeanEngine>(process);
    }
    ql::VanillaOption option(payoff, exercise);
    option.setPricingEngine(engine);
    return option.NPV();
}

constexpr double kRefused = std::numeric_limits<double>::quiet_NaN();

QuantLib::Option::Type typeOf(market::Right right) { return right == market::Right::Call ? QuantLib::Option::Call : QuantLib::Option::Put; }

} // namespace

void quantlibGreeks(std::span<const Inputs> in, std::span<Valuation> out) {
    const std::scoped_lock lock(quantlibMutex());
    for (std::size_t i = 0; i < in.size(); ++i) {
        const Inputs& o = in[i];
        try {
            const double discount = std::exp(-o.rate * o.years), forward = o.spot * std::exp((o.rate - o.dividendYield) * o.years);
            const QuantLib::BlackCalculator b(typeOf(o.right), o.strike, forward, o.vol * std::sqrt(o.years), discount);
            out[i] = {b.value(), b.delta(o.spot), b.gamma(o.spot), b.theta(o.spot, o.years), b.vega(o.years), b.rho(o.years), PriceStatus::Ok};
        } catch (const std::exception&) { out[i] = {kRefused, kRefused, kRefused, kRefused, kRefused, kRefused, PriceStatus::BadInput}; }
    }
}

void quantlibVols(std::span<const Inputs> in, std::span<const double> prices, std::span<double> out) {
    const std::scoped_lock lock(quantlibMutex());
    for (std::size_t i = 0; i < in.size(); ++i) {
        const Inputs& o = in[i];
        try {
            const double discount = std::exp(-o.rate * o.years), forward = o.spot * std::exp((o.rate - o.dividendYield) * o.years);
            out[i] = QuantLib::blackFormulaImpliedStdDev(typeOf(o.right), o.strike, forward, prices[i], discount, 0.0, QuantLib::Null<double>(),
                                                         1e-12, 200) /
                     std::sqrt(o.years);
        } catch (const std::exception&) { out[i] = kRefused; }
    }
}

void quantlibGrid(std::span<const Inputs> legs, std::span<const double> spots, std::span<const double> volShifts, std::span<double> sums) {
    const std::scoped_lock lock(quantlibMutex());
    for (const Inputs& leg : legs) {
        const double discount = std::exp(-leg.rate * leg.years), growth = std::exp((leg.rate - leg.dividendYield) * leg.years);
        const double rootYears = std::sqrt(leg.years);
        const QuantLib::Option::Type type = typeOf(leg.right);
        for (std::size_t v = 0; v < volShifts.size(); ++v)
            for (std::size_t s = 0; s < spots.size(); ++s) try {
                    sums[v * spots.size() + s] +=
                        QuantLib::blackFormula(type, leg.strike, spots[s] * growth, (leg.vol + volShifts[v]) * rootYears, discount);
                } catch (const std::exception&) { sums[v * spots.size() + s] = kRefused; }
    }
}

Result<double> quantlibPrice(market::ExerciseStyle style, const Inputs& in, QuantlibScheme scheme) {
    if (!(in.spot > 0 && in.strike > 0 && in.years > 0 && in.vol > 0) || !std::isfinite(in.rate + in.dividendYield))
        return badInput("quantlib: spot, strike, years and volatility must be positive");
    const std::scoped_lock lock(quantlibMutex());
    try {
        const double value = priceByQuantlib(style, in, scheme);
        if (!std::isfinite(value)) return Error{ErrorCode::NoConvergence, "quantlib: no finite price"};
        return value;
    } catch (const std::exception& e) { return badInput(std::string("quantlib: ") + e.what()); }
}

} // namespace mahler::pricing
