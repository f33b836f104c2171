#include "app/config.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text_file.h"
#include "ui/shell/key_bindings.h"

namespace mahler::app {

namespace {

constexpr const char* kHead = "// The settings of Mahler: what differs from the built-in values. The settings dialog (Ctrl+,) writes this file;\n"
                              "// edit it by hand while Mahler is closed. Limits may be tightened, never loosened.\n";

template <class E> struct Word {
    const char* word;
    E value;
};
constexpr Word<ui::ThemeKind> kThemes[] = {{"dark", ui::ThemeKind::Dark}, {"light", ui::ThemeKind::Light}};
constexpr Word<ui::GainLoss> kGainLoss[] = {
    {"blue-orange", ui::GainLoss::BlueOrange}, {"green-red", ui::GainLoss::GreenRed}, {"red-green", ui::GainLoss::RedGreen}};
constexpr Word<ui::Density> kDensities[] = {{"compact", ui::Density::Compact}, {"comfortable", ui::Density::Comfortable}};

template <class E, std::size_t N> Result<void> oneOf(const Word<E> (&words)[N], const std::string& key, const Json& value, E& into) {
    std::string known;
    for (const auto& w : words) {
        if (value.is_string() && value.get_ref<const std::string&>() == w.word) {
            into = w.value;
            return {};
        }
        known += (known.empty() ? "" : " or ") + std::string(w.word);
    }
    return badInput("'" + key + "' wants " + known);
}

template <class E, std::size_t N> const char* wordOf(const Word<E> (&words)[N], E value) {
    for (const auto& w : words)
        if (w.value == value) return w.word;
    return words[0].word;
}

Result<ui::Look> readLook(const Json& section) {
    ui::Look look;
    if (!section.is_object()) return badInput("an object is wanted");
    for (const auto& [key, value] : section.items()) {
        Result<void> done = badInput("unknown key '" + key.substr(0, 60) + "'");
        if (key == "theme")
            done = oneOf(kThemes, key, value, look.theme);
        else if (key == "gain_loss")
            done = oneOf(kGainLoss, key, value, look.gainLoss);
        else if (key == "density")
            done = oneOf(kDensities, key, value, look.density);
        if (!done) return done.error();
    }
    return look;
}

Result<ui::Sounds> readSounds(const Json& section) {
    ui::Sounds sounds;
    if (!section.is_object()) return badInput("an object is wanted");
    for (const auto& [key, value] : section.items()) {
        if (key != "approvals") // a Critical notice cannot be silenced
            return badInput("unknown key '" + key.substr(0, 60) + "'");
        if (!value.is_boolean()) return badInput("'approvals' wants true or false");
        sounds.approvals = value.get<bool>();
    }
    return sounds;
}

Result<std::string> readBroker(const Json& section) {
    std::string phone;
    if (!section.is_object()) return badInput("an object is wanted");
    for (const auto& [key, value] : section.items()) {
        if (key != "phone") return badInput("unknown key '" + key.substr(0, 60) + "'");
        if (!value.is_string()) return badInput("'phone' wants a number in quotes, such as \"+1 555 0100\"");
        phone = value.get<std::string>();
    }
    if (const auto fits = ui::checkPhone(phone); !fits) return fits.error();
    return phone;
}

Result<ui::KeyChoices> readKeys(const Json& section) {
    ui::KeyChoices keys;
    if (!section.is_object()) return badInput("an object is wanted");
    for (const auto& [action, value] : section.items()) {
        auto& chosen = keys[action];
        const Json list = value.is_array() ? value : Json::array({value});
        for (const auto& key : list) {
            if (!key.is_string()) return badInput("'" + action.substr(0, 60) + "' wants a key such as \"F3\", or a list of them");
            chosen.push_back(key.get<std::string>());
        }
    }
    if (const auto fits = ui::KeyBindings::check(keys); !fits) return fits.error();
    return keys;
}

Result<std::chrono::seconds> readApproval(const Json& section) {
    std::chrono::seconds trader = desk::Settings{}.traderDeadline;
    if (!section.is_object()) return badInput("an object is wanted");
    for (const auto& [key, value] : section.items()) {
        if (key != desk::kTraderSeconds.key) return badInput("unknown key '" + key.substr(0, 60) + "'");
        const auto seconds = fieldFromJson(desk::kTraderSeconds, value);
        if (!seconds) return seconds.error();
        trader = std::chrono::seconds(static_cast<std::int64_t>(*seconds));
    }
    return trader;
}

/// Puts what was read where it belongs, or passes the error on with its section named.
template <class T> Result<void> take(const std::string& section, Result<T> read, T& into) {
    if (!read) return badInput(section + ": " + read.error().detail);
    into = std::move(*read);
    return {};
}

Result<ui::SettingsValues> fromJson(const Json& json) {
    ui::SettingsValues values;
    if (!json.is_object()) return badInput("an object is wanted");
    for (const auto& [key, section] : json.items()) {
        Result<void> done = badInput("unknown key '" + key.substr(0, 60) + "'");
        if (key == "screener")
            done = take(key, strategy::profileFromJson(section), values.desk.screener);
        else if (key == "limits")
            done = take(key, risk::tightenLimits(section), values.desk.limits);
        else if (key == "approval")
            done = take(key, readApproval(section), values.desk.traderDeadline);
        else if (key == "look")
            done = take(key, readLook(section), values.look);
        else if (key == "keys")
            done = take(key, readKeys(section), values.keys);
        else if (key == "sound")
            done = take(key, readSounds(section), values.sounds);
        else if (key == "broker")
            done = take(key, readBroker(section), values.brokerPhone);
        if (!done) return done.error();
    }
    return values;
}

template <class T> Json differences(std::span<const Field<T>> fields, const T& value, const T& builtIn) {
    Json out = Json::object();
    for (const auto& f : fields)
        if (f.get(value) != f.get(builtIn)) out[f.key] = fieldToJson(f, f.get(value));
    return out;
}

Result<Json> toJson(const ui::SettingsValues& values) {
    const ui::SettingsValues builtIn;
    const auto profile = strategy::profileByName(values.desk.screener.name);
    if (!profile) return profile.error();
    Json screener = differences(strategy::screenFields(), values.desk.screener, *profile);
    if (profile->name != builtIn.desk.screener.name) screener["profile"] = profile->name;
    Json approval = Json::object(), look = Json::object(), sound = Json::object(), broker = Json::object();
    if (values.desk.traderDeadline != builtIn.desk.traderDeadline) approval[desk::kTraderSeconds.key] = values.desk.traderDeadline.count();
    if (values.look.theme != builtIn.look.theme) look["theme"] = wordOf(kThemes, values.look.theme);
    if (values.look.gainLoss != builtIn.look.gainLoss) look["gain_loss"] = wordOf(kGainLoss, values.look.gainLoss);
    if (values.look.density != builtIn.look.density) look["density"] = wordOf(kDensities, values.look.density);
    if (values.sounds.approvals != builtIn.sounds.approvals) sound["approvals"] = values.sounds.approvals;
    if (const auto fits = ui::checkPhone(values.brokerPhone); !fits) return badInput("broker: " + fits.error().detail);
    if (!values.brokerPhone.empty()) broker["phone"] = values.brokerPhone;
    if (const auto fits = ui::KeyBindings::check(values.keys); !fits) return badInput("keys: " + fits.error().detail);
    Json keys = Json::object();
    for (const auto& [action, chosen] : values.keys) keys[action] = chosen;
    Json out = Json::object();
    const std::pair<const char*, Json> sections[] = {
        {"screener", screener}, {"limits", differences(risk::limitFields(), values.desk.limits, builtIn.desk.limits)},
        {"approval", approval}, {"look", look},
        {"sound", sound},       {"broker", broker},
        {"keys", keys}};
    for (const auto& [key, section] : sections)
        if (!section.empty()) out[key] = section;
    return out;
}

} // namespace

std::string configPath(const std::string& dataDirectory) { return dataDirectory + "/config.json"; }

Result<ui::SettingsValues> loadConfig(const std::string& dataDirectory) {
    const std::string path = configPath(dataDirectory);
    std::error_code ec;
    if (!std::filesystem::exists(path, ec)) return ui::SettingsValues{};
    const auto text = readFile(path, 1 << 20);
    if (!text) return text.error();
    const auto json = parseJson(*text, true);
    auto values = json ? fromJson(*json) : Result<ui::SettingsValues>(json.error());
    if (!values) return badInput(path + ": " + values.error().detail);
    return values;
}

Result<void> saveConfig(const std::string& dataDirectory, const ui::SettingsValues& values) {
    if (const auto fits = desk::checkSettings(values.desk); !fits) return fits;
    const auto json = toJson(values);
    if (!json) return json.error();
    return writeFileAtomically(configPath(dataDirectory), kHead + json->dump(2) + "\n");
}

Result<void> saveLook(const std::string& dataDirectory, const ui::SettingsValues& values) {
    const auto stored = loadConfig(dataDirectory);
    if (!stored) return stored.error();
    auto all = values;
    all.desk = stored->desk;
    return saveConfig(dataDirectory, all);
}

} // namespace mahler::app
