#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "pricing/verification.h"
#include "risk/book_risk.h"
#include "risk/halt.h"
#include "risk/limits.h"

namespace mahler::risk {

/// One check of the gate, as journaled and shown. `value` and `limit` are short English with units.
struct Check {
    std::string check; ///< "risk_per_trade"
    std::string value, limit;
    bool pass = false;
    std::string reason; ///< one sentence when it fails: what, and what would pass
};

/// Times of what was sent, for the rate, duplicate and flood rules. Views into what the caller keeps.
struct SentRecord {
    MonoTime at{};
    std::string_view identity; ///< duplicateKey of the order
    bool opening = true;
    std::string_view strategy, underlying;
};

/// What makes two orders duplicates: legs, side, quantity, price and the position they close; whoever sends them.
std::string duplicateKey(const portfolio::ComboOrder& order);
/// Whether the limits on messages leave room for one more.
bool roomForMessage(const std::vector<SentRecord>& sent, const Limits& limits, MonoTime now);

/// Everything one decision looks at. Quotes, ages and Greeks are of the order's own legs; the rest of the book is in `book`.
struct GateContext {
    Timestamp now;
    market::Session session = market::Session::Closed;
    UtcTime sessionClose{};
    Limits limits;
    std::optional<Usd> equity;                             ///< absent: a held position has no valid mark
    std::shared_ptr<const BookRisk> book;                  ///< absent: unknown, no opening order passes
    portfolio::QuoteBook quotes;                           ///< fresh or not: the gate looks at their times
    std::map<std::string, MonoTime> quoteAges;             ///< by contract id and underlying symbol
    portfolio::GreeksBook greeks;                          ///< absent contract: unknown, fails the Greek checks for opening orders
    std::map<std::string, pricing::Verification> verified; ///< legs of an opening order by contract id; absent: unknown, fails
    std::optional<double> spot;                            ///< of the order's underlying
    std::vector<SentRecord> sent;                          ///< today's
    std::vector<Latch> latches;
    std::vector<std::string> disabledStrategies; ///< "strategy/underlying" disabled by the flood rule
    std::string strategy;                        ///< of the order under test
    std::vector<std::string> unacknowledged;     ///< assignments and exercises in the order's underlying no person has acknowledged (S12)
};

/// The only key to the broker (S1). Made by Gate alone, moved, used once, dead after two seconds.
class RiskToken {
public:
    RiskToken(RiskToken&&) noexcept = default;
    RiskToken& operator=(RiskToken&&) noexcept = default;
    RiskToken(const RiskToken&) = delete;
    RiskToken& operator=(const RiskToken&) = delete;

    const Digest& orderHash() const { return m_orderHash; }
    const std::string& account() const { return m_account; }
    std::uint64_t haltEpoch() const { return m_haltEpoch; }
    std::int64_t journalSeq() const { return m_journalSeq; }
    MonoTime issuedAt() const { return m_issuedAt; }

private:
    friend class Gate;
    RiskToken() = default;
    Digest m_orderHash{};
    std::string m_account;
    std::uint64_t m_haltEpoch = 0;
    std::int64_t m_journalSeq = 0;
    MonoTime m_issuedAt{};
    std::uint64_t m_serial = 0;
};

struct GateDecision {
    bool pass = false;
    std::vector<Check> checks;    ///< every check made, in order, passed or not
    std::optional<Usd> worstCase; ///< of the whole order, fees added
    std::optional<Usd> value;     ///< max(worst case, absolute premium) with fees (SAFETY 3.5)
};

/// The one gate. Thread: evaluate() on the desk thread, issue/redeem on the order path (internally synchronised by being called from the desk thread
/// only).
class Gate {
public:
    /// `clock`: real monotonic time, by which tokens age; the desk's own clock may be a market's.
    explicit Gate(std::function<MonoTime()> clock = {});
    /// Every check of SAFETY section 5 and S1-S19 that concerns one order. Pure.
    GateDecision evaluate(const portfolio::ComboOrder& order, const GateContext& context) const;
    /// After the intent is committed. @return Rejected unless `decision` passed and the switch is open at `epoch`.
    /// Closing orders may be issued while halted (S19).
    Result<RiskToken> issue(const portfolio::ComboOrder& order, const GateDecision& decision, const std::string& account, const HaltGate& gate,
                            std::uint64_t epoch, std::int64_t journalSeq);
    /// The broker side's question, immediately before the bytes leave. Consumes the token.
    /// @return Rejected when used before, older than 2 s, of another order, account or epoch, or the switch is closed for an opening order.
    Result<void> redeem(RiskToken token, const portfolio::ComboOrder& order, const std::string& account, const HaltGate& gate);

private:
    std::function<MonoTime()> m_clock;
    std::uint64_t m_nextSerial = 1;
    std::vector<std::uint64_t> m_live;
};

/// Fee per contract and side the gate adds to the worst case.
using portfolio::kFeePerContract;

} // namespace mahler::risk
