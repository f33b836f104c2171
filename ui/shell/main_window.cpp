#include "ui/shell/main_window.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QVBoxLayout>

#include "ui/screens/volatility_screen.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

MainWindow::MainWindow(DeskPort& port, const QString& settingsPath, QWidget* parent)
    : QMainWindow(parent), m_port(port), m_settingsPath(settingsPath), m_haltFilter(new HaltFilter(port, this)), m_haltBar(new HaltBar(port)),
      m_strip(new StatusStrip(port)), m_rail(new ApprovalsRail), m_stack(new QStackedWidget), m_nav(new QFrame), m_banner(new QLabel) {
    setMinimumSize(1024, 640);
    auto* nav = new QVBoxLayout(m_nav);
    nav->setContentsMargins(2, 6, 2, 6);
    nav->setSpacing(2);
    m_nav->setFixedWidth(44);
    m_nav->setObjectName(QStringLiteral("nav"));
    m_nav->setStyleSheet(QStringLiteral("#nav { background: %1; border-right: 1px solid %2; }").arg(color(Token::Panel).name(), color(Token::Grid).name()));

    addScreen(m_chain = new ChainScreen(port), tr("Chain", "44 px wide button"), QKeySequence(Qt::Key_F3));
    addScreen(m_builder = new BuilderScreen(port), tr("Build", "44 px wide button"), QKeySequence(Qt::Key_F4));
    addScreen(new PositionsScreen(port), tr("Book", "44 px wide button"), QKeySequence(Qt::Key_F7));
    addScreen(m_debate = new DebateScreen(port), tr("Debate", "44 px wide button"), QKeySequence(Qt::Key_F8));
    addScreen(new OrdersScreen(port), tr("Orders", "44 px wide button"), QKeySequence(Qt::Key_F9));
    addScreen(new OpportunitiesScreen(port), tr("Scan", "44 px wide button"), QKeySequence(Qt::Key_F10));
    auto* breakers = new BreakersScreen(port);
    addScreen(breakers, tr("Halts", "44 px wide button"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A));
    addScreen(new VolatilityScreen(port), tr("Vol", "44 px wide button"), QKeySequence(Qt::Key_F11));
    addScreen(m_journal = new JournalScreen(port), tr("Log", "44 px wide button"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F));
    nav->addStretch(1);

    m_banner->setTextFormat(Qt::PlainText);
    m_banner->setAlignment(Qt::AlignCenter);
    m_banner->setStyleSheet(QStringLiteral("background: %1; color: %2; font-weight: bold; padding: 5px;").arg(color(Token::Halt).name(), color(Token::HaltText).name()));
    m_banner->hide();
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_nav);
    middle->addWidget(m_stack, 1);
    middle->addWidget(m_rail);
    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_haltBar);
    layout->addWidget(m_banner);
    layout->addLayout(middle, 1);
    layout->addWidget(m_strip);
    setCentralWidget(centre);
    m_prompt = new ApprovalPrompt(port, centre);
    m_resume = new ResumeDialog(port, this);
    connect(m_rail, &ApprovalsRail::opened, this, &MainWindow::openApproval);
    connect(m_prompt, &ApprovalPrompt::debateRequested, this, [this](const QString& cycle) {
        m_debate->showCycle(cycle);
        showScreen(m_debate->id());
        m_prompt->hide();
    });
    connect(breakers, &BreakersScreen::resumeRequested, m_resume, &QDialog::open);
    connect(&port, &DeskPort::viewReady, this, &MainWindow::setView);
    connect(&port, &DeskPort::chainReady, this, &MainWindow::setChain);
    connect(&port, &DeskPort::deliberationReady, this, &MainWindow::setDeliberation);
    makeMenus();
    if (QSystemTrayIcon::isSystemTrayAvailable()) {
        m_tray = std::make_unique<QSystemTrayIcon>(windowIcon());
        auto* menu = new QMenu(this);
        menu->addAction(tr("HALT"), this, [this] { m_port.halt("tray"); });
        menu->addAction(tr("Show Mahler"), this, [this] {
            showNormal();
            activateWindow();
        });
        m_tray->setContextMenu(menu);
        m_tray->show();
    }
    restoreLayout();
}

MainWindow::~MainWindow() = default;

