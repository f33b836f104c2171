#pragma once

#include <QTabBar>
#include <QToolButton>

namespace mahler::ui {

/// One tab an expiry, as many side by side as fit whole: none is cut, what does not fit stands behind earlier() and later(), which say
/// how many and choose the next of them with a page around it. The chosen tab is always shown. Keys and wheel go through all. GUI thread.
class ExpiryTabs final : public QTabBar {
    Q_OBJECT
public:
    explicit ExpiryTabs(QWidget* parent = nullptr);
    QToolButton* earlier() const { return m_earlier; } ///< stand beside the tabs; the owner of the layout places them
    QToolButton* later() const { return m_later; }
    void fit(); ///< after texts have changed, or tabs while signals were blocked
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void tabInserted(int index) override;
    void tabRemoved(int index) override;
    void changeEvent(QEvent* event) override;

private:
    int lastFrom(int first) const; ///< of the tabs that fit beside each other from there on
    void showFrom(int first);
    void step(int by);

    QToolButton *m_earlier, *m_later;
    int m_first = 0;
};

} // namespace mahler::ui
