#!/bin/sh
# recording-jobs.sh - what follows a recording: MP3 in both forms, by hand and by names of the manual; kill -9 of
# runner and engine in the middle, a locked database, names that lead elsewhere
. "$(dirname "$0")/lib.sh"

sql() { "$STATION" sql --state "$STATE" "$1"; }
recording() { "$STATION" recording --state "$STATE" "$@"; }
"$STATION" init --state "$STATE" --sip-port "$BASE" --bind 127.0.0.1 >/dev/null
files=$STATE/recordings

tone() { # tone NAME HZ SECONDS
  sox -n -r 8000 -b 16 -c 1 "$WORK/tone.wav" synth "$3" sine "$2" vol 0.3
  install -m 660 "$WORK/tone.wav" "$files/$1"
  if [ "$(id -u)" = 0 ]; then chown station-media:station "$files/$1"; fi
}
# side FILE CHANNEL HZ: that channel says the tone, and is as loud as it was
side() {
  sox "$WORK/out.wav" -n remix "$2" stat 2>&1 |
    awk -v hz="$3" '/Rough/ { f = $3 } /RMS.*amplitude/ { a = $3 } END { exit !(f > hz * 0.97 && f < hz * 1.03 && a > 0.19 && a < 0.23) }'
}
decode() { sox "$1" "$WORK/out.wav"; }
is_gone() { [ ! -e "$files/$1" ]; }

check station-starts start_station
tone 17.5.wav 440 20
tone 17.5_receive.wav 440 20
tone 17.5_transmit.wav 1000 20
check stereo-by-hand recording convert --uniqueid=17.5 --stereo
check picture-is-there test -s "$files/17.5.peaks"
check sources-are-removed within 5 is_gone 17.5_receive.wav
check it-is-an-mp3 decode "$files/17.5.mp3"
check left-says-its-tone side "$files/17.5.mp3" 1 440
check right-says-its-tone side "$files/17.5.mp3" 2 1000
sql "INSERT INTO settings (name, value) VALUES ('recording_keep_wav', 'yes')" >/dev/null
sleep 1
tone 18.6.wav 440 5
check mono-by-hand recording convert 18.6 --mono
check source-is-kept test -s "$files/18.6.wav"

# the whole station in stereo, whatever is asked for
sql "INSERT INTO settings (name, value) VALUES ('recording_mode', 'stereo')" >/dev/null
sleep 1
tone 19.1.wav 440 5
tone 19.1_receive.wav 440 5
tone 19.1_transmit.wav 1000 5
check mono-is-asked-for recording convert --uniqueid=19.1 --mono
check setting-goes-before sh -c "[ \"\$(soxi -c $files/19.1.mp3)\" = 2 ]"
sql "DELETE FROM settings WHERE name = 'recording_mode'" >/dev/null

check no-file-is-said sh -c "! $STATION recording --state $STATE convert nobody | grep -q mp3"
check name-leads-nowhere sh -c "! $STATION recording --state $STATE convert ../../../../etc/passwd"
echo "no sound at all" >"$files/bad.wav"
chmod 664 "$files/bad.wav"
check no-sound-is-refused sh -c "! $STATION recording --state $STATE convert bad"
check nothing-half-is-left sh -c "! find $files -name '*.part' | grep -q ."

# kill -9 in the middle: the child that works is behind the runner
long() { tone "$1" 440 3600; }
child_works() { pgrep -P "$(role_pid runner)" >/dev/null && find "$files" -name '.*.part' -size +64k | grep -q .; }
state_of() { [ "$(sql "SELECT state FROM job WHERE subject = '$1'")" = "$2" ]; }
length() { [ "$(stat -c %s "$files/$1")" -gt 14000000 ]; }
long 20.1.wav
recording convert 20.1 >"$WORK/20.1" 2>&1 &
check it-works within 10 child_works
child=$(pgrep -P "$(role_pid runner)")
check it-is-idle sh -c "ps -o cls= -p $child | grep -q IDL"
kill -9 "$(role_pid runner)"
check nothing-under-its-name is_gone 20.1.mp3
check finished-after-the-runner-died within 60 state_of 20.1 done
check it-is-whole length 20.1.mp3

long 21.1.wav
recording convert 21.1 >"$WORK/21.1" 2>&1 &
check another-works within 10 child_works
kill -9 "$(role_pid engine)"
check finished-after-the-engine-died within 60 state_of 21.1 done
check that-is-whole length 21.1.mp3

# a locked database: the job is queued when it is free again
tone 22.1.wav 440 3
(printf 'BEGIN IMMEDIATE;\n'; sleep 8) | sqlite3 "$STATE/station.db" 2>/dev/null &
sleep 0.5
check done-behind-a-lock recording convert 22.1
check its-mp3-is-there test -s "$files/22.1.mp3"
finish
