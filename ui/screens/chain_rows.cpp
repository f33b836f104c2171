#include "ui/screens/chain_rows.h"

#include <cmath>

#include "pricing/contract_facts.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

QString rightWord(market::Right right) {
    switch (right) {
    case market::Right::Call: return ChainModel::tr("call");
    case market::Right::Put: return ChainModel::tr("put");
    }
    return {};
}

QString signedCount(std::int64_t n) { return format::signedNumber(static_cast<double>(n), 0); }

/// The greeks of a row as they are shown, or absent.
struct ShownGreeks {
    std::optional<double> delta, gamma, thetaPerDay, vegaPerPoint, rhoPerPercent;
    ShownGreeks(const pricing::PricedChain& priced, std::size_t r) {
        if (!priced.hasGreeks[r]) return;
        delta = priced.delta[r];
        gamma = priced.gamma[r];
        thetaPerDay = priced.theta[r] / 365;
        vegaPerPoint = priced.vega[r] / 100;
        rhoPerPercent = priced.rho[r] / 100;
    }
};

/// The cells of one contract.
void fillSide(GridRow& row, const ChainShown& shown, std::size_t r) {
    using namespace chaingrid;
    const auto& priced = *shown.chain;
    const auto& chain = *priced.chain;
    const Side side = chain.right[r] == market::Right::Call ? kCall : kPut;
    const auto quote = chain.quote(r);
    const auto mark = shown.mark(r);
    const bool itm = shown.isItm(r);
    const auto put = [&](int field, QString text, QVariant sort, Tone tone, QString tip = {}) {
        Cell cell{std::move(text), std::move(sort), tone, shown.fresh, std::move(tip)};
        cell.tinted = itm;
        row.cells[static_cast<std::size_t>(columnOf(side, field))] = std::move(cell);
    };
    const auto number = [&](int field, const std::optional<double>& value, int decimals, Tone tone = Tone::Dim) {
        put(field, format::number(value, decimals), value ? QVariant(*value) : QVariant(), tone);
    };
    const auto counted = [&](int field, const std::optional<std::int64_t>& value) {
        put(field, format::count(value), value ? QVariant(static_cast<qlonglong>(*value)) : QVariant(), Tone::Dim);
    };
    const auto priceOf = [&](int field, const std::optional<Price>& value, Tone tone, QString tip) {
        put(field, format::price(value), value ? QVariant(value->toDouble()) : QVariant(), tone, std::move(tip));
    };
    put(kPos, mark.held == 0 ? QString() : signedCount(mark.held), static_cast<qlonglong>(mark.held), Tone::Strong);
    priceOf(kBid, quote.bid, mark.staged < 0 ? Tone::Strong : Tone::Plain, ChainModel::tr("bid, %1 contracts").arg(format::count(quote.bidSize)));
    priceOf(kAsk, quote.ask, mark.staged > 0 ? Tone::Strong : Tone::Plain, ChainModel::tr("ask, %1 contracts").arg(format::count(quote.askSize)));
    if (quote.crossed())
        put(kMid, QStringLiteral("⨯"), {}, Tone::Warn, ChainModel::tr("crossed: bid above ask"));
    else
        priceOf(kMid, quote.mid(), Tone::Strong, {});
    counted(kBidSize, quote.bidSize);
    counted(kAskSize, quote.askSize);
    counted(kVol, quote.volume);
    counted(kOi, quote.openInterest);
    const auto spread = pricing::spreadFraction(quote);
    put(kSpread, format::percent(spread, 1), spread ? QVariant(*spread) : QVariant(), Tone::Dim);
    const bool ivOk = priced.ivStatus[r] == pricing::IvStatus::Ok;
    put(kIv, ivOk ? format::percent(priced.iv[r]) : format::dash(), ivOk ? QVariant(priced.iv[r]) : QVariant(), Tone::Plain,
        ivReason(priced.ivStatus[r], pricing::shortfallCents(priced, shown.expiry, r)));
    const ShownGreeks greeks(priced, r);
    number(kDelta, greeks.delta, 2, Tone::Plain);
    number(kGamma, greeks.gamma, 4);
    number(kTheta, greeks.thetaPerDay, 2);
    number(kVega, greeks.vegaPerPoint, 2);
    const auto otm = pricing::probabilityOtm(priced, shown.expiry, r);
    put(kOtm, format::percent(otm, 0), otm ? QVariant(*otm) : QVariant(), Tone::Dim);
    const auto theo = priced.hasTheo[r] ? std::optional(priced.theo[r]) : std::nullopt;
    number(kTheo, theo, 2);
    if (theo && quote.mid()) {
        const double edge = quote.mid()->toDouble() - *theo;
        put(kEdge, format::signedNumber(edge, 2), edge, edge > 0.005 ? Tone::Gain : edge < -0.005 ? Tone::Loss : Tone::Dim);
    } else {
        put(kEdge, format::dash(), {}, Tone::Dim);
    }
}

