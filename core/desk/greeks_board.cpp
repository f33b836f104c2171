#include "desk/greeks_board.h"

#include "pricing/american_slice.h"
#include "pricing/chain_pricer.h"
#include "pricing/option_pricer.h"

namespace mahler::desk {

pricing::Inputs modelInputs(const market::OptionContract& contract, double spot, UtcTime at, const SessionFacts& facts) {
    pricing::Inputs in;
    in.right = contract.right;
    in.spot = spot;
    in.strike = contract.strike.toDouble();
    in.years = pricing::yearsBetween(std::chrono::floor<std::chrono::minutes>(at), contract.expiresAt());
    in.rate = facts.rate.value_or(pricing::kAssumedRate);
    if (const auto yield = facts.dividendYield.find(contract.underlying); yield != facts.dividendYield.end()) in.dividendYield = yield->second;
    return in;
}

struct GreeksBoard::Slice {
    UtcTime minute{};
    double rate, yield, years;
    pricing::AmericanSlice american;
    Slice(UtcTime at, double r, double q, double t) : minute(at), rate(r), yield(q), years(t), american(r, q, t) {}
};

GreeksBoard::GreeksBoard() = default;
GreeksBoard::~GreeksBoard() = default;

portfolio::GreeksBook GreeksBoard::price(const market::Tick& tick, const SessionFacts& facts) {
    portfolio::GreeksBook book;
    const UtcTime minute = std::chrono::floor<std::chrono::minutes>(tick.time);
    std::map<std::string, double> spots;
    for (const auto& u : tick.underlyings)
        if (const auto price = u.price()) spots[u.symbol] = price->toDouble();
    for (const auto& watched : tick.watched) {
        const auto contract = m_contracts.try_emplace(watched.contractId, market::OptionContract::parse(watched.contractId)).first->second;
        const auto mid = watched.quote.mid();
        const auto spot = contract ? spots.find(contract->underlying) : spots.end();
        if (!contract || !mid || mid->micros() <= 0 || spot == spots.end() || watched.quote.time > tick.time) continue;
        Known& known = m_known[watched.contractId];
        if (known.mid != *mid || known.spot != spot->second || known.minute != minute) {
            known = {*mid, spot->second, minute, std::nullopt};
            pricing::Inputs in = modelInputs(*contract, spot->second, tick.time, facts);
            const auto keep = [&](const pricing::Valuation& v, double vol) {
                if (pricing::hasNumbers(v.status)) known.greeks = portfolio::UnitGreeks{v.delta, v.gamma, v.theta, v.vega, vol};
            };
            if (contract->style == market::ExerciseStyle::European) {
                const auto iv = pricing::impliedVol(contract->style, in, mid->toDouble());
                in.vol = iv.vol;
                if (iv.status == pricing::IvStatus::Ok) keep(pricing::price(contract->style, in), iv.vol);
            } else if (in.years > 0) {
                auto& slice = m_slices[{contract->underlying, contract->expiresAt()}];
                if (!slice || slice->minute != minute || slice->rate != in.rate || slice->yield != in.dividendYield)
                    slice = std::make_unique<Slice>(minute, in.rate, in.dividendYield, in.years);
                const auto iv = slice->american.impliedVol(in.right, in.spot, in.strike, mid->toDouble(), 0);
                if (iv.status == pricing::IvStatus::Ok) keep(slice->american.value(in.right, in.spot, in.strike, iv.vol), iv.vol);
            }
        }
        if (known.greeks) book.emplace(watched.contractId, *known.greeks);
    }
    return book;
}

} // namespace mahler::desk
