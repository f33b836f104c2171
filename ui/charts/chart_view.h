#pragma once

#include <QChartView>
#include <QDialog>
#include <QLineSeries>
#include <QPointer>
#include <QScatterSeries>
#include <QValueAxis>
#include <vector>

#include "portfolio/combo_order.h"
#include "ui/charts/chart_cursor.h"
#include "ui/charts/cone_strip.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

/// A themed chart with one value axis each way. Series keep at most 400 points and are replaced, never appended to.
class ThemedChart : public QChartView {
    Q_OBJECT
public:
    ThemedChart(const QString& xTitle, const QString& yTitle, QWidget* parent = nullptr);
    QLineSeries* addLine(const QString& name, Token token, Qt::PenStyle style = Qt::SolidLine, double width = 2);
    QScatterSeries* addDots(const QString& name, Token token, double size = 6);
    /// A line on an axis of its own at the right, made when it is first asked for.
    QLineSeries* addRightLine(Token token, Qt::PenStyle style = Qt::SolidLine, double width = 2);
    void setRange(double x0, double x1, double y0, double y1);
    void setEmptyText(const QString& text); ///< instead of axes and legend; empty: something is drawn
    const QString& emptyText() const { return m_emptyText; }
    void setHeading(const QString& words); ///< what is drawn, above it: symbol and expiry
    QString heading() const { return chart()->title(); }
    /// Vertical lines from low to high at x: the bid-ask of each quote.
    struct Whisker {
        double x = 0, low = 0, high = 0;
    };
    void setWhiskers(std::vector<Whisker> whiskers);
    void setXTitle(const QString& title);
    void setStale(bool stale); ///< hatched; what is drawn stays (UX 2.1)
    bool isStale() const { return m_stale; }
    static void setShown(QXYSeries& series, bool shown); ///< with its name above the chart

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void keyPressEvent(QKeyEvent* event) override; ///< T: the same data as a table; arrows: the cursor
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override; ///< another theme: everything takes its colours anew
    /// (series, x, y) of what is painted without a series, for the table.
    struct TableRow {
        QString series;
        double x = 0;
        std::optional<double> y{};
    };
    virtual std::vector<TableRow> paintedRows() const { return {}; }
    void resizeEvent(QResizeEvent* event) override;
    /// A range with round steps, at most so many.
    static void fitAxis(QValueAxis& axis, double low, double high, int mostSteps);
    int stepsOfHeight() const;
    QValueAxis *m_x, *m_y, *m_right = nullptr;

private:
    void showTable();
    QPointer<QDialog> m_table;
    void takeColours();
    struct Toned {
        QXYSeries* series;
        Token token;
    };
    std::vector<Toned> m_toned;
    QString m_emptyText;
    std::vector<Whisker> m_whiskers;
    ChartCursor m_cursor;
    bool m_stale = false;
    bool m_legendShown = true; ///< when something is drawn
};

/// Profit and loss at expiry (solid) and at a date before it (dashed), with spot, zero and breakevens.
class PayoffChart final : public ThemedChart {
    Q_OBJECT
public:
    explicit PayoffChart(QWidget* parent = nullptr);
    struct Input {
        std::vector<portfolio::ComboLeg> legs;
        Price net;
        std::int64_t quantity = 1;
        double spot = 0;
        double sigma = 0;                               ///< one standard deviation to expiry in price units; 0: unknown
        std::vector<std::pair<double, double>> today;   ///< (spot, dollars) of the model value at a date before expiry; may be empty
        QString when{};                                 ///< that date in words
        ConeStrip cone{};                               ///< with it the sigma marks are its ends
        std::vector<std::pair<double, double>> greek{}; ///< (spot, value) on the right axis; empty: none
        QString greekName{};                            ///< with its unit
    };
    void show(const Input& input);
    void clear(const QString& why);
    void useAsThumbnail(); ///< without legend and with the shortest titles; the table (T) has their words

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    std::vector<TableRow> paintedRows() const override;
    void resizeEvent(QResizeEvent* event) override; ///< a low chart keeps its height for the payoff: the cone is in its table

private:
    void showGreek(const Input& input);
    void placeCone();
    bool hasRoomForCone() const;
    QString spoken(const Input& input, double worst, double best) const;
    QLineSeries *m_expiry, *m_today, *m_zero, *m_spot, *m_low, *m_high, *m_low2, *m_high2, *m_greek;
    QScatterSeries* m_breakevens;
    ConeStrip m_cone;
};

} // namespace mahler::ui
