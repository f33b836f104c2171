#include "ui/shell/alarm_banner.h"

#include "ui/theme/format.h"

namespace mahler::ui {

AlarmBanner::AlarmBanner(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setAlignment(Qt::AlignCenter);
    setObjectName(QStringLiteral("banner"));
    setAccessibleName(tr("Critical alarm"));
    hide();
}

void AlarmBanner::setView(const ViewPtr& view) {
    const bool running = view->state == desk::RunState::Running;
    if (!running)
        m_runningSince.reset();
    else if (!m_runningSince)
        m_runningSince = view->at.utc;
    m_critical.clear();
    for (const auto& n : view->notices)
        if (n.level == desk::NoticeView::Level::Critical && (!running || n.at >= *m_runningSince)) {
            m_critical = tr("▲ %1  %2", "time, alarm").arg(format::timeNewYork(n.at), format::text(n.text));
            break;
        }
    setText(m_critical.isEmpty() || m_key.isEmpty() ? m_critical : tr("%1   (%2 acknowledges)", "alarm, key").arg(m_critical, m_key));
    const bool stands = !m_critical.isEmpty() && m_critical != m_acknowledged;
    setVisible(stands);
    Q_EMIT standsChanged(stands);
}

void AlarmBanner::acknowledge() {
    m_acknowledged = m_critical;
    hide();
    Q_EMIT standsChanged(false);
}

} // namespace mahler::ui
