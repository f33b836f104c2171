#pragma once

#include <QLabel>
#include <QTabBar>

#include "ui/models/grid_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// A bar from the middle for a value, with a tick where the other method stands. The row's data is the value of a full half.
class PartBarDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// Where the session's profit or loss came from: two methods side by side for one row, and every underlying and position.
class AttributionScreen final : public Screen {
    Q_OBJECT
public:
    explicit AttributionScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("attribution"); }
    QString title() const override { return tr("P&L attribution", "screen"); }
    void setView(const ViewPtr& view) override;
    void setRisk(const RiskPtr& risk) override;
    bool showsRisk() const override { return true; }
    QList<QPair<QString, QString>> keys() const override;
    enum PartColumn { PartName, PartExplain, PartPredict, PartBar, PartColumns };

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; ///< E and P in the tables too

private:
    bool take(const QKeyEvent& event);
    void draw();
    void drawParts();
    void drawFacts();
    bool predicts() const { return m_method->currentIndex() == 1; }
    QTabBar* m_method;
    QLabel *m_state, *m_warning, *m_of, *m_facts;
    GridModel *m_parts, *m_rows;
    GridView *m_partsGrid, *m_grid;
    RiskPtr m_risk;
    ViewPtr m_view;
};

} // namespace mahler::ui
