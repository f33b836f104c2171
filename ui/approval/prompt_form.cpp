#include "ui/approval/prompt_form.h"

#include <algorithm>
#include <cmath>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLegend>

#include "desk/effect_rows.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

constexpr int kMostWords = 300, kLeastWords = 60, kLeastOpen = 100, kFewerWords = 20; ///< characters of one argument; the debate (V) has all of it

QLabel* block(const QString& name, Token token = Token::Text, bool bold = false, int pixels = 0) {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText); // what agents wrote is untrusted text
    label->setWordWrap(true);
    label->setAccessibleName(name);
    label->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    setTone(*label, token, bold, pixels);
    return label;
}

QLabel* head(const QString& text) {
    auto* label = block(text, Token::Dim, true, 11);
    label->setText(text);
    return label;
}

/// Whole words of it: half a number is another number.
QString shortened(const std::string& words, int most) {
    const QString text = format::text(words).simplified();
    if (text.size() <= most) return text;
    const auto end = text.lastIndexOf(QLatin1Char(' '), most - 2);
    return text.left(end > 0 ? end : most - 1) + QStringLiteral(" …");
}

/// What moved since the proposal, each with its unit.
QString changes(const desk::ApprovalView& a) {
    const auto iv = a.ivNow && a.ivAtProposal ? std::optional((*a.ivNow - *a.ivAtProposal) * 100) : std::nullopt;
    return PromptForm::tr("spot %1, net %2, IV %3")
        .arg(format::priceMove(a.spotSince), format::priceMove(a.netSince),
             iv ? PromptForm::tr("%1 pt", "points of volatility").arg(format::signedNumber(*iv, 1)) : format::dash());
}

/// What the limit gives away against the mid of now. Both are cash to us, so above 0 it is worse than the mid.
QString slippage(const portfolio::ComboOrder& order, const std::optional<Price>& mid) {
    if (!mid || order.legs.empty()) return PromptForm::tr("slippage %1").arg(format::dash());
    const Price given = *mid - order.netLimit;
    const auto inAll = notional(given, order.quantity, order.legs.front().contract.multiplier);
    const int decimals = given.micros() % 10'000 == 0 ? 2 : 3; // a mid may lie between two cents
    return PromptForm::tr("slippage %1 a share, %2 in all")
        .arg(format::number(given.toDouble(), decimals), inAll ? format::money(*inAll) : format::dash());
}

} // namespace

PromptForm::PromptForm(QWidget* parent)
    : QWidget(parent), m_consequence(block(tr("Consequence"), Token::Text, true, 16)), m_facts(block(tr("Account and time"))),
      m_tier(block(tr("Tier and why"), Token::Dim)), m_since(block(tr("Price, and what moved since the proposal"), Token::Dim)),
      m_checks(head(tr("CHECKS"))), m_failed(block(tr("Warnings"), Token::Warn)), m_against(block(tr("Strongest case against"))),
      m_openHead(head(tr("UNANSWERED"))), m_open(block(tr("Unanswered"), Token::Warn)), m_for(block(tr("Case for"))),
      m_events(block(tr("Events in the holding period"), Token::Dim)), m_verdict(block(tr("Verdict and confidence"), Token::Dim)),
      m_time(new TimeBar), m_effects(new EffectTable), m_legs(new GridModel({{tr("Side"), {}, 42, kLeft},
                                                                             {tr("Qty"), tr("contracts of the whole order"), 36},
                                                                             {tr("Contract"), {}, 172, kLeft},
                                                                             {tr("Bid"), tr("dollars per share"), 54},
                                                                             {tr("Mid"), tr("dollars per share, the middle of bid and ask"), 54},
                                                                             {tr("Ask"), tr("dollars per share"), 54},
                                                                             {tr("IV"), tr("implied volatility of the leg, per cent a year"), 52},
                                                                             {tr("Delta"), tr("of one contract"), 48},
                                                                             {tr("Age"), tr("of the quote"), 36}},
                                                                            this)),
      m_grid(new GridView(m_legs)), m_chart(new PayoffChart) {
    m_since->setToolTip(tr("Limit, mid and natural: net of the whole structure, dollars per share; cr is received, db is paid.\n"
                           "DAY: the order ends with its session.\n"
                           "Slippage: what the limit gives away against the mid of now, dollars per share and for the whole order; above 0 it is "
                           "worse than the mid."));
    m_grid->setFocusPolicy(Qt::NoFocus);
    m_grid->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_grid->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_grid->setAccessibleName(tr("Legs"));
    m_chart->setMinimumHeight(160);
    m_chart->useAsThumbnail();
    m_chart->setAccessibleName(tr("Profit and loss at expiry"));

    auto* left = new QVBoxLayout;
    auto* right = m_right = new QVBoxLayout;
    for (auto* column : {left, right}) column->setSpacing(2);
    left->addWidget(m_grid);
    left->addWidget(m_since);
    left->addSpacing(4);
    left->addWidget(m_effects);
    left->addSpacing(4);
    left->addWidget(m_checks);
    left->addWidget(m_failed);
    left->addStretch(1);
    right->addWidget(head(tr("STRONGEST CASE AGAINST   agent text, untrusted")));
    right->addWidget(m_against);
    right->addWidget(m_openHead);
    right->addWidget(m_open);
    right->addWidget(head(tr("CASE FOR   agent text, untrusted")));
    right->addWidget(m_for);
    right->addWidget(m_events);
    right->addWidget(m_verdict);
    right->addWidget(m_chart, 1);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(18);
    columns->addLayout(left, 61);
    columns->addLayout(right, 39);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(3);
    layout->addWidget(m_consequence);
    layout->addWidget(m_facts);
    layout->addWidget(m_tier);
    layout->addWidget(m_time);
    layout->addLayout(columns, 1);
}

