#include "pricing/quantlib_check.h"

#include <cmath>
#include <exception>
#include <mutex>
#include <string>

#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
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

double priceByQuantlib(market::ExerciseStyle style, const Inputs& in) {
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
    const auto process =
        ql::ext::make_shared<ql::BlackScholesMertonProcess>(spot, flat(in.dividendYield), flat(in.rate), vol);
    const auto payoff = ql::ext::make_shared<ql::PlainVanillaPayoff>(
        in.right == market::Right::Call ? ql::Option::Call : ql::Option::Put, in.strike);
    const bool american = style == market::ExerciseStyle::American;
    ql::ext::shared_ptr<ql::Exercise> exercise;
    ql::ext::shared_ptr<ql::PricingEngine> engine;
    if (american) {
        exercise = ql::ext::make_shared<ql::AmericanExercise>(today, expiry);
        engine = ql::ext::make_shared<ql::QdFpAmericanEngine>(process, ql::QdFpAmericanEngine::highPrecisionScheme());
    } else {
        exercise = ql::ext::make_shared<ql::EuropeanExercise>(expiry);
        engine = ql::ext::make_shared<ql::AnalyticEuropeanEngine>(process);
    }
    ql::VanillaOption option(payoff, exercise);
    option.setPricingEngine(engine);
    return option.NPV();
}

} // namespace

Result<double> quantlibPrice(market::ExerciseStyle style, const Inputs& in) {
    if (!(in.spot > 0 && in.strike > 0 && in.years > 0 && in.vol > 0) || !std::isfinite(in.rate + in.dividendYield))
        return badInput("quantlib: spot, strike, years and volatility must be positive");
    const std::scoped_lock lock(quantlibMutex());
    try {
        const double value = priceByQuantlib(style, in);
        if (!std::isfinite(value))
            return Error{ErrorCode::NoConvergence, "quantlib: no finite price"};
        return value;
    } catch (const std::exception& e) {
        return badInput(std::string("quantlib: ") + e.what());
    }
}

} // namespace mahler::pricing
