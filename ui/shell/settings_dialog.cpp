#include "ui/shell/settings_dialog.h"

#include <QCoreApplication>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QTabBar>
#include <QVBoxLayout>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr FieldInfo kTheme{"theme", Unit::None, FieldInfo::Kind::Whole, 0, 1}, kGainLoss{"gain_loss", Unit::None, FieldInfo::Kind::Whole, 0, 2},
    kDensity{"density", Unit::None, FieldInfo::Kind::Whole, 0, 1}, kApprovalSound{"approvals", Unit::None, FieldInfo::Kind::Flag, 0, 1},
    kProfile{"profile", Unit::None, FieldInfo::Kind::Whole, 0, 1};

const strategy::ScreenProfile& profileAt(int index) { return index == 1 ? strategy::seedProfile() : strategy::calibratedProfile(); }
int indexOf(const strategy::ScreenProfile& profile) { return profile.name == strategy::seedProfile().name ? 1 : 0; }

template <class T> QVector<double> valuesOf(std::span<const Field<T>> fields, const T& from) {
    QVector<double> out;
    for (const auto& f : fields) out << f.get(from);
    return out;
}

template <class T> T withValues(std::span<const Field<T>> fields, T into, const QVector<double>& values, int first) {
    for (const auto& f : fields) f.set(into, values[first++]);
    return into;
}

template <class T> void addRows(QVector<SettingRow>& rows, const QString& section, std::span<const Field<T>> fields, const T& builtIn) {
    for (const auto& f : fields) rows << SettingRow{f, section, f.get(builtIn), {}};
}

} // namespace

SettingsDialog::SettingsDialog(DeskPort& port, QWidget* parent)
    : QDialog(parent), m_port(port), m_tabs(new QTabWidget), m_about(new QLabel), m_status(new QLabel), m_phoneReadOnly(new QLabel),
      m_phone(new QLineEdit), m_save(new QPushButton(tr("&Save"))), m_reset(new QPushButton(tr("&Reset this page"))) {
    setWindowTitle(tr("Settings"));
    resize(900, 640);
    m_tabs->setDocumentMode(true);
    m_tabs->tabBar()->setDrawBase(false);
    m_tabs->setAccessibleName(tr("Pages of settings"));
    m_status->setTextFormat(Qt::PlainText);
    m_status->setWordWrap(true);
    m_status->setAccessibleName(tr("Status"));
    setTone(*m_status, Token::Warn, true);
    addPages();
    auto* cancel = new QPushButton(tr("Cancel"));
    m_reset->setToolTip(tr("Puts every value of this page back to its default; nothing is kept before Save"));
    m_save->setObjectName(QStringLiteral("save"));
    m_reset->setObjectName(QStringLiteral("reset"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_reset);
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_save);
    for (auto* button : {m_reset, cancel, m_save}) {
        button->setAutoDefault(false);
        button->setAccessibleName(button->text().remove(QLatin1Char('&')));
    }
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_status);
    layout->addLayout(buttons);
    connect(m_save, &QPushButton::clicked, this, &SettingsDialog::save);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        if (auto* page = qobject_cast<SettingsPage*>(m_tabs->currentWidget())) page->reset();
    });
    connect(m_tabs, &QTabWidget::currentChanged, this, [this] { m_reset->setEnabled(qobject_cast<SettingsPage*>(m_tabs->currentWidget())); });
    connect(m_screener, &SettingsPage::edited, this, [this](int row) {
        if (row == 0)
            if (const auto* choice = m_screener->findChild<QComboBox*>(QString::fromLatin1(kProfile.key))) showProfile(choice->currentIndex());
    });
    connect(&port, &DeskPort::settingsSaved, this, &QDialog::accept);
    connect(&port, &DeskPort::settingsRefused, this, [this](const QString& why) { say(tr("▲ Nothing was saved: %1").arg(why)); });
}

