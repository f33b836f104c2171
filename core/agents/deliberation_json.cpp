#include <nlohmann/json.hpp>

#include "agents/deliberation.h"

namespace mahler::agents {

namespace {

const char* statusWord(ClaimStatus status) {
    switch (status) {
    case ClaimStatus::Verified: return "verified";
    case ClaimStatus::Derived: return "derived";
    case ClaimStatus::Struck: return "struck";
    }
    return "struck";
}

ClaimStatus statusOf(const std::string& word) {
    return word == "verified" ? ClaimStatus::Verified : word == "derived" ? ClaimStatus::Derived : ClaimStatus::Struck;
}

Json optional(const std::optional<double>& v) { return v ? Json(*v) : Json(nullptr); }

Json claimsJson(const std::vector<Claim>& claims) {
    Json out = Json::array();
    for (const auto& c : claims)
        out.push_back({{"text", c.text},
                       {"offset", c.offset},
                       {"fact", c.fact.empty() ? Json(nullptr) : Json(c.fact.str())},
                       {"stated", c.stated},
                       {"actual", optional(c.actual)},
                       {"status", statusWord(c.status)}});
    return out;
}

std::vector<Claim> claimsOf(const Json& j) {
    std::vector<Claim> out;
    for (const auto& c : j) {
        Claim claim;
        claim.text = c.at("text").get<std::string>();
        claim.offset = c.at("offset").get<std::size_t>();
        if (c.at("fact").is_string()) claim.fact = FactId(c.at("fact").get<std::string>());
        claim.stated = c.at("stated").is_number() ? c.at("stated").get<double>() : 0;
        if (c.at("actual").is_number()) claim.actual = c.at("actual").get<double>();
        claim.status = statusOf(c.at("status").get<std::string>());
        out.push_back(std::move(claim));
    }
    return out;
}

Json argumentJson(const Argument& a) {
    return {{"id", a.id},
            {"side", a.side},
            {"answers", a.answers.empty() ? Json(nullptr) : Json(a.answers)},
            {"point", a.point},
            {"text", a.text},
            {"strength", a.strength},
            {"confidence", a.confidence},
            {"claims", claimsJson(a.claims)}};
}

Argument argumentOf(const Json& j) {
    Argument a;
    a.id = j.at("id").get<std::string>();
    a.side = j.at("side").get<std::string>();
    if (j.at("answers").is_string()) a.answers = j.at("answers").get<std::string>();
    a.point = j.at("point").get<std::string>();
    a.text = j.at("text").get<std::string>();
    a.strength = j.at("strength").get<double>();
    a.confidence = j.at("confidence").get<double>();
    a.claims = claimsOf(j.at("claims"));
    return a;
}

Json legsJson(const std::vector<portfolio::ComboLeg>& legs) {
    Json out = Json::array();
    for (const auto& leg : legs) out.push_back({{"contract", leg.contract.id()}, {"ratio", leg.ratio}});
    return out;
}

std::vector<portfolio::ComboLeg> legsOf(const Json& j) {
    std::vector<portfolio::ComboLeg> out;
    for (const auto& leg : j) {
        const auto contract = market::OptionContract::parse(leg.at("contract").get<std::string>());
        if (!contract) throw InvariantError(contract.error().detail);
        out.push_back({*contract, leg.at("ratio").get<int>()});
    }
    return out;
}

Json candidateJson(const strategy::Candidate& c) {
    return {{"id", c.id},
            {"kind", portfolio::toString(c.kind)},
            {"underlying", c.underlying},
            {"legs", legsJson(c.legs)},
            {"expiry", formatDate(c.expiry)},
            {"dte", c.dte},
            {"credit", c.credit.toDouble()},
            {"limit", c.limit.toDouble()},
            {"width", c.width},
            {"short_delta", c.shortDelta},
            {"long_delta", c.longDelta},
            {"short_iv", c.shortIv},
            {"credit_to_width", c.creditToWidth},
            {"probability_otm", c.probabilityOtm},
            {"probability_of_profit", c.probabilityOfProfit},
            {"expected_value", c.expectedValue},
            {"seed_expected_value", c.seedExpectedValue},
            {"costs", c.costs},
            {"max_loss", c.maxLoss.toDouble()},
            {"max_profit", c.maxProfit.toDouble()},
            {"bid_ask_fraction", c.bidAskFraction},
            {"open_interest", c.openInterest},
            {"volume", c.volume},
            {"iv_percentile", optional(c.ivPercentile)},
            {"breakevens", c.breakevens},
            {"score", c.score},
            {"delta", c.delta},
            {"gamma", c.gamma},
            {"theta_per_day", c.thetaPerDay},
            {"vega_per_point", c.vegaPerPoint},
            {"event", c.eventNote}};
}

strategy::Candidate candidateOf(const Json& j) {
    strategy::Candidate c;
    c.id = j.at("id").get<std::string>();
    c.kind = portfolio::parseStrategyKind(j.at("kind").get<std::string>()).value_or(portfolio::StrategyKind::Custom);
    c.underlying = j.at("underlying").get<std::string>();
    c.legs = legsOf(j.at("legs"));
    if (const auto date = parseDate(j.at("expiry").get<std::string>())) c.expiry = *date;
    c.dte = j.at("dte").get<int>();
    c.credit = Price::fromDouble(j.at("credit").get<double>()).value_or(Price{});
    c.limit = Price::fromDouble(j.at("limit").get<double>()).value_or(Price{});
    c.width = j.at("width").get<double>();
    c.shortDelta = j.at("short_delta").get<double>();
    c.longDelta = j.at("long_delta").get<double>();
    c.shortIv = j.at("short_iv").get<double>();
    c.creditToWidth = j.at("credit_to_width").get<double>();
    c.probabilityOtm = j.at("probability_otm").get<double>();
    c.probabilityOfProfit = j.at("probability_of_profit").get<double>();
    c.expectedValue = j.at("expected_value").get<double>();
    c.seedExpectedValue = j.at("seed_expected_value").get<double>();
    c.costs = j.at("costs").get<double>();
    c.maxLoss = Usd::fromDouble(j.at("max_loss").get<double>()).value_or(Usd{});
    c.maxProfit = Usd::fromDouble(j.at("max_profit").get<double>()).value_or(Usd{});
    c.bidAskFraction = j.at("bid_ask_fraction").get<double>();
    c.openInterest = j.at("open_interest").get<std::int64_t>();
    c.volume = j.at("volume").get<std::int64_t>();
    if (j.at("iv_percentile").is_number()) c.ivPercentile = j.at("iv_percentile").get<double>();
    c.breakevens = j.at("breakevens").get<std::vector<double>>();
    c.score = j.at("score").get<double>();
    c.delta = j.at("delta").get<double>();
    c.gamma = j.at("gamma").get<double>();
    c.thetaPerDay = j.at("theta_per_day").get<double>();
    c.vegaPerPoint = j.at("vega_per_point").get<double>();
    c.eventNote = j.at("event").get<std::string>();
    return c;
}

Json checksJson(const std::vector<risk::Check>& checks) {
    Json out = Json::array();
    for (const auto& c : checks) out.push_back({{"check", c.check}, {"value", c.value}, {"limit", c.limit}, {"pass", c.pass}, {"reason", c.reason}});
    return out;
}

Json verificationJson(const std::vector<VerifiedPrice>& legs) {
    Json out = Json::array();
    for (const auto& leg : legs) {
        Json prices = Json::array();
        for (const auto& p : leg.result.prices)
            if (p.known) prices.push_back({{"method", pricing::toString(p.method)}, {"price", p.price}, {"error", p.error}});
        out.push_back(
            {{"contract", leg.contract}, {"prices", prices}, {"gap", leg.result.gap}, {"allowed", leg.result.allowed}, {"agree", leg.result.agree}});
    }
    return out;
}

std::vector<VerifiedPrice> verificationOf(const Json& j) {
    std::vector<VerifiedPrice> out;
    for (const auto& leg : j) {
        std::vector<pricing::MethodPrice> prices;
        for (const auto& p : leg.at("prices")) {
            const auto method = pricing::parsePriceMethod(p.at("method").get<std::string>());
            if (!method) throw InvariantError("unknown pricing method");
            prices.push_back({*method, p.at("price").get<double>(), p.at("error").get<double>(), true});
        }
        out.push_back({leg.at("contract").get<std::string>(), pricing::judge({}, {}, std::move(prices))});
    }
    return out;
}

Json screenJson(const strategy::ScreenResult& s) {
    Json rules = Json::array();
    for (const auto& r : s.rules) rules.push_back({{"rule", r.rule}, {"limit", r.limit}, {"rejected", r.rejected}, {"sole_reject", r.soleReject}});
    Json misses = Json::array();
    for (std::size_t i = 0; i < s.nearMisses.size(); ++i) {
        Json miss = candidateJson(s.nearMisses[i]);
        miss["failed_rule"] = i < s.nearMissRules.size() ? s.nearMissRules[i] : "";
        misses.push_back(miss);
    }
    return {{"profile", s.profile.name},
            {"considered", s.considered},
            {"passed", s.candidates.size()},
            {"tightest_rule", s.tightestRule.empty() ? Json(nullptr) : Json(s.tightestRule)},
            {"rules", rules},
            {"near_misses", misses},
            {"notes", s.notes}};
}

void readScreen(const Json& j, const Json& candidates, strategy::ScreenResult& s) {
    s.profile = strategy::profileByName(j.at("profile").get<std::string>()).value_or(strategy::calibratedProfile());
    s.considered = j.at("considered").get<int>();
    if (j.at("tightest_rule").is_string()) s.tightestRule = j.at("tightest_rule").get<std::string>();
    for (const auto& r : j.at("rules"))
        s.rules.push_back(
            {r.at("rule").get<std::string>(), r.at("limit").get<std::string>(), r.at("rejected").get<int>(), r.at("sole_reject").get<int>()});
    for (const auto& c : candidates) s.candidates.push_back(candidateOf(c));
    for (const auto& c : j.at("near_misses")) {
        s.nearMisses.push_back(candidateOf(c));
        s.nearMissRules.push_back(c.at("failed_rule").get<std::string>());
    }
    s.notes = j.at("notes").get<std::vector<std::string>>();
}

Json factsJson(const Deliberation& d) {
    Json facts = Json::object();
    for (const auto& [id, f] : d.facts)
        facts[id.str()] = {{"value", f.number ? Json(*f.number) : Json(f.word)},
                           {"unit", f.unit},
                           {"decimals", f.decimals},
                           {"source", f.source},
                           {"time", formatUtc(f.time)}};
    return facts;
}

Deliberation read(const Json& j) {
    Deliberation d;
    d.underlying = j.at("underlying").get<std::string>();
    if (const auto time = parseUtc(j.at("asof").get<std::string>())) d.asof = *time;
    d.reasoner = j.at("reasoner").get<std::string>();
    for (const auto& [id, f] : j.at("facts").items()) {
        Fact fact;
        fact.id = FactId(id);
        if (f.at("value").is_number())
            fact.number = f.at("value").get<double>();
        else
            fact.word = f.at("value").get<std::string>();
        fact.unit = f.at("unit").get<std::string>();
        fact.decimals = f.at("decimals").get<int>();
        fact.source = f.at("source").get<std::string>();
        if (const auto time = parseUtc(f.at("time").get<std::string>())) fact.time = *time;
        d.facts[fact.id] = fact;
    }
    for (const auto& a : j.at("analysts")) {
        AnalystReport r;
        r.role = a.at("role").get<std::string>();
        r.text = a.at("text").get<std::string>();
        const auto stance = a.at("stance").get<std::string>();
        r.stance = stance == "favourable" ? Stance::Favourable : stance == "unfavourable" ? Stance::Unfavourable : Stance::Neutral;
        r.confidence = a.at("confidence").get<double>();
        r.data = a.at("data").get<std::map<std::string, std::string>>();
        r.claims = claimsOf(a.at("claims"));
        r.milliseconds = a.at("milliseconds").get<double>();
        d.analysts.push_back(std::move(r));
    }
    const auto& debate = j.at("debate");
    for (const auto& r : debate.at("rounds"))
        d.debate.rounds.push_back({argumentOf(r.at("bull")), argumentOf(r.at("bear")), r.at("consensus").get<double>()});
    d.debate.winner = debate.at("winner").get<std::string>();
    d.debate.confidence = debate.at("confidence").get<double>();
    d.debate.synthesis = debate.at("synthesis").get<std::string>();
    d.debate.synthesisClaims = claimsOf(debate.at("claims"));
    d.debate.unanswered = debate.at("unanswered").get<std::vector<std::string>>();
    for (const auto& claims : debate.at("unanswered_claims")) d.debate.unansweredClaims.push_back(claimsOf(claims));
    readScreen(j.at("screen"), j.at("candidates"), d.screen);
    for (const auto& v : j.at("risk").at("views"))
        d.riskViews.push_back({v.at("perspective").get<std::string>(), v.at("weight").get<double>(), v.at("contracts").get<std::int64_t>(),
                               v.at("text").get<std::string>(), claimsOf(v.at("claims"))});
    const auto& sizing = j.at("sizing");
    d.sizing.contracts = sizing.at("contracts").get<std::int64_t>();
    d.sizing.limitingFactor = sizing.at("limiting_factor").get<std::string>();
    d.verification = verificationOf(j.at("verification"));
    for (const auto& g : j.at("gate"))
        d.gate.push_back({g.at("check").get<std::string>(), g.at("value").get<std::string>(), g.at("limit").get<std::string>(),
                          g.at("pass").get<bool>(), g.at("reason").get<std::string>()});
    const auto& decision = j.at("decision");
    const auto action = decision.at("action").get<std::string>();
    d.decision.action = action == "enter"         ? Action::Enter
                        : action == "skip"        ? Action::Skip
                        : action == "reduce_size" ? Action::ReduceSize
                                                  : Action::NoDecision;
    d.decision.reason = decision.at("reason").get<std::string>();
    if (decision.at("candidate").is_number_unsigned()) d.decision.candidate = decision.at("candidate").get<std::size_t>();
    d.decision.contracts = decision.at("contracts").get<std::int64_t>();
    d.decision.claims = claimsOf(decision.at("claims"));
    const auto& claims = j.at("claims");
    d.claims = {claims.at("total").get<int>(), claims.at("verified").get<int>(), claims.at("derived").get<int>(), claims.at("struck").get<int>()};
    d.timingsMs = j.at("timings_ms").get<std::map<std::string, double>>();
    return d;
}

} // namespace

Json toJson(const Deliberation& d) {
    Json analysts = Json::array(), rounds = Json::array(), candidates = Json::array(), views = Json::array();
    for (const auto& a : d.analysts)
        analysts.push_back({{"role", a.role},
                            {"text", a.text},
                            {"stance", toString(a.stance)},
                            {"confidence", a.confidence},
                            {"data", a.data},
                            {"claims", claimsJson(a.claims)},
                            {"milliseconds", a.milliseconds}});
    for (const auto& r : d.debate.rounds)
        rounds.push_back({{"bull", argumentJson(r.bull)}, {"bear", argumentJson(r.bear)}, {"consensus", r.consensus}});
    for (const auto& c : d.screen.candidates) candidates.push_back(candidateJson(c));
    for (const auto& v : d.riskViews)
        views.push_back(
            {{"perspective", v.perspective}, {"weight", v.weight}, {"contracts", v.contracts}, {"text", v.text}, {"claims", claimsJson(v.claims)}});
    Json caps = Json::object();
    for (const auto& [name, contracts] : d.sizing.caps) caps[name] = contracts;
    Json unansweredClaims = Json::array();
    for (const auto& claims : d.debate.unansweredClaims) unansweredClaims.push_back(claimsJson(claims));
    return {{"underlying", d.underlying},
            {"asof", formatUtc(d.asof)},
            {"reasoner", d.reasoner},
            {"facts", factsJson(d)},
            {"analysts", analysts},
            {"debate",
             {{"rounds", rounds},
              {"winner", d.debate.winner},
              {"confidence", d.debate.confidence},
              {"synthesis", d.debate.synthesis},
              {"claims", claimsJson(d.debate.synthesisClaims)},
              {"unanswered", d.debate.unanswered},
              {"unanswered_claims", unansweredClaims}}},
            {"screen", screenJson(d.screen)},
            {"candidates", candidates},
            {"risk", {{"views", views}, {"contracts", d.decision.contracts}}},
            {"sizing",
             {{"contracts", d.sizing.contracts},
              {"limiting_factor", d.sizing.limitingFactor},
              {"caps", caps},
              {"risk_amount", d.sizing.riskAmount.toDouble()},
              {"risk_fraction", d.sizing.riskFraction}}},
            {"verification", verificationJson(d.verification)},
            {"gate", checksJson(d.gate)},
            {"decision",
             {{"action", toString(d.decision.action)},
              {"reason", d.decision.reason},
              {"candidate", d.decision.candidate ? Json(*d.decision.candidate) : Json(nullptr)},
              {"contracts", d.decision.contracts},
              {"claims", claimsJson(d.decision.claims)}}},
            {"claims", {{"total", d.claims.total}, {"verified", d.claims.verified}, {"derived", d.claims.derived}, {"struck", d.claims.struck}}},
            {"timings_ms", d.timingsMs}};
}

Result<Deliberation> deliberationFromJson(const Json& json) {
    try {
        return read(json);
    } catch (const std::exception& e) { return Error{ErrorCode::BadInput, std::string("deliberation: ") + e.what()}; }
}

} // namespace mahler::agents
