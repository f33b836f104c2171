#include "portfolio/combo_order.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <tuple>

#include "base/check.h"

namespace mahler::portfolio {

const char* toString(StrategyKind kind) {
    switch (kind) {
    case StrategyKind::BullPutSpread: return "bull_put_spread";
    case StrategyKind::BearCallSpread: return "bear_call_spread";
    case StrategyKind::IronCondor: return "iron_condor";
    case StrategyKind::LongCallSpread: return "long_call_spread";
    case StrategyKind::LongPutSpread: return "long_put_spread";
    case StrategyKind::SingleLong: return "single_long";
    case StrategyKind::Custom: return "custom";
    }
    return "custom";
}

Result<StrategyKind> parseStrategyKind(std::string_view text) {
    for (int i = 0; i <= static_cast<int>(StrategyKind::Custom); ++i)
        if (text == toString(static_cast<StrategyKind>(i))) return static_cast<StrategyKind>(i);
    return badInput("unknown strategy '" + std::string(text.substr(0, 40)) + "'");
}

const char* toString(OrderIntent intent) {
    switch (intent) {
    case OrderIntent::Open: return "open";
    case OrderIntent::Close: return "close";
    }
    return "open";
}

std::string canonicalText(const ComboOrder& order) {
    std::string text = order.underlying + "|" + toString(order.kind) + "|" + toString(order.intent);
    for (const auto& leg : order.legs)
        text += "|" + std::to_string(leg.ratio) + "x" + leg.contract.id() + "*" + std::to_string(leg.contract.multiplier);
    text += "|q" + std::to_string(order.quantity) + "|n" + std::to_string(order.netLimit.micros());
    return text + "|c" + order.closes.str() + "|s" + order.source;
}

namespace {

std::string strikeText(Price strike) {
    std::string text = strike.str();
    while (text.size() > 1 && text.find('.') != std::string::npos && (text.back() == '0' || text.back() == '.')) {
        const bool dot = text.back() == '.';
        text.pop_back();
        if (dot) break;
    }
    return text;
}

std::string words(StrategyKind kind, const std::vector<ComboLeg>& legs) {
    const bool put = !legs.empty() && legs.front().contract.right == market::Right::Put;
    switch (kind) {
    case StrategyKind::IronCondor: return "iron condor";
    case StrategyKind::BullPutSpread:
    case StrategyKind::LongPutSpread: return "put spread";
    case StrategyKind::BearCallSpread:
    case StrategyKind::LongCallSpread: return "call spread";
    case StrategyKind::SingleLong: return put ? "put" : "call";
    case StrategyKind::Custom: return "combo";
    }
    return "combo";
}

} // namespace

std::string describe(const ComboOrder& order) {
    if (order.legs.empty()) return "empty order";
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto& expiry = order.legs.front().contract.expiry;
    std::string strikes;
    for (const auto& leg : order.legs) strikes += (strikes.empty() ? "" : "/") + strikeText(leg.contract.strike);
    const bool sells = order.netLimit.micros() > 0;
    const std::string date = std::to_string(static_cast<unsigned>(expiry.day())) + "-" + kMonths[(static_cast<unsigned>(expiry.month()) + 11) % 12] +
                             "-" + std::to_string(static_cast<int>(expiry.year()) % 100);
    return std::string(sells ? "SELL " : "BUY ") + std::to_string(order.quantity) + " " + order.underlying + " " + date + " " + strikes + " " +
           words(order.kind, order.legs);
}

Result<void> validate(const ComboOrder& order) {
    if (order.legs.empty() || order.legs.size() > 4) return badInput("an order has one to four legs, not " + std::to_string(order.legs.size()));
    if (order.quantity < 1 || order.quantity > 10'000) return badInput("quantity " + std::to_string(order.quantity) + " is not from 1 to 10,000");
    if (std::abs(order.netLimit.micros()) > 1'000'000ll * 1'000'000) return badInput("the limit price is out of range");
    std::set<std::string> seen;
    for (const auto& leg : order.legs) {
        if (leg.ratio == 0 || leg.ratio < -4 || leg.ratio > 4)
            return badInput("leg ratio " + std::to_string(leg.ratio) + " is not within 4, or is 0");
        if (leg.contract.underlying != order.underlying) return badInput("leg " + leg.contract.id() + " is not on " + order.underlying);
        if (leg.contract.multiplier != order.legs.front().contract.multiplier || leg.contract.multiplier <= 0)
            return badInput("legs have different multipliers");
        if (leg.contract.strike.micros() <= 0 || !leg.contract.expiry.ok()) return badInput("leg " + leg.contract.id() + " is not a contract");
        if (!seen.insert(leg.contract.id()).second) return badInput("leg " + leg.contract.id() + " stands twice");
    }
    if (order.intent == OrderIntent::Close && order.closes.empty()) return badInput("a closing order names no position");
    return {};
}

StrategyKind classify(const std::vector<ComboLeg>& legs) {
    const auto sameExpiry = std::all_of(legs.begin(), legs.end(), [&](const ComboLeg& l) {
        return l.contract.expiry == legs.front().contract.expiry && l.contract.root == legs.front().contract.root;
    });
    if (legs.size() == 1) return legs.front().ratio == 1 ? StrategyKind::SingleLong : StrategyKind::Custom;
    if (!sameExpiry) return StrategyKind::Custom;
    const auto unit = std::all_of(legs.begin(), legs.end(), [](const ComboLeg& l) { return l.ratio == 1 || l.ratio == -1; });
    if (!unit) return StrategyKind::Custom;
    const auto vertical = [](const ComboLeg& a, const ComboLeg& b) {
        if (a.contract.right != b.contract.right || a.ratio + b.ratio != 0) return StrategyKind::Custom;
        const ComboLeg& sold = a.ratio < 0 ? a : b;
        const ComboLeg& bought = a.ratio < 0 ? b : a;
        const bool soldHigher = sold.contract.strike > bought.contract.strike;
        if (a.contract.right == market::Right::Put) return soldHigher ? StrategyKind::BullPutSpread : StrategyKind::LongPutSpread;
        return soldHigher ? StrategyKind::LongCallSpread : StrategyKind::BearCallSpread;
    };
    if (legs.size() == 2) return vertical(legs[0], legs[1]);
    if (legs.size() == 4) {
        std::vector<ComboLeg> puts, calls;
        for (const auto& leg : legs) (leg.contract.right == market::Right::Put ? puts : calls).push_back(leg);
        if (puts.size() == 2 && vertical(puts[0], puts[1]) == StrategyKind::BullPutSpread &&
            vertical(calls[0], calls[1]) == StrategyKind::BearCallSpread)
            return StrategyKind::IronCondor;
    }
    return StrategyKind::Custom;
}

double payoffAtExpiry(const std::vector<ComboLeg>& legs, Price net, double spot) {
    double value = net.toDouble();
    int multiplier = 100;
    for (const auto& leg : legs) {
        const double strike = leg.contract.strike.toDouble();
        const double intrinsic = leg.contract.right == market::Right::Call ? std::max(0.0, spot - strike) : std::max(0.0, strike - spot);
        value += leg.ratio * intrinsic;
        multiplier = leg.contract.multiplier;
    }
    return value * multiplier;
}

namespace {

/// Exact payoff of one unit in micros of underlying price, before the multiplier.
std::int64_t exactPayoff(const std::vector<ComboLeg>& legs, Price net, std::int64_t spot) {
    std::int64_t value = net.micros();
    for (const auto& leg : legs) {
        const std::int64_t strike = leg.contract.strike.micros();
        const std::int64_t intrinsic =
            leg.contract.right == market::Right::Call ? std::max<std::int64_t>(0, spot - strike) : std::max<std::int64_t>(0, strike - spot);
        value += leg.ratio * intrinsic;
    }
    return value;
}

} // namespace

PayoffBounds payoffBounds(const std::vector<ComboLeg>& legs, Price net) {
    PayoffBounds bounds;
    if (legs.empty()) return bounds;
    for (const auto& leg : legs)
        if (leg.contract.expiry != legs.front().contract.expiry || leg.contract.settlement != legs.front().contract.settlement) return bounds;
    std::vector<std::int64_t> kinks{0};
    int slopeAtInfinity = 0;
    for (const auto& leg : legs) {
        kinks.push_back(leg.contract.strike.micros());
        if (leg.contract.right == market::Right::Call) slopeAtInfinity += leg.ratio;
    }
    std::sort(kinks.begin(), kinks.end());
    kinks.erase(std::unique(kinks.begin(), kinks.end()), kinks.end());
    std::int64_t worst = exactPayoff(legs, net, kinks.front()), best = worst;
    for (const auto kink : kinks) {
        worst = std::min(worst, exactPayoff(legs, net, kink));
        best = std::max(best, exactPayoff(legs, net, kink));
    }
    const int multiplier = legs.front().contract.multiplier;
    if (slopeAtInfinity >= 0)
        if (const auto loss = notional(Price::fromMicros(std::max<std::int64_t>(0, -worst)), 1, multiplier)) bounds.maxLoss = *loss;
    if (slopeAtInfinity <= 0)
        if (const auto profit = notional(Price::fromMicros(std::max<std::int64_t>(0, best)), 1, multiplier)) bounds.maxProfit = *profit;
    const auto crossing = [&](std::int64_t a, std::int64_t b) {
        const double pa = static_cast<double>(exactPayoff(legs, net, a)), pb = static_cast<double>(exactPayoff(legs, net, b));
        if ((pa < 0) != (pb < 0) && pa != pb)
            bounds.breakevens.push_back((static_cast<double>(a) - pa * static_cast<double>(b - a) / (pb - pa)) / 1e6);
    };
    for (std::size_t i = 0; i + 1 < kinks.size(); ++i) crossing(kinks[i], kinks[i + 1]);
    if (slopeAtInfinity != 0) {
        const std::int64_t last = exactPayoff(legs, net, kinks.back());
        if ((last < 0) != (slopeAtInfinity < 0)) bounds.breakevens.push_back(static_cast<double>(kinks.back() - last / slopeAtInfinity) / 1e6);
    }
    return bounds;
}

OrderOutcome orderOutcome(const ComboOrder& order) {
    OrderOutcome out;
    std::int64_t contracts = 0;
    for (const auto& leg : order.legs) contracts += std::abs(leg.ratio);
    const auto fees = times(kFeePerContract, contracts * order.quantity);
    const auto bounds = payoffBounds(order.legs, order.netLimit);
    out.breakevens = bounds.breakevens;
    if (!fees) return out;
    out.fees = *fees;
    if (bounds.maxLoss)
        if (const auto loss = times(*bounds.maxLoss, order.quantity)) out.maxLoss = *loss + *fees;
    if (bounds.maxProfit)
        if (const auto profit = times(*bounds.maxProfit, order.quantity)) out.maxProfit = *profit - *fees;
    return out;
}

std::optional<Price> givenBeyondNatural(Price netLimit, std::optional<Price> natural) {
    return natural && netLimit < *natural ? std::optional(*natural - netLimit) : std::nullopt;
}

void sortLegs(std::vector<ComboLeg>& legs) {
    std::stable_sort(legs.begin(), legs.end(), [](const ComboLeg& a, const ComboLeg& b) {
        return std::tie(a.contract.expiry, a.contract.strike, a.contract.right) < std::tie(b.contract.expiry, b.contract.strike, b.contract.right);
    });
}

} // namespace mahler::portfolio
