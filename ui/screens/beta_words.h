#pragma once

#include <QString>
#include <set>
#include <string>

#include "portfolio/beta_weights.h"

/// How beta-weighted delta is written: the delta of a whole book, where shares of different underlyings do not add (UX 5).
namespace mahler::ui::betawords {

/// "−8.1" in shares of the benchmark, with "weak" where a beta in it explains little; the dash when unknown.
QString delta(const portfolio::BetaSum& sum);
/// The same for a narrow cell, "≈−8.1" where a beta in it explains little.
QString shortDelta(const portfolio::BetaSum& sum);
/// "2 of 3 positions included"; empty when all are. `legs`: the sum counts legs.
QString leftOut(const portfolio::BetaSum& sum, bool legs);
/// "QQQ 1.18 (r² 0.86, 252 days to 20 Nov 26)" of each underlying, or that nothing is known of it.
QString betas(const portfolio::BetaWeights& weights, const std::set<std::string>& underlyings);
/// What a cell of it says on top: unit, betas, what is left out.
QString tooltip(const portfolio::BetaSum& sum, const portfolio::BetaWeights& weights, const std::set<std::string>& underlyings, bool legs);

} // namespace mahler::ui::betawords
