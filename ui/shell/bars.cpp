#include "ui/shell/bars.h"

#include <algorithm>
#include <QAbstractItemView>
#include <QHBoxLayout>
#include <utility>

#include "base/words.h"
#include "market/exchange_calendar.h"
#include "ui/models/grid_model.h"
#include "ui/shell/halt_words.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr qint64 kHaltShownMs = 2000; ///< after it the bar shows what the desk says, whatever was pressed

template <class Label = QLabel> Label* part(const QString& tip, bool bold = false) {
    auto* label = new Label;
    label->setTextFormat(Qt::PlainText);
    label->setToolTip(tip);
    label->setAccessibleName(tip);
    label->setFont(numberFont(bold));
    return label;
}

} // namespace

HaltBar::HaltBar(DeskPort& port, QWidget* parent)
    : QFrame(parent), m_environment(part(tr("environment"), true)), m_account(part(tr("account"))),
      m_equity(part(tr("equity: cash and marks at mid"), true)), m_day(part(tr("day P&L since the session's start"))),
      m_limit(part<ElidedLabel>(tr("share of the daily loss limit of 2% that is used"))), m_state(part<ElidedLabel>(tr("state of the desk"), true)),
      m_pending(part(tr("requests waiting for a person"))), m_halt(new QPushButton(tr("HALT  F12"))) {
    setObjectName(QStringLiteral("haltbar"));
    setFixedHeight(40);
    m_environment->setObjectName(QStringLiteral("environment"));
    m_environment->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Maximum);
    m_halt->setObjectName(QStringLiteral("halt"));
    m_halt->setFocusPolicy(Qt::NoFocus);
    m_halt->setAccessibleName(tr("Halt everything"));
    m_halt->setToolTip(tr("Stops every opening order at once. F12, Pause, Ctrl+Shift+H"));
    m_halt->setFixedSize(124, 34);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 2, 6, 2);
    layout->setSpacing(18);
    for (auto* label : std::initializer_list<QLabel*>{m_environment, m_account, m_equity, m_day, m_limit}) layout->addWidget(label);
    m_state->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_state->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(m_state, 1);
    layout->addWidget(m_pending);
    layout->addWidget(m_halt);
    connect(m_halt, &QPushButton::pressed, this, [this, &port] {
        port.halt("button");
        showPressed();
    });
}

void HaltBar::showPressed() {
    m_sincePressed.start();
    if (m_view) setView(m_view);
    repaint();
}

void HaltBar::setBrokerPhone(const QString& phone) {
    m_phone = phone;
    if (m_view) setView(m_view);
}

void HaltBar::setView(const ViewPtr& view) {
    m_view = view;
    if (view->state != desk::RunState::Running || (m_sincePressed.isValid() && m_sincePressed.elapsed() > kHaltShownMs)) m_sincePressed.invalidate();
    const bool pressed = m_sincePressed.isValid(); // a view of before the key may still be under way
    const bool halted = pressed || view->state != desk::RunState::Running;
    setLook(*this, "halted", halted ? QStringLiteral("true") : QStringLiteral("false"));
    for (auto* label : findChildren<QLabel*>()) // they are styled by what this frame says
        setLook(*label, "onhalt", halted ? QStringLiteral("true") : QStringLiteral("false"));
    setLook(*m_environment, "frame", format::text(view->environment));
    const Token base = halted ? Token::HaltText : Token::Text, dim = halted ? Token::HaltText : Token::Dim;
    m_environment->setText(view->slowedForApproval ? tr("%1  1x while you decide").arg(format::text(view->environment))
                                                   : format::text(view->environment));
    setTone(*m_environment, halted ? Token::HaltText : Token::Warn, true);
    m_account->setText(format::text(view->accountName));
    setTone(*m_account, dim);
    m_equity->setText(view->marksAsOf
                          ? tr("Equity %1 %2", "money, as of when").arg(format::money(view->marks.equity), asOfWords(*view->marksAsOf, view->at.utc))
                          : tr("Equity %1").arg(format::money(view->marks.equity)));
    setTone(*m_equity, view->marksAsOf && !halted ? Token::Stale : base, true);
    const bool down = view->marks.dayPnl && showsPlus(-*view->marks.dayPnl), up = view->marks.dayPnl && showsPlus(*view->marks.dayPnl);
    m_day->setText(tr("Day %1 %2  %3")
                       .arg(down ? QStringLiteral("▼")
                            : up ? QStringLiteral("▲")
                                 : QStringLiteral("■"),
                            format::signedMoney(view->marks.dayPnl), format::signedPercent(view->marks.dayPnlFraction)));
    setTone(*m_day, halted ? Token::HaltText : down ? Token::Loss : up ? Token::Gain : Token::Text);
    std::optional<double> used;
    std::optional<UtcTime> usedAsOf;
    for (const auto& b : view->breakers)
        if (b.breaker == risk::Breaker::B1DailyLoss) {
            used = b.used;
            usedAsOf = b.asOf;
        }
    const QString share = used ? format::percent(*used, 0) : format::dash();
    m_limit->setWords(
        tr("Day limit %1   Risk %2 of %3", "share used and as of when, risk, its limit")
            .arg(usedAsOf ? tr("%1 used %2", "share, as of when").arg(share, asOfWords(*usedAsOf, view->at.utc)) : tr("%1 used").arg(share),
                 format::percent(view->portfolioRiskFraction), format::percent(view->limits.portfolioRisk, 0)),
        riskUnknownWords(*view));
    setTone(*m_limit, usedAsOf && !halted ? Token::Stale : dim);
    QString state = QLatin1String(desk::toString(pressed ? desk::RunState::Halting : view->state));
    if (view->state == desk::RunState::Halting && view->cancelsTotal > 0)
        state += tr(" %1/%2").arg(view->cancelsTotal - view->cancelsPending).arg(view->cancelsTotal);
    if (view->state == desk::RunState::HaltedUnconfirmed) state += QStringLiteral("   ") + unconfirmedShort(*view, m_phone);
    if (halted && !pressed) state += QStringLiteral("   ") + format::text(view->haltReason);
    if (view->resumeInSeconds)
        state += (view->feedEnded ? tr("   resume waits at %1: the recording ended")
                  : view->paused  ? tr("   resume waits at %1: the market clock is paused")
                                  : tr("   resuming in %1"))
                     .arg(format::countdown(*view->resumeInSeconds));
    QStringList more; // in the tooltip
    if (view->state == desk::RunState::HaltedUnconfirmed) more << unconfirmedLong(*view, m_phone);
    for (const auto& latch : view->latches)
        if (const QString over = latchOver(*view, latch); !over.isEmpty())
            more << tr("%1: %2").arg(QLatin1String(risk::toString(latch.breaker)), over);
    const QString whole = more.join(QLatin1Char('\n'));
    m_state->setWords((halted ? QStringLiteral("■ ") : QStringLiteral("● ")) + state, whole);
    setTone(*m_state, halted ? Token::HaltText : Token::Accent, true);
    m_pending->setText(view->approvals.empty()
                           ? tr("0 pending")
                           : tr("%1 pending  %2").arg(view->approvals.size()).arg(format::countdown(view->approvals.front().secondsLeft)));
    setTone(*m_pending, halted ? Token::HaltText : view->approvals.empty() ? Token::Dim : Token::Warn, !view->approvals.empty());
}

