#pragma once

#include <QComboBox>
#include <QTabBar>

#include "ui/models/grid_view.h"
#include "ui/screen.h"
#include "ui/shell/elided_label.h"

namespace mahler::ui {

/// Calls | strike | puts of one expiry, live. B and S stage legs, Enter opens the builder with them.
class ChainScreen final : public Screen {
    Q_OBJECT
public:
    explicit ChainScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("chain"); }
    QString title() const override { return tr("Chain", "screen: option chain"); }
    void setView(const ViewPtr& view) override;
    void setChain(const ChainPtr& chain) override;
    QList<QPair<QString, QString>> keys() const override;
    void selectUnderlying(const QString& symbol);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void rebuildExpiries();
    QString expiryText(const market::ExpirySlice& slice) const;
    void rebuildRows();
    void centre();
    void stage(int ratio);
    void openBuilder();
    void fitColumns();

    DeskPort& m_port;
    QComboBox* m_symbol;
    QTabBar* m_expiries;
    ElidedLabel *m_facts, *m_staged;
    GridModel* m_model;
    GridView* m_grid;
    ViewPtr m_view;
    ChainPtr m_chain;
    QString m_expiryKey;              ///< of the chosen tab
    std::vector<portfolio::ComboLeg> m_legs;
    bool m_centred = false;
    bool m_untouched = true;          ///< nobody has chosen a row of these: the one at the money is it
    struct Shown;                     ///< one expiry as the grid has it
    std::shared_ptr<const Shown> m_shown;
};

} // namespace mahler::ui
