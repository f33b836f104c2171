#pragma once

#include <QCoreApplication>

#include "ui/desk_port.h"

namespace mahler::ui {

/// The journal's query line: "sym:SPY actor:user kind:order id:A-17 since:2h pnl<-50 text:words more words".
class JournalLine {
    Q_DECLARE_TR_FUNCTIONS(mahler::ui::JournalLine)
public:
    /// `now` is what "today" and "2h" count from; times of day are New York's.
    static JournalLine parse(const QString& line, UtcTime now);

    JournalQuery query;
    QString problem; ///< what cannot be understood, in a sentence; then nothing is to be asked

private:
    QString take(const QString& key, const QString& value, UtcTime now, QStringList& words);
};

} // namespace mahler::ui
