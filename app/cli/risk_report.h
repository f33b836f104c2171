#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analytics/correlation.h"
#include "base/json.h"
#include "portfolio/greeks_by.h"
#include "portfolio/margin.h"
#include "portfolio/value_at_risk.h"
#include "risk/breaker_map.h"

namespace mahler::app {

/// What `mahler risk` works out, as it is shown. Absent parts say why in `notes`.
struct RiskReport {
    double equityUsd = 0;
    std::optional<double> vix;
    portfolio::RiskBook book;
    portfolio::GreeksReport greeks;
    portfolio::ScenarioGrid grid;
    std::vector<portfolio::ShockResult> shocks;
    std::vector<portfolio::VarReport> valuesAtRisk;
    portfolio::MarginReport margin;
    std::optional<risk::BreakerMap> map;
    struct Proposed {
        portfolio::RiskBook book; ///< as it is and the trade
        portfolio::ScenarioGrid grid;
        portfolio::MarginReport margin;
        std::optional<risk::BreakerMap> map;
        std::vector<std::size_t> changed; ///< cells in which the map differs
    };
    std::optional<Proposed> proposed;
    std::optional<analytics::CorrelationMatrix> correlations;
    std::vector<std::vector<std::string>> groups;
    std::vector<std::string> notes;
    double milliseconds = 0;
};

Json toJson(const RiskReport& report);
void print(const RiskReport& report);

} // namespace mahler::app
