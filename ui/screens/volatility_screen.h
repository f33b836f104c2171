#pragma once

#include <map>
#include <QStackedWidget>
#include <QTabBar>

#include "ui/charts/chart_view.h"
#include "ui/charts/heat_map.h"
#include "ui/models/grid_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// Smile of one expiry with its quotes, the term structure, the fitted surface as a table of colours, what is known of the past,
/// and the figures of every expiry.
class VolatilityScreen final : public Screen {
    Q_OBJECT
public:
    explicit VolatilityScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("volatility"); }
    QString title() const override { return tr("Volatility", "screen"); }
    void setChain(const ChainPtr& chain) override;
    void setDeliberation(const DeliberationPtr& deliberation) override; ///< rank, percentile and realised volatility come with it
    QList<QPair<QString, QString>> keys() const override;
    void showPage(int key); ///< 1 smile, 2 term, 3 surface, 4 history

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override; ///< four charts are not drawn for nobody

private:
    void draw();
    void drawSmile();
    void drawTerm();
    void drawSurface();
    void drawHistory();
    std::map<std::string, DeliberationPtr> m_latest;
    GridModel* m_model;
    GridView* m_grid;
    ThemedChart *m_smile, *m_term;
    QTabBar* m_tabs;
    QStackedWidget* m_pages;
    HeatMap* m_surface;
    GridModel* m_past;
    QScatterSeries *m_calls, *m_puts, *m_atm;
    QLineSeries *m_fit, *m_spot, *m_termLine, *m_forwardLine;
    ChainPtr m_chain;
    bool m_another = false; ///< another underlying or other expiries since the last drawing
    int m_expiry = -1;
};

} // namespace mahler::ui
