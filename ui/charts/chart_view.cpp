#include "ui/charts/chart_view.h"

#include <algorithm>
#include <cmath>
#include <QAccessible>
#include <QChart>
#include <QDialog>
#include <QKeyEvent>
#include <QLegendMarker>
#include <QPainter>
#include <QShortcut>
#include <QVBoxLayout>

#include "ui/models/grid_view.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

constexpr int kPoints = 201, kMostSteps = 6;
constexpr int kAroundPlot = 60; ///< pixels of a chart above and below its plot
constexpr int kConeFrom = 300;  ///< pixels of height from which on there is room for the cone

void styleAxis(QValueAxis* axis, const QString& title) {
    axis->setTitleText(title);
    axis->setTitleFont(textFont(11));
    axis->setLabelsFont(numberFont());
}

/// 1, 2, 2.5 or 5 times a power of ten, not below `rough`.
double niceStep(double rough) {
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 2.5, 5.0})
        if (factor * power >= rough) return factor * power;
    return 10 * power;
}

} // namespace

ThemedChart::ThemedChart(const QString& xTitle, const QString& yTitle, QWidget* parent)
    : QChartView(new QChart, parent), m_x(new QValueAxis), m_y(new QValueAxis) {
    QLocale numbers(QLocale::SwissGerman, QLocale::Switzerland); // a true minus sign (U+2212) and a decimal point
    numbers.setNumberOptions(QLocale::OmitGroupSeparator);
    chart()->setLocale(numbers);
    chart()->setLocalizeNumbers(true);
    chart()->setBackgroundRoundness(0);
    chart()->setMargins(QMargins(6, 6, 6, 6));
    chart()->legend()->setFont(textFont(11));
    chart()->legend()->setAlignment(Qt::AlignTop);
    setFrameShape(NoFrame);
    setRenderHint(QPainter::Antialiasing);
    styleAxis(m_x, xTitle);
    styleAxis(m_y, yTitle);
    chart()->addAxis(m_x, Qt::AlignBottom);
    chart()->addAxis(m_y, Qt::AlignLeft);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(yTitle);
    takeColours();
}

void ThemedChart::setHeading(const QString& words) {
    if (chart()->title() == words) return;
    chart()->setTitleFont(textFont(12, true));
    chart()->setTitle(words);
    setAccessibleDescription(words);
}

void ThemedChart::takeColours() {
    chart()->setBackgroundBrush(color(Token::Panel));
    setBackgroundBrush(color(Token::Panel));
    chart()->legend()->setLabelColor(color(Token::Dim));
    chart()->setTitleBrush(color(Token::Text));
    for (auto* axis : {m_x, m_y, m_right}) {
        if (!axis) continue;
        axis->setTitleBrush(color(Token::Dim));
        axis->setLabelsColor(color(Token::Dim));
        axis->setGridLineColor(mix(Token::Panel, Token::Grid, 0.7));
        axis->setLinePenColor(color(Token::Grid));
    }
    for (const auto& [series, token] : m_toned) {
        if (auto* dots = qobject_cast<QScatterSeries*>(series)) {
            dots->setColor(color(token));
            dots->setBorderColor(color(Token::Panel));
        } else {
            QPen pen = series->pen();
            pen.setColor(color(token));
            series->setPen(pen);
        }
    }
}

void ThemedChart::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) takeColours();
}

QLineSeries* ThemedChart::addLine(const QString& name, Token token, Qt::PenStyle penStyle, double width) {
    auto* series = new QLineSeries;
    series->setName(name);
    series->setPen(QPen(color(token), width, penStyle));
    chart()->addSeries(series);
    m_toned.push_back({series, token});
    series->attachAxis(m_x);
    series->attachAxis(m_y);
    if (name.isEmpty())
        for (auto* marker : chart()->legend()->markers(series)) marker->setVisible(false);
    return series;
}

