#include <memory>
#include <QTest>
#include <thread>

#include "base/mailbox.h"
#include "base/worker.h"

#if defined(__linux__)
#include <pthread.h>
#endif

using namespace mahler;
using namespace std::chrono_literals;

class TestBaseMailbox : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aFullBoxRefuses() {
        Mailbox<int> box(2);
        QVERIFY(box.push(1) && box.push(2) && !box.push(3));
        QCOMPARE(box.size(), std::size_t{2});
        QCOMPARE(*box.tryPop(), 1);
        QVERIFY(box.push(4));
        QCOMPARE(*box.tryPop(), 2);
        QCOMPARE(*box.tryPop(), 4);
        QVERIFY(!box.tryPop());
    }
    void aClosedBoxRefusesAndGivesWhatItHas() {
        Mailbox<std::unique_ptr<int>> box(4);
        QVERIFY(box.push(std::make_unique<int>(7)));
        box.close();
        QVERIFY(box.closed() && !box.push(std::make_unique<int>(8)));
        QCOMPARE(**box.popFor(1h), 7);
        QVERIFY(!box.popFor(1h)); // at once, not after an hour
    }
    void waitingEndsAtTheDeadline() {
        Mailbox<int> box(1);
        QVERIFY(!box.popFor(1ms));
    }
#if defined(__linux__)
    void aWorkerBearsItsNameInTheDebugger() {
        Mailbox<std::string> names(1);
        Worker worker("a name of over fifteen bytes", 1, {});
        QVERIFY(worker.post([&](std::stop_token) {
            char name[32] = {};
            pthread_getname_np(pthread_self(), name, sizeof name);
            QVERIFY(names.push(name));
        }));
        const auto name = names.popFor(1h);
        QVERIFY(name.has_value());
        QCOMPARE(*name, std::string("a name of over ")); // as much as the system keeps
    }
#endif
    void everyMessageArrivesOnceAndInOrder() {
        Mailbox<int> box(8);
        const int count = 20'000;
        std::jthread producer([&] {
            for (int i = 0; i < count;)
                if (box.push(i))
                    ++i;
                else
                    std::this_thread::yield();
            box.close();
        });
        int expected = 0;
        while (const auto message = box.popFor(10s)) QCOMPARE(*message, expected++);
        QCOMPARE(expected, count);
    }
};

QTEST_APPLESS_MAIN(TestBaseMailbox)
#include "tst_base_mailbox.moc"
