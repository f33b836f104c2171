#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "base/random.h"
#include "store/tape.h"

using namespace mahler;
using namespace mahler::store;

class TapeTest : public QObject {
    Q_OBJECT

    static market::Quote quote(Random& random) {
        market::Quote q;
        const auto maybe = [&] { return random.uniform() < 0.7; };
        if (maybe())
            q.bid = Price::fromMicros(static_cast<std::int64_t>(random.next() % 1'000'000'000) - 500'000'000);
        if (maybe())
            q.ask = Price::fromMicros(static_cast<std::int64_t>(random.next() % 1'000'000'000));
        if (maybe())
            q.volume = static_cast<std::int64_t>(random.below(100000));
        q.time = utcFromNanos(static_cast<std::int64_t>(random.next() >> 2));
        return q;
    }
    static TapeEntry entry(std::uint64_t seed) {
        Random random(seed);
        TapeEntry e;
        e.commandNo = static_cast<std::int64_t>(seed);
        e.at = {utcFromNanos(static_cast<std::int64_t>(random.next() >> 2)), MonoTime(static_cast<std::int64_t>(random.next() >> 2))};
        e.tick.time = e.at.utc;
        e.tick.session = market::Session::Open;
        for (int i = 0; i < 4; ++i) {
            market::UnderlyingQuote u;
            u.symbol = "SYM" + std::to_string(i);
            u.quote = quote(random);
            e.tick.underlyings.push_back(u);
        }
        if (random.uniform() < 0.5)
            e.tick.vix = 10 + random.uniform() * 50;
        for (int i = 0; i < 8; ++i)
            e.tick.watched.push_back({"SPY261231P0047000" + std::to_string(i), quote(random)});
        e.tick.dataErrors = static_cast<int>(random.below(3));
        return e;
    }

private Q_SLOTS:
    void everyFieldComesBackBitForBit() {
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            const auto bytes = encodeTapeEntry(entry(seed));
            const auto back = decodeTapeEntry(bytes);
            QVERIFY(back.has_value());
            QVERIFY(encodeTapeEntry(*back) == bytes);
        }
    }

    void cutOrChangedBytesAreRefusedOrDifferent() {
        const auto bytes = encodeTapeEntry(entry(5));
        for (std::size_t n = 0; n < bytes.size(); ++n)
            QVERIFY(!decodeTapeEntry(std::string_view(bytes).substr(0, n)).has_value());
        QVERIFY(!decodeTapeEntry(bytes + "x").has_value());
    }

    void blocksAreReadBackAndCheckedAgainstTheirHash() {
        QTemporaryDir dir;
        std::vector<TapeBlock> blocks;
        {
            auto writer = TapeWriter::create(dir.filePath("t.tape").toStdString());
            QVERIFY(writer.has_value());
            for (std::uint64_t i = 1; i <= 1100; ++i) {
                const auto block = (*writer)->add(entry(i));
                QVERIFY(block.has_value());
                if (*block)
                    blocks.push_back(**block);
            }
            const auto last = (*writer)->flush();
            QVERIFY(last.has_value() && *last);
            blocks.push_back(**last);
        }
        QCOMPARE(blocks.size(), std::size_t{3});
        std::int64_t seen = 0;
        for (const auto& block : blocks) {
            const auto entries = readTapeBlock(dir.path().toStdString(), block);
            QVERIFY(entries.has_value());
            for (const auto& e : *entries)
                QCOMPARE(e.commandNo, ++seen);
        }
        QCOMPARE(seen, std::int64_t{1100});
        QFile file(dir.filePath("t.tape"));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(blocks[1].offset + 10));
        file.putChar('!');
        file.close();
        QVERIFY(readTapeBlock(dir.path().toStdString(), blocks[0]).has_value());
        QVERIFY(!readTapeBlock(dir.path().toStdString(), blocks[1]).has_value());
    }

    void aBlockCannotNameAnotherFolder() {
        QTemporaryDir dir;
        QVERIFY(!readTapeBlock(dir.path().toStdString(), {"../etc/passwd", 0, 10, 1, {}}).has_value());
    }

    void anExistingTapeIsNeverOverwritten() {
        QTemporaryDir dir;
        QVERIFY(TapeWriter::create(dir.filePath("t.tape").toStdString()).has_value());
        QVERIFY(!TapeWriter::create(dir.filePath("t.tape").toStdString()).has_value());
    }
};

QTEST_APPLESS_MAIN(TapeTest)
#include "tst_store_tape.moc"
