#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "portfolio/chebyshev_surface.h"
#include "portfolio/factor_moves.h"
#include "portfolio/revaluer.h"

namespace mahler::portfolio {

/// How far a proxy may stand from full revaluation, and how far it did.
struct ProxyProof {
    bool used = false;                   ///< false: every scenario was revalued in full
    int legsByProxy = 0, legsInFull = 0; ///< legs whose surface misses are revalued in full everywhere
    std::size_t scenariosInFull = 0;     ///< outside the box of the surfaces of some underlying
    int checked = 0;                     ///< scenarios revalued in full again: half of them the worst losses
    double maxErrorUsd = 0, rmsErrorUsd = 0;
    double maxErrorOfNotional = 0; ///< against gross notional
    double limit = 1e-5;
    bool passed = false; ///< not passed: the proxy was thrown away and everything revalued in full
};

struct ProxySpec {
    bool allowed = true;
    double limit = 1e-5; ///< of gross notional
    int proofScenarios = 200;
};

/// P&L of the priced legs of a book in many scenarios. Legs answer through one Chebyshev surface each in (spot, volatility),
/// over a box that holds the middle 99 % of the moves of their underlying; scenarios outside it, and legs whose surface is
/// off by more than half the limit at test points, are revalued in full. Few scenarios are all revalued in full.
/// One thread at a time; the book and the moves must outlive it.
class ScenarioValues {
public:
    /// Every underlying of a priced leg must be in `moves`.
    ScenarioValues(const RiskBook& book, const FactorMoves& moves, const ProxySpec& spec);

    const std::vector<double>& pnlUsd() const { return m_pnl; } ///< scenario by scenario
    const ProxyProof& proof() const { return m_proof; }
    const std::vector<std::size_t>& legs() const { return m_counted; }      ///< indices in the book of the legs that count
    const std::vector<std::size_t>& unvalued() const { return m_unvalued; } ///< priced legs without a finite value somewhere
    /// False when some value inside the corners of the moves was missing after all: then no number here may be used.
    bool complete() const { return m_complete; }
    /// P&L of each counted leg in one scenario, by the same means as pnlUsd().
    std::vector<double> legPnlUsd(std::size_t scenario);

private:
    struct Leg {
        std::size_t index = 0, underlying = 0;
        double units = 0, now = 0;
        LegAhead ahead;
        std::unique_ptr<ChebyshevSurface> surface; ///< of the value per unit; null: in full
    };
    std::optional<double> full(const Leg& leg, std::size_t scenario) const;
    double need(const Leg& leg, std::size_t scenario);
    /// Adds the leg's P&L in `scenarios`, revalued in full, to `sums`, alike long.
    void addInFull(const Leg& leg, std::span<const std::size_t> scenarios, std::span<double> sums);
    bool inside(const Leg& leg, std::size_t scenario) const;
    void buildBoxes();
    bool buildSurface(Leg& leg) const;
    void valueByProxy();
    void valueInFull();
    void prove(const ProxySpec& spec);
    void dropUnvalued();

    const RiskBook& m_book;
    const FactorMoves& m_moves;
    Revaluer m_revaluer;
    double m_limit = 0, m_notional = 0;
    std::vector<Leg> m_legs;
    std::vector<MoveBox> m_boxes; ///< by underlying
    std::vector<double> m_pnl;
    std::vector<std::size_t> m_counted, m_unvalued;
    ProxyProof m_proof;
    bool m_complete = true;
    std::vector<MarketMove> m_batch; ///< of addInFull()
    std::vector<double> m_values;
};

} // namespace mahler::portfolio
