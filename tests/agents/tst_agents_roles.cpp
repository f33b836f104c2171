#include <set>

#include <nlohmann/json.hpp>
#include <QElapsedTimer>
#include <QTest>

#include "agents/answers.h"
#include "agents/debate_points.h"
#include "agents/facts.h"
#include "agents/rule_analysts.h"
#include "market/exchange_calendar.h"
#include "simulation/simulated_market.h"

using namespace mahler;
using namespace mahler::agents;

namespace {

/// Speaks like the rules, but one answer is spoilt.
class Spoilt final : public Reasoner {
public:
    std::function<void(AnalystReport&)> report = [](auto&) {};
    std::function<void(Argument&)> argument = [](auto&) {};
    std::function<void(Debate&)> debate = [](auto&) {};
    std::function<void(RiskView&)> view = [](auto&) {};
    std::set<std::string> shown; ///< facts the risk views were shown

    std::string name() const override { return "spoilt"; }
    Result<AnalystReport> analyst(const Role& role, const FactTable& facts) override { return spoil(m_rules->analyst(role, facts), report); }
    Result<Argument> argue(const Role& role, int round, const FactTable& facts, const std::vector<AnalystReport>& reports,
                           const std::vector<DebateRound>& history, const Argument* answering) override {
        return spoil(m_rules->argue(role, round, facts, reports, history, answering), argument);
    }
    Result<Debate> facilitate(const Role& role, const FactTable& facts, const std::vector<AnalystReport>& reports,
                              std::vector<DebateRound> rounds) override {
        return spoil(m_rules->facilitate(role, facts, reports, std::move(rounds)), debate);
    }
    Result<RiskView> riskView(const Role& role, const FactTable& facts, std::int64_t sized) override {
        for (const auto& [id, fact] : facts) shown.insert(id.str());
        return spoil(m_rules->riskView(role, facts, sized), view);
    }

private:
    template <class T> static Result<T> spoil(Result<T> answer, const std::function<void(T&)>& how) {
        how(*answer);
        return answer;
    }
    std::unique_ptr<Reasoner> m_rules = makeRuleReasoner();
};

Json sample() {
    return *parseJson(R"({"role": "risk_neutral", "title": "Neutral", "kind": "risk", "purpose": "Weigh.", "reads": ["vix", "size"],
        "output": {"type": "object", "required": ["text"], "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 10},
            "share": {"type": "number", "minimum": 0, "maximum": 1},
            "open": {"type": "array", "maxItems": 2, "items": {"type": "string", "enum": ["yes", "no"]}}}},
        "weights": {"by_vix": [{"up_to": 20, "weight": 0.5}, {"weight": 0.3}]}})");
}

std::string refusal(const Json& role, const char* prompt = "Weigh.") {
    const auto parsed = parseRole(role.dump(), prompt);
    return parsed ? "" : parsed.error().detail;
}

std::vector<Role> builtIn() {
    std::vector<Role> out;
    const auto set = builtInRoles();
    for (const auto kind : {RoleKind::Analyst, RoleKind::Debater, RoleKind::Facilitator, RoleKind::Risk})
        for (const Role* role : set->ofKind(kind)) out.push_back(*role);
    return out;
}

} // namespace

class RolesTest : public QObject {
    Q_OBJECT

    CycleInputs m_inputs;

    Deliberation cycle(Reasoner& reasoner) const { return runCycle(m_inputs, reasoner); }

private Q_SLOTS:
    void aWinningBearSkipsWhenSureAndHalvesOtherwise() {
        const auto judged = [this](const char* winner, double confidence, std::int64_t contracts = 7) {
            Spoilt reasoner;
            reasoner.view = [=](RiskView& v) { v.contracts = contracts; };
            reasoner.debate = [=](Debate& d) {
                d.winner = winner;
                d.confidence = confidence;
            };
            auto in = m_inputs;
            in.equity = Usd::fromMicros(10'000'000'000'000); // room for seven
            return runCycle(in, reasoner);
        };
        const auto bull = judged("bull", 0.9);
        QVERIFY2(bull.decision.action == Action::Enter, bull.decision.reason.c_str());
        QCOMPARE(bull.decision.contracts, 7);
        const auto sure = judged("bear", 0.81);
        QVERIFY(sure.decision.action == Action::Skip && sure.decision.contracts == 0 && !sure.order && !sure.decision.candidate);
        for (const double confidence : {0.8, 0.51}) { // 0.8 is not above 0.8
            const auto unsure = judged("bear", confidence);
            QVERIFY2(unsure.decision.action == Action::ReduceSize, unsure.decision.reason.c_str());
            QCOMPARE(unsure.decision.contracts, 3);
            QVERIFY(unsure.order && unsure.order->quantity == 3);
        }
        QCOMPARE(judged("neutral", 0.9).decision.contracts, 7);
        const auto nothingLeft = judged("bear", 0.6, 1);
        QVERIFY(nothingLeft.decision.action == Action::Skip && !nothingLeft.order);
    }

