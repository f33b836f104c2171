#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace mahler {

/// A string id with a kind, so that an OrderId never fits where a PositionId goes. Empty means "none yet".
template <class Tag> class Id {
public:
    Id() = default;
    explicit Id(std::string text) : m_text(std::move(text)) {}
    const std::string& str() const { return m_text; }
    bool empty() const { return m_text.empty(); }
    auto operator<=>(const Id&) const = default;
    bool operator==(const Id&) const = default;

private:
    std::string m_text;
};

using OrderId = Id<struct OrderTag>;       ///< client order id, <= 32 of [A-Z0-9-] (SAFETY S3)
using PositionId = Id<struct PositionTag>; ///< one defined-risk structure held in the book
using ProposalId = Id<struct ProposalTag>; ///< one idea of the agents or of a person
using ApprovalId = Id<struct ApprovalTag>; ///< one request in the approval queue
using CycleId = Id<struct CycleTag>;       ///< one run of the agent pipeline
using UserId = Id<struct UserTag>;         ///< a person
using FactId = Id<struct FactTag>;         ///< one fact of a DecisionContext

} // namespace mahler

template <class Tag> struct std::hash<mahler::Id<Tag>> {
    std::size_t operator()(const mahler::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
