#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/worker.h"
#include "desk/market_runner.h"
#include "desk/risk_board.h"

namespace mahler::desk {

/// Has risk views made while somebody looks, at most once a second and only when something moved; and the attribution's looks
/// taken as soon as a session or a position begins, whether anybody looks or not. poll() comes from the desk thread, chains
/// from the market thread, and everything is computed on the worker it is given, which must end before this does.
class RiskWatch {
public:
    using Request = std::function<void(const std::string& underlying, MarketRunner::ChainReady ready)>;
    using Publish = std::function<void(std::shared_ptr<const RiskView>)>;

    RiskWatch(Request request, Worker& worker, Publish publish) : m_request(std::move(request)), m_worker(worker), m_publish(std::move(publish)) {}
    void setWanted(bool wanted); ///< any thread
    void poll(std::shared_ptr<const DeskView> view);

private:
    using Wall = std::chrono::steady_clock;
    struct Job;
    bool lookIsDue(const DeskView& view, Wall::time_point now);
    void gather(const std::shared_ptr<Job>& job, const std::vector<std::string>& underlyings);
    void compute(const std::shared_ptr<Job>& job);

    Request m_request;
    Worker& m_worker;
    Publish m_publish;
    std::atomic<bool> m_wanted{false}, m_busy{false}, m_asked{false};
    Wall::time_point m_lastView{}, m_lastLook{}; ///< of the desk thread, as m_shown
    std::string m_shown;                         ///< what the last view was made of
    std::optional<UtcTime> m_since;              ///< of the first view; what was opened after it is seen from its fills on
    std::mutex m_mutex;
    std::set<std::string> m_looked; ///< under m_mutex, as m_day
    std::optional<TradingDate> m_day;
    RiskBoard m_board;            ///< of the worker
    Wall::time_point m_lastVar{}; ///< of the worker
};

} // namespace mahler::desk
