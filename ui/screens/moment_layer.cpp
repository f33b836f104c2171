#include "ui/screens/moment_layer.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "market/exchange_calendar.h"
#include "ui/screens/records_layer.h"
#include "ui/screens/table_screens.h"
#include "ui/shell/halt_words.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

/// Looks are passed on, intents are not: a replay cannot trade. Halting is never in the way of anything.
class StillPort final : public DeskPort {
public:
    StillPort(DeskPort& real, std::function<void()> refused) : m_real(real), m_refused(std::move(refused)) {
        connect(&real, &DeskPort::journalReady, this, &DeskPort::journalReady);
    }
    void halt(const std::string& how) override { m_real.halt(how); }
    bool send(desk::Command) override {
        m_refused();
        return false;
    }
    void watchChain(const std::string&) override {}
    void watchRisk(bool) override {}
    void runCycle(const std::string&) override { m_refused(); }
    void requestDeliberation(const std::string&) override {}
    void searchJournal(const JournalQuery& query) override { m_real.searchJournal(query); }
    void exportJournal(const std::string&) override {}
    void replayMoment(std::int64_t) override {}
    void cancelReplay() override {}
    void setSpeed(double) override {}
    void setPaused(bool) override {}
    SettingsValues settings() const override { return m_real.settings(); }
    void changeSettings(const SettingsValues&) override { m_refused(); }
    bool keepLayout(const QString&, const WindowLayout&) override { return false; } // a moment has no window of its own

private:
    DeskPort& m_real;
    std::function<void()> m_refused;
};

GridRow line(const QString& key, const QString& what, const QString& value, const QString& more = {}, Tone tone = Tone::Plain) {
    return {key,
            {{what, {}, Tone::Dim}, {value, {}, tone, desk::Freshness::Fresh, value}, {more, {}, Tone::Dim, desk::Freshness::Fresh, more}},
            false,
            false,
            {}};
}

} // namespace

MomentLayer::MomentLayer(DeskPort& port, const JournalRow& row, QWidget* parent)
    : QDialog(parent), m_port(port), m_seq(row.seq), m_tag(new QLabel(tr("REPLAY"))), m_words(new QLabel), m_progress(new QProgressBar),
      m_pages(new QStackedWidget), m_tabs(new QTabWidget),
      m_state(new GridModel({{tr("What"), {}, 190, kLeft}, {tr("Then"), {}, 330, kLeft}, {tr("More"), {}, 380, kLeft}}, this)) {
    dressLayer(*this, tr("The desk at record %1, %2 ET   %3").arg(QString::number(row.seq), format::timeNewYork(row.at), format::text(row.type)));
    setObjectName(QStringLiteral("moment"));
    resize(1180, 620);
    m_still = std::make_unique<StillPort>(port, [this] {
        const QString refused = tr("▲ This is a replay: nothing is sent from here.");
        if (!m_words->text().endsWith(refused)) m_words->setText(m_words->text() + QLatin1String("  ") + refused); // a warning stays
    });
    m_tag->setObjectName(QStringLiteral("environment"));
    setLook(*m_tag, "frame", QStringLiteral("REPLAY"));
    setTone(*m_tag, Token::Warn, true);
    m_tag->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Maximum);
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    m_words->setAccessibleName(tr("State of the replay"));
    auto* head = new QHBoxLayout;
    head->addWidget(m_tag);
    head->addWidget(m_words, 1);
    static_cast<QVBoxLayout*>(layout())->addLayout(head);
    auto* state = new GridView(m_state);
    state->setAccessibleName(tr("State of the desk"));
    m_positions = new PositionsScreen(*m_still);
    m_orders = new OrdersScreen(*m_still);
    m_tabs->addTab(state, tr("State"));
    m_tabs->addTab(m_positions, m_positions->title());
    m_tabs->addTab(m_orders, m_orders->title());
    m_progress->setRange(0, 100);
    m_progress->setAccessibleName(tr("Replayed, per cent"));
    m_words->setText(tr("Replaying the session up to this record; Esc ends it."));
    auto* waiting = new QWidget;
    auto* middle = new QVBoxLayout(waiting);
    middle->addStretch();
    middle->addWidget(m_progress);
    middle->addStretch();
    m_pages->addWidget(waiting);
    m_tabs->setDocumentMode(true);
    m_pages->addWidget(m_tabs);
    layout()->addWidget(m_pages);
    connect(&port, &DeskPort::momentProgressed, this, [this](qint64 seq, double fraction) {
        if (seq == m_seq) m_progress->setValue(static_cast<int>(100 * fraction));
    });
    connect(&port, &DeskPort::momentReady, this, [this](qint64 seq, const ViewPtr& view, const QString& words) {
        if (seq == m_seq && !m_ready) show(view, words);
    });
    port.replayMoment(m_seq);
}

