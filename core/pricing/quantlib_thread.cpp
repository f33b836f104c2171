#include "pricing/quantlib_thread.h"

#include <future>
#include <memory>
#include <utility>

namespace mahler::pricing {

QuantlibThread::QuantlibThread(std::size_t capacity, std::function<void(const std::string&)> onFailure)
    : m_worker("quantlib", capacity, std::move(onFailure)) {}

bool QuantlibThread::ask(market::ExerciseStyle style, const Inputs& in, Answer answer) {
    return m_worker.post([style, in, answer = std::move(answer)](std::stop_token stop) {
        if (!stop.stop_requested()) answer(priceBy(PriceMethod::Quantlib, style, in));
    });
}

std::vector<MethodPrice> QuantlibThread::ask(std::span<const VerifiedLeg> legs, std::chrono::milliseconds patience) {
    auto promise = std::make_shared<std::promise<std::vector<MethodPrice>>>();
    auto future = promise->get_future();
    const bool taken = m_worker.post([promise, asked = std::vector<VerifiedLeg>(legs.begin(), legs.end())](std::stop_token) {
        std::vector<MethodPrice> answers;
        for (const auto& leg : asked)
            answers.push_back(leg.dividends.empty() ? quickQuantlib(leg.style, leg.in) // it is not asked about cash dividends
                                                    : MethodPrice{PriceMethod::Quantlib, 0, 0, false});
        promise->set_value(std::move(answers));
    });
    if (taken && future.wait_for(patience) == std::future_status::ready) return future.get();
    return std::vector<MethodPrice>(legs.size(), MethodPrice{PriceMethod::Quantlib, 0, 0, false});
}

} // namespace mahler::pricing
