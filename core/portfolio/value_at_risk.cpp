#include "portfolio/value_at_risk.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "market/exchange_calendar.h"

namespace mahler::portfolio {

const char* toString(VarMethod method) {
    switch (method) {
    case VarMethod::Historical: return "historical";
    case VarMethod::MonteCarlo: return "monte-carlo";
    }
    return "historical";
}

namespace {

/// How many of n outcomes are the tail: n (1 - level) rounded up, without the dust of binary fractions.
std::size_t tailOf(std::size_t n, double level) {
    return static_cast<std::size_t>(std::max(1.0, std::ceil(static_cast<double>(n) * (1 - level) - 1e-9)));
}

double varOf(std::vector<double> pnl, double level) {
    const std::size_t k = tailOf(pnl.size(), level);
    std::nth_element(pnl.begin(), pnl.begin() + static_cast<std::ptrdiff_t>(k - 1), pnl.end());
    return -pnl[k - 1];
}

FactorMoves slice(const FactorMoves& all, std::size_t from, std::size_t count) {
    FactorMoves out;
    out.underlyings = all.underlyings;
    const std::size_t n = all.underlyings.size();
    const auto at = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
    out.spot.assign(all.spot.begin() + at(from * n), all.spot.begin() + at((from + count) * n));
    out.vol.assign(all.vol.begin() + at(from), all.vol.begin() + at(from + count));
    out.dates.assign(all.dates.begin() + at(from), all.dates.begin() + at(from + count));
    return out;
}

std::string check(const VarSpec& spec) {
    for (const double level : spec.levels)
        if (!(level > 0.5 && level < 1)) return "a confidence level is not between 50 % and 100 %";
    if (spec.levels.empty()) return "no confidence level is asked for";
    if (spec.windowDays < 60 || spec.windowDays > 20'000 || spec.backtestDays < 0 || spec.backtestDays > 20'000)
        return "the window is from 60 to 20,000 days, the backtest up to 20,000";
    return {};
}

/// Quantiles, tails and who made them.
class Tails {
public:
    /// Of the scenarios from `first` on.
    Tails(ScenarioValues& values, std::size_t first, const RiskBook& book, const VarSpec& spec) : m_values(values), m_book(book), m_spec(spec) {
        m_order.resize(values.pnlUsd().size() - first);
        std::iota(m_order.begin(), m_order.end(), first);
        std::stable_sort(m_order.begin(), m_order.end(), [&](std::size_t a, std::size_t b) { return values.pnlUsd()[a] < values.pnlUsd()[b]; });
    }

    void fill(VarReport& report, std::optional<double> equity) {
        const auto& pnl = m_values.pnlUsd();
        const bool share = equity && *equity > 0;
        for (const double level : m_spec.levels) {
            VarLevel out;
            out.level = level;
            const std::size_t k = tailOf(m_order.size(), level);
            out.varUsd = -pnl[m_order[k - 1]];
            for (std::size_t i = 0; i < k; ++i) out.shortfallUsd -= pnl[m_order[i]] / static_cast<double>(k);
            if (share) {
                out.varOfEquity = out.varUsd / *equity;
                out.shortfallOfEquity = out.shortfallUsd / *equity;
            }
            report.levels.push_back(out);
        }
        components(report);
    }

private:
    /// Ranks [first, last) whose legs stand for the quantile: a tenth of the tail on each side of it.
    static std::pair<std::size_t, std::size_t> around(std::size_t k, std::size_t n) {
        const std::size_t half = std::max<std::size_t>(1, k / 10);
        return {k - 1 - std::min(half, k - 1), std::min(n, k + half)};
    }

    std::vector<double> meanLoss(std::size_t first, std::size_t last) const {
        std::vector<double> sum(m_values.legs().size(), 0);
        for (std::size_t rank = first; rank < last; ++rank)
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] -= m_legPnl[rank][i] / static_cast<double>(last - first);
        return sum;
    }

