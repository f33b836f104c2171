#pragma once

#include <optional>
#include <string>

#include "base/hash.h"
#include "base/result.h"

namespace mahler::app {

/// What stands against a data folder that exists, and what mends it.
struct FolderFault {
    ErrorCode code = ErrorCode::BadInput;
    std::string what, mend;
};
/// Nothing when the folder is private and writable, and so are our files directly in it: settings, keys, tapes, logs (S15, SAFETY 8).
std::optional<FolderFault> faultOf(const std::string& directory);
/// Makes the folder (0700) when missing. @return Io when it cannot be made or written, BadInput on wider modes, a symlink or another owner
/// of the folder or of a file of ours in it.
Result<void> prepareDataDirectory(const std::string& directory);

/// The checkpoint key of a simulated desk: a 0600 file "checkpoint.key" beside the journal, made when missing.
Result<Digest> checkpointKeyFor(const std::string& deskDirectory);
/// Absent when there is none. @return BadInput for a key that others can read (it is none), of another owner or behind a symlink;
/// Integrity for a damaged one.
Result<std::optional<Digest>> checkpointKeyBeside(const std::string& journalPath);

} // namespace mahler::app
