#include <algorithm>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/screens/records_layer.h"
#include "ui/screens/table_screens.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

std::vector<GridColumn> orderColumns() {
    return {{OrdersScreen::tr("Time ET"), {}, 66, kLeft},
            {OrdersScreen::tr("Order"), {}, 250, kLeft},
            {OrdersScreen::tr("State"), {}, 88, kLeft},
            {OrdersScreen::tr("Filled"), OrdersScreen::tr("units filled of units ordered"), 58},
            {OrdersScreen::tr("Limit"), OrdersScreen::tr("net cash per share: cr received, db paid"), 68},
            {OrdersScreen::tr("Mid now"), OrdersScreen::tr("net at the middle of the legs' quotes, dollars per share; of live orders"), 68},
            {OrdersScreen::tr("Ticks"), OrdersScreen::tr("limit less mid in ticks of the class: above 0 the market must come to it"), 46},
            {OrdersScreen::tr("Average"), OrdersScreen::tr("net of the filled units"), 68},
            {OrdersScreen::tr("Slippage"),
             OrdersScreen::tr("average of the fills less the mid when the order was made, dollars per share; below 0 it was worse for us"), 64},
            {OrdersScreen::tr("Fees"), OrdersScreen::tr("dollars, of the filled units"), 54},
            {OrdersScreen::tr("TIF"), OrdersScreen::tr("time in force: every order of this desk ends with its session"), 40, kLeft, true},
            {OrdersScreen::tr("Age"), OrdersScreen::tr("since it was made; of live orders"), 44},
            {OrdersScreen::tr("Words"), OrdersScreen::tr("the broker's or the gate's last words; in full below"), 120, kLeft, true, true},
            {OrdersScreen::tr("Source"), {}, 84, kLeft, true},
            {OrdersScreen::tr("Approved by"), {}, 86, kLeft, true},
            {OrdersScreen::tr("Client id"), {}, 190, kLeft, true}};
}

QString stateText(execution::OrderState state) {
    using execution::OrderState;
    switch (state) {
    case OrderState::Intent: return OrdersScreen::tr("intent");
    case OrderState::Submitted: return OrdersScreen::tr("submitted");
    case OrderState::Working: return OrdersScreen::tr("working");
    case OrderState::PartlyFilled: return OrdersScreen::tr("partly filled");
    case OrderState::Filled: return OrdersScreen::tr("filled");
    case OrderState::CancelPending: return OrdersScreen::tr("cancelling");
    case OrderState::Cancelled: return OrdersScreen::tr("cancelled");
    case OrderState::Rejected: return OrdersScreen::tr("rejected");
    case OrderState::Expired: return OrdersScreen::tr("expired");
    case OrderState::Unknown: return OrdersScreen::tr("▲ UNKNOWN");
    }
    return {};
}

QString stateText(const desk::OrderView& o) { return stateText(o.unacknowledged ? execution::OrderState::Unknown : o.order.state); }

} // namespace

