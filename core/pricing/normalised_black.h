#pragma once

namespace mahler::pricing {

/// The out-of-the-money Black price in units of sqrt(F K) discounted: b = e^{x/2} N(x/s + s/2) - e^{-x/2} N(x/s - s/2),
/// x = -|ln(F/K)| <= 0, total volatility s = sigma sqrt(T) >= 0. Relative error a few ulp times max(1, (x/s)^2).
/// After the normalisation of Jaeckel, "Let's Be Rational" (2015), section 2; the series below is our own.
double normalisedBlack(double x, double s);
/// ln of the above, finite where the price itself underflows.
double logNormalisedBlack(double x, double s);
/// e^{x/2} - b: what is missing to the highest price, without cancellation.
double normalisedBlackComplement(double x, double s);
/// db/ds.
double normalisedVega(double x, double s);

/// The s with normalisedBlack(x, s) = beta, for x <= 0 and 0 < beta < e^{x/2}; negative when beta is out of that range
/// or no step converges. First guess and Householder steps: Jaeckel (2015), sections 4 to 6.
double impliedTotalVol(double x, double beta);

} // namespace mahler::pricing
