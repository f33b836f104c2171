#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mahler {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::span<const std::uint8_t> bytes);
Digest sha256(std::string_view text);
Digest hmacSha256(std::span<const std::uint8_t> key, std::string_view text);
std::string toHex(std::span<const std::uint8_t> bytes);
/// @return false when the text is not exactly 64 hex digits.
bool digestFromHex(std::string_view hex, Digest& out);

} // namespace mahler
