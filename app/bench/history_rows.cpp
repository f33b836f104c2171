#include <filesystem>

#include "app/bench/rows.h"
#include "market/chain_files.h"

namespace mahler::bench {

std::vector<Row> historyRows() {
    constexpr int kReadings = 7;
    Row row;
    row.name = "history_spx_quarter_csv";
    row.unit = "ms";
    std::vector<std::string> files;
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator(MAHLER_SHARED_DIR "/market-data/options-eod/spx-2019", ec))
        if (entry.path().string().ends_with(".csv.gz")) files.push_back(entry.path().string());
    if (files.empty()) {
        row.note = "the shared market data are not beside the project";
        return {row};
    }
    std::sort(files.begin(), files.end());
    std::size_t rows = 0, unread = 0;
    row = timed(row.name, row.unit, 1e-3, kReadings, [&](int) {
        rows = unread = 0;
        for (const auto& file : files) {
            const auto read = market::readChainFile(file, {});
            rows += read ? read->report.rows : 0;
            unread += read ? 0 : 1;
        }
    });
    row.note = std::to_string(rows) + " rows of " + std::to_string(files.size()) + " .csv.gz files, one thread, files in the system's cache";
    if (unread > 0) row.note += "; " + std::to_string(unread) + " files could not be read";
    return {row};
}

} // namespace mahler::bench
