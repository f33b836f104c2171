#pragma once

#include <QString>
#include <set>
#include <utility>

#include "desk/desk_view.h"

namespace mahler::ui {

/// What the desk says of the order or position a key was pressed on, taken from its notices: for the line of the screen the eyes
/// are at. Pure, no clock of its own.
class AnswerTrack {
public:
    /// From now on, notices that name `id`; those of before are not its answer.
    void begin(const QString& id, const desk::DeskView& view);
    void end() { m_id.clear(); }
    bool isFollowing() const { return !m_id.isEmpty(); }
    /// The newest such notice; empty: none yet.
    QString look(const desk::DeskView& view) const;

private:
    QString m_id;
    UtcTime m_since{};
    std::set<std::pair<UtcTime, std::string>> m_before; ///< notices of that very moment
};

} // namespace mahler::ui
