#include "ui/approval/answer_words.h"

#include <array>

#include "ui/approval/approval_prompt.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

/// The one table of them: what the prompt offers is what is journaled, and what the queue and the lists then show.
constexpr std::array kRejectReasons = {
    QT_TRANSLATE_NOOP("mahler::ui::ApprovalPrompt", "1 poor price"), QT_TRANSLATE_NOOP("mahler::ui::ApprovalPrompt", "2 too large"),
    QT_TRANSLATE_NOOP("mahler::ui::ApprovalPrompt", "3 too risky"),  QT_TRANSLATE_NOOP("mahler::ui::ApprovalPrompt", "4 bad timing"),
    QT_TRANSLATE_NOOP("mahler::ui::ApprovalPrompt", "5 weak case"),  QT_TRANSLATE_NOOP("mahler::ui::ApprovalPrompt", "6 event ahead"),
    QT_TRANSLATE_NOOP("mahler::ui::ApprovalPrompt", "7 bad data"),   QT_TRANSLATE_NOOP("mahler::ui::ApprovalPrompt", "8 duplicate"),
    QT_TRANSLATE_NOOP("mahler::ui::ApprovalPrompt", "9 other")};

} // namespace

QStringList approveReasons() {
    return {ApprovalPrompt::tr("1 fits the plan"), ApprovalPrompt::tr("2 premium is rich"), ApprovalPrompt::tr("3 lowers a risk"),
            ApprovalPrompt::tr("4 small and tested"), ApprovalPrompt::tr("5 other")};
}

QStringList rejectReasons() {
    QStringList words;
    for (const char* reason : kRejectReasons) words << ApprovalPrompt::tr(reason);
    return words;
}

std::string rejectCode(int digit) {
    return digit >= 1 && digit <= static_cast<int>(kRejectReasons.size()) ? kRejectReasons[static_cast<std::size_t>(digit - 1)] : "rejected";
}

QString reasonWords(const std::string& journaled) {
    for (const char* reason : kRejectReasons)
        if (journaled == reason) return ApprovalPrompt::tr(reason);
    return format::text(journaled);
}

std::optional<Usd> typedAmount(const QString& typed) {
    QString text = typed.trimmed();
    if (text.startsWith(QLatin1Char('$'))) text.remove(0, 1);
    // A comma stands only between thousands: "4,380.00" is read, "4,38" is refused rather than guessed at.
    const qsizetype point = text.indexOf(QLatin1Char('.'));
    const QString whole = point < 0 ? text : text.left(point);
    const QStringList groups = whole.split(QLatin1Char(','));
    for (int i = 1; i < groups.size(); ++i)
        if (groups[i].size() != 3) return std::nullopt;
    if (groups.size() > 1 && (groups[0].isEmpty() || groups[0].size() > 3)) return std::nullopt;
    if (point >= 0 && text.mid(point).contains(QLatin1Char(','))) return std::nullopt;
    const auto parsed = Usd::parse(text.remove(QLatin1Char(',')).toStdString());
    return parsed ? std::optional(*parsed) : std::nullopt;
}

namespace {

QString roleName(approval::Role role) {
    switch (role) {
    case approval::Role::Analyst: return ApprovalPrompt::tr("Analyst");
    case approval::Role::Strategist: return ApprovalPrompt::tr("Strategist");
    case approval::Role::Trader: return ApprovalPrompt::tr("Trader");
    case approval::Role::RiskManager: return ApprovalPrompt::tr("Risk Manager");
    case approval::Role::PortfolioManager: return ApprovalPrompt::tr("Portfolio Manager");
    case approval::Role::TeamLead: return ApprovalPrompt::tr("Team Lead");
    }
    return {};
}

/// Says whose the tier is, by role: whoever reads it has none of them. No names: who has signed a T3 is not shown (SAFETY section 4).
QString notYours(approval::Tier tier) {
    using approval::Role;
    QStringList roles;
    for (const auto role : {Role::Trader, Role::RiskManager, Role::PortfolioManager, Role::TeamLead})
        if (approval::mayApproveTier({{}, {}, {role}}, static_cast<int>(tier))) roles << roleName(role);
    return ApprovalPrompt::tr("%1 is for %2", "a tier and the roles that may decide it")
        .arg(QLatin1String(approval::toString(tier)), roles.join(ApprovalPrompt::tr(" or ", "between roles")));
}

} // namespace

