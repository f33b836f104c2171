#pragma once

#include <optional>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>

#include "portfolio/greek_curve.h"
#include "strategy/draft_metrics.h"
#include "ui/charts/chart_view.h"
#include "ui/models/grid_view.h"

namespace mahler::ui {

/// The risk profile of an order in the making: the chart with its dashed curve at a chosen date and shift of volatility, a Greek on
/// its right axis when one is wanted, and a table of profit and loss by date and price, to be laid out by its owner.
class RiskProfile final : public QWidget {
    Q_OBJECT
public:
    explicit RiskProfile(QWidget* parent = nullptr);
    void show(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, const strategy::DraftMetrics& metrics);
    void clear(const QString& why);
    /// Of an order that cannot be read: what stood there keeps its place, its figures are unknown.
    void blank(const QString& why);
    QWidget* table() { return m_tablePane; }
    /// What takes the focus, for the owner's event filter.
    QList<QWidget*> panes() const { return {m_chart, m_tableGrid}; }
    /// D or T: the date (T in the chart is its table), V: the shift, G: the Greek. @return false when it is another key.
    bool takeKey(const QKeyEvent& key, const QObject* pane);
    /// Row of the table; beyond the last date before expiry: now.
    void chooseDate(std::size_t row);
    /// "none", "delta", "gamma", "theta", "vega": to be kept from one start to the next. What is unknown is none.
    QString greek() const;
    void setGreek(const QString& name);

Q_SIGNALS:
    void changed(); ///< another date, shift or Greek: show it again

private:
    void nextGreek();
    void nameGreek();

    PayoffChart* m_chart;
    QPushButton* m_greekButton;
    QWidget* m_tablePane;
    GridModel* m_table;
    GridView* m_tableGrid;
    QLabel* m_tableTitle;
    std::size_t m_date = 0, m_shift = 0; ///< of the dashed curve: row of the table, index of the shifts
    std::optional<portfolio::CurveGreek> m_greek;
};

} // namespace mahler::ui
