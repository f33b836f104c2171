#include <cstdio>
#include <nlohmann/json.hpp>

#include "analytics/term_structure.h"
#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "base/json.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"
#include "market/history_files.h"
#include "pricing/chain_pricer.h"

namespace mahler::app {

namespace {

Json optional(const std::optional<double>& v) { return v ? Json(*v) : Json(nullptr); }

struct ModelName {
    const char* json;
    const char* print;
};

ModelName nameOf(pricing::SliceModel model) {
    switch (model) {
    case pricing::SliceModel::Svi: return {"svi", "SVI"};
    case pricing::SliceModel::Constrained: return {"svi_bounded", "SVI, bounded"};
    case pricing::SliceModel::Repaired: return {"svi_repaired", "SVI, wings repaired"};
    case pricing::SliceModel::Ssvi: return {"ssvi", "SSVI"};
    }
    return {"", ""};
}

class SurfaceReport {
public:
    explicit SurfaceReport(const pricing::PricedChain& chain) : m_chain(chain), m_surface(chain.surface) {}

    Json json() const {
        Json slices = Json::array();
        for (const auto& s : m_surface.slices) {
            const auto& e = m_chain.expiries[s.expiry];
            const auto& raw = m_chain.chain->expiries[s.expiry];
            slices.push_back({{"expiration_date", formatDate(raw.expiry)},
                              {"root", raw.root},
                              {"t_years", e.years},
                              {"forward", e.forward},
                              {"forward_from_parity", e.forwardFromParity},
                              {"rate", e.rate},
                              {"dividend_yield", e.dividendYield},
                              {"atm_iv", optional(e.atmVol)},
                              {"expected_move", optional(e.expectedMove)},
                              {"risk_reversal_25", optional(e.riskReversal25)},
                              {"butterfly_25", optional(e.butterfly25)},
                              {"model", nameOf(s.fit.model).json},
                              {"a", s.fit.a},
                              {"b", s.fit.b},
                              {"rho", s.fit.rho},
                              {"m", s.fit.m},
                              {"sigma", s.fit.sigma},
                              {"rmse", s.fit.rmse},
                              {"rmse_unbounded", s.freeRmse},
                              {"skew_per_10_percent", optional(analytics::skewPerTenPercent(e))},
                              {"forward_vol", forwardVol(s.expiry)},
                              {"rate_assumed", e.rateAssumed},
                              {"borrow", e.borrow},
                              {"used", s.fit.used},
                              {"refused", s.fit.rejected},
                              {"min_g", s.check.fineMinG},
                              {"min_g_at", s.check.fineAtK},
                              {"wing", s.check.wing},
                              {"butterfly_free", s.check.free()}});
        }
        const auto iv30 = analytics::volAt(m_term, 30), iv90 = analytics::volAt(m_term, 90);
        const auto ratio = iv30 && iv90 ? std::optional(*iv30 / *iv90) : std::nullopt;
        return {{"underlying", m_chain.chain->underlying},
                {"time", formatUtc(m_chain.chain->time)},
                {"spot", m_chain.spot},
                {"contracts", m_chain.chain->size()},
                {"term",
                 {{"iv_30", optional(iv30)},
                  {"iv_90", optional(iv90)},
                  {"ratio_30_90", optional(ratio)},
                  {"slope_per_year", optional(analytics::termSlope(m_term))}}},
                {"slices", slices},
                {"calendar_crossings", crossings(m_surface.crossings)},
                {"calendar_mended", crossings(m_surface.mended)},
                {"quotes_used", m_surface.used},
                {"quotes_refused", m_surface.refused},
                {"arbitrage_free", m_surface.arbitrageFree()}};
    }

