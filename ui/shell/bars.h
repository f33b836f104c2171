#pragma once

#include <array>
#include <QComboBox>
#include <QElapsedTimer>
#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>

#include "ui/screen.h"
#include "ui/shell/elided_label.h"

namespace mahler::ui {

/// The bar that cannot be closed, floated or covered: environment, account, day, state, pending, HALT.
class HaltBar final : public QFrame {
    Q_OBJECT
public:
    explicit HaltBar(DeskPort& port, QWidget* parent = nullptr);
    void setView(const ViewPtr& view);
    /// The order path was just closed by a person: says HALTING on the screen before it returns. The desk's own word follows.
    void showPressed();
    void setBrokerPhone(const QString& phone); ///< empty: none is set

private:
    QLabel *m_environment, *m_account, *m_equity, *m_day;
    ElidedLabel *m_limit, *m_state;
    QLabel* m_pending;
    QPushButton* m_halt;
    ViewPtr m_view;
    QString m_phone;
    QElapsedTimer m_sincePressed; ///< invalid: not pressed, or the desk has answered
};

/// Clock, session, speed, feed ages, broker, journal, GUI lag, the user.
class StatusStrip final : public QFrame {
    Q_OBJECT
public:
    explicit StatusStrip(DeskPort& port, QWidget* parent = nullptr);
    void setView(const ViewPtr& view);
    /// Words that stand in the strip for eight seconds: an advisory, never a dialog.
    void say(const QString& words);
    /// The GUI thread answered the strip's own timer so many milliseconds late.
    void ticked(int lateMs);

Q_SIGNALS:
    /// The GUI thread was longer without an answer than ever in this run, milliseconds; the making of the window not counted.
    void longestStallChanged(int ms);

private:
    DeskPort& m_port;
    ElidedLabel* m_words;
    QTimer m_wordsTimer;
    QLabel *m_clock, *m_feed, *m_broker, *m_journal, *m_lag;
    QToolButton *m_pause, *m_autonomy;
    QComboBox *m_speed, *m_user;
    QTimer m_tick;
    QElapsedTimer m_since;
    std::array<int, 20> m_lags{}; ///< of the last second
    int m_longestStall = 0;       ///< ms, of this run
    bool m_ticking = false;
    std::size_t m_nextLag = 0;
    ViewPtr m_view;
};

} // namespace mahler::ui
