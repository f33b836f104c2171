#include "ui/screens/builder_screen.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSplitter>
#include <QVBoxLayout>
#include <cmath>

#include "portfolio/revaluer.h"
#include "pricing/option_pricer.h"
#include "risk/gate.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

constexpr double kTemplateWidth = 0.01; ///< of the underlying: 5 points at 500, 60 at 6,000

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
      m_model(new GridModel({{tr("Side"), {}, 54, kLeft}, {tr("Contract"), {}, 190, kLeft}, {tr("Bid"), {}, 56}, {tr("Mid"), {}, 56}, {tr("Ask"), {}, 56},
                             {tr("IV"), {}, 52}, {tr("Delta"), tr("of one contract, per unit of underlying"), 52}},
                            this)),
      m_grid(new GridView(m_model)), m_quantity(new QSpinBox), m_limit(new QDoubleSpinBox), m_review(new QPushButton(tr("Review  (Ctrl+Enter)"))),
      m_send(new QPushButton(tr("Propose to the desk"))), m_chart(new PayoffChart) {
    for (auto* label : {m_headline, m_metrics, m_block}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    m_headline->setFont(textFont(15, true));
    setTone(*m_headline, Token::Text, true, 15);
    setTone(*m_block, Token::Warn);
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
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addWidget(frame);
    m_grid->setAccessibleName(tr("Legs"));
    m_grid->setEmptyText(tr("Press B or S in the chain, or choose a template."));
    m_grid->installEventFilter(this);
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
        if (!m_reviewed || !blockedBecause().isEmpty())
            return;
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
    return {{tr("Alt+Up / Alt+Down"), tr("strike of the leg")}, {tr("Alt+Left / Alt+Right"), tr("expiry of all legs")},
            {tr("Ctrl+Up / Ctrl+Down"), tr("limit by a tick of the class")}, {tr("Ctrl+Enter"), tr("review, then propose")}, {tr("Del"), tr("drop the leg")}};
}

void BuilderScreen::setView(const ViewPtr& view) { m_view = view; }

void BuilderScreen::setChain(const ChainPtr& chain) {
    m_chains[chain->chain->underlying] = chain;
    if (chain->chain->underlying == m_draft.underlying || m_draft.legs.empty())
        refresh(false);
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

std::optional<Price> BuilderScreen::midNet(Price* natural) const {
    Price mid, worst;
    if (m_draft.legs.empty())
        return std::nullopt;
    for (const auto& leg : m_draft.legs) {
        const auto row = rowOf(leg.contract);
        if (!row)
            return std::nullopt;
        const auto quote = m_chains.at(m_draft.underlying)->chain->quote(*row);
        if (!quote.twoSided())
            return std::nullopt;
        mid += Price::fromMicros(-quote.mid()->micros() * leg.ratio);
        worst += Price::fromMicros(leg.ratio > 0 ? -quote.ask->micros() * leg.ratio : -quote.bid->micros() * leg.ratio);
    }
    if (natural)
        *natural = worst;
    return mid;
}

QString BuilderScreen::blockedBecause() const {
    if (m_draft.legs.empty())
        return tr("no legs");
    for (const auto& leg : m_draft.legs) {
        const auto row = rowOf(leg.contract);
        if (!row || !m_chains.at(m_draft.underlying)->chain->quote(*row).twoSided())
            return tr("%1 has no two-sided quote").arg(format::text(leg.contract.label()));
    }
    if (const auto valid = portfolio::validate(m_draft); !valid)
        return format::text(valid.error().detail);
    if (!portfolio::payoffBounds(m_draft.legs, m_draft.netLimit).maxLoss)
        return tr("the largest loss is unlimited: the desk refuses it");
    return {};
}

void BuilderScreen::refresh(bool newLegs) {
    const auto chain = m_chains.find(m_draft.underlying);
    std::vector<GridRow> rows;
    double delta = 0, theta = 0, vega = 0;
    bool greeks = chain != m_chains.end();
    for (const auto& leg : m_draft.legs) {
        GridRow row;
        row.key = format::text(leg.contract.id());
        const auto at = rowOf(leg.contract);
        market::Quote quote;
        if (at)
            quote = chain->second->chain->quote(*at);
        const bool known = at && chain->second->hasGreeks[*at];
        greeks = greeks && known;
        if (known) {
            delta += chain->second->delta[*at] * leg.ratio * 100;
            theta += chain->second->theta[*at] / 365 * leg.ratio * 100;
            vega += chain->second->vega[*at] / 100 * leg.ratio * 100;
        }
        row.cells = {{leg.ratio > 0 ? tr("buy %1").arg(leg.ratio) : tr("sell %1").arg(-leg.ratio), {}, leg.ratio > 0 ? Tone::Gain : Tone::Loss},
                     {format::text(leg.contract.label()), {}, Tone::Strong},
                     {format::price(quote.bid), {}},
                     {format::price(quote.mid()), {}, Tone::Strong},
                     {format::price(quote.ask), {}},
                     {at && chain->second->ivStatus[*at] == pricing::IvStatus::Ok ? format::percent(chain->second->iv[*at]) : format::dash(), {}},
                     {known ? format::signedNumber(chain->second->delta[*at], 2) : format::dash(), {}}};
        rows.push_back(std::move(row));
    }
    m_model->setRows(std::move(rows));
    Price natural;
    const auto mid = midNet(&natural);
    if (newLegs && mid) {
        const QSignalBlocker quiet(m_limit);
        if (m_draft.netLimit.micros() == 0)
            m_draft.netLimit = market::classSpec(m_draft.legs.front().contract.root).tick.roundTo(*mid, false);
        m_limit->setValue(m_draft.netLimit.toDouble());
    }
    const QString block = blockedBecause();
    m_review->setEnabled(block.isEmpty());
    m_send->setEnabled(m_reviewed && block.isEmpty());
    m_block->setText(m_draft.legs.empty() || block.isEmpty() ? m_block->text() : tr("▲ cannot be sent: %1").arg(block));
    if (block.isEmpty() && m_block->text().startsWith(QChar(0x25B2)))
        m_block->clear();
    if (m_draft.legs.empty() || chain == m_chains.end()) {
        m_headline->setText(tr("WHAT-IF   Build a defined-risk structure"));
        m_metrics->clear();
        return m_chart->clear(tr("Press B or S in the chain, or choose a template."));
    }
    const auto bounds = portfolio::payoffBounds(m_draft.legs, m_draft.netLimit);
    const double q = static_cast<double>(m_draft.quantity);
    QStringList breakevens;
    for (const double b : bounds.breakevens)
        breakevens << format::number(b, 2);
    const double spot = chain->second->spot;
    if (!(spot > 0)) {
        m_metrics->clear();
        return m_chart->clear(tr("No quote of %1 now: nothing is drawn from a guess.").arg(format::text(m_draft.underlying)));
    }
    const market::ExpirySlice* slice = chain->second->chain->slice(m_draft.legs.front().contract.expiry, m_draft.legs.front().contract.root);
    double sigma = 0, pop = -1;
    if (slice) {
        const auto index = static_cast<std::size_t>(slice - chain->second->chain->expiries.data());
        const auto& e = chain->second->expiries[index];
        sigma = e.expectedMove.value_or(0);
        if (e.atmVol && e.years > 0) { // lognormal at the money volatility, by 400 equal slices of probability
            double good = 0;
            const double sd = *e.atmVol * std::sqrt(e.years);
            for (int i = 0; i < 400; ++i) {
                const double z = -4 + 8 * (i + 0.5) / 400;
                const double weight = std::exp(-z * z / 2) / std::sqrt(2 * M_PI) * 8 / 400;
                good += portfolio::payoffAtExpiry(m_draft.legs, m_draft.netLimit, e.forward * std::exp(z * sd - sd * sd / 2)) > 0 ? weight : 0;
            }
            pop = good;
        }
    }
    portfolio::ComboOrder shown = m_draft;
    shown.kind = portfolio::classify(m_draft.legs);
    m_headline->setText(tr("WHAT-IF   %1 for %2").arg(format::text(portfolio::describe(shown)), format::net(m_draft.netLimit)));
    const auto total = [&](const std::optional<Usd>& v) { return v ? format::money(Usd::fromMicros(v->micros() * m_draft.quantity)) : tr("unlimited"); };
    m_metrics->setToolTip(tr("POP (market-implied): probability of a gain at expiry before costs, lognormal around the forward at the at-the-money implied volatility of the expiry. "
                             "The opportunities show the physical one, with half the variance from realised volatility, after costs"));
    m_metrics->setText(tr("Largest loss %1   largest profit %2   breakeven %3\n"
                          "POP (market-implied) %4   mid %5   natural %6\n"
                          "Delta %7 shares   theta %8 $/day   vega %9 $/pt\n"
                          "Return on risk %10   %11\n%12")
                           .arg(total(bounds.maxLoss), total(bounds.maxProfit), breakevens.join(QStringLiteral(", ")),
                                pop >= 0 ? format::percent(pop, 0) : format::dash(), format::net(mid), mid ? format::net(natural) : format::dash())
                           .arg(greeks ? format::signedNumber(delta * q, 1) : format::dash(), greeks ? format::signedNumber(theta * q, 2) : format::dash(),
                                greeks ? format::signedNumber(vega * q, 2) : format::dash(),
                                bounds.maxLoss && bounds.maxProfit && bounds.maxLoss->micros() > 0 ? format::percent(ratio(*bounds.maxProfit, *bounds.maxLoss), 0)
                                                                                                   : format::dash(),
                                widthText(), accountText(greeks ? std::optional(theta * q) : std::nullopt, greeks ? std::optional(vega * q) : std::nullopt)));
    PayoffChart::Input in{m_draft.legs, m_draft.netLimit, m_draft.quantity, spot, sigma, {}};
    if (greeks)
        in.today = portfolio::valueAcrossSpots(m_draft, *chain->second, 0.85, 1.15, 61);
    m_chart->show(in);
}

/// Credit as a share of the widest side; empty for what is no credit spread.
QString BuilderScreen::widthText() const {
    double widest = 0;
    for (const auto& a : m_draft.legs)
        for (const auto& b : m_draft.legs)
            if (a.contract.right == b.contract.right && a.ratio < 0 && b.ratio > 0)
                widest = std::max(widest, std::abs((a.contract.strike - b.contract.strike).toDouble()));
    if (widest <= 0 || m_draft.netLimit.micros() <= 0)
        return {};
    return tr("credit / width %1 of %2").arg(format::percent(m_draft.netLimit.toDouble() / widest, 0), format::number(widest, 2));
}

/// What the order takes of the account, before and after.
QString BuilderScreen::accountText(std::optional<double> theta, std::optional<double> vega) const {
    if (!m_view)
        return {};
    const auto loss = portfolio::payoffBounds(m_draft.legs, m_draft.netLimit).maxLoss;
    const auto taken = loss ? times(*loss, m_draft.quantity).value_or(Usd{}) : Usd{};
    const auto& power = m_view->buyingPower;
    const auto move = [](double now, std::optional<double> change) {
        return tr("%1 → %2", "before, after").arg(format::signedNumber(now, 0), change ? format::signedNumber(now + *change, 0) : format::dash());
    };
    return tr("Buying power %1 → %2\nBook with it: theta %3 $/day   vega %4 $/pt")
        .arg(format::money(power), power && loss ? format::money(*power - taken) : format::dash(), move(m_view->greeks.thetaPerDay, theta), move(m_view->greeks.vegaPerPoint, vega));
}

void BuilderScreen::review() {
    if (!blockedBecause().isEmpty())
        return;
    const auto bounds = portfolio::payoffBounds(m_draft.legs, m_draft.netLimit);
    portfolio::ComboOrder shown = m_draft;
    shown.kind = portfolio::classify(m_draft.legs);
    m_block->setText(tr("%1 for %2: you can lose %3, you can make %4, before fees. Press “Propose to the desk” to go on.")
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
    if (!chain)
        return;
    const market::ExpirySlice* best = nullptr;
    double distance = 1e9;
    for (std::size_t i = 0; i < chain->expiries.size(); ++i)
        if (std::abs(chain->expiries[i].years * 365 - 38) < distance) {
            distance = std::abs(chain->expiries[i].years * 365 - 38);
            best = &chain->chain->expiries[i];
        }
    if (!best)
        return;
    portfolio::ComboOrder draft;
    draft.underlying = chain->chain->underlying;
    const auto add = [&](market::Right right) {
        const std::size_t sold = nearestDelta(*chain, *best, right, 0.15);
        // As wide for SPX as for SPY: a share of the underlying, on a strike that is listed.
        const double width = std::max(1.0, kTemplateWidth * (chain->spot > 0 ? chain->spot : static_cast<double>(chain->chain->strike[sold]) / 1e6));
        const std::int64_t away = std::llround(width * 1e6), target = chain->chain->strike[sold] + (right == market::Right::Put ? -away : away);
        std::size_t bought = sold;
        for (std::size_t r = best->begin; r < best->end; ++r)
            if (chain->chain->right[r] == right && (right == market::Right::Put ? chain->chain->strike[r] < chain->chain->strike[sold] : chain->chain->strike[r] > chain->chain->strike[sold]) &&
                (bought == sold || std::abs(chain->chain->strike[r] - target) < std::abs(chain->chain->strike[bought] - target)))
                bought = r;
        if (bought == sold)
            return false; // nothing is listed beyond it: no spread
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
    if (m_draft.legs.empty())
        return;
    const auto tick = market::classSpec(m_draft.legs.front().contract.root).tick;
    const Price now = m_draft.netLimit;
    const Price moved = Price::fromMicros(now.micros() + direction); // anywhere past where it stands
    m_limit->setValue(tick.roundTo(moved, direction > 0).toDouble());
}

void BuilderScreen::moveStrike(int steps) {
    const int index = m_grid->currentIndex().row();
    if (index < 0 || index >= static_cast<int>(m_draft.legs.size()))
        return;
    auto& leg = m_draft.legs[static_cast<std::size_t>(index)];
    const auto at = rowOf(leg.contract);
    if (!at)
        return;
    const auto& chain = *m_chains.at(m_draft.underlying)->chain;
    const auto* slice = chain.slice(leg.contract.expiry, leg.contract.root);
    for (auto r = static_cast<std::ptrdiff_t>(*at) + steps; slice && r >= static_cast<std::ptrdiff_t>(slice->begin) && r < static_cast<std::ptrdiff_t>(slice->end); r += steps)
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
    if (it == m_chains.end() || m_draft.legs.empty())
        return;
    const auto& chain = *it->second->chain;
    const auto* slice = chain.slice(m_draft.legs.front().contract.expiry, m_draft.legs.front().contract.root);
    const auto index = slice ? slice - chain.expiries.data() + steps : -1;
    if (index < 0 || index >= static_cast<std::ptrdiff_t>(chain.expiries.size()))
        return;
    const auto& target = chain.expiries[static_cast<std::size_t>(index)];
    for (auto& leg : m_draft.legs)
        leg.contract = market::OptionContract::make(target.root, target.expiry, leg.contract.strike, leg.contract.right);
    m_draft.netLimit = {};
    m_reviewed = false;
    refresh(true);
}

bool BuilderScreen::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_grid || event->type() != QEvent::KeyPress)
        return Screen::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
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
        if (!alt)
            break;
        moveExpiry(key->key() == Qt::Key_Right ? 1 : -1);
        return true;
    case Qt::Key_Delete: {
        const int index = m_grid->currentIndex().row();
        if (index >= 0 && index < static_cast<int>(m_draft.legs.size()))
            m_draft.legs.erase(m_draft.legs.begin() + index);
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
