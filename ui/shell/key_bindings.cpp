#include "ui/shell/key_bindings.h"

#include "ui/shell/halt_filter.h"

#include <array>
#include <map>

namespace mahler::ui {

namespace {

struct Standard {
    const char* action;
    std::array<const char*, 3> keys; ///< null where there are fewer
};

constexpr const char* kHalt = "halt";
constexpr Standard kStandard[] = {
    {kHalt, {"F12", "Pause", "Ctrl+Shift+H"}},
    {"keys", {"F1"}},
    {"approvals", {"F2"}},
    {"chain", {"F3"}},
    {"builder", {"F4"}},
    {"next_pane", {"F6"}},
    {"previous_pane", {"Shift+F6"}},
    {"scenario", {"F7"}},
    {"positions", {"Shift+F7"}},
    {"breaker_map", {"Ctrl+F7"}},
    {"attribution", {"Ctrl+Shift+F7"}},
    {"debate", {"F8"}},
    {"orders", {"F9"}},
    {"opportunities", {"F10"}},
    {"volatility", {"F11"}},
    {"breakers", {"Ctrl+Shift+A"}},
    {"journal", {"Ctrl+Shift+F"}},
    {"acknowledge", {"Ctrl+."}},
    {"palette", {"Ctrl+K"}},
    {"find", {"Ctrl+F", "/"}},
    {"settings", {"Ctrl+,"}},
    {"cancel_opening", {"Ctrl+Shift+X"}},
    {"run_cycle", {"Ctrl+R"}},
    {"quit", {"Ctrl+Q"}},
    {"workspace_1", {"Ctrl+1"}},
    {"workspace_2", {"Ctrl+2"}},
    {"workspace_3", {"Ctrl+3"}},
    {"workspace_4", {"Ctrl+4"}},
    {"workspace_5", {"Ctrl+5"}},
    {"workspace_6", {"Ctrl+6"}},
    {"workspace_7", {"Ctrl+7"}},
    {"workspace_8", {"Ctrl+8"}},
    {"workspace_9", {"Ctrl+9"}},
};

const Standard* standardOf(const std::string& action) {
    for (const auto& s : kStandard)
        if (action == s.action) return &s;
    return nullptr;
}

QList<QKeySequence> standardKeys(const Standard& s) {
    QList<QKeySequence> out;
    for (const char* key : s.keys)
        if (key) out << QKeySequence(QString::fromLatin1(key), QKeySequence::PortableText);
    return out;
}

std::optional<QKeySequence> readKey(const std::string& text) {
    const QKeySequence key(QString::fromStdString(text), QKeySequence::PortableText);
    if (key.count() != 1 || key[0].key() == Qt::Key_unknown || key[0].key() == 0 || key.toString(QKeySequence::PortableText).isEmpty())
        return std::nullopt;
    return key;
}

/// Why no action may have this key; empty when it may.
std::string refusal(const std::string& action, const QKeySequence& sequence) {
    const Qt::Key key = sequence[0].key();
    const Qt::KeyboardModifiers with = sequence[0].keyboardModifiers();
    if (key == Qt::Key_Escape) return "Esc closes the top layer and is for nothing else";
    if (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space) return "Enter and Space belong to the prompt and the panes";
    if (action != "halt" && HaltFilter::isHaltKey(key, with)) return "F12, Pause and Ctrl+Shift+H halt, with whatever other key is held";
    if ((with & Qt::ShiftModifier) && key > Qt::Key_Space && key < Qt::Key_Escape && !(key >= Qt::Key_A && key <= Qt::Key_Z))
        return "what Shift makes of a digit or a sign differs between keyboards";
    if (key == Qt::Key_Slash && with == Qt::NoModifier && action == "find") return {};
    static const QList<QKeySequence> kTaken = {
        QKeySequence(Qt::Key_F5),           QKeySequence(Qt::SHIFT | Qt::Key_F5), QKeySequence(Qt::CTRL | Qt::Key_C),
        QKeySequence(Qt::CTRL | Qt::Key_V), QKeySequence(Qt::CTRL | Qt::Key_X),   QKeySequence(Qt::CTRL | Qt::Key_Z),
        QKeySequence(Qt::CTRL | Qt::Key_Y), QKeySequence(Qt::CTRL | Qt::Key_A),   QKeySequence(Qt::CTRL | Qt::Key_E)};
    if (kTaken.contains(sequence)) return "it sorts grids, edits text or exports the journal";
    const bool function = key >= Qt::Key_F1 && key <= Qt::Key_F35, spare = key == Qt::Key_Pause || key == Qt::Key_ScrollLock || key == Qt::Key_Print;
    const bool written = key > Qt::Key_Space && key < Qt::Key_Escape; // what has a character
    if (function || spare || (written && (with & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)))) return {};
    return "plain keys, arrows and page keys belong to the pane in front: take a function key, or Ctrl or Alt with a character";
}

} // namespace

Result<void> KeyBindings::check(const KeyChoices& choices) {
    for (const auto& [action, keys] : choices) {
        if (!standardOf(action)) return badInput("unknown action '" + action.substr(0, 60) + "'");
        if (action == kHalt && keys.empty()) return badInput("'halt' keeps F12, Pause and Ctrl+Shift+H: keys may be added, never taken away");
        for (const auto& text : keys) {
            const auto key = readKey(text);
            if (!key) return badInput("'" + action + "': '" + text.substr(0, 60) + "' is no key; write F3 or Ctrl+Shift+K");
            if (const auto why = refusal(action, *key); !why.empty())
                return badInput("'" + action + "': " + text.substr(0, 60) + " may not be used, " + why);
        }
    }
    std::map<QString, std::string> users;
    KeyBindings chosen;
    chosen.m_choices = choices;
    for (const auto& s : kStandard)
        for (const auto& key : chosen.of(QString::fromLatin1(s.action))) {
            const auto [at, first] = users.try_emplace(key.toString(QKeySequence::PortableText), s.action);
            if (!first && at->second != s.action)
                return badInput(at->first.toStdString() + " is used twice: '" + at->second + "' and '" + s.action + "'");
        }
    return {};
}

KeyBindings::KeyBindings(const KeyChoices& choices) {
    if (!choices.empty() && check(choices)) m_choices = choices;
}

QList<QKeySequence> KeyBindings::of(const QString& action) const {
    const Standard* standard = standardOf(action.toStdString());
    if (!standard) return {};
    const auto chosen = m_choices.find(standard->action);
    QList<QKeySequence> out = chosen == m_choices.end() || chosen->first == kHalt ? standardKeys(*standard) : QList<QKeySequence>();
    if (chosen != m_choices.end())
        for (const auto& text : chosen->second)
            if (const auto key = readKey(text); key && !out.contains(*key)) out << *key;
    return out;
}

QStringList KeyBindings::actions() {
    QStringList out;
    for (const auto& s : kStandard) out << QString::fromLatin1(s.action);
    return out;
}

QString keyText(const QList<QKeySequence>& keys) {
    QStringList out;
    for (const auto& key : keys) out << key.toString(QKeySequence::NativeText);
    return out.join(QStringLiteral("  "));
}

} // namespace mahler::ui
