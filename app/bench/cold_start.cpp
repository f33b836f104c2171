#include <algorithm>
#include <cstdio>
#include <QProcess>
#include <QTemporaryDir>

#include "app/bench/live_window.h"
#include "app/bench/rows.h"
#include "app/bench/watched_application.h"
#include "app/translations.h"
#include "ui/models/grid_view.h"
#include "ui/theme/theme.h"

namespace mahler::bench {

namespace {

constexpr int kStarts = 12;
constexpr int kPatienceMs = 30'000;

/// A chain that can be traded on: two-sided quotes, implied volatilities.
bool isLive(const pricing::PricedChain& chain) {
    for (std::size_t r = 0; r < chain.chain->size(); ++r)
        if (chain.chain->quote(r).twoSided() && chain.ivStatus[r] == pricing::IvStatus::Ok) return true;
    return false;
}

/// Milliseconds from before the process exists to the first painted window and to the first painted live chain.
struct Start {
    double window = 0, chain = 0;
};
std::optional<Start> startOnce(const QString& dataFolder) {
    QProcess child;
    child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    const auto began = Wall::now();
    child.start(QCoreApplication::applicationFilePath(), {QString::fromLatin1(kColdStart), dataFolder});
    if (!child.waitForFinished(kPatienceMs) || child.exitCode() != 0) return std::nullopt;
    const auto stamps = QString::fromLatin1(child.readAllStandardOutput()).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (stamps.size() != 2) return std::nullopt;
    const auto since = [&](const QString& stamp) { // the steady clock is the machine's
        return static_cast<double>(stamp.trimmed().toLongLong() - std::chrono::nanoseconds(began.time_since_epoch()).count()) / 1e6;
    };
    return Start{since(stamps[0]), since(stamps[1])};
}

long long nanos(WatchedApplication::Clock::time_point at) { return std::chrono::nanoseconds(at.time_since_epoch()).count(); }

Row rowOf(const std::string& name, std::vector<double> times, const std::string& what) {
    Row row;
    row.name = name;
    row.unit = "ms";
    row.note = "a new process of this program composing the workstation, from before its start to " + what + "; " + std::to_string(times.size()) +
               " starts, p99 is the longest";
    if (times.empty()) return row;
    std::sort(times.begin(), times.end());
    row.p50 = row.ours = times[times.size() / 2];
    row.p99 = times.back();
    return row;
}

} // namespace

int runColdStart(int& argc, char** argv, const std::string& dataFolder) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    WatchedApplication application(argc, argv);
    app::loadTranslations(application);
    ui::applyLook(application, {});
    LiveWindow live;
    if (!live.start(60, dataFolder)) return 2;
    const auto* screen = live.window().screen(QStringLiteral("chain"));
    const auto* grid = screen->findChild<ui::GridView*>();
    application.watch([&](const QObject& painted) { return &painted == grid->viewport(); });
    if (!WatchedApplication::pump([&] { return application.paintedAt().has_value(); }, kPatienceMs / 1000.0)) return 1;
    const auto window = *application.paintedAt();
    application.watch([&](const QObject& painted) {
        return &painted == grid->viewport() && grid->model()->rowCount() > 0 && live.chain() && isLive(*live.chain());
    });
    if (!WatchedApplication::pump([&] { return application.paintedAt().has_value(); }, kPatienceMs / 1000.0)) return 1;
    std::printf("%lld %lld\n", nanos(window), nanos(*application.paintedAt()));
    return 0;
}

std::vector<Row> coldStartRows() {
    std::vector<double> window, firstChain, chain;
    for (int i = 0; i < kStarts; ++i) {
        const QTemporaryDir folder;
        const QString data = folder.filePath(QStringLiteral("data"));
        if (const auto start = startOnce(data)) {
            window.push_back(start->window);
            firstChain.push_back(start->chain);
        }
        if (const auto start = startOnce(data)) chain.push_back(start->chain);
    }
    return {rowOf("cold_start_to_live_chain", chain,
                  "the first frame with a quoted, priced chain; the market is open, as the journal of the start before has it"),
            rowOf("cold_start_to_window", window, "the first frame of the chain screen, without a data folder"),
            rowOf("cold_start_before_the_open", firstChain,
                  "the first live chain, without a data folder: the simulated day begins five minutes, five seconds at 60x, before the open, and "
                  "nothing is quoted until then")};
}

} // namespace mahler::bench
