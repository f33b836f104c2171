#pragma once

#include <string>

#include "agents/deliberation.h"
#include "desk/command.h"

namespace mahler::desk {

/// What the desk is told of a finished deliberation, and its bytes for the content table.
CycleFinished commandOf(const agents::Deliberation& deliberation, const Digest& hash);
std::string deliberationText(const agents::Deliberation& deliberation);
/// All that was said in it (UTF-8, the agents' own text, a space after each), for the journal's search. Cannot fail, pure: any thread.
std::string wordsOf(const agents::Deliberation& deliberation);

} // namespace mahler::desk
