#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>

#include "agents/deliberation.h"
#include "agents/number_words.h"
#include "base/text_file.h"
#include "base/time.h"
#include "market/exchange_calendar.h"

namespace mahler::agents {

namespace {

struct NumberToken {
    std::size_t begin = 0, end = 0; ///< in the cleaned text
    double value = 0;
    int decimals = 0;
    bool date = false;  ///< "2026-12-31": one claim, which no number can back
    bool clock = false; ///< "08:30": likewise; a time of day, by a word it stands in or by the time of the fact whose number it dates
    bool claimed = false;
};

struct Citation {
    std::size_t at = 0; ///< position in the cleaned text where the bracket stood
    std::string id;
};

constexpr std::size_t kReach = 28; ///< characters from a number's end to the bracket that cites for it

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// A day as formatDate writes it at `at`, with nothing that could make it part of something longer.
bool isDateAt(const std::string& text, std::size_t at) {
    constexpr std::size_t kLength = 10;
    const auto joins = [&](std::size_t i) {
        return std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '-' || text[i] == '.' || text[i] == ',';
    };
    if (at + kLength > text.size() || (at > 0 && joins(at - 1))) return false;
    const std::size_t end = at + kLength; // a full stop or a comma may end the sentence
    if (end < text.size() && joins(end) &&
        (isDigit(text[end]) || std::isalpha(static_cast<unsigned char>(text[end])) || (end + 1 < text.size() && isDigit(text[end + 1]))))
        return false;
    const auto day = parseDate(text.substr(at, kLength));
    return day && formatDate(*day) == text.substr(at, kLength);
}

/// A time of day at `at`, "8:30", "08:30" or "08:30:15", with nothing that could make it part of something longer. @return its length, or 0.
std::size_t clockLengthAt(const std::string& text, std::size_t at) {
    const auto digit = [&](std::size_t i) { return i < text.size() && isDigit(text[i]); };
    const auto joins = [&](std::size_t i) {
        return std::isalnum(static_cast<unsigned char>(text[i])) || std::string_view(":.,-+/%$").find(text[i]) != std::string_view::npos;
    };
    if (at > 0 && joins(at - 1)) return 0;
    const std::size_t hours = digit(at + 1) ? 2 : 1;
    if (std::stoi(text.substr(at, hours)) > 23) return 0;
    std::size_t end = at + hours;
    const auto sixtieth = [&] {
        if (end + 2 >= text.size() || text[end] != ':' || text[end + 1] < '0' || text[end + 1] > '5' || !digit(end + 2)) return false;
        end += 3;
        return true;
    };
    if (!sixtieth()) return 0;
    sixtieth();
    if (end >= text.size()) return end - at;
    const char next = text[end];
    const bool endsSentence = (next == '.' || next == ',' || next == ':') && !digit(end + 1); // a stop or a comma may end the sentence
    const bool utc = next == 'Z' && (end + 1 == text.size() || !std::isalnum(static_cast<unsigned char>(text[end + 1])));
    return joins(end) && !endsSentence && !utc ? 0 : end - at;
}

/// Whether a fact is of this time of day: to the minute, or the second when it is written; in New York unless UTC stands behind it.
bool isTimeOf(const std::string& written, const std::string& after, UtcTime time) {
    const bool utc = after.starts_with(" UTC") || after.starts_with("Z");
    const auto seconds =
        utc ? static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(time - std::chrono::floor<std::chrono::days>(time)).count())
            : market::toNewYork(time).secondsOfDay;
    const std::string text = written.size() % 3 == 1 ? "0" + written : written; // "8:30"
    const int minutes = std::stoi(text.substr(0, 2)) * 60 + std::stoi(text.substr(3, 2));
    return seconds / 60 == minutes && (text.size() < 8 || seconds % 60 == std::stoi(text.substr(6, 2)));
}

/// Whether the words between a fact's number and a clock, or those before the clock, make it the time of that number: nothing but its
/// unit and "at" or "as of" stand there. Every fact has a time; a clock that merely equals it is no claim about it.
bool isTimeWord(std::string between, const std::string& unit) {
    const auto trim = [&] {
        const auto from = between.find_first_not_of(" ,("), to = between.find_last_not_of(' ');
        between = from == std::string::npos ? std::string() : between.substr(from, to - from + 1);
    };
    std::transform(between.begin(), between.end(), between.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    trim();
    if (!unit.empty() && between.starts_with(unit)) {
        between.erase(0, unit.size());
        trim();
    }
    return between == "at" || between == "as of" || between == "quoted at";
}
bool saysAsOf(const std::string& text, std::size_t clock) {
    constexpr std::string_view kAsOf = "as of ";
    if (clock < kAsOf.size()) return false;
    std::string before = text.substr(clock - kAsOf.size(), kAsOf.size());
    before.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(before.front())));
    return before == kAsOf;
}

