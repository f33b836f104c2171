# One interface target carries the language level and the warnings; every module links it.
add_library(mahler_build_options INTERFACE)
target_compile_features(mahler_build_options INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(MSVC)
    target_compile_options(mahler_build_options INTERFACE /W4 /permissive- /utf-8)
else()
    target_compile_options(mahler_build_options INTERFACE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
        $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess> # ccache needs it
        $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>) # GCC 12 reports "text" + std::string falsely (bug 105651)
endif()
target_include_directories(mahler_build_options INTERFACE "${CMAKE_SOURCE_DIR}/core" "${CMAKE_SOURCE_DIR}")

if(MAHLER_SANITIZE)
    add_compile_options(-fsanitize=${MAHLER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all) # a finding fails the test
    add_link_options(-fsanitize=${MAHLER_SANITIZE})
endif()
if(MAHLER_COVERAGE)
    add_compile_options(--coverage -O0)
    add_link_options(--coverage)
endif()

find_program(MAHLER_CCACHE ccache)
if(MAHLER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # A precompiled header is found in the cache by what it was made from, not by its time stamp.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${MAHLER_CCACHE}")
endif()
find_program(MAHLER_LLD ld.lld)
if(MAHLER_LLD AND NOT MSVC AND NOT APPLE AND NOT MAHLER_COVERAGE)
    add_link_options(-fuse-ld=lld)
endif()

# mahler_module(<folder> SOURCES a.cpp ... LINKS mahler_base ... PRIVATE_LINKS lib ...)
# Makes the static library mahler_<folder>. Third-party headers are SYSTEM.
function(mahler_module name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
    if(ARG_SOURCES)
        add_library(mahler_${name} STATIC ${ARG_SOURCES})
        mahler_precompile(mahler_${name} FROM mahler_pch)
        target_link_libraries(mahler_${name} PUBLIC mahler_build_options ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
    else()
        add_library(mahler_${name} INTERFACE)
        target_link_libraries(mahler_${name} INTERFACE mahler_build_options ${ARG_LINKS})
    endif()
endfunction()

# mahler_test(<module> <unit> [LINKS ...] [LABEL core|proof-sample|proof|session|bridge|ui|app]): tests/<module>/tst_<module>_<unit>.cpp. "proof",
# "proof-sample" and "session" are for what takes seconds, many numbers and whole sessions: a plain ctest runs them, `ctest -L core` does not.
function(mahler_test module unit)
    cmake_parse_arguments(ARG "" "LABEL" "LINKS" ${ARGN})
    if(NOT ARG_LABEL)
        set(ARG_LABEL core)
    endif()
    set(target tst_${module}_${unit})
    add_executable(${target} ${target}.cpp)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
    target_link_libraries(${target} PRIVATE mahler_build_options Qt6::Test ${ARG_LINKS})
    target_compile_options(${target} PRIVATE ${MAHLER_TEST_OPTIONS})
    if(NOT TARGET thread_tests)
        add_custom_target(thread_tests) # what the thread sanitizer runs
    endif()
    if(ARG_LABEL MATCHES "^(core|session|bridge|proof-sample)$")
        add_dependencies(thread_tests ${target})
    endif()
    if(ARG_LABEL MATCHES "^(ui|app|bridge)$")
        mahler_precompile(${target} FROM mahler_pch_test_ui)
    else()
        mahler_precompile(${target} FROM mahler_pch_test)
    endif()
    target_compile_definitions(${target} PRIVATE QT_NO_KEYWORDS MAHLER_SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared"
        MAHLER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${target} COMMAND ${target})
    set(limit 300) # seconds
    if(ARG_LABEL MATCHES "^(app|session|bridge)$") # whole sessions, under the sanitizers too
        set(limit 900)
    endif()
    set_tests_properties(${target} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${limit}
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;TZ=UTC;QTEST_FUNCTION_TIMEOUT=${limit}000")
endfunction()
