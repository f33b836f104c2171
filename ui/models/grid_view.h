#pragma once

#include <map>
#include <QLabel>
#include <QStyledItemDelegate>
#include <QTableView>

#include "ui/models/grid_model.h"

namespace mahler::ui {

/// Paints a cell by hand: background, text, stale look and focus, nothing else.
class GridDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override;
};

/// A table view with the delegate, compact rows, and an empty text in its middle.
class GridView final : public QTableView {
    Q_OBJECT
public:
    explicit GridView(GridModel* model, QWidget* parent = nullptr);
    void setEmptyText(const QString& text);
    const QString& emptyText() const { return m_emptyText; }
    const GridRow* currentRow() const;
    /// What the pointer is told at a cell: its whole text first where the column is too narrow for it, then its meaning and age.
    QString tooltipAt(const QModelIndex& index) const;
    /// As high as this many rows and the head, and no higher.
    void setMostRows(int rows);
    /// Off for grids that set their own widths (the chain). On: text columns take what is left over and give way first.
    void setFitColumns(bool fit) { m_fit = fit; }
    /// A menu of the columns, at the head (right click) or at `at`: what did not fit can be had, what is not wanted left out.
    void setChoosesColumns();
    void chooseColumns(const QPoint& at);
    /// As a person chose; `resetColumns` gives the choice back to the width.
    void setColumnChosen(int column, bool shown);
    void resetColumns();
    /// Shows the rows that hold every word in one of their cells; empty shows all. Counts what is left.
    int setFilter(const QString& words);
    /// Lets a person order the rows: a click on a head, or Shift+F5 for the column the cursor is in; once more turns it round, a
    /// third time gives the screen's own order back. Rows then keep their places while the pointer or the focus is in the grid;
    /// F5 orders them anew.
    void letSort();
    static QList<QPair<QString, QString>> sortKeys(); ///< for Screen::keys()

protected:
    bool event(QEvent* event) override;
    bool viewportEvent(QEvent* event) override; ///< the whole text of a cell that is cut stands in its tooltip
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    int applyFilter();
    void fitColumns();
    void sortBy(int column);
    void follow(bool pointerInside);

    GridModel* m_model;
    QString m_emptyText;
    QStringList m_filter;
    bool m_filterDue = false;
    std::map<int, bool> m_chosen; ///< columns a person shows or hides whatever the width
    QLabel* m_hint = nullptr;     ///< "order frozen", when rows would stand elsewhere
    bool m_fit = true, m_pointerInside = false;
    int m_mostRows = 0; ///< 0: as many as there is room for
};

} // namespace mahler::ui
