#pragma once

#include <optional>
#include <QCoreApplication>
#include <vector>

#include "pricing/chain_pricer.h"
#include "ui/models/grid_model.h"

namespace mahler::ui {

/// The slices of a surface by the expiry they belong to, how they came about, and what is wrong with each.
class SurfaceNotes {
    Q_DECLARE_TR_FUNCTIONS(mahler::ui::SurfaceNotes)
public:
    explicit SurfaceNotes(const pricing::PricedChain& chain);
    const pricing::SurfaceSlice* slice(std::size_t expiry) const { return m_slice[expiry] ? &m_chain.surface.slices[*m_slice[expiry]] : nullptr; }
    Cell arbitrage(std::size_t expiry) const;
    static QString nameOf(pricing::SliceModel model);
    static QString whatIs(pricing::SliceModel model);

private:
    QString dateOf(std::size_t slice) const;
    const pricing::PricedChain& m_chain;
    std::vector<std::optional<std::size_t>> m_slice;
};

} // namespace mahler::ui