void MainWindow::addScreen(Screen* screen, const QString& icon, const QKeySequence& key) {
    m_stack->addWidget(screen);
    m_screens.push_back(screen);
    auto* button = new QToolButton;
    button->setText(icon);
    button->setCheckable(true);
    button->setFixedSize(40, 34);
    button->setStyleSheet(QStringLiteral("font-size: 10px; padding: 0;"));
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(tr("%1  (%2)").arg(screen->title(), key.toString(QKeySequence::NativeText)));
    button->setAccessibleName(screen->title());
    m_nav->layout()->addWidget(button);
    m_buttons.push_back(button);
    const QString id = screen->id();
    connect(button, &QToolButton::clicked, this, [this, id] { showScreen(id); });
    connect(screen, &Screen::builderRequested, this, [this](const portfolio::ComboOrder& draft) {
        m_builder->setDraft(draft);
        showScreen(m_builder->id());
    });
    connect(screen, &Screen::screenRequested, this, &MainWindow::showScreen);
    connect(screen, &Screen::deliberationRequested, this, [this](const QString& cycle) {
        m_debate->showCycle(cycle);
        showScreen(m_debate->id());
    });
    connect(screen, &Screen::journalRequested, this, [this](const QString& correlation) {
        showScreen(m_journal->id());
        m_journal->search(QStringLiteral("id:") + correlation);
    });
}

void MainWindow::makeMenus() {
    auto* desk = menuBar()->addMenu(tr("&Desk"));
    desk->addAction(tr("Halt"), this, [this] { m_port.halt("menu"); })->setToolTip(tr("F12"));
    desk->addAction(tr("Resume…"), m_resume, &QDialog::open);
    auto* cancel = desk->addAction(tr("Cancel opening orders"), this, [this] {
        if (m_view)
            m_port.send(desk::CancelOpening{m_view->user.id});
    });
    cancel->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_X));
    auto* run = desk->addAction(tr("Run a cycle on every underlying"), this, [this] {
        if (m_view)
            for (const auto& u : m_view->underlyings)
                m_port.runCycle(u.quote.symbol);
    });
    run->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_R));
    desk->addSeparator();
    desk->addAction(tr("Quit"), this, &QWidget::close)->setShortcut(QKeySequence::Quit);
    auto* view = menuBar()->addMenu(tr("&View"));
    const QKeySequence keys[] = {QKeySequence(Qt::Key_F3), QKeySequence(Qt::Key_F4), QKeySequence(Qt::Key_F7), QKeySequence(Qt::Key_F8), QKeySequence(Qt::Key_F9),
                                 QKeySequence(Qt::Key_F10), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A), QKeySequence(Qt::Key_F11),
                                 QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F)};
    int i = 0;
    for (auto* s : m_screens) {
        auto* action = view->addAction(s->title(), this, [this, id = s->id()] { showScreen(id); });
        action->setShortcut(keys[i++]);
    }
    view->addSeparator();
    const std::pair<QString, QString> workspaces[] = {{tr("Workspace: Trade"), QStringLiteral("chain")}, {tr("Workspace: Risk"), QStringLiteral("positions")},
                                                      {tr("Workspace: Review"), QStringLiteral("journal")}, {tr("Workspace: Research"), QStringLiteral("volatility")}};
    for (int n = 0; n < 4; ++n) {
        auto* action = view->addAction(workspaces[n].first, this, [this, id = workspaces[n].second] { showScreen(id); });
        action->setShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(n + 1)));
    }
    auto* approvals = view->addAction(tr("Most urgent approval"), this, [this] {
        if (m_view && !m_view->approvals.empty())
            openApproval(format::text(m_view->approvals.front().request.id.str()));
    });
    approvals->setShortcut(QKeySequence(Qt::Key_F2));
    auto* acknowledge = view->addAction(tr("Acknowledge alarms"), this, [this] {
        m_acknowledged = m_banner->text();
        m_banner->hide();
    });
    acknowledge->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Period));
    view->addAction(tr("Command palette"), this, &MainWindow::openPalette)->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_K));
    auto* theme = view->addAction(tr("Dark theme"));
    theme->setCheckable(true);
    theme->setChecked(currentTheme() == ThemeKind::Dark);
    connect(theme, &QAction::toggled, this, [](bool dark) { applyTheme(*static_cast<QApplication*>(QApplication::instance()), dark ? ThemeKind::Dark : ThemeKind::Light); });
    auto* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("Keys of this pane"), this, &MainWindow::showKeys)->setShortcut(QKeySequence(Qt::Key_F1));
}

