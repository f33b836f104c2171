#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mahler {

using Json = nlohmann::json; ///< object keys are always sorted

/// Parses without throwing; nesting is limited to 64 levels, comments are allowed when `comments`.
/// @return BadInput with line and column.
Result<Json> parseJson(std::string_view text, bool comments = false);

/// The one byte form of a journal body: sorted keys, no blanks, UTF-8 as it is, integers only.
/// @return BadInput when a floating-point number stands anywhere in it (SAFETY section 9).
Result<std::string> canonicalJson(const Json& body);

bool isUtf8(std::string_view text);
/// Text from outside that is not UTF-8 gets U+FFFD where it is not, so that a reply of a broker cannot keep a record from being written.
void repairText(Json& body);

/// A model value as the journal keeps it: millionths, rounded half away from zero.
/// @return BadInput when not finite or beyond 9e12.
Result<std::int64_t> toMicroCount(double value);

} // namespace mahler
