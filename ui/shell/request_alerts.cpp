#include "ui/shell/request_alerts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

constexpr std::array kMarks = {60.0, 30.0, 10.0}; ///< seconds left, falling

QString consequence(const desk::ApprovalView& a) {
    return RequestAlerts::tr("tier %1, %2: you can lose %3, you can make %4")
        .arg(QLatin1String(approval::toString(a.request.tier.tier)), format::text(a.description), format::money(a.maxLoss),
             format::money(a.maxProfit));
}

} // namespace

RequestAlerts::RequestAlerts(QWidget& host, Raise raise) : QObject(&host), m_raise(std::move(raise)), m_voice(new QLabel(&host)) {
    m_voice->setObjectName(QStringLiteral("voice"));
    m_voice->setFocusPolicy(Qt::NoFocus);
    m_voice->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_voice->resize(0, 0); // shown, so that a screen reader knows it; of no size, so that nobody else does
}

void RequestAlerts::say(const QString& sentence) {
    m_voice->setAccessibleName(sentence);
    QAccessibleEvent event(m_voice, QAccessible::Alert);
    m_raise(event);
}

void RequestAlerts::setView(const ViewPtr& view) {
    QHash<QString, double> now;
    for (const auto& a : view->approvals) {
        const QString id = format::text(a.request.id.str());
        const double left = a.secondsLeft;
        now.insert(id, left);
        const auto before = m_left.constFind(id);
        const int whole = qMax(0, static_cast<int>(std::ceil(left)));
        if (before == m_left.constEnd()) {
            say(tr("Request %1, %2. %n second(s) left, then rejected.", nullptr, whole).arg(id, consequence(a)));
            Q_EMIT appeared(id);
            continue;
        }
        const bool crossed = std::any_of(kMarks.begin(), kMarks.end(), [&](double mark) { return *before > mark && left <= mark; });
        if (crossed && left > 0) say(tr("%n second(s) left, then rejected: request %1, %2.", nullptr, whole).arg(id, consequence(a)));
    }
    m_left = now;
}

} // namespace mahler::ui
