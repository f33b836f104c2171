#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <vector>

#include "base/worker.h"
#include "pricing/verification.h"

namespace mahler::pricing {

/// QuantLib on a thread of its own, asked without waiting.
class QuantlibThread {
public:
    /// Called on QuantLib's thread.
    using Answer = std::function<void(const MethodPrice&)>;

    explicit QuantlibThread(std::size_t capacity = 256, std::function<void(const std::string&)> onFailure = {});
    /// Tens of milliseconds. @return false when `capacity` questions wait already: the caller goes without this opinion, or asks again.
    bool ask(market::ExerciseStyle style, const Inputs& in, Answer answer);
    /// quickQuantlib for each, waited for at most `patience`; opinions that did not come in time are not known.
    std::vector<MethodPrice> ask(std::span<const VerifiedLeg> legs, std::chrono::milliseconds patience);

private:
    Worker m_worker;
};

} // namespace mahler::pricing
