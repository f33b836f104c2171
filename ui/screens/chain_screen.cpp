#include "ui/screens/chain_screen.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <map>

#include "market/exchange_calendar.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

enum Side { kCall = 0, kPut = 1 };
// Left to right on the call side; the put side mirrors it, but bid, mid and ask keep their order.
enum Field { kGamma, kTheta, kVega, kEdge, kTheo, kVol, kOi, kIv, kDelta, kBid, kMid, kAsk, kFieldCount };
constexpr int kStrikeColumn = kFieldCount;
constexpr int kColumns = 2 * kFieldCount + 1;

int columnOf(Side side, int field) {
    if (side == kCall)
        return field;
    if (field == kBid || field == kAsk)
        field = field == kBid ? kAsk : kBid;
    return kStrikeColumn + kFieldCount - field;
}

QString expiryKey(const market::ExpirySlice& slice) { return QString::fromStdString(slice.root + " " + formatDate(slice.expiry)); }

QString ivReason(pricing::IvStatus status) {
    switch (status) {
    case pricing::IvStatus::Ok: return {};
    case pricing::IvStatus::NoQuote: return ChainScreen::tr("no two-sided quote");
    case pricing::IvStatus::BelowIntrinsic: return ChainScreen::tr("quoted below its exercise value: a stale or wide quote");
    case pricing::IvStatus::AboveMaximum: return ChainScreen::tr("quoted above any model value");
    case pricing::IvStatus::ExerciseRegion: return ChainScreen::tr("worth exactly its exercise value: no unique volatility");
    case pricing::IvStatus::BelowMinimum: return ChainScreen::tr("too little time value to tell");
    case pricing::IvStatus::Expired: return ChainScreen::tr("expired");
    case pricing::IvStatus::BadInput: return ChainScreen::tr("inputs are missing");
    case pricing::IvStatus::NoConvergence: return ChainScreen::tr("not solved");
    }
    return {};
}

std::vector<GridColumn> chainColumns() {
    struct Head {
        QString title, tip;
        int width;
    };
    const Head heads[kFieldCount] = {
        {ChainScreen::tr("Gamma"), ChainScreen::tr("change of delta per 1.00 of underlying"), 56},
        {ChainScreen::tr("Theta"), ChainScreen::tr("dollars per share and calendar day"), 52},
        {ChainScreen::tr("Vega"), ChainScreen::tr("dollars per share and volatility point"), 50},
        {ChainScreen::tr("Edge"), ChainScreen::tr("mid less theoretical value, dollars per share"), 50},
        {ChainScreen::tr("Theo"), ChainScreen::tr("model value at the fitted smile"), 58},
        {ChainScreen::tr("Vol"), ChainScreen::tr("contracts traded today"), 54},
        {ChainScreen::tr("OI"), ChainScreen::tr("open interest, contracts"), 58},
        {ChainScreen::tr("IV"), ChainScreen::tr("implied volatility of the mid, per cent a year, ACT/365"), 50},
        {ChainScreen::tr("Delta"), ChainScreen::tr("per unit of underlying"), 50},
        {ChainScreen::tr("Bid"), ChainScreen::tr("dollars per share"), 58},
        {ChainScreen::tr("Mid"), ChainScreen::tr("middle of bid and ask"), 58},
        {ChainScreen::tr("Ask"), ChainScreen::tr("dollars per share"), 58}};
    std::vector<GridColumn> out(kColumns);
    for (int f = 0; f < kFieldCount; ++f) {
        out[static_cast<std::size_t>(columnOf(kCall, f))] = {heads[f].title, ChainScreen::tr("Calls: %1").arg(heads[f].tip), heads[f].width};
        out[static_cast<std::size_t>(columnOf(kPut, f))] = {heads[f].title, ChainScreen::tr("Puts: %1").arg(heads[f].tip), heads[f].width};
    }
    out[kStrikeColumn] = {ChainScreen::tr("Strike"), ChainScreen::tr("exercise price"), 74, Qt::AlignCenter};
    return out;
}

desk::Freshness freshnessFor(const ViewPtr& view, const pricing::PricedChain& chain) {
    if (!view)
        return desk::Freshness::Fresh;
    if (view->session != market::Session::Open)
        return desk::Freshness::Closed;
    const double age = std::chrono::duration<double>(view->at.utc - chain.chain->time).count() / std::max(1.0, view->speed);
    return desk::freshnessOf(std::max(0.0, age));
}

