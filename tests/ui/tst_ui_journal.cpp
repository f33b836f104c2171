#include <QApplication>
#include <QFileDialog>
#include <QInputDialog>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTest>

#include "fake_port.h"
#include "market/exchange_calendar.h"
#include "ui/screens/assignment_row.h"
#include "ui/screens/journal_line.h"
#include "ui/screens/moment_layer.h"
#include "ui/screens/records_layer.h"
#include "ui/screens/table_screens.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

class JournalTest : public QObject {
    Q_OBJECT

    static UtcTime now() { return market::fromNewYork(std::chrono::year{2026} / 11 / 23, 11, 0); }
    static JournalLine parsed(const QString& line) { return JournalLine::parse(line, now()); }
    static JournalRow record(std::int64_t seq, const std::string& type) {
        JournalRow row;
        row.seq = seq;
        row.at = now() + std::chrono::milliseconds(250 * seq);
        row.type = type;
        row.actor = "broker";
        row.correlation = "M-1";
        row.summary = "done";
        row.body = R"({"max_loss":1260000000,"nested":{"pass":true,"words":["a"]}})";
        return row;
    }
    static std::shared_ptr<const std::vector<JournalRow>> rows(std::vector<JournalRow> all) {
        return std::make_shared<const std::vector<JournalRow>>(std::move(all));
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void theQueryLineIsParsed() {
        const auto line = parsed(QStringLiteral("sym:spy actor:user kind:order id:A-1 pnl<-50.5 pnl>\u2212200 since:2h text:a:b put spread 10:30"));
        QVERIFY2(line.problem.isEmpty(), qPrintable(line.problem));
        QCOMPARE(line.query.underlying, std::string("SPY"));
        QCOMPARE(line.query.actor, std::string("user"));
        QCOMPARE(line.query.type, std::string("order"));
        QCOMPARE(line.query.correlation, std::string("A-1"));
        QCOMPARE(*line.query.pnlBelow, Usd::fromMicros(-50'500'000));
        QCOMPARE(*line.query.pnlAbove, Usd::fromMicros(-200'000'000));
        QCOMPARE(line.query.since, now() - std::chrono::hours(2));
        QCOMPARE(line.query.text, std::string("a:b put spread 10:30"));
    }

    void timesAreNewYorks_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<qint64>("expected");
        const auto at = [](int month, int day, int hour, int minute) {
            return static_cast<qint64>(toNanos(market::fromNewYork(std::chrono::year{2026} / month / day, hour, minute)));
        };
        QTest::newRow("today") << "today" << at(11, 23, 0, 0);
        QTest::newRow("a time of day") << "10:30" << at(11, 23, 10, 30);
        QTest::newRow("a date in summer time") << "2026-08-24" << at(8, 24, 0, 0);
        QTest::newRow("minutes ago") << "90m" << at(11, 23, 9, 30);
        QTest::newRow("days ago") << "3d" << at(11, 20, 11, 0);
    }
    void timesAreNewYorks() {
        QFETCH(QString, word);
        QFETCH(qint64, expected);
        const auto line = parsed(QStringLiteral("since:") + word);
        QVERIFY2(line.problem.isEmpty(), qPrintable(line.problem));
        QCOMPARE(static_cast<qint64>(toNanos(line.query.since)), expected);
    }

