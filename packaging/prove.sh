#!/usr/bin/env bash
# The long proofs, weekly and before a release: sanitizers, coverage, a build without precompiled headers, a million contracts,
# clang-tidy over the sources that changed since the commit in MAHLER_SINCE (default: the last 20).
# Usage: packaging/prove.sh [tidy|asan|tsan|coverage|includes|properties]..., all of them without an argument. One to two hours on two cores.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
install_dependencies packaging/packages-checks.txt
export QT_QPA_PLATFORM=offscreen TZ=UTC
unity=(-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=8) # three times faster to build, the same code
run_tests() { ctest --test-dir "build/$1" --output-on-failure --no-tests=error --timeout 1800 -j "$(nproc)" "${@:2}" || fail "$1: tests failed; see above"; }

asan() {
    cmake --preset asan "${unity[@]}" >/dev/null
    cmake --build build/asan || fail "asan: the build failed"
    run_tests asan
    ! grep -n "runtime error" build/asan/Testing/Temporary/LastTest.log || fail "asan: the findings above failed no test"
}
tsan() {
    cmake --preset tsan "${unity[@]}" >/dev/null
    cmake --build build/tsan --target thread_tests || fail "tsan: the build failed"
    TSAN_OPTIONS="suppressions=$PWD/packaging/tsan.supp" run_tests tsan -L "core|session|bridge|proof-sample"
}
coverage() {
    command -v gcovr >/dev/null || fail "coverage needs gcovr: apt-get install gcovr"
    cmake --preset coverage >/dev/null
    cmake --build build/coverage || fail "coverage: the build failed"
    run_tests coverage
    # Counts of threads may lose each other: a line with a negative one is left out.
    gcovr --gcov-ignore-parse-errors -r . --filter core/ --fail-under-line 85 build/coverage >build/coverage/lines.txt || { tail -4 build/coverage/lines.txt; fail "coverage: under 85 % of core's lines"; }
    tail -4 build/coverage/lines.txt
}
tidy() {
    command -v clang-tidy >/dev/null || fail "tidy needs clang-tidy: apt-get install clang-tidy"
    cmake --preset dev -B build/tidy -DMAHLER_PCH=OFF >/dev/null # it reads no precompiled header of another compiler
    local changed found
    changed=$(git diff --name-only --diff-filter=d "${MAHLER_SINCE:-HEAD~20}" -- 'app/*.cpp' 'core/*.cpp' 'ui/*.cpp')
    # clang 14 does not know that a lambda may capture a structured binding; those errors are not findings.
    found=$(xargs -r -P "$(nproc)" -n 1 clang-tidy -p build/tidy --quiet <<<"$changed" 2>/dev/null | grep -E '(error|warning): ' | grep -v 'clang-diagnostic-error' || true)
    [ -z "$found" ] || { echo "$found"; fail "tidy: see above"; }
}
includes() {
    cmake --preset dev -B build/includes -DMAHLER_PCH=OFF -DCMAKE_COMPILE_WARNING_AS_ERROR=ON >/dev/null
    cmake --build build/includes || fail "includes: the build without precompiled headers failed"
}
properties() {
    build_preset ci
    ctest --test-dir build/ci -C proof -L '^proof$' --output-on-failure --no-tests=error --timeout 3600 || fail "properties: see above"
}

[ $# -gt 0 ] || set -- tidy includes asan tsan coverage properties
for proof in "$@"; do
    case $proof in
        tidy | asan | tsan | coverage | includes | properties) "$proof"; echo "mahler: $proof proved" ;;
        *) fail "no proof is called $proof" ;;
    esac
done