OrdersScreen::OrdersScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_orders(new GridModel(orderColumns(), this)),
      m_fills(new GridModel({{tr("Time ET"), {}, 66, kLeft},
                             {tr("Fill"), {}, 300, kLeft},
                             {tr("Units"), tr("spreads"), 50},
                             {tr("Net"), tr("cash per share: cr received, db paid"), 70},
                             {tr("Fees"), tr("dollars"), 60},
                             {tr("Order"), {}, 200, kLeft}},
                            this)),
      m_ordersGrid(new GridView(m_orders)), m_fillsGrid(new GridView(m_fills)), m_hint(new QLabel), m_words(new QLabel) {
    auto* split = new QSplitter(Qt::Vertical);
    auto* upper = new QWidget;
    auto* orders = new QVBoxLayout(upper);
    orders->setContentsMargins(0, 0, 0, 0);
    orders->setSpacing(4);
    orders->addWidget(m_ordersGrid, 1);
    orders->addWidget(m_words);
    m_words->setWordWrap(true);
    m_words->setTextFormat(Qt::PlainText);
    m_words->setAccessibleName(tr("The order under the cursor"));
    setTone(*m_words, Token::Dim);
    m_words->hide();
    split->addWidget(upper);
    split->addWidget(m_fillsGrid);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    m_hint->setWordWrap(true);
    m_hint->setTextFormat(Qt::PlainText);
    setTone(*m_hint, Token::Warn, true);
    m_hint->hide();
    layout->addWidget(m_hint);
    layout->addWidget(split, 1);
    m_ordersGrid->setAccessibleName(tr("Orders"));
    setMainPane(m_ordersGrid);
    m_fillsGrid->setAccessibleName(tr("Fills"));
    m_ordersGrid->setEmptyText(tr("No orders today."));
    m_fillsGrid->setEmptyText(tr("No fills today."));
    m_ordersGrid->installEventFilter(this);
    m_ordersGrid->letSort();
    m_fillsGrid->letSort();
    m_hint->setAccessibleName(tr("Answer to the last key"));
    connect(m_ordersGrid->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &OrdersScreen::dismissAnswer);
    connect(m_ordersGrid->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &OrdersScreen::sayOrder);
}

void OrdersScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    m_opened = m_opened || !event->spontaneous();
    goToWorking();
}

/// Once each time the screen is opened: keys are for the first order that still works, if there is one.
void OrdersScreen::goToWorking() {
    if (!m_opened || !isVisible() || m_orders->rowCount() == 0) return;
    m_opened = false;
    for (int row = 0; row < m_orders->rowCount(); ++row)
        if (m_orders->row(row)->marked) return m_ordersGrid->setCurrentIndex(m_orders->index(row, 0));
}

void OrdersScreen::stopWaiting() {
    m_track.end();
    m_waits = false;
}

/// What was said of one order is not said beside another; what the desk still owes an answer to stays.
void OrdersScreen::dismissAnswer() {
    if (m_waits) return;
    m_armed.clear();
    m_track.end();
    say({}, false);
}

/// Of the order under the cursor what has no room in its row, whole.
void OrdersScreen::sayOrder() {
    const GridRow* row = m_ordersGrid->currentRow();
    const auto* o = row && m_view ? orderOf(row->key) : nullptr;
    m_words->setVisible(o != nullptr);
    if (!o) return;
    const auto known = [](const std::string& words) { return words.empty() ? format::dash() : format::text(words); };
    m_words->setText(
        tr("%1   %2   source: %3   approved by: %4\nWords: %5", "order id, what it is, source, approver, the broker's or the gate's last words")
            .arg(row->key, format::text(o->description), known(o->order.combo.source), known(o->order.approvedBy), known(o->order.text)));
}

void OrdersScreen::say(const QString& words, bool warn) {
    m_hint->setText(words);
    setTone(*m_hint, warn ? Token::Warn : Token::Text, true);
    m_hint->setVisible(!words.isEmpty());
}

QList<QPair<QString, QString>> OrdersScreen::keys() const {
    return QList<QPair<QString, QString>>{
               {QStringLiteral("C"), tr("cancel the order; twice on an UNKNOWN one: declare it absent")},
               {QStringLiteral("P"), tr("to the mid: taken back, what is left sent anew at the mid; an opening order is asked again")},
               {tr("Enter"), tr("what happened to it, step by step")},
               {QStringLiteral("J"), tr("its records in the journal")}} +
           GridView::sortKeys();
}

