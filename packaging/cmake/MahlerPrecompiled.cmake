# Precompiled headers (STYLE section 8): one for core, one each for ui and app, two for the tests. Other people's headers only: a change of
# ours must not rebuild everything. MAHLER_PCH=OFF keeps the includes honest; a build without it is made before a release.
option(MAHLER_PCH "Use precompiled headers" ON)

# GCC 12 takes the standard library's own inlined code for ours once it comes from a precompiled header, and warns of what its strings
# could never do (bug 105651 and its kin). The build without keeps these warnings.
if(MAHLER_PCH)
    target_compile_options(mahler_build_options INTERFACE
        $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread>)
endif()

set(MAHLER_PCH_STANDARD <algorithm> <array> <chrono> <cmath> <cstdint> <cstdio> <filesystem> <functional> <limits> <map> <memory> <mutex>
    <optional> <set> <span> <string> <string_view> <thread> <tuple> <utility> <variant> <vector> <nlohmann/json.hpp>)
set(MAHLER_PCH_WIDGETS <QApplication> <QDialog> <QFile> <QFrame> <QHBoxLayout> <QKeyEvent> <QLabel> <QLineEdit> <QPainter> <QPushButton>
    <QString> <QTableView> <QTimer> <QVBoxLayout> <QChartView> <QLineSeries> <QScatterSeries> <QValueAxis>)

# mahler_precompile(<target> FROM <owner>) takes over a finished one; mahler_precompile(<target> <header>...) makes its own.
function(mahler_precompile target)
    if(NOT MAHLER_PCH OR MSVC)
        return()
    endif()
    cmake_parse_arguments(ARG "" "FROM" "" ${ARGN})
    if(ARG_FROM)
        target_precompile_headers(${target} REUSE_FROM ${ARG_FROM})
    else()
        target_precompile_headers(${target} PRIVATE ${ARG_UNPARSED_ARGUMENTS})
    endif()
endfunction()

# A target that exists for its precompiled header: same kind and definitions as those that take it over.
function(mahler_precompiled_owner target kind)
    file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp" CONTENT "int main() { return 0; }\n")
    if(kind STREQUAL "library")
        file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp" CONTENT "namespace mahler { extern const int kPrecompiled; const int kPrecompiled = 0; }\n")
        add_library(${target} STATIC "${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp")
    else()
        add_executable(${target} "${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp")
    endif()
endfunction()
