#include "risk/book_risk.h"

#include <algorithm>
#include <cmath>

#include "risk/sizing.h"

namespace mahler::risk {

std::string structureKey(const std::vector<portfolio::ComboLeg>& legs) {
    std::vector<std::string> parts;
    for (const auto& leg : legs) parts.push_back(leg.contract.id() + (leg.ratio < 0 ? "" : "+") + std::to_string(leg.ratio));
    std::sort(parts.begin(), parts.end());
    std::string key;
    for (const auto& part : parts) key += part + ";";
    return key;
}

void addGreeks(const std::vector<portfolio::ComboLeg>& legs, std::int64_t quantity, std::optional<double> spot, const portfolio::GreeksBook& greeks,
               double& deltaDollars, double& gammaDollars, std::string& unknown) {
    for (const auto& leg : legs) {
        const std::string id = leg.contract.id();
        const auto it = greeks.find(id);
        if (it == greeks.end() || !spot || !std::isfinite(it->second.delta) || !std::isfinite(it->second.gamma)) {
            unknown = id;
            continue;
        }
        const double units = static_cast<double>(leg.ratio * quantity * leg.contract.multiplier);
        deltaDollars += it->second.delta * units * *spot;
        gammaDollars += it->second.gamma * units * *spot * *spot * 0.01;
    }
}

BookRisk bookRisk(const std::vector<portfolio::Position>& positions, const std::vector<OutstandingOrder>& outstanding,
                  const portfolio::GreeksBook& greeks, const std::map<std::string, double>& spots) {
    BookRisk book;
    const auto greeksOf = [&](const std::string& underlying, const std::vector<portfolio::ComboLeg>& legs, std::int64_t quantity) {
        const auto spot = spots.find(underlying);
        double delta = 0, gamma = 0;
        addGreeks(legs, quantity, spot == spots.end() ? std::nullopt : std::optional(spot->second), greeks, delta, gamma, book.unknownGreeks);
        return std::pair(delta, gamma);
    };
    const auto count = [&](std::optional<Usd> loss, const std::string& underlying, const std::vector<portfolio::ComboLeg>& legs) {
        if (!loss) {
            book.defined = false;
            return;
        }
        book.worstCase += *loss;
        if (isCorrelatedEquity(underlying)) book.correlated += *loss;
        book.byStructure[structureKey(legs)] += *loss;
    };
    for (const auto& p : positions) {
        count(portfolio::worstCaseLoss(p), p.underlying, p.legs);
        const auto [delta, gamma] = greeksOf(p.underlying, p.legs, p.quantity);
        book.deltaLow += delta;
        book.gammaLow += gamma;
        book.held[p.id] = {p.quantity, 0, p.legs};
    }
    book.deltaHigh = book.deltaLow;
    book.gammaHigh = book.gammaLow;
    book.outstanding = static_cast<int>(outstanding.size());
    for (const auto& o : outstanding) {
        const auto [delta, gamma] = greeksOf(o.order.underlying, o.order.legs, o.order.quantity);
        book.deltaLow += std::min(0.0, delta);
        book.deltaHigh += std::max(0.0, delta);
        book.gammaLow += std::min(0.0, gamma);
        book.gammaHigh += std::max(0.0, gamma);
        if (o.order.intent == portfolio::OrderIntent::Close) {
            if (const auto held = book.held.find(o.order.closes); held != book.held.end()) held->second.closing += o.order.quantity;
            continue;
        }
        const auto bounds = portfolio::payoffBounds(o.order.legs, o.order.netLimit);
        const auto loss = bounds.maxLoss ? times(*bounds.maxLoss, o.order.quantity) : Result<Usd>(badInput("undefined"));
        count(loss ? std::optional(*loss) : std::nullopt, o.order.underlying, o.order.legs);
    }
    return book;
}

} // namespace mahler::risk
