#include "app/cli/clipped_text.h"

#include <QAbstractButton>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>

#include "ui/charts/heat_map.h"
#include "ui/models/grid_model.h"
#include "ui/shell/elided_label.h"
#include "ui/theme/theme.h"

namespace mahler::app {

namespace {

constexpr int kCellMargin = 12;

bool fits(const QLabel& label) {
    if (label.text().isEmpty() || qobject_cast<const ui::ElidedLabel*>(&label)) return true;
    if (label.wordWrap()) return label.heightForWidth(label.width()) <= label.height();
    return label.sizeHint().width() <= label.width() && label.fontMetrics().height() <= label.height();
}

void addGrid(const QTableView& grid, QStringList& out) {
    const auto* model = grid.model();
    const int first = qMax(0, grid.rowAt(0)), last = grid.rowAt(grid.viewport()->height() - 1);
    for (int column = 0; column < model->columnCount(); ++column) {
        if (grid.isColumnHidden(column)) continue;
        const int room = grid.columnWidth(column) - kCellMargin;
        const QString head = model->headerData(column, Qt::Horizontal).toString();
        if (grid.horizontalHeader()->isVisible() && grid.horizontalHeader()->fontMetrics().horizontalAdvance(head) > room + 2)
            out << QStringLiteral("column head \"%1\"").arg(head);
        for (int row = first; row <= (last < 0 ? model->rowCount() - 1 : last); ++row) {
            const auto index = model->index(row, column);
            const QString text = index.data().toString();
            const bool number = (index.data(Qt::TextAlignmentRole).toInt() & Qt::AlignRight) != 0;
            const bool strong =
                index.data(ui::GridModel::StrongRole).toBool() || index.data(ui::GridModel::ToneRole).toInt() == static_cast<int>(ui::Tone::Strong);
            if ((number || index.data(Qt::ToolTipRole).toString().isEmpty()) && QFontMetrics(ui::numberFont(strong)).horizontalAdvance(text) > room)
                out << QStringLiteral("cell \"%1\" under \"%2\"").arg(text, head);
        }
    }
    if (grid.horizontalScrollBarPolicy() != Qt::ScrollBarAlwaysOff && grid.horizontalHeader()->length() > grid.viewport()->width())
        out << QStringLiteral("%1: columns wider than the grid").arg(grid.accessibleName());
}

} // namespace

QStringList clippedTexts(const QWidget& window) {
    QStringList out;
    for (const auto* label : window.findChildren<QLabel*>())
        if (label->isVisibleTo(&window) && !fits(*label)) out << QStringLiteral("label \"%1\"").arg(label->text().left(80));
    for (const auto* button : window.findChildren<QAbstractButton*>())
        if (button->isVisibleTo(&window) && !button->text().isEmpty() && !button->objectName().startsWith(QLatin1String("approvalcard"))) {
            int widest = 0;
            for (const auto& line : button->text().split(QLatin1Char('\n'))) widest = qMax(widest, button->fontMetrics().horizontalAdvance(line));
            if (widest > button->width() - 4) out << QStringLiteral("button \"%1\"").arg(button->text());
        }
    for (const auto* grid : window.findChildren<QTableView*>())
        if (grid->isVisibleTo(&window)) addGrid(*grid, out);
    for (const auto* map : window.findChildren<ui::HeatMap*>())
        if (map->isVisibleTo(&window))
            for (const auto& text : map->clippedTexts()) out << QStringLiteral("%1: \"%2\"").arg(map->accessibleName(), text);
    return out;
}

} // namespace mahler::app
