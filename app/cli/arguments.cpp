#include "app/cli/arguments.h"

#include <algorithm>
#include <cstdio>

#include "base/text_file.h"

namespace mahler::app {

Result<Arguments> Arguments::parse(const std::vector<std::string>& words, const std::vector<std::string>& valueOptions,
                                   const std::vector<std::string>& flags) {
    Arguments out;
    const auto known = [](const std::vector<std::string>& list, const std::string& name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string word = words[i];
        if (!word.starts_with("--") || word == "--") {
            out.m_rest.push_back(word);
            continue;
        }
        std::optional<std::string> attached;
        if (const auto equals = word.find('='); equals != std::string::npos) {
            attached = word.substr(equals + 1);
            word.resize(equals);
        }
        const std::string name = word.substr(2);
        if (out.m_values.count(name)) return badInput("--" + name + " is given twice");
        if (known(flags, name) && !attached) {
            out.m_values[name] = "";
        } else if (known(valueOptions, name)) {
            if (!attached && i + 1 >= words.size()) return badInput("--" + name + " wants a value");
            out.m_values[name] = attached ? *attached : words[++i];
        } else {
            return badInput("unknown option " + word + "; mahler --help lists them");
        }
    }
    return out;
}

std::optional<std::string> Arguments::value(const std::string& name) const {
    const auto it = m_values.find(name);
    return it == m_values.end() ? std::nullopt : std::optional(it->second);
}

Result<std::string> Arguments::required(const std::string& name) const {
    const auto v = value(name);
    if (v && !v->empty()) return *v;
    return badInput("--" + name + (v ? " is empty" : " is required"));
}

Result<double> Arguments::number(const std::string& name, double fallback, double low, double high) const {
    const auto text = value(name);
    if (!text) return fallback;
    const auto parsed = parseNumber(*text);
    if (!parsed || *parsed < low || *parsed > high)
        return badInput("--" + name + " '" + *text + "' is not a number from " + std::to_string(low) + " to " + std::to_string(high));
    return *parsed;
}

Result<std::int64_t> Arguments::integer(const std::string& name, std::int64_t fallback, std::int64_t low, std::int64_t high) const {
    const auto text = value(name);
    if (!text) return fallback;
    const auto parsed = parseInteger(*text);
    if (!parsed || *parsed < low || *parsed > high)
        return badInput("--" + name + " '" + *text + "' is not a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return *parsed;
}

std::string oneLine(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 600)) out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
    return out;
}

int badUsage(const Error& error) {
    std::fprintf(stderr, "mahler: %s\n", oneLine(error.detail).c_str());
    return 2;
}

} // namespace mahler::app