QLineSeries* ThemedChart::addRightLine(Token token, Qt::PenStyle penStyle, double width) {
    if (!m_right) {
        m_right = new QValueAxis;
        styleAxis(m_right, {});
        m_right->setGridLineVisible(false);
        chart()->addAxis(m_right, Qt::AlignRight);
    }
    auto* series = new QLineSeries;
    series->setPen(QPen(color(token), width, penStyle));
    chart()->addSeries(series);
    m_toned.push_back({series, token});
    series->attachAxis(m_x);
    series->attachAxis(m_right);
    takeColours();
    return series;
}

QScatterSeries* ThemedChart::addDots(const QString& name, Token token, double size) {
    auto* series = new QScatterSeries;
    series->setName(name);
    series->setColor(color(token));
    series->setBorderColor(color(Token::Panel));
    series->setMarkerSize(size);
    chart()->addSeries(series);
    m_toned.push_back({series, token});
    series->attachAxis(m_x);
    series->attachAxis(m_y);
    if (name.isEmpty())
        for (auto* marker : chart()->legend()->markers(series)) marker->setVisible(false);
    return series;
}

void ThemedChart::setRange(double x0, double x1, double y0, double y1) {
    if (!(x1 > x0) || !(y1 > y0) || !std::isfinite(x0 + x1 + y0 + y1)) return;
    fitAxis(*m_x, x0, x1, kMostSteps);
    fitAxis(*m_y, y0, y1, stepsOfHeight());
}

/// Up and down, as many steps as their labels have lines: a label without its line is drawn as dots.
int ThemedChart::stepsOfHeight() const { return std::clamp((height() - kAroundPlot) / (2 * textPixels()), 1, kMostSteps); }

void ThemedChart::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    if (event->size().height() == event->oldSize().height()) return;
    for (auto* axis : {m_y, m_right})
        if (axis && axis->tickType() == QValueAxis::TicksDynamic) fitAxis(*axis, axis->min(), axis->max(), stepsOfHeight());
}

void ThemedChart::fitAxis(QValueAxis& axis, double low, double high, int mostSteps) {
    const double step = niceStep((high - low) / mostSteps);
    axis.setTickType(QValueAxis::TicksDynamic);
    axis.setTickAnchor(0);
    axis.setTickInterval(step);
    axis.setRange(low, high);
    int decimals = 0; // as many as the step itself needs
    while (decimals < 6 && std::abs(step * std::pow(10.0, decimals) - std::round(step * std::pow(10.0, decimals))) > 1e-6) ++decimals;
    axis.setLabelFormat(QStringLiteral("%.%1f").arg(decimals));
}

void ThemedChart::setEmptyText(const QString& text) {
    if (text.isEmpty() != m_emptyText.isEmpty()) {
        auto& legend = *chart()->legend();
        if (!text.isEmpty()) m_legendShown = legend.isVisible();
        legend.setVisible(text.isEmpty() && m_legendShown);
        m_x->setVisible(text.isEmpty());
        m_y->setVisible(text.isEmpty());
    }
    m_emptyText = text;
    viewport()->update();
}

void ThemedChart::setWhiskers(std::vector<Whisker> whiskers) {
    m_whiskers = std::move(whiskers);
    viewport()->update();
}

void ThemedChart::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_T && event->modifiers() == Qt::NoModifier) return showTable();
    if (event->modifiers() != Qt::NoModifier || !m_cursor.move(event->key(), *chart())) return QChartView::keyPressEvent(event);
    viewport()->update();
    setAccessibleDescription(m_cursor.words(*chart()));
    QAccessibleEvent spoken(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&spoken);
}

void ThemedChart::focusOutEvent(QFocusEvent* event) {
    QChartView::focusOutEvent(event);
    m_cursor.hide();
    viewport()->update();
}

void ThemedChart::setXTitle(const QString& title) {
    if (m_x->titleText() != title) m_x->setTitleText(title);
}

void ThemedChart::setStale(bool stale) {
    if (std::exchange(m_stale, stale) != stale) viewport()->update();
}

void ThemedChart::setShown(QXYSeries& series, bool shown) {
    if (series.isVisible() != shown) series.setVisible(shown); // the legend hides what is not visible
}

