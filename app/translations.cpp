#include "app/translations.h"

#include <QLocale>
#include <QTranslator>

namespace mahler::app {

void loadTranslations(QApplication& app) {
    auto* texts = new QTranslator(&app);
    const QString folder = QStringLiteral(":/i18n");
    if (texts->load(QLocale(), QStringLiteral("mahler"), QStringLiteral("_"), folder) || texts->load(QStringLiteral("mahler_en"), folder))
        app.installTranslator(texts);
}

} // namespace mahler::app
