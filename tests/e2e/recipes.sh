#!/bin/sh
# recipes.sh - every SQL recipe of the manual as written (tests/golden/recipes/*.sql), and of the administrator's pages
# (docs/ru, docs/en), on a file and on a server: what the tables hold afterwards (*.see: a query, a tab, its answer), and what the running station does
. "$(dirname "$0")/lib.sh"
. tests/e2e/server.sh
trap 'stop_station; server_down; rm -rf "$WORK" "$slot_dir"; exit 1' INT TERM
sql() { "$STATION" sql --state "$STATE" "$@"; }

# The transports' recipe listens on 0.0.0.0:5060: in a network of its own.
own_net() { unshare -n true 2>/dev/null; }
station_up() {
  unshare -n sh -c 'ip link set lo up; exec "$0" run --state "$1"' "$STATION" "$STATE" >>"$LOG" 2>&1 &
  station_pid=$!
  within 10 grep -q 'station is ready' "$LOG"
}
seen() {
  while IFS='	' read -r query answer; do
    [ "$(sql "$query")" = "$answer" ] || { echo "  $query: $(sql "$query")"; return 1; }
  done <"$1"
}
# The recipes for transports begin where none is there, those for records where a step records.
prepare() {
  sql "DELETE FROM static_pjsip;
    INSERT INTO realtime_extensions (context,exten,priority,app,appdata) VALUES ('internal','900',1,'MixMonitor','x.wav')"
}
recipe() { sql <"$1.sql" >"$WORK/out" && seen "$1.see"; }
shows() { ctl "$1" | grep -qF "$2"; }

# The lines `station sql ...` of the pages, run by a shell as an administrator would.
page() { # page FILE...
  {
    # shellcheck disable=SC2016
    echo 'set -e; station() { c=$1; shift; "$STATION" "$c" --state "$STATE" "$@"; }'
    echo "station sql 'DELETE FROM manager'" # each page makes the same one
    awk '/^station sql .*SQL.$/ { is = 1 } is || /^station sql "/ { print } /^SQL$/ { is = 0 }' "$@"
  } >"$WORK/page.sh"
  [ "$(grep -c INSERT "$WORK/page.sh")" -gt 1 ] && STATION=$STATION STATE=$STATE sh "$WORK/page.sh" >"$WORK/out" && sql "DELETE FROM settings WHERE name LIKE 'manager%'"
}
page_rows_go() {
  sql "DELETE FROM ps_registrations; DELETE FROM ps_endpoint_id_ips; DELETE FROM ps_auths WHERE id IN ('operator', 'user-105-office');
    DELETE FROM ps_aors WHERE id = 'user-105-office'; DELETE FROM ps_endpoints WHERE id = 'user-105-office'"
}

on() { # on NAME [OPTIONS OF INIT]
  base=$1
  shift
  STATE=$WORK/$base LOG=$WORK/$base.log
  check "$base-init" "$STATION" init --state "$STATE" --sip-port 5060 --bind 127.0.0.1 "$@" >"$WORK/init.log"
  for l in ru en; do
    check "$base-page-$l" page docs/$l/administrator.md
    check "$base-page-$l-manager" page docs/$l/manager.md
    check "$base-page-$l-can-be-repeated" page_rows_go
  done
  check "$base-prepare" prepare
  for r in tests/golden/recipes/*.sql; do
    case $r in *record-*) check "$base-$(basename "$r" .sql)" recipe "${r%.sql}" ;; esac
  done
  if own_net; then
    check "$base-station" station_up
    check "$base-transport-recipe" recipe tests/golden/recipes/static-transport
    # transports are opened at a start
    stop_station
    : >"$LOG"
    check "$base-station-again" station_up
    check "$base-udp" within 5 grep -q 'transport is open transport="transport-udp" protocol=UDP bind=0.0.0.0:5060' "$LOG"
    check "$base-tcp" within 5 grep -q 'transport is open transport="transport-tcp" protocol=TCP bind=0.0.0.0:5061' "$LOG"
    check "$base-step" shows "dialplan show internal" '${UNIQUEID}_receive.wav'
    check "$base-other-recording" recipe tests/golden/recipes/record-mono
    check "$base-step-changes" within 3 shows "dialplan show internal" '${UNIQUEID}.wav,,'
    check "$base-cleared" recipe tests/golden/recipes/select-static
    stop_station
  else
    skip "$base-station" "no network of its own"
    check "$base-transport-recipe" recipe tests/golden/recipes/static-transport
    check "$base-cleared" recipe tests/golden/recipes/select-static
  fi
}

on file
check server-is-made server_make
check server-starts server_up
on server --database "$(server_url pbx)"
server_down
finish
