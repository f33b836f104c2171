#include <nlohmann/json.hpp>
#include <QCoreApplication>
#include <QProcess>

#include "app/bench/rows.h"
#include "pricing/european_batch.h"

namespace mahler::bench {

namespace {

constexpr int kPatienceMs = 600'000;

Row rowOf(const nlohmann::json& j) {
    const auto number = [&](const char* key) { return j.at(key).is_null() ? std::optional<double>() : j.at(key).get<double>(); };
    const auto text = [&](const char* key) { return j.at(key).is_null() ? std::string() : j.at(key).get<std::string>(); };
    Row row;
    row.name = text("name") + "_avx2";
    row.unit = text("unit");
    row.ours = number("ours");
    row.peer = number("peer");
    row.p50 = number("p50");
    row.p99 = number("p99");
    row.maxError = number("max_error");
    row.peerMaxError = number("peer_max_error");
    row.rmsError = number("rms_error");
    row.peerRmsError = number("peer_rms_error");
    row.peerName = text("peer_name");
    row.cycles = number("cycles_per_item");
    row.isa = text("isa");
    row.note = text("note");
    return row;
}

} // namespace

std::vector<Row> avx2Rows(const std::string& prefix) {
    if (pricing::activeIsa() != pricing::Isa::Avx512) return {};
    QProcess child;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("MAHLER_ISA"), QStringLiteral("avx2"));
    child.setProcessEnvironment(environment);
    child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--json"), QStringLiteral("--only"), QString::fromStdString(prefix)});
    const auto failed = [&](const std::string& why) {
        Row row;
        row.name = prefix + "_avx2";
        row.note = "not measured: " + why;
        return std::vector<Row>{row};
    };
    if (!child.waitForFinished(kPatienceMs) || child.exitCode() != 0) return failed("the process for AVX2 failed");
    const auto parsed = nlohmann::json::parse(child.readAllStandardOutput().toStdString(), nullptr, false);
    if (parsed.is_discarded() || parsed.value("isa", "") != pricing::toString(pricing::Isa::Avx2)) return failed("the process did not run on AVX2");
    std::vector<Row> rows;
    for (const auto& j : parsed.at("results")) rows.push_back(rowOf(j));
    return rows;
}

} // namespace mahler::bench
