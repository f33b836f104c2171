#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "pricing/cash_dividends.h"
#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// Ways to a price that share no numerics.
enum class PriceMethod {
    Kernel,     ///< the lane-parallel boundary method, or for Europeans the closed form
    Tree,       ///< binomial; for Americans the premium, on a European price by quadrature
    Quadrature, ///< Europeans: the payoff integrated over the density
    Grid,       ///< finite differences
    Quantlib,   ///< QuantLib's engines, on the thread that owns it
};
const char* toString(PriceMethod method);
std::optional<PriceMethod> parsePriceMethod(const std::string& name);

/// One method's opinion.
struct MethodPrice {
    PriceMethod method = PriceMethod::Kernel;
    double price = 0;
    double error = 0;   ///< declared: how far the price may be from the truth, in price units
    bool known = false; ///< the method applies and gave a number
};

/// What the methods say of one contract. A disagreement is a result to be shown, with both numbers, and a reason not to trade.
struct Verification {
    market::ExerciseStyle style = market::ExerciseStyle::American;
    Inputs in; ///< of a leg with cash dividends: beside them
    std::vector<MethodPrice> prices;
    bool agree = false; ///< at least two methods gave numbers, and every two are within the sum of their declared errors
    /// The two furthest apart in units of what they declared, as places in `prices`; both 0 with fewer than two numbers.
    std::size_t first = 0, second = 0;
    double gap = 0, allowed = 0; ///< of those two: |difference| and the sum of their errors

    bool checked() const { return first != second; }
};
/// Judges opinions that are there already, for instance one that arrived later from another thread.
Verification judge(market::ExerciseStyle style, const Inputs& in, std::vector<MethodPrice> prices);

/// One opinion. Kernel 0.1 ms, Tree 0.1 ms, Grid 5 ms, Quantlib 20 to 50 ms and serialised. Thread-safe.
MethodPrice priceBy(PriceMethod method, market::ExerciseStyle style, const Inputs& in);
/// QuantLib's opinion within a millisecond, by a coarser scheme that declares a hundred times the error.
MethodPrice quickQuantlib(market::ExerciseStyle style, const Inputs& in);
Verification verifyPrice(market::ExerciseStyle style, const Inputs& in, std::span<const PriceMethod> methods);

struct VerifiedLeg {
    market::ExerciseStyle style = market::ExerciseStyle::American;
    Inputs in;
    std::vector<CashDividend> dividends{}; ///< spot-drop model; `in.dividendYield` is what is paid beside them
};
/// Kernel and tree for the legs of a trade, kernel and quadrature for Europeans, lane-parallel: under 100 us for four (bench). Americans with
/// cash dividends by grid and dividend tree, a millisecond each. Thread-safe.
std::vector<Verification> verifyLegs(std::span<const VerifiedLeg> legs);
/// For people: "kernel 3.2101, tree 3.2104"; the two furthest apart, or "no two methods apply".
std::string describe(const Verification& verification);

/// `count` random contracts by kernel, grid and QuantLib (Europeans: kernel, tree and QuantLib; where two exercise
/// boundaries leave the kernel and QuantLib out, tree and grid). The same seed gives the same contracts.
struct VerificationRun {
    int contracts = 0, disagreements = 0, unchecked = 0;
    double worstShare = 0;              ///< largest gap over what was allowed
    std::vector<Verification> findings; ///< the disagreements and unchecked ones
};
enum class OtherLibrary { Ask, LeaveOut }; ///< QuantLib, which takes most of the time
VerificationRun verifyRandomContracts(int count, std::uint64_t seed, const std::function<void(const Verification&)>& each = {},
                                      OtherLibrary other = OtherLibrary::Ask);

} // namespace mahler::pricing