StatusStrip::StatusStrip(DeskPort& port, QWidget* parent)
    : QFrame(parent), m_port(port), m_words(part<ElidedLabel>(tr("last message"))), m_clock(part(tr("New York time and session"))),
      m_feed(part(tr("age of the oldest underlying quote and of VIX"))), m_broker(part(tr("last reconciliation with the broker"))),
      m_journal(part(tr("records in the journal, and whether it can be written"))),
      m_lag(part(tr("longest delay of the screen's own timer in the last second"))), m_pause(new QToolButton), m_autonomy(new QToolButton),
      m_speed(new QComboBox), m_user(new QComboBox) {
    setFixedHeight(26);
    setObjectName(QStringLiteral("strip"));
    for (const double speed : {1.0, 5.0, 20.0, 60.0, 120.0, 300.0, 600.0}) m_speed->addItem(QStringLiteral("%1x").arg(speed), speed);
    m_speed->setToolTip(tr("speed of the simulated or recorded market"));
    m_speed->setAccessibleName(m_speed->toolTip());
    m_user->setSizeAdjustPolicy(QComboBox::AdjustToContents);            // users come after the first show
    m_user->setSizePolicy(QSizePolicy::Minimum, QSizePolicy::Preferred); // words give way, names do not
    m_user->setToolTip(tr("who you are; in the demo market users are switched without a PIN"));
    m_user->setAccessibleName(tr("user"));
    m_pause->setCheckable(true);
    m_pause->setAccessibleName(tr("pause the market"));
    m_autonomy->setCheckable(true);
    m_autonomy->setAccessibleName(tr("scheduled scans"));
    for (auto* w : std::initializer_list<QWidget*>{m_speed, m_user, m_pause, m_autonomy}) w->setFocusPolicy(Qt::TabFocus);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 0, 10, 0);
    layout->setSpacing(10); // at 13 px all of it fits 1366
    for (auto* w : std::initializer_list<QWidget*>{m_clock, m_pause, m_speed, m_feed, m_broker, m_journal, m_lag}) layout->addWidget(w);
    m_lag->setMinimumWidth(70);
    m_words->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    setTone(*m_words, Token::Warn, true);
    m_wordsTimer.setSingleShot(true);
    connect(&m_wordsTimer, &QTimer::timeout, this, [this] { m_words->setWords({}); });
    layout->addWidget(m_words, 1);
    layout->addWidget(m_autonomy);
    layout->addWidget(m_user);
    connect(m_speed, &QComboBox::activated, this, [this] { m_port.setSpeed(m_speed->currentData().toDouble()); });
    connect(m_pause, &QToolButton::toggled, this, [this](bool on) { m_port.setPaused(on); });
    connect(m_autonomy, &QToolButton::clicked, this, [this](bool on) {
        if (m_view && !m_port.send(desk::SetAutonomy{m_view->user.id, on})) say(tr("The desk is busy; nothing was sent. Try again"));
    });
    connect(m_user, &QComboBox::activated, this, [this] {
        if (!m_port.send(desk::SwitchUser{UserId(m_user->currentData().toString().toStdString())}))
            say(tr("The desk is busy; you are still who you were. Try again"));
    });
    m_since.start();
    m_tick.setInterval(50);
    connect(&m_tick, &QTimer::timeout, this, [this] { ticked(static_cast<int>(qMax<qint64>(0, m_since.restart() - 50))); });
    m_tick.start();
}