/// Every run of digits is a number, wherever it stands: "30-day" and "Q3" too. Thousands may be grouped with commas. A date and a time of
/// day are one each. So is a number in words (ADR 0017).
std::vector<NumberToken> findNumbers(const std::string& text) {
    std::vector<NumberToken> out;
    for (std::size_t i = 0; i < text.size();) {
        if (!isDigit(text[i])) {
            ++i;
            continue;
        }
        NumberToken token;
        token.begin = i;
        if (isDateAt(text, i)) {
            token.end = i += 10;
            token.date = true;
            std::string digits = text.substr(token.begin, 10);
            std::erase(digits, '-');
            token.value = parseNumber(digits).value_or(std::nan(""));
            out.push_back(token);
            continue;
        }
        if (const auto length = clockLengthAt(text, i); length > 0) {
            token.end = i += length;
            token.clock = true;
            std::string digits = text.substr(token.begin, length);
            std::erase(digits, ':');
            token.value = parseNumber(digits).value_or(std::nan(""));
            out.push_back(token);
            continue;
        }
        std::string digits;
        while (i < text.size() && (isDigit(text[i]) ||
                                   (text[i] == ',' && i + 3 < text.size() && isDigit(text[i + 1]) && isDigit(text[i + 2]) && isDigit(text[i + 3])))) {
            if (text[i] != ',') digits.push_back(text[i]);
            ++i;
        }
        if (i + 1 < text.size() && text[i] == '.' && isDigit(text[i + 1])) {
            digits.push_back(text[i++]);
            while (i < text.size() && isDigit(text[i])) {
                digits.push_back(text[i++]);
                ++token.decimals;
            }
        }
        token.end = i;
        token.value = parseNumber(digits).value_or(std::nan(""));
        const bool minus =
            token.begin > 0 && text[token.begin - 1] == '-' && (token.begin == 1 || !std::isalnum(static_cast<unsigned char>(text[token.begin - 2])));
        const bool unicodeMinus = token.begin >= 3 && text.compare(token.begin - 3, 3, "\xE2\x88\x92") == 0;
        if (minus || unicodeMinus) {
            token.begin -= minus ? 1 : 3;
            token.value = -token.value;
        }
        out.push_back(token);
    }
    for (const auto& word : findNumberWords(text)) {
        NumberToken token;
        token.begin = word.begin;
        token.end = word.end;
        token.value = word.value;
        token.decimals = word.decimals;
        out.push_back(token);
    }
    std::sort(out.begin(), out.end(), [](const NumberToken& a, const NumberToken& b) { return a.begin < b.begin; });
    return out;
}

bool matches(double stated, int decimals, double actual) { return std::abs(stated - actual) <= 0.5 * std::pow(10.0, -decimals) * (1 + 1e-9) + 1e-12; }

std::optional<double> factNumber(const FactTable& facts, const std::string& id) {
    const auto it = facts.find(FactId(id));
    return it == facts.end() ? std::nullopt : it->second.number;
}

/// "=a-b", "=a+b", "=a*b" or "=a/b" over two facts, "=-a" for one said without its sign ("below by"); ids hold no operator signs but the dot
/// and underscore.
std::optional<double> derived(const FactTable& facts, const std::string& expression) {
    if (expression.starts_with("=-")) {
        const auto a = factNumber(facts, expression.substr(2));
        return a ? std::optional(-*a) : std::nullopt;
    }
    const auto at = expression.find_first_of("+-*/", 1);
    if (at == std::string::npos) return std::nullopt;
    const auto a = factNumber(facts, expression.substr(1, at - 1));
    const auto b = factNumber(facts, expression.substr(at + 1));
    if (!a || !b) return std::nullopt;
    switch (expression[at]) {
    case '+': return *a + *b;
    case '-': return *a - *b;
    case '*': return *a * *b;
    default: return *b == 0 ? std::nullopt : std::optional(*a / *b);
    }
}

