#include "ui/screens/debate_screen.h"

#include <algorithm>
#include <cmath>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QKeyEvent>
#include <QProgressBar>
#include <QSplitter>

#include "market/exchange_calendar.h"
#include "ui/models/grid_model.h"
#include "ui/screens/evidence_layer.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

QLabel* plain(const QString& text, int pixels = 12, bool bold = false, Token token = Token::Text) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText); // agent text is untrusted: never rendered as markup
    label->setWordWrap(true);
    setTone(*label, token, bold, pixels);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

/// "62 % iv.percentile ✓": what backs each number, in the order of the text.
QString evidence(const std::vector<agents::Claim>& claims, const agents::FactTable& facts, QString& tooltip) {
    QStringList chips, lines;
    for (const auto& c : claims) {
        const bool struck = c.status == agents::ClaimStatus::Struck;
        const QString fact = c.fact.empty() ? DebateScreen::tr("no fact") : format::text(c.fact.str());
        chips << (struck ? DebateScreen::tr("✗ %1 struck (%2)").arg(format::text(c.text), fact)
                         : QStringLiteral("✓\u00a0%1\u00a0%2").arg(format::text(c.text), fact));
        const auto it = facts.find(c.fact);
        if (it != facts.end())
            lines << DebateScreen::tr("%1 = %2 %3, from %4, %5 ET")
                         .arg(fact, it->second.number ? format::number(*it->second.number, it->second.decimals) : format::text(it->second.word),
                              format::text(it->second.unit), format::text(it->second.source), format::timeNewYork(it->second.time));
    }
    tooltip = lines.join(QLatin1Char('\n'));
    return chips.join(QStringLiteral("   "));
}

QString actionText(agents::Action action) {
    switch (action) {
    case agents::Action::Enter: return DebateScreen::tr("enter");
    case agents::Action::Skip: return DebateScreen::tr("skip");
    case agents::Action::ReduceSize: return DebateScreen::tr("enter smaller");
    case agents::Action::NoDecision: return DebateScreen::tr("no decision");
    }
    return {};
}

/// "SPY 31 Dec 26 470 put"
QString contractName(const std::string& id) {
    const auto contract = market::OptionContract::parse(id);
    return contract ? DebateScreen::tr("%1 %2 %3 %4", "root, expiry, strike, right")
                          .arg(format::text(contract->root), format::date(contract->expiry), QString::number(contract->strike.toDouble(), 'g', 10),
                               contract->right == market::Right::Call ? DebateScreen::tr("call") : DebateScreen::tr("put"))
                    : format::text(id);
}

QFrame* card(Token edge) {
    auto* frame = new QFrame;
    frame->setFocusPolicy(Qt::StrongFocus);
    frame->setObjectName(QStringLiteral("card"));
    setLook(*frame, "edge", tokenName(edge));
    auto* layout = new QVBoxLayout(frame);
    layout->setContentsMargins(10, 7, 10, 7);
    layout->setSpacing(4);
    return frame;
}

QFrame* textCard(const QString& head, const QString& note, const std::string& text, const std::vector<agents::Claim>& claims,
                 const agents::FactTable& facts, Token edge) {
    auto* frame = card(edge);
    auto* layout = static_cast<QVBoxLayout*>(frame->layout());
    frame->setAccessibleName(head);
    frame->setAccessibleDescription(format::text(text));
    auto* top = new QHBoxLayout;
    top->addWidget(plain(head, 12, true), 1);
    auto* right = plain(note, 11, false, Token::Dim);
    right->setWordWrap(false);
    top->addWidget(right);
    layout->addLayout(top);
    layout->addWidget(plain(format::text(text)));
    if (!claims.empty()) {
        QString tooltip;
        auto* chips = plain(evidence(claims, facts, tooltip), 11, false, Token::Dim);
        chips->setToolTip(tooltip);
        chips->setAccessibleName(DebateScreen::tr("evidence"));
        layout->addWidget(chips);
    }
    layout->addStretch(1);
    return frame;
}

Token edgeOf(agents::Stance stance) {
    switch (stance) {
    case agents::Stance::Favourable: return Token::Gain;
    case agents::Stance::Neutral: return Token::Stale;
    case agents::Stance::Unfavourable: return Token::Loss;
    }
    return Token::Stale;
}

