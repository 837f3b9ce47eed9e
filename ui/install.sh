#!/bin/sh
# install.sh DIST DATADIR/station/ui - copy the pages where the front looks for them; called by meson install
set -eu
prefix=${MESON_INSTALL_DESTDIR_PREFIX:?called by meson install}
[ -e "$1/index.html" ] || exit 0
case $2 in /*) to=${DESTDIR:-}$2 ;; *) to=$prefix/$2 ;; esac
rm -rf "$to"
mkdir -p "$to"
cp -R "$1/." "$to/"
