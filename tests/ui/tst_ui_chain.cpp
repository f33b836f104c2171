#include <QAbstractItemModelTester>
#include <QApplication>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "fake_port.h"
#include "market/exchange_calendar.h"
#include "pricing/contract_facts.h"
#include "simulation/simulated_market.h"
#include "ui/screens/chain_peek.h"
#include "ui/screens/chain_screen.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using namespace mahler::ui::chaingrid;
using mahler::ui::testing::FakePort;

class ChainTest : public QObject {
    Q_OBJECT

    static ChainPtr simulated(int hour = 11, int minute = 0) {
        simulation::SimulationConfig config;
        config.date = std::chrono::year{2026} / 11 / 23;
        auto feed = simulation::makeSimulatedMarket(config);
        if (!feed->advance(market::fromNewYork(config.date, hour, minute), {})) return {};
        return pricing::priceChain(*feed->chain("SPY"), {});
    }
    ChainPtr m_chain;

    /// A running desk at the time of the chain, its underlying `age` seconds old.
    std::shared_ptr<desk::DeskView> view(double age = 0.5) const {
        auto v = std::make_shared<desk::DeskView>();
        v->session = market::Session::Open;
        v->at.utc = m_chain->chain->time;
        market::UnderlyingQuote spy;
        spy.symbol = "SPY";
        v->underlyings = {{spy, age}};
        return v;
    }

