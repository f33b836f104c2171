#pragma once

#include <QLineEdit>
#include <QTest>

#include "fake_port.h"
#include "market/exchange_calendar.h"
#include "simulation/simulated_market.h"
#include "ui/screens/builder_screen.h"

namespace mahler::ui::testing {

inline ChainPtr simulatedSpy() {
    simulation::SimulationConfig config;
    config.date = std::chrono::year{2026} / 11 / 23;
    auto feed = simulation::makeSimulatedMarket(config);
    if (!feed->advance(market::fromNewYork(config.date, 11, 0), {})) return {};
    return pricing::priceChain(*feed->chain("SPY"), {});
}

/// The desk as it is at the time of the chain, nothing pending.
inline std::shared_ptr<desk::DeskView> quietViewAt(const ChainPtr& chain) {
    auto v = viewWithRequest(approval::Tier::T1);
    v->approvals.clear();
    v->at.utc = chain->chain->time;
    return v;
}

/// A bull put spread on the simulated chain, priced at its mid.
struct OpenedBuilder {
    FakePort port;
    BuilderScreen screen{port};
    explicit OpenedBuilder(const ChainPtr& chain, const ViewPtr& view) {
        screen.resize(1000, 640);
        screen.show();
        screen.setView(view);
        screen.setChain(chain);
        button(QStringLiteral("Bull put spread"))->click();
    }
    QPushButton* button(const QString& begins) const {
        for (auto* b : screen.findChildren<QPushButton*>())
            if (b->text().startsWith(begins)) return b;
        return nullptr;
    }
    QPushButton* review() const { return button(QStringLiteral("Review")); }
    QPushButton* send() const { return button(QStringLiteral("Propose")); }
    QLineEdit* field(const char* name) const { return screen.findChild<QLineEdit*>(QLatin1String(name)); }
    void type(const char* name, const QString& text) const {
        field(name)->selectAll();
        QTest::keyClick(field(name), Qt::Key_Delete);
        QTest::keyClicks(field(name), text);
    }
    GridView* grid(const QString& name) const {
        for (auto* g : screen.findChildren<GridView*>())
            if (g->accessibleName() == name) return g;
        return nullptr;
    }
    GridView* legs() const { return grid(QStringLiteral("Legs")); }
    QString said() const {
        QStringList all;
        for (auto* label : screen.findChildren<QLabel*>())
            if (label->isVisible()) all << label->text();
        return all.join(QLatin1Char('\n'));
    }
    bool says(const QString& words) const { return said().contains(words); }
};

} // namespace mahler::ui::testing
