#include "ui/screens/chain_peek.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>

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
    };
    put(contract, 0, 0, 2, Token::Text, true, 14);
    QString spoken;
    int row = 1;
    for (const auto& [what, value] : facts) {
        put(what, row, 0, 1, Token::Dim, false, 0);
        put(value, row++, 1, 1, Token::Text, false, 0);
        spoken += what + QLatin1Char(' ') + value + QStringLiteral("; ");
    }
    put(tr("Space or Esc closes"), row, 0, 2, Token::Dim, false, 11);
    setAccessibleName(contract);
    setAccessibleDescription(spoken);
}

void ChainPeek::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) return accept();
    QDialog::keyPressEvent(event);
}

} // namespace mahler::ui
