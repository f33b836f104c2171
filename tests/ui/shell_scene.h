#pragma once

#include <QLabel>

#include "fake_port.h"

namespace mahler::ui::testing {

/// A desk with its users on which nothing waits for anybody.
inline std::shared_ptr<desk::DeskView> quietView() {
    auto view = viewWithRequest(approval::Tier::T1);
    view->approvals.clear();
    return view;
}

/// The same, halted by a person.
inline std::shared_ptr<desk::DeskView> haltedView() {
    auto view = quietView();
    view->state = desk::RunState::Halted;
    view->latches = {{risk::Breaker::B8Manual, {}, {}, "F12", 1, {}}};
    return view;
}

/// Whether some label of it, seen or not, has these words.
inline bool says(const QWidget& where, const QString& words) {
    for (const auto* label : where.findChildren<QLabel*>())
        if (label->text().contains(words)) return true;
    return false;
}

} // namespace mahler::ui::testing
