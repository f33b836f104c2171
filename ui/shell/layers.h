#pragma once

#include <functional>
#include <QAction>
#include <QDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QScrollArea>

namespace mahler::ui {

/// A menu's text as it is read: "&Desk" is "Desk", "P&&L" is "P&L".
QString withoutMnemonic(QString text);

/// Ctrl+K: type a few letters, Enter runs the first action that has them all. Lists actions only: nothing is approved or resumed here.
class CommandPalette final : public QDialog {
    Q_OBJECT
public:
    explicit CommandPalette(const QList<QAction*>& actions, QWidget* parent = nullptr);
    /// A command no menu has.
    void add(const QString& text, const std::function<void()>& run);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< arrows move in the list while the line keeps the focus

private:
    void filter(const QString& words);
    void run();

    QList<QAction*> m_actions;
    QLineEdit* m_line;
    QListWidget* m_list;
};

/// F1: the keys of the workstation and of the pane, side by side, never larger than the window. The arrows and the page keys scroll
/// it where it must; any other key but the halt key closes it.
class KeysLayer final : public QDialog {
    Q_OBJECT
public:
    using Keys = QList<QPair<QString, QString>>;
    KeysLayer(const QList<QPair<QString, Keys>>& groups, QWidget* parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QScrollArea* m_scroll;
};

} // namespace mahler::ui
