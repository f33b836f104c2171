#include <algorithm>
#include <cmath>
#include <ctime>
#include <QKeyEvent>
#include <QTimer>
#include <QWindow>

#include "app/bench/live_window.h"
#include "app/bench/rows.h"
#include "app/bench/watched_application.h"
#include "app/translations.h"
#include "market/exchange_calendar.h"
#include "pricing/american_slice.h"
#include "ui/charts/chart_view.h"
#include "ui/theme/theme.h"

namespace mahler::bench {

namespace {

constexpr int kPresses = 2000, kHalts = 30, kPrompts = 60, kFrames = 200, kChains = 8;
constexpr QSize kWindowSize(1920, 1080);

WatchedApplication& application() { return *static_cast<WatchedApplication*>(QCoreApplication::instance()); }

void settle(double seconds) {
    WatchedApplication::pump([] { return false; }, seconds);
}

Row rowOf(const std::string& name, const std::string& unit, std::vector<double> samples, const std::string& note) {
    Row row;
    row.name = name;
    row.unit = unit;
    row.note = note + "; " + std::to_string(samples.size()) + " samples";
    if (samples.empty()) return row;
    std::sort(samples.begin(), samples.end());
    row.p50 = row.ours = samples[samples.size() / 2];
    row.p99 = samples[std::min(samples.size() - 1, samples.size() * 99 / 100)];
    char worst[40];
    std::snprintf(worst, sizeof worst, "; longest %.3g %s", samples.back(), unit.c_str());
    row.note += worst;
    return row;
}

bool isTrading(const desk::DeskView& v) { return v.state == desk::RunState::Running && v.session == market::Session::Open; }

/// A view of a seeded session with a request that waits; null when none came.
ui::ViewPtr viewWithRequest() {
    LiveWindow live;
    if (!live.start(600) || !live.untilView(isTrading, 20)) return nullptr;
    for (const auto& u : live.view()->underlyings) live.bridge().runCycle(u.quote.symbol);
    return live.untilView([](const desk::DeskView& v) { return !v.approvals.empty(); }, 40) ? live.view() : nullptr;
}

Row approvalRow(const ui::ViewPtr& view) {
    std::vector<double> times;
    std::string what = "no request came";
    if (view) {
        const auto& request = view->approvals.front();
        what = std::string("tier ") + approval::toString(request.request.tier.tier) + ", " + std::to_string(request.legs.size()) + " legs, " +
               std::to_string(request.checks.size()) + " checks";
        app::UiBridge nobody;
        ui::MainWindow window(nobody, QString());
        window.resize(kWindowSize);
        window.show();
        const auto* prompt = window.prompt();
        const auto* chart = prompt->findChild<ui::PayoffChart*>()->viewport();
        auto none = std::make_shared<desk::DeskView>(*view);
        none->approvals.clear();
        application().keepLast(true);
        for (int i = 0; i < kPrompts; ++i) {
            window.setView(none);
            settle(0.1);
            auto other = std::make_shared<desk::DeskView>(*view); // a request never seen: its chart is drawn anew
            other->approvals.resize(1);
            auto& a = other->approvals.front();
            a.request.id = ApprovalId("A-" + std::to_string(1000 + i));
            a.request.order.netLimit = Price::fromMicros(a.request.order.netLimit.micros() + 10'000 * (i + 1));
            bool charted = false;
            application().watch([&](const QObject& painted) {
                charted = charted || &painted == chart;
                return painted.isWidgetType() && (&painted == prompt || prompt->isAncestorOf(static_cast<const QWidget*>(&painted)));
            });
            const auto began = Wall::now();
            window.setView(other);
            window.openApproval(QString::fromStdString(a.request.id.str()));
            settle(0.15); // whatever it still wants to draw
            if (charted && application().paintedAt())
                times.push_back(std::chrono::duration<double, std::milli>(*application().paintedAt() - began).count());
        }
        application().watch({});
        application().keepLast(false);
    }
    return rowOf(
        "approval_screen_full_context", "ms", times,
        "from the view with a new request handed to the window, opened at once, to the end of the prompt's last paint, payoff chart included; " +
            what);
}

/// SPY with calls and puts, quoted around American values; one tick of the spot from variant to variant.
ui::ChainPtr chainAt(int expiries, int strikes, int variant) {
    constexpr double kRate = 0.04, kYield = 0.012;
    const TradingDate today{std::chrono::year{2026}, std::chrono::November, std::chrono::day{23}};
    const UtcTime now = market::fromNewYork(today, 11, 0) + std::chrono::milliseconds(50 * variant);
    const double spot = 600 + 0.05 * variant;
    market::ChainBuilder builder("SPY", now, *Price::fromDouble(spot), "mahler_bench");
    for (int e = 0; e < expiries; ++e) {
        const TradingDate expiry = addDays(today, expiries == 1 ? 39 : 4 + 7 * e);
        const int low = strikes <= 200 ? 500'000'000 : 300'000'000, step = strikes <= 200 ? 1'000'000 : 600'000'000 / strikes / 10'000 * 10'000;
        std::vector<market::OptionContract> contracts;
        std::vector<pricing::SliceOption> options;
        for (int i = 0; i < strikes; ++i)
            for (const auto right : {market::Right::Call, market::Right::Put}) {
                contracts.push_back(market::OptionContract::make("SPY", expiry, Price::fromMicros(low + static_cast<std::int64_t>(step) * i), right));
                const double k = std::log(contracts.back().strike.toDouble() / spot);
                options.push_back({right, spot, contracts.back().strike.toDouble(), std::clamp(0.17 - 0.2 * k + 0.5 * k * k, 0.08, 1.5)});
            }
        std::vector<double> prices(options.size());
        pricing::AmericanSlice slice(kRate, kYield, pricing::yearsBetween(now, contracts.front().expiresAt()));
        slice.prices(options, prices);
        for (std::size_t i = 0; i < contracts.size(); ++i) {
            market::ChainBuilder::Row row{contracts[i], {}, {}, {}};
            row.quote.bid = *Price::fromDouble(std::max(0.01, std::floor(prices[i] * 100) / 100));
            row.quote.ask = *Price::fromDouble(std::floor(prices[i] * 100) / 100 + 0.03);
            row.quote.bidSize = 10 + (variant + static_cast<int>(i)) % 50;
            row.quote.askSize = 20 + variant;
            row.quote.volume = 100 + variant;
            row.quote.openInterest = 5000;
            row.quote.time = now;
            builder.add(std::move(row));
        }
    }
    pricing::CurveInputs curve;
    curve.rate = kRate;
    curve.dividendYield = kYield;
    return pricing::priceChain(std::move(builder).build(), curve);
}

double threadSeconds() {
#if defined(CLOCK_THREAD_CPUTIME_ID)
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
#else
    return 0;
#endif
}

Row frameRow(const std::string& name, int expiries, int strikes, const ui::ViewPtr& session) {
    std::vector<ui::ChainPtr> chains;
    std::vector<ui::ViewPtr> views;
    for (int i = 0; i < kChains; ++i) {
        chains.push_back(chainAt(expiries, strikes, i));
        auto view = session ? std::make_shared<desk::DeskView>(*session) : std::make_shared<desk::DeskView>();
        view->at.utc = chains.back()->chain->time;
        view->approvals.clear();
        views.push_back(view);
    }
    app::UiBridge nobody;
    ui::MainWindow window(nobody, QString());
    window.resize(kWindowSize);
    window.show();
    window.showScreen(QStringLiteral("chain"));
    window.setView(views[0]);
    window.setChain(chains[0]);
    settle(0.5);

    std::vector<double> frames, processor;
    double busy = 0, longest = 0;
    application().onEvent([&](double seconds) {
        busy += seconds;
        longest = std::max(longest, seconds);
    });
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    int updates = 0;
    double used = threadSeconds();
    QObject::connect(&timer, &QTimer::timeout, &window, [&] {
        const double now = threadSeconds();
        if (updates > 1) { // the first has the styles and the glyphs to make
            frames.push_back(1e3 * std::exchange(busy, 0.0));
            processor.push_back(1e3 * (now - used));
        } else {
            busy = longest = 0;
        }
        used = now;
        ++updates;
        const auto next = static_cast<std::size_t>(updates % kChains);
        window.setView(views[next]);
        window.setChain(chains[next]);
    });
    timer.start(50);
    WatchedApplication::pump([&] { return updates > kFrames; }, 60);
    timer.stop();
    application().onEvent({});
    std::sort(processor.begin(), processor.end());
    char note[240];
    std::snprintf(note, sizeof note,
                  "what the GUI thread was busy with from one update of chain and desk to the next, repaint included, 1920x1080; longest single "
                  "event %.1f ms; processor time of an update p50 %.1f, p99 %.1f, longest %.1f ms",
                  1e3 * longest, processor.empty() ? 0 : processor[processor.size() / 2],
                  processor.empty() ? 0 : processor[processor.size() * 99 / 100], processor.empty() ? 0 : processor.back());
    return rowOf(name, "ms", frames, note);
}

} // namespace

std::unique_ptr<QCoreApplication> makeWindowApplication(int& argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    auto made = std::make_unique<WatchedApplication>(argc, argv);
    app::loadTranslations(*made);
    ui::applyLook(*made, {});
    return made;
}

namespace {

/// Closes a gate the way DeskRuntime::halt() begins, and notes when it was closed.
class GatePort final : public ui::DeskPort {
public:
    void halt(const std::string&) override {
        gate.close();
        closedAt = Wall::now();
    }
    bool send(desk::Command) override { return false; }
    void watchChain(const std::string&) override {}
    void watchRisk(bool) override {}
    void runCycle(const std::string&) override {}
    void requestDeliberation(const std::string&) override {}
    void searchJournal(const ui::JournalQuery&) override {}
    void exportJournal(const std::string&) override {}
    void replayMoment(std::int64_t) override {}
    void cancelReplay() override {}
    void setSpeed(double) override {}
    void setPaused(bool) override {}
    ui::SettingsValues settings() const override { return {}; }
    void changeSettings(const ui::SettingsValues&) override {}
    bool keepLayout(const QString&, const ui::WindowLayout&) override { return false; }

