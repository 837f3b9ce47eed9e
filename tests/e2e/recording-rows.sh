#!/bin/sh
# recording-rows.sh - table recording of real calls: MixMonitor with the manual's command gives an MP3; the whole
# station in stereo; kill -9 of everything in the middle; what is too old, and too much, goes
. "$(dirname "$0")/lib.sh"

sql() { "$STATION" sql --state "$STATE" "$1"; }
recording() { "$STATION" recording --state "$STATE" "$@"; }
"$STATION" init --state "$STATE" --sip-port "$BASE" --bind 127.0.0.1 >/dev/null
files=$STATE/recordings
step() { # step EXTEN PRIORITY APPLICATION DATA
  sql "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES ('internal', '$1', $2, '$3', '$4')" >/dev/null
}
step 700 1 Answer ''
step 700 2 MixMonitor "\${UNIQUEID}.wav,,\${MIXMONITOR_COMMAND}"
step 700 3 Milliwatt ''
step 701 1 Answer ''
step 701 2 MixMonitor "\${UNIQUEID}.wav"
step 701 3 Milliwatt ''
sql "INSERT INTO settings (name, value) VALUES ('http_enabled', 'no')" >/dev/null

call() { ctl "channel originate Local/$1@internal application Milliwatt" >/dev/null; }
rows() { sql "SELECT $1 FROM recording ORDER BY begun DESC, uniqueid DESC LIMIT 1"; }
is() { [ "$(rows "$1")" = "$2" ]; }
has_mp3() { [ -n "$(rows mp3)" ] && [ -s "$files/$(rows mp3)" ]; }
none_talk() { ctl "core show channels" | grep -q '^0 active channels'; }
hang_up() { ctl "channel request hangup all" >/dev/null; within 5 none_talk; }
is_gone() { [ ! -e "$files/$1" ]; }
channels() { [ "$(soxi -c "$1" 2>/dev/null)" = "$2" ]; }

check station-starts start_station
check it-is-called call 700
check row-while-it-is-recorded within 5 is state open
sleep 2
check it-ends hang_up
check row-is-kept within 5 is state kept
check mp3-by-the-manuals-name within 10 has_mp3
check sum-is-that-of-the-file [ "$(rows sha256)" = "$(sha256sum "$files/$(rows mp3)" | cut -d' ' -f1)" ]
check no-wav-is-left sh -c "! find $files -name '*.wav' | grep -q ."
check list-names-it sh -c "$STATION recording --state $STATE list | grep -q kept"
check show-tells-all sh -c "$STATION recording --state $STATE show $(rows uniqueid) | grep -q '^sha256  *[0-9a-f]\{64\}'"

# without a command: the WAV stays, with its picture
check another-is-called call 701
within 5 is state open
sleep 1
check another-ends hang_up
check picture within 10 sh -c "[ -s $files/\$($STATION sql --state $STATE \"SELECT peaks FROM recording WHERE peaks LIKE '%peaks' ORDER BY begun DESC LIMIT 1\") ]"
check wav-stays within 5 sh -c "find $files -name '*.wav' | grep -q ."

# whose it is
sql "INSERT INTO \"groups\" (uuid, name) VALUES ('66666666-0000-4000-8000-000000000001', 'shop')" >/dev/null
step 702 1 Answer ''
step 702 2 Set 'CDR(group_uuid)=66666666-0000-4000-8000-000000000001'
step 702 3 MixMonitor 'shop.wav'
step 702 4 Milliwatt ''
sleep 1
check a-groups-call call 702
check groups-name-is-listed within 5 sh -c "$STATION recording --state $STATE list | grep -q 'open  shop.wav  shop'"
check groups-call-ends hang_up
check groups-sum-is-kept within 5 sh -c "[ \$($STATION sql --state $STATE \"SELECT count(*) FROM recording_sum WHERE file = 'shop.wav'\") = 1 ]"
sql "DELETE FROM recording WHERE mixed = 'shop.wav'; DELETE FROM recording_sum WHERE file = 'shop.wav'" >/dev/null
rm -f "$files"/shop.*

# one setting: stereo for all
sql "INSERT INTO settings (name, value) VALUES ('recording_mode', 'stereo')" >/dev/null
sleep 1
check stereo-is-called call 700
within 5 is state open
check sides-are-written within 5 sh -c "ls $files/*_receive.wav $files/*_transmit.wav"
sleep 1
check stereo-ends hang_up
check stereo-mp3 within 10 has_mp3
check it-has-two-channels channels "$files/$(rows mp3)" 2
sql "DELETE FROM settings WHERE name = 'recording_mode'" >/dev/null

