#include <QTest>

#include "backtest/fault_session.h"

using namespace mahler;
using namespace mahler::backtest;

namespace {

FaultResult played(std::uint64_t seed, const FaultSet& faults, bool replay = false) {
    FaultOptions options;
    options.seed = seed;
    options.faults = faults;
    options.replay = replay;
    return runFaultSession(options);
}

} // namespace

class FaultsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFaultHasANameOfItsOwn() {
        QVERIFY(allFaults().size() >= 60);
        std::set<std::string> names;
        for (const auto kind : allFaults()) {
            QVERIFY(names.insert(toString(kind)).second);
            const auto parsed = parseFaults(toString(kind));
            QVERIFY(parsed && *parsed == FaultSet{kind});
        }
        QCOMPARE(parseFaults("all")->size(), allFaults().size());
        QVERIFY(parseFaults("none")->empty());
        for (const char* bad : {"", "rain", "quotes-freeze,", ",quotes-freeze", "quotes-freeze,,broker-down"}) QVERIFY2(!parseFaults(bad), bad);
    }

    void aCalmSessionTradesAndBreaksNothing() {
        std::int64_t sent = 0, closed = 0;
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            const auto r = played(seed, {}, true);
            QVERIFY2(!r.violation, r.violation ? r.violation->detail.c_str() : "");
            sent += r.sent;
            closed += r.closed;
        }
        QVERIFY(sent > 20 && closed > 5);
    }

    void noRuleBreaksWhateverFails() {
        std::array<std::int64_t, kFaultKinds> struck{};
        std::int64_t sent = 0, restarts = 0;
        const FaultSet all(allFaults().begin(), allFaults().end());
        for (std::uint64_t seed = 1; seed <= 120; ++seed) {
            const auto r = played(seed, all, seed % 4 == 0);
            QVERIFY2(!r.violation, qPrintable(QStringLiteral("seed %1, command %2, %3: %4")
                                                  .arg(seed)
                                                  .arg(r.atCommand)
                                                  .arg(QString::fromStdString(r.violation ? r.violation->rule : ""),
                                                       QString::fromStdString(r.violation ? r.violation->detail : ""))));
            for (std::size_t i = 0; i < struck.size(); ++i) struck[i] += r.faults[i];
            sent += r.sent;
            restarts += r.restarts;
        }
        QVERIFY(sent > 500 && restarts > 5);
        QVERIFY(std::count_if(struck.begin(), struck.end(), [](auto n) { return n > 0; }) >= 70);
        for (const auto kind : all) { // what luck left out, alone
            const auto at = static_cast<std::size_t>(kind);
            for (std::uint64_t seed = 1; seed <= 12 && struck[at] == 0; ++seed) {
                const auto r = played(seed, {kind});
                QVERIFY2(!r.violation, r.violation ? r.violation->detail.c_str() : "");
                struck[at] += r.faults[at];
            }
            QVERIFY2(struck[at] > 0, toString(kind));
        }
    }

    void aProcessKilledAtEveryTurnKeepsEveryRule() {
        std::int64_t restarts = 0, sent = 0;
        for (std::uint64_t seed = 1; seed <= 25; ++seed) {
            const auto r = played(seed,
                                  {FaultKind::KilledBetween, FaultKind::KilledBeforeCommit, FaultKind::KilledAfterCommit,
                                   FaultKind::KilledBetweenSends, FaultKind::MonoRestarts, FaultKind::TimeoutAfterAccept},
                                  true);
            QVERIFY2(!r.violation, r.violation ? r.violation->detail.c_str() : "");
            restarts += r.restarts;
            sent += r.sent;
        }
        QVERIFY2(restarts > 40 && sent > 100, qPrintable(QStringLiteral("%1 %2").arg(restarts).arg(sent)));
    }

    void theSameSeedIsTheSameSession() {
        const FaultSet all(allFaults().begin(), allFaults().end());
        const auto a = played(77, all), b = played(77, all);
        QCOMPARE(a.commands, b.commands);
        QCOMPARE(a.events, b.events);
        QCOMPARE(a.checks, b.checks);
        QVERIFY(a.faults == b.faults);
    }
};

QTEST_APPLESS_MAIN(FaultsTest)
#include "tst_backtest_faults.moc"
