#include "strategy/draft_templates.h"

#include <algorithm>
#include <cmath>

namespace mahler::strategy {

namespace {

constexpr double kDays = 38, kShortDelta = 0.15;
constexpr double kWidth = 0.01; ///< of the underlying: 5 points at 500, 60 at 6,000

std::size_t nearestDelta(const pricing::PricedChain& chain, const market::ExpirySlice& slice, market::Right right, double wanted) {
    std::size_t best = slice.begin;
    double distance = 9;
    for (std::size_t r = slice.begin; r < slice.end; ++r)
        if (chain.chain->right[r] == right && chain.hasGreeks[r] && std::abs(std::abs(chain.delta[r]) - wanted) < distance) {
            distance = std::abs(std::abs(chain.delta[r]) - wanted);
            best = r;
        }
    return best;
}

const market::ExpirySlice* nearestExpiry(const pricing::PricedChain& chain) {
    const market::ExpirySlice* best = nullptr;
    double distance = 1e9;
    for (std::size_t i = 0; i < chain.expiries.size(); ++i)
        if (std::abs(chain.expiries[i].years * 365 - kDays) < distance) {
            distance = std::abs(chain.expiries[i].years * 365 - kDays);
            best = &chain.chain->expiries[i];
        }
    return best;
}

/// Sells one and buys one beyond it. @return false when nothing is listed there.
bool addSpread(portfolio::ComboOrder& draft, const pricing::PricedChain& priced, const market::ExpirySlice& slice, market::Right right) {
    const auto& chain = *priced.chain;
    const bool put = right == market::Right::Put;
    const std::size_t sold = nearestDelta(priced, slice, right, kShortDelta);
    // As wide for SPX as for SPY: a share of the underlying, on a strike that is listed.
    const double width = std::max(1.0, kWidth * (priced.spot > 0 ? priced.spot : static_cast<double>(chain.strike[sold]) / 1e6));
    const std::int64_t away = std::llround(width * 1e6), target = chain.strike[sold] + (put ? -away : away);
    std::size_t bought = sold;
    for (std::size_t r = slice.begin; r < slice.end; ++r)
        if (chain.right[r] == right && (put ? chain.strike[r] < chain.strike[sold] : chain.strike[r] > chain.strike[sold]) &&
            (bought == sold || std::abs(chain.strike[r] - target) < std::abs(chain.strike[bought] - target)))
            bought = r;
    if (bought == sold) return false;
    draft.legs.push_back({chain.contract(slice, sold), -1});
    draft.legs.push_back({chain.contract(slice, bought), 1});
    return true;
}

} // namespace

Result<portfolio::ComboOrder> draftFrom(DraftTemplate kind, const pricing::PricedChain& chain) {
    const auto* slice = nearestExpiry(chain);
    if (!slice) return Error{ErrorCode::NotFound, "the chain has no expiry"};
    portfolio::ComboOrder draft;
    draft.underlying = chain.chain->underlying;
    if ((kind != DraftTemplate::BearCallSpread && !addSpread(draft, chain, *slice, market::Right::Put)) ||
        (kind != DraftTemplate::BullPutSpread && !addSpread(draft, chain, *slice, market::Right::Call)))
        return Error{ErrorCode::NotFound, "no strike is listed beyond the short one"};
    draft.kind = portfolio::classify(draft.legs);
    return draft;
}

} // namespace mahler::strategy