void SettingsDialog::addPages() {
    const SettingsValues builtIn;
    m_look = new SettingsPage(tr("How the window looks and sounds. Saved for the next start too. A critical alarm is always heard."),
                              {{kTheme, QStringLiteral("look"), 0, {tr("dark"), tr("light")}},
                               {kGainLoss, QStringLiteral("look"), 0, {tr("blue, orange"), tr("green, red"), tr("red, green")}},
                               {kDensity, QStringLiteral("look"), 0, {tr("compact"), tr("comfortable")}},
                               {kApprovalSound, QStringLiteral("sound"), 1, {}}});
    QVector<SettingRow> screener{{kProfile, QStringLiteral("screener"), 0, {tr("calibrated"), tr("seed")}}};
    addRows(screener, QStringLiteral("screener"), strategy::screenFields(), builtIn.desk.screener);
    m_screener = new SettingsPage(tr("What a spread must have to become a candidate. The next cycle uses it; nothing restarts."), screener);
    QVector<SettingRow> limits;
    addRows(limits, QStringLiteral("limits"), risk::limitFields(), builtIn.desk.limits);
    m_limits = new SettingsPage(
        tr("Limits may only be tightened. A tighter limit holds at once; one given back towards its default waits for the next trading day. "
           "Breakers are fixed and are not settings."),
        limits, true);
    m_approvals =
        new SettingsPage(tr("For requests made from now on. Silence still rejects, and the approving click prices and checks again. "
                            "The deadlines of the risk manager (2 min) and of two people (5 min) are fixed."),
                         {{desk::kTraderSeconds, QStringLiteral("approval"), static_cast<double>(builtIn.desk.traderDeadline.count()), {}}});
    m_tabs->addTab(m_look, tr("Look"));
    m_tabs->addTab(m_screener, tr("Screener"));
    m_tabs->addTab(m_limits, tr("Limits"));
    m_tabs->addTab(m_approvals, tr("Approvals"));
    m_tabs->addTab(brokerPage(), tr("Broker"));
    m_tabs->addTab(aboutPage(), tr("About"));
}

