#pragma once

#include <cstdint>
#include <string>

namespace mahler {

/// "1 day", "2 days": for nouns that take an s. English.
inline std::string counted(std::int64_t number, const std::string& noun) { return std::to_string(number) + " " + noun + (number == 1 ? "" : "s"); }

} // namespace mahler
