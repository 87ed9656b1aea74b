#!/bin/sh
# examples.sh -- installs into an empty folder and builds the examples against what was installed, as a stranger would: static and
# shared, through pkg-config. Ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 1
CC=${CC:-cc}
here=$(pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
check() { # name, command...
    name=$1
    shift
    if "$@" >"$tmp/log" 2>&1; then passed=$((passed + 1)); echo "ok    $name"
    else failed=$((failed + 1)); echo "FAIL  $name"; sed 's/^/      /' "$tmp/log"; fi
}
finish() { echo "$passed passed, $failed failed"; [ "$failed" = 0 ]; exit $?; }

check install "${MAKE:-make}" -s install DESTDIR="$tmp/root" PREFIX=/usr
[ "$failed" = 0 ] || finish
lib=$tmp/root/usr/lib

for e in train_arrays load_predict by_hand; do
    check "$e is under 60 lines" test "$(wc -l <"examples/$e.c")" -lt 60
done

# Without pkg-config the same words come from the file itself; that it is missing is said.
if command -v pkg-config >/dev/null 2>&1; then
    export PKG_CONFIG_SYSROOT_DIR="$tmp/root" PKG_CONFIG_LIBDIR="$lib/pkgconfig"
    cflags=$(pkg-config --cflags glassnet) libs=$(pkg-config --libs glassnet) version=$(pkg-config --modversion glassnet)
else
    echo "note  no pkg-config here: the flags are read from glassnet.pc"
    pc=$lib/pkgconfig/glassnet.pc
    cflags="-I$tmp/root/usr/include" libs="-L$lib -lglassnet" version=$(sed -n 's/^Version: //p' "$pc")
fi
private=$(sed -n 's/^Libs.private: //p' "$lib/pkgconfig/glassnet.pc")
check "the version in glassnet.pc is the header's" grep -q "GN_VERSION \"$version\"" include/glassnet.h

for e in train_arrays load_predict by_hand; do
    check "$e builds, shared" $CC -std=c11 -Wall -Wextra -Wpedantic -Werror $cflags "examples/$e.c" $libs -o "$tmp/$e-shared"
    check "$e builds, static" $CC -std=c11 -Wall -Wextra -Wpedantic -Werror $cflags "examples/$e.c" "$lib/libglassnet.a" $private -o "$tmp/$e-static"
done

right() { # predictions of xor at the four corners
    [ "$(sed -n 's/.*class \([01]\),.*/\1/p' "$1" | tr -d '\n')" = 0110 ] || { cat "$1"; return 1; }
}
accurate() {
    a=$(sed -n 's/^held-out accuracy \([0-9.]*\).*/\1/p' "$1")
    awk -v a="$a" 'BEGIN { exit !(a >= 0.95) }' || { cat "$1"; return 1; }
}
for kind in shared static; do
    model=$tmp/$kind.safetensors
    check "train_arrays runs, $kind" sh -c "LD_LIBRARY_PATH='$lib' '$tmp/train_arrays-$kind' '$model' >'$tmp/train-$kind'"
    check "held-out accuracy is at least 95 %, $kind" accurate "$tmp/train-$kind"
    check "load_predict runs, $kind" sh -c "LD_LIBRARY_PATH='$lib' '$tmp/load_predict-$kind' '$model' >'$tmp/predict-$kind'"
    check "the four corners have their classes, $kind" right "$tmp/predict-$kind"
    check "by_hand runs, $kind" sh -c "LD_LIBRARY_PATH='$lib' '$tmp/by_hand-$kind' >'$tmp/hand-$kind'"
    check "by_hand has learnt the sum, $kind" grep -q '^after 2000 steps: loss 0.000' "$tmp/hand-$kind"
done
check "static and shared write the same model" cmp "$tmp/shared.safetensors" "$tmp/static.safetensors"

missing() { # the examples say what is wrong
    if "$tmp/load_predict-static" "$tmp/none" 2>"$tmp/said"; then return 1; fi
    [ -s "$tmp/said" ]
}
check "a missing model is refused with a message" missing

if command -v cmake >/dev/null 2>&1; then
    mkdir "$tmp/cm"
    printf '%s\n' 'cmake_minimum_required(VERSION 3.10)' 'project(x C)' 'find_package(glassnet 0.1 REQUIRED)' \
        "add_executable(x $here/examples/load_predict.c)" 'target_link_libraries(x glassnet::glassnet)' \
        "add_executable(s $here/examples/load_predict.c)" 'target_link_libraries(s glassnet::static)' >"$tmp/cm/CMakeLists.txt"
    check "cmake finds the package" sh -c "cd '$tmp/cm' && cmake -DCMAKE_PREFIX_PATH='$tmp/root/usr' . && cmake --build ."
else echo "skip  cmake finds the package: no cmake here"; fi

check uninstall "${MAKE:-make}" -s uninstall DESTDIR="$tmp/root" PREFIX=/usr
check "nothing is left behind" sh -c "[ -z \"\$(find '$tmp/root' -type f -o -type l)\" ]"
finish
