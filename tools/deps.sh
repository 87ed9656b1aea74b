#!/bin/sh
# deps.sh -- makes sure that what the build (or, with "test", the tests) needs is there: installs it where it can, else names the packages.
#   tools/deps.sh [test]
set -u
want_test=${1:-}
CC=${CC:-cc}

# Is there a compiler, and does it find this header and library?
has_cc() { command -v "$CC" >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1; }
has_lib() { # header, library
    printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <%s>\nint main(void) { return 0; }\n' "$1" |
        "$CC" -x c - -l"$2" -o /dev/null 2>/dev/null
}

need=""        # a word for each missing thing
add() { need="$need $1"; }
look() {
    need=""
    has_cc || add cc
    has_lib jansson.h jansson || add jansson
    has_lib zlib.h z || add zlib
    [ -n "$want_test" ] || return 0
    has_lib cmocka.h cmocka || add cmocka
    command -v python3 >/dev/null 2>&1 || add python3
    command -v clang >/dev/null 2>&1 || add clang
    command -v pkg-config >/dev/null 2>&1 || add pkg-config
    command -v gnuplot >/dev/null 2>&1 || add gnuplot
    command -v pdflatex >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1 || add pdflatex
}

packages_for() { # manager, words
    manager=$1
    shift
    for word in "$@"; do
        case "$manager:$word" in
            apt:cc) echo gcc libc6-dev ;;             dnf:cc | apk:cc) echo gcc; [ "$manager" = apk ] && echo musl-dev ;;
            brew:cc) echo gcc ;;
            apt:jansson) echo libjansson-dev ;;       dnf:jansson) echo jansson-devel ;;
            apk:jansson) echo jansson-dev ;;          brew:jansson) echo jansson ;;
            apt:zlib) echo zlib1g-dev ;;              dnf:zlib) echo zlib-devel ;;
            apk:zlib) echo zlib-dev ;;                brew:zlib) echo zlib ;;
            apt:cmocka) echo libcmocka-dev ;;         dnf:cmocka) echo libcmocka-devel ;;
            apk:cmocka) echo cmocka-dev ;;            brew:cmocka) echo cmocka ;;
            apt:python3 | dnf:python3 | apk:python3) echo python3 ;; brew:python3) echo python ;;
            apt:clang) echo clang ;;                  *:clang) echo clang ;;
            apt:pkg-config) echo pkg-config ;;        dnf:pkg-config) echo pkgconf-pkg-config ;;
            *:pkg-config) echo pkgconf ;;
            apt:gnuplot) echo gnuplot-nox ;;          *:gnuplot) echo gnuplot ;;
            apt:pdflatex) echo texlive-latex-base ;;
        esac
    done
}

look
[ -z "$need" ] && exit 0

manager=""
for m in apt-get dnf apk brew; do command -v $m >/dev/null 2>&1 && manager=$m && break; done
key=${manager%-get}
packages=$(packages_for "${key:-apt}" $need | tr '\n' ' ')
as_root=""
if [ "$manager" != brew ] && [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root=sudo; else manager=""; fi
fi
case $manager in
    apt-get) echo "installing: $packages" >&2
             $as_root apt-get update -qq >/dev/null 2>&1
             DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $packages >/dev/null ;;
    dnf)     echo "installing: $packages" >&2; $as_root dnf install -y -q $packages ;;
    apk)     echo "installing: $packages" >&2; $as_root apk add -q $packages ;;
    brew)    echo "installing: $packages" >&2; brew install -q $packages ;;
esac
look
[ -z "$need" ] && exit 0
# clang, pkg-config and pdflatex only widen the tests, which say when they do without
case " $need " in *" cc "* | *" jansson "* | *" zlib "* | *" cmocka "* | *" python3 "*) ;; *) exit 0 ;; esac
echo "still missing:$need" >&2
echo "install: $packages (these are the names of Debian's packages unless your system's were found)" >&2
exit 1
