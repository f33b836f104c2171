#include "ui/screens/builder_screen.h"

#include <array>
#include <cmath>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSplitter>
#include <QVBoxLayout>

#include "approval/users.h"
#include "portfolio/revaluer.h"
#include "risk/ticket.h"
#include "ui/screens/builder_words.h"
#include "ui/screens/chain_age.h"
#include "ui/screens/risk_words.h"
#include "ui/theme/format.h"

namespace mahler::ui {

BuilderScreen::BuilderScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_headline(new QLabel), m_metrics(new QLabel), m_block(new QLabel), m_fate(new QLabel),
      m_model(new GridModel({{tr("Side"), {}, 54, kLeft},
                             {tr("Contract"), {}, 190, kLeft},
                             {tr("Bid"), tr("dollars per share"), 56},
                             {tr("Mid"), tr("dollars per share, the middle of bid and ask"), 56},
                             {tr("Ask"), tr("dollars per share"), 56},
                             {tr("IV"), tr("implied volatility of the leg, per cent a year"), 52},
                             {tr("Delta"), tr("of one contract, per unit of underlying"), 52}},
                            this)),
      m_grid(new GridView(m_model)), m_fields(new TicketFields), m_review(new QPushButton(tr("Review  (Ctrl+Enter)"))), m_send(new QPushButton),
      m_profile(new RiskProfile) {
    for (auto* label : {m_headline, m_metrics, m_block, m_fate}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    m_headline->setFont(textFont(15, true));
    setTone(*m_headline, Token::Text, true, 15);
    setTone(*m_block, Token::Warn);
    auto* templates = new QHBoxLayout;
    const std::pair<QString, strategy::DraftTemplate> kinds[] = {{tr("Bull put spread"), strategy::DraftTemplate::BullPutSpread},
                                                                 {tr("Bear call spread"), strategy::DraftTemplate::BearCallSpread},
                                                                 {tr("Iron condor"), strategy::DraftTemplate::IronCondor}};
    for (const auto& [name, kind] : kinds) {
        auto* button = new QPushButton(name);
        button->setToolTip(tr("short at 0.15 delta, long about 1 % of the underlying beyond and at least one strike, about 38 days"));
        templates->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, k = kind] { useTemplate(k); });
    }
    templates->addStretch(1);
    auto* ticket = new QHBoxLayout;
    ticket->addWidget(m_fields);
    ticket->addStretch(1);
    ticket->addWidget(m_review);
    ticket->addWidget(m_send);
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(templates);
    column->addWidget(m_grid, 1);
    column->addWidget(m_metrics);
    column->addLayout(ticket);
    column->addWidget(m_block);
    m_fate->setAccessibleName(tr("The order proposed last"));
    m_fate->hide();
    auto* split = new QSplitter;
    split->addWidget(left);
    split->addWidget(m_profile);
    split->setSizes({480, 640});
    split->setStretchFactor(1, 1);
    auto* frame = new QFrame;
    frame->setObjectName(QStringLiteral("whatif"));
    auto* inner = new QVBoxLayout(frame);
    inner->addWidget(m_headline);
    inner->addWidget(split, 1);
    inner->addWidget(m_fate); // as wide as the window: a failed check is one line
    inner->addWidget(m_profile->table());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addWidget(frame);
    m_grid->setAccessibleName(tr("Legs"));
    setMainPane(m_grid);
    m_grid->setEmptyText(tr("Press B or S in the chain, or choose a template."));
    connect(m_profile, &RiskProfile::changed, this, [this] { refresh(false); });
    connect(m_fields, &TicketFields::edited, this, [this] {
        m_draft.quantity = m_fields->units();
        m_draft.netLimit = m_fields->limit();
        unreview();
        refresh(false);
    });
    m_review->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
    connect(m_review, &QPushButton::clicked, this, &BuilderScreen::review);
    connect(m_send, &QPushButton::clicked, this, &BuilderScreen::propose);
    for (auto* child : findChildren<QWidget*>()) // the keys are the pane's, wherever in it the focus is
        if (child->focusPolicy() != Qt::NoFocus) child->installEventFilter(this);
    arm(false);
    refresh(true);
}