# all dies in the middle
check last-one-is-called call 700
within 5 is state open
sleep 3
wav=$files/$(rows mixed)
pids="$station_pid $(role_pid engine) $(role_pid media) $(role_pid runner)"
# shellcheck disable=SC2086
kill -9 $pids
wait "$station_pid" 2>/dev/null
sleep 1
: >"$LOG"
check starts-again start_station
check row-says-cut-or-kept within 10 sh -c "$STATION sql --state $STATE \"SELECT state FROM recording ORDER BY begun DESC LIMIT 1\" | grep -qE 'cut|kept'"
check it-is-converted-then within 15 has_mp3
check two-seconds-are-in-it [ "$(rows ms)" -ge 2000 ]

# what is there is what was kept
verifies() { recording verify >"$WORK/verify" 2>&1; }
finds() { ! verifies && grep -q "$1" "$WORK/verify"; }
check all-is-as-it-was verifies
sql "UPDATE recording_sum SET day = '2026-01-01' WHERE id = 1; UPDATE recording_sum SET day = '2026-01-02' WHERE id = 2" >/dev/null
recording seal >/dev/null
sealed() { [ "$(sql 'SELECT count(*) FROM recording_seal')" = 2 ]; }
check days-are-sealed within 10 sealed
check the-key-is-ours-alone sh -c "stat -c %a $STATE/tls/recordings.key | grep -qE '^6[04]0$'"
check seals-are-right verifies
sql "UPDATE recording_sum SET bytes = bytes + 1 WHERE id = 1" >/dev/null
check changed-line-is-named finds 'day-changed 2026-01-01'
sql "UPDATE recording_sum SET bytes = bytes - 1 WHERE id = 1" >/dev/null
sql "UPDATE recording_seal SET signature = replace(signature, '1', '2') WHERE day = '2026-01-02'" >/dev/null
check forged-seal-is-named finds 'signature-wrong 2026-01-02'
mp3=$files/$(rows mp3)
cp -p "$mp3" "$WORK/whole.mp3"
echo more >>"$mp3"
check changed-file-is-named finds "file-changed $(rows mp3)"
mv "$mp3" "$WORK/away.mp3"
check missing-file-is-named finds "file-missing $(rows mp3)"
cp -p "$WORK/whole.mp3" "$mp3"
sql "UPDATE recording SET sha256 = 'ab' WHERE uuid = '$(rows uuid)'" >/dev/null
check changed-row-is-named finds "row-changed $(rows uniqueid)"

# files without a row, rows without a file
sql "UPDATE recording SET sha256 = (SELECT sha256 FROM recording_sum s WHERE s.uuid = recording.uuid ORDER BY id DESC LIMIT 1) WHERE sha256 = 'ab'" >/dev/null
orphans() { recording orphans >"$WORK/orphans" && grep -q "$1" "$WORK/orphans"; }
check none-is-orphaned orphans 'Each file has a row'
echo x >"$files/strange.wav"
touch -d '2 hours ago' "$files/.a.mp3.77.part"
chmod 660 "$files/.a.mp3.77.part"
mv "$mp3" "$WORK/away.mp3"
check file-without-row orphans '^no-row strange.wav'
check what-a-killed-child-left orphans '^left-over .a.mp3.77.part'
check row-without-file orphans "^no-file $(rows uniqueid)  $(rows mp3)"
check it-is-repaired recording orphans repair
check row-says-lost within 5 is state lost
check left-over-goes within 5 is_gone .a.mp3.77.part
check strange-file-stays test -e "$files/strange.wav"
rm "$files/strange.wav"
cp -p "$WORK/whole.mp3" "$mp3"
sql "UPDATE recording SET state = 'kept' WHERE state = 'lost'" >/dev/null

# a picture that is gone is no lost recording
sql "UPDATE recording SET peaks = 'nowhere.peaks' WHERE uuid = '$(rows uuid)'" >/dev/null
check picture-is-missed orphans "^no-file $(rows uniqueid)  nowhere.peaks"
check picture-is-let-be recording orphans repair
check row-is-not-lost is state kept
sql "UPDATE recording SET peaks = '' WHERE peaks = 'nowhere.peaks'" >/dev/null

