#include "ui/screens/records_layer.h"

#include <QLabel>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include "desk/record_fields.h"
#include "market/exchange_calendar.h"
#include "ui/screens/record_words.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

QString lineOf(const std::string& type, const desk::RecordField& field) {
    using Kind = desk::RecordField::Kind;
    const QString label = QString(field.depth * 4, QLatin1Char(' ')) + QString::fromStdString(field.name).replace(QLatin1Char('_'), QLatin1Char(' '));
    QString value;
    switch (field.kind) {
    case Kind::Group: return label;
    case Kind::EmptyList:
    case Kind::Absent: value = format::dash(); break;
    case Kind::YesNo: value = field.yes ? EventLadder::tr("yes") : EventLadder::tr("no"); break;
    case Kind::Number: value = fieldWords(desk::unitOfField(type, field.parent, field.name), field.number, true); break;
    case Kind::Text: value = field.text.empty() ? format::dash() : QString::fromStdString(field.text); break;
    }
    return QStringLiteral("%1: %2").arg(label, value);
}

} // namespace

QString recordTime(UtcTime at, UtcTime now) {
    const auto day = market::toNewYork(at).date, today = market::toNewYork(now).date;
    const QString time = format::timeNewYork(at), date = format::date(day);
    if (day == today) return time;
    return QStringLiteral("%1 %2").arg(day.year() == today.year() ? date.section(QLatin1Char(' '), 0, 1) : date, time);
}

void dressLayer(QDialog& layer, const QString& title) {
    layer.setObjectName(QStringLiteral("layer"));
    layer.setAttribute(Qt::WA_DeleteOnClose);
    layer.setWindowFlag(Qt::FramelessWindowHint);
    layer.setWindowTitle(title);
    layer.resize(940, 520);
    auto* layout = new QVBoxLayout(&layer);
    layout->setContentsMargins(14, 10, 14, 12);
    auto* head = new QLabel(title);
    head->setTextFormat(Qt::PlainText);
    setTone(*head, Token::Text, true, 14);
    layout->addWidget(head);
}

QString readableRecord(const JournalRow& row) {
    QStringList lines{EventLadder::tr("record %1, %2 by %3").arg(QString::number(row.seq), format::text(row.type), format::text(row.actor)),
                      format::timeTooltip(row.at)};
    const auto fields = desk::fieldsOfRecord(row.body);
    if (!fields) return (lines << format::text(row.body)).join(QLatin1Char('\n'));
    lines << QString();
    for (const auto& field : *fields) lines << lineOf(row.type, field);
    return lines.join(QLatin1Char('\n'));
}

EventLadder::EventLadder(DeskPort& port, const QString& order, QWidget* parent)
    : QDialog(parent),
      m_model(new GridModel({{tr("Time ET"), tr("New York time; with its date where another day than the last record's"), 104, kLeft},
                             {tr("After"), tr("seconds since the first record"), 70},
                             {tr("Step"), tr("seconds since the record before"), 70},
                             {tr("Kind"), {}, 130, kLeft},
                             {tr("Actor"), {}, 110, kLeft},
                             {tr("Summary"), {}, 420, kLeft}},
                            this)),
      m_grid(new GridView(m_model)) {
    dressLayer(*this, tr("Events of %1").arg(order));
    m_grid->setAccessibleName(tr("Events of the order"));
    m_grid->setEmptyText(tr("The journal is being read."));
    layout()->addWidget(m_grid);
    JournalQuery query;
    query.correlation = order.toStdString();
    query.limit = 500;
    query.asker = port.newAsker();
    connect(&port, &DeskPort::journalReady, this, [this, id = query.asker](qint64 asker, const std::shared_ptr<const std::vector<JournalRow>>& rows) {
        if (asker == id) show(*rows);
    });
    port.searchJournal(query);
    m_grid->setFocus();
}

void EventLadder::show(const std::vector<JournalRow>& rows) {
    const auto seconds = [](UtcTime from, UtcTime to) { return std::chrono::duration<double>(to - from).count(); };
    std::vector<GridRow> steps;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        const auto before = row == rows.rbegin() ? row : row - 1;
        steps.push_back({QString::number(row->seq),
                         {{recordTime(row->at, rows.front().at), {}, Tone::Plain, desk::Freshness::Fresh, format::timeTooltip(row->at)},
                          {format::number(seconds(rows.back().at, row->at), 3), {}, Tone::Dim},
                          {format::number(seconds(before->at, row->at), 3), {}},
                          {format::text(row->type), {}, Tone::Strong},
                          {format::text(row->actor), {}, Tone::Dim},
                          {format::text(row->summary), {}, Tone::Plain, desk::Freshness::Fresh, format::text(row->summary)}},
                         false,
                         false,
                         {}});
    }
    m_grid->setEmptyText(tr("The journal holds no record of this order."));
    m_model->setRows(std::move(steps));
    if (m_model->rowCount() > 0) m_grid->setCurrentIndex(m_model->index(0, 0));
}

RecordLayer::RecordLayer(const JournalRow& row, QWidget* parent) : QDialog(parent) {
    dressLayer(*this, tr("%1   %2").arg(format::text(row.type), format::text(row.correlation)));
    auto* text = new QPlainTextEdit(readableRecord(row));
    text->setReadOnly(true);
    text->setFont(numberFont());
    text->setAccessibleName(tr("Record"));
    layout()->addWidget(text);
    text->setFocus();
}

} // namespace mahler::ui
