#include "pricing/cash_slice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "pricing/american.h"
#include "pricing/cash_mesh.h"
#include "pricing/european.h"
#include "pricing/log_grid.h"

namespace mahler::pricing {

using market::ExerciseStyle;
using market::Right;

namespace {

constexpr int kCells = 160, kTimeSteps = 64, kLeastSteps = 20; ///< of the finer of two meshes: whole life; between two dividends
constexpr double kReadDeviations = 5.0;                        ///< from the strike: beyond it volatility says nothing
constexpr double kRateBump = 2e-4;
constexpr double kNodesPerOctave = 8;
constexpr double kNever = -1e300;
constexpr double kTickShare = 5e-6; ///< of the strike, as impliedVolWithDividends() at chain accuracy
constexpr double kLeastTotalVol = 1e-4;

double nodeVol(int node) { return std::exp2(node / kNodesPerOctave); }

} // namespace

class CashSlice::Solver {
public:
    Solver(double rate, double yield, double years, std::vector<CashDividend> dividends)
        : m_rate(rate), m_yield(yield), m_years(years), m_dividends(std::move(dividends)) {
        for (const CashDividend& d : m_dividends) m_paid += d.amount * std::exp(-m_rate * d.years + m_yield * d.years);
    }

    bool isOf(double rate, double yield, double years, std::span<const CashDividend> dividends) const {
        return rate == m_rate && yield == m_yield && years == m_years &&
               std::equal(dividends.begin(), dividends.end(), m_dividends.begin(), m_dividends.end(),
                          [](const CashDividend& a, const CashDividend& b) { return a.years == b.years && a.amount == b.amount; });
    }

    Inputs inputs(const SliceOption& o) const { return {o.right, o.spot, o.strike, m_years, m_rate, m_yield, o.vol}; }
    /// The grid's own answer where the lanes have none: bad input, or no volatility to speak of.
    bool inRange(const SliceOption& o) const {
        const Inputs in = inputs(o);
        return validInputs(in) && in.spot > 2 * m_paid && in.strike > 1e-100 && in.vol * std::sqrt(m_years) >= 2 * kLeastTotalVol &&
               in.vol * std::sqrt(m_years) < 16;
    }

    /// @param rho whether the values at a moved rate are wanted too.
    void ensure(std::span<const SliceOption> options, bool rho = false) {
        std::map<std::pair<Right, int>, std::vector<double>> wanted, moved;
        for (const SliceOption& o : options) {
            if (!inRange(o)) continue;
            const int first = firstNode(o.vol);
            for (int node = first; node < first + 4; ++node) {
                if (!within(o, node)) continue;
                Curves& c = m_curves[{o.right, node, o.strike}];
                if (!std::exchange(c.asked, true)) wanted[{o.right, node}].push_back(o.strike);
                if (rho && (node == first + 1 || node == first + 2) && !std::exchange(c.askedMoved, true)) moved[{o.right, node}].push_back(o.strike);
            }
        }
        for (auto& [key, strikes] : wanted)
            for (const int mesh : {kFine, kCoarse}) solve(key.first, key.second, strikes, mesh);
        for (auto& [key, strikes] : moved) solve(key.first, key.second, strikes, kMoved);
    }

    struct Value {
        double price = 0, delta = 0, gamma = 0, vega = 0;
        bool exercised = false;
    };
    /// After ensure(); in range.
    Value value(const SliceOption& o) const {
        const int first = firstNode(o.vol);
        const double at = kNodesPerOctave * std::log2(o.vol) - first;
        const std::array<double, 4> weight = {-(at - 1) * (at - 2) * (at - 3) / 6, at * (at - 2) * (at - 3) / 2, -at * (at - 1) * (at - 3) / 2,
                                              at * (at - 1) * (at - 2) / 6};
        const std::array<double, 4> slope = {-(3 * at * at - 12 * at + 11) / 6, (3 * at * at - 10 * at + 6) / 2, -(3 * at * at - 8 * at + 3) / 2,
                                             (3 * at * at - 6 * at + 2) / 6};
        const Valuation european = control(o);
        Value v{european.price, european.delta, european.gamma, european.vega, true};
        double turn = 0;
        for (int i = 0; i < 4; ++i) {
            const auto k = static_cast<std::size_t>(i);
            const Value part = excess(o, first + i);
            v.price += weight[k] * part.price;
            v.delta += weight[k] * part.delta;
            v.gamma += weight[k] * part.gamma;
            turn += slope[k] * part.price;
            v.exercised = v.exercised && part.exercised;
        }
        v.vega += turn * kNodesPerOctave / (o.vol * std::log(2.0));
        const double now = std::max(sign(o.right) * (o.spot - o.strike), 0.0);
        if (v.exercised || (v.price <= now && now > 0)) return {now, now > 0 ? sign(o.right) : 0, 0, 0, now > 0};
        v.price = std::max(v.price, 0.0);
        v.gamma = std::max(v.gamma, 0.0);
        return v;
    }

