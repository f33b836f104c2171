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

LayoutKeeper::LayoutKeeper(std::function<WindowLayout()> now, Keep keep, QObject* parent)
    : QObject(parent), m_now(std::move(now)), m_keep(std::move(keep)), m_seen(m_now()), m_kept(m_seen) {
    m_timer.setInterval(kLookEveryMs);
    connect(&m_timer, &QTimer::timeout, this, &LayoutKeeper::look);
    m_timer.start();
}

void LayoutKeeper::look() {
    const WindowLayout now = m_now();
    const bool rests = now == m_seen;
    m_seen = now;
    if (rests) handOn(now);
}

void LayoutKeeper::finish() {
    m_timer.stop();
    handOn(m_now());
}

void LayoutKeeper::handOn(const WindowLayout& layout) {
    if (layout != m_kept && m_keep(layout)) m_kept = layout;
}

} // namespace mahler::ui
