#pragma once

#include <string_view>

namespace mahler {

enum class LogLevel { Debug, Info, Warning, Error };

/// Starts logging to `directory`/mahler.log (rotating, 4 x 2 MiB); without it log() goes nowhere. Thread-safe.
void startLog(std::string_view directory);
/// English, no secrets (SAFETY S15).
void log(LogLevel level, std::string_view message);

} // namespace mahler
