#pragma once

#include <functional>
#include <optional>
#include <QAbstractTableModel>
#include <QHash>
#include <QString>
#include <QVariant>
#include <vector>

#include "desk/desk_view.h"

namespace mahler::ui {

/// How a cell's number is meant: colour is never the only sign, the text carries sign or word too.
enum class Tone { Plain, Dim, Gain, Loss, Warn, Strong };

struct Cell {
    QString text{};
    QVariant sort{}; ///< raw value behind the text
    Tone tone = Tone::Plain;
    desk::Freshness freshness = desk::Freshness::Fresh;
    QString tooltip{};               ///< meaning, unit and age
    bool tinted = false;             ///< a ground of its own: in the money
    std::optional<int> ageSeconds{}; ///< a stale cell prints it: see printAge()
    bool operator==(const Cell& o) const {
        return text == o.text && tone == o.tone && freshness == o.freshness && sort == o.sort && tooltip == o.tooltip && tinted == o.tinted &&
               ageSeconds == o.ageSeconds;
    }
};

inline constexpr Qt::Alignment kLeft = Qt::AlignLeft | Qt::AlignVCenter; ///< of words; numbers stand right

struct GridColumn {
    QString title{};
    QString tooltip{};
    int width = 64;
    Qt::Alignment align = Qt::AlignRight | Qt::AlignVCenter;
    bool optional = false; ///< hidden first where the width does not do
    bool dear = false;     ///< of the optional ones hidden last
};

struct GridRow {
    QString key{}; ///< identity across updates
    std::vector<Cell> cells{};
    bool marked = false; ///< tinted: at the money, selected, tripped
    bool strong = false; ///< totals, section heads
    QVariant data{};     ///< what an action on this row needs
    int level = 0;       ///< depth in a tree: a row belongs to the last one before it of a smaller level
    int pin = 0;         ///< below 0 always above its siblings, above 0 always below them
    int place = 0;       ///< where the screen put it; set by the model
};

/// Gives the stale cells of a row the age of their oldest input, whole seconds.
void printAge(GridRow& row, const std::optional<double>& seconds);

/// What cells of a market that is closed or delayed say of their age: "as of 16:00 ET", "DLY 15m" and the same in words.
struct AgeWords {
    QString closed{}, delayed{}, delayedTip{};
    bool operator==(const AgeWords&) const = default;
};
/// Of what a view shows.
AgeWords ageWords(const desk::DeskView& view);
/// "as of 16:00 ET", with its date when that is another day than `now`'s in New York.
QString asOfWords(UtcTime at, UtcTime now);

/// "10:35:04" of `now`'s day in New York, "19 Nov 26 10:35" of any other.
QString whenWords(UtcTime at, UtcTime now);

/// The order rows stand in.
namespace roworder {
struct Sorting {
    int column = -1; ///< -1: as the screen gave them
    Qt::SortOrder order = Qt::AscendingOrder;
};
/// Positions in `rows` in the order they shall stand in.
std::vector<std::size_t> sorted(const std::vector<GridRow>& rows, const Sorting& sorting);
/// The same with every row that has a rank in the order of ranks, the others after them; pins hold.
std::vector<std::size_t> kept(const std::vector<GridRow>& rows, const QHash<QString, int>& ranks, const Sorting& sorting);
bool isIdentity(const std::vector<std::size_t>& order);
} // namespace roworder

/// A table over plain rows. setRows() compares with what is there and emits the narrowest signals it can. setRowMaker() is for
/// tables of thousands of rows that change many times a second: a row is made when it is first looked at. sort() orders rows that
/// are there by their raw values, siblings within their parent, the unknown last; column -1 is the screen's own order. While
/// the order is frozen, rows keep their places and new ones come last among their siblings. GUI thread.
class GridModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role { SortRole = Qt::UserRole, ToneRole, FreshnessRole, MarkedRole, StrongRole, KeyRole, DataRole };

    explicit GridModel(std::vector<GridColumn> columns, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    int sortColumn() const { return m_sorting.column; }
    Qt::SortOrder sortOrder() const { return m_sorting.order; }
    void freezeOrder(bool freeze);              ///< thawing puts the rows in order
    void resort();                              ///< once, frozen or not
    bool orderIsHeld() const { return m_held; } ///< rows would stand elsewhere were the order not frozen
    void setAgeWords(const AgeWords& words);
    const AgeWords& ageWords() const { return m_ages; }

    void setRows(std::vector<GridRow> rows);
    /// `count` rows that `make` gives by their index, now or until the next call here or to setRows(). `sameKeys`: each row stands
    /// for what it stood for before, so that selection and scrolling stay.
    void setRowMaker(int count, std::function<GridRow(int)> make, bool sameKeys);
    const GridRow* row(int index) const;
    std::optional<int> find(const QString& key) const;
    const std::vector<GridColumn>& columns() const { return m_columns; }

Q_SIGNALS:
    void orderHeldChanged(bool held);

private:
    const GridRow& at(std::size_t index) const;
    void forgetMade();
    QString ageOf(const Cell& cell) const;
    void permute(const std::vector<std::size_t>& order);
    bool takeStructure(const std::vector<GridRow>& rows);
    void setHeld(bool held);

    std::vector<GridColumn> m_columns;
    mutable std::vector<GridRow> m_rows;
    roworder::Sorting m_sorting;
    AgeWords m_ages;
    bool m_frozen = false, m_held = false;
    std::function<GridRow(int)> m_make;      ///< empty: every row is there
    mutable std::vector<std::size_t> m_made; ///< rows made since the maker was set
    mutable std::vector<bool> m_isMade;
};

} // namespace mahler::ui
