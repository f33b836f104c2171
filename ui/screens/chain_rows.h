#pragma once

#include <bitset>
#include <map>

#include "ui/models/grid_model.h"
#include "ui/screen.h"

namespace mahler::ui {

/// The columns of the option chain: calls, strike, puts.
namespace chaingrid {

enum Side { kCall = 0, kPut = 1 };
/// Left to right on the call side; the put side mirrors it, but bid, mid and ask keep their order, their sizes beside them.
enum Field { kPos, kGamma, kTheta, kVega, kEdge, kTheo, kOtm, kVol, kOi, kSpread, kIv, kDelta, kBidSize, kBid, kMid, kAsk, kAskSize, kFieldCount };
inline constexpr int kStrikeColumn = kFieldCount;
inline constexpr int kColumns = 2 * kFieldCount + 1;
int columnOf(Side side, int field);
/// Of a column that is not the strike.
Side sideOf(int column);

/// What D turns through. Fitting: as UX section 5 asks of the width. It knows three sets, so that no column comes or goes when the
/// approvals rail takes a hundred pixels: quotes and delta; with the Greeks and the model's value; everything. Everything scrolls.
enum class Preset { Fitting, Quotes, Greeks, Everything };
Preset nextPreset(Preset preset);
QString presetName(Preset preset);
std::vector<GridColumn> columns();
/// Of its columns' widths a set may lack so much: taken from their padding.
inline constexpr double kLeastScale = 0.97;
using FieldSet = std::bitset<kFieldCount>;
/// The fields the preset shows in a grid `width` pixels wide, with columns of these widths.
FieldSet shownFields(Preset preset, const std::vector<GridColumn>& columns, int width);

/// Why a volatility is missing, in words; empty when it is there. `shortfallCents` as pricing::shortfallCents().
QString ivReason(pricing::IvStatus status, std::optional<double> shortfallCents);

} // namespace chaingrid

/// A contract of one expiry within the chain.
struct ChainContract {
    std::int64_t strike = 0; ///< micros
    market::Right right = market::Right::Call;
    auto operator<=>(const ChainContract&) const = default;
};

/// What the desk has to do with a contract.
struct ChainMark {
    std::int64_t held = 0; ///< own contracts, signed
    int staged = 0;        ///< per unit, signed
    QString opportunity{}; ///< names of the candidates it is a leg of; empty: none
};

/// One expiry as the grid has it. Immutable.
struct ChainShown {
    ChainPtr chain;
    std::size_t expiry = 0;
    std::vector<std::int64_t> strikes; ///< micros, rising
    std::vector<std::size_t> first;    ///< row of the chain where each of them begins
    std::map<ChainContract, ChainMark> marks;
    int atm = -1; ///< index of the strike next to spot; -1 while the spot is unknown
    desk::Freshness fresh = desk::Freshness::Unknown;

    /// @return the strikes of an expiry, nothing marked.
    static ChainShown of(const ChainPtr& chain, std::size_t expiry);
    /// One strike, made when the grid comes to show it: of thousands some forty are on the screen.
    GridRow row(int index) const;
    /// The chain's row of one side of a strike; absent when it is not listed.
    std::optional<std::size_t> contractRow(int index, market::Right right) const;
    ChainMark mark(std::size_t row) const;
    bool isItm(std::size_t row) const;
};

/// Says of every cell which contract it belongs to: "call 450, Bid, 1.23".
class ChainModel final : public GridModel {
    Q_OBJECT
public:
    explicit ChainModel(QObject* parent = nullptr) : GridModel(chaingrid::columns(), parent) {}
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
};

/// Everything known of one contract, for the peek: (what, value), in the order it is read.
QList<QPair<QString, QString>> contractFacts(const ChainShown& shown, std::size_t row);

} // namespace mahler::ui
