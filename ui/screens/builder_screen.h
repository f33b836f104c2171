#pragma once

#include <map>
#include <QLabel>
#include <QPushButton>

#include "strategy/draft_metrics.h"
#include "strategy/draft_templates.h"
#include "ui/models/grid_view.h"
#include "ui/screen.h"
#include "ui/screens/proposal_fate.h"
#include "ui/screens/risk_profile.h"
#include "ui/screens/ticket_fields.h"

namespace mahler::ui {

/// Legs, limit, payoff and metrics of a structure in the making. Sends a ProposeOrder, which meets the same gate and tiers as
/// any agent's idea.
class BuilderScreen final : public Screen {
    Q_OBJECT
public:
    explicit BuilderScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("builder"); }
    QString title() const override { return tr("Builder", "screen"); }
    void setView(const ViewPtr& view) override;
    void setChain(const ChainPtr& chain) override;
    void setDeliberation(const DeliberationPtr& deliberation) override;
    QList<QPair<QString, QString>> keys() const override;
    void setDraft(const portfolio::ComboOrder& draft);
    const portfolio::ComboOrder& draft() const { return m_draft; }
    RiskProfile& profile() { return *m_profile; }
    /// Empty when the draft may be sent; otherwise what is missing.
    QString blockedBecause() const;

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refresh(bool newLegs);
    void moveStrike(int steps);
    void stepLimit(int direction);
    void drawLegs(const pricing::PricedChain* chain);
    strategy::DraftMetrics metrics(const pricing::PricedChain& chain) const;
    void moveExpiry(int steps);
    std::optional<std::size_t> currentLeg() const; ///< of the draft; absent: none
    void useTemplate(strategy::DraftTemplate kind);
    void takeLimit(Price limit);
    void sayBlocked(const QString& block);
    void propose();
    void arm(bool armed);
    void unreview();
    bool takeLegKey(const QKeyEvent& key);
    bool takeTicketKey(const QKeyEvent& key, bool typing);
    void sayFate();
    /// Of what was typed, the quotes and their age; empty when all is well.
    QString quotesProblem(const pricing::PricedChain& chain) const;
    void review();
    std::optional<std::size_t> rowOf(const market::OptionContract& contract) const;

    DeskPort& m_port;
    QLabel *m_headline, *m_metrics, *m_block, *m_fate;
    GridModel* m_model;
    GridView* m_grid;
    TicketFields* m_fields;
    QPushButton *m_review, *m_send;
    RiskProfile* m_profile;
    portfolio::ComboOrder m_draft;
    ViewPtr m_view;
    std::map<std::string, ChainPtr> m_chains;
    std::map<std::string, DeliberationPtr> m_analyses; ///< the newest of each underlying: its volatility history and profile
    bool m_reviewed = false, m_armed = false;          ///< armed: Enter proposes what was reviewed
    ProposalTrack m_track;                             ///< of the order proposed last
    bool m_noted = false;                              ///< the line below the ticket says why a key moved nothing
    bool m_fateOver = false;                           ///< nothing more comes of it
};

} // namespace mahler::ui