QWidget* SettingsDialog::brokerPage() {
    auto* page = new QWidget;
    auto* words = new QLabel(tr("When a cancel is not confirmed five seconds after a halt, the window names the order and this number."));
    for (auto* label : {words, m_phoneReadOnly}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    setTone(*words, Token::Dim);
    setTone(*m_phoneReadOnly, Token::Warn, true);
    m_phone->setObjectName(QStringLiteral("phone"));
    m_phone->setAccessibleName(tr("The broker's phone"));
    m_phone->setPlaceholderText(tr("none", "phone"));
    m_phone->setToolTip(tr("Digits, spaces and + - ( ) . / x; empty: none\nIn config.json: %1").arg(QStringLiteral("broker.phone")));
    m_phone->setMaxLength(40);
    m_phone->setFixedWidth(260);
    auto* form = new QFormLayout;
    form->addRow(tr("The broker's phone"), m_phone);
    auto* layout = new QVBoxLayout(page);
    layout->addWidget(words);
    layout->addWidget(m_phoneReadOnly);
    layout->addLayout(form);
    layout->addStretch(1);
    return page;
}

QWidget* SettingsDialog::aboutPage() {
    auto* page = new QWidget;
    m_about->setTextFormat(Qt::PlainText);
    m_about->setWordWrap(true);
    m_about->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_about->setAccessibleName(tr("About Mahler and its data folder"));
    auto* layout = new QVBoxLayout(page);
    layout->addWidget(m_about);
    layout->addStretch(1);
    return page;
}

void SettingsDialog::openWith(const ViewPtr& view) {
    load(view);
    openLayer(*this);
    if (auto* page = qobject_cast<SettingsPage*>(m_tabs->currentWidget())) page->focusFirst(false);
}

void SettingsDialog::load(const ViewPtr& view) {
    const SettingsValues now = m_port.settings();
    const Look look = currentLook(); // what is seen, also when the menu changed it
    say({});
    m_look->setValues(
        {static_cast<double>(look.theme), static_cast<double>(look.gainLoss), static_cast<double>(look.density), now.sounds.approvals ? 1.0 : 0.0});
    showProfile(indexOf(now.desk.screener));
    m_screener->setValues(QVector<double>{static_cast<double>(indexOf(now.desk.screener))} + valuesOf(strategy::screenFields(), now.desk.screener));
    m_limits->setValues(valuesOf(risk::limitFields(), now.desk.limits));
    m_approvals->setValues({static_cast<double>(now.desk.traderDeadline.count())});
    int row = 0;
    for (const auto& f : risk::limitFields()) {
        const bool waits = view && f.get(view->limits) != f.get(now.desk.limits);
        m_limits->setNote(row++, waits ? tr("● until the next trading day the tighter value holds") : QString());
    }
    const bool may = !view || approval::mayChangeLimits(view->user);
    m_limits->setReadOnly(
        may ? QString()
            : tr("▲ %1 may look, not change: limits are for risk manager, portfolio manager and team lead. Switch the user in the status line.")
                  .arg(format::text(view->user.name)));
    m_approvals->setReadOnly(
        may ? QString()
            : tr("▲ %1 may look, not change: the deadline is for risk manager, portfolio manager and team lead.").arg(format::text(view->user.name)));
    const bool strategist = !view || approval::mayChangeStrategy(view->user);
    m_screener->setReadOnly(strategist ? QString()
                                       : tr("▲ %1 may look, not change: what is proposed is for strategist, portfolio manager and team lead.")
                                             .arg(format::text(view->user.name)));
    m_phone->setText(format::text(now.brokerPhone));
    const bool lead = !view || approval::mayChangeBroker(view->user);
    m_phone->setEnabled(lead);
    m_phoneReadOnly->setVisible(!lead);
    m_phoneReadOnly->setText(
        lead ? QString() : tr("▲ %1 may look, not change: how the broker is reached is for the team lead.").arg(format::text(view->user.name)));
    m_about->setText(now.dataFolder.empty() ? tr("Mahler %1\n\nThis desk keeps no settings.").arg(QCoreApplication::applicationVersion())
                                            : tr("Mahler %1\n\nData folder: %2\nSettings: %2/config.json\n\nThe folder holds one journal for each "
                                                 "market and is readable by you alone. Passwords and keys are never in it.")
                                                  .arg(QCoreApplication::applicationVersion(), format::text(now.dataFolder)));
}

void SettingsDialog::showProfile(int index) {
    const auto values = valuesOf(strategy::screenFields(), profileAt(index));
    for (int i = 0; i < values.size(); ++i) m_screener->setBuiltIn(i + 1, values[i]);
    m_screener->setValues(QVector<double>{static_cast<double>(index)} + values);
}

std::optional<SettingsValues> SettingsDialog::wanted() {
    for (auto* page : {m_look, m_screener, m_limits, m_approvals})
        if (!page->values()) {
            m_tabs->setCurrentWidget(page);
            page->focusFirst(true);
            say(tr("▲ Nothing was saved: a value on this page may not stand"));
            return std::nullopt;
        }
    SettingsValues out = m_port.settings();
    out.brokerPhone = m_phone->text().trimmed().toStdString();
    if (!checkPhone(out.brokerPhone)) {
        m_tabs->setCurrentWidget(m_phone->parentWidget());
        m_phone->setFocus(Qt::TabFocusReason);
        say(tr("▲ Nothing was saved: a phone number has at least 3 digits, and nothing but digits, spaces and + - ( ) . / x"));
        return std::nullopt;
    }
    const auto look = *m_look->values(), screener = *m_screener->values();
    out.look = {static_cast<ThemeKind>(look[0]), static_cast<GainLoss>(look[1]), static_cast<Density>(look[2])};
    out.sounds.approvals = look[3] != 0;
    out.desk.screener = withValues(strategy::screenFields(), profileAt(static_cast<int>(screener[0])), screener, 1);
    out.desk.limits = withValues(risk::limitFields(), out.desk.limits, *m_limits->values(), 0);
    out.desk.traderDeadline = std::chrono::seconds(static_cast<std::int64_t>(m_approvals->values()->front()));
    if (const auto fits = desk::checkSettings(out.desk); !fits) { // the rows are good, so a range is upside down
        m_tabs->setCurrentWidget(m_screener);
        say(tr("▲ Nothing was saved: the lower end of a range is above its upper end, %1").arg(format::text(fits.error().detail)));
        return std::nullopt;
    }
    return out;
}

void SettingsDialog::save() {
    const auto values = wanted();
    if (!values) return;
    const SettingsValues now = m_port.settings();
    if (values->look == now.look && values->sounds == now.sounds && values->brokerPhone == now.brokerPhone &&
        desk::valuesOf(values->desk) == desk::valuesOf(now.desk))
        return accept();
    say(tr("Saving…"));
    m_save->setEnabled(false);
    m_port.changeSettings(*values);
}

void SettingsDialog::say(const QString& what) {
    m_status->setText(what);
    m_status->setVisible(!what.isEmpty());
    m_save->setEnabled(true);
}

} // namespace mahler::ui
