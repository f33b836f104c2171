#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <QByteArray>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include "base/worker.h"

namespace mahler::ui {

/// What of the main window is kept from run to run.
struct WindowLayout {
    QByteArray geometry; ///< as QWidget::saveGeometry() gives it
    QString screen;
    QStringList workspaces; ///< the screen of each
    int workspace = 1;      ///< from 1
    QString greek;          ///< of the builder's chart, empty: none
    bool railFolded = false, miniHalt = false;
    bool operator==(const WindowLayout&) const = default;
};

/// @return nothing when there is no file or it cannot be read as one: the window then has its factory layout. What is in it may
/// still be nonsense; who uses it checks.
std::optional<WindowLayout> readLayout(const QString& path);
/// Replaces the file as a whole, also one that cannot be read. @return whether it is written.
bool writeLayout(const QString& path, const WindowLayout& layout);

/// Looks at the window twice a second and writes what has changed once it has come to rest, so that a process that is killed
/// loses nothing of it. The disk is written on a thread of its own.
class LayoutKeeper final : public QObject {
    Q_OBJECT
public:
    LayoutKeeper(const QString& path, std::function<WindowLayout()> now, QObject* parent);
    void writeNow(); ///< at the end; returns when it is written

private:
    void look();
    QString m_path;
    std::function<WindowLayout()> m_now;
    WindowLayout m_seen, m_written;
    QTimer m_timer;
    std::unique_ptr<Worker> m_disk;
};

} // namespace mahler::ui
