#include "base/money.h"

#include <cmath>
#include <limits>

namespace mahler {

template <class Tag> Result<Micros<Tag>> Micros<Tag>::fromDouble(double value) {
    if (!std::isfinite(value) || std::abs(value) > 9e12) return badInput("amount is not a finite number within 9e12");
    return fromMicros(std::llround(value * static_cast<double>(kScale)));
}

template <class Tag> Result<Micros<Tag>> Micros<Tag>::parse(std::string_view text) {
    const std::string shown(text.substr(0, 40));
    std::size_t i = 0;
    bool negative = false;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
    std::int64_t whole = 0;
    std::size_t digits = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, ++digits) {
        if (whole > 900'000'000'000) return badInput("amount '" + shown + "' is too large");
        whole = whole * 10 + (text[i] - '0');
    }
    std::int64_t fraction = 0;
    if (i < text.size() && text[i] == '.') {
        ++i;
        std::int64_t unit = kScale / 10;
        for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, ++digits) {
            if (unit == 0 && text[i] != '0') return badInput("amount '" + shown + "' has more than six decimals");
            fraction += (text[i] - '0') * unit;
            unit /= 10;
        }
    }
    if (digits == 0 || i != text.size()) return badInput("'" + shown + "' is not a decimal number");
    const std::int64_t micros = whole * kScale + fraction;
    return fromMicros(negative ? -micros : micros);
}

template <class Tag> std::string Micros<Tag>::str() const {
    const bool negative = m_micros < 0;
    const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(m_micros) : static_cast<std::uint64_t>(m_micros);
    std::string fraction = std::to_string(magnitude % kScale);
    fraction.insert(0, 6 - fraction.size(), '0');
    while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
    return (negative ? "-" : "") + std::to_string(magnitude / kScale) + "." + fraction;
}

template class Micros<struct PriceTag>;
template class Micros<struct UsdTag>;

namespace {

/// `cents` as "$1,089" and ".12" where wanted.
std::string dollarText(std::int64_t cents, bool showCents) {
    const bool negative = cents < 0;
    const std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(cents) : static_cast<std::uint64_t>(cents);
    std::string whole = std::to_string(size / 100);
    for (std::size_t at = whole.size(); at > 3;) whole.insert(at -= 3, ",");
    const std::string rest = std::to_string(size % 100);
    return (negative ? "-$" : "$") + whole + (showCents ? "." + std::string(2 - rest.size(), '0') + rest : "");
}

/// Half away from zero.
std::int64_t roundedTo(std::int64_t micros, std::int64_t unit) { return (micros + (micros < 0 ? -unit : unit) / 2) / unit; }

} // namespace

std::string shownMoney(Usd amount) {
    const std::int64_t cents = roundedTo(amount.micros(), 10'000);
    if (cents > -10'000 && cents < 10'000) return dollarText(cents, true);
    return dollarText(roundedTo(amount.micros(), Usd::kScale) * 100, false);
}

std::string exactMoney(Usd amount) {
    const std::int64_t cents = roundedTo(amount.micros(), 10'000);
    return dollarText(cents, cents % 100 != 0);
}

static Result<std::int64_t> multiply(std::int64_t a, std::int64_t b) {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (a == kMax || b == kMax || a < -kMax || b < -kMax || (a != 0 && (b < 0 ? -b : b) > kMax / (a < 0 ? -a : a))) return badInput("money overflow");
    return a * b;
}

Result<Usd> notional(Price price, std::int64_t contracts, int multiplier) {
    const auto perPrice = multiply(contracts, multiplier);
    if (!perPrice) return perPrice.error();
    const auto total = multiply(price.micros(), *perPrice);
    if (!total) return total.error();
    return Usd::fromMicros(*total);
}

Result<Usd> times(Usd amount, std::int64_t factor) {
    const auto total = multiply(amount.micros(), factor);
    if (!total) return total.error();
    return Usd::fromMicros(*total);
}

Price TickRule::roundTo(Price price, bool up) const {
    const std::int64_t tick = (abs(price) < edge ? below : atOrAbove).micros();
    MAHLER_CHECK(tick > 0);
    std::int64_t quotient = price.micros() / tick;
    const std::int64_t remainder = price.micros() % tick;
    if (remainder > 0 && up) ++quotient;
    if (remainder < 0 && !up) --quotient;
    return Price::fromMicros(quotient * tick);
}

} // namespace mahler
