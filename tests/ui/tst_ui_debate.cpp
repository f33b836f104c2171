#include <QApplication>
#include <QInputDialog>
#include <QProgressBar>
#include <QTest>

#include "fake_port.h"
#include "ui/screens/debate_screen.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

class DebateTest : public QObject {
    Q_OBJECT

    FakePort m_port;
    std::unique_ptr<DebateScreen> m_screen;

    static DeliberationPtr deliberation() {
        auto d = std::make_shared<agents::Deliberation>();
        d->id = CycleId("C-1");
        d->underlying = "SPY";
        agents::AnalystReport technical;
        technical.role = "technical";
        technical.text = "The trend is down.";
        technical.stance = agents::Stance::Unfavourable;
        d->analysts = {technical};
        agents::DebateRound round;
        round.bull.id = "R1-bull";
        round.bull.text = "Premium is rich.";
        round.bear.id = "R1-bear";
        round.bear.text = "The credit is thin.";
        round.bear.answers = "R1-bull";
        d->debate.rounds = {round};
        d->debate.winner = "bull";
        d->debate.unanswered = {"R1-bear: the credit is thin"};
        d->timingsMs = {{"analysts", 10.0}, {"debate", 40.0}, {"total", 50.0}};
        return d;
    }
    QWidget* grid() const { return m_screen->findChild<QTableView*>(); }
    QString focused() const { return QApplication::focusWidget() ? QApplication::focusWidget()->accessibleName() : QString(); }
    void press(Qt::Key key) { QTest::keyClick(QApplication::focusWidget(), key); }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void init() {
        m_screen = std::make_unique<DebateScreen>(m_port);
        m_screen->resize(1200, 500);
        m_screen->setView(viewWithRequest(approval::Tier::T1));
        m_screen->setDeliberation(deliberation());
        m_screen->show();
        m_screen->activateWindow();
        grid()->setFocus();
        QTRY_VERIFY(grid()->hasFocus());
    }

    void keysGoFromCardToCardAndFromSideToSide() {
        press(Qt::Key_J);
        QCOMPARE(focused(), QStringLiteral("Technical"));
        press(Qt::Key_J);
        QVERIFY2(focused().startsWith(QStringLiteral("R1-bull")), qPrintable(focused()));
        press(Qt::Key_K);
        QCOMPARE(focused(), QStringLiteral("Technical"));
        press(Qt::Key_B);
        QVERIFY(focused().startsWith(QStringLiteral("R1-bull")));
        press(Qt::Key_N);
        QVERIFY(focused().startsWith(QStringLiteral("R1-bear")));
        press(Qt::Key_N); // round the end: the analyst who is against it
        QCOMPARE(focused(), QStringLiteral("Technical"));
    }

    void whatNobodyAnsweredCanStandFirst() {
        press(Qt::Key_U);
        press(Qt::Key_J);
        QCOMPARE(focused(), QStringLiteral("Unanswered"));
        press(Qt::Key_U);
        press(Qt::Key_J);
        QCOMPARE(focused(), QStringLiteral("Technical"));
    }

    void comparingLeavesTheTwoSidesAlone() {
        press(Qt::Key_C);
        press(Qt::Key_J);
        QVERIFY2(focused().startsWith(QStringLiteral("R1-bull")), qPrintable(focused()));
        auto* bull = QApplication::focusWidget();
        press(Qt::Key_N);
        auto* bear = QApplication::focusWidget();
        QCOMPARE(bull->y(), bear->y()); // beside each other, of equal height
        QCOMPARE(bull->height(), bear->height());
    }

    void aFlagIsANoteOnTheDebate() {
        press(Qt::Key_N);
        press(Qt::Key_F);
        auto* ask = m_screen->findChild<QInputDialog*>();
        QVERIFY(ask);
        ask->setTextValue(QStringLiteral("not true"));
        ask->accept();
        const auto notes = m_port.all<desk::AddNote>();
        QCOMPARE(notes.size(), std::size_t{1});
        QCOMPARE(notes.front().about, std::string("C-1"));
        QCOMPARE(notes.front().text, std::string("flag technical: not true"));
    }

    void aDebateOfAnEarlierSessionSaysSo() {
        auto view = viewWithRequest(approval::Tier::T1); // 23 November, 11:00
        desk::CycleView today, yesterday;
        today.id = CycleId("C-2");
        today.at = view->at.utc - std::chrono::minutes(25);
        yesterday.id = CycleId("C-1");
        yesterday.at = view->at.utc - std::chrono::hours(72);
        yesterday.action = "enter";
        view->cycles = {today, yesterday};
        m_screen->setView(view);
        const auto time = [&](int row) { return m_screen->findChild<QTableView*>()->model()->index(row, 0).data().toString(); };
        QCOMPARE(time(0), QStringLiteral("10:35:00"));
        QCOMPARE(time(1), QStringLiteral("20 Nov 26 11:00"));
        const auto says = [&] {
            for (auto* label : m_screen->findChildren<QLabel*>())
                if (label->text().contains(QLatin1String("Nothing in it can be traded now"))) return label->text();
            return QString();
        };
        auto d = std::make_shared<agents::Deliberation>(*deliberation());
        d->asof = view->at.utc - std::chrono::minutes(1);
        m_screen->setDeliberation(d);
        QVERIFY(says().isEmpty());
        auto next = std::make_shared<desk::DeskView>(*view);
        next->at.utc += std::chrono::hours(24); // the day changes while it is on screen
        m_screen->setView(next);
        QVERIFY2(says().contains(QLatin1String("23 Nov 26")), qPrintable(says()));
    }

    void anOlderDebateThatAnotherScreenAskedForDoesNotTakeThePlace() {
        auto newest = std::make_shared<agents::Deliberation>(*deliberation());
        newest->id = CycleId("C-9");
        newest->asof = viewWithRequest(approval::Tier::T1)->at.utc;
        m_screen->setDeliberation(newest);
        auto older = std::make_shared<agents::Deliberation>(*deliberation());
        older->asof = newest->asof - std::chrono::hours(1);
        m_screen->setDeliberation(older);
        QCOMPARE(m_screen->shown()->id, CycleId("C-9"));
        m_screen->showCycle(QStringLiteral("C-1")); // a person's choice is shown
        m_screen->setDeliberation(older);
        QCOMPARE(m_screen->shown()->id, CycleId("C-1"));
    }

    void everyStepHasABarAsLongAsItTook() {
        const auto bars = m_screen->findChildren<QProgressBar*>();
        QCOMPARE(bars.size(), 3);
        QCOMPARE(bars[0]->value(), 200);
        QCOMPARE(bars[1]->value(), 800);
        QCOMPARE(bars[2]->value(), 1000);
        QVERIFY(bars[1]->accessibleName().contains(QStringLiteral("40.0")));
    }
};

QTEST_MAIN(DebateTest)
#include "tst_ui_debate.moc"
