#pragma once

#include <memory>
#include <QWidget>

#include "ui/desk_port.h"

namespace mahler::ui {

using ViewPtr = std::shared_ptr<const desk::DeskView>;
using ChainPtr = std::shared_ptr<const pricing::PricedChain>;
using RiskPtr = std::shared_ptr<const desk::RiskView>;
using DeliberationPtr = std::shared_ptr<const agents::Deliberation>;

/// One screen of the centre. Gets values, emits intents; holds no prices, rules or queries of its own.
class Screen : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;
    virtual QString id() const = 0;    ///< "chain", "positions" ... for layouts and screenshots
    virtual QString title() const = 0; ///< translated
    virtual void setView(const ViewPtr&) {}
    virtual void setChain(const ChainPtr&) {}
    virtual void setDeliberation(const DeliberationPtr&) {}
    virtual void setRisk(const RiskPtr&) {}
    virtual bool showsRisk() const { return false; } ///< the book's risk is computed while such a screen is in front
    /// The keys of this pane, for F1: (key, what it does).
    virtual QList<QPair<QString, QString>> keys() const { return {}; }
    /// Where the keys go when the screen is opened; null: to the first pane that takes them. No focus proxy: Tab would go to it
    /// past everything before it.
    QWidget* mainPane() const { return m_mainPane; }
    /// Ctrl+F: goes to the pane's own query line. @return false when it has none; the shell then filters its grids.
    virtual bool find() { return false; }

protected:
    void setMainPane(QWidget* pane) { m_mainPane = pane; }

Q_SIGNALS:
    void builderRequested(mahler::portfolio::ComboOrder draft); ///< open the builder with these legs
    void screenRequested(QString id);                           ///< go to another screen
    void deliberationRequested(QString cycleId);
    void journalRequested(QString correlation);

private:
    QWidget* m_mainPane = nullptr;
};

} // namespace mahler::ui