/// The cells of one contract.
void fillSide(GridRow& row, const pricing::PricedChain& priced, std::size_t r, desk::Freshness fresh) {
    const auto& chain = *priced.chain;
    const Side side = chain.right[r] == market::Right::Call ? kCall : kPut;
    const auto quote = chain.quote(r);
    const bool itm = side == kCall ? static_cast<double>(chain.strike[r]) / 1e6 < priced.spot : static_cast<double>(chain.strike[r]) / 1e6 > priced.spot;
    const Tone tone = itm ? Tone::Dim : Tone::Plain;
    const auto put = [&](int field, QString text, double sort, Tone t, QString tip = {}) {
        row.cells[static_cast<std::size_t>(columnOf(side, field))] = {std::move(text), sort, t, fresh, std::move(tip)};
    };
    put(kBid, format::price(quote.bid), quote.bid ? quote.bid->toDouble() : -1, tone, ChainScreen::tr("bid, %1 contracts").arg(format::count(quote.bidSize)));
    put(kAsk, format::price(quote.ask), quote.ask ? quote.ask->toDouble() : -1, tone, ChainScreen::tr("ask, %1 contracts").arg(format::count(quote.askSize)));
    put(kMid, quote.crossed() ? QStringLiteral("⨯") : format::price(quote.mid()), quote.mid() ? quote.mid()->toDouble() : -1, itm ? Tone::Dim : Tone::Strong,
        quote.crossed() ? ChainScreen::tr("crossed: bid above ask") : QString());
    put(kVol, format::count(quote.volume), static_cast<double>(quote.volume.value_or(-1)), Tone::Dim);
    put(kOi, format::count(quote.openInterest), static_cast<double>(quote.openInterest.value_or(-1)), Tone::Dim);
    const bool ivOk = priced.ivStatus[r] == pricing::IvStatus::Ok;
    put(kIv, ivOk ? format::percent(priced.iv[r]) : format::dash(), ivOk ? priced.iv[r] : -1, tone, ivReason(priced.ivStatus[r]));
    const bool greeks = priced.hasGreeks[r];
    put(kDelta, greeks ? format::number(priced.delta[r], 2) : format::dash(), greeks ? priced.delta[r] : -9, tone);
    put(kGamma, greeks ? format::number(priced.gamma[r], 4) : format::dash(), greeks ? priced.gamma[r] : -9, Tone::Dim);
    put(kTheta, greeks ? format::number(priced.theta[r] / 365, 2) : format::dash(), greeks ? priced.theta[r] : -9, Tone::Dim);
    put(kVega, greeks ? format::number(priced.vega[r] / 100, 2) : format::dash(), greeks ? priced.vega[r] : -9, Tone::Dim);
    const bool theo = priced.hasTheo[r];
    put(kTheo, theo ? format::number(priced.theo[r], 2) : format::dash(), theo ? priced.theo[r] : -9, Tone::Dim);
    if (theo && quote.mid()) {
        const double edge = quote.mid()->toDouble() - priced.theo[r];
        put(kEdge, format::signedNumber(edge, 2), edge, edge > 0.005 ? Tone::Gain : edge < -0.005 ? Tone::Loss : Tone::Dim);
    } else {
        put(kEdge, format::dash(), 0, Tone::Dim);
    }
}

QString strikeMeaning(double strike, double spot, bool beyond) {
    return (beyond ? ChainScreen::tr("strike %1, %2 from spot, beyond one expected move") : ChainScreen::tr("strike %1, %2 from spot"))
        .arg(format::number(strike, 2), format::signedPercent(strike / spot - 1, 1));
}

} // namespace

struct ChainScreen::Shown {
    ChainPtr chain;
    std::size_t expiry = 0;
    std::vector<std::int64_t> strikes; ///< micros, rising
    std::vector<std::size_t> first;    ///< row of the chain where each of them begins
    std::map<std::int64_t, QString> marks; ///< staged and held legs by strike
    int atm = -1;                      ///< index of the strike next to spot
    desk::Freshness fresh = desk::Freshness::Unknown;

    /// One strike, made when the grid comes to show it: of thousands some forty are on the screen.
    GridRow row(int index) const {
        const auto& options = *chain->chain;
        const auto& slice = options.expiries[expiry];
        const auto& priced = chain->expiries[expiry];
        const std::int64_t strike = strikes[static_cast<std::size_t>(index)];
        const std::size_t begin = first[static_cast<std::size_t>(index)];
        GridRow row;
        row.cells.resize(kColumns);
        row.key = QString::number(strike);
        row.data = static_cast<qulonglong>(begin);
        row.marked = index == atm;
        for (std::size_t r = begin; r < slice.end && options.strike[r] == strike; ++r)
            fillSide(row, *chain, r, fresh);
        const double k = static_cast<double>(strike) / 1e6, move = priced.expectedMove.value_or(0);
        const bool beyond = move > 0 && std::abs(k - priced.forward) > move;
        const auto marked = marks.find(strike);
        auto& cell = row.cells[kStrikeColumn];
        cell.text = format::number(k, strike % 1'000'000 == 0 ? 0 : 2) + (marked == marks.end() ? QString() : marked->second);
        cell.sort = k;
        cell.tone = beyond ? Tone::Dim : Tone::Strong;
        cell.tooltip = strikeMeaning(k, chain->spot, beyond);
        return row;
    }
};

