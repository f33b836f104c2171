#include "ui/shell/bars.h"

#include <QAbstractItemView>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

QLabel* part(const QString& tip, bool bold = false) {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setToolTip(tip);
    label->setAccessibleName(tip);
    label->setFont(numberFont(bold));
    return label;
}

void paint(QLabel* label, Token token, bool bold = false) {
    const QString wanted = QStringLiteral("color: %1;%2").arg(color(token).name(), bold ? QStringLiteral("font-weight: bold;") : QString());
    if (label->styleSheet() != wanted)
        label->setStyleSheet(wanted);
}

} // namespace

HaltBar::HaltBar(DeskPort& port, QWidget* parent)
    : QFrame(parent), m_environment(part(tr("environment"), true)), m_account(part(tr("account"))), m_equity(part(tr("equity: cash and marks at mid"), true)),
      m_day(part(tr("day P&L since the session's start"))), m_limit(part(tr("share of the daily loss limit of 2% that is used"))), m_state(part(tr("state of the desk"), true)),
      m_pending(part(tr("requests waiting for a person"))), m_halt(new QPushButton(tr("HALT  F12"))) {
    setObjectName(QStringLiteral("haltbar"));
    setFixedHeight(40);
    m_halt->setObjectName(QStringLiteral("halt"));
    m_halt->setFocusPolicy(Qt::NoFocus);
    m_halt->setAccessibleName(tr("Halt everything"));
    m_halt->setToolTip(tr("Stops every opening order at once. F12, Pause, Ctrl+Shift+H"));
    m_halt->setFixedSize(124, 34);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 2, 6, 2);
    layout->setSpacing(18);
    for (auto* label : {m_environment, m_account, m_equity, m_day, m_limit})
        layout->addWidget(label);
    layout->addStretch(1);
    layout->addWidget(m_state);
    layout->addWidget(m_pending);
    layout->addWidget(m_halt);
    connect(m_halt, &QPushButton::pressed, this, [&port] { port.halt("button"); });
}

void HaltBar::setView(const ViewPtr& view) {
    const bool halted = view->state != desk::RunState::Running;
    const QString sheet = QStringLiteral("#haltbar { background: %1; border: none; border-bottom: 1px solid %2; }"
                                         "#halt { background: %3; color: %4; font-weight: bold; font-size: 13px; border: 3px solid %5; border-radius: 4px; padding: 0; }")
                              .arg(color(halted ? Token::Halt : Token::Panel).name(), color(Token::Grid).name(), color(Token::Halt).name(), color(Token::HaltText).name(),
                                   color(Token::HaltRing).name());
    if (styleSheet() != sheet)
        setStyleSheet(sheet);
    const Token base = halted ? Token::HaltText : Token::Text, dim = halted ? Token::HaltText : Token::Dim;
    m_environment->setText(view->slowedForApproval ? tr("%1  1x while you decide").arg(format::text(view->environment)) : format::text(view->environment));
    paint(m_environment, halted ? Token::HaltText : Token::Warn, true);
    m_account->setText(format::text(view->accountName));
    paint(m_account, dim);
    m_equity->setText(tr("Equity %1").arg(format::money(view->marks.equity)));
    paint(m_equity, base, true);
    const bool down = view->marks.dayPnl && view->marks.dayPnl->micros() < 0, up = view->marks.dayPnl && view->marks.dayPnl->micros() > 0;
    m_day->setText(tr("Day %1 %2  %3").arg(down ? QStringLiteral("▼") : up ? QStringLiteral("▲") : QStringLiteral("■"), format::signedMoney(view->marks.dayPnl),
                                           format::signedPercent(view->marks.dayPnlFraction)));
    paint(m_day, halted ? Token::HaltText : down ? Token::Loss : up ? Token::Gain : Token::Text);
    std::optional<double> used;
    for (const auto& b : view->breakers)
        if (b.breaker == risk::Breaker::B1DailyLoss)
            used = b.used;
    m_limit->setText(tr("Day limit %1 used   Risk %2 of 10%").arg(used ? format::percent(*used, 0) : format::dash(), format::percent(view->portfolioRiskFraction)));
    paint(m_limit, dim);
    QString state = QLatin1String(desk::toString(view->state));
    if (view->state == desk::RunState::Halting && view->cancelsTotal > 0)
        state += tr(" %1/%2").arg(view->cancelsTotal - view->cancelsPending).arg(view->cancelsTotal);
    if (halted)
        state += QStringLiteral("   ") + format::text(view->haltReason).left(70);
    if (view->resumeInSeconds)
        state += tr("   resuming in %1").arg(format::countdown(*view->resumeInSeconds));
    m_state->setText((halted ? QStringLiteral("■ ") : QStringLiteral("● ")) + state);
    paint(m_state, halted ? Token::HaltText : Token::Gain, true);
    m_pending->setText(view->approvals.empty() ? tr("0 pending") : tr("%1 pending  %2").arg(view->approvals.size()).arg(format::countdown(view->approvals.front().secondsLeft)));
    paint(m_pending, halted ? Token::HaltText : view->approvals.empty() ? Token::Dim : Token::Warn, !view->approvals.empty());
}

