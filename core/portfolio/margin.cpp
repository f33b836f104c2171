#include "portfolio/margin.h"

#include <algorithm>
#include <map>

namespace mahler::portfolio {

const char* toString(MarginRule rule) {
    switch (rule) {
    case MarginRule::Long: return "long";
    case MarginRule::Naked: return "naked";
    case MarginRule::Strangle: return "strangle";
    case MarginRule::Spread: return "spread";
    case MarginRule::Covered: return "covered";
    case MarginRule::LongShares: return "long_shares";
    case MarginRule::ShortShares: return "short_shares";
    }
    return "naked";
}

bool isBroadIndex(const std::string& underlying) { return underlying == "SPX" || underlying == "XSP" || underlying == "NDX" || underlying == "RUT"; }

namespace {

using market::Right;
constexpr std::int64_t kLargest = 1'000'000'000'000; ///< micros of a price: a million; keeps products of two exact

std::int64_t percentOf(std::int64_t micros, std::int64_t percent) { return (micros * percent + 99) / 100; } // up

/// What is left of one leg while it is being paired.
struct Open {
    const MarginLeg* leg = nullptr;
    std::int64_t quantity = 0; ///< without sign
    std::int64_t naked = 0;    ///< micros per unit of underlying, shorts only

    Right right() const { return leg->holding.contract->right; }
    std::int64_t strike() const { return leg->holding.contract->strike.micros(); }
    std::int64_t mark() const { return leg->mark.micros(); }
    int multiplier() const { return leg->holding.multiplier(); }
    UtcTime expiresAt() const { return leg->holding.contract->expiresAt(); } ///< morning and afternoon of a day are two
    std::int64_t inTheMoney() const {
        const std::int64_t s = leg->underlying.micros();
        return std::max<std::int64_t>(0, right() == Right::Call ? s - strike() : strike() - s);
    }
    Holding part(std::int64_t signedQuantity) const {
        Holding h = leg->holding;
        h.quantity = signedQuantity;
        return h;
    }
};

std::int64_t nakedUnit(const MarginLeg& leg) {
    const auto& c = *leg.holding.contract;
    const std::int64_t s = leg.underlying.micros(), k = c.strike.micros();
    const bool call = c.right == Right::Call;
    const std::int64_t out = std::max<std::int64_t>(0, call ? k - s : s - k);
    return leg.mark.micros() + std::max(percentOf(s, leg.broadIndex ? 15 : 20) - out, percentOf(call ? s : k, 10));
}

struct Pair { ///< one short with one long
    Open shortLeg, longLeg;
    std::int64_t quantity = 0, unit = 0;
};

class Pairing {
public:
    Pairing(std::string underlying, MarginReport& report) : m_underlying(std::move(underlying)), m_report(report) {}

    void add(const MarginLeg& leg) {
        const std::int64_t quantity = leg.holding.quantity;
        Open open{&leg, std::abs(quantity), 0};
        if (!leg.holding.contract) {
            (quantity > 0 ? m_longShares : m_shortShares).push_back(open);
        } else if (quantity > 0) {
            m_longs.push_back(open);
        } else {
            open.naked = nakedUnit(leg);
            m_shorts.push_back(open);
        }
    }

    Result<void> run() {
        cover(m_longShares, Right::Call);
        cover(m_shortShares, Right::Put);
        for (const auto& o : m_longShares) emit(MarginRule::LongShares, {o.part(o.quantity)}, percentOf(o.mark(), 50), 0, o.quantity, 1);
        for (const auto& o : m_shortShares) emit(MarginRule::ShortShares, {o.part(-o.quantity)}, percentOf(o.mark(), 50), 0, o.quantity, 1);
        spreads();
        condors();
        strangles();
        for (const auto& o : m_shorts)
            if (o.quantity > 0) emit(MarginRule::Naked, {o.part(-o.quantity)}, o.naked, o.mark(), o.quantity, o.multiplier());
        for (const auto& o : m_longs)
            if (o.quantity > 0) emit(MarginRule::Long, {o.part(o.quantity)}, 0, -o.mark(), o.quantity, o.multiplier());
        if (m_failed) return badInput("the margin of " + m_underlying + " is beyond what can be counted");
        return {};
    }

private:
    void emit(MarginRule rule, std::vector<Holding> legs, std::int64_t unit, std::int64_t premium, std::int64_t quantity, int multiplier) {
        const auto requirement = notional(Price::fromMicros(unit), quantity, multiplier);
        const auto value = notional(Price::fromMicros(premium), quantity, multiplier);
        if (!requirement || !value) {
            m_failed = true;
            return;
        }
        m_report.groups.push_back({rule, m_underlying, std::move(legs), *requirement, *value, *requirement - *value});
    }

