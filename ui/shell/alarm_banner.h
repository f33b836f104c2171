#pragma once

#include <QLabel>
#include <set>

#include "ui/screen.h"

namespace mahler::ui {

/// Critical notices across the window, newest first, each until a person acknowledges it; how many more wait is said. What alarmed before
/// the desk ran again is history.
class AlarmBanner final : public QLabel {
    Q_OBJECT
public:
    explicit AlarmBanner(QWidget* parent = nullptr);
    void setView(const ViewPtr& view);
    void acknowledge(); ///< the one that is shown
    /// As it is written on the banner.
    void setAcknowledgeKey(const QString& key) { m_key = key; }

Q_SIGNALS:
    void standsChanged(bool stands); ///< with every view while it stands, and when it goes

private:
    void draw();
    QString m_key;
    QStringList m_waiting; ///< newest first
    std::set<QString> m_acknowledged;
    std::optional<UtcTime> m_runningSince;
};

} // namespace mahler::ui
