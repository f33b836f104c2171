#pragma once

#include <limits>
#include <string>
#include <vector>

#include "base/json.h"

namespace mahler::agents {

struct SchemaField;

/// What an answer must look like: the part of JSON Schema that roles use. Stricter in two ways: a field the schema does not
/// list is refused, and lengths count bytes.
struct Schema {
    enum class Type { Object, Array, String, Number, Integer };
    Type type = Type::Object;
    double low = -std::numeric_limits<double>::infinity(); ///< value, length or number of items
    double high = std::numeric_limits<double>::infinity();
    std::vector<std::string> words;  ///< String: the only ones allowed; empty: any
    std::vector<SchemaField> fields; ///< Object
    std::vector<Schema> items;       ///< Array: exactly one
};

struct SchemaField {
    std::string name;
    Schema schema;
    bool required = false;
};

/// @return BadInput naming the key, as "output.properties.confidence.maximum"; unknown keys are errors.
Result<Schema> parseSchema(const Json& json, const std::string& path);

/// @return BadInput naming the field of the answer that does not fit, as "data.trend is missing".
Result<void> conform(const Schema& schema, const Json& value, const std::string& path = {});

} // namespace mahler::agents
