#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QString>
#include <QVariant>
#include <functional>
#include <optional>
#include <vector>

#include "desk/desk_view.h"

namespace mahler::ui {

/// How a cell's number is meant: colour is never the only sign, the text carries sign or word too.
enum class Tone { Plain, Dim, Gain, Loss, Warn, Strong };

struct Cell {
    QString text{};
    QVariant sort{};                    ///< raw value behind the text
    Tone tone = Tone::Plain;
    desk::Freshness freshness = desk::Freshness::Fresh;
    QString tooltip{};                  ///< meaning, unit and age
    bool operator==(const Cell& o) const {
        return text == o.text && tone == o.tone && freshness == o.freshness && sort == o.sort && tooltip == o.tooltip;
    }
};

inline constexpr Qt::Alignment kLeft = Qt::AlignLeft | Qt::AlignVCenter; ///< of words; numbers stand right

struct GridColumn {
    QString title{};
    QString tooltip{};
    int width = 64;
    Qt::Alignment align = Qt::AlignRight | Qt::AlignVCenter;
    bool optional = false;              ///< hidden first where the width does not do
};

struct GridRow {
    QString key{};                      ///< identity across updates
    std::vector<Cell> cells{};
    bool marked = false;                ///< tinted: at the money, selected, tripped
    bool strong = false;                ///< totals, section heads
    QVariant data{};                    ///< what an action on this row needs
};

/// A table over plain rows. setRows() compares with what is there and emits the narrowest signals it can. setRowMaker() is for
/// tables of thousands of rows that change many times a second: a row is made when it is first looked at. GUI thread.
class GridModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role { SortRole = Qt::UserRole, ToneRole, FreshnessRole, MarkedRole, StrongRole, KeyRole, DataRole };

    explicit GridModel(std::vector<GridColumn> columns, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    void setRows(std::vector<GridRow> rows);
    /// `count` rows that `make` gives by their index, now or until the next call here or to setRows(). `sameKeys`: each row stands
    /// for what it stood for before, so that selection and scrolling stay.
    void setRowMaker(int count, std::function<GridRow(int)> make, bool sameKeys);
    const GridRow* row(int index) const;
    std::optional<int> find(const QString& key) const;
    const std::vector<GridColumn>& columns() const { return m_columns; }

private:
    const GridRow& at(std::size_t index) const;
    void forgetMade();

    std::vector<GridColumn> m_columns;
    mutable std::vector<GridRow> m_rows;
    std::function<GridRow(int)> m_make;      ///< empty: every row is there
    mutable std::vector<std::size_t> m_made; ///< rows made since the maker was set
    mutable std::vector<bool> m_isMade;
};

} // namespace mahler::ui
