#!/bin/sh
# roles.sh - processes: rights as in tests/golden/roles.txt, deaths, restarts, orderly and sudden ends
. "$(dirname "$0")/lib.sh"
PORT=$BASE
BESIDE=$((PORT + 10))

# ---- rights ----

status() { awk -v k="$2:" '$1 == k { print $2 }' "/proc/$1/status"; }
name_of() { getent "$1" "$2" | cut -d: -f1; }

row_of() { # row_of ROLE PID: as a row of the table
  groups=$(sed -n 's/^Groups:[[:space:]]*//p' "/proc/$2/status" | tr ' ' '\n' | grep . |
    while read -r g; do name_of group "$g"; done | paste -sd, -)
  echo "$1 $(name_of passwd "$(status "$2" Uid)") $(name_of group "$(status "$2" Gid)") ${groups:--}" \
    "$(status "$2" CapEff) $(status "$2" CapPrm) $(status "$2" CapBnd) $(status "$2" NoNewPrivs) $(status "$2" Seccomp)" \
    "$(sed 's/.*) //' "/proc/$2/stat" | cut -d" " -f39)"
}

rights_as_in_the_table() {
  grep -v '^#' tests/golden/roles.txt | awk '{ $1 = $1; print }' >"$WORK/want"
  {
    row_of supervisor "$station_pid"
    for r in media runner web front notify engine; do row_of $r "$(role_pid $r)"; done
  } >"$WORK/have"
  diff "$WORK/want" "$WORK/have"
}

all_are_this_user() {
  for r in media runner web front notify engine; do
    [ "$(status "$(role_pid $r)" Uid)" = "$(id -u)" ] || return 1
    [ "$(status "$(role_pid $r)" CapEff)" = 0000000000000000 ] || return 1
  done
}

# Descriptors of a role: 0-2, control, listener, lock and what it opened itself; none of another role.
has_no_foreign_sockets() {
  for s in ctl media runner web manager; do
    inode=$(awk -v p="$STATE/run/$s.sock" '$NF == p && $4 == "00010000" { print $7 }' /proc/net/unix)
    holders=0
    for r in media runner web front notify engine; do
      p=$(role_pid $r)
      # shellcheck disable=SC2010
      if ls -l "/proc/$p/fd" 2>/dev/null | grep -q "socket:\[$inode\]"; then holders=$((holders + 1)); fi
    done
    [ $holders = 1 ] || { echo "$s.sock is held by $holders roles"; return 1; }
  done
}

state_modes() {
  [ "$(stat -c '%a %U %G' "$STATE")" = '2770 root station' ] &&
    [ "$(stat -c '%a %U %G' "$STATE/agi-bin")" = '2755 root station' ] &&
    [ "$(stat -c '%a %U %G' "$STATE/run")" = '2750 root station' ] &&
    [ "$(stat -c '%a' "$STATE/run/ctl.sock")" = 660 ]
}

# ---- deaths ----

kill_and_wait() { # kill_and_wait ROLE: back, with another number, within 1 s
  old=$(role_pid "$1")
  kill -9 "$old"
  at=$(date +%s%N)
  while new=$(role_pid "$1"); [ "$new" = "$old" ] || ! role_is_up "$1"; do
    [ $((($(date +%s%N) - at) / 1000000)) -lt ${LATE_MS:-1000} ] || return 1
    sleep 0.02
  done
}

others_stay() { # others_stay ROLE: its death takes no other with it
  before=$(ctl "core show roles" | awk -v r="$1" 'NR > 1 && $1 != r { print $1, $2 }')
  kill_and_wait "$1" || return 1
  [ "$before" = "$(ctl "core show roles" | awk -v r="$1" 'NR > 1 && $1 != r { print $1, $2 }')" ]
}

restart_on_request() {
  old=$(role_pid media)
  ctl "core restart media" && within 2 role_is_up media && [ "$(role_pid media)" != "$old" ] &&
    ! ctl "core restart nonsense"
}

# The supervisor keeps the sockets: a datagram that comes while the engine is away waits for the next one.
packet_waits_for_the_next_engine() {
  for i in 1 2 3; do
    kill -9 "$(role_pid engine)"
    python3 tests/e2e/options.py 127.0.0.1 $PORT 5 >/dev/null || { echo "no answer after kill $i"; return 1; }
    within 2 role_is_up engine
  done
}

answers_while_the_engine_is_down() {
  ctl "core show roles" >/dev/null || return 1
  kill -STOP "$(role_pid engine)"
  "$STATION" ctl --state "$STATE" "core show roles" 2>"$WORK/err" | grep -q engine
  code=$?
  grep -q 'does not answer' "$WORK/err" || code=1
  "$STATION" ctl --state "$STATE" "core restart engine" 2>/dev/null || code=1
  within 5 role_is_up engine || code=1
  return $code
}

second_station_is_refused() {
  "$STATION" run --state "$STATE" >"$WORK/second" 2>&1 && return 1
  grep -q "runs already (process $station_pid)" "$WORK/second"
}

none_left() { ! pgrep -f "station role .* --state $STATE " >/dev/null; }

