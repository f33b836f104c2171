#include "ui/shell/main_window.h"

#include <QAbstractScrollArea>
#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QScreen>
#include <QVBoxLayout>
#include <QWindow>

#include "ui/screens/attribution_screen.h"
#include "ui/screens/breaker_map_screen.h"
#include "ui/screens/evidence_layer.h"
#include "ui/screens/scenario_screen.h"
#include "ui/screens/volatility_screen.h"
#include "ui/shell/layer_placement.h"
#include "ui/shell/layers.h"
#include "ui/shell/window_fit.h"
#include "ui/theme/format.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

QStringList factoryWorkspaces() { // 1 Trade, 2 Risk, 3 Review, 4 Research; 5 to 9 are the user's
    return {QStringLiteral("chain"),      QStringLiteral("scenario"),      QStringLiteral("journal"),
            QStringLiteral("volatility"), QStringLiteral("opportunities"), QStringLiteral("orders"),
            QStringLiteral("debate"),     QStringLiteral("positions"),     QStringLiteral("breakers")};
}

/// The name of a screen's action: "breaker-map" is "breaker_map" in config.json.
QString actionOf(const Screen& screen) { return screen.id().replace(QLatin1Char('-'), QLatin1Char('_')); }

} // namespace

MainWindow::MainWindow(DeskPort& port, const QString& settingsPath, QWidget* parent)
    : QMainWindow(parent), m_port(port), m_settingsPath(settingsPath), m_keys(port.settings().keys), m_haltFilter(new HaltFilter(port, this)),
      m_haltBar(new HaltBar(port)), m_strip(new StatusStrip(port)), m_rail(new ApprovalsRail), m_stack(new QStackedWidget), m_nav(new QFrame),
      m_banner(new AlarmBanner) {
    setMinimumSize(1024, 640);
    m_haltFilter->addKeys(m_keys.of(QStringLiteral("halt")));
    m_banner->setAcknowledgeKey(keyText(m_keys.of(QStringLiteral("acknowledge"))));
    auto* nav = new QVBoxLayout(m_nav);
    nav->setContentsMargins(0, 4, 0, 4);
    nav->setSpacing(2);
    m_nav->setFixedWidth(44);
    m_nav->setObjectName(QStringLiteral("nav"));
    m_nav->setAccessibleName(tr("Screens"));
    setWindowIcon(lineIcon(QStringLiteral("mahler")));
    m_workspaceScreens = factoryWorkspaces();

    addScreen(m_chain = new ChainScreen(port), tr("Chain", "44 px wide button"));
    addScreen(m_builder = new BuilderScreen(port), tr("Builder", "44 px wide button"));
    addScreen(m_positions = new PositionsScreen(port), tr("Pos", "44 px wide button"));
    addScreen(new ScenarioScreen(port), tr("VaR", "44 px wide button"));
    addScreen(new BreakerMapScreen(port), tr("Map", "44 px wide button"));
    addScreen(new AttributionScreen(port), tr("P&&L", "44 px wide button"));
    addScreen(m_debate = new DebateScreen(port), tr("Debate", "44 px wide button"));
    addScreen(new OrdersScreen(port), tr("Orders", "44 px wide button"));
    addScreen(new OpportunitiesScreen(port), tr("Scan", "44 px wide button"));
    auto* breakers = new BreakersScreen(port);
    addScreen(breakers, tr("Limits", "44 px wide button"));
    addScreen(new VolatilityScreen(port), tr("Vol", "44 px wide button"));
    addScreen(m_journal = new JournalScreen(port), tr("Journal", "44 px wide button"));
    nav->addStretch(1);

    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_nav);
    auto* pane = new QVBoxLayout;
    pane->setSpacing(0);
    pane->addWidget(m_find = new FindBar);
    pane->addWidget(m_stack, 1);
    middle->addLayout(pane, 1);
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
    connect(m_haltFilter, &HaltFilter::halted, m_haltBar, &HaltBar::showPressed);
    m_prompt = new ApprovalPrompt(port, centre);
    new LayerPlacement(*m_haltBar);
    m_resume = new ResumeDialog(port, this);
    m_settings = new SettingsDialog(port, this);
    connect(m_rail, &ApprovalsRail::opened, this, &MainWindow::openApproval);
    connect(m_prompt, &ApprovalPrompt::debateRequested, this, [this](const QString& cycle) {
        m_debate->showCycle(cycle);
        showScreen(m_debate->id());
        m_prompt->hide();
        watchRisk();
    });
    connect(m_prompt, &ApprovalPrompt::closed, this, &MainWindow::watchRisk);
    connect(m_prompt, &ApprovalPrompt::whatIfRequested, this, [this] {
        m_prompt->hide(); // F2 brings it back; nothing is decided meanwhile
        showScreen(QStringLiteral("breaker-map"));
    });
    connect(m_prompt, &ApprovalPrompt::evidenceRequested, this, [this, &port](const QString& cycle) {
        m_evidenceOf = cycle;
        port.requestDeliberation(cycle.toStdString());
    });
    connect(m_banner, &AlarmBanner::assignmentWanted, this, &MainWindow::goToAssignment);
    connect(m_strip, &StatusStrip::longestStallChanged, breakers, &BreakersScreen::setLongestStall);
    connect(breakers, &BreakersScreen::flattenRequested, this, &MainWindow::askFlatten);
    connect(breakers, &BreakersScreen::resumeRequested, m_resume, [this] { openLayer(*m_resume); });
    connect(&port, &DeskPort::viewReady, this, &MainWindow::setView);
    connect(&port, &DeskPort::chainReady, this, &MainWindow::setChain);
    connect(&port, &DeskPort::riskReady, this, &MainWindow::setRisk);
    connect(&port, &DeskPort::deliberationReady, this, &MainWindow::setDeliberation);
    connect(&port, &DeskPort::failed, this, [this](const QString& what) { m_strip->say(tr("▲ Did not work: %1").arg(what)); });
    connect(m_prompt, &ApprovalPrompt::focusGivenBack, this, [this] {
        auto* shown = qobject_cast<Screen*>(m_stack->currentWidget());
        if (auto* back = m_focusBefore ? m_focusBefore.data() : shown && shown->mainPane() ? shown->mainPane() : shown) back->setFocus();
    });
    auto* sound = new AlarmSound([] { QApplication::beep(); }, this);
    m_alerts = new RequestAlerts(*centre);
    sound->setApprovalsAudible(port.settings().sounds.approvals);
    connect(m_banner, &AlarmBanner::standsChanged, sound, &AlarmSound::setCritical);
    connect(m_alerts, &RequestAlerts::appeared, sound, &AlarmSound::requestAppeared);
    const auto showPhone = [this](const SettingsValues& now) {
        m_haltBar->setBrokerPhone(format::text(now.brokerPhone));
        m_banner->setBrokerPhone(format::text(now.brokerPhone));
    };
    showPhone(port.settings());
    connect(&port, &DeskPort::settingsSaved, this, showPhone);
    connect(&port, &DeskPort::settingsSaved, sound, [sound](const SettingsValues& now) { sound->setApprovalsAudible(now.sounds.approvals); });
    m_mini = new MiniHalt(port, this);
    connect(m_mini, &MiniHalt::windowRequested, this, [this] {
        showNormal();
        activateWindow();
    });
    makeMenus();
    makeTray();
    restoreLayout();
}

