#pragma once

#include <QChart>
#include <QCoreApplication>
#include <QString>

class QPainter;

namespace mahler::ui {

/// A cursor on the points of a chart, moved with the arrow keys: left and right along a series, up and down to the next one. Its
/// value stands beside it and is spoken.
class ChartCursor {
    Q_DECLARE_TR_FUNCTIONS(mahler::ui::ChartCursor)
public:
    /// @return whether the key is one of the cursor's (arrows, Home, End) and there was a point to go to.
    bool move(int key, const QChart& chart);
    void hide() { m_series.clear(); }
    bool isShown() const { return !m_series.isEmpty(); }
    /// "fit: 760.00, 18.20"; empty when hidden or when its series has gone.
    QString words(const QChart& chart) const;
    void paint(QPainter& painter, QChart& chart) const;

private:
    QString m_series; ///< by name: points are replaced, names stay
    double m_x = 0;   ///< the nearest point to it is the chosen one
};

} // namespace mahler::ui
