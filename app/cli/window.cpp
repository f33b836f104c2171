#include <cstdio>
#include <QApplication>
#include <QTimer>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/data_folder.h"
#include "app/quit_signals.h"
#include "app/translations.h"
#include "app/ui_bridge.h"
#include "app/workstation.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

namespace mahler::app {

namespace {

constexpr int kFrameKnownMs = 300; ///< by then the window manager has put its frame around the window

} // namespace

int runWorkstation(const std::vector<std::string>& words, int& argc, char** argv) {
    const auto options = parseWorkstationOptions(words);
    if (!options) return badUsage(options.error());
    if (const auto ready = prepareDataDirectory(options->dataDirectory); !ready) return badUsage(ready.error());
    const auto settings = settingsFor(*options);
    if (!settings) return badUsage(settings.error());
#if defined(__linux__)
    if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        return badUsage(badInput("no display here: set DISPLAY or WAYLAND_DISPLAY; cycle, price, journal, doctor and screenshots need none"));
#endif
    QApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication app(argc, argv);
    const QuitSignals signals;
    QApplication::setApplicationName(QStringLiteral("Mahler"));
    QApplication::setDesktopFileName(QStringLiteral("mahler"));
    loadTranslations(app);
    QApplication::setApplicationVersion(QStringLiteral(MAHLER_VERSION));
    ui::applyLook(app, settings->look);
    UiBridge bridge;
    bridge.keepSettings(*settings);
    auto runtime = startDesk(*options, bridge.sinks());
    if (!runtime) return badUsage(runtime.error());
    bridge.attach(std::move(*runtime));
    int code = 0;
    {
        ui::MainWindow window(bridge, QString::fromStdString(options->dataDirectory + "/window.ini"));
        window.show();
        QTimer::singleShot(kFrameKnownMs, &window, &ui::MainWindow::fitToScreen);
        code = QApplication::exec();
    }
    bridge.detach();
    return code;
}

} // namespace mahler::app
