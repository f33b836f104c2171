#include "ui/screens/answer_track.h"

#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

/// Whether the words name the id itself and not one that begins with it: M-1 is not M-12.
bool names(const QString& words, const QString& id) {
    for (auto at = words.indexOf(id); at >= 0; at = words.indexOf(id, at + 1)) {
        const auto inWord = [&](qsizetype i) { return i >= 0 && i < words.size() && words[i].isLetterOrNumber(); };
        if (!inWord(at - 1) && !inWord(at + id.size())) return true;
    }
    return false;
}

} // namespace

void AnswerTrack::begin(const QString& id, const desk::DeskView& view) {
    m_id = id;
    m_before.clear();
    m_since = view.notices.empty() ? UtcTime{} : view.notices.front().at;
    for (const auto& n : view.notices)
        if (n.at == m_since) m_before.emplace(n.at, n.text);
}

QString AnswerTrack::look(const desk::DeskView& view) const {
    if (m_id.isEmpty()) return {};
    for (const auto& n : view.notices) { // newest first
        if (n.at < m_since) break;
        if (const QString words = format::text(n.text); names(words, m_id) && !m_before.count({n.at, n.text})) return words;
    }
    return {};
}

} // namespace mahler::ui
