#include <algorithm>

#include "base/random.h"
#include "store_harness.h"

using namespace mahler;
using namespace mahler::store;

class SearchTest : public QObject {
    Q_OBJECT

    struct Sample {
        NewRecord record;
        std::int64_t seq = 0, utcNs = 0;
    };
    QTemporaryDir m_dir;
    std::unique_ptr<Journal> m_journal;
    std::vector<Sample> m_samples;

    template <class T> static const T& pick(Random& random, const std::vector<T>& from) { return from[random.below(from.size())]; }

    /// The words as the full-text index sees them: letters, digits and - _ . hold together, all else parts.
    static std::vector<std::string> wordsOf(const std::string& text) {
        std::vector<std::string> words(1);
        for (const char c : text) {
            if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.')
                words.back().push_back(c);
            else if (c >= 'A' && c <= 'Z')
                words.back().push_back(static_cast<char>(c - 'A' + 'a'));
            else if (!words.back().empty())
                words.emplace_back();
        }
        return words;
    }
    static bool matches(const Sample& s, const SearchQuery& q) {
        const auto& r = s.record;
        if (!r.type.starts_with(q.type) || !r.actor.starts_with(q.actor) || !r.correlation.starts_with(q.correlation)) return false;
        if ((q.sinceUtcNs != 0 && s.utcNs < q.sinceUtcNs) || (q.untilUtcNs != 0 && s.utcNs > q.untilUtcNs)) return false;
        const auto have = wordsOf(r.type + " " + r.actor + " " + r.correlation + " " + r.searchText);
        for (const auto& wanted : wordsOf(q.text))
            if (std::none_of(have.begin(), have.end(), [&](const std::string& w) { return w.starts_with(wanted); })) return false;
        return true;
    }

private Q_SLOTS:
    void initTestCase() {
        auto journal = openTest(m_dir.filePath("j.db").toStdString());
        QVERIFY(journal.has_value());
        m_journal = std::move(*journal);
        const std::vector<std::string> types{"order.state", "order.intent", "orders", "halt.set", "halt.cleared", "in.timer"};
        const std::vector<std::string> actors{"system", "user:ann", "user:anna", "agent:desk", "broker"};
        const std::vector<std::string> words{"SPY", "QQQ", "put", "spread", "put-spread", "Halted", "reconciled", "spreading"};
        Random random(5);
        std::vector<NewRecord> batch;
        for (int i = 1; i <= 1500; ++i) {
            NewRecord r{pick(random, types), 1, pick(random, actors), {}, "{\"n\":" + std::to_string(i) + "}", {}};
            if (random.uniform() < 0.7) r.correlation = "M-" + std::to_string(random.below(900)); // more than can be merged by name
            for (int n = 0; n < 3; ++n) r.searchText += pick(random, words) + " ";
            batch.push_back(r);
            const int second = i < 700 ? i : i - 300; // the wall clock is put back once
            m_samples.push_back({r, i, toNanos(at(i % 3 ? second - i % 3 : second).utc)});
            if (i % 3 == 0 || i == 1500) {
                for (std::size_t k = m_samples.size() - batch.size(); k < m_samples.size(); ++k) m_samples[k].utcNs = toNanos(at(second).utc);
                QVERIFY(m_journal->append(at(second), batch).has_value());
                batch.clear();
            }
        }
    }

