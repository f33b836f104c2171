#include "store/journal.h"

namespace mahler::store {

namespace {

void add(std::string& out, std::string_view field) {
    const std::uint64_t size = field.size();
    for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>((size >> shift) & 0xff));
    out.append(field);
}

} // namespace

Digest recordHash(const Record& r) {
    std::string bytes(1, '\0');
    add(bytes, std::to_string(r.seq));
    add(bytes, std::to_string(r.utcNs));
    add(bytes, std::to_string(r.monoNs));
    add(bytes, r.runId);
    add(bytes, r.type);
    add(bytes, std::to_string(r.schemaVersion));
    add(bytes, r.actor);
    add(bytes, r.correlation);
    add(bytes, r.body);
    bytes.append(reinterpret_cast<const char*>(r.previousHash.data()), r.previousHash.size());
    return sha256(bytes);
}

} // namespace mahler::store
