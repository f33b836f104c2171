#pragma once

#include <functional>
#include <optional>
#include <QByteArray>
#include <QObject>
#include <QStringList>
#include <QTimer>

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

/// Looks at the window twice a second and hands on what has changed once it has come to rest, so that a process that is killed
/// loses nothing of it. GUI thread; it never touches the disk: `keep` takes a layout to who writes it, false when that one is behind.
class LayoutKeeper final : public QObject {
    Q_OBJECT
public:
    using Keep = std::function<bool(const WindowLayout&)>;
    LayoutKeeper(std::function<WindowLayout()> now, Keep keep, QObject* parent);
    void finish(); ///< at the end: hands on what is not kept yet, at rest or not, and looks no more

private:
    void look();
    void handOn(const WindowLayout& layout);
    std::function<WindowLayout()> m_now;
    Keep m_keep;
    WindowLayout m_seen, m_kept;
    QTimer m_timer;
};

} // namespace mahler::ui
