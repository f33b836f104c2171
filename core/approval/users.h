#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace mahler::approval {

enum class Role { Analyst, Strategist, Trader, RiskManager, PortfolioManager, TeamLead };
const char* toString(Role role); ///< "risk_manager"

struct User {
    UserId id;        ///< "ann"
    std::string name; ///< "Ann (Trader)"
    std::vector<Role> roles;
    bool has(Role role) const;
};

/// DemoTeam: one ready user per role, switchable without PIN, only in the simulated market. SinglePerson: one user with all roles, one pair of eyes.
enum class DeskKind { DemoTeam, SinglePerson };

const std::vector<User>& demoUsers();
User singleUser();

/// SAFETY section 6.
bool mayApproveTier(const User& user, int tier);
/// Whoever may decide any tier may say no to every request: it only takes risk away (ADR 0012).
bool mayReject(const User& user);
bool mayClose(const User& user);
bool mayProposeManually(const User& user);
bool mayChangeLimits(const User& user);
bool mayChangeBroker(const User& user);                       ///< how it is reached
bool mayChangeStrategy(const User& user);                     ///< thresholds of what is proposed
bool mayResume(const User& user, const std::string& breaker); ///< "B1".."B8", "startup"

} // namespace mahler::approval
