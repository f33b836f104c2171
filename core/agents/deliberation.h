#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "agents/roles.h"
#include "base/ids.h"
#include "base/json.h"
#include "portfolio/book.h"
#include "pricing/verification.h"
#include "risk/gate.h"
#include "risk/sizing.h"
#include "strategy/screener.h"

namespace mahler::agents {

/// One fact the agents may cite. `value` is a number with a unit, or a word.
struct Fact {
    FactId id;                    ///< "iv.percentile"
    std::optional<double> number; ///< absent: the fact is a word
    std::string word;
    std::string unit;   ///< "%", "USD", "vol", "days", "ratio", "" ...
    int decimals = 2;   ///< how it is written in texts
    std::string source; ///< "chain SPY.csv.gz", "history VIX.csv", "screener calibrated"
    UtcTime time{};
};
using FactTable = std::map<FactId, Fact>;

enum class ClaimStatus { Verified, Derived, Struck };
/// One number in one text, checked by code against a fact within the rounding it is written with. A date written as 2026-12-31 is
/// one number, stated as 20261231, and only a fact that holds this date verifies it.
struct Claim {
    std::string text;       ///< the number as written, with its sign and unit
    std::size_t offset = 0; ///< of the number in the text
    FactId fact;            ///< cited
    double stated = 0;
    std::optional<double> actual;
    ClaimStatus status = ClaimStatus::Struck;
};

enum class Stance { Favourable, Neutral, Unfavourable };
const char* toString(Stance stance);

struct AnalystReport {
    std::string role; ///< "iv_term", "technical", "macro", "greeks"
    std::string text;
    Stance stance = Stance::Neutral;
    double confidence = 0;                   ///< 0..1
    std::map<std::string, std::string> data; ///< typed output of the seed, as text
    std::vector<Claim> claims;
    double milliseconds = 0;
};

struct Argument {
    std::string id;      ///< "R1-bull"
    std::string side;    ///< "bull", "bear"
    std::string answers; ///< id of the argument it answers; empty in the first
    std::string point;   ///< key of the point made, for the list of unanswered ones
    std::string text;
    std::string main;    ///< the strongest point of `text`, word for word and whole; empty: the whole text
    double strength = 0; ///< 0..1, after struck claims have cost their weight
    double confidence = 0;
    std::vector<Claim> claims;
};

struct DebateRound {
    Argument bull, bear;
    double consensus = 0; ///< 0..1
};

struct Debate {
    std::vector<DebateRound> rounds;
    std::string winner; ///< "bull", "bear", "neutral"
    double confidence = 0;
    std::string synthesis;
    std::vector<Claim> synthesisClaims;
    std::vector<std::string> unanswered;              ///< "R2-bear: term structure is inverted"
    std::vector<std::vector<Claim>> unansweredClaims; ///< of the words after the id; offsets count from there
};

struct RiskView {
    std::string perspective; ///< "aggressive", "neutral", "conservative"
    double weight = 0;
    std::int64_t contracts = 0;
    std::string text;
    std::vector<Claim> claims;
};

enum class Action { Enter, Skip, ReduceSize, NoDecision };
const char* toString(Action action); ///< "enter" | "skip" | "reduce_size" | "no_decision"

struct Decision {
    Action action = Action::NoDecision;
    std::string reason;
    std::optional<std::size_t> candidate; ///< index into candidates
    std::int64_t contracts = 0;
    std::vector<Claim> claims;
};

struct ClaimTotals {
    int total = 0, verified = 0, derived = 0, struck = 0;
};

/// What an agent cycle is given. A value: the worker shares nothing.
struct CycleInputs {
    CycleId id;
    std::string underlying;
    UtcTime asof{};
    std::shared_ptr<const pricing::PricedChain> chain;
    std::shared_ptr<const market::History> history;
    std::optional<double> vix, vixPriorClose;
    std::optional<UtcTime> vixAt; ///< when that VIX was so; absent: at `asof`
    strategy::ScreenProfile profile;
    Usd equity;
    std::vector<portfolio::Position> positions;
    portfolio::GreeksSum bookGreeks;
    risk::Limits limits;
    RoleSet roles;
    /// Whether so many contracts of it would be dropped for what was declined today, asked as the desk asks it. Empty: nothing would.
    std::function<bool(const strategy::Candidate&, std::int64_t contracts)> declinedToday{};
    /// A further opinion on each leg, for instance QuantLib's on its own thread; may block for some milliseconds. Empty: goes without.
    std::function<std::vector<pricing::MethodPrice>(std::span<const pricing::VerifiedLeg>)> furtherOpinion{};
    int maxRounds = 3;
    double consensusStop = 0.7;
};

/// What independent pricing methods say of one leg.
struct VerifiedPrice {
    std::string contract; ///< OCC symbol
    pricing::Verification result;
};

struct Deliberation {
    CycleId id;
    std::string underlying;
    UtcTime asof{};
    std::string reasoner = "rules";
    FactTable facts;
    analytics::Analysis analysis;
    std::vector<AnalystReport> analysts;
    Debate debate;
    strategy::ScreenResult screen;
    std::vector<RiskView> riskViews;
    risk::SizeResult sizing;
    std::vector<VerifiedPrice> verification; ///< of the chosen trade's legs, empty without one
    std::vector<risk::Check> gate;           ///< dry run of the risk gate on the chosen trade, empty without one
    Decision decision;
    std::optional<portfolio::ComboOrder> order; ///< when the decision enters
    ClaimTotals claims;
    std::map<std::string, double> timingsMs;
};

struct Progress {
    std::string step; ///< "analysts", "debate 2/3" ...
    double fraction = 0;
};

/// Turns (role, facts) into an answer that fits the role's schema. `facts` holds what the role may read, no more.
/// RuleReasoner is deterministic; a model-backed one comes later.
class Reasoner {
public:
    virtual ~Reasoner() = default;
    virtual std::string name() const = 0; ///< "rules"
    virtual Result<AnalystReport> analyst(const Role& role, const FactTable& facts) = 0;
    /// `history` holds what was said so far; `answering` the argument to answer, absent in the first.
    virtual Result<Argument> argue(const Role& role, int round, const FactTable& facts, const std::vector<AnalystReport>& reports,
                                   const std::vector<DebateRound>& history, const Argument* answering) = 0;
    virtual Result<Debate> facilitate(const Role& role, const FactTable& facts, const std::vector<AnalystReport>& reports,
                                      std::vector<DebateRound> rounds) = 0;
    virtual Result<RiskView> riskView(const Role& role, const FactTable& facts, std::int64_t sizedContracts) = 0;
};
std::unique_ptr<Reasoner> makeRuleReasoner();

/// The whole pipeline on one chain (DESIGN section 4 up to the gate's dry run). Runs on a worker; analysts in parallel.
/// A step that cannot be completed ends in NoDecision with the reason; never an exception, never a silent hold.
Deliberation runCycle(const CycleInputs& in, Reasoner& reasoner, const std::function<void(const Progress&)>& progress = {},
                      std::stop_token stop = {});

/// DESIGN section 8, "Cycle JSON".
Json toJson(const Deliberation& deliberation);
Result<Deliberation> deliberationFromJson(const Json& json); ///< what the screens need; unknown fields are ignored

/// Finds every number in a text, matches it with the facts cited as "[fact.id]" right after it, and fills status.
/// Texts handed to people have the citations removed; offsets refer to the cleaned text.
struct CheckedText {
    std::string text;
    std::vector<Claim> claims;
};
CheckedText checkClaims(const std::string& textWithCitations, const FactTable& facts);

} // namespace mahler::agents