ChainScreen::ChainScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_symbol(new QComboBox), m_expiries(new QTabBar), m_facts(new ElidedLabel), m_staged(new ElidedLabel),
      m_model(new GridModel(chainColumns(), this)), m_grid(new GridView(m_model)) {
    auto* top = new QHBoxLayout;
    top->setSpacing(kSpacing);
    m_symbol->setMinimumWidth(84);
    m_symbol->setAccessibleName(tr("Underlying"));
    m_facts->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_staged->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_staged->setAccessibleName(tr("Staged legs"));
    setTone(*m_staged, Token::Text, true);
    m_staged->hide();
    top->addWidget(m_symbol);
    top->addWidget(m_facts, 1);
    m_expiries->setExpanding(false);
    m_expiries->setUsesScrollButtons(true);
    m_expiries->setDrawBase(false);
    m_expiries->setAccessibleName(tr("Expiry"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_expiries);
    layout->addWidget(m_grid, 1);
    layout->addWidget(m_staged); // below, so that no row moves under the hand that stages
    m_grid->setFitColumns(false);
    m_grid->setAccessibleName(tr("Option chain"));
    m_grid->setEmptyText(tr("Waiting for the first chain of this underlying."));
    m_grid->installEventFilter(this);
    connect(m_symbol, &QComboBox::activated, this, [this] { selectUnderlying(m_symbol->currentText()); });
    connect(m_expiries, &QTabBar::currentChanged, this, [this](int index) {
        if (index < 0)
            return;
        m_expiryKey = m_expiries->tabData(index).toString();
        m_centred = false;
        m_untouched = true;
        rebuildRows();
    });
}

QList<QPair<QString, QString>> ChainScreen::keys() const {
    return {{tr("PgUp / PgDn"), tr("previous / next expiry")}, {QStringLiteral("C"), tr("centre at the money")},
            {QStringLiteral("B / S"), tr("stage a bought / sold leg (put side; Shift: call side)")},
            {tr("Enter"), tr("open the builder with the staged legs")}, {tr("Backspace"), tr("drop the staged legs")}};
}

void ChainScreen::selectUnderlying(const QString& symbol) {
    m_chain.reset();
    m_legs.clear();
    m_expiryKey.clear();
    m_centred = false;
    m_untouched = true;
    m_model->setRows({});
    m_shown.reset();
    m_symbol->setCurrentText(symbol);
    m_port.watchChain(symbol.toStdString());
}

void ChainScreen::setView(const ViewPtr& view) {
    m_view = view;
    if (m_symbol->count() == 0 && !view->underlyings.empty()) {
        for (const auto& u : view->underlyings)
            m_symbol->addItem(format::text(u.quote.symbol));
        if (!m_chain)
            m_port.watchChain(m_symbol->currentText().toStdString());
    }
}

void ChainScreen::setChain(const ChainPtr& chain) {
    if (m_symbol->count() > 0 && format::text(chain->chain->underlying) != m_symbol->currentText())
        return;
    const bool sameExpiries = m_chain && m_chain->chain->expiries.size() == chain->chain->expiries.size();
    m_chain = chain;
    if (!sameExpiries || m_expiryKey.isEmpty() || m_expiries->count() != static_cast<int>(chain->chain->expiries.size()))
        rebuildExpiries();
    else
        for (int i = 0; i < m_expiries->count(); ++i)
            m_expiries->setTabText(i, expiryText(chain->chain->expiries[static_cast<std::size_t>(i)]));
    rebuildRows();
}

QString ChainScreen::expiryText(const market::ExpirySlice& slice) const {
    const auto& chain = *m_chain->chain;
    const QString root = slice.root != chain.underlying ? format::text(slice.root) + QLatin1Char(' ') : QString();
    return QStringLiteral("%1%2  %3").arg(root, format::date(slice.expiry).section(QLatin1Char(' '), 0, 1), format::dte(chain.time, slice.expiresAt));
}

void ChainScreen::rebuildExpiries() {
    const QSignalBlocker quiet(m_expiries);
    while (m_expiries->count() > 0)
        m_expiries->removeTab(0);
    const auto& chain = *m_chain->chain;
    int best = 0;
    double nearest = 1e9;
    for (std::size_t i = 0; i < chain.expiries.size(); ++i) {
        const auto& slice = chain.expiries[i];
        const int tab = m_expiries->addTab(expiryText(slice));
        m_expiries->setTabData(tab, expiryKey(slice));
        const auto& priced = m_chain->expiries[i];
        m_expiries->setTabToolTip(tab, tr("%1, settles %2\nATM volatility %3\nexpected move %4")
                                           .arg(expiryKey(slice), QLatin1String(market::toString(slice.settlement)),
                                                format::percent(priced.atmVol), format::number(priced.expectedMove, 2)));
        const double distance = std::abs(priced.years * 365 - 38);
        if (m_expiryKey.isEmpty() ? distance < nearest : expiryKey(slice) == m_expiryKey) {
            nearest = distance;
            best = tab;
        }
    }
    m_expiries->setCurrentIndex(best);
    m_expiryKey = m_expiries->tabData(best).toString();
}

void ChainScreen::rebuildRows() {
    if (!m_chain || m_chain->chain->expiries.empty())
        return;
    const auto& priced = *m_chain;
    const auto& chain = *priced.chain;
    auto shown = std::make_shared<Shown>();
    shown->chain = m_chain;
    for (std::size_t i = 0; i < chain.expiries.size(); ++i)
        if (expiryKey(chain.expiries[i]) == m_expiryKey)
            shown->expiry = i;
    const auto& slice = chain.expiries[shown->expiry];
    const auto& expiry = priced.expiries[shown->expiry];
    shown->fresh = freshnessFor(m_view, priced);
    double nearest = 1e18;
    for (std::size_t r = slice.begin; r < slice.end; ++r) { // sorted by strike
        if (!shown->strikes.empty() && chain.strike[r] == shown->strikes.back())
            continue;
        if (const double away = std::abs(static_cast<double>(chain.strike[r]) / 1e6 - priced.spot); away < nearest) {
            nearest = away;
            shown->atm = static_cast<int>(shown->strikes.size());
        }
        shown->strikes.push_back(chain.strike[r]);
        shown->first.push_back(r);
    }
    for (const auto& leg : m_legs)
        if (leg.contract.expiry == slice.expiry)
            shown->marks[leg.contract.strike.micros()] += leg.ratio > 0 ? QStringLiteral(" +1") : QStringLiteral(" −1");
    if (m_view)
        for (const auto& p : m_view->positions)
            for (const auto& leg : p.position.legs)
                if (leg.contract.root == slice.root && leg.contract.expiry == slice.expiry)
                    shown->marks[leg.contract.strike.micros()] += QStringLiteral(" ●");
    const bool same = m_shown && m_shown->strikes == shown->strikes;
    const QModelIndex before = m_grid->currentIndex();
    const std::optional<std::int64_t> chosen = !same && !m_untouched && m_shown && before.isValid() ? std::optional(m_shown->strikes[static_cast<std::size_t>(before.row())]) : std::nullopt;
    m_shown = shown;
    m_model->setRowMaker(static_cast<int>(shown->strikes.size()), [shown](int index) { return shown->row(index); }, same);
    m_facts->setWords(tr("%1  spot %2   ATM IV %3   expected move ±%4   forward %5   %6 contracts priced in %7 ms   %8")
                         .arg(format::text(chain.underlying), format::number(priced.spot, 2), format::percent(expiry.atmVol),
                              format::number(expiry.expectedMove, 2), format::number(expiry.forward, 2))
                         .arg(static_cast<int>(chain.size()))
                         .arg(format::number(priced.milliseconds, 0), format::timeNewYork(chain.time) + tr(" ET")));
    m_facts->setToolTip(format::text(chain.source) + QLatin1Char('\n') + format::timeTooltip(chain.time));
    QStringList staged;
    for (const auto& leg : m_legs)
        staged << (leg.ratio > 0 ? tr("+1 %1") : tr("−1 %1")).arg(format::text(leg.contract.label()));
    m_staged->setWords(staged.isEmpty() ? QString() : tr("Staged: %1.  Enter: builder, Backspace: drop").arg(staged.join(QStringLiteral(", "))));
    m_staged->setVisible(!staged.isEmpty());
    fitColumns();
    if (!same) { // other strikes: what was in the middle is somewhere else now
        m_centred = false;
        const auto at = chosen ? std::lower_bound(shown->strikes.begin(), shown->strikes.end(), *chosen) : shown->strikes.end();
        if (at != shown->strikes.end() && *at == *chosen) {
            const QModelIndex back = m_model->index(static_cast<int>(at - shown->strikes.begin()), before.column());
            m_grid->setCurrentIndex(back);
            m_grid->scrollTo(back, QAbstractItemView::PositionAtCenter);
            m_centred = true;
        } else {
            m_untouched = true;
        }
    }
    if (!m_centred)
        centre();
}

void ChainScreen::centre() {
    const QModelIndex atm = m_shown ? m_model->index(m_shown->atm, kStrikeColumn) : QModelIndex();
    if (!atm.isValid() || !isVisible()) // unseen it has no height to centre in: it is done when it is shown
        return;
    if (m_untouched || !m_grid->currentIndex().isValid()) // keys act on the row in the middle, not on one out of sight
        m_grid->setCurrentIndex(atm);
    m_untouched = false;
    m_grid->scrollTo(atm, QAbstractItemView::PositionAtCenter);
    m_centred = true;
}

void ChainScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    if (!m_centred)
        QTimer::singleShot(0, this, &ChainScreen::centre); // after the layout
}

