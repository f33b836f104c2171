#include "ui/screens/chain_peek.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QPainter>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

ChainPeek::ChainPeek(const QString& contract, const Facts& facts, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("layer"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowFlag(Qt::FramelessWindowHint);
    setWindowTitle(contract);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(18, 14, 18, 14);
    grid->setHorizontalSpacing(18);
    grid->setVerticalSpacing(3);
    const auto put = [&](const QString& text, int row, int column, int span, Token token, bool bold, int pixels) {
        auto* label = new QLabel(text);
        label->setTextFormat(Qt::PlainText);
        setTone(*label, token, bold, pixels);
        grid->addWidget(label, row, column, 1, span);
        return label;
    };
    put(contract, 0, 0, 2, Token::Text, true, 14);
    m_age = put({}, 1, 0, 2, Token::Dim, true, 0);
    int row = 2;
    for (const auto& [what, value] : facts) {
        put(what, row, 0, 1, Token::Dim, false, 0);
        m_values << put(value, row++, 1, 1, Token::Text, false, 0);
    }
    put(tr("Space or Esc closes"), row, 0, 2, Token::Dim, false, 11);
    setAccessibleName(contract);
    setFacts(facts);
}

void ChainPeek::setFacts(const Facts& facts) {
    m_spoken.clear();
    for (qsizetype i = 0; i < facts.size() && i < m_values.size(); ++i) {
        m_values[i]->setText(facts[i].second);
        m_spoken += facts[i].first + QLatin1Char(' ') + facts[i].second + QStringLiteral("; ");
    }
    setAccessibleDescription(m_age->text().isEmpty() ? m_spoken : m_age->text() + QStringLiteral("; ") + m_spoken);
}

void ChainPeek::setAge(const std::optional<double>& seconds, desk::Freshness freshness) {
    const QString age = format::age(seconds);
    bool old = false, dead = false;
    switch (freshness) {
    case desk::Freshness::Fresh: m_age->setText(tr("quoted %1 ago").arg(age)); break;
    case desk::Freshness::Aging: m_age->setText(tr("AGING: quoted %1 ago").arg(age)); break;
    case desk::Freshness::Stale:
        m_age->setText(tr("▲ STALE: quoted %1 ago, nothing is staged or sent from it").arg(age));
        old = true;
        break;
    case desk::Freshness::Dead:
        m_age->setText(tr("▲ DEAD: quoted %1 ago, the last values that came").arg(age));
        old = dead = true;
        break;
    case desk::Freshness::Delayed: m_age->setText(tr("DELAYED by its source, %1 old: not tradable live").arg(age)); break;
    case desk::Freshness::Closed: m_age->setText(tr("the market is closed: quoted %1 ago").arg(age)); break;
    case desk::Freshness::Unknown: m_age->setText(tr("the age of this quote is unknown")); break;
    }
    setTone(*m_age, old ? Token::Warn : freshness == desk::Freshness::Delayed ? Token::Delayed : Token::Dim, true);
    setAccessibleDescription(m_age->text() + QStringLiteral("; ") + m_spoken);
    if (freshness == m_freshness) return;
    m_freshness = freshness;
    const bool grey = old || freshness == desk::Freshness::Closed;
    for (auto* value : m_values) {
        setLook(*value, "aged", dead ? QStringLiteral("dead") : old ? QStringLiteral("stale") : QString());
        setTone(*value, grey ? Token::Stale : Token::Text);
    }
    adjustSize();
    update();
}

void ChainPeek::paintEvent(QPaintEvent* event) {
    QDialog::paintEvent(event);
    if (m_freshness != desk::Freshness::Stale) return;
    QPainter painter(this);
    for (const auto* value : m_values) painter.fillRect(value->geometry(), QBrush(mix(Token::Panel, Token::Stale, 0.35), Qt::BDiagPattern));
}

void ChainPeek::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) return accept();
    QDialog::keyPressEvent(event);
}

} // namespace mahler::ui
