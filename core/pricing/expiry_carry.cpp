#include "pricing/expiry_carry.h"

#include <algorithm>
#include <cmath>

#include "market/exchange_calendar.h"

namespace mahler::pricing {

namespace {

/// What the cash dividends are worth at expiry.
double grown(const Carry& c) {
    double sum = 0;
    for (const CashDividend& d : c.dividends) sum += d.amount * std::exp((c.rate - c.yield) * (c.years - d.years));
    return sum;
}

} // namespace

double Carry::equivalentYield() const { return dividends.empty() ? yield : rate - std::log(forward / spot) / years; }
double Carry::forwardOf(double from) const { return from * std::exp((rate - yield) * years) - grown(*this); }
double Carry::spotOf() const { return (forward + grown(*this)) * std::exp(-(rate - yield) * years); }

const char* toString(CarrySource source) {
    switch (source) {
    case CarrySource::Parity: return "parity";
    case CarrySource::Rate: return "rate";
    }
    return "rate";
}

const ExpiryCarry* UnderlyingCarry::find(TradingDate expiry, const std::string& root) const {
    const auto found = std::find_if(expiries.begin(), expiries.end(), [&](const ExpiryCarry& c) { return c.expiry == expiry && c.root == root; });
    return found == expiries.end() ? nullptr : &*found;
}

UtcTime modelTime(UtcTime at, UtcTime expiresAt) {
    constexpr auto kToTheSecond = std::chrono::days(2);
    return expiresAt - at < kToTheSecond ? at : std::chrono::floor<std::chrono::minutes>(at);
}

Carry carryAt(const ExpiryCarry& carry, double spot, UtcTime at, UtcTime expiresAt) {
    const UtcTime now = modelTime(at, expiresAt);
    Carry c;
    c.years = yearsBetween(now, expiresAt);
    c.rate = carry.rate;
    c.yield = carry.yield;
    c.discount = std::exp(-c.rate * c.years);
    c.spot = spot * carry.basis;
    for (const AnnouncedDividend& d : carry.dividends) {
        const UtcTime drop = market::fromNewYork(d.exDate, 0, 0);
        if (drop > now && drop < expiresAt) c.dividends.push_back({yearsBetween(now, drop), d.amount});
    }
    c.forward = c.forwardOf(c.spot);
    c.fromParity = carry.source == CarrySource::Parity;
    c.rateAssumed = carry.rateAssumed;
    return c;
}

} // namespace mahler::pricing
