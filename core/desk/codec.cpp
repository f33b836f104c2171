#include "desk/codec.h"

namespace mahler::desk::codec {

namespace {

Price price(const Json& j) { return Price::fromMicros(j.get<std::int64_t>()); }
Usd usd(const Json& j) { return Usd::fromMicros(j.get<std::int64_t>()); }

market::OptionContract contract(const Json& j) {
    auto parsed = market::OptionContract::parse(j.get<std::string>());
    MAHLER_CHECK(parsed.has_value());
    return *parsed;
}

portfolio::OrderIntent intent(const std::string& word) { return wordToEnum(word, portfolio::OrderIntent::Close); }

Json legs(const std::vector<portfolio::ComboLeg>& all) {
    Json out = Json::array();
    for (const auto& leg : all) out.push_back({{"contract", leg.contract.id()}, {"ratio", leg.ratio}});
    return out;
}

std::vector<portfolio::ComboLeg> toLegs(const Json& j) {
    std::vector<portfolio::ComboLeg> out;
    for (const auto& leg : j) out.push_back({contract(leg.at("contract")), leg.at("ratio").get<int>()});
    return out;
}

TradingDate date(const Json& j) {
    const auto text = j.get<std::string>();
    if (text.empty()) return {};
    auto parsed = parseDate(text);
    MAHLER_CHECK(parsed.has_value());
    return *parsed;
}

Json from(const approval::TierDecision& t) {
    Json j{{"tier", approval::toString(t.tier)},
           {"refused", t.refused},
           {"reasons", t.reasons},
           {"deadline_s", t.deadline.count()},
           {"open_within_s", t.openWithin.count()},
           {"minimum_review_s", t.minimumReview.count()}};
    if (t.fixedReview) // what came later is written where it says something: older journals have it not
        j["fixed_review"] = true;
    return j;
}

approval::TierDecision toTier(const Json& j) {
    approval::TierDecision t;
    t.tier = wordToEnum(j.at("tier").get<std::string>(), approval::Tier::T3);
    t.refused = j.at("refused").get<bool>();
    t.reasons = j.at("reasons").get<std::vector<std::string>>();
    t.deadline = std::chrono::seconds(j.at("deadline_s").get<std::int64_t>());
    t.openWithin = std::chrono::seconds(j.at("open_within_s").get<std::int64_t>());
    t.minimumReview = std::chrono::seconds(j.at("minimum_review_s").get<std::int64_t>());
    t.fixedReview = j.contains("fixed_review");
    return t;
}

} // namespace

Json micro(std::optional<double> value) {
    if (!value) return nullptr;
    const auto count = toMicroCount(*value);
    return count ? Json(*count) : Json(nullptr);
}

std::optional<double> fromMicro(const Json& j) {
    if (j.is_null()) return std::nullopt;
    return static_cast<double>(j.get<std::int64_t>()) / 1e6;
}

std::string str(const Json& j, const char* key) { return j.at(key).get<std::string>(); }

Json text(const Digest& digest) { return toHex(digest); }

Digest toDigest(const Json& j) {
    Digest digest{};
    MAHLER_CHECK(digestFromHex(j.get<std::string>(), digest));
    return digest;
}

Json from(const Timestamp& t) { return {{"utc", toNanos(t.utc)}, {"mono", t.mono.count()}}; }

Timestamp toTimestamp(const Json& j) { return {utcFromNanos(j.at("utc").get<std::int64_t>()), MonoTime(j.at("mono").get<std::int64_t>())}; }

Json from(const portfolio::ComboOrder& o) {
    return {{"underlying", o.underlying},
            {"kind", portfolio::toString(o.kind)},
            {"intent", portfolio::toString(o.intent)},
            {"legs", legs(o.legs)},
            {"quantity", o.quantity},
            {"net_limit", o.netLimit.micros()},
            {"closes", o.closes.str()},
            {"source", o.source}};
}

portfolio::ComboOrder toCombo(const Json& j) {
    portfolio::ComboOrder o;
    o.underlying = j.at("underlying").get<std::string>();
    const auto kind = portfolio::parseStrategyKind(j.at("kind").get<std::string>());
    MAHLER_CHECK(kind.has_value());
    o.kind = *kind;
    o.intent = intent(j.at("intent").get<std::string>());
    o.legs = toLegs(j.at("legs"));
    o.quantity = j.at("quantity").get<std::int64_t>();
    o.netLimit = price(j.at("net_limit"));
    o.closes = PositionId(j.at("closes").get<std::string>());
    o.source = j.at("source").get<std::string>();
    return o;
}

Json from(const portfolio::Position& p) {
    return {{"id", p.id.str()},
            {"underlying", p.underlying},
            {"kind", portfolio::toString(p.kind)},
            {"legs", legs(p.legs)},
            {"quantity", p.quantity},
            {"open_net", p.openNet.micros()},
            {"open_fees", p.openFees.micros()},
            {"close_fees", p.closeFees.micros()},
            {"realised", p.realised.micros()},
            {"opened_at", toNanos(p.openedAt)},
            {"owner", p.owner},
            {"strategy", p.strategy},
            {"proposal", p.proposal.str()}};
}

portfolio::Position toPosition(const Json& j) {
    portfolio::Position p;
    p.id = PositionId(j.at("id").get<std::string>());
    p.underlying = j.at("underlying").get<std::string>();
    const auto kind = portfolio::parseStrategyKind(j.at("kind").get<std::string>());
    MAHLER_CHECK(kind.has_value());
    p.kind = *kind;
    p.legs = toLegs(j.at("legs"));
    p.quantity = j.at("quantity").get<std::int64_t>();
    p.openNet = price(j.at("open_net"));
    p.openFees = usd(j.at("open_fees"));
    p.closeFees = usd(j.at("close_fees"));
    p.realised = usd(j.at("realised"));
    p.openedAt = utcFromNanos(j.at("opened_at").get<std::int64_t>());
    p.owner = j.at("owner").get<std::string>();
    p.strategy = j.at("strategy").get<std::string>();
    p.proposal = ProposalId(j.at("proposal").get<std::string>());
    return p;
}

Json from(const execution::Order& o) {
    return {{"id", o.id.str()},
            {"combo", from(o.combo)},
            {"state", execution::toString(o.state)},
            {"filled", o.filled},
            {"average_net", o.averageNet.micros()},
            {"fees", o.fees.micros()},
            {"cash_flow", o.cashFlow.micros()},
            {"arrival_mid", o.arrivalMid ? Json(o.arrivalMid->micros()) : Json(nullptr)},
            {"created", from(o.createdAt)},
            {"updated", from(o.updatedAt)},
            {"approved_by", o.approvedBy},
            {"broker_id", o.brokerId},
            {"text", o.text},
            {"proposal", o.proposal.str()}};
}

execution::Order toOrder(const Json& j) {
    execution::Order o;
    o.id = OrderId(j.at("id").get<std::string>());
    o.combo = toCombo(j.at("combo"));
    const auto state = execution::parseOrderState(j.at("state").get<std::string>());
    MAHLER_CHECK(state.has_value());
    o.state = *state;
    o.filled = j.at("filled").get<std::int64_t>();
    o.averageNet = price(j.at("average_net"));
    o.fees = usd(j.at("fees"));
    o.cashFlow = usd(j.at("cash_flow"));
    if (!j.at("arrival_mid").is_null()) o.arrivalMid = price(j.at("arrival_mid"));
    o.createdAt = toTimestamp(j.at("created"));
    o.updatedAt = toTimestamp(j.at("updated"));
    o.approvedBy = j.at("approved_by").get<std::string>();
    o.brokerId = j.at("broker_id").get<std::string>();
    o.text = j.at("text").get<std::string>();
    o.proposal = ProposalId(j.at("proposal").get<std::string>());
    return o;
}

Json from(const risk::Check& c) { return {{"check", c.check}, {"value", c.value}, {"limit", c.limit}, {"pass", c.pass}, {"reason", c.reason}}; }

Json from(const std::vector<risk::Check>& checks) {
    Json out = Json::array();
    for (const auto& check : checks) out.push_back(from(check));
    return out;
}

std::vector<risk::Check> toChecks(const Json& j) {
    std::vector<risk::Check> out;
    for (const auto& c : j)
        out.push_back({c.at("check").get<std::string>(), c.at("value").get<std::string>(), c.at("limit").get<std::string>(), c.at("pass").get<bool>(),
                       c.at("reason").get<std::string>()});
    return out;
}

Json from(const approval::Request& r) {
    Json signatures = Json::array();
    for (const auto& s : r.signatures)
        signatures.push_back({{"user", s.user.str()}, {"approve", s.approve}, {"reason", s.reason}, {"at", from(s.at)}});
    Json j{{"id", r.id.str()},
           {"proposal", r.proposal.str()},
           {"order", from(r.order)},
           {"shown_hash", text(r.shownHash)},
           {"tier", from(r.tier)},
           {"created", from(r.createdAt)},
           {"deadline_mono", r.deadline.count()},
           {"halt_epoch", r.haltEpoch},
           {"opened", r.openedAt ? from(*r.openedAt) : Json(nullptr)},
           {"escalated", r.escalated},
           {"signatures", signatures},
           {"state", approval::toString(r.state)},
           {"cause", approval::toString(r.cause)},
           {"cause_text", r.causeText}};
    if (r.extended) j["extended"] = true;
    if (r.extendableTo != MonoTime{}) j["extendable_to_mono"] = r.extendableTo.count();
    if (!r.replaces.empty()) {
        j["replaces"] = r.replaces.str();
        j["replaces_why"] = r.replacesWhy;
    }
    if (!r.raisedAgain.empty()) j["raised_again"] = r.raisedAgain;
    if (!r.events.empty()) j["events"] = from(r.events);
    return j;
}

Json from(const std::vector<market::MarketEvent>& events) {
    Json out = Json::array();
    for (const auto& e : events) {
        out.push_back({{"date", formatDate(e.date)}, {"kind", market::toString(e.kind)}, {"symbol", e.symbol}, {"title", e.title}});
        if (e.at) out.back()["at"] = toNanos(*e.at);
    }
    return out;
}

std::vector<market::MarketEvent> toEvents(const Json& j) {
    using market::EventKind;
    std::vector<market::MarketEvent> out;
    for (const auto& e : j)
        out.push_back({date(e.at("date")), wordToEnum(e.at("kind").get<std::string>(), EventKind::Holiday), e.at("symbol").get<std::string>(),
                       e.at("title").get<std::string>(),
                       e.contains("at") ? std::optional(UtcTime(std::chrono::nanoseconds(e.at("at").get<std::int64_t>()))) : std::nullopt});
    return out;
}

Json from(const approval::Inherited& i) {
    return {{"from", i.from.str()},
            {"why", i.why},
            {"deadline_mono", i.deadline ? Json(i.deadline->count()) : Json(nullptr)},
            {"extendable_to_mono", i.extendableTo.count()},
            {"extended", i.extended}};
}

approval::Inherited toInherited(const Json& j) {
    approval::Inherited i{ApprovalId(j.at("from").get<std::string>()),
                          j.at("why").get<std::string>(),
                          {},
                          MonoTime(j.at("extendable_to_mono").get<std::int64_t>()),
                          j.at("extended").get<bool>()};
    if (!j.at("deadline_mono").is_null()) i.deadline = MonoTime(j.at("deadline_mono").get<std::int64_t>());
    return i;
}

approval::Request toRequest(const Json& j) {
    approval::Request r;
    r.id = ApprovalId(j.at("id").get<std::string>());
    r.proposal = ProposalId(j.at("proposal").get<std::string>());
    r.order = toCombo(j.at("order"));
    r.shownHash = toDigest(j.at("shown_hash"));
    r.tier = toTier(j.at("tier"));
    r.createdAt = toTimestamp(j.at("created"));
    r.deadline = MonoTime(j.at("deadline_mono").get<std::int64_t>());
    r.haltEpoch = j.at("halt_epoch").get<std::uint64_t>();
    if (!j.at("opened").is_null()) r.openedAt = toTimestamp(j.at("opened"));
    r.escalated = j.at("escalated").get<bool>();
    for (const auto& s : j.at("signatures"))
        r.signatures.push_back(
            {UserId(s.at("user").get<std::string>()), s.at("approve").get<bool>(), s.at("reason").get<std::string>(), toTimestamp(s.at("at"))});
    r.state = wordToEnum(j.at("state").get<std::string>(), approval::ApprovalState::Rejected);
    r.cause = wordToEnum(j.at("cause").get<std::string>(), approval::RejectCause::FlowOver);
    r.causeText = j.at("cause_text").get<std::string>();
    r.extended = j.contains("extended");
    if (j.contains("extendable_to_mono")) r.extendableTo = MonoTime(j.at("extendable_to_mono").get<std::int64_t>());
    if (j.contains("replaces")) {
        r.replaces = ApprovalId(j.at("replaces").get<std::string>());
        r.replacesWhy = j.at("replaces_why").get<std::string>();
    }
    if (j.contains("raised_again")) r.raisedAgain = j.at("raised_again").get<std::string>();
    if (j.contains("events")) r.events = toEvents(j.at("events"));
    return r;
}

Json from(const portfolio::Account& a) {
    return {{"name", a.name},
            {"cash", a.cash.micros()},
            {"day_start", a.dayStartEquity.micros()},
            {"week_start", a.weekStartEquity.micros()},
            {"high_water", a.highWaterMark.micros()},
            {"day", a.day.ok() ? formatDate(a.day) : ""}};
}

portfolio::Account toAccount(const Json& j) {
    portfolio::Account a;
    a.name = j.at("name").get<std::string>();
    a.cash = usd(j.at("cash"));
    a.dayStartEquity = usd(j.at("day_start"));
    a.weekStartEquity = usd(j.at("week_start"));
    a.highWaterMark = usd(j.at("high_water"));
    a.day = date(j.at("day"));
    return a;
}

Json from(const execution::BrokerUpdate& u) {
    return {{"id", u.id.str()},        {"state", execution::toString(u.state)}, {"filled", u.filled},      {"average_net", u.averageNet.micros()},
            {"fees", u.fees.micros()}, {"cash_flow", u.cashFlow.micros()},      {"broker_id", u.brokerId}, {"text", u.text}};
}

execution::BrokerUpdate toBrokerUpdate(const Json& j) {
    execution::BrokerUpdate u;
    u.id = OrderId(j.at("id").get<std::string>());
    const auto state = execution::parseOrderState(j.at("state").get<std::string>());
    MAHLER_CHECK(state.has_value());
    u.state = *state;
    u.filled = j.at("filled").get<std::int64_t>();
    u.averageNet = price(j.at("average_net"));
    u.fees = usd(j.at("fees"));
    u.cashFlow = usd(j.at("cash_flow"));
    u.brokerId = j.at("broker_id").get<std::string>();
    u.text = j.at("text").get<std::string>();
    return u;
}

} // namespace mahler::desk::codec