QList<QPair<QString, QString>> BuilderScreen::keys() const {
    return {{tr("Alt+Up / Alt+Down"), tr("strike of the leg")},
            {tr("Alt+Left / Alt+Right"), tr("expiry of every leg by one; what expires apart stays apart")},
            {tr("Ctrl+Up / Ctrl+Down"), tr("limit by a tick of the class")},
            {QStringLiteral("T / D"), tr("the next date of the dashed curve (in the chart T is its table)")},
            {QStringLiteral("V"), tr("the next shift of implied volatility")},
            {QStringLiteral("G"), tr("the next Greek on the right axis, or none")},
            {tr("Ctrl+Enter"), tr("review")},
            {tr("A, Enter"), tr("arm what was reviewed, propose it")},
            {tr("Del"), tr("drop the leg")}};
}

void BuilderScreen::setView(const ViewPtr& view) {
    m_view = view;
    m_fields->setMostUnits(view->limits.maxContractsPerOrder);
    sayBlocked(blockedBecause()); // quotes grow old between two chains
    sayFate();
}

void BuilderScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    if (!m_draft.legs.empty()) m_port.watchChain(m_draft.underlying); // another screen may have looked at another chain
}

void BuilderScreen::setChain(const ChainPtr& chain) {
    m_chains[chain->chain->underlying] = chain;
    if (chain->chain->underlying == m_draft.underlying || m_draft.legs.empty()) refresh(false);
}

void BuilderScreen::setDeliberation(const DeliberationPtr& deliberation) {
    auto& known = m_analyses[deliberation->underlying];
    if (known && known->asof > deliberation->asof) return;
    known = deliberation;
    if (deliberation->underlying == m_draft.underlying) refresh(false);
}

void BuilderScreen::setDraft(const portfolio::ComboOrder& draft) {
    if (m_fateOver) { // with another order in hand what has ended was read
        m_track = {};
        m_fateOver = false;
        m_fate->hide();
    }
    m_draft = draft;
    m_draft.intent = portfolio::OrderIntent::Open;
    unreview();
    m_port.watchChain(draft.underlying);
    m_fields->setUnits(draft.quantity);
    m_fields->setLimit(draft.netLimit);
    refresh(true);
}

std::optional<std::size_t> BuilderScreen::rowOf(const market::OptionContract& contract) const {
    const auto it = m_chains.find(m_draft.underlying);
    return it == m_chains.end() ? std::nullopt : it->second->chain->find(contract);
}

QString BuilderScreen::quotesProblem(const pricing::PricedChain& chain) const {
    portfolio::QuoteBook quotes;
    for (const auto& leg : m_draft.legs)
        if (const auto row = chain.chain->find(leg.contract)) quotes[leg.contract.id()] = chain.chain->quote(*row);
    if (const auto problem = risk::ticketProblem(m_draft, quotes, m_view ? m_view->limits : risk::Limits{}))
        return builderwords::problem(*problem, m_draft);
    if (isOld(freshnessFor(m_view, chain)))
        return tr("the quotes of %1 are %2 old: wait for fresh ones").arg(format::text(m_draft.underlying), format::age(ageOf(m_view, chain)));
    return {};
}

QString BuilderScreen::blockedBecause() const {
    if (m_draft.legs.empty()) return tr("no legs");
    if (!m_fields->problem().isEmpty()) return m_fields->problem();
    const auto it = m_chains.find(m_draft.underlying);
    if (it == m_chains.end()) return tr("no chain of %1 has come yet").arg(format::text(m_draft.underlying));
    if (const QString problem = quotesProblem(*it->second); !problem.isEmpty()) return problem;
    if (m_view && !approval::mayProposeManually(m_view->user))
        return tr("%1 may not propose orders: a trader, portfolio manager or team lead may").arg(format::text(m_view->user.name));
    return {};
}

/// What stands in the way, in the line below the ticket. Only this makes the review possible or impossible.
void BuilderScreen::sayBlocked(const QString& block) {
    if (!block.isEmpty()) unreview();
    m_review->setEnabled(block.isEmpty());
    m_send->setEnabled(m_reviewed);
    if (!m_draft.legs.empty() && !block.isEmpty())
        m_block->setText(tr("▲ cannot be sent: %1").arg(block));
    else if (m_block->text().startsWith(QChar(0x25B2)))
        m_block->clear();
}

