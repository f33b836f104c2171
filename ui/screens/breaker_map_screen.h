#pragma once

#include <QLabel>

#include "ui/charts/heat_map.h"
#include "ui/models/grid_view.h"
#include "ui/screen.h"
#include "ui/screens/risk_bar.h"

namespace mahler::ui {

/// What trips first on the way to each scenario: the book as it is, and with what is pending.
class BreakerMapScreen final : public Screen {
    Q_OBJECT
public:
    explicit BreakerMapScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("breaker-map"); }
    QString title() const override { return tr("Breaker map", "screen"); }
    void setView(const ViewPtr& view) override;
    void setRisk(const RiskPtr& risk) override;
    bool showsRisk() const override { return true; }
    QList<QPair<QString, QString>> keys() const override;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; ///< the keys of the bar in the table too

private:
    void draw();
    void drawMap(HeatMap& map, const desk::RiskCase* shown, bool pending);
    void drawLimits();
    std::optional<std::size_t> cellAt(int row, int column) const;
    RiskBar* m_bar;
    HeatMap *m_asIs, *m_with;
    QLabel *m_asIsTitle, *m_withTitle, *m_cell, *m_legend;
    GridModel* m_limits;
    RiskPtr m_risk;
    ViewPtr m_view;
};

} // namespace mahler::ui