    Valuation valuation(const SliceOption& o) const {
        const Value v = value(o);
        Valuation out;
        out.price = v.price;
        out.delta = v.delta;
        out.status = PriceStatus::Ok;
        if (v.exercised) return out;
        out.gamma = v.gamma;
        out.vega = v.vega;
        out.rho = rho(o);
        out.theta = m_rate * v.price - (m_rate - m_yield) * o.spot * v.delta - 0.5 * o.vol * o.vol * o.spot * o.spot * v.gamma;
        return out;
    }

    const std::vector<CashDividend>& dividends() const { return m_dividends; }
    double years() const { return m_years; }
    /// The European on the spot less what the dividends are worth now: near the American, and in closed form.
    Valuation control(const SliceOption& o) const {
        Inputs in = inputs(o);
        in.spot -= m_paid;
        return priceEuropean(in);
    }

private:
    enum : int { kFine = 0, kCoarse = 1, kMoved = 2 };
    struct Level {
        std::vector<Mesh> meshes;                   ///< fine and coarse
        std::array<std::vector<double>, 2> control; ///< Europeans without dividends
    };
    struct Curves {
        bool asked = false, askedMoved = false;
        std::array<std::vector<double>, 3> values; ///< the last: coarse at a moved rate
    };

    static int firstNode(double vol) { return static_cast<int>(std::floor(kNodesPerOctave * std::log2(vol))) - 1; }
    double deviation(int node) const { return nodeVol(node) * std::sqrt(m_years); }
    bool within(const SliceOption& o, int node) const {
        const double reach = kReadDeviations * deviation(node) + drift();
        return std::fabs(std::log(o.spot / o.strike)) < reach && std::fabs(std::log((o.spot - m_paid) / o.strike)) < reach;
    }

    /// American with the dividends less control(), at a node's volatility.
    Value excess(SliceOption o, int node) const {
        o.vol = nodeVol(node);
        const double w = sign(o.right), strikeNow = w * (o.spot - o.strike);
        if (!within(o, node)) { // no volatility to speak of on the way
            const CertainValue c = certainValue(ExerciseStyle::American, inputs(o), m_dividends);
            const double gap = w * (c.discountedSpot - o.strike * std::exp(-m_rate * c.time));
            const Valuation european = control(o);
            return {c.value - european.price, (gap > 0 ? w * std::exp(-m_yield * c.time) : 0) - european.delta, -european.gamma, 0,
                    gap > 0 && c.time == 0};
        }
        const Level& level = m_levels.at({o.right, node});
        const Curves& curves = m_curves.at({o.right, node, o.strike});
        const double x = std::log(o.spot / o.strike), escrowed = std::log((o.spot - m_paid) / o.strike);
        if (strikeNow > 0 && level.meshes[kFine].exercised(curves.values[kFine], x)) {
            const Valuation european = control(o);
            return {strikeNow - european.price, w - european.delta, -european.gamma, 0, true};
        }
        const auto read = [&](std::size_t mesh) {
            const Value american = valueOf(o.spot, o.strike, level.meshes[mesh].read(curves.values[mesh], x));
            const Value european = valueOf(o.spot - m_paid, o.strike, level.meshes[mesh].read(level.control[mesh], escrowed));
            return Value{american.price - european.price, american.delta - european.delta, american.gamma - european.gamma, 0, false};
        };
        const Value fine = read(kFine), coarse = read(kCoarse);
        if (strikeNow > 0 && level.meshes[kCoarse].exercised(curves.values[kCoarse], x)) return fine;
        const auto limit = [&](double Value::*part) { return fine.*part + (fine.*part - coarse.*part) / 3; };
        return {limit(&Value::price), limit(&Value::delta), limit(&Value::gamma), 0, false};
    }
    static Value valueOf(double spot, double strike, const Reading& r) {
        return {r.value * strike, r.slope * strike / spot, (r.curve - r.slope) * strike / (spot * spot), 0, false};
    }