    struct Opened {
        FakePort port;
        ChainScreen screen{port};
        QTableView* grid = nullptr;
        explicit Opened(const ChainPtr& chain, const ViewPtr& view, int width = 1000) {
            screen.resize(width, 700);
            screen.show();
            screen.setView(view);
            screen.setChain(chain);
            grid = screen.findChild<QTableView*>();
        }
        int atmRow() const {
            for (int r = 0; r < grid->model()->rowCount(); ++r)
                if (grid->model()->index(r, kStrikeColumn).data(GridModel::MarkedRole).toBool()) return r;
            return -1;
        }
        void go(int row, int column) const { grid->setCurrentIndex(grid->model()->index(row, column)); }
        QString cell(int row, int column, int role = Qt::DisplayRole) const { return grid->model()->index(row, column).data(role).toString(); }
        bool shows(Side side, int field) const { return !grid->isColumnHidden(columnOf(side, field)); }
        QString said() const {
            QStringList all;
            for (auto* label : screen.findChildren<QLabel*>())
                if (label->isVisible()) all << label->text() << label->toolTip();
            return all.join(QLatin1Char('\n'));
        }
        portfolio::ComboOrder built() {
            QSignalSpy opened(&screen, &Screen::builderRequested);
            QTest::keyClick(grid, Qt::Key_Return);
            return opened.isEmpty() ? portfolio::ComboOrder{} : opened.front().front().value<portfolio::ComboOrder>();
        }
        ChainPeek* peeked() const { return screen.findChild<ChainPeek*>(); }
    };

private Q_SLOTS:
    void initTestCase() {
        applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark);
        m_chain = simulated();
        QVERIFY(m_chain);
    }

    void columnsOfTheSmallAndTheLargeWindow() {
        Opened small(m_chain, view(), 1006); // 1366 less navigation and a full rail
        for (const auto side : {kCall, kPut}) {
            for (const int field : {kPos, kVol, kOi, kIv, kDelta, kBid, kMid, kAsk})
                QVERIFY2(small.shows(side, field), qPrintable(QString::number(field)));
            QVERIFY(!small.shows(side, kBidSize) && !small.shows(side, kVega));
        }
        QVERIFY(small.grid->columnViewportPosition(kColumns - 1) >= 0);
        Opened large(m_chain, view(), 1476); // 1920 less the same
        for (const auto side : {kCall, kPut})
            for (const int field : {kPos, kVol, kOi, kIv, kDelta, kBid, kMid, kAsk, kTheo, kEdge, kGamma, kTheta, kVega}) {
                QVERIFY2(large.shows(side, field), qPrintable(QString::number(field)));
                const int column = columnOf(side, field), left = large.grid->columnViewportPosition(column);
                QVERIFY(left >= 0 && left + large.grid->columnWidth(column) <= large.grid->viewport()->width()); // no scrolling for it
            }
        const int last = columnOf(kPut, kPos);
        QCOMPARE(large.grid->columnViewportPosition(last) + large.grid->columnWidth(last), large.grid->viewport()->width()); // and nothing left over
        Opened whole(m_chain, view(), 1820);                                                                                 // with the rail folded
        for (const auto side : {kCall, kPut})
            for (int field = 0; field < kFieldCount; ++field) QVERIFY2(whole.shows(side, field), qPrintable(QString::number(field)));
    }

    void noColumnComesOrGoesWithTheWidthOfTheRail_data() {
        QTest::addColumn<int>("window");
        QTest::addColumn<bool>("comfortable");
        for (const int window : {1366, 1920})
            for (const bool comfortable : {false, true}) QTest::addRow("%d%s", window, comfortable ? " comfortable" : "") << window << comfortable;
    }
    void noColumnComesOrGoesWithTheWidthOfTheRail() {
        QFETCH(int, window);
        QFETCH(bool, comfortable);
        auto& app = *static_cast<QApplication*>(QApplication::instance());
        Look look = currentLook();
        look.density = comfortable ? Density::Comfortable : Density::Compact;
        applyLook(app, look);
        QList<QList<int>> columns;
        QList<int> scrolled;
        for (const int rail : {300, window < 1600 ? 216 : 400}) { // with and without something pending
            Opened o(m_chain, view(), window - 44 - rail);
            columns << QList<int>();
            for (int c = 0; c < kColumns; ++c)
                if (!o.grid->isColumnHidden(c)) columns.back() << c;
            scrolled << o.grid->horizontalScrollBar()->maximum();
        }
        look.density = Density::Compact;
        applyLook(app, look);
        QCOMPARE(columns[0], columns[1]);
        QCOMPARE(scrolled, (QList<int>{0, 0}));
        QCOMPARE(columns[0].contains(columnOf(kPut, kVega)), window == 1920);
    }

    void noExpiryTabIsCut_data() {
        QTest::addColumn<int>("width");
        for (const int width : {1006, 700, 1476}) QTest::addRow("%d", width) << width;
    }
    void noExpiryTabIsCut() {
        QFETCH(int, width);
        Opened o(m_chain, view(), width);
        auto* tabs = o.screen.findChild<ExpiryTabs*>();
        QVERIFY(tabs);
        const int all = static_cast<int>(m_chain->chain->expiries.size());
        QCOMPARE(tabs->count(), all);
        int hidden = 0;
        const auto whole = [&] {
            hidden = 0;
            QVERIFY(tabs->isTabVisible(tabs->currentIndex()));
            for (int i = 0; i < all; ++i) {
                hidden += !tabs->isTabVisible(i);
                if (!tabs->isTabVisible(i)) continue;
                QVERIFY2(tabs->rect().contains(tabs->tabRect(i)), qPrintable(tabs->tabText(i)));
                QVERIFY2(tabs->fontMetrics().horizontalAdvance(tabs->tabText(i)) < tabs->tabRect(i).width(), qPrintable(tabs->tabText(i)));
            }
            QCOMPARE(tabs->earlier()->isVisible(), hidden > 0);
            QCOMPARE(tabs->later()->isVisible(), hidden > 0);
        };
        whole();
        for (int i = 0; i < all; ++i) QTest::keyClick(o.grid, Qt::Key_PageUp);
        QCOMPARE(tabs->currentIndex(), 0);
        whole();
        QVERIFY(hidden == 0 || !tabs->earlier()->isEnabled());
        for (int i = 0; i < all; ++i) QTest::keyClick(o.grid, Qt::Key_PageDown);
        QCOMPARE(tabs->currentIndex(), all - 1);
        whole();
        if (hidden == 0) return;
        QVERIFY(!tabs->later()->isEnabled());
        QCOMPARE(tabs->earlier()->text(), QStringLiteral("‹ %1").arg(hidden));
        tabs->earlier()->click(); // the next of them, with the page before
        QCOMPARE(tabs->currentIndex(), hidden - 1);
        whole();
        for (int i = 0; i < all && tabs->earlier()->isEnabled(); ++i) tabs->earlier()->click();
        QVERIFY(tabs->isTabVisible(0));
        for (int i = 0; i < all && tabs->later()->isEnabled(); ++i) tabs->later()->click();
        QVERIFY(tabs->isTabVisible(all - 1));
        whole();
    }

    void theMoneyIsCentredWhenTheOpenTellsWhereItIs() {
        const ChainPtr before = simulated(9, 26);
        QVERIFY(before && !(before->spot > 0)); // without a spot there is no money to be at
        Opened o(before, view());
        QCOMPARE(o.atmRow(), -1);
        const auto shown = ChainShown::of(before, 0);
        for (std::size_t r = 0; r < before->chain->expiries[0].end; ++r) QVERIFY(!shown.isItm(r)); // nothing is tinted
        o.grid->setCurrentIndex(o.grid->model()->index(0, 0));                                     // as Qt does when the table gets the keys
        o.screen.setChain(m_chain);
        QVERIFY(o.atmRow() > 10);
        QCOMPARE(o.grid->currentIndex().row(), o.atmRow());
        QVERIFY(o.grid->viewport()->rect().contains(o.grid->visualRect(o.grid->currentIndex())));
    }

    void dTurnsThroughTheColumns() {
        Opened o(m_chain, view());
        QTest::keyClick(o.grid, Qt::Key_D);
        QVERIFY(o.shows(kCall, kSpread) && o.shows(kPut, kBidSize) && !o.shows(kCall, kGamma));
        QVERIFY(o.said().contains(QStringLiteral("columns: quotes")));
        QTest::keyClick(o.grid, Qt::Key_D);
        QVERIFY(o.shows(kCall, kGamma) && o.shows(kPut, kTheta) && !o.shows(kCall, kVol));
        QTest::keyClick(o.grid, Qt::Key_D);
        for (int field = 0; field < kFieldCount; ++field) QVERIFY(o.shows(kCall, field) && o.shows(kPut, field));
        QTest::keyClick(o.grid, Qt::Key_D);
        QVERIFY(o.shows(kCall, kVol) && !o.shows(kCall, kGamma));
    }

    void ownContractsStandInTheirColumnSigned() {
        Opened plain(m_chain, view());
        const int row = plain.atmRow() - 4;
        const auto shown = plain.grid->model()->index(row, kStrikeColumn).data(GridModel::SortRole).toDouble();
        auto v = view();
        desk::PositionView position;
        const auto& slice = [&]() -> const market::ExpirySlice& {
            for (const auto& s : m_chain->chain->expiries)
                if (plain.screen.findChild<QTabBar*>()
                        ->tabData(plain.screen.findChild<QTabBar*>()->currentIndex())
                        .toString()
                        .endsWith(QString::fromStdString(formatDate(s.expiry))))
                    return s;
            return m_chain->chain->expiries.front();
        }();
        desk::LegView leg;
        leg.contract = market::OptionContract::make("SPY", slice.expiry, *Price::fromDouble(shown), market::Right::Put);
        leg.contract.root = slice.root;
        leg.quantity = -5;
        position.legs = {leg};
        v->positions = {position, position};
        Opened o(m_chain, v);
        QCOMPARE(o.cell(row, columnOf(kPut, kPos)), QStringLiteral("\u221210"));
        QVERIFY(o.cell(row, columnOf(kCall, kPos)).isEmpty());
        QVERIFY(o.cell(row, kStrikeColumn, Qt::ToolTipRole).contains(QStringLiteral("own position: \u221210 of the put")));
    }

    void shiftStagesTheOtherSide_data() {
        QTest::addColumn<int>("column");
        QTest::addColumn<bool>("shift");
        QTest::addColumn<bool>("call");
        QTest::newRow("on a call") << columnOf(kCall, kBid) << false << true;
        QTest::newRow("on a call with Shift") << columnOf(kCall, kBid) << true << false;
        QTest::newRow("on a put") << columnOf(kPut, kAsk) << false << false;
        QTest::newRow("on a put with Shift") << columnOf(kPut, kAsk) << true << true;
        QTest::newRow("on the strike") << int(kStrikeColumn) << false << false;
        QTest::newRow("on the strike with Shift") << int(kStrikeColumn) << true << true;
    }
    void shiftStagesTheOtherSide() {
        QFETCH(int, column);
        QFETCH(bool, shift);
        QFETCH(bool, call);
        Opened o(m_chain, view());
        o.go(o.atmRow() + 2, column);
        QTest::keyClick(o.grid, Qt::Key_S, shift ? Qt::ShiftModifier : Qt::NoModifier);
        const auto draft = o.built();
        QCOMPARE(draft.legs.size(), std::size_t{1});
        QCOMPARE(draft.legs.front().contract.right, call ? market::Right::Call : market::Right::Put);
        QCOMPARE(draft.legs.front().ratio, -1);
    }

    void plusAndMinusChangeTheStagedUnits() {
        Opened o(m_chain, view());
        QTest::keyClick(o.grid, Qt::Key_Plus); // nothing is staged yet
        o.go(o.atmRow() - 3, columnOf(kPut, kBid));
        QTest::keyClick(o.grid, Qt::Key_S);
        o.go(o.atmRow() - 6, columnOf(kPut, kBid));
        QTest::keyClick(o.grid, Qt::Key_B);
        for (int i = 0; i < 4; ++i) QTest::keyClick(o.grid, Qt::Key_Plus);
        QTest::keyClick(o.grid, Qt::Key_Minus);
        QVERIFY2(o.said().contains(QStringLiteral("Staged: 4 unit")), qPrintable(o.said()));
        QCOMPARE(o.built().quantity, std::int64_t{4});
        o.go(o.atmRow(), columnOf(kPut, kBid));
        QTest::keyClick(o.grid, Qt::Key_S);
        QTest::keyClick(o.grid, Qt::Key_Minus);
        QCOMPARE(o.built().quantity, std::int64_t{1}); // dropped with the legs, and never under one
    }

    void stagedLegsAreMarkedOnTheirSide() {
        Opened o(m_chain, view());
        const int row = o.atmRow() + 3;
        o.go(row, columnOf(kCall, kBid));
        QTest::keyClick(o.grid, Qt::Key_B);
        QVERIFY(o.cell(row, kStrikeColumn).startsWith(QStringLiteral("+1 ")));
        o.go(row, columnOf(kPut, kBid));
        QTest::keyClick(o.grid, Qt::Key_S);
        QVERIFY(o.cell(row, kStrikeColumn).endsWith(QStringLiteral(" \u22121")));
        QVERIFY(o.cell(row, kStrikeColumn, Qt::ToolTipRole).contains(QStringLiteral("sell the put")));
        QTest::keyClick(o.grid, Qt::Key_Backspace);
        QVERIFY(!o.cell(row, kStrikeColumn).contains(QLatin1Char('1')) || !o.cell(row, kStrikeColumn).contains(QChar(0x2212)));
    }

    void aLegOfACurrentOpportunityHasADotForItsDayAndUnderlying() {
        Opened o(m_chain, view());
        const int row = o.atmRow() - 5;
        o.go(row, columnOf(kPut, kBid));
        QTest::keyClick(o.grid, Qt::Key_S);
        const auto leg = o.built().legs.front();
        const auto scan = [&](const char* underlying, UtcTime at) {
            auto d = std::make_shared<agents::Deliberation>();
            d->underlying = underlying;
            d->asof = at;
            strategy::Candidate c;
            c.id = "SPY-BPS-1";
            c.legs = {leg};
            d->screen.candidates = {c};
            return d;
        };
        const auto dotted = [&] { return o.cell(row, kStrikeColumn).contains(QStringLiteral("•")); };
        o.screen.setDeliberation(scan("QQQ", m_chain->chain->time));
        QVERIFY(!dotted());
        o.screen.setDeliberation(scan("SPY", m_chain->chain->time - std::chrono::hours(24)));
        QVERIFY(!dotted());
        o.screen.setDeliberation(scan("SPY", m_chain->chain->time));
        QVERIFY(dotted());
        QVERIFY(o.cell(row, kStrikeColumn, Qt::ToolTipRole).contains(QStringLiteral("SPY-BPS-1")));
        auto none = std::make_shared<agents::Deliberation>();
        none->underlying = "SPY";
        none->asof = m_chain->chain->time;
        o.screen.setDeliberation(none); // the next scan finds it no more
        QVERIFY(!dotted());
    }

    void inTheMoneyIsATintOfTheCell() {
        Opened o(m_chain, view());
        const auto* model = static_cast<const GridModel*>(o.grid->model());
        const int low = o.atmRow() - 6, high = o.atmRow() + 6;
        const auto tinted = [&](int row, Side side) { return model->row(row)->cells[static_cast<std::size_t>(columnOf(side, kBid))].tinted; };
        QVERIFY(tinted(low, kCall) && !tinted(low, kPut));
        QVERIFY(!tinted(high, kCall) && tinted(high, kPut));
        const QRect cell = o.grid->visualRect(o.grid->model()->index(low, columnOf(kCall, kBid)));
        QCOMPARE(o.grid->viewport()->grab().toImage().pixelColor(cell.left() + 2, cell.top() + 2), tint());
    }

    void staleQuotesHatchTheSectionAndStageNothing_data() {
        QTest::addColumn<double>("age");
        QTest::addColumn<int>("fresh");
        QTest::newRow("stale") << 14.0 << static_cast<int>(desk::Freshness::Stale);
        QTest::newRow("dead") << 40.0 << static_cast<int>(desk::Freshness::Dead);
    }
    void staleQuotesHatchTheSectionAndStageNothing() {
        QFETCH(double, age);
        QFETCH(int, fresh);
        Opened o(m_chain, view());
        o.go(o.atmRow(), columnOf(kPut, kBid));
        o.screen.setView(view(age)); // the feed is cut: no chain comes any more
        for (const int column : {columnOf(kCall, kBid), int(kStrikeColumn), columnOf(kPut, kVol)})
            QCOMPARE(o.grid->model()->index(o.atmRow(), column).data(GridModel::FreshnessRole).toInt(), fresh);
        QTest::keyClick(o.grid, Qt::Key_B);
        QTest::keyClick(o.grid, Qt::Key_S);
        QVERIFY(o.built().legs.empty());
        QVERIFY2(o.said().contains(QStringLiteral("quotes of SPY are %1s old").arg(age)), qPrintable(o.said()));
        o.screen.setView(view());
        QVERIFY(!o.said().contains(QStringLiteral("old: B and S wait")));
        QTest::keyClick(o.grid, Qt::Key_B);
        QCOMPARE(o.built().legs.size(), std::size_t{1});
    }

    void aMidBelowTheLeastValueSaysByHowManyCents() {
        auto options = std::make_shared<market::OptionChain>(*m_chain->chain);
        auto priced = std::make_shared<pricing::PricedChain>(*m_chain);
        Opened first(m_chain, view());
        const int row = first.atmRow() + 20;
        first.go(row, columnOf(kPut, kIv));
        QTest::keyClick(first.grid, Qt::Key_B);
        const auto contract = first.built().legs.front().contract;
        const std::size_t r = *options->find(contract);
        std::size_t expiry = 0;
        while (m_chain->chain->expiries[expiry].end <= r) ++expiry;
        const double least = *pricing::leastValue(*m_chain, expiry, r);
        options->bid[r] = std::llround((least - 0.05) * 100) * 10'000;
        options->ask[r] = options->bid[r] + 20'000;
        priced->chain = options;
        priced->ivStatus[r] = pricing::IvStatus::BelowIntrinsic;
        const auto cents = pricing::shortfallCents(*priced, expiry, r);
        QVERIFY(cents && *cents > 3 && *cents < 5);
        Opened o(priced, view());
        const QString words = QStringLiteral("%1 cents below the least it can be worth").arg(QString::number(*cents, 'f', 1));
        QCOMPARE(o.cell(row, columnOf(kPut, kIv)), QStringLiteral("—"));
        QVERIFY2(o.cell(row, columnOf(kPut, kIv), Qt::ToolTipRole).contains(words), qPrintable(o.cell(row, columnOf(kPut, kIv), Qt::ToolTipRole)));
        o.go(row, columnOf(kPut, kIv));
        QTest::keyClick(o.grid, Qt::Key_Space);
        QVERIFY(o.peeked());
        QVERIFY2(o.peeked()->accessibleDescription().contains(words), qPrintable(o.peeked()->accessibleDescription()));
    }

    void spacePeeksAtTheContractAndClosesAgain() {
        Opened o(m_chain, view());
        o.go(o.atmRow() + 1, columnOf(kCall, kMid));
        QTest::keyClick(o.grid, Qt::Key_Space);
        QVERIFY(o.peeked());
        const QString told = o.peeked()->accessibleDescription();
        for (const auto* what : {"Bid ", "Implied volatility ", "Theta ", "ACT/365", "Chance to end out of the money ", "Least it can be worth ",
                                 "Own position none", "Source "})
            QVERIFY2(told.contains(QString::fromLatin1(what)), qPrintable(told));
        QVERIFY(o.peeked()->accessibleName().contains(QStringLiteral("call")));
        QTest::keyClick(o.peeked(), Qt::Key_Space);
        QTRY_VERIFY(!o.peeked());
        QVERIFY(o.port.sent.empty());
    }

    void thePeekShowsTheAgeOfItsQuoteAndLooksStaleWhenItIs() {
        Opened o(m_chain, view());
        o.go(o.atmRow() + 1, columnOf(kCall, kMid));
        QTest::keyClick(o.grid, Qt::Key_Space);
        QVERIFY(o.peeked());
        QCOMPARE(o.peeked()->ageWords(), QStringLiteral("quoted 0s ago"));
        const auto struck = [&](bool (QFont::*how)() const) {
            int count = 0;
            for (const auto* label : o.peeked()->findChildren<QLabel*>()) count += (label->font().*how)();
            return count;
        };
        QCOMPARE(struck(&QFont::italic) + struck(&QFont::strikeOut), 0);
        o.screen.setView(view(14)); // the feed is cut while it is open
        QVERIFY2(o.peeked()->ageWords().contains(QStringLiteral("STALE: quoted 14s ago")), qPrintable(o.peeked()->ageWords()));
        QVERIFY(o.peeked()->accessibleDescription().startsWith(QStringLiteral("▲ STALE")));
        QVERIFY(struck(&QFont::italic) > 20 && struck(&QFont::strikeOut) == 0);
        o.screen.setView(view(40));
        QVERIFY(o.peeked()->ageWords().contains(QStringLiteral("DEAD: quoted 40s ago")));
        QVERIFY(struck(&QFont::strikeOut) > 20 && struck(&QFont::italic) == 0);
        o.screen.setView(view(5));
        QVERIFY(o.peeked()->ageWords().contains(QStringLiteral("AGING: quoted 5s ago")));
        QCOMPARE(struck(&QFont::italic) + struck(&QFont::strikeOut), 0);
    }

    void thePeekTakesTheValuesOfTheNextChain() {
        Opened o(m_chain, view());
        o.go(o.atmRow() + 1, columnOf(kCall, kMid));
        QTest::keyClick(o.grid, Qt::Key_Space);
        auto options = std::make_shared<market::OptionChain>(*m_chain->chain);
        auto priced = std::make_shared<pricing::PricedChain>(*m_chain);
        for (std::size_t r = 0; r < options->size(); ++r) options->bid[r] = options->ask[r] - 10'000;
        for (auto& a : options->askSize) a = 777;
        options->time += std::chrono::seconds(5);
        priced->chain = options;
        auto later = view();
        later->at.utc += std::chrono::seconds(5);
        QVERIFY(!o.peeked()->accessibleDescription().contains(QStringLiteral("777 contracts")));
        o.screen.setView(later);
        QVERIFY(o.peeked()->ageWords().contains(QStringLiteral("5s")));
        o.screen.setChain(priced);
        QVERIFY2(o.peeked()->accessibleDescription().contains(QStringLiteral("777 contracts")), qPrintable(o.peeked()->accessibleDescription()));
        QCOMPARE(o.peeked()->ageWords(), QStringLiteral("quoted 0s ago"));
    }

    void theChainIsAskedForAgainWhenItIsShownAgain() {
        Opened o(m_chain, view());
        o.screen.hide();
        o.port.watched = "QQQ"; // the builder looked at another one
        o.screen.show();
        QCOMPARE(o.port.watched, std::string("SPY"));
    }

    void aCellIsSpokenWithItsContract() {
        Opened o(m_chain, view());
        QAbstractItemModelTester tester(o.grid->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        const int row = o.atmRow();
        const QString strike = format::number(o.grid->model()->index(row, kStrikeColumn).data(GridModel::SortRole).toDouble(), 2);
        QVERIFY(o.cell(row, columnOf(kPut, kBid), Qt::AccessibleTextRole).startsWith(QStringLiteral("put %1, Bid, ").arg(strike)));
        QVERIFY(o.cell(row, columnOf(kCall, kAsk), Qt::AccessibleTextRole).startsWith(QStringLiteral("call %1, Ask, ").arg(strike)));
    }

    void theThetaHeadNamesItsClock() {
        Opened o(m_chain, view());
        for (const auto side : {kCall, kPut})
            QVERIFY(
                o.grid->model()
                    ->headerData(columnOf(side, kTheta), Qt::Horizontal, Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("calendar day")) &&
                o.grid->model()->headerData(columnOf(side, kTheta), Qt::Horizontal, Qt::ToolTipRole).toString().contains(QStringLiteral("ACT/365")));
    }

    void theKeysSayWhatIsDone() {
        Opened o(m_chain, view());
        QString all;
        for (const auto& [key, what] : o.screen.keys()) all += key + QLatin1Char(' ') + what + QLatin1Char('\n');
        for (const auto* what : {"Shift+B / S the same of the other side", "Space ", "D other columns"})
            QVERIFY2(all.contains(QString::fromLatin1(what)), qPrintable(all));
    }
};

QTEST_MAIN(ChainTest)
#include "tst_ui_chain.moc"
