#pragma once

#include <memory>
#include <QLabel>
#include <QMainWindow>
#include <QPointer>
#include <QStackedWidget>
#include <QSystemTrayIcon>
#include <QToolButton>
#include <QVector>

#include "ui/approval/approval_prompt.h"
#include "ui/screens/builder_screen.h"
#include "ui/screens/chain_screen.h"
#include "ui/screens/debate_screen.h"
#include "ui/screens/table_screens.h"
#include "ui/shell/alarm_banner.h"
#include "ui/shell/alarm_sound.h"
#include "ui/shell/approvals_rail.h"
#include "ui/shell/bars.h"
#include "ui/shell/find_bar.h"
#include "ui/shell/halt_filter.h"
#include "ui/shell/key_bindings.h"
#include "ui/shell/mini_halt.h"
#include "ui/shell/request_alerts.h"
#include "ui/shell/resume_dialog.h"
#include "ui/shell/settings_dialog.h"
#include "ui/shell/window_layout.h"

namespace mahler::ui {

/// The workstation's window: halt bar, screens, approvals rail, status strip. Makes its screens and shares values among them.
class MainWindow final : public QMainWindow {
    Q_OBJECT
public:
    /// `settingsPath` keeps the layout; a corrupt file falls back to the factory layout.
    MainWindow(DeskPort& port, const QString& settingsPath, QWidget* parent = nullptr);
    ~MainWindow() override;

    void showScreen(const QString& id);
    QString currentScreen() const;
    QStringList screenIds() const;
    Screen* screen(const QString& id) const;
    ApprovalPrompt* prompt() const { return m_prompt; }
    MiniHalt* miniHalt() const { return m_mini; }
    ApprovalsRail* rail() const { return m_rail; }
    /// 1 Trade, 2 Risk, 3 Review, 4 Research: each remembers the screen it was left with.
    void showWorkspace(int number);
    int workspace() const { return m_workspace; }
    void movePane(int step); ///< F6: navigation, screen, approvals, status strip
    /// Makes a window that is not maximised fit its screen with the frame it has; for a desktop smaller than the opening size.
    void fitToScreen();
    void openApproval(const QString& approvalId);
    void setView(const ViewPtr& view);
    void setChain(const ChainPtr& chain);
    void setRisk(const RiskPtr& risk);
    void setDeliberation(const DeliberationPtr& deliberation);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override; ///< minimised without a tray: the mini halt window shows itself

private:
    void addScreen(Screen* screen, const QString& icon);
    void openScreen(const QString& id);                 ///< as a person does by key, menu or button: to the builder goes what is staged in the chain
    void bind(QAction* action, const char* name) const; ///< gives it its keys
    void makeMenus();
    void makeDeskMenu();
    void makeTray();
    void confirmCancelOpening();
    void askFlatten();
    void sendOrSay(desk::Command command);
    QList<QAction*> menuActions() const;
    void find();
    void showKeys();
    void placePrompt();
    void goToAssignment();
    void watchRisk(); ///< the book's risk is computed while a screen or the prompt shows it
    void restoreLayout();
    WindowLayout layoutNow() const;
    void openPalette();

    DeskPort& m_port;
    QString m_settingsPath;
    KeyBindings m_keys;
    HaltFilter* m_haltFilter;
    HaltBar* m_haltBar;
    StatusStrip* m_strip;
    ApprovalsRail* m_rail;
    QStackedWidget* m_stack;
    QVector<Screen*> m_screens;
    QVector<QToolButton*> m_buttons;
    QFrame* m_nav;
    AlarmBanner* m_banner;
    RequestAlerts* m_alerts;
    ApprovalPrompt* m_prompt;
    ResumeDialog* m_resume;
    SettingsDialog* m_settings;
    MiniHalt* m_mini;
    FindBar* m_find;
    LayoutKeeper* m_layout = nullptr; ///< null: nothing is kept
    QString m_evidenceOf;             ///< the cycle whose evidence was asked for and has not come yet
    QAction* m_miniAction = nullptr;
    PositionsScreen* m_positions;
    ChainScreen* m_chain;
    BuilderScreen* m_builder;
    DebateScreen* m_debate;
    JournalScreen* m_journal;
    std::unique_ptr<QSystemTrayIcon> m_tray;
    ViewPtr m_view;
    RiskPtr m_riskView;
    QPointer<QWidget> m_focusBefore; ///< where the person was before the prompt was opened
    int m_workspace = 1;
    QStringList m_workspaceScreens;
};

} // namespace mahler::ui
