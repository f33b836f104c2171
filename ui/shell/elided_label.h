#pragma once

#include <QLabel>

namespace mahler::ui {

/// One line of plain text that gives way instead of pushing its neighbours out; the whole text stays in the tooltip.
class ElidedLabel final : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget* parent = nullptr);
    /// `more` stands in the tooltip below the words.
    void setWords(const QString& words, const QString& more = {});
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace mahler::ui
