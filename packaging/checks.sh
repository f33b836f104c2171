#!/usr/bin/env bash
# What CI checks beside the tests, on a finished build: format, translations, desktop files, an installed program that starts.
# Usage: packaging/checks.sh [preset, default ci]
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
preset=${1:-ci}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export QT_QPA_PLATFORM=offscreen TZ=UTC

# Another version of the tool breaks lines elsewhere and would only be in the way.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    git ls-files '*.cpp' '*.h' | xargs clang-format --dry-run -Werror >"$work/format.log" 2>&1 \
        || { grep -m 20 'error:' "$work/format.log" >&2; fail "format: run clang-format -i on the files above"; }
else
    echo "mahler: format not checked, clang-format 14 is not here"
fi

# The English file holds the plural forms alone. -I tells lupdate the classes, and with them the contexts.
lupdate=$(command -v lupdate || echo /usr/lib/qt6/bin/lupdate)
update=("$lupdate" ui app -I . -I core -pluralonly -locations none -no-obsolete -ts)
cp translations/mahler_en.ts "$work/mahler_en.ts"
"${update[@]}" "$work/mahler_en.ts" >"$work/lupdate.log" 2>&1 || { cat "$work/lupdate.log" >&2; fail "lupdate failed"; }
diff -u translations/mahler_en.ts "$work/mahler_en.ts" || fail "translations are behind the code; run: ${update[*]} translations/mahler_en.ts, and fill in the plural forms"
"$lupdate" ui app -I . -I core -locations none -ts "$work/all.ts" >/dev/null 2>&1 || fail "lupdate failed"
if grep '<name>' "$work/all.ts" | grep -vE '<name>(mahler::ui::[A-Za-z]+|Settings)</name>'; then
    fail "the contexts above are not what the program asks for at run time: call tr() with its class"
fi

desktop-file-validate packaging/linux/mahler.desktop || fail "the desktop file is not valid"
# The id gets its reverse domain name with the first public release.
appstreamcli validate --no-net --override=cid-desktopapp-is-not-rdns=info packaging/linux/mahler.metainfo.xml >"$work/appstream.log" \
    || { cat "$work/appstream.log" >&2; fail "the AppStream file is not valid"; }

cmake --install "build/$preset" --prefix "$work/root" >"$work/install.log" 2>&1 || { cat "$work/install.log" >&2; fail "it cannot be installed"; }
for file in bin/mahler share/applications/mahler.desktop share/metainfo/mahler.metainfo.xml share/icons/hicolor/scalable/apps/mahler.svg; do
    [ -f "$work/root/$file" ] || fail "the installation lacks $file"
done
mkdir -m 700 "$work/home" "$work/run"
# The installed program draws its screens, which takes the whole workstation but a person.
(cd "$work" && HOME="$work/home" XDG_RUNTIME_DIR="$work/run" "$work/root/bin/mahler" screenshots --out "$work/shots" --size 1366x768 --theme dark >"$work/start.log" 2>&1) \
    || { cat "$work/start.log" >&2; fail "the installed program does not start"; }
! grep "mahler: note:" "$work/start.log" >&2 || fail "the installed program does not fill its screens"
echo "mahler: translated, installed and started"
