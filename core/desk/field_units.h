#pragma once

#include <string>

namespace mahler::desk {

/// What a whole number in a journal record counts.
enum class FieldUnit {
    Count,       ///< itself: contracts, tries, seconds
    Money,       ///< millionths of a dollar: a balance, a fee, a bound
    Gain,        ///< millionths of a dollar to us: its sign says who paid
    Net,         ///< millionths of a dollar a share to us: a credit is above 0
    Moment,      ///< nanoseconds of UTC
    Nanoseconds, ///< of a duration or of the machine's own clock
    Millionths,  ///< of one
    Trillionths  ///< of one
};

/// Of the number under `key` in a record of type `type`, directly inside the object named `parent` (empty: the record itself).
/// A key this version does not know is a Count. Pure.
FieldUnit unitOfField(const std::string& type, const std::string& parent, const std::string& key);

} // namespace mahler::desk
