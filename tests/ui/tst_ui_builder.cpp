#include <QApplication>
#include <QTest>
#include <QXYSeries>

#include "builder_scene.h"
#include "ui/charts/chart_view.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using namespace mahler::ui::testing;

class BuilderTest : public QObject {
    Q_OBJECT

    using Opened = OpenedBuilder;
    ChainPtr m_chain;
    std::shared_ptr<desk::DeskView> view() const { return quietViewAt(m_chain); }

    /// The desk answers what was proposed: one proposal by its user, P-7, put together by the row.
    std::shared_ptr<desk::DeskView> answered(const portfolio::ComboOrder& order) const {
        auto v = view();
        desk::ProposalView p;
        p.id = ProposalId("P-7");
        p.order = order;
        p.order.source = "user:" + v->user.id.str();
        v->proposals = {p};
        return v;
    }
    static execution::Order sent(const portfolio::ComboOrder& order, execution::OrderState state, std::int64_t filled = 0) {
        execution::Order o;
        o.id = OrderId("M-ABC");
        o.combo = order;
        o.proposal = ProposalId("P-7");
        o.state = state;
        o.filled = filled;
        o.averageNet = Price::fromMicros(610'000);
        o.fees = Usd::fromMicros(2'000'000);
        return o;
    }

private Q_SLOTS:
    void initTestCase() {
        applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark);
        m_chain = simulatedSpy();
        QVERIFY(m_chain);
    }

