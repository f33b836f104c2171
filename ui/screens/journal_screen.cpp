#include <QHBoxLayout>
#include <QJsonDocument>
#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/screens/table_screens.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {
constexpr std::size_t kPage = 200;
}

JournalScreen::JournalScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_line(new QLineEdit),
      m_model(new GridModel({{tr("Seq"), {}, 64}, {tr("Time ET"), {}, 70, kLeft}, {tr("Kind"), {}, 150, kLeft}, {tr("Actor"), {}, 110, kLeft},
                             {tr("Id"), {}, 130, kLeft}, {tr("Summary"), {}, 460, kLeft}, {tr("Hash"), tr("whether the record's own hash holds"), 50, Qt::AlignCenter}},
                            this)),
      m_grid(new GridView(m_model)), m_detail(new QPlainTextEdit),
      m_all(new QCheckBox(tr("inputs and tape too"))) {
    m_line->setPlaceholderText(tr("sym:SPY  actor:user  kind:order  id:A-17  and words to search for"));
    m_line->setAccessibleName(tr("Journal query"));
    m_line->setClearButtonEnabled(true);
    setFocusProxy(m_line); // Ctrl+Shift+F asks for words to search for
    m_detail->setReadOnly(true);
    m_detail->setFont(numberFont());
    m_detail->setPlaceholderText(tr("The chosen record in full."));
    m_detail->setAccessibleName(tr("Record"));
    m_grid->setAccessibleName(tr("Journal"));
    m_grid->setEmptyText(tr("No record matches."));
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
    layout->addWidget(split, 1);
    m_all->setToolTip(tr("also the commands as they came in and the blocks of the market tape"));
    connect(m_all, &QCheckBox::toggled, this, [this] { ask(0); });
    connect(m_line, &QLineEdit::returnPressed, this, [this] { ask(0); });
    connect(&port, &DeskPort::journalReady, this,
            [this](const std::shared_ptr<const std::vector<JournalRow>>& rows, bool complete) { show(*rows, complete); });
    connect(m_grid->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        const auto i = static_cast<std::size_t>(now.row());
        if (!now.isValid() || i >= m_rows.size())
            return m_detail->clear();
        const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(m_rows[i].body));
        m_detail->setPlainText(format::timeTooltip(m_rows[i].at) + QStringLiteral("\n") +
                               (json.isNull() ? format::text(m_rows[i].body) : QString::fromUtf8(json.toJson(QJsonDocument::Indented))));
    });
    connect(m_grid->verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        if (value == m_grid->verticalScrollBar()->maximum() && !m_complete && !m_rows.empty())
            ask(m_rows.back().seq);
    });
    m_refresh.setInterval(1000);
    connect(&m_refresh, &QTimer::timeout, this, [this] {
        if (isVisible() && m_shownSeq != m_asked && m_grid->verticalScrollBar()->value() == 0)
            ask(0);
    });
    m_refresh.start();
}

QList<QPair<QString, QString>> JournalScreen::keys() const {
    return {{tr("Enter"), tr("search")}, {tr("Ctrl+Shift+F"), tr("go to the query line")}};
}

JournalQuery JournalScreen::parse(const QString& line) {
    JournalQuery q;
    q.limit = kPage;
    QStringList words;
    for (const auto& word : line.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const QString value = word.section(QLatin1Char(':'), 1);
        if (word.startsWith(QLatin1String("actor:")))
            q.actor = value.toStdString();
        else if (word.startsWith(QLatin1String("kind:")))
            q.type = value.toStdString();
        else if (word.startsWith(QLatin1String("id:")))
            q.correlation = value.toStdString();
        else if (word.startsWith(QLatin1String("sym:")) || word.startsWith(QLatin1String("text:")))
            words << value;
        else
            words << word;
    }
    q.text = words.join(QLatin1Char(' ')).toStdString();
    return q;
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
    JournalQuery q = parse(m_line->text());
    q.beforeSeq = beforeSeq;
    q.factsOnly = !m_all->isChecked() && q.type.rfind("in.", 0) != 0;
    if (beforeSeq == 0)
        m_rows.clear();
    m_shownSeq = m_asked;
    m_port.searchJournal(q);
}

void JournalScreen::show(const std::vector<JournalRow>& rows, bool complete) {
    m_complete = complete;
    if (m_rows.empty() || rows.empty() || rows.front().seq < m_rows.back().seq)
        m_rows.insert(m_rows.end(), rows.begin(), rows.end());
    else
        m_rows = rows;
    std::vector<GridRow> grid;
    for (const auto& r : m_rows)
        grid.push_back({QString::number(r.seq),
                        {{QString::number(r.seq), static_cast<qlonglong>(r.seq), Tone::Dim},
                         {format::timeNewYork(r.at), {}, Tone::Plain, desk::Freshness::Fresh, format::timeTooltip(r.at)},
                         {format::text(r.type), {}, r.type.starts_with("halt") ? Tone::Warn : r.type.starts_with("in.") ? Tone::Dim : Tone::Strong},
                         {format::text(r.actor), {}, Tone::Dim},
                         {format::text(r.correlation), {}, Tone::Plain, desk::Freshness::Fresh, format::text(r.correlation)},
                         {format::text(r.summary), {}, Tone::Plain, desk::Freshness::Fresh, format::text(r.summary)},
                         {r.chainOk ? QStringLiteral("✓") : tr("✗ broken"), {}, r.chainOk ? Tone::Dim : Tone::Warn}},
                        false, false, {}});
    m_model->setRows(std::move(grid));
    if (!m_grid->currentIndex().isValid() && !m_rows.empty())
        m_grid->setCurrentIndex(m_model->index(0, 0));
}

void JournalScreen::setView(const ViewPtr& view) { m_asked = view->journalSeq; }

void JournalScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    ask(0);
}

} // namespace mahler::ui
