#pragma once

#include <QCheckBox>
#include <QLabel>
#include <QTabBar>
#include <QWidget>

#include "ui/screen.h"
#include "ui/shell/elided_label.h"

namespace mahler::ui {

/// What stands above the risk maps: the day, what a cell shows, whether pending trades count, and how far and how old it is.
class RiskBar final : public QWidget {
    Q_OBJECT
public:
    /// Without metrics or with a pending choice that makes no sense there, those parts are not made.
    RiskBar(const QStringList& metrics, bool choosesPending, QWidget* parent = nullptr);
    void setRisk(const RiskPtr& risk, const ViewPtr& view);
    int horizon() const { return m_days->currentIndex() < 0 ? 0 : m_days->currentIndex(); }
    int metric() const { return m_metrics ? m_metrics->currentIndex() : 0; }
    /// Wanted and there is something pending.
    bool withPending() const { return m_pending && m_pending->isEnabled() && m_pending->isChecked(); }
    const desk::RiskCase* shown() const; ///< of the last value; null before the first
    /// D, M and P. @return whether the key was one of them.
    bool take(const QKeyEvent& event);

Q_SIGNALS:
    void changed();

private:
    void say();
    QTabBar *m_days, *m_metrics = nullptr;
    QCheckBox* m_pending = nullptr;
    ElidedLabel* m_state;
    QLabel* m_warning;
    RiskPtr m_risk;
    ViewPtr m_view;
};

} // namespace mahler::ui
