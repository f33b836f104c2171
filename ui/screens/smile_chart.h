#pragma once

#include "ui/charts/chart_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// What the smile is drawn against.
enum class SmileAxis { Strike, OfForward, Deviations };

/// The quotes of one expiry with their bid and ask, the slice that is served, and the slice of an earlier look.
class SmileChart final : public ThemedChart {
    Q_OBJECT
public:
    explicit SmileChart(QWidget* parent = nullptr);
    struct Input {
        const pricing::PricedChain* chain = nullptr;
        std::size_t expiry = 0;
        SmileAxis axis = SmileAxis::Strike;
        const pricing::PricedChain* ghost = nullptr; ///< an earlier look at the same underlying; null: none
        QString ghostName;                           ///< "20 Nov 26", "10:31 today"
    };
    void show(const Input& input);

private:
    QScatterSeries *m_calls, *m_puts;
    QLineSeries *m_fit, *m_ghost, *m_spot;
};

} // namespace mahler::ui
