#!/bin/sh
# release.sh DIR [OPTION...] - meson's set-up of the station as its users get it; start.sh and test.sh say it by this
[ -e "${1:?usage: release.sh DIR [OPTION...]}/build.ninja" ] || exec meson setup "$@" --buildtype release -Db_lto=true -Dwerror=false
