#include "app/data_folder.h"

#include <cstdlib>
#include <filesystem>
#include <openssl/rand.h>

#include "app/cli/commands.h"
#include "base/text_file.h"

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace mahler::app {

namespace fs = std::filesystem;

std::string defaultDataDirectory() {
#ifdef _WIN32
    const char* base = std::getenv("LOCALAPPDATA");
    return std::string(base ? base : ".") + "/Mahler";
#elif defined(__APPLE__)
    const char* home = std::getenv("HOME");
    return std::string(home ? home : ".") + "/Library/Application Support/Mahler";
#else
    if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data) return std::string(data) + "/mahler";
    const char* home = std::getenv("HOME");
    return std::string(home ? home : ".") + "/.local/share/mahler";
#endif
}

Result<void> prepareDataDirectory(const std::string& directory) {
    std::error_code ec;
    if (fs::is_symlink(fs::symlink_status(directory, ec))) return badInput(directory + ": is a symbolic link; the data folder must be a real one");
    if (!fs::exists(directory, ec)) {
        fs::create_directories(directory, ec);
        if (ec) return Error{ErrorCode::Io, directory + ": cannot be made: " + ec.message()};
        fs::permissions(directory, fs::perms::owner_all, fs::perm_options::replace, ec);
    }
    if (!fs::is_directory(directory, ec)) return badInput(directory + ": is not a folder");
#ifndef _WIN32
    struct stat info {};
    if (::stat(directory.c_str(), &info) != 0) return Error{ErrorCode::Io, directory + ": cannot be read"};
    if (info.st_uid != ::geteuid()) return badInput(directory + ": belongs to another user");
    if ((info.st_mode & 077) != 0) return badInput(directory + ": others can read it; mend with: chmod 700 " + directory);
    if (::access(directory.c_str(), W_OK | X_OK) != 0) return Error{ErrorCode::Io, directory + ": cannot be written"};
#endif
    return {};
}

Result<Digest> checkpointKeyFor(const std::string& deskDirectory) {
    const std::string path = deskDirectory + "/checkpoint.key";
    if (const auto key = checkpointKeyBeside(deskDirectory + "/journal.db")) return *key;
    std::error_code ec;
    if (fs::exists(path, ec)) return Error{ErrorCode::Integrity, path + ": is damaged; the journal's checkpoints cannot be checked without it"};
    if (fs::exists(deskDirectory + "/journal.db", ec)) return Error{ErrorCode::Integrity, path + ": is missing beside an existing journal"};
    Digest key{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) return Error{ErrorCode::Internal, "no random numbers for the checkpoint key"};
    if (const auto written = writeFileAtomically(path, toHex(key) + "\n"); !written) return written.error();
    return key;
}

std::optional<Digest> checkpointKeyBeside(const std::string& journalPath) {
    const auto path = fs::path(journalPath).parent_path() / "checkpoint.key";
    const auto text = readFile(path.string(), 1024);
    Digest key{};
    if (!text || text->size() < 64 || !digestFromHex(std::string_view(*text).substr(0, 64), key)) return std::nullopt;
    return key;
}

} // namespace mahler::app
