#include <QTest>

#include "base/random.h"
#include "market/chain.h"

using namespace mahler;
using namespace mahler::market;
using namespace std::chrono_literals;

namespace {

ChainBuilder::Row rowOf(const char* root, TradingDate expiry, const char* strike, Right right, const char* bid, const char* ask) {
    ChainBuilder::Row row;
    row.contract = OptionContract::make(root, expiry, *Price::parse(strike), right);
    row.quote.bid = *Price::parse(bid);
    row.quote.ask = *Price::parse(ask);
    return row;
}

const TradingDate kJune = 2019y / 6 / 21;
const TradingDate kMay = 2019y / 5 / 24;

} // namespace

class TestMarketChain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sortsByExpiryRootStrikeAndCallBeforePut() {
        ChainBuilder builder("SPX", *parseUtc("2019-05-02T19:45Z"), *Price::parse("2920"), "test");
        QVERIFY(builder.add(rowOf("SPXW", kJune, "2900", Right::Put, "1", "2")));
        QVERIFY(builder.add(rowOf("SPX", kJune, "2950", Right::Put, "3", "4")));
        QVERIFY(builder.add(rowOf("SPX", kJune, "2900", Right::Put, "5", "6")));
        QVERIFY(builder.add(rowOf("SPX", kJune, "2900", Right::Call, "7", "8")));
        QVERIFY(builder.add(rowOf("SPXW", kMay, "3000", Right::Call, "9", "9.5")));
        QVERIFY(!builder.add(rowOf("SPX", kJune, "2900", Right::Call, "70", "80")));
        const auto chain = std::move(builder).build();
        QCOMPARE(chain->size(), std::size_t{5});
        QCOMPARE(chain->expiries.size(), std::size_t{3});
        QCOMPARE(chain->contract(0).id(), std::string("SPXW190524C03000000"));
        QCOMPARE(chain->contract(1).id(), std::string("SPX190621C02900000"));
        QCOMPARE(chain->contract(2).id(), std::string("SPX190621P02900000"));
        QCOMPARE(chain->contract(3).id(), std::string("SPX190621P02950000"));
        QCOMPARE(chain->contract(4).id(), std::string("SPXW190621P02900000"));
        QCOMPARE(chain->contract(4).underlying, std::string("SPX"));
        QCOMPARE(chain->quote(1).bid->micros(), 7'000'000); // the first of two is kept
        QCOMPARE(chain->slice(kJune)->root, std::string("SPX"));
        QCOMPARE(chain->slice(kJune, "SPXW")->begin, std::size_t{4});
        QVERIFY(!chain->slice(kMay, "SPX"));
        QVERIFY(!chain->slice(2019y / 6 / 22));
        QVERIFY(chain->expiries[1].expiresAt < chain->expiries[2].expiresAt); // AM before PM
    }
    void absentCellsStayAbsent() {
        ChainBuilder builder("SPY", {}, std::nullopt, "test");
        ChainBuilder::Row row;
        row.contract = OptionContract::make("SPY", kJune, *Price::parse("290"), Right::Call);
        row.quote.bid = Price{};
        row.quote.openInterest = 0;
        row.vendorDelta = -0.25;
        QVERIFY(builder.add(row));
        const auto chain = std::move(builder).build();
        const Quote quote = chain->quote(0);
        QVERIFY(quote.bid && quote.bid->micros() == 0);
        QVERIFY(quote.openInterest && *quote.openInterest == 0);
        QVERIFY(!quote.ask && !quote.last && !quote.bidSize && !quote.askSize && !quote.volume && !quote.mid() && !quote.width());
        QVERIFY(chain->has(0, kHasVendorDelta) && !chain->has(0, kHasVendorIv));
        QVERIFY(!chain->spot);
    }
    void findsEveryRowAndNothingElse() {
        Random random(7);
        ChainBuilder builder("SPY", {}, std::nullopt, "test");
        std::vector<OptionContract> added;
        for (int i = 0; i < 5000; ++i) {
            const TradingDate expiry = addDays(kMay, static_cast<int>(random.below(40)));
            const auto strike = Price::fromMicros(static_cast<std::int64_t>(200 + random.below(120)) * 1'000'000);
            const auto c = OptionContract::make("SPY", expiry, strike, random.below(2) == 0 ? Right::Call : Right::Put);
            if (builder.add({c, {}, {}, {}})) added.push_back(c);
        }
        QCOMPARE(builder.size(), added.size());
        QVERIFY(added.size() < 5000); // some were drawn twice
        const auto chain = std::move(builder).build();
        for (const OptionContract& c : added) {
            const auto row = chain->find(c);
            QVERIFY(row.has_value());
            QVERIFY(chain->contract(*row) == c);
        }
        QVERIFY(!chain->find(OptionContract::make("SPY", kMay, *Price::parse("500"), Right::Call)));
        QVERIFY(!chain->find(OptionContract::make("QQQ", kMay, *Price::parse("210"), Right::Call)));
        QVERIFY(!chain->find(OptionContract::make("SPY", 2030y / 1 / 2, *Price::parse("210"), Right::Call)));
    }
    void anEmptyChainAnswersNothing() {
        const auto chain = ChainBuilder("SPY", {}, std::nullopt, "test").build();
        QCOMPARE(chain->size(), std::size_t{0});
        QVERIFY(!chain->find(OptionContract::make("SPY", kMay, *Price::parse("1"), Right::Call)));
        QVERIFY(!chain->slice(kMay));
    }
    void crossedQuotesHaveNoMid() {
        Quote quote;
        quote.bid = *Price::parse("2");
        quote.ask = *Price::parse("1");
        QVERIFY(quote.crossed() && !quote.twoSided() && !quote.mid() && !quote.width());
        quote.ask = *Price::parse("2.000001");
        QCOMPARE(quote.mid()->micros(), 2'000'000);
        UnderlyingQuote underlying;
        QVERIFY(!underlying.price());
        underlying.quote.last = *Price::parse("5");
        QCOMPARE(underlying.price()->micros(), 5'000'000);
    }
};

QTEST_APPLESS_MAIN(TestMarketChain)
#include "tst_market_chain.moc"
