#include "desk/risk_watch.h"

#include <algorithm>

#include "execution/order.h"
#include "market/exchange_calendar.h"

namespace mahler::desk {

namespace {

using namespace std::chrono_literals;

constexpr auto kViewEvery = 1s;
constexpr auto kLookEvery = 3s; ///< while a leg has no two-sided quote
constexpr auto kVarEvery = 15s; ///< while the legs stay the same

/// What a risk view depends on, so that a standing market is not computed again and again.
std::string inputsOf(const DeskView& view) {
    std::string key = std::to_string(view.at.utc.time_since_epoch().count()) + "/" + std::to_string(view.settingsAnswers) + "/";
    for (const auto& p : view.positions) key += p.position.id.str() + "*" + std::to_string(p.position.quantity) + ";";
    for (const auto& trade : pendingOf(view)) key += trade.id + "*" + std::to_string(trade.order.quantity) + ";";
    return key;
}

} // namespace

/// Chains arrive one by one on the market thread; the last one hands the job over.
struct RiskWatch::Job {
    std::shared_ptr<const DeskView> view;
    UtcTime since{}; ///< the first view of all
    bool show = false;
    std::size_t awaited = 0;
    std::vector<std::pair<std::shared_ptr<const market::OptionChain>, pricing::CurveInputs>> chains;
    RiskSources sources;
};

void RiskWatch::setWanted(bool wanted) {
    m_wanted = wanted;
    m_asked = wanted;
}

bool RiskWatch::lookIsDue(const DeskView& view, Wall::time_point now) {
    if (view.session != market::Session::Open || now - m_lastLook < kLookEvery) return false;
    std::scoped_lock lock(m_mutex);
    if (m_day != market::toNewYork(view.at.utc).date) return !AttributionBook::needed(view, {}).empty();
    const auto needed = AttributionBook::needed(view, m_looked);
    return !std::includes(m_looked.begin(), m_looked.end(), needed.begin(), needed.end());
}

void RiskWatch::poll(std::shared_ptr<const DeskView> view) {
    if (!m_since) m_since = view->at.utc; // whether anything is computed of it or not
    if (m_busy) return;
    const auto now = Wall::now();
    const bool asked = m_asked.exchange(false);
    std::string inputs;
    bool show = m_wanted && (asked || now - m_lastView >= kViewEvery);
    if (show) {
        inputs = inputsOf(*view);
        show = asked || inputs != m_shown;
    }
    const bool look = lookIsDue(*view, now);
    if (!show && !look) return;
    m_busy = true;
    if (show) {
        m_lastView = now;
        m_shown = std::move(inputs);
    }
    if (look) m_lastLook = now;
    auto job = std::make_shared<Job>();
    job->since = *m_since;
    job->show = show;
    const auto underlyings = underlyingsOf(*view);
    job->view = std::move(view);
    job->awaited = underlyings.size();
    gather(job, underlyings);
}

void RiskWatch::gather(const std::shared_ptr<Job>& job, const std::vector<std::string>& underlyings) {
    const auto handOver = [this, job] {
        if (!m_worker.post([this, job](std::stop_token) { compute(job); })) m_busy = false;
    };
    if (underlyings.empty()) return handOver();
    for (const auto& underlying : underlyings)
        m_request(underlying, [job, underlying, handOver](auto chain, auto history, auto, auto curve) {
            if (chain)
                job->chains.emplace_back(*chain, std::move(curve));
            else
                job->sources.withoutChain[underlying] = chain.error().detail;
            job->sources.history = history;
            if (--job->awaited == 0) handOver();
        });
}

void RiskWatch::compute(const std::shared_ptr<Job>& job) {
    struct Done {
        std::atomic<bool>& busy;
        ~Done() { busy = false; }
    } done{m_busy};
    auto& sources = job->sources;
    sources.view = job->view;
    for (const auto& [chain, curve] : job->chains) sources.chains.push_back(priceForRisk(chain, curve, *job->view));
    m_board.watchFrom(job->since);
    m_board.look(sources);
    {
        std::scoped_lock lock(m_mutex);
        m_looked = m_board.attribution().looked();
        m_day = m_board.attribution().day();
    }
    if (!job->show) return;
    m_publish(m_board.make(sources)); // what is quick first
    if (!m_board.varIsOld(sources) && Wall::now() - m_lastVar < kVarEvery) return;
    m_board.renewVar(sources);
    m_lastVar = Wall::now();
    m_publish(m_board.make(sources));
}

} // namespace mahler::desk
