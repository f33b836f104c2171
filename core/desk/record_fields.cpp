#include "desk/record_fields.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace mahler::desk {

namespace {

void addField(std::vector<RecordField>& out, const std::string& parent, const std::string& name, const Json& value, int depth) {
    using Kind = RecordField::Kind;
    RecordField field;
    field.depth = depth;
    field.parent = parent;
    field.name = name;
    if (value.is_object() || value.is_array())
        field.kind = value.is_array() && value.empty() ? Kind::EmptyList : Kind::Group;
    else if (value.is_boolean()) {
        field.kind = Kind::YesNo;
        field.yes = value.get<bool>();
    } else if (value.is_number_integer()) { // a canonical body holds no other numbers
        field.kind = Kind::Number;
        field.number = value.get<std::int64_t>();
    } else if (value.is_string()) {
        field.kind = Kind::Text;
        field.text = value.get<std::string>();
    }
    out.push_back(std::move(field));
    if (value.is_object())
        for (const auto& [key, inner] : value.items()) addField(out, name, key, inner, depth + 1);
    if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i) addField(out, name, std::to_string(i + 1), value[i], depth + 1);
}

} // namespace

std::optional<std::vector<RecordField>> fieldsOfRecord(const std::string& body) {
    const auto json = parseJson(body);
    if (!json || !json->is_object()) return std::nullopt;
    std::vector<RecordField> fields;
    for (const auto& [key, value] : json->items()) addField(fields, {}, key, value, 0);
    return fields;
}

} // namespace mahler::desk
