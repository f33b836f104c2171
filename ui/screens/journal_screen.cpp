#include <QFileDialog>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QKeyEvent>
#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/screens/journal_line.h"
#include "ui/screens/moment_layer.h"
#include "ui/screens/records_layer.h"
#include "ui/screens/table_screens.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

JournalScreen::JournalScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_message(new QLabel), m_line(new QLineEdit),
      m_model(new GridModel({{tr("Seq"), tr("number in the chain"), 58},
                             {tr("Time ET"), tr("New York time; with its date when that is not today"), 104, kLeft},
                             {tr("Kind"), {}, 146, kLeft},
                             {tr("Actor"), {}, 92, kLeft},
                             {tr("Symbol"), tr("underlying, where the record or its order says"), 56, kLeft},
                             {tr("Summary"), {}, 314, kLeft},
                             {tr("Tier"), tr("of the request"), 38, kLeft},
                             {tr("Latency"), tr("seconds from the request to this answer"), 58},
                             {tr("P&L"), tr("dollars after fees, realised by the position this record closed or, later, by the one of its idea"), 70},
                             {tr("Chain"), tr("whether the record's own hash holds"), 50, Qt::AlignCenter},
                             {tr("Id"), {}, 130, kLeft, true}},
                            this)),
      m_grid(new GridView(m_model)), m_detail(new QPlainTextEdit), m_all(new QCheckBox(tr("inputs and tape too"))) {
    m_line->setPlaceholderText(tr("sym:SPY  actor:user  kind:order  id:A-17  since:2h  pnl<0  and words to search for"));
    m_line->setToolTip(tr("sym: actor: kind: id: since: (today, 90m, 2h, 3d, 2026-08-24, 10:30) pnl< pnl> (dollars) text:"));
    m_line->setAccessibleName(tr("Journal query"));
    m_line->setClearButtonEnabled(true);
    setMainPane(m_line); // Ctrl+Shift+F asks for words to search for
    m_detail->setReadOnly(true);
    m_detail->setFont(numberFont());
    m_detail->setPlaceholderText(tr("The chosen record in full."));
    m_detail->setAccessibleName(tr("Record"));
    m_message->setTextFormat(Qt::PlainText);
    m_message->setWordWrap(true);
    m_message->hide();
    m_grid->setAccessibleName(tr("Journal"));
    m_grid->setEmptyText(tr("No record matches."));
    for (QWidget* pane : std::initializer_list<QWidget*>{m_grid, m_line, m_detail, m_all}) pane->installEventFilter(this);
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(m_grid);
    split->addWidget(m_detail);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    auto* top = new QHBoxLayout;
    top->addWidget(m_line, 1);
    top->addWidget(m_all);
    layout->addLayout(top);
    layout->addWidget(m_message);
    layout->addWidget(split, 1);
    m_all->setToolTip(tr("also the commands as they came in and the blocks of the market tape"));
    connect(m_all, &QCheckBox::toggled, this, [this] { ask(0); });
    connect(m_line, &QLineEdit::returnPressed, this, [this] { ask(0); });
    connect(&port, &DeskPort::journalReady, this, [this](qint64 asker, const std::shared_ptr<const std::vector<JournalRow>>& rows, bool complete) {
        if (asker == m_question) show(*rows, complete); // what was asked before is another line's, or another page's
    });
    connect(&port, &DeskPort::failed, this, [this] { m_waiting = false; }); // perhaps the search: the next second asks again
    connect(&port, &DeskPort::journalExported, this, [this](const QString& path, qint64 records, const QString& problem) {
        say(problem.isEmpty() ? tr("%n record(s) written to %1.", "", static_cast<int>(records)).arg(path) : tr("▲ Not exported: %1").arg(problem),
            !problem.isEmpty());
    });
    connect(m_grid->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &JournalScreen::showRecord);
    connect(m_grid->verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        if (value == m_grid->verticalScrollBar()->maximum() && !m_complete && !m_waiting && !m_rows.empty()) ask(m_rows.back().seq);
    });
    m_refresh.setInterval(1000);
    connect(&m_refresh, &QTimer::timeout, this, [this] { // who reads a record is not pushed away from it: F5 asks
        const bool reading = m_grid->hasFocus() || m_grid->underMouse();
        if (isVisible() && !m_waiting && m_shownSeq != m_asked && m_grid->verticalScrollBar()->value() == 0 && !reading) ask(0);
    });
    m_refresh.start();
}

QList<QPair<QString, QString>> JournalScreen::keys() const {
    return {{tr("Enter"), tr("search; on a record: all of it")},
            {tr("Ctrl+Shift+F"), tr("go to the query line")},
            {QStringLiteral("F5"), tr("the newest records")},
            {tr("Ctrl+E"), tr("export the journal as lines of JSON")},
            {QStringLiteral("R"), tr("the desk as it stood at this record: positions, orders, requests, breakers")},
            {QStringLiteral("N"), tr("add a note to the record; it cannot be taken back")}};
}

const JournalRow* JournalScreen::current() const {
    const auto i = static_cast<std::size_t>(m_grid->currentIndex().row());
    return m_grid->currentIndex().isValid() && i < m_rows.size() ? &m_rows[i] : nullptr;
}

void JournalScreen::say(const QString& text, bool warn) {
    m_message->setText(text);
    m_message->setVisible(!text.isEmpty());
    setTone(*m_message, warn ? Token::Warn : Token::Dim, warn);
}

