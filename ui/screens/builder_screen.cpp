#include "ui/screens/builder_screen.h"

#include <array>
#include <cmath>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSplitter>
#include <QVBoxLayout>

#include "portfolio/revaluer.h"
#include "ui/screens/builder_words.h"
#include "ui/screens/risk_words.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

constexpr std::array kShifts = {0.0, 0.10, 0.25, 0.50, -0.10, -0.25}; ///< relative moves of 30-day volatility
constexpr double kTemplateWidth = 0.01;                               ///< of the underlying: 5 points at 500, 60 at 6,000

std::size_t nearestDelta(const pricing::PricedChain& chain, const market::ExpirySlice& slice, market::Right right, double wanted) {
    std::size_t best = slice.begin;
    double distance = 9;
    for (std::size_t r = slice.begin; r < slice.end; ++r)
        if (chain.chain->right[r] == right && chain.hasGreeks[r] && std::abs(std::abs(chain.delta[r]) - wanted) < distance) {
            distance = std::abs(std::abs(chain.delta[r]) - wanted);
            best = r;
        }
    return best;
}

} // namespace

BuilderScreen::BuilderScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_headline(new QLabel), m_metrics(new QLabel), m_block(new QLabel),
      m_model(new GridModel({{tr("Side"), {}, 54, kLeft},
                             {tr("Contract"), {}, 190, kLeft},
                             {tr("Bid"), {}, 56},
                             {tr("Mid"), {}, 56},
                             {tr("Ask"), {}, 56},
                             {tr("IV"), {}, 52},
                             {tr("Delta"), tr("of one contract, per unit of underlying"), 52}},
                            this)),
      m_table(new GridModel(builderwords::tableColumns(), this)), m_grid(new GridView(m_model)), m_tableGrid(new GridView(m_table)),
      m_tableTitle(new QLabel), m_quantity(new QSpinBox), m_limit(new QDoubleSpinBox), m_review(new QPushButton(tr("Review  (Ctrl+Enter)"))),
      m_send(new QPushButton(tr("Propose to the desk"))), m_chart(new PayoffChart) {
    for (auto* label : {m_headline, m_metrics, m_block, m_tableTitle}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    m_headline->setFont(textFont(15, true));
    setTone(*m_headline, Token::Text, true, 15);
    setTone(*m_block, Token::Warn);
    setTone(*m_tableTitle, Token::Dim);
    m_tableTitle->setWordWrap(false);
    m_quantity->setRange(1, 500);
    m_quantity->setAccessibleName(tr("Units"));
    m_limit->setRange(-1000, 1000);
    m_limit->setDecimals(2);
    m_limit->setSingleStep(0.01);
    m_limit->setAccessibleName(tr("Net limit, dollars per share; positive is a credit"));
    m_limit->setToolTip(m_limit->accessibleName());
    auto* templates = new QHBoxLayout;
    const std::pair<QString, int> kinds[] = {{tr("Bull put spread"), 0}, {tr("Bear call spread"), 1}, {tr("Iron condor"), 2}};
    for (const auto& [name, kind] : kinds) {
        auto* button = new QPushButton(name);
        button->setToolTip(tr("short at 0.15 delta, long about 1 % of the underlying beyond and at least one strike, about 38 days"));
        templates->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, k = kind] { useTemplate(k); });
    }
    templates->addStretch(1);
    auto* ticket = new QHBoxLayout;
    ticket->addWidget(new QLabel(tr("Units")));
    ticket->addWidget(m_quantity);
    ticket->addWidget(new QLabel(tr("Net limit")));
    ticket->addWidget(m_limit);
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
    auto* split = new QSplitter;
    split->addWidget(left);
    split->addWidget(m_chart);
    split->setSizes({560, 640});
    auto* frame = new QFrame;
    frame->setObjectName(QStringLiteral("whatif"));
    auto* inner = new QVBoxLayout(frame);
    inner->addWidget(m_headline);
    inner->addWidget(split, 1);
    inner->addWidget(m_tableTitle);
    inner->addWidget(m_tableGrid);
    m_tableGrid->setMostRows(5);
    m_tableGrid->setMinimumHeight(m_tableGrid->maximumHeight());
    m_tableGrid->setAccessibleName(tr("Profit and loss by date and price"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addWidget(frame);
    m_grid->setAccessibleName(tr("Legs"));
    m_grid->setEmptyText(tr("Press B or S in the chain, or choose a template."));
    for (auto* pane : std::initializer_list<QWidget*>{m_grid, m_tableGrid, m_chart}) pane->installEventFilter(this);
    connect(m_quantity, &QSpinBox::valueChanged, this, [this](int units) {
        m_draft.quantity = units;
        m_reviewed = false;
        refresh(false);
    });
    connect(m_limit, &QDoubleSpinBox::valueChanged, this, [this](double limit) {
        m_draft.netLimit = Price::fromDouble(limit).value_or(Price{});
        m_reviewed = false;
        refresh(false);
    });
    m_review->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
    connect(m_review, &QPushButton::clicked, this, &BuilderScreen::review);
    connect(m_send, &QPushButton::clicked, this, [this] {
        if (!m_reviewed || !blockedBecause().isEmpty()) return;
        m_draft.kind = portfolio::classify(m_draft.legs);
        if (m_port.send(desk::ProposeOrder{m_view->user.id, m_draft, "from the builder"}))
            m_block->setText(tr("Proposed. The gate and, if needed, an approver decide now."));
        else
            m_block->setText(tr("The desk is busy; nothing was sent."));
        m_reviewed = false;
        m_send->setEnabled(false);
    });
    refresh(true);
}

QList<QPair<QString, QString>> BuilderScreen::keys() const {
    return {{tr("Alt+Up / Alt+Down"), tr("strike of the leg")},
            {tr("Alt+Left / Alt+Right"), tr("expiry of all legs")},
            {tr("Ctrl+Up / Ctrl+Down"), tr("limit by a tick of the class")},
            {QStringLiteral("D"), tr("the next date of the dashed curve")},
            {QStringLiteral("V"), tr("the next shift of implied volatility")},
            {tr("Ctrl+Enter"), tr("review, then propose")},
            {tr("Del"), tr("drop the leg")}};
}

void BuilderScreen::setView(const ViewPtr& view) { m_view = view; }

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
    m_draft = draft;
    m_draft.intent = portfolio::OrderIntent::Open;
    m_reviewed = false;
    m_port.watchChain(draft.underlying);
    {
        const QSignalBlocker quiet(m_quantity);
        m_quantity->setValue(static_cast<int>(draft.quantity));
    }
    refresh(true);
}

