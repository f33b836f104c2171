#pragma once

#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/models/grid_view.h"
#include "ui/screen.h"

namespace mahler::ui {

/// One cycle as it was argued: analysts, rounds, facilitator, risk views, decision, each number with its evidence.
/// Everything an agent wrote is shown as plain text.
class DebateScreen final : public Screen {
    Q_OBJECT
public:
    explicit DebateScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("debate"); }
    QString title() const override { return tr("Debate", "screen"); }
    void setView(const ViewPtr& view) override;
    void setDeliberation(const DeliberationPtr& deliberation) override;
    QList<QPair<QString, QString>> keys() const override;
    void showCycle(const QString& cycleId);
    DeliberationPtr shown() const { return m_shown; }
    void showEvidence(); ///< of the debate on screen

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Side { None, For, Against };
    struct Card {
        QFrame* frame;
        Side side;
        QString id; ///< "R1-bull", the analyst's role
    };
    bool takeKey(int key);
    void toCard(int step, Side side);
    void flag();
    void rebuild();
    void chooseShown();
    bool isEarlier() const; ///< what is shown is of another day than the desk's
    DeskPort& m_port;
    GridModel* m_model;
    GridView* m_cycles;
    QScrollArea* m_scroll;
    QString m_wanted;
    CycleId m_asked; ///< without being told to, once
    DeliberationPtr m_shown;
    ViewPtr m_view;
    std::vector<Card> m_cards; ///< of the page, as they are read
    int m_card = -1;           ///< the one with the focus last
    bool m_unansweredFirst = false, m_compare = false;
    bool m_saysEarlier = false; ///< the page
};

} // namespace mahler::ui
