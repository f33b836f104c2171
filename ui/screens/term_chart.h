#pragma once

#include <set>

#include "analytics/term_structure.h"
#include "ui/charts/chart_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// At-the-money volatility by days to expiry, the forward volatility between expiries, and the events that stand between them.
class TermChart final : public ThemedChart {
    Q_OBJECT
public:
    explicit TermChart(QWidget* parent = nullptr);
    struct Input {
        const pricing::PricedChain* chain = nullptr;
        std::vector<analytics::TermPoint> points;
        std::vector<market::MarketEvent> events; ///< of the underlying and of the whole market, from now on
        std::set<std::size_t> excluded;          ///< expiries that are left out of the lines
    };
    void show(const Input& input);

private:
    QLineSeries *m_line, *m_forward;
    QScatterSeries *m_atm, *m_events;
};

} // namespace mahler::ui
