#pragma once

#include <cstdint>
#include <string>

#include "base/money.h"

namespace mahler {

/// "1 day", "2 days": for nouns that take an s, in English; any number, −1 among the many. Cannot fail, pure: any thread.
inline std::string counted(std::int64_t number, const std::string& noun) { return std::to_string(number) + " " + noun + (number == 1 ? "" : "s"); }

/// Whether a dollar amount bears a plus where a sign says who paid: from half a cent on, what is less shows as $0.00. Pure: any thread.
inline bool showsPlus(Usd amount) { return amount.micros() >= 5'000; }

} // namespace mahler
