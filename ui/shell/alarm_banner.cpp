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
    m_waiting.clear();
    std::set<QString> standing;
    for (const auto& n : view->notices)
        if (n.level == desk::NoticeView::Level::Critical && (!running || n.at >= *m_runningSince)) {
            const QString text = tr("▲ %1  %2", "time, alarm").arg(format::timeNewYork(n.at), format::text(n.text));
            standing.insert(text);
            if (!m_acknowledged.contains(text) && !m_waiting.contains(text)) m_waiting << text;
        }
    for (const auto& o : view->orders) // whenever it became so: it counts in full until the broker or a person says otherwise
        if (o.order.state == execution::OrderState::Unknown || o.unacknowledged) {
            const QString text =
                tr("▲ UNKNOWN: %1. Verify at the broker; F9, then C twice declares it absent", "order").arg(format::text(o.description));
            standing.insert(text);
            if (!m_acknowledged.contains(text) && !m_waiting.contains(text)) m_waiting << text;
        }
    std::erase_if(m_acknowledged, [&](const QString& text) { return !standing.contains(text); });
    draw();
}

void AlarmBanner::draw() {
    QString text = m_waiting.isEmpty() ? QString() : m_waiting.front();
    if (m_waiting.size() > 1) text = tr("%1   (and %n more)", "alarm", static_cast<int>(m_waiting.size()) - 1).arg(text);
    setText(text.isEmpty() || m_key.isEmpty() ? text : tr("%1   (%2 acknowledges)", "alarm, key").arg(text, m_key));
    const bool stands = !m_waiting.isEmpty();
    setVisible(stands);
    Q_EMIT standsChanged(stands);
}

void AlarmBanner::acknowledge() {
    if (!m_waiting.isEmpty()) m_acknowledged.insert(m_waiting.takeFirst());
    draw();
}

} // namespace mahler::ui
