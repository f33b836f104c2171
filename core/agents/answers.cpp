#include "agents/answers.h"

#include <nlohmann/json.hpp>

namespace mahler::agents {

Result<void> validate(const Role& role, const AnalystReport& a) {
    return role.accept({{"text", a.text}, {"stance", toString(a.stance)}, {"confidence", a.confidence}, {"data", a.data}});
}

Result<void> validate(const Role& role, const Argument& a) {
    return role.accept({{"text", a.text}, {"point", a.point}, {"strength", a.strength}, {"confidence", a.confidence}});
}

Result<void> validate(const Role& role, const Debate& a) {
    return role.accept({{"synthesis", a.synthesis}, {"winner", a.winner}, {"confidence", a.confidence}, {"unanswered", a.unanswered}});
}

Result<void> validate(const Role& role, const RiskView& a) { return role.accept({{"text", a.text}, {"contracts", a.contracts}}); }

} // namespace mahler::agents
