#include "ui/screens/volatility_screen.h"

#include <QHeaderView>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/theme/format.h"

namespace mahler::ui {

namespace {
const auto kLeft = Qt::AlignLeft | Qt::AlignVCenter;
}

VolatilityScreen::VolatilityScreen(DeskPort&, QWidget* parent)
    : Screen(parent),
      m_model(new GridModel({{tr("Expiry"), {}, 150, kLeft}, {tr("Days"), {}, 56}, {tr("ATM IV"), tr("at the forward, per cent a year"), 66},
                             {tr("Forward"), {}, 80}, {tr("Move ±"), tr("one standard deviation to expiry, price units"), 70},
                             {tr("25d RR"), tr("call less put volatility at 25 delta, points"), 66}, {tr("25d fly"), tr("wings less ATM, points"), 66},
                             {tr("RMSE"), tr("of the smile fit, volatility points"), 60}, {tr("Used"), tr("quotes in the fit"), 56}, {tr("Refused"), {}, 62}},
                            this)),
      m_grid(new GridView(m_model)), m_smile(new ThemedChart(tr("strike"), tr("implied volatility, %"))),
      m_term(new ThemedChart(tr("days to expiry"), tr("at-the-money volatility, %"))) {
    m_calls = m_smile->addDots(tr("calls (out of the money)"), Token::Gain, 5);
    m_puts = m_smile->addDots(tr("puts (out of the money)"), Token::Loss, 5);
    m_fit = m_smile->addLine(tr("SVI fit"), Token::Text, Qt::SolidLine, 1.5);
    m_spot = m_smile->addLine(tr("spot"), Token::Stale, Qt::DotLine, 1);
    m_termLine = m_term->addLine(tr("ATM"), Token::Accent);
    m_atm = m_term->addDots({}, Token::Accent, 6);
    m_forwardLine = m_term->addLine(tr("forward volatility"), Token::Loss, Qt::DashLine, 1.5);
    m_smile->setEmptyText(tr("Waiting for a chain."));
    auto* charts = new QSplitter;
    charts->addWidget(m_smile);
    charts->addWidget(m_term);
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(charts);
    split->addWidget(m_grid);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addWidget(split);
    m_grid->setAccessibleName(tr("Expiries"));
    connect(m_grid->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        m_expiry = now.row();
        drawSmile();
    });
}

void VolatilityScreen::setChain(const ChainPtr& chain) {
    const bool another = !m_chain || m_chain->chain->underlying != chain->chain->underlying || m_chain->expiries.size() != chain->expiries.size();
    m_chain = chain;
    std::vector<GridRow> rows;
    int nearest = 0;
    for (std::size_t i = 0; i < chain->expiries.size(); ++i) {
        const auto& e = chain->expiries[i];
        const auto& slice = chain->chain->expiries[i];
        if (std::abs(e.years * 365 - 38) < std::abs(chain->expiries[static_cast<std::size_t>(nearest)].years * 365 - 38))
            nearest = static_cast<int>(i);
        rows.push_back({format::text(slice.root) + format::date(slice.expiry),
                        {{format::date(slice.expiry) + QLatin1Char(' ') + format::text(slice.root), {}, Tone::Strong},
                         {format::number(e.years * 365, 1), e.years},
                         {format::percent(e.atmVol), e.atmVol ? QVariant(*e.atmVol) : QVariant(), Tone::Strong},
                         {format::number(e.forward, 2), e.forward},
                         {format::number(e.expectedMove, 2), {}},
                         {e.riskReversal25 ? format::signedNumber(*e.riskReversal25 * 100, 1) : format::dash(), {}},
                         {e.butterfly25 ? format::signedNumber(*e.butterfly25 * 100, 1) : format::dash(), {}},
                         {e.smile.ok ? format::number(e.smile.rmse * 100, 2) : format::dash(), {}, Tone::Dim, desk::Freshness::Fresh, e.smile.ok ? QString() : tr("too few usable quotes")},
                         {QString::number(e.smile.used), e.smile.used, Tone::Dim},
                         {QString::number(e.smile.rejected), e.smile.rejected, Tone::Dim}},
                        false, false, {}});
    }
    m_model->setRows(std::move(rows));
    if (another || m_expiry < 0 || m_expiry >= static_cast<int>(chain->expiries.size())) {
        m_expiry = nearest;
        m_grid->setCurrentIndex(m_model->index(nearest, 0));
    }
    drawSmile();
    drawTerm();
}

