#pragma once

#include <QLabel>

#include "ui/screen.h"

namespace mahler::ui {

/// The newest Critical notice, across the window until a person acknowledges it. What alarmed before the desk ran again is history.
class AlarmBanner final : public QLabel {
    Q_OBJECT
public:
    explicit AlarmBanner(QWidget* parent = nullptr);
    void setView(const ViewPtr& view);
    void acknowledge();
    /// As it is written on the banner.
    void setAcknowledgeKey(const QString& key) { m_key = key; }

Q_SIGNALS:
    void standsChanged(bool stands); ///< with every view while it stands, and when it goes

private:
    QString m_key, m_critical, m_acknowledged;
    std::optional<UtcTime> m_runningSince;
};

} // namespace mahler::ui
