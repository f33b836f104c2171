#include <cmath>
#include <nlohmann/json.hpp>
#include <QTest>

#include "base/json.h"

using namespace mahler;

class TestBaseJson : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void errorsNameLineAndColumn() {
        const auto bad = parseJson("{\n  \"a\": 1,\n  \"b\": }\n");
        QVERIFY(!bad);
        QCOMPARE(bad.error().detail, std::string("not valid JSON at line 3, column 8"));
        QVERIFY(!parseJson(""));
        QVERIFY(!parseJson("{\"a\":\"\xFF\"}"));
        QVERIFY(!parseJson("{} trailing"));
    }
    void commentsAreOnlyAllowedWhenAskedFor() {
        const std::string text = "{ // it's \"quoted\n /* [[[ */ \"a\": 1 }";
        QVERIFY(!parseJson(text));
        QCOMPARE((*parseJson(text, true))["a"].get<int>(), 1);
    }
    void nestingIsLimited() {
        const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
        QVERIFY(parseJson(nested(64)));
        QVERIFY(!parseJson(nested(65)));
        QVERIFY(!parseJson(std::string(200'000, '[')));
        QVERIFY(parseJson("[\"" + std::string(100, '[') + "\"]"));
        // A quote in a comment must not hide what follows it.
        QVERIFY(!parseJson("// \"\n" + nested(65), true));
        QVERIFY(!parseJson("/* \" */" + nested(65), true));
        QVERIFY(!parseJson("/* never closed", true));
    }
    void journalBodiesHaveOneByteForm() {
        Json body;
        body["b"] = 1;
        body["a"] = Json::array({true, nullptr, "\xC3\xA9\n"});
        QCOMPARE(*canonicalJson(body), std::string("{\"a\":[true,null,\"\xC3\xA9\\n\"],\"b\":1}"));
        body["a"][0] = 1.0;
        QVERIFY(!canonicalJson(body));
        Json broken;
        broken["t"] = "\xC3";
        QVERIFY(!canonicalJson(broken));
        QCOMPARE(*canonicalJson(*parseJson(*canonicalJson(Json{{"z", -5}, {"y", "x"}}))), std::string("{\"y\":\"x\",\"z\":-5}"));
    }
    void modelValuesBecomeMillionths() {
        QCOMPARE(*toMicroCount(0.1523), std::int64_t{152'300});
        QCOMPARE(*toMicroCount(-0.0000005), std::int64_t{-1});
        QVERIFY(!toMicroCount(std::nan("")));
        QVERIFY(!toMicroCount(1e13));
    }

    void textFromOutsideIsMadeUtf8() {
        for (const char* good : {"", "plain", "Zürich", "日本", "\xF0\x9F\x98\x80", "\xED\x9F\xBF"}) QVERIFY2(isUtf8(good), good);
        for (const char* bad : {"\xff", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\x80"})
            QVERIFY(!isUtf8(bad));
        Json body{{"a", "fine"}, {"b", {"x\xffy", 3}}};
        repairText(body);
        QCOMPARE(body.at("a").get<std::string>(), std::string("fine"));
        QCOMPARE(body.at("b").at(0).get<std::string>(), std::string("x\xEF\xBF\xBDy"));
        QVERIFY(canonicalJson(body).has_value());
    }
};

QTEST_APPLESS_MAIN(TestBaseJson)
#include "tst_base_json.moc"