void ChainScreen::fitColumns() {
    // A narrow window drops what a wide one adds (UX section 5).
    const int wide = m_grid->viewport()->width();
    const bool all = wide >= 1400, some = wide >= 1090;
    for (const auto side : {kCall, kPut}) {
        for (const int f : {kGamma, kTheta, kVega})
            m_grid->setColumnHidden(columnOf(side, f), !all);
        for (const int f : {kEdge, kTheo})
            m_grid->setColumnHidden(columnOf(side, f), !some);
    }
    int used = 0, shown = 0;
    for (int c = 0; c < kColumns; ++c)
        if (!m_grid->isColumnHidden(c)) {
            used += m_model->columns()[static_cast<std::size_t>(c)].width;
            ++shown;
        }
    const int extra = std::max(0, (wide - used) / std::max(1, shown));
    for (int c = 0; c < kColumns; ++c)
        m_grid->setColumnWidth(c, m_model->columns()[static_cast<std::size_t>(c)].width + extra);
}

void ChainScreen::resizeEvent(QResizeEvent* event) {
    Screen::resizeEvent(event);
    fitColumns();
    m_centred = false;
    QTimer::singleShot(0, this, &ChainScreen::centre); // after the layout
}

void ChainScreen::stage(int ratio) {
    if (!m_chain || freshnessFor(m_view, *m_chain) == desk::Freshness::Stale || freshnessFor(m_view, *m_chain) == desk::Freshness::Dead)
        return; // never from stale quotes
    const GridRow* row = m_grid->currentRow();
    if (!row)
        return;
    const auto& chain = *m_chain->chain;
    const auto first = row->data.toULongLong();
    const auto right = m_grid->currentIndex().column() < kStrikeColumn ? market::Right::Call : market::Right::Put;
    for (std::size_t r = first; r < chain.size() && chain.strike[r] == chain.strike[first]; ++r)
        if (chain.right[r] == right && m_legs.size() < 4) {
            const auto contract = chain.contract(r);
            std::erase_if(m_legs, [&](const portfolio::ComboLeg& leg) { return leg.contract == contract; });
            m_legs.push_back({contract, ratio});
        }
    rebuildRows();
}

