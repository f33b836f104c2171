#include <QApplication>
#include <QTimer>
#include <cstdio>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/settings.h"
#include "app/translations.h"
#include "app/ui_bridge.h"
#include "app/workstation.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

namespace mahler::app {

int runWorkstation(const std::vector<std::string>& words, int& argc, char** argv) {
    const auto options = parseWorkstationOptions(words);
    if (!options)
        return badUsage(options.error());
    if (const auto ready = prepareDataDirectory(options->dataDirectory); !ready)
        return badUsage(ready.error());
    QApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication app(argc, argv);
    QApplication::setApplicationName(QStringLiteral("Mahler"));
    loadTranslations(app);
    ui::applyTheme(app, options->dark ? ui::ThemeKind::Dark : ui::ThemeKind::Light);
    UiBridge bridge;
    auto runtime = startDesk(*options, bridge.sinks());
    if (!runtime)
        return badUsage(runtime.error());
    bridge.attach(std::move(*runtime));
    int code = 0;
    {
        ui::MainWindow window(bridge, QString::fromStdString(options->dataDirectory + "/window.ini"));
        window.show();
        code = QApplication::exec();
    }
    bridge.detach();
    return code;
}

} // namespace mahler::app
