#include "desk/greeks_board.h"

#include "pricing/chain_carry.h"
#include "pricing/chain_pricer.h"
#include "pricing/expiry_pricer.h"

namespace mahler::desk {

using market::Right;

namespace {

pricing::ExpiryCarry givenCarry(const market::OptionContract& contract, const SessionFacts& facts) {
    pricing::ExpiryCarry c;
    c.rate = facts.rate.value_or(pricing::kAssumedRate);
    c.rateAssumed = !facts.rate;
    const auto cash = facts.dividends.find(contract.underlying);
    const bool known = cash != facts.dividends.end() && contract.style == market::ExerciseStyle::American;
    if (known)
        c.dividends = cash->second;
    else if (const auto yield = facts.dividendYield.find(contract.underlying); yield != facts.dividendYield.end())
        c.yield = yield->second;
    return c;
}

bool same(const pricing::Carry& a, const pricing::Carry& b) {
    return a.years == b.years && a.rate == b.rate && a.yield == b.yield && a.spot == b.spot && a.forward == b.forward &&
           a.dividends.size() == b.dividends.size();
}

} // namespace

pricing::Carry modelCarry(const market::OptionContract& contract, double spot, UtcTime quotedAt, const SessionFacts& facts, const Carries& carries) {
    const auto known = carries.find(contract.underlying);
    const pricing::ExpiryCarry* expiry = known == carries.end() ? nullptr : known->second->find(contract.expiry, contract.root);
    return pricing::carryAt(expiry ? *expiry : givenCarry(contract, facts), spot, quotedAt, contract.expiresAt());
}

pricing::Inputs modelInputs(const market::OptionContract& contract, const pricing::Carry& carry) {
    return {contract.right, carry.spot, pricing::fromMicros(contract.strike.micros()), carry.years, carry.rate, carry.yield, 0};
}

struct GreeksBoard::Slice {
    pricing::ExpiryPricer pricer;
};

/// A contract of the tick with what it is priced on.
struct GreeksBoard::Line {
    const market::OptionContract* contract = nullptr;
    const market::Quote* quote = nullptr;
    pricing::Carry carry;
    double strike() const { return pricing::fromMicros(contract->strike.micros()); }
    bool outOfTheMoney() const { return (contract->right == Right::Call) == (strike() >= carry.forward); }
};

GreeksBoard::GreeksBoard() = default;
GreeksBoard::~GreeksBoard() = default;

GreeksBoard::Slice& GreeksBoard::slice(const market::OptionContract& contract, const pricing::Carry& carry) {
    auto& slice = m_slices[{contract.underlying, contract.root, contract.expiresAt()}];
    if (!slice)
        slice = std::make_unique<Slice>(Slice{pricing::ExpiryPricer(contract.style, carry)});
    else
        slice->pricer.setCarry(carry);
    return *slice;
}

/// 0 when its quote gives none.
double GreeksBoard::ownVol(const Line& line) {
    if (!line.quote->twoSided()) return 0;
    const auto usable = pricing::usableQuote(line.quote->bid->micros(), line.quote->ask->micros());
    if (usable.status != pricing::IvStatus::Ok) return 0;
    const auto iv = slice(*line.contract, line.carry).pricer.impliedVol({line.contract->right, line.strike(), usable.mid});
    return iv.status == pricing::IvStatus::Ok ? iv.vol : 0;
}

std::optional<portfolio::UnitGreeks> GreeksBoard::greeksOf(const Line& line, const Line* twin) {
    double own = ownVol(line), vol = own;
    if (!line.outOfTheMoney() && twin)
        if (const double other = ownVol(*twin); other > 0) vol = other;
    if (!(vol > 0)) { // without a bid a half of the ask still says something of a holding
        const auto mid = line.quote->mid();
        if (!mid || mid->micros() <= 0) return std::nullopt;
        const auto iv =
            slice(*line.contract, line.carry).pricer.impliedVol({line.contract->right, line.strike(), pricing::fromMicros(mid->micros())});
        if (iv.status != pricing::IvStatus::Ok) return std::nullopt;
        own = vol = iv.vol;
    }
    const auto v = slice(*line.contract, line.carry).pricer.value({line.contract->right, line.strike(), vol});
    if (!pricing::hasNumbers(v.status)) return std::nullopt;
    return portfolio::UnitGreeks{v.delta, v.gamma, v.theta, v.vega, own, vol};
}

portfolio::GreeksBook GreeksBoard::price(const market::Tick& tick, const SessionFacts& facts, const Carries& carries) {
    portfolio::GreeksBook book;
    std::map<std::string, double> spots;
    for (const auto& u : tick.underlyings)
        if (const auto price = u.price()) spots[u.symbol] = price->toDouble();
    std::map<std::string, Line> lines;
    for (const auto& watched : tick.watched) {
        const auto& contract = m_contracts.try_emplace(watched.contractId, market::OptionContract::parse(watched.contractId)).first->second;
        const auto spot = contract ? spots.find(contract->underlying) : spots.end();
        if (!contract || !watched.quote.twoSided() || spot == spots.end() || watched.quote.time > tick.time) continue;
        Line line{&*contract, &watched.quote, modelCarry(*contract, spot->second, watched.quote.time, facts, carries)};
        if (line.carry.years > 0 && line.carry.forward > 0) lines.emplace(watched.contractId, std::move(line));
    }
    for (const auto& [id, line] : lines) {
        auto other = *line.contract;
        other.right = other.right == Right::Call ? Right::Put : Right::Call;
        const auto found = lines.find(other.id());
        const Line* twin = found == lines.end() ? nullptr : &found->second;
        const auto twinBid = twin ? twin->quote->bid : std::nullopt, twinAsk = twin ? twin->quote->ask : std::nullopt;
        auto& known = m_known[id];
        if (known.bid != *line.quote->bid || known.ask != *line.quote->ask || known.twinBid != twinBid || known.twinAsk != twinAsk ||
            !same(known.carry, line.carry))
            known = {*line.quote->bid, *line.quote->ask, twinBid, twinAsk, line.carry, greeksOf(line, twin)};
        if (known.greeks) book.emplace(id, *known.greeks);
    }
    return book;
}

} // namespace mahler::desk
