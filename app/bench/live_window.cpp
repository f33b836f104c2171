#include "app/bench/live_window.h"

#include <cstdio>

#include "app/bench/watched_application.h"

namespace mahler::bench {

bool LiveWindow::start(double speed, const std::string& dataFolder) {
    const std::string folder = dataFolder.empty() ? m_folder.filePath(QStringLiteral("data")).toStdString() : dataFolder;
    const auto options = app::parseWorkstationOptions({"--data-dir", folder, "--speed", std::to_string(speed)});
    if (!options) {
        std::fprintf(stderr, "mahler_bench: %s\n", options.error().detail.c_str());
        return false;
    }
    QObject::connect(&m_bridge, &ui::DeskPort::viewReady, &m_bridge, [this](const ui::ViewPtr& v) { m_view = v; });
    QObject::connect(&m_bridge, &ui::DeskPort::chainReady, &m_bridge, [this](const ui::ChainPtr& c) { m_chain = c; });
    QObject::connect(&m_bridge, &ui::DeskPort::deliberationReady, &m_bridge, [this](const ui::DeliberationPtr& d) { m_deliberation = d; });
    auto runtime = app::startDesk(*options, m_bridge.sinks());
    if (!runtime) {
        std::fprintf(stderr, "mahler_bench: %s\n", runtime.error().detail.c_str());
        return false;
    }
    m_bridge.attach(std::move(*runtime));
    m_window = std::make_unique<ui::MainWindow>(m_bridge, QString());
    m_window->show();
    return true;
}

LiveWindow::~LiveWindow() {
    m_window.reset();
    m_bridge.detach();
}

bool LiveWindow::untilView(const std::function<bool(const desk::DeskView&)>& fits, double seconds) const {
    return WatchedApplication::pump([&] { return m_view && fits(*m_view); }, seconds);
}

} // namespace mahler::bench
