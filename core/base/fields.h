#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "base/json.h"

namespace mahler {

enum class Unit { None, Fraction, OfEquity, Delta, Percentile, Points, Times, Dollars, Days, Seconds, Minutes, Contracts, Orders, Messages };

/// One value a person may set: what files call it and what it may be.
struct FieldInfo {
    enum class Kind { Flag, Whole, Real };
    const char* key = ""; ///< "risk_per_trade"
    Unit unit = Unit::None;
    Kind kind = Kind::Real;
    double low = 0, high = 0; ///< both allowed; a flag is 0 or 1
};

/// The same with its place in T. Every kind is read and written as a double; whole numbers stay far below 2^53.
template <class T> struct Field : FieldInfo {
    double (*get)(const T&) = nullptr;
    void (*set)(T&, double) = nullptr;
};

template <class T, auto Member> Field<T> field(const char* key, Unit unit, double low, double high) {
    using Value = std::remove_cvref_t<decltype(std::declval<T&>().*Member)>;
    Field<T> f;
    f.key = key;
    f.unit = unit;
    f.kind = std::is_same_v<Value, bool> ? FieldInfo::Kind::Flag : std::is_integral_v<Value> ? FieldInfo::Kind::Whole : FieldInfo::Kind::Real;
    f.low = low;
    f.high = high;
    f.get = [](const T& t) { return static_cast<double>(t.*Member); };
    f.set = [](T& t, double value) { t.*Member = static_cast<Value>(value); };
    return f;
}

/// @return BadInput naming the key: not finite, out of range, a fraction of a whole number, or finer than the
/// millionths that journals keep (so that a value is the same in file, desk and journal).
Result<void> checkField(const FieldInfo& field, double value);
/// A JSON value of the field's kind. @return BadInput naming the key.
Result<double> fieldFromJson(const FieldInfo& field, const Json& value);
/// The shortest JSON form, of the field's kind.
Json fieldToJson(const FieldInfo& field, double value);

} // namespace mahler
