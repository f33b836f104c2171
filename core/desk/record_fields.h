#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mahler::desk {

/// One field of a record's body, with its place in it.
struct RecordField {
    enum class Kind { Group, EmptyList, Absent, YesNo, Number, Text };
    Kind kind = Kind::Absent;
    int depth = 0;           ///< 0: directly in the body
    std::string parent;      ///< name of what it stands in; empty at depth 0
    std::string name;        ///< of an entry of a list its place, from 1
    bool yes = false;        ///< of YesNo
    std::int64_t number = 0; ///< of Number; its unit: unitOfField()
    std::string text;        ///< of Text
};

/// The fields of a record's canonical JSON body, each group before what belongs to it. Nothing when it is no object.
std::optional<std::vector<RecordField>> fieldsOfRecord(const std::string& body);

} // namespace mahler::desk