MomentLayer::~MomentLayer() {
    if (!m_ready) m_port.cancelReplay();
}

void MomentLayer::showPage(const QString& id) { m_tabs->setCurrentIndex(id == m_positions->id() ? 1 : id == m_orders->id() ? 2 : 0); }

void MomentLayer::show(const ViewPtr& view, const QString& words) {
    m_ready = true;
    if (!view) {
        m_progress->hide();
        setTone(*m_words, Token::Warn, true);
        m_words->setText(tr("▲ Not replayed: %1.").arg(words));
        return;
    }
    if (words.isEmpty()) {
        setTone(*m_words, Token::Dim);
        m_words->setText(tr("As it stood on %1 at %2 ET: every record up to here came out the same, byte for byte.", "date, time")
                             .arg(format::date(market::toNewYork(view->at.utc).date), format::timeNewYork(view->at.utc)));
    } else {
        setTone(*m_words, Token::Warn, true);
        m_words->setText(tr("▲ The replay made something else than the journal says, so this may not be what was seen. %1").arg(words));
    }
    fillState(*view);
    m_positions->setView(view);
    m_orders->setView(view);
    m_pages->setCurrentIndex(1);
    m_pages->currentWidget()->setFocus();
}

void MomentLayer::fillState(const desk::DeskView& view) {
    std::vector<GridRow> rows{line(QStringLiteral("state"), tr("State"), format::text(desk::toString(view.state)), format::text(view.haltReason),
                                   view.state == desk::RunState::Running ? Tone::Strong : Tone::Warn),
                              line(QStringLiteral("user"), tr("User"), format::text(view.user.name)),
                              line(QStringLiteral("equity"), tr("Equity"), format::money(view.marks.equity)),
                              line(QStringLiteral("day"), tr("Day P&L"), format::signedMoney(view.marks.dayPnl)),
                              line(QStringLiteral("bp"), tr("Buying power"), format::money(view.buyingPower)),
                              line(QStringLiteral("risk"), tr("Worst case of book and orders"), format::percent(view.portfolioRiskFraction),
                                   view.portfolioRiskFraction ? tr("of equity") : riskUnknownWords(view)),
                              line(QStringLiteral("books"), tr("Books against the broker's"), format::text(view.reconciliation)),
                              line(QStringLiteral("vix"), tr("VIX"), view.vix ? format::number(*view.vix, 2) : format::dash())};
    for (const auto& u : view.underlyings)
        rows.push_back(line(format::text(u.quote.symbol), format::text(u.quote.symbol),
                            u.quote.quote.mid() ? tr("bid %1, ask %2").arg(format::price(u.quote.quote.bid), format::price(u.quote.quote.ask))
                                                : tr("last %1").arg(format::price(u.quote.price())),
                            u.ageSeconds ? tr("%1 old").arg(format::age(*u.ageSeconds)) : tr("no quote yet")));
    for (const auto& a : view.approvals)
        rows.push_back(line(format::text(a.request.id.str()), tr("Waiting: %1").arg(format::text(a.request.id.str())), format::text(a.description),
                            tr("can lose %1; %2 left").arg(format::money(a.maxLoss), format::countdown(a.secondsLeft)), Tone::Strong));
    for (const auto& b : view.breakers) {
        const QString now = b.asOf      ? tr("%1 %2", "value, as of when").arg(format::text(b.now), asOfWords(*b.asOf, view.at.utc))
                            : b.tripped ? tr("▲ tripping, %1").arg(format::text(b.now))
                                        : format::text(b.now);
        rows.push_back(line(format::text(risk::toString(b.breaker)), tr("Breaker %1").arg(format::text(risk::toString(b.breaker))), now,
                            tr("limit %1: %2").arg(format::text(b.limit), format::text(b.action)), b.tripped && !b.asOf ? Tone::Warn : Tone::Plain));
    }
    int n = 0;
    for (const auto& notice : view.notices)
        if (++n <= 12)
            rows.push_back(line(QStringLiteral("n%1").arg(n), tr("Told at %1 ET").arg(format::timeNewYork(notice.at)), format::text(notice.text)));
    m_state->setRows(std::move(rows));
}

} // namespace mahler::ui
