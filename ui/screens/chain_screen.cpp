#include "ui/screens/chain_screen.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QTimer>
#include <QVBoxLayout>

#include "market/exchange_calendar.h"
#include "ui/screens/chain_age.h"
#include "ui/screens/chain_peek.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

using namespace chaingrid;

QString expiryKey(const market::ExpirySlice& slice) { return QString::fromStdString(slice.root + " " + formatDate(slice.expiry)); }

} // namespace

ChainScreen::ChainScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_symbol(new QComboBox), m_expiries(new ExpiryTabs), m_facts(new ElidedLabel), m_staged(new ElidedLabel),
      m_model(new ChainModel(this)), m_grid(new GridView(m_model)) {
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
    m_expiries->setAccessibleName(tr("Expiry"));
    auto* expiries = new QHBoxLayout;
    expiries->setSpacing(2);
    expiries->addWidget(m_expiries->earlier());
    expiries->addWidget(m_expiries, 1);
    expiries->addWidget(m_expiries->later());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addLayout(expiries);
    layout->addWidget(m_grid, 1);
    layout->addWidget(m_staged); // below, so that no row moves under the hand that stages
    m_grid->setFitColumns(false);
    m_grid->setAccessibleName(tr("Option chain"));
    setMainPane(m_grid); // F3 asks for the chain, not for another underlying
    m_grid->setEmptyText(tr("Waiting for the first chain of this underlying. R asks for it again."));
    m_grid->installEventFilter(this);
    m_grid->viewport()->installEventFilter(this);
    connect(m_symbol, &QComboBox::activated, this, [this] { selectUnderlying(m_symbol->currentText()); });
    connect(m_expiries, &QTabBar::currentChanged, this, [this](int index) {
        if (index < 0) return;
        m_expiryKey = m_expiries->tabData(index).toString();
        m_centred = false;
        m_untouched = true;
        rebuildRows();
    });
}

QList<QPair<QString, QString>> ChainScreen::keys() const {
    return {{tr("PgUp / PgDn"), tr("previous / next expiry")},
            {QStringLiteral("C"), tr("centre at the money")},
            {QStringLiteral("B / S"), tr("stage a bought / sold leg of the side the cursor is in (strike: the put)")},
            {tr("Shift+B / S"), tr("the same of the other side")},
            {QStringLiteral("+ / \u2212"), tr("more / fewer units of what is staged")},
            {tr("Space"), tr("everything of the contract under the cursor")},
            {QStringLiteral("D"), tr("other columns: as many as fit, quotes, Greeks, everything")},
            {tr("Enter"), tr("open the builder with the staged legs")},
            {tr("Backspace"), tr("drop the staged legs")},
            {QStringLiteral("R"), tr("ask for the chain again")}};
}

void ChainScreen::selectUnderlying(const QString& symbol) {
    m_chain.reset();
    dropStaged();
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
    followFreshness();
    followPeek();
    if (m_symbol->count() == 0 && !view->underlyings.empty()) {
        for (const auto& u : view->underlyings) m_symbol->addItem(format::text(u.quote.symbol));
        if (!m_chain) m_port.watchChain(m_symbol->currentText().toStdString());
    }
}

void ChainScreen::setChain(const ChainPtr& chain) {
    if (m_symbol->count() > 0 && format::text(chain->chain->underlying) != m_symbol->currentText()) return;
    const bool sameExpiries = m_chain && m_chain->chain->expiries.size() == chain->chain->expiries.size();
    m_chain = chain;
    const auto scan = m_scans.find(chain->chain->underlying);
    m_scan = scan == m_scans.end() ? nullptr : scan->second;
    if (!sameExpiries || m_expiryKey.isEmpty() || m_expiries->count() != static_cast<int>(chain->chain->expiries.size()))
        rebuildExpiries();
    else
        for (int i = 0; i < m_expiries->count(); ++i) m_expiries->setTabText(i, expiryText(chain->chain->expiries[static_cast<std::size_t>(i)]));
    m_expiries->fit();
    rebuildRows();
    followPeek();
}

QString ChainScreen::expiryText(const market::ExpirySlice& slice) const {
    const auto& chain = *m_chain->chain;
    const QString root = slice.root != chain.underlying ? format::text(slice.root) + QLatin1Char(' ') : QString();
    return QStringLiteral("%1%2  %3").arg(root, format::date(slice.expiry).section(QLatin1Char(' '), 0, 1), format::dte(chain.time, slice.expiresAt));
}

