#include <QTemporaryDir>
#include <QTest>
#include <set>

#include "desk/codec.h"
#include "desk/journal_search.h"
#include "desk/recorder.h"
#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;

/// What the journal screen asks, on the journal of a desk that opened and closed one spread.
class DeskJournalTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<store::JournalReader> m_reader;
    std::string m_opening, m_closing; ///< order ids

    JournalPage page(const JournalSearch& search) const {
        const auto found = searchJournal(*m_reader, search);
        return found ? *found : JournalPage{};
    }

private Q_SLOTS:
    void initTestCase() {
        Harness h;
        h.open();
        h.holdSpread(1);
        m_opening = h.onlyOrder()->id.str();
        h.quote(Harness::put(470), 0.50, 0.52);
        h.quote(Harness::put(465), 0.38, 0.40);
        h.ticks(320); // the profit target
        const auto close = h.effects<Submit>().back().order;
        m_closing = close.id.str();
        h.give(SubmitOutcome{close.id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(close.id, execution::OrderState::Filled, 1, -0.12, 2.0);
        h.give(AddNote{h.userWith(approval::Role::Trader), m_opening, "slow fill"});
        const std::string path = m_folder.filePath("journal.db").toStdString();
        auto journal = store::Journal::open(path, {"run-1", sha256("key"), false});
        QVERIFY(journal.has_value());
        for (const auto& stored : h.events()) {
            const store::NewRecord record{
                stored.event.type, 1, stored.event.actor, stored.event.correlation, *canonicalJson(stored.event.body), searchTextOf(stored.event)};
            QVERIFY((*journal)->append(stored.at, std::span(&record, 1)).has_value());
        }
        journal->reset();
        auto reader = store::JournalReader::open(path);
        QVERIFY(reader.has_value());
        m_reader = std::move(*reader);
    }

    void anActorIsFoundByNameAlone() {
        std::string person;
        JournalSearch all;
        all.query.limit = 10'000;
        for (const auto& entry : page(all).entries)
            if (entry.record.actor.starts_with("user:")) person = entry.record.actor;
        QVERIFY(!person.empty());
        const auto of = [&](const std::string& actor, std::size_t limit = 10'000) {
            JournalSearch search;
            search.query.actor = actor;
            search.query.limit = limit;
            std::vector<std::int64_t> found;
            for (const auto& entry : page(search).entries) found.push_back(entry.record.seq);
            return found;
        };
        const auto named = of(person);
        QVERIFY(!named.empty());
        QCOMPARE(of(person.substr(5)), named);
        QVERIFY(of("user").size() >= named.size());
        QCOMPARE(of("desk"), of("agent:desk"));
        QVERIFY(!of("system").empty());
        QCOMPARE(of(person.substr(5), 1), std::vector<std::int64_t>{named.front()}); // newest first, whatever the page
        QVERIFY(of("nobody").empty());
    }

    void everyRecordOfAnUnderlyingIsFoundAndNoOther() {
        JournalSearch all;
        all.query.limit = 10'000;
        JournalSearch spy = all;
        spy.underlying = "SPY";
        const auto found = page(spy);
        QVERIFY(found.complete);
        std::set<std::string> kinds;
        for (const auto& entry : found.entries) {
            kinds.insert(entry.record.type);
            QCOMPARE(entry.facts.underlying, std::string("SPY"));
        }
        for (const char* kind : {"order.intent", "order.state", "order.filled", "approval.decided", "proposal.made", "gate.checked", "note"})
            QVERIFY2(kinds.count(kind) == 1, kind);
        QVERIFY(found.entries.size() < page(all).entries.size());
        spy.underlying = "SP";
        QVERIFY(page(spy).entries.empty());
        spy.underlying = "QQQ";
        QVERIFY(page(spy).entries.empty());
    }

    void pagesOfAnUnderlyingMeetWithoutGapOrRepeat() {
        JournalSearch spy;
        spy.underlying = "SPY";
        spy.query.limit = 10'000;
        std::vector<std::int64_t> whole, paged;
        for (const auto& entry : page(spy).entries) whole.push_back(entry.record.seq);
        spy.query.limit = 3;
        for (;;) {
            const auto some = page(spy);
            for (const auto& entry : some.entries) paged.push_back(entry.record.seq);
            if (some.complete) break;
            spy.query.beforeSeq = some.entries.back().record.seq;
        }
        QVERIFY(whole.size() > 6);
        QCOMPARE(paged, whole);
    }

    void resultsOfClosedPositionsAreFilteredAfterFees() {
        JournalSearch search;
        search.realisedAbove = Usd::fromMicros(17'900'000); // 34 - 12 received less 4.00 of fees
        QCOMPARE(page(search).entries.size(), std::size_t{1});
        QCOMPARE(*page(search).entries.front().facts.realised, Usd::fromMicros(18'000'000));
        QCOMPARE(page(search).entries.front().record.correlation, m_closing);
        search.realisedAbove = Usd::fromMicros(18'000'000);
        QVERIFY(page(search).entries.empty());
        search.realisedAbove.reset();
        search.realisedBelow = Usd{};
        QVERIFY(page(search).entries.empty());
    }

    void theResultOfAnIdeaIsShownWithItsEarlierRecords() {
        JournalSearch search;
        search.query.type = "order.intent";
        search.query.correlation = m_opening;
        const auto intents = page(search);
        QCOMPARE(intents.entries.size(), std::size_t{1});
        QVERIFY(!intents.entries.front().facts.realised);
        QCOMPARE(*intents.entries.front().laterPnl, Usd::fromMicros(18'000'000));
    }

    void answersTellTierAndTime() {
        JournalSearch search;
        search.query.type = "approval.decided";
        const auto decided = page(search);
        QVERIFY(!decided.entries.empty());
        QCOMPARE(decided.entries.front().facts.tier.substr(0, 1), std::string("T"));
        QVERIFY(decided.entries.front().facts.latencySeconds && *decided.entries.front().facts.latencySeconds >= 0);
    }

    void theTagComesBack() {
        JournalSearch search;
        search.tag = -3;
        QCOMPARE(page(search).tag, std::int64_t{-3});
    }

    void whatWasSaidInADebateIsFound() {
        const QTemporaryDir folder;
        auto recorder = Recorder::open({folder.path().toStdString(), "run-1", sha256("key"), false});
        QVERIFY(recorder.has_value());
        const auto hash = (*recorder)->putDeliberation("{}", "The term structure is in backwardation.");
        QVERIFY(hash.has_value());
        CycleFinished finished;
        finished.id = CycleId("C-1");
        finished.deliberation = *hash;
        CycleFinished other = finished;
        other.deliberation = sha256("another");
        const std::vector<Event> events{{"cycle.finished", "agent:desk", "C-1", {{"cycle", "C-1"}}}};
        const Timestamp now{utcFromNanos(1'000'000'000), MonoTime(1)};
        const std::vector<Command> commands{other, finished};
        for (const auto& command : commands) {
            const std::vector<Recorder::Entry> entries{{&command, 1, &events}};
            QVERIFY((*recorder)->commit(entries, now).has_value());
        }
        recorder->reset();
        const auto reader = store::JournalReader::open(folder.filePath(QStringLiteral("journal.db")).toStdString());
        QVERIFY(reader.has_value());
        store::SearchQuery query;
        query.text = "backwardation";
        const auto found = (*reader)->search(query);
        QVERIFY(found.has_value());
        QCOMPARE(found->size(), std::size_t(1)); // of the cycle it belongs to alone
        QCOMPARE(found->front().seq, std::int64_t(4));
    }

    void aNoteWithoutWordsOrPersonIsRefused() {
        Harness h;
        h.open();
        h.give(AddNote{h.userWith(approval::Role::Trader), "C-1", "  \n"});
        h.give(AddNote{UserId("nobody"), "C-1", "text"});
        h.give(AddNote{h.userWith(approval::Role::Trader), "C-1", std::string(2001, 'x')});
        for (const auto& hostile : {std::string("a\0b", 3), std::string("\x1b[2J"), std::string("bell\a"), std::string("not \xff utf-8")})
            h.give(AddNote{h.userWith(approval::Role::Trader), "C-1", hostile});
        h.give(AddNote{h.userWith(approval::Role::Trader), "C-1\n", "text"}); // an id has no lines
        QCOMPARE(h.count("note"), 0);
        h.give(AddNote{h.userWith(approval::Role::Trader), "C-1", "seen"});
        QCOMPARE(h.count("note"), 1);
        const auto body = encodeCommand(AddNote{UserId("ann"), "C-1", "seen"});
        const auto again = decodeCommand("add_note", *body);
        QVERIFY(again.has_value());
        QCOMPARE(std::get<AddNote>(*again).text, std::string("seen"));
    }
};

QTEST_APPLESS_MAIN(DeskJournalTest)
#include "tst_desk_journal.moc"
