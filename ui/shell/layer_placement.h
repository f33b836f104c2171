#pragma once

#include <QPointer>
#include <QWidget>

namespace mahler::ui {

/// Keeps the dialogs of a window below its halt bar, which nothing may cover (UX 3): a dialog is centred in what is left, and
/// made smaller where it does not fit. Installed on the application.
class LayerPlacement final : public QObject {
    Q_OBJECT
public:
    explicit LayerPlacement(QWidget& haltBar);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void place(QWidget& dialog) const;
    QPointer<QWidget> m_haltBar;
};

} // namespace mahler::ui
