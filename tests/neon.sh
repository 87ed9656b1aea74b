#!/bin/sh
# neon.sh -- compiles the rooms up to the kernels for 64-bit Arm and runs the kernels' tests there under qemu: every row on NEON against
# the reference, exact mode against base. Ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 1
CC=${ARM_CC:-aarch64-linux-gnu-gcc}
QEMU=${ARM_RUN:-qemu-aarch64}
out=build-aarch64
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -DGN_BUILDING -Iinclude -Isrc -O2 -ffp-contract=off -fno-math-errno -Wall -Wextra -Werror -pthread"
passed=0 failed=0

mkdir -p "$out"
# One rule for all files: compiled again only where a source or header of these rooms is newer.
compile() { # source
    o=$out/$(echo "$1" | tr / _).o
    if [ -f "$o" ] && [ -z "$(find src/base src/formula src/kernel src/defs include tests/neon.sh -newer "$o" -type f | head -n 1)" ]; then return 0; fi
    $CC $flags -c "$1" -o "$o"
}
objects=
for f in src/base/*.c src/formula/*.c src/kernel/*.c; do
    compile "$f" || { echo "FAIL  $f does not compile for Arm"; failed=$((failed + 1)); }
    objects="$objects $out/$(echo "$f" | tr / _).o"
done
[ "$failed" = 0 ] || { echo "$passed passed, $failed failed"; exit 1; }

for t in tests/test_kernel_*.c; do
    n=$(basename "$t" .c)
    if ! $CC $flags -Itests/shim -Itests "$t" $objects -static -lm -o "$out/$n"; then
        failed=$((failed + 1))
        echo "FAIL  $n does not build"
        continue
    fi
    "$QEMU" "$out/$n" >"$out/$n.log" 2>&1
    status=$?
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$out/$n.log")
    f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$out/$n.log")
    [ "$status" = 0 ] || [ -n "$f" ] || f=1
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0}))
    if [ -n "$f" ]; then
        echo "FAIL  $n (exit status $status)"
        grep -v '^\[       OK' "$out/$n.log" | head -n 20 | sed 's/^/      /'
    else echo "ok    $n: $p tests"; fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