/// "+1 •" of one side of a strike, and the same in words.
struct MarkText {
    QString left, right, words;
    void add(const ChainMark& mark, market::Right right_) {
        QStringList signs;
        if (!mark.opportunity.isEmpty()) {
            signs << QStringLiteral("•");
            words += QLatin1Char('\n') + ChainModel::tr("• the %1 is a leg of an opportunity: %2").arg(rightWord(right_), mark.opportunity);
        }
        if (mark.staged != 0) {
            signs << signedCount(mark.staged);
            words += QLatin1Char('\n') + (mark.staged > 0 ? ChainModel::tr("%1 staged: buy the %2") : ChainModel::tr("%1 staged: sell the %2"))
                                             .arg(signedCount(mark.staged), rightWord(right_));
        }
        if (mark.held != 0) words += QLatin1Char('\n') + ChainModel::tr("own position: %1 of the %2").arg(signedCount(mark.held), rightWord(right_));
        (right_ == market::Right::Call ? left : right) = signs.join(QLatin1Char(' '));
    }
};

QString strikeMeaning(double strike, double spot, bool beyond) {
    return (beyond ? ChainModel::tr("strike %1, %2 from spot, beyond one expected move") : ChainModel::tr("strike %1, %2 from spot"))
        .arg(format::number(strike, 2), format::signedPercent(strike / spot - 1, 1));
}

} // namespace

