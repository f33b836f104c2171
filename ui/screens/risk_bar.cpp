#include "ui/screens/risk_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "ui/screens/beta_words.h"
#include "ui/screens/risk_words.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

QTabBar* makeTabs(const QString& name) {
    auto* tabs = new QTabBar;
    tabs->setDrawBase(false);
    tabs->setExpanding(false);
    tabs->setElideMode(Qt::ElideNone);
    tabs->setUsesScrollButtons(false); // a choice is read whole: the words beside it give way
    tabs->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    tabs->setAccessibleName(name);
    return tabs;
}

} // namespace

RiskBar::RiskBar(const QStringList& metrics, bool choosesPending, QWidget* parent)
    : QWidget(parent), m_days(makeTabs(tr("Day"))), m_state(new ElidedLabel), m_warning(new QLabel) {
    auto* line = new QHBoxLayout;
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_days);
    m_days->hide(); // until there are some
    connect(m_days, &QTabBar::currentChanged, this, &RiskBar::changed);
    const auto divide = [&] {
        auto* divider = new QFrame;
        divider->setFrameShape(QFrame::VLine);
        divider->setFixedHeight(18);
        line->addWidget(divider);
    };
    if (!metrics.isEmpty()) {
        m_metrics = makeTabs(tr("What a cell shows"));
        for (const auto& metric : metrics) m_metrics->addTab(metric);
        divide();
        line->addWidget(m_metrics);
        connect(m_metrics, &QTabBar::currentChanged, this, &RiskBar::changed);
    }
    if (choosesPending) {
        m_pending = new QCheckBox;
        m_pending->setAccessibleName(tr("Include pending trades"));
        divide();
        line->addSpacing(6);
        line->addWidget(m_pending);
        connect(m_pending, &QCheckBox::toggled, this, [this] {
            say();
            Q_EMIT changed();
        });
    }
    line->addSpacing(kSpacing);
    line->addWidget(m_state, 1);
    m_state->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_state->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_warning->setTextFormat(Qt::PlainText);
    m_warning->setWordWrap(true);
    m_warning->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(line);
    layout->addWidget(m_warning);
}

const desk::RiskCase* RiskBar::shown() const {
    return !m_risk ? nullptr : withPending() && m_risk->withPending ? &*m_risk->withPending : &m_risk->asIs;
}

void RiskBar::setRisk(const RiskPtr& risk, const ViewPtr& view) {
    m_risk = risk;
    m_view = view;
    if (!risk) return;
    const QSignalBlocker quiet(m_days);
    const int days = static_cast<int>(risk->asIs.grid.horizons.size());
    m_days->setVisible(days > 0); // without days there is nothing to stand on
    while (m_days->count() > days) m_days->removeTab(m_days->count() - 1);
    for (int i = 0; i < days; ++i) {
        const QString text = riskwords::horizon(*risk, static_cast<std::size_t>(i));
        if (i == m_days->count())
            m_days->addTab(text);
        else if (m_days->tabText(i) != text)
            m_days->setTabText(i, text);
        if (i + 1 == days && risk->firstExpiry) m_days->setTabToolTip(i, tr("first expiry of all legs, what is pending included"));
    }
    say();
}

void RiskBar::say() {
    if (!m_risk) return;
    if (m_pending) {
        const int n = static_cast<int>(m_risk->pending.size());
        m_pending->setEnabled(n > 0);
        m_pending->setText(n > 0 ? tr("With pending (%1)").arg(n) : tr("Nothing pending"));
        QStringList trades;
        for (const auto& trade : m_risk->pending) trades << format::text(trade);
        m_pending->setToolTip(trades.join(QLatin1Char('\n')));
    }
    const auto& grid = shown()->grid;
    const bool stale = riskwords::freshness(*m_risk, m_view.get()) == desk::Freshness::Stale;
    const QString covered = tr("%1 of %2 legs priced").arg(grid.coverage.priced).arg(grid.coverage.total);
    const QString when = riskwords::asOf(*m_risk, m_view.get());
    QString text = grid.legs == 0 ? when : tr("%1, %2").arg(covered, when);
    QString tip = format::timeTooltip(m_risk->at);
    if (grid.legs > 0) { // the book's delta stands here, never as a sum of shares of different underlyings
        std::set<std::string> underlyings;
        for (const auto& leg : shown()->book.legs) underlyings.insert(leg.holding.underlying);
        const auto& beta = shown()->beta;
        QString delta = betawords::delta(beta);
        if (const QString out = betawords::leftOut(beta, true); !out.isEmpty()) delta += QStringLiteral(", ") + out;
        text.prepend(tr("β-%2 delta %1   ").arg(delta, format::text(m_risk->betaWeights.benchmark)));
        tip.prepend(betawords::tooltip(beta, m_risk->betaWeights, underlyings, true) + QStringLiteral("\n\n"));
    }
    m_state->setWords(text);
    m_state->setToolTip(tip);
    setTone(*m_state, stale ? Token::Stale : Token::Dim);
    QStringList warnings;
    if (const QString out = riskwords::leftOut(*m_risk, *shown()); !out.isEmpty()) warnings << out;
    if (const QString cut = riskwords::cutOff(*m_risk, *shown()); !cut.isEmpty()) warnings << cut;
    if (shown()->map)
        if (const QString now = riskwords::trippedNow(*shown()->map); !now.isEmpty()) warnings << now;
    m_warning->setText(warnings.isEmpty() ? QString() : QChar(0x25B2) + QLatin1Char(' ') + warnings.join(QStringLiteral("  ")));
    setTone(*m_warning, Token::Warn);
    m_warning->setVisible(!warnings.isEmpty());
}

bool RiskBar::take(const QKeyEvent& event) {
    if (event.modifiers() != Qt::NoModifier) return false;
    const auto next = [](QTabBar* tabs) {
        if (tabs && tabs->count() > 0) tabs->setCurrentIndex((tabs->currentIndex() + 1) % tabs->count());
        return tabs != nullptr;
    };
    switch (event.key()) {
    case Qt::Key_D: return next(m_days);
    case Qt::Key_M: return next(m_metrics);
    case Qt::Key_P:
        if (m_pending && m_pending->isEnabled()) m_pending->toggle();
        return m_pending != nullptr;
    default: return false;
    }
}

} // namespace mahler::ui
