#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "base/json.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"
#include "pricing/surface_check.h"

namespace mahler::app {

namespace {

Json optional(const std::optional<double>& v) { return v ? Json(*v) : Json(nullptr); }

Json toJson(const pricing::PricedChain& chain, const pricing::Surface& surface) {
    Json slices = Json::array(), crossings = Json::array();
    const auto expiryOf = [&](std::size_t slice) { return formatDate(chain.chain->expiries[surface.slices[slice].expiry].expiry); };
    for (const auto& s : surface.slices) {
        const auto& e = chain.expiries[s.expiry];
        const auto& raw = chain.chain->expiries[s.expiry];
        slices.push_back({{"expiration_date", formatDate(raw.expiry)}, {"root", raw.root}, {"t_years", e.years}, {"forward", e.forward},
                          {"forward_from_parity", e.forwardFromParity}, {"rate", e.rate}, {"dividend_yield", e.dividendYield}, {"atm_iv", optional(e.atmVol)},
                          {"expected_move", optional(e.expectedMove)}, {"risk_reversal_25", optional(e.riskReversal25)}, {"butterfly_25", optional(e.butterfly25)},
                          {"model", s.fallback ? "ssvi" : "svi"}, {"a", s.fit.a}, {"b", s.fit.b}, {"rho", s.fit.rho}, {"m", s.fit.m}, {"sigma", s.fit.sigma},
                          {"rmse", s.rmse}, {"used", s.fit.used}, {"refused", s.fit.rejected}, {"min_g", s.check.minG}, {"min_g_at", s.check.atK},
                          {"wing", s.check.wing}, {"butterfly_free", s.check.free()}});
    }
    for (const auto& c : surface.crossings)
        crossings.push_back({{"nearer", expiryOf(c.nearer)}, {"farther", expiryOf(c.farther)}, {"k", c.k}, {"total_variance", c.gap}});
    return {{"underlying", chain.chain->underlying}, {"time", formatUtc(chain.chain->time)}, {"spot", chain.spot}, {"contracts", chain.chain->size()},
            {"slices", slices}, {"calendar_crossings", crossings}, {"quotes_used", surface.used}, {"quotes_refused", surface.refused},
            {"ssvi", surface.ssvi ? Json{{"rho", surface.ssvi->rho}, {"eta", surface.ssvi->eta}, {"gamma", surface.ssvi->gamma}, {"rmse", surface.ssviRmse}} : Json(nullptr)},
            {"arbitrage_free", surface.arbitrageFree()}};
}

void print(const pricing::PricedChain& chain, const pricing::Surface& surface) {
    std::printf("%s at %s, spot %.2f, %zu contracts\n\n", chain.chain->underlying.c_str(), market::formatNewYork(chain.chain->time).c_str(), chain.spot, chain.chain->size());
    std::printf("expiry      root   days   forward  atm iv   rmse  used refused  min g  wing  model\n");
    for (const auto& s : surface.slices) {
        const auto& e = chain.expiries[s.expiry];
        const auto& raw = chain.chain->expiries[s.expiry];
        std::printf("%s  %-5s %5.1f  %8.2f  %5.1f%%  %4.2f%%  %4d %7d  %5.2f  %4.2f  %s%s\n", formatDate(raw.expiry).c_str(), raw.root.c_str(), e.years * 365, e.forward,
                    e.atmVol.value_or(0) * 100, s.rmse * 100, s.fit.used, s.fit.rejected, s.check.minG, s.check.wing, s.fallback ? "SSVI" : "SVI",
                    s.check.free() ? "" : "  butterfly arbitrage");
    }
    for (const auto& c : surface.crossings)
        std::printf("calendar arbitrage: total variance falls by %.6f from %s to %s at k %.3f\n", c.gap,
                    formatDate(chain.chain->expiries[surface.slices[c.nearer].expiry].expiry).c_str(),
                    formatDate(chain.chain->expiries[surface.slices[c.farther].expiry].expiry).c_str(), c.k);
    std::printf("\n%d quotes used, %d refused; %s\n", surface.used, surface.refused, surface.arbitrageFree() ? "no arbitrage" : "arbitrage as named above");
}

} // namespace

int runSurfaceCommand(const std::vector<std::string>& words) {
    const auto args = Arguments::parse(words, {"chain", "underlying"}, {"json"});
    if (!args)
        return badUsage(args.error());
    const auto path = args->required("chain");
    const auto underlying = args->required("underlying");
    if (!path || !underlying)
        return badUsage(!path ? path.error() : underlying.error());
    if (!args->rest().empty())
        return badUsage(badInput("unexpected '" + args->rest().front() + "'"));
    market::ChainFileOptions options;
    options.underlying = *underlying;
    options.lastSnapshotOnly = true;
    const auto read = market::readChainFile(*path, options);
    if (!read)
        return badUsage(read.error());
    for (const auto& note : read->report.notes)
        std::fprintf(stderr, "mahler: note: %s\n", oneLine(note).c_str());
    if (read->chains.empty())
        return badUsage(badInput(*path + ": no snapshot of " + *underlying));
    const auto priced = pricing::priceChain(read->chains.back(), {});
    const auto surface = pricing::checkSurface(*priced);
    if (surface.slices.empty())
        return badUsage(badInput(*path + ": no expiry of " + *underlying + " has five usable quotes"));
    if (args->flag("json"))
        std::printf("%s\n", toJson(*priced, surface).dump(2).c_str());
    else
        print(*priced, surface);
    return surface.arbitrageFree() ? 0 : 1;
}

} // namespace mahler::app
