#pragma once

#include <QApplication>

namespace mahler::app {

/// The texts in the language of the system where there is a translation, and the plural forms of English otherwise.
void loadTranslations(QApplication& app);

} // namespace mahler::app