    void theDryRunSeesAClosedMarket() {
        Spoilt reasoner;
        const auto open = cycle(reasoner);
        const auto passes = [](const Deliberation& d, const char* check) {
            return std::any_of(d.gate.begin(), d.gate.end(), [&](const auto& c) { return c.check == check && c.pass; });
        };
        QVERIFY(passes(open, "session_open"));
        auto in = m_inputs;
        in.asof = market::fromNewYork(market::toNewYork(in.asof).date, 17, 0);
        const auto closed = runCycle(in, reasoner);
        QVERIFY(!closed.gate.empty() && !passes(closed, "session_open") && !passes(closed, "quotes_fresh"));
        QVERIFY(closed.decision.action == Action::Skip && !closed.order);
    }

    void initTestCase() {
        simulation::SimulationConfig config;
        config.date = std::chrono::year{2026} / 11 / 23;
        auto feed = simulation::makeSimulatedMarket(config);
        const auto tick = feed->advance(market::fromNewYork(config.date, 10, 35), {});
        QVERIFY(tick.has_value());
        m_inputs.underlying = "SPY";
        m_inputs.asof = (*tick)->time;
        m_inputs.vix = (*tick)->vix;
        m_inputs.history = feed->history();
        m_inputs.chain = pricing::priceChain(*feed->chain("SPY"), {});
        m_inputs.profile = strategy::calibratedProfile();
        m_inputs.equity = Usd::fromMicros(100'000'000'000);
        const auto roles = builtInRoles();
        QVERIFY2(roles.has_value(), roles ? "" : roles.error().detail.c_str());
        m_inputs.roles = *roles;
    }

    void theProgramHoldsTheWholeTable() {
        QStringList names;
        for (const auto& role : builtIn()) names << QString::fromStdString(role.name);
        QCOMPARE(names.join(QLatin1Char(' ')), QStringLiteral("iv_term technical macro greeks bull bear facilitator risk_aggressive "
                                                              "risk_neutral risk_conservative"));
        QVERIFY(m_inputs.roles.find("macro") != nullptr);
        QVERIFY(m_inputs.roles.find("prophet") == nullptr);
    }

    void aPromptCitesOnlyWhatItsRoleMayRead() {
        for (const auto& role : builtIn()) {
            const auto open = role.prompt.find('['), close = role.prompt.find(']');
            QVERIFY2(close != std::string::npos, role.name.c_str());
            QVERIFY2(role.mayRead(FactId(role.prompt.substr(open + 1, close - open - 1))), role.name.c_str());
        }
    }

    void readingCoversWhatLiesBelowAnId() {
        Role role;
        role.reads = {"vix", "iv.30"};
        QVERIFY(role.mayRead(FactId("vix")));
        QVERIFY(role.mayRead(FactId("vix.change")));
        QVERIFY(role.mayRead(FactId("iv.30")));
        QVERIFY(!role.mayRead(FactId("vixen")));
        QVERIFY(!role.mayRead(FactId("iv")));
        QVERIFY(!role.mayRead(FactId("iv.300")));
        QVERIFY(!role.mayRead(FactId("")));
    }

    void riskIsWeightedByVixAsTheFilesSay_data() {
        QTest::addColumn<double>("vix");
        QTest::addColumn<QList<double>>("weights");
        QTest::newRow("calm") << 12.0 << QList<double>{0.3, 0.5, 0.2};
        QTest::newRow("twenty is calm") << 20.0 << QList<double>{0.3, 0.5, 0.2};
        QTest::newRow("above twenty") << 20.01 << QList<double>{0.2, 0.5, 0.3};
        QTest::newRow("thirty") << 30.0 << QList<double>{0.2, 0.5, 0.3};
        QTest::newRow("above thirty") << 30.01 << QList<double>{0.1, 0.3, 0.6};
        QTest::newRow("unknown counts as high") << -1.0 << QList<double>{0.1, 0.3, 0.6};
    }
    void riskIsWeightedByVixAsTheFilesSay() {
        QFETCH(double, vix);
        QFETCH(QList<double>, weights);
        QList<double> found;
        for (const Role* role : m_inputs.roles.ofKind(RoleKind::Risk)) found << role->weightAt(vix < 0 ? std::nullopt : std::optional(vix));
        QCOMPARE(found, weights);
    }

    void aWellFormedRoleIsRead() {
        const auto role = parseRole(sample().dump(), "Weigh.");
        QVERIFY2(role.has_value(), role ? "" : role.error().detail.c_str());
        QCOMPARE(role->kind, RoleKind::Risk);
        QCOMPARE(role->weightAt(25), 0.3);
        QCOMPARE(role->prompt, std::string("Weigh."));
    }

    void aRoleThatIsNoJsonIsRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("cut") << QByteArray::fromStdString(sample().dump()).chopped(3);
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("a number too large") << QByteArray("{\"weights\": 1e999}");
        QTest::newRow("nested without end") << QByteArray(100'000, '[');
        QTest::newRow("not UTF-8") << QByteArray("{\"role\": \"\xff\xfe\"}");
    }
    void aRoleThatIsNoJsonIsRefused() {
        QFETCH(QByteArray, text);
        const auto role = parseRole({text.constData(), static_cast<std::size_t>(text.size())}, "Weigh.");
        QVERIFY(!role);
        QCOMPARE(role.error().code, ErrorCode::BadInput);
    }

    void aRefusalNamesTheKey_data() {
        QTest::addColumn<QByteArray>("at");
        QTest::addColumn<QByteArray>("value"); // empty: the key is removed
        QTest::addColumn<QByteArray>("named");
        const auto row = [](const char* name, const char* at, const char* value, const char* named) {
            QTest::newRow(name) << QByteArray(at) << QByteArray(value) << QByteArray(named);
        };
        row("unknown key", "/temperature", "1", "temperature is an unknown key");
        row("no name", "/role", "", "role is missing");
        row("no weights", "/weights", "", "weights is missing");
        row("empty title", "/title", "\"\"", "title must");
        row("purpose of the wrong type", "/purpose", "7", "purpose must");
        row("unknown kind", "/kind", "\"king\"", "kind must");
        row("kind of the wrong type", "/kind", "{}", "kind must");
        row("reads nothing", "/reads", "[]", "reads must");
        row("reads of the wrong type", "/reads", "\"vix\"", "reads must");
        row("reads a number", "/reads/0", "1", "reads must");
        row("reads everything by an empty id", "/reads/0", "\"\"", "reads must");
        row("output of the wrong type", "/output", "[]", "output must");
        row("output that is no object", "/output", "{\"type\": \"string\"}", "output.type must");
        row("field without a type", "/output/properties/text/type", "", "output.properties.text.type must");
        row("field of an unknown type", "/output/properties/text/type", "\"date\"", "output.properties.text.type must");
        row("misspelt bound", "/output/properties/share/maximun", "1", "output.properties.share.maximun is an unknown key");
        row("bound of another type", "/output/properties/share/maxLength", "1", "output.properties.share.maxLength is an unknown key");
        row("bound that is a text", "/output/properties/share/maximum", "\"1\"", "output.properties.share.maximum must");
        row("bounds crossed", "/output/properties/share/minimum", "2", "output.properties.share.minimum lies above");
        row("empty choice", "/output/properties/open/items/enum", "[]", "output.properties.open.items.enum must");
        row("list of nothing", "/output/properties/open/items", "", "output.properties.open.items is missing");
        row("required field that is none", "/output/required/0", "\"texts\"", "output.required names texts");
        row("no fields", "/output/properties", "{}", "output.properties must");
        row("weights of the wrong type", "/weights", "[]", "weights must");
        row("unknown weight", "/weights/by_moon", "1", "weights.by_moon is an unknown key");
        row("risk without weights", "/weights/by_vix", "", "weights.by_vix must");
        row("weight above one", "/weights/by_vix/0/weight", "1.01", "weights.by_vix[0].weight must");
        row("weight below zero", "/weights/by_vix/1/weight", "-0.1", "weights.by_vix[1].weight must");
        row("weight of the wrong type", "/weights/by_vix/0/weight", "\"half\"", "weights.by_vix[0].weight must");
        row("band without a weight", "/weights/by_vix/0/weight", "", "weights.by_vix[0] must");
        row("last band with a bound", "/weights/by_vix/1/up_to", "30", "weights.by_vix[1] must");
        row("bands that do not rise", "/weights/by_vix/0/up_to", "0", "weights.by_vix[0].up_to must");
        row("weights of an analyst", "/kind", "\"analyst\"", "weights.by_vix is an unknown key");
    }
    void aRefusalNamesTheKey() {
        QFETCH(QByteArray, at);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, named);
        Json role = sample();
        const Json::json_pointer where(at.toStdString());
        if (value.isEmpty())
            role[where.parent_pointer()].erase(where.back());
        else
            role[where] = *parseJson(value.toStdString());
        const auto why = refusal(role);
        QVERIFY2(why.find(named.toStdString()) != std::string::npos, why.c_str());
    }

    void aRoleWithoutItsPromptIsRefused() {
        QCOMPARE(refusal(sample(), ""), std::string("prompt is missing"));
        QCOMPARE(refusal(sample(), " \n"), std::string("prompt is missing"));
    }

    void aTableThatCannotDeliberateIsRefused() {
        const auto refused = [](const std::function<void(std::vector<Role>&)>& change) {
            auto roles = builtIn();
            change(roles);
            return !RoleSet::create(std::move(roles));
        };
        const auto named = [](const char* name) { return [name](const Role& r) { return r.name == name; }; };
        QVERIFY(!refused([](auto&) {}));
        QVERIFY(refused([](auto& r) { r.clear(); }));
        QVERIFY(refused([](auto& r) { r.push_back(r.front()); }));
        QVERIFY(refused([&](auto& r) { std::erase_if(r, named("bear")); }));
        QVERIFY(refused([&](auto& r) { std::erase_if(r, named("risk_neutral")); }));
        QVERIFY(refused([](auto& r) { std::erase_if(r, [](const Role& role) { return role.kind == RoleKind::Risk; }); }));
        QVERIFY(refused([](auto& r) { r.back().weights.back().weight = 0.61; }));
        QVERIFY(refused([](auto& r) { r.back().weights.front().upTo = 25; }));
    }

    void anAnswerOutsideTheSchemaIsRefusedByField_data() {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("why"); // empty: it fits
        QTest::newRow("fits") << QByteArray(R"({"text": "go", "share": 1, "open": ["yes", "no"]})") << QByteArray();
        QTest::newRow("optional fields may be absent") << QByteArray(R"({"text": "go"})") << QByteArray();
        QTest::newRow("no object") << QByteArray("[]") << QByteArray("it has the wrong type");
        QTest::newRow("missing") << QByteArray("{}") << QByteArray("text is missing");
        QTest::newRow("null") << QByteArray(R"({"text": null})") << QByteArray("text has the wrong type");
        QTest::newRow("empty") << QByteArray(R"({"text": ""})") << QByteArray("text is out of range");
        QTest::newRow("too long") << QByteArray(R"({"text": "01234567890"})") << QByteArray("text is out of range");
        QTest::newRow("above") << QByteArray(R"({"text": "go", "share": 1.7})") << QByteArray("share is out of range");
        QTest::newRow("a text for a number") << QByteArray(R"({"text": "go", "share": "1"})") << QByteArray("share has the wrong type");
        QTest::newRow("too many") << QByteArray(R"({"text": "go", "open": ["no", "no", "no"]})") << QByteArray("open is out of range");
        QTest::newRow("another word") << QByteArray(R"({"text": "go", "open": ["no", "si"]})") << QByteArray("open[1] is not one of");
        QTest::newRow("an action") << QByteArray(R"({"text": "go", "order": "buy"})") << QByteArray("it holds a field the schema does not know");
    }
    void anAnswerOutsideTheSchemaIsRefusedByField() {
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, why);
        const auto fits = parseRole(sample().dump(), "Weigh.")->accept(*parseJson(answer.toStdString()));
        QCOMPARE(fits.has_value(), why.isEmpty());
        if (!fits)
            QVERIFY2(fits.error().detail.find("risk_neutral does not fit: " + why.toStdString()) != std::string::npos, fits.error().detail.c_str());
    }

