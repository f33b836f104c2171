#pragma once

#include <QString>
#include <vector>

#include "risk/ticket.h"
#include "strategy/draft_metrics.h"
#include "ui/models/grid_model.h"

namespace mahler::ui::builderwords {

/// What the structure promises and risks, line by line; `view` null: without the account.
QString metrics(const strategy::DraftMetrics& draft, const desk::DeskView* view);
/// The same lines while an input cannot be read: no figure of an order nobody asked for.
QString unknownMetrics(bool withAccount);
/// "SPY 31 Dec 26 445/440 put spread" without the number of units.
QString structure(const portfolio::ComboOrder& order);
/// Indices of the legs by expiry, then strike, then as they came.
std::vector<std::size_t> byExpiryAndStrike(const std::vector<portfolio::ComboLeg>& legs);
/// What keeps the order from being sent and what would mend it, one sentence.
QString problem(const risk::TicketProblem& problem, const portfolio::ComboOrder& order);
/// What the probabilities and EV stand on.
QString metricsTooltip(const strategy::DraftMetrics& draft);
/// "now", "in 5 days, 28 Nov", "at expiry".
QString date(const strategy::PriceDateTable& table, std::size_t day, UtcTime from);
/// The price by date table: one row for each date; `chosen` is marked.
std::vector<GridColumn> tableColumns();
std::vector<GridRow> tableRows(const strategy::PriceDateTable& table, double spot, UtcTime from, std::size_t chosen);

} // namespace mahler::ui::builderwords
