#include "ui/screens/risk_profile.h"

#include <array>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "portfolio/revaluer.h"
#include "ui/screens/builder_words.h"
#include "ui/screens/risk_words.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

using portfolio::CurveGreek;

constexpr std::array kShifts = {0.0, 0.10, 0.25, 0.50, -0.10, -0.25}; ///< relative moves of 30-day volatility
constexpr double kReach = 0.15;                                       ///< of the spot, of the dashed curve and the Greek
constexpr int kPoints = 61, kConePoints = 13;

/// As settings keep it.
QString key(std::optional<CurveGreek> greek) {
    if (!greek) return QStringLiteral("none");
    switch (*greek) {
    case CurveGreek::Delta: return QStringLiteral("delta");
    case CurveGreek::Gamma: return QStringLiteral("gamma");
    case CurveGreek::Theta: return QStringLiteral("theta");
    case CurveGreek::Vega: return QStringLiteral("vega");
    }
    return QStringLiteral("none");
}

QString name(CurveGreek greek) {
    switch (greek) {
    case CurveGreek::Delta: return RiskProfile::tr("delta, shares");
    case CurveGreek::Gamma: return RiskProfile::tr("gamma, shares per 1.00");
    case CurveGreek::Theta: return RiskProfile::tr("theta, dollars a day");
    case CurveGreek::Vega: return RiskProfile::tr("vega, dollars a point");
    }
    return {};
}

} // namespace

RiskProfile::RiskProfile(QWidget* parent)
    : QWidget(parent), m_chart(new PayoffChart), m_greekButton(new QPushButton), m_tablePane(new QWidget(this)),
      m_table(new GridModel(builderwords::tableColumns(), this)), m_tableGrid(new GridView(m_table)), m_tableTitle(new QLabel) {
    m_tableTitle->setTextFormat(Qt::PlainText);
    setTone(*m_tableTitle, Token::Dim);
    m_tableGrid->setMostRows(5);
    m_tableGrid->setMinimumHeight(m_tableGrid->maximumHeight());
    m_tableGrid->setAccessibleName(tr("Profit and loss by date and price"));
    m_tableGrid->setEmptyText(tr("Needs legs that expire together, and their quotes."));
    auto* below = new QVBoxLayout(m_tablePane);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(4);
    below->addWidget(m_tableTitle);
    below->addWidget(m_tableGrid);
    m_greekButton->setToolTip(
        tr("a Greek of the whole quantity against the underlying, on the right axis, at the date and the volatility of the dashed "
           "curve: delta in shares, gamma in shares for 1.00 of the underlying, theta in dollars of the next calendar day, vega in "
           "dollars for a point of each leg's volatility"));
    auto* controls = new QHBoxLayout;
    controls->addStretch(1);
    controls->addWidget(m_greekButton);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(controls);
    layout->addWidget(m_chart, 1);
    connect(m_greekButton, &QPushButton::clicked, this, &RiskProfile::nextGreek);
    nameGreek();
}

void RiskProfile::nameGreek() {
    m_greekButton->setText(m_greek ? tr("Right axis: %1  (G)").arg(name(*m_greek)) : tr("Right axis: none  (G)"));
    m_greekButton->setAccessibleName(m_greekButton->text());
}

void RiskProfile::nextGreek() {
    if (!m_greek)
        m_greek = CurveGreek::Delta;
    else if (*m_greek == CurveGreek::Vega)
        m_greek.reset();
    else
        m_greek = static_cast<CurveGreek>(static_cast<int>(*m_greek) + 1);
    nameGreek();
    Q_EMIT changed();
}

QString RiskProfile::greek() const { return key(m_greek); }

void RiskProfile::setGreek(const QString& wanted) {
    m_greek.reset();
    for (const auto g : {CurveGreek::Delta, CurveGreek::Gamma, CurveGreek::Theta, CurveGreek::Vega})
        if (key(g) == wanted) m_greek = g;
    nameGreek();
    Q_EMIT changed();
}

void RiskProfile::chooseDate(std::size_t row) {
    m_date = row;
    Q_EMIT changed();
}

bool RiskProfile::takeKey(const QKeyEvent& key, const QObject* pane) {
    if (key.modifiers() != Qt::NoModifier) return false;
    const bool date = key.key() == Qt::Key_D || (key.key() == Qt::Key_T && pane != m_chart);
    if (!date && key.key() != Qt::Key_V && key.key() != Qt::Key_G) return false;
    if (key.key() == Qt::Key_G) {
        nextGreek();
        return true;
    }
    if (date) {
        chooseDate(m_date + 1);
        return true;
    }
    m_shift = (m_shift + 1) % kShifts.size();
    Q_EMIT changed();
    return true;
}

void RiskProfile::clear(const QString& why) {
    m_table->setRows({});
    m_tableTitle->clear();
    m_tableGrid->hide();
    m_chart->clear(why);
}

void RiskProfile::blank(const QString& why) {
    std::vector<GridRow> rows;
    for (int r = 0; r < m_table->rowCount(); ++r) {
        rows.push_back(*m_table->row(r));
        for (std::size_t c = 1; c < rows.back().cells.size(); ++c)
            rows.back().cells[c] = {format::dash(), {}, Tone::Dim, desk::Freshness::Unknown, why};
    }
    m_table->setRows(std::move(rows));
    m_chart->clear(why);
}

void RiskProfile::show(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, const strategy::DraftMetrics& metrics) {
    const double shift = kShifts[m_shift];
    const auto table = strategy::priceDateTable(order, chain, shift);
    if (m_date + 1 >= table.days.size()) // the solid curve is expiry's
        m_date = 0;
    const UtcTime now = chain.chain->time;
    PayoffChart::Input in{order.legs, order.netLimit, order.quantity, chain.spot, metrics.expectedMove.value_or(0), {}, {}};
    if (!table.days.empty()) {
        const double day = table.days[m_date];
        in.cone.cone = strategy::draftCone(order, chain, kConePoints);
        in.cone.chosen = strategy::draftConeAt(order, chain, day);
        in.cone.lastWords = format::date(order.legs.front().contract.expiry).section(QLatin1Char(' '), 0, 1);
        if (metrics.greeks) {
            in.today = portfolio::valueAcrossSpots(order, chain, 1 - kReach, 1 + kReach, kPoints, day, shift);
            in.when = day == 0 ? tr("now") : tr("T+%1d", "calendar days from now").arg(format::number(day, day < 1 ? 1 : 0));
            if (shift != 0) in.when += QStringLiteral(", ") + tr("IV %1").arg(riskwords::vol(shift));
            if (m_greek) {
                in.greek = portfolio::greekAcrossSpots(order, chain, *m_greek, 1 - kReach, 1 + kReach, kPoints, day, shift);
                in.greekName = name(*m_greek);
            }
        }
    }
    m_chart->show(in);
    m_tableGrid->setVisible(!table.days.empty());
    m_table->setRows(builderwords::tableRows(table, chain.spot, now, m_date));
    m_tableTitle->setText(table.days.empty() ? QString()
                                             : tr("P&L in dollars before fees, by date and price   30-day IV %1   T date, V IV shift")
                                                   .arg(shift == 0 ? tr("as it is") : riskwords::vol(shift)));
}

} // namespace mahler::ui
