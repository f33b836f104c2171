#include "ui/settings_values.h"

#include <algorithm>

namespace mahler::ui {

Result<void> checkPhone(const std::string& phone) {
    constexpr std::size_t kLongest = 40, kFewestDigits = 3;
    if (phone.empty()) return {};
    if (phone.size() > kLongest) return badInput("'phone' has more than 40 characters");
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!std::all_of(phone.begin(), phone.end(), [&](char c) { return digit(c) || std::string_view("+-()./ x").find(c) != std::string_view::npos; }))
        return badInput("'phone' wants digits, spaces and + - ( ) . / x");
    if (std::count_if(phone.begin(), phone.end(), digit) < static_cast<std::ptrdiff_t>(kFewestDigits))
        return badInput("'phone' wants at least 3 digits");
    return {};
}

} // namespace mahler::ui
