#pragma once

#include <QLabel>

#include "ui/charts/heat_map.h"
#include "ui/models/grid_view.h"
#include "ui/screen.h"
#include "ui/screens/risk_bar.h"
#include "ui/shell/elided_label.h"

namespace mahler::ui {

/// The book under moved spot and volatility, the named shocks, and its value at risk.
class ScenarioScreen final : public Screen {
    Q_OBJECT
public:
    explicit ScenarioScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("scenario"); }
    QString title() const override { return tr("Scenario and VaR", "screen"); }
    void setView(const ViewPtr& view) override;
    void setRisk(const RiskPtr& risk) override;
    bool showsRisk() const override { return true; }
    QList<QPair<QString, QString>> keys() const override;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; ///< the keys of the bar in the tables too

private:
    enum Metric { Pnl, OfEquity, FirstStop };
    bool take(const QKeyEvent& event); ///< whether it was a key of the screen
    void draw();
    void drawMap(const desk::RiskCase& shown);
    void drawShocks(const desk::RiskCase& shown);
    void drawVar(const desk::RiskCase& shown);
    void drawLegs();
    std::optional<std::size_t> cellAt(int row, int column) const; ///< of the grid
    Cell valueCell(double usd, const std::optional<double>& ofEquity, const QString& tooltip = {}) const;
    RiskBar* m_bar;
    HeatMap* m_map;
    GridModel *m_shocks, *m_components, *m_var, *m_legs;
    GridView *m_shocksGrid, *m_componentsGrid, *m_varGrid, *m_legsGrid;
    QLabel *m_worst, *m_legend, *m_componentsTitle, *m_varTitle;
    ElidedLabel *m_cell, *m_varWindow, *m_varNote;
    RiskPtr m_risk;
    ViewPtr m_view;
};

} // namespace mahler::ui
