#include "market/chain_part.h"

#include <algorithm>

namespace mahler::market {

std::shared_ptr<const OptionChain> partOf(const std::shared_ptr<const OptionChain>& chain, const std::set<TradingDate>& expiries) {
    const auto kept = [&](const ExpirySlice& slice) { return expiries.count(slice.expiry) > 0; };
    if (std::all_of(chain->expiries.begin(), chain->expiries.end(), kept)) return chain;
    auto part = std::make_shared<OptionChain>();
    part->underlying = chain->underlying;
    part->source = chain->source;
    part->time = chain->time;
    part->spot = chain->spot;
    part->delayMinutes = chain->delayMinutes;
    for (const auto& slice : chain->expiries) {
        if (!kept(slice)) continue;
        ExpirySlice moved = slice;
        moved.begin = part->size();
        const auto copy = [&](const auto& from, auto& to) {
            to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(slice.begin), from.begin() + static_cast<std::ptrdiff_t>(slice.end));
        };
        copy(chain->strike, part->strike);
        copy(chain->bid, part->bid);
        copy(chain->ask, part->ask);
        copy(chain->last, part->last);
        copy(chain->right, part->right);
        copy(chain->bidSize, part->bidSize);
        copy(chain->askSize, part->askSize);
        copy(chain->volume, part->volume);
        copy(chain->openInterest, part->openInterest);
        copy(chain->vendorIv, part->vendorIv);
        copy(chain->vendorDelta, part->vendorDelta);
        copy(chain->flags, part->flags);
        if (!chain->age.empty()) copy(chain->age, part->age);
        moved.end = part->size();
        part->expiries.push_back(std::move(moved));
    }
    return part;
}

} // namespace mahler::market
