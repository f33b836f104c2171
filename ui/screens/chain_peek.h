#pragma once

#include <optional>
#include <QDialog>
#include <QLabel>

#include "desk/desk_view.h"

namespace mahler::ui {

/// Space in the chain: everything of one contract as it stands now, in two columns of words, with the age of its quote.
/// What is stale looks so (UX 2.1). Space or Esc closes it.
class ChainPeek final : public QDialog {
    Q_OBJECT
public:
    using Facts = QList<QPair<QString, QString>>;
    ChainPeek(const QString& contract, const Facts& facts, QWidget* parent = nullptr);
    /// The same facts with newer values.
    void setFacts(const Facts& facts);
    /// Of the oldest input of what is shown. It goes on while the layer is open.
    void setAge(const std::optional<double>& seconds, desk::Freshness freshness);
    QString ageWords() const { return m_age->text(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QLabel* m_age;
    QList<QLabel*> m_values;
    QString m_spoken;
    desk::Freshness m_freshness = desk::Freshness::Fresh;
};

} // namespace mahler::ui
