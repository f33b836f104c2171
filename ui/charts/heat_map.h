#pragma once

#include <optional>
#include <QDialog>
#include <QPointer>
#include <QString>
#include <QWidget>
#include <vector>

namespace mahler::ui {

struct HeatCell {
    QString text{};      ///< printed in the cell; the dash when unknown
    int step = 3;        ///< 0 loss .. 3 neutral .. 6 gain; on Scale::Level 0 low .. 6 high
    bool known = true;   ///< false: hatched
    bool boxed = false;  ///< the worst cell
    QString corner{};    ///< a short mark at the upper right: the limit that trips first
    QString tooltip{};   ///< meaning and unit
    bool quiet = false;  ///< nothing to look at here: dim text, and the tooltip is spoken for it
    bool marked = false; ///< a folded corner without a name
};

/// A table of numbers on seven steps of colour; every cell prints its number, so colour never stands alone. Arrow keys move a
/// cursor whose cell is spoken; Enter and a double click choose it; T shows the same as a table.
class HeatMap final : public QWidget {
    Q_OBJECT
public:
    explicit HeatMap(QWidget* parent = nullptr);
    /// `cells` row by row, rows.size() * columns.size() of them.
    void setCells(const QString& corner, std::vector<QString> rows, std::vector<QString> columns, std::vector<HeatCell> cells);
    /// Whether steps are losses and gains, or levels of what is neither (volatility).
    enum class Scale { LossToGain, Level };
    void setScale(Scale scale);
    Scale scale() const { return m_scale; }
    void setEmptyText(const QString& text);
    void setHeadWidth(int pixels);       ///< of the row heads; 120 unless told
    void setMostRowHeight(int pixels);   ///< rows grow to it and no further; 40 unless told
    void setOrigin(int row, int column); ///< the unmoved market: its heads are strong; -1: none
    void setWhatIf(bool whatIf);         ///< a dashed frame: not the book as it is
    void setStale(bool stale);           ///< grey and hatched, the values stay
    void setCursorCell(int row, int column);
    void setCursorShown(bool shown); ///< outlined without focus too: something beside the map follows it
    void showTable();                ///< the same as a table, in a layer of its own; once at a time
    int cursorRow() const { return m_row; }
    int cursorColumn() const { return m_column; }
    int originRow() const { return m_originRow; }
    int originColumn() const { return m_originColumn; }
    int rowCount() const { return static_cast<int>(m_rows.size()); }
    int columnCount() const { return static_cast<int>(m_columns.size()); }
    const HeatCell& cell(int row, int column) const { return m_cells[static_cast<std::size_t>(row * columnCount() + column)]; } ///< within the counts
    bool isWhatIf() const { return m_whatIf; }
    bool isStale() const { return m_stale; }
    const QString& emptyText() const { return m_emptyText; }
    QStringList clippedTexts() const;                              ///< what does not fit its cell or head
    static int levelStepOf(double value, double low, double high); ///< 0 at `low` .. 6 at `high`
    /// The step of a value between the extremes: neutral at `middle`.
    static int stepOf(double value, double low, double middle, double high);
    QSize sizeHint() const override { return {640, 320}; }
    QSize minimumSizeHint() const override { return {320, 120}; }

Q_SIGNALS:
    void chosen(int row, int column);
    void moved(int row, int column); ///< the cursor, by hand

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override; ///< tooltips

private:
    QRect cellRect(int row, int column) const;
    std::optional<std::pair<int, int>> cellAt(const QPoint& point) const;
    void moveTo(int row, int column);
    void paintCell(QPainter& painter, int row, int column) const;
    QString spoken(int row, int column) const;
    QFont fitted(bool strong) const;           ///< the largest number font, down to 10 pixels, in which every cell fits
    mutable int m_pixels = 0, m_pixelsAt = -1; ///< of that font, and the width it was found for
    QPointer<QDialog> m_table;
    QString m_corner, m_emptyText;
    std::vector<QString> m_rows, m_columns;
    std::vector<HeatCell> m_cells;
    int m_row = 0, m_column = 0;
    int m_headWidth = 120, m_mostRowHeight = 40, m_originRow = -1, m_originColumn = -1;
    Scale m_scale = Scale::LossToGain;
    bool m_stale = false, m_cursorShown = false, m_whatIf = false;
};

} // namespace mahler::ui
