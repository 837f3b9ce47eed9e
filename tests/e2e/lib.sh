# lib.sh - what the end-to-end tests share. Sourced (POSIX sh), not run.
#
#   STATION   the binary under test (default: build-asan/station)
#   check NAME COMMAND...   counts one test, passed when the command succeeds
#   finish                  stops what was started, prints "N passed, N failed"
cd "$(dirname "$0")/../.." || exit 1
STATION=${STATION:-$PWD/build-asan/station}
ROOT=$PWD
WORK=$(mktemp -d "${TMPDIR:-/tmp}/station-e2e-XXXXXX")
chmod 755 "$WORK"
STATE=$WORK/state
LOG=$WORK/station.log
passed=0 failed=0 station_pid=

# A hundred ports below the kernel's own range for each test that runs now: the slot is a directory with
# its holder's number; one whose holder is gone is free.
take_slot() {
  SLOT=$(($$ % 45))
  while :; do
    slot_dir=${TMPDIR:-/tmp}/station-e2e-slot-$SLOT
    mkdir "$slot_dir" 2>/dev/null && break
    [ -s "$slot_dir/pid" ] && ! kill -0 "$(cat "$slot_dir/pid")" 2>/dev/null && break
    SLOT=$(((SLOT + 1) % 45))
  done
  echo $$ >"$slot_dir/pid"
  BASE=$((20000 + SLOT * 100))
}
take_slot
export LC_ALL=C.UTF-8

check() {
  name=$1
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $name"; fi
}
skip() { echo "skipped $1: $2"; }
ctl() { "$STATION" ctl --state "$STATE" "$@"; }

# within SECONDS COMMAND...: until it succeeds, looked at every 50 ms
within() {
  tries=$(($1 * 20))
  shift
  while ! "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.05
  done
}

# start_station [OPTIONS]: in the background; its log is $LOG
start_station() {
  "$STATION" run --state "$STATE" "$@" >>"$LOG" 2>&1 &
  station_pid=$!
  within 10 grep -q 'station is ready' "$LOG"
}
stop_station() {
  [ -n "$station_pid" ] || return 0
  kill -TERM "$station_pid" 2>/dev/null
  wait "$station_pid" 2>/dev/null
  station_pid=
}

role_pid() { ctl "core show roles" | awk -v r="$1" '$1 == r { print $2 }'; }
role_is_up() { ctl "core show roles" 2>/dev/null | grep -q "^$1 .* up$"; }

finish() {
  stop_station
  if [ $failed -gt 0 ]; then
    echo "---- log"
    tail -n 60 "$LOG" 2>/dev/null
  fi
  rm -rf "$WORK" "$slot_dir"
  echo "$passed passed, $failed failed"
  [ $failed = 0 ]
  exit
}
trap 'stop_station; rm -rf "$WORK" "$slot_dir"; exit 1' INT TERM
