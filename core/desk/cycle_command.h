#pragma once

#include <string>

#include "agents/deliberation.h"
#include "desk/command.h"

namespace mahler::desk {

/// What the desk is told of a finished deliberation, and its bytes for the content table.
CycleFinished commandOf(const agents::Deliberation& deliberation, const Digest& hash);
std::string deliberationText(const agents::Deliberation& deliberation);
/// All that was said in it, for the journal's search.
std::string wordsOf(const agents::Deliberation& deliberation);

} // namespace mahler::desk
