#pragma once

#include <optional>
#include <QLineEdit>
#include <QWidget>

#include "base/money.h"

namespace mahler::ui {

/// What a person typed for an order: the value, or why it is none (one sentence: what is wrong and what to do).
template <class T> struct Typed {
    std::optional<T> value;
    QString problem{};
};

/// Strict (UX 2.2): one sign, digits and a point. Separators of thousands, decimal commas, exponents and words are refused, never
/// guessed. A minus may be U+2212; white space around is no part of it.
Typed<Price> typedLimit(const QString& text);
/// Digits alone, 1 to `most`.
Typed<std::int64_t> typedUnits(const QString& text, std::int64_t most);

/// Units and net limit of a ticket. What cannot be read stays as it was typed, is marked, and has its problem; the values are
/// those that were last understood.
class TicketFields final : public QWidget {
    Q_OBJECT
public:
    explicit TicketFields(QWidget* parent = nullptr);
    /// From the draft; what was typed is gone.
    void setUnits(std::int64_t units);
    void setLimit(Price limit);
    void setMostUnits(std::int64_t most);
    std::int64_t units() const { return m_units; }
    Price limit() const { return m_limit; }
    /// Of the first field that cannot be read; empty: both can.
    QString problem() const;
    bool limitReads() const { return m_limitProblem.isEmpty(); }

Q_SIGNALS:
    void edited(); ///< a field was typed in, readable or not

private:
    void readUnits();
    void readLimit();

    QLineEdit *m_unitsLine, *m_limitLine;
    std::int64_t m_units = 1, m_most = 500;
    Price m_limit;
    QString m_unitsProblem, m_limitProblem;
};

} // namespace mahler::ui
