#pragma once

#include <functional>
#include <QAccessible>
#include <QHash>
#include <QLabel>

#include "ui/screen.h"

namespace mahler::ui {

/// Speaks of requests through the screen reader (UX 7): when one appears, and when 60, 30 and 10 seconds of it are left, each once,
/// with tier, consequence and time. Raised as an alert of a label nobody sees, whose name is the sentence; no focus moves. After
/// more time was given the marks that lie ahead again are spoken again. GUI thread.
class RequestAlerts final : public QObject {
    Q_OBJECT
public:
    /// Hands an event to the screen reader; Qt drops it while none is there.
    using Raise = std::function<void(QAccessibleEvent&)>;
    /// `host` gets the label and owns this.
    explicit RequestAlerts(
        QWidget& host, Raise raise = [](QAccessibleEvent& event) { QAccessible::updateAccessibility(&event); });
    void setView(const ViewPtr& view);

Q_SIGNALS:
    void appeared(QString approvalId); ///< once for each

private:
    void say(const QString& sentence);

    Raise m_raise;
    QLabel* m_voice;
    QHash<QString, double> m_left; ///< seconds as they were last seen, by request
};

} // namespace mahler::ui