QString stanceText(agents::Stance stance) {
    switch (stance) {
    case agents::Stance::Favourable: return DebateScreen::tr("favourable");
    case agents::Stance::Neutral: return DebateScreen::tr("neutral");
    case agents::Stance::Unfavourable: return DebateScreen::tr("unfavourable");
    }
    return {};
}

QString roleText(const std::string& role) {
    if (role == "iv_term") return DebateScreen::tr("Volatility and term structure");
    if (role == "technical") return DebateScreen::tr("Technical");
    if (role == "macro") return DebateScreen::tr("Macro and events");
    if (role == "greeks") return DebateScreen::tr("Greeks and portfolio risk");
    return format::text(role);
}

/// What nobody met, for all to see.
QFrame* unansweredCard(const agents::Deliberation& d) {
    QStringList open;
    for (const auto& u : d.debate.unanswered) open << format::text(u);
    auto* frame = card(Token::Warn);
    frame->setAccessibleName(DebateScreen::tr("Unanswered"));
    static_cast<QVBoxLayout*>(frame->layout())
        ->addWidget(
            plain(DebateScreen::tr("▲ %n unanswered: %1", "arguments nobody met", static_cast<int>(open.size())).arg(open.join(QStringLiteral("; "))),
                  12, false, Token::Warn));
    return frame;
}

/// One bar a step, as long as its share of the whole, with the milliseconds beside it.
QWidget* latencyBars(const std::map<std::string, double>& timings) {
    auto* box = new QWidget;
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(2);
    double longest = 0;
    for (const auto& [step, ms] : timings) longest = std::max(longest, ms);
    int row = 0;
    const auto add = [&](const std::string& step, double ms) {
        auto* bar = new QProgressBar;
        bar->setRange(0, 1000);
        bar->setValue(longest > 0 ? static_cast<int>(std::lround(ms / longest * 1000)) : 0);
        bar->setTextVisible(false);
        bar->setFixedHeight(8);
        bar->setAccessibleName(DebateScreen::tr("%1: %2 milliseconds").arg(format::text(step), format::number(ms, 1)));
        auto* value = plain(DebateScreen::tr("%1 ms").arg(format::number(ms, 1)), 11, step == "total", Token::Dim);
        value->setAlignment(Qt::AlignRight);
        grid->addWidget(plain(format::text(step), 11, step == "total", Token::Dim), row, 0);
        grid->addWidget(bar, row, 1);
        grid->addWidget(value, row++, 2);
    };
    for (const auto& [step, ms] : timings)
        if (step != "total") add(step, ms);
    if (const auto total = timings.find("total"); total != timings.end()) add("total", total->second);
    grid->setColumnMinimumWidth(0, 90);
    grid->setColumnMinimumWidth(2, 70);
    grid->setColumnStretch(1, 1);
    return box;
}

} // namespace

DebateScreen::DebateScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port),
      m_model(new GridModel({{tr("Time ET"), tr("New York time; with its date when the debate is of an earlier session"), 104, kLeft},
                             {tr("Symbol"), {}, 58, kLeft},
                             {tr("Decision"), {}, 86, kLeft}},
                            this)),
      m_cycles(new GridView(m_model)), m_scroll(new QScrollArea) {
    m_scroll->setObjectName(QStringLiteral("debate"));
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setAccessibleName(tr("Debate"));
    m_cycles->setAccessibleName(tr("Cycles"));
    m_cycles->setEmptyText(tr("No cycle yet."));
    m_cycles->setMaximumWidth(290);
    m_cycles->installEventFilter(this);
    auto* split = new QSplitter;
    split->addWidget(m_cycles);
    split->addWidget(m_scroll);
    split->setStretchFactor(1, 1);
    split->setSizes({260, 990});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addWidget(split);
    auto* empty =
        plain(tr("No debate yet. The agents meet at 10:35, 12:00 and 15:30 New York time; Ctrl+R runs a cycle now."), 13, false, Token::Dim);
    empty->setAlignment(Qt::AlignCenter);
    m_scroll->setWidget(empty);
    connect(m_cycles->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        if (const GridRow* row = m_model->row(now.row()); row && row->key != m_wanted) showCycle(row->key);
    });
}

