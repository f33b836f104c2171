#include "strategy/screener.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "market/exchange_calendar.h"
#include "pricing/option_pricer.h"

namespace mahler::strategy {

namespace {

enum Rule { kIvPercentile, kCreditToWidth, kCreditToCost, kExpectedValue, kBidAsk, kOpenInterest, kVolume, kRuleCount };
constexpr std::array<const char*, kRuleCount> kRuleNames = {"iv_percentile", "credit_to_width", "credit_to_cost", "expected_value",
                                                            "bid_ask",       "open_interest",   "volume"};
using Failed = std::array<bool, kRuleCount>;
constexpr double kLegs = 2;

std::string fixed(double v, int decimals) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, v);
    return buffer;
}

std::string limitText(const ScreenProfile& p, int rule) {
    switch (rule) {
    case kIvPercentile: return ">= " + fixed(p.ivPercentileMin, 0) + (p.allowUnknownIvPercentile ? ", or unknown" : "");
    case kCreditToWidth: return ">= " + fixed(p.creditToWidthMin * 100, 0) + " % of width";
    case kCreditToCost: return ">= " + fixed(p.creditToCostMin, 1) + " x round-trip costs";
    case kExpectedValue: return p.requirePositiveEv ? "> 0 after costs" : "not asked";
    case kBidAsk: return "<= " + fixed(p.bidAskMax * 100, 0) + " % of mid";
    case kOpenInterest: return ">= " + std::to_string(p.openInterestMin);
    case kVolume: return ">= " + std::to_string(p.volumeMin);
    default: return {};
    }
}

double clamp01(double v) { return std::clamp(v, 0.0, 1.0); }

/// Seed 002 section 9.1 weights. Each part is an absolute scale, so that a score means the same on another day: EV as a share
/// of the largest loss (5 % either way), percentile out of 100, |delta| from 0.20 to 0.05, credit up to a quarter of the width.
/// An unknown percentile leaves its weight to the others.
double scoreOf(const Candidate& c) {
    const double loss = std::max(1.0, c.maxLoss.toDouble());
    const double ev = clamp01(0.5 + c.expectedValue / loss / 0.10);
    const double delta = clamp01((0.20 - std::abs(c.shortDelta)) / 0.15);
    const double credit = clamp01(c.creditToWidth / 0.25);
    double score = 0.35 * ev + 0.25 * delta + 0.15 * credit, weight = 0.75;
    if (c.ivPercentile) {
        score += 0.25 * clamp01(*c.ivPercentile / 100);
        weight += 0.25;
    }
    return score / weight;
}

class Screen {
public:
    Screen(const pricing::PricedChain& chain, const analytics::Analysis& analysis, const ScreenProfile& profile)
        : m_priced(chain), m_chain(*chain.chain), m_analysis(analysis), m_profile(profile) {}

    ScreenResult run() {
        m_result.profile = m_profile;
        for (int r = 0; r < kRuleCount; ++r) m_result.rules.push_back({kRuleNames[static_cast<std::size_t>(r)], limitText(m_profile, r), 0, 0});
        const TradingDate today = market::toNewYork(m_chain.time).date;
        int inRange = 0;
        for (std::size_t i = 0; i < m_chain.expiries.size(); ++i) {
            const int dte = daysBetween(today, m_chain.expiries[i].expiry);
            if (dte < m_profile.dteMin || dte > m_profile.dteMax) continue;
            ++inRange;
            screenExpiry(i, dte);
        }
        m_result.notes.push_back(std::to_string(inRange) + " of " + std::to_string(m_chain.expiries.size()) + " expiries are " +
                                 std::to_string(m_profile.dteMin) + " to " + std::to_string(m_profile.dteMax) + " days out; " +
                                 std::to_string(m_shortsInRange) + " of " + std::to_string(m_shorts) + " of their legs have |delta| from " +
                                 fixed(m_profile.shortDeltaMin, 2) + " to " + fixed(m_profile.shortDeltaMax, 2) + "; " + std::to_string(m_pairs) +
                                 " pairs have the width");
        finish(inRange);
        return std::move(m_result);
    }

private:
    void screenExpiry(std::size_t index, int dte) {
        m_density = {};
        const auto& slice = m_chain.expiries[index];
        for (const auto right : {market::Right::Put, market::Right::Call})
            for (std::size_t row = slice.begin; row < slice.end; ++row) {
                if (m_chain.right[row] != right || !m_priced.hasGreeks[row]) continue;
                const double delta = std::abs(m_priced.delta[row]);
                ++m_shorts;
                if (delta >= m_profile.shortDeltaMin && delta <= m_profile.shortDeltaMax) {
                    ++m_shortsInRange;
                    pairWith(index, dte, row);
                }
            }
    }