void JournalScreen::exportAll() {
    auto* dialog = new QFileDialog(this, tr("Export the whole journal"), QString(), tr("Lines of JSON (*.jsonl)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOption(QFileDialog::DontUseNativeDialog); // a native one would not hear the halt key
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("jsonl"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { m_port.exportJournal(path.toStdString()); });
    openLayer(*dialog);
}

void JournalScreen::addNote() {
    const auto* row = current();
    if (!row || !m_view) return;
    const std::string about = row->correlation.empty() ? "seq " + std::to_string(row->seq) : row->correlation;
    auto* ask = new QInputDialog(this);
    ask->setAttribute(Qt::WA_DeleteOnClose);
    ask->setWindowTitle(tr("Note"));
    ask->setLabelText(tr("A note on %1. It is kept for good.").arg(format::text(about)));
    connect(ask, &QInputDialog::textValueSelected, this, [this, about](const QString& text) {
        if (!text.trimmed().isEmpty() && !m_port.send(desk::AddNote{m_view->user.id, about, text.toStdString()}))
            say(tr("▲ The desk is busy; the note was not taken."), true);
    });
    openLayer(*ask);
}

bool JournalScreen::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return Screen::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    if (key->isAutoRepeat()) return Screen::eventFilter(watched, event);
    if (key->key() == Qt::Key_E && key->modifiers() == Qt::ControlModifier) { // wherever the focus is: a line edit would take it for End
        exportAll();
        return true;
    }
    if (watched != m_grid) return Screen::eventFilter(watched, event);
    if (key->key() == Qt::Key_F5)
        ask(0);
    else if (key->key() == Qt::Key_N && key->modifiers() == Qt::NoModifier)
        addNote();
    else if (key->key() == Qt::Key_R && key->modifiers() == Qt::NoModifier && current())
        openLayer(*new MomentLayer(m_port, *current(), this));
    else if (const auto* row = current(); row && (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter))
        openLayer(*new RecordLayer(*row, this));
    else
        return Screen::eventFilter(watched, event);
    return true;
}

void JournalScreen::search(const QString& line) {
    m_line->setText(line);
    ask(0);
    m_line->setFocus();
}

bool JournalScreen::find() {
    m_line->setFocus();
    m_line->selectAll();
    return true;
}

void JournalScreen::ask(std::int64_t beforeSeq) {
    auto line = JournalLine::parse(m_line->text(), m_view ? m_view->at.utc : UtcTime{});
    say(line.problem, true);
    if (!line.problem.isEmpty()) return; // what is not understood is not searched as if it were words
    JournalQuery& q = line.query;
    q.beforeSeq = beforeSeq;
    q.factsOnly = !m_all->isChecked() && q.type.rfind("in.", 0) != 0;
    q.asker = m_question = m_port.newAsker();
    m_nextPage = beforeSeq != 0;
    m_waiting = true;
    m_shownSeq = m_asked;
    m_port.searchJournal(q);
}

void JournalScreen::show(const std::vector<JournalRow>& rows, bool complete) {
    m_complete = complete;
    m_waiting = false;
    if (!m_nextPage) m_rows.clear();
    m_rows.insert(m_rows.end(), rows.begin(), rows.end());
    std::vector<GridRow> grid;
    for (const auto& r : m_rows) {
        const Tone result = !r.pnl ? Tone::Dim : r.pnl->micros() < 0 ? Tone::Loss : Tone::Gain;
        grid.push_back({QString::number(r.seq),
                        {{QString::number(r.seq), static_cast<qlonglong>(r.seq), Tone::Dim},
                         {m_view ? recordTime(r.at, m_view->at.utc) : format::timeNewYork(r.at),
                          {},
                          Tone::Plain,
                          desk::Freshness::Fresh,
                          format::timeTooltip(r.at)},
                         {format::text(r.type),
                          {},
                          r.type.starts_with("halt")  ? Tone::Warn
                          : r.type.starts_with("in.") ? Tone::Dim
                                                      : Tone::Strong},
                         {format::text(r.actor), {}, Tone::Dim},
                         {format::text(r.underlying), {}},
                         {format::text(r.summary), {}, Tone::Plain, desk::Freshness::Fresh, format::text(r.summary)},
                         {format::text(r.tier), {}},
                         {r.latencySeconds ? format::number(*r.latencySeconds, 1) : QString(), {}, Tone::Dim},
                         {r.pnl ? format::signedMoney(*r.pnl) : QString(),
                          {},
                          result,
                          desk::Freshness::Fresh,
                          !r.pnl         ? QString()
                          : r.pnlIsLater ? tr("realised later by the position of this idea, after fees")
                                         : tr("realised by the position this record closed, after fees")},
                         {r.chainOk ? QStringLiteral("✓") : tr("✗ broken"), {}, r.chainOk ? Tone::Dim : Tone::Warn},
                         {format::text(r.correlation), {}, Tone::Plain, desk::Freshness::Fresh, format::text(r.correlation)}},
                        false,
                        false,
                        {}});
    }
    m_model->setRows(std::move(grid));
    if (!m_grid->currentIndex().isValid() && !m_rows.empty()) m_grid->setCurrentIndex(m_model->index(0, 0));
    showRecord(); // the rows were replaced under the cursor
}

void JournalScreen::showRecord() {
    const auto* row = current();
    const QString text = row ? readableRecord(*row) : QString();
    if (m_detail->toPlainText() != text) m_detail->setPlainText(text); // who reads a long one stays where he is
}

void JournalScreen::setView(const ViewPtr& view) {
    m_view = view;
    m_asked = view->journalSeq;
}

void JournalScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    ask(0);
}

} // namespace mahler::ui
