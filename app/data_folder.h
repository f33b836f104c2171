#pragma once

#include <optional>
#include <string>

#include "base/hash.h"
#include "base/result.h"

namespace mahler::app {

/// Makes the folder (0700) when missing. @return Io when it cannot be written, BadInput on wider modes, a symlink or another owner (S15, SAFETY 8).
Result<void> prepareDataDirectory(const std::string& directory);

/// The checkpoint key of a simulated desk: a 0600 file "checkpoint.key" beside the journal, made when missing.
Result<Digest> checkpointKeyFor(const std::string& deskDirectory);
/// Only when it is there and well formed.
std::optional<Digest> checkpointKeyBeside(const std::string& journalPath);

} // namespace mahler::app
