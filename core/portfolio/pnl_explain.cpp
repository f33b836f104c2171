#include "portfolio/pnl_explain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "portfolio/revaluer.h"

namespace mahler::portfolio {

const char* toString(ExplainMethod method) {
    switch (method) {
    case ExplainMethod::Explain: return "explain";
    case ExplainMethod::Predict: return "predict";
    }
    return "explain";
}

bool PnlParts::flagged() const {
    constexpr Usd kSmall = Usd::fromMicros(50'000'000);
    return abs(unexplained) > kSmall && abs(unexplained).micros() > abs(total).micros() / 10;
}

namespace {

constexpr double kSpotStep = 0.002; ///< relative, for a delta by central difference
constexpr double kVolStep = 0.01;   ///< relative, for vanna
constexpr double kVolgaStep = 0.05; ///< relative: a second difference
constexpr double kYieldStep = 1e-4;

/// The model's parts in dollars per unit of underlying.
struct ModelParts {
    double delta = 0, gamma = 0, vega = 0, theta = 0, rho = 0, cross = 0;
};

std::optional<double> slope(const LegAhead& at, double spot, double vol) {
    const auto up = at.valueAt(spot * (1 + kSpotStep), vol), down = at.valueAt(spot * (1 - kSpotStep), vol);
    return up && down ? std::optional((*up - *down) / (2 * kSpotStep * spot)) : std::nullopt;
}

std::optional<ModelParts> explain(const RiskLeg& from, const RiskLeg& to, Revaluer& revaluer) {
    const double days = (from.years - to.years) * 365, rate = to.rate - from.rate, yield = to.carryYield() - from.carryYield();
    const auto now = revaluer.ahead(from, 0), later = revaluer.ahead(from, days), moved = revaluer.ahead(from, days, rate, yield);
    const auto start = now.valueAt(from.spot, from.vol), time = later.valueAt(from.spot, from.vol);
    const auto spot = later.valueAt(to.spot, from.vol), vol = later.valueAt(from.spot, to.vol);
    const auto rates = moved.valueAt(from.spot, from.vol), all = moved.valueAt(to.spot, to.vol), delta = slope(later, from.spot, from.vol);
    if (!start || !time || !spot || !vol || !rates || !all || !delta) return std::nullopt;
    ModelParts p;
    p.theta = *time - *start;
    p.delta = *delta * (to.spot - from.spot);
    p.gamma = *spot - *time - p.delta;
    p.vega = *vol - *time;
    p.rho = *rates - *time;
    p.cross = *all - *time - (p.delta + p.gamma) - p.vega - p.rho;
    return p;
}

/// Change of the delta for a day that passes: from now to a day, or a quarter of what is left, later.
std::optional<double> charmPerDay(const RiskLeg& from, Revaluer& revaluer) {
    const double days = std::min(1.0, 0.25 * from.years * 365);
    if (!(days > 0)) return 0;
    const auto now = slope(revaluer.ahead(from, 0), from.spot, from.vol), later = slope(revaluer.ahead(from, days), from.spot, from.vol);
    return now && later ? std::optional((*later - *now) / days) : std::nullopt;
}

std::optional<ModelParts> predict(const RiskLeg& from, const RiskLeg& to, Revaluer& revaluer) {
    const double move = to.spot - from.spot, vol = to.vol - from.vol, years = from.years - to.years;
    ModelParts p;
    p.delta = from.unit.delta * move;
    if (!from.holding.contract) return p;
    const auto charm = charmPerDay(from, revaluer);
    const auto now = revaluer.ahead(from, 0);
    const auto up = slope(now, from.spot, from.vol * (1 + kVolStep)), down = slope(now, from.spot, from.vol * (1 - kVolStep));
    const auto value = now.valueAt(from.spot, from.vol), high = now.valueAt(from.spot, from.vol * (1 + kVolgaStep)),
               low = now.valueAt(from.spot, from.vol * (1 - kVolgaStep));
    const auto dearer = revaluer.ahead(from, 0, 0, kYieldStep).valueAt(from.spot, from.vol);
    const auto cheaper = revaluer.ahead(from, 0, 0, -kYieldStep).valueAt(from.spot, from.vol);
    if (!charm || !up || !down || !value || !high || !low || !dearer || !cheaper) return std::nullopt;
    const double volga = (*high - 2 * *value + *low) / (kVolgaStep * from.vol * kVolgaStep * from.vol);
    p.delta += *charm * years * 365 * move;
    p.gamma = 0.5 * from.unit.gamma * move * move;
    p.vega = from.unit.vega * vol + 0.5 * volga * vol * vol;
    p.theta = from.unit.theta * years;
    p.rho = from.unit.rho * (to.rate - from.rate) + (*dearer - *cheaper) / (2 * kYieldStep) * (to.carryYield() - from.carryYield());
    p.cross = (*up - *down) / (2 * kVolStep * from.vol) * move * vol;
    return p;
}

using Key = std::pair<std::string, std::string>; ///< contract, strategy

struct Line {
    const RiskLeg *before = nullptr, *after = nullptr;
    std::vector<const PeriodTrade*> trades;
    const Holding* holding = nullptr;
};

std::vector<Usd*> fieldsOf(PnlParts& p) {
    return {&p.delta, &p.gamma, &p.vega, &p.theta, &p.rho, &p.cross, &p.newTrades, &p.fees, &p.unexplained, &p.total};
}

void add(PnlParts& sum, PnlParts part) {
    const auto to = fieldsOf(sum), from = fieldsOf(part);
    for (std::size_t i = 0; i < to.size(); ++i) *to[i] += *from[i];
}

/// @return the parts, or what is missing.
Result<PnlParts> partsOf(const Line& line, ExplainMethod method, Revaluer& revaluer) {
    if (!line.after || !line.after->mark) return badInput(line.after ? "no two-sided quote at the end" : "not in the book at the end");
    const Price end = *line.after->mark;
    const int multiplier = line.holding->multiplier();
    PnlParts p;
    for (const auto* trade : line.trades) {
        const auto made = notional(end - trade->price, trade->what.quantity, multiplier);
        if (!made) return made.error();
        p.newTrades += *made;
        p.fees -= trade->fees;
    }
    p.total = p.newTrades + p.fees;
    if (!line.before || line.before->holding.quantity == 0) return p;
    const RiskLeg& from = *line.before;
    if (!from.mark) return badInput("no two-sided quote at the start");
    if (!from.priced() || !line.after->priced()) return badInput(std::string(toString(from.priced() ? line.after->status : from.status)));
    const auto held = notional(end - *from.mark, from.holding.quantity, multiplier);
    const auto model = method == ExplainMethod::Explain ? explain(from, *line.after, revaluer) : predict(from, *line.after, revaluer);
    if (!held || !model) return badInput(toString(LegStatus::BadValue));
    const std::pair<double, Usd*> parts[] = {{model->delta, &p.delta}, {model->gamma, &p.gamma}, {model->vega, &p.vega},
                                             {model->theta, &p.theta}, {model->rho, &p.rho},     {model->cross, &p.cross}};
    p.unexplained = *held;
    for (const auto& [value, target] : parts) {
        const auto rounded = Usd::fromDouble(value * from.units());
        if (!rounded) return badInput(toString(LegStatus::BadValue));
        *target = *rounded;
        p.unexplained -= *rounded;
    }
    p.total += *held;
    return p;
}

} // namespace

PnlReport explainPnl(const RiskBook& before, const RiskBook& after, const std::vector<PeriodTrade>& trades, ExplainMethod method) {
    PnlReport report;
    report.method = method;
    report.from = before.asof;
    report.to = after.asof;
    report.book.key = "book";
    std::map<Key, Line> lines;
    std::vector<RiskLeg> merged; // a contract held twice in one strategy is one line
    merged.reserve(before.legs.size());
    const auto keyOf = [](const Holding& h) { return Key{h.id(), h.strategy}; };
    std::map<Key, std::size_t> at;
    for (const auto& leg : before.legs) {
        const auto [it, fresh] = at.try_emplace(keyOf(leg.holding), merged.size());
        if (fresh)
            merged.push_back(leg);
        else
            merged[it->second].holding.quantity += leg.holding.quantity;
    }
    for (const auto& leg : merged) lines[keyOf(leg.holding)] = {&leg, nullptr, {}, &leg.holding};
    for (const auto& trade : trades) {
        auto& line = lines[keyOf(trade.what)];
        line.trades.push_back(&trade);
        if (!line.holding) line.holding = &trade.what;
    }
    for (const auto& leg : after.legs)
        if (const auto it = lines.find(keyOf(leg.holding)); it != lines.end()) it->second.after = &leg;

    Revaluer revaluer;
    std::map<std::string, PnlRow> strategies, underlyings;
    for (const auto& [key, line] : lines) {
        PnlRow own{key.first, {}, 0, 1};
        PnlRow* const sums[] = {&strategies[line.holding->strategy], &underlyings[line.holding->underlying], &report.book};
        const auto parts = partsOf(line, method, revaluer);
        ++report.coverage.total;
        for (PnlRow* row : sums) ++row->count;
        if (parts) {
            own.parts = *parts;
            own.explained = 1;
            ++report.coverage.priced;
            for (PnlRow* row : sums) {
                ++row->explained;
                add(row->parts, *parts);
            }
        } else {
            report.coverage.excluded.push_back(key.first + ": " + parts.error().detail);
        }
        report.byLeg.push_back(std::move(own));
    }
    const auto list = [](std::map<std::string, PnlRow>& from, std::vector<PnlRow>& to) {
        for (auto& [key, row] : from) {
            row.key = key;
            to.push_back(std::move(row));
        }
    };
    list(strategies, report.byStrategy);
    list(underlyings, report.byUnderlying);
    for (auto* rows : {&report.byLeg, &report.byStrategy, &report.byUnderlying})
        std::stable_sort(rows->begin(), rows->end(), [](const PnlRow& a, const PnlRow& b) { return abs(a.parts.total) > abs(b.parts.total); });
    return report;
}

} // namespace mahler::portfolio