void PromptForm::addTools(QWidget* tools) { m_right->insertWidget(m_right->count() - 1, tools); } // above the payoff

/// Each argument cut to `most` characters; V has all of them.
void PromptForm::setArguments(int most) {
    const auto& a = m_arguments;
    m_against->setText(a.against.empty() ? tr("none given") : shortened(a.against, most));
    QStringList open;
    for (const auto& words : a.unanswered)
        if (open.size() < 2) open << QStringLiteral("▲ ") + shortened(words, std::max(most, kLeastOpen) * (a.unanswered.size() == 1 ? 2 : 1) / 3);
    if (const auto more = static_cast<int>(a.unanswered.size()) - static_cast<int>(open.size()); more > 0 && !open.isEmpty())
        open.back() += tr("   and %n more", nullptr, more);
    m_openHead->setText(tr("UNANSWERED (%1)").arg(a.unanswered.size()));
    m_openHead->setVisible(!open.isEmpty());
    m_open->setVisible(!open.isEmpty());
    m_open->setText(open.join(QLatin1Char('\n')));
    m_for->setText(a.inFavour.empty() ? tr("none given") : shortened(a.inFavour, most));
}

/// As much of them as leaves the payoff its height (UX 4.3).
void PromptForm::fitArguments() {
    m_fittedTo = size();
    m_fittedPixels = textPixels();
    const auto needed = [this] { // columns keep the heights they found before
        for (auto* inner : layout()->findChildren<QLayout*>()) inner->invalidate();
        layout()->invalidate();
        return layout()->minimumHeightForWidth(width());
    };
    m_mostWords = kMostWords;
    setArguments(m_mostWords);
    while (m_mostWords - kFewerWords >= kLeastWords && needed() > height()) {
        m_mostWords -= kFewerWords;
        setArguments(m_mostWords);
    }
    needed();
    layout()->activate();
}

void PromptForm::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (size() != m_fittedTo) fitArguments();
}

