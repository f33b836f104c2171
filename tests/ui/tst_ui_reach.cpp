#include <QApplication>
#include <QChartView>
#include <QLineEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTest>

#include "builder_scene.h"
#include "ui/charts/heat_map.h"
#include "ui/models/grid_view.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using namespace mahler::ui::testing;

/// No mouse needed (UX 1.8, 7, 8.10): every grid and chart is reached by Tab, seen to be there, named, and explains its numbers.
class ReachTest : public QObject {
    Q_OBJECT

    ChainPtr m_chain;
    std::unique_ptr<FakePort> m_port;
    std::unique_ptr<MainWindow> m_window;

    static bool isPane(const QWidget& w) {
        return qobject_cast<const GridView*>(&w) || qobject_cast<const QChartView*>(&w) || qobject_cast<const HeatMap*>(&w) ||
               qobject_cast<const QTabBar*>(&w) || qobject_cast<const QPushButton*>(&w) || qobject_cast<const QLineEdit*>(&w);
    }
    static QString nameOf(const QWidget& w) { return QStringLiteral("%1 “%2”").arg(QLatin1String(w.metaObject()->className()), w.accessibleName()); }
    Screen& shown(const QString& id) const {
        m_window->showScreen(id);
        QCoreApplication::processEvents();
        return *m_window->screen(id);
    }
    /// Every widget the key comes to before it is round.
    static QList<QWidget*> walk(MainWindow& window, Qt::Key key) {
        QList<QWidget*> seen;
        for (int i = 0; i < 200; ++i) {
            auto* now = window.focusWidget();
            if (now && seen.contains(now)) break;
            if (now) seen << now;
            QTest::keyClick(now ? now : &window, key, key == Qt::Key_Backtab ? Qt::ShiftModifier : Qt::NoModifier);
        }
        return seen;
    }

private Q_SLOTS:
    void initTestCase() {
        applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark);
        m_chain = simulatedSpy();
        QVERIFY(m_chain);
        m_port = std::make_unique<FakePort>();
        m_window = std::make_unique<MainWindow>(*m_port, QString());
        m_window->resize(1366, 768);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_window->setView(quietViewAt(m_chain));
        m_window->setChain(m_chain);
    }
    void cleanupTestCase() { m_window.reset(); }

    void everyScreenIsReachedByTab_data() {
        QTest::addColumn<QString>("id");
        for (const auto& id : m_window->screenIds()) QTest::newRow(qPrintable(id)) << id;
    }
    void everyScreenIsReachedByTab() {
        QFETCH(QString, id);
        auto& screen = shown(id);
        for (const auto key : {Qt::Key_Tab, Qt::Key_Backtab}) {
            const auto seen = walk(*m_window, key);
            for (auto* w : screen.findChildren<QWidget*>())
                if (isPane(*w) && w->isVisible() && w->isEnabled()) QVERIFY2(seen.contains(w), qPrintable(nameOf(*w)));
        }
    }

    void theFocusIsSeenWhereverItIs_data() { everyScreenIsReachedByTab_data(); }
    void theFocusIsSeenWhereverItIs() {
        QFETCH(QString, id);
        shown(id);
        for (auto* w : walk(*m_window, Qt::Key_Tab)) {
            w->setFocus(Qt::TabFocusReason);
            const QRect where = QRect(w->mapTo(m_window.get(), QPoint()), w->size()).adjusted(-4, -4, 4, 4);
            const QImage with = m_window->grab(where).toImage();
            w->clearFocus();
            const QImage without = m_window->grab(where).toImage();
            w->setFocus(Qt::TabFocusReason);
            QVERIFY2(with != without, qPrintable(nameOf(*w)));
        }
    }

    void everyGridHasANameAnEmptyTextAndUnits_data() { everyScreenIsReachedByTab_data(); }
    void everyGridHasANameAnEmptyTextAndUnits() {
        QFETCH(QString, id);
        auto& screen = shown(id);
        QStringList missing;
        for (auto* grid : screen.findChildren<GridView*>()) {
            if (grid->accessibleName().isEmpty()) missing << QStringLiteral("a grid without a name");
            if (grid->emptyText().isEmpty()) missing << QStringLiteral("%1: no empty text").arg(grid->accessibleName());
            const auto* model = grid->model();
            for (int c = 0; c < model->columnCount(); ++c) {
                const QString head = model->headerData(c, Qt::Horizontal).toString();
                const bool number = model->headerData(c, Qt::Horizontal, Qt::TextAlignmentRole).toInt() & Qt::AlignRight;
                if (number && !head.isEmpty() && model->headerData(c, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty())
                    missing << QStringLiteral("%1: “%2” without unit").arg(grid->accessibleName(), head);
            }
        }
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join(QStringLiteral("; "))));
    }

    void everythingThatTakesTheFocusHasAName_data() { everyScreenIsReachedByTab_data(); }
    void everythingThatTakesTheFocusHasAName() {
        QFETCH(QString, id);
        shown(id);
        QStringList missing;
        for (auto* w : walk(*m_window, Qt::Key_Tab)) {
            const auto* button = qobject_cast<QAbstractButton*>(w); // a button's words are its name
            if (w->accessibleName().isEmpty() && !(button && !button->text().isEmpty())) missing << nameOf(*w) + w->objectName();
        }
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join(QStringLiteral("; "))));
    }

    void f6GoesRoundThePanesBothWays() {
        shown(QStringLiteral("positions"));
        const auto paneOf = [&] {
            for (auto* w = m_window->focusWidget(); w; w = w->parentWidget())
                if (w == m_window->screen(QStringLiteral("positions")) || w == m_window->rail() || w->objectName() == QLatin1String("nav") ||
                    w->objectName() == QLatin1String("strip"))
                    return w;
            return static_cast<QWidget*>(nullptr);
        };
        for (const int step : {1, -1}) {
            QList<QWidget*> seen;
            for (int i = 0; i < 4; ++i) {
                QVERIFY(paneOf());
                if (!seen.contains(paneOf())) seen << paneOf();
                m_window->movePane(step);
            }
            QVERIFY2(seen.size() >= 3, qPrintable(QString::number(seen.size()))); // the approvals may have nothing to stand on
        }
    }
};

QTEST_MAIN(ReachTest)
#include "tst_ui_reach.moc"
