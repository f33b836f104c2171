# Shared by run.sh and test.sh: finds the project, installs what is missing, builds one preset.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { echo "mahler: $*" >&2; exit 1; }

# Arguments: lists of packages. Prints those that are not installed.
missing_packages() {
    local package
    while read -r package; do
        [ -n "$package" ] || continue
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || echo "$package"
    done < <(cat "$@")
}

# Arguments: further lists of packages.
install_debian() {
    local missing
    mapfile -t missing < <(missing_packages packaging/packages-debian.txt "$@")
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "mahler: missing packages: ${missing[*]}"
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "packages are missing and sudo is not here; as root: apt-get install ${missing[*]}"
        if [ -t 0 ]; then
            read -r -p "mahler: install them with sudo apt-get? [y/N] " answer
            [ "$answer" = y ] || [ "$answer" = Y ] || fail "not installed; do it with: sudo apt-get install ${missing[*]}"
        else
            fail "packages are missing; install them with: sudo apt-get install ${missing[*]}"
        fi
        sudo=(sudo)
    fi
    "${sudo[@]}" apt-get update -q || fail "apt-get update failed; is the network up?"
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" \
        || fail "apt-get could not install: ${missing[*]}"
    mapfile -t missing < <(missing_packages packaging/packages-debian.txt "$@")
    # Another package's second name installs that package and is missing again at the next start.
    [ ${#missing[@]} -eq 0 ] || fail "installed, but not under the name the list has: ${missing[*]}"
}

install_macos() {
    command -v brew >/dev/null || fail "Homebrew is needed: https://brew.sh"
    local formulae=(cmake ninja pkg-config qt quantlib sqlite openssl@3 nlohmann-json spdlog fmt libzip qtkeychain ccache)
    local formula
    for formula in "${formulae[@]}"; do
        brew list --versions "$formula" >/dev/null 2>&1 || brew install "$formula" || fail "brew could not install $formula"
    done
    export CMAKE_PREFIX_PATH="$(brew --prefix qt):$(brew --prefix openssl@3):$(brew --prefix sqlite)"
}

install_dependencies() {
    case "$(uname -s)" in
        Linux)
            if command -v apt-get >/dev/null; then install_debian "$@"
            else echo "mahler: no apt-get here; the packages of packaging/packages-debian.txt must be installed by hand"; fi ;;
        Darwin) install_macos ;;
        *) fail "on Windows use packaging/run.ps1" ;;
    esac
}

build_preset() {
    local preset=$1
    [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >"/tmp/mahler-configure-$$.log" 2>&1 \
        || { cat "/tmp/mahler-configure-$$.log" >&2; fail "CMake could not configure; see above"; }
    rm -f "/tmp/mahler-configure-$$.log"
    cmake --build "build/$preset" || fail "the build failed; see above"
}
