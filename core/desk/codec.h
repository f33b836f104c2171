#pragma once

#include <nlohmann/json.hpp>

#include "approval/approvals.h"
#include "desk/command.h"
#include "execution/order.h"
#include "portfolio/book.h"
#include "risk/gate.h"

/// JSON forms of the desk's values as the journal keeps them: integers only, model values in millionths.
/// The `to...` readers throw nlohmann exceptions or InvariantError on a wrong shape; the callers are
/// decodeCommand() and Desk::restore(), which turn that into an Integrity error.
namespace mahler::desk::codec {

Json from(const portfolio::ComboOrder& order);
portfolio::ComboOrder toCombo(const Json& j);
Json from(const portfolio::Position& position);
portfolio::Position toPosition(const Json& j);
Json from(const execution::Order& order);
execution::Order toOrder(const Json& j);
Json from(const risk::Check& check);
Json from(const std::vector<risk::Check>& checks);
std::vector<risk::Check> toChecks(const Json& j);
Json from(const approval::Request& request);
approval::Request toRequest(const Json& j);
Json from(const portfolio::Account& account);
portfolio::Account toAccount(const Json& j);
Json from(const execution::BrokerUpdate& update);
execution::BrokerUpdate toBrokerUpdate(const Json& j);
Json from(const Timestamp& t);
Timestamp toTimestamp(const Json& j);

Json micro(std::optional<double> value); ///< null when absent
std::optional<double> fromMicro(const Json& j);
std::string str(const Json& j, const char* key);
Json text(const Digest& digest);
Digest toDigest(const Json& j);

/// The value of a closed set by its word, counting up from the first to `last`.
template <class E> E wordToEnum(const std::string& word, E last) {
    for (int i = 0; i <= static_cast<int>(last); ++i)
        if (word == toString(static_cast<E>(i))) return static_cast<E>(i);
    MAHLER_CHECK(!"a known word");
    return last;
}

Json from(const std::vector<market::MarketEvent>& events);
std::vector<market::MarketEvent> toEvents(const Json& j);
Json from(const approval::Inherited& inherited);
approval::Inherited toInherited(const Json& j);

} // namespace mahler::desk::codec
