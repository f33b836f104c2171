#include "ui/screens/smile_chart.h"

#include <algorithm>
#include <cmath>

#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

constexpr int kSteps = 160; ///< of a drawn slice

/// Where a strike stands on the axis.
class Scale {
public:
    Scale(SmileAxis axis, const pricing::PricedExpiry& e)
        : m_axis(axis), m_forward(e.forward), m_deviation(e.atmVol.value_or(0.2) * std::sqrt(std::max(e.years, 0.003))) {}
    double at(double strike) const {
        switch (m_axis) {
        case SmileAxis::Strike: return strike;
        case SmileAxis::OfForward: return strike / m_forward * 100;
        case SmileAxis::Deviations: return std::log(strike / m_forward) / m_deviation;
        }
        return strike;
    }

private:
    SmileAxis m_axis;
    double m_forward, m_deviation;
};

const pricing::PricedExpiry* sameExpiry(const pricing::PricedChain& chain, const market::ExpirySlice& wanted) {
    for (std::size_t i = 0; i < chain.expiries.size(); ++i) {
        const auto& slice = chain.chain->expiries[i];
        if (slice.expiry == wanted.expiry && slice.root == wanted.root) return &chain.expiries[i];
    }
    return nullptr;
}

} // namespace

SmileChart::SmileChart(QWidget* parent) : ThemedChart(tr("strike"), tr("implied volatility, %"), parent) {
    m_calls = addDots(tr("calls (out of the money)"), Token::Accent, 5);
    m_puts = addDots(tr("puts (out of the money)"), Token::Second, 5);
    m_fit = addLine(tr("fit"), Token::Text, Qt::SolidLine, 1.5);
    m_ghost = addLine(tr("earlier"), Token::Warn, Qt::DashLine, 1.2);
    m_spot = addLine(tr("spot"), Token::Stale, Qt::DotLine, 1);
    setEmptyText(tr("Waiting for a chain."));
    setAccessibleName(tr("Smile"));
}

void SmileChart::show(const Input& in) {
    const auto& chain = *in.chain;
    const auto& e = chain.expiries[in.expiry];
    const auto& slice = chain.chain->expiries[in.expiry];
    const Scale scale(in.axis, e);
    const double reach = std::max(0.06, 3.2 * e.atmVol.value_or(0.2) * std::sqrt(std::max(e.years, 0.003)));
    QList<QPointF> calls, puts, fit, ghost;
    std::vector<Whisker> whiskers;
    double low = 1e9, high = 0;
    const auto seen = [&](double v) {
        low = std::min(low, v);
        high = std::max(high, v);
    };
    for (std::size_t r = slice.begin; r < slice.end; ++r) {
        const double strike = static_cast<double>(chain.chain->strike[r]) / 1e6;
        const bool call = chain.chain->right[r] == market::Right::Call;
        if (chain.ivStatus[r] != pricing::IvStatus::Ok || (call ? strike < e.forward : strike > e.forward) ||
            std::abs(std::log(strike / e.forward)) > reach)
            continue;
        const double x = scale.at(strike), vol = chain.iv[r] * 100;
        (call ? calls : puts) << QPointF(x, vol);
        const auto quote = chain.chain->quote(r);
        if (const auto width = quote.width(); width && chain.hasGreeks[r] && chain.vega[r] > 0) { // half the width in points, by vega
            const double half = width->toDouble() / 2 / chain.vega[r] * 100;
            whiskers.push_back({x, vol - half, vol + half});
        }
        seen(vol);
    }
    const auto* before = in.ghost ? sameExpiry(*in.ghost, slice) : nullptr;
    for (int i = 0; i <= kSteps; ++i) {
        const double strike = e.forward * std::exp(reach * (2.0 * i / kSteps - 1));
        if (const double v = e.smile.ok ? e.smile.vol(std::log(strike / e.forward), e.years) * 100 : NAN; std::isfinite(v)) {
            fit << QPointF(scale.at(strike), v);
            seen(v);
        }
        if (!before || !before->smile.ok) continue;
        // Against the strike it stands where it stood; against a relative axis, relative to its own forward of then.
        const double k = in.axis == SmileAxis::Strike ? std::log(strike / before->forward) : std::log(strike / e.forward);
        if (const double v = before->smile.vol(k, before->years) * 100; std::isfinite(v)) {
            ghost << QPointF(scale.at(strike), v);
            seen(v);
        }
    }
    setHeading(tr("%1  %2  %3")
                   .arg(format::text(slice.root.empty() ? chain.chain->underlying : slice.root), format::date(slice.expiry),
                        format::dte(chain.chain->time, slice.expiresAt)));
    switch (in.axis) {
    case SmileAxis::Strike: setXTitle(tr("strike")); break;
    case SmileAxis::OfForward: setXTitle(tr("strike, % of the forward")); break;
    case SmileAxis::Deviations: setXTitle(tr("strike, standard deviations from the forward")); break;
    }
    m_calls->replace(calls);
    m_puts->replace(puts);
    m_fit->replace(fit);
    m_ghost->setName(in.ghost ? tr("fit of %1").arg(in.ghostName) : tr("earlier"));
    setShown(*m_ghost, !ghost.isEmpty());
    m_ghost->replace(ghost);
    setWhiskers(std::move(whiskers));
    const bool enough = calls.size() + puts.size() >= 5;
    setEmptyText(enough ? QString() : tr("Fewer than 5 usable quotes in this expiry."));
    if (!enough) return;
    const double pad = std::max(0.5, (high - low) * 0.1), spot = scale.at(chain.spot);
    m_spot->replace({QPointF(spot, low - pad), QPointF(spot, high + pad)});
    setRange(scale.at(e.forward * std::exp(-reach)), scale.at(e.forward * std::exp(reach)), low - pad, high + pad);
}

} // namespace mahler::ui