    void whatIsNotUnderstoodIsSaidAndNotSearched_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("named");
        QTest::newRow("an unknown key") << "colour:red"
                                        << "colour:";
        QTest::newRow("a time that is none") << "since:noon"
                                             << "since:noon";
        QTest::newRow("an hour that is none") << "since:25:00"
                                              << "25:00";
        QTest::newRow("a key without value") << "sym:"
                                             << "sym:";
        QTest::newRow("a result that is no number") << "pnl<much"
                                                    << "pnl<much";
        QTest::newRow("a result with a colon") << "pnl:5"
                                               << "pnl<";
        QTest::newRow("a page of pasted text") << QString(4000, QLatin1Char('a')) << "4000";
    }
    void whatIsNotUnderstoodIsSaidAndNotSearched() {
        QFETCH(QString, line);
        QFETCH(QString, named);
        FakePort port;
        JournalScreen screen(port);
        screen.setView(viewWithRequest(approval::Tier::T1));
        screen.setVisible(true);
        const auto before = port.queries.size();
        screen.search(line);
        QCOMPARE(port.queries.size(), before);
        bool said = false;
        for (auto* label : screen.findChildren<QLabel*>()) said = said || (label->isVisible() && label->text().contains(named));
        QVERIFY(said);
        screen.search(QStringLiteral("kind:halt"));
        QCOMPARE(port.queries.size(), before + 1);
        QCOMPARE(port.queries.back().type, std::string("halt"));
    }

    void anAnswerToSomebodyElseIsNotTaken() {
        FakePort port;
        JournalScreen screen(port);
        screen.setView(viewWithRequest(approval::Tier::T1));
        screen.setVisible(true);
        Q_EMIT port.journalReady(port.queries.back().asker, rows({record(2, "order.state"), record(1, "order.intent")}), true);
        auto* grid = screen.findChild<QTableView*>();
        QCOMPARE(grid->model()->rowCount(), 2);
        Q_EMIT port.journalReady(port.queries.back().asker + 1, rows({record(9, "note")}), true);
        QCOMPARE(grid->model()->rowCount(), 2);
    }

    void onlyTheAnswerToTheLastQuestionIsShown() {
        FakePort port;
        JournalScreen screen(port);
        screen.setView(viewWithRequest(approval::Tier::T1));
        screen.setVisible(true);
        const auto first = port.queries.back().asker;
        screen.search(QStringLiteral("kind:order.filled")); // before the first answer is there
        const auto second = port.queries.back().asker;
        QVERIFY(second != first);
        Q_EMIT port.journalReady(first, rows({record(90, "cycle.finished"), record(89, "note")}), false);
        auto* grid = screen.findChild<QTableView*>();
        QCOMPARE(grid->model()->rowCount(), 0);
        Q_EMIT port.journalReady(second, rows({record(40, "order.filled")}), false);
        QCOMPARE(grid->model()->rowCount(), 1);
        QCOMPARE(grid->model()->index(0, 2).data().toString(), QStringLiteral("order.filled"));
        QTest::keyClick(grid, Qt::Key_F5);
        QCOMPARE(port.queries.back().beforeSeq, std::int64_t{0});
        QCOMPARE(grid->model()->rowCount(), 1); // what is there stays until the answer comes
        Q_EMIT port.journalReady(port.queries.back().asker, rows({record(41, "order.filled"), record(40, "order.filled")}), true);
        QCOMPARE(grid->model()->rowCount(), 2);
    }

    void theNextPageFollowsTheOneBefore() {
        FakePort port;
        JournalScreen screen(port);
        screen.resize(900, 500);
        screen.setView(viewWithRequest(approval::Tier::T1));
        screen.setVisible(true);
        std::vector<JournalRow> page;
        for (int seq = 400; seq > 200; --seq) page.push_back(record(seq, "note"));
        Q_EMIT port.journalReady(port.queries.back().asker, rows(std::move(page)), false);
        auto* grid = screen.findChild<QTableView*>();
        QTRY_VERIFY(grid->verticalScrollBar()->maximum() > 0);
        const auto asked = port.queries.size();
        grid->verticalScrollBar()->setValue(grid->verticalScrollBar()->maximum());
        QCOMPARE(port.queries.size(), asked + 1);
        QCOMPARE(port.queries.back().beforeSeq, std::int64_t{201});
        grid->verticalScrollBar()->setValue(0);
        grid->verticalScrollBar()->setValue(grid->verticalScrollBar()->maximum());
        QCOMPARE(port.queries.size(), asked + 1); // it has been asked
        Q_EMIT port.journalReady(port.queries.back().asker, rows({record(200, "note"), record(199, "note")}), true);
        QCOMPARE(grid->model()->rowCount(), 202);
    }

    void theRecordInFullIsTheOneTheCursorIsOn() {
        FakePort port;
        JournalScreen screen(port);
        screen.setView(viewWithRequest(approval::Tier::T1));
        screen.setVisible(true);
        auto* query = screen.findChild<QLineEdit*>();
        auto* detail = screen.findChild<QPlainTextEdit*>();
        auto* grid = screen.findChild<QTableView*>();
        const auto answer = [&](std::vector<JournalRow> all) {
            QTest::keyClick(query, Qt::Key_Return);
            Q_EMIT port.journalReady(port.queries.back().asker, rows(std::move(all)), true);
        };
        answer({record(3, "order.fill"), record(2, "order.state"), record(1, "order.intent")});
        grid->setCurrentIndex(grid->model()->index(1, 0));
        answer({record(3, "order.fill"), record(1, "order.intent")}); // the one it was on is gone
        const QString now = grid->currentIndex().siblingAtColumn(2).data().toString();
        QVERIFY(!now.isEmpty());
        QCOMPARE(detail->toPlainText(), readableRecord(now == QLatin1String("order.fill") ? record(3, "order.fill") : record(1, "order.intent")));
        answer({});
        QCOMPARE(detail->toPlainText(), QString());
    }

    void numbersOfARecordAreReadByTheirUnits() {
        JournalRow row = record(1, "order.filled");
        row.body =
            R"({"cash":98123450000,"fees":1300000,"net":-350000,"mid":345000,"quantity":-2,"position":{"realised":34000000,"opened_at":0},"at":1795449600000000000,)"
            R"("marks":{"POS-1":1250000},"spot":500120000,"confidence":612500,"amount":-240000000,"delay_ns":10000000000,"mono":1500000000})";
        const QString text = readableRecord(row);
        for (const char* line :
             {"cash: $98,123.45", "fees: $1.30", "net: 0.35 db", "mid: 0.345 cr", "quantity: \u22122", "realised: +$34.00", "POS-1: 1.25 cr",
              "spot: 500.12", "at: 2026-11-23 11:00:00 ET", "confidence: 0.6125", "amount: \u2212$240.00", "delay ns: 10 s", "opened at: \u2014"})
            QVERIFY2(text.contains(QString::fromUtf8(line)), qPrintable(QString::fromUtf8(line) + QStringLiteral(" is not in\n") + text));
        QVERIFY(!text.contains(QLatin1String("millionths")));
    }

    void nothingOfANumberIsRoundedAway() {
        JournalRow row = record(1, "order.filled");
        row.body = R"({"fees":2660,"cash":-1234567000001,"realised":2660,"cash_flow":-1,"open_fees":10000,"mono":1799999999123456789,)"
                   R"("typed_max_loss":4380000000,"spot":1234567890123})";
        const QString text = readableRecord(row) + QLatin1Char('\n');
        for (const char* line :
             {"fees: $0.00266\n", "cash: \u2212$1,234,567.000001\n", "realised: +$0.00266\n", "cash flow: \u2212$0.000001\n", "open fees: $0.01\n",
              "mono: 1,799,999,999.123456789 s\n", "typed max loss: $4,380.00\n", "spot: 1,234,567.890123\n"})
            QVERIFY2(text.contains(QString::fromUtf8(line)), qPrintable(QString::fromUtf8(line) + QStringLiteral(" is not in\n") + text));
    }

    void aDividendIsDollarsAShareNotMillions() {
        desk::SessionFacts facts;
        facts.date = std::chrono::year{2026} / 11 / 23;
        facts.dividends["SPY"] = {{std::chrono::year{2026} / 12 / 18, 1.934}};
        JournalRow row = record(1, "session.facts");
        const auto body = desk::encodeCommand(facts);
        QVERIFY(body.has_value());
        row.body = body->dump();
        const QString text = readableRecord(row);
        QVERIFY2(text.contains(QLatin1String("amount: 1.934")), qPrintable(text));
    }

    void recordsOfAnotherDayBearItsDate() {
        FakePort port;
        JournalScreen screen(port);
        screen.setView(viewWithRequest(approval::Tier::T1)); // 23 November, 11:00
        screen.setVisible(true);
        JournalRow old = record(1, "order.intent");
        old.at -= std::chrono::hours(72);
        Q_EMIT port.journalReady(port.queries.back().asker, rows({record(2, "order.state"), old}), true);
        auto* grid = screen.findChild<QTableView*>();
        QCOMPARE(grid->model()->index(0, 1).data().toString(), QStringLiteral("11:00:00"));
        QCOMPARE(grid->model()->index(1, 1).data().toString(), QStringLiteral("20 Nov 11:00:00"));
    }

    void aNoteGoesToTheDesk() {
        FakePort port;
        JournalScreen screen(port);
        auto view = viewWithRequest(approval::Tier::T1);
        screen.setView(view);
        screen.setVisible(true);
        Q_EMIT port.journalReady(port.queries.back().asker, rows({record(1, "order.intent")}), true);
        auto* grid = screen.findChild<QTableView*>();
        QTest::keyClick(grid, Qt::Key_N);
        auto* ask = screen.findChild<QInputDialog*>();
        QVERIFY(ask);
        ask->setTextValue(QStringLiteral("slow fill"));
        ask->accept();
        QCOMPARE(port.all<desk::AddNote>().size(), std::size_t{1});
        QCOMPARE(port.all<desk::AddNote>().front().about, std::string("M-1"));
        QCOMPARE(port.all<desk::AddNote>().front().text, std::string("slow fill"));
    }

    void enterShowsTheWholeRecordInWords() {
        FakePort port;
        JournalScreen screen(port);
        screen.setView(viewWithRequest(approval::Tier::T1));
        screen.setVisible(true);
        Q_EMIT port.journalReady(port.queries.back().asker, rows({record(1, "order.intent")}), true);
        QTest::keyClick(screen.findChild<QTableView*>(), Qt::Key_Return);
        auto* layer = screen.findChild<RecordLayer*>();
        QVERIFY(layer);
        const QString text = layer->findChild<QPlainTextEdit*>()->toPlainText();
        QVERIFY(text.contains(QStringLiteral("max loss: $1,260.00")));
        QVERIFY(text.contains(QStringLiteral("    pass: yes")));
        QVERIFY(!text.contains(QLatin1Char('{')));
    }

    void breakersTellWhenTheyTrippedLast() {
        FakePort port;
        BreakersScreen screen(port);
        auto view = viewWithRequest(approval::Tier::T1);
        risk::BreakerReading vix;
        vix.breaker = risk::Breaker::B4Vix;
        vix.used = 0.4;
        risk::BreakerReading stale = vix;
        stale.breaker = risk::Breaker::B5StaleData;
        stale.used = 0.1;
        view->breakers = {vix, stale};
        screen.setView(view);
        QCOMPARE(port.queries.size(), std::size_t{1});
        QCOMPARE(port.queries.front().type, std::string("halt.set"));
        screen.setView(view);
        QCOMPARE(port.queries.size(), std::size_t{1}); // not with every view
        auto first = record(1, "halt.set"), last = record(400, "halt.set");
        first.breaker = last.breaker = risk::toString(risk::Breaker::B4Vix);
        first.at -= std::chrono::hours(72);
        last.summary = "VIX at 61";
        Q_EMIT port.journalReady(port.queries.front().asker, rows({last, first}), true);
        auto* model = screen.findChild<QTableView*>()->model();
        QCOMPARE(model->index(0, 7).data().toString(), QStringLiteral("11:01:40"));
        QCOMPARE(model->index(0, 8).data().toString(), QStringLiteral("VIX at 61"));
        QCOMPARE(model->index(1, 7).data().toString(), QStringLiteral("never"));
    }

    void aTripNobodySawIsReadWhenTheScreenIsShown() {
        FakePort port;
        BreakersScreen screen(port);
        auto view = viewWithRequest(approval::Tier::T1);
        screen.setView(view);
        QCOMPARE(port.queries.size(), std::size_t{1});
        screen.setVisible(true); // a breaker tripped and cleared while it was hidden: the latches are the same
        QCOMPARE(port.queries.size(), std::size_t{2});
        QCOMPARE(port.queries.back().type, std::string("halt.set"));
        view->notices = {{view->at.utc, desk::NoticeView::Level::Critical, "HALTED by B6: 5 broker or data errors in 60 s"}};
        screen.setView(view); // tripped and cleared between two views
        QCOMPARE(port.queries.size(), std::size_t{3});
        view->latches = {{risk::Breaker::B6ApiErrors, view->at.utc, {}, "errors", 1, {}}};
        screen.setView(view);
        view->latches = {{risk::Breaker::B4Vix, view->at.utc, {}, "VIX", 1, {}}}; // another one, as many as before
        screen.setView(view);
        QCOMPARE(port.queries.size(), std::size_t{5});
        screen.setView(view);
        QCOMPARE(port.queries.size(), std::size_t{5});
    }

    void ctrlEExportsFromTheQueryLineToo() {
        FakePort port;
        JournalScreen screen(port);
        screen.setView(viewWithRequest(approval::Tier::T1));
        screen.setVisible(true);
        QTest::keyClick(screen.findChild<QLineEdit*>(), Qt::Key_E, Qt::ControlModifier); // it has the keys when the screen is opened
        auto* dialog = screen.findChild<QFileDialog*>();
        QVERIFY(dialog);
        dialog->close();
    }

    void afterTheCloseABreakerShowsItsLastValueAndNotATrip() {
        FakePort port;
        BreakersScreen screen(port);
        auto view = viewWithRequest(approval::Tier::T1);
        risk::BreakerReading daily;
        daily.breaker = risk::Breaker::B1DailyLoss;
        daily.now = "-0.62 %";
        daily.used = 0.31;
        daily.tripped = true; // unreadable now
        auto weekly = daily;
        weekly.breaker = risk::Breaker::B2WeeklyLoss;
        weekly.now = "unknown";
        weekly.used.reset();
        view->breakers = {daily, weekly};
        auto* model = screen.findChild<QTableView*>()->model();
        const auto cell = [&](const QString& breaker, int column) {
            for (int row = 0; row < model->rowCount(); ++row)
                if (model->index(row, 0).data().toString().startsWith(breaker)) return model->index(row, column).data().toString();
            return QString();
        };
        screen.setView(view);
        QCOMPARE(cell(QStringLiteral("B2"), 5), QStringLiteral("▲ tripping")); // in session the unreadable counts as tripped
        view->session = market::Session::AfterClose;
        view->at.utc += std::chrono::hours(6);
        view->breakers.front().asOf = view->at.utc - std::chrono::hours(1);
        screen.setView(view);
        QCOMPARE(cell(QStringLiteral("B1"), 1), QStringLiteral("\u22120.62 % as of 16:00 ET"));
        QCOMPARE(cell(QStringLiteral("B1"), 3), QStringLiteral("31%"));
        QCOMPARE(cell(QStringLiteral("B1"), 5), QStringLiteral("closed"));
        QCOMPARE(cell(QStringLiteral("B2"), 5), QStringLiteral("closed"));
        view->breakers.front().used = 1.0; // the session ended in it
        screen.setView(view);
        QCOMPARE(cell(QStringLiteral("B1"), 5), QStringLiteral("▲ tripping"));
    }

    void aFloodedStrategyIsEnabledByARiskManagerAlone() {
        FakePort port;
        BreakersScreen screen(port);
        auto view = viewWithRequest(approval::Tier::T1);
        const auto button = [&]() -> QPushButton* {
            for (auto* b : screen.findChildren<QPushButton*>())
                if (b->text().contains(QLatin1String("calendar/SPY"))) return b;
            return nullptr;
        };
        screen.setView(view);
        QVERIFY(!button());
        view->disabledStrategies = {"calendar/SPY"};
        screen.setView(view);
        QVERIFY(button() && !button()->isHidden() && !button()->isEnabled()); // a trader sees it and cannot
        for (const auto& user : view->users)
            if (user.has(approval::Role::RiskManager)) view->user = user;
        screen.setView(view);
        button()->click();
        QCOMPARE(port.all<desk::EnableStrategy>().size(), std::size_t{1});
        QCOMPARE(port.all<desk::EnableStrategy>().front().key, std::string("calendar/SPY"));
        view->disabledStrategies.clear();
        screen.setView(view);
        QVERIFY(button()->isHidden());
    }

    void anAssignmentWaitsForAPersonWhoMayClose() {
        FakePort port;
        BreakersScreen screen(port);
        auto view = viewWithRequest(approval::Tier::T1);
        screen.setView(view);
        auto* row = screen.findChild<AssignmentRow*>();
        QVERIFY(row && row->isHidden());
        view->assignments = {{"AS-7", "assignment", "SPY", "SPY 31-Dec-26 470 P", -2, Usd::fromMicros(-240'000'000), view->at.utc},
                             {"AS-9", "exercise", "SPY", "SPY 31-Dec-26 465 P", 2, Usd{}, view->at.utc}};
        for (const auto& user : view->users)
            if (user.has(approval::Role::Analyst)) view->user = user;
        screen.setView(view);
        QVERIFY(!row->isHidden());
        auto* button = row->findChild<QPushButton*>();
        QVERIFY(!button->isEnabled() && button->focusPolicy() != Qt::NoFocus && !button->toolTip().isEmpty());
        const QString text = row->findChild<QLabel*>()->text();
        for (const char* part : {"Assigned: 2 of SPY 31-Dec-26 470 P", "$240", "Nothing is opened in SPY", "1 more"})
            QVERIFY2(text.contains(QLatin1String(part)), qPrintable(text));
        view->user = view->users.front();
        for (const auto& user : view->users)
            if (user.has(approval::Role::Trader)) view->user = user;
        screen.setView(view);
        QTest::keyClick(button, Qt::Key_Space);
        QCOMPARE(port.all<desk::AcknowledgeAssignment>().size(), std::size_t{1});
        QCOMPARE(port.all<desk::AcknowledgeAssignment>().front().id, std::string("AS-7"));
        QCOMPARE(port.all<desk::AcknowledgeAssignment>().front().user, view->user.id);
        view->assignments.clear();
        screen.setView(view);
        QVERIFY(row->isHidden());
    }

    void theLadderTellsAnOrderStepByStep() {
        FakePort port;
        EventLadder ladder(port, QStringLiteral("M-1"), nullptr);
        ladder.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(port.queries.back().correlation, std::string("M-1"));
        const auto asker = port.queries.back().asker;
        Q_EMIT port.journalReady(asker + 1, rows({record(8, "note")}), true);
        Q_EMIT port.journalReady(asker, rows({record(4, "order.filled"), record(2, "order.state"), record(1, "order.intent")}), true);
        auto* grid = ladder.findChild<QTableView*>();
        QCOMPARE(grid->model()->rowCount(), 3);
        QCOMPARE(grid->model()->index(0, 3).data().toString(), QStringLiteral("order.intent"));
        QCOMPARE(grid->model()->index(2, 1).data().toString(), QStringLiteral("0.750"));
        QCOMPARE(grid->model()->index(2, 2).data().toString(), QStringLiteral("0.500"));
    }

    void aMomentIsLookedAtAndSendsNothing() {
        FakePort port;
        JournalScreen screen(port);
        screen.setView(viewWithRequest(approval::Tier::T1));
        screen.setVisible(true);
        Q_EMIT port.journalReady(port.queries.back().asker, rows({record(7, "order.filled"), record(6, "order.intent")}), true);
        QTest::keyClick(screen.findChild<QTableView*>(), Qt::Key_R);
        QCOMPARE(port.replays, std::vector<std::int64_t>{7});
        auto* layer = screen.findChild<MomentLayer*>();
        QVERIFY(layer);
        auto* pages = layer->findChild<QStackedWidget*>();
        Q_EMIT port.momentProgressed(7, 0.5);
        QCOMPARE(layer->findChild<QProgressBar*>()->value(), 50);
        auto then = viewWithRequest(approval::Tier::T1);
        then->marks.equity = Usd::fromMicros(100'100'000'000);
        Q_EMIT port.momentReady(6, then, QString()); // somebody else's
        QCOMPARE(pages->currentIndex(), 0);
        Q_EMIT port.momentReady(7, then, QString());
        QCOMPARE(pages->currentIndex(), 1);
        QStringList shown;
        auto* state = layer->findChild<GridView*>()->model();
        for (int row = 0; row < state->rowCount(); ++row) shown << state->index(row, 1).data().toString();
        QVERIFY2(shown.contains(QStringLiteral("$100,100")), qPrintable(shown.join(QLatin1Char('|'))));
        QVERIFY(shown.contains(QString::fromStdString(then->approvals.front().description)));
        auto words = [&] {
            QStringList all;
            for (auto* label : layer->findChildren<QLabel*>()) all << label->text();
            return all.join(QLatin1Char('|'));
        };
        QVERIFY(words().contains(QLatin1String("byte for byte")));
        // The screens in it are the real ones, their keys are not.
        desk::PositionView position;
        position.position.id = PositionId("M-1");
        position.position.underlying = "SPY";
        position.close.refusedBecause.clear();
        then->positions.push_back(position);
        auto* positions = layer->findChild<PositionsScreen*>();
        positions->setView(then);
        auto* grid = positions->findChild<QTableView*>();
        for (int row = 0; row < grid->model()->rowCount(); ++row) {
            grid->setCurrentIndex(grid->model()->index(row, 0));
            QTest::keyClick(grid, Qt::Key_X);
            QTest::keyClick(grid, Qt::Key_Return);
        }
        QVERIFY(port.sent.empty());
        QVERIFY2(words().contains(QLatin1String("nothing is sent")), qPrintable(words()));
    }

    void aMomentThatCannotBeShownSaysWhy() {
        FakePort port;
        {
            MomentLayer layer(port, record(3, "order.intent"), nullptr);
            layer.setAttribute(Qt::WA_DeleteOnClose, false);
            Q_EMIT port.momentReady(3, nullptr, QStringLiteral("the tape is gone"));
            QStringList all;
            for (auto* label : layer.findChildren<QLabel*>()) all << label->text();
            QVERIFY(all.join(QLatin1Char('|')).contains(QLatin1String("the tape is gone")));
        }
        QCOMPARE(port.replaysCancelled, 0); // it had ended
        {
            MomentLayer layer(port, record(4, "order.intent"), nullptr);
            layer.setAttribute(Qt::WA_DeleteOnClose, false);
        }
        QCOMPARE(port.replaysCancelled, 1); // nobody waits for it any more
    }
};

QTEST_MAIN(JournalTest)
#include "tst_ui_journal.moc"
