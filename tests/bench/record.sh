#!/bin/bash
# record.sh cost|many|kill|convert HOST:PORT FOLDER [-n CALLS] [-d SECONDS]     FOLDER: where the server puts recordings
#   cost     CALLS (50) relayed calls without (7XXX) and with MixMonitor (8XXX: one file; 9XXX: three), by turns, RUNS
#            times: what recording adds to a call-minute, CPU s of all of the server's processes (and afterwards:
#            of its children, for what is done with the files when the calls are over). Medians.
#   many     CALLS (300) at once for 60 s, three files each: packets lost at the receivers and in the files. Fails
#            unless none is.
#   kill     the same for 30 s, and kill -9 of the processes $VICTIM in the middle: calls that go on, what is missing in
#            the files; with WHAT=all nobody is left to end them. More than a second lost before the kill fails.
#   convert  an hour of two voices (three files) to a stereo MP3 by `$STATION recording convert`: times real time.
. "$(dirname "$0")/lib.sh"
what=${1:?cost, many, kill or convert}; target "${2:?HOST:PORT}"; F=${3:?FOLDER}; shift 3; N= D=
while getopts n:d: o; do case $o in n) N=$OPTARG ;; d) D=$OPTARG ;; *) exit 2 ;; esac; done
RR=${RR-10}
gen=$(built media-load); taped=$(built taped)
g() { sed -n "s/.*\b$1=\([^ ]*\).*/\1/p" | tail -1; }
load() { nice -n "$NICE" "$gen" ${RR:+-R $RR} ${PIDS:+-P $PIDS} "$@" "$H:$P" 2>"$W/record.err" | tail -1; }
errands_cpu() { # of children that are gone
  local p s=0
  for p in ${PIDS//,/ }; do set -- $(sed 's/.*) //' /proc/$p/stat 2>/dev/null); [ $# -gt 14 ] && s=$((s + ${14} + ${15})); done
  awk -v s=$s -v h=$HZ 'BEGIN { printf "%.2f", s / h }'
}
fresh_files() { rm -rf "$F/load/"*; mkdir -p "$F/load"; chmod 777 "$F/load"; }
jobs_done() { [ -z "${STATE:-}" ] || [ "$("$STATION" sql --state "$STATE" "SELECT count(*) FROM job WHERE state IN ('waiting','running')")" = 0 ]; }
quiet() { local i; for i in $(seq 1200); do jobs_done && break; sleep 0.5; done; sleep 1; } # jobs behind recordings
files() { find "$F/load" -name "$1" -printf '%p\n'; }
look() { files '*_receive.wav' >"$W/taped.list"; files '*_transmit.wav' >>"$W/taped.list"; xargs "$taped" "$@" <"$W/taped.list" >"$W/taped.out"; tail -n 5 "$W/taped.out" | sed 's/^/  /'; }

cost() {
  local n=${N:-50} d=${D:-20} i x c0 c1
  rm -f "$W"/record.v.*
  for i in $(seq "$RUNS"); do
    for x in 7 8 9; do
      fresh_files; prio on
      c0=$(errands_cpu)
      load -n "$n" -d "$d" -e ${x}XXX >"$W/record.o"
      quiet; c1=$(errands_cpu)
      g cpu_per_callmin <"$W/record.o" >>"$W/record.v.$x"
      awk -v a="$c0" -v b="$c1" -v n="$n" -v d="$d" 'BEGIN { printf "%.4f\n", (b - a) / n / (d + 5) * 60 }' >>"$W/record.v.after$x"
      echo "  ${x}XXX cpu_per_callmin=$(g cpu_per_callmin <"$W/record.o") afterwards=$(tail -1 "$W/record.v.after$x") alive=$(g alive <"$W/record.o") loss=$(g loss_pct <"$W/record.o")% load=$(g load1 <"$W/record.o")"
    done
  done
  m() { med <"$W/record.v.$1"; }
  d() { awk -v a="$(m "$1")" -v b="$(m "$2")" 'BEGIN { printf "%.4f", a - b }'; }
  result "record target=$H:$P n=$n secs=$d runs=$RUNS nice=$NICE bridged=$(m 7) recorded=$(m 8) recorded3=$(m 9) adds=$(d 8 7) adds3=$(d 9 7) afterwards=$(d after8 after7) afterwards3=$(d after9 after7)"
}

many() {
  local n=${N:-300} d=${D:-60} bad=0
  fresh_files; prio on
  load -n "$n" -d "$d" -e 9XXX >"$W/record.o"
  quiet; look || bad=1
  [ "$(g voices <"$W/taped.out")" = $((2 * n)) ] && [ "$(g missing <"$W/taped.out")" = 0 ] && [ "$(g doubled <"$W/taped.out")" = 0 ] || bad=1
  [ "$(g alive <"$W/record.o")" = "$n" ] && awk -v a="$(g loss_pct <"$W/record.o")" -v b="$(g gap_pct <"$W/record.o")" 'BEGIN { exit !(a == 0 && b == 0) }' || bad=1
  result "record-many target=$H:$P n=$n secs=$d nice=$NICE alive=$(g alive <"$W/record.o") loss_pct=$(g loss_pct <"$W/record.o") gap_pct=$(g gap_pct <"$W/record.o") cpu_per_callmin=$(g cpu_per_callmin <"$W/record.o") lat_p99=$(g lat_p99 <"$W/record.o") genlate_ms=$(g genlate_ms <"$W/record.o") voices=$(g voices <"$W/taped.out") packets=$(g packets <"$W/taped.out") missing=$(g missing <"$W/taped.out") doubled=$(g doubled <"$W/taped.out") step_ms=$(g step_ms <"$W/taped.out") load1=$(g load1 <"$W/record.o") $([ $bad = 0 ] && echo ok || echo FAILED)"
  return $bad
}

kill_some() {
  local n=${N:-300} d=${D:-30} bad=0 when l
  fresh_files; prio on
  load -n "$n" -d "$d" -e 9XXX >"$W/record.o" & l=$!
  sleep $((n / 50 + 3 + d / 2))
  kill -9 $VICTIM; when=$(date +%s.%N)
  wait $l
  [ "$WHAT" = all ] || quiet
  look --cut "$when" || bad=1
  o() { g "$1" <"$W/taped.out"; }
  [ "$WHAT" = all ] || [ "$(g alive <"$W/record.o")" = "$n" ] || bad=1
  [ "$(o voices)" = $((2 * n)) ] && awk -v b="$(o before_s)" 'BEGIN { exit !(b <= 1) }' || bad=1
  result "record-kill-$WHAT target=$H:$P n=$n alive=$(g alive <"$W/record.o") voices=$(o voices) bad=$(o bad) lost_before_s=$(o before_s) lost_after_s=$(o after_s) missing=$(o missing) doubled=$(o doubled) step_ms=$(o step_ms) load1=$(cut -d' ' -f1 /proc/loadavg) $([ $bad = 0 ] && echo ok || echo FAILED)"
  return $bad
}

convert() { # tones that move and noise: as much work as speech, and no silence
  local i t0 t1 s
  need sox sox
  [ -s "$W/hour-t.wav" ] || { sox -n -r 8000 -b 16 "$W/hour-r.wav" synth 3600 sine 200-1500 synth 3600 pinknoise mix vol 0.3; sox -n -r 8000 -b 16 "$W/hour-t.wav" synth 3600 sine 1800-300 synth 3600 brownnoise mix vol 0.3; }
  : >"$W/convert.v"
  for i in $(seq "$RUNS"); do
    rm -f "$F/hour$i"*
    sox -m "$W/hour-r.wav" "$W/hour-t.wav" "$F/hour$i.wav" && cp "$W/hour-r.wav" "$F/hour${i}_receive.wav" && cp "$W/hour-t.wav" "$F/hour${i}_transmit.wav" || return 1
    chown --reference="$F" "$F/hour$i"*; chmod 660 "$F/hour$i"*
    t0=$(date +%s.%N); "$STATION" recording --state "$STATE" convert "hour$i" --stereo >"$W/convert.o" || cat "$W/convert.o"; t1=$(date +%s.%N)
    [ -s "$F/hour$i.mp3" ] || { echo "  no MP3: $(cat "$W/convert.o")"; return 1; }
    s=$(awk -v a="$t0" -v b="$t1" 'BEGIN { printf "%.1f", 3600 / (b - a) }'); echo "  $s times real time, $(stat -c %s "$F/hour$i.mp3") bytes"; echo "$s" >>"$W/convert.v"
    rm -f "$F/hour$i"*
  done
  s=$(med <"$W/convert.v")
  result "record-convert stereo seconds=3600 runs=$RUNS times_real_time=$s $(awk -v s="$s" 'BEGIN { print (s >= 60 ? "ok" : "FAILED") }')"
}

case $what in cost) cost ;; many) many ;; kill) kill_some ;; convert) convert ;; *) sed -n '2,11p' "$0"; exit 2 ;; esac
