#pragma once

#include <QComboBox>
#include <QElapsedTimer>
#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/screen.h"

namespace mahler::ui {

/// The bar that cannot be closed, floated or covered: environment, account, day, state, pending, HALT.
class HaltBar final : public QFrame {
    Q_OBJECT
public:
    explicit HaltBar(DeskPort& port, QWidget* parent = nullptr);
    void setView(const ViewPtr& view);

private:
    QLabel *m_environment, *m_account, *m_equity, *m_day, *m_limit, *m_state, *m_pending;
    QPushButton* m_halt;
};

/// Clock, session, speed, feed ages, broker, journal, GUI lag, the user.
class StatusStrip final : public QFrame {
    Q_OBJECT
public:
    explicit StatusStrip(DeskPort& port, QWidget* parent = nullptr);
    void setView(const ViewPtr& view);

private:
    DeskPort& m_port;
    QLabel *m_clock, *m_feed, *m_broker, *m_journal, *m_lag;
    QToolButton *m_pause, *m_autonomy;
    QComboBox *m_speed, *m_user;
    QTimer m_tick;
    QElapsedTimer m_since;
    double m_worstLag = 0;
    ViewPtr m_view;
};

/// Pending requests, most urgent first. Shrinks to a badge when empty, never vanishes while something is pending.
class ApprovalsRail final : public QFrame {
    Q_OBJECT
public:
    explicit ApprovalsRail(QWidget* parent = nullptr);
    void setView(const ViewPtr& view);

Q_SIGNALS:
    void opened(QString approvalId);

private:
    QLabel *m_head, *m_empty, *m_decided;
    QVector<QPushButton*> m_cards;
    QVBoxLayout* m_list;
};

} // namespace mahler::ui
