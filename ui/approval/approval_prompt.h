#pragma once

#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTimer>
#include <functional>

#include "ui/charts/chart_view.h"
#include "ui/models/grid_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// One request as the approver decides it (UX 4.3). Not modal, takes no focus by itself, has no default button. A arms, Enter
/// commits after the reading time, R and a digit rejects, Esc leaves it undecided.
class ApprovalPrompt final : public QFrame {
    Q_OBJECT
public:
    explicit ApprovalPrompt(DeskPort& port, QWidget* parent = nullptr);
    void show(const QString& approvalId, const ViewPtr& view);
    void setView(const ViewPtr& view); ///< follows the shown request; closes itself when it is decided
    QString approvalId() const { return m_id; }
    bool armed() const { return m_armed; }
    /// Monotonic milliseconds; replaced in tests.
    void setClock(std::function<qint64()> clock) { m_clock = std::move(clock); }
    void setGraceMs(int ms) { m_graceMs = ms; }

Q_SIGNALS:
    void closed();
    void debateRequested(QString cycleId);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fill(const desk::ApprovalView& a);
    void arm();
    void commit();
    void reject(int code);
    void send();
    void leave();
    QString missing() const; ///< why approving is not possible now; empty when it is
    qint64 readingMs() const;

    DeskPort& m_port;
    QString m_id;
    ViewPtr m_view;
    std::optional<desk::ApprovalView> m_shown;
    std::function<qint64()> m_clock;
    qint64 m_renderedAt = 0;
    bool m_armed = false, m_rejecting = false;
    int m_graceMs = 2000;
    QTimer m_grace;
    QLabel *m_consequence, *m_facts, *m_tier, *m_effects, *m_checks, *m_since, *m_against, *m_open, *m_for, *m_events, *m_status;
    GridModel* m_legs;
    PayoffChart* m_chart;
    QLineEdit *m_amount, *m_reason;
    QPushButton *m_approve, *m_rejectButton, *m_smaller, *m_debate;
};

} // namespace mahler::ui