namespace chaingrid {

int columnOf(Side side, int field) {
    if (side == kCall) return field;
    switch (field) { // what a bid stands beside stays at its left
    case kBid: field = kAsk; break;
    case kAsk: field = kBid; break;
    case kBidSize: field = kAskSize; break;
    case kAskSize: field = kBidSize; break;
    default: break;
    }
    return kStrikeColumn + kFieldCount - field;
}

Side sideOf(int column) { return column < kStrikeColumn ? kCall : kPut; }

Preset nextPreset(Preset preset) {
    switch (preset) {
    case Preset::Fitting: return Preset::Quotes;
    case Preset::Quotes: return Preset::Greeks;
    case Preset::Greeks: return Preset::Everything;
    case Preset::Everything: return Preset::Fitting;
    }
    return Preset::Fitting;
}

QString presetName(Preset preset) {
    switch (preset) {
    case Preset::Fitting: return ChainModel::tr("as many as fit");
    case Preset::Quotes: return ChainModel::tr("quotes");
    case Preset::Greeks: return ChainModel::tr("Greeks");
    case Preset::Everything: return ChainModel::tr("everything");
    }
    return {};
}

FieldSet shownFields(Preset preset, const std::vector<GridColumn>& columns, int width) {
    const auto with = [](std::initializer_list<int> more) {
        FieldSet set;
        for (const int f : {kPos, kIv, kDelta, kBid, kMid, kAsk}) set.set(static_cast<std::size_t>(f));
        for (const int f : more) set.set(static_cast<std::size_t>(f));
        return set;
    };
    const auto widthOf = [&](const FieldSet& set) {
        int sum = columns[kStrikeColumn].width;
        for (std::size_t f = 0; f < set.size(); ++f) sum += set[f] ? 2 * columns[f].width : 0;
        return sum;
    };
    switch (preset) {
    case Preset::Fitting: {
        for (const FieldSet& set : {FieldSet().set(), with({kVol, kOi, kTheo, kEdge, kGamma, kTheta, kVega})})
            if (widthOf(set) * kLeastScale <= width) return set;
        return with({kVol, kOi});
    }
    case Preset::Quotes: return with({kVol, kOi, kSpread, kBidSize, kAskSize});
    case Preset::Greeks: return with({kTheo, kEdge, kOtm, kGamma, kTheta, kVega});
    case Preset::Everything: return FieldSet().set();
    }
    return {};
}

QString ivReason(pricing::IvStatus status, std::optional<double> shortfallCents) {
    switch (status) {
    case pricing::IvStatus::Ok: return {};
    case pricing::IvStatus::NoQuote: return ChainModel::tr("no two-sided quote");
    case pricing::IvStatus::BelowIntrinsic:
        return shortfallCents ? ChainModel::tr("the mid is %1 cents below the least it can be worth: a stale or wide quote")
                                    .arg(format::number(*shortfallCents, 1))
                              : ChainModel::tr("quoted below the least it can be worth: a stale or wide quote");
    case pricing::IvStatus::AboveMaximum: return ChainModel::tr("quoted above any model value");
    case pricing::IvStatus::ExerciseRegion: return ChainModel::tr("worth exactly its exercise value: no unique volatility");
    case pricing::IvStatus::BelowMinimum: return ChainModel::tr("too little time value to tell");
    case pricing::IvStatus::Expired: return ChainModel::tr("expired");
    case pricing::IvStatus::BadInput: return ChainModel::tr("inputs are missing");
    case pricing::IvStatus::NoConvergence: return ChainModel::tr("not solved");
    }
    return {};
}

std::vector<GridColumn> columns() {
    struct Head {
        QString title, tip;
        int width;
    };
    const Head heads[kFieldCount] = {
        {ChainModel::tr("Pos"), ChainModel::tr("own contracts, signed"), 38},
        {ChainModel::tr("Gamma"), ChainModel::tr("change of delta per 1.00 of underlying"), 58},
        {ChainModel::tr("Theta"), ChainModel::tr("dollars per share and calendar day: a year's theta / 365 (ACT/365), weekends and holidays counted"),
         48},
        {ChainModel::tr("Vega"), ChainModel::tr("dollars per share and volatility point"), 44},
        {ChainModel::tr("Edge"), ChainModel::tr("mid less theoretical value, dollars per share"), 48},
        {ChainModel::tr("Theo"), ChainModel::tr("model value at the fitted smile, dollars per share"), 50},
        {ChainModel::tr("P(OTM)"), ChainModel::tr("chance to end out of the money, the market's own (risk-neutral, lognormal at this volatility)"),
         56},
        {ChainModel::tr("Vol"), ChainModel::tr("contracts traded today"), 52},
        {ChainModel::tr("OI"), ChainModel::tr("open interest, contracts"), 54},
        {ChainModel::tr("Sprd"), ChainModel::tr("ask less bid, per cent of the mid"), 46},
        {ChainModel::tr("IV"), ChainModel::tr("implied volatility of the mid, per cent a year, ACT/365"), 48},
        {ChainModel::tr("Delta"), ChainModel::tr("per unit of underlying"), 46},
        {ChainModel::tr("BSz"), ChainModel::tr("contracts at the bid"), 42},
        {ChainModel::tr("Bid"), ChainModel::tr("dollars per share"), 52},
        {ChainModel::tr("Mid"), ChainModel::tr("middle of bid and ask, dollars per share"), 56},
        {ChainModel::tr("Ask"), ChainModel::tr("dollars per share"), 52},
        {ChainModel::tr("ASz"), ChainModel::tr("contracts at the ask"), 42}};
    std::vector<GridColumn> out(kColumns);
    for (int f = 0; f < kFieldCount; ++f) {
        out[static_cast<std::size_t>(columnOf(kCall, f))] = {heads[f].title, ChainModel::tr("Calls: %1").arg(heads[f].tip), heads[f].width};
        out[static_cast<std::size_t>(columnOf(kPut, f))] = {heads[f].title, ChainModel::tr("Puts: %1").arg(heads[f].tip), heads[f].width};
    }
    out[kStrikeColumn] = {
        ChainModel::tr("Strike"),
        ChainModel::tr(
            "exercise price\n+1 or −1: staged, calls at the left, puts at the right\n•: leg of an opportunity\ntinted cells: in the money"),
        78, Qt::AlignCenter};
    return out;
}

} // namespace chaingrid

