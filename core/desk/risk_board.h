#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "desk/attribution.h"
#include "desk/risk_view.h"
#include "market/history.h"

namespace mahler::desk {

/// What a risk view is made of: one view of the desk and the chains of the underlyings it names.
struct RiskSources {
    std::shared_ptr<const DeskView> view;
    PricedChains chains;
    std::map<std::string, std::string> withoutChain; ///< underlying to cause
    std::shared_ptr<const market::History> history;  ///< null: VaR is unavailable with that cause
};

/// Something that is not in the book yet and may be soon.
struct PendingTrade {
    std::string id;              ///< of the request or the order
    portfolio::ComboOrder order; ///< quantity: what is still to be filled
};
/// Waiting requests, most urgent first, then working orders; closing orders carry their legs turned round.
std::vector<PendingTrade> pendingOf(const DeskView& view);
/// Every underlying whose chain a risk view needs.
std::vector<std::string> underlyingsOf(const DeskView& view);
/// Prices the chain as a risk view needs it: the expiries of its legs alone where that changes no carry, which is where the
/// chain says its spot and `curve` the carry, or rate and yield.
std::shared_ptr<const pricing::PricedChain> priceForRisk(const std::shared_ptr<const market::OptionChain>& chain, const pricing::CurveInputs& curve,
                                                         const DeskView& view);

/// Makes risk views. Keeps the session's looks for the attribution and the last values at risk. One thread at a time; the
/// same calls give the same values.
class RiskBoard {
public:
    explicit RiskBoard(portfolio::SimulationSpec simulation = {}) : m_simulation(simulation) {}
    void watchFrom(UtcTime at) { m_attribution.watchFrom(at); }
    /// Takes what the attribution has not seen yet; cheap.
    void look(const RiskSources& sources) { m_attribution.look(*sources.view, sources.chains); }
    /// Values at risk are those of the last renewVar() as long as the legs are the same, and say as of when. An underlying
    /// without a chain keeps its last one: the view is then as old as that.
    std::shared_ptr<const RiskView> make(const RiskSources& sources);
    /// Whether the legs changed since the last values at risk, or there are none.
    bool varIsOld(const RiskSources& sources) const;
    void renewVar(const RiskSources& sources);
    const AttributionBook& attribution() const { return m_attribution; }

private:
    struct Var {
        std::string legs; ///< which holdings it is of
        portfolio::VarReport historical, simulated;
        UtcTime at{};
    };
    PricedChains chainsFor(const RiskSources& sources); ///< with the last ones of underlyings that have none now
    Var varOf(const portfolio::RiskBook& book, const RiskSources& sources, const std::string& legs, bool simulated = true) const;
    portfolio::SimulationSpec m_simulation;
    AttributionBook m_attribution;
    std::map<std::string, std::shared_ptr<const pricing::PricedChain>> m_lastChains; ///< by underlying
    TradeRisk tradeOf(const approval::Request& request, const std::vector<portfolio::Holding>& holdings, portfolio::GridSpec spec,
                      const PricedChains& chains,
                      const RiskView& made) const; ///< `holdings`: the book with it

    std::optional<Var> m_asIs, m_withPending;
    std::map<std::string, Var> m_trades; ///< by request
};

} // namespace mahler::desk