# more than one page of sums; an older one that another recording has gone on in; one of the day that is sealed
sql "INSERT INTO recording_sum (day, uuid, file, bytes, sha256) SELECT '2026-01-03', 'u' || value, 'many.mp3', 1, 'aa' FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 150) SELECT value FROM n)" >/dev/null
# (no uuid begins with x)
sql "INSERT INTO recording_sum (day, uuid, file, bytes, sha256) SELECT '2026-01-03', 'x' || value, 'f' || value || '.mp3', 1, '$(sha256sum "$mp3" | cut -d' ' -f1)' FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 100) SELECT value FROM n)" >/dev/null
sql "INSERT INTO recording (uuid, uniqueid, mp3, state, sha256, begun) SELECT uuid, uuid, file, 'kept', sha256, '2026-01-03 00:00:00' FROM recording_sum WHERE uuid LIKE 'x%'" >/dev/null
for i in $(seq 100); do ln "$mp3" "$files/f$i.mp3"; done
check many-are-looked-at finds 'row-missing many.mp3'
check only-the-last-of-a-file sh -c "[ \$(grep -c . $WORK/verify) = 3 ]"
rm "$files/f99.mp3"
check the-last-page-too finds 'file-missing f99.mp3'
rm -f "$files"/f[0-9]*.mp3
sql "DELETE FROM recording WHERE uuid LIKE 'x%'; DELETE FROM recording_sum WHERE day = '2026-01-03'" >/dev/null

# what a later recording goes on in stays when the first is too old
cp -p "$mp3" "$files/both.mp3"
sql "INSERT INTO recording (uuid, uniqueid, mp3, wanted, state, begun) VALUES ('old', 'old', 'both.mp3', 'mono', 'kept', '2019-01-01 00:00:00')" >/dev/null
sql "INSERT INTO recording (uuid, uniqueid, mp3, wanted, state, begun) VALUES ('new', 'new', 'both.mp3', 'mono', 'kept', '$(date +%F) 00:00:00')" >/dev/null

# age and room
sql "UPDATE recording SET begun = '2020-01-01 00:00:00' WHERE state = 'kept' AND wanted = ''" >/dev/null
sql "INSERT INTO settings (name, value) VALUES ('recording_days', '30')" >/dev/null
sleep 1
check old-ones-go recording retain
old_is_gone() { [ "$(sql "SELECT count(*) FROM recording WHERE state = 'deleted' AND mixed = '' AND peaks = '' AND mp3 = ''")" = 2 ]; }
check its-files-too within 10 old_is_gone
check the-later-one-stays sh -c "[ -s $files/both.mp3 ] && [ \$($STATION sql --state $STATE \"SELECT state FROM recording WHERE uuid = 'old'\") = deleted ]"
rm "$files/both.mp3"
sql "DELETE FROM recording WHERE uuid IN ('old', 'new')" >/dev/null
check no-wav-then sh -c "! find $files -name '*.wav' | grep -q ."
sql "UPDATE recording SET bytes = 900000 WHERE state <> 'deleted'" >/dev/null
sql "INSERT INTO settings (name, value) VALUES ('recording_mib', '2')" >/dev/null
sleep 1
check too-much-goes recording retain
left() { [ "$(sql "SELECT count(*) FROM recording WHERE state <> 'deleted'")" = 2 ]; }
check the-newest-stay within 5 left
# a group's own rule
sql "INSERT INTO \"groups\" (name, recording_days, recording_mib) VALUES ('sales', 1, NULL)" >/dev/null
sql "UPDATE recording SET group_uuid = (SELECT uuid FROM \"groups\" WHERE name = 'sales'), begun = '2026-01-01 00:00:00' WHERE state <> 'deleted'" >/dev/null
sql "DELETE FROM settings WHERE name = 'recording_days'" >/dev/null
check groups-rule recording retain
none_left() { [ "$(sql "SELECT count(*) FROM recording WHERE state <> 'deleted'")" = 0 ]; }
check groups-recordings-go within 5 none_left
# nothing was recorded when this one should have gone: the clock may have leapt (the first sweep is with the first look)
sql "INSERT INTO recording (uuid, uniqueid, mixed, wanted, state, begun) VALUES ('leap', 'leap', 'leap.wav', '', 'kept', '2019-01-01 00:00:00')" >/dev/null
sql "INSERT INTO settings (name, value) VALUES ('recording_days', '30')" >/dev/null
# little room: a message once (setting recording_free_mib; looked at each minute)
sql "INSERT INTO settings (name, value) VALUES ('recording_free_mib', '2000000000')" >/dev/null
check room-is-told-of within 70 grep -q 'little room for recordings' "$LOG"
check a-leap-of-the-clock-takes-nothing within 5 grep -q 'the clock may be wrong' "$LOG"
leap_is() { [ "$(sql "SELECT state FROM recording WHERE uuid = 'leap'")" = "$1" ]; }
check it-is-kept leap_is kept
check by-hand recording retain
check then-it-goes within 5 leap_is deleted
finish
