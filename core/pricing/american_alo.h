#pragma once

#include "pricing/american_boundary.h"
#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// The exercise boundary of the QD+ approximation (Li 2010) in units of the strike, to machine precision; `tau` > 0 years to
/// expiry. NaN when the equation has no root.
double qdPlusBoundary(const PutProblem& put, double tau);

/// Which fixed point system of Andersen, Lake & Offengenden 2016 is iterated (their section 4).
enum class FixedPoint { A, B };

/// The scheme as published (their section 5.3): `inner` Legendre nodes in the fixed point, `steps` iterations, the first a
/// partial Jacobi-Newton step, `nodes` Chebyshev intervals of sqrt(tau), a QD+ start.
struct AloScheme {
    int inner = 65, steps = 8, nodes = 32;
    FixedPoint equation = FixedPoint::A;
    int premium = 0;      ///< Legendre nodes of the premium over sqrt(s), as in the paper; 0: the integral to machine precision
    bool crowded = false; ///< B alone: inner nodes crowd at short times, where its integrand turns; not in the paper
};
/// Early-exercise premium of a put on strike 1 at moneyness m. Scalar and slow (about a millisecond), written from the
/// paper with no code of the fast kernel: it reproduces published schemes digit for digit and is a second opinion.
double aloPremium(const PutProblem& put, double m, const AloScheme& scheme);
/// The price by the scheme of the header, with the European price from erfc. NaN where two boundaries exist (negative
/// rates); `in` must be valid with spot, strike, years and vol positive.
double aloPrice(const Inputs& in, const AloScheme& scheme = {});

} // namespace mahler::pricing