void MainWindow::showKeys() {
    QString text = tr("F12, Pause, Ctrl+Shift+H   halt everything\nF2   most urgent approval\nF3 chain   F4 builder   F7 positions   F8 debate   F9 orders\nCtrl+K   command palette\nCtrl+R   run a cycle\n\n");
    if (auto* s = screen(currentScreen()))
        for (const auto& [key, what] : s->keys())
            text += key + QStringLiteral("   ") + what + QLatin1Char('\n');
    auto* box = new QDialog(this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(tr("Keys"));
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    auto* layout = new QVBoxLayout(box);
    layout->addWidget(label);
    box->open();
}

void MainWindow::openPalette() {
    QStringList names;
    QList<QAction*> actions;
    for (auto* menu : menuBar()->findChildren<QMenu*>())
        for (auto* action : menu->actions())
            if (!action->isSeparator() && !action->text().isEmpty()) {
                names << action->text() + (action->shortcut().isEmpty() ? QString() : QStringLiteral("   ") + action->shortcut().toString(QKeySequence::NativeText));
                actions << action;
            }
    auto* palette = new QInputDialog(this);
    palette->setAttribute(Qt::WA_DeleteOnClose);
    palette->setWindowTitle(tr("Command palette"));
    palette->setLabelText(tr("Command"));
    palette->setComboBoxItems(names);
    palette->setComboBoxEditable(true);
    connect(palette, &QInputDialog::textValueSelected, this, [names, actions](const QString& chosen) {
        for (int i = 0; i < names.size(); ++i)
            if (names[i] == chosen || names[i].contains(chosen, Qt::CaseInsensitive))
                return actions[i]->trigger();
    });
    palette->open();
}

void MainWindow::showScreen(const QString& id) {
    for (int i = 0; i < m_screens.size(); ++i) {
        m_buttons[i]->setChecked(m_screens[i]->id() == id);
        if (m_screens[i]->id() == id) {
            m_stack->setCurrentWidget(m_screens[i]);
            if (m_view)
                m_screens[i]->setView(m_view);
        }
    }
}

QString MainWindow::currentScreen() const {
    const auto* s = qobject_cast<Screen*>(m_stack->currentWidget());
    return s ? s->id() : QString();
}

QStringList MainWindow::screenIds() const {
    QStringList ids;
    for (const auto* s : m_screens)
        ids << s->id();
    return ids;
}

Screen* MainWindow::screen(const QString& id) const {
    for (auto* s : m_screens)
        if (s->id() == id)
            return s;
    return nullptr;
}

void MainWindow::openApproval(const QString& approvalId) {
    if (!m_view)
        return;
    m_prompt->show(approvalId, m_view);
    placePrompt();
    m_prompt->setFocus(); // the person asked for it; a request that arrives by itself takes no focus
}

void MainWindow::setView(const ViewPtr& view) {
    m_view = view;
    m_haltBar->setView(view);
    m_strip->setView(view);
    m_rail->setView(view);
    for (auto* s : m_screens)
        if (s == m_stack->currentWidget() || s == m_chain || s == m_builder)
            s->setView(view);
    m_prompt->setView(view);
    if (m_resume->isVisible())
        m_resume->setView(view);
    else if (!view->latches.empty())
        m_resume->setView(view);
    setWindowTitle(view->state == desk::RunState::Running ? tr("Mahler  %1  %2").arg(format::text(view->environment), format::text(view->accountName))
                                                          : tr("%1  %2  Mahler").arg(QLatin1String(desk::toString(view->state)), format::text(view->haltReason)));
    QString critical;
    for (const auto& n : view->notices)
        if (n.level == desk::NoticeView::Level::Critical) {
            critical = tr("▲ %1  %2   (Ctrl+. acknowledges)").arg(format::timeNewYork(n.at), format::text(n.text));
            break;
        }
    m_banner->setText(critical);
    m_banner->setVisible(!critical.isEmpty() && critical != m_acknowledged);
}

void MainWindow::setChain(const ChainPtr& chain) {
    for (auto* s : m_screens)
        if (s == m_stack->currentWidget() || s == m_chain || s == m_builder)
            s->setChain(chain);
        else if (s->id() == QLatin1String("volatility"))
            s->setChain(chain);
}

void MainWindow::setDeliberation(const DeliberationPtr& deliberation) {
    for (auto* s : m_screens)
        s->setDeliberation(deliberation);
}

void MainWindow::placePrompt() {
    const QRect area = m_stack->geometry().united(m_nav->geometry());
    const int width = std::min(area.width() - 12, 1180), height = std::min(m_stack->height() - 4, 720);
    m_prompt->setGeometry(m_stack->x() + (m_stack->width() - std::min(width, m_stack->width() - 12)) / 2, m_stack->y() + 2, std::min(width, m_stack->width() - 12), height);
    m_prompt->raise();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    if (m_prompt && m_prompt->isVisible())
        placePrompt();
}

void MainWindow::restoreLayout() {
    QString wanted = QStringLiteral("chain");
    if (!m_settingsPath.isEmpty()) {
        const QSettings settings(m_settingsPath, QSettings::IniFormat);
        if (settings.status() == QSettings::NoError) {
            const QByteArray geometry = settings.value(QStringLiteral("window/geometry")).toByteArray();
            if (geometry.isEmpty() || !restoreGeometry(geometry))
                resize(1440, 860);
            const QString saved = settings.value(QStringLiteral("window/screen")).toString();
            if (screen(saved))
                wanted = saved;
        }
    } else {
        resize(1440, 860);
    }
    showScreen(wanted);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!m_settingsPath.isEmpty()) {
        QSettings settings(m_settingsPath, QSettings::IniFormat);
        settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
        settings.setValue(QStringLiteral("window/screen"), currentScreen());
    }
    event->accept();
}

} // namespace mahler::ui