std::optional<std::size_t> BuilderScreen::rowOf(const market::OptionContract& contract) const {
    const auto it = m_chains.find(m_draft.underlying);
    return it == m_chains.end() ? std::nullopt : it->second->chain->find(contract);
}

QString BuilderScreen::blockedBecause() const {
    if (m_draft.legs.empty()) return tr("no legs");
    for (const auto& leg : m_draft.legs) {
        const auto row = rowOf(leg.contract);
        if (!row || !m_chains.at(m_draft.underlying)->chain->quote(*row).twoSided())
            return tr("%1 has no two-sided quote").arg(format::text(leg.contract.label()));
    }
    if (const auto valid = portfolio::validate(m_draft); !valid) return format::text(valid.error().detail);
    if (!portfolio::payoffBounds(m_draft.legs, m_draft.netLimit).maxLoss) return tr("the largest loss is unlimited: the desk refuses it");
    return {};
}

strategy::DraftMetrics BuilderScreen::metrics(const pricing::PricedChain& chain) const {
    const auto it = m_analyses.find(m_draft.underlying);
    return it == m_analyses.end() ? strategy::draftMetrics(m_draft, chain, {}, strategy::calibratedProfile())
                                  : strategy::draftMetrics(m_draft, chain, it->second->analysis, it->second->screen.profile);
}

