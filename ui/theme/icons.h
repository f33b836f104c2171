#pragma once

#include <QIcon>
#include <QString>

#include "ui/theme/theme.h"

namespace mahler::ui {

/// A line icon of the resources in the colours of the present theme: dim, and full where it is chosen. Vector at every scale.
/// @return an empty icon for an unknown name. GUI thread.
QIcon lineIcon(const QString& name);

} // namespace mahler::ui