    void components(VarReport& report) {
        std::size_t deepest = 0;
        for (const double level : m_spec.levels) deepest = std::max(deepest, around(tailOf(m_order.size(), level), m_order.size()).second);
        for (std::size_t rank = 0; rank < deepest; ++rank) m_legPnl.push_back(m_values.legPnlUsd(m_order[rank]));
        const auto& legs = m_values.legs();
        for (const std::size_t leg : legs) report.byLeg.push_back({m_book.legs[leg].holding.id(), {}, {}});
        for (auto& level : report.levels) {
            const std::size_t k = tailOf(m_order.size(), level.level);
            const auto [first, last] = around(k, m_order.size());
            auto atQuantile = meanLoss(first, last);
            double total = std::accumulate(atQuantile.begin(), atQuantile.end(), 0.0);
            if (!(total * level.varUsd > 0.5 * level.varUsd * level.varUsd)) { // nothing to scale by: the outcome itself
                atQuantile = meanLoss(k - 1, k);
                total = std::accumulate(atQuantile.begin(), atQuantile.end(), 0.0);
            }
            const double scale = total != 0 ? level.varUsd / total : 0;
            const auto tail = meanLoss(0, k);
            for (std::size_t i = 0; i < legs.size(); ++i) {
                report.byLeg[i].varUsd.push_back(atQuantile[i] * scale);
                report.byLeg[i].shortfallUsd.push_back(tail[i]);
            }
        }
        const auto grouped = [&](auto keyOf) {
            std::map<std::string, VarComponent> rows;
            for (std::size_t i = 0; i < legs.size(); ++i) {
                auto& row = rows[keyOf(m_book.legs[legs[i]].holding)];
                row.varUsd.resize(report.levels.size(), 0);
                row.shortfallUsd.resize(report.levels.size(), 0);
                for (std::size_t l = 0; l < report.levels.size(); ++l) {
                    row.varUsd[l] += report.byLeg[i].varUsd[l];
                    row.shortfallUsd[l] += report.byLeg[i].shortfallUsd[l];
                }
            }
            std::vector<VarComponent> out;
            for (auto& [key, row] : rows) {
                row.key = key;
                out.push_back(std::move(row));
            }
            return out;
        };
        report.byStrategy = grouped([](const Holding& h) { return h.strategy; });
        report.byUnderlying = grouped([](const Holding& h) { return h.underlying; });
    }

    ScenarioValues& m_values;
    const RiskBook& m_book;
    const VarSpec& m_spec;
    std::vector<std::size_t> m_order;          ///< scenarios, worst first
    std::vector<std::vector<double>> m_legPnl; ///< of the worst ranks
};

/// `days`: P&L of today's book on the newest historical days, oldest first.
void countExceptions(VarReport& report, const VarSpec& spec, const std::vector<double>& days) {
    const auto wanted = static_cast<std::size_t>(spec.backtestDays), window = static_cast<std::size_t>(spec.windowDays);
    const bool rolling = spec.method == VarMethod::Historical;
    for (auto& level : report.levels) {
        const std::size_t needed = wanted + (rolling ? window : 0);
        if (wanted == 0 || days.size() < needed) {
            level.exceptionsCause = wanted == 0 ? "no backtest is asked for"
                                                : std::to_string(days.size()) + " days of history, a backtest needs " + std::to_string(needed);
            continue;
        }
        Exceptions e;
        e.days = spec.backtestDays;
        e.expected = (1 - level.level) * spec.backtestDays;
        for (std::size_t d = days.size() - wanted; d < days.size(); ++d) {
            const auto at = days.begin() + static_cast<std::ptrdiff_t>(d);
            const double var = rolling ? varOf(std::vector<double>(at - static_cast<std::ptrdiff_t>(window), at), level.level) : level.varUsd;
            e.count += -days[d] > var ? 1 : 0;
        }
        if (e.days == 250 && std::fabs(level.level - 0.99) < 1e-12) e.zone = e.count <= 4 ? "green" : e.count <= 9 ? "yellow" : "red";
        level.exceptions = e;
    }
}

} // namespace

