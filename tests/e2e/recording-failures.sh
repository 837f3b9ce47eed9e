#!/bin/sh
# recording-failures.sh - what the world can do to a recording: the disk fills in the middle, and under a job; the folder
# cannot be written; the database is locked at the end of the call. Calls go on, what was said before is in the file, jobs
# finish later, and nothing is called kept that is not
if [ -z "$OWN_MOUNTS" ] && [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
  OWN_MOUNTS=yes exec unshare -m sh "$0"
fi
. "$(dirname "$0")/lib.sh"

sql() { "$STATION" sql --state "$STATE" "$1"; }
"$STATION" init --state "$STATE" --sip-port "$BASE" --bind 127.0.0.1 >/dev/null
files=$STATE/recordings
step() { # step EXTEN PRIORITY APPLICATION DATA
  sql "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES ('internal', '$1', $2, '$3', '$4')" >/dev/null
}
for n in 700 701 702 703; do step $n 1 Answer ''; done
step 700 2 MixMonitor "full.wav"
step 701 2 MixMonitor "later.wav,,\${MIXMONITOR_COMMAND}"
step 702 2 MixMonitor "nowhere.wav"
step 703 2 MixMonitor "locked.wav,,\${MIXMONITOR_COMMAND}"
for n in 700 701 702 703; do step $n 3 Milliwatt ''; done
sql "INSERT INTO settings (name, value) VALUES ('http_enabled', 'no'), ('recording_keep_wav', 'yes')" >/dev/null
mounted=
if [ -n "$OWN_MOUNTS" ]; then
  mkdir -p "$files"
  mount -t tmpfs -o size=4m none "$files" && mounted=yes
fi
unmount() { [ -n "$mounted" ] && umount -l "$files"; }
trap 'stop_station; unmount; rm -rf "$WORK" "$slot_dir"; exit 1' INT TERM

call() { ctl "channel originate Local/$1@internal application Milliwatt" >/dev/null; }
row() { sql "SELECT $1 FROM recording WHERE mixed = '$2' OR mp3 = '$2'"; }
is() { [ "$(row "$1" "$2")" = "$3" ]; }
none_talk() { ctl "core show channels" | grep -q '^0 active channels'; }
talks() { ! none_talk; }
hang_up() { ctl "channel request hangup all" >/dev/null; within 5 none_talk; }
# room KIB: as much stays
room() {
  rm -f "$files/ballast"
  free=$(df -k --output=avail "$files" | tail -1)
  dd if=/dev/zero of="$files/ballast" bs=1k count=$((free - $1)) 2>/dev/null
}
# plays FILE SECONDS: at least, the tone from its begin to its end
plays() {
  soxi -D "$files/$1" | awk -v s="$2" '{ exit !($1 >= s) }' &&
    sox "$files/$1" -n trim 0.3 reverse trim 0.3 stat 2>&1 | awk '/Rough/ { exit !($3 > 900 && $3 < 1100) }'
}
logged() { grep -q "$1" "$LOG"; }

check station-starts start_station
if [ -n "$mounted" ]; then
  room 100
  call 700
  check it-breaks-off within 20 is state full.wav cut
  check call-goes-on talks
  check row-says-why sh -c "$STATION sql --state $STATE \"SELECT error FROM recording WHERE mixed = 'full.wav'\" | grep -q space"
  check log-says-it-once sh -c "[ \$(grep -c 'ENOSPC\|No space left' $LOG) -ge 1 ]"
  check what-was-said-is-there plays full.wav 3
  check it-ends hang_up
  check it-is-not-called-kept is state full.wav cut

  rm -f "$files/full.wav"
  room 400
  call 701
  within 5 is state later.wav open
  sleep 2
  room 0
  check ends-on-a-full-disk hang_up
  waits() { [ "$(sql "SELECT state FROM job WHERE kind = 'convert' AND attempts > 0 AND error LIKE '%space%'")" = waiting ]; }
  check job-waits within 15 waits
  check no-mp3-is-claimed test -z "$(sql "SELECT mp3 FROM recording WHERE mp3 <> ''")"
  check no-half-under-its-name test ! -e "$files/later.mp3"
  rm -f "$files/ballast"
  has_mp3() { [ "$(sql "SELECT mp3 FROM recording WHERE mixed = 'later.wav'")" = later.mp3 ] && [ -s "$files/later.mp3" ]; }
  check done-when-there-is-room within 60 has_mp3
  check no-halves-are-left sh -c "! find $files -name '*.part' | grep -q ."
else
  skip disk-full "no mount namespace"
fi

if [ "$(id -u)" = 0 ]; then
  chown root:root "$files"
  chmod 700 "$files"
  call 702
  check call-goes-on-without-folder within 5 talks
  sleep 1
  check still-talks talks
  check unwritable-is-said within 5 logged 'ermission denied'
  check unwritable-ends hang_up
  check not-kept sh -c "! $STATION sql --state $STATE \"SELECT state FROM recording WHERE mixed = 'nowhere.wav'\" | grep -q kept"
  chgrp station "$files"
  chmod 2770 "$files"
  check no-file test ! -e "$files/nowhere.wav"
else
  skip folder-unwritable "not root"
fi

# the database is away when the call ends
call 703
check recorded within 5 is state locked.wav open
sleep 1
(printf 'BEGIN EXCLUSIVE;\n'; sleep 20) | sqlite3 "$STATE/station.db" 2>/dev/null &
holder=$!
sleep 0.5
check ends-behind-the-lock hang_up
sleep 2
check nothing-is-called-kept is state locked.wav open
check a-call-behind-the-lock call 702
check it-talks-behind-the-lock within 5 talks
wait $holder
check kept-when-it-is-back within 30 is state locked.wav kept
done_jobs() { [ -s "$files/locked.mp3" ] && [ "$(sql "SELECT mp3 FROM recording WHERE mixed = 'locked.wav'")" = locked.mp3 ]; }
check converted-when-it-is-back within 30 done_jobs
check last-ends hang_up
recorded_once() { [ "$(sql "SELECT count(*) FROM recording WHERE mixed = 'locked.wav'")" = 1 ]; }
check only-once recorded_once
check all-is-as-was-said "$STATION" recording --state "$STATE" verify
stop_station
unmount
finish
