#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/schema.h"
#include "base/ids.h"

namespace mahler::agents {

enum class RoleKind { Analyst, Debater, Facilitator, Risk };

/// The weight of a risk view while VIX is at most `upTo`.
struct VixWeight {
    double upTo = 0; ///< infinity in the last band
    double weight = 0;
};

/// One seat at the table, as data (DESIGN section 5): resources/roles/<name>.json and resources/prompts/<name>.md.
struct Role {
    std::string name;  ///< "iv_term", "bull", "risk_neutral"
    std::string title; ///< "Volatility and term structure"
    RoleKind kind = RoleKind::Analyst;
    std::string purpose;
    std::vector<std::string> reads; ///< fact ids and what lies below them: "vix" covers "vix.change", not "vixen"
    Schema output;
    std::vector<VixWeight> weights; ///< risk roles only; ascending
    std::string prompt;             ///< Markdown for a language-model reasoner

    bool mayRead(const FactId& fact) const;
    double weightAt(std::optional<double> vix) const; ///< an unknown VIX counts as a high one; 0 for other kinds
    /// @return BadInput naming role and field when the answer does not fit the output schema.
    Result<void> accept(const Json& answer) const;
};

/// @return BadInput naming the key that is unknown, missing, of the wrong type or out of range.
Result<Role> parseRole(std::string_view json, std::string_view prompt);

/// The roles of a cycle in the order they speak. Made once and passed on; empty until then.
class RoleSet {
public:
    RoleSet() = default;
    /// @return BadInput for a name taken twice, a debate without bull, bear or facilitator, and risk weights that do not sum
    /// to 1 at every VIX.
    static Result<RoleSet> create(std::vector<Role> roles);

    const Role* find(std::string_view name) const; ///< null when there is none
    std::vector<const Role*> ofKind(RoleKind kind) const;
    bool empty() const { return m_roles.empty(); }

private:
    std::vector<Role> m_roles;
};

/// The roles built into the program.
Result<RoleSet> builtInRoles();

} // namespace mahler::agents