QList<QPair<QString, QString>> DebateScreen::keys() const {
    return {{tr("Up / Down"), tr("choose a cycle")},
            {QStringLiteral("J / K"), tr("next / previous card")},
            {QStringLiteral("B / N"), tr("next card for / against")},
            {QStringLiteral("U"), tr("what nobody answered first")},
            {QStringLiteral("C"), tr("compare: the two sides alone, beside each other")},
            {QStringLiteral("F"), tr("flag the card with a note in the journal")},
            {tr("Space"), tr("evidence: the fact behind every number")}};
}

void DebateScreen::setView(const ViewPtr& view) {
    m_view = view;
    std::vector<GridRow> rows;
    for (const auto& c : view->cycles)
        rows.push_back(
            {format::text(c.id.str()),
             {{whenWords(c.at, view->at.utc), static_cast<qlonglong>(toNanos(c.at)), Tone::Dim, desk::Freshness::Fresh, format::timeTooltip(c.at)},
              {format::text(c.underlying), {}, Tone::Strong},
              {c.running          ? tr("running…")
               : c.action.empty() ? tr("not finished")
                                  : format::text(c.action),
               {},
               c.action == "enter"         ? Tone::Gain
               : c.action == "reduce_size" ? Tone::Loss
                                           : Tone::Dim,
               desk::Freshness::Fresh,
               format::text(c.reason)}},
             false,
             false,
             {}});
    m_model->setRows(std::move(rows));
    if (!m_shown && m_wanted.isEmpty()) // after a restart: the newest that is in the journal
        for (const auto& c : view->cycles)
            if (!c.running && !c.deliberationHash.empty() && m_asked != c.id) {
                m_asked = c.id;
                m_port.requestDeliberation(c.id.str());
                break;
            }
    chooseShown();
    if (m_shown && isEarlier() != m_saysEarlier) rebuild();
}

bool DebateScreen::isEarlier() const {
    return m_view && m_shown && m_shown->asof != UtcTime{} && market::toNewYork(m_shown->asof).date != market::toNewYork(m_view->at.utc).date;
}

/// The list points at the debate on the right.
void DebateScreen::chooseShown() {
    if (!m_shown) return;
    const auto row = m_model->find(format::text(m_shown->id.str()));
    if (!row || m_cycles->currentIndex().row() == *row) return;
    const QSignalBlocker quiet(m_cycles->selectionModel()); // it is on screen already: nothing to ask for
    m_cycles->setCurrentIndex(m_model->index(*row, 0));
    m_cycles->viewport()->update();
}

void DebateScreen::showCycle(const QString& cycleId) {
    m_wanted = cycleId;
    m_port.requestDeliberation(cycleId.toStdString());
}

void DebateScreen::setDeliberation(const DeliberationPtr& d) {
    if (!m_wanted.isEmpty() && format::text(d->id.str()) != m_wanted) return;
    if (m_wanted.isEmpty() && m_shown && d->asof != UtcTime{} && d->asof < m_shown->asof) return; // another screen asked for an older one
    if (m_wanted.isEmpty() && m_shown && m_shown->order && !d->order) return; // the newest debate that led to an order stays until another is chosen
    m_shown = d;
    chooseShown();
    rebuild();
}

void DebateScreen::showEvidence() {
    if (m_shown) openLayer(*new EvidenceLayer(*m_shown, this));
}

