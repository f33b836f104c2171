#include "ui/approval/approval_prompt.h"

#include <QElapsedTimer>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

const auto kLeft = Qt::AlignLeft | Qt::AlignVCenter;

QLabel* block(const QString& name, int pixels = 12, bool bold = false, Token token = Token::Text) {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText); // what agents wrote is untrusted text
    label->setWordWrap(true);
    label->setAccessibleName(name);
    label->setStyleSheet(QStringLiteral("font-size: %1px; %2 color: %3;").arg(pixels).arg(bold ? QStringLiteral("font-weight: bold;") : QString(), color(token).name()));
    return label;
}

QString effectName(const std::string& measure) {
    static const std::pair<const char*, const char*> kNames[] = {
        {"max_loss_equity", QT_TRANSLATE_NOOP("ApprovalPrompt", "max loss")},   {"portfolio_risk", QT_TRANSLATE_NOOP("ApprovalPrompt", "portfolio risk")},
        {"delta", QT_TRANSLATE_NOOP("ApprovalPrompt", "delta")},                {"gamma", QT_TRANSLATE_NOOP("ApprovalPrompt", "gamma")},
        {"theta", QT_TRANSLATE_NOOP("ApprovalPrompt", "theta")},                {"vega", QT_TRANSLATE_NOOP("ApprovalPrompt", "vega")},
        {"buying_power", QT_TRANSLATE_NOOP("ApprovalPrompt", "buying power")}, {"day_loss_headroom", QT_TRANSLATE_NOOP("ApprovalPrompt", "day-loss headroom")}};
    for (const auto& [key, name] : kNames)
        if (measure == key)
            return ApprovalPrompt::tr(name);
    return format::text(measure);
}

} // namespace

ApprovalPrompt::ApprovalPrompt(DeskPort& port, QWidget* parent)
    : QFrame(parent), m_port(port), m_consequence(block(tr("Consequence"), 16, true)), m_facts(block(tr("Account and time"), 12, false, Token::Dim)),
      m_tier(block(tr("Tier"), 12, false, Token::Dim)), m_effects(block(tr("Account effect"))), m_checks(block(tr("Checks"))), m_since(block(tr("Since proposed"))),
      m_against(block(tr("Strongest case against"))), m_open(block(tr("Unanswered"), 12, false, Token::Warn)), m_for(block(tr("Case for"))),
      m_events(block(tr("Verdict"), 12, false, Token::Dim)), m_status(block(tr("Status"), 13, true, Token::Warn)),
      m_legs(new GridModel({{tr("Side"), {}, 44, kLeft}, {tr("Qty"), {}, 34}, {tr("Contract"), {}, 150, kLeft}, {tr("Bid"), {}, 46}, {tr("Mid"), {}, 46}, {tr("Ask"), {}, 46},
                            {tr("IV"), {}, 50}, {tr("Delta"), tr("of one contract"), 46}, {tr("Age"), tr("of the quote"), 34}},
                           this)),
      m_chart(new PayoffChart), m_amount(new QLineEdit), m_reason(new QLineEdit), m_approve(new QPushButton), m_rejectButton(new QPushButton(tr("Reject  (R, 1-9)"))),
      m_smaller(new QPushButton(tr("Half the size  (S)"))), m_debate(new QPushButton(tr("Debate  (V)"))) {
    setObjectName(QStringLiteral("prompt"));
    setStyleSheet(QStringLiteral("#prompt { background: %1; border: 2px solid %2; }").arg(color(Token::Panel).name(), color(Token::Warn).name()));
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Approval request"));
    QElapsedTimer timer;
    timer.start();
    m_clock = [timer] { return timer.elapsed(); };

    auto* legs = new GridView(m_legs);
    legs->setFocusPolicy(Qt::NoFocus);
    legs->setFixedHeight(5 * kRowHeight + 16);
    legs->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    const auto head = [](const QString& text) {
        auto* label = new QLabel(text);
        label->setStyleSheet(QStringLiteral("font-weight: bold; color: %1;").arg(color(Token::Dim).name()));
        return label;
    };
    auto* left = new QVBoxLayout;
    left->setSpacing(2);
    left->addWidget(head(tr("LEGS")));
    left->addWidget(legs);
    left->addWidget(m_since);
    left->addWidget(head(tr("ACCOUNT EFFECT   now → after (limit)")));
    left->addWidget(m_effects);
    left->addWidget(head(tr("CHECKS")));
    left->addWidget(m_checks);
    left->addStretch(1);
    auto* right = new QVBoxLayout;
    right->setSpacing(2);
    right->addWidget(head(tr("STRONGEST CASE AGAINST   agent text, not verified advice")));
    right->addWidget(m_against);
    right->addWidget(m_open);
    right->addWidget(head(tr("CASE FOR   agent text")));
    right->addWidget(m_for);
    right->addWidget(m_events);
    m_chart->setMinimumHeight(160);
    right->addWidget(m_chart, 1);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(16);
    columns->addLayout(left, 1);
    columns->addLayout(right, 1);
    m_amount->setPlaceholderText(tr("type the maximum loss in dollars"));
    m_amount->setAccessibleName(tr("Maximum loss, typed"));
    m_reason->setPlaceholderText(tr("reason"));
    m_reason->setAccessibleName(tr("Reason"));
    for (auto* button : {m_approve, m_rejectButton, m_smaller, m_debate}) {
        button->setAutoDefault(false);
        button->setDefault(false);
        button->setFocusPolicy(Qt::TabFocus);
    }
    auto* actions = new QHBoxLayout;
    actions->addWidget(m_status, 1);
    actions->addWidget(m_amount);
    actions->addWidget(m_reason);
    actions->addWidget(m_debate);
    actions->addWidget(m_smaller);
    actions->addWidget(m_rejectButton);
    actions->addWidget(m_approve);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 8, 14, 8);
    layout->setSpacing(4);
    layout->addWidget(m_consequence);
    layout->addWidget(m_facts);
    layout->addWidget(m_tier);
    layout->addLayout(columns, 1);
    layout->addLayout(actions);
    m_grace.setSingleShot(true);
    connect(&m_grace, &QTimer::timeout, this, &ApprovalPrompt::send);
    connect(m_approve, &QPushButton::clicked, this, [this] { m_armed ? commit() : arm(); });
    connect(m_rejectButton, &QPushButton::clicked, this, [this] { reject(0); });
    connect(m_smaller, &QPushButton::clicked, this, [this] {
        if (m_shown && m_shown->request.order.quantity > 1)
            m_port.send(desk::SizeDown{m_shown->request.id, m_view->user.id, m_shown->request.order.quantity / 2});
    });
    connect(m_debate, &QPushButton::clicked, this, [this] {
        if (m_shown)
            Q_EMIT debateRequested(format::text(m_shown->cycle.str()));
    });
    hide();
}

