#include "risk/ticket.h"

#include "risk/gate_checks.h"

namespace mahler::risk {

namespace {

std::optional<TicketProblem> priceProblem(const portfolio::ComboOrder& order, const portfolio::QuoteBook& quotes, const Limits& limits) {
    const Price net = order.netLimit;
    if (net.micros() > 0 && order.legs.size() == 1) return TicketProblem{TicketFault::CreditForBought};
    if (const Price width = checks::widthOf(order); net.micros() > 0 && net >= width)
        return TicketProblem{TicketFault::CreditBeyondWidth, {}, {}, width};
    const auto bounds = portfolio::payoffBounds(order.legs, net);
    if (bounds.maxLoss && bounds.maxLoss->micros() == 0) return TicketProblem{TicketFault::NothingToLose};
    if (bounds.maxProfit && bounds.maxProfit->micros() == 0) return TicketProblem{TicketFault::NothingToGain};
    const auto tick = market::classSpec(order.legs.front().contract.root).tick;
    const Price below = tick.roundTo(net, false), above = tick.roundTo(net, true);
    if (below != above) return TicketProblem{TicketFault::OffTick, {}, below, above};
    const auto band = checks::priceBand(order, quotes, limits);
    if (band && (net < band->low || net > band->high)) return TicketProblem{TicketFault::OutsideBand, {}, band->low, band->high};
    return std::nullopt;
}

} // namespace

std::optional<TicketProblem> ticketProblem(const portfolio::ComboOrder& order, const portfolio::QuoteBook& quotes, const Limits& limits) {
    if (order.quantity > limits.maxContractsPerOrder) return TicketProblem{TicketFault::TooMany, {}, {}, {}, limits.maxContractsPerOrder};
    if (const auto valid = portfolio::validate(order); !valid) return TicketProblem{TicketFault::Invalid, valid.error().detail};
    for (const auto& leg : order.legs) {
        const auto it = quotes.find(leg.contract.id());
        if (it == quotes.end() || !it->second.twoSided()) return TicketProblem{TicketFault::NotQuoted, leg.contract.id()};
    }
    if (const auto naked = checks::uncovered(order)) return TicketProblem{TicketFault::Undefined, *naked};
    return priceProblem(order, quotes, limits);
}

} // namespace mahler::risk
