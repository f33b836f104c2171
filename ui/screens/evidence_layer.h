#pragma once

#include <QDialog>

#include "ui/screen.h"

namespace mahler::ui {

/// Space in a debate or a prompt: every number that was stated, the fact that backs it, where the fact came from and when.
/// Struck numbers stand first. Space or Esc closes it.
class EvidenceLayer final : public QDialog {
    Q_OBJECT
public:
    explicit EvidenceLayer(const agents::Deliberation& deliberation, QWidget* parent = nullptr);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< Space closes, too
};

} // namespace mahler::ui
