#include "market/chain.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "base/random.h"

namespace mahler::market {

namespace {

std::optional<Price> priceIf(bool has, std::int64_t micros) { return has ? std::optional(Price::fromMicros(micros)) : std::nullopt; }

std::optional<std::int64_t> countIf(bool has, std::int64_t count) { return has ? std::optional(count) : std::nullopt; }

std::int32_t clampSize(std::int64_t size) {
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(size, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

bool sameContract(const ChainBuilder::RawRow& a, const ChainBuilder::RawRow& b) {
    return a.group == b.group && a.strike == b.strike && a.right == b.right;
}

} // namespace

OptionContract OptionChain::contract(const ExpirySlice& expirySlice, std::size_t row) const {
    MAHLER_CHECK(row >= expirySlice.begin && row < expirySlice.end && row < size());
    return {expirySlice.root, underlying,        expirySlice.expiry,     Price::fromMicros(strike[row]),
            right[row],       expirySlice.style, expirySlice.settlement, expirySlice.multiplier};
}

OptionContract OptionChain::contract(std::size_t row) const {
    MAHLER_CHECK(row < size());
    const auto after = std::upper_bound(expiries.begin(), expiries.end(), row, [](std::size_t r, const ExpirySlice& s) { return r < s.end; });
    MAHLER_CHECK(after != expiries.end());
    return contract(*after, row);
}

Quote OptionChain::quote(std::size_t row) const {
    MAHLER_CHECK(row < size());
    Quote q;
    q.bid = priceIf(has(row, kHasBid), bid[row]);
    q.ask = priceIf(has(row, kHasAsk), ask[row]);
    q.last = priceIf(has(row, kHasLast), last[row]);
    q.bidSize = countIf(has(row, kHasBidSize), bidSize[row]);
    q.askSize = countIf(has(row, kHasAskSize), askSize[row]);
    q.volume = countIf(has(row, kHasVolume), volume[row]);
    q.openInterest = countIf(has(row, kHasOpenInterest), openInterest[row]);
    q.time = time;
    return q;
}

const ExpirySlice* OptionChain::slice(TradingDate expiry, const std::string& root) const {
    const auto found = std::lower_bound(expiries.begin(), expiries.end(), expiry, [&](const ExpirySlice& s, TradingDate date) {
        return s.expiry < date || (s.expiry == date && s.root < root);
    });
    if (found == expiries.end() || found->expiry != expiry || (!root.empty() && found->root != root)) return nullptr;
    return &*found;
}

std::optional<std::size_t> OptionChain::find(const OptionContract& wanted) const {
    const ExpirySlice* s = slice(wanted.expiry, wanted.root);
    if (!s) return std::nullopt;
    const auto from = strike.begin() + static_cast<std::ptrdiff_t>(s->begin);
    const auto to = strike.begin() + static_cast<std::ptrdiff_t>(s->end);
    auto row = static_cast<std::size_t>(std::lower_bound(from, to, wanted.strike.micros()) - strike.begin());
    for (; row < s->end && strike[row] == wanted.strike.micros(); ++row)
        if (right[row] == wanted.right) return row;
    return std::nullopt;
}

ChainBuilder::ChainBuilder(std::string underlying, UtcTime time, std::optional<Price> spot, std::string source)
    : m_underlying(std::move(underlying)), m_source(std::move(source)), m_time(time), m_spot(spot) {}

std::uint32_t ChainBuilder::group(const OptionContract& contract) {
    for (std::size_t i = m_groups.size(); i-- > 0;)
        if (m_groups[i].expiry == contract.expiry && m_groups[i].root == contract.root) return static_cast<std::uint32_t>(i);
    m_groups.push_back({contract.expiry, contract.root, contract.style, contract.settlement, contract.multiplier, contract.expiresAt(), 0, 0});
    return static_cast<std::uint32_t>(m_groups.size() - 1);
}

bool ChainBuilder::add(Row row) {
    RawRow raw;
    raw.group = group(row.contract);
    raw.right = row.contract.right;
    raw.strike = row.contract.strike.micros();
    const auto put = [&raw](RowFlag flag, const auto& value, auto& cell, auto convert) {
        if (value) {
            cell = convert(*value);
            raw.flags = static_cast<std::uint16_t>(raw.flags | flag);
        }
    };
    const auto micros = [](Price p) { return p.micros(); };
    const auto same = [](std::int64_t n) { return n; };
    const auto narrow = [](double v) { return static_cast<float>(v); };
    put(kHasBid, row.quote.bid, raw.bid, micros);
    put(kHasAsk, row.quote.ask, raw.ask, micros);
    put(kHasLast, row.quote.last, raw.last, micros);
    put(kHasBidSize, row.quote.bidSize, raw.bidSize, clampSize);
    put(kHasAskSize, row.quote.askSize, raw.askSize, clampSize);
    put(kHasVolume, row.quote.volume, raw.volume, same);
    put(kHasOpenInterest, row.quote.openInterest, raw.openInterest, same);
    put(kHasVendorIv, row.vendorIv, raw.vendorIv, narrow);
    put(kHasVendorDelta, row.vendorDelta, raw.vendorDelta, narrow);
    if (row.quote.time != UtcTime{} && row.quote.time < m_time)
        raw.age = clampSize(std::chrono::duration_cast<std::chrono::seconds>(m_time - row.quote.time).count());
    return addRaw(raw);
}

std::size_t ChainBuilder::findSlot(const RawRow& row) const {
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot =
        mix64(static_cast<std::uint64_t>(row.strike) * 2 + static_cast<std::uint64_t>(row.right) + (std::uint64_t{row.group} << 48)) & mask;
    while (m_slots[slot] != 0 && !sameContract(m_rows[m_slots[slot] - 1], row)) slot = (slot + 1) & mask;
    return slot;
}

void ChainBuilder::grow() {
    m_slots.assign(std::max<std::size_t>(256, m_slots.size() * 2), 0);
    for (std::size_t i = 0; i < m_rows.size(); ++i) m_slots[findSlot(m_rows[i])] = static_cast<std::uint32_t>(i + 1);
}

bool ChainBuilder::addRaw(const RawRow& row) {
    MAHLER_CHECK(row.group < m_groups.size());
    if (m_slots.size() < 2 * (m_rows.size() + 1)) grow();
    const std::size_t slot = findSlot(row);
    if (m_slots[slot] != 0) return false;
    m_rows.push_back(row);
    m_slots[slot] = static_cast<std::uint32_t>(m_rows.size());
    return true;
}

std::shared_ptr<const OptionChain> ChainBuilder::build() && {
    // Order of the groups by expiry, then root; then of the rows by group, strike, right.
    std::vector<std::uint32_t> order(m_groups.size()), rank(m_groups.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
        return std::tie(m_groups[a].expiry, m_groups[a].root) < std::tie(m_groups[b].expiry, m_groups[b].root);
    });
    for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
    for (RawRow& row : m_rows) row.group = rank[row.group];
    const auto before = [](const RawRow& a, const RawRow& b) { return std::tie(a.group, a.strike, a.right) < std::tie(b.group, b.strike, b.right); };
    if (!std::is_sorted(m_rows.begin(), m_rows.end(), before)) std::sort(m_rows.begin(), m_rows.end(), before);

    auto chain = std::make_shared<OptionChain>();
    chain->underlying = std::move(m_underlying);
    chain->source = std::move(m_source);
    chain->time = m_time;
    chain->spot = m_spot;
    chain->delayMinutes = m_delayMinutes;
    const auto fill = [this](auto& column, auto member) {
        column.reserve(m_rows.size());
        for (const RawRow& row : m_rows) column.push_back(row.*member);
    };
    fill(chain->strike, &RawRow::strike);
    fill(chain->bid, &RawRow::bid);
    fill(chain->ask, &RawRow::ask);
    fill(chain->last, &RawRow::last);
    fill(chain->right, &RawRow::right);
    fill(chain->bidSize, &RawRow::bidSize);
    fill(chain->askSize, &RawRow::askSize);
    fill(chain->volume, &RawRow::volume);
    fill(chain->openInterest, &RawRow::openInterest);
    fill(chain->vendorIv, &RawRow::vendorIv);
    fill(chain->vendorDelta, &RawRow::vendorDelta);
    fill(chain->flags, &RawRow::flags);
    if (std::any_of(m_rows.begin(), m_rows.end(), [](const RawRow& row) { return row.age > 0; })) fill(chain->age, &RawRow::age);

    std::size_t at = 0;
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        ExpirySlice& s = m_groups[order[i]];
        s.begin = at;
        while (at < m_rows.size() && m_rows[at].group == i) ++at;
        s.end = at;
        if (s.end > s.begin) chain->expiries.push_back(std::move(s));
    }
    return chain;
}

} // namespace mahler::market