    /// By the coarse mesh at two rates, straight between the two nodes around the volatility.
    double rho(const SliceOption& o) const {
        const int first = firstNode(o.vol) + 1;
        const double share = kNodesPerOctave * std::log2(o.vol) - first, x = std::log(o.spot / o.strike);
        double sum = 0;
        for (const int i : {0, 1}) {
            if (!within(o, first + i)) continue; // its value is certain: held for the strike, if at all
            const Mesh& mesh = m_levels.at({o.right, first + i}).meshes[kCoarse];
            const Curves& c = m_curves.at({o.right, first + i, o.strike});
            sum +=
                (i == 0 ? 1 - share : share) * (mesh.read(c.values[kMoved], x).value - mesh.read(c.values[kCoarse], x).value) / kRateBump * o.strike;
        }
        return sum;
    }

    double drift() const { return std::fabs(m_rate - m_yield) * m_years; }

    /// The intervals of a mesh from expiry to now, and which dividend each ends with (-1: none).
    struct Steps {
        Flow flow;
        std::vector<Interval> intervals;
        std::vector<int> ends;
    };
    Steps stepsOf(Right right, int node, const Mesh& mesh, int coarser, double rate) const {
        Steps s{Flow(mesh, rate, m_yield, nodeVol(node)), {}, {}};
        forIntervals(coarser, [&](double from, double to, int steps, int dividend) {
            s.intervals.emplace_back(from, to, steps, s.flow, right == Right::Put);
            s.ends.push_back(dividend);
        });
        return s;
    }

    Level& level(Right right, int node) {
        const auto [at, fresh] = m_levels.try_emplace({right, node});
        Level& l = at->second;
        for (const int mesh : {kFine, kCoarse})
            if (fresh) l.meshes.emplace_back(right, deviation(node), drift(), kCells >> mesh);
        return l;
    }
    /// Europeans on the same steps, so that both err alike.
    std::vector<double> europeans(Right right, const Mesh& mesh, const Steps& steps) const {
        std::vector<double> values = columns(mesh.payoff), out;
        const std::vector<double> never(mesh.payoff.size(), kNever);
        for (const Interval& interval : steps.intervals) march(interval, steps.flow, m_rate, right, mesh, {}, never, values);
        for (std::size_t i = 0; i < mesh.spot.size(); ++i) out.push_back(values[i * kBlock]);
        return out;
    }

    static std::vector<double> columns(const std::vector<double>& one) {
        std::vector<double> all;
        all.reserve(one.size() * kBlock);
        for (const double x : one) all.insert(all.end(), kBlock, x);
        return all;
    }

    /// From expiry to now; `dividend` is the number of the one at the end of the interval, or -1.
    template <class Do> void forIntervals(int coarser, const Do& work) const {
        double later = m_years;
        for (std::size_t d = m_dividends.size() + 1; d-- > 0;) {
            const double to = d > 0 ? m_dividends[d - 1].years : 0;
            const int steps = std::max(kLeastSteps, 2 * static_cast<int>(std::lround(0.5 * kTimeSteps * (later - to) / m_years)));
            work(later, to, steps >> coarser, static_cast<int>(d) - 1);
            later = to;
        }
    }

    /// What `per strike` the dividends after `now` are worth then, of amounts over strike 1.
    double presentValue(double now, double rate) const {
        double sum = 0;
        for (const CashDividend& d : m_dividends)
            if (d.years > now) sum += d.amount * std::exp(-rate * (d.years - now) - m_yield * (m_years - d.years));
        return sum;
    }

