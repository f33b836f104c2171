#pragma once

#include <QComboBox>
#include <QPointer>

#include "ui/models/grid_view.h"
#include "ui/screens/chain_peek.h"
#include "ui/screens/chain_rows.h"
#include "ui/screens/expiry_tabs.h"
#include "ui/shell/elided_label.h"

namespace mahler::ui {

/// Calls | strike | puts of one expiry, live. B and S stage legs, Enter opens the builder with them, Space tells all of one contract.
class ChainScreen final : public Screen {
    Q_OBJECT
public:
    explicit ChainScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("chain"); }
    QString title() const override { return tr("Chain", "screen: option chain"); }
    void setView(const ViewPtr& view) override;
    void setChain(const ChainPtr& chain) override;
    void setDeliberation(const DeliberationPtr& deliberation) override; ///< its candidates mark their strikes, for their day
    QList<QPair<QString, QString>> keys() const override;
    void selectUnderlying(const QString& symbol);
    /// Gives the builder what is staged and drops it here. @return false when nothing is.
    bool handOver();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void rebuildExpiries();
    QString expiryText(const market::ExpirySlice& slice) const;
    void rebuildRows();
    void markContracts(ChainShown& shown, const market::ExpirySlice& slice) const;
    void centre();
    bool isOld() const;
    void followFreshness();
    std::optional<std::size_t> contractAtCursor(bool otherSide) const; ///< row of the chain; in the strike column the put
    void stage(int ratio, bool otherSide);
    void changeUnits(int by);
    void dropStaged();
    void sayStaged();
    void followPeek();
    void peek();
    void fitColumns();

    static constexpr std::size_t kMostLegs = 4;
    static constexpr int kMostUnits = 500; ///< as the builder's ticket takes
    DeskPort& m_port;
    QComboBox* m_symbol;
    ExpiryTabs* m_expiries;
    ElidedLabel *m_facts, *m_staged;
    QString m_factWords; ///< without their age
    ChainModel* m_model;
    GridView* m_grid;
    ViewPtr m_view;
    ChainPtr m_chain;
    QString m_expiryKey; ///< of the chosen tab
    std::vector<portfolio::ComboLeg> m_legs;
    bool m_centred = false;
    bool m_untouched = true; ///< nobody has chosen a row of these: the one at the money is it
    chaingrid::Preset m_preset = chaingrid::Preset::Fitting;
    int m_units = 1;                                ///< of the staged legs
    std::map<std::string, DeliberationPtr> m_scans; ///< newest by underlying
    DeliberationPtr m_scan;                         ///< of the chain that is shown
    std::shared_ptr<const ChainShown> m_shown;
    QPointer<ChainPeek> m_peek;
    market::OptionContract m_peeked; ///< what it shows
    ChainPtr m_peekedAt;             ///< the chain its values are of
};

} // namespace mahler::ui