ChainShown ChainShown::of(const ChainPtr& chain, std::size_t expiry) {
    ChainShown shown;
    shown.chain = chain;
    shown.expiry = expiry;
    const auto& options = *chain->chain;
    const auto& slice = options.expiries[expiry];
    double nearest = 1e18;
    for (std::size_t r = slice.begin; r < slice.end; ++r) { // sorted by strike
        if (!shown.strikes.empty() && options.strike[r] == shown.strikes.back()) continue;
        if (const double away = std::abs(static_cast<double>(options.strike[r]) / 1e6 - chain->spot); chain->spot > 0 && away < nearest) {
            nearest = away;
            shown.atm = static_cast<int>(shown.strikes.size());
        }
        shown.strikes.push_back(options.strike[r]);
        shown.first.push_back(r);
    }
    return shown;
}

std::optional<std::size_t> ChainShown::contractRow(int index, market::Right right) const {
    if (index < 0 || index >= static_cast<int>(strikes.size())) return std::nullopt;
    const auto at = static_cast<std::size_t>(index);
    const auto& options = *chain->chain;
    for (std::size_t r = first[at]; r < options.expiries[expiry].end && options.strike[r] == strikes[at]; ++r)
        if (options.right[r] == right) return r;
    return std::nullopt;
}

ChainMark ChainShown::mark(std::size_t row) const {
    const auto found = marks.find({chain->chain->strike[row], chain->chain->right[row]});
    return found == marks.end() ? ChainMark{} : found->second;
}

bool ChainShown::isItm(std::size_t row) const {
    if (!(chain->spot > 0)) return false; // before the open nobody knows
    const double strike = static_cast<double>(chain->chain->strike[row]) / 1e6;
    return chain->chain->right[row] == market::Right::Call ? strike < chain->spot : strike > chain->spot;
}

GridRow ChainShown::row(int index) const {
    const std::int64_t strike = strikes[static_cast<std::size_t>(index)];
    GridRow row;
    row.cells.resize(chaingrid::kColumns);
    row.key = QString::number(strike);
    row.marked = index == atm;
    MarkText marked;
    for (const auto right : {market::Right::Call, market::Right::Put})
        if (const auto r = contractRow(index, right)) {
            fillSide(row, *this, *r);
            marked.add(mark(*r), right);
        }
    const double k = static_cast<double>(strike) / 1e6;
    const auto& priced = chain->expiries[expiry];
    const double move = priced.expectedMove.value_or(0);
    const bool beyond = move > 0 && std::abs(k - priced.forward) > move;
    auto& cell = row.cells[chaingrid::kStrikeColumn];
    cell.text = QStringLiteral("%1 %2 %3").arg(marked.left, format::number(k, strike % 1'000'000 == 0 ? 0 : 2), marked.right).trimmed();
    cell.sort = k;
    cell.tone = beyond ? Tone::Dim : Tone::Strong;
    cell.freshness = fresh;
    cell.tooltip = strikeMeaning(k, chain->spot, beyond) + marked.words;
    return row;
}

QVariant ChainModel::data(const QModelIndex& index, int role) const {
    const QVariant base = GridModel::data(index, role);
    const GridRow* line = role == Qt::AccessibleTextRole ? row(index.row()) : nullptr;
    if (!line || line->cells.empty()) return base;
    // The first cell names the rows of other grids; here the strike does, and the side is half of the name.
    const QString strike = format::number(line->cells[chaingrid::kStrikeColumn].sort.toDouble(), 2),
                  rest = base.toString().mid(line->cells.front().text.size());
    if (index.column() == chaingrid::kStrikeColumn) return strike + rest;
    return rightWord(chaingrid::sideOf(index.column()) == chaingrid::kCall ? market::Right::Call : market::Right::Put) + QLatin1Char(' ') + strike +
           rest;
}