void StatusStrip::ticked(int lateMs) {
    m_lags[m_nextLag] = lateMs;
    m_nextLag = (m_nextLag + 1) % m_lags.size();
    m_lag->setText(tr("UI %1 ms").arg(*std::max_element(m_lags.begin(), m_lags.end())));
    if (std::exchange(m_ticking, true) && lateMs > m_longestStall) { // the first one counts how long the window took to be made
        m_longestStall = lateMs;
        Q_EMIT longestStallChanged(lateMs);
    }
}

void StatusStrip::say(const QString& words) {
    m_words->setWords(words);
    m_wordsTimer.start(8000);
}

void StatusStrip::setView(const ViewPtr& view) {
    m_view = view;
    const QString session = view->session == market::Session::Open         ? tr("open")
                            : view->session == market::Session::PreOpen    ? tr("pre-open")
                            : view->session == market::Session::AfterClose ? tr("after close")
                                                                           : tr("closed");
    const bool running = view->state == desk::RunState::Running;
    const QString day = format::date(market::toNewYork(view->at.utc).date), time = format::timeNewYork(view->at.utc);
    if (view->feedEnded)
        m_clock->setText(tr("■ recording ended %1 ET, %2").arg(time.left(5), day));
    else
        m_clock->setText(tr("%1  %2 ET  %3%4")
                             .arg(day, time, session,
                                  view->nextScan && running && view->autonomous
                                      ? tr("  next scan %1").arg(format::timeNewYork(*view->nextScan).left(5))
                                      : QString()));
    setTone(*m_clock, view->feedEnded ? Token::Warn : Token::Text, view->feedEnded);
    m_clock->setToolTip(view->feedEnded ? tr("The recording has no more: this is its last moment, and nothing moves any more.") + QLatin1Char('\n') +
                                              format::timeTooltip(view->at.utc)
                                        : format::timeTooltip(view->at.utc));
    std::optional<double> oldest;
    for (const auto& u : view->underlyings) oldest = u.ageSeconds ? std::max(oldest.value_or(0), *u.ageSeconds) : oldest;
    m_feed->setText(tr("feed %1   VIX %2 (%3)").arg(format::age(oldest), format::number(view->vix, 2), format::age(view->vixAgeSeconds)));
    m_feed->setToolTip(format::text(view->feedName));
    m_broker->setText(
        tr("broker %1")
            .arg(view->lastReconciled
                     ? (view->reconciliation == "clean" ? tr("reconciled %1") : tr("▲ differs %1")).arg(format::timeNewYork(*view->lastReconciled))
                     : tr("not reconciled")));
    m_broker->setToolTip(format::text(view->reconciliation));
    m_journal->setText(view->journalOk ? tr("journal %1").arg(view->journalSeq) : tr("▲ JOURNAL NOT WRITABLE"));
    m_journal->setToolTip(
        tr("command handling p50 %1 µs, p99 %2 µs").arg(format::number(view->commandP50Us, 0), format::number(view->commandP99Us, 0)));
    if (!m_speed->view()->isVisible()) {
        const int at = m_speed->findData(view->speed);
        if (at >= 0) m_speed->setCurrentIndex(at);
    }
    {
        const QSignalBlocker quiet(m_pause);
        m_pause->setChecked(view->paused);
        m_pause->setText(view->paused ? tr("▶ paused") : tr("❚❚"));
    }
    m_autonomy->setChecked(view->autonomous);
    m_autonomy->setText(!view->autonomous ? tr("scans: on request") : running ? tr("scans: scheduled") : tr("scans: paused by the halt"));
    m_autonomy->setToolTip(running ? tr("whether the agents scan at their times or only when asked")
                                   : tr("nothing is scanned while the desk is halted; they come back with the resume"));
    if (m_user->count() != static_cast<int>(view->users.size())) {
        m_user->clear();
        for (const auto& u : view->users) m_user->addItem(format::text(u.name), format::text(u.id.str()));
        m_user->updateGeometry();
    }
    m_user->setEnabled(view->environment == "DEMO");
    if (!m_user->view()->isVisible()) m_user->setCurrentIndex(m_user->findData(format::text(view->user.id.str())));
}

} // namespace mahler::ui