    /// Without volatility from `spot` on: held to expiry or exercised now.
    double edge(Right right, double spot, double rest, double rate, double dividends, bool american) const {
        const double forward = spot * std::exp(-m_yield * rest) - dividends, w = sign(right);
        return std::max({w * (std::max(forward, 0.0) - std::exp(-rate * rest)), 0.0, american ? w * (spot - 1) : 0.0});
    }

    void march(const Interval& interval, const Flow& flow, double rate, Right right, const Mesh& mesh, const std::array<double, kBlock>& perStrike,
               const std::vector<double>& floor, std::vector<double>& values) const {
        const std::size_t steps = interval.now.size();
        const bool american = floor.front() > kNever;
        std::vector<double> low(steps * kBlock), high(steps * kBlock);
        for (std::size_t s = 0; s < steps; ++s) {
            const double rest = m_years - interval.now[s], cash = american ? presentValue(interval.now[s], rate) : 0;
            for (std::size_t c = 0; c < kBlock; ++c) {
                low[s * kBlock + c] = edge(right, mesh.spot.front(), rest, rate, cash * perStrike[c], american);
                high[s * kBlock + c] = edge(right, mesh.spot.back(), rest, rate, cash * perStrike[c], american);
            }
        }
        americanKernels().cashMarch(interval.march(flow, right == Right::Put, floor.data()), values.data(), low.data(), high.data());
    }

    /// Just before the ex-date: the value of the spot less the dividend, or exercise. As GridSolver's.
    void drop(Right right, double rate, const Mesh& mesh, const CashDividend& dividend, const std::array<double, kBlock>& perStrike,
              std::vector<double>& values) const {
        const std::size_t nodes = mesh.spot.size();
        std::vector<double> column(nodes), before(nodes);
        for (std::size_t c = 0; c < kBlock; ++c) {
            const double amount = dividend.amount * perStrike[c], cash = presentValue(dividend.years, rate) * perStrike[c];
            for (std::size_t i = 0; i < nodes; ++i) column[i] = values[i * kBlock + c];
            for (std::size_t i = 0; i < nodes; ++i) {
                const double share = amount / mesh.spot[i], place = share < 1 ? mesh.placeOf(std::log(mesh.spot[i]) + std::log1p(-share)) : -1;
                if (place < 0) {
                    before[i] = edge(right, std::max(mesh.spot[i] - amount, 0.0), m_years - dividend.years, rate, cash, true);
                    continue;
                }
                const auto first = std::min(static_cast<std::size_t>(std::max(place - 1, 0.0)), nodes - 4);
                const double t = place - static_cast<double>(first);
                const double* v = &column[first];
                before[i] = -(t - 1) * (t - 2) * (t - 3) / 6 * v[0] + t * (t - 2) * (t - 3) / 2 * v[1] - t * (t - 1) * (t - 3) / 2 * v[2] +
                            t * (t - 1) * (t - 2) / 6 * v[3];
            }
            for (std::size_t i = 0; i < nodes; ++i) column[i] = std::max(before[i], mesh.payoff[i]);
            for (std::size_t i = 0; i + 1 < nodes; ++i) { // the kink's mean over its cell
                const double gap = before[i] - mesh.payoff[i], next = before[i + 1] - mesh.payoff[i + 1];
                if (!((gap < 0) != (next < 0)) || mesh.payoff[i] + mesh.payoff[i + 1] <= 0) continue;
                const double t = gap / (gap - next), room = 0.5 - std::min(t, 1 - t);
                column[t < 0.5 ? i : i + 1] += 0.5 * room * room * std::fabs(next - gap);
            }
            for (std::size_t i = 0; i < nodes; ++i) values[i * kBlock + c] = column[i];
        }
    }

