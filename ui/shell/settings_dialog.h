#pragma once

#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>

#include "ui/screen.h"
#include "ui/shell/settings_page.h"

namespace mahler::ui {

/// Ctrl+,: every setting with its default. Nothing changes before Save; Esc discards. Opened with open(), never exec().
class SettingsDialog final : public QDialog {
    Q_OBJECT
public:
    explicit SettingsDialog(DeskPort& port, QWidget* parent = nullptr);
    /// Shows what is set now; the view tells who is looking and which limits are in force. May be null.
    void openWith(const ViewPtr& view);

private:
    void addPages();
    QWidget* brokerPage();
    QWidget* aboutPage();
    void load(const ViewPtr& view);
    void showProfile(int index);
    std::optional<SettingsValues> wanted();
    void save();
    void say(const QString& what);

    DeskPort& m_port;
    QTabWidget* m_tabs;
    SettingsPage *m_look, *m_screener, *m_limits, *m_approvals;
    QLabel *m_about, *m_status, *m_phoneReadOnly;
    QLineEdit* m_phone;
    QPushButton *m_save, *m_reset;
};

} // namespace mahler::ui
