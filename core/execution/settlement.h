#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "execution/broker.h"
#include "market/contract.h"
#include "market/quote.h"

namespace mahler::execution {

/// What those who hold contracts sold by us weigh after a close.
struct Evening {
    std::map<std::string, Price> dividends; ///< a share, of the underlyings that go ex with the next session
    double interest = 0;                    ///< on one unit of cash until the next session; 0: no put is exercised
    /// How many of `held` (> 0) contracts to be assigned tonight; from 1 to all of them.
    std::function<std::int64_t(const std::string& contractId, std::int64_t held)> lots;
};

/// What happens to contracts at expiry in the simulated broker. Cash-settled ones pay their intrinsic value at the
/// settlement price: the close for PM, the first price of the expiry morning for AM. Physically settled ones in the money by
/// a cent or more are exercised (long) or assigned (short); the shares are netted to cash at the settlement price at once,
/// which the event's text says. Others expire worthless.
class Settlement {
public:
    void see(const std::string& underlying, Price price, UtcTime now, market::Session session);
    /// Takes expired contracts out of `positions` and gives what they paid; a contract without a settlement price waits.
    std::vector<BrokerCashEvent> expired(UtcTime now, std::map<std::string, std::int64_t>& positions);
    /// After the session's close: American contracts sold short whose holders do better to exercise tonight are assigned and leave
    /// `positions`; the shares are netted to cash at the last price. Time value is the mid less what the contract is in the money by;
    /// without a quote on both sides, or out of the money, nothing happens.
    /// A call is exercised when its time value is below the dividend that the next session opens without (Merton 1973); a put when its time
    /// value and that dividend, which it gains by waiting, are below the interest on its strike until the next session.
    std::vector<BrokerCashEvent> assignedEarly(UtcTime now, const Evening& evening, const std::map<std::string, market::Quote>& quotes,
                                               std::map<std::string, std::int64_t>& positions) const;
    /// The most the held contracts can lose at expiry: worst sum of payoffs over all strikes, per underlying and expiry.
    Usd requirement(const std::map<std::string, std::int64_t>& positions) const;

private:
    struct Prices {
        Price last, sessionFirst;
        UtcTime lastAt{}, sessionFirstAt{};
    };
    std::map<std::string, Prices> m_prices;
};

} // namespace mahler::execution
