#pragma once

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "pricing/option_pricer.h"

/// One row of a reference table by column name.
class ReferenceRow {
public:
    ReferenceRow(const std::vector<std::string>& names, const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < names.size() && i < cells.size(); ++i) m_cells[names[i]] = cells[i];
    }
    bool has(const std::string& name) const { return m_cells.count(name) > 0; }
    std::string text(const std::string& name) const {
        const auto found = m_cells.find(name);
        return found == m_cells.end() ? std::string() : found->second;
    }
    /// Denormals read as they are; NaN when the column is absent.
    double number(const std::string& name) const { return has(name) ? std::strtod(text(name).c_str(), nullptr) : std::strtod("nan", nullptr); }
    mahler::pricing::Inputs inputs() const {
        mahler::pricing::Inputs in;
        in.right = text("type") == "call" ? mahler::market::Right::Call : mahler::market::Right::Put;
        in.spot = number("spot");
        in.strike = number("strike");
        in.years = has("t_years") ? number("t_years") : number("maturity_days_act365") / 365;
        in.rate = number("r");
        in.dividendYield = number("q");
        in.vol = has("vol") ? number("vol") : 0;
        return in;
    }
    std::string label() const { return text("type") + " S" + text("spot") + " K" + text("strike") + " vol " + text("vol"); }

private:
    std::map<std::string, std::string> m_cells;
};

/// Empty when ../shared is absent.
inline std::vector<ReferenceRow> readReference(const char* file) {
    std::ifstream in(std::string(MAHLER_SHARED_DIR) + "/reference/pricing/" + file);
    const auto cut = [](const std::string& line) {
        std::vector<std::string> cells(1);
        bool quoted = false;
        for (const char c : line) {
            if (c == '"')
                quoted = !quoted;
            else if (c == ',' && !quoted)
                cells.emplace_back();
            else if (c != '\r')
                cells.back() += c;
        }
        return cells;
    };
    std::vector<ReferenceRow> rows;
    std::string line;
    if (!std::getline(in, line)) return rows;
    const std::vector<std::string> names = cut(line);
    while (std::getline(in, line))
        if (!line.empty()) rows.emplace_back(names, cut(line));
    return rows;
}

#define READ_REFERENCE_OR_SKIP(rows, file)                                                                                                           \
    const std::vector<ReferenceRow> rows = readReference(file);                                                                                      \
    if (rows.empty()) QSKIP("../shared/reference/pricing/" file " is not on this machine")
