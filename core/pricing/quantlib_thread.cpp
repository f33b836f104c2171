#include "pricing/quantlib_thread.h"

#include <utility>

namespace mahler::pricing {

QuantlibThread::QuantlibThread(std::size_t capacity, std::function<void(const std::string&)> onFailure)
    : m_worker("quantlib", capacity, std::move(onFailure)) {}

bool QuantlibThread::ask(market::ExerciseStyle style, const Inputs& in, Answer answer) {
    return m_worker.post([style, in, answer = std::move(answer)](std::stop_token stop) {
        if (!stop.stop_requested())
            answer(priceBy(PriceMethod::Quantlib, style, in));
    });
}

} // namespace mahler::pricing
