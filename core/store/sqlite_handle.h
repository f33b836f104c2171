#pragma once

#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mahler::store {

/// A prepared statement; reset and bound for each use.
class Statement {
public:
    Statement() = default;
    explicit Statement(sqlite3_stmt* handle) : m_handle(handle) {}
    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, std::string_view text);
    Statement& bindBlob(int index, std::string_view bytes);
    /// @return true for a row, false when done; Io or Integrity otherwise.
    Result<bool> step();
    void reset();
    std::int64_t integer(int column) const { return sqlite3_column_int64(m_handle.get(), column); }
    std::string text(int column) const;
    bool isInteger(int column) const { return sqlite3_column_type(m_handle.get(), column) == SQLITE_INTEGER; }
    bool isText(int column) const { return sqlite3_column_type(m_handle.get(), column) == SQLITE_TEXT; }
    bool isBlob(int column) const { return sqlite3_column_type(m_handle.get(), column) == SQLITE_BLOB; }

private:
    struct Finalizer {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    std::unique_ptr<sqlite3_stmt, Finalizer> m_handle;
};

/// One connection. SQLite stays behind this class.
class Database {
public:
    enum class Mode { ReadWriteCreate, ReadOnly, Immutable };
    static Result<Database> open(const std::string& path, Mode mode, const char* vfs = nullptr);
    Result<void> execute(const std::string& sql);
    Result<Statement> prepare(std::string_view sql) const;
    /// First column of the first row as text; empty when there is none.
    Result<std::string> value(std::string_view sql) const;
    sqlite3* handle() const { return m_handle.get(); }

private:
    struct Closer {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Closer> m_handle;
};

Error sqliteError(sqlite3* handle, const std::string& what);

} // namespace mahler::store
