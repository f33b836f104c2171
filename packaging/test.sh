#!/usr/bin/env bash
# Installs what is missing, builds build/ci with warnings as errors and runs every test without a display.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
install_dependencies packaging/packages-checks.txt
build_preset ci
export QT_QPA_PLATFORM=offscreen TZ=UTC
if command -v apt-get >/dev/null; then bash packaging/checks.sh ci; fi
ctest --test-dir build/ci --output-on-failure --no-tests=error -j "$(nproc 2>/dev/null || echo 2)" || fail "tests failed; see above"
echo "mahler: all tests passed"