void VolatilityScreen::drawSmile() {
    if (!m_chain || m_expiry < 0 || m_expiry >= static_cast<int>(m_chain->expiries.size()))
        return;
    const auto index = static_cast<std::size_t>(m_expiry);
    const auto& e = m_chain->expiries[index];
    const auto& slice = m_chain->chain->expiries[index];
    QList<QPointF> calls, puts, fit;
    const double reach = std::max(0.06, 3.2 * e.atmVol.value_or(0.2) * std::sqrt(std::max(e.years, 0.003)));
    double low = 1e9, high = 0;
    for (std::size_t r = slice.begin; r < slice.end; ++r) {
        const double strike = static_cast<double>(m_chain->chain->strike[r]) / 1e6;
        const bool call = m_chain->chain->right[r] == market::Right::Call;
        if (m_chain->ivStatus[r] != pricing::IvStatus::Ok || (call ? strike < e.forward : strike > e.forward) || std::abs(std::log(strike / e.forward)) > reach)
            continue;
        (call ? calls : puts) << QPointF(strike, m_chain->iv[r] * 100);
        low = std::min(low, m_chain->iv[r] * 100);
        high = std::max(high, m_chain->iv[r] * 100);
    }
    for (int i = 0; e.smile.ok && i <= 160; ++i) {
        const double k = reach * (2.0 * i / 160 - 1);
        const double v = e.smile.vol(k, e.years) * 100;
        if (!std::isfinite(v))
            continue;
        fit << QPointF(e.forward * std::exp(k), v);
        low = std::min(low, v);
        high = std::max(high, v);
    }
    m_calls->replace(calls);
    m_puts->replace(puts);
    m_fit->replace(fit);
    const bool enough = calls.size() + puts.size() >= 5;
    m_smile->setEmptyText(enough ? QString() : tr("Fewer than 5 usable quotes in this expiry."));
    if (!enough)
        return;
    const double pad = std::max(0.5, (high - low) * 0.1);
    m_spot->replace({QPointF(m_chain->spot, low - pad), QPointF(m_chain->spot, high + pad)});
    m_smile->setRange(e.forward * std::exp(-reach), e.forward * std::exp(reach), low - pad, high + pad);
}

void VolatilityScreen::drawTerm() {
    QList<QPointF> line, forward;
    double low = 1e9, high = 0, lastYears = 0, lastVariance = 0;
    for (const auto& e : m_chain->expiries) {
        if (!e.atmVol || e.years <= 0.5 / 365 || (!line.isEmpty() && e.years * 365 - line.back().x() < 0.5))
            continue;
        const double variance = *e.atmVol * *e.atmVol * e.years;
        if (!line.isEmpty() && variance > lastVariance) {
            const double f = std::sqrt((variance - lastVariance) / (e.years - lastYears)) * 100;
            forward << QPointF(lastYears * 365, f) << QPointF(e.years * 365, f);
            high = std::max(high, f);
            low = std::min(low, f);
        }
        line << QPointF(e.years * 365, *e.atmVol * 100);
        low = std::min(low, *e.atmVol * 100);
        high = std::max(high, *e.atmVol * 100);
        lastYears = e.years;
        lastVariance = variance;
    }
    m_termLine->replace(line);
    m_atm->replace(line);
    m_forwardLine->replace(forward);
    m_term->setEmptyText(line.size() < 2 ? tr("Fewer than two expiries with a known volatility.") : QString());
    if (line.size() >= 2)
        m_term->setRange(0, line.back().x() * 1.03, std::max(0.0, low - 1), high + 1);
}

} // namespace mahler::ui
