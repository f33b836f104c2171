#include "ui/screens/expiry_tabs.h"

#include <algorithm>
#include <QKeyEvent>
#include <QWheelEvent>

namespace mahler::ui {

ExpiryTabs::ExpiryTabs(QWidget* parent) : QTabBar(parent), m_earlier(new QToolButton), m_later(new QToolButton) {
    setExpanding(false);
    setUsesScrollButtons(false); // they cut the tab at the edge
    setElideMode(Qt::ElideNone);
    setDrawBase(false);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    for (auto* button : {m_earlier, m_later}) {
        button->setFocusPolicy(Qt::TabFocus);
        button->hide();
    }
    connect(m_earlier, &QToolButton::clicked, this, [this] { // the page before, its last tab is the one before the first of now
        const int chosen = m_first - 1;
        while (m_first > 0 && lastFrom(m_first - 1) >= chosen) --m_first;
        setCurrentIndex(chosen);
    });
    connect(m_later, &QToolButton::clicked, this, [this] {
        m_first = lastFrom(m_first) + 1;
        setCurrentIndex(m_first);
    });
    connect(this, &QTabBar::currentChanged, this, &ExpiryTabs::fit);
}

QSize ExpiryTabs::minimumSizeHint() const { return {tabSizeHint(0).width(), QTabBar::minimumSizeHint().height()}; }

void ExpiryTabs::fit() {
    const int chosen = currentIndex();
    if (chosen < 0) return;
    int first = std::min(m_first, chosen);
    while (first < chosen && lastFrom(first) < chosen) ++first;
    showFrom(first);
}

int ExpiryTabs::lastFrom(int first) const {
    int used = 0, last = first;
    for (int i = first; i < count(); ++i) {
        used += tabSizeHint(i).width();
        if (used > width()) break;
        last = i;
    }
    return last;
}

void ExpiryTabs::showFrom(int first) {
    if (count() == 0) return;
    first = std::clamp(first, 0, count() - 1);
    while (first > 0 && lastFrom(first - 1) == count() - 1) --first; // no room is left empty at the end
    m_first = first;
    const int last = lastFrom(first);
    for (const bool shown : {true, false}) // first what comes: with nothing to see QTabBar chooses another tab
        for (int i = 0; i < count(); ++i)
            if ((i >= first && i <= last) == shown && isTabVisible(i) != shown) setTabVisible(i, shown); // for no change it forgets to lay out
    const auto tell = [](QToolButton* button, int hidden, const QString& text, const QString& name) {
        button->setText(text);
        button->setToolTip(name);
        button->setAccessibleName(name);
        button->setEnabled(hidden > 0);
    };
    const int after = count() - 1 - last;
    tell(m_earlier, first, first > 0 ? QStringLiteral("‹ %1").arg(first) : QStringLiteral("‹"),
         tr("%n earlier expiry(ies); PgUp and PgDn go through all", nullptr, first));
    tell(m_later, after, after > 0 ? QStringLiteral("%1 ›").arg(after) : QStringLiteral("›"),
         tr("%n later expiry(ies); PgUp and PgDn go through all", nullptr, after));
    const bool some = first > 0 || after > 0;
    m_earlier->setVisible(some); // both or none: nothing moves under the pointer
    m_later->setVisible(some);
}

void ExpiryTabs::step(int by) { setCurrentIndex(std::clamp(currentIndex() + by, 0, count() - 1)); }

void ExpiryTabs::resizeEvent(QResizeEvent* event) {
    QTabBar::resizeEvent(event);
    fit();
}

void ExpiryTabs::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) return step(event->key() == Qt::Key_Left ? -1 : 1);
    QTabBar::keyPressEvent(event);
}

void ExpiryTabs::wheelEvent(QWheelEvent* event) {
    if (event->angleDelta().y() != 0) step(event->angleDelta().y() > 0 ? -1 : 1);
    event->accept();
}

void ExpiryTabs::tabInserted(int index) {
    QTabBar::tabInserted(index);
    fit();
}

void ExpiryTabs::tabRemoved(int index) {
    QTabBar::tabRemoved(index);
    fit();
}

void ExpiryTabs::changeEvent(QEvent* event) {
    QTabBar::changeEvent(event);
    if (event->type() == QEvent::StyleChange || event->type() == QEvent::FontChange) fit();
}

} // namespace mahler::ui