void PromptForm::fill(const desk::DeskView& view, const desk::ApprovalView& a, const desk::RiskView* risk, bool covered) {
    const auto& order = a.request.order;
    m_consequence->setText(tr("%1 for %2: you can lose %3, you can make %4.")
                               .arg(format::text(a.description), format::net(order.netLimit), format::money(a.maxLoss), format::money(a.maxProfit)));
    m_facts->setText(tr("%1   account %2   %3 left, then REJECTED   you are %4   fees %5, in both sums   proposed by %6")
                         .arg(format::text(view.environment), format::text(view.accountName), format::countdown(a.secondsLeft),
                              format::text(view.user.name), format::money(a.fees), format::text(order.source)));
    QStringList why;
    for (const auto& reason : a.request.tier.reasons) why << format::text(reason);
    if (!a.request.replaces.empty()) why << tr("replaces %1 (%2)").arg(format::text(a.request.replaces.str()), format::text(a.request.replacesWhy));
    if (!a.request.raisedAgain.empty()) why << tr("RAISED AGAIN: %1").arg(format::text(a.request.raisedAgain));
    m_tier->setText(tr("%1%2: %3")
                        .arg(QLatin1String(approval::toString(a.request.tier.tier)), a.request.escalated ? tr(" ESCALATED") : QString(),
                             why.join(QStringLiteral("; "))));
    m_time->setLeft(a.secondsLeft, static_cast<double>(a.request.tier.deadline.count()));

    std::vector<GridRow> rows;
    for (const auto& leg : a.legs) {
        const auto fresh = desk::freshnessOf(leg.ageSeconds);
        rows.push_back({format::text(leg.contract.id()),
                        {{leg.ratio > 0 ? tr("BUY") : tr("SELL"), {}, leg.ratio > 0 ? Tone::Gain : Tone::Loss},
                         {QString::number(std::abs(leg.quantity)), {}},
                         {format::text(leg.contract.label()), {}, Tone::Strong},
                         {format::price(leg.quote.bid), {}, Tone::Plain, fresh},
                         {format::price(leg.quote.mid()), {}, Tone::Strong, fresh},
                         {format::price(leg.quote.ask), {}, Tone::Plain, fresh},
                         {format::percent(leg.iv), {}, Tone::Plain, fresh},
                         {leg.delta ? format::signedNumber(*leg.delta, 2) : format::dash(), {}, Tone::Plain, fresh},
                         {format::age(leg.ageSeconds), {}, Tone::Dim, fresh}},
                        false,
                        false,
                        {}});
        printAge(rows.back(), leg.ageSeconds);
    }
    m_legs->setRows(std::move(rows));
    m_grid->setFixedHeight(static_cast<int>(a.legs.size()) * rowHeight() + m_grid->horizontalHeader()->sizeHint().height() + 3);
    m_since->setText(tr("limit %1, %2   mid %3   natural %4   %5\nproposed at mid %6, spot %7, IV %8; since then: %9")
                         .arg(format::net(order.netLimit), QLatin1String(execution::kTimeInForce), format::net(a.mid), format::net(a.natural),
                              slippage(order, a.mid), format::net(a.midAtProposal), format::number(a.spotAtProposal, 2),
                              format::percent(a.ivAtProposal), changes(a)));
    auto effects = a.effects;
    for (auto& row : desk::riskRows(risk, a.request.id)) effects.push_back(std::move(row));
    m_effects->setRows(std::move(effects));

    int passed = 0;
    QStringList failed;
    QString verified;
    for (const auto& check : a.checks) {
        passed += check.pass;
        if (check.check == "price_verification" && check.pass) verified = tr("   prices verified: %1").arg(format::text(check.value));
        if (!check.pass) failed << QStringLiteral("▲ ") + format::text(check.reason);
    }
    for (const auto& warning : a.warnings) failed << QStringLiteral("▲ ") + format::text(warning);
    const int hidden = static_cast<int>(failed.size()) - 5;
    if (hidden > 0) {
        failed = failed.mid(0, 5);
        failed.back() += tr("   and %n more", nullptr, hidden);
    }
    m_checks->setText(tr("CHECKS   %1 of %2 pass").arg(passed).arg(a.checks.size()) + verified);
    m_failed->setText(failed.join(QLatin1Char('\n')));
    m_failed->setVisible(!failed.isEmpty());

    QStringList events;
    for (const auto& event : a.request.events)
        if (events.size() < 3)
            events << tr("%1 %2").arg(format::date(event.date), shortened(event.title.empty() ? market::toString(event.kind) : event.title, 44));
    const auto further = static_cast<int>(a.request.events.size()) - static_cast<int>(events.size());
    m_events->setText(events.isEmpty()
                          ? tr("Events before expiry: none known")
                          : tr("Events before expiry (%1): %2%3")
                                .arg(a.request.events.size())
                                .arg(events.join(QStringLiteral("; ")), further > 0 ? tr("; and %n more", nullptr, further) : QString()));
    QStringList all;
    for (const auto& event : a.request.events)
        all << tr("%1 %2").arg(format::date(event.date), format::text(event.title.empty() ? market::toString(event.kind) : event.title));
    m_events->setToolTip(all.join(QLatin1Char('\n')));
    if (covered)
        m_verdict->setText(tr("The verdict is covered until your own call is entered."));
    else
        m_verdict->setText(a.confidence
                               ? tr("Verdict: enter, confidence %1. No track record of similar trades yet.").arg(format::number(*a.confidence, 2))
                               : tr("No debate: a person's own order."));
    const Arguments arguments{a.caseAgainst, a.caseFor, a.unanswered};
    if (arguments != m_arguments || size() != m_fittedTo || textPixels() != m_fittedPixels) {
        m_arguments = arguments;
        fitArguments();
    }
    const double spot = a.spot.value_or(0);
    const bool same = m_charted && m_charted->quantity == order.quantity && m_charted->netLimit == order.netLimit &&
                      m_charted->legs.size() == order.legs.size() &&
                      std::equal(order.legs.begin(), order.legs.end(), m_charted->legs.begin(),
                                 [](const auto& x, const auto& y) { return x.ratio == y.ratio && x.contract.id() == y.contract.id(); });
    if (!same || std::abs(spot - m_chartedSpot) > spot * 0.0005) {
        m_charted = order;
        m_chartedSpot = spot;
        m_chart->show({order.legs, order.netLimit, order.quantity, spot, 0, {}});
    }
}

} // namespace mahler::ui
