#include "ui/models/grid_model.h"

#include <algorithm>
#include <utility>

namespace mahler::ui {

GridModel::GridModel(std::vector<GridColumn> columns, QObject* parent) : QAbstractTableModel(parent), m_columns(std::move(columns)) {}

int GridModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_rows.size()); }
int GridModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_columns.size()); }

QVariant GridModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const GridRow& row = at(static_cast<std::size_t>(index.row()));
    switch (role) {
    case MarkedRole: return row.marked;
    case StrongRole: return row.strong;
    case KeyRole: return row.key;
    case DataRole: return row.data;
    case Qt::TextAlignmentRole: return QVariant::fromValue(m_columns[static_cast<std::size_t>(index.column())].align.toInt());
    default: break;
    }
    const auto column = static_cast<std::size_t>(index.column());
    if (column >= row.cells.size())
        return {};
    const Cell& cell = row.cells[column];
    switch (role) {
    case Qt::DisplayRole: return cell.text;
    case SortRole: return cell.sort;
    case ToneRole: return static_cast<int>(cell.tone);
    case FreshnessRole: return static_cast<int>(cell.freshness);
    case Qt::ToolTipRole: return cell.tooltip.isEmpty() ? m_columns[column].tooltip : cell.tooltip;
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1, %2, %3").arg(row.cells.empty() ? row.key : row.cells.front().text, m_columns[column].title, cell.text);
    default: return {};
    }
}

QVariant GridModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const auto& column = m_columns[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole)
        return column.title;
    if (role == Qt::ToolTipRole)
        return column.tooltip;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(column.align.toInt());
    return {};
}

const GridRow& GridModel::at(std::size_t index) const {
    if (m_make && !m_isMade[index]) {
        m_rows[index] = m_make(static_cast<int>(index));
        m_isMade[index] = true;
        m_made.push_back(index);
    }
    return m_rows[index];
}

void GridModel::forgetMade() {
    for (const std::size_t i : m_made) {
        m_rows[i] = {};
        m_isMade[i] = false;
    }
    m_made.clear();
}

void GridModel::setRowMaker(int count, std::function<GridRow(int)> make, bool sameKeys) {
    if (sameKeys && m_make && count == rowCount()) {
        forgetMade();
        m_make = std::move(make);
        if (count > 0)
            Q_EMIT dataChanged(index(0, 0), index(count - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    m_make = std::move(make);
    m_made.clear();
    m_rows.assign(static_cast<std::size_t>(count), {});
    m_isMade.assign(m_rows.size(), false);
    endResetModel();
}

void GridModel::setRows(std::vector<GridRow> rows) {
    if (std::exchange(m_make, nullptr)) { // what was made so far is not what was there
        m_made.clear();
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    const bool sameKeys = rows.size() == m_rows.size() &&
                          std::equal(rows.begin(), rows.end(), m_rows.begin(), [](const GridRow& a, const GridRow& b) { return a.key == b.key; });
    if (!sameKeys) {
        // New rows at the top are the common case of journals and orders; anything else replaces the set.
        const std::size_t added = rows.size() > m_rows.size() ? rows.size() - m_rows.size() : 0;
        const bool prepended = added > 0 && std::equal(m_rows.begin(), m_rows.end(), rows.begin() + static_cast<std::ptrdiff_t>(added),
                                                       [](const GridRow& a, const GridRow& b) { return a.key == b.key; });
        if (!prepended) {
            beginResetModel();
            m_rows = std::move(rows);
            endResetModel();
            return;
        }
        beginInsertRows({}, 0, static_cast<int>(added) - 1);
        m_rows.insert(m_rows.begin(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(added));
        endInsertRows();
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
        int first = -1, last = -1;
        const bool look = rows[r].marked != m_rows[r].marked || rows[r].strong != m_rows[r].strong;
        for (std::size_t c = 0; c < m_columns.size(); ++c) {
            const bool had = c < m_rows[r].cells.size(), has = c < rows[r].cells.size();
            if (look || had != has || (has && !(rows[r].cells[c] == m_rows[r].cells[c]))) {
                first = first < 0 ? static_cast<int>(c) : first;
                last = static_cast<int>(c);
            }
        }
        m_rows[r] = std::move(rows[r]);
        if (first >= 0)
            Q_EMIT dataChanged(index(static_cast<int>(r), first), index(static_cast<int>(r), last));
    }
}

const GridRow* GridModel::row(int index) const {
    return index >= 0 && index < rowCount() ? &at(static_cast<std::size_t>(index)) : nullptr;
}

std::optional<int> GridModel::find(const QString& key) const {
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (at(i).key == key)
            return static_cast<int>(i);
    return std::nullopt;
}

} // namespace mahler::ui
