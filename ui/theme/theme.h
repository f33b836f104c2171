#pragma once

#include <array>
#include <QColor>
#include <QFont>

class QApplication;
class QDialog;
class QWidget;

namespace mahler::ui {

/// The one colour table (UX 2.3). No widget holds a colour of its own.
enum class Token {
    Bg,
    Panel,
    Raised,
    Text,
    Dim,
    Gain,
    Loss,
    Warn,
    Stale,
    Info,
    Halt,
    HaltText,
    HaltRing,
    Accent,
    Second,
    Grid,
    Delayed,
    Danger,
    TokenCount
}; ///< Second: of two curves that are neither gain nor loss. Danger: what is at stake for real, in every palette alike

enum class ThemeKind { Dark, Light };
enum class GainLoss { BlueOrange, GreenRed, RedGreen }; ///< blue and orange are safe for colour-blind users; RedGreen: gains are red, as in East Asia
enum class Density { Compact, Comfortable };            ///< 12 px text or 13 px, and rows to match (UX 2.4)

/// What a person may choose of the appearance.
struct Look {
    ThemeKind theme = ThemeKind::Dark;
    GainLoss gainLoss = GainLoss::BlueOrange;
    Density density = Density::Compact;
    bool operator==(const Look&) const = default;
};

QColor color(Token token);
QColor color(Token token, ThemeKind kind, GainLoss palette);
/// Seven steps from loss (0) to gain (6), and the text colour that stands on them.
QColor heat(int step);
/// Seven steps from low (0) to high (6) of what is neither gain nor loss; the same text colour stands on them.
QColor level(int step);
QColor heatText();
/// A mix of two tokens, `share` of the second: for tints and lines.
QColor mix(Token a, Token b, double share);
/// The ground of cells that are in the money; every text of a grid is readable on it.
QColor tint();

ThemeKind currentTheme();
Look currentLook();
/// Palette, style sheet and fonts for the whole application. GUI thread.
void applyLook(QApplication& app, const Look& look);
/// The same, the density staying as it is.
inline void applyTheme(QApplication& app, ThemeKind kind, GainLoss palette = GainLoss::BlueOrange) {
    applyLook(app, {kind, palette, currentLook().density});
}

/// Gives a widget the text colour of a token through the application's one style sheet, so that it follows a change of theme.
/// `pixels` 0 keeps the size. Cheap when nothing changes.
void setTone(QWidget& widget, Token token, bool bold = false, int pixels = 0);
/// Sets a dynamic property the style sheet selects on and restyles the widget when its value changed.
void setLook(QWidget& widget, const char* property, const QString& value);
QString tokenName(Token token); ///< "dim", as the style sheet knows it

QFont numberFont(bool bold = false);           ///< digits of equal width
QFont textFont(int pixels, bool bold = false); ///< `pixels` as in compact density; up to 13 they grow with it
constexpr int kRowHeight = 21;                 ///< compact rows
int textPixels();                              ///< of ordinary text: 12 or 13
int rowHeight();                               ///< of grids: kRowHeight or 24
/// A width meant for 12 px text, as it must be for textPixels().
int scaled(int pixels);
constexpr int kSpacing = 8;

/// Opens a dialog in front without blocking the window behind it: a blocked window would hear neither the halt button nor, while it
/// has the focus, the halt key (UX 3.1).
void openLayer(QDialog& dialog);

} // namespace mahler::ui