QList<QPair<QString, QString>> contractFacts(const ChainShown& shown, std::size_t row) {
    const auto& priced = *shown.chain;
    const auto& options = *priced.chain;
    const auto quote = options.quote(row);
    const auto mark = shown.mark(row);
    const ShownGreeks greeks(priced, row);
    const auto least = pricing::leastValue(priced, shown.expiry, row);
    const QString reason = chaingrid::ivReason(priced.ivStatus[row], pricing::shortfallCents(priced, shown.expiry, row));
    const auto theo = priced.hasTheo[row] ? std::optional(priced.theo[row]) : std::nullopt;
    const auto edge = theo && quote.mid() ? std::optional(quote.mid()->toDouble() - *theo) : std::nullopt;
    const auto sized = [](const std::optional<Price>& price, const std::optional<std::int64_t>& size) {
        return ChainModel::tr("%1 × %2 contracts").arg(format::price(price), format::count(size));
    };
    QList<QPair<QString, QString>> out = {
        {ChainModel::tr("Bid"), sized(quote.bid, quote.bidSize)},
        {ChainModel::tr("Ask"), sized(quote.ask, quote.askSize)},
        {ChainModel::tr("Mid"), quote.crossed() ? ChainModel::tr("none: crossed, bid above ask") : format::price(quote.mid())},
        {ChainModel::tr("Spread"),
         ChainModel::tr("%1, %2 of the mid").arg(format::price(quote.width()), format::percent(pricing::spreadFraction(quote)))},
        {ChainModel::tr("Last trade"), format::price(quote.last)},
        {ChainModel::tr("Volume today"), ChainModel::tr("%1 contracts").arg(format::count(quote.volume))},
        {ChainModel::tr("Open interest"), ChainModel::tr("%1 contracts").arg(format::count(quote.openInterest))},
        {ChainModel::tr("Implied volatility"), reason.isEmpty() ? ChainModel::tr("%1 a year, of the mid").arg(format::percent(priced.iv[row]))
                                                                : ChainModel::tr("%1  (%2)").arg(format::dash(), reason)},
        {ChainModel::tr("Volatility of the Greeks"),
         priced.markVol[row] > 0 ? ChainModel::tr("%1 a year").arg(format::percent(priced.markVol[row])) : format::dash()},
        {ChainModel::tr("Delta"), format::signedNumber(greeks.delta, 4)},
        {ChainModel::tr("Gamma"), ChainModel::tr("%1 per 1.00 of underlying").arg(format::number(greeks.gamma, 4))},
        {ChainModel::tr("Theta"), ChainModel::tr("%1 dollars per share and calendar day, ACT/365").arg(format::signedNumber(greeks.thetaPerDay, 3))},
        {ChainModel::tr("Vega"), ChainModel::tr("%1 dollars per share and volatility point").arg(format::signedNumber(greeks.vegaPerPoint, 3))},
        {ChainModel::tr("Rho"), ChainModel::tr("%1 dollars per share and 1% of rate").arg(format::signedNumber(greeks.rhoPerPercent, 3))},
        {ChainModel::tr("Theoretical value"),
         ChainModel::tr("%1 at the fitted smile, edge %2").arg(format::number(theo, 2), format::signedNumber(edge, 2))},
        {ChainModel::tr("Chance to end out of the money"),
         ChainModel::tr("%1, risk-neutral").arg(format::percent(pricing::probabilityOtm(priced, shown.expiry, row)))},
        {ChainModel::tr("Least it can be worth"), format::number(least, 2)},
        {ChainModel::tr("In the money"), shown.isItm(row) ? ChainModel::tr("yes") : ChainModel::tr("no")},
        {ChainModel::tr("Own position"), mark.held == 0 ? ChainModel::tr("none") : ChainModel::tr("%1 contracts").arg(signedCount(mark.held))},
        {ChainModel::tr("Staged"), mark.staged == 0  ? ChainModel::tr("no")
                                   : mark.staged > 0 ? ChainModel::tr("buy %1 a unit").arg(signedCount(mark.staged))
                                                     : ChainModel::tr("sell %1 a unit").arg(signedCount(mark.staged))},
        {ChainModel::tr("Opportunity"), mark.opportunity.isEmpty() ? ChainModel::tr("none") : mark.opportunity},
        {ChainModel::tr("Quoted"), ChainModel::tr("%1 ET").arg(format::timeNewYork(options.time))},
        {ChainModel::tr("Source"), format::text(options.source)},
    };
    return out;
}

} // namespace mahler::ui
