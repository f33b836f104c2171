#pragma once

#include <cstring>
#include <functional>
#include <new>
#include <sqlite3.h>
#include <string>

/// A disk that fails on demand: stands between SQLite and the real file system while it lives. One at a time.
class FaultVfs {
public:
    enum class Operation { Write, Sync };
    /// Asked before each write and sync of a file; anything but SQLITE_OK fails it with that code.
    using Fault = std::function<int(Operation, const std::string& file)>;

    FaultVfs() {
        s_current = this;
        m_real = sqlite3_vfs_find(nullptr);
        m_vfs = *m_real;
        m_vfs.zName = "mahler-fault";
        m_vfs.pNext = nullptr;
        m_vfs.szOsFile = static_cast<int>(sizeof(File)) + m_real->szOsFile;
        m_vfs.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) { return s_current->open(name, file, flags, out); };
        sqlite3_vfs_register(&m_vfs, 1);
    }
    ~FaultVfs() {
        sqlite3_vfs_unregister(&m_vfs);
        sqlite3_vfs_register(m_real, 1);
        s_current = nullptr;
    }
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;

    Fault fault;
    int writes = 0, syncs = 0; ///< asked for, failed ones included

private:
    struct File {
        sqlite3_file base;
        sqlite3_file* real;
        const char* name; ///< SQLite keeps it until the file is closed
    };
    static File* own(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
    static sqlite3_file* real(sqlite3_file* file) { return own(file)->real; }
    static const sqlite3_io_methods* methods(sqlite3_file* file) { return own(file)->real->pMethods; }

    int open(const char* name, sqlite3_file* file, int flags, int* out) {
        File* f = new (file) File{{nullptr}, reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File)), name};
        const int code = m_real->xOpen(m_real, name, f->real, flags, out);
        if (f->real->pMethods) f->base.pMethods = table();
        return code;
    }
    int ask(Operation operation, const char* name) const { return fault ? fault(operation, name ? name : "") : SQLITE_OK; }

    static const sqlite3_io_methods* table() {
        static const sqlite3_io_methods t = [] {
            sqlite3_io_methods m;
            std::memset(&m, 0, sizeof m);
            m.iVersion = 2;
            m.xClose = [](sqlite3_file* f) { return methods(f)->xClose(real(f)); };
            m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) { return methods(f)->xRead(real(f), to, n, at); };
            m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
                ++s_current->writes;
                const int code = s_current->ask(Operation::Write, own(f)->name);
                return code != SQLITE_OK ? code : methods(f)->xWrite(real(f), from, n, at);
            };
            m.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return methods(f)->xTruncate(real(f), n); };
            m.xSync = [](sqlite3_file* f, int flags) {
                ++s_current->syncs;
                const int code = s_current->ask(Operation::Sync, own(f)->name);
                return code != SQLITE_OK ? code : methods(f)->xSync(real(f), flags);
            };
            m.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return methods(f)->xFileSize(real(f), n); };
            m.xLock = [](sqlite3_file* f, int level) { return methods(f)->xLock(real(f), level); };
            m.xUnlock = [](sqlite3_file* f, int level) { return methods(f)->xUnlock(real(f), level); };
            m.xCheckReservedLock = [](sqlite3_file* f, int* out) { return methods(f)->xCheckReservedLock(real(f), out); };
            m.xFileControl = [](sqlite3_file* f, int op, void* arg) { return methods(f)->xFileControl(real(f), op, arg); };
            m.xSectorSize = [](sqlite3_file* f) { return methods(f)->xSectorSize(real(f)); };
            m.xDeviceCharacteristics = [](sqlite3_file* f) { return methods(f)->xDeviceCharacteristics(real(f)); };
            m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
                return methods(f)->xShmMap(real(f), page, size, extend, out);
            };
            m.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) { return methods(f)->xShmLock(real(f), offset, n, flags); };
            m.xShmBarrier = [](sqlite3_file* f) { methods(f)->xShmBarrier(real(f)); };
            m.xShmUnmap = [](sqlite3_file* f, int remove) { return methods(f)->xShmUnmap(real(f), remove); };
            return m;
        }();
        return &t;
    }

    sqlite3_vfs* m_real = nullptr;
    sqlite3_vfs m_vfs{};
    inline static FaultVfs* s_current = nullptr;
};