VarReport valueAtRisk(const RiskBook& book, const market::History& history, const VarSpec& spec, std::optional<double> equityUsd) {
    const auto start = std::chrono::steady_clock::now();
    VarReport report;
    report.method = spec.method;
    report.coverage = book.coverage();
    const auto because = [&](std::string cause) {
        report.unavailable = std::move(cause);
        report.levels.clear();
        report.byLeg.clear();
        report.byStrategy.clear();
        report.byUnderlying.clear();
        return report;
    };
    if (auto wrong = check(spec); !wrong.empty()) return because(std::move(wrong));
    std::set<std::string> names;
    for (const auto& leg : book.legs)
        if (leg.priced()) names.insert(leg.holding.underlying);
    if (names.empty()) return because("nothing in the book is priced");
    const std::vector<std::string> underlyings(names.begin(), names.end());
    const auto window = static_cast<std::size_t>(spec.windowDays), backtest = static_cast<std::size_t>(spec.backtestDays);
    const auto all = historicalMoves(history, underlyings, window + backtest);
    if (!all) return because(all.error().detail);
    std::size_t needed = 60;
    if (spec.method == VarMethod::Historical)
        for (const double level : spec.levels) needed = std::max(needed, static_cast<std::size_t>(std::ceil(1 / (1 - level) - 1e-9)));
    if (all->size() < needed)
        return because("only " + std::to_string(all->size()) + " common days of history, " + std::to_string(needed) + " are needed");
    const std::size_t used = std::min(window, all->size());
    const FactorMoves past = slice(*all, all->size() - used, used);
    report.windowDays = static_cast<int>(used);
    report.from = past.dates.front();
    report.to = past.dates.back();
    report.staleDays = std::max(0, daysBetween(past.dates.back(), market::toNewYork(book.asof).date));
    report.description =
        std::string(toString(spec.method)) + ", " + std::to_string(used) + " days " + formatDate(*report.from) + " to " + formatDate(*report.to);

    const bool simulates = spec.method == VarMethod::MonteCarlo;
    FactorMoves moves;
    if (simulates) {
        auto simulated = simulatedMoves(past, spec.simulation);
        if (!simulated) return because(simulated.error().detail);
        moves = std::move(*simulated);
        const int df = spec.simulation.degreesOfFreedom;
        report.description += ", EWMA " + std::to_string(spec.simulation.lambda).substr(0, 4) + ", " + std::to_string(moves.size()) + " paths, " +
                              (df > 0 ? "t with " + std::to_string(df) + " degrees of freedom" : std::string("normal")) + ", seed " +
                              std::to_string(spec.simulation.seed);
    }
    // Historical outcomes serve the backtest as well: the days before the window come first.
    ScenarioValues values(book, simulates ? moves : *all, spec.proxy);
    if (!values.complete()) return because("a leg has no finite value in some scenario");
    if (values.legs().empty()) return because("nothing in the book has a value in every scenario");
    for (const std::size_t i : values.unvalued()) {
        --report.coverage.priced;
        report.coverage.excluded.push_back(book.legs[i].holding.id() + ": " + toString(LegStatus::BadValue));
    }
    report.proof = values.proof();
    Tails(values, simulates ? 0 : all->size() - used, book, spec).fill(report, equityUsd);
    if (simulates) {
        const std::size_t judged = std::min(backtest, all->size());
        const FactorMoves days = slice(*all, all->size() - judged, judged);
        ScenarioValues daily(book, days, {false, spec.proxy.limit, 0});
        if (daily.complete() && daily.legs() == values.legs())
            countExceptions(report, spec, daily.pnlUsd());
        else
            for (auto& level : report.levels) level.exceptionsCause = "a leg has no finite value on some day of the backtest";
    } else {
        countExceptions(report, spec, values.pnlUsd());
    }
    report.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return report;
}

} // namespace mahler::portfolio
