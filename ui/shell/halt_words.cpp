#include "ui/shell/halt_words.h"

#include <QStringList>

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

} // namespace mahler::ui
