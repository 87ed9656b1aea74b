#!/bin/sh
# install.sh -- puts glassnet under DESTDIR/PREFIX, or takes it away again: one list serves both, so nothing is left behind. Called by make.
set -eu
action=$1
to=${DESTDIR:-}$PREFIX
so=libglassnet.so.$VERSION

manifest() {
    cat <<END
bin/glassnet
include/glassnet.h
lib/libglassnet.a
lib/$so
lib/libglassnet.so.$SOVERSION
lib/libglassnet.so
lib/pkgconfig/glassnet.pc
lib/cmake/glassnet/glassnetConfig.cmake
lib/cmake/glassnet/glassnetConfigVersion.cmake
share/man/man1/glassnet.1
share/bash-completion/completions/glassnet
share/zsh/site-functions/_glassnet
END
}

if [ "$action" = uninstall ]; then
    manifest | while read -r f; do rm -f "$to/$f"; done
    rmdir "$to/lib/cmake/glassnet" 2>/dev/null || true
    exit 0
fi

put() { # mode, from, to
    mkdir -p "$(dirname "$to/$3")"
    install -m "$1" "$2" "$to/$3"
}
write() { # to: standard input
    mkdir -p "$(dirname "$to/$1")"
    cat >"$to/$1"
    chmod 644 "$to/$1"
}
# What the command prints about itself; an empty or failed answer is not installed.
from_command() { # to, arguments...
    f=$1
    shift
    if text=$("$B/glassnet" "$@" 2>/dev/null) && [ -n "$text" ]; then printf '%s\n' "$text" | write "$f"
    else echo "install: glassnet $* printed nothing; $f left out" >&2; fi
}

put 755 "$B/glassnet" bin/glassnet
put 644 include/glassnet.h include/glassnet.h
put 644 "$B/libglassnet.a" lib/libglassnet.a
put 755 "$B/$so" "lib/$so"
ln -sf "$so" "$to/lib/libglassnet.so.$SOVERSION"
ln -sf "libglassnet.so.$SOVERSION" "$to/lib/libglassnet.so"

write lib/pkgconfig/glassnet.pc <<END
prefix=$PREFIX
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: glassnet
Description: A neural-network engine that you can see through
Version: $VERSION
Cflags: -I\${includedir}
Libs: -L\${libdir} -lglassnet
Libs.private: -ljansson -lz -lm -pthread
END

write lib/cmake/glassnet/glassnetConfig.cmake <<'END'
# glassnetConfig.cmake -- targets glassnet::glassnet (shared) and glassnet::static, relative to where this file stands.
get_filename_component(_glassnet "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET glassnet::glassnet)
  add_library(glassnet::glassnet SHARED IMPORTED)
  set_target_properties(glassnet::glassnet PROPERTIES
    IMPORTED_LOCATION "${_glassnet}/lib/libglassnet.so"
    INTERFACE_INCLUDE_DIRECTORIES "${_glassnet}/include")
  add_library(glassnet::static STATIC IMPORTED)
  set_target_properties(glassnet::static PROPERTIES
    IMPORTED_LOCATION "${_glassnet}/lib/libglassnet.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_glassnet}/include"
    INTERFACE_LINK_LIBRARIES "jansson;z;m;pthread")
endif()
unset(_glassnet)
END

# Before 1.0 a new minor version may break callers, so only the same minor version fits.
write lib/cmake/glassnet/glassnetConfigVersion.cmake <<END
set(PACKAGE_VERSION "$VERSION")
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
if(PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION OR
   NOT "\${PACKAGE_FIND_VERSION_MAJOR}.\${PACKAGE_FIND_VERSION_MINOR}" VERSION_EQUAL "${VERSION%.*}")
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
else()
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
END

from_command share/man/man1/glassnet.1 man
from_command share/bash-completion/completions/glassnet completion bash
from_command share/zsh/site-functions/_glassnet completion zsh
echo "installed in $to"