    void pairWith(std::size_t index, int dte, std::size_t sold) {
        const auto& slice = m_chain.expiries[index];
        const auto right = m_chain.right[sold];
        const double scale = m_profile.scaleWidth ? std::max(1.0, m_priced.spot / 500) : 1.0;
        for (std::size_t row = slice.begin; row < slice.end; ++row) {
            if (m_chain.right[row] != right || row == sold) continue;
            const double width = static_cast<double>(right == market::Right::Put ? m_chain.strike[sold] - m_chain.strike[row]
                                                                                 : m_chain.strike[row] - m_chain.strike[sold]) /
                                 1e6;
            if (width >= m_profile.widthMin * scale - 1e-9 && width <= m_profile.widthMax * scale + 1e-9) {
                ++m_pairs;
                consider(index, dte, sold, row, width);
            }
        }
    }

    void consider(std::size_t index, int dte, std::size_t sold, std::size_t bought, double width) {
        const auto soldQuote = m_chain.quote(sold), boughtQuote = m_chain.quote(bought);
        if (!soldQuote.twoSided() || !boughtQuote.twoSided() || soldQuote.mid()->micros() <= 0) return;
        Candidate c;
        c.credit = *soldQuote.mid() - *boughtQuote.mid();
        if (c.credit.micros() <= 0) return;
        ++m_result.considered;
        fill(c, index, dte, sold, bought, width, soldQuote, boughtQuote);
        const Failed failed = test(c);
        const auto failures = std::count(failed.begin(), failed.end(), true);
        if (failures == 0) {
            m_result.candidates.push_back(std::move(c));
            return;
        }
        for (std::size_t rule = 0; rule < failed.size(); ++rule) m_result.rules[rule].rejected += failed[rule] ? 1 : 0;
        if (failures == 1) {
            const auto only = static_cast<std::size_t>(std::find(failed.begin(), failed.end(), true) - failed.begin());
            ++m_result.rules[only].soleReject;
            m_result.nearMisses.push_back(std::move(c));
            m_result.nearMissRules.push_back(kRuleNames[only]);
        }
    }

    void fill(Candidate& c, std::size_t index, int dte, std::size_t sold, std::size_t bought, double width, const market::Quote& soldQuote,
              const market::Quote& boughtQuote) {
        const auto& slice = m_chain.expiries[index];
        const auto& priced = m_priced.expiries[index];
        const bool put = m_chain.right[sold] == market::Right::Put;
        c.kind = put ? portfolio::StrategyKind::BullPutSpread : portfolio::StrategyKind::BearCallSpread;
        c.underlying = m_chain.underlying;
        c.legs = {{m_chain.contract(slice, sold), -1}, {m_chain.contract(slice, bought), 1}};
        c.expiry = slice.expiry;
        c.dte = dte;
        c.width = width;
        const double market = soldQuote.width()->toDouble() + boughtQuote.width()->toDouble();
        const auto give = Price::fromDouble(market * m_profile.slippage).value_or(Price{});
        c.limit = market::classSpec(slice.root).tick.roundTo(c.credit - give, false);
        const int multiplier = slice.multiplier;
        c.costs = 2 * (market * m_profile.slippage * multiplier + kLegs * m_profile.commissionPerContract);
        c.shortDelta = m_priced.delta[sold];
        c.longDelta = m_priced.delta[bought];
        c.shortIv = m_priced.markVol[sold];
        c.creditToWidth = c.credit.toDouble() / width;
        const auto bounds = portfolio::payoffBounds(c.legs, c.limit);
        c.maxLoss = bounds.maxLoss.value_or(Usd{});
        c.maxProfit = bounds.maxProfit.value_or(Usd{});
        c.breakevens = bounds.breakevens;
        const auto fraction = [](const market::Quote& q) { return q.mid()->micros() > 0 ? q.width()->toDouble() / q.mid()->toDouble() : 1e9; };
        c.bidAskFraction = std::max(fraction(soldQuote), fraction(boughtQuote)); // the gate asks it of every leg
        c.openInterest = std::min(soldQuote.openInterest.value_or(0), boughtQuote.openInterest.value_or(0));
        c.volume = std::min(soldQuote.volume.value_or(0), boughtQuote.volume.value_or(0));
        c.ivPercentile = m_analysis.volatility.ivPercentile;
        probabilities(c, index, priced);
        const double loss = width - c.credit.toDouble();
        const double otm = 1 - std::abs(c.shortDelta);
        c.seedExpectedValue = (c.credit.toDouble() * otm - loss * (1 - otm)) * multiplier;
        greeks(c, sold, bought, multiplier);
        c.score = scoreOf(c);
        c.id = c.underlying + (put ? "-BPS-" : "-BCS-") + slice.root + "-" + formatDate(slice.expiry) + "-" +
               fixed(c.legs[0].contract.strike.toDouble(), 2) + "-" + fixed(c.legs[1].contract.strike.toDouble(), 2);
        for (const auto& event : m_analysis.events)
            if (event.kind != market::EventKind::Expiry && event.kind != market::EventKind::Holiday &&
                std::chrono::sys_days(event.date) <= std::chrono::sys_days(slice.expiry) && (event.symbol.empty() || event.symbol == c.underlying)) {
                c.eventNote = (event.title.empty() ? std::string(market::toString(event.kind)) : event.title) + " " + formatDate(event.date);
                break;
            }
    }

