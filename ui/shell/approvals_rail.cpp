#include "ui/shell/approvals_rail.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QStyleOptionButton>

#include "ui/approval/answer_words.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

/// One line of the rail: broken at a space, with an ellipsis where words are left out.
QString shortened(const QString& words) {
    constexpr int kMost = 48;
    if (words.size() <= kMost) return words;
    const auto space = words.lastIndexOf(QLatin1Char(' '), kMost - 1);
    return words.left(space > 0 ? space : kMost - 1).trimmed() + QChar(0x2026);
}

} // namespace

ApprovalCard::ApprovalCard(QWidget* parent) : QPushButton(parent) {
    setObjectName(QStringLiteral("approvalcard"));
    setAutoDefault(false);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ApprovalCard::setApproval(const desk::ApprovalView& a) {
    m_id = format::text(a.request.id.str());
    m_tier = tr("%1  %2").arg(QLatin1String(approval::toString(a.request.tier.tier)), m_id);
    m_left = format::countdown(a.secondsLeft);
    m_order = format::text(a.description);
    m_money = tr("lose %1   make %2").arg(format::money(a.maxLoss), format::money(a.maxProfit));
    m_urgent = a.secondsLeft <= 10;
    setLook(*this, "escalated", a.request.escalated ? QStringLiteral("true") : QStringLiteral("false"));
    setAccessibleName(tr("%1, %2, %3 left, can lose %4").arg(m_order, m_tier, m_left, format::money(a.maxLoss)));
    update();
}

void ApprovalCard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    option.text.clear();
    style()->drawControl(QStyle::CE_PushButton, &option, &painter, this);
    const QRect inner = rect().adjusted(14, 7, -10, -7);
    const int line = 17;
    painter.setFont(textFont(12, true));
    painter.setPen(color(Token::Text));
    painter.drawText(QRect(inner.left(), inner.top(), inner.width(), line), Qt::AlignLeft | Qt::AlignVCenter, m_tier);
    painter.setPen(color(m_urgent ? Token::Danger : Token::Warn));
    painter.drawText(QRect(inner.left(), inner.top(), inner.width(), line), Qt::AlignRight | Qt::AlignVCenter,
                     (m_urgent ? QStringLiteral("▲ ") : QString()) + m_left);
    painter.setFont(textFont(12));
    painter.setPen(color(Token::Text));
    // Two lines, broken at the space nearest to the end of the first.
    const QFontMetrics metrics(painter.font());
    int end = static_cast<int>(m_order.size());
    while (end > 0 && metrics.horizontalAdvance(m_order.left(end)) > inner.width()) {
        const int space = static_cast<int>(m_order.lastIndexOf(QLatin1Char(' '), end - 1));
        if (space <= 0) break;
        end = space;
    }
    painter.drawText(QRect(inner.left(), inner.top() + line, inner.width(), line), Qt::AlignLeft | Qt::AlignVCenter, m_order.left(end));
    if (end < m_order.size())
        painter.drawText(QRect(inner.left(), inner.top() + 2 * line, inner.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(m_order.mid(end).trimmed(), Qt::ElideRight, inner.width()));
    painter.setPen(color(Token::Dim));
    painter.drawText(QRect(inner.left(), inner.top() + 3 * line, inner.width(), line), Qt::AlignLeft | Qt::AlignVCenter, m_money);
}

ApprovalsRail::ApprovalsRail(QWidget* parent)
    : QFrame(parent), m_head(new QLabel), m_empty(new QLabel), m_more(new QLabel), m_unasked(new QLabel), m_decided(new QLabel),
      m_fold(new QToolButton), m_badge(new QToolButton), m_body(new QWidget), m_list(new QVBoxLayout) {
    setObjectName(QStringLiteral("rail"));
    setAccessibleName(tr("Approvals"));
    setTone(*m_head, Token::Dim, true, 11);
    m_decided->setObjectName(QStringLiteral("decided"));
    for (auto* label : {m_empty, m_more, m_unasked, m_decided}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        setTone(*label, Token::Dim);
    }
    m_fold->setText(QStringLiteral("»"));
    m_fold->setAccessibleName(tr("Fold the approvals to a badge"));
    m_fold->setToolTip(m_fold->accessibleName());
    m_fold->setFocusPolicy(Qt::TabFocus);
    m_badge->setFocusPolicy(Qt::TabFocus);
    m_badge->setToolTip(tr("Unfold the approvals"));
    m_badge->setFixedWidth(48);
    auto* top = new QHBoxLayout;
    top->addWidget(m_head, 1);
    top->addWidget(m_fold);
    m_list->setSpacing(6);
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins(10, 6, 10, 8);
    body->setSpacing(8);
    body->addLayout(top);
    body->addLayout(m_list);
    body->addWidget(m_more);
    body->addWidget(m_empty);
    body->addStretch(1);
    body->addWidget(m_unasked);
    body->addWidget(m_decided);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_body, 1);
    layout->addWidget(m_badge, 0, Qt::AlignTop | Qt::AlignHCenter);
    connect(m_fold, &QToolButton::clicked, this, [this] { setFolded(true); });
    connect(m_badge, &QToolButton::clicked, this, [this] { setFolded(false); });
    m_unasked->setObjectName(QStringLiteral("unasked"));
    m_unasked->setAccessibleName(tr("Sent without asking today"));
    m_unasked->setToolTip(
        tr("What the automatic tier (T0, under $1,000 an order) sent in this session: orders, filled or not, and the dollars they could "
           "lose together as they were sent, fees included. What was rejected unfilled is left out; closed ones are not taken off. Beyond the "
           "second sum, or for correlated equities a second time, a trader is asked"));
    m_more->hide();
    setFolded(false);
}

