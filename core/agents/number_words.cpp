#include "agents/number_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

namespace mahler::agents {

namespace {

enum class Sort { Unit, Teen, Tens, Scale, Fraction, Multiple };

struct Meaning {
    std::string_view word;
    double value;
    Sort sort;
};

constexpr Meaning kMeanings[] = {{"zero", 0, Sort::Teen},
                                 {"one", 1, Sort::Unit},
                                 {"two", 2, Sort::Unit},
                                 {"three", 3, Sort::Unit},
                                 {"four", 4, Sort::Unit},
                                 {"five", 5, Sort::Unit},
                                 {"six", 6, Sort::Unit},
                                 {"seven", 7, Sort::Unit},
                                 {"eight", 8, Sort::Unit},
                                 {"nine", 9, Sort::Unit},
                                 {"ten", 10, Sort::Teen},
                                 {"eleven", 11, Sort::Teen},
                                 {"twelve", 12, Sort::Teen},
                                 {"thirteen", 13, Sort::Teen},
                                 {"fourteen", 14, Sort::Teen},
                                 {"fifteen", 15, Sort::Teen},
                                 {"sixteen", 16, Sort::Teen},
                                 {"seventeen", 17, Sort::Teen},
                                 {"eighteen", 18, Sort::Teen},
                                 {"nineteen", 19, Sort::Teen},
                                 {"twenty", 20, Sort::Tens},
                                 {"thirty", 30, Sort::Tens},
                                 {"forty", 40, Sort::Tens},
                                 {"fifty", 50, Sort::Tens},
                                 {"sixty", 60, Sort::Tens},
                                 {"seventy", 70, Sort::Tens},
                                 {"eighty", 80, Sort::Tens},
                                 {"ninety", 90, Sort::Tens},
                                 {"dozen", 12, Sort::Scale},
                                 {"dozens", 12, Sort::Scale},
                                 {"hundred", 100, Sort::Scale},
                                 {"hundreds", 100, Sort::Scale},
                                 {"thousand", 1000, Sort::Scale},
                                 {"thousands", 1000, Sort::Scale},
                                 {"million", 1e6, Sort::Scale},
                                 {"millions", 1e6, Sort::Scale},
                                 {"half", 0.5, Sort::Fraction},
                                 {"halves", 0.5, Sort::Fraction},
                                 {"third", 1.0 / 3, Sort::Fraction},
                                 {"thirds", 1.0 / 3, Sort::Fraction},
                                 {"quarter", 0.25, Sort::Fraction},
                                 {"quarters", 0.25, Sort::Fraction},
                                 {"fifth", 0.2, Sort::Fraction},
                                 {"fifths", 0.2, Sort::Fraction},
                                 {"tenth", 0.1, Sort::Fraction},
                                 {"tenths", 0.1, Sort::Fraction},
                                 {"double", 2, Sort::Multiple},
                                 {"doubled", 2, Sort::Multiple},
                                 {"twice", 2, Sort::Multiple},
                                 {"triple", 3, Sort::Multiple},
                                 {"tripled", 3, Sort::Multiple}};

/// What "one" counts; before anything else it is a pronoun or an article.
constexpr std::string_view kUnits[] = {"minute",   "hour",  "day",      "week",      "month", "year",    "session",  "contract", "spread",
                                       "lot",      "share", "point",    "tick",      "cent",  "dollar",  "percent",  "per",      "basis",
                                       "standard", "event", "position", "deviation", "time",  "percent", "calendar", "trading"};

/// Names, not claims: the first word and the one right behind it.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"two", "sided"}, {"two", "way"}, {"third", "party"}, {"third", "parties"}, {"third", "friday"}, {"double", "check"}, {"quarter", "end"}};

struct Word {
    std::size_t begin = 0, end = 0;
    std::string text; ///< lower case
};

std::vector<Word> wordsOf(const std::string& text) {
    std::vector<Word> words;
    const auto letter = [&](std::size_t i) { return std::isalpha(static_cast<unsigned char>(text[i])) != 0; };
    for (std::size_t i = 0; i < text.size();) {
        if (!letter(i)) {
            ++i;
            continue;
        }
        Word word{i, i, {}};
        while (i < text.size() && letter(i)) word.text.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(text[i++]))));
        word.end = i;
        const bool partOfName = (word.begin > 0 && (text[word.begin - 1] == '_' || std::isdigit(static_cast<unsigned char>(text[word.begin - 1])))) ||
                                (i < text.size() && text[i] == '_');
        if (!partOfName) words.push_back(std::move(word)); // "credit_to_width"
    }
    return words;
}

const Meaning* meaningOf(const std::string& word) {
    const auto it = std::find_if(std::begin(kMeanings), std::end(kMeanings), [&](const Meaning& m) { return m.word == word; });
    return it == std::end(kMeanings) ? nullptr : &*it;
}

bool isUnit(std::string_view word) {
    const auto is = [&](std::string_view w) { return std::find(std::begin(kUnits), std::end(kUnits), w) != std::end(kUnits); };
    return is(word) || (word.ends_with('s') && is(word.substr(0, word.size() - 1)));
}

} // namespace

std::vector<NumberWord> findNumberWords(const std::string& text) {
    const auto words = wordsOf(text);
    /// The word behind `i` when nothing but a blank or a hyphen parts them.
    const auto behind = [&](std::size_t i) -> const Word* {
        if (i + 1 >= words.size() || words[i + 1].begin != words[i].end + 1) return nullptr;
        const char between = text[words[i].end];
        return between == ' ' || between == '-' ? &words[i + 1] : nullptr;
    };
    std::vector<NumberWord> out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Meaning* meaning = meaningOf(words[i].text);
        if (!meaning) continue;
        const Word* next = behind(i);
        if (next && std::find(std::begin(kNames), std::end(kNames), std::pair<std::string_view, std::string_view>(words[i].text, next->text)) !=
                        std::end(kNames))
            continue;
        if (meaning->word == "one") {
            const Word* afterIn = next && next->text == "in" ? behind(i + 1) : nullptr;
            const bool digitsAfterIn =
                next && next->text == "in" && next->end + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[next->end + 1]));
            if (!next || !(isUnit(next->text) || meaningOf(next->text) || digitsAfterIn || (afterIn && meaningOf(afterIn->text)))) continue;
        }
        NumberWord number{words[i].begin, words[i].end, meaning->value, meaning->sort == Sort::Fraction ? 2 : 0};
        const auto take = [&](auto wanted) {
            const Word* word = behind(i);
            const Meaning* more = word ? meaningOf(word->text) : nullptr;
            if (!more || !wanted(more->sort)) return std::optional<double>();
            number.end = words[++i].end;
            return std::optional(more->value);
        };
        const auto is = [](Sort sort) { return [sort](Sort s) { return s == sort; }; };
        if (meaning->sort == Sort::Tens)
            if (const auto unit = take(is(Sort::Unit))) number.value += *unit;
        if (meaning->sort == Sort::Unit || meaning->sort == Sort::Teen || meaning->sort == Sort::Tens) {
            while (const auto scale = take(is(Sort::Scale))) number.value *= *scale;
            if (const auto part = take(is(Sort::Fraction))) {
                number.value *= *part;
                number.decimals = 2;
            }
        }
        out.push_back(number);
    }
    return out;
}

} // namespace mahler::agents
