#!/bin/sh
# compat.sh - routings whose traces a running Asterisk 22 wrote (tests/golden/compat), on the station
. "$(dirname "$0")/lib.sh"
golden=$ROOT/tests/golden/compat
names=$(cd "$golden" && ls ./*.trace | sed 's,^\./,,; s,\.trace$,,')
only="^($(echo "$names" | paste -s -d '|'))\$"

check routings-run timeout 200 python3 tests/compat/compat.py run station "$WORK/compat" --port "$BASE" --only "$only" --at-once 10
python3 tests/compat/compat.py compare "$golden" "$WORK/compat/station.traces" >"$WORK/diff"
for name in $names; do
  # shellcheck disable=SC2086
  check "$name" sh -c "! grep -qx 'DIFFERENT $name' '$WORK/diff' && [ -s '$WORK/compat/station.traces/$name.trace' ]"
done
[ $failed = 0 ] || cat "$WORK/diff"
finish