strategy::DraftMetrics BuilderScreen::metrics(const pricing::PricedChain& chain) const {
    const auto it = m_analyses.find(m_draft.underlying);
    return it == m_analyses.end() ? strategy::draftMetrics(m_draft, chain, {}, strategy::calibratedProfile())
                                  : strategy::draftMetrics(m_draft, chain, it->second->analysis, it->second->screen.profile);
}

void BuilderScreen::drawLegs(const pricing::PricedChain* chain) {
    std::vector<GridRow> rows;
    for (const std::size_t index : builderwords::byExpiryAndStrike(m_draft.legs)) {
        const auto& leg = m_draft.legs[index];
        GridRow row;
        row.key = QStringLiteral("leg%1").arg(index); // not the contract: the cursor stays on a leg that moves
        row.data = static_cast<qulonglong>(index);
        const auto at = rowOf(leg.contract);
        market::Quote quote;
        if (at) quote = chain->chain->quote(*at);
        const bool known = at && chain->hasGreeks[*at];
        row.cells = {{leg.ratio > 0 ? tr("buy %1").arg(leg.ratio) : tr("sell %1").arg(-leg.ratio), {}, leg.ratio > 0 ? Tone::Gain : Tone::Loss},
                     {format::text(leg.contract.label()), {}, Tone::Strong},
                     {format::price(quote.bid), {}},
                     {format::price(quote.mid()), {}, Tone::Strong},
                     {format::price(quote.ask), {}},
                     {at && chain->ivStatus[*at] == pricing::IvStatus::Ok ? format::percent(chain->iv[*at]) : format::dash(), {}},
                     {known ? format::signedNumber(chain->delta[*at], 2) : format::dash(), {}}};
        rows.push_back(std::move(row));
    }
    m_model->setRows(std::move(rows));
}

void BuilderScreen::refresh(bool newLegs) {
    const auto it = m_chains.find(m_draft.underlying);
    const pricing::PricedChain* chain = it == m_chains.end() ? nullptr : it->second.get();
    drawLegs(chain);
    if (newLegs && !m_grid->currentIndex().isValid()) m_grid->setCurrentIndex(m_model->index(0, 0)); // keys act on a leg
    strategy::DraftMetrics draft = chain ? metrics(*chain) : strategy::DraftMetrics{};
    if (newLegs && draft.mid) {
        if (m_draft.netLimit.micros() == 0) {
            m_draft.netLimit = market::classSpec(m_draft.legs.front().contract.root).tick.roundTo(*draft.mid, false);
            draft = metrics(*chain);
        }
        m_fields->setLimit(m_draft.netLimit);
    }
    if (newLegs && m_draft.legs.empty()) m_fields->setLimit({}); // the price of what is gone is no price
    sayBlocked(blockedBecause());
    const auto nothing = [this](const QString& why) {
        m_metrics->clear();
        m_metrics->setToolTip({});
        m_profile->clear(why);
    };
    if (m_draft.legs.empty() || !chain) {
        m_headline->setText(tr("WHAT-IF   Build a defined-risk structure"));
        return nothing(tr("Press B or S in the chain, or choose a template."));
    }
    if (!(chain->spot > 0)) return nothing(tr("No quote of %1 now: nothing is drawn from a guess.").arg(format::text(m_draft.underlying)));
    portfolio::ComboOrder shown = m_draft;
    shown.kind = portfolio::classify(m_draft.legs);
    if (const QString unread = m_fields->problem(); !unread.isEmpty()) { // no figure of an order nobody asked for
        m_headline->setText(tr("WHAT-IF   %1: figures unknown until both fields can be read").arg(builderwords::structure(shown)));
        m_metrics->setText(builderwords::unknownMetrics(m_view != nullptr));
        m_metrics->setToolTip(unread);
        return m_profile->blank(tr("Unknown: %1").arg(unread));
    }
    m_headline->setText(tr("WHAT-IF   %1 for %2").arg(format::text(portfolio::describe(shown)), format::net(m_draft.netLimit)));
    m_metrics->setToolTip(builderwords::metricsTooltip(draft));
    m_metrics->setText(builderwords::metrics(draft, m_view.get()));
    m_profile->show(m_draft, *chain, draft);
}