MainWindow::~MainWindow() = default;

void MainWindow::makeTray() {
    if (!QSystemTrayIcon::isSystemTrayAvailable()) return;
    m_tray = std::make_unique<QSystemTrayIcon>(windowIcon());
    auto* menu = new QMenu(this);
    menu->addAction(tr("HALT"), this, [this] { m_port.halt("tray"); });
    menu->addSeparator();
    menu->addAction(tr("Show Mahler"), this, [this] {
        showNormal();
        activateWindow();
    });
    m_tray->setContextMenu(menu);
    m_tray->show();
}

void MainWindow::bind(QAction* action, const char* name) const { action->setShortcuts(m_keys.of(QString::fromLatin1(name))); }

void MainWindow::addScreen(Screen* screen, const QString& icon) {
    m_stack->addWidget(screen);
    m_screens.push_back(screen);
    auto* button = new QToolButton;
    button->setText(icon);
    button->setIcon(lineIcon(screen->id()));
    button->setIconSize(QSize(20, 20));
    button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    button->setCheckable(true);
    button->setFixedSize(43, 43); // twelve of them fit the lowest window
    button->setFocusPolicy(Qt::TabFocus);
    const QString key = keyText(m_keys.of(actionOf(*screen)));
    button->setToolTip(key.isEmpty() ? screen->title() : tr("%1  (%2)").arg(screen->title(), key));
    button->setAccessibleName(screen->title());
    m_nav->layout()->addWidget(button);
    m_buttons.push_back(button);
    const QString id = screen->id();
    connect(button, &QToolButton::clicked, this, [this, id] { openScreen(id); });
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

void MainWindow::sendOrSay(desk::Command command) {
    if (!m_port.send(std::move(command))) m_strip->say(tr("The desk is busy; nothing was sent. Try again"));
}

void MainWindow::confirmCancelOpening() {
    if (!m_view) return;
    int working = 0;
    for (const auto& o : m_view->orders) working += !execution::isTerminal(o.order.state) && o.order.combo.intent == portfolio::OrderIntent::Open;
    if (working == 0) return m_strip->say(tr("No opening order is working"));
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Cancel opening orders"),
                                tr("Cancel %n working opening order(s)? Positions and exits stay as they are.", nullptr, working),
                                QMessageBox::NoButton, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    auto* cancel = box->addButton(tr("Cancel them"), QMessageBox::AcceptRole);
    box->setDefaultButton(box->addButton(tr("Leave them"), QMessageBox::RejectRole));
    connect(cancel, &QAbstractButton::clicked, this, [this] { sendOrSay(desk::CancelOpening{m_view->user.id}); });
    openLayer(*box);
}

void MainWindow::askFlatten() {
    if (!m_view) return;
    if (m_view->positions.empty()) return m_strip->say(tr("No position is open: there is nothing to close"));
    auto* ask = new QInputDialog(this);
    ask->setAttribute(Qt::WA_DeleteOnClose);
    ask->setWindowTitle(tr("Close every position"));
    ask->setLabelText(tr("Every position is closed as one plan. Type FLATTEN to do it."));
    connect(ask, &QInputDialog::textValueSelected, this, [this](const QString& typed) {
        sendOrSay(desk::Flatten{m_view->user.id, typed.toStdString()});
    });
    openLayer(*ask);
}

void MainWindow::makeDeskMenu() {
    auto* desk = menuBar()->addMenu(tr("&Desk"));
    // Its keys belong to the halt filter, which works where no shortcut does: the menu only says them.
    desk->addAction(tr("Halt") + QLatin1Char('\t') + keyText(m_keys.of(QStringLiteral("halt"))), this, [this] { m_port.halt("menu"); });
    desk->addAction(tr("Resume…"), m_resume, [this] { openLayer(*m_resume); });
    bind(desk->addAction(tr("Cancel opening orders…"), this, &MainWindow::confirmCancelOpening), "cancel_opening");
    desk->addAction(tr("Flatten…"), this, &MainWindow::askFlatten);
    auto* run = desk->addAction(tr("Run a cycle on every underlying"), this, [this] {
        if (m_view)
            for (const auto& u : m_view->underlyings) m_port.runCycle(u.quote.symbol);
    });
    bind(run, "run_cycle");
    desk->addSeparator();
    bind(desk->addAction(tr("Quit"), this, &QWidget::close), "quit");
}

void MainWindow::makeMenus() {
    makeDeskMenu();
    auto* view = menuBar()->addMenu(tr("&View"));
    for (auto* s : m_screens) {
        auto* action = view->addAction(s->title().replace(QLatin1Char('&'), QLatin1String("&&")), this, [this, id = s->id()] { openScreen(id); });
        action->setShortcuts(m_keys.of(actionOf(*s)));
    }
    view->addSeparator();
    const QString workspaces[] = {tr("Workspace: Trade"), tr("Workspace: Risk"), tr("Workspace: Review"), tr("Workspace: Research")};
    for (int n = 1; n <= m_workspaceScreens.size(); ++n)
        view->addAction(n <= 4 ? workspaces[n - 1] : tr("Workspace: your own %1").arg(n), this, [this, n] { showWorkspace(n); })
            ->setShortcuts(m_keys.of(QStringLiteral("workspace_%1").arg(n)));
    view->addSeparator();
    bind(view->addAction(tr("Find in this pane"), this, &MainWindow::find), "find");
    bind(view->addAction(tr("Next pane"), this, [this] { movePane(1); }), "next_pane");
    bind(view->addAction(tr("Previous pane"), this, [this] { movePane(-1); }), "previous_pane");
    auto* approvals = view->addAction(tr("Most urgent approval"), this, [this] {
        if (m_view && !m_view->approvals.empty()) openApproval(format::text(m_view->approvals.front().request.id.str()));
    });
    bind(approvals, "approvals");
    bind(view->addAction(tr("Acknowledge alarms"), m_banner, &AlarmBanner::acknowledge), "acknowledge");
    view->addAction(tr("Assignment that waits for you"), this, &MainWindow::goToAssignment);
    bind(view->addAction(tr("Command palette"), this, &MainWindow::openPalette), "palette");
    m_miniAction = view->addAction(tr("Halt window on top"));
    m_miniAction->setCheckable(true);
    connect(m_miniAction, &QAction::toggled, m_mini, &QWidget::setVisible);
    auto* theme = view->addAction(tr("Dark theme"));
    theme->setCheckable(true);
    theme->setChecked(currentTheme() == ThemeKind::Dark);
    connect(theme, &QAction::toggled, this, [](bool dark) { applyTheme(*qApp, dark ? ThemeKind::Dark : ThemeKind::Light, currentLook().gainLoss); });
    connect(&m_port, &DeskPort::settingsSaved, this, [theme](const SettingsValues& now) {
        if (now.look == currentLook()) return;
        applyLook(*qApp, now.look);
        const QSignalBlocker quiet(theme);
        theme->setChecked(now.look.theme == ThemeKind::Dark);
    });
    view->addSeparator();
    bind(view->addAction(tr("Settings…"), this, [this] { m_settings->openWith(m_view); }), "settings");
    auto* help = menuBar()->addMenu(tr("&Help"));
    bind(help->addAction(tr("Keys of this pane"), this, &MainWindow::showKeys), "keys");
}

QList<QAction*> MainWindow::menuActions() const {
    QList<QAction*> actions;
    for (auto* top : menuBar()->actions())
        if (top->menu()) actions << top->menu()->actions();
    return actions;
}

void MainWindow::find() {
    auto* screen = qobject_cast<Screen*>(m_stack->currentWidget());
    if (screen && !screen->find()) m_find->open(screen);
}

void MainWindow::showKeys() {
    KeysLayer::Keys everywhere = {{keyText(m_keys.of(QStringLiteral("halt"))), tr("halt everything")}};
    for (const auto* action : menuActions())
        if (!action->shortcut().isEmpty()) everywhere << qMakePair(keyText(action->shortcuts()), withoutMnemonic(action->text()));
    QList<QPair<QString, KeysLayer::Keys>> groups = {{tr("EVERYWHERE"), everywhere}, {tr("APPROVAL"), m_prompt->keys()}};
    if (auto* s = screen(currentScreen()); s && !s->keys().isEmpty()) groups << qMakePair(s->title().toUpper(), s->keys());
    openLayer(*new KeysLayer(groups, this));
}

void MainWindow::openPalette() {
    auto* palette = new CommandPalette(menuActions(), this);
    for (const auto& user : m_view ? m_view->users : std::vector<approval::User>{})
        if (user.id != m_view->user.id)
            palette->add(tr("Act as %1").arg(format::text(user.name)), [this, id = user.id] { sendOrSay(desk::SwitchUser{id}); });
    openLayer(*palette);
}

void MainWindow::showWorkspace(int number) {
    if (number < 1 || number > m_workspaceScreens.size()) return;
    m_workspaceScreens[m_workspace - 1] = currentScreen();
    m_workspace = number;
    showScreen(m_workspaceScreens[number - 1]);
}

void MainWindow::movePane(int step) {
    const QList<QWidget*> panes = {m_nav, m_stack->currentWidget(), m_rail, m_strip};
    int at = 1;
    for (int i = 0; i < panes.size(); ++i)
        if (panes[i]->isAncestorOf(focusWidget()) || panes[i] == focusWidget()) at = i;
    for (int tries = 0; tries < panes.size(); ++tries) { // the approvals may have nothing to stand on
        at = (at + step + static_cast<int>(panes.size())) % static_cast<int>(panes.size());
        for (auto* child : panes[at]->findChildren<QWidget*>())
            if (child->isVisible() && child->isEnabled() && (child->focusPolicy() & Qt::TabFocus)) return child->setFocus(Qt::TabFocusReason);
    }
}

void MainWindow::showScreen(const QString& id) {
    m_find->close();
    for (int i = 0; i < m_screens.size(); ++i) {
        m_buttons[i]->setChecked(m_screens[i]->id() == id);
        if (m_screens[i]->id() == id) {
            if (m_view) m_screens[i]->setView(m_view); // first: rows keep the order they have when the focus or the pointer comes
            m_stack->setCurrentWidget(m_screens[i]);
            if (isActiveWindow() && !m_prompt->isVisible() && m_screens[i]->mainPane()) // the person asked for this screen: keys are for it
                m_screens[i]->mainPane()->setFocus(Qt::ShortcutFocusReason);
            else if (isActiveWindow() && !m_prompt->isVisible())
                for (auto* child : m_screens[i]->findChildren<QAbstractScrollArea*>())
                    if (child->isEnabled() && (child->focusPolicy() & Qt::TabFocus)) {
                        child->setFocus(Qt::ShortcutFocusReason);
                        break;
                    }
            if (m_riskView && m_screens[i]->showsRisk()) m_screens[i]->setRisk(m_riskView);
            watchRisk();
        }
    }
}

void MainWindow::openScreen(const QString& id) {
    if (id != m_builder->id() || currentScreen() == id || !m_chain->handOver()) showScreen(id);
}

void MainWindow::goToAssignment() {
    if (m_view && m_view->assignments.empty()) return m_strip->say(tr("No assignment waits for a person"));
    showScreen(m_positions->id());
    m_positions->goToAssignment();
}

void MainWindow::watchRisk() {
    const auto* front = qobject_cast<Screen*>(m_stack->currentWidget());
    m_port.watchRisk((front && front->showsRisk()) || m_prompt->isVisible());
}

QString MainWindow::currentScreen() const {
    const auto* s = qobject_cast<Screen*>(m_stack->currentWidget());
    return s ? s->id() : QString();
}

QStringList MainWindow::screenIds() const {
    QStringList ids;
    for (const auto* s : m_screens) ids << s->id();
    return ids;
}

Screen* MainWindow::screen(const QString& id) const {
    for (auto* s : m_screens)
        if (s->id() == id) return s;
    return nullptr;
}

void MainWindow::openApproval(const QString& approvalId) {
    if (!m_view) return;
    if (!m_prompt->isAncestorOf(focusWidget()) && focusWidget() != m_prompt) m_focusBefore = focusWidget();
    m_prompt->show(approvalId, m_view);
    if (!m_prompt->isVisible()) return;
    watchRisk();
    placePrompt();
    m_prompt->setFocus(); // the person asked for it; a request that arrives by itself takes no focus
}

void MainWindow::setView(const ViewPtr& view) {
    m_view = view;
    m_haltBar->setView(view);
    m_strip->setView(view);
    m_rail->setView(view);
    for (auto* s : m_screens)
        if (s == m_stack->currentWidget() || s == m_chain || s == m_builder) s->setView(view);
    m_mini->setView(view);
    m_prompt->setView(view);
    if (m_prompt->isVisible()) placePrompt(); // the rail may have changed its width
    if (m_resume->isVisible())
        m_resume->setView(view);
    else if (!view->latches.empty())
        m_resume->setView(view);
    setWindowTitle(view->state == desk::RunState::Running
                       ? tr("Mahler  %1  %2").arg(format::text(view->environment), format::text(view->accountName))
                       : tr("%1  %2  Mahler").arg(QLatin1String(desk::toString(view->state)), format::text(view->haltReason)));
    m_banner->setView(view);
    m_alerts->setView(view);
}

void MainWindow::setChain(const ChainPtr& chain) {
    for (auto* s : m_screens)
        if (s == m_stack->currentWidget() || s == m_chain || s == m_builder)
            s->setChain(chain);
        else if (s->id() == QLatin1String("volatility"))
            s->setChain(chain);
}

void MainWindow::setRisk(const RiskPtr& risk) {
    m_riskView = risk;
    m_prompt->setRisk(risk);
    if (auto* front = qobject_cast<Screen*>(m_stack->currentWidget())) front->setRisk(risk);
}

void MainWindow::setDeliberation(const DeliberationPtr& deliberation) {
    for (auto* s : m_screens) s->setDeliberation(deliberation);
    if (m_evidenceOf.isEmpty() || format::text(deliberation->id.str()) != m_evidenceOf) return;
    m_evidenceOf.clear();
    if (m_prompt->isVisible()) openLayer(*new EvidenceLayer(*deliberation, this));
}

void MainWindow::placePrompt() {
    const QRect area = m_stack->geometry().united(m_nav->geometry());
    const int width = std::min(area.width() - 12, 1180), height = std::min(m_stack->height() - 4, 720);
    m_prompt->setGeometry(m_stack->x() + (m_stack->width() - std::min(width, m_stack->width() - 12)) / 2, m_stack->y() + 2,
                          std::min(width, m_stack->width() - 12), height);
    m_prompt->raise();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    if (m_rail) m_rail->setRoom(width());
    if (m_prompt && m_prompt->isVisible()) placePrompt();
}

void MainWindow::restoreLayout() {
    QString wanted = m_workspaceScreens.front();
    const QRect available = QWidget::screen() ? QWidget::screen()->availableGeometry() : QRect(0, 0, 1440, 860);
    resize(fittedInto(available, QRect(available.topLeft(), QSize(1440, 860)), kUsualFrame).size());
    if (m_settingsPath.isEmpty()) return showScreen(wanted);
    if (const auto kept = readLayout(m_settingsPath)) { // anything unknown in it keeps its factory value
        if (!kept->geometry.isEmpty()) restoreGeometry(kept->geometry);
        for (int i = 0; i < m_workspaceScreens.size() && i < kept->workspaces.size(); ++i)
            if (screen(kept->workspaces[i])) m_workspaceScreens[i] = kept->workspaces[i];
        m_workspace = qBound(1, kept->workspace, static_cast<int>(m_workspaceScreens.size()));
        wanted = screen(kept->screen) ? kept->screen : m_workspaceScreens[m_workspace - 1];
        m_builder->profile().setGreek(kept->greek);
        m_rail->setFolded(kept->railFolded);
        m_miniAction->setChecked(kept->miniHalt);
    }
    showScreen(wanted);
    m_layout = new LayoutKeeper([this] { return layoutNow(); },
                                [this](const WindowLayout& layout) { return m_port.keepLayout(m_settingsPath, layout); }, this);
}

WindowLayout MainWindow::layoutNow() const {
    QStringList workspaces = m_workspaceScreens;
    workspaces[m_workspace - 1] = currentScreen();
    return {saveGeometry(), currentScreen(), workspaces, m_workspace, m_builder->profile().greek(), m_rail->isFolded(), m_miniAction->isChecked()};
}

void MainWindow::fitToScreen() {
    if (!isVisible() || (windowState() & (Qt::WindowMaximized | Qt::WindowFullScreen | Qt::WindowMinimized)) || !windowHandle()) return;
    const QRect fitted = fittedInto(QWidget::screen()->availableGeometry(), geometry(), windowHandle()->frameMargins());
    if (fitted != geometry()) setGeometry(fitted);
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::WindowStateChange && m_mini && m_miniAction)
        m_mini->setVisible(m_miniAction->isChecked() || (isMinimized() && !m_tray)); // HALT stays in reach
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (m_layout) m_layout->finish();
    m_mini->hide();
    event->accept();
}

} // namespace mahler::ui
