#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "desk/command.h"
#include "risk/gate.h"

#include <nlohmann/json.hpp>

namespace mahler::desk {

/// A fact that happened. Committed before anything else; the desk's state is the fold of these.
struct Event {
    std::string type;        ///< "order.intent"; the list is in apply.cpp
    std::string actor;       ///< "system", "user:ann", "agent:desk", "broker"
    std::string correlation; ///< the id that ties a story together
    Json body;               ///< integers, text, booleans; never a float
};

// What goes out after the commit.
struct RunCycle {
    CycleId id;
    std::string underlying;
};
struct Submit {
    execution::Order order;
    risk::GateDecision decision;
    std::size_t intentEvent = 0; ///< index of its order.intent among the outcome's events; its journal seq is the order's
};
struct Cancel {
    OrderId id;
};
struct CloseGate {}; ///< carried out before the commit: closing is never late
struct OpenGate {};
struct Reconcile {
    std::string when;
};

using Effect = std::variant<RunCycle, Submit, Cancel, CloseGate, OpenGate, Reconcile>;

struct Outcome {
    std::vector<Event> events;
    std::vector<Effect> effects;
};

} // namespace mahler::desk
