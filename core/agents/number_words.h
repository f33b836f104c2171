#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mahler::agents {

/// A number written in words, with its place in the text.
struct NumberWord {
    std::size_t begin = 0, end = 0;
    double value = 0;
    int decimals = 0; ///< what it must agree with a fact to: 0 of a whole number, 2 of a fraction
};

/// Every number word of an English text (ADR 0017): zero to nineteen, the tens, hundred, thousand, million, dozen, half, third, quarter, fifth,
/// tenth, double, twice, triple, and what is composed of them ("twenty-five", "two thirds", "three hundred"). "one" is a number where it counts a
/// unit or another number ("one month", "one third", "one in ten") and a pronoun elsewhere. Names that are no claims are left out.
std::vector<NumberWord> findNumberWords(const std::string& text);

} // namespace mahler::agents
