#include "base/fields.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace mahler {

namespace {

std::string plain(double value) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.10g", value);
    return buffer;
}

} // namespace

Result<void> checkField(const FieldInfo& f, double value) {
    const std::string name = std::string("'") + f.key + "'";
    if (!std::isfinite(value)) return badInput(name + " must be a finite number");
    if (f.kind != FieldInfo::Kind::Real && value != std::floor(value)) return badInput(name + " must be a whole number");
    if (value < f.low || value > f.high)
        return badInput(name + " must be between " + plain(f.low) + " and " + plain(f.high) + ", not " + plain(value));
    if (static_cast<double>(std::llround(value * 1e6)) / 1e6 != value) return badInput(name + " has more than six decimals");
    return {};
}

Result<double> fieldFromJson(const FieldInfo& f, const Json& value) {
    const std::string name = std::string("'") + f.key + "'";
    switch (f.kind) {
    case FieldInfo::Kind::Flag:
        if (!value.is_boolean()) return badInput(name + " wants true or false");
        return value.get<bool>() ? 1.0 : 0.0;
    case FieldInfo::Kind::Whole:
        if (!value.is_number_integer()) return badInput(name + " wants a whole number");
        break;
    case FieldInfo::Kind::Real:
        if (!value.is_number()) return badInput(name + " wants a number");
        break;
    }
    const double number = value.get<double>();
    if (const auto fits = checkField(f, number); !fits) return fits.error();
    return number;
}

Json fieldToJson(const FieldInfo& f, double value) {
    switch (f.kind) {
    case FieldInfo::Kind::Flag: return value != 0;
    case FieldInfo::Kind::Whole: return static_cast<std::int64_t>(value);
    case FieldInfo::Kind::Real: break;
    }
    return value;
}

} // namespace mahler
