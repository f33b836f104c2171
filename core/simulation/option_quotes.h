#pragma once

#include "market/chain.h"
#include "simulation/listing.h"
#include "simulation/path.h"

namespace mahler::simulation {

/// Share of a session's volume traded at a share of its time: heavy at both ends.
double tradedShare(double sessionShare);

/// Quotes of one underlying's options at one second: a pure function of (seed, path, contract, time). Cheap
/// to make.
class OptionQuoter {
public:
    OptionQuoter(Asset asset, const SessionPath& path, const Surface& surface, UtcTime t);

    SurfaceSlice slice(const ListedExpiry& expiry) const;
    /// Call and put values at the surface's volatility, before any quote is made of them.
    struct Values {
        double call = 0, put = 0; ///< with early exercise where the class has it
        double callDelta = 0;     ///< of the European value
        double otm = 0;           ///< the European out-of-the-money side: what widths follow
    };
    Values values(const ListedExpiry& expiry, const SurfaceSlice& slice, double strike) const;
    market::Quote quote(const ListedExpiry& expiry, const SurfaceSlice& slice, const Values& values, double strike, market::Right right,
                        const ContractDay& day) const;
    std::shared_ptr<const market::OptionChain> chain(const Listing& listing, std::optional<Price> spot) const;
    /// Before the open: what is listed, its open interest and nothing else.
    static std::shared_ptr<const market::OptionChain> unquotedChain(Asset asset, const Listing& listing, UtcTime t);

private:
    Asset m_asset;
    const SessionPath* m_path;
    const Surface* m_surface;
    UtcTime m_time;
    std::int64_t m_second; ///< since the open
    double m_spot, m_variance, m_share, m_widthFactor;
};

} // namespace mahler::simulation