void BuilderScreen::review() {
    if (!blockedBecause().isEmpty()) return;
    portfolio::ComboOrder shown = m_draft;
    shown.kind = portfolio::classify(m_draft.legs);
    const auto outcome = portfolio::orderOutcome(m_draft); // the sums of the prompt
    m_block->setText(tr("%1 for %2: you can lose %3, you can make %4, fees %5 in both sums. A, then Enter proposes it.")
                         .arg(format::text(portfolio::describe(shown)), format::net(m_draft.netLimit), format::money(outcome.maxLoss),
                              outcome.maxProfit ? format::money(*outcome.maxProfit) : tr("without limit"), format::money(outcome.fees)));
    m_reviewed = true;
    m_send->setEnabled(true);
    m_send->setFocus(); // where A and Enter go on
}

void BuilderScreen::propose() {
    if (!m_view || !m_reviewed || !blockedBecause().isEmpty()) return;
    m_draft.kind = portfolio::classify(m_draft.legs);
    unreview();
    m_send->setEnabled(false);
    if (m_port.send(desk::ProposeOrder{m_view->user.id, m_draft, "from the builder"}))
        m_track.begin(m_draft, *m_view);
    else
        m_block->setText(tr("The desk is busy; nothing was sent. Review and propose again."));
    sayFate();
}

void BuilderScreen::arm(bool armed) {
    m_armed = armed;
    m_send->setText(armed ? tr("ARMED: Enter") : tr("Propose  (A, Enter)"));
    m_send->setAccessibleName(m_send->text());
}

void BuilderScreen::unreview() {
    if (std::exchange(m_noted, false) || m_reviewed) m_block->clear(); // what it says is no longer the order
    m_reviewed = false;
    arm(false);
}

/// What became of the order proposed last, from the desk's own view.
void BuilderScreen::sayFate() {
    if (!m_view || !m_track.isFollowing()) return;
    const auto fate = m_track.look(*m_view);
    m_fateOver = fate.isOver();
    const QString words = fate.details.isEmpty() ? fate.words : fate.words + QLatin1Char('\n') + fate.details;
    setTone(*m_fate, fate.bad ? Token::Warn : Token::Text);
    m_fate->setText(fate.bad ? QStringLiteral("▲ ") + words : words);
    m_fate->show();
}

void BuilderScreen::useTemplate(strategy::DraftTemplate kind) {
    auto it = m_chains.find(m_draft.underlying);
    if (it == m_chains.end()) it = m_chains.begin();
    if (it == m_chains.end()) return;
    if (const auto draft = strategy::draftFrom(kind, *it->second))
        setDraft(*draft);
    else
        m_block->setText(tr("No strike is listed beyond the short one."));
}

void BuilderScreen::takeLimit(Price limit) {
    m_draft.netLimit = limit;
    m_fields->setLimit(limit);
    unreview();
    refresh(false);
}

/// To the next price the class trades at: between ticks, the nearest one that way.
void BuilderScreen::stepLimit(int direction) {
    if (m_draft.legs.empty() || !m_fields->limitReads()) return; // from what nobody can read there is no next price
    const auto tick = market::classSpec(m_draft.legs.front().contract.root).tick;
    const Price now = m_draft.netLimit;
    const Price moved = Price::fromMicros(now.micros() + direction); // anywhere past where it stands
    takeLimit(tick.roundTo(moved, direction > 0));
}

/// The leg the cursor is on: rows stand in another order than the legs of the draft.
std::optional<std::size_t> BuilderScreen::currentLeg() const {
    const GridRow* row = m_grid->currentRow();
    const std::size_t index = row ? row->data.toULongLong() : m_draft.legs.size();
    return index < m_draft.legs.size() ? std::optional(index) : std::nullopt;
}