void DebateScreen::rebuild() {
    const auto& d = *m_shown;
    m_cards.clear();
    m_card = -1;
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(6, 4, 10, 6);
    layout->setSpacing(8);
    layout->addWidget(plain(
        tr("%1 %2: %3", "symbol, action, reason").arg(format::text(d.underlying), actionText(d.decision.action), format::text(d.decision.reason)), 15,
        true));
    m_saysEarlier = isEarlier();
    if (m_saysEarlier)
        layout->addWidget(plain(tr("■ Of an earlier session, %1: as it was argued then. Nothing in it can be traded now; Ctrl+R runs a cycle.")
                                    .arg(format::date(market::toNewYork(d.asof).date)),
                                12, true, Token::Stale));
    const auto total = d.timingsMs.find("total");
    const auto take = [this](QFrame* frame, Side side, const std::string& id) {
        frame->installEventFilter(this);
        m_cards.push_back({frame, side, format::text(id)});
        return frame;
    };
    if (!d.debate.unanswered.empty() && m_unansweredFirst) layout->addWidget(take(unansweredCard(d), Side::None, "unanswered"));
    layout->addWidget(plain(tr("reasoner %1: rule-based, no tokens, no cost   as of %2 ET   %3 numbers: %4 verified, %5 derived, %6 struck   %7 ms")
                                .arg(format::text(d.reasoner), m_view ? whenWords(d.asof, m_view->at.utc) : format::timeNewYork(d.asof))
                                .arg(d.claims.total)
                                .arg(d.claims.verified)
                                .arg(d.claims.derived)
                                .arg(d.claims.struck)
                                .arg(total == d.timingsMs.end() ? format::dash() : format::number(total->second, 0)),
                            11, false, Token::Dim));
    auto* analysts = new QGridLayout;
    analysts->setSpacing(8);
    int n = 0;
    for (const auto& a : d.analysts) {
        if (m_compare) break;
        analysts->addWidget(take(textCard(roleText(a.role), tr("%1, confidence %2").arg(stanceText(a.stance), format::number(a.confidence, 2)),
                                          a.text, a.claims, d.facts, edgeOf(a.stance)),
                                 a.stance == agents::Stance::Favourable     ? Side::For
                                 : a.stance == agents::Stance::Unfavourable ? Side::Against
                                                                            : Side::None,
                                 a.role),
                            n / 2, n % 2);
        ++n;
    }
    analysts->setColumnStretch(0, 1);
    analysts->setColumnStretch(1, 1);
    layout->addLayout(analysts);
    auto* rounds = new QGridLayout;
    rounds->setSpacing(8);
    int r = 0;
    for (const auto& round : d.debate.rounds) {
        const auto head = [&](const agents::Argument& a, const QString& side) {
            return a.answers.empty() ? tr("%1: %2").arg(format::text(a.id), side)
                                     : tr("%1: %2, answers %3").arg(format::text(a.id), side, format::text(a.answers));
        };
        const auto note = [&](const agents::Argument& a) { return tr("strength %1").arg(format::number(a.strength, 2)); };
        rounds->addWidget(take(textCard(head(round.bull, tr("for")), note(round.bull), round.bull.text, round.bull.claims, d.facts, Token::Gain),
                               Side::For, round.bull.id),
                          2 * r, 0);
        rounds->addWidget(take(textCard(head(round.bear, tr("against")), note(round.bear), round.bear.text, round.bear.claims, d.facts, Token::Loss),
                               Side::Against, round.bear.id),
                          2 * r, 1);
        auto* consensus =
            plain(tr("Round %1: %2 of the weight lies on one side").arg(r + 1).arg(format::percent(round.consensus, 0)), 11, false, Token::Dim);
        rounds->addWidget(consensus, 2 * r + 1, 0, 1, 2);
        ++r;
    }
    rounds->setColumnStretch(0, 1);
    rounds->setColumnStretch(1, 1);
    layout->addLayout(rounds);
    auto* verdict = textCard(tr("Facilitator: %1 prevails").arg(format::text(d.debate.winner)),
                             tr("confidence %1").arg(format::number(d.debate.confidence, 2)), d.debate.synthesis, {}, d.facts, Token::Info);
    layout->addWidget(take(verdict, Side::None, "facilitator"));
    if (!d.debate.unanswered.empty() && !m_unansweredFirst) layout->addWidget(take(unansweredCard(d), Side::None, "unanswered"));
    if (!d.riskViews.empty() && !m_compare) {
        auto* views = new QHBoxLayout;
        for (const auto& v : d.riskViews)
            views->addWidget(take(textCard(tr("%1, weight %2").arg(format::text(v.perspective), format::number(v.weight, 1)),
                                           tr("%n contract(s)", "", static_cast<int>(v.contracts)), v.text, v.claims, d.facts, Token::Stale),
                                  Side::None, v.perspective));
        layout->addLayout(views);
    }
    if (!d.verification.empty()) {
        QStringList legs;
        bool agree = true;
        for (const auto& leg : d.verification) {
            QStringList prices;
            for (const auto& p : leg.result.prices)
                if (p.known)
                    prices << tr("%1 %2", "pricing method, its price").arg(format::text(pricing::toString(p.method)), format::number(p.price, 4));
            agree = agree && leg.result.agree;
            legs << tr("%1: %2; %3")
                        .arg(contractName(leg.contract), prices.join(QStringLiteral(", ")),
                             !leg.result.checked() ? tr("not verified by a second method")
                             : leg.result.agree
                                 ? tr("within the %1 they declare").arg(format::number(leg.result.allowed, 4))
                                 : tr("DISAGREE by %1, declared %2").arg(format::number(leg.result.gap, 4), format::number(leg.result.allowed, 4)));
        }
        auto* prices = card(agree ? Token::Gain : Token::Loss);
        static_cast<QVBoxLayout*>(prices->layout())
            ->addWidget(plain((agree ? tr("Prices by independent methods, USD per share. ") : tr("▲ Pricing methods disagree: no trade. ")) +
                              legs.join(QStringLiteral("   "))));
        layout->addWidget(prices);
    }
    if (!d.gate.empty()) {
        int failed = 0;
        QStringList reasons;
        for (const auto& c : d.gate)
            if (!c.pass) {
                ++failed;
                reasons << format::text(c.reason);
            }
        auto* gate = card(failed ? Token::Loss : Token::Gain);
        static_cast<QVBoxLayout*>(gate->layout())
            ->addWidget(plain(tr("Risk gate, dry run: %1 of %2 checks pass. %3")
                                  .arg(static_cast<int>(d.gate.size()) - failed)
                                  .arg(d.gate.size())
                                  .arg(reasons.join(QStringLiteral("; ")))));
        layout->addWidget(gate);
    }
    layout->addWidget(latencyBars(d.timingsMs));
    layout->addStretch(1);
    m_scroll->setWidget(page);
}

