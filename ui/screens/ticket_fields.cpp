#include "ui/screens/ticket_fields.h"

#include <algorithm>
#include <QHBoxLayout>
#include <QLabel>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr qsizetype kLongestShown = 24;
constexpr int kMostDigits = 9; ///< more units than this are not a number of contracts

bool isDigit(QChar c) { return c >= QLatin1Char('0') && c <= QLatin1Char('9'); }

/// A mark that separates thousands somewhere and decimals elsewhere.
bool isSeparator(QChar c) {
    return c == QLatin1Char(',') || c == QLatin1Char('\'') || c == QLatin1Char('_') || c == QChar(0x2019) || c == QChar(0x066B) ||
           c == QChar(0x066C) || c.isSpace();
}

bool has(const QString& text, bool (*what)(QChar)) { return std::any_of(text.begin(), text.end(), what); }

QString shown(const QString& text) { return text.size() > kLongestShown ? text.left(kLongestShown) + QChar(0x2026) : text; }

QString inputText(Price price) { return QString::fromStdString(price.str()); }

} // namespace

Typed<Price> typedLimit(const QString& text) {
    QString t = text.trimmed();
    if (t.isEmpty()) return {{}, TicketFields::tr("the limit is empty: type a price such as 1.35, or −1.35 to pay")};
    if (has(t, isSeparator))
        return {{},
                TicketFields::tr("the limit “%1” can be read in two ways: type a point for decimals and nothing between thousands").arg(shown(t))};
    t.replace(QChar(0x2212), QLatin1Char('-'));
    const auto parsed = has(t, [](QChar c) { return c.unicode() > 127; }) ? Result<Price>(badInput("not ASCII")) : Price::parse(t.toStdString());
    if (!parsed) return {{}, TicketFields::tr("the limit “%1” is not a price: type digits and a point, such as 1.35, or −1.35 to pay").arg(shown(t))};
    return {*parsed, {}};
}

Typed<std::int64_t> typedUnits(const QString& text, std::int64_t most) {
    const QString t = text.trimmed();
    if (t.isEmpty()) return {{}, TicketFields::tr("the number of units is empty: type 1 to %1").arg(most)};
    if (!std::all_of(t.begin(), t.end(), isDigit))
        return {{}, TicketFields::tr("“%1” is not a number of units: type 1 to %2, digits alone").arg(shown(t)).arg(most)};
    const std::int64_t units = t.size() <= kMostDigits ? t.toLongLong() : most + 1;
    if (units < 1) return {{}, TicketFields::tr("an order has at least one unit: type 1 to %1").arg(most)};
    if (units > most) return {{}, TicketFields::tr("%1 units are more than one order may have: type 1 to %2").arg(shown(t)).arg(most)};
    return {units, {}};
}

TicketFields::TicketFields(QWidget* parent) : QWidget(parent), m_unitsLine(new QLineEdit), m_limitLine(new QLineEdit) {
    m_unitsLine->setObjectName(QStringLiteral("units"));
    m_limitLine->setObjectName(QStringLiteral("limit"));
    m_unitsLine->setAccessibleName(tr("Units"));
    m_limitLine->setAccessibleName(tr("Net limit, dollars per share; positive is a credit"));
    m_unitsLine->setToolTip(tr("units of the structure: contracts of each leg for one"));
    m_limitLine->setToolTip(m_limitLine->accessibleName());
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    for (const auto& [line, name, width] : {std::tuple(m_unitsLine, tr("Units"), 58), std::tuple(m_limitLine, tr("Net limit"), 74)}) {
        line->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        line->setFixedWidth(scaled(width));
        auto* label = new QLabel(name);
        label->setBuddy(line);
        row->addWidget(label);
        row->addWidget(line);
    }
    setUnits(m_units);
    setLimit(m_limit);
    connect(m_unitsLine, &QLineEdit::textEdited, this, [this] {
        readUnits();
        Q_EMIT edited();
    });
    connect(m_limitLine, &QLineEdit::textEdited, this, [this] {
        readLimit();
        Q_EMIT edited();
    });
}

void TicketFields::readUnits() {
    const auto typed = typedUnits(m_unitsLine->text(), m_most);
    if (typed.value) m_units = *typed.value;
    m_unitsProblem = typed.problem;
    setLook(*m_unitsLine, "typed", typed.value ? QString() : QStringLiteral("wrong"));
    m_unitsLine->setAccessibleDescription(typed.problem);
}

void TicketFields::readLimit() {
    const auto typed = typedLimit(m_limitLine->text());
    if (typed.value) m_limit = *typed.value;
    m_limitProblem = typed.problem;
    setLook(*m_limitLine, "typed", typed.value ? QString() : QStringLiteral("wrong"));
    m_limitLine->setAccessibleDescription(typed.problem);
}

void TicketFields::setUnits(std::int64_t units) {
    m_unitsLine->setText(QString::number(units));
    m_units = units;
    readUnits();
}

void TicketFields::setLimit(Price limit) {
    m_limitLine->setText(inputText(limit));
    readLimit();
}

void TicketFields::setMostUnits(std::int64_t most) {
    if (most == m_most) return;
    m_most = most;
    readUnits();
}

QString TicketFields::problem() const { return m_unitsProblem.isEmpty() ? m_limitProblem : m_unitsProblem; }

} // namespace mahler::ui
