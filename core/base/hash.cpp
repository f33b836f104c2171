#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace mahler {

Digest sha256(std::span<const std::uint8_t> bytes) {
    Digest digest{};
    unsigned int size = 0;
    MAHLER_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
    MAHLER_CHECK(size == digest.size());
    return digest;
}

Digest sha256(std::string_view text) { return sha256(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())); }

Digest hmacSha256(std::span<const std::uint8_t> key, std::string_view text) {
    Digest digest{};
    unsigned int size = 0;
    MAHLER_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                      digest.data(), &size) != nullptr);
    MAHLER_CHECK(size == digest.size());
    return digest;
}

std::string toHex(std::span<const std::uint8_t> bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        hex.push_back(kDigits[byte >> 4]);
        hex.push_back(kDigits[byte & 15]);
    }
    return hex;
}

bool digestFromHex(std::string_view hex, Digest& out) {
    if (hex.size() != 64) return false;
    auto nibble = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    for (std::size_t i = 0; i < 32; ++i) {
        const int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

} // namespace mahler