void ApprovalPrompt::show(const QString& approvalId, const ViewPtr& view) {
    m_id = approvalId;
    m_armed = m_rejecting = false;
    m_grace.stop();
    m_amount->clear();
    m_reason->clear();
    m_renderedAt = m_clock();
    setView(view);
    if (!m_shown)
        return;
    m_port.send(desk::OpenRequest{m_shown->request.id, view->user.id});
    QWidget::show();
    raise();
}

void ApprovalPrompt::setView(const ViewPtr& view) {
    m_view = view;
    if (m_id.isEmpty())
        return;
    for (const auto& a : view->approvals)
        if (format::text(a.request.id.str()) == m_id) {
            if (m_shown && m_shown->request.shownHash != a.request.shownHash) {
                m_armed = false;
                m_grace.stop();
            }
            return fill(a);
        }
    m_shown.reset(); // decided elsewhere, expired or halted
    m_id.clear();
    m_grace.stop();
    hide();
    Q_EMIT closed();
}

void ApprovalPrompt::fill(const desk::ApprovalView& a) {
    const bool first = !m_shown;
    m_shown = a;
    m_consequence->setText(tr("%1 for %2: you can lose %3, you can make %4.")
                               .arg(format::text(a.description), format::net(a.request.order.netLimit), format::money(a.maxLoss), format::money(a.maxProfit)));
    m_facts->setText(tr("%1   account %2   %3 left, then REJECTED   you are %4   fees %5   proposed by %6")
                         .arg(format::text(m_view->environment), format::text(m_view->accountName), format::countdown(a.secondsLeft), format::text(m_view->user.name),
                              format::money(a.fees), format::text(a.request.order.source)));
    QStringList why;
    for (const auto& r : a.request.tier.reasons)
        why << format::text(r);
    m_tier->setText(tr("Tier %1: %2").arg(QLatin1String(approval::toString(a.request.tier.tier)), why.join(QStringLiteral("; "))));
    std::vector<GridRow> rows;
    for (const auto& leg : a.legs) {
        const auto fresh = desk::freshnessOf(leg.ageSeconds);
        rows.push_back({format::text(leg.contract.id()),
                        {{leg.ratio > 0 ? tr("BUY") : tr("SELL"), {}, leg.ratio > 0 ? Tone::Gain : Tone::Loss},
                         {QString::number(std::abs(leg.quantity)), {}},
                         {format::text(leg.contract.label()), {}, Tone::Strong},
                         {format::price(leg.quote.bid), {}, Tone::Plain, fresh},
                         {format::price(leg.quote.mid()), {}, Tone::Strong, fresh},
                         {format::price(leg.quote.ask), {}, Tone::Plain, fresh},
                         {format::percent(leg.iv), {}, Tone::Plain, fresh},
                         {leg.delta ? format::signedNumber(*leg.delta, 2) : format::dash(), {}, Tone::Plain, fresh},
                         {format::age(leg.ageSeconds), {}, Tone::Dim, fresh}},
                        false, false, {}});
    }
    m_legs->setRows(std::move(rows));
    m_since->setText(tr("limit %1   mid %2   natural %3   at proposal: mid %4, spot %5, IV %6   now: %7")
                         .arg(format::net(a.request.order.netLimit), format::net(a.mid), format::net(a.natural), format::net(a.midAtProposal), format::number(a.spotAtProposal, 2),
                              format::percent(a.ivAtProposal))
                         .arg(a.changedSince.empty() ? tr("unchanged") : format::text(a.changedSince)));
    QStringList effects;
    for (const auto& e : a.effects) {
        const bool pct = e.unit == "%";
        const auto show = [&](const std::optional<double>& v) { return v ? format::number(*v, pct ? 1 : std::abs(*v) >= 100 ? 0 : 2) + (pct ? QStringLiteral("%") : QString()) : format::dash(); };
        effects << tr("%1  %2 → %3%4%5").arg(effectName(e.measure), show(e.now), show(e.after), e.limit ? tr(" (%1)").arg(show(e.limit)) : QString(),
                                             pct ? QString() : QLatin1Char(' ') + format::text(e.unit));
    }
    QString two;
    for (int i = 0; i < effects.size(); ++i)
        two += effects[i] + (i % 2 == 1 ? QStringLiteral("\n") : QStringLiteral("     "));
    m_effects->setText(two.trimmed());
    int passed = 0;
    QStringList failed;
    for (const auto& c : a.checks) {
        passed += c.pass;
        if (!c.pass && failed.size() < 5)
            failed << QStringLiteral("▲ ") + format::text(c.reason);
    }
    m_checks->setText(tr("%1 of %2 hard checks pass. ").arg(passed).arg(a.checks.size()) + failed.join(QLatin1Char('\n')));
    const auto short320 = [](const std::string& t) {
        const QString text = format::text(t);
        return text.size() > 320 ? text.left(317) + QStringLiteral("…") : text;
    };
    m_against->setText(a.caseAgainst.empty() ? tr("none given") : short320(a.caseAgainst));
    QStringList open;
    for (const auto& u : a.unanswered)
        open << format::text(u).left(110);
    m_open->setText(open.isEmpty() ? QString() : tr("▲ Unanswered (%1): %2").arg(open.size()).arg(open.mid(0, 2).join(QStringLiteral("; "))));
    m_for->setText(a.caseFor.empty() ? tr("none given") : short320(a.caseFor));
    m_events->setText(a.confidence ? tr("The debate ended with a confidence of %1. No track record of similar trades yet.").arg(format::number(*a.confidence, 2)) : QString());
    if (first || m_renderedAt == m_clock())
        m_chart->show({a.request.order.legs, a.request.order.netLimit, a.request.order.quantity, a.spot.value_or(0), 0, {}});
    const bool amount = a.request.tier.tier >= approval::Tier::T2;
    m_amount->setVisible(amount);
    m_reason->setVisible(amount);
    m_smaller->setEnabled(a.request.order.quantity > 1);
    const QString miss = missing();
    m_approve->setEnabled(miss.isEmpty() && !m_grace.isActive());
    m_approve->setText(m_armed ? tr("Approve  (Enter)") : tr("Arm  (A)"));
    if (m_grace.isActive())
        m_status->setText(tr("Sending, U to pull back"));
    else if (m_rejecting)
        m_status->setText(tr("Reject with: 1 price, 2 size, 3 risk, 4 timing, 5 evidence, 6 other"));
    else if (!miss.isEmpty())
        m_status->setText(QStringLiteral("▲ ") + miss);
    else
        m_status->setText(m_armed ? tr("Armed. Enter approves.") : tr("%1 left, then REJECTED").arg(format::countdown(a.secondsLeft)));
}

