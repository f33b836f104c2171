#pragma once

#include <map>
#include <QStackedWidget>
#include <QTabBar>
#include <set>

#include "ui/charts/heat_map.h"
#include "ui/models/grid_view.h"
#include "ui/screen.h"
#include "ui/screens/smile_chart.h"
#include "ui/screens/term_chart.h"
#include "ui/shell/elided_label.h"

namespace mahler::ui {

/// Smile of one expiry with its quotes, the term structure, the fitted surface as a table of colours, what is known of the past,
/// and the figures of every expiry.
class VolatilityScreen final : public Screen {
    Q_OBJECT
public:
    explicit VolatilityScreen(DeskPort& port, QWidget* parent = nullptr);
    QString id() const override { return QStringLiteral("volatility"); }
    QString title() const override { return tr("Volatility", "screen"); }
    void setView(const ViewPtr& view) override;
    void setChain(const ChainPtr& chain) override;
    void setDeliberation(const DeliberationPtr& deliberation) override; ///< rank, percentile and realised volatility come with it
    QList<QPair<QString, QString>> keys() const override;
    void showPage(int key); ///< 1 smile, 2 term, 3 surface, 4 history

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override; ///< four charts are not drawn for nobody

private:
    void draw();
    void drawSmile();
    void drawTerm();
    void drawSurface();
    void drawHistory();
    void sayAge();
    ChainPtr ghost() const; ///< the earlier look that is drawn beside; null: none is wanted or known
    /// What was seen of an underlying since the program's start.
    struct Seen {
        ChainPtr first, last; ///< of the newest session
        ChainPtr yesterday;   ///< the last look of the session before
    };
    enum class Ghost { None, Yesterday, FirstLook };
    DeskPort& m_port;
    std::map<std::string, DeliberationPtr> m_latest;
    std::map<std::string, Seen> m_seen;
    GridModel* m_model;
    GridView* m_grid;
    SmileChart* m_smile;
    TermChart* m_term;
    ElidedLabel* m_facts;
    QTabBar* m_tabs;
    QStackedWidget* m_pages;
    HeatMap* m_surface;
    GridModel* m_past;
    ChainPtr m_chain;
    ViewPtr m_view;
    std::vector<analytics::TermPoint> m_points;
    std::set<std::size_t> m_excluded; ///< expiries, of the chain on screen
    SmileAxis m_axis = SmileAxis::Strike;
    Ghost m_ghost = Ghost::Yesterday;
    bool m_another = false; ///< another underlying or other expiries since the last drawing
    int m_expiry = -1;
};

} // namespace mahler::ui
