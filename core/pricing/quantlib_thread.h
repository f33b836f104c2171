#pragma once

#include <functional>

#include "base/worker.h"
#include "pricing/verification.h"

namespace mahler::pricing {

/// QuantLib on a thread of its own, asked without waiting: its opinion takes tens of milliseconds and comes when it comes.
class QuantlibThread {
public:
    /// Called on QuantLib's thread.
    using Answer = std::function<void(const MethodPrice&)>;

    explicit QuantlibThread(std::size_t capacity = 256, std::function<void(const std::string&)> onFailure = {});
    /// @return false when `capacity` questions wait already: the caller goes without this opinion, or asks again.
    bool ask(market::ExerciseStyle style, const Inputs& in, Answer answer);

private:
    Worker m_worker;
};

} // namespace mahler::pricing
