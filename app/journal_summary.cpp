#include "app/journal_summary.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/money.h"
#include "desk/codec.h"
#include "desk/field_units.h"
#include "ui/screens/record_words.h"

namespace mahler::app {

namespace {

constexpr std::size_t kLongest = 240;

/// At most kLongest bytes, whole characters of UTF-8.
std::string cut(std::string text) {
    if (text.size() <= kLongest) return text;
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end);
}

std::string words(desk::FieldUnit unit, const Json& value) { return ui::fieldWords(unit, value.get<std::int64_t>(), false).toStdString(); }
std::string money(const Json& micros) { return words(desk::FieldUnit::Money, micros); }
std::string net(Price price) { return words(desk::FieldUnit::Net, price.micros()); }

std::string contractWords(const std::string& id) {
    const auto contract = market::OptionContract::parse(id);
    return contract ? contract->label() : id;
}

std::string checks(const Json& body) {
    std::size_t passed = 0;
    std::string refused;
    const auto& all = body.at("checks");
    for (const auto& check : all) {
        if (check.at("pass").get<bool>())
            ++passed;
        else
            refused += (refused.empty() ? "" : "; ") + check.at("reason").get<std::string>();
    }
    return std::to_string(passed) + " of " + std::to_string(all.size()) + " checks pass, value " + money(body.at("value")) +
           (refused.empty() ? "" : ": " + refused);
}

std::string told(const store::Record& record, const Json& body) {
    if (record.type == "gate.checked") return checks(body);
    if (record.type == "order.intent") {
        const auto order = desk::codec::toOrder(body.at("order"));
        return portfolio::describe(order.combo) + ", limit " + net(order.combo.netLimit) + ", approved by " + order.approvedBy;
    }
    if (record.type == "proposal.made") {
        const auto order = desk::codec::toCombo(body.at("order"));
        return portfolio::describe(order) + " for " + net(order.netLimit) + ". " + body.at("synthesis").get<std::string>();
    }
    if (record.type == "order.filled")
        return body.at("description").get<std::string>() + ": " + body.at("quantity").dump() + " filled at " +
               words(desk::FieldUnit::Net, body.at("net")) + ", fees " + money(body.at("fees"));
    if (record.type == "account.opened" || record.type == "account.based") {
        const auto account = desk::codec::toAccount(body.at("account"));
        return "cash " + money(account.cash.micros()) + ", equity at the day's start " + money(account.dayStartEquity.micros()) +
               ", at the week's start " + money(account.weekStartEquity.micros()) + ", highest " + money(account.highWaterMark.micros());
    }
    if (record.type == "position.adjusted" || record.type == "assignment.noted")
        return words(desk::FieldUnit::Gain, body.at("amount")) + " in cash: " + body.at("kind").get<std::string>() + " of " +
               words(desk::FieldUnit::Count, body.at("quantity")) + " " + contractWords(body.at("contract").get<std::string>());
    if (record.type == "cycle.finished") return body.at("action").get<std::string>() + ": " + body.at("reason").get<std::string>();
    if (body.contains("request") && body.at("request").contains("order")) {
        const auto r = desk::codec::toRequest(body.at("request"));
        return std::string(approval::toString(r.tier.tier)) + " " + approval::toString(r.state) + ": " + portfolio::describe(r.order) +
               (r.causeText.empty() ? "" : ", " + r.causeText) + (r.extended ? ", extended once" : "") +
               (r.replaces.empty() ? "" : ", replaces " + r.replaces.str() + " (" + r.replacesWhy + ")") +
               (r.raisedAgain.empty() ? "" : ", raised again: " + r.raisedAgain);
    }
    for (const char* key : {"text", "reason", "why", "result", "description", "synthesis"})
        if (body.contains(key) && body.at(key).is_string() && !body.at(key).get_ref<const std::string&>().empty())
            return body.at(key).get<std::string>();
    if (body.contains("update")) {
        const auto update = desk::codec::toBrokerUpdate(body.at("update"));
        return std::string(execution::toString(update.state)) + (update.filled > 0 ? ", " + std::to_string(update.filled) + " filled" : "") +
               (update.text.empty() ? "" : ": " + update.text);
    }
    std::string out;
    if (body.contains("changed")) {
        for (const auto& [key, change] : body.at("changed").items()) out += (out.empty() ? "" : ", ") + key;
        return out;
    }
    for (const auto& [key, value] : body.items()) {
        if (!value.is_primitive() || out.size() > kLongest || value == record.correlation) continue; // its id stands in a column of its own
        std::string name = key;
        std::replace(name.begin(), name.end(), '_', ' ');
        out += (out.empty() ? "" : ", ") + name + " " +
               (value.is_string()           ? value.get<std::string>()
                : value.is_number_integer() ? words(desk::unitOfField(record.type, {}, key), value)
                : value.is_boolean()        ? std::string(value.get<bool>() ? "yes" : "no")
                                            : "unknown");
    }
    return out;
}

} // namespace

std::string summaryOf(const store::Record& record) {
    const auto body = parseJson(record.body);
    if (!body || !body->is_object()) return cut(record.body);
    try {
        return cut(told(record, *body));
    } catch (const std::exception&) { // of another version: its bytes are in the detail below the table
        return cut(record.body);
    }
}

} // namespace mahler::app