supervisor_killed_ends_the_roles() {
  kill -9 "$station_pid"
  at=$(date +%s%N)
  wait "$station_pid" 2>/dev/null
  station_pid=
  while ! none_left; do
    [ $((($(date +%s%N) - at) / 1000000)) -lt ${LATE_MS:-1000} ] || return 1
    sleep 0.02
  done
}

stops_in_order() {
  kill -TERM "$station_pid"
  wait "$station_pid"
  code=$?
  station_pid=
  [ $code = 0 ] && none_left && grep -q 'station has stopped' "$LOG"
}

# ---- several stations ----

other_station() { # other_station DIR: run for a second; its log in DIR.log
  "$STATION" run --state "$1" >"$1.log" 2>&1 &
  other=$!
  within 10 grep -q 'station is ready' "$1.log"
  code=$?
}
end_other() { kill -TERM $other; wait $other; }

two_stations_side_by_side() {
  "$STATION" init --state "$WORK/beside" --sip-port $BESIDE --bind 127.0.0.1 >"$WORK/out" 2>&1
  other_station "$WORK/beside"
  python3 tests/e2e/options.py 127.0.0.1 $PORT 5 >/dev/null && python3 tests/e2e/options.py 127.0.0.1 $BESIDE 5 >/dev/null || code=1
  end_other && [ $code = 0 ]
}

port_in_use_is_one_message_and_the_rest_works() {
  "$STATION" init --state "$WORK/clash" --sip-port $PORT --bind 127.0.0.1 >"$WORK/out" 2>&1
  other_station "$WORK/clash"
  within 3 grep -q "address already in use.*127.0.0.1:$PORT.*udp" "$WORK/clash.log" || code=1
  [ "$(grep -c "address already in use.*$PORT.*udp" "$WORK/clash.log")" = 1 ] || code=1
  "$STATION" ctl --state "$WORK/clash" "core show uptime" >/dev/null || code=1
  end_other && [ $code = 0 ]
}

tells_systemd() { python3 tests/e2e/notify.py "$WORK/notify" 10 "$STATION" run --state "$STATE" 2>>"$LOG"; }

# As the service of packaging/: root without what it takes away from it.
with_the_unit_s_capabilities() {
  caps=$(sed -n 's/^CapabilityBoundingSet=//p' packaging/systemd/station.service | tr A-Z a-z | sed 's/cap_/+/g; s/ /,/g')
  [ -n "$caps" ] && setpriv --no-new-privs --inh-caps=-all --bounding-set="-all,$caps" \
    python3 tests/e2e/notify.py "$WORK/notify-unit" 10 "$STATION" run --state "$STATE" 2>>"$LOG"
}

# ---- messages ----

says() { # says TEXT COMMAND...: fails, with one line that has TEXT
  text=$1
  shift
  "$@" >"$WORK/out" 2>&1 && return 1
  grep -q "$text" "$WORK/out" && [ "$(wc -l <"$WORK/out")" = 1 ]
}

russian_by_locale() {
  LC_ALL=ru_RU.UTF-8 "$STATION" ctl --state "$WORK/none" help 2>&1 | grep -q 'не работает'
}

check missing-state-is-told says 'state directory' "$STATION" run --state "$WORK/none"
mkdir "$WORK/empty"
check empty-state-is-told says 'station init' "$STATION" run --state "$WORK/empty"
check ctl-without-station-is-told says 'does not run' "$STATION" ctl --state "$WORK/none" help
check messages-in-russian russian_by_locale
"$STATION" init --state "$STATE" --sip-port $PORT --bind 127.0.0.1 >"$WORK/init" 2>&1
check station-starts start_station
if [ "$(id -u)" = 0 ]; then
  mkdir "$WORK/foreign"
  : >"$WORK/foreign/station.db"
  chown -R nobody "$WORK/foreign"
  check foreign-owner-is-told says 'belongs to user nobody' "$STATION" run --state "$WORK/foreign"
  check rights-as-in-the-table rights_as_in_the_table
  check state-directory-modes state_modes
else
  check all-roles-run-as-this-user all_are_this_user
  check not-root-is-told grep -q 'not root' "$LOG"
fi
check no-role-holds-another-s-socket has_no_foreign_sockets
check second-station-is-refused second_station_is_refused
for r in engine media runner web front notify; do check "$r-is-back-within-a-second" others_stay $r; done
check restart-on-request restart_on_request
check supervisor-answers-while-the-engine-is-down answers_while_the_engine_is_down
check packet-waits-for-the-next-engine packet_waits_for_the_next_engine
check two-stations-side-by-side two_stations_side_by_side
check port-in-use-is-one-message-and-the-rest-works port_in_use_is_one_message_and_the_rest_works
check stops-in-order stops_in_order
check tells-systemd tells_systemd
[ "$(id -u)" = 0 ] && check with-the-unit-s-capabilities with_the_unit_s_capabilities
: >"$LOG"
check starts-again start_station
check roles-end-with-their-supervisor supervisor_killed_ends_the_roles
: >"$LOG"
check starts-after-a-killed-supervisor start_station
finish