    /// Shares stand behind whole contracts; the dearest shorts first. The shares themselves are charged with the rest.
    void cover(std::vector<Open>& shares, Right right) {
        std::stable_sort(m_shorts.begin(), m_shorts.end(), [](const Open& a, const Open& b) { return a.naked > b.naked; });
        std::int64_t left = 0;
        for (const auto& o : shares) left += o.quantity;
        for (auto& s : m_shorts) {
            if (s.right() != right || s.quantity == 0) continue;
            const std::int64_t n = std::min(s.quantity, left / s.multiplier());
            if (n == 0) continue;
            s.quantity -= n;
            left -= n * s.multiplier();
            const std::int64_t unit = right == Right::Call ? percentOf(s.inTheMoney(), 50) : s.inTheMoney();
            emit(MarginRule::Covered, {s.part(-n)}, unit, s.mark(), n, s.multiplier());
        }
    }

    void spreads() {
        struct Candidate {
            std::size_t shortAt, longAt;
            std::int64_t unit, saving;
        };
        std::vector<Candidate> candidates;
        for (std::size_t i = 0; i < m_shorts.size(); ++i)
            for (std::size_t j = 0; j < m_longs.size(); ++j) {
                const auto &s = m_shorts[i], &l = m_longs[j];
                if (s.quantity == 0 || s.right() != l.right() || s.multiplier() != l.multiplier() || l.expiresAt() < s.expiresAt()) continue;
                const std::int64_t width = s.right() == Right::Call ? l.strike() - s.strike() : s.strike() - l.strike();
                const std::int64_t unit = std::min(std::max<std::int64_t>(0, width), s.naked);
                if (unit < s.naked) candidates.push_back({i, j, unit, s.naked - unit});
            }
        std::stable_sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
            if (a.saving != b.saving) return a.saving > b.saving;
            return m_longs[a.longAt].mark() < m_longs[b.longAt].mark(); // the dearer long may serve another
        });
        for (const auto& c : candidates) {
            auto &s = m_shorts[c.shortAt], &l = m_longs[c.longAt];
            const std::int64_t n = std::min(s.quantity, l.quantity);
            if (n == 0) continue;
            s.quantity -= n;
            l.quantity -= n;
            m_pairs.push_back({s, l, n, c.unit});
        }
    }

