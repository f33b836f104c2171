#pragma once

#include <map>
#include <string>
#include <vector>

#include "execution/broker.h"
#include "market/contract.h"
#include "market/quote.h"

namespace mahler::execution {

/// What happens to contracts at expiry in the simulated broker. Cash-settled ones pay their intrinsic value at the
/// settlement price: the close for PM, the first price of the expiry morning for AM. Physically settled ones in the money by
/// a cent or more are exercised (long) or assigned (short); the shares are netted to cash at the settlement price at once,
/// which the event's text says. Others expire worthless.
class Settlement {
public:
    void see(const std::string& underlying, Price price, UtcTime now, market::Session session);
    /// Takes expired contracts out of `positions` and gives what they paid; a contract without a settlement price waits.
    std::vector<BrokerCashEvent> expired(UtcTime now, std::map<std::string, std::int64_t>& positions);
    /// After the session's close, with the next one an ex-date: American calls sold short, in the money, whose mid holds less time value
    /// than the dividend are assigned whole and taken out of `positions`; who holds them would give the dividend away otherwise. The
    /// shares are netted to cash at the last price. Without a quote on both sides nothing is known of it and nothing happens.
    /// @param fractions of the price by which an underlying goes ex with the next session; absent: not at all.
    std::vector<BrokerCashEvent> assignedEarly(UtcTime now, const std::map<std::string, double>& fractions,
                                               const std::map<std::string, market::Quote>& quotes,
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
