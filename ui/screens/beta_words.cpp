#include "ui/screens/beta_words.h"

#include <QCoreApplication>
#include <QStringList>

#include "ui/theme/format.h"

namespace mahler::ui::betawords {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("mahler::ui::betawords", text); }

QString one(const portfolio::BetaWeights& weights, const std::string& underlying) {
    const QString name = format::text(underlying);
    const auto beta = weights.betaOf(underlying);
    if (!beta) return tr("%1 unknown").arg(name);
    if (underlying == weights.benchmark && beta->beta == 1) return tr("%1 1").arg(name);
    QString out = tr("%1 %2 (r² %3, %4 days").arg(name, format::number(beta->beta, 2), format::number(beta->r2, 2)).arg(beta->window);
    if (beta->last != TradingDate{}) out += tr(" to %1").arg(format::date(beta->last));
    out += QLatin1Char(')');
    return beta->weak() ? out + tr(" weak") : out;
}

} // namespace

QString delta(const portfolio::BetaSum& sum) {
    if (!sum.delta) return format::dash();
    const QString number = format::signedNumber(*sum.delta, 1);
    return sum.weak ? tr("%1 weak").arg(number) : number;
}

QString shortDelta(const portfolio::BetaSum& sum) {
    if (!sum.delta) return format::dash();
    return (sum.weak ? QStringLiteral("≈") : QString()) + format::signedNumber(*sum.delta, 1);
}

QString leftOut(const portfolio::BetaSum& sum, bool legs) {
    if (sum.included == sum.total) return {};
    return (legs ? tr("%1 of %2 legs included") : tr("%1 of %2 positions included")).arg(sum.included).arg(sum.total);
}

QString betas(const portfolio::BetaWeights& weights, const std::set<std::string>& underlyings) {
    QStringList out;
    for (const auto& underlying : underlyings) out << one(weights, underlying);
    return out.join(QStringLiteral(", "));
}

QString tooltip(const portfolio::BetaSum& sum, const portfolio::BetaWeights& weights, const std::set<std::string>& underlyings, bool legs) {
    const QString benchmark = format::text(weights.benchmark);
    QStringList lines{tr("delta as shares of %1: delta dollars × beta / price of %1").arg(benchmark)};
    if (!weights.benchmarkSpot) lines << tr("unknown: %1 has no price").arg(benchmark);
    lines << tr("beta: %1").arg(betas(weights, underlyings));
    if (const QString out = leftOut(sum, legs); !out.isEmpty()) lines << out;
    if (sum.weak) lines << tr("weak: some r² is below 0.4, the underlying hardly follows %1").arg(benchmark);
    return lines.join(QLatin1Char('\n'));
}

} // namespace mahler::ui::betawords
