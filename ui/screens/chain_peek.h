#pragma once

#include <QDialog>

namespace mahler::ui {

/// Space in the chain: everything of one contract as it stands now, in two columns of words. Space or Esc closes it.
class ChainPeek final : public QDialog {
    Q_OBJECT
public:
    using Facts = QList<QPair<QString, QString>>;
    ChainPeek(const QString& contract, const Facts& facts, QWidget* parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent* event) override;
};

} // namespace mahler::ui
