#pragma once

#include <QLabel>
#include <QPushButton>
#include <set>

#include "ui/screen.h"

namespace mahler::ui {

/// Critical notices across the window, newest first, each until a person acknowledges it or what it asks about has ended; before them the
/// cancels and orders in doubt. How many more wait is said. What alarmed before the desk ran again is history.
class AlarmBanner final : public QLabel {
    Q_OBJECT
public:
    explicit AlarmBanner(QWidget* parent = nullptr);
    void setView(const ViewPtr& view);
    void acknowledge(); ///< the one that is shown
    /// As it is written on the banner.
    void setAcknowledgeKey(const QString& key) { m_key = key; }
    void setBrokerPhone(const QString& phone) { m_phone = phone; } ///< empty: none is set

Q_SIGNALS:
    void standsChanged(bool stands); ///< with every view while it stands, and when it goes
    void assignmentWanted();         ///< its button was pressed: an assignment waits for a person

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void draw();
    void placeButton();
    void add(const QString& text, std::set<QString>& standing, bool isHalt = false);
    void addUnconfirmed(const desk::DeskView& view, std::set<QString>& standing);
    QPushButton* m_go;            ///< to what the alarm is about
    std::set<QString> m_assigned; ///< alarms of assignments nobody has acknowledged
    QString m_key, m_phone;
    std::set<QString> m_halts;                ///< of those that stand: red is theirs alone (UX 2.3)
    QString m_doubt;                          ///< the alarm of the unconfirmed cancels, when it waits
    std::set<QString> m_unconfirmed, m_heard; ///< order ids: all of them, those acknowledged
    QStringList m_waiting;                    ///< newest first
    std::set<QString> m_acknowledged;
    std::optional<UtcTime> m_runningSince;
};

} // namespace mahler::ui
