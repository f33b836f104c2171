#pragma once

#include "ui/models/grid_view.h"
#include "ui/screen.h"
#include "ui/shell/elided_label.h"

namespace mahler::ui {

/// What the book adds up to, its limits and the share of them that is used; stays above the positions however far they scroll.
class BookTotals final : public QWidget {
    Q_OBJECT
public:
    explicit BookTotals(QWidget* parent = nullptr);
    void setView(const desk::DeskView& view);
    enum Column { Head, DayPnl, OpenPnl, BetaDelta, DeltaUsd, GammaUsd, Theta, Vega, BuyingPower, MaxLoss, ColumnCount };
    const GridModel& model() const { return *m_model; }
    const QString& betas() const { return m_betas; } ///< benchmark, betas, windows and r2 in words

private:
    GridModel* m_model;
    ElidedLabel* m_words;
    QString m_betas;
};

} // namespace mahler::ui