void ChainScreen::rebuildExpiries() {
    const QSignalBlocker quiet(m_expiries);
    while (m_expiries->count() > 0) m_expiries->removeTab(0);
    const auto& chain = *m_chain->chain;
    int best = 0;
    double nearest = 1e9;
    for (std::size_t i = 0; i < chain.expiries.size(); ++i) {
        const auto& slice = chain.expiries[i];
        const int tab = m_expiries->addTab(expiryText(slice));
        m_expiries->setTabData(tab, expiryKey(slice));
        const auto& priced = m_chain->expiries[i];
        m_expiries->setTabToolTip(tab, tr("%1, settles %2\nATM volatility %3\nexpected move %4")
                                           .arg(expiryKey(slice), QLatin1String(market::toString(slice.settlement)), format::percent(priced.atmVol),
                                                format::number(priced.expectedMove, 2)));
        const double distance = std::abs(priced.years * 365 - 38);
        if (m_expiryKey.isEmpty() ? distance < nearest : expiryKey(slice) == m_expiryKey) {
            nearest = distance;
            best = tab;
        }
    }
    m_expiries->setCurrentIndex(best);
    m_expiries->fit();
    m_expiryKey = m_expiries->tabData(best).toString();
}

void ChainScreen::rebuildRows() {
    if (!m_chain || m_chain->chain->expiries.empty()) return sayStaged();
    const auto& priced = *m_chain;
    const auto& chain = *priced.chain;
    std::size_t at = 0;
    for (std::size_t i = 0; i < chain.expiries.size(); ++i)
        if (expiryKey(chain.expiries[i]) == m_expiryKey) at = i;
    const auto& slice = chain.expiries[at];
    const auto& expiry = priced.expiries[at];
    auto shown = std::make_shared<ChainShown>(ChainShown::of(m_chain, at));
    shown->fresh = freshnessFor(m_view, priced);
    markContracts(*shown, slice);
    const bool same = m_shown && m_shown->strikes == shown->strikes;
    const QModelIndex before = m_grid->currentIndex();
    const std::optional<std::int64_t> chosen =
        !same && !m_untouched && m_shown && before.isValid() ? std::optional(m_shown->strikes[static_cast<std::size_t>(before.row())]) : std::nullopt;
    m_shown = shown;
    m_model->setRowMaker(
        static_cast<int>(shown->strikes.size()), [shown](int index) { return shown->row(index); }, same);
    const auto known = [](const auto& value) { return value > 0 ? format::number(value, 2) : format::dash(); };
    m_factWords = tr("%1  spot %2   ATM IV %3   expected move ±%4   forward %5   %6 ET   columns: %7 (D)")
                      .arg(format::text(chain.underlying), known(priced.spot), format::percent(expiry.atmVol), known(expiry.expectedMove),
                           known(expiry.forward), format::timeNewYork(chain.time), presetName(m_preset));
    m_facts->setToolTip(tr("%1\n%2\n%3 contracts priced in %4 ms")
                            .arg(format::text(chain.source), format::timeTooltip(chain.time), format::count(static_cast<std::int64_t>(chain.size())),
                                 format::number(priced.milliseconds, 0)));
    sayStaged();
    if (!same) { // other strikes: what was in the middle is somewhere else now
        m_centred = false;
        const auto there = chosen ? std::lower_bound(shown->strikes.begin(), shown->strikes.end(), *chosen) : shown->strikes.end();
        if (there != shown->strikes.end() && *there == *chosen) {
            const QModelIndex back = m_model->index(static_cast<int>(there - shown->strikes.begin()), before.column());
            m_grid->setCurrentIndex(back);
            m_grid->scrollTo(back, QAbstractItemView::PositionAtCenter);
            m_centred = true;
        } else {
            m_untouched = true;
        }
    }
    if (!m_centred) centre();
}

