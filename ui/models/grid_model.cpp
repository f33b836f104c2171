#include "ui/models/grid_model.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mahler::ui {

void printAge(GridRow& row, const std::optional<double>& seconds) {
    for (auto& cell : row.cells)
        if (cell.freshness == desk::Freshness::Stale && seconds) cell.ageSeconds = static_cast<int>(*seconds);
}

GridModel::GridModel(std::vector<GridColumn> columns, QObject* parent) : QAbstractTableModel(parent), m_columns(std::move(columns)) {}

int GridModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_rows.size()); }
int GridModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_columns.size()); }

QVariant GridModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
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
    if (column >= row.cells.size()) return {};
    const Cell& cell = row.cells[column];
    switch (role) {
    case Qt::DisplayRole: return cell.text;
    case SortRole: return cell.sort;
    case ToneRole: return static_cast<int>(cell.tone);
    case FreshnessRole: return static_cast<int>(cell.freshness);
    case Qt::ToolTipRole: {
        const QString meaning = cell.tooltip.isEmpty() ? m_columns[column].tooltip : cell.tooltip, age = ageOf(cell);
        return age.isEmpty() ? meaning : meaning.isEmpty() ? age : meaning + QLatin1Char('\n') + age;
    }
    case Qt::AccessibleTextRole: {
        const QString age = ageOf(cell);
        return QStringLiteral("%1, %2, %3").arg(row.cells.front().text, m_columns[column].title, cell.text) +
               (age.isEmpty() ? age : QStringLiteral(", ") + age);
    }
    default: return {};
    }
}

QVariant GridModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const auto& column = m_columns[static_cast<std::size_t>(section)];
    const bool sorted = section == m_sorting.column, rising = m_sorting.order == Qt::AscendingOrder;
    if (role == Qt::DisplayRole) // in front: a narrow column cuts its end
        return sorted ? (rising ? QChar(0x2191) : QChar(0x2193)) + column.title : column.title;
    if (role == Qt::AccessibleTextRole)
        return !sorted  ? column.title
               : rising ? tr("%1, sorted, smallest first").arg(column.title)
                        : tr("%1, sorted, largest first").arg(column.title);
    if (role == Qt::ToolTipRole) return column.tooltip;
    if (role == Qt::TextAlignmentRole) return QVariant::fromValue(column.align.toInt());
    return {};
}