void ChainScreen::openBuilder() {
    if (m_legs.empty())
        return;
    portfolio::ComboOrder draft;
    draft.underlying = m_chain->chain->underlying;
    draft.legs = m_legs;
    draft.kind = portfolio::classify(m_legs);
    m_legs.clear();
    rebuildRows();
    Q_EMIT builderRequested(draft);
}

bool ChainScreen::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_grid && event->type() == QEvent::KeyPress) {
        auto* key = static_cast<QKeyEvent*>(event);
        switch (key->key()) {
        case Qt::Key_PageUp: m_expiries->setCurrentIndex(std::max(0, m_expiries->currentIndex() - 1)); return true;
        case Qt::Key_PageDown: m_expiries->setCurrentIndex(std::min(m_expiries->count() - 1, m_expiries->currentIndex() + 1)); return true;
        case Qt::Key_B: stage(1); return true;
        case Qt::Key_S: stage(-1); return true;
        case Qt::Key_C:
            m_untouched = true;
            centre();
            return true;
        case Qt::Key_Backspace:
            m_legs.clear();
            rebuildRows();
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter: openBuilder(); return true;
        default: break;
        }
    }
    return Screen::eventFilter(watched, event);
}

void ChainScreen::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_C)
        centre();
    else
        Screen::keyPressEvent(event);
}

} // namespace mahler::ui
