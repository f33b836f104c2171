#pragma once

#include <functional>
#include <string>
#include <thread>

#include "base/log.h"
#include "base/mailbox.h"
#include "base/thread_name.h"

namespace mahler {

/// A named thread that runs what it is given, one after the other. The thread is the last member: it joins first.
class Worker {
public:
    using Task = std::function<void(std::stop_token)>;
    /// `onFailure` hears of an exception that left a task; the worker then goes on with the next one.
    Worker(std::string name, std::size_t capacity, std::function<void(const std::string&)> onFailure)
        : m_name(std::move(name)), m_tasks(capacity), m_onFailure(std::move(onFailure)), m_thread([this](std::stop_token stop) { run(stop); }) {}
    ~Worker() {
        m_thread.request_stop();
        m_tasks.close();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// @return false when the queue is full or closing.
    bool post(Task task) { return m_tasks.push(std::move(task)); }
    std::size_t waiting() const { return m_tasks.size(); }

private:
    void run(std::stop_token stop) {
        nameThisThread(m_name);
        while (!stop.stop_requested()) {
            auto task = m_tasks.popFor(std::chrono::seconds(1));
            if (!task) {
                if (m_tasks.closed()) return;
                continue;
            }
            try {
                (*task)(stop);
            } catch (const std::exception& e) {
                log(LogLevel::Error, m_name + ": " + e.what());
                if (m_onFailure) m_onFailure(e.what());
            }
        }
    }

    std::string m_name;
    Mailbox<Task> m_tasks;
    std::function<void(const std::string&)> m_onFailure;
    std::jthread m_thread;
};

} // namespace mahler
