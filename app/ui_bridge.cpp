#include "app/ui_bridge.h"

#include <future>
#include <mutex>

#include "app/config.h"
#include "app/journal_summary.h"
#include "desk/replay.h"
#include "ui/shell/window_layout.h"

namespace mahler::app {

/// Bursts conflate: only the newest view, chain and risk wait for the GUI thread.
struct UiBridge::Latest {
    std::mutex mutex;
    std::shared_ptr<const desk::DeskView> view;
    std::shared_ptr<const pricing::PricedChain> chain;
    std::shared_ptr<const desk::RiskView> risk;
    bool viewQueued = false, chainQueued = false, riskQueued = false;
};

UiBridge::UiBridge(QObject* parent) : DeskPort(parent), m_latest(std::make_shared<Latest>()) {}
UiBridge::~UiBridge() {
    detach();
    std::promise<void> written; // a worker that ends leaves what is still queued
    if (m_files.post([&](std::stop_token) { written.set_value(); })) written.get_future().wait();
}

desk::RuntimeSinks UiBridge::sinks() {
    desk::RuntimeSinks s;
    auto latest = m_latest;
    s.view = [this, latest](std::shared_ptr<const desk::DeskView> view) {
        {
            std::scoped_lock lock(latest->mutex);
            latest->view = std::move(view);
            if (std::exchange(latest->viewQueued, true)) return;
        }
        m_gui.post([this, latest] {
            std::shared_ptr<const desk::DeskView> newest;
            {
                std::scoped_lock lock(latest->mutex);
                newest = latest->view;
                latest->viewQueued = false;
            }
            m_user = newest->user.id.str();
            followSettings(*newest);
            Q_EMIT viewReady(newest);
        });
    };
    s.chain = [this, latest](std::shared_ptr<const pricing::PricedChain> chain) {
        {
            std::scoped_lock lock(latest->mutex);
            latest->chain = std::move(chain);
            if (std::exchange(latest->chainQueued, true)) return;
        }
        m_gui.post([this, latest] {
            std::shared_ptr<const pricing::PricedChain> newest;
            {
                std::scoped_lock lock(latest->mutex);
                newest = latest->chain;
                latest->chainQueued = false;
            }
            Q_EMIT chainReady(newest);
        });
    };
    s.risk = [this, latest](std::shared_ptr<const desk::RiskView> risk) {
        {
            std::scoped_lock lock(latest->mutex);
            latest->risk = std::move(risk);
            if (std::exchange(latest->riskQueued, true)) return;
        }
        m_gui.post([this, latest] {
            std::shared_ptr<const desk::RiskView> newest;
            {
                std::scoped_lock lock(latest->mutex);
                newest = latest->risk;
                latest->riskQueued = false;
            }
            Q_EMIT riskReady(newest);
        });
    };
    s.deliberation = [this](std::shared_ptr<const agents::Deliberation> d) { m_gui.post([this, d] { Q_EMIT deliberationReady(d); }); };
    s.progress = [this](const std::string& underlying, const agents::Progress& p) {
        m_gui.post([this, u = QString::fromStdString(underlying), step = QString::fromStdString(p.step), fraction = p.fraction] {
            Q_EMIT cycleProgressed(u, step, fraction);
        });
    };
    s.journal = [this](const desk::JournalPage& page) {
        auto rows = std::make_shared<std::vector<ui::JournalRow>>();
        rows->reserve(page.entries.size());
        for (const auto& [r, facts, later] : page.entries)
            rows->push_back({r.seq, utcFromNanos(r.utcNs), r.type, r.actor, r.correlation, summaryOf(r), r.body, store::recordHash(r) == r.hash,
                             facts.underlying, facts.tier, facts.latencySeconds, facts.realised ? facts.realised : later, !facts.realised,
                             facts.breaker});
        m_gui.post([this, rows, tag = page.tag, complete = page.complete] { Q_EMIT journalReady(tag, rows, complete); });
    };
    s.failed = [this](const std::string& what) { m_gui.post([this, text = QString::fromStdString(what)] { Q_EMIT failed(text); }); };
    return s;
}

void UiBridge::attach(std::unique_ptr<desk::DeskRuntime> runtime) { m_runtime = std::move(runtime); }
void UiBridge::detach() { m_runtime.reset(); }

void UiBridge::halt(const std::string& how) {
    if (m_runtime) m_runtime->halt("user:" + (m_user.empty() ? std::string("unknown") : m_user), how);
}
bool UiBridge::send(desk::Command command) { return m_runtime && m_runtime->send(std::move(command)); }
void UiBridge::watchChain(const std::string& underlying) {
    if (m_runtime) m_runtime->watchChain(underlying);
}
void UiBridge::watchRisk(bool wanted) {
    if (m_runtime) m_runtime->watchRisk(wanted);
}
void UiBridge::runCycle(const std::string& underlying) { send(desk::RequestCycle{"user:" + m_user, underlying}); }
void UiBridge::requestDeliberation(const std::string& cycleId) {
    if (m_runtime) m_runtime->requestDeliberation(cycleId);
}
void UiBridge::searchJournal(const ui::JournalQuery& query) {
    if (!m_runtime) return;
    desk::JournalSearch search;
    auto& q = search.query;
    q.text = query.text;
    q.type = query.type;
    q.actor = query.actor;
    q.correlation = query.correlation;
    q.sinceUtcNs = toNanos(query.since);
    q.beforeSeq = query.beforeSeq;
    q.limit = query.limit;
    q.factsOnly = query.factsOnly;
    search.underlying = query.underlying;
    search.realisedBelow = query.pnlBelow;
    search.realisedAbove = query.pnlAbove;
    search.tag = query.asker;
    m_runtime->searchJournal(search);
}
void UiBridge::exportJournal(const std::string& path) {
    const auto done = [this, path](const Result<std::int64_t>& written) {
        m_gui.post([this, path = QString::fromStdString(path), count = written ? *written : 0,
                    why = written ? QString() : QString::fromStdString(written.error().detail)] { Q_EMIT journalExported(path, count, why); });
    };
    if (m_runtime)
        m_runtime->exportJournal(path, done);
    else
        done(Error{ErrorCode::Busy, "the desk has not started"});
}
void UiBridge::replayMoment(std::int64_t seq) {
    cancelReplay();
    m_replayStop = std::stop_source();
    // What was cancelled never answers: a second look at the same record is another replay.
    const auto answer = [this, seq, source = m_replayStop](const std::shared_ptr<const desk::DeskView>& view, const std::string& words) {
        m_gui.post([this, seq, source, view, text = QString::fromStdString(words)] {
            if (!source.stop_requested()) Q_EMIT momentReady(seq, view, text);
        });
    };
    if (!m_runtime) return answer({}, "the desk has not started");
    const bool posted = m_replays.post([this, seq, answer, path = m_runtime->journalPath(), source = m_replayStop](std::stop_token closing) {
        const std::stop_callback ends(closing, [source]() mutable { source.request_stop(); });
        const auto progress = [this, seq, source](double done) {
            m_gui.post([this, seq, source, done] {
                if (!source.stop_requested()) Q_EMIT momentProgressed(seq, done);
            });
        };
        const auto moment = desk::replayMoment(path, risk::Limits{}, seq, source.get_token(), progress);
        if (moment)
            answer(moment->view, moment->differs);
        else
            answer({}, moment.error().detail);
    });
    if (!posted) answer({}, "another replay is still ending");
}
void UiBridge::cancelReplay() { m_replayStop.request_stop(); }
void UiBridge::setSpeed(double speed) {
    if (m_runtime) m_runtime->setSpeed(speed);
}
void UiBridge::keepSettings(const ui::SettingsValues& now) { m_settings = now; }
void UiBridge::changeSettings(const ui::SettingsValues& wanted) {
    if (m_settings.dataFolder.empty()) return Q_EMIT settingsRefused(QStringLiteral("this desk keeps no settings"));
    m_settings.look = wanted.look;
    m_settings.sounds = wanted.sounds;
    m_settings.brokerPhone = wanted.brokerPhone;
    if (desk::valuesOf(wanted.desk) == desk::valuesOf(m_settings.desk)) return saveSettings({}, saveLook);
    m_settingsAsked = m_settingsSeen;
    if (!send(desk::ChangeSettings{"user:" + m_user, wanted.desk})) {
        m_settingsAsked.reset();
        Q_EMIT settingsRefused(QStringLiteral("the desk is busy; nothing was changed"));
    }
}
/// The desk decides what holds; the file follows it, so that a refused change is not law at the next start.
void UiBridge::followSettings(const desk::DeskView& view) {
    m_settingsSeen = view.settingsAnswers;
    if (m_settingsAsked && view.settingsAnswers > *m_settingsAsked) {
        m_settingsAsked.reset();
        m_settings.desk = view.settings;
        saveSettings(QString::fromStdString(view.settingsNote), saveConfig);
    }
}
void UiBridge::saveSettings(const QString& note, SaveSettings save) {
    const bool posted = m_files.post([this, values = m_settings, note, save](std::stop_token) {
        const auto saved = save(values.dataFolder, values);
        m_gui.post([this, values, saved, note] {
            if (!saved) return Q_EMIT settingsRefused(QString::fromStdString(saved.error().detail));
            if (!note.isEmpty()) return Q_EMIT settingsRefused(note);
            Q_EMIT settingsSaved(values);
        });
    });
    if (!posted) Q_EMIT settingsRefused(QStringLiteral("the disk is behind"));
}
bool UiBridge::keepLayout(const QString& path, const ui::WindowLayout& layout) {
    return m_files.post([path, layout](std::stop_token) { ui::writeLayout(path, layout); });
}
void UiBridge::setPaused(bool paused) {
    if (m_runtime) m_runtime->setPaused(paused);
}

} // namespace mahler::app