void OrdersScreen::setView(const ViewPtr& view) {
    m_view = view;
    if (const QString answer = m_track.look(*view); !answer.isEmpty()) {
        m_waits = false;
        say(answer, false);
    }
    std::vector<GridRow> rows;
    for (const auto& o : view->orders) {
        const auto& order = o.order;
        const bool live = !execution::isTerminal(order.state);
        const bool unknown = o.unacknowledged || order.state == execution::OrderState::Unknown;
        GridRow row;
        row.key = format::text(order.id.str());
        row.marked = live;
        row.data = row.key;
        row.pin = unknown ? -1 : 0;
        const auto micros = [](const std::optional<Price>& price) { return price ? QVariant(static_cast<qlonglong>(price->micros())) : QVariant(); };
        const auto slippage = o.slippage ? std::optional(o.slippage->toDouble()) : std::nullopt;
        const auto age = desk::freshnessOf(*view, order.combo.underlying, o.midAgeSeconds);
        const Cell mid =
            live ? Cell{format::net(o.mid), micros(o.mid), Tone::Dim, age}
                 : Cell{format::dash(),
                        {},
                        Tone::Dim,
                        desk::Freshness::Fresh,
                        tr("%1: it waits for no market any more; Slippage tells how it stood to the mid when it was made").arg(stateText(o))};
        const Tone tone = live ? Tone::Plain : Tone::Dim;
        row.cells = {
            {format::timeNewYork(order.createdAt.utc), static_cast<qlonglong>(toNanos(order.createdAt.utc)), tone, desk::Freshness::Fresh,
             format::timeTooltip(order.createdAt.utc)},
            {format::text(o.description),
             {},
             live ? Tone::Strong : Tone::Plain,
             desk::Freshness::Fresh,
             tr("%1\nsource: %2\napproved by: %3\nid: %4")
                 .arg(format::text(o.description), format::text(order.combo.source), format::text(order.approvedBy), row.key)},
            {stateText(o),
             {},
             unknown ? Tone::Warn
             : live  ? Tone::Strong
                     : tone,
             desk::Freshness::Fresh,
             unknown ? tr("no answer for 5 seconds: verify at the broker") : format::text(order.text)},
            {tr("%1 / %2").arg(order.filled).arg(order.combo.quantity), static_cast<qlonglong>(order.filled), tone},
            {format::net(order.combo.netLimit), micros(order.combo.netLimit), tone},
            mid,
            {live ? format::signedNumber(o.ticksAway, 1) : QString(), live && o.ticksAway ? QVariant(*o.ticksAway) : QVariant(), tone,
             live ? age : desk::Freshness::Fresh},
            {order.filled > 0 ? format::net(order.averageNet) : format::dash(), order.filled > 0 ? micros(order.averageNet) : QVariant(), tone},
            {format::signedNumber(slippage, 2), micros(o.slippage), slippage ? (*slippage < 0 ? Tone::Loss : Tone::Gain) : Tone::Dim},
            {order.filled > 0 ? format::money(order.fees) : format::dash(),
             order.filled > 0 ? QVariant(static_cast<qlonglong>(order.fees.micros())) : QVariant(), Tone::Dim},
            {QLatin1String(execution::kTimeInForce), {}, Tone::Dim},
            {live ? format::age(o.ageSeconds) : QString(), live ? QVariant(o.ageSeconds) : QVariant(), Tone::Dim},
            {format::text(order.text), {}, Tone::Dim, desk::Freshness::Fresh, format::text(order.text)},
            {format::text(order.combo.source), {}, Tone::Dim},
            {format::text(order.approvedBy), {}, Tone::Dim},
            {row.key, {}, Tone::Dim}};
        printAge(row, o.midAgeSeconds);
        rows.push_back(std::move(row));
    }
    m_orders->setAgeWords(ageWords(*view));
    m_orders->setRows(std::move(rows));
    goToWorking();
    sayOrder();
    std::vector<GridRow> fills;
    int n = static_cast<int>(view->fills.size());
    for (const auto& f : view->fills)
        fills.push_back(
            {QString::number(n--),
             {{format::timeNewYork(f.at), static_cast<qlonglong>(toNanos(f.at)), Tone::Plain, desk::Freshness::Fresh, format::timeTooltip(f.at)},
              {format::text(f.description), {}},
              {QString::number(f.quantity), static_cast<qlonglong>(f.quantity)},
              {format::net(f.net), static_cast<qlonglong>(f.net.micros())},
              {format::money(f.fees), static_cast<qlonglong>(f.fees.micros()), Tone::Dim},
              {format::text(f.order.str()), {}, Tone::Dim}},
             false,
             false,
             {}});
    m_fills->setRows(std::move(fills));
}

