#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <zlib.h>

#include "base/text_file.h"

using namespace mahler;

class TestBaseTextFile : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::string write(const char* name, const QByteArray& bytes) {
        QFile file(m_dir.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write a test file");
        return file.fileName().toStdString();
    }
    std::string writeGz(const char* name, const QByteArray& bytes) {
        const std::string path = m_dir.filePath(name).toStdString();
        gzFile file = gzopen(path.c_str(), "wb");
        if (!file || (!bytes.isEmpty() && gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) <= 0) || gzclose(file) != Z_OK)
            qFatal("cannot write a test file");
        return path;
    }
    /// A .zip with stored (not compressed) entries.
    static QByteArray zipOf(const QList<std::pair<QByteArray, QByteArray>>& entries) {
        QByteArray out, directory;
        const auto number = [](QByteArray& to, quint32 value, int bytes) {
            for (int i = 0; i < bytes; ++i) to.append(static_cast<char>(value >> (8 * i) & 0xFF));
        };
        for (const auto& [name, bytes] : entries) {
            const auto crc = static_cast<quint32>(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
            const auto at = static_cast<quint32>(out.size());
            QByteArray common;
            number(common, 20, 2), number(common, 0, 2), number(common, 0, 2), number(common, 0, 4), number(common, crc, 4);
            number(common, static_cast<quint32>(bytes.size()), 4), number(common, static_cast<quint32>(bytes.size()), 4);
            number(common, static_cast<quint32>(name.size()), 2), number(common, 0, 2);
            out += QByteArray("PK\x03\x04", 4) + common + name + bytes;
            directory += QByteArray("PK\x01\x02", 4);
            number(directory, 20, 2);
            directory += common;
            number(directory, 0, 2), number(directory, 0, 2), number(directory, 0, 2), number(directory, 0, 4), number(directory, at, 4);
            directory += name;
        }
        const auto start = static_cast<quint32>(out.size());
        out += directory + QByteArray("PK\x05\x06", 4);
        number(out, 0, 4), number(out, static_cast<quint32>(entries.size()), 2), number(out, static_cast<quint32>(entries.size()), 2);
        number(out, static_cast<quint32>(directory.size()), 4), number(out, start, 4), number(out, 0, 2);
        return out;
    }
    static std::vector<std::string> linesOf(const std::string& path, const std::string& entry = {}) {
        auto reader = LineReader::open(path, entry);
        std::vector<std::string> lines;
        std::string_view line;
        while (reader) {
            const auto more = reader->next(line);
            if (!more) lines.push_back("ERROR " + more.error().detail);
            if (!more || !*more) break;
            lines.emplace_back(line);
        }
        return lines;
    }

private Q_SLOTS:
    void plainGzipAndZipReadAlike() {
        const QByteArray text = "\xEF\xBB\xBF"
                                "a,b\r\n1,2\n\nlast";
        const std::vector<std::string> lines{"a,b", "1,2", "", "last"};
        QCOMPARE(linesOf(write("t.csv", text)), lines);
        QCOMPARE(linesOf(writeGz("t.csv.gz", text)), lines);
        const auto zip = write("t.zip", zipOf({{"t.csv", text}}));
        QCOMPARE(linesOf(zip), lines);
        QCOMPARE(*zipEntries(zip), std::vector<std::string>{"t.csv"});
        QCOMPARE(linesOf(zip, "t.csv"), lines);
    }
    void linesAcrossBlocksStayWhole() {
        QByteArray text;
        for (int i = 0; i < 20000; ++i) text += QByteArray::number(i) + QByteArray(i % 97, 'x') + "\n";
        auto reader = LineReader::open(writeGz("many.gz", text));
        std::string_view line;
        std::size_t count = 0;
        while (reader->next(line).value_or(false)) {
            QVERIFY(line.starts_with(std::to_string(count)) && line.size() == std::to_string(count).size() + count % 97);
            ++count;
            QCOMPARE(reader->lineNumber(), count);
        }
        QCOMPARE(count, std::size_t{20000});
    }
    void emptyFilesHaveNoLine() {
        QVERIFY(linesOf(write("empty.csv", {})).empty());
        QVERIFY(linesOf(writeGz("empty.gz", {})).empty());
        QCOMPARE(linesOf(write("newline.csv", "\n")), std::vector<std::string>{""});
    }
    void cutArchivesAreAnErrorAtEveryLength() {
        QByteArray text;
        for (int i = 0; i < 5000; ++i) text += QByteArray::number(i * 7919) + "\n";
        const auto path = writeGz("whole.gz", text);
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        for (qsizetype length = 4; length < whole.size(); length += 97) {
            const auto lines = linesOf(write("cut.gz", whole.left(length)));
            QVERIFY2(!lines.empty() && QString::fromStdString(lines.back()).contains("cut or damaged"), qPrintable(QString::number(length)));
        }
        QByteArray zip = zipOf({{"t.csv", "abc\ndef\n"}});
        zip[40] = static_cast<char>(zip[40] ^ 1); // one bit of the contents
        QVERIFY(QString::fromStdString(linesOf(write("flip.zip", zip)).back()).contains("cut or damaged"));
        QVERIFY(!readZip(m_dir.filePath("flip.zip").toStdString(), [](const std::string&, std::string_view) { return Result<void>(); }));
        QVERIFY(!LineReader::open(write("short.zip", zip.left(30))));
    }
    void anOverlongLineIsRefusedWithItsNumber() {
        const auto path = write("long.csv", QByteArray("ok\n") + QByteArray((1 << 20) + 1, 'x'));
        QCOMPARE(linesOf(path).back(), "ERROR " + path + ":2: the line is longer than 1 MiB");
        QCOMPARE(linesOf(write("just.csv", QByteArray(1 << 20, 'x'))).front().size(), std::size_t{1} << 20);
    }
    void whatCannotBeOpenedSaysWhy() {
        QCOMPARE(LineReader::open(m_dir.filePath("none").toStdString()).error().code, ErrorCode::NotFound);
        QVERIFY(QString::fromStdString(LineReader::open(m_dir.path().toStdString()).error().detail).contains("is a directory"));
        const auto two = write("two.zip", zipOf({{"a", "1\n"}, {"b", "2\n"}}));
        QVERIFY(!LineReader::open(two));
        QVERIFY(!LineReader::open(two, "c"));
        QCOMPARE(linesOf(two, "b"), std::vector<std::string>{"2"});
    }
    void zipEntriesAreVisitedInOrderAndLimited() {
        const auto path = write("visit.zip", zipOf({{"b", "22"}, {"a", ""}, {"c", "333"}}));
        std::string seen;
        const auto all = readZip(path, [&](const std::string& name, std::string_view bytes) {
            seen += name + "=" + std::string(bytes) + ";";
            return Result<void>();
        });
        QVERIFY(all.has_value());
        QCOMPARE(seen, std::string("b=22;a=;c=333;"));
        QVERIFY(!readZip(
            path, [](const std::string&, std::string_view) { return Result<void>(); }, 2));
        const auto stopped = readZip(path, [](const std::string& name, std::string_view) { return Result<void>(badInput(name)); });
        QCOMPARE(stopped.error().detail, std::string("b"));
    }
    void csvSplitsQuotedCells() {
        std::vector<std::string> cells;
        QVERIFY(splitCsv("a,\"b,\"\"c\"\"\",,d", cells).has_value());
        QCOMPARE(cells, (std::vector<std::string>{"a", "b,\"c\"", "", "d"}));
        QVERIFY(splitCsv("", cells).has_value());
        QCOMPARE(cells, std::vector<std::string>{""});
        QVERIFY(splitCsv("x,", cells).has_value());
        QCOMPARE(cells, (std::vector<std::string>{"x", ""}));
        QVERIFY(!splitCsv("a,\"b", cells).has_value());
    }
    void numbersAreStrict() {
        QCOMPARE(*parseNumber("+1.5e3"), 1500.0);
        QCOMPARE(*parseInteger("-12"), std::int64_t{-12});
        for (const char* text : {"", " 1", "1 ", "nan", "inf", "1e999", "0x1", "1,0", "+-1", "1.5.5"}) QVERIFY2(!parseNumber(text), text);
        for (const char* text : {"", "1.0", "99999999999999999999", "+", "a"}) QVERIFY2(!parseInteger(text), text);
    }
    void wholeFilesAreLimited() {
        const auto path = write("whole.txt", "hello");
        QCOMPARE(*readFile(path), std::string("hello"));
        QVERIFY(!readFile(path, 4));
        QCOMPARE(readFile(m_dir.filePath("no").toStdString()).error().code, ErrorCode::NotFound);
        QCOMPARE(readFile(m_dir.path().toStdString()).error().code, ErrorCode::BadInput);
    }
    void atomicWritesReplaceAndLeaveNothingBehind() {
        const auto path = m_dir.filePath("atomic.txt").toStdString();
        QVERIFY(writeFileAtomically(path, "one"));
        QVERIFY(writeFileAtomically(path, "two"));
        QCOMPARE(*readFile(path), std::string("two"));
        QVERIFY(!QFile::exists(m_dir.filePath("atomic.txt.part")));
        QVERIFY(!writeFileAtomically(m_dir.filePath("no/such/folder").toStdString(), "x"));
        QVERIFY(QDir(m_dir.path()).mkpath("full/inside"));
        QCOMPARE(writeFileAtomically(m_dir.filePath("full").toStdString(), "x").error().code, ErrorCode::Io);
        QVERIFY(!QFile::exists(m_dir.filePath("full.part")));
    }
};

QTEST_APPLESS_MAIN(TestBaseTextFile)
#include "tst_base_text_file.moc"