    void probabilities(Candidate& c, std::size_t index, const pricing::PricedExpiry& e) {
        if (m_density.spot.empty()) m_density = fitPhysicalDensity(m_priced, index, m_analysis);
        const double strike = c.legs.front().contract.strike.toDouble();
        const bool put = c.kind == portfolio::StrategyKind::BullPutSpread;
        if (c.shortIv > 0 && e.years > 0 && e.forward > 0) {
            const double deviation = c.shortIv * std::sqrt(e.years);
            const double d2 = std::log(e.forward / strike) / deviation - deviation / 2;
            c.probabilityOtm = pricing::normalCdf(put ? d2 : -d2);
        }
        // Entry at mid and every cost taken off: the limit already gives up half of them, so nothing is counted twice.
        double value = 0, profit = 0;
        for (std::size_t i = 0; i < m_density.spot.size(); ++i) {
            const double pnl = portfolio::payoffAtExpiry(c.legs, c.credit, m_density.spot[i]) - c.costs;
            value += m_density.weight[i] * pnl;
            if (pnl > 0) profit += m_density.weight[i];
        }
        c.expectedValue = value;
        c.probabilityOfProfit = profit;
    }

    void greeks(Candidate& c, std::size_t sold, std::size_t bought, int multiplier) const {
        const double m = multiplier;
        c.delta = (m_priced.delta[bought] - m_priced.delta[sold]) * m;
        c.gamma = (m_priced.gamma[bought] - m_priced.gamma[sold]) * m;
        c.thetaPerDay = (m_priced.theta[bought] - m_priced.theta[sold]) / 365 * m;
        c.vegaPerPoint = (m_priced.vega[bought] - m_priced.vega[sold]) / 100 * m;
    }

    Failed test(const Candidate& c) const {
        Failed failed{};
        failed[kIvPercentile] = c.ivPercentile ? *c.ivPercentile < m_profile.ivPercentileMin : !m_profile.allowUnknownIvPercentile;
        failed[kCreditToWidth] = c.creditToWidth < m_profile.creditToWidthMin - 1e-12;
        failed[kCreditToCost] = c.credit.toDouble() * 100 < m_profile.creditToCostMin * c.costs;
        failed[kExpectedValue] = m_profile.requirePositiveEv && (m_density.spot.empty() || c.expectedValue <= 0);
        failed[kBidAsk] = c.bidAskFraction > m_profile.bidAskMax + 1e-12;
        failed[kOpenInterest] = c.openInterest < m_profile.openInterestMin; // unknown counts as none
        failed[kVolume] = c.volume < m_profile.volumeMin;
        return failed;
    }

    void finish(int inRange) {
        const auto better = [](const Candidate& a, const Candidate& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; };
        std::sort(m_result.candidates.begin(), m_result.candidates.end(), better);
        std::vector<std::size_t> order(m_result.nearMisses.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return better(m_result.nearMisses[a], m_result.nearMisses[b]); });
        order.resize(std::min<std::size_t>(order.size(), 20));
        std::vector<Candidate> misses;
        std::vector<std::string> rules;
        for (const auto i : order) {
            misses.push_back(std::move(m_result.nearMisses[i]));
            rules.push_back(std::move(m_result.nearMissRules[i]));
        }
        m_result.nearMisses = std::move(misses);
        m_result.nearMissRules = std::move(rules);
        if (!m_analysis.volatility.ivPercentile) m_result.notes.push_back("IV percentile unknown: no volatility history");
        if (inRange == 0)
            m_result.notes.push_back("no expiry between " + std::to_string(m_profile.dteMin) + " and " + std::to_string(m_profile.dteMax) + " days");
        if (!m_density.method.empty()) m_result.notes.push_back("physical density: " + m_density.method);
        if (!m_result.candidates.empty()) return;
        const RuleCount* tightest = nullptr;
        for (const auto& rule : m_result.rules)
            if (!tightest || std::pair(rule.soleReject, rule.rejected) > std::pair(tightest->soleReject, tightest->rejected)) tightest = &rule;
        if (tightest && tightest->rejected > 0)
            m_result.tightestRule = tightest->rule;
        else if (inRange == 0)
            m_result.tightestRule = "dte";
        else
            m_result.tightestRule = "short_delta";
    }

    const pricing::PricedChain& m_priced;
    const market::OptionChain& m_chain;
    const analytics::Analysis& m_analysis;
    const ScreenProfile& m_profile;
    PhysicalDensity m_density;
    ScreenResult m_result;
    int m_shorts = 0, m_shortsInRange = 0, m_pairs = 0;
};

} // namespace

ScreenResult screenCreditSpreads(const pricing::PricedChain& chain, const analytics::Analysis& analysis, const ScreenProfile& profile) {
    return Screen(chain, analysis, profile).run();
}

} // namespace mahler::strategy
