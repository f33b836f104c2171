#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "portfolio/book.h"
#include "pricing/chain_pricer.h"

namespace mahler::portfolio {

/// One line of a portfolio: an option, or shares when `contract` is absent.
struct Holding {
    std::string underlying;
    std::optional<market::OptionContract> contract;
    std::int64_t quantity = 0; ///< contracts or shares; negative when short
    Price averagePrice;        ///< per unit of underlying, as paid or received, never negative
    std::string strategy;      ///< the structure it belongs to; empty when unknown

    std::string id() const { return contract ? contract->id() : underlying; }
    int multiplier() const { return contract ? contract->multiplier : 1; }
};
/// The legs of positions; a position's net price stands on none of its legs, so averagePrice is zero.
std::vector<Holding> holdingsOf(const std::vector<Position>& positions);
std::vector<Holding> holdingsOf(const ComboOrder& order);

enum class LegStatus {
    Priced,
    NoChain,      ///< no chain of the underlying
    NotListed,    ///< its expiry or, without a smile, its strike is not in the chain
    NoVolatility, ///< neither its quote nor the smile gives a volatility
    Expired,      ///< at or before the time of the chain
    BadValue      ///< the model gives no finite value
};
const char* toString(LegStatus status); ///< "priced", "no chain of the underlying" ...

/// A holding with everything its revaluation needs. Only a Priced leg holds meaningful numbers.
struct RiskLeg {
    Holding holding;
    LegStatus status = LegStatus::NoChain;
    double spot = 0; ///< the expiry's own, its forward carried back; for shares the chain's
    double rate = 0, dividendYield = 0, vol = 0, years = 0;
    std::vector<pricing::CashDividend> dividends; ///< it is priced with, beside `borrow`; dividendYield gives the same forward alone
    double borrow = 0;
    double carryYield() const { return dividends.empty() ? dividendYield : borrow; }
    bool volFromSmile = false; ///< the contract has no trusted quote of its own
    pricing::Valuation unit;   ///< per unit of underlying, theta per YEAR, vega and rho per 1.00
    std::optional<Price> mark; ///< mid; absent unless two-sided
    double units() const { return static_cast<double>(holding.quantity) * holding.multiplier(); }
    bool priced() const { return status == LegStatus::Priced; }
    /// Its strike is not in the chain, or has no bid or no ask: its price is the model's, at the volatility of the surface.
    bool modelled() const { return priced() && holding.contract && !mark; }
};
/// What is said of a modelled() leg.
inline constexpr const char* kModelled = "not quoted: model price from the surface";

/// "12 of 14 priced": what is left out is counted and named, never zero.
struct Coverage {
    int priced = 0, total = 0;
    std::vector<std::string> excluded; ///< "SPY260918P00445000: no chain of the underlying"
    std::vector<std::string> modelled; ///< "SPY260918P00445000: not quoted: model price from the surface"; counted as priced
    bool complete() const { return priced == total; }
    std::string text() const; ///< "12 of 14 priced"
};

struct RiskBook {
    UtcTime asof{}; ///< the latest chain
    std::vector<RiskLeg> legs;
    std::map<std::string, double> spots; ///< of every underlying that has a chain
    Coverage coverage() const;
    double grossNotional() const; ///< sum of |units| x spot over priced legs
};

/// Takes volatility, rate and yield of each holding from the chain of its underlying (the last one given wins). Pure.
RiskBook bindBook(std::span<const Holding> holdings, std::span<const std::shared_ptr<const pricing::PricedChain>> chains);

} // namespace mahler::portfolio
