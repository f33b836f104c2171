#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"

namespace mahler {

/// What went wrong, as callers branch on it. The text in Error::detail is English and for the log.
enum class ErrorCode {
    BadInput,      ///< outside bytes or values that do not parse or are out of range
    NotFound,      ///< a file, symbol, record or key that does not exist
    Io,            ///< the disk or the network refused
    Busy,          ///< a bounded queue is full or another instance holds the resource
    Stale,         ///< the data is too old for what was asked
    Rejected,      ///< a rule said no
    Integrity,     ///< a hash, sequence or signature does not hold
    NoConvergence, ///< a numerical method gave up
    Unsupported,   ///< valid, but not handled
    Internal,      ///< a broken invariant that was caught
};

const char* toString(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string detail; ///< English, names file, line and column where there is one; never a secret
};

/// A value or an Error; the member names are those of C++23 std::expected.
template <class T> class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const { return m_state.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & { return requireValue(); }
    const T& value() const& { return requireValue(); }
    T&& value() && { return std::move(requireValue()); }
    T& operator*() & { return requireValue(); }
    const T& operator*() const& { return requireValue(); }
    T&& operator*() && { return std::move(requireValue()); }
    T* operator->() { return &requireValue(); }
    const T* operator->() const { return &requireValue(); }

    const Error& error() const {
        MAHLER_CHECK(!has_value());
        return std::get<1>(m_state);
    }
    template <class U> T value_or(U&& fallback) const& { return has_value() ? std::get<0>(m_state) : static_cast<T>(std::forward<U>(fallback)); }
    template <class F> auto and_then(F&& f) const& -> std::invoke_result_t<F, const T&> {
        if (has_value()) return std::forward<F>(f)(std::get<0>(m_state));
        return error();
    }
    template <class F> auto transform(F&& f) const& -> Result<std::invoke_result_t<F, const T&>> {
        if (has_value()) return std::forward<F>(f)(std::get<0>(m_state));
        return error();
    }

private:
    T& requireValue() {
        MAHLER_CHECK(has_value());
        return std::get<0>(m_state);
    }
    const T& requireValue() const {
        MAHLER_CHECK(has_value());
        return std::get<0>(m_state);
    }
    std::variant<T, Error> m_state;
};

template <> class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}
    bool has_value() const { return !m_error; }
    explicit operator bool() const { return has_value(); }
    const Error& error() const {
        MAHLER_CHECK(m_error.has_value());
        return *m_error;
    }

private:
    std::optional<Error> m_error;
};

inline Error badInput(std::string detail) { return {ErrorCode::BadInput, std::move(detail)}; }

} // namespace mahler
