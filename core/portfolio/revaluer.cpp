#include "portfolio/revaluer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace mahler::portfolio {

namespace {

constexpr double kDaysPerYear = 365;
constexpr double kLowestVol = 0.005, kHighestVol = 15; ///< what the kernels take without special cases

} // namespace

double tenorVolFactor(double years, double volMove) {
    const double scale = years > 0 ? std::min(kTenorVolCap, std::sqrt(30.0 / kDaysPerYear / years)) : kTenorVolCap;
    const double factor = 1.0 + volMove * scale;
    return factor < kTenorVolFloor ? kTenorVolFloor : factor; // what is no number stays none
}

LegAhead::At LegAhead::at(const MarketMove& move) const {
    return {m_leg->spot * (1 + move.spot), m_leg->vol * tenorVolFactor(m_leg->years, move.vol)};
}

double LegAhead::clamped(double vol) const { return std::clamp(vol, std::min(kLowestVol, m_leg->vol), std::max(kHighestVol, m_leg->vol)); }

std::optional<double> LegAhead::value(const MarketMove& move) const {
    const At moved = at(move);
    return valueAt(moved.spot, moved.vol);
}

void LegAhead::values(std::span<const MarketMove> moves, std::span<double> results) const {
    std::vector<pricing::SliceOption> options;
    if (m_slice || m_cash) // present for a living American option alone
        for (const auto& move : moves) {
            const At moved = at(move);
            if (!(moved.spot > 0) || !std::isfinite(moved.spot) || !std::isfinite(moved.vol)) break;
            options.push_back({m_in.right, moved.spot, m_in.strike, clamped(moved.vol)});
        }
    if ((m_slice || m_cash) && options.size() == moves.size()) {
        m_slice ? m_slice->prices(options, results) : m_cash->prices(options, results);
        for (double& value : results) value = std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
        return;
    }
    for (std::size_t i = 0; i < moves.size(); ++i) results[i] = value(moves[i]).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<double> LegAhead::valueAt(double spot, double vol) const {
    if (!(spot > 0) || !std::isfinite(spot)) return std::nullopt;
    if (!m_leg->holding.contract) return spot;
    pricing::Inputs in = m_in;
    in.spot = spot;
    const double floor = in.right == market::Right::Call ? spot - in.strike : in.strike - spot;
    if (!(in.years > 0)) return std::max(0.0, floor);
    if (!std::isfinite(vol)) return std::nullopt;
    in.vol = clamped(vol);
    if (m_cash) {
        double price = 0;
        const pricing::SliceOption option{in.right, spot, in.strike, in.vol};
        m_cash->prices({&option, 1}, {&price, 1});
        return std::isfinite(price) ? std::optional(price) : std::nullopt;
    }
    if (!m_dividends.empty()) {
        const auto v = pricing::dividendPriceOnly(market::ExerciseStyle::American, in, m_dividends, pricing::GridAccuracy::Chain).value;
        return pricing::hasNumbers(v.status) ? std::optional(v.price) : std::nullopt;
    }
    const double value =
        m_slice ? m_slice->price(in.right, spot, in.strike, in.vol) : pricing::europeanValue(pricing::forwardTerms(in), in.vol * std::sqrt(in.years));
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

LegAhead Revaluer::ahead(const RiskLeg& leg, double days, double rateShift, double yieldShift) {
    LegAhead out;
    out.m_leg = &leg;
    if (!leg.holding.contract) return out;
    const auto& contract = *leg.holding.contract;
    out.m_in = {
        contract.right, leg.spot, contract.strike.toDouble(), leg.years - days / kDaysPerYear, leg.rate + rateShift, leg.carryYield() + yieldShift,
        leg.vol};
    if (out.m_in.years < 1e-9) // under a thirtieth of a second
        out.m_in.years = 0;
    for (const auto& d : leg.dividends)
        if (const double years = d.years - days / kDaysPerYear; years > 0 && years < out.m_in.years) out.m_dividends.push_back({years, d.amount});
    if (contract.style == market::ExerciseStyle::American && out.m_in.years > 0 && out.m_dividends.empty()) {
        auto& slice = m_slices[{out.m_in.rate, out.m_in.dividendYield, out.m_in.years}];
        if (!slice) slice = std::make_unique<pricing::AmericanSlice>(out.m_in.rate, out.m_in.dividendYield, out.m_in.years);
        out.m_slice = slice.get();
    }
    if (!out.m_dividends.empty()) out.m_cash = m_cash.of(out.m_in.rate, out.m_in.dividendYield, out.m_in.years, out.m_dividends, out.m_in.spot);
    return out;
}

std::vector<std::pair<double, double>> valueAcrossSpots(const ComboOrder& order, const pricing::PricedChain& chain, double low, double high,
                                                        int points, double days, double volMove) {
    // The chain is the caller's for the time of the call.
    const std::vector<std::shared_ptr<const pricing::PricedChain>> chains{{std::shared_ptr<const pricing::PricedChain>(), &chain}};
    const RiskBook book = bindBook(holdingsOf(order), chains);
    if (!book.coverage().complete() || points < 2) return {};
    std::vector<MarketMove> moves;
    std::vector<std::pair<double, double>> out;
    for (int i = 0; i < points; ++i) {
        const double factor = low + (high - low) * i / (points - 1);
        moves.push_back({factor - 1, volMove});
        out.emplace_back(chain.spot * factor, 0.0);
    }
    const double units = static_cast<double>(order.quantity) * order.legs.front().contract.multiplier;
    Revaluer revaluer;
    std::vector<double> values(moves.size());
    for (const auto& leg : book.legs) {
        revaluer.ahead(leg, days).values(moves, values);
        for (std::size_t i = 0; i < out.size(); ++i) out[i].second += values[i] * leg.units();
    }
    for (auto& [spot, dollars] : out) dollars += order.netLimit.toDouble() * units;
    if (std::any_of(out.begin(), out.end(), [](const auto& p) { return !std::isfinite(p.second); })) return {};
    return out;
}

} // namespace mahler::portfolio
