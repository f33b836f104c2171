#include "store/sqlite_handle.h"

#include <cstdio>

namespace mahler::store {

Error sqliteError(sqlite3* handle, const std::string& what) {
    const int code = handle ? sqlite3_errcode(handle) & 0xff : SQLITE_NOMEM;
    const std::string detail = what + ": " + (handle ? sqlite3_errmsg(handle) : "out of memory");
    switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {ErrorCode::Integrity, detail};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::Busy, detail};
    default: return {ErrorCode::Io, detail};
    }
}

Statement& Statement::bind(int index, std::int64_t value) {
    sqlite3_bind_int64(m_handle.get(), index, value);
    return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
    sqlite3_bind_text64(m_handle.get(), index, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bindBlob(int index, std::string_view bytes) {
    sqlite3_bind_blob64(m_handle.get(), index, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_TRANSIENT);
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(m_handle.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return sqliteError(sqlite3_db_handle(m_handle.get()), "journal");
}

void Statement::reset() {
    sqlite3_reset(m_handle.get());
    sqlite3_clear_bindings(m_handle.get());
}

std::string Statement::text(int column) const {
    const void* bytes = sqlite3_column_blob(m_handle.get(), column);
    const int size = sqlite3_column_bytes(m_handle.get(), column);
    return bytes ? std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size)) : std::string();
}

Result<Database> Database::open(const std::string& path, Mode mode, const char* vfs) {
    Database db;
    sqlite3* handle = nullptr;
    std::string name = path;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (mode) {
    case Mode::ReadWriteCreate: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
    case Mode::ReadOnly: flags |= SQLITE_OPEN_READONLY; break;
    case Mode::Immutable: {
        flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
        std::string escaped;
        for (const char c : path) {
            char buffer[4];
            if (c == '%' || c == '?' || c == '#') {
                std::snprintf(buffer, sizeof buffer, "%%%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
                escaped += buffer;
            } else {
                escaped += c;
            }
        }
        name = "file:" + escaped + "?immutable=1";
        break;
    }
    }
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, vfs);
    db.m_handle.reset(handle);
    if (code != SQLITE_OK) return sqliteError(handle, path);
    sqlite3_busy_timeout(handle, 2000);
    return db;
}

Result<void> Database::execute(const std::string& sql) {
    if (sqlite3_exec(m_handle.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return sqliteError(m_handle.get(), "journal");
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) const {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(m_handle.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK)
        return sqliteError(m_handle.get(), "journal");
    return Statement(statement);
}

Result<std::string> Database::value(std::string_view sql) const {
    auto statement = prepare(sql);
    if (!statement) return statement.error();
    const auto row = statement->step();
    if (!row) return row.error();
    return *row ? statement->text(0) : std::string();
}

} // namespace mahler::store