bool looksLikeId(const std::string& id) {
    if (id.empty() || id.size() > 80) return false;
    for (const char c : id)
        if (!std::isalnum(static_cast<unsigned char>(c)) && std::string("._=+-*/").find(c) == std::string::npos) return false;
    return true;
}

} // namespace

CheckedText checkClaims(const std::string& textWithCitations, const FactTable& facts) {
    CheckedText out;
    std::vector<Citation> citations;
    for (std::size_t i = 0; i < textWithCitations.size(); ++i) {
        const std::size_t close = textWithCitations[i] == '[' ? textWithCitations.find(']', i) : std::string::npos;
        const std::string id = close == std::string::npos ? "" : textWithCitations.substr(i + 1, close - i - 1);
        if (!looksLikeId(id)) {
            out.text.push_back(textWithCitations[i]);
            continue;
        }
        if (!out.text.empty() && out.text.back() == ' ') out.text.pop_back();
        citations.push_back({out.text.size(), id});
        i = close;
    }
    auto numbers = findNumbers(out.text);
    for (const auto& citation : citations) {
        const auto fact = facts.find(FactId(citation.id));
        if (fact != facts.end() && !fact->second.number) {
            // A word: it must stand right before the bracket; the digits in it (a date) are then backed by it.
            const std::string& word = fact->second.word;
            if (citation.at < word.size() || out.text.compare(citation.at - word.size(), word.size(), word) != 0) continue;
            for (auto& n : numbers)
                if (n.end <= citation.at && n.begin >= citation.at - word.size() && !n.claimed) {
                    n.claimed = true;
                    out.claims.push_back({out.text.substr(n.begin, n.end - n.begin), n.begin, fact->first, n.value, n.value, ClaimStatus::Verified});
                }
            continue;
        }
        NumberToken* nearest = nullptr;
        for (auto& n : numbers)
            if (n.end <= citation.at && citation.at - n.end <= kReach && !n.claimed && !n.clock) nearest = &n;
        if (!nearest) continue;
        nearest->claimed = true;
        Claim claim{out.text.substr(nearest->begin, nearest->end - nearest->begin),
                    nearest->begin,
                    FactId(citation.id),
                    nearest->value,
                    {},
                    ClaimStatus::Struck};
        const bool expression = citation.id.front() == '=';
        claim.actual = expression ? derived(facts, citation.id) : factNumber(facts, citation.id);
        if (claim.actual && !nearest->date && matches(claim.stated, nearest->decimals, *claim.actual))
            claim.status = expression ? ClaimStatus::Derived : ClaimStatus::Verified;
        // The time of a number that is the fact's, and is said to be its time.
        if (fact != facts.end() && claim.status == ClaimStatus::Verified)
            for (auto& n : numbers) {
                if (!n.clock || n.claimed || n.end > citation.at || citation.at - n.end > kReach) continue;
                const bool follows = n.begin >= nearest->end && isTimeWord(out.text.substr(nearest->end, n.begin - nearest->end), fact->second.unit);
                const std::string written = out.text.substr(n.begin, n.end - n.begin);
                if (!(follows || saysAsOf(out.text, n.begin)) || !isTimeOf(written, out.text.substr(n.end, 4), fact->second.time)) continue;
                n.claimed = true;
                out.claims.push_back({written, n.begin, fact->first, n.value, n.value, ClaimStatus::Verified});
            }
        out.claims.push_back(std::move(claim));
    }
    for (const auto& n : numbers)
        if (!n.claimed) out.claims.push_back({out.text.substr(n.begin, n.end - n.begin), n.begin, {}, n.value, {}, ClaimStatus::Struck});
    std::sort(out.claims.begin(), out.claims.end(), [](const Claim& a, const Claim& b) { return a.offset < b.offset; });
    return out;
}

} // namespace mahler::agents
