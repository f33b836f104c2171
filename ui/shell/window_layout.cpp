#include "ui/shell/window_layout.h"

#include <QFile>
#include <QSettings>

namespace mahler::ui {

namespace {
constexpr int kLookEveryMs = 500;
}

std::optional<WindowLayout> readLayout(const QString& path) {
    if (!QFile::exists(path)) return std::nullopt;
    const QSettings settings(path, QSettings::IniFormat);
    if (settings.status() != QSettings::NoError) return std::nullopt;
    WindowLayout layout;
    layout.geometry = settings.value(QStringLiteral("window/geometry")).toByteArray();
    layout.screen = settings.value(QStringLiteral("window/screen")).toString();
    layout.workspaces = settings.value(QStringLiteral("window/workspaces")).toStringList();
    layout.workspace = settings.value(QStringLiteral("window/workspace"), 1).toInt();
    layout.greek = settings.value(QStringLiteral("builder/greek")).toString();
    layout.railFolded = settings.value(QStringLiteral("window/rail_folded"), false).toBool();
    layout.miniHalt = settings.value(QStringLiteral("window/mini_halt"), false).toBool();
    return layout;
}

bool writeLayout(const QString& path, const WindowLayout& layout) {
    if (QFile::exists(path) && QSettings(path, QSettings::IniFormat).status() != QSettings::NoError) QFile::remove(path);
    QSettings settings(path, QSettings::IniFormat); // it writes beside the file and renames
    settings.setValue(QStringLiteral("window/geometry"), layout.geometry);
    settings.setValue(QStringLiteral("window/screen"), layout.screen);
    settings.setValue(QStringLiteral("window/workspaces"), layout.workspaces);
    settings.setValue(QStringLiteral("window/workspace"), layout.workspace);
    settings.setValue(QStringLiteral("builder/greek"), layout.greek);
    settings.setValue(QStringLiteral("window/rail_folded"), layout.railFolded);
    settings.setValue(QStringLiteral("window/mini_halt"), layout.miniHalt);
    settings.sync();
    return settings.status() == QSettings::NoError;
}

LayoutKeeper::LayoutKeeper(const QString& path, std::function<WindowLayout()> now, QObject* parent)
    : QObject(parent), m_path(path), m_now(std::move(now)), m_seen(m_now()), m_written(m_seen),
      m_disk(std::make_unique<Worker>("layout", 4, std::function<void(const std::string&)>())) {
    m_timer.setInterval(kLookEveryMs);
    connect(&m_timer, &QTimer::timeout, this, &LayoutKeeper::look);
    m_timer.start();
}

void LayoutKeeper::look() {
    const WindowLayout now = m_now();
    const bool rests = now == m_seen;
    m_seen = now;
    if (rests && now != m_written && m_disk && m_disk->post([path = m_path, now](std::stop_token) { writeLayout(path, now); })) m_written = now;
}

void LayoutKeeper::writeNow() {
    m_timer.stop();
    m_disk.reset(); // what is under way first
    m_written = m_now();
    writeLayout(m_path, m_written);
}

} // namespace mahler::ui
