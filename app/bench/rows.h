#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/bench/row.h"

class QCoreApplication;

namespace mahler::bench {

/// European kernels on every instruction set of the machine against QuantLib's formulas. Some ten seconds.
std::vector<Row> europeanRows();
/// One contract after the other, without reuse, against QuantLib's option objects.
std::vector<Row> singlePriceRows();
/// American chains of the reference prototypes' workload, ours on every instruction set of the machine (the fastest under
/// the plain name) and QuantLib's QdFp engine in the same process, and the verification of a four-leg trade. Errors are on a
/// spot of 600, against the scalar boundary method. About ten seconds.
std::vector<Row> americanRows();
/// A book of 1,000 American legs on a grid and in 10,000 scenarios, against QuantLib; a surface's fit. Some ten seconds.
std::vector<Row> portfolioRows();
/// The rows whose names begin so, measured by a process of this program on AVX2 and named "..._avx2"; none where AVX2 is the
/// widest set, or not there. Needs an application.
std::vector<Row> avx2Rows(const std::string& prefix);
/// `mahler price` as a process, when it is built beside this program.
std::vector<Row> priceTableRows();
/// A quarter of recorded SPX chains read from .csv.gz; without them beside the project a row with a note.
std::vector<Row> historyRows();
/// A chain priced and analysed, gate, breakers, claims, journal.
std::vector<Row> deskRows();
/// From the market tick that confirms a breach to the closing orders at the broker, through the whole runtime.
std::vector<Row> breachRows();

/// The application of the window rows; made before them, kept until the end. Draws off screen unless QT_QPA_PLATFORM says
/// otherwise.
std::unique_ptr<QCoreApplication> makeWindowApplication(int& argc, char** argv);
/// Through the real window on the GUI thread; they need makeWindowApplication().
std::vector<Row> haltRows();
std::vector<Row> approvalRows();
std::vector<Row> contractFrameRows(); ///< 10,000 contracts in 25 expiries, 200 strikes shown
std::vector<Row> rowFrameRows();      ///< one expiry of 10,000 strikes
/// Starts this program anew several times with kColdStart and times it to the first painted chain.
std::vector<Row> coldStartRows();
inline constexpr const char* kColdStart = "--cold-start";
/// The child's side: the workstation's parts until a live chain is painted; prints the steady clock's nanoseconds of its
/// first frame and of the first live chain.
/// @return the exit code.
int runColdStart(int& argc, char** argv, const std::string& dataFolder);

} // namespace mahler::bench