    /// The greatest loss of exercise values of two spreads of one expiry, over all prices.
    static std::int64_t worst(const Pair& a, const Pair& b) {
        const Open* legs[] = {&a.shortLeg, &a.longLeg, &b.shortLeg, &b.longLeg};
        std::int64_t most = 0;
        std::vector<std::int64_t> prices{0};
        for (const Open* leg : legs) prices.push_back(leg->strike());
        for (const std::int64_t price : prices) { // beyond the last strike both sides are flat: as many calls long as short
            std::int64_t loss = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                const auto value = std::max<std::int64_t>(0, legs[i]->right() == Right::Call ? price - legs[i]->strike() : legs[i]->strike() - price);
                loss += i % 2 == 0 ? value : -value;
            }
            most = std::max(most, loss);
        }
        return most;
    }

    void condors() {
        std::vector<Pair*> puts, calls;
        for (auto& p : m_pairs)
            if (p.unit > 0 && p.shortLeg.expiresAt() == p.longLeg.expiresAt()) (p.shortLeg.right() == Right::Put ? puts : calls).push_back(&p);
        const auto dearest = [](const Pair* a, const Pair* b) { return a->unit > b->unit; };
        std::stable_sort(puts.begin(), puts.end(), dearest);
        std::stable_sort(calls.begin(), calls.end(), dearest);
        for (Pair* p : puts)
            for (Pair* c : calls) {
                const std::int64_t n = std::min(p->quantity, c->quantity);
                if (n == 0 || p->shortLeg.expiresAt() != c->shortLeg.expiresAt() || p->shortLeg.multiplier() != c->shortLeg.multiplier()) continue;
                const std::int64_t unit = std::min(worst(*p, *c), p->unit + c->unit);
                p->quantity -= n;
                c->quantity -= n;
                emit(MarginRule::Spread, {p->longLeg.part(n), p->shortLeg.part(-n), c->shortLeg.part(-n), c->longLeg.part(n)}, unit,
                     p->shortLeg.mark() - p->longLeg.mark() + c->shortLeg.mark() - c->longLeg.mark(), n, p->shortLeg.multiplier());
            }
        for (const auto& p : m_pairs)
            if (p.quantity > 0)
                emit(MarginRule::Spread, {p.shortLeg.part(-p.quantity), p.longLeg.part(p.quantity)}, p.unit, p.shortLeg.mark() - p.longLeg.mark(),
                     p.quantity, p.shortLeg.multiplier());
    }

    void strangles() {
        std::stable_sort(m_shorts.begin(), m_shorts.end(), [](const Open& a, const Open& b) { return a.naked > b.naked; });
        for (auto& p : m_shorts)
            for (auto& c : m_shorts) {
                const std::int64_t n = std::min(p.quantity, c.quantity);
                if (n == 0 || p.right() != Right::Put || c.right() != Right::Call || p.multiplier() != c.multiplier()) continue;
                p.quantity -= n;
                c.quantity -= n;
                const std::int64_t unit = p.naked > c.naked ? p.naked + c.mark() : c.naked + p.mark();
                emit(MarginRule::Strangle, {p.part(-n), c.part(-n)}, unit, p.mark() + c.mark(), n, p.multiplier());
            }
    }

    std::string m_underlying;
    MarginReport& m_report;
    std::vector<Open> m_shorts, m_longs, m_longShares, m_shortShares;
    std::vector<Pair> m_pairs;
    bool m_failed = false;
};

} // namespace

Result<MarginReport> marginOf(std::span<const MarginLeg> legs) {
    MarginReport report;
    std::map<std::string, Pairing> byUnderlying;
    for (const auto& leg : legs) {
        const auto& h = leg.holding;
        const auto inRange = [](Price p, std::int64_t low) { return p.micros() >= low && p.micros() <= kLargest; };
        if (!inRange(leg.mark, 0) || !inRange(leg.underlying, 1) || h.quantity < -1'000'000'000 || h.quantity > 1'000'000'000 ||
            h.multiplier() <= 0 || (h.contract && (!inRange(h.contract->strike, 1) || !h.contract->expiry.ok())))
            return badInput("leg " + h.id() + " has values no margin can be made of");
        if (h.quantity != 0) byUnderlying.try_emplace(h.underlying, h.underlying, report).first->second.add(leg);
    }
    for (auto& [underlying, pairing] : byUnderlying)
        if (const auto done = pairing.run(); !done) return done.error();
    for (const auto& group : report.groups) {
        report.requirement += group.requirement;
        report.premium += group.premium;
        report.deposit += group.deposit;
    }
    report.coverage.priced = report.coverage.total = static_cast<int>(legs.size());
    return report;
}

Result<MarginReport> marginOf(const RiskBook& book) {
    std::vector<MarginLeg> legs;
    Coverage coverage;
    coverage.total = static_cast<int>(book.legs.size());
    for (const auto& leg : book.legs) {
        const auto spot = book.spots.find(leg.holding.underlying);
        const auto price = spot == book.spots.end() ? Result<Price>(badInput("none")) : Price::fromDouble(spot->second);
        if (!leg.mark || !price) {
            coverage.excluded.push_back(leg.holding.id() + ": " + (price ? "no two-sided quote" : "no price of the underlying"));
            continue;
        }
        ++coverage.priced;
        legs.push_back({leg.holding, *leg.mark, *price, isBroadIndex(leg.holding.underlying)});
    }
    auto report = marginOf(legs);
    if (report) report->coverage = std::move(coverage);
    return report;
}

} // namespace mahler::portfolio