/// What the chart draws, for those who read it: one row a point.
void ThemedChart::showTable() {
    std::vector<GridRow> rows;
    for (const auto* series : chart()->series()) {
        const auto* points = qobject_cast<const QXYSeries*>(series);
        if (!points || points->name().isEmpty()) continue;
        int n = 0;
        for (const auto& p : points->points())
            rows.push_back({QStringLiteral("%1/%2").arg(points->name()).arg(n++),
                            {{points->name(), {}, Tone::Dim}, {format::number(p.x(), 2), p.x()}, {format::number(p.y(), 4), p.y()}},
                            false,
                            false,
                            {}});
    }
    int painted = 0;
    for (const auto& row : paintedRows())
        rows.push_back(
            {QStringLiteral("painted/%1").arg(painted++),
             {{row.series, {}, Tone::Dim}, {format::number(row.x, 2), row.x}, {format::number(row.y, 4), row.y ? QVariant(*row.y) : QVariant()}},
             false,
             false,
             {}});
    if (m_table) // asked again: there it is
        return openLayer(*m_table);
    auto* dialog = new QDialog(this);
    m_table = dialog;
    dialog->setObjectName(QStringLiteral("layer"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    new QShortcut(QKeySequence(Qt::Key_T), dialog, dialog, &QDialog::close); // T again goes back
    dialog->setWindowTitle(tr("%1 as a table").arg(accessibleName()));
    dialog->resize(460, 480);
    auto* model = new GridModel({{tr("Series"), {}, 170, Qt::AlignLeft | Qt::AlignVCenter},
                                 {m_x->titleText(), m_x->titleText(), 120},
                                 {m_y->titleText(), m_y->titleText(), 140}},
                                dialog);
    model->setRows(std::move(rows));
    auto* grid = new GridView(model);
    grid->setAccessibleName(dialog->windowTitle());
    grid->setEmptyText(tr("The chart is empty."));
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(grid);
    openLayer(*dialog);
}

void ThemedChart::drawForeground(QPainter* painter, const QRectF& rect) {
    QChartView::drawForeground(painter, rect);
    if (!m_whiskers.empty()) {
        painter->setPen(QPen(mix(Token::Panel, Token::Dim, 0.55), 1));
        const QRectF area = chart()->plotArea();
        for (const auto& w : m_whiskers) {
            const QPointF low = chart()->mapToPosition({w.x, w.low}), high = chart()->mapToPosition({w.x, w.high});
            if (low.x() < area.left() || low.x() > area.right()) continue;
            painter->drawLine(QPointF(low.x(), qMin(low.y(), area.bottom())), QPointF(high.x(), qMax(high.y(), area.top())));
        }
    }
    if (m_stale) painter->fillRect(chart()->plotArea(), QBrush(mix(Token::Panel, Token::Stale, 0.5), Qt::BDiagPattern));
    if (m_emptyText.isEmpty()) {
        m_cursor.paint(*painter, *chart());
    } else {
        painter->setPen(color(Token::Dim));
        painter->setFont(textFont(13));
        painter->drawText(chart()->plotArea(), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
    }
    if (!hasFocus()) return;
    painter->resetTransform();
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setPen(QPen(color(Token::Accent), 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(viewport()->rect().adjusted(1, 1, -1, -1));
}

void ThemedChart::focusInEvent(QFocusEvent* event) {
    QChartView::focusInEvent(event);
    viewport()->update();
}

PayoffChart::PayoffChart(QWidget* parent)
    : ThemedChart(tr("underlying at expiry"), tr("profit and loss, dollars"), parent), m_expiry(addLine(tr("at expiry"), Token::Accent)),
      m_today(addLine(tr("now (model)"), Token::Loss, Qt::DashLine, 1.5)), m_zero(addLine({}, Token::Dim, Qt::SolidLine, 1)),
      m_spot(addLine(tr("spot"), Token::Text, Qt::DotLine, 1)), m_low(addLine(tr("1, 2 sigma"), Token::Stale, Qt::DotLine, 1)),
      m_high(addLine({}, Token::Stale, Qt::DotLine, 1)), m_low2(addLine({}, Token::Stale, Qt::DotLine, 1)),
      m_high2(addLine({}, Token::Stale, Qt::DotLine, 1)), m_greek(addRightLine(Token::Second, Qt::DashDotLine, 1.5)),
      m_breakevens(addDots(tr("breakeven"), Token::Warn, 8)) {
    m_y->setTitleText(tr("P&L, $")); // short: a low chart cuts its title
    setAccessibleDescription(tr("Profit and loss of the structure against the underlying at expiry"));
    showGreek({});
}

void PayoffChart::useAsThumbnail() {
    chart()->legend()->hide(); // one curve, its zero line, spot and breakevens
    m_x->setTitleVisible(false);
}

void PayoffChart::clear(const QString& why) {
    for (auto* s : {m_expiry, m_today, m_zero, m_spot, m_low, m_high, m_low2, m_high2}) s->clear();
    m_breakevens->clear();
    showGreek({});
    m_cone = {};
    placeCone();
    setEmptyText(why);
}

void PayoffChart::show(const Input& in) {
    setEmptyText({});
    const auto* last = in.cone.isEmpty() ? nullptr : &in.cone.cone.back();
    double low = last ? last->low2 : in.spot - 2 * in.sigma, high = last ? last->high2 : in.spot + 2 * in.sigma;
    for (const auto& leg : in.legs) {
        low = std::min(low, leg.contract.strike.toDouble());
        high = std::max(high, leg.contract.strike.toDouble());
    }
    const double margin = std::max({(high - low) * 0.12, in.spot * 0.01, 1.0});
    low = std::max(0.0, low - margin);
    high += margin;
    QList<QPointF> expiry, today;
    double worst = 0, best = 0;
    const auto value = [&](double s) { return portfolio::payoffAtExpiry(in.legs, in.net, s) * static_cast<double>(in.quantity); };
    std::vector<double> xs;
    for (int i = 0; i < kPoints; ++i) xs.push_back(low + (high - low) * i / (kPoints - 1));
    for (const auto& leg : in.legs) xs.push_back(leg.contract.strike.toDouble());
    std::sort(xs.begin(), xs.end());
    for (const double x : xs) {
        const double y = value(x);
        expiry << QPointF(x, y);
        worst = std::min(worst, y);
        best = std::max(best, y);
    }
    for (const auto& [x, y] : in.today)
        if (x >= low && x <= high) {
            today << QPointF(x, y);
            worst = std::min(worst, y);
            best = std::max(best, y);
        }
    const double pad = std::max(1.0, (best - worst) * 0.12);
    m_expiry->replace(expiry);
    m_today->replace(today);
    m_today->setName(in.when.isEmpty() ? tr("now (model)") : tr("%1 (model)").arg(in.when));
    m_zero->replace({QPointF(low, 0), QPointF(high, 0)});
    m_spot->replace({QPointF(in.spot, worst - pad), QPointF(in.spot, best + pad)});
    const auto mark = [&](QLineSeries* line, double ofCone, double sigmas) {
        const double x = last ? ofCone : in.spot + sigmas * in.sigma;
        line->replace((last || in.sigma > 0) && x > 0 ? QList<QPointF>{QPointF(x, worst - pad), QPointF(x, best + pad)} : QList<QPointF>{});
    };
    mark(m_low, last ? last->low1 : 0, -1);
    mark(m_high, last ? last->high1 : 0, 1);
    mark(m_low2, last ? last->low2 : 0, -2);
    mark(m_high2, last ? last->high2 : 0, 2);
    QList<QPointF> crossings;
    for (const double b : portfolio::payoffBounds(in.legs, in.net).breakevens) crossings << QPointF(b, 0);
    m_breakevens->replace(crossings);
    setRange(low, high, worst - pad, best + pad);
    showGreek(in);
    m_cone = in.cone;
    placeCone();
    setAccessibleDescription(spoken(in, worst, best));
}

/// What is drawn, in one sentence each.
QString PayoffChart::spoken(const Input& in, double worst, double best) const {
    QStringList crossings;
    for (const auto& p : m_breakevens->points()) crossings << format::number(p.x(), 2);
    QStringList said{
        tr("Largest loss %1, largest profit %2, breakeven %3")
            .arg(format::number(worst, 0), format::number(best, 0), crossings.isEmpty() ? format::dash() : crossings.join(QStringLiteral(", ")))};
    if (!in.cone.isEmpty()) said << in.cone.words();
    if (!in.greek.empty()) {
        const auto near = std::min_element(in.greek.begin(), in.greek.end(),
                                           [&](const auto& a, const auto& b) { return std::abs(a.first - in.spot) < std::abs(b.first - in.spot); });
        const auto least = std::min_element(in.greek.begin(), in.greek.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
        const auto most = std::max_element(in.greek.begin(), in.greek.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
        said << tr("%1: %2 at the spot, from %3 at %4 to %5 at %6")
                    .arg(in.greekName, format::signedNumber(near->second, 2), format::signedNumber(least->second, 2), format::number(least->first, 2),
                         format::signedNumber(most->second, 2), format::number(most->first, 2));
    }
    return said.join(QStringLiteral(". "));
}

/// The right axis shares its zero with the left one.
void PayoffChart::showGreek(const Input& in) {
    QList<QPointF> points;
    double least = 0, most = 0;
    for (const auto& [x, y] : in.greek)
        if (x >= m_x->min() && x <= m_x->max()) {
            points << QPointF(x, y);
            least = std::min(least, y);
            most = std::max(most, y);
        }
    const bool shown = !points.isEmpty() && most > least;
    m_greek->setName(shown ? in.greekName : QString());
    m_greek->replace(shown ? points : QList<QPointF>{});
    for (auto* marker : chart()->legend()->markers(m_greek)) marker->setVisible(false); // its axis names it
    m_right->setVisible(shown);
    if (!shown) return;
    m_right->setTitleText(in.greekName);
    const double below = -m_y->min() / (m_y->max() - m_y->min()); // where zero is; within the axis, for both bounds lie beyond it
    const double reach = 1.08 * std::max(-least / below, most / (1 - below));
    fitAxis(*m_right, -below * reach, (1 - below) * reach, stepsOfHeight());
}

bool PayoffChart::hasRoomForCone() const { return !m_cone.isEmpty() && height() >= kConeFrom; }

void PayoffChart::placeCone() {
    chart()->setMargins(QMargins(6, 6, 6, hasRoomForCone() ? 6 + ConeStrip::height() : 6));
    viewport()->update();
}

void PayoffChart::resizeEvent(QResizeEvent* event) {
    ThemedChart::resizeEvent(event);
    placeCone();
}

void PayoffChart::drawForeground(QPainter* painter, const QRectF& rect) {
    ThemedChart::drawForeground(painter, rect);
    if (!hasRoomForCone()) return;
    const QRectF plot = chart()->plotArea(), all = chart()->rect();
    m_cone.paint(*painter, QRectF(plot.left(), all.bottom() - 4 - ConeStrip::height(), plot.width(), ConeStrip::height()),
                 plot.left() - all.left() - 4, [this](double price) {
                     return chart()->mapToPosition({price, 0}, m_expiry).x();
                 });
}

std::vector<ThemedChart::TableRow> PayoffChart::paintedRows() const {
    std::vector<TableRow> rows;
    for (const auto& p : m_cone.cone) {
        const QString when = p.days == 0                         ? tr("now")
                             : p.days == m_cone.cone.back().days ? tr("at expiry")
                                                                 : tr("%1d ahead").arg(format::number(p.days, 1));
        for (const auto& [name, price] :
             {std::pair(tr("2 sigma below"), p.low2), std::pair(tr("1 sigma below"), p.low1), std::pair(tr("median"), p.median),
              std::pair(tr("1 sigma above"), p.high1), std::pair(tr("2 sigma above"), p.high2)})
            rows.push_back({tr("cone, %1: %2", "when, which edge").arg(when, name), price, {}});
    }
    return rows;
}

} // namespace mahler::ui