void ChainScreen::markContracts(ChainShown& shown, const market::ExpirySlice& slice) const {
    const auto here = [&](const market::OptionContract& c) { return c.root == slice.root && c.expiry == slice.expiry; };
    for (const auto& leg : m_legs)
        if (here(leg.contract)) shown.marks[{leg.contract.strike.micros(), leg.contract.right}].staged = leg.ratio;
    if (m_view)
        for (const auto& p : m_view->positions)
            for (const auto& leg : p.legs)
                if (here(leg.contract)) shown.marks[{leg.contract.strike.micros(), leg.contract.right}].held += leg.quantity;
    if (m_scan && market::toNewYork(m_scan->asof).date == market::toNewYork(shown.chain->chain->time).date)
        for (const auto& candidate : m_scan->screen.candidates)
            for (const auto& leg : candidate.legs)
                if (here(leg.contract)) {
                    auto& names = shown.marks[{leg.contract.strike.micros(), leg.contract.right}].opportunity;
                    names += (names.isEmpty() ? QString() : QStringLiteral(", ")) + format::text(candidate.id);
                }
}

/// What stands below the grid: why nothing can be staged, or what is.
void ChainScreen::sayStaged() {
    QStringList staged;
    for (const auto& leg : m_legs) staged << (leg.ratio > 0 ? tr("+1 %1") : tr("\u22121 %1")).arg(format::text(leg.contract.label()));
    QString words = staged.isEmpty() ? QString()
                                     : tr("Staged: %n unit(s) of %1.  Enter: builder, + / \u2212: units, Backspace: drop", nullptr, m_units)
                                           .arg(staged.join(QStringLiteral(", ")));
    const bool old = m_chain && isOld();
    setTone(*m_facts, old ? Token::Stale : Token::Text); // spot, volatility and forward are as old as the grid
    const QString tip = m_facts->toolTip();              // the source, not the words once more
    m_facts->setWords(old ? tr("▲ %1 old:  %2", "age, facts of the chain").arg(format::age(ageOf(m_view, *m_chain)), m_factWords) : m_factWords);
    m_facts->setToolTip(tip);
    if (old)
        words = tr("▲ The quotes of %1 are %2 old: B and S wait for fresh ones.")
                    .arg(format::text(m_chain->chain->underlying), format::age(ageOf(m_view, *m_chain))) +
                (words.isEmpty() ? words : QStringLiteral("  ") + words);
    setTone(*m_staged, old ? Token::Warn : Token::Text, true);
    m_staged->setWords(words);
    m_staged->setVisible(!words.isEmpty());
}

bool ChainScreen::isOld() const { return ui::isOld(freshnessFor(m_view, *m_chain)); }

/// A feed that was cut brings no chain: the age goes on with the view.
void ChainScreen::followFreshness() {
    if (!m_chain || !m_shown) return;
    if (freshnessFor(m_view, *m_chain) != m_shown->fresh)
        rebuildRows();
    else if (isOld())
        sayStaged();
}

void ChainScreen::setDeliberation(const DeliberationPtr& deliberation) {
    auto& kept = m_scans[deliberation->underlying];
    if (kept && kept->asof > deliberation->asof) return;
    kept = deliberation;
    if (m_chain && m_chain->chain->underlying == deliberation->underlying) {
        m_scan = kept;
        rebuildRows();
    }
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
    fitColumns();
    if (m_symbol->count() > 0) m_port.watchChain(m_symbol->currentText().toStdString()); // another screen may have looked at another chain
    if (!m_centred) QTimer::singleShot(0, this, &ChainScreen::centre);                   // after the layout
}

void ChainScreen::fitColumns() {
    const int wide = m_grid->viewport()->width();
    auto columns = m_model->columns();
    for (auto& column : columns) column.width = scaled(column.width);
    const FieldSet fields = shownFields(m_preset, columns, wide);
    int used = columns[kStrikeColumn].width, shown = 1;
    for (const auto side : {kCall, kPut})
        for (int f = 0; f < kFieldCount; ++f) {
            const bool has = fields[static_cast<std::size_t>(f)];
            m_grid->setColumnHidden(columnOf(side, f), !has);
            used += has ? columns[static_cast<std::size_t>(f)].width : 0;
            shown += has;
        }
    // What is over is shared; what lacks a little is taken from the padding rather than scrolled for.
    const int extra = used <= wide ? (wide - used) / shown : used * kLeastScale <= wide ? -((used - wide + shown - 1) / shown) : 0;
    const int rest = std::max(0, wide - used - extra * shown); // to the strike: the rows end where the grid does
    for (int c = 0; c < kColumns; ++c)
        m_grid->setColumnWidth(c, columns[static_cast<std::size_t>(c)].width + extra + (c == kStrikeColumn ? rest : 0));
}

