#!/bin/bash
# run.sh - every row of docs/bench.md: the station and a real Asterisk 22, one after the other, same drivers
#
#   tests/bench/run.sh [station] [asterisk] [table]       default: all three; needs root (Asterisk's chroot)
#   PARTS="memory reg answer b2bua busy limit media medialimit playback record cold manager"   default: all
#     record is record-cost record-many record-convert record-kill (the last two: station only); each may be named alone
#   STATION=build/station   a release build (meson setup build --buildtype release -Db_lto=true)
#   BENCH=/tmp/station-bench   work directory: results-station.txt, results-asterisk.txt, table.md
#   RUNS=3   repetitions; medians are given
#
# Takes about 15 minutes a side. CPU seconds are utime+stime of all roles; memory is the sum of Pss.
set -u
B=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$B/../.." && pwd)
STATION=${STATION:-$ROOT/build/station}
BENCH=${BENCH:-/tmp/station-bench}
export PEER=${PEER:-/tmp/peer} RUNS=${RUNS:-3} NICE=${NICE:--5}
PARTS=${PARTS:-memory reg answer b2bua busy limit media medialimit playback record cold manager}
SIP=127.0.0.1:5080            # the peer's, as its configuration says
STATION_SIP=${STATION_SIP:-127.0.0.1:5480} # the station's: both may stand side by side
STATION_AMI=${STATION_AMI:-127.0.0.1:5438} STATION_HTTP=${STATION_HTTP:-127.0.0.1:8488}
mkdir -p "$BENCH" "$PEER/work"
has() { case " $PARTS " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
say() { echo "== $* $(date +%T)" >&2; }
med() { sort -g | awk '{ a[NR] = $1 } END { if (NR) print (NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2) }'; }

# ---- the station, from the same configuration as the peer ----

station_make() { # station_make USERS: $BENCH/state-USERS
  local state=$BENCH/state-$1 conf=$BENCH/conf-$1
  rm -rf "$state" "$conf"
  USERS=$1 "$B/peer-asterisk.sh" config "$conf" >/dev/null
  sed -i "s/^bind=127.0.0.1:5080/bind=$STATION_SIP/" "$conf/pjsip.conf"
  sed -i "s/^port=5038/port=${STATION_AMI##*:}/" "$conf/manager.conf"
  sed -i "s/^bindport=8088/bindport=${STATION_HTTP##*:}/" "$conf/http.conf"
  "$STATION" init --state "$state" --bare >/dev/null || exit 1
  "$STATION" import --state "$state" --report "$BENCH/import-$1.txt" "$conf" >/dev/null || exit 1
  mkdir -p "$state/sounds/load"
  perl "$B/mkwav.pl" 120 >"$state/sounds/load/tone.wav"
}
station_down() {
  [ -n "${station_pid:-}" ] || return 0
  kill -TERM "$station_pid" 2>/dev/null
  wait "$station_pid" 2>/dev/null
  station_pid=
}
descendants() { # of one process: its roles, and nginx below one of them
  local c
  for c in $(cat "/proc/$1/task/$1/children"); do echo "$c"; descendants "$c"; done
}
station_pids() { echo "$station_pid $(descendants "$station_pid")" | tr -s ' \n' ',' | sed 's/,$//'; }
station_fresh() { # station_fresh [USERS]
  local state=$BENCH/state-${1:-10000}
  station_down
  if ss -lun | grep -q "$STATION_SIP "; then echo "$STATION_SIP is in use" >&2; exit 1; fi
  "$STATION" run --state "$state" --log warning >>"$BENCH/station.log" 2>&1 &
  station_pid=$!
  for _ in $(seq 200); do "$STATION" ctl --state "$state" "core show channels" >/dev/null 2>&1 && break; sleep 0.1; done
  sleep 1
  PIDS=$(station_pids)
  export PIDS
}

asterisk_fresh() {
  "$B/peer-asterisk.sh" restart >/dev/null || exit 1
  sleep 5
  PIDS=$("$B/peer-asterisk.sh" pid)
  export PIDS
}

pss() { local p s=0 v; for p in ${PIDS//,/ }; do v=$(awk '/^Pss:/ { print $2 }' /proc/$p/smaps_rollup); s=$((s + v)); done; echo $s; }

# ---- the rows ----

measure() { # measure SIDE: fresh = SIDE_fresh
  local side=$1 fresh=$1_fresh
  [ "$side" = asterisk ] || local SIP=$STATION_SIP
  export OUT=$BENCH/results-$side.txt
  : >"$OUT"
  if has memory; then say "$side memory"; $fresh; echo "RESULT idle pss_kb=$(pss)" | tee -a "$OUT"; fi
  if has reg; then say "$side reg"; $fresh; "$B/reg.sh" $SIP; fi
  if has answer; then say "$side answer"; $fresh; "$B/callrate.sh" answer $SIP -m none; fi
  if has b2bua; then say "$side b2bua"; $fresh; "$B/callrate.sh" b2bua $SIP -m none; fi
  if has busy && [ "$side" = station ]; then # the same at a rate that Asterisk does not reach
    say "$side busy"
    $fresh
    "$B/callrate.sh" answer $SIP -c 1000 -t 5 -m none | sed 's/^RESULT answer/RESULT busy-answer/' | tee -a "$OUT.busy"
    "$B/callrate.sh" b2bua $SIP -c 1000 -t 5 -m none | sed 's/^RESULT b2bua/RESULT busy-b2bua/' | tee -a "$OUT.busy"
    sed -i '/ rate=1000 /d' "$OUT"
    grep ^RESULT "$OUT.busy" >>"$OUT"
    rm -f "$OUT.busy"
  fi
  if has limit; then
    say "$side limit"
    $fresh
    if [ "$side" = station ]; then "$B/callrate.sh" b2bua $SIP -t 2 -m "500 1000 1500 2000 2500 3000"; else "$B/callrate.sh" b2bua $SIP -t 2; fi
  fi
  if has media; then say "$side media"; $fresh; "$B/media.sh" $SIP -N 200 -d 20; fi
  if has medialimit; then say "$side media limit"; $fresh; "$B/media.sh" $SIP -N "" -s "$([ "$side" = station ] && echo '700 100 1200' || echo '400 100 700')"; fi
  if has playback; then say "$side playback"; $fresh; "$B/media.sh" $SIP -N 100 -d 15 -x 601 -A -T playback; fi
  recordings "$side"
  if has manager; then
    say "$side manager"
    $fresh
    if [ "$side" = station ]; then "$B/ami.sh" "$STATION_AMI" "$STATION_HTTP" $SIP; else "$B/ami.sh" 127.0.0.1:5038 127.0.0.1:8088 $SIP; fi
  fi
  if has cold; then say "$side cold start"; cold_$side; fi
}

recordings() { # what recording costs, keeps and loses
  local side=$1 fresh=$1_fresh state=$BENCH/state-10000 folder part
  folder=$state/recordings
  [ "$side" = station ] || folder=$PEER/sid/var/spool/asterisk/monitor
  one() { # for a short look: RECORD_CALLS, RECORD_SECONDS
    NICE=$([ "$1" = cost ] && echo "$NICE" || echo 0) "$B/record.sh" "$1" $SIP "$folder" ${RECORD_CALLS:+-n $RECORD_CALLS} ${RECORD_SECONDS:+-d $RECORD_SECONDS} || say "$side record-$1 FAILED"
  }
  for part in cost many convert kill; do
    has record || has record-$part || continue
    case $side-$part in asterisk-convert | asterisk-kill) continue ;; esac
    say "$side record-$part"
    $fresh
    if [ "$side" = station ]; then export STATION STATE=$state; else unset STATE; fi
    if [ $part != kill ]; then one $part; continue; fi
    WHAT=media VICTIM=$("$STATION" ctl --state "$state" "core show roles" | awk '$1 == "media" { print $2 }') one kill
    $fresh
    WHAT=all VICTIM=${PIDS//,/ } one kill
  done
}

cold_station() {
  local i gen=$PEER/work/cold-start
  cc -O2 -w -o "$gen" "$B/cold-start.c" || return
  station_down
  for i in $(seq "$RUNS"); do
    sync; echo 3 >/proc/sys/vm/drop_caches 2>/dev/null
    set -- $("$gen" $SIP 600 "$STATION" run --state "$BENCH/state-1000" --log warning 2>>"$BENCH/station.log")
    echo "${1#ms=}" >>"$BENCH/cold.v.$$"
    station_pid=${2#pid=}
    station_down
  done
  echo "RESULT cold users=1000 ms=$(med <"$BENCH/cold.v.$$")" | tee -a "$OUT"
  rm -f "$BENCH/cold.v.$$"
}
cold_asterisk() {
  local gen=$PEER/work/cold-start
  cc -O2 -w -o "$gen" "$B/cold-start.c" || return
  "$B/peer-asterisk.sh" down
  set -- $("$gen" $SIP 600 "$B/peer-asterisk.sh" up)
  echo "RESULT cold users=10000 ms=${1#ms=}" | tee -a "$OUT"
}

# ---- the table ----

value() { sed -n "s/^RESULT $2 .*\b$3=\([^ ]*\).*/\1/p" "$BENCH/results-$1.txt" 2>/dev/null | tail -1; }
row() { # row TEXT LINE KEY MUST AIM
  printf '| %s | %s | %s | %s | %s |\n' "$1" "$(value asterisk "$2" "$3")" "$(value station "$2" "$3")" "$4" "$5"
}
table() {
  echo '| work | Asterisk 22 | station | must | aim |'
  echo '|---|---|---|---|---|'
  row 'register with digest, CPU s per 10,000' reg cpu_s_per_10k 0.6 0.25
  row 'INVITE, answer, BYE, CPU s per 10,000' answer cpu_s_per_10k 1.5 0.5
  row 'bridged call, CPU s per 10,000' b2bua cpu_s_per_10k 4 1.3
  row 'INVITE, answer, BYE at 1,000 a second, CPU s per 10,000' busy-answer cpu_s_per_10k '' ''
  row 'bridged call at 1,000 a second, CPU s per 10,000' busy-b2bua cpu_s_per_10k '' ''
  row 'bridged calls a second that hold (< 1 % failed)' b2bua-limit sustained_cps 2,000 "the generator's limit"
  row 'relayed G.711 call, CPU s per call-minute (200 calls)' media cpu_per_callmin 0.06 0.04
  row 'added delay p50 at 200 calls, us' media lat_p50 100 50
  row 'added delay p99 at 200 calls, us' media lat_p99 400 200
  row 'calls relayed with < 0.1 % loss on 2 cores' media-limit holds_to 900 "the generator's limit"
  row 'played call-minute (Playback of a wav), CPU s' playback cpu_per_callmin 0.05 0.03
  row 'recording adds to a call-minute, CPU s (one file)' record adds 0.04 0.02
  row 'the same, three files' record adds3 0.04 0.02
  row '300 calls recorded at once for 60 s: packets missing in the files' record-many missing 0 ''
  row 'the same: lost at the receivers, %' record-many loss_pct 0 ''
  row 'media killed (-9) while 300 calls are recorded: lost before the kill, s' record-kill-media lost_before_s 1 ''
  row 'all killed: the same' record-kill-all lost_before_s 1 ''
  row 'an hour of stereo to MP3, times real time' record-convert times_real_time 60 ''
  row 'Manager over TCP, CPU s per 10,000 pings, one outstanding' tcp-1 cpu_s_per_10k 0.31 ''
  row 'the same, 16 outstanding' tcp-16deep cpu_s_per_10k 0.05 ''
  row 'Manager over HTTP, CPU s per 10,000 pings, 1 connection' http-1 cpu_s_per_10k 0.65 ''
  row 'the same, 8 connections' http-8 cpu_s_per_10k 0.65 ''
  row '200 subscribers, 100 answered calls a second: % of a core' listen-600 subscribers_pct 40 ''
  row 'the same, bridged calls' listen-7001 subscribers_pct 40 ''
  row 'memory per bridged call, peak less fresh, kB' media rss_per_call_first 30 12
  row 'memory with 10,000 endpoints, idle, all roles, kB' idle pss_kb 65,536 32,768
  row 'cold start to first answered INVITE, ms (1,000 endpoints; Asterisk 10,000)' cold ms 1,000 300
}

trap 'station_down' EXIT
for what in ${*:-station asterisk table}; do
  case $what in
    station) station_make 10000; has cold && station_make 1000; measure station; station_down ;;
    asterisk) measure asterisk; "$B/peer-asterisk.sh" down ;;
    table) table | tee "$BENCH/table.md" ;;
    *) sed -n '2,12p' "$0"; exit 2 ;;
  esac
done