    void everyQueryFindsWhatAPlainScanFindsPageByPage() {
        const std::vector<std::string> texts{"", "", "", "spy", "spread", "put-", "s", "halt", "nothing", "put spy", "rec halted", "order.st", "m-1"};
        const std::vector<std::string> types{"", "", "order", "order.", "order.state", "halt.set", "x", "in."};
        const std::vector<std::string> actors{"", "", "user", "user:", "user:ann", "user:anna", "broker", "nobody"};
        const std::vector<std::string> ids{"", "", "", "M", "M-1", "M-12", "M-123", "N"};
        Random random(8);
        for (int i = 0; i < 400; ++i) {
            SearchQuery q;
            q.text = pick(random, texts);
            q.type = pick(random, types);
            q.actor = pick(random, actors);
            q.correlation = pick(random, ids);
            if (random.uniform() < 0.3) q.sinceUtcNs = toNanos(at(static_cast<int>(random.below(1300))).utc);
            if (random.uniform() < 0.3) q.untilUtcNs = toNanos(at(static_cast<int>(random.below(1300))).utc);
            q.limit = 1 + random.below(400);
            std::vector<std::int64_t> expected, found;
            for (auto s = m_samples.rbegin(); s != m_samples.rend(); ++s)
                if (matches(*s, q)) expected.push_back(s->seq);
            const QByteArray name =
                QByteArray::fromStdString("'" + q.text + "' type '" + q.type + "' actor '" + q.actor + "' id '" + q.correlation + "'");
            for (;;) {
                const auto page = m_journal->search(q);
                QVERIFY2(page.has_value(), name.constData());
                QVERIFY(page->size() <= q.limit);
                for (const auto& r : *page) found.push_back(r.seq);
                if (page->size() < q.limit) break;
                q.beforeSeq = page->back().seq;
            }
            QVERIFY2(found == expected, name.constData());
        }
    }

    void operatorsQuotesAndOddBytesAreOnlyWords() {
        for (const char* text :
             {"\" OR 1=1 --", "spy OR qqq", "NEAR(", "*", "words:", "a\tb", "\"\"", "(", "'; DROP TABLE records", "\xff\xfe", ":"}) {
            SearchQuery q;
            q.text = text;
            QVERIFY2(m_journal->search(q).has_value(), text);
            q = {};
            q.type = q.actor = text;
            QVERIFY2(m_journal->search(q).has_value(), text);
            q.text = "spy";
            QVERIFY2(m_journal->search(q).has_value(), text);
        }
        QCOMPARE(m_journal->lastSeq(), std::int64_t{1500});
    }

    void aRebuiltProjectionFindsTheSame() {
        SearchQuery q;
        q.text = "put qqq";
        const auto before = m_journal->search(q);
        QVERIFY(before.has_value() && !before->empty());
        QVERIFY(m_journal->rebuildSearch().has_value());
        const auto after = m_journal->search(q);
        QVERIFY(after.has_value());
        QVERIFY(same(*before, *after));
    }

    void recordsTheIndexLostAreFoundAgain() {
        const std::string path = m_dir.filePath("lost.db").toStdString();
        {
            const auto journal = openTest(m_dir.filePath("stopped.db").toStdString());
            QVERIFY(journal.has_value() && appendTest(**journal, 1, 6));
            for (const char* part : {"", "-wal", ".anchor"}) // as a crash leaves it: no clean exit vouches for the file's bytes
                QVERIFY(QFile::copy(m_dir.filePath("stopped.db") + part, QString::fromStdString(path) + part));
        }
        sqlite3* db = nullptr;
        QCOMPARE(sqlite3_open(path.c_str(), &db), SQLITE_OK);
        QCOMPARE(sqlite3_exec(db, "DELETE FROM search WHERE rowid IN (2, 5, 6)", nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(db);
        for (int start = 0; start < 2; ++start) { // mended once, and then whole
            const auto journal = openTest(path);
            QVERIFY2(journal.has_value(), journal ? "" : journal.error().detail.c_str());
            SearchQuery q;
            q.text = "ann";
            QCOMPARE((*journal)->search(q)->size(), std::size_t{6});
            q.text = "m-5";
            QCOMPARE((*journal)->search(q)->size(), std::size_t{1});
        }
    }

    void aReaderBesideTheWriterSeesWhatIsCommitted() {
        const auto reader = JournalReader::open(m_dir.filePath("j.db").toStdString());
        QVERIFY(reader.has_value());
        QCOMPARE((*reader)->lastSeq(), std::int64_t{1500});
        const NewRecord r{"note", 1, "system", "", "{}", "hello"};
        QVERIFY(m_journal->append(at(2000), std::span(&r, 1)).has_value());
        QCOMPARE((*reader)->lastSeq(), std::int64_t{1501});
        SearchQuery q;
        q.text = "hello";
        QCOMPARE((*reader)->search(q)->size(), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(SearchTest)
#include "tst_store_search.moc"