void ChainScreen::changeEvent(QEvent* event) {
    Screen::changeEvent(event);
    if (event->type() == QEvent::StyleChange) // another density
        fitColumns();
}

void ChainScreen::resizeEvent(QResizeEvent* event) {
    Screen::resizeEvent(event);
    fitColumns();
    m_centred = false;
    QTimer::singleShot(0, this, &ChainScreen::centre); // after the layout
}

std::optional<std::size_t> ChainScreen::contractAtCursor(bool otherSide) const {
    const QModelIndex at = m_grid->currentIndex();
    if (!m_shown || !at.isValid()) return std::nullopt;
    const bool call = (at.column() != kStrikeColumn && sideOf(at.column()) == kCall) != otherSide;
    return m_shown->contractRow(at.row(), call ? market::Right::Call : market::Right::Put);
}

void ChainScreen::stage(int ratio, bool otherSide) {
    if (!m_chain || isOld()) return sayStaged(); // never from stale quotes
    const auto row = contractAtCursor(otherSide);
    if (!row) return;
    const auto contract = m_chain->chain->contract(*row);
    std::erase_if(m_legs, [&](const portfolio::ComboLeg& leg) { return leg.contract == contract; });
    if (m_legs.size() < kMostLegs) m_legs.push_back({contract, ratio});
    rebuildRows();
}

void ChainScreen::changeUnits(int by) {
    if (m_legs.empty()) return;
    m_units = std::clamp(m_units + by, 1, kMostUnits);
    sayStaged();
}

void ChainScreen::dropStaged() {
    m_legs.clear();
    m_units = 1;
}

void ChainScreen::peek() {
    const auto row = contractAtCursor(false);
    if (!row) return;
    m_peekedAt = m_shown->chain;
    m_peeked = m_peekedAt->chain->contract(*row);
    m_peek = new ChainPeek(format::text(m_peeked.label()), contractFacts(*m_shown, *row), this);
    followPeek();
    openLayer(*m_peek);
}

/// The peek takes the values of every chain that comes; when none does, their age goes on.
void ChainScreen::followPeek() {
    if (!m_peek || !m_shown) return;
    const auto row = m_shown->chain->chain->find(m_peeked);
    if (row && m_shown->chain != m_peekedAt) {
        m_peekedAt = m_shown->chain;
        m_peek->setFacts(contractFacts(*m_shown, *row));
    }
    m_peek->setAge(ageOf(m_view, *m_peekedAt), freshnessFor(m_view, *m_peekedAt));
}

bool ChainScreen::handOver() {
    if (m_legs.empty()) return false;
    portfolio::ComboOrder draft;
    draft.underlying = m_chain->chain->underlying;
    draft.legs = m_legs;
    draft.kind = portfolio::classify(m_legs);
    draft.quantity = m_units;
    dropStaged();
    rebuildRows();
    Q_EMIT builderRequested(draft);
    return true;
}

bool ChainScreen::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_grid->viewport() && event->type() == QEvent::Resize) fitColumns(); // a scroll bar came or went
    if (watched == m_grid && event->type() == QEvent::KeyPress) {
        auto* key = static_cast<QKeyEvent*>(event);
        switch (key->key()) {
        case Qt::Key_PageUp: m_expiries->setCurrentIndex(std::max(0, m_expiries->currentIndex() - 1)); return true;
        case Qt::Key_PageDown: m_expiries->setCurrentIndex(std::min(m_expiries->count() - 1, m_expiries->currentIndex() + 1)); return true;
        case Qt::Key_B: stage(1, key->modifiers() & Qt::ShiftModifier); return true;
        case Qt::Key_S: stage(-1, key->modifiers() & Qt::ShiftModifier); return true;
        case Qt::Key_Plus:
        case Qt::Key_Equal: changeUnits(1); return true;
        case Qt::Key_Minus: changeUnits(-1); return true;
        case Qt::Key_Space:
            if (!key->isAutoRepeat()) peek();
            return true;
        case Qt::Key_D:
            m_preset = nextPreset(m_preset);
            fitColumns();
            rebuildRows();
            return true;
        case Qt::Key_R:
            if (m_symbol->count() > 0) m_port.watchChain(m_symbol->currentText().toStdString());
            return true;
        case Qt::Key_C:
            m_untouched = true;
            centre();
            return true;
        case Qt::Key_Backspace:
            dropStaged();
            rebuildRows();
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter: handOver(); return true;
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
