#include "approval/users.h"

#include <algorithm>

namespace mahler::approval {

const char* toString(Role role) {
    switch (role) {
    case Role::Analyst: return "analyst";
    case Role::Strategist: return "strategist";
    case Role::Trader: return "trader";
    case Role::RiskManager: return "risk_manager";
    case Role::PortfolioManager: return "portfolio_manager";
    case Role::TeamLead: return "team_lead";
    }
    return "analyst";
}

bool User::has(Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

const std::vector<User>& demoUsers() {
    static const std::vector<User> kUsers = {
        {UserId("tom"), "Tom (Trader)", {Role::Trader}},
        {UserId("rita"), "Rita (Risk Manager)", {Role::RiskManager}},
        {UserId("paul"), "Paul (Portfolio Manager)", {Role::PortfolioManager}},
        {UserId("lena"), "Lena (Team Lead)", {Role::TeamLead}},
        {UserId("sara"), "Sara (Strategist)", {Role::Strategist}},
        {UserId("ana"), "Ana (Analyst)", {Role::Analyst}},
    };
    return kUsers;
}

User singleUser() {
    return {UserId("owner"),
            "Owner (all roles)",
            {Role::Analyst, Role::Strategist, Role::Trader, Role::RiskManager, Role::PortfolioManager, Role::TeamLead}};
}

namespace {

bool leads(const User& u) { return u.has(Role::PortfolioManager) || u.has(Role::TeamLead); }

} // namespace

bool mayApproveTier(const User& u, int tier) {
    switch (tier) {
    case 0:
    case 1: return u.has(Role::Trader) || u.has(Role::RiskManager) || leads(u);
    case 2: return u.has(Role::RiskManager) || leads(u);
    case 3: return leads(u);
    default: return false;
    }
}

bool mayReject(const User& u) {
    for (int tier = 0; tier <= 3; ++tier)
        if (mayApproveTier(u, tier)) return true;
    return false;
}

bool mayClose(const User& u) { return u.has(Role::Trader) || u.has(Role::RiskManager) || leads(u); }
bool mayProposeManually(const User& u) { return u.has(Role::Trader) || leads(u); }

bool mayChangeLimits(const User& u) { return u.has(Role::RiskManager) || leads(u); }
bool mayChangeBroker(const User& u) { return u.has(Role::TeamLead); }
bool mayChangeStrategy(const User& u) { return u.has(Role::Strategist) || leads(u); }

bool mayResume(const User& u, const std::string& breaker) {
    const bool forLeads = breaker == "B1" || breaker == "B2" || breaker == "B3" || breaker == "B8";
    const bool forRisk = breaker != "B3" && breaker != "startup";
    if (breaker == "startup") // arming a desk: Trader or above
        return mayClose(u);
    return (u.has(Role::RiskManager) && forRisk) || (leads(u) && forLeads);
}

} // namespace mahler::approval
