#!/bin/sh
# run.sh -- runs everything that checks glassnet and ends with "N passed, N failed". What cannot run here is said and counted as skipped, not
# as passed. Logs are kept in build/test-logs.
#   tests/run.sh [quick]        quick: no sanitizer build, no second compiler, no long training
set -u
cd "$(dirname "$0")/.." || exit 1
MAKE=${MAKE:-make}
quick=${1:-}
logs=build/test-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0 failed=0 skipped=0
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

ok() { passed=$((passed + 1)); printf 'ok    %s\n' "$1"; }
bad() { failed=$((failed + 1)); printf 'FAIL  %s (see %s)\n' "$1" "$2"; }
skip() { skipped=$((skipped + 1)); printf 'skip  %s: %s\n' "$1" "$2"; }

step() { # name, command...: one check
    name=$1
    shift
    if "$@" >"$logs/$name.log" 2>&1; then ok "$name"; else bad "$name" "$logs/$name.log"; tail -n 15 "$logs/$name.log" | sed 's/^/      /'; fi
}

# A script that ends with "N passed, N failed" counts as so many checks; one that ends otherwise has failed.
script() { # name, command...
    name=$1
    shift
    "$@" >"$logs/$name.log" 2>&1
    status=$?
    line=$(tail -n 1 "$logs/$name.log")
    p=$(printf '%s\n' "$line" | sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p')
    f=$(printf '%s\n' "$line" | sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p')
    grep '^skip ' "$logs/$name.log" && skipped=$((skipped + $(grep -c '^skip ' "$logs/$name.log")))
    passed=$((passed + ${p:-0}))
    if [ "$status" = 0 ] && [ -n "$p" ] && [ "$f" = 0 ]; then printf 'ok    %s: %s checks\n' "$name" "$p"; return; fi
    [ "${f:-0}" -gt 0 ] || f=1
    failed=$((failed + f))
    printf 'FAIL  %s: %s (exit status %s, see %s)\n' "$name" "$f" "$status" "$logs/$name.log"
    grep -v '^ok ' "$logs/$name.log" | head -n 40 | sed 's/^/      /'
}

# Counts of a cmocka program from its own closing lines; a program that ends without them has failed.
add_cmocka() { # name, log
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$2" | tail -n 1)
    f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$2" | tail -n 1)
    status=$(cat "$2.status" 2>/dev/null || echo 99)
    if [ -n "$p" ] && [ "$status" = 0 ] && [ -z "$f" ]; then
        passed=$((passed + p))
        printf 'ok    %s: %s tests\n' "$1" "$p"
    else
        passed=$((passed + ${p:-0}))
        [ "${f:-0}" -gt 0 ] 2>/dev/null || f=1
        failed=$((failed + f))
        printf 'FAIL  %s: %s (exit status %s, see %s)\n' "$1" "$f" "$status" "$2"
        grep -E '^\[  FAILED|ERROR|error' "$2" | head -n 12 | sed 's/^/      /'
    fi
}

run_cmocka() { # folder, label
    ls "$1"/tests/test_* 2>/dev/null | grep -v '\.d$' |
        xargs -P "$jobs" -I{} sh -c 'n=$(basename {}); {} >"'"$logs/$2"'-$n.log" 2>&1; echo $? >"'"$logs/$2"'-$n.log.status"'
    for t in "$1"/tests/test_*; do
        case $t in *.d) continue ;; esac
        n=$(basename "$t")
        add_cmocka "$2 $n" "$logs/$2-$n.log"
    done
}

echo "== build, warnings are errors"
step build $MAKE -j"$jobs" WERROR=-Werror all tests
[ "$failed" = 0 ] || { echo "$passed passed, $failed failed"; exit 1; }

echo "== unit tests and laws"
run_cmocka build plain

echo "== the command"
script cli python3 tests/cli/run.py build/glassnet
script house python3 tests/house.py
script sheets python3 tests/sheets.py build
script pictures python3 tools/pictures.py build/glassnet
script examples sh tests/examples.sh
script tour python3 tests/tour.py build/glassnet

if [ -z "$quick" ]; then
    echo "== under AddressSanitizer and UndefinedBehaviorSanitizer"
    step build-asan $MAKE -j"$jobs" ASAN=1 WERROR=-Werror all tests
    run_cmocka build-asan asan
    step fuzz-drivers $MAKE -j"$jobs" ASAN=1 WERROR=-Werror fuzz
    for f in build-asan/fuzz/fuzz_*; do
        case $f in *.d) continue ;; esac
        step "$(basename "$f")" "$f" README.md Makefile src/defs/option.def
    done
    script cli-asan python3 tests/cli/run.py build-asan/glassnet

    echo "== with the other compiler"
    if command -v clang >/dev/null 2>&1; then
        step build-clang $MAKE -j"$jobs" CC=clang WERROR=-Werror all tests
        run_cmocka build-clang clang
    else skip clang "no clang here"; fi

    echo "== another processor"
    if command -v aarch64-linux-gnu-gcc >/dev/null 2>&1 && command -v qemu-aarch64 >/dev/null 2>&1; then
        step neon sh tests/neon.sh
    else skip neon "no aarch64-linux-gnu-gcc and qemu-aarch64 here (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)"; fi
fi

echo "== readers of other people"
script pytorch-layout python3 tests/check_pytorch.py build/glassnet

echo "== on real data"
data=${GLASSNET_DATA:-../shared/data}
log=$logs/acceptance.log
python3 tests/acceptance.py build/glassnet "$data" ${quick:+--quick} >"$log" 2>&1
sed 's/^/      /' "$log"
line=$(tail -n 1 "$log")
case $line in
    *" passed, "*" failed, "*" skipped")
        set -- $line
        passed=$((passed + $1)) failed=$((failed + $3)) skipped=$((skipped + $5)) ;;
    *) bad acceptance "$log" ;;
esac

[ "$skipped" = 0 ] || echo "$skipped checks were skipped; each says why above"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
