#include "app/data_folder.h"

#include <cstdlib>
#include <filesystem>
#include <openssl/rand.h>

#include "app/cli/commands.h"
#include "base/text_file.h"
#include "store/file_guard.h"

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

namespace {

/// What we write into a data folder. Others' files there are not our concern.
bool isOurs(const fs::path& file) {
    const auto kind = file.extension();
    return kind == ".key" || kind == ".json" || kind == ".tape" || kind == ".log" || kind == ".ini" ||
           file.filename().string().starts_with("journal.db");
}

std::optional<FolderFault> faultOfFiles(const std::string& directory) {
    std::error_code ec;
    for (fs::directory_iterator it(directory, ec), end; !ec && it != end; it.increment(ec)) {
        if (!isOurs(it->path())) continue;
        if (const auto isPrivate = store::checkPrivateFile(it->path().string()); !isPrivate)
            return FolderFault{isPrivate.error().code, isPrivate.error().detail, {}};
    }
    if (ec) return FolderFault{ErrorCode::Io, directory + ": cannot be read: " + ec.message(), "choose another with --data-dir"};
    return std::nullopt;
}

} // namespace

std::optional<FolderFault> faultOf(const std::string& directory) {
    std::error_code ec;
    if (fs::is_symlink(fs::symlink_status(directory, ec))) {
        const auto real = fs::canonical(directory, ec);
        return FolderFault{ErrorCode::BadInput, directory + ": is a symbolic link; the data folder must be a real one",
                           ec ? "remove the link, it leads nowhere" : "name the folder itself: --data-dir " + real.string()};
    }
    if (!fs::is_directory(directory, ec))
        return FolderFault{ErrorCode::BadInput, directory + ": is not a folder", "move the file away, or choose another folder with --data-dir"};
#ifndef _WIN32
    struct stat info {};
    if (::stat(directory.c_str(), &info) != 0) return FolderFault{ErrorCode::Io, directory + ": cannot be read", "choose another with --data-dir"};
    if (info.st_uid != ::geteuid())
        return FolderFault{ErrorCode::BadInput, directory + ": belongs to another user", "choose a folder of your own with --data-dir"};
    if ((info.st_mode & 077) != 0) return FolderFault{ErrorCode::BadInput, directory + ": others can read it", "chmod 700 " + directory};
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        return FolderFault{ErrorCode::Io, directory + ": cannot be written", "chmod 700 " + directory + ", or choose another with --data-dir"};
#endif
    return faultOfFiles(directory);
}

Result<void> prepareDataDirectory(const std::string& directory) {
    std::error_code ec;
    if (!fs::exists(fs::symlink_status(directory, ec))) {
        fs::create_directories(directory, ec);
        if (ec) return Error{ErrorCode::Io, directory + ": cannot be made: " + ec.message()};
        fs::permissions(directory, fs::perms::owner_all, fs::perm_options::replace, ec);
    }
    const auto fault = faultOf(directory);
    if (!fault) return {};
    return Error{fault->code, fault->what + (fault->mend.empty() ? "" : "; mend with: " + fault->mend)};
}

Result<Digest> checkpointKeyFor(const std::string& deskDirectory) {
    const std::string path = deskDirectory + "/checkpoint.key";
    const auto kept = checkpointKeyBeside(deskDirectory + "/journal.db");
    if (!kept) return kept.error();
    if (*kept) return **kept;
    std::error_code ec;
    if (fs::exists(deskDirectory + "/journal.db", ec)) return Error{ErrorCode::Integrity, path + ": is missing beside an existing journal"};
    Digest key{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) return Error{ErrorCode::Internal, "no random numbers for the checkpoint key"};
    if (const auto written = writeFileAtomically(path, toHex(key) + "\n"); !written) return written.error();
    return key;
}

Result<std::optional<Digest>> checkpointKeyBeside(const std::string& journalPath) {
    const std::string path = (fs::path(journalPath).parent_path() / "checkpoint.key").string();
    std::error_code ec;
    if (!fs::exists(fs::symlink_status(path, ec))) return std::optional<Digest>{};
    if (const auto isPrivate = store::checkPrivateFile(path); !isPrivate) return isPrivate.error();
    const auto text = readFile(path, 1024);
    Digest key{};
    if (!text || text->size() < 64 || !digestFromHex(std::string_view(*text).substr(0, 64), key))
        return Error{ErrorCode::Integrity, path + ": is damaged; the journal's checkpoints cannot be checked without it"};
    return std::optional(key);
}

} // namespace mahler::app
