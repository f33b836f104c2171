#include "desk/context.h"
#include "desk/cycle_command.h"
#include "desk/declined.h"
#include "desk/runtime.h"

// What other threads do for the runtime: cycles, chains on screen, questions to the journal.
namespace mahler::desk {

namespace {

using namespace std::chrono_literals;
using Wall = std::chrono::steady_clock;

constexpr auto kChainEvery = 400ms;
constexpr auto kSecondOpinion = 100ms; ///< how long a cycle waits for QuantLib

} // namespace

void DeskRuntime::watchChain(const std::string& underlying) {
    {
        std::scoped_lock lock(m_chainMutex);
        m_chainWanted = underlying;
        m_lastChain = {};
    }
    refreshChain();
}

void DeskRuntime::requestDeliberation(const std::string& cycleId) { m_mailbox.push(DeliberationWanted{cycleId}); }

void DeskRuntime::searchJournal(const JournalSearch& search) {
    const bool posted = m_query->post([this, search](std::stop_token) {
        auto reader = store::JournalReader::open(journalPath());
        if (!reader) return m_sinks.failed("journal search: " + reader.error().detail);
        auto page = desk::searchJournal(**reader, search);
        if (!page) return m_sinks.failed("journal search: " + page.error().detail);
        m_sinks.journal(std::move(*page));
    });
    if (!posted) m_sinks.failed("journal search: the journal is being read");
}

void DeskRuntime::exportJournal(const std::string& path, std::function<void(Result<std::int64_t>)> done) {
    if (!m_query->post([this, path, done](std::stop_token) { done(store::exportJournal(journalPath(), path)); }))
        done(Error{ErrorCode::Busy, "the journal is being read"});
}

void DeskRuntime::startCycle(const RunCycle& effect) {
    const auto without = [this, effect](const std::string& reason) {
        auto none = std::make_shared<agents::Deliberation>();
        none->id = effect.id;
        none->underlying = effect.underlying;
        none->decision.reason = reason;
        deliver(std::move(none));
    };
    if (!m_market) return without("the desk is still starting");
    const auto marks = accountMarks(m_desk.state(), m_desk.market(), m_desk.state().limits, m_now);
    auto base = std::make_shared<agents::CycleInputs>();
    base->id = effect.id;
    base->underlying = effect.underlying;
    base->profile = m_desk.state().settings.screener;
    base->roles = m_options.roles;
    base->limits = m_desk.state().limits;
    base->maxRounds = m_options.maxRounds;
    base->furtherOpinion = [q = m_quantlib.get()](auto legs) { return q->ask(legs, kSecondOpinion); };
    base->equity = marks.equity.value_or(Usd{});
    const auto view = m_desk.view(m_now);
    for (const auto& p : view.positions) base->positions.push_back(p.position);
    base->bookGreeks = view.greeks;
    m_market->requestChain(
        effect.underlying, [this, without, base, declined = m_desk.state().declinedToday](auto chain, auto history, auto tick, auto curve) {
            if (!chain) return without("no chain: " + chain.error().detail);
            const bool posted = m_agents->post([this, without, base, declined, chain, history, tick, curve](std::stop_token stop) {
                try {
                    base->history = history;
                    base->declinedToday = [declined, spot = (*chain)->spot ? std::optional((*chain)->spot->toDouble())
                                                                           : std::nullopt](const strategy::Candidate& c, std::int64_t contracts) {
                        return wouldBeDropped(declined, c, contracts, spot);
                    };
                    base->asof = tick->time;
                    base->vix = tick->vix;
                    base->vixPriorClose = tick->vixPriorClose;
                    if (tick->vix) base->vixAt = tick->vixTime;
                    base->chain = pricing::priceChain(*chain, curve);
                    deliver(std::make_shared<const agents::Deliberation>(agents::runCycle(
                        *base, *m_reasoner, [&](const agents::Progress& p) { m_sinks.progress(base->underlying, p); }, stop)));
                } catch (const std::exception& e) { // the cycle ends, and the worker halts the desk
                    without(std::string("the agents failed: ") + e.what());
                    throw;
                }
            });
            if (!posted) without("the agents are behind");
        });
}

void DeskRuntime::deliver(std::shared_ptr<const agents::Deliberation> done) {
    {
        std::scoped_lock lock(m_doneMutex);
        m_done.push_back(std::move(done));
    }
    m_mailbox.push(Nudge{}); // a full box is awake anyway
}

void DeskRuntime::drainCycles() {
    std::vector<std::shared_ptr<const agents::Deliberation>> done;
    {
        std::scoped_lock lock(m_doneMutex);
        done.swap(m_done);
    }
    for (const auto& deliberation : done) {
        finishCycle(deliberation);
        drainInternal();
    }
}

void DeskRuntime::finishCycle(const std::shared_ptr<const agents::Deliberation>& done) {
    const auto& d = *done;
    const auto hash = m_recorder->putDeliberation(deliberationText(d), wordsOf(d));
    if (!hash) return fail("journal", hash.error().detail);
    m_deliberations[d.id.str()] = done;
    while (m_deliberations.size() > 64) m_deliberations.erase(m_deliberations.begin());
    handle(commandOf(d, *hash), m_now);
    m_sinks.deliberation(done);
}

void DeskRuntime::showDeliberation(const std::string& cycleId) {
    if (const auto it = m_deliberations.find(cycleId); it != m_deliberations.end()) return m_sinks.deliberation(it->second);
    for (const auto& cycle : m_desk.state().cycles) {
        Digest hash{};
        if (cycle.id.str() != cycleId || !digestFromHex(cycle.deliberationHash, hash)) continue;
        const bool posted = m_query->post([this, id = cycle.id, hash](std::stop_token) { // of an earlier run: read from the journal
            const auto reader = store::JournalReader::open(journalPath());
            const auto bytes = reader ? (*reader)->content(hash) : Result<std::string>(reader.error());
            const auto json = bytes ? parseJson(*bytes) : Result<Json>(bytes.error());
            auto deliberation = json ? agents::deliberationFromJson(*json) : Result<agents::Deliberation>(json.error());
            if (!deliberation) return m_sinks.failed("deliberation " + id.str() + ": " + deliberation.error().detail);
            deliberation->id = id;
            m_sinks.deliberation(std::make_shared<const agents::Deliberation>(std::move(*deliberation)));
        });
        if (!posted) m_sinks.failed("deliberation " + cycleId + ": the journal is being read");
        return;
    }
}

void DeskRuntime::refreshChain() {
    std::string wanted;
    {
        std::scoped_lock lock(m_chainMutex);
        if (m_chainWanted.empty() || !m_market || Wall::now() - m_lastChain < kChainEvery || m_chainBusy.exchange(true)) return;
        wanted = m_chainWanted;
        m_lastChain = Wall::now();
    }
    m_market->requestChain(wanted, [this](auto chain, auto, auto, auto curve) {
        const bool posted = chain && m_pricing->post([this, chain, curve](std::stop_token) {
            auto terms = curve;
            terms.furtherGreeks = true; // of the chain on screen alone
            terms.slices = m_chainSlices;
            const auto priced = pricing::priceChain(*chain, terms);
            m_chainBusy = false;
            m_sinks.chain(priced);
        });
        if (!posted) m_chainBusy = false;
    });
}

} // namespace mahler::desk
