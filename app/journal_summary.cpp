#include "app/journal_summary.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/money.h"
#include "desk/codec.h"

namespace mahler::app {

namespace {

constexpr std::size_t kLongest = 240;

std::string money(const Json& micros) { return "$" + Usd::fromMicros(micros.get<std::int64_t>()).str(); }

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
        return portfolio::describe(order.combo) + ", limit " + order.combo.netLimit.str() + ", approved by " + order.approvedBy;
    }
    if (record.type == "order.filled")
        return body.at("description").get<std::string>() + ": " + body.at("quantity").dump() + " filled at " +
               Price::fromMicros(body.at("net").get<std::int64_t>()).str();
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
        if (!value.is_primitive() || out.size() > kLongest) continue;
        out += (out.empty() ? "" : ", ") + key + " " + (value.is_string() ? value.get<std::string>() : value.dump());
    }
    return out;
}

} // namespace

std::string summaryOf(const store::Record& record) {
    const auto body = parseJson(record.body);
    if (!body || !body->is_object()) return record.body.substr(0, kLongest);
    try {
        return told(record, *body).substr(0, kLongest);
    } catch (const std::exception&) { // of another version: its bytes are in the detail below the table
        return record.body.substr(0, kLongest);
    }
}

} // namespace mahler::app
