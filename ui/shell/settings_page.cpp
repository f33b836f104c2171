#include "ui/shell/settings_page.h"

#include <cmath>
#include <QGridLayout>
#include <QLocale>
#include <QVBoxLayout>

#include "ui/shell/settings_words.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

QString shown(const FieldInfo& info, double value) { return QString::number(value * shownScale(info.unit), 'g', 10); }

QLabel* plainLabel(const QString& text = {}) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    return label;
}

} // namespace

QWidget* SettingsPage::Line::editor() const { return text ? static_cast<QWidget*>(text) : combo; }

SettingsPage::SettingsPage(const QString& intro, const QVector<SettingRow>& rows, bool tightenOnly)
    : m_tightenOnly(tightenOnly), m_readOnly(plainLabel()), m_scroll(new QScrollArea) {
    auto* words = plainLabel(intro);
    words->setWordWrap(true);
    setTone(*words, Token::Dim);
    m_readOnly->setWordWrap(true);
    setTone(*m_readOnly, Token::Warn, true);
    m_readOnly->hide();
    auto* list = new QWidget;
    auto* grid = new QGridLayout(list);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(4, 1);
    for (int i = 0; i < rows.size(); ++i) {
        m_lines << makeLine(rows[i], i);
        const Line& line = m_lines.back();
        const QString name = line.editor()->accessibleName();
        auto* label = plainLabel(name);
        label->setToolTip(line.meaning);
        label->setBuddy(line.editor());
        grid->addWidget(label, i, 0);
        grid->addWidget(line.editor(), i, 1);
        grid->addWidget(plainLabel(unitWord(rows[i].info.unit)), i, 2);
        grid->addWidget(line.builtIn, i, 3);
        grid->addWidget(line.state, i, 4);
    }
    grid->setRowStretch(static_cast<int>(rows.size()), 1);
    m_scroll->setWidget(list);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(words);
    layout->addWidget(m_readOnly);
    layout->addWidget(m_scroll, 1);
}

SettingsPage::Line SettingsPage::makeLine(const SettingRow& row, int at) {
    Line line;
    line.row = row;
    line.builtIn = plainLabel();
    line.state = plainLabel();
    line.state->setWordWrap(true);
    setTone(*line.builtIn, Token::Dim);
    const QString key = QString::fromLatin1(row.info.key);
    const SettingWords words = settingWords(row.section, key);
    line.meaning = tr("%1\nIn config.json: %2").arg(words.meaning, row.section + QLatin1Char('.') + key);
    if (row.info.kind == FieldInfo::Kind::Flag) line.row.choices = QStringList{tr("off"), tr("on")};
    if (!line.row.choices.isEmpty()) {
        line.combo = new QComboBox;
        line.combo->addItems(line.row.choices);
        connect(line.combo, &QComboBox::currentIndexChanged, this, [this, at] { show(at), Q_EMIT edited(at); });
    } else {
        line.text = new QLineEdit;
        line.text->setAlignment(Qt::AlignRight);
        line.text->setFont(numberFont());
        line.text->setMaxLength(20);
        connect(line.text, &QLineEdit::textChanged, this, [this, at] { show(at), Q_EMIT edited(at); });
    }
    line.editor()->setObjectName(key);
    line.editor()->setFixedWidth(120);
    line.editor()->setAccessibleName(words.name);
    line.editor()->setToolTip(line.meaning);
    line.state->setObjectName(key + QStringLiteral(".state"));
    return line;
}

void SettingsPage::put(const Line& line, double value) {
    if (line.combo)
        line.combo->setCurrentIndex(static_cast<int>(value));
    else
        line.text->setText(shown(line.row.info, value));
}

SettingsPage::Reading SettingsPage::read(const Line& line) const {
    const FieldInfo& info = line.row.info;
    if (line.combo) return {static_cast<double>(line.combo->currentIndex()), {}};
    bool ok = false;
    QLocale strict = QLocale::c();
    strict.setNumberOptions(QLocale::RejectGroupSeparator);
    const double typed = strict.toDouble(line.text->text().trimmed(), &ok);
    if (!ok || !std::isfinite(typed)) return {0, tr("Write a number, such as 1.5")};
    const double exact = typed / shownScale(info.unit), value = std::round(exact * 1e6) / 1e6;
    if (std::abs(value - exact) > 1e-12 * std::max(1.0, std::abs(exact))) return {0, tr("More decimals than are kept")};
    if (info.kind == FieldInfo::Kind::Whole && value != std::floor(value)) return {0, tr("Must be a whole number")};
    if (m_tightenOnly && (info.low == line.row.builtIn ? value < info.low : value > info.high))
        return {0, tr("Looser than %1: may only be tightened").arg(shown(info, line.row.builtIn))};
    if (value < info.low || value > info.high) return {0, tr("Must be between %1 and %2").arg(shown(info, info.low), shown(info, info.high))};
    return {value, {}};
}

void SettingsPage::show(int at) {
    const Line& line = m_lines[at];
    const Reading reading = read(line);
    const double builtIn = line.row.builtIn;
    const QString standard = line.combo ? line.row.choices.value(static_cast<int>(builtIn)) : shown(line.row.info, builtIn);
    line.builtIn->setText(tr("default %1").arg(standard));
    const bool changed = reading.value != builtIn;
    line.state->setText(!reading.refusal.isEmpty() ? tr("▲ %1").arg(reading.refusal)
                        : !line.note.isEmpty()     ? line.note
                        : changed                  ? tr("● differs from the default")
                                                   : QString());
    setTone(*line.state, reading.refusal.isEmpty() ? Token::Info : Token::Warn, !reading.refusal.isEmpty());
    line.editor()->setAccessibleDescription(tr("%1 %2. %3. %4", "unit, default, state, meaning")
                                                .arg(unitWord(line.row.info.unit), line.builtIn->text(), line.state->text(), line.meaning));
}

void SettingsPage::setValues(const QVector<double>& values) {
    for (int i = 0; i < m_lines.size() && i < values.size(); ++i) {
        const QSignalBlocker quiet(m_lines[i].editor());
        put(m_lines[i], values[i]);
        show(i);
    }
}

std::optional<QVector<double>> SettingsPage::values() const {
    QVector<double> out;
    for (const auto& line : m_lines) {
        const Reading reading = read(line);
        if (!reading.refusal.isEmpty()) return std::nullopt;
        out << reading.value;
    }
    return out;
}

void SettingsPage::setBuiltIn(int row, double value) {
    m_lines[row].row.builtIn = value;
    show(row);
}

void SettingsPage::setNote(int row, const QString& note) {
    m_lines[row].note = note;
    show(row);
}

void SettingsPage::setReadOnly(const QString& why) {
    m_readOnly->setText(why);
    m_readOnly->setVisible(!why.isEmpty());
    for (const auto& line : m_lines) line.editor()->setEnabled(why.isEmpty());
}

void SettingsPage::reset() {
    for (int i = 0; i < m_lines.size(); ++i)
        if (m_lines[i].editor()->isEnabled()) put(m_lines[i], m_lines[i].row.builtIn);
}

void SettingsPage::focusFirst(bool refusedOnly) {
    for (const auto& line : m_lines)
        if (!refusedOnly || !read(line).refusal.isEmpty()) {
            m_scroll->ensureWidgetVisible(line.editor());
            return line.editor()->setFocus(Qt::TabFocusReason);
        }
}

} // namespace mahler::ui