    void aLimitIsReadAsItIsWrittenOrNotAtAll_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("micros");
        QTest::addColumn<bool>("reads");
        const auto good = [](const char* name, const char* text, qint64 micros) { QTest::newRow(name) << QString::fromUtf8(text) << micros << true; };
        const auto bad = [](const char* name, const char* text) { QTest::newRow(name) << QString::fromUtf8(text) << qint64(0) << false; };
        good("a point", "1.35", 1'350'000);
        good("a minus", "-0.85", -850'000);
        good("a true minus", "−0.85", -850'000);
        good("a plus and white space around", " +2 ", 2'000'000);
        bad("a decimal comma", "1,5");
        bad("thousands by a comma", "1,500.00");
        bad("thousands by an apostrophe", "1'500");
        bad("thousands by a space", "1 500");
        bad("two points", "1.500.00");
        bad("an exponent", "1e2");
        bad("a word", "1.35 cr");
        bad("other digits", "١٫٥");
        bad("full-width digits", "１");
        bad("hexadecimal", "0x10");
        bad("two signs", "--1");
        bad("a sign alone", "-");
        bad("nothing", "");
        bad("not a number", "nan");
        bad("beyond every price", "99999999999999999999");
        bad("seven decimals", "1.2345678");
    }
    void aLimitIsReadAsItIsWrittenOrNotAtAll() {
        QFETCH(QString, text);
        QFETCH(qint64, micros);
        QFETCH(bool, reads);
        const auto typed = typedLimit(text);
        QCOMPARE(typed.value.has_value(), reads);
        QCOMPARE(typed.problem.isEmpty(), reads);
        if (reads) QCOMPARE(typed.value->micros(), micros);
    }

    void unitsAreWholeAndWithinTheLimitOrNotAtAll() {
        QCOMPARE(typedUnits(QStringLiteral("12"), 500).value, std::optional<std::int64_t>(12));
        QCOMPARE(typedUnits(QStringLiteral("500"), 500).value, std::optional<std::int64_t>(500));
        for (const auto* text : {"501", "99999", "99999999999999999999", "0", "-3", "1.5", "1,000", "1 0", "+2", "", "two", "１"})
            QVERIFY2(!typedUnits(QString::fromUtf8(text), 500).value && !typedUnits(QString::fromUtf8(text), 500).problem.isEmpty(), text);
    }

    void whatCannotBeReadStaysIsNamedAndHoldsTheReview_data() {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("words");
        QTest::newRow("a comma in the limit") << QByteArray("limit") << QStringLiteral("1,5") << QStringLiteral("“1,5” can be read in two ways");
        QTest::newRow("no limit") << QByteArray("limit") << QString() << QStringLiteral("the limit is empty");
        QTest::newRow("too many units") << QByteArray("units") << QStringLiteral("99999")
                                        << QStringLiteral("99999 units are more than one order may have: type 1 to 500");
        QTest::newRow("half a unit") << QByteArray("units") << QStringLiteral("1.5") << QStringLiteral("“1.5” is not a number of units");
    }
    void whatCannotBeReadStaysIsNamedAndHoldsTheReview() {
        QFETCH(QByteArray, field);
        QFETCH(QString, text);
        QFETCH(QString, words);
        Opened o(m_chain, view());
        QVERIFY2(o.review()->isEnabled(), qPrintable(o.said()));
        const auto before = o.screen.draft();
        const QString good = o.field(field)->text();
        o.review()->click();
        QVERIFY(o.send()->isEnabled());
        o.type(field, text);
        QCOMPARE(o.field(field)->text(), text);
        QVERIFY2(o.says(words), qPrintable(o.said()));
        QVERIFY(o.field(field)->accessibleDescription().contains(words.left(12)));
        QVERIFY(!o.review()->isEnabled() && !o.send()->isEnabled());
        QTest::keyClick(&o.screen, Qt::Key_Return, Qt::ControlModifier);
        o.send()->click();
        QVERIFY(o.port.all<desk::ProposeOrder>().empty());
        o.screen.setChain(m_chain); // a new chain neither mends nor replaces it
        o.screen.setView(view());
        QCOMPARE(o.field(field)->text(), text);
        QVERIFY(!o.review()->isEnabled() && o.says(words));
        o.type(field, good);
        QVERIFY2(o.review()->isEnabled() && !o.says(QStringLiteral("cannot be sent")), qPrintable(o.said()));
        QVERIFY(!o.send()->isEnabled()); // mended is not reviewed
        QVERIFY(o.screen.draft() == before);
    }

    void figuresOfAnUnreadableOrderAreUnknown() {
        Opened o(m_chain, view());
        QVERIFY(o.says(QStringLiteral("Largest loss $")));
        auto* table = o.grid(QStringLiteral("Profit and loss by date and price"));
        QVERIFY(table->model()->rowCount() > 0);
        for (const auto& [field, bad] : {std::pair("limit", "1,5"), std::pair("units", "1.5")}) {
            const QString good = o.field(field)->text();
            o.type(field, QLatin1String(bad));
            QVERIFY2(o.says(QStringLiteral("Largest loss —   largest profit —")) && !o.says(QStringLiteral("Largest loss $")), qPrintable(o.said()));
            QVERIFY(!o.says(QStringLiteral("for 0.")) && o.says(QStringLiteral("figures unknown")));
            for (int r = 0; r < table->model()->rowCount(); ++r)
                for (int c = 1; c < table->model()->columnCount(); ++c) QCOMPARE(table->model()->index(r, c).data().toString(), QStringLiteral("—"));
            for (const auto* series : o.screen.findChild<PayoffChart*>()->chart()->series())
                QCOMPARE(static_cast<const QXYSeries*>(series)->count(), 0);
            o.screen.setChain(m_chain); // nor does a new chain bring the last ones back
            QVERIFY(!o.says(QStringLiteral("Largest loss $")));
            o.type(field, good);
            QVERIFY2(o.says(QStringLiteral("Largest loss $")), qPrintable(o.said()));
        }
    }

    void aLimitThatCannotBeMeantIsRefusedWithItsReason_data() {
        QTest::addColumn<QString>("limit");
        QTest::addColumn<QString>("words");
        QTest::newRow("more than the width") << QStringLiteral("15") << QStringLiteral("a credit of 15.00 cr is the whole width of");
        QTest::newRow("far from the quotes") << QStringLiteral("4.5") << QStringLiteral("4.50 cr is far from the quotes: the gate takes");
        QTest::newRow("a debit for a credit spread") << QStringLiteral("-2") << QStringLiteral("at 2.00 db nothing could be gained");
        QTest::newRow("between two ticks") << QStringLiteral("0.615")
                                           << QStringLiteral("0.615 cr is between two prices of this class: type 0.61 or 0.62");
    }
    void aLimitThatCannotBeMeantIsRefusedWithItsReason() {
        QFETCH(QString, limit);
        QFETCH(QString, words);
        Opened o(m_chain, view());
        o.type("limit", limit);
        QVERIFY2(o.says(words), qPrintable(o.said()));
        QVERIFY(!o.review()->isEnabled());
        QVERIFY(!o.says(QStringLiteral("you can lose $0")));
    }

    void staleQuotesHoldTheReview() {
        Opened o(m_chain, view());
        auto late = view();
        late->at.utc += std::chrono::seconds(14);
        o.screen.setView(late);
        QVERIFY2(!o.review()->isEnabled() && o.says(QStringLiteral("the quotes of SPY are 14s old")), qPrintable(o.said()));
        o.screen.setView(view());
        QVERIFY(o.review()->isEnabled());
    }

    void theReviewSaysTheSumsOfTheRequestToCome() {
        Opened o(m_chain, view());
        o.review()->click();
        const auto outcome = portfolio::orderOutcome(o.screen.draft());
        const QString words = QStringLiteral("you can lose %1, you can make %2, fees %3 in both sums")
                                  .arg(format::money(outcome.maxLoss), format::money(outcome.maxProfit), format::money(outcome.fees));
        QVERIFY2(o.says(words), qPrintable(o.said()));
        QVERIFY2(o.says(QStringLiteral("Largest loss %1   largest profit %2").arg(format::money(outcome.maxLoss), format::money(outcome.maxProfit))),
                 qPrintable(o.said()));
        QVERIFY2(o.says(QStringLiteral("fees $2.00")), qPrintable(o.said()));
    }

    void aLimitThatGivesMoneyAwayIsNamedAndHoldsNothing() {
        Opened o(m_chain, view());
        const auto natural = strategy::draftMetrics(o.screen.draft(), *m_chain, {}, strategy::calibratedProfile()).natural;
        QVERIFY(natural && !o.says(QStringLiteral("more than the natural price")));
        o.type("limit", QString::fromStdString((*natural - *Price::fromDouble(0.02)).str()));
        QVERIFY2(o.says(QStringLiteral("▲ The limit gives 0.02 more than the natural price asks for")), qPrintable(o.said()));
        QVERIFY2(o.review()->isEnabled(), qPrintable(o.said()));
        o.type("limit", QString::fromStdString(natural->str()));
        QVERIFY(!o.says(QStringLiteral("more than the natural price")));
    }

    void aProposalWhoseLegsTheDeskSortedIsFollowed() {
        Opened o(m_chain, view());
        o.review()->click();
        o.send()->click();
        auto order = o.port.all<desk::ProposeOrder>().front().order;
        const auto legs = order.legs;
        portfolio::sortLegs(order.legs);
        QVERIFY(order.legs != legs);
        auto v = answered(order);
        v->proposals.front().awaitingQuotes = true;
        o.screen.setView(v);
        QVERIFY2(o.says(QStringLiteral("Waits for quotes")), qPrintable(o.said()));
    }

    void whatBecameOfAProposalIsToldAsTheDeskGoesOn() {
        Opened o(m_chain, view());
        o.review()->click();
        o.send()->click();
        QCOMPARE(o.port.all<desk::ProposeOrder>().size(), std::size_t{1});
        const auto order = o.port.all<desk::ProposeOrder>().front().order;
        QVERIFY2(o.says(QStringLiteral("Handed to the desk; it has not answered yet")), qPrintable(o.said()));
        QVERIFY(!o.says(QStringLiteral("Proposed")));
        QVERIFY(!o.send()->isEnabled());

        auto v = answered(order);
        v->proposals.front().awaitingQuotes = true;
        o.screen.setView(v);
        QVERIFY2(o.says(QStringLiteral("P-7  SELL 1 SPY")) && o.says(QStringLiteral("Waits for quotes")), qPrintable(o.said()));

        v = answered(order);
        auto pending = viewWithRequest(approval::Tier::T1)->approvals.front();
        pending.request.proposal = ProposalId("P-7");
        pending.secondsLeft = 25;
        v->approvals = {pending};
        o.screen.setView(v);
        QVERIFY2(o.says(QStringLiteral("Waits for approval as A-17, tier T1: 00:25 left, then REJECTED")), qPrintable(o.said()));
        pending.secondsLeft = 24;
        v->approvals = {pending};
        o.screen.setView(v);
        QVERIFY(o.says(QStringLiteral("00:24 left")) && !o.says(QStringLiteral("00:25 left")));

        v = answered(order);
        v->orders = {{sent(order, execution::OrderState::Working), {}, {}, {}, {}, {}, 1, false}};
        o.screen.setView(v);
        QVERIFY2(o.says(QStringLiteral("Sent: order M-ABC works at the broker")), qPrintable(o.said()));
        v->orders.front().unacknowledged = true;
        o.screen.setView(v);
        QVERIFY2(o.says(QStringLiteral("UNKNOWN")) && o.says(QStringLiteral("Verify it at the broker")), qPrintable(o.said()));
        auto closing = order;
        closing.intent = portfolio::OrderIntent::Close;
        v->orders = {{sent(closing, execution::OrderState::Working), {}, {}, {}, {}, {}, 1, false},
                     {sent(order, execution::OrderState::Filled, 1), {}, {}, {}, {}, {}, 1, false}};
        o.screen.setView(v);
        QVERIFY2(o.says(QStringLiteral("FILLED: order M-ABC, 1 unit(s) at 0.61 cr")), qPrintable(o.said()));

        o.screen.setView(view()); // another day: the desk has put it away, the builder still says how it ended
        QVERIFY(o.says(QStringLiteral("FILLED")));
    }

    void aBlockedProposalNamesEveryCheckThatFailed() {
        Opened o(m_chain, view());
        o.review()->click();
        o.send()->click();
        auto v = answered(o.port.all<desk::ProposeOrder>().front().order);
        v->proposals.front().droppedBecause = "one; two";
        v->proposals.front().failed = {{"risk_per_trade", "2.4 %", "<= 2 %", false, "more than one trade may risk"},
                                       {"portfolio_vega", "-900", "-800", false, "the book would be short too much vega"}};
        o.screen.setView(v);
        QVERIFY2(o.says(QStringLiteral("BLOCKED by the gate, nothing was sent")), qPrintable(o.said()));
        QVERIFY(o.says(QStringLiteral("✗ more than one trade may risk: 2.4 %, allowed <= 2 %")));
        QVERIFY(o.says(QStringLiteral("✗ the book would be short too much vega")));
        v->proposals.front().failed.clear();
        v->proposals.front().droppedBecause = "trading is halted";
        o.screen.setView(v);
        QVERIFY2(o.says(QStringLiteral("NOT SENT: trading is halted")) && !o.says(QStringLiteral("BLOCKED")), qPrintable(o.said()));
        o.button(QStringLiteral("Iron condor"))->click(); // another order: what has ended is read
        o.screen.setView(v);
        QVERIFY(!o.says(QStringLiteral("NOT SENT")));
    }

    void aBlockedProposalFitsTheSmallWindowAtComfortableDensity() {
        auto& app = *static_cast<QApplication*>(QApplication::instance());
        applyLook(app, {ThemeKind::Dark, GainLoss::BlueOrange, Density::Comfortable});
        {
            Opened o(m_chain, view());
            o.screen.resize(1014, 679); // 1366x768 less menu, bars, navigation and rail
            o.review()->click();
            o.send()->click();
            auto v = answered(o.port.all<desk::ProposeOrder>().front().order);
            v->proposals.front().droppedBecause = "several";
            for (int i = 0; i < 7; ++i)
                v->proposals.front().failed.push_back(
                    {"check", "-1234.56", "-1000.00", false, "a limit of the whole book would be broken by this order"});
            o.screen.setView(v);
            QCoreApplication::sendPostedEvents();
            QTest::qWait(0);
            for (const auto* label : o.screen.findChildren<QLabel*>())
                if (label->isVisible() && label->wordWrap())
                    QVERIFY2(label->heightForWidth(label->width()) <= label->height(), qPrintable(label->text()));
            auto* chart = o.screen.findChild<PayoffChart*>();
            QVERIFY2(chart->chart()->plotArea().height() > 120,
                     qPrintable(QString::number(chart->chart()->plotArea().height()))); // the cone makes room
            QVERIFY(o.says(QStringLiteral("and 2 more, in the journal")));
            QCOMPARE(o.screen.size(), QSize(1014, 679));
            QVERIFY(o.legs()->height() >= 3 * rowHeight()); // the head and two legs
        }
        applyLook(app, {});
    }

    void aRejectionSaysWhoseItWas_data() {
        QTest::addColumn<int>("cause");
        QTest::addColumn<QString>("words");
        QTest::newRow("a person") << int(approval::RejectCause::Person) << QStringLiteral("by a person. 3 not today");
        QTest::newRow("time") << int(approval::RejectCause::Expired) << QStringLiteral("its time was over");
        QTest::newRow("halt") << int(approval::RejectCause::Halted) << QStringLiteral("trading was halted");
        QTest::newRow("gate") << int(approval::RejectCause::GateRefused) << QStringLiteral("the gate refused it at the click");
    }
    void aRejectionSaysWhoseItWas() {
        QFETCH(int, cause);
        QFETCH(QString, words);
        Opened o(m_chain, view());
        o.review()->click();
        o.send()->click();
        auto v = answered(o.port.all<desk::ProposeOrder>().front().order);
        approval::Request r;
        r.id = ApprovalId("A-9");
        r.proposal = ProposalId("P-7");
        r.state = approval::ApprovalState::Rejected;
        r.cause = static_cast<approval::RejectCause>(cause);
        if (r.cause == approval::RejectCause::Person) r.causeText = "3 not today";
        v->decided = {r};
        o.screen.setView(v);
        QVERIFY2(o.says(QStringLiteral("REJECTED (A-9), nothing was sent: ") + words), qPrintable(o.said()));
    }

    void anotherProposalIsNotTakenForOnesOwn() {
        auto v = view();
        Opened o(m_chain, v);
        const auto order = o.screen.draft();
        auto before = answered(order); // the same order was dropped an hour ago
        before->proposals.front().id = ProposalId("P-3");
        before->proposals.front().droppedBecause = "trading is halted";
        o.screen.setView(before);
        o.review()->click();
        o.send()->click();
        o.screen.setView(before);
        QVERIFY2(o.says(QStringLiteral("it has not answered yet")) && !o.says(QStringLiteral("halted")), qPrintable(o.said()));
        auto other = before;
        other->proposals.insert(other->proposals.begin(), before->proposals.front());
        other->proposals.front().id = ProposalId("P-4");
        other->proposals.front().order.quantity = 9;
        o.screen.setView(other);
        QVERIFY(o.says(QStringLiteral("it has not answered yet")));
    }

    void aBusyDeskIsToldAndNothingIsFollowed() {
        Opened o(m_chain, view());
        o.port.accepts = false;
        o.review()->click();
        o.send()->click();
        QVERIFY2(o.says(QStringLiteral("The desk is busy; nothing was sent")), qPrintable(o.said()));
        QVERIFY(!o.says(QStringLiteral("Handed to the desk")));
    }

    void reviewThenAThenEnterProposes() {
        Opened o(m_chain, view());
        const auto sent = [&] { return o.port.all<desk::ProposeOrder>().size(); };
        QTest::keyClick(o.legs(), Qt::Key_A);
        QTest::keyClick(o.legs(), Qt::Key_Return);
        QCOMPARE(sent(), std::size_t{0}); // nothing was reviewed
        QTest::keyClick(o.legs(), Qt::Key_Return, Qt::ControlModifier);
        QVERIFY2(o.says(QStringLiteral("you can lose $")) && o.says(QStringLiteral("A, then Enter proposes it")), qPrintable(o.said()));
        QTest::keyClick(o.send(), Qt::Key_Return);
        QCOMPARE(sent(), std::size_t{0}); // nothing is armed
        QTest::keyClick(o.send(), Qt::Key_A);
        auto* armed = o.button(QStringLiteral("ARMED: Enter"));
        QVERIFY(armed);
        QTest::keyClick(armed, Qt::Key_Escape);
        QTest::keyClick(armed, Qt::Key_Return);
        QCOMPARE(sent(), std::size_t{0});
        QTest::keyClick(armed, Qt::Key_A);
        QTest::keyClick(armed, Qt::Key_Return);
        QCOMPARE(sent(), std::size_t{1});
        QTest::keyClick(o.send(), Qt::Key_Return);
        QCOMPARE(sent(), std::size_t{1}); // once
        QVERIFY(!o.send()->isEnabled() && o.says(QStringLiteral("Handed to the desk")));
    }

    void aHeldKeyProposesNothing() {
        Opened o(m_chain, view());
        o.review()->click();
        for (const auto key : {Qt::Key_A, Qt::Key_Return}) {
            QKeyEvent held(QEvent::KeyPress, key, Qt::NoModifier, {}, true);
            for (int i = 0; i < 20; ++i) QApplication::sendEvent(o.send(), &held);
        }
        QVERIFY(!o.button(QStringLiteral("ARMED")));
        QTest::keyClick(o.send(), Qt::Key_A);
        QKeyEvent held(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier, {}, true);
        QApplication::sendEvent(o.button(QStringLiteral("ARMED")), &held);
        QVERIFY(o.port.all<desk::ProposeOrder>().empty());
    }

    void whatChangesAfterTheReviewDisarmsIt_data() {
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("modifier");
        QTest::newRow("the limit") << int(Qt::Key_Up) << int(Qt::ControlModifier);
        QTest::newRow("a strike") << int(Qt::Key_Up) << int(Qt::AltModifier);
        QTest::newRow("the expiry") << int(Qt::Key_Right) << int(Qt::AltModifier);
    }
    void whatChangesAfterTheReviewDisarmsIt() {
        QFETCH(int, key);
        QFETCH(int, modifier);
        Opened o(m_chain, view());
        o.review()->click();
        QTest::keyClick(o.send(), Qt::Key_A);
        auto* armed = o.button(QStringLiteral("ARMED"));
        QVERIFY(armed);
        QTest::keyClick(o.legs(), static_cast<Qt::Key>(key), static_cast<Qt::KeyboardModifier>(modifier));
        QVERIFY(!o.button(QStringLiteral("ARMED")) && !o.says(QStringLiteral("you can lose")));
        QTest::keyClick(o.legs(), Qt::Key_Return);
        QVERIFY(o.port.all<desk::ProposeOrder>().empty());
    }

    void whoMayNotProposeIsToldSo() {
        auto v = view();
        for (const auto& user : v->users)
            if (!approval::mayProposeManually(user)) v->user = user;
        QVERIFY(!approval::mayProposeManually(v->user));
        Opened o(m_chain, v);
        QVERIFY2(!o.review()->isEnabled() && o.says(QStringLiteral("may not propose orders")), qPrintable(o.said()));
    }
};

QTEST_MAIN(BuilderTest)
#include "tst_ui_builder.moc"
