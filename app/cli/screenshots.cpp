#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QKeyEvent>
#include <QTemporaryDir>
#include <QThread>

#include "app/cli/arguments.h"
#include "app/cli/clipped_text.h"
#include "app/cli/commands.h"
#include "app/translations.h"
#include "app/ui_bridge.h"
#include "app/workstation.h"
#include "base/json.h"
#include "ui/screens/moment_layer.h"
#include "ui/screens/table_screens.h"
#include "ui/screens/volatility_screen.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

namespace mahler::app {

namespace {

/// What was drawn and what does not fit; told picture by picture, or with --json in one document at the end.
struct Drawn {
    bool json = false;
    Json pictures = Json::array(), clipped = Json::array();
};

struct Wanted {
    QString out;
    QList<QSize> sizes;
    QStringList themes;
    ui::Look look; ///< palette and density of every picture
};

Result<Wanted> parse(const Arguments& args) {
    Wanted w;
    const auto out = args.required("out");
    if (!out) return out.error();
    w.out = QString::fromStdString(*out);
    if (!QDir().mkpath(w.out)) return Error{ErrorCode::Io, *out + ": cannot be made"};
    w.sizes = {QSize(1366, 768), QSize(1920, 1080)};
    if (const auto size = args.value("size")) {
        const auto parts = QString::fromStdString(*size).split(QLatin1Char('x'));
        const QSize chosen(parts.value(0).toInt(), parts.value(1).toInt());
        if (parts.size() != 2 || chosen.width() < 1024 || chosen.height() < 640 || chosen.width() > 7680 || chosen.height() > 4320)
            return badInput("--size '" + *size + "' is not WIDTHxHEIGHT from 1024x640 to 7680x4320");
        w.sizes = {chosen};
    }
    w.themes = {QStringLiteral("dark"), QStringLiteral("light")};
    if (const auto theme = args.value("theme")) {
        if (*theme != "dark" && *theme != "light") return badInput("--theme '" + *theme + "' is unknown; use dark or light");
        w.themes = {QString::fromStdString(*theme)};
    }
    if (const auto palette = args.value("gain-loss")) {
        if (*palette != "blue-orange" && *palette != "green-red" && *palette != "red-green")
            return badInput("--gain-loss '" + *palette + "' is unknown; use blue-orange, green-red or red-green");
        w.look.gainLoss = *palette == "red-green"   ? ui::GainLoss::RedGreen
                          : *palette == "green-red" ? ui::GainLoss::GreenRed
                                                    : ui::GainLoss::BlueOrange;
    }
    if (const auto density = args.value("density")) {
        if (*density != "compact" && *density != "comfortable")
            return badInput("--density '" + *density + "' is unknown; use compact or comfortable");
        w.look.density = *density == "compact" ? ui::Density::Compact : ui::Density::Comfortable;
    }
    return w;
}

/// Runs the event loop until `done` or the time is over.
bool pump(const std::function<bool()>& done, double seconds) {
    QElapsedTimer timer;
    timer.start();
    while (!done() && static_cast<double>(timer.elapsed()) < seconds * 1000) {
        QApplication::processEvents(QEventLoop::AllEvents, 20);
        QThread::msleep(2);
    }
    return done();
}

/// Lets the window come to rest, draws it, and says what does not fit.
void save(QWidget& window, const QString& path, Drawn& drawn) {
    pump([] { return false; }, 1.1); // the strip shows the longest delay of the last second: the shot before is not this screen's
    window.grab().save(path);
    drawn.pictures.push_back(path.toStdString());
    if (!drawn.json) std::printf("%s\n", qPrintable(path));
    for (const auto& text : clippedTexts(window)) {
        drawn.clipped.push_back({{"picture", path.toStdString()}, {"text", text.toStdString()}});
        std::fprintf(stderr, "mahler: %s: does not fit: %s\n", qPrintable(path), qPrintable(text));
    }
}

/// R on the newest record of a fill, once its replay is there; null when there is none, and stderr says why.
ui::MomentLayer* openMoment(ui::MainWindow& window) {
    constexpr double kPatience = 60; // seconds, on a busy machine
    const auto without = [](const char* why) -> ui::MomentLayer* {
        std::fprintf(stderr, "mahler: note: no picture of a moment: %s\n", why);
        return nullptr;
    };
    window.showScreen(QStringLiteral("journal"));
    auto* journal = static_cast<ui::JournalScreen*>(window.screen(QStringLiteral("journal")));
    journal->search(QStringLiteral("kind:order.filled"));
    auto* grid = journal->findChild<QTableView*>();
    const auto fill = [grid] { return grid->model()->index(0, 2).data().toString() == QLatin1String("order.filled"); };
    if (!pump(fill, kPatience)) return without("the journal shows no fill");
    grid->setCurrentIndex(grid->model()->index(0, 0));
    QKeyEvent press(QEvent::KeyPress, Qt::Key_R, Qt::NoModifier);
    QApplication::sendEvent(grid, &press);
    auto* layer = journal->findChild<ui::MomentLayer*>();
    if (!layer) return without("R opened nothing");
    if (!pump([layer] { return layer->ready(); }, kPatience)) return without("its replay took too long");
    return layer;
}

/// Answers the most urgent request and waits until it is gone.
void answer(UiBridge& bridge, const ui::ViewPtr& view, bool yes) {
    const auto& r = view->approvals.front().request;
    for (const auto& user : view->users)
        if (user.has(approval::Role::RiskManager))
            bridge.send(
                desk::AnswerRequest{r.id, user.id, yes, r.shownHash, yes ? "1 fits the plan" : "1 poor price", view->approvals.front().maxLoss});
    pump([&, id = r.id] { return view->approvals.empty() || view->approvals.front().request.id != id; }, 5);
}

/// A seeded session: opens, scans, holds what two approvals gave it for an hour, scans again and keeps a request pending.
bool fill(UiBridge& bridge, ui::ViewPtr& view) {
    bridge.setSpeed(600);
    if (!pump([&] { return view && view->state == desk::RunState::Running && view->session == market::Session::Open; }, 30)) return false;
    // What a person declines does not come back the same day: only what is wanted is scanned for.
    bridge.send(desk::SetAutonomy{view->user.id, false});
    int answered = 0;
    const std::vector<std::vector<const char*>> rounds = {{"SPY", "QQQ"}, {"IWM", "GLD"}, {"SPX", "SPY", "QQQ"}};
    for (std::size_t round = 0; round < rounds.size() && view->positions.empty(); ++round) { // an order may find no taker in its five minutes
        for (const auto* symbol : rounds[round]) bridge.runCycle(symbol);
        const int before = answered;
        const auto asked = view->at.utc;
        pump(
            [&] {
                if (!view->approvals.empty()) answer(bridge, view, ++answered - before <= 2);
                const bool rest = view->approvals.empty() && answered >= before + 2;
                return rest && (!view->positions.empty() || view->at.utc - asked > std::chrono::minutes(10));
            },
            20);
    }
    const auto opened = view->at.utc;
    pump([&] { return view->at.utc - opened > std::chrono::hours(1); }, 15);
    // What is small goes out unasked, but openings of a quarter of an hour add up: scans close together end in a question.
    bridge.setSpeed(60);
    bool traded = false;
    for (int scan = 0; scan < 4 && !traded; ++scan) {
        for (const auto& u : view->underlyings) bridge.runCycle(u.quote.symbol);
        traded = pump([&] { return !view->positions.empty() && !view->approvals.empty(); }, 8);
    }
    for (const auto& user : view->users)
        if (user.has(approval::Role::Trader)) bridge.send(desk::SetAutonomy{user.id, true});
    bridge.setSpeed(1);
    pump([&] { return view->speed == 1; }, 2);
    return traded;
}

} // namespace

int runScreenshotsCommand(const std::vector<std::string>& words, int& argc, char** argv) {
    const auto args = Arguments::parse(words, {"out", "size", "theme", "gain-loss", "density", "scenario", "seed"}, {"json"});
    if (!args) return badUsage(args.error());
    const auto wanted = parse(*args);
    if (!wanted) return badUsage(wanted.error());
    QTemporaryDir folder;
    std::vector<std::string> desk = {"--data-dir", folder.filePath(QStringLiteral("data")).toStdString(),
                                     "--speed",    "600",
                                     "--seed",     args->value("seed").value_or("7"),
                                     "--scenario", args->value("scenario").value_or("calm")};
    const auto options = parseWorkstationOptions(desk);
    if (!options) return badUsage(options.error());
    if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    loadTranslations(app);
    UiBridge bridge;
    auto runtime = startDesk(*options, bridge.sinks());
    if (!runtime) return badUsage(runtime.error());
    bridge.attach(std::move(*runtime));
    ui::ViewPtr view;
    ui::ChainPtr chain;
    ui::RiskPtr risk;
    std::vector<ui::DeliberationPtr> debates;
    QObject::connect(&bridge, &ui::DeskPort::viewReady, &bridge, [&](const ui::ViewPtr& v) { view = v; });
    QObject::connect(&bridge, &ui::DeskPort::chainReady, &bridge, [&](const ui::ChainPtr& c) { chain = c; });
    QObject::connect(&bridge, &ui::DeskPort::riskReady, &bridge, [&](const ui::RiskPtr& r) { risk = r; });
    QObject::connect(&bridge, &ui::DeskPort::deliberationReady, &bridge, [&](const ui::DeliberationPtr& d) { debates.push_back(d); });
    ui::applyTheme(app, ui::ThemeKind::Dark);
    Drawn drawn;
    drawn.json = args->flag("json");
    const bool filled = fill(bridge, view);
    bridge.watchChain("SPY");
    pump([&] { return chain && chain->chain->underlying == "SPY"; }, 10);
    bridge.watchRisk(true);
    pump([&] { return risk && risk->asIs.varAt != UtcTime{}; }, 10);
    bridge.setPaused(true);
    for (const auto& theme : wanted->themes) {
        ui::Look look = wanted->look;
        look.theme = theme == QLatin1String("dark") ? ui::ThemeKind::Dark : ui::ThemeKind::Light;
        ui::applyLook(app, look);
        for (const auto& size : wanted->sizes) {
            ui::MainWindow window(bridge, {});
            window.resize(size);
            window.show();
            window.setView(view);
            if (chain) window.setChain(chain);
            if (risk) window.setRisk(risk);
            ui::DeliberationPtr best;
            for (const auto& d : debates) {
                window.setDeliberation(d);
                if (!best || (d->order && !best->order)) best = d;
            }
            if (best) {
                static_cast<ui::DebateScreen*>(window.screen(QStringLiteral("debate")))->setDeliberation(best);
                if (!best->screen.candidates.empty()) {
                    portfolio::ComboOrder draft;
                    draft.underlying = best->underlying;
                    draft.legs = best->screen.candidates.front().legs;
                    draft.netLimit = best->screen.candidates.front().limit;
                    draft.quantity = 2;
                    static_cast<ui::BuilderScreen*>(window.screen(QStringLiteral("builder")))->setDraft(draft);
                    pump([&] { return chain && chain->chain->underlying == draft.underlying; }, 3);
                    bridge.watchChain("SPY");
                    pump([&] { return chain && chain->chain->underlying == "SPY"; }, 3);
                }
            }
            const auto path = [&](const QString& id) {
                return QStringLiteral("%1/%2-%3x%4-%5.png").arg(wanted->out, id).arg(size.width()).arg(size.height()).arg(theme);
            };
            for (const auto& id : window.screenIds()) {
                window.showScreen(id);
                save(window, path(id), drawn);
            }
            auto* builder = static_cast<ui::BuilderScreen*>(window.screen(QStringLiteral("builder")));
            window.showScreen(builder->id());
            builder->profile().setGreek(QStringLiteral("delta"));
            builder->profile().chooseDate(2);
            save(window, path(QStringLiteral("builder-delta")), drawn);
            auto* volatility = static_cast<ui::VolatilityScreen*>(window.screen(QStringLiteral("volatility")));
            window.showScreen(volatility->id());
            for (const auto& [page, name] : {std::pair(3, QStringLiteral("surface")), std::pair(4, QStringLiteral("history"))}) {
                volatility->showPage(page);
                save(window, path(name), drawn);
            }
            auto* scenario = window.screen(QStringLiteral("scenario"));
            window.showScreen(scenario->id());
            for (const auto& [keys, name] : {std::pair(QList<Qt::Key>{Qt::Key_P, Qt::Key_D, Qt::Key_D}, QStringLiteral("scenario-pending")),
                                             std::pair(QList<Qt::Key>{Qt::Key_M, Qt::Key_M}, QStringLiteral("scenario-stops"))}) {
                for (const auto key : keys) {
                    QKeyEvent press(QEvent::KeyPress, key, Qt::NoModifier);
                    QApplication::sendEvent(scenario, &press);
                }
                save(window, path(name), drawn);
            }
            if (auto* moment = openMoment(window)) {
                for (const auto* page : {"state", "positions"}) {
                    moment->showPage(QLatin1String(page));
                    save(*moment, path(QStringLiteral("moment-%1").arg(QLatin1String(page))), drawn);
                }
                moment->close();
            }
            if (!view->approvals.empty()) {
                window.showScreen(QStringLiteral("chain"));
                window.openApproval(QString::fromStdString(view->approvals.front().request.id.str()));
                save(window, path(QStringLiteral("approval")), drawn);
            }
        }
    }
    bridge.detach();
    if (!filled)
        std::fprintf(stderr, "mahler: note: this scenario ended without both a position and a pending request; the screens show what there was\n");
    if (drawn.json) std::printf("%s\n", Json{{"pictures", drawn.pictures}, {"does_not_fit", drawn.clipped}, {"filled", filled}}.dump(2).c_str());
    return drawn.clipped.empty() ? 0 : 1;
}

} // namespace mahler::app
