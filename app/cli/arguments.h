#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace mahler::app {

/// Parsed words of one subcommand: --name value, --flag, and the rest in order.
class Arguments {
public:
    /// @return BadInput on an unknown option, a missing value or a repeated option.
    static Result<Arguments> parse(const std::vector<std::string>& words, const std::vector<std::string>& valueOptions,
                                   const std::vector<std::string>& flags);

    std::optional<std::string> value(const std::string& name) const;
    bool flag(const std::string& name) const { return m_values.count(name) > 0; }
    const std::vector<std::string>& rest() const { return m_rest; }
    /// @return BadInput naming the option when it is not there.
    Result<std::string> required(const std::string& name) const;
    Result<double> number(const std::string& name, double fallback, double low, double high) const;
    Result<std::int64_t> integer(const std::string& name, std::int64_t fallback, std::int64_t low, std::int64_t high) const;

private:
    std::map<std::string, std::string> m_values;
    std::vector<std::string> m_rest;
};

/// Prints one clear line and gives exit code 2.
int badUsage(const Error& error);
/// Line breaks and control characters of outside text made visible, so that an error stays one line.
std::string oneLine(std::string_view text);

} // namespace mahler::app
