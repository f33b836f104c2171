#pragma once

#include <memory>
#include <QTemporaryDir>

#include "app/ui_bridge.h"
#include "app/workstation.h"
#include "ui/shell/main_window.h"

namespace mahler::bench {

/// The workstation as the program composes it: a desk with all its threads on the simulated market, and the window.
class LiveWindow {
public:
    /// @return false, and a line on stderr, when the desk does not start. `dataFolder` empty: one of its own.
    bool start(double speed, const std::string& dataFolder = {});
    ~LiveWindow();
    /// Runs the event loop until the newest view fits.
    bool untilView(const std::function<bool(const desk::DeskView&)>& fits, double seconds) const;

    app::UiBridge& bridge() { return m_bridge; }
    ui::MainWindow& window() { return *m_window; }
    const ui::ViewPtr& view() const { return m_view; }
    const ui::ChainPtr& chain() const { return m_chain; }
    const ui::DeliberationPtr& deliberation() const { return m_deliberation; }

private:
    QTemporaryDir m_folder;
    app::UiBridge m_bridge;
    ui::ViewPtr m_view;
    ui::ChainPtr m_chain;
    ui::DeliberationPtr m_deliberation;
    std::unique_ptr<ui::MainWindow> m_window;
};

} // namespace mahler::bench
