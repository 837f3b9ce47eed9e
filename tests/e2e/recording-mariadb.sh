#!/bin/sh
# recording-mariadb.sh - recordings, their jobs, seals, age, and sounds on a MariaDB server: a call is recorded and converted,
# its day sealed and verified, too old ones go; the server is killed at the end of a call
. "$(dirname "$0")/lib.sh"
. tests/e2e/server.sh
trap 'stop_station; server_down; rm -rf "$WORK" "$slot_dir"; exit 1' INT TERM

sql() { "$STATION" sql --state "$STATE" "$1"; }
recording() { timeout 60 "$STATION" recording --state "$STATE" "$@"; }
sound() { timeout 60 "$STATION" sound --state "$STATE" "$@"; }
files=$STATE/recordings
check server-is-made server_make
check server-starts server_up
check init "$STATION" init --state "$STATE" --sip-port "$BASE" --bind 127.0.0.1 --database "$(server_url pbx)" >/dev/null
step() { # step EXTEN PRIORITY APPLICATION DATA
  sql "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES ('internal', '$1', $2, '$3', '$4')" >/dev/null
}
step 700 1 Answer ''
step 700 2 MixMonitor "\${UNIQUEID}.wav,,\${MIXMONITOR_COMMAND}"
step 700 3 Milliwatt ''
step 701 1 Answer ''
step 701 2 MixMonitor "plain.wav"
step 701 3 Milliwatt ''
sql "INSERT INTO settings (name, value) VALUES ('http_enabled', 'no')" >/dev/null

call() { ctl "channel originate Local/$1@internal application Milliwatt" >/dev/null; }
rows() { sql "SELECT $1 FROM recording ORDER BY begun DESC, uniqueid DESC LIMIT 1"; }
is() { [ "$(rows "$1")" = "$2" ]; }
none_talk() { ctl "core show channels" | grep -q '^0 active channels'; }
hang_up() { ctl "channel request hangup all" >/dev/null; within 5 none_talk; }
has_mp3() { [ -n "$(rows mp3)" ] && [ -s "$files/$(rows mp3)" ]; }

check station-starts start_station
call 700
check row-while-it-is-recorded within 10 is state open
sleep 2
check it-ends hang_up
check row-is-kept within 5 is state kept
check mp3 within 20 has_mp3
no_jobs() { [ "$(sql "SELECT count(*) FROM job WHERE state <> 'done'")" = 0 ]; }
check jobs-are-done within 10 no_jobs
sum_is_right() { [ "$(rows sha256)" = "$(sha256sum "$files/$(rows mp3)" | cut -d' ' -f1)" ]; }
check sum sum_is_right
check list sh -c "$STATION recording --state $STATE list | grep -q kept"

# a day that is over: sealed, verified, changed
sql "UPDATE recording_sum SET day = '2026-01-02'" >/dev/null
check seal recording seal >/dev/null
sealed() { [ "$(sql "SELECT count(*) FROM recording_seal WHERE day = '2026-01-02' AND signature <> ''")" = 1 ]; }
check day-is-sealed within 10 sealed
check verify recording verify >/dev/null
sql "UPDATE recording_sum SET bytes = bytes + 1" >/dev/null
day_is_changed() { ! recording verify >"$WORK/out" && grep -q day-changed "$WORK/out"; }
check changed-day-is-named day_is_changed
sql "UPDATE recording_sum SET bytes = bytes - 1" >/dev/null
check orphans recording orphans repair >/dev/null

# too old: the files go, the row stays
mp3=$(rows mp3)
sql "UPDATE recording SET begun = '2020-01-01 00:00:00'" >/dev/null
sql "INSERT INTO settings (name, value) VALUES ('recording_days', '30')" >/dev/null
expired() { recording retain >/dev/null; is state deleted && [ ! -e "$files/$mp3" ]; }
check too-old-goes within 20 expired

# the server dies at the end of a call
call 701
within 10 is state open
sleep 1
server_kill
check ends-without-server hang_up
sleep 1
check server-comes-back server_up
kept() { [ "$(sql "SELECT state FROM recording WHERE mixed = 'plain.wav'")" = kept ]; }
check kept-when-it-is-back within 30 kept
drawn() { [ "$(sql "SELECT peaks FROM recording WHERE mixed = 'plain.wav'")" = plain.peaks ]; }
check job-is-done-when-it-is-back within 30 drawn

# sounds
sox -n -r 44100 -c 2 "$WORK/hello.flac" synth 2 sine 440 2>/dev/null
check sound-is-converted sound convert --file "$WORK/hello.flac" --name hello --folder ru >/dev/null
sound_is() { [ "$(sql "SELECT state, ms, wide FROM sound WHERE name = 'hello'")" = "$(printf 'ready\t2000\t1')" ]; }
check sound-has-its-row sound_is
sound_is || sql "SELECT * FROM sound"
check sound-is-replaced sound convert --file "$WORK/hello.flac" --name hello --folder ru --replace >/dev/null
step 800 1 Playback 'ru/hello'
named() { ! sound remove ru/hello >"$WORK/out" && grep -q 'internal,800,1' "$WORK/out"; }
check sound-that-is-played-stays named
check sound-is-removed sound remove ru/hello force >/dev/null
gone() { [ "$(sql "SELECT count(*) FROM sound")" = 0 ] && [ ! -e "$STATE/sounds/ru/hello.wav" ]; }
check sound-is-gone gone
stop_station
server_down
finish
