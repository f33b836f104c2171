#include "ui/theme/theme.h"

#include <QApplication>
#include <QDialog>
#include <QFontDatabase>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>
#include <QVariant>
#include <QWidget>

namespace mahler::ui {

namespace {

ThemeKind g_kind = ThemeKind::Dark;
GainLoss g_palette = GainLoss::BlueOrange;
Density g_density = Density::Compact;

int grown(int pixels) { return pixels <= 13 && g_density == Density::Comfortable ? pixels + 1 : pixels; }

struct Pair {
    QRgb dark, light;
};

Pair gainOf(GainLoss palette) {
    switch (palette) {
    case GainLoss::BlueOrange: return {0x5AB4F8, 0x0B5CAD};
    case GainLoss::GreenRed: return {0x3FCF8E, 0x0A7A45};
    case GainLoss::RedGreen: return {0xFF6B6B, 0xC0262D};
    }
    return {0, 0};
}

Pair lossOf(GainLoss palette) {
    switch (palette) {
    case GainLoss::BlueOrange: return {0xFF9F45, 0xA84300};
    case GainLoss::GreenRed: return gainOf(GainLoss::RedGreen);
    case GainLoss::RedGreen: return gainOf(GainLoss::GreenRed);
    }
    return {0, 0};
}

Pair pairOf(Token token, GainLoss palette) {
    switch (token) {
    case Token::Bg: return {0x11151B, 0xFFFFFF};
    case Token::Panel: return {0x181E26, 0xF4F6F9};
    case Token::Raised: return {0x222A35, 0xE8ECF2};
    case Token::Text: return {0xE6EAF0, 0x12181F};
    case Token::Dim: return {0x9AA7B8, 0x4C5866};
    case Token::Gain: return gainOf(palette);
    case Token::Loss: return lossOf(palette);
    case Token::Warn: return {0xFFD24A, 0x6B4F00};
    case Token::Stale: return {0x8C97A6, 0x5A6573};
    case Token::Info: return {0xAEB9C7, 0x3F4B59};
    case Token::Halt: return {0xC4140F, 0xC4140F};
    case Token::HaltText: return {0xFFFFFF, 0xFFFFFF};
    case Token::HaltRing: return {0xFFD24A, 0xFFD24A};
    case Token::Accent: return {0x5AB4F8, 0x0B5CAD};
    case Token::Second: return {0xC3A6F2, 0x5F3FA6};
    case Token::Grid: return {0x2B3542, 0xD5DBE3};
    case Token::Delayed: return {0xC8935F, 0x7A4A1D}; // brown, 4.5:1 on every background of its theme
    case Token::Danger: return lossOf(GainLoss::BlueOrange);
    case Token::TokenCount: break;
    }
    return {0, 0};
}

constexpr std::array<QRgb, 7> kHeatDark = {0xB35A00, 0x7A4513, 0x4A3420, 0x222A35, 0x1E3A52, 0x1D5482, 0x1F6FB5};
constexpr std::array<QRgb, 7> kHeatLight = {0xF2994A, 0xF7C08A, 0xFBE0C4, 0xF4F6F9, 0xD3E4F5, 0xA3C9EC, 0x6FA9DF};

constexpr std::array<QRgb, 7> kLevelDark = {0x20232B, 0x2A2A3D, 0x353150, 0x413964, 0x4E4279, 0x5B4B8F, 0x6855A5};
constexpr std::array<QRgb, 7> kLevelLight = {0xF4F6F9, 0xE7E4F2, 0xD9D3EB, 0xCBC2E3, 0xBCB0DB, 0xAD9ED2, 0x9E8CC9};

/// Words by tone, size and weight; see setTone().
QString toneRules() {
    QString rules;
    for (int i = 0; i < static_cast<int>(Token::TokenCount); ++i) {
        const auto token = static_cast<Token>(i);
        rules += QStringLiteral("QLabel[tone=\"%1\"] { color: %2; }").arg(tokenName(token), color(token).name());
    }
    for (const int pixels : {11, 13, 14, 16, 18})
        rules += QStringLiteral("QLabel[pixels=\"%1\"] { font-size: %2px; }").arg(pixels).arg(grown(pixels));
    return rules + QStringLiteral("QLabel[strong=\"true\"] { font-weight: bold; }");
}

/// Puts token colours where a rule says @name@.
QString filled(QString rules) {
    for (int i = 0; i < static_cast<int>(Token::TokenCount); ++i) {
        const auto token = static_cast<Token>(i);
        rules.replace(QLatin1Char('@') + tokenName(token) + QLatin1Char('@'), color(token).name());
    }
    return rules;
}

/// The frame of the window and of the prompt, by object name and state.
QString shellRules() {
    return filled(QStringLiteral(
        "#haltbar { background: @panel@; border: none; border-bottom: 1px solid @grid@; }"
        "#haltbar[halted=\"true\"] { background: @halt@; }"
        "QLabel[onhalt=\"true\"][tone] { color: @halttext@; }"
        "#environment { padding: 2px 8px; border-radius: 3px; font-weight: bold; }"
        "#environment[onhalt=\"true\"][tone] { border-color: @halttext@; }"
        "#environment[frame=\"DEMO\"] { border: 1px dashed @warn@; }"
        "#environment[frame=\"REPLAY\"] { border: 1px dotted @warn@; }"
        "#environment[frame=\"PAPER\"] { border: 1px solid @warn@; }"
        "#environment[frame=\"LIVE\"] { border: 2px solid @danger@; background: @danger@; color: @bg@; }"
        "#nav { background: @panel@; border: none; border-right: 1px solid @grid@; }"
        "#nav QToolButton { border: none; border-left: 3px solid transparent; border-radius: 0; padding: 2px 3px 0 0; font-size: 10px; }"
        "#nav QToolButton:checked { background: @raised@; border-left: 3px solid @accent@; }"
        "#nav QToolButton:focus { border: 2px solid @accent@; }"
        "#strip { background: @panel@; border: none; border-top: 1px solid @grid@; }"
        "#findbar { background: @panel@; border: none; border-bottom: 1px solid @grid@; }"
        "#strip QComboBox { min-height: 14px; padding: 0 6px; } #strip QToolButton { padding: 0 6px; }"
        "#rail { background: @panel@; border: none; border-left: 1px solid @grid@; }"
        "#whatif { border: 1px dashed @stale@; }"
        "#card { background: @panel@; border: 1px solid @grid@; border-left: 3px solid @stale@; border-radius: 3px; }"
        "#card[edge=\"gain\"] { border-left-color: @gain@; } #card[edge=\"loss\"] { border-left-color: @loss@; } #card[edge=\"info\"] { "
        "border-left-color: @info@; }"
        "#card[edge=\"warn\"] { border-left-color: @warn@; } #card:focus { border: 2px solid @accent@; border-left-width: 3px; }"
        "QProgressBar { background: @panel@; border: 1px solid @grid@; } QProgressBar::chunk { background: @info@; }"
        "#banner { background: @panel@; color: @warn@; border: 2px solid @warn@; font-weight: bold; padding: 3px; }"
        "#banner[halt=\"true\"] { background: @halt@; color: @halttext@; border-color: @halt@; }"
        "#prompt { background: @panel@; border: 2px solid @warn@; }"
        "#answers QPushButton { padding: 4px 7px; }"
        "#approvalcard { text-align: left; padding: 8px; border-left: 4px solid @warn@; }"
        "#approvalcard[escalated=\"true\"] { border-left: 4px solid @danger@; }"
        "QLabel[aged=\"stale\"] { font-style: italic; } QLabel[aged=\"dead\"] { text-decoration: line-through; }"
        "QLineEdit[typed=\"wrong\"], QLineEdit[typed=\"wrong\"]:focus { border: 2px solid @warn@; }"
        "#layer { background: @panel@; border: 1px solid @accent@; }"
        "QPushButton#halt, QPushButton#halt:hover, QPushButton#halt:focus, QPushButton#halt:disabled { background: @halt@; color: @halttext@;"
        " font-weight: bold; font-size: 13px; border: 3px solid @haltring@; border-radius: 4px; padding: 0; }"));
}

QString sheet() {
    const auto c = [](Token t) { return color(t).name(); };
    const QString hover = mix(Token::Raised, Token::Text, 0.08).name();
    return QStringLiteral(
               "QWidget { font-size: %9px; }"
               "QToolTip { background: %3; color: %4; border: 1px solid %6; padding: 4px; }"
               "QPushButton { background: %3; color: %4; border: 1px solid %6; border-radius: 3px; padding: 4px 10px; min-height: 18px; }"
               "QPushButton:hover { background: %8; }"
               "QPushButton:focus, QComboBox:focus, QLineEdit:focus, QCheckBox::indicator:focus, QScrollArea#debate:focus, "
               "QToolButton:focus { border: 2px solid %7; }"
               "QScrollArea#debate { border: 2px solid transparent; }"
               "QPushButton:disabled { color: %5; background: %2; }"
               "QLineEdit, QComboBox { background: %1; color: %4; border: 1px solid %6; border-radius: 3px; padding: 3px 6px; min-height: 18px; }"
               // a plain list: Fusion's popup is a pixel short of its rows, and its scroller covers the last one
               "QComboBox { combobox-popup: 0; }"
               "QComboBox::drop-down { border: none; width: 18px; } QComboBox::down-arrow { image: url(:/icons/%10); width: 9px; height: 9px; }"
               "QComboBox QAbstractItemView { background: %2; color: %4; selection-background-color: %3; selection-color: %4; }"
               "QTableView, QListView, QTreeView, QPlainTextEdit, QTextBrowser { background: %1; color: %4; border: 1px solid %6; padding: 1px; "
               "gridline-color: %6; }"
               // the same two pixels, so that no row covers the ring
               "QTableView:focus, QListView:focus, QTreeView:focus, QPlainTextEdit:focus, QTextBrowser:focus { border: 2px solid %7; padding: 0px; }"
               "QHeaderView::section { background: %2; color: %5; border: none; border-bottom: 1px solid %6; padding: 3px 6px; }"
               "QTabBar::tab { background: transparent; color: %5; padding: 5px 12px; border-bottom: 2px solid transparent; }"
               "QTabBar::tab:selected { color: %4; border-bottom: 2px solid %7; }"
               "QTabBar::tab:selected:focus { border: 2px solid %7; padding: 3px 10px 5px 10px; }"
               "QMenuBar { background: %2; color: %4; } QMenuBar::item:selected, QMenu::item:selected { background: %3; }"
               "QMenu { background: %2; color: %4; border: 1px solid %6; }"
               "QScrollBar:vertical { background: %1; width: 10px; } QScrollBar:horizontal { background: %1; height: 10px; }"
               "QScrollBar[held=\"true\"]:horizontal { height: 18px; }" // words stand beside it
               "QScrollBar::handle { background: %6; border-radius: 4px; min-height: 24px; min-width: 24px; }"
               "QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }"
               "QSplitter::handle { background: %6; } QToolButton { border: 2px solid transparent; border-radius: 3px; padding: 3px; color: %5; }"
               "QToolButton:hover { background: %8; } QToolButton:checked { background: %3; color: %4; }"
               "QCheckBox { color: %4; } QCheckBox::indicator { width: 12px; height: 12px; border: 1px solid %5; border-radius: 2px; background: %1; "
               "}"
               "QCheckBox::indicator:checked { background: %7; } QCheckBox:focus { color: %7; } QLabel { color: %4; background: transparent; }")
               .arg(c(Token::Bg), c(Token::Panel), c(Token::Raised), c(Token::Text), c(Token::Dim), c(Token::Grid), c(Token::Accent), hover)
               .arg(textPixels())
               .arg(g_kind == ThemeKind::Dark ? QStringLiteral("arrow-dark.svg") : QStringLiteral("arrow-light.svg")) +
           toneRules() + shellRules();
}

QString family(const QStringList& wanted) {
    const QStringList families = QFontDatabase::families();
    for (const auto& name : wanted)
        if (families.contains(name)) return name;
    return QApplication::font().family();
}

} // namespace

QColor color(Token token, ThemeKind kind, GainLoss palette) {
    const Pair pair = pairOf(token, palette);
    return QColor::fromRgb(kind == ThemeKind::Dark ? pair.dark : pair.light);
}

QColor color(Token token) { return color(token, g_kind, g_palette); }

QColor heat(int step) {
    const auto i = static_cast<std::size_t>(qBound(0, step, 6));
    return QColor::fromRgb(g_kind == ThemeKind::Dark ? kHeatDark.at(i) : kHeatLight.at(i));
}

QColor level(int step) {
    const auto i = static_cast<std::size_t>(qBound(0, step, 6));
    return QColor::fromRgb(g_kind == ThemeKind::Dark ? kLevelDark.at(i) : kLevelLight.at(i));
}

QColor heatText() { return g_kind == ThemeKind::Dark ? QColor(Qt::white) : color(Token::Text); }

QColor mix(Token a, Token b, double share) {
    const QColor x = color(a), y = color(b);
    const auto part = [share](int u, int v) { return qRound(u + (v - u) * share); };
    return QColor(part(x.red(), y.red()), part(x.green(), y.green()), part(x.blue(), y.blue()));
}

QColor tint() { return mix(Token::Bg, Token::Second, 0.10); }

ThemeKind currentTheme() { return g_kind; }
Look currentLook() { return {g_kind, g_palette, g_density}; }
int textPixels() { return grown(12); }
int rowHeight() { return g_density == Density::Comfortable ? 24 : kRowHeight; }
int scaled(int pixels) { return (pixels * textPixels() + 11) / 12; }

QString tokenName(Token token) {
    switch (token) {
    case Token::Bg: return QStringLiteral("bg");
    case Token::Panel: return QStringLiteral("panel");
    case Token::Raised: return QStringLiteral("raised");
    case Token::Text: return QStringLiteral("text");
    case Token::Dim: return QStringLiteral("dim");
    case Token::Gain: return QStringLiteral("gain");
    case Token::Loss: return QStringLiteral("loss");
    case Token::Warn: return QStringLiteral("warn");
    case Token::Stale: return QStringLiteral("stale");
    case Token::Info: return QStringLiteral("info");
    case Token::Delayed: return QStringLiteral("delayed");
    case Token::Halt: return QStringLiteral("halt");
    case Token::HaltText: return QStringLiteral("halttext");
    case Token::HaltRing: return QStringLiteral("haltring");
    case Token::Accent: return QStringLiteral("accent");
    case Token::Second: return QStringLiteral("second");
    case Token::Grid: return QStringLiteral("grid");
    case Token::Danger: return QStringLiteral("danger");
    case Token::TokenCount: break;
    }
    return QString();
}

void setLook(QWidget& widget, const char* property, const QString& value) {
    if (widget.property(property).toString() == value) return;
    widget.setProperty(property, value);
    widget.style()->unpolish(&widget);
    widget.style()->polish(&widget);
    widget.update();
}

void setTone(QWidget& widget, Token token, bool bold, int pixels) {
    setLook(widget, "tone", tokenName(token));
    setLook(widget, "strong", bold ? QStringLiteral("true") : QStringLiteral("false"));
    if (pixels > 0) setLook(widget, "pixels", QString::number(pixels));
}

QFont textFont(int pixels, bool bold) {
    static const QString kFamily = family({QStringLiteral("Inter"), QStringLiteral("Segoe UI"), QStringLiteral("SF Pro Text"),
                                           QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans")});
    QFont font(kFamily);
    font.setPixelSize(grown(pixels));
    font.setBold(bold);
    return font;
}

QFont numberFont(bool bold) {
    // DejaVu Sans and Noto Sans have digits of one width; the condensed cut keeps dense grids readable.
    static const QString kFamily =
        family({QStringLiteral("DejaVu Sans Condensed"), QStringLiteral("DejaVu Sans"), QStringLiteral("Noto Sans"), QStringLiteral("Segoe UI")});
    QFont font(kFamily);
    font.setPixelSize(textPixels());
    font.setBold(bold);
    return font;
}

void applyLook(QApplication& app, const Look& look) {
    g_kind = look.theme;
    g_palette = look.gainLoss;
    g_density = look.density;
    app.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QPalette p;
    p.setColor(QPalette::Window, color(Token::Bg));
    p.setColor(QPalette::Base, color(Token::Bg));
    p.setColor(QPalette::AlternateBase, color(Token::Panel));
    p.setColor(QPalette::Button, color(Token::Raised));
    p.setColor(QPalette::WindowText, color(Token::Text));
    p.setColor(QPalette::Text, color(Token::Text));
    p.setColor(QPalette::ButtonText, color(Token::Text));
    p.setColor(QPalette::ToolTipBase, color(Token::Raised));
    p.setColor(QPalette::ToolTipText, color(Token::Text));
    p.setColor(QPalette::PlaceholderText, color(Token::Dim));
    p.setColor(QPalette::Highlight, mix(Token::Raised, Token::Accent, 0.35));
    p.setColor(QPalette::HighlightedText, color(Token::Text));
    p.setColor(QPalette::Disabled, QPalette::Text, color(Token::Dim));
    p.setColor(QPalette::Disabled, QPalette::WindowText, color(Token::Dim));
    p.setColor(QPalette::Disabled, QPalette::ButtonText, color(Token::Dim));
    app.setPalette(p);
    app.setFont(textFont(12));
    app.setStyleSheet(sheet());
}

void openLayer(QDialog& dialog) {
    dialog.setWindowModality(Qt::NonModal);
    dialog.show();
    dialog.raise();
    dialog.activateWindow();
}

} // namespace mahler::ui
