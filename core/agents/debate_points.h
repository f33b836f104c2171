#pragma once

#include <string>
#include <vector>

#include "agents/deliberation.h"

namespace mahler::agents {

/// One point a side can make. Strength is 0 when the facts do not support it; the text cites every number it states.
struct Point {
    std::string key;                   ///< "premium_rich"
    double strength = 0;               ///< 0..1
    std::string text;                  ///< with citations
    std::vector<std::string> counters; ///< keys of the other side's points this one answers
    std::string lead;                  ///< how it opens when it answers one of them
};

/// The points the facts support, strongest first. Rules and weights are documented beside each point.
std::vector<Point> bullPoints(const FactTable& facts);
std::vector<Point> bearPoints(const FactTable& facts);

} // namespace mahler::agents
