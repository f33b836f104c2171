#pragma once

#include <QDialog>

#include "ui/models/grid_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// One journal record whole, in words a person can read: one line a field, what belongs to it indented below it.
QString readableRecord(const JournalRow& row);

/// When a record was made, to the second; with its date when that is not the date of `now`, with the year
/// when that is another one.
QString recordTime(UtcTime at, UtcTime now);

/// The frame every layer of records has: titled, without a window's own, deleted when closed.
void dressLayer(QDialog& layer, const QString& title);

/// What happened to one order, oldest first, with the time from step to step.
class EventLadder final : public QDialog {
    Q_OBJECT
public:
    EventLadder(DeskPort& port, const QString& order, QWidget* parent);

private:
    void show(const std::vector<JournalRow>& rows);
    GridModel* m_model;
    GridView* m_grid;
};

/// One record in a window of its own.
class RecordLayer final : public QDialog {
    Q_OBJECT
public:
    RecordLayer(const JournalRow& row, QWidget* parent);
};

} // namespace mahler::ui
