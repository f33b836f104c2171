#pragma once

#include "agents/deliberation.h"

namespace mahler::agents {

/// Whether an answer, as it came, fits the output schema of the role that gave it. @return BadInput naming role and field.
Result<void> validate(const Role& role, const AnalystReport& answer);
Result<void> validate(const Role& role, const Argument& answer);
Result<void> validate(const Role& role, const Debate& answer);
Result<void> validate(const Role& role, const RiskView& answer);

} // namespace mahler::agents
