#include "ui/screens/volatility_words.h"

#include <cmath>

#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

QString strikeOf(double k) { return format::number(std::exp(k) * 100, 0) + QLatin1Char('%'); }

} // namespace

SurfaceNotes::SurfaceNotes(const pricing::PricedChain& chain) : m_chain(chain), m_slice(chain.expiries.size()) {
    for (std::size_t i = 0; i < chain.surface.slices.size(); ++i) m_slice[chain.surface.slices[i].expiry] = i;
}

QString SurfaceNotes::dateOf(std::size_t slice) const { return format::date(m_chain.chain->expiries[m_chain.surface.slices[slice].expiry].expiry); }

Cell SurfaceNotes::arbitrage(std::size_t expiry) const {
    if (!m_slice[expiry]) return {format::dash(), {}, Tone::Dim, desk::Freshness::Fresh, tr("too few usable quotes")};
    const auto& s = *slice(expiry);
    QStringList left, mended;
    if (!s.check.free()) left << tr("butterfly, g %1 at %2").arg(format::number(s.check.fineMinG, 3), strikeOf(s.check.fineAtK));
    for (const auto& c : m_chain.surface.crossings)
        if (c.nearer == *m_slice[expiry]) left << tr("calendar, above %1 at %2").arg(dateOf(c.farther), strikeOf(c.k));
    for (const auto& c : m_chain.surface.mended)
        if (c.nearer == *m_slice[expiry]) mended << dateOf(c.farther);
    QString what =
        tr("looked for at strikes of 22% to 448% of the forward; a butterfly is g below 0, a crossing total variance above the next expiry's");
    if (!mended.isEmpty()) what += QLatin1Char('\n') + tr("without bounds this smile crosses that of %1").arg(mended.join(QStringLiteral(", ")));
    if (!left.isEmpty()) return {left.join(QStringLiteral("; ")), 2, Tone::Warn, desk::Freshness::Fresh, what};
    return {mended.isEmpty() ? tr("none") : tr("none; mended with %1").arg(mended.join(QStringLiteral(", "))), mended.isEmpty() ? 0 : 1, Tone::Dim,
            desk::Freshness::Fresh, what};
}

QString SurfaceNotes::nameOf(pricing::SliceModel model) {
    switch (model) {
    case pricing::SliceModel::Svi: return tr("SVI");
    case pricing::SliceModel::Constrained: return tr("bounded");
    case pricing::SliceModel::Repaired: return tr("repaired");
    case pricing::SliceModel::Ssvi: return tr("SSVI");
    }
    return {};
}

QString SurfaceNotes::whatIs(pricing::SliceModel model) {
    switch (model) {
    case pricing::SliceModel::Svi: return tr("the least squares as they fell out: no arbitrage in them");
    case pricing::SliceModel::Constrained: return tr("the least squares within no butterfly and no crossing of the next expiry");
    case pricing::SliceModel::Repaired: return tr("the least squares with the wings moved until no butterfly is left");
    case pricing::SliceModel::Ssvi: return tr("a slice free of butterflies by its form: no better one was found");
    }
    return {};
}

} // namespace mahler::ui
