#include "ui/shell/halt_words.h"

#include <algorithm>
#include <QStringList>

#include "risk/breakers.h"
#include "ui/models/grid_model.h"
#include "ui/shell/alarm_banner.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

QString call(const desk::DeskView& view, const QString& phone) {
    if (view.brokerSimulated) return AlarmBanner::tr("the simulated broker has no phone: nobody to call");
    return phone.isEmpty() ? AlarmBanner::tr("call your broker (no phone is set: Settings, Broker)")
                           : AlarmBanner::tr("call your broker: %1").arg(phone);
}

QString shortOnes(const desk::DeskView& view, const QString& phone) {
    QStringList ids;
    for (const auto& cancel : view.cancelsUnconfirmed) ids << format::text(cancel.id.str());
    const QString orders = ids.join(QStringLiteral(", ")); // short: the bar has little room, the banner and the tooltip say the rest
    if (view.brokerSimulated) return AlarmBanner::tr("simulated broker, no phone: %1", "order ids").arg(orders);
    return phone.isEmpty() ? AlarmBanner::tr("call your broker about %1", "order ids").arg(orders)
                           : AlarmBanner::tr("call %1 about %2", "phone, order ids").arg(phone, orders);
}

QString longOnes(const desk::DeskView& view, const QString& phone) {
    QStringList orders;
    for (const auto& cancel : view.cancelsUnconfirmed)
        orders << (cancel.brokerId.empty()
                       ? AlarmBanner::tr("%1 (%2)", "order id, what it is").arg(format::text(cancel.id.str()), format::text(cancel.description))
                       : AlarmBanner::tr("%1, at the broker %2 (%3)", "order id, broker's id, what it is")
                             .arg(format::text(cancel.id.str()), format::text(cancel.brokerId), format::text(cancel.description)));
    return AlarmBanner::tr("The broker has not confirmed the cancel of %n order(s): %1. They may still fill; %2.", nullptr,
                           static_cast<int>(view.cancelsUnconfirmed.size()))
        .arg(orders.join(QStringLiteral("; ")), call(view, phone));
}

} // namespace

QString unconfirmedShort(const desk::DeskView& view, const QString& phone) {
    return view.cancelsUnconfirmed.empty() ? QString() : shortOnes(view, phone);
}

QString unconfirmedLong(const desk::DeskView& view, const QString& phone) {
    return view.cancelsUnconfirmed.empty() ? QString() : longOnes(view, phone);
}

QString riskUnknownWords(const desk::DeskView& view) {
    if (view.portfolioRiskFraction) return {};
    if (!view.marks.equity)
        return AlarmBanner::tr("risk is unknown: a held position has no fresh two-sided quote, so there is no equity to measure it by");
    if (view.marks.equity->micros() <= 0) return AlarmBanner::tr("risk is unknown: there is no positive equity to measure it by");
    return AlarmBanner::tr("risk is unknown: the worst case of a held position is not defined");
}

QString latchOver(const desk::DeskView& view, const risk::Latch& latch) {
    using risk::Breaker;
    if (latch.breaker == Breaker::Startup || latch.breaker == Breaker::B7Integrity || latch.breaker == Breaker::B8Manual) return {};
    const auto now = std::find_if(view.breakers.begin(), view.breakers.end(), [&](const auto& reading) { return reading.breaker == latch.breaker; });
    if (now == view.breakers.end() || now->tripped || view.session != market::Session::Open) return {};
    const QString since = whenWords(latch.since, view.at.utc);
    return risk::mayClearAlone(latch, MonoTime::max()) ? AlarmBanner::tr("tripped %1, over since; clears alone after a clean minute").arg(since)
                                                       : AlarmBanner::tr("tripped %1, over since; waits for a Risk Manager").arg(since);
}

} // namespace mahler::ui
