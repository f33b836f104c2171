#pragma once

#include <memory>
#include <QDialog>
#include <QLabel>
#include <QProgressBar>
#include <QStackedWidget>
#include <QTabWidget>

#include "ui/models/grid_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// The desk as it stood at a record of the journal, replayed from its inputs: state, positions, orders. It can be looked at;
/// nothing is sent from it but a halt.
class MomentLayer final : public QDialog {
    Q_OBJECT
public:
    MomentLayer(DeskPort& port, const JournalRow& row, QWidget* parent);
    ~MomentLayer() override;
    bool ready() const { return m_ready; } ///< shown, or known why not
    void showPage(const QString& id);      ///< "state", "positions", "orders"

private:
    void show(const ViewPtr& view, const QString& differs);
    void fillState(const desk::DeskView& view);
    DeskPort& m_port;
    std::unique_ptr<DeskPort> m_still; ///< what the screens in here are given: it refuses to send
    qint64 m_seq;
    bool m_ready = false;
    QLabel *m_tag, *m_words;
    QProgressBar* m_progress;
    QStackedWidget* m_pages;
    QTabWidget* m_tabs;
    GridModel* m_state;
    Screen *m_positions, *m_orders;
};

} // namespace mahler::ui
