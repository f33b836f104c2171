#pragma once

namespace mahler {

/// Several lambdas as one visitor for std::visit.
template <class... Fs> struct Overloaded : Fs... { using Fs::operator()...; };
template <class... Fs> Overloaded(Fs...) -> Overloaded<Fs...>;

} // namespace mahler
