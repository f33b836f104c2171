#pragma once

#include <map>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTimer>

#include "ui/models/grid_view.h"
#include "ui/screen.h"
#include "ui/screens/answer_track.h"
#include "ui/screens/book_totals.h"

namespace mahler::ui {

/// Book, underlyings, structures and legs with marks, Greeks and the distance to each exit; totals and limits stay on top.
class PositionsScreen final : public Screen {
    Q_OBJECT
public:
    explicit PositionsScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("positions"); }
    QString title() const override { return tr("Positions", "screen"); }
    void setView(const ViewPtr& view) override;
    QList<QPair<QString, QString>> keys() const override;
    void goToAssignment(); ///< the button that acknowledges the oldest one; the person asked for it

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    const desk::PositionView* current() const;
    const desk::PositionView* positionOf(const QString& id) const;
    bool currentIsAssigned() const;
    void setRowsKeepingTheCursorHome(std::vector<GridRow> rows);
    void askToClose(const desk::PositionView& position);
    void sendClose(const desk::PositionView& position);
    QString closeWords(const desk::PositionView& position) const;
    void sayWhatStands();
    bool takeKey(const QKeyEvent& key, const QString& armed);
    DeskPort& m_port;
    GridModel* m_model;
    GridView* m_grid;
    BookTotals* m_totals;
    QLabel *m_banner, *m_confirm, *m_legend;
    class AssignmentRow* m_assignments;
    QString m_armed;     ///< the position X was pressed on: Enter closes this one and no other
    QString m_said;      ///< an answer to the last key, until the next
    AnswerTrack m_track; ///< of the position whose close was sent last
    ViewPtr m_view;
};

/// Working orders first, then the newest; fills below.
class OrdersScreen final : public Screen {
    Q_OBJECT
public:
    explicit OrdersScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("orders"); }
    QString title() const override { return tr("Orders", "screen"); }
    void setView(const ViewPtr& view) override;
    QList<QPair<QString, QString>> keys() const override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void goToWorking();
    void dismissAnswer();
    void sayOrder();
    void stopWaiting();
    DeskPort& m_port;
    GridModel *m_orders, *m_fills;
    GridView *m_ordersGrid, *m_fillsGrid;
    QLabel *m_hint, *m_words;
    void say(const QString& words, bool warn);
    const desk::OrderView* orderOf(const QString& id) const;
    bool isLive(const desk::OrderView& order, const QString& wanted);
    void sendAndFollow(desk::Command command, const QString& id, const QString& words);
    void cancel(const desk::OrderView& order);
    QString m_armed;       ///< an UNKNOWN order that C was pressed on once
    bool m_opened = false; ///< and no rows were there to go to yet
    bool m_waits = false;  ///< the line says what was asked; the desk has not answered
    AnswerTrack m_track;   ///< of the order P or C was pressed on last
    ViewPtr m_view;
};

/// The append-only record, newest first, with full-text search.
class JournalScreen final : public Screen {
    Q_OBJECT
public:
    explicit JournalScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("journal"); }
    QString title() const override { return tr("Journal", "screen"); }
    void setView(const ViewPtr& view) override;
    QList<QPair<QString, QString>> keys() const override;
    void search(const QString& line);
    bool find() override;

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void ask(std::int64_t beforeSeq);
    void show(const std::vector<JournalRow>& rows, bool complete);
    const JournalRow* current() const;
    void showRecord();
    void say(const QString& text, bool warn);
    void exportAll();
    void addNote();
    DeskPort& m_port;
    QLabel* m_message;
    QLineEdit* m_line;
    GridModel* m_model;
    GridView* m_grid;
    QPlainTextEdit* m_detail;
    QCheckBox* m_all;
    std::vector<JournalRow> m_rows;
    ViewPtr m_view;
    std::int64_t m_asked = 0, m_shownSeq = -1;
    std::int64_t m_question = 0; ///< only its answer is shown
    bool m_complete = false, m_nextPage = false, m_waiting = false;
    QTimer m_refresh;
};

/// Every breaker: now, limit, share used, headroom, action, state.
class BreakersScreen final : public Screen {
    Q_OBJECT
public:
    explicit BreakersScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("breakers"); }
    QString title() const override { return tr("Breakers and limits", "screen"); }
    void setView(const ViewPtr& view) override;
    /// The longest time the GUI thread did not answer in this run, milliseconds.
    void setLongestStall(int ms);

Q_SIGNALS:
    void resumeRequested();
    void flattenRequested(); ///< ask for the typed word, then close everything

protected:
    void showEvent(QShowEvent* event) override;

private:
    DeskPort& m_port;
    void askTrips();
    void takeTrips(const std::vector<JournalRow>& rows);
    std::int64_t m_tripsQuestion = 0;      ///< only its answer is taken
    std::map<QString, JournalRow> m_trips; ///< the last one of each breaker, of this run or before
    std::optional<int> m_stall;            ///< ms; not measured yet
    bool m_tripsKnown = false;             ///< the journal has answered
    QString m_tripsAsked;                  ///< what a trip or its end changes, as it stood when the journal was asked
    GridModel *m_model, *m_notices;
    QLabel* m_state;
    QPushButton *m_halt, *m_resume, *m_flatten, *m_enable;
    class AssignmentRow* m_assignments;
    ViewPtr m_view;
};

/// What the screener found last for each underlying, and which rule is tightest when it found nothing.
class OpportunitiesScreen final : public Screen {
    Q_OBJECT
public:
    explicit OpportunitiesScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("opportunities"); }
    QString title() const override { return tr("Opportunities (scan)", "screen"); }
    void setView(const ViewPtr& view) override;
    void setDeliberation(const DeliberationPtr& deliberation) override;
    QList<QPair<QString, QString>> keys() const override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void rebuild();
    void showNotes();
    QString m_notesOf; ///< underlying of the row a person is at
    DeskPort& m_port;
    GridModel *m_model, *m_rules;
    GridView *m_grid, *m_rulesGrid;
    QLabel *m_facts, *m_notes;
    QPushButton* m_run;
    std::map<std::string, DeliberationPtr> m_latest;
    void askForTheLast();
    struct Asked {
        CycleId id;
        UtcTime at{};
    };
    std::map<CycleId, int> m_asked;        ///< how often since the start
    std::map<std::string, Asked> m_asking; ///< not answered yet, by underlying
    QStringList m_looks;                   ///< age and time of each of them, as last shown
    ViewPtr m_view;
};

} // namespace mahler::ui