    void aClaimOnAFactTheRoleMayNotReadIsStruck() {
        Spoilt reasoner;
        auto honest = cycle(reasoner);
        QCOMPARE(honest.claims.struck, 0);
        const std::string stolen = " Spot is " + cite(honest.facts, "spot") + ".";
        reasoner.report = [&](AnalystReport& r) { r.text += r.role == "technical" || r.role == "iv_term" ? stolen : ""; };
        const auto d = cycle(reasoner);
        for (std::size_t i = 0; i < d.analysts.size(); ++i) {
            const auto& report = d.analysts[i];
            const bool caught = report.role == "iv_term"; // spot is the technical analyst's to read
            QCOMPARE(std::count_if(report.claims.begin(), report.claims.end(), [](const Claim& c) { return c.status == ClaimStatus::Struck; }),
                     caught ? 1 : 0);
            QCOMPARE(report.confidence < honest.analysts[i].confidence, caught);
        }
        QCOMPARE(d.claims.struck, 1);
    }

    void aRiskViewIsShownOnlyWhatItMayRead() {
        Spoilt reasoner;
        const auto d = cycle(reasoner);
        QVERIFY(known(d.facts, "rsi"));
        QVERIFY(reasoner.shown.count("size.contracts") == 1);
        QVERIFY(reasoner.shown.count("rsi") == 0);
    }

