#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "ui/models/grid_model.h"

namespace mahler::ui::roworder {

namespace {

using Before = std::function<bool(const GridRow&, const GridRow&)>;

/// Below 0: a stands first. The unknown (no raw value beside a dash, or no text) stands last whichever way the rest is sorted.
int compare(const Cell* a, const Cell* b, Qt::SortOrder order) {
    static const QString kDash = QString(QChar(0x2014));
    const auto known = [](const Cell* c) { return c && (c->sort.isValid() || !(c->text.isEmpty() || c->text == kDash)); };
    if (!known(a) || !known(b)) return static_cast<int>(known(b)) - static_cast<int>(known(a));
    int result = 0;
    if (a->sort.isValid() && b->sort.isValid() && a->sort.userType() != QMetaType::QString) {
        const double x = a->sort.toDouble(), y = b->sort.toDouble();
        result = x < y ? -1 : x > y ? 1 : 0;
    } else
        result = QString::localeAwareCompare(a->sort.isValid() ? a->sort.toString() : a->text, b->sort.isValid() ? b->sort.toString() : b->text);
    return order == Qt::AscendingOrder ? result : -result;
}

const Cell* cellOf(const GridRow& row, int column) {
    const auto c = static_cast<std::size_t>(column);
    return c < row.cells.size() ? &row.cells[c] : nullptr;
}

bool sortedBefore(const GridRow& a, const GridRow& b, const Sorting& sorting) {
    if (a.pin != b.pin) return a.pin < b.pin;
    if (sorting.column >= 0)
        if (const int c = compare(cellOf(a, sorting.column), cellOf(b, sorting.column), sorting.order); c != 0) return c < 0;
    return a.place < b.place;
}

/// Sorts the siblings in [from, to) of `order`, each with the rows below it, and then those below.
void arrange(const std::vector<GridRow>& rows, std::vector<std::size_t>& order, std::size_t from, std::size_t to, const Before& before) {
    struct Block {
        std::size_t begin, end;
    };
    std::vector<Block> blocks;
    int level = std::numeric_limits<int>::max();
    for (std::size_t i = from; i < to; ++i) level = std::min(level, rows[order[i]].level);
    for (std::size_t i = from; i < to; ++i)
        if (rows[order[i]].level == level || blocks.empty())
            blocks.push_back({i, i + 1});
        else
            blocks.back().end = i + 1;
    std::stable_sort(blocks.begin(), blocks.end(),
                     [&](const Block& a, const Block& b) { return before(rows[order[a.begin]], rows[order[b.begin]]); });
    std::vector<std::size_t> out;
    out.reserve(to - from);
    for (const auto& block : blocks)
        out.insert(out.end(), order.begin() + static_cast<std::ptrdiff_t>(block.begin), order.begin() + static_cast<std::ptrdiff_t>(block.end));
    std::copy(out.begin(), out.end(), order.begin() + static_cast<std::ptrdiff_t>(from));
    std::size_t at = from;
    for (const auto& block : blocks) {
        const std::size_t length = block.end - block.begin;
        if (length > 2) // a parent with one row below it has nothing to sort
            arrange(rows, order, at + 1, at + length, before);
        at += length;
    }
}

/// Screens give their rows in the order of their trees; a model's own rows may stand elsewhere by now, with the tree intact.
std::vector<std::size_t> arranged(const std::vector<GridRow>& rows, const Before& before) {
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (rows.size() > 1) arrange(rows, order, 0, rows.size(), before);
    return order;
}

} // namespace

std::vector<std::size_t> sorted(const std::vector<GridRow>& rows, const Sorting& sorting) {
    return arranged(rows, [&](const GridRow& a, const GridRow& b) { return sortedBefore(a, b, sorting); });
}

std::vector<std::size_t> kept(const std::vector<GridRow>& rows, const QHash<QString, int>& ranks, const Sorting& sorting) {
    constexpr int kNew = std::numeric_limits<int>::max();
    return arranged(rows, [&](const GridRow& a, const GridRow& b) {
        if (a.pin != b.pin) return a.pin < b.pin;
        const int x = ranks.value(a.key, kNew), y = ranks.value(b.key, kNew);
        return x != y ? x < y : sortedBefore(a, b, sorting);
    });
}

bool isIdentity(const std::vector<std::size_t>& order) {
    for (std::size_t i = 0; i < order.size(); ++i)
        if (order[i] != i) return false;
    return true;
}

} // namespace mahler::ui::roworder