qint64 ApprovalPrompt::readingMs() const {
    switch (m_shown ? m_shown->request.tier.tier : approval::Tier::T3) {
    case approval::Tier::T0:
    case approval::Tier::T1: return 800;
    case approval::Tier::T2: return 5000;
    case approval::Tier::T3: return 10000;
    }
    return 10000;
}

QString ApprovalPrompt::missing() const {
    if (!m_shown)
        return tr("nothing to decide");
    if (!m_shown->blockedBecause.empty())
        return format::text(m_shown->blockedBecause.front());
    const auto tier = m_shown->request.tier.tier;
    if (!approval::mayApproveTier(m_view->user, static_cast<int>(tier)))
        return tr("tier %1 is not for %2").arg(QLatin1String(approval::toString(tier)), format::text(m_view->user.name));
    if (tier >= approval::Tier::T2) {
        const auto typed = Usd::parse(m_amount->text().remove(QLatin1Char(',')).remove(QLatin1Char('$')).trimmed().toStdString());
        if (!typed || typed->micros() / 10'000 != m_shown->maxLoss.micros() / 10'000)
            return tr("type the maximum loss, %1").arg(format::text(m_shown->maxLoss.str()));
        if (m_reason->text().trimmed().size() < (tier == approval::Tier::T3 ? 15 : 1))
            return tier == approval::Tier::T3 ? tr("a reason of at least 15 characters") : tr("a reason");
    }
    return {};
}