const desk::OrderView* OrdersScreen::orderOf(const QString& id) const {
    const auto it =
        std::find_if(m_view->orders.begin(), m_view->orders.end(), [&](const desk::OrderView& o) { return format::text(o.order.id.str()) == id; });
    return it == m_view->orders.end() ? nullptr : &*it;
}

/// Says in the screen's own line why a key can do nothing to this order. @return whether it can do something.
bool OrdersScreen::isLive(const desk::OrderView& order, const QString& wanted) {
    if (!execution::isTerminal(order.order.state)) return true;
    stopWaiting();
    say(tr("▲ %1 is %2: %3. Nothing was sent.", "order id, its state, what cannot be done")
            .arg(format::text(order.order.id.str()), stateText(order.order.state), wanted),
        true);
    return false;
}

/// What the desk answers takes the place of `words` when it comes.
void OrdersScreen::sendAndFollow(desk::Command command, const QString& id, const QString& words) {
    m_track.begin(id, *m_view);
    m_waits = m_port.send(std::move(command));
    if (m_waits) return say(words, false);
    m_track.end();
    say(tr("▲ The desk is busy; nothing was sent. Try again"), true);
}

void OrdersScreen::cancel(const desk::OrderView& order) {
    const QString id = format::text(order.order.id.str());
    if (!isLive(order, tr("there is nothing to cancel"))) return;
    if (!approval::mayClose(m_view->user)) {
        stopWaiting();
        return say(tr("▲ %1 may not cancel orders. Nothing was sent.").arg(format::text(m_view->user.name)), true);
    }
    if (order.order.state == execution::OrderState::Unknown && m_armed != id) { // this declares it absent and frees its risk: twice
        m_armed = id;
        stopWaiting();
        return say(tr("▲ Verify at the broker first. C once more declares this order absent, if the broker has not known it for a minute; "
                      "any other key leaves it."),
                   true);
    }
    m_armed.clear();
    sendAndFollow(
        desk::CancelOrder{m_view->user.id, order.order.id}, id,
        order.order.state == execution::OrderState::Unknown
            ? tr("You declared %1 absent: it ends if the broker has not known it for a minute, else its cancel is asked for; its state tells.")
                  .arg(id)
            : tr("Asked to cancel %1; its state tells what comes of it.").arg(id));
}

bool OrdersScreen::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_ordersGrid || event->type() != QEvent::KeyPress) return Screen::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    const GridRow* row = m_ordersGrid->currentRow();
    if (!row || key->isAutoRepeat() || (key->modifiers() & ~Qt::KeypadModifier) != Qt::NoModifier) // Ctrl+C copies
        return Screen::eventFilter(watched, event);
    if (key->key() != Qt::Key_C) dismissAnswer();
    const auto* order = orderOf(row->key);
    switch (key->key()) {
    case Qt::Key_C:
        if (order) cancel(*order);
        return true;
    case Qt::Key_P: // the desk says what came of it
        if (order && isLive(*order, tr("there is nothing to move to the mid")))
            sendAndFollow(desk::MoveToMid{m_view->user.id, order->order.id}, row->key, tr("Asked to move %1 to the mid.").arg(row->key));
        return true;
    case Qt::Key_J: Q_EMIT journalRequested(row->key); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: openLayer(*new EventLadder(m_port, row->key, this)); return true;
    default: return Screen::eventFilter(watched, event);
    }
}

} // namespace mahler::ui