void ApprovalsRail::setFolded(bool folded) {
    m_folded = folded;
    m_body->setVisible(!folded);
    m_badge->setVisible(folded);
    applyWidth();
}

void ApprovalsRail::setRoom(int windowWidth) {
    m_room = windowWidth;
    applyWidth();
}

void ApprovalsRail::applyWidth() {
    const int width = m_folded ? 56 : m_room >= 1600 ? (m_pending > 0 ? 400 : 300) : m_pending > 0 ? 300 : 216;
    setFixedWidth(width);
}

void ApprovalsRail::setView(const ViewPtr& view) {
    m_pending = static_cast<int>(view->approvals.size());
    applyWidth();
    m_head->setText(m_pending > 0 ? tr("APPROVALS  F2   %1 PENDING").arg(m_pending) : tr("APPROVALS  F2"));
    m_badge->setText(m_pending > 0 ? tr("▲ %1\n%2").arg(m_pending).arg(format::countdown(view->approvals.front().secondsLeft))
                                   : QStringLiteral("« 0"));
    m_badge->setAccessibleName(tr("%1 approvals pending").arg(m_pending));
    m_empty->setVisible(m_pending == 0);
    m_empty->setText(view->state != desk::RunState::Running ? tr("Nothing to decide.\nHalted: the agents propose nothing.")
                     : view->nextScan ? tr("Nothing to decide.\nThe agents scan again at %1 ET.").arg(format::timeNewYork(*view->nextScan).left(5))
                                      : tr("Nothing to decide."));
    const int cards = qMin(m_pending, kMostCards);
    while (m_cards.size() > cards) delete m_cards.takeLast();
    while (m_cards.size() < cards) {
        auto* card = new ApprovalCard;
        m_list->addWidget(card);
        connect(card, &QPushButton::clicked, this, [this, card] { Q_EMIT opened(card->approvalId()); });
        m_cards.push_back(card);
    }
    for (int i = 0; i < cards; ++i) m_cards[i]->setApproval(view->approvals[static_cast<std::size_t>(i)]);
    m_more->setVisible(m_pending > cards);
    m_more->setText(tr("and %1 more behind these").arg(m_pending - cards));
    const auto& unasked = view->sentUnasked;
    m_unasked->setText(unasked.orders == 0 ? tr("Sent without asking today: none")
                                           : tr("Sent without asking today: %n order(s), max loss %1 of %2", nullptr, unasked.orders)
                                                 .arg(format::money(unasked.maxLoss), unasked.most ? format::money(*unasked.most) : format::dash()));
    QStringList recent, whole;
    for (const auto& r : view->decided) {
        if (recent.size() >= 6) break;
        const QString why = reasonWords(r.causeText);
        const auto line = [&](const QString& reason) {
            return tr("%1  %2 %3")
                .arg(format::text(r.id.str()), format::text(r.order.underlying),
                     r.state == approval::ApprovalState::Approved ? tr("approved") : tr("rejected: %1").arg(reason));
        };
        recent << line(shortened(why));
        whole << line(why);
    }
    m_decided->setToolTip(whole.join(QLatin1Char('\n')));
    m_decided->setVisible(!recent.isEmpty());
    m_decided->setText(tr("Decided today\n%1").arg(recent.join(QLatin1Char('\n'))));
}

} // namespace mahler::ui
