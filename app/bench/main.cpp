#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <QCoreApplication>
#include <string>
#include <thread>

#include "app/bench/rows.h"
#include "pricing/european_batch.h"

namespace {

using namespace mahler;
using namespace mahler::bench;

/// Rows that are measured together; `names` are beginnings of theirs.
struct Group {
    std::vector<std::string> names;
    std::vector<Row> (*measure)();
    bool window = false; ///< needs the application
    /// Beginnings of those whose instruction set is chosen once a process: measured again by another one on AVX2.
    std::vector<std::string> againOnAvx2{};
};

const std::vector<Group>& groups() {
    static const std::vector<Group> kGroups = {
        {{"european_price_greeks", "european_chain_mode", "european_iv_chain", "chain_refresh_10k_european", "spot_vol_grid_european"}, europeanRows},
        {{"european_price", "american_price"}, singlePriceRows},
        {{"american_chain", "american_iv", "american_spot_tick", "american_single", "american_cold", "verify_four_legs"},
         americanRows,
         false,
         {"american_cold", "american_single", "verify_four_legs"}},
        {{"spot_vol_grid_american", "value_at_risk", "surface_fit"}, portfolioRows, false, {"spot_vol_grid_american", "value_at_risk"}},
        {{"chain_refresh_american", "full_cycle", "strategy_coordination", "book_sums", "risk_decision", "breaker_evaluation", "halt_to_gate_closed",
          "agent_output", "journal_append"},
         deskRows},
        {{"breach_to_liquidation_orders"}, breachRows},
        {{"halt_key"}, haltRows, true},
        {{"approval_screen"}, approvalRows, true},
        {{"chain_10k_contracts_frame"}, contractFrameRows, true},
        {{"chain_10k_rows_frame"}, rowFrameRows, true},
        {{"cold_start"}, coldStartRows, true},
        {{"price_table"}, priceTableRows, true},
        {{"history_spx_quarter"}, historyRows},
    };
    return kGroups;
}

bool mayHold(const Group& group, const std::string& only) {
    return std::any_of(group.names.begin(), group.names.end(),
                       [&](const std::string& name) { return name.starts_with(only) || only.starts_with(name); });
}

std::string cpu() {
    std::ifstream in("/proc/cpuinfo");
    std::string line;
    while (std::getline(in, line))
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

nlohmann::json number(const std::optional<double>& v) { return v && std::isfinite(*v) ? nlohmann::json(*v) : nlohmann::json(nullptr); }

nlohmann::json text(const std::string& v) { return v.empty() ? nlohmann::json(nullptr) : nlohmann::json(v); }

double ratioOf(const Row& r) { return r.peer.value_or(std::nan("")) / r.ours.value_or(std::nan("")); } // not a number without a peer

nlohmann::json jsonOf(const Row& r) {
    return {{"name", r.name},
            {"unit", r.unit},
            {"ours", number(r.ours)},
            {"peer", number(r.peer)},
            {"peer_name", text(r.peerName)},
            {"ratio", number(ratioOf(r))},
            {"p50", number(r.p50)},
            {"p99", number(r.p99)},
            {"max_error", number(r.maxError)},
            {"peer_max_error", number(r.peerMaxError)},
            {"rms_error", number(r.rmsError)},
            {"peer_rms_error", number(r.peerRmsError)},
            {"cycles_per_item", number(r.cycles)},
            {"isa", text(r.isa)},
            {"note", text(r.note)}};
}

/// "12.3" or "-".
std::string shown(const std::optional<double>& v, const char* format) {
    char buffer[40] = "-";
    if (v && std::isfinite(*v)) std::snprintf(buffer, sizeof buffer, format, *v);
    return buffer;
}

void print(const Row& r) {
    std::printf("%-36s %12.3f p50 %10s p99  %s  peer/ours %s  max error %s (peer %s)  cycles %s  %s  %s\n", r.name.c_str(), r.p50.value_or(0),
                shown(r.p99, "%.3f").c_str(), r.unit.c_str(), shown(ratioOf(r), "%.1f").c_str(), shown(r.maxError, "%.2g").c_str(),
                shown(r.peerMaxError, "%.2g").c_str(), shown(r.cycles, "%.1f").c_str(), r.isa.c_str(), r.note.c_str());
    std::fflush(stdout);
}

int refuse(const std::string& why) {
    std::fprintf(stderr, "mahler_bench: %s; the options are --json and --only PREFIX\n", why.c_str());
    return 2;
}

int run(int& argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], kColdStart) == 0) return runColdStart(argc, argv, argv[2]);
    bool json = false;
    std::string only;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json" && !json)
            json = true;
        else if (word == "--only" && only.empty() && i + 1 < argc && *argv[i + 1])
            only = argv[++i];
        else
            return refuse("'" + word + "' is not understood here");
    }
    if (std::none_of(groups().begin(), groups().end(), [&](const Group& g) { return mayHold(g, only); }))
        return refuse("no row begins with '" + only + "'");
    std::unique_ptr<QCoreApplication> application;
    nlohmann::json results = nlohmann::json::array();
    for (const Group& group : groups()) {
        if (!mayHold(group, only)) continue;
        if ((group.window || !group.againOnAvx2.empty()) && !application) application = makeWindowApplication(argc, argv);
        std::vector<Row> rows = group.measure();
        for (const auto& prefix : group.againOnAvx2)
            if (prefix.starts_with(only) || only.starts_with(prefix))
                for (Row& row : avx2Rows(only.size() > prefix.size() ? only : prefix)) rows.push_back(std::move(row));
        for (const Row& row : rows) {
            if (!row.name.starts_with(only)) continue;
            results.push_back(jsonOf(row));
            if (!json) print(row);
        }
    }
    if (json)
        std::printf("%s\n", nlohmann::json{{"machine", cpu() + ", " + std::to_string(std::thread::hardware_concurrency()) + " threads"},
                                           {"isa", pricing::toString(pricing::activeIsa())},
                                           {"results", results}}
                                .dump(2)
                                .c_str());
    return 0;
}

} // namespace

/// mahler_bench [--json] [--only PREFIX]: the budgets of DESIGN section 9 that exist by now; ratios to the peer in the same run.
int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "mahler_bench: %s\n", e.what());
        return 2;
    }
}