    void solve(Right right, int node, const std::vector<double>& strikes, int which) {
        Level& l = level(right, node);
        const int coarser = which == kFine ? 0 : 1;
        const Mesh& mesh = l.meshes[static_cast<std::size_t>(coarser)];
        const double rate = which == kMoved ? m_rate + kRateBump : m_rate;
        const Steps steps = stepsOf(right, node, mesh, coarser, rate);
        if (which != kMoved && l.control[static_cast<std::size_t>(which)].empty())
            l.control[static_cast<std::size_t>(which)] = europeans(right, mesh, steps);
        for (std::size_t from = 0; from < strikes.size(); from += kBlock) {
            std::array<double, kBlock> perStrike{};
            for (std::size_t c = 0; c < kBlock; ++c) perStrike[c] = 1 / strikes[std::min(from + c, strikes.size() - 1)];
            std::vector<double> values = columns(mesh.payoff);
            for (std::size_t i = 0; i < steps.intervals.size(); ++i) {
                march(steps.intervals[i], steps.flow, rate, right, mesh, perStrike, mesh.payoff, values);
                if (steps.ends[i] >= 0) drop(right, rate, mesh, m_dividends[static_cast<std::size_t>(steps.ends[i])], perStrike, values);
            }
            for (std::size_t c = 0; c < kBlock && from + c < strikes.size(); ++c) {
                std::vector<double>& curve = m_curves[{right, node, strikes[from + c]}].values[static_cast<std::size_t>(which)];
                curve.resize(mesh.spot.size());
                for (std::size_t i = 0; i < curve.size(); ++i) curve[i] = values[i * kBlock + c];
            }
        }
    }

