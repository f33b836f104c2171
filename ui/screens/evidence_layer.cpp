#include "ui/screens/evidence_layer.h"

#include <algorithm>
#include <QKeyEvent>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/models/grid_view.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

struct Rows {
    const agents::FactTable& facts;
    std::vector<GridRow> struck, backed;

    void add(const QString& who, const std::vector<agents::Claim>& claims) {
        for (const auto& c : claims) {
            const bool bad = c.status == agents::ClaimStatus::Struck;
            const auto fact = facts.find(c.fact);
            const bool known = fact != facts.end();
            const QString value = !known                ? format::dash()
                                  : fact->second.number ? format::number(*fact->second.number, fact->second.decimals) + QLatin1Char(' ') +
                                                              format::text(fact->second.unit)
                                                        : format::text(fact->second.word);
            const QString state = bad                                        ? EvidenceLayer::tr("✗ struck")
                                  : c.status == agents::ClaimStatus::Derived ? EvidenceLayer::tr("✓ derived")
                                                                             : EvidenceLayer::tr("✓ verified");
            auto& rows = bad ? struck : backed;
            rows.push_back({QStringLiteral("%1/%2").arg(who).arg(c.offset),
                            {{who, {}, Tone::Dim},
                             {format::text(c.text), {}, Tone::Strong},
                             {state, {}, bad ? Tone::Warn : Tone::Plain},
                             {c.fact.empty() ? EvidenceLayer::tr("no fact cited") : format::text(c.fact.str()), {}},
                             {value, {}},
                             {known ? format::text(fact->second.source) : format::dash(), {}, Tone::Dim},
                             {known ? format::timeNewYork(fact->second.time) : format::dash(),
                              {},
                              Tone::Dim,
                              desk::Freshness::Fresh,
                              known ? format::timeTooltip(fact->second.time) : QString()}},
                            false,
                            false,
                            {}});
        }
    }
};

} // namespace

EvidenceLayer::EvidenceLayer(const agents::Deliberation& d, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("layer"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowFlag(Qt::FramelessWindowHint);
    setWindowTitle(tr("Evidence"));
    resize(940, 520);
    Rows rows{d.facts, {}, {}};
    for (const auto& a : d.analysts) rows.add(format::text(a.role), a.claims);
    for (const auto& round : d.debate.rounds) {
        rows.add(format::text(round.bull.id), round.bull.claims);
        rows.add(format::text(round.bear.id), round.bear.claims);
    }
    rows.add(tr("facilitator"), d.debate.synthesisClaims);
    for (std::size_t i = 0; i < d.debate.unansweredClaims.size(); ++i) rows.add(tr("unanswered %1").arg(i + 1), d.debate.unansweredClaims[i]);
    for (const auto& v : d.riskViews) rows.add(format::text(v.perspective), v.claims);
    rows.add(tr("decision"), d.decision.claims);
    auto* head = new QLabel(tr("%1   %2 numbers: %3 verified, %4 derived, %5 struck")
                                .arg(format::text(d.underlying))
                                .arg(d.claims.total)
                                .arg(d.claims.verified)
                                .arg(d.claims.derived)
                                .arg(d.claims.struck));
    head->setTextFormat(Qt::PlainText);
    setTone(*head, Token::Text, true, 14);
    auto* model = new GridModel({{tr("Said by"), {}, 110, kLeft},
                                 {tr("Number"), tr("as it was written"), 84},
                                 {tr("Check"), tr("by code, within the rounding it is written with"), 88, kLeft},
                                 {tr("Fact"), {}, 170, kLeft},
                                 {tr("Its value"), tr("of the fact, in the unit it is written with"), 130},
                                 {tr("Source"), {}, 210, kLeft},
                                 {tr("Time ET"), {}, 70, kLeft}},
                                this);
    rows.struck.insert(rows.struck.end(), std::make_move_iterator(rows.backed.begin()), std::make_move_iterator(rows.backed.end()));
    model->setRows(std::move(rows.struck));
    auto* grid = new GridView(model);
    grid->setAccessibleName(tr("Evidence"));
    grid->setEmptyText(tr("Nobody stated a number."));
    grid->installEventFilter(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 10, 14, 12);
    layout->addWidget(head);
    layout->addWidget(grid, 1);
    grid->setFocus();
}

bool EvidenceLayer::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space) {
        accept();
        return true;
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace mahler::ui