    void theRulesNeedNothingTheirRoleMayNotRead() {
        const auto all = runCycle(m_inputs, *makeRuleReasoner()).facts;
        for (const Role* role : m_inputs.roles.ofKind(RoleKind::Analyst)) {
            const auto seeing = ruleAnalyst(role->name, all), seated = ruleAnalyst(role->name, visibleTo(*role, all));
            QCOMPARE(seated->text, seeing->text);
            QVERIFY2(seated->data == seeing->data, role->name.c_str());
        }
        const auto texts = [](const std::vector<Point>& points) {
            std::string out;
            for (const auto& p : points) out += p.key + ": " + p.text + "\n";
            return out;
        };
        QCOMPARE(texts(bullPoints(visibleTo(*m_inputs.roles.find("bull"), all))), texts(bullPoints(all)));
        QCOMPARE(texts(bearPoints(visibleTo(*m_inputs.roles.find("bear"), all))), texts(bearPoints(all)));
    }

    void aWrongAnswerIsNoDecisionNamingRoleAndField_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QByteArray>("why");
        QTest::newRow("an analyst too sure") << 0 << QByteArray("the answer of macro does not fit: confidence is out of range");
        QTest::newRow("an analyst with a field of its own") << 1 << QByteArray("the answer of macro does not fit: data holds a field");
        QTest::newRow("a debater who is not a number") << 2 << QByteArray("the answer of bear does not fit: strength is out of range");
        QTest::newRow("a debater who says nothing") << 3 << QByteArray("the answer of bear does not fit: text is out of range");
        QTest::newRow("a facilitator with another winner") << 4 << QByteArray("the answer of facilitator does not fit: winner is not one of");
        QTest::newRow("a risk view below zero") << 5 << QByteArray("the answer of risk_neutral does not fit: contracts is out of range");
    }
    void aWrongAnswerIsNoDecisionNamingRoleAndField() {
        QFETCH(int, which);
        QFETCH(QByteArray, why);
        Spoilt reasoner;
        reasoner.report = [&](AnalystReport& r) {
            if (which == 0 && r.role == "macro") r.confidence = 1.7;
            if (which == 1 && r.role == "macro") r.data["order"] = "buy";
        };
        reasoner.argument = [&](Argument& a) {
            if (which == 2 && a.side == "bear") a.strength = std::nan("");
            if (which == 3 && a.side == "bear") a.text.clear();
        };
        reasoner.debate = [&](Debate& d) { d.winner = which == 4 ? "the house" : d.winner; };
        reasoner.view = [&](RiskView& v) { v.contracts = which == 5 && v.perspective == "neutral" ? -3 : v.contracts; };
        const auto d = cycle(reasoner);
        QCOMPARE(d.decision.action, Action::NoDecision);
        QVERIFY2(d.decision.reason.find(why.toStdString()) == 0, d.decision.reason.c_str());
        QVERIFY(!d.order);
        QCOMPARE(d.decision.contracts, std::int64_t{0});
    }

    void aCycleWithoutRolesIsNoDecision() {
        CycleInputs in = m_inputs;
        in.roles = {};
        const auto d = runCycle(in, *makeRuleReasoner());
        QCOMPARE(d.decision.action, Action::NoDecision);
        QCOMPARE(d.decision.reason, std::string("no roles"));
    }

    void validatingAnAnswerStaysWithinAMillisecond() {
        const auto d = runCycle(m_inputs, *makeRuleReasoner());
        const Role& role = *m_inputs.roles.find("iv_term");
        constexpr int kTimes = 200;
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < kTimes; ++i) QVERIFY(validate(role, d.analysts.front()));
        QVERIFY2(timer.nsecsElapsed() / kTimes < 1'000'000, QByteArray::number(timer.nsecsElapsed() / kTimes).constData());
    }
};

QTEST_APPLESS_MAIN(RolesTest)
#include "tst_agents_roles.moc"
