#include "agents/roles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "agents/embedded_roles.h"

namespace mahler::agents {

namespace {

constexpr std::pair<const char*, RoleKind> kKinds[] = {
    {"analyst", RoleKind::Analyst}, {"debater", RoleKind::Debater}, {"facilitator", RoleKind::Facilitator}, {"risk", RoleKind::Risk}};
constexpr std::array kKeys = {"role", "title", "kind", "purpose", "reads", "output", "weights"};

Result<std::string> readText(const Json& json, const char* key) {
    const auto& value = json[key];
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) return badInput(std::string(key) + " must be a text that is not empty");
    return value.get<std::string>();
}

Result<RoleKind> readKind(const Json& json) {
    for (const auto& [word, kind] : kKinds)
        if (json["kind"] == word) return kind;
    return badInput("kind must be analyst, debater, facilitator or risk");
}

Result<std::vector<std::string>> readReads(const Json& json) {
    std::vector<std::string> out;
    if (!json["reads"].is_array() || json["reads"].empty()) return badInput("reads must be a list that is not empty");
    for (const auto& id : json["reads"]) {
        if (!id.is_string() || id.get_ref<const std::string&>().empty()) return badInput("reads must list fact ids");
        out.push_back(id.get<std::string>());
    }
    return out;
}

/// {"by_vix": [{"up_to": 20, "weight": 0.3}, ..., {"weight": 0.1}]}; the last band has no bound.
Result<std::vector<VixWeight>> readWeights(const Json& json, RoleKind kind) {
    const auto& weights = json["weights"];
    if (!weights.is_object()) return badInput("weights must be an object");
    for (const auto& [key, value] : weights.items())
        if (key != "by_vix" || kind != RoleKind::Risk) return badInput("weights." + key + " is an unknown key");
    std::vector<VixWeight> out;
    if (kind != RoleKind::Risk) return out;
    if (!weights.contains("by_vix") || !weights["by_vix"].is_array() || weights["by_vix"].empty())
        return badInput("weights.by_vix must be a list that is not empty");
    const auto& bands = weights["by_vix"];
    for (std::size_t i = 0; i < bands.size(); ++i) {
        const std::string path = "weights.by_vix[" + std::to_string(i) + "]";
        const bool last = i + 1 == bands.size();
        if (!bands[i].is_object() || bands[i].size() != (last ? 1u : 2u))
            return badInput(path + (last ? " must hold weight alone" : " must hold up_to and weight"));
        VixWeight band{std::numeric_limits<double>::infinity(), 0};
        for (const auto& [key, value] : bands[i].items()) {
            if ((key != "up_to" || last) && key != "weight") return badInput(path + "." + key + " is an unknown key");
            if (!value.is_number()) return badInput(path + "." + key + " must be a number");
            (key == "weight" ? band.weight : band.upTo) = value.get<double>();
        }
        if (!(band.weight >= 0 && band.weight <= 1)) return badInput(path + ".weight must lie within 0 and 1");
        if (!(band.upTo > (out.empty() ? 0 : out.back().upTo))) return badInput(path + ".up_to must rise from band to band");
        out.push_back(band);
    }
    return out;
}

} // namespace

bool Role::mayRead(const FactId& fact) const {
    return std::any_of(reads.begin(), reads.end(), [&](const std::string& id) {
        return fact.str().starts_with(id) && (fact.str().size() == id.size() || fact.str()[id.size()] == '.');
    });
}

double Role::weightAt(std::optional<double> vix) const {
    for (const auto& band : weights)
        if (vix && *vix <= band.upTo) return band.weight;
    return weights.empty() ? 0 : weights.back().weight;
}

Result<void> Role::accept(const Json& answer) const {
    const auto fits = conform(output, answer);
    return fits ? fits : badInput("the answer of " + name + " does not fit: " + fits.error().detail);
}

Result<Role> parseRole(std::string_view text, std::string_view prompt) {
    const auto parsed = parseJson(text);
    if (!parsed) return parsed.error();
    const Json& json = *parsed;
    if (!json.is_object()) return badInput("a role must be an object");
    for (const auto& [key, value] : json.items())
        if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) return badInput(key + " is an unknown key");
    for (const char* key : kKeys)
        if (!json.contains(key)) return badInput(std::string(key) + " is missing");
    auto name = readText(json, "role"), title = readText(json, "title"), purpose = readText(json, "purpose");
    for (const auto* field : {&name, &title, &purpose})
        if (!*field) return field->error();
    const auto kind = readKind(json);
    if (!kind) return kind.error();
    auto reads = readReads(json);
    if (!reads) return reads.error();
    auto output = parseSchema(json["output"], "output");
    if (!output) return output.error();
    if (output->type != Schema::Type::Object) return badInput("output.type must be object");
    auto weights = readWeights(json, *kind);
    if (!weights) return weights.error();
    if (prompt.find_first_not_of(" \t\r\n") == std::string_view::npos) return badInput("prompt is missing");
    return Role{std::move(*name),    std::move(*title),  *kind, std::move(*purpose), std::move(*reads), std::move(*output),
                std::move(*weights), std::string(prompt)};
}

Result<RoleSet> RoleSet::create(std::vector<Role> roles) {
    RoleSet set;
    set.m_roles = std::move(roles);
    for (const auto& role : set.m_roles)
        if (set.find(role.name) != &role) return badInput("the role " + role.name + " stands twice");
    for (const auto& [name, kind] : {std::pair{"bull", RoleKind::Debater}, {"bear", RoleKind::Debater}, {"facilitator", RoleKind::Facilitator}})
        if (const Role* role = set.find(name); !role || role->kind != kind)
            return badInput(std::string("the role ") + name + " is missing or of the wrong kind");
    const auto risk = set.ofKind(RoleKind::Risk);
    for (const Role* bounds : risk)
        for (const auto& band : bounds->weights) {
            double sum = 0;
            for (const Role* role : risk) sum += role->weightAt(band.upTo);
            if (std::abs(sum - 1) > 1e-9) return badInput("weights.by_vix of the risk roles must sum to 1 at every VIX");
        }
    if (risk.empty()) return badInput("there is no risk role");
    return set;
}

const Role* RoleSet::find(std::string_view name) const {
    const auto it = std::find_if(m_roles.begin(), m_roles.end(), [&](const Role& r) { return r.name == name; });
    return it == m_roles.end() ? nullptr : &*it;
}

std::vector<const Role*> RoleSet::ofKind(RoleKind kind) const {
    std::vector<const Role*> out;
    for (const auto& role : m_roles)
        if (role.kind == kind) out.push_back(&role);
    return out;
}

Result<RoleSet> builtInRoles() {
    std::vector<Role> roles;
    for (const auto& text : embeddedRoles()) {
        auto role = parseRole(text.json, text.prompt);
        if (role && role->name != text.name) role = badInput("role must be the name of its file");
        if (!role) return badInput("role " + std::string(text.name) + ": " + role.error().detail);
        roles.push_back(std::move(*role));
    }
    return RoleSet::create(std::move(roles));
}

} // namespace mahler::agents