    double m_rate, m_yield, m_years, m_paid = 0; ///< the last: what the dividends are worth now
    std::vector<CashDividend> m_dividends;
    std::map<std::pair<Right, int>, Level> m_levels;
    std::map<std::tuple<Right, int, double>, Curves> m_curves; ///< by node and strike
};

CashSlice::CashSlice(double rate, double yield, double years, std::vector<CashDividend> dividends)
    : m_solver(std::make_unique<Solver>(rate, yield, years, std::move(dividends))) {}
CashSlice::~CashSlice() = default;
CashSlice::CashSlice(CashSlice&&) noexcept = default;
CashSlice& CashSlice::operator=(CashSlice&&) noexcept = default;

bool CashSlice::holds(double rate, double yield, double years, std::span<const CashDividend> dividends, double spot) {
    double paid = 0, last = 0;
    for (const CashDividend& d : dividends) {
        if (!std::isfinite(d.amount) || !(d.amount > 0) || !(d.years > last && d.years < years)) return false;
        last = d.years;
        paid += d.amount;
    }
    if (!validInputs({Right::Put, spot, spot, years, rate, yield, 0.2}) || !(spot > 1e-100) || !(paid < 0.5 * spot)) return false;
    // One side of exercise for puts and calls alike.
    return yield == 0 || (earlyExercise(putView({Right::Put, spot, spot, years, rate, yield, 0.2}).put) != EarlyExercise::TwoBoundaries &&
                          earlyExercise(putView({Right::Call, spot, spot, years, rate, yield, 0.2}).put) != EarlyExercise::TwoBoundaries);
}

std::shared_ptr<CashSlice> CashSlices::of(double rate, double yield, double years, std::span<const CashDividend> dividends, double spot) {
    constexpr std::size_t kMost = 48; // the expiries of one chain and what they were a minute ago
    if (!CashSlice::holds(rate, yield, years, dividends, spot)) return nullptr;
    const auto known = std::find_if(m_newest.rbegin(), m_newest.rend(), [&](const auto& s) { return s->isOf(rate, yield, years, dividends); });
    if (known != m_newest.rend()) return *known;
    if (m_newest.size() >= kMost) m_newest.erase(m_newest.begin());
    m_newest.push_back(std::make_shared<CashSlice>(rate, yield, years, std::vector<CashDividend>(dividends.begin(), dividends.end())));
    return m_newest.back();
}

bool CashSlice::isOf(double rate, double yield, double years, std::span<const CashDividend> dividends) const {
    return m_solver->isOf(rate, yield, years, dividends);
}

void CashSlice::values(std::span<const SliceOption> options, std::span<Valuation> results) {
    m_solver->ensure(options, true);
    for (std::size_t i = 0; i < options.size(); ++i)
        results[i] =
            m_solver->inRange(options[i])
                ? m_solver->valuation(options[i])
                : priceWithDividends(ExerciseStyle::American, m_solver->inputs(options[i]), m_solver->dividends(), GridAccuracy::Chain).value;
}

void CashSlice::prices(std::span<const SliceOption> options, std::span<double> results) {
    m_solver->ensure(options);
    for (std::size_t i = 0; i < options.size(); ++i) {
        if (m_solver->inRange(options[i])) {
            results[i] = m_solver->value(options[i]).price;
            continue;
        }
        const auto v = dividendPriceOnly(ExerciseStyle::American, m_solver->inputs(options[i]), m_solver->dividends(), GridAccuracy::Chain).value;
        results[i] = hasNumbers(v.status) ? v.price : std::numeric_limits<double>::quiet_NaN();
    }
}

void CashSlice::impliedVols(std::span<const SliceQuote> quotes, std::span<ImpliedVol> results) {
    struct Search {
        std::size_t quote = 0;
        SliceOption option; ///< at the volatility under trial
        double low = 0, high = 0;
    };
    constexpr int kMostSteps = 60;
    constexpr double kSettled = 1e-10;
    const double rootYears = std::sqrt(std::max(m_solver->years(), 0.0));
    std::vector<Search> open;
    for (std::size_t i = 0; i < quotes.size(); ++i) {
        const SliceQuote& q = quotes[i];
        SliceOption o{q.right, q.spot, q.strike, 0};
        const Inputs in = m_solver->inputs(o);
        results[i] = {0, IvStatus::BadInput};
        if (!validTerms(in) || !std::isfinite(q.price) || in.spot <= 1e-100 || in.strike <= 1e-100) continue;
        const double most = q.right == Right::Call ? in.spot * std::max(1.0, std::exp(-in.dividendYield * in.years))
                                                   : in.strike * std::max(1.0, std::exp(-in.rate * in.years));
        const double floor = certainValue(ExerciseStyle::American, in, m_solver->dividends()).value, exercise = exerciseValue(in);
        const double resolution = kTickShare * in.strike;
        results[i].status = q.price >= most                                  ? IvStatus::AboveMaximum
                            : q.price < floor - (floor > 0 ? resolution : 0) ? IvStatus::BelowIntrinsic
                            : q.price > floor + resolution                   ? IvStatus::NoConvergence
                            : exercise > 0 && floor <= exercise              ? IvStatus::ExerciseRegion
                                                                             : IvStatus::BelowMinimum;
        if (results[i].status != IvStatus::NoConvergence) continue;
        Search s{i, o, 4 * kLeastTotalVol / rootYears, 8 / rootYears};
        Inputs escrowed = in;
        escrowed.spot = std::max(in.spot - presentValueOfDividends(in, m_solver->dividends(), 0), 0.01 * in.spot);
        const ImpliedVol first = impliedVolEuropean(escrowed, q.price);
        const double guess = q.guess > 0 ? q.guess : first.status == IvStatus::Ok ? first.vol : 0.3;
        s.option.vol = std::clamp(guess, 1.01 * s.low, 0.99 * s.high);
        open.push_back(s);
    }
    for (int step = 0; step < kMostSteps && !open.empty(); ++step) { // Newton inside a bracket, all together
        std::vector<SliceOption> asked;
        for (const Search& s : open) asked.push_back(s.option);
        m_solver->ensure(asked);
        std::vector<Search> rest;
        for (Search& s : open) {
            const auto v = m_solver->value(s.option);
            const double over = v.price - quotes[s.quote].price, vol = s.option.vol;
            (over > 0 ? s.high : s.low) = vol;
            const double newton = v.vega > 0 ? vol - over / v.vega : 0;
            if (over == 0 || std::fabs(newton - vol) < kSettled * vol || s.high / s.low < 1 + kSettled) {
                results[s.quote] = {over == 0 ? vol : newton > 0 ? newton : vol, IvStatus::Ok};
                continue;
            }
            const double next = newton > s.low && newton < s.high ? newton : std::sqrt(s.low * s.high);
            s.option.vol = next;
            rest.push_back(s);
        }
        open.swap(rest);
    }
    for (const Search& s : open) { // a bracket that shut on an end of the range
        if (s.high < 1.1 * 4 * kLeastTotalVol / rootYears) results[s.quote].status = IvStatus::BelowMinimum;
        if (s.low > 0.9 * 8 / rootYears) results[s.quote].status = IvStatus::AboveMaximum;
    }
}

} // namespace mahler::pricing