    risk::HaltGate gate;
    Wall::time_point closedAt{};
};

void pressHalt(ui::MainWindow& window) {
    QKeyEvent press(QEvent::KeyPress, Qt::Key_F12, Qt::NoModifier);
    QCoreApplication::sendEvent(window.windowHandle(), &press);
}

Row gateRow() {
    GatePort port;
    ui::MainWindow window(port, QString());
    window.show();
    settle(0.3);
    std::vector<double> times;
    for (int i = 0; i < kPresses; ++i) {
        if (!port.gate.openIf(port.gate.epoch())) continue;
        const auto began = Wall::now();
        pressHalt(window);
        if (!port.gate.open()) times.push_back(std::chrono::duration<double, std::micro>(port.closedAt - began).count());
    }
    return rowOf(
        "halt_key_to_order_path_closed", "us", times,
        "F12 handed to the window until the gate's flag is closed, through the application's event filter; the gate opened again before each press");
}

/// Each press on a running desk of its own: a halt is not taken back within seconds.
std::vector<Row> pressedRows() {
    std::vector<double> over, shown;
    for (int i = 0; i < kHalts; ++i) {
        LiveWindow live;
        if (!live.start(600) || !live.untilView(isTrading, 20)) continue;
        live.bridge().setSpeed(1);
        settle(0.15);
        const auto* bar = live.window().findChild<ui::HaltBar*>();
        application().watch([bar](const QObject& painted) {
            const auto* label = qobject_cast<const ui::ElidedLabel*>(&painted);
            return label && bar->isAncestorOf(label) && label->text().contains(QLatin1String("HALT"));
        });
        const bool open = live.bridge().runtime()->gateOpen();
        const auto began = Wall::now();
        pressHalt(live.window());
        const auto after = Wall::now();
        if (!open || live.bridge().runtime()->gateOpen()) continue;
        over.push_back(std::chrono::duration<double, std::milli>(after - began).count());
        if (WatchedApplication::pump([] { return application().paintedAt().has_value(); }, 5))
            shown.push_back(std::chrono::duration<double, std::milli>(*application().paintedAt() - began).count());
    }
    application().watch({});
    return {rowOf("halt_key_event_with_desk", "ms", over,
                  "the whole key event on a running desk, its thread woken: the gate was open before and is closed after"),
            rowOf("halt_key_to_screen", "ms", shown, "the same key until the halt bar with HALTING or HALTED is painted and flushed")};
}

} // namespace

std::vector<Row> haltRows() {
    std::vector<Row> rows = pressedRows();
    rows.insert(rows.begin(), gateRow());
    return rows;
}

std::vector<Row> approvalRows() { return {approvalRow(viewWithRequest())}; }

std::vector<Row> contractFrameRows() { return {frameRow("chain_10k_contracts_frame", 25, 200, viewWithRequest())}; }

std::vector<Row> rowFrameRows() { return {frameRow("chain_10k_rows_frame", 1, 10'000, viewWithRequest())}; }

} // namespace mahler::bench
