#pragma once

#include <QTabBar>

#include "ui/charts/chart_view.h"
#include "ui/models/grid_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// Smile of one expiry, the term structure, and the figures of every expiry as a table.
class VolatilityScreen final : public Screen {
    Q_OBJECT
public:
    explicit VolatilityScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("volatility"); }
    QString title() const override { return tr("Volatility", "screen"); }
    void setChain(const ChainPtr& chain) override;

private:
    void drawSmile();
    void drawTerm();
    GridModel* m_model;
    GridView* m_grid;
    ThemedChart *m_smile, *m_term;
    QScatterSeries *m_calls, *m_puts, *m_atm;
    QLineSeries *m_fit, *m_spot, *m_termLine, *m_forwardLine;
    ChainPtr m_chain;
    int m_expiry = -1;
};

} // namespace mahler::ui
