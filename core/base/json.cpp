#include "base/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace mahler {

namespace {

bool hasFloat(const Json& j) {
    if (j.is_number_float()) return true;
    if (j.is_structured()) {
        for (const auto& child : j)
            if (hasFloat(child)) return true;
    }
    return false;
}

bool tooDeep(std::string_view text, int limit, bool comments) {
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                inString = false;
        } else if (comments && c == '/' && i + 1 < text.size() && (text[i + 1] == '/' || text[i + 1] == '*')) {
            const bool line = text[i + 1] == '/';
            const std::size_t end = line ? text.find('\n', i) : text.find("*/", i + 2);
            if (end == std::string_view::npos) return false; // the rest is a comment
            i = line ? end : end + 1;
        } else if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            if (++depth > limit) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

} // namespace

Result<Json> parseJson(std::string_view text, bool comments) {
    if (tooDeep(text, 64, comments)) return badInput("JSON is nested more than 64 levels deep");
    try {
        return Json::parse(text.begin(), text.end(), nullptr, true, comments);
    } catch (const nlohmann::json::parse_error& e) {
        std::size_t line = 1, column = 1;
        for (std::size_t i = 0; i + 1 < e.byte && i < text.size(); ++i) {
            column = text[i] == '\n' ? 1 : column + 1;
            line += text[i] == '\n' ? 1 : 0;
        }
        return badInput("not valid JSON at line " + std::to_string(line) + ", column " + std::to_string(column));
    } catch (const std::exception&) { return badInput("not valid JSON"); }
}

/// Unicode 15 table 3-7: well-formed byte sequences.
bool isUtf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
        const unsigned first = byte(i);
        const std::size_t more = first < 0x80                     ? 0
                                 : first >= 0xC2 && first <= 0xDF ? 1
                                 : first >= 0xE0 && first <= 0xEF ? 2
                                 : first >= 0xF0 && first <= 0xF4 ? 3
                                                                  : 4;
        if (more == 4) return false;
        const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80, high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        for (std::size_t k = 1; k <= more; ++k)
            if (byte(i + k) < (k == 1 ? low : 0x80u) || byte(i + k) > (k == 1 ? high : 0xBFu)) return false;
        i += more + 1;
    }
    return true;
}

Result<std::string> canonicalJson(const Json& body) {
    if (hasFloat(body)) return badInput("a journal body must not hold floating-point numbers");
    try {
        return body.dump(-1, ' ', false, Json::error_handler_t::strict);
    } catch (const std::exception&) { return badInput("a journal body must be valid UTF-8"); }
}

void repairText(Json& body) {
    if (body.is_structured()) {
        for (auto& child : body) repairText(child);
    } else if (body.is_string() && !isUtf8(body.get_ref<const std::string&>())) {
        body = Json::parse(body.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
}

Result<std::int64_t> toMicroCount(double value) {
    if (!std::isfinite(value) || std::abs(value) > 9e12) return badInput("value is not a finite number within 9e12");
    return std::llround(value * 1e6);
}

} // namespace mahler
