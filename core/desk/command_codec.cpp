#include <cmath>

#include "base/overloaded.h"
#include "desk/codec.h"
#include "desk/command.h"

namespace mahler::desk {

namespace {

using namespace codec;

Json values(const std::map<std::string, double>& map) {
    Json out = Json::object();
    for (const auto& [key, value] : map) out[key] = micro(value);
    return out;
}

std::map<std::string, double> toValues(const Json& j) {
    std::map<std::string, double> out;
    for (const auto& [key, value] : j.items())
        if (const auto v = fromMicro(value)) out[key] = *v;
    return out;
}

Json pico(double value) { return std::llround(value * static_cast<double>(pricing::kCarryUnits)); }
double fromPico(const Json& j) { return static_cast<double>(j.get<std::int64_t>()) / static_cast<double>(pricing::kCarryUnits); }

Json dividends(const std::vector<market::AnnouncedDividend>& list) {
    Json out = Json::array();
    for (const auto& d : list) out.push_back({{"ex_date", formatDate(d.exDate)}, {"amount", pico(d.amount)}});
    return out;
}

std::vector<market::AnnouncedDividend> toDividends(const Json& j) {
    std::vector<market::AnnouncedDividend> out;
    for (const auto& d : j) {
        const auto date = parseDate(str(d, "ex_date"));
        MAHLER_CHECK(date.has_value());
        out.push_back({*date, fromPico(d.at("amount"))});
    }
    return out;
}

Json carry(const pricing::UnderlyingCarry& c) {
    Json expiries = Json::array();
    for (const auto& e : c.expiries) {
        Json one{{"expiry", formatDate(e.expiry)}, {"root", e.root},         {"rate", pico(e.rate)},
                 {"yield", pico(e.yield)},         {"basis", pico(e.basis)}, {"source", pricing::toString(e.source)},
                 {"assumed", e.rateAssumed}};
        if (!e.dividends.empty()) one["dividends"] = dividends(e.dividends);
        expiries.push_back(std::move(one));
    }
    return {{"underlying", c.underlying}, {"at", toNanos(c.at)}, {"expiries", expiries}};
}

CarryFacts toCarry(const Json& j) {
    CarryFacts c{{str(j, "underlying"), utcFromNanos(j.at("at").get<std::int64_t>()), {}}};
    for (const auto& one : j.at("expiries")) {
        const auto date = parseDate(str(one, "expiry"));
        MAHLER_CHECK(date.has_value());
        pricing::ExpiryCarry e{*date, str(one, "root"), fromPico(one.at("rate")), fromPico(one.at("yield")), fromPico(one.at("basis")), {}};
        if (one.contains("dividends")) e.dividends = toDividends(one.at("dividends"));
        e.source = wordToEnum(str(one, "source"), pricing::CarrySource::Rate);
        e.rateAssumed = one.at("assumed").get<bool>();
        c.carry.expiries.push_back(std::move(e));
    }
    return c;
}

Json betas(const std::map<std::string, portfolio::BenchmarkBeta>& map) {
    Json out = Json::object();
    for (const auto& [key, b] : map)
        out[key] = {
            {"beta", micro(b.beta)}, {"r2", micro(b.r2)}, {"window", b.window}, {"last", b.last.ok() ? Json(formatDate(b.last)) : Json(nullptr)}};
    return out;
}

std::map<std::string, portfolio::BenchmarkBeta> toBetas(const Json& j) {
    std::map<std::string, portfolio::BenchmarkBeta> out;
    for (const auto& [key, b] : j.items()) {
        const auto beta = fromMicro(b.at("beta")), r2 = fromMicro(b.at("r2"));
        const auto last = b.at("last").is_null() ? Result<TradingDate>(TradingDate{}) : parseDate(str(b, "last"));
        MAHLER_CHECK(beta && r2 && last.has_value());
        out[key] = {*beta, *r2, b.at("window").get<int>(), *last};
    }
    return out;
}

Json cash(const execution::BrokerCashEvent& c) {
    return {{"kind", c.kind}, {"contract", c.contractId}, {"quantity", c.quantity}, {"amount", c.amount.micros()}, {"text", c.text}};
}

execution::BrokerCashEvent toCash(const Json& j) {
    return {j.at("kind").get<std::string>(), j.at("contract").get<std::string>(), j.at("quantity").get<std::int64_t>(),
            Usd::fromMicros(j.at("amount").get<std::int64_t>()), j.at("text").get<std::string>()};
}

Json report(const execution::BrokerReport& r) {
    Json positions = Json::array(), orders = Json::array();
    for (const auto& p : r.positions) positions.push_back({{"contract", p.contractId}, {"quantity", p.quantity}});
    for (const auto& o : r.orders) orders.push_back(from(o));
    return {{"clean", r.clean}, {"error", r.error}, {"cash", r.cash.micros()}, {"positions", positions}, {"orders", orders}};
}

execution::BrokerReport toReport(const Json& j) {
    execution::BrokerReport r;
    r.clean = j.at("clean").get<bool>();
    r.error = j.at("error").get<std::string>();
    r.cash = Usd::fromMicros(j.at("cash").get<std::int64_t>());
    for (const auto& p : j.at("positions")) r.positions.push_back({p.at("contract").get<std::string>(), p.at("quantity").get<std::int64_t>()});
    for (const auto& o : j.at("orders")) r.orders.push_back(toBrokerUpdate(o));
    return r;
}

Json settingValues(const Settings& settings) {
    Json out = Json::object();
    for (const auto& [key, value] : valuesOf(settings)) std::visit([&, &k = key](const auto& v) { out[k] = v; }, value);
    return out;
}

SettingValues toSettingValues(const Json& j) {
    SettingValues out;
    for (const auto& [key, value] : j.items())
        if (value.is_string())
            out[key] = value.get<std::string>();
        else
            out[key] = value.get<std::int64_t>();
    return out;
}

Json encode(const Command& command) {
    return std::visit(Overloaded{
                          [](const Started& c) -> Json {
                              return {{"run", c.runId},
                                      {"feed", c.feedName},
                                      {"single_person", c.kind == approval::DeskKind::SinglePerson},
                                      {"simulated", c.simulated},
                                      {"account", c.account},
                                      {"starting_cash", c.startingCash.micros()},
                                      {"underlyings", c.underlyings},
                                      {"feed_notes", c.feedNotes}};
                          },
                          [](const SessionFacts& c) -> Json {
                              Json j{{"date", formatDate(c.date)},
                                     {"open", toNanos(c.open)},
                                     {"close", toNanos(c.close)},
                                     {"rate", micro(c.rate)},
                                     {"dividend_yield", values(c.dividendYield)},
                                     {"realised10", values(c.realised10)}};
                              if (!c.betas.empty()) // as journals from before they were kept have it
                                  j["betas"] = betas(c.betas);
                              if (!c.dividends.empty()) {
                                  Json amounts = Json::object();
                                  for (const auto& [key, list] : c.dividends) amounts[key] = dividends(list);
                                  j["dividends"] = std::move(amounts);
                              }
                              if (!c.events.empty()) j["events"] = from(c.events);
                              return j;
                          },
                          [](const CarryFacts& c) -> Json { return carry(c.carry); },
                          [](const MarketTick&) -> Json { return nullptr; },
                          [](const Timer&) -> Json { return Json::object(); },
                          [](const FeedNotes& c) -> Json {
                              return {{"notes", c.notes}};
                          },
                          [](const CycleFinished& c) -> Json {
                              return {{"cycle", c.id.str()},
                                      {"underlying", c.underlying},
                                      {"action", c.action},
                                      {"reason", c.reason},
                                      {"strategy", c.strategy},
                                      {"deliberation", text(c.deliberation)},
                                      {"order", c.order ? from(*c.order) : Json(nullptr)},
                                      {"requested", c.requested},
                                      {"synthesis", c.synthesis},
                                      {"case_for", c.caseFor},
                                      {"case_against", c.caseAgainst},
                                      {"unanswered", c.unanswered},
                                      {"confidence_ppm", c.confidencePpm},
                                      {"failed", c.failed}};
                          },
                          [](const RequestCycle& c) -> Json {
                              return {{"actor", c.actor}, {"underlying", c.underlying}};
                          },
                          [](const ProposeOrder& c) -> Json {
                              return {{"user", c.user.str()}, {"order", from(c.order)}, {"reason", c.reason}};
                          },
                          [](const OpenRequest& c) -> Json {
                              return {{"id", c.id.str()}, {"user", c.user.str()}};
                          },
                          [](const AnswerRequest& c) -> Json {
                              return {{"id", c.id.str()},     {"user", c.user.str()},
                                      {"approve", c.approve}, {"shown_hash", text(c.shownHash)},
                                      {"reason", c.reason},   {"typed_max_loss", c.typedMaxLoss ? Json(c.typedMaxLoss->micros()) : Json(nullptr)}};
                          },
                          [](const SizeDown& c) -> Json {
                              return {{"id", c.id.str()}, {"user", c.user.str()}, {"quantity", c.quantity}};
                          },
                          [](const ExtendRequest& c) -> Json {
                              return {{"id", c.id.str()}, {"user", c.user.str()}};
                          },
                          [](const EscalateRequest& c) -> Json {
                              return {{"id", c.id.str()}, {"user", c.user.str()}};
                          },
                          [](const HaltRequest& c) -> Json {
                              return {{"actor", c.actor}, {"breaker", risk::toString(c.breaker)}, {"reason", c.reason}};
                          },
                          [](const ResumeRequest& c) -> Json {
                              return {{"user", c.user.str()},
                                      {"breaker", c.breaker ? Json(risk::toString(*c.breaker)) : Json(nullptr)},
                                      {"reason", c.reason},
                                      {"typed", c.typed}};
                          },
                          [](const ClosePosition& c) -> Json {
                              return {{"user", c.user.str()}, {"id", c.id.str()}, {"reason", c.reason}};
                          },
                          [](const CancelOrder& c) -> Json {
                              return {{"user", c.user.str()}, {"id", c.id.str()}};
                          },
                          [](const MoveToMid& c) -> Json {
                              return {{"user", c.user.str()}, {"id", c.id.str()}};
                          },
                          [](const EnableStrategy& c) -> Json {
                              return {{"user", c.user.str()}, {"key", c.key}};
                          },
                          [](const AcknowledgeAssignment& c) -> Json {
                              return {{"user", c.user.str()}, {"id", c.id}};
                          },
                          [](const CancelOpening& c) -> Json {
                              return {{"user", c.user.str()}};
                          },
                          [](const Flatten& c) -> Json {
                              return {{"user", c.user.str()}, {"typed", c.typed}};
                          },
                          [](const SwitchUser& c) -> Json {
                              return {{"user", c.user.str()}};
                          },
                          [](const SetAutonomy& c) -> Json {
                              return {{"user", c.user.str()}, {"scheduled", c.scheduled}};
                          },
                          [](const ChangeSettings& c) -> Json {
                              return {{"actor", c.actor}, {"values", settingValues(c.settings)}};
                          },
                          [](const AddNote& c) -> Json {
                              return {{"user", c.user.str()}, {"about", c.about}, {"text", c.text}};
                          },
                          [](const SubmitOutcome& c) -> Json {
                              return {{"id", c.id.str()}, {"kind", static_cast<int>(c.kind)}, {"text", c.text}};
                          },
                          [](const BrokerNews& c) -> Json {
                              Json updates = Json::array(), events = Json::array();
                              for (const auto& u : c.updates) updates.push_back(from(u));
                              for (const auto& e : c.cash) events.push_back(cash(e));
                              return {{"updates", updates}, {"cash", events}, {"errors", c.errors}};
                          },
                          [](const Reconciliation& c) -> Json {
                              return {{"report", report(c.report)}, {"when", c.when}};
                          },
                          [](const TapeBlockWritten& c) -> Json {
                              return {{"file", c.file}, {"offset", c.offset}, {"size", c.size}, {"entries", c.entries}, {"hash", text(c.hash)}};
                          },
                          [](const Failure& c) -> Json {
                              return {{"where", c.where}, {"what", c.what}};
                          },
                      },
                      command);
}

SessionFacts sessionFacts(const Json& j) {
    SessionFacts c;
    const auto date = parseDate(str(j, "date"));
    MAHLER_CHECK(date.has_value());
    c.date = *date;
    c.open = utcFromNanos(j.at("open").get<std::int64_t>());
    c.close = utcFromNanos(j.at("close").get<std::int64_t>());
    c.rate = fromMicro(j.at("rate"));
    c.dividendYield = toValues(j.at("dividend_yield"));
    c.realised10 = toValues(j.at("realised10"));
    if (j.contains("betas")) c.betas = toBetas(j.at("betas"));
    if (j.contains("dividends"))
        for (const auto& [key, list] : j.at("dividends").items()) c.dividends[key] = toDividends(list);
    if (j.contains("events")) c.events = toEvents(j.at("events"));
    return c;
}

CycleFinished cycleFinished(const Json& j) {
    CycleFinished c;
    c.id = CycleId(str(j, "cycle"));
    c.underlying = str(j, "underlying");
    c.action = str(j, "action");
    c.reason = str(j, "reason");
    c.strategy = str(j, "strategy");
    c.deliberation = toDigest(j.at("deliberation"));
    if (!j.at("order").is_null()) c.order = toCombo(j.at("order"));
    c.requested = j.at("requested").get<std::int64_t>();
    c.synthesis = str(j, "synthesis");
    c.caseFor = str(j, "case_for");
    c.caseAgainst = str(j, "case_against");
    c.unanswered = j.at("unanswered").get<std::vector<std::string>>();
    c.confidencePpm = j.at("confidence_ppm").get<std::int64_t>();
    c.failed = j.at("failed").get<bool>();
    return c;
}

risk::Breaker breaker(const Json& j) {
    const auto parsed = risk::parseBreaker(j.get<std::string>());
    MAHLER_CHECK(parsed.has_value());
    return *parsed;
}

Command decode(const std::string& name, const Json& j) {
    const auto user = [&] { return UserId(str(j, "user")); };
    if (name == "started")
        return Started{str(j, "run"),
                       str(j, "feed"),
                       j.at("single_person").get<bool>() ? approval::DeskKind::SinglePerson : approval::DeskKind::DemoTeam,
                       j.at("simulated").get<bool>(),
                       str(j, "account"),
                       Usd::fromMicros(j.at("starting_cash").get<std::int64_t>()),
                       j.at("underlyings").get<std::vector<std::string>>(),
                       j.at("feed_notes").get<std::vector<std::string>>()};
    if (name == "session_facts") return sessionFacts(j);
    if (name == "carry_facts") return toCarry(j);
    if (name == "timer") return Timer{};
    if (name == "feed_notes") return FeedNotes{j.at("notes").get<std::vector<std::string>>()};
    if (name == "cycle_finished") return cycleFinished(j);
    if (name == "request_cycle") return RequestCycle{str(j, "actor"), str(j, "underlying")};
    if (name == "propose_order") return ProposeOrder{user(), toCombo(j.at("order")), str(j, "reason")};
    if (name == "open_request") return OpenRequest{ApprovalId(str(j, "id")), user()};
    if (name == "answer_request") {
        AnswerRequest c{ApprovalId(str(j, "id")), user(), j.at("approve").get<bool>(), toDigest(j.at("shown_hash")), str(j, "reason"), {}};
        if (!j.at("typed_max_loss").is_null()) c.typedMaxLoss = Usd::fromMicros(j.at("typed_max_loss").get<std::int64_t>());
        return c;
    }
    if (name == "size_down") return SizeDown{ApprovalId(str(j, "id")), user(), j.at("quantity").get<std::int64_t>()};
    if (name == "extend_request") return ExtendRequest{ApprovalId(str(j, "id")), user()};
    if (name == "escalate_request") return EscalateRequest{ApprovalId(str(j, "id")), user()};
    if (name == "halt_request") return HaltRequest{str(j, "actor"), breaker(j.at("breaker")), str(j, "reason")};
    if (name == "resume_request") {
        ResumeRequest c{user(), {}, str(j, "reason"), str(j, "typed")};
        if (!j.at("breaker").is_null()) c.breaker = breaker(j.at("breaker"));
        return c;
    }
    if (name == "close_position") return ClosePosition{user(), PositionId(str(j, "id")), str(j, "reason")};
    if (name == "cancel_order") return CancelOrder{user(), OrderId(str(j, "id"))};
    if (name == "move_to_mid") return MoveToMid{user(), OrderId(str(j, "id"))};
    if (name == "enable_strategy") return EnableStrategy{user(), str(j, "key")};
    if (name == "acknowledge_assignment") return AcknowledgeAssignment{user(), str(j, "id")};
    if (name == "cancel_opening") return CancelOpening{user()};
    if (name == "flatten") return Flatten{user(), str(j, "typed")};
    if (name == "switch_user") return SwitchUser{user()};
    if (name == "set_autonomy") return SetAutonomy{user(), j.at("scheduled").get<bool>()};
    if (name == "change_settings") return ChangeSettings{str(j, "actor"), withValues(Settings{}, toSettingValues(j.at("values")))};
    if (name == "add_note") return AddNote{user(), str(j, "about"), str(j, "text")};
    if (name == "submit_outcome") {
        const int kind = j.at("kind").get<int>();
        MAHLER_CHECK(kind >= 0 && kind <= static_cast<int>(SubmitOutcome::Kind::Unknown));
        return SubmitOutcome{OrderId(str(j, "id")), static_cast<SubmitOutcome::Kind>(kind), str(j, "text")};
    }
    if (name == "broker_news") {
        BrokerNews c;
        for (const auto& u : j.at("updates")) c.updates.push_back(toBrokerUpdate(u));
        for (const auto& e : j.at("cash")) c.cash.push_back(toCash(e));
        c.errors = j.at("errors").get<int>();
        return c;
    }
    if (name == "reconciliation") return Reconciliation{toReport(j.at("report")), str(j, "when")};
    if (name == "tape_block_written")
        return TapeBlockWritten{str(j, "file"), j.at("offset").get<std::int64_t>(), j.at("size").get<std::int64_t>(),
                                j.at("entries").get<std::int64_t>(), toDigest(j.at("hash"))};
    if (name == "failure") return Failure{str(j, "where"), str(j, "what")};
    throw InvariantError("unknown command " + name);
}

} // namespace

std::string commandName(const Command& command) {
    static constexpr const char* kNames[] = {
        "started",        "session_facts",  "carry_facts",        "market_tick",    "timer",           "feed_notes",      "cycle_finished",
        "request_cycle",  "propose_order",  "open_request",       "answer_request", "size_down",       "extend_request",  "escalate_request",
        "halt_request",   "resume_request", "close_position",     "cancel_order",   "move_to_mid",     "enable_strategy", "acknowledge_assignment",
        "cancel_opening", "flatten",        "switch_user",        "set_autonomy",   "change_settings", "add_note",        "submit_outcome",
        "broker_news",    "reconciliation", "tape_block_written", "failure"};
    static_assert(std::size(kNames) == std::variant_size_v<Command>);
    return kNames[command.index()];
}

Result<Json> encodeCommand(const Command& command) {
    Json body = encode(command);
    repairText(body);
    return body;
}

Result<Command> decodeCommand(const std::string& name, const Json& body) {
    try {
        return decode(name, body);
    } catch (const std::exception& e) { return Error{ErrorCode::Integrity, "command " + name + ": " + e.what()}; }
}

} // namespace mahler::desk
