#include <QApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <algorithm>
#include <cstdio>

#include "app/bench/live_window.h"
#include "app/bench/rows.h"
#include "app/bench/watched_application.h"
#include "app/cli/arguments.h"
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
        if (chain.chain->quote(r).twoSided() && chain.ivStatus[r] == pricing::IvStatus::Ok)
            return true;
    return false;
}

/// Milliseconds from before the process exists to the painted chain; absent when the child failed.
std::optional<double> startOnce(const QString& dataFolder) {
    QProcess child;
    child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    const auto began = Wall::now();
    child.start(QCoreApplication::applicationFilePath(), {QString::fromLatin1(kColdStart), dataFolder});
    if (!child.waitForFinished(kPatienceMs) || child.exitCode() != 0)
        return std::nullopt;
    bool ok = false;
    const qint64 painted = QString::fromLatin1(child.readAllStandardOutput()).trimmed().toLongLong(&ok); // the steady clock is the machine's
    if (!ok)
        return std::nullopt;
    return static_cast<double>(painted - std::chrono::nanoseconds(began.time_since_epoch()).count()) / 1e6;
}

} // namespace

int runColdStart(int& argc, char** argv, const std::string& dataFolder) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    WatchedApplication application(argc, argv);
    app::loadTranslations(application);
    ui::applyLook(application, {});
    LiveWindow live;
    if (!live.start(60, dataFolder))
        return 2;
    const auto* screen = live.window().screen(QStringLiteral("chain"));
    const auto* grid = screen->findChild<ui::GridView*>();
    application.watch([&](const QObject& painted) {
        return &painted == grid->viewport() && grid->model()->rowCount() > 0 && live.chain() && isLive(*live.chain());
    });
    if (!WatchedApplication::pump([&] { return application.paintedAt().has_value(); }, kPatienceMs / 1000.0))
        return 1;
    std::printf("%lld\n", static_cast<long long>(std::chrono::nanoseconds(application.paintedAt()->time_since_epoch()).count()));
    return 0;
}

std::vector<Row> coldStartRows() {
    std::vector<double> first, again;
    for (int i = 0; i < kStarts; ++i) {
        const QTemporaryDir folder;
        const QString data = folder.filePath(QStringLiteral("data"));
        if (const auto ms = startOnce(data))
            first.push_back(*ms);
        if (const auto ms = startOnce(data))
            again.push_back(*ms);
    }
    std::vector<Row> rows;
    for (auto [name, times, what] : {std::tuple("cold_start_to_live_chain", &first, "no data folder yet"), std::tuple("cold_start_to_live_chain_again", &again, "the journal of a first start is there")}) {
        Row row;
        row.name = name;
        row.unit = "ms";
        row.note = std::string("a new process of this program composing the workstation, from before its start to the first frame with a quoted, priced chain; ") + what + "; " +
                   std::to_string(times->size()) + " starts";
        if (!times->empty()) {
            std::sort(times->begin(), times->end());
            row.p50 = row.ours = (*times)[times->size() / 2];
            row.p99 = times->back();
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace mahler::bench
