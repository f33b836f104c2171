#include <algorithm>
#include <cmath>
#include <map>

#include "base/words.h"
#include "risk/gate_checks.h"

namespace mahler::risk::checks {

std::optional<std::string> uncovered(const portfolio::ComboOrder& order) {
    std::map<market::Right, int> net;
    for (const auto& leg : order.legs) net[leg.contract.right] += leg.ratio;
    for (const auto& leg : order.legs) {
        if (leg.ratio >= 0) continue;
        int cover = 0;
        for (const auto& other : order.legs)
            if (other.ratio > 0 && other.contract.right == leg.contract.right && other.contract.expiresAt() >= leg.contract.expiresAt())
                cover += other.ratio;
        if (cover < -leg.ratio || net[leg.contract.right] < 0)
            return "short leg " + leg.contract.id() + " is not covered by a long leg of the same right";
    }
    if (!portfolio::payoffBounds(order.legs, order.netLimit).maxLoss) return "the worst case of this structure is undefined";
    return std::nullopt;
}

Price widthOf(const portfolio::ComboOrder& order) {
    Price widest;
    for (const auto& a : order.legs)
        for (const auto& b : order.legs)
            if (a.contract.right == b.contract.right) widest = std::max(widest, abs(a.contract.strike - b.contract.strike));
    return widest;
}

namespace {

void closing(Collector& c) {
    const BookRisk::Held* held = nullptr;
    if (c.context.book)
        if (const auto it = c.context.book->held.find(c.order.closes); it != c.context.book->held.end()) held = &it->second;
    if (!held) return c.add("closes_position", "unknown position", "a held one", false, "position " + c.order.closes.str() + " is not held");
    c.add("closes_position", counted(c.order.quantity + held->closing, "unit"), "<= " + std::to_string(held->quantity),
          c.order.quantity + held->closing <= held->quantity, "closing more than is held would flip the position");
    bool reverse = held->legs.size() == c.order.legs.size();
    for (const auto& leg : held->legs)
        reverse = reverse && std::any_of(c.order.legs.begin(), c.order.legs.end(),
                                         [&](const portfolio::ComboLeg& l) { return l.contract == leg.contract && l.ratio == -leg.ratio; });
    c.add("structure_whole", reverse ? "the whole structure" : "another structure", "the held legs, reversed", reverse,
          "a closing order must close the whole structure it names");
}

} // namespace

void structure(Collector& c) {
    const auto valid = portfolio::validate(c.order);
    c.add("order_valid", valid ? "valid" : "invalid", "valid", valid.has_value(), valid ? "" : valid.error().detail);
    c.add("max_contracts", std::to_string(c.order.quantity), "<= " + std::to_string(c.context.limits.maxContractsPerOrder),
          c.order.quantity <= c.context.limits.maxContractsPerOrder, "more contracts than one order may have");
    if (!c.opening()) return closing(c);
    const auto naked = uncovered(c.order);
    c.add("defined_risk", naked ? "undefined" : "defined", "defined", !naked, naked.value_or(""));
    if (c.order.netLimit.micros() > 0 && c.order.legs.size() > 1) {
        const Price width = widthOf(c.order);
        c.add("credit_below_width", c.order.netLimit.str(), "< " + width.str(), c.order.netLimit < width,
              "a credit of the whole width or more is a wrong price");
    }
    if (c.order.netLimit.micros() > 0 && c.order.legs.size() == 1)
        c.add("credit_below_width", c.order.netLimit.str(), "a debit", false, "a bought option cannot bring a credit");
}

} // namespace mahler::risk::checks
