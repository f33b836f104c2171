#include "ui/shell/alarm_banner.h"

#include <algorithm>

#include "ui/models/grid_model.h"
#include "ui/shell/halt_words.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

AlarmBanner::AlarmBanner(QWidget* parent) : QLabel(parent), m_go(new QPushButton(tr("Go to it"), this)) {
    setTextFormat(Qt::PlainText);
    setAlignment(Qt::AlignCenter);
    setWordWrap(true); // a long one must not widen the window
    setObjectName(QStringLiteral("banner"));
    setAccessibleName(tr("Critical alarm"));
    m_go->setAccessibleName(tr("Go to the assignment"));
    m_go->setToolTip(tr("Opens the positions at the button that acknowledges it"));
    m_go->hide();
    connect(m_go, &QPushButton::clicked, this, &AlarmBanner::assignmentWanted);
    hide();
}

void AlarmBanner::setView(const ViewPtr& view) {
    const bool running = view->state == desk::RunState::Running;
    if (!running)
        m_runningSince.reset();
    else if (!m_runningSince)
        m_runningSince = view->at.utc;
    m_waiting.clear();
    m_halts.clear();
    m_assigned.clear();
    std::set<QString> standing;
    addUnconfirmed(*view, standing);
    for (const auto& n : view->notices)
        if (n.level == desk::NoticeView::Level::Critical && !n.over && (!running || n.at >= *m_runningSince)) {
            const QString words = tr("▲ %1  %2", "time, alarm").arg(whenWords(n.at, view->at.utc), format::text(n.text));
            add(words, standing, !running && n.text.starts_with("HALTED"));
            if (std::any_of(view->assignments.begin(), view->assignments.end(), [&](const auto& a) { return a.id == n.about; }))
                m_assigned.insert(words);
        }
    for (const auto& o : view->orders) // whenever it became so: it counts in full until the broker or a person says otherwise
        if (o.order.state == execution::OrderState::Unknown || o.unacknowledged)
            add(tr("▲ UNKNOWN: %1 (%2). Verify at the broker; F9, then C twice declares it absent", "order id, what it is")
                    .arg(format::text(o.order.id.str()), format::text(o.description)),
                standing);
    std::erase_if(m_acknowledged, [&](const QString& text) { return !standing.contains(text); });
    draw();
}

void AlarmBanner::add(const QString& text, std::set<QString>& standing, bool isHalt) {
    standing.insert(text);
    if (isHalt) m_halts.insert(text);
    if (!m_acknowledged.contains(text) && !m_waiting.contains(text)) m_waiting << text;
}

/// One alarm for all of them; it comes back only when an order joins that nobody has acknowledged.
void AlarmBanner::addUnconfirmed(const desk::DeskView& view, std::set<QString>& standing) {
    std::set<QString> now;
    if (view.state == desk::RunState::HaltedUnconfirmed)
        for (const auto& cancel : view.cancelsUnconfirmed) now.insert(format::text(cancel.id.str()));
    std::erase_if(m_heard, [&](const QString& id) { return !now.contains(id); });
    m_unconfirmed = now;
    m_doubt.clear();
    if (std::includes(m_heard.begin(), m_heard.end(), now.begin(), now.end())) return;
    m_doubt = tr("▲ %1", "alarm").arg(unconfirmedLong(view, m_phone));
    add(m_doubt, standing, true);
}

void AlarmBanner::draw() {
    QString text = m_waiting.isEmpty() ? QString() : m_waiting.front();
    if (m_waiting.size() > 1) text = tr("%1   (and %n more)", "alarm", static_cast<int>(m_waiting.size()) - 1).arg(text);
    setText(text.isEmpty() || m_key.isEmpty() ? text : tr("%1   (%2 acknowledges)", "alarm, key").arg(text, m_key));
    const bool stands = !m_waiting.isEmpty();
    setLook(*this, "halt", stands && m_halts.contains(m_waiting.front()) ? QStringLiteral("true") : QStringLiteral("false"));
    setVisible(stands);
    const bool assigned = stands && m_assigned.contains(m_waiting.front());
    m_go->setVisible(assigned);
    setContentsMargins(0, 0, assigned ? m_go->sizeHint().width() + 12 : 0, 0);
    setMinimumHeight(assigned ? m_go->sizeHint().height() + 4 : 0);
    placeButton();
    Q_EMIT standsChanged(stands);
}

void AlarmBanner::placeButton() {
    const QSize size = m_go->sizeHint();
    m_go->setGeometry(width() - size.width() - 6, (height() - size.height()) / 2, size.width(), size.height());
}

void AlarmBanner::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    placeButton();
}

void AlarmBanner::acknowledge() {
    if (!m_waiting.isEmpty()) {
        const QString heard = m_waiting.takeFirst();
        if (heard == m_doubt)
            m_heard = m_unconfirmed;
        else
            m_acknowledged.insert(heard);
    }
    draw();
}

} // namespace mahler::ui
