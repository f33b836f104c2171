#pragma once

#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>

#include "ui/screen.h"

namespace mahler::ui {

/// Ctrl+F and "/": keeps the rows of the pane's grids that hold every word. Esc shows all again and gives the focus back.
class FindBar final : public QFrame {
    Q_OBJECT
public:
    explicit FindBar(QWidget* parent = nullptr);
    void open(Screen* screen);
    void close();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< Esc in the line

private:
    void filter(const QString& words);

    QLineEdit* m_line;
    QLabel* m_count;
    QPointer<Screen> m_screen;
    QPointer<QWidget> m_before;
};

} // namespace mahler::ui
