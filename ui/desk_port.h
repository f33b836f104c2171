#pragma once

#include <functional>
#include <memory>
#include <QObject>
#include <string>
#include <vector>

#include "agents/deliberation.h"
#include "desk/command.h"
#include "desk/desk_view.h"
#include "desk/risk_view.h"
#include "pricing/chain_pricer.h"
#include "ui/settings_values.h"

namespace mahler::ui {

struct WindowLayout;

/// One journal record, ready to show. Plain values: the screen never meets the store.
struct JournalRow {
    std::int64_t seq = 0;
    UtcTime at{};
    std::string type, actor, correlation, summary, body; ///< body is the canonical JSON
    bool chainOk = true;
    std::string underlying{}, tier{};       ///< empty where the record does not say
    std::optional<double> latencySeconds{}; ///< from the request to this answer
    std::optional<Usd> pnl{};               ///< realised by the position it closed, or in the end by the one of its idea
    bool pnlIsLater = false;                ///< the latter
    std::string breaker{};                  ///< that halted, as risk::toString() writes it
};

struct JournalQuery {
    std::string text, type, actor, correlation;
    std::string underlying{};
    std::optional<Usd> pnlBelow{}, pnlAbove{}; ///< only records that closed a position with such a result, after fees
    UtcTime since{};                           ///< epoch: no bound
    std::int64_t asker = 0;                    ///< comes back with the answer
    std::int64_t beforeSeq = 0;
    std::size_t limit = 200;
    bool factsOnly = true; ///< without the inputs as they came and the tape's blocks
};

/// The screen's only way to the desk. Lives on the GUI thread; calls return at once, answers come as signals.
class DeskPort : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// For JournalQuery::asker: a number nobody had, so that an answer is known for the question it belongs to. GUI thread.
    std::int64_t newAsker() { return ++m_askers; }

    /// Closes the order gate with one atomic store before it returns, then has the halt journaled. Any context.
    virtual void halt(const std::string& how) = 0;
    /// @return false when the desk's queue is full: say so, nothing was sent.
    virtual bool send(desk::Command command) = 0;
    /// Which underlying's chain is on screen; chainReady follows while it changes.
    virtual void watchChain(const std::string& underlying) = 0;
    /// Whether a screen of the book's risk is looked at; riskReady follows at once and then about once a second.
    virtual void watchRisk(bool wanted) = 0;
    virtual void runCycle(const std::string& underlying) = 0;
    /// Asks for the deliberation of a cycle; deliberationReady follows.
    virtual void requestDeliberation(const std::string& cycleId) = 0;
    virtual void searchJournal(const JournalQuery& query) = 0;
    /// Writes the whole journal as lines of JSON to a new file; journalExported follows.
    virtual void exportJournal(const std::string& path) = 0;
    /// Replays the journal up to this record, beside everything else; momentProgressed and then momentReady follow. A newer one
    /// ends an older one.
    virtual void replayMoment(std::int64_t seq) = 0;
    virtual void cancelReplay() = 0;
    virtual void setSpeed(double speed) = 0;
    virtual void setPaused(bool paused) = 0;
    /// As they were last read or saved.
    virtual SettingsValues settings() const = 0;
    /// Keeps them and tells the desk; settingsSaved or settingsRefused follows.
    virtual void changeSettings(const SettingsValues& wanted) = 0;
    /// Writes the window's layout into this file, off the GUI thread; what was taken is written before the port is gone.
    /// @return false when the disk is behind: nothing was taken, hand it over again.
    virtual bool keepLayout(const QString& path, const WindowLayout& layout) = 0;

Q_SIGNALS:
    void viewReady(std::shared_ptr<const mahler::desk::DeskView> view);
    void chainReady(std::shared_ptr<const mahler::pricing::PricedChain> chain);
    void riskReady(std::shared_ptr<const mahler::desk::RiskView> risk);
    void deliberationReady(std::shared_ptr<const mahler::agents::Deliberation> deliberation);
    void cycleProgressed(QString underlying, QString step, double fraction);
    void journalReady(qint64 asker, std::shared_ptr<const std::vector<mahler::ui::JournalRow>> rows, bool complete);
    void journalExported(QString path, qint64 records, QString problem); ///< `problem` empty: it is written
    void momentProgressed(qint64 seq, double fraction);
    /// `view` is empty when it failed, and `words` say why; else they say what the replay made otherwise than the journal. English.
    void momentReady(qint64 seq, std::shared_ptr<const mahler::desk::DeskView> view, QString words);
    void settingsSaved(mahler::ui::SettingsValues now);
    void settingsRefused(QString why); ///< nothing was changed; English detail
    void failed(QString what);         ///< English detail for the log; the screen says it in its own words

private:
    std::int64_t m_askers = 0;
};

} // namespace mahler::ui
