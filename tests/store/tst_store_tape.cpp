#include <algorithm>
#include <bit>
#include <filesystem>
#include <limits>
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
        if (maybe()) q.bid = Price::fromMicros(static_cast<std::int64_t>(random.next() % 1'000'000'000) - 500'000'000);
        if (maybe()) q.ask = Price::fromMicros(static_cast<std::int64_t>(random.next() % 1'000'000'000));
        if (maybe()) q.last = Price::fromMicros(static_cast<std::int64_t>(random.next() % 1'000'000'000));
        if (maybe()) q.bidSize = static_cast<std::int64_t>(random.below(1000));
        if (maybe()) q.askSize = static_cast<std::int64_t>(random.below(1000));
        if (maybe()) q.openInterest = static_cast<std::int64_t>(random.below(100000));
        if (maybe()) q.volume = static_cast<std::int64_t>(random.below(100000));
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
            if (random.uniform() < 0.5) u.priorClose = Price::fromMicros(static_cast<std::int64_t>(random.next() % 1'000'000'000));
            e.tick.underlyings.push_back(u);
        }
        if (random.uniform() < 0.5) e.tick.vix = 10 + random.uniform() * 50;
        if (random.uniform() < 0.5) e.tick.vixPriorClose = 10 + random.uniform() * 50;
        e.tick.vixTime = utcFromNanos(static_cast<std::int64_t>(random.next() >> 2));
        e.tick.session = static_cast<market::Session>(random.below(4));
        for (int i = 0; i < 8; ++i) e.tick.watched.push_back({"SPY261231P0047000" + std::to_string(i), quote(random)});
        e.tick.dataErrors = static_cast<int>(random.below(3));
        return e;
    }

    static bool same(const market::Quote& a, const market::Quote& b) {
        return a.bid == b.bid && a.ask == b.ask && a.last == b.last && a.bidSize == b.bidSize && a.askSize == b.askSize && a.volume == b.volume &&
               a.openInterest == b.openInterest && a.time == b.time;
    }
    static bool same(const std::optional<double>& a, const std::optional<double>& b) {
        return a.has_value() == b.has_value() && (!a || std::bit_cast<std::uint64_t>(*a) == std::bit_cast<std::uint64_t>(*b));
    }
    static bool same(const TapeEntry& a, const TapeEntry& b) {
        const auto &x = a.tick, &y = b.tick;
        return a.commandNo == b.commandNo && a.at.utc == b.at.utc && a.at.mono == b.at.mono && x.time == y.time && x.session == y.session &&
               std::equal(
                   x.underlyings.begin(), x.underlyings.end(), y.underlyings.begin(), y.underlyings.end(),
                   [](const auto& u, const auto& v) { return u.symbol == v.symbol && same(u.quote, v.quote) && u.priorClose == v.priorClose; }) &&
               same(x.vix, y.vix) && same(x.vixPriorClose, y.vixPriorClose) && x.vixTime == y.vixTime &&
               std::equal(x.watched.begin(), x.watched.end(), y.watched.begin(), y.watched.end(),
                          [](const auto& u, const auto& v) { return u.contractId == v.contractId && same(u.quote, v.quote); }) &&
               x.dataErrors == y.dataErrors;
    }

private Q_SLOTS:
    void absentStaysAbsentAndOddNumbersKeepTheirBits() {
        TapeEntry e;
        e.commandNo = -1;
        e.tick.vix = -0.0;
        e.tick.vixPriorClose = std::bit_cast<double>(std::uint64_t{0x7ff8000000001234}); // a NaN with a payload
        e.tick.underlyings.push_back({"SPX", {}, {}});
        e.tick.underlyings.push_back(
            {"", {Price{}, {}, {}, 0, {}, {}, {}, UtcTime::min()}, Price::fromMicros(std::numeric_limits<std::int64_t>::min())});
        e.tick.dataErrors = std::numeric_limits<int>::max();
        const auto back = decodeTapeEntry(encodeTapeEntry(e));
        QVERIFY(back.has_value());
        QVERIFY(same(*back, e));
        QVERIFY(!back->tick.underlyings[0].quote.bid && !back->tick.underlyings[0].priorClose);
        QVERIFY(back->tick.underlyings[1].quote.bid && !back->tick.underlyings[1].quote.ask); // zero is a number
        e.tick.vix.reset();
        QVERIFY(!decodeTapeEntry(encodeTapeEntry(e))->tick.vix);
    }

    void everyFieldComesBackBitForBit() {
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            const auto bytes = encodeTapeEntry(entry(seed));
            const auto back = decodeTapeEntry(bytes);
            QVERIFY(back.has_value());
            QVERIFY(encodeTapeEntry(*back) == bytes);
            QVERIFY(same(*back, entry(seed)));
        }
    }

    void cutOrChangedBytesAreRefusedOrDifferent() {
        const auto bytes = encodeTapeEntry(entry(5));
        for (std::size_t n = 0; n < bytes.size(); ++n) QVERIFY(!decodeTapeEntry(std::string_view(bytes).substr(0, n)).has_value());
        QVERIFY(!decodeTapeEntry(bytes + "x").has_value());
        for (std::size_t n = 0; n < bytes.size(); ++n) {
            std::string changed = bytes;
            changed[n] = static_cast<char>(changed[n] ^ 0x81);
            if (const auto back = decodeTapeEntry(changed)) QVERIFY(encodeTapeEntry(*back) == changed);
        }
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
                if (*block) blocks.push_back(**block);
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
            for (const auto& e : *entries) QCOMPARE(e.commandNo, ++seen);
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

    void anExistingTapeIsNeverOverwrittenAndATapeIsPrivate() {
        QTemporaryDir dir;
        QVERIFY(TapeWriter::create(dir.filePath("t.tape").toStdString()).has_value());
        QVERIFY(!TapeWriter::create(dir.filePath("t.tape").toStdString()).has_value());
#ifndef _WIN32
        QVERIFY((static_cast<unsigned>(std::filesystem::status(dir.filePath("t.tape").toStdString()).permissions()) & 077) == 0);
#endif
    }
};

QTEST_APPLESS_MAIN(TapeTest)
#include "tst_store_tape.moc"
