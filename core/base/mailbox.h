#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

namespace mahler {

/// A bounded queue between threads, first in first out. A full box refuses: that is a designed case, not an accident.
template <class Message> class Mailbox {
public:
    explicit Mailbox(std::size_t capacity) : m_capacity(capacity) {}

    /// @return false when full or closed; the message is then not taken.
    bool push(Message message) {
        {
            std::scoped_lock lock(m_mutex);
            if (m_closed || m_queue.size() >= m_capacity) return false;
            m_queue.push_back(std::move(message));
        }
        m_ready.notify_one();
        return true;
    }
    std::optional<Message> tryPop() {
        std::scoped_lock lock(m_mutex);
        return take();
    }
    /// Waits until a message, the deadline or close().
    std::optional<Message> popFor(std::chrono::nanoseconds wait) {
        std::unique_lock lock(m_mutex);
        m_ready.wait_for(lock, wait, [this] { return m_closed || !m_queue.empty(); });
        return take();
    }
    void close() {
        {
            std::scoped_lock lock(m_mutex);
            m_closed = true;
        }
        m_ready.notify_all();
    }
    bool closed() const {
        std::scoped_lock lock(m_mutex);
        return m_closed;
    }
    std::size_t size() const {
        std::scoped_lock lock(m_mutex);
        return m_queue.size();
    }

private:
    std::optional<Message> take() {
        if (m_queue.empty()) return std::nullopt;
        std::optional<Message> message(std::move(m_queue.front()));
        m_queue.pop_front();
        return message;
    }

    const std::size_t m_capacity;
    mutable std::mutex m_mutex;
    std::condition_variable m_ready;
    std::deque<Message> m_queue;
    bool m_closed = false;
};

} // namespace mahler
