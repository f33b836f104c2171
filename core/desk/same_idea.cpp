#include "desk/same_idea.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>
#include <vector>

namespace mahler::desk {

namespace {

using risk::IdeaRules;
using Mark = std::tuple<TradingDate, market::Right, int, Price>; ///< ratio before strike: like is held against like

/// The legs that make the idea: the sold ones, or all of a structure that sells none.
std::vector<Mark> marksOf(const portfolio::ComboOrder& order) {
    const bool sells = std::any_of(order.legs.begin(), order.legs.end(), [](const auto& leg) { return leg.ratio < 0; });
    std::vector<Mark> marks;
    for (const auto& leg : order.legs)
        if (!sells || leg.ratio < 0) marks.emplace_back(leg.contract.expiry, leg.contract.right, leg.ratio, leg.contract.strike);
    std::sort(marks.begin(), marks.end());
    return marks;
}

std::vector<TradingDate> expiriesOf(const portfolio::ComboOrder& order) {
    std::vector<TradingDate> all;
    for (const auto& leg : order.legs) all.push_back(leg.contract.expiry);
    std::sort(all.begin(), all.end());
    return all;
}

std::string percent(double fraction) {
    char text[40];
    std::snprintf(text, sizeof text, "%+.1f %%", fraction * 100);
    return text;
}

} // namespace

bool sameIdea(const portfolio::ComboOrder& a, const portfolio::ComboOrder& b, std::optional<double> spot) {
    using portfolio::OrderIntent;
    if (a.intent != OrderIntent::Open || b.intent != OrderIntent::Open || a.underlying != b.underlying || a.kind != b.kind ||
        expiriesOf(a) != expiriesOf(b))
        return false;
    const double room = spot && std::isfinite(*spot) && *spot > 0 ? *spot * IdeaRules::kShortStrikeWithin : 0;
    return std::ranges::equal(marksOf(a), marksOf(b), [&](const Mark& x, const Mark& y) {
        return std::get<0>(x) == std::get<0>(y) && std::get<1>(x) == std::get<1>(y) && std::get<2>(x) == std::get<2>(y) &&
               std::abs(std::get<3>(x).toDouble() - std::get<3>(y).toDouble()) <= room + 1e-9;
    });
}

bool sameStructure(const portfolio::ComboOrder& a, const portfolio::ComboOrder& b) {
    using portfolio::OrderIntent;
    return a.intent == OrderIntent::Open && b.intent == OrderIntent::Open && a.underlying == b.underlying && a.kind == b.kind;
}

std::string materialChange(const IdeaMarket& then, const IdeaMarket& now) {
    std::string words;
    const auto say = [&](const std::string& what) { words += (words.empty() ? "" : ", ") + what; };
    constexpr double kRounding = 1e-9; // what is exactly at a threshold counts, whatever doubles say
    if (then.spot && now.spot && *then.spot > 0)
        if (const double move = *now.spot / *then.spot - 1; std::abs(move) >= IdeaRules::kSpotMoved - kRounding) say("spot " + percent(move));
    if (then.net && now.net && then.net->micros() != 0) {
        const auto better = static_cast<double>((*now.net - *then.net).micros());
        if (better >= static_cast<double>(abs(*then.net).micros()) * IdeaRules::kCreditBetter - kRounding)
            say((then.net->micros() > 0 ? "credit " : "debit ") + abs(*then.net).str() + " to " + abs(*now.net).str());
    }
    if (then.iv && now.iv)
        if (const double move = *now.iv - *then.iv; std::abs(move) >= IdeaRules::kIvMoved - kRounding) {
            char text[40];
            std::snprintf(text, sizeof text, "IV %+.1f points", move * 100);
            say(text);
        }
    return words;
}

} // namespace mahler::desk