QString whyNotApproved(const desk::DeskView& view, const desk::ApprovalView& a) {
    if (!a.blockedBecause.empty()) return format::text(a.blockedBecause.front());
    const QString user = format::text(view.user.name);
    const auto tier = a.request.tier.tier;
    if (!approval::mayApproveTier(view.user, static_cast<int>(tier))) return notYours(tier);
    for (const auto& signature : a.request.signatures)
        if (signature.user == view.user.id) return ApprovalPrompt::tr("%1 has signed; a second person must").arg(user);
    if (tier == approval::Tier::T3 && a.request.order.source == "user:" + view.user.id.str())
        return ApprovalPrompt::tr("who proposed it cannot be one of the two who approve");
    return {};
}

QString whyNotAsked(const desk::DeskView& view, const desk::ApprovalView& a, const std::string& refused) {
    const auto tier = a.request.tier.tier;
    if (!approval::mayApproveTier(view.user, static_cast<int>(tier))) return notYours(tier);
    return format::text(refused);
}

QString whyNoMoreTime(const desk::DeskView& view, const desk::ApprovalView& a) {
    return whyNotAsked(view, a, a.noMoreTime ? approval::wordsOf(*a.noMoreTime, a.request.tier.tier) : std::string());
}

QString noMoreTimeHint(const desk::DeskView& view, const desk::ApprovalView& a) {
    if (!approval::mayApproveTier(view.user, static_cast<int>(a.request.tier.tier))) return ApprovalPrompt::tr("not your tier");
    if (!a.noMoreTime) return {};
    switch (*a.noMoreTime) {
    case approval::NoMoreTime::NotPending:
    case approval::NoMoreTime::TimeOver: return ApprovalPrompt::tr("time over");
    case approval::NoMoreTime::FixedDeadline:
    case approval::NoMoreTime::FixedReview: return ApprovalPrompt::tr("fixed time");
    case approval::NoMoreTime::Used: return ApprovalPrompt::tr("used");
    case approval::NoMoreTime::Longest: return ApprovalPrompt::tr("5 min at most");
    }
    return {};
}

bool asksForWords(const desk::ApprovalView& a) { return a.request.tier.tier >= approval::Tier::T2; }

QString missingField(const desk::ApprovalView& a, const QString& reason, const QString& amount) {
    if (!asksForWords(a)) return {};
    const bool long15 = a.request.tier.tier == approval::Tier::T3;
    if (reason.trimmed().toUtf8().size() < (long15 ? 15 : 1))
        return long15 ? ApprovalPrompt::tr("a reason of at least 15 characters") : ApprovalPrompt::tr("the reason");
    const auto typed = typedAmount(amount);
    if (typed && typed->micros() / 10'000 == a.maxLoss.micros() / 10'000) return {};
    return (amount.trimmed().isEmpty() ? ApprovalPrompt::tr("type the maximum loss, %1")
                                       : ApprovalPrompt::tr("the typed amount is not the maximum loss, %1"))
        .arg(format::text(exactMoney(a.maxLoss)));
}

qint64 readingMsOf(approval::Tier tier) {
    switch (tier) {
    case approval::Tier::T0:
    case approval::Tier::T1: return 800;
    case approval::Tier::T2: return 5000;
    case approval::Tier::T3: return 10000;
    }
    return 10000;
}

QList<QPair<QString, QString>> promptKeys() {
    return {{ApprovalPrompt::tr("A"), ApprovalPrompt::tr("arm; from T2 on asks for the reason and the loss")},
            {ApprovalPrompt::tr("Enter"), ApprovalPrompt::tr("approve when armed; on an untouched prompt reject")},
            {ApprovalPrompt::tr("R, 1-9"), ApprovalPrompt::tr("reject with a reason")},
            {ApprovalPrompt::tr("S"), ApprovalPrompt::tr("half the size")},
            {ApprovalPrompt::tr("M"), ApprovalPrompt::tr("60 s more, once")},
            {ApprovalPrompt::tr("E"), ApprovalPrompt::tr("hand on to the next tier")},
            {ApprovalPrompt::tr("V"), ApprovalPrompt::tr("the debate")},
            {ApprovalPrompt::tr("Space"), ApprovalPrompt::tr("evidence")},
            {ApprovalPrompt::tr("W"), ApprovalPrompt::tr("what-if: the book with it")},
            {ApprovalPrompt::tr("U"), ApprovalPrompt::tr("pull back while sending")},
            {ApprovalPrompt::tr("Esc"), ApprovalPrompt::tr("leave undecided")}};
}

} // namespace mahler::ui
