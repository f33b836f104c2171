#include "market/contract.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "market/exchange_calendar.h"

namespace mahler::market {

namespace {

constexpr Price kCent = Price::fromMicros(10'000);
constexpr Price kNickel = Price::fromMicros(50'000);
constexpr Price kDime = Price::fromMicros(100'000);
constexpr Price kThree = Price::fromMicros(3'000'000);

constexpr TickRule kPenny{kCent, kCent, kThree};
/// Penny Interval Program: 0.01 under 3.00, 0.05 from there on.
constexpr TickRule kPennyNickel{kCent, kNickel, kThree};
/// Cboe Rule 5.4 and Nasdaq ISE Options 3, Section 3: 0.05 under 3.00, 0.10 from there on.
constexpr TickRule kNickelDime{kNickel, kDime, kThree};

struct IndexClass {
    const char* root;
    const char* underlying;
    Settlement settlement;
    TickRule tick;
};

constexpr std::array<IndexClass, 9> kIndexClasses{{
    {"SPX", "SPX", Settlement::AmCash, kNickelDime},
    {"SPXW", "SPX", Settlement::PmCash, kNickelDime},
    {"XSP", "XSP", Settlement::PmCash, kPenny},
    {"NDX", "NDX", Settlement::AmCash, kNickelDime},
    {"NDXP", "NDX", Settlement::PmCash, kNickelDime},
    {"RUT", "RUT", Settlement::AmCash, kNickelDime},
    {"RUTW", "RUT", Settlement::PmCash, kNickelDime},
    {"VIX", "VIX", Settlement::AmCash, kPennyNickel},
    {"VIXW", "VIX", Settlement::AmCash, kPennyNickel},
}};

/// Traded in cents at every premium, by exception of the Penny Interval Program.
constexpr std::array<std::string_view, 3> kCentClasses{"SPY", "QQQ", "IWM"};

bool allDigits(std::string_view text) {
    for (const char c : text)
        if (c < '0' || c > '9') return false;
    return true;
}

bool validRoot(std::string_view root) {
    if (root.empty() || root.size() > 6 || (root.front() >= '0' && root.front() <= '9')) return false;
    for (const char c : root)
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.')) return false;
    return true;
}

int number(std::string_view digits) {
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
}

/// "261219P00445000"
std::string occTail(const OptionContract& c) {
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%02d%02u%02u%c%08lld", static_cast<int>(c.expiry.year()) % 100, static_cast<unsigned>(c.expiry.month()),
                  static_cast<unsigned>(c.expiry.day()), c.right == Right::Call ? 'C' : 'P', static_cast<long long>(c.strike.micros() / 1000));
    return buffer;
}

} // namespace

const char* toString(Right right) {
    switch (right) {
    case Right::Call: return "call";
    case Right::Put: return "put";
    }
    return "";
}

const char* toString(ExerciseStyle style) {
    switch (style) {
    case ExerciseStyle::American: return "american";
    case ExerciseStyle::European: return "european";
    }
    return "";
}

const char* toString(Settlement settlement) {
    switch (settlement) {
    case Settlement::PmPhysical: return "pm-physical";
    case Settlement::PmCash: return "pm-cash";
    case Settlement::AmCash: return "am-cash";
    }
    return "";
}

ClassSpec classSpec(std::string_view root) {
    for (const IndexClass& known : kIndexClasses)
        if (root == known.root) return {known.root, known.underlying, ExerciseStyle::European, known.settlement, 100, known.tick};
    const bool cents = std::find(kCentClasses.begin(), kCentClasses.end(), root) != kCentClasses.end();
    return {std::string(root), std::string(root), ExerciseStyle::American, Settlement::PmPhysical, 100, cents ? kPenny : kPennyNickel};
}

std::string OptionContract::id() const { return root + occTail(*this); }

std::string OptionContract::occ() const {
    std::string text = root;
    text.resize(6, ' ');
    return text + occTail(*this);
}

std::string OptionContract::label() const {
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    MAHLER_CHECK(expiry.ok());
    char date[32];
    std::snprintf(date, sizeof date, "%u-%s-%02d", static_cast<unsigned>(expiry.day()), kMonths[static_cast<unsigned>(expiry.month()) - 1],
                  static_cast<int>(expiry.year()) % 100);
    std::string amount = strike.str();
    while (amount.back() == '0') amount.pop_back();
    if (amount.back() == '.') amount.pop_back();
    return root + " " + date + " " + amount + " " + toString(right);
}

UtcTime OptionContract::expiresAt() const {
    // A Saturday expiry (before 2015) or one on a holiday ends with the session before it.
    const TradingDate last = isTradingDay(expiry) ? expiry : priorTradingDay(expiry);
    switch (settlement) {
    case Settlement::AmCash: return sessionOpen(last);
    case Settlement::PmCash:
    case Settlement::PmPhysical: return sessionClose(last);
    }
    return sessionClose(last);
}

Result<OptionContract> OptionContract::parse(std::string_view occ) {
    const Error wrong = badInput("'" + std::string(occ.substr(0, 40)) + "' is not an OCC option symbol");
    if (occ.size() < 16 || occ.size() > 21) return wrong;
    const std::string_view tail = occ.substr(occ.size() - 15);
    std::string_view root = occ.substr(0, occ.size() - 15);
    if (occ.size() == 21)
        while (!root.empty() && root.back() == ' ') root.remove_suffix(1);
    const char side = tail[6];
    if (!validRoot(root) || !allDigits(tail.substr(0, 6)) || !allDigits(tail.substr(7)) || (side != 'C' && side != 'P')) return wrong;
    const TradingDate expiry{std::chrono::year{2000 + number(tail.substr(0, 2))},
                             std::chrono::month{static_cast<unsigned>(number(tail.substr(2, 2)))},
                             std::chrono::day{static_cast<unsigned>(number(tail.substr(4, 2)))}};
    const std::int64_t thousandths = number(tail.substr(7));
    if (!expiry.ok() || thousandths == 0) return wrong;
    return make(root, expiry, Price::fromMicros(thousandths * 1000), side == 'C' ? Right::Call : Right::Put);
}

OptionContract OptionContract::make(std::string_view root, TradingDate expiry, Price strike, Right right) {
    ClassSpec spec = classSpec(root);
    return {std::move(spec.root), std::move(spec.underlying), expiry, strike, right, spec.style, spec.settlement, spec.multiplier};
}

} // namespace mahler::market
