#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>

#include "fake_port.h"
#include "ui/shell/main_window.h"

namespace mahler::ui::testing {

/// The smallest window with request A-17 open in its prompt; time passes by `clock` alone and nothing waits to be pulled back.
struct OpenPrompt {
    FakePort port;
    MainWindow window{port, {}};
    qint64 clock = 1000; ///< milliseconds
    explicit OpenPrompt(const ViewPtr& view) {
        window.resize(1366, 688);
        window.show();
        window.prompt()->setClock([this] { return clock; });
        window.prompt()->setGraceMs(0);
        window.setView(view);
        window.openApproval(QStringLiteral("A-17"));
    }
    void key(Qt::Key k) { QTest::keyClick(window.prompt(), k); }
    std::vector<desk::AnswerRequest> answers() const { return port.all<desk::AnswerRequest>(); }
    bool says(const QString& words) const {
        for (const auto* label : window.prompt()->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words)) return true;
        return false;
    }
    void type(const QString& loss, const QString& reason) {
        for (auto* edit : window.prompt()->findChildren<QLineEdit*>())
            edit->setText(edit->accessibleName().contains(QLatin1String("loss")) ? loss : reason);
    }
    /// The button whose text begins so.
    QPushButton* button(const QString& text) const {
        for (auto* b : window.prompt()->findChildren<QPushButton*>())
            if (b->text().startsWith(text)) return b;
        return nullptr;
    }
};

} // namespace mahler::ui::testing
