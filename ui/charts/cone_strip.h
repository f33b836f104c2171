#pragma once

#include <functional>
#include <optional>
#include <QPainter>
#include <QString>
#include <vector>

#include "strategy/cone.h"

namespace mahler::ui {

/// The probability cone as a strip under a chart, on the same price axis, time downwards: a band of one sigma in one of two, the prices
/// at expiry below, a dashed line at the date of the chart's own dashed curve.
struct ConeStrip {
    std::vector<strategy::ConePoint> cone; ///< rising in time; empty: there is no strip
    std::optional<strategy::ConePoint> chosen{};
    QString lastWords{}; ///< of the last moment, short: "31 Dec"

    bool isEmpty() const { return cone.size() < 2; }
    static int height(); ///< pixels it takes
    /// `area`: left and right of the plot, top and bottom of the strip; `gutter`: pixels left of it; `x`: pixels of a price.
    void paint(QPainter& painter, const QRectF& area, double gutter, const std::function<double(double)>& x) const;
    /// One line: the ranges at expiry.
    QString words() const;
};

} // namespace mahler::ui