void BuilderScreen::moveStrike(int steps) {
    const auto index = currentLeg();
    if (!index) return;
    auto& leg = m_draft.legs[*index];
    const auto at = rowOf(leg.contract);
    if (!at) return;
    const auto& chain = *m_chains.at(m_draft.underlying)->chain;
    const auto* slice = chain.slice(leg.contract.expiry, leg.contract.root);
    for (auto r = static_cast<std::ptrdiff_t>(*at) + steps;
         slice && r >= static_cast<std::ptrdiff_t>(slice->begin) && r < static_cast<std::ptrdiff_t>(slice->end); r += steps)
        if (chain.right[static_cast<std::size_t>(r)] == leg.contract.right) {
            leg.contract = chain.contract(*slice, static_cast<std::size_t>(r));
            break;
        }
    m_draft.netLimit = {};
    unreview();
    refresh(true);
}

/// Every leg by as many listed expiries: legs that expire apart stay apart, or nothing moves and the line below says so.
void BuilderScreen::moveExpiry(int steps) {
    const auto it = m_chains.find(m_draft.underlying);
    if (it == m_chains.end() || m_draft.legs.empty()) return;
    const auto& chain = *it->second->chain;
    auto moved = m_draft.legs;
    for (auto& leg : moved) {
        const auto* slice = chain.slice(leg.contract.expiry, leg.contract.root);
        const auto index = slice ? slice - chain.expiries.data() + steps : -1;
        if (index < 0 || index >= static_cast<std::ptrdiff_t>(chain.expiries.size())) {
            unreview(); // its words give way
            m_noted = true;
            return m_block->setText(
                (steps < 0 ? tr("Nothing moved: no earlier expiry is listed for %1.") : tr("Nothing moved: no later expiry is listed for %1."))
                    .arg(format::text(leg.contract.label())));
        }
        const auto& target = chain.expiries[static_cast<std::size_t>(index)];
        leg.contract = market::OptionContract::make(target.root, target.expiry, leg.contract.strike, leg.contract.right);
    }
    m_draft.legs = std::move(moved);
    m_draft.netLimit = {};
    unreview();
    refresh(true);
}

/// Keys of the leg under the cursor. @return false when it is another key.
bool BuilderScreen::takeLegKey(const QKeyEvent& key) {
    const auto modifiers = key.modifiers() & ~Qt::KeypadModifier;
    const int up = key.key() == Qt::Key_Up ? 1 : key.key() == Qt::Key_Down ? -1 : 0;
    const int right = key.key() == Qt::Key_Right ? 1 : key.key() == Qt::Key_Left ? -1 : 0;
    if (modifiers == Qt::AltModifier && up != 0)
        moveStrike(up);
    else if (modifiers == Qt::AltModifier && right != 0)
        moveExpiry(right);
    else if (modifiers == Qt::ControlModifier && up != 0)
        stepLimit(up);
    else
        return false;
    return true;
}

/// Ctrl+Enter on the keypad reviews, A arms what was reviewed, Enter proposes what is armed, Esc disarms. A held key does nothing.
bool BuilderScreen::takeTicketKey(const QKeyEvent& key, bool typing) {
    const auto modifiers = key.modifiers() & ~Qt::KeypadModifier;
    const bool enter = key.key() == Qt::Key_Return || key.key() == Qt::Key_Enter;
    if (enter && modifiers == Qt::ControlModifier && !key.isAutoRepeat()) {
        review();
        return true;
    }
    if (modifiers != Qt::NoModifier || typing) return false;
    if (key.key() == Qt::Key_A && m_reviewed) {
        if (!key.isAutoRepeat()) arm(true);
        return true;
    }
    if (enter && m_armed) {
        if (!key.isAutoRepeat()) propose();
        return true;
    }
    if (key.key() == Qt::Key_Escape && m_armed) {
        arm(false);
        return true;
    }
    return false;
}

bool BuilderScreen::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return Screen::eventFilter(watched, event);
    const auto& key = *static_cast<QKeyEvent*>(event);
    const bool typing = qobject_cast<QLineEdit*>(watched) != nullptr;
    if (takeLegKey(key) || takeTicketKey(key, typing) || (!typing && m_profile->takeKey(key, watched))) return true;
    if (watched == m_grid && key.key() == Qt::Key_Delete) {
        if (const auto index = currentLeg()) m_draft.legs.erase(m_draft.legs.begin() + static_cast<std::ptrdiff_t>(*index));
        m_draft.netLimit = {};
        unreview();
        refresh(true);
        return true;
    }
    return Screen::eventFilter(watched, event);
}

} // namespace mahler::ui