/// Goes to the next card of a side, round the end; `step` -1 goes back. Side::None: any card.
void DebateScreen::toCard(int step, Side side) {
    const int count = static_cast<int>(m_cards.size());
    for (int i = 1; i <= count; ++i) {
        const int at = ((m_card < 0 && step < 0 ? 0 : m_card) + step * i + 2 * count) % count;
        const auto& card = m_cards[static_cast<std::size_t>(at)];
        if (side != Side::None && card.side != side) continue;
        return card.frame->setFocus();
    }
}

bool DebateScreen::takeKey(int key) {
    switch (key) {
    case Qt::Key_J: toCard(1, Side::None); return true;
    case Qt::Key_K: toCard(-1, Side::None); return true;
    case Qt::Key_B: toCard(1, Side::For); return true;
    case Qt::Key_N: toCard(1, Side::Against); return true;
    case Qt::Key_U:
    case Qt::Key_C: {
        bool& on = key == Qt::Key_U ? m_unansweredFirst : m_compare;
        on = !on;
        if (m_shown) {
            m_cycles->setFocus(); // the cards are made anew
            rebuild();
        }
        return true;
    }
    case Qt::Key_F: flag(); return true;
    default: return false;
    }
}

void DebateScreen::flag() {
    if (!m_shown || !m_view) return;
    const QString what = m_card >= 0 ? m_cards[static_cast<std::size_t>(m_card)].id : tr("the debate");
    auto* ask = new QInputDialog(this);
    ask->setAttribute(Qt::WA_DeleteOnClose);
    ask->setWindowTitle(tr("Flag"));
    ask->setLabelText(tr("What is wrong with %1? The note is kept for good.").arg(what));
    connect(ask, &QInputDialog::textValueSelected, this, [this, what, cycle = m_shown->id.str()](const QString& text) {
        if (!text.trimmed().isEmpty())
            m_port.send(desk::AddNote{m_view->user.id, cycle, QStringLiteral("flag %1: %2").arg(what, text).toStdString()});
    });
    openLayer(*ask);
}

bool DebateScreen::eventFilter(QObject* watched, QEvent* event) {
    const auto card = std::find_if(m_cards.begin(), m_cards.end(), [&](const Card& c) { return c.frame == watched; });
    if (card != m_cards.end() && event->type() == QEvent::FocusIn) {
        m_card = static_cast<int>(card - m_cards.begin());
        m_scroll->ensureWidgetVisible(card->frame, 0, 40);
    }
    if ((watched == m_cycles || card != m_cards.end()) && event->type() == QEvent::KeyPress) {
        const auto* press = static_cast<QKeyEvent*>(event);
        const int key = press->key();
        if (press->modifiers() == Qt::NoModifier && takeKey(key)) return true;
        if (key == Qt::Key_Space) {
            showEvidence();
            return true;
        }
    }
    return Screen::eventFilter(watched, event);
}

} // namespace mahler::ui
