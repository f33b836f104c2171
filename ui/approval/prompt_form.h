#pragma once

#include <QLabel>
#include <QResizeEvent>
#include <QVBoxLayout>
#include <QWidget>

#include "ui/approval/effect_table.h"
#include "ui/charts/chart_view.h"
#include "ui/models/grid_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// What the approver reads, in two columns (UX 4.3). Shows values; decides nothing and takes no key.
class PromptForm final : public QWidget {
    Q_OBJECT
public:
    explicit PromptForm(QWidget* parent = nullptr);
    /// `covered`: the verdict stays hidden until the approver has made a call of their own (tier T3).
    /// `risk`: null until a first view of the book's risk has come.
    void fill(const desk::DeskView& view, const desk::ApprovalView& a, const desk::RiskView* risk, bool covered);

    void addTools(QWidget* tools); ///< below what was argued: what opens more of it

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    /// What agents wrote: as much of it is shown as leaves the rest its room.
    struct Arguments {
        std::string against, inFavour;
        std::vector<std::string> unanswered;
        bool operator==(const Arguments&) const = default;
    };
    void setArguments(int most);
    void fitArguments();
    Arguments m_arguments;
    int m_mostWords = 0; ///< characters of one argument
    QSize m_fittedTo;    ///< size and text size for which that was found
    int m_fittedPixels = 0;
    QLabel *m_consequence, *m_facts, *m_tier, *m_since, *m_checks, *m_failed, *m_against, *m_openHead, *m_open, *m_for, *m_events, *m_verdict;
    QVBoxLayout* m_right;
    TimeBar* m_time;
    EffectTable* m_effects;
    GridModel* m_legs;
    GridView* m_grid;
    PayoffChart* m_chart;
    std::optional<portfolio::ComboOrder> m_charted;
    double m_chartedSpot = 0;
};

} // namespace mahler::ui