void BuilderScreen::drawLegs(const pricing::PricedChain* chain) {
    std::vector<GridRow> rows;
    for (const auto& leg : m_draft.legs) {
        GridRow row;
        row.key = format::text(leg.contract.id());
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
    strategy::DraftMetrics draft = chain ? metrics(*chain) : strategy::DraftMetrics{};
    if (newLegs && draft.mid) {
        const QSignalBlocker quiet(m_limit);
        if (m_draft.netLimit.micros() == 0) {
            m_draft.netLimit = market::classSpec(m_draft.legs.front().contract.root).tick.roundTo(*draft.mid, false);
            draft = metrics(*chain);
        }
        m_limit->setValue(m_draft.netLimit.toDouble());
    }
    const QString block = blockedBecause();
    m_review->setEnabled(block.isEmpty());
    m_send->setEnabled(m_reviewed && block.isEmpty());
    m_block->setText(m_draft.legs.empty() || block.isEmpty() ? m_block->text() : tr("▲ cannot be sent: %1").arg(block));
    if (block.isEmpty() && m_block->text().startsWith(QChar(0x25B2))) m_block->clear();
    const auto nothing = [this](const QString& why) {
        m_metrics->clear();
        m_table->setRows({});
        m_tableTitle->clear();
        m_tableGrid->hide();
        m_chart->clear(why);
    };
    if (m_draft.legs.empty() || !chain) {
        m_headline->setText(tr("WHAT-IF   Build a defined-risk structure"));
        return nothing(tr("Press B or S in the chain, or choose a template."));
    }
    if (!(chain->spot > 0)) return nothing(tr("No quote of %1 now: nothing is drawn from a guess.").arg(format::text(m_draft.underlying)));
    portfolio::ComboOrder shown = m_draft;
    shown.kind = portfolio::classify(m_draft.legs);
    m_headline->setText(tr("WHAT-IF   %1 for %2").arg(format::text(portfolio::describe(shown)), format::net(m_draft.netLimit)));
    m_metrics->setToolTip(builderwords::metricsTooltip(draft));
    m_metrics->setText(builderwords::metrics(draft, m_view.get()));
    drawModel(*chain, draft);
}

/// The chart and the table under it, at the date and the IV shift chosen.
void BuilderScreen::drawModel(const pricing::PricedChain& chain, const strategy::DraftMetrics& metrics) {
    const double shift = kShifts[m_shift];
    const auto table = strategy::priceDateTable(m_draft, chain, shift);
    if (m_date + 1 >= table.days.size()) // the solid curve is expiry's
        m_date = 0;
    const UtcTime now = chain.chain->time;
    PayoffChart::Input in{m_draft.legs, m_draft.netLimit, m_draft.quantity, chain.spot, metrics.expectedMove.value_or(0), {}, {}};
    if (!table.days.empty() && metrics.greeks) {
        in.today = portfolio::valueAcrossSpots(m_draft, chain, 0.85, 1.15, 61, table.days[m_date], shift);
        in.when = builderwords::date(table, m_date, now);
        if (shift != 0) in.when += QStringLiteral(", ") + tr("IV %1").arg(riskwords::vol(shift));
    }
    m_chart->show(in);
    m_tableGrid->setVisible(!table.days.empty());
    m_table->setRows(builderwords::tableRows(table, chain.spot, now, m_date));
    m_tableTitle->setText(
        table.days.empty()
            ? QString()
            : tr("P&L in dollars by date and price   30-day IV %1   D date, V IV shift").arg(shift == 0 ? tr("as it is") : riskwords::vol(shift)));
}

/// D and V. @return false when it is another key.
bool BuilderScreen::chooseWhen(const QKeyEvent& key) {
    if (key.modifiers() != Qt::NoModifier || (key.key() != Qt::Key_D && key.key() != Qt::Key_V)) return false;
    if (key.key() == Qt::Key_D)
        ++m_date; // past the last date before expiry: back to now
    else
        m_shift = (m_shift + 1) % kShifts.size();
    refresh(false);
    return true;
}

void BuilderScreen::review() {
    if (!blockedBecause().isEmpty()) return;
    const auto bounds = portfolio::payoffBounds(m_draft.legs, m_draft.netLimit);
    portfolio::ComboOrder shown = m_draft;
    shown.kind = portfolio::classify(m_draft.legs);
    m_block->setText(
        tr("%1 for %2: you can lose %3, you can make %4, before fees. Press “Propose to the desk” to go on.")
            .arg(format::text(portfolio::describe(shown)), format::net(m_draft.netLimit),
                 format::money(Usd::fromMicros(bounds.maxLoss->micros() * m_draft.quantity)),
                 bounds.maxProfit ? format::money(Usd::fromMicros(bounds.maxProfit->micros() * m_draft.quantity)) : tr("without limit")));
    m_reviewed = true;
    m_send->setEnabled(true);
    m_send->setFocus();
}

void BuilderScreen::useTemplate(int kind) {
    ChainPtr chain;
    if (const auto it = m_chains.find(m_draft.underlying); it != m_chains.end())
        chain = it->second;
    else if (!m_chains.empty())
        chain = m_chains.begin()->second;
    if (!chain) return;
    const market::ExpirySlice* best = nullptr;
    double distance = 1e9;
    for (std::size_t i = 0; i < chain->expiries.size(); ++i)
        if (std::abs(chain->expiries[i].years * 365 - 38) < distance) {
            distance = std::abs(chain->expiries[i].years * 365 - 38);
            best = &chain->chain->expiries[i];
        }
    if (!best) return;
    portfolio::ComboOrder draft;
    draft.underlying = chain->chain->underlying;
    const auto add = [&](market::Right right) {
        const std::size_t sold = nearestDelta(*chain, *best, right, 0.15);
        // As wide for SPX as for SPY: a share of the underlying, on a strike that is listed.
        const double width = std::max(1.0, kTemplateWidth * (chain->spot > 0 ? chain->spot : static_cast<double>(chain->chain->strike[sold]) / 1e6));
        const std::int64_t away = std::llround(width * 1e6), target = chain->chain->strike[sold] + (right == market::Right::Put ? -away : away);
        std::size_t bought = sold;
        for (std::size_t r = best->begin; r < best->end; ++r)
            if (chain->chain->right[r] == right &&
                (right == market::Right::Put ? chain->chain->strike[r] < chain->chain->strike[sold]
                                             : chain->chain->strike[r] > chain->chain->strike[sold]) &&
                (bought == sold || std::abs(chain->chain->strike[r] - target) < std::abs(chain->chain->strike[bought] - target)))
                bought = r;
        if (bought == sold) return false; // nothing is listed beyond it: no spread
        draft.legs.push_back({chain->chain->contract(*best, sold), -1});
        draft.legs.push_back({chain->chain->contract(*best, bought), 1});
        return true;
    };
    if ((kind != 1 && !add(market::Right::Put)) || (kind != 0 && !add(market::Right::Call)))
        return m_block->setText(tr("No strike is listed beyond the short one."));
    draft.kind = portfolio::classify(draft.legs);
    setDraft(draft);
}

/// To the next price the class trades at: between ticks, the nearest one that way.
void BuilderScreen::stepLimit(int direction) {
    if (m_draft.legs.empty()) return;
    const auto tick = market::classSpec(m_draft.legs.front().contract.root).tick;
    const Price now = m_draft.netLimit;
    const Price moved = Price::fromMicros(now.micros() + direction); // anywhere past where it stands
    m_limit->setValue(tick.roundTo(moved, direction > 0).toDouble());
}

void BuilderScreen::moveStrike(int steps) {
    const int index = m_grid->currentIndex().row();
    if (index < 0 || index >= static_cast<int>(m_draft.legs.size())) return;
    auto& leg = m_draft.legs[static_cast<std::size_t>(index)];
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
    m_reviewed = false;
    refresh(true);
}

void BuilderScreen::moveExpiry(int steps) {
    const auto it = m_chains.find(m_draft.underlying);
    if (it == m_chains.end() || m_draft.legs.empty()) return;
    const auto& chain = *it->second->chain;
    const auto* slice = chain.slice(m_draft.legs.front().contract.expiry, m_draft.legs.front().contract.root);
    const auto index = slice ? slice - chain.expiries.data() + steps : -1;
    if (index < 0 || index >= static_cast<std::ptrdiff_t>(chain.expiries.size())) return;
    const auto& target = chain.expiries[static_cast<std::size_t>(index)];
    for (auto& leg : m_draft.legs) leg.contract = market::OptionContract::make(target.root, target.expiry, leg.contract.strike, leg.contract.right);
    m_draft.netLimit = {};
    m_reviewed = false;
    refresh(true);
}

bool BuilderScreen::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return Screen::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    if (chooseWhen(*key)) return true;
    if (watched != m_grid) return Screen::eventFilter(watched, event);
    const bool alt = key->modifiers() & Qt::AltModifier, control = key->modifiers() & Qt::ControlModifier;
    switch (key->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down: {
        const int direction = key->key() == Qt::Key_Up ? 1 : -1;
        if (alt)
            moveStrike(direction);
        else if (control)
            stepLimit(direction);
        else
            break;
        return true;
    }
    case Qt::Key_Left:
    case Qt::Key_Right:
        if (!alt) break;
        moveExpiry(key->key() == Qt::Key_Right ? 1 : -1);
        return true;
    case Qt::Key_Delete: {
        const int index = m_grid->currentIndex().row();
        if (index >= 0 && index < static_cast<int>(m_draft.legs.size())) m_draft.legs.erase(m_draft.legs.begin() + index);
        m_draft.netLimit = {};
        m_reviewed = false;
        refresh(true);
        return true;
    }
    default: break;
    }
    return Screen::eventFilter(watched, event);
}

} // namespace mahler::ui
