#!/bin/sh
# notroot.sh - the same calls on a station that an ordinary user starts (the others run as whoever starts
# them, which is root here)
. "$(dirname "$0")/lib.sh"
rm -rf "$WORK"
as_nobody="setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp"

if [ "$(id -u)" != 0 ]; then
  skip notroot "everything runs as $(id -un) already"
  check nothing-to-do true
elif ! $as_nobody sh -c "test -x '$STATION' && test -r tests/e2e/lib.sh"; then
  skip notroot "this folder is not for everybody to read"
  check nothing-to-do true
else
  $as_nobody sh tests/e2e/trunk.sh
  exit
fi
finish
