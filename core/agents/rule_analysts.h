#pragma once

#include "agents/deliberation.h"

namespace mahler::agents {

/// The four analysts of seed 002 section 5.2 as documented rules. Texts carry citations. @return BadInput for an unknown role.
Result<AnalystReport> ruleAnalyst(const std::string& role, const FactTable& facts);

} // namespace mahler::agents
