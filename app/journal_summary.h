#pragma once

#include <string>

#include "store/journal.h"

namespace mahler::app {

/// One line of a record for the table: what a trader wants to read of it. Never throws; a body of another shape shows its fields.
std::string summaryOf(const store::Record& record);

} // namespace mahler::app
