#include "agents/schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mahler::agents {

namespace {

struct TypeWords {
    const char *name, *low, *high;
    Schema::Type type;
};
constexpr TypeWords kTypes[] = {{"object", "", "", Schema::Type::Object},
                                {"array", "minItems", "maxItems", Schema::Type::Array},
                                {"string", "minLength", "maxLength", Schema::Type::String},
                                {"number", "minimum", "maximum", Schema::Type::Number},
                                {"integer", "minimum", "maximum", Schema::Type::Integer}};

std::string below(const std::string& path, const std::string& key) { return path.empty() ? key : path + "." + key; }

Error wrong(const std::string& path, const std::string& what) { return badInput((path.empty() ? "it" : path) + " " + what); }

Result<std::vector<std::string>> words(const Json& json, const std::string& path) {
    std::vector<std::string> out;
    for (const auto& word : json) {
        if (!word.is_string()) return wrong(path, "must list texts");
        out.push_back(word.get<std::string>());
    }
    if (!json.is_array() || out.empty()) return wrong(path, "must be a list that is not empty");
    return out;
}

Result<void> parseFields(Schema& schema, const Json& json, const std::string& path) {
    if (!json.is_object() || json.empty()) return wrong(path, "must be an object that is not empty");
    for (const auto& [name, value] : json.items()) {
        auto field = parseSchema(value, below(path, name));
        if (!field) return field.error();
        schema.fields.push_back({name, std::move(*field), false});
    }
    return {};
}

Result<void> require(Schema& schema, const Json& json, const std::string& path) {
    const auto names = words(json, path);
    if (!names) return names.error();
    for (const auto& name : *names) {
        const auto field = std::find_if(schema.fields.begin(), schema.fields.end(), [&](const auto& f) { return f.name == name; });
        if (field == schema.fields.end()) return wrong(path, "names " + name + ", which is no property");
        field->required = true;
    }
    return {};
}

Result<void> conformFields(const Schema& schema, const Json& value, const std::string& path) {
    std::size_t known = 0;
    for (const auto& field : schema.fields) {
        const auto found = value.find(field.name);
        if (found == value.end()) {
            if (field.required) return wrong(below(path, field.name), "is missing");
            continue;
        }
        ++known;
        if (auto fits = conform(field.schema, *found, below(path, field.name)); !fits) return fits;
    }
    if (known != value.size()) return wrong(path, "holds a field the schema does not know");
    return {};
}

bool hasType(Schema::Type type, const Json& value) {
    switch (type) {
    case Schema::Type::Object: return value.is_object();
    case Schema::Type::Array: return value.is_array();
    case Schema::Type::String: return value.is_string();
    case Schema::Type::Number: return value.is_number();
    case Schema::Type::Integer: return value.is_number_integer();
    }
    return false;
}

double measure(Schema::Type type, const Json& value) {
    switch (type) {
    case Schema::Type::Object:
    case Schema::Type::Array: return static_cast<double>(value.size());
    case Schema::Type::String: return static_cast<double>(value.get_ref<const std::string&>().size());
    case Schema::Type::Number:
    case Schema::Type::Integer: return value.get<double>();
    }
    return 0;
}

} // namespace

Result<Schema> parseSchema(const Json& json, const std::string& path) {
    if (!json.is_object()) return wrong(path, "must be an object");
    const auto type = json.find("type");
    const auto* is = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeWords& t) { return type != json.end() && *type == t.name; });
    if (is == std::end(kTypes)) return wrong(below(path, "type"), "must be object, array, string, number or integer");
    Schema schema;
    schema.type = is->type;
    for (const auto& [key, value] : json.items()) { // sorted: "properties" comes before "required"
        const std::string here = below(path, key);
        Result<void> done;
        if (key == "type") {
        } else if (key == is->low || key == is->high) {
            if (!value.is_number()) return wrong(here, "must be a number");
            (key == is->low ? schema.low : schema.high) = value.get<double>();
        } else if (key == "enum" && schema.type == Schema::Type::String) {
            auto allowed = words(value, here);
            if (!allowed) return allowed.error();
            schema.words = std::move(*allowed);
        } else if (key == "properties" && schema.type == Schema::Type::Object) {
            done = parseFields(schema, value, here);
        } else if (key == "required" && schema.type == Schema::Type::Object) {
            done = require(schema, value, here);
        } else if (key == "items" && schema.type == Schema::Type::Array) {
            auto items = parseSchema(value, here);
            if (!items) return items.error();
            schema.items.push_back(std::move(*items));
        } else {
            return wrong(here, "is an unknown key");
        }
        if (!done) return done.error();
    }
    if (schema.low > schema.high) return wrong(below(path, is->low), "lies above its upper bound");
    if (schema.type == Schema::Type::Array && schema.items.empty()) return wrong(below(path, "items"), "is missing");
    return schema;
}

Result<void> conform(const Schema& schema, const Json& value, const std::string& path) {
    if (!hasType(schema.type, value)) return wrong(path, "has the wrong type");
    if (const double size = measure(schema.type, value); !(size >= schema.low && size <= schema.high)) // NaN fits nowhere
        return wrong(path, "is out of range");
    if (!schema.words.empty() && std::find(schema.words.begin(), schema.words.end(), value.get_ref<const std::string&>()) == schema.words.end())
        return wrong(path, "is not one of the allowed words");
    if (schema.type == Schema::Type::Object) return conformFields(schema, value, path);
    for (const auto& item : schema.items)
        for (std::size_t i = 0; i < value.size(); ++i)
            if (auto fits = conform(item, value[i], path + "[" + std::to_string(i) + "]"); !fits) return fits;
    return {};
}

} // namespace mahler::agents
