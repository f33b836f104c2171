#pragma once

#include <string>

#include "agents/deliberation.h"

namespace mahler::agents {

/// Collects facts. An absent value makes no fact: what is unknown cannot be cited.
class FactBuilder {
public:
    FactBuilder(FactTable& facts, UtcTime time) : m_facts(facts), m_time(time) {}
    void number(const std::string& id, std::optional<double> value, const std::string& unit, int decimals, const std::string& source);
    void word(const std::string& id, const std::string& value, const std::string& source);

private:
    FactTable& m_facts;
    UtcTime m_time;
};

/// Everything about market, history, events and book that the agents may cite, before a trade is chosen.
void addMarketFacts(FactTable& facts, const CycleInputs& in, const analytics::Analysis& analysis);
/// What the screener found; `best` is the trade under debate, absent when nothing passed.
void addScreenFacts(FactTable& facts, const CycleInputs& in, const analytics::Analysis& analysis, const strategy::ScreenResult& screen,
                    const strategy::Candidate* best);
void addSizeFacts(FactTable& facts, const CycleInputs& in, const risk::SizeResult& sizing);

/// The facts a role may read.
FactTable visibleTo(const Role& role, const FactTable& facts);

/// The number of a fact, absent when the fact is unknown or a word.
std::optional<double> valueOf(const FactTable& facts, const std::string& id);
/// The word of a fact, empty when unknown.
std::string wordOf(const FactTable& facts, const std::string& id);
bool known(const FactTable& facts, const std::string& id);
/// "72.4 % [iv.percentile]": the only way a text may state a number. "unknown" without a bracket when there is no such fact.
std::string cite(const FactTable& facts, const std::string& id);
/// The same without a minus: for "below its mean by 1.2 % [=-...]".
std::string citeMagnitude(const FactTable& facts, const std::string& id);

/// Why a thing is unknown, as a clause that cites ("the daily bars end on 2019-04-30, with 4 sessions missing").
std::string whyNoTrend(const FactTable& facts);
std::string whyNoRank(const FactTable& facts);
std::string whyNoTrade(const FactTable& facts);

} // namespace mahler::agents
