#pragma once

#include <QWidget>
#include <vector>

#include "desk/desk_view.h"

namespace mahler::ui {

/// now / after / limit of each measure, with the share of the limit used afterwards as a bar. Painted by hand, one line a row.
class EffectTable final : public QWidget {
    Q_OBJECT
public:
    explicit EffectTable(QWidget* parent = nullptr);
    void setRows(std::vector<desk::EffectRow> rows);
    QString tipAt(int y) const; ///< what the measure of the line at this height means, and how it was made
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override; ///< lines may stand closer where the room lacks; none is left out

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override; ///< tooltips line by line

private:
    int lines() const; ///< with the head
    int line() const;  ///< height of one, pixels
    std::vector<desk::EffectRow> m_rows;
};

/// The time that is left as a bar that runs empty; the number stands beside it in words.
class TimeBar final : public QWidget {
    Q_OBJECT
public:
    explicit TimeBar(QWidget* parent = nullptr);
    void setLeft(double secondsLeft, double secondsTotal);
    QSize sizeHint() const override { return {100, 4}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_share = 0, m_seconds = 0;
};

} // namespace mahler::ui
