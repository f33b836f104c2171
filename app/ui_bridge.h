#pragma once

#include <memory>
#include <QPointer>

#include "app/gui_door.h"
#include "base/worker.h"
#include "desk/runtime.h"
#include "ui/desk_port.h"

namespace mahler::app {

/// Carries values from the runtime's threads to the GUI thread and intents back. Outlives the runtime.
class UiBridge final : public ui::DeskPort {
    Q_OBJECT
public:
    explicit UiBridge(QObject* parent = nullptr);
    ~UiBridge() override; ///< returns when the files are written that were to be; no window waits for it

    /// Sinks to start a runtime with; each queues onto the GUI thread, newest view wins.
    desk::RuntimeSinks sinks();
    void attach(std::unique_ptr<desk::DeskRuntime> runtime);
    void detach(); ///< stops and joins the runtime
    /// What the settings are and where they are kept. Without it they can be looked at, not changed.
    void keepSettings(const ui::SettingsValues& now);
    desk::DeskRuntime* runtime() { return m_runtime.get(); }

    void halt(const std::string& how) override;
    bool send(desk::Command command) override;
    void watchChain(const std::string& underlying) override;
    void watchRisk(bool wanted) override;
    void runCycle(const std::string& underlying) override;
    void requestDeliberation(const std::string& cycleId) override;
    void searchJournal(const ui::JournalQuery& query) override;
    void exportJournal(const std::string& path) override;
    void replayMoment(std::int64_t seq) override;
    void cancelReplay() override;
    void setSpeed(double speed) override;
    void setPaused(bool paused) override;
    ui::SettingsValues settings() const override { return m_settings; }
    void changeSettings(const ui::SettingsValues& wanted) override;
    bool keepLayout(const QString& path, const ui::WindowLayout& layout) override;

private:
    struct Latest;
    std::shared_ptr<Latest> m_latest; ///< the newest values not yet shown; shared with the runtime's threads
    void followSettings(const desk::DeskView& view);
    using SaveSettings = Result<void> (*)(const std::string& folder, const ui::SettingsValues&);
    void saveSettings(const QString& note, SaveSettings save); ///< `note`: why not everything was changed

    GuiDoor m_gui; ///< every sink passes here
    std::string m_user;
    std::int64_t m_settingsSeen = 0;
    std::optional<std::int64_t> m_settingsAsked; ///< the desk has not answered yet; its count of answers before
    ui::SettingsValues m_settings;
    std::unique_ptr<desk::DeskRuntime> m_runtime;
    std::stop_source m_replayStop;
    Worker m_replays{"replay", 4, {}};
    Worker m_files{"files", 8, {}}; ///< the disk may be slow; the window is not
};

} // namespace mahler::app
