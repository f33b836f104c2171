#include "ui/shell/elided_label.h"

#include <QPainter>
#include <QStyle>

namespace mahler::ui {

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
}

void ElidedLabel::setWords(const QString& words, const QString& more) {
    const QString all = more.isEmpty() ? words : words + QLatin1Char('\n') + more;
    if (text() == words && accessibleDescription() == all) return;
    setText(words);
    setToolTip(QStringLiteral("<qt>%1</qt>")
                   .arg(all.toHtmlEscaped().replace(QLatin1Char('\n'), QLatin1String("<br/>")))); // shown as words, whatever they contain
    setAccessibleDescription(all);
}

QSize ElidedLabel::minimumSizeHint() const { return {fontMetrics().averageCharWidth() * 8, QLabel::minimumSizeHint().height()}; }

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    style()->drawItemText(&painter, contentsRect(), static_cast<int>(alignment()), palette(), isEnabled(),
                          fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()), foregroundRole());
}

} // namespace mahler::ui