    void print() const {
        std::printf("%s at %s, spot %.2f, %zu contracts\n\n", m_chain.chain->underlying.c_str(), market::formatNewYork(m_chain.chain->time).c_str(),
                    m_chain.spot, m_chain.chain->size());
        std::printf("expiry      root   days   forward  atm iv   rmse  unbounded  used refused  min g  wing  model\n");
        for (const auto& s : m_surface.slices) {
            const auto& e = m_chain.expiries[s.expiry];
            std::printf("%s  %-5s %5.1f  %8.2f  %5.1f%%  %4.2f%%      %4.2f%%  %4d %7d  %5.2f  %4.2f  %s%s\n", dateOf(s).c_str(),
                        m_chain.chain->expiries[s.expiry].root.c_str(), e.years * 365, e.forward, e.atmVol.value_or(0) * 100, s.fit.rmse * 100,
                        s.freeRmse * 100, s.fit.used, s.fit.rejected, s.check.fineMinG, s.check.wing, nameOf(s.fit.model).print,
                        s.check.free() ? "" : "  butterfly arbitrage");
        }
        std::printf("\n");
        for (const auto& c : m_surface.mended)
            std::printf("calendar mended: unbounded, total variance falls by %.6f from %s to %s at k %.3f\n", c.gap,
                        dateOf(m_surface.slices[c.nearer]).c_str(), dateOf(m_surface.slices[c.farther]).c_str(), c.k);
        for (const auto& c : m_surface.crossings)
            std::printf("calendar arbitrage: total variance falls by %.6f from %s to %s at k %.3f\n", c.gap,
                        dateOf(m_surface.slices[c.nearer]).c_str(), dateOf(m_surface.slices[c.farther]).c_str(), c.k);
        std::printf("%d quotes used, %d refused; %s\n", m_surface.used, m_surface.refused,
                    m_surface.arbitrageFree() ? "no arbitrage" : "arbitrage as named above");
    }

private:
    Json forwardVol(std::size_t expiry) const {
        for (const auto& p : m_term)
            if (p.expiry == expiry && p.forwardVol) return *p.forwardVol;
        return nullptr;
    }
    std::string dateOf(const pricing::SurfaceSlice& s) const { return formatDate(m_chain.chain->expiries[s.expiry].expiry); }
    Json crossings(const std::vector<pricing::CalendarCrossing>& list) const {
        Json out = Json::array();
        for (const auto& c : list)
            out.push_back({{"nearer", dateOf(m_surface.slices[c.nearer])},
                           {"farther", dateOf(m_surface.slices[c.farther])},
                           {"k", c.k},
                           {"total_variance", c.gap}});
        return out;
    }

    const pricing::PricedChain& m_chain;
    const pricing::Surface& m_surface;
    std::vector<analytics::TermPoint> m_term = analytics::termStructure(m_chain);
};

} // namespace

int runSurfaceCommand(const std::vector<std::string>& words) {
    const auto args = Arguments::parse(words, {"chain", "underlying", "history"}, {"json"});
    if (!args) return badUsage(args.error());
    const auto path = args->required("chain");
    const auto underlying = args->required("underlying");
    if (!path || !underlying) return badUsage(!path ? path.error() : underlying.error());
    if (!args->rest().empty()) return badUsage(badInput("unexpected '" + args->rest().front() + "'"));
    market::ChainFileOptions options;
    options.underlying = *underlying;
    options.lastSnapshotOnly = true;
    const auto read = market::readChainFile(*path, options);
    if (!read) return badUsage(read.error());
    for (const auto& note : read->report.notes) std::fprintf(stderr, "mahler: note: %s\n", oneLine(note).c_str());
    if (read->chains.empty()) return badUsage(badInput(*path + ": no snapshot of " + *underlying));
    pricing::CurveInputs curve;
    if (const auto directory = args->value("history")) {
        std::vector<std::string> notes;
        const auto history = market::readHistory(*directory, read->chains.back()->time, notes);
        if (!history) return badUsage(history.error());
        for (const auto& note : notes) std::fprintf(stderr, "mahler: note: %s\n", oneLine(note).c_str());
        curve = pricing::curveOf(&*history, *underlying);
    }
    const auto priced = pricing::priceChain(read->chains.back(), curve);
    if (priced->surface.slices.empty()) return badUsage(badInput(*path + ": no expiry of " + *underlying + " has five usable quotes"));
    const SurfaceReport report(*priced);
    if (args->flag("json"))
        std::printf("%s\n", report.json().dump(2).c_str());
    else
        report.print();
    return priced->surface.arbitrageFree() ? 0 : 1;
}

} // namespace mahler::app
