#include "desk/field_units.h"

#include <unordered_map>

namespace mahler::desk {

FieldUnit unitOfField(const std::string& type, const std::string& parent, const std::string& key) {
    static const std::unordered_map<std::string, FieldUnit> kByParent = {
        {"marks", FieldUnit::Net}, {"dividend_yield", FieldUnit::Millionths}, {"realised10", FieldUnit::Millionths}};
    static const std::unordered_map<std::string, FieldUnit> kOfCarry = {
        {"rate", FieldUnit::Trillionths}, {"yield", FieldUnit::Trillionths}, {"basis", FieldUnit::Trillionths}, {"amount", FieldUnit::Trillionths}};
    static const std::unordered_map<std::string, FieldUnit> kByKey = {
        {"cash", FieldUnit::Money},
        {"close_fees", FieldUnit::Money},
        {"day_start", FieldUnit::Money},
        {"equity", FieldUnit::Money},
        {"fees", FieldUnit::Money},
        {"high_water", FieldUnit::Money},
        {"max_loss", FieldUnit::Money},
        {"open_fees", FieldUnit::Money},
        {"starting_cash", FieldUnit::Money},
        {"typed_max_loss", FieldUnit::Money},
        {"value", FieldUnit::Money},
        {"week_start", FieldUnit::Money},
        {"worst_case", FieldUnit::Money},
        {"amount", FieldUnit::Gain},
        {"cash_flow", FieldUnit::Gain},
        {"realised", FieldUnit::Gain},
        {"arrival_mid", FieldUnit::Net},
        {"average_net", FieldUnit::Net},
        {"mid", FieldUnit::Net},
        {"net", FieldUnit::Net},
        {"net_limit", FieldUnit::Net},
        {"open_net", FieldUnit::Net},
        {"at", FieldUnit::Moment},
        {"close", FieldUnit::Moment},
        {"open", FieldUnit::Moment},
        {"opened_at", FieldUnit::Moment},
        {"utc", FieldUnit::Moment},
        {"delay_ns", FieldUnit::Nanoseconds},
        {"mono", FieldUnit::Nanoseconds},
        {"beta", FieldUnit::Millionths},
        {"confidence", FieldUnit::Millionths},
        {"confidence_ppm", FieldUnit::Millionths},
        {"iv", FieldUnit::Millionths},
        {"r2", FieldUnit::Millionths},
        {"rate", FieldUnit::Millionths},
        {"spot", FieldUnit::Millionths},
    };
    if (key == "amount" && (type == "session.facts" || type.ends_with("session_facts"))) return FieldUnit::Trillionths; // of a dividend
    if (key.ends_with("_mono")) return FieldUnit::Nanoseconds;
    if (type.find("carry") != std::string::npos)
        if (const auto it = kOfCarry.find(key); it != kOfCarry.end()) return it->second;
    if (const auto it = kByParent.find(parent); it != kByParent.end()) return it->second;
    const auto it = kByKey.find(key);
    return it == kByKey.end() ? FieldUnit::Count : it->second;
}

} // namespace mahler::desk
