#include "base/log.h"

#include <atomic>
#include <memory>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

namespace mahler {

void startLog(std::string_view directory) {
    try {
        spdlog::drop("mahler"); // a second start moves the log
        spdlog::set_level(spdlog::level::info);
        spdlog::set_default_logger(spdlog::rotating_logger_mt("mahler", std::string(directory) + "/mahler.log", 2 << 20, 4));
        spdlog::flush_on(spdlog::level::info);
    } catch (const spdlog::spdlog_ex&) { spdlog::set_level(spdlog::level::off); }
}

void log(LogLevel level, std::string_view message) {
    if (!spdlog::get("mahler")) return;
    switch (level) {
    case LogLevel::Debug: spdlog::debug("{}", message); break;
    case LogLevel::Info: spdlog::info("{}", message); break;
    case LogLevel::Warning: spdlog::warn("{}", message); break;
    case LogLevel::Error: spdlog::error("{}", message); break;
    }
}

} // namespace mahler