StatusStrip::StatusStrip(DeskPort& port, QWidget* parent)
    : QFrame(parent), m_port(port), m_clock(part(tr("New York time and session"))), m_feed(part(tr("age of the oldest underlying quote and of VIX"))),
      m_broker(part(tr("last reconciliation with the broker"))), m_journal(part(tr("records in the journal, and whether it can be written"))),
      m_lag(part(tr("longest delay of the screen's own timer in the last second"))), m_pause(new QToolButton), m_autonomy(new QToolButton), m_speed(new QComboBox),
      m_user(new QComboBox) {
    setFixedHeight(26);
    setObjectName(QStringLiteral("strip"));
    setStyleSheet(QStringLiteral("#strip { background: %1; border-top: 1px solid %2; } QComboBox { min-height: 14px; padding: 0 6px; } QToolButton { padding: 0 6px; }")
                      .arg(color(Token::Panel).name(), color(Token::Grid).name()));
    for (const double speed : {1.0, 5.0, 20.0, 60.0, 120.0, 300.0, 600.0})
        m_speed->addItem(QStringLiteral("%1x").arg(speed), speed);
    m_speed->setToolTip(tr("speed of the simulated or recorded market"));
    m_speed->setAccessibleName(m_speed->toolTip());
    m_user->setToolTip(tr("who you are; in the demo market users are switched without a PIN"));
    m_user->setAccessibleName(tr("user"));
    m_pause->setCheckable(true);
    m_pause->setAccessibleName(tr("pause the market"));
    m_autonomy->setCheckable(true);
    m_autonomy->setAccessibleName(tr("scheduled scans"));
    for (auto* w : std::initializer_list<QWidget*>{m_speed, m_user, m_pause, m_autonomy})
        w->setFocusPolicy(Qt::TabFocus);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 0, 10, 0);
    layout->setSpacing(16);
    for (auto* w : std::initializer_list<QWidget*>{m_clock, m_pause, m_speed, m_feed, m_broker, m_journal, m_lag})
        layout->addWidget(w);
    layout->addStretch(1);
    layout->addWidget(m_autonomy);
    layout->addWidget(m_user);
    connect(m_speed, &QComboBox::activated, this, [this] { m_port.setSpeed(m_speed->currentData().toDouble()); });
    connect(m_pause, &QToolButton::toggled, this, [this](bool on) { m_port.setPaused(on); });
    connect(m_autonomy, &QToolButton::clicked, this, [this](bool on) {
        if (m_view)
            m_port.send(desk::SetAutonomy{m_view->user.id, on});
    });
    connect(m_user, &QComboBox::activated, this, [this] { m_port.send(desk::SwitchUser{UserId(m_user->currentData().toString().toStdString())}); });
    m_since.start();
    m_tick.setInterval(50);
    connect(&m_tick, &QTimer::timeout, this, [this] {
        m_worstLag = std::max(m_worstLag * 0.95, static_cast<double>(m_since.restart()) - 50.0);
        m_lag->setText(tr("UI %1 ms").arg(static_cast<int>(std::max(0.0, m_worstLag))));
    });
    m_tick.start();
}

void StatusStrip::setView(const ViewPtr& view) {
    m_view = view;
    const QString session = view->session == market::Session::Open        ? tr("open")
                            : view->session == market::Session::PreOpen    ? tr("pre-open")
                            : view->session == market::Session::AfterClose ? tr("after close")
                                                                           : tr("closed");
    m_clock->setText(tr("%1 ET  %2%3").arg(format::timeNewYork(view->at.utc), session, view->nextScan ? tr("  next scan %1").arg(format::timeNewYork(*view->nextScan).left(5)) : QString()));
    m_clock->setToolTip(format::timeTooltip(view->at.utc));
    std::optional<double> oldest;
    for (const auto& u : view->underlyings)
        oldest = u.ageSeconds ? std::max(oldest.value_or(0), *u.ageSeconds) : oldest;
    m_feed->setText(tr("feed %1   VIX %2 (%3)").arg(format::age(oldest), format::number(view->vix, 2), format::age(view->vixAgeSeconds)));
    m_feed->setToolTip(format::text(view->feedName));
    m_broker->setText(tr("broker %1").arg(view->lastReconciled ? (view->reconciliation == "clean" ? tr("reconciled %1") : tr("▲ differs %1")).arg(format::timeNewYork(*view->lastReconciled)) : tr("not reconciled")));
    m_broker->setToolTip(format::text(view->reconciliation));
    m_journal->setText(view->journalOk ? tr("journal %1").arg(view->journalSeq) : tr("▲ JOURNAL NOT WRITABLE"));
    m_journal->setToolTip(tr("command handling p50 %1 µs, p99 %2 µs").arg(format::number(view->commandP50Us, 0), format::number(view->commandP99Us, 0)));
    if (!m_speed->view()->isVisible()) {
        const int at = m_speed->findData(view->speed);
        if (at >= 0)
            m_speed->setCurrentIndex(at);
    }
    {
        const QSignalBlocker quiet(m_pause);
        m_pause->setChecked(view->paused);
        m_pause->setText(view->paused ? tr("▶ paused") : tr("❚❚"));
    }
    m_autonomy->setChecked(view->autonomous);
    m_autonomy->setText(view->autonomous ? tr("scans: scheduled") : tr("scans: on request"));
    if (m_user->count() != static_cast<int>(view->users.size())) {
        m_user->clear();
        for (const auto& u : view->users)
            m_user->addItem(format::text(u.name), format::text(u.id.str()));
    }
    m_user->setEnabled(view->environment == "DEMO");
    if (!m_user->view()->isVisible())
        m_user->setCurrentIndex(m_user->findData(format::text(view->user.id.str())));
}