/// The age of a value in words; empty for a fresh one.
QString GridModel::ageOf(const Cell& cell) const {
    switch (cell.freshness) {
    case desk::Freshness::Fresh:
    case desk::Freshness::Unknown: return {};
    case desk::Freshness::Aging: return tr("aging: 2 to 10 seconds old");
    case desk::Freshness::Stale:
        return cell.ageSeconds ? tr("stale: %n second(s) old", nullptr, *cell.ageSeconds) : tr("stale: 10 to 30 seconds old");
    case desk::Freshness::Dead: return tr("dead: 30 seconds old or more, last value kept");
    case desk::Freshness::Delayed: return m_ages.delayedTip;
    case desk::Freshness::Closed: return m_ages.closed;
    }
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
        if (count > 0) Q_EMIT dataChanged(index(0, 0), index(count - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    m_make = std::move(make);
    m_made.clear();
    m_rows.assign(static_cast<std::size_t>(count), {});
    m_isMade.assign(m_rows.size(), false);
    endResetModel();
}

void GridModel::permute(const std::vector<std::size_t>& order) {
    Q_EMIT layoutAboutToBeChanged();
    std::vector<int> now(order.size());
    std::vector<GridRow> rows;
    rows.reserve(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        now[order[i]] = static_cast<int>(i);
        rows.push_back(std::move(m_rows[order[i]]));
    }
    m_rows = std::move(rows);
    const auto before = persistentIndexList();
    QModelIndexList after;
    after.reserve(before.size());
    for (const auto& index : before) after << createIndex(now[static_cast<std::size_t>(index.row())], index.column());
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

/// Makes the rows stand for the keys of `rows`, with the narrowest signals: selection and scrolling stay with what they are on.
/// @return false when too much differs or a key comes twice: the set is to be replaced.
bool GridModel::takeStructure(const std::vector<GridRow>& rows) {
    constexpr int kMost = 64; ///< runs of rows that come and go; beyond, replacing is cheaper
    QHash<QString, int> wanted, had;
    for (std::size_t i = 0; i < rows.size(); ++i) wanted.insert(rows[i].key, static_cast<int>(i));
    for (std::size_t i = 0; i < m_rows.size(); ++i) had.insert(m_rows[i].key, static_cast<int>(i));
    if (static_cast<std::size_t>(wanted.size()) != rows.size() || static_cast<std::size_t>(had.size()) != m_rows.size()) return false;
    const auto gone = std::count_if(m_rows.begin(), m_rows.end(), [&](const GridRow& r) { return !wanted.contains(r.key); });
    const auto come = std::count_if(rows.begin(), rows.end(), [&](const GridRow& r) { return !had.contains(r.key); });
    if (gone > kMost || (come > kMost && !m_rows.empty()) || static_cast<std::size_t>(gone) == m_rows.size()) return false;
    for (std::size_t i = m_rows.size(); i-- > 0;)
        if (!wanted.contains(m_rows[i].key)) {
            const int r = static_cast<int>(i);
            beginRemoveRows({}, r, r);
            m_rows.erase(m_rows.begin() + r);
            endRemoveRows();
        }
    std::vector<std::size_t> order(m_rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted.value(m_rows[a].key) < wanted.value(m_rows[b].key); });
    if (!roworder::isIdentity(order)) permute(order);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::size_t end = i;
        while (end < rows.size() && !had.contains(rows[end].key)) ++end;
        if (end == i) continue;
        const auto at = static_cast<std::ptrdiff_t>(i), to = static_cast<std::ptrdiff_t>(end);
        beginInsertRows({}, static_cast<int>(i), static_cast<int>(end) - 1);
        m_rows.insert(m_rows.begin() + at, rows.begin() + at, rows.begin() + to);
        endInsertRows();
        i = end - 1;
    }
    return true;
}

void GridModel::setHeld(bool held) {
    if (std::exchange(m_held, held) != held) Q_EMIT orderHeldChanged(held);
}

void GridModel::sort(int column, Qt::SortOrder order) {
    m_sorting = {column, order};
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
    resort();
}

void GridModel::resort() {
    if (m_make) return;
    const auto order = roworder::sorted(m_rows, m_sorting);
    if (!roworder::isIdentity(order)) permute(order);
    setHeld(false);
}

void GridModel::freezeOrder(bool freeze) {
    if (std::exchange(m_frozen, freeze) && !freeze) resort();
}

void GridModel::setAgeWords(const AgeWords& words) {
    if (m_ages == words) return;
    m_ages = words;
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void GridModel::setRows(std::vector<GridRow> rows) {
    if (std::exchange(m_make, nullptr)) { // what was made so far is not what was there
        m_made.clear();
        beginResetModel();
        m_rows.clear();
        endResetModel();
    }
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].place = static_cast<int>(i);
    auto order = roworder::sorted(rows, m_sorting);
    bool held = false;
    if (m_frozen && !m_rows.empty()) {
        QHash<QString, int> ranks;
        for (std::size_t i = 0; i < m_rows.size(); ++i) ranks.insert(m_rows[i].key, static_cast<int>(i));
        auto kept = roworder::kept(rows, ranks, m_sorting);
        held = kept != order;
        order = std::move(kept);
    }
    if (!roworder::isIdentity(order)) {
        std::vector<GridRow> placed;
        placed.reserve(rows.size());
        for (const std::size_t i : order) placed.push_back(std::move(rows[i]));
        rows = std::move(placed);
    }
    const bool sameKeys = rows.size() == m_rows.size() &&
                          std::equal(rows.begin(), rows.end(), m_rows.begin(), [](const GridRow& a, const GridRow& b) { return a.key == b.key; });
    if (!sameKeys && !takeStructure(rows)) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return setHeld(held);
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
        if (first >= 0) Q_EMIT dataChanged(index(static_cast<int>(r), first), index(static_cast<int>(r), last));
    }
    setHeld(held);
}

const GridRow* GridModel::row(int index) const { return index >= 0 && index < rowCount() ? &at(static_cast<std::size_t>(index)) : nullptr; }

std::optional<int> GridModel::find(const QString& key) const {
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (at(i).key == key) return static_cast<int>(i);
    return std::nullopt;
}

} // namespace mahler::ui