void ApprovalPrompt::arm() {
    if (!m_shown || !missing().isEmpty() || m_grace.isActive())
        return;
    m_armed = true;
    m_rejecting = false;
    setFocus();
    fill(*m_shown);
}

void ApprovalPrompt::commit() {
    if (!m_shown || !m_armed || !missing().isEmpty())
        return;
    if (m_clock() - m_renderedAt < readingMs()) {
        m_status->setText(tr("Read it first: Enter counts after %1 s").arg(format::number(static_cast<double>(readingMs()) / 1000, 1)));
        return;
    }
    m_armed = false;
    if (m_graceMs <= 0)
        return send();
    m_grace.start(m_graceMs);
    fill(*m_shown);
}

void ApprovalPrompt::send() {
    if (!m_shown)
        return;
    desk::AnswerRequest answer{m_shown->request.id, m_view->user.id, true, m_shown->request.shownHash, m_reason->text().trimmed().toStdString(), {}};
    if (answer.reason.empty())
        answer.reason = "approved";
    if (const auto typed = Usd::parse(m_amount->text().remove(QLatin1Char(',')).remove(QLatin1Char('$')).trimmed().toStdString()))
        answer.typedMaxLoss = *typed;
    if (!m_port.send(answer))
        m_status->setText(tr("The desk is busy; nothing was sent. Try again."));
}

void ApprovalPrompt::reject(int code) {
    if (!m_shown)
        return;
    m_grace.stop();
    static constexpr const char* kCodes[] = {"rejected", "1 price", "2 size", "3 risk", "4 timing", "5 evidence", "6 other", "7 other", "8 other", "9 other"};
    m_port.send(desk::AnswerRequest{m_shown->request.id, m_view->user.id, false, m_shown->request.shownHash, kCodes[qBound(0, code, 9)], {}});
}

void ApprovalPrompt::leave() {
    m_armed = m_rejecting = false;
    m_grace.stop();
    m_id.clear();
    m_shown.reset();
    hide();
    Q_EMIT closed();
}

void ApprovalPrompt::keyPressEvent(QKeyEvent* event) {
    if (event->isAutoRepeat())
        return event->accept(); // holding a key decides nothing
    const int key = event->key();
    if (m_rejecting && key >= Qt::Key_1 && key <= Qt::Key_9)
        return reject(key - Qt::Key_0);
    switch (key) {
    case Qt::Key_A: return arm();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_armed)
            return commit();
        if (!m_grace.isActive())
            reject(0); // Enter on an untouched prompt rejects (SAFETY section 4)
        return;
    case Qt::Key_R:
        m_rejecting = true;
        m_armed = false;
        if (m_shown)
            fill(*m_shown);
        return;
    case Qt::Key_U:
        m_grace.stop();
        if (m_shown)
            fill(*m_shown);
        return;
    case Qt::Key_S: return m_smaller->click();
    case Qt::Key_V: return m_debate->click();
    case Qt::Key_Escape: return leave();
    default: QFrame::keyPressEvent(event);
    }
}

} // namespace mahler::ui