ApprovalsRail::ApprovalsRail(QWidget* parent) : QFrame(parent), m_head(new QLabel), m_empty(new QLabel), m_decided(new QLabel), m_list(new QVBoxLayout) {
    setObjectName(QStringLiteral("rail"));
    setStyleSheet(QStringLiteral("#rail { background: %1; border-left: 1px solid %2; }").arg(color(Token::Panel).name(), color(Token::Grid).name()));
    m_head->setStyleSheet(QStringLiteral("font-weight: bold;"));
    m_empty->setWordWrap(true);
    m_empty->setStyleSheet(QStringLiteral("color: %1;").arg(color(Token::Dim).name()));
    m_decided->setWordWrap(true);
    m_decided->setTextFormat(Qt::PlainText);
    m_decided->setStyleSheet(QStringLiteral("color: %1;").arg(color(Token::Dim).name()));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addWidget(m_head);
    layout->addLayout(m_list);
    layout->addWidget(m_empty);
    layout->addStretch(1);
    layout->addWidget(m_decided);
    setAccessibleName(tr("Approvals"));
}

void ApprovalsRail::setView(const ViewPtr& view) {
    setFixedWidth(view->approvals.empty() ? 216 : 300);
    m_head->setText(tr("APPROVALS  F2   %1 pending").arg(view->approvals.size()));
    m_empty->setVisible(view->approvals.empty());
    m_empty->setText(view->nextScan ? tr("Nothing to decide.\nThe agents scan again at %1 ET.").arg(format::timeNewYork(*view->nextScan).left(5)) : tr("Nothing to decide."));
    while (m_cards.size() > static_cast<int>(view->approvals.size()))
        delete m_cards.takeLast();
    while (m_cards.size() < static_cast<int>(view->approvals.size())) {
        auto* button = new QPushButton;
        button->setAutoDefault(false);
        button->setFocusPolicy(Qt::TabFocus);
        m_list->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, button] { Q_EMIT opened(button->property("approval").toString()); });
        m_cards.push_back(button);
    }
    for (std::size_t i = 0; i < view->approvals.size(); ++i) {
        const auto& a = view->approvals[i];
        auto* button = m_cards[static_cast<int>(i)];
        button->setProperty("approval", format::text(a.request.id.str()));
        const QString text = tr("%1   %2  left %3\n%4\nlose %5   make %6")
                                 .arg(format::text(a.request.id.str()), QLatin1String(approval::toString(a.request.tier.tier)), format::countdown(a.secondsLeft),
                                      format::text(a.description), format::money(a.maxLoss), format::money(a.maxProfit));
        if (button->text() != text)
            button->setText(text);
        button->setStyleSheet(QStringLiteral("text-align: left; padding: 8px; border-left: 4px solid %1;").arg(color(a.request.escalated ? Token::Halt : Token::Warn).name()));
        button->setAccessibleName(tr("%1, %2 left, can lose %3").arg(format::text(a.description), format::countdown(a.secondsLeft), format::money(a.maxLoss)));
    }
    QStringList recent;
    for (const auto& r : view->decided) {
        if (recent.size() >= 6)
            break;
        recent << tr("%1  %2 %3").arg(format::text(r.id.str()), format::text(r.order.underlying),
                                      r.state == approval::ApprovalState::Approved ? tr("approved") : tr("rejected: %1").arg(format::text(r.causeText).left(48)));
    }
    m_decided->setText(recent.isEmpty() ? QString() : tr("Decided today\n%1").arg(recent.join(QLatin1Char('\n'))));
}

} // namespace mahler::ui
