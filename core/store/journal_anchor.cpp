#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "base/json.h"
#include "base/text_file.h"
#include "store/journal_tables.h"

namespace mahler::store::tables {

std::string anchorPath(const std::string& journalPath) { return journalPath + ".anchor"; }

std::string signCheckpoint(std::int64_t seq, const std::string& hashHex, const Digest& key) {
    return toHex(hmacSha256(key, "checkpoint|" + std::to_string(seq) + "|" + hashHex));
}

std::string signAnchor(const Anchor& a, const Digest& key) {
    return toHex(hmacSha256(key, "anchor|" + std::to_string(a.seq) + "|" + a.hashHex + "|" + a.fileHashHex));
}

Result<void> writeAnchor(const std::string& journalPath, Anchor anchor, const Digest& key) {
    anchor.hmacHex = signAnchor(anchor, key);
    const Json json = {{"seq", anchor.seq}, {"hash", anchor.hashHex}, {"file_sha256", anchor.fileHashHex}, {"hmac", anchor.hmacHex}};
    return writeFileAtomically(anchorPath(journalPath), json.dump() + "\n");
}

Result<std::optional<Anchor>> readAnchor(const std::string& journalPath) {
    std::error_code ec;
    if (!std::filesystem::exists(anchorPath(journalPath), ec)) return std::optional<Anchor>{};
    const auto text = readFile(anchorPath(journalPath), 4096);
    const auto json = text ? parseJson(*text) : Result<Json>(text.error());
    const auto isText = [&](const char* key) { return json->contains(key) && json->at(key).is_string(); };
    if (!json || !json->is_object() || !json->contains("seq") || !json->at("seq").is_number_integer() || !isText("hash") || !isText("file_sha256") ||
        !isText("hmac"))
        return Error{ErrorCode::Integrity, anchorPath(journalPath) + ": the side file is damaged"};
    return std::optional(Anchor{json->at("seq").get<std::int64_t>(), json->at("hash").get<std::string>(), json->at("file_sha256").get<std::string>(),
                                json->at("hmac").get<std::string>()});
}

Result<std::string> fileHash(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Error{ErrorCode::Io, path + ": cannot be read"};
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    MAHLER_CHECK(context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
    std::vector<char> block(1 << 18);
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0)
        MAHLER_CHECK(EVP_DigestUpdate(context.get(), block.data(), static_cast<std::size_t>(in.gcount())) == 1);
    Digest digest{};
    unsigned int size = 0;
    MAHLER_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1);
    return toHex(digest);
}

} // namespace mahler::store::tables
