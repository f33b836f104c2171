#include <algorithm>
#include <cmath>
#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <string>

#include "app/bench/rows.h"
#include "base/random.h"
#include "pricing/option_pricer.h"

namespace mahler::bench {

namespace {

constexpr int kTableRows = 10'000, kRuns = 5;

/// Half American, half European, half with a volatility, half with a price; no two contracts share an expiry.
std::string mixedTable() {
    std::string csv = "id,style,type,spot,strike,t_years,rate,dividend_yield,vol,price\n";
    Random random(23);
    for (int i = 0; i < kTableRows; ++i) {
        const auto style = random.below(2) == 0 ? market::ExerciseStyle::American : market::ExerciseStyle::European;
        pricing::Inputs in;
        in.right = random.below(2) == 0 ? market::Right::Call : market::Right::Put;
        in.spot = 50 + 650 * random.uniform();
        in.strike = in.spot * (0.8 + 0.4 * random.uniform());
        in.years = 0.02 + 2 * random.uniform();
        in.rate = 0.08 * random.uniform();
        in.dividendYield = 0.06 * random.uniform();
        in.vol = 0.1 + 0.5 * random.uniform();
        csv += std::to_string(i) + (style == market::ExerciseStyle::American ? ",american," : ",european,") +
               (in.right == market::Right::Call ? "call" : "put");
        for (const double v : {in.spot, in.strike, in.years, in.rate, in.dividendYield}) csv += ',' + std::to_string(v);
        csv += random.below(2) == 0 ? ',' + std::to_string(in.vol) + ",\n" : ",," + std::to_string(pricing::price(style, in).price) + '\n';
    }
    return csv;
}

} // namespace

std::vector<Row> priceTableRows() {
    Row row;
    row.name = "price_table_10k_mixed";
    row.unit = "ms";
    const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/mahler");
    const QTemporaryDir folder;
    const QString in = folder.filePath(QStringLiteral("in.csv")), out = folder.filePath(QStringLiteral("out.csv"));
    QFile file(in);
    const std::string csv = mixedTable();
    if (!QFile::exists(program) || !file.open(QIODevice::WriteOnly) || file.write(csv.data(), static_cast<qint64>(csv.size())) < 0) {
        row.note = "mahler is not built beside this program";
        return {row};
    }
    file.close();
    std::vector<double> times;
    for (int i = 0; i < kRuns; ++i) {
        const auto began = Wall::now();
        const int code = QProcess::execute(program, {QStringLiteral("price"), QStringLiteral("--in"), in, QStringLiteral("--out"), out});
        if (code == 0) times.push_back(std::chrono::duration<double, std::milli>(Wall::now() - began).count());
    }
    row.note = "the process `mahler price` from start to end, all processors; " + std::to_string(times.size()) + " runs";
    if (!times.empty()) {
        std::sort(times.begin(), times.end());
        row.p50 = row.ours = times[times.size() / 2];
        row.p99 = times.back();
    }
    return {row};
}

} // namespace mahler::bench
