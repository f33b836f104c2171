#pragma once

#include <optional>
#include <QString>
#include <set>

#include "ui/screen.h"

namespace mahler::ui {

/// What became of an order a person proposed, as the desk's view tells it.
struct ProposalFate {
    enum class Stage { Unanswered, WaitsForQuotes, Dropped, WaitsForApproval, Rejected, Sent, Filled, Ended };
    Stage stage = Stage::Unanswered;
    QString words{};     ///< one line, with the ids, what it means and what to do
    QString details{};   ///< one line for each check that failed, five at most; may be empty
    bool bad = false;    ///< nothing was sent, or the broker refused it
    bool isOver() const; ///< nothing more comes of it
};
ProposalFate fateOf(const desk::DeskView& view, const ProposalId& id);

/// Follows the order last proposed from the builder: finds it among the desk's proposals, then its request and its order.
class ProposalTrack {
public:
    /// When `order` goes out; `view`: as the desk was shown then.
    void begin(const portfolio::ComboOrder& order, const desk::DeskView& view);
    bool isFollowing() const { return m_order.has_value(); }
    /// As it is now.
    ProposalFate look(const desk::DeskView& view);

private:
    std::optional<portfolio::ComboOrder> m_order;
    std::set<ProposalId> m_before; ///< proposals that were there already
    std::optional<ProposalId> m_id;
    std::optional<ProposalFate> m_last; ///< kept when the desk's day is over and it forgets
};

} // namespace mahler::ui
