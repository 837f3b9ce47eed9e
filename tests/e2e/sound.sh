#!/bin/sh
# sound.sh - uploaded sounds: every format becomes the station's, a call hears it; what is no sound, or too much of it, is
# refused with its cause; replaced under its name; removed unless a routing plays it; kill -9 of the runner in the middle
. "$(dirname "$0")/lib.sh"

export LC_ALL=C.UTF-8
sql() { "$STATION" sql --state "$STATE" "$1"; }
sound() { timeout 120 "$STATION" sound --state "$STATE" "$@"; }
"$STATION" init --state "$STATE" --sip-port "$BASE" --bind 127.0.0.1 >/dev/null
sql "INSERT INTO settings (name, value) VALUES ('http_enabled', 'no')" >/dev/null
files=$STATE/sounds
step() { # step EXTEN PRIORITY APPLICATION DATA
  sql "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES ('internal', '$1', $2, '$3', '$4')" >/dev/null
}
step 800 1 Answer ''
step 800 2 Playback 'hello&beep'
step 800 3 Wait 1

# tone FILE HZ SOXOPTIONS...: three seconds
tone() {
  out=$1 hz=$2
  shift 2
  sox -n "$@" "$WORK/$out" synth 3 sine "$hz" vol 0.5 2>/dev/null
}
# hears FILE HZ LOUDNESS-FROM TO: 8 kHz, one voice, 16 bit, that tone and nothing else
hears() {
  [ "$(soxi -r "$1")/$(soxi -c "$1")/$(soxi -b "$1")" = 8000/1/16 ] || return 1
  sox "$1" -n trim 0.5 2 stat 2>&1 |
    awk -v hz="$2" -v lo="$3" -v hi="$4" '/Rough/ { f = $3 } /RMS.*amplitude/ { a = $3 } END { exit !(f > hz * 0.98 && f < hz * 1.02 && a > lo && a < hi) }'
}
converts() { timeout 60 "$STATION" sound --state "$STATE" convert --file "$WORK/$1" --name "$2" --folder ru >"$WORK/out" 2>&1 || { cat "$WORK/out"; return 1; }; }
# refuses FILE WORD: with words for people that say so, and nothing is left
refuses() {
  ! sound convert --file "$1" --name refused >"$WORK/out" 2>&1 && grep -q "$2" "$WORK/out" &&
    [ ! -e "$files/refused.wav" ] && [ -z "$(ls "$STATE/uploads")" ] && return
  cat "$WORK/out"
  return 1
}
lasts() { soxi -D "$1" | awk -v s="$2" '{ exit !($1 > s - 0.2 && $1 < s + 0.2) }'; }

check station-starts start_station
tone a.flac 440 -r 44100 -c 2
tone b.ogg 440 -r 48000 -c 1
tone c.wav 440 -r 48000 -c 2 -b 24
tone d.wav 440 -r 16000 -c 1 -e floating-point -b 32
tone e.wav 440 -r 8000 -c 1 -e gsm-full-rate
tone f.wav 440 -r 8000 -c 1 -e u-law
tone g.aiff 440 -r 22050 -c 1 -b 16
tone h.wav 440 -r 11025 -c 1 -e ima-adpcm
tone plain.wav 440 -r 8000 -c 1 -b 16
sox "$WORK/c.wav" -C 128 "$WORK/i.mp3"
cp "$WORK/a.flac" "$WORK/j.wav" # its name lies
for f in a.flac b.ogg c.wav d.wav e.wav f.wav g.aiff h.wav i.mp3 j.wav; do
  check "converts-$f" converts $f "from-${f%.*}"
  check "hears-$f" hears "$files/ru/from-${f%.*}.wav" 440 0.30 0.40
  check "length-of-$f" lasts "$files/ru/from-${f%.*}.wav" 3
done
check plain-stays-as-it-was converts plain.wav plain
check plain-samples sh -c "sox $WORK/plain.wav -t raw - | cmp - - && [ \"\$(sox $WORK/plain.wav -t s16 - | sha256sum)\" = \"\$(sox $files/ru/plain.wav -t s16 - | sha256sum)\" ]"
check wide-is-there test "$(soxi -r "$files/ru/from-c.wav16" 2>/dev/null || soxi -r -t wav "$files/ru/from-c.wav16")" = 16000
check narrow-has-no-wide test ! -e "$files/ru/from-e.wav16"
check none-is-left-behind test -z "$(ls "$STATE/uploads")"
check no-halves sh -c "! find $files -name '*.part' | grep -q ."

# a tone above what 8 kHz can carry is not heard as another one
tone high.wav 6000 -r 48000 -c 1
check converts-high converts high.wav high
check no-alias sh -c "sox $files/ru/high.wav -n stat 2>&1 | awk '/RMS.*amplitude/ { exit !(\$3 < 0.002) }'"
# stereo that would be too loud when added; a quiet one made louder
sox -n -r 16000 -c 2 -e floating-point -b 32 "$WORK/loud.wav" synth 3 sine 440 gain 6 2>/dev/null
check converts-too-loud converts loud.wav loud
check not-clipped sh -c "sox $files/ru/loud.wav -n stat 2>&1 | awk '/Maximum/ { exit !(\$3 <= 1) }'"
sox "$WORK/plain.wav" "$WORK/quiet.wav" vol 0.05
check quiet-by-loudness sound convert --file "$WORK/quiet.wav" --name quiet --level loud >/dev/null
check quiet-is-louder hears "$files/quiet.wav" 440 0.08 0.12
check quiet-by-peak sound convert --file "$WORK/quiet.wav" --name quiet --level peak --replace >/dev/null
check peak-is-reached hears "$files/quiet.wav" 440 0.15 0.19
tone raw.sln 440 -t raw -r 8000 -e signed -b 16 -c 1
check raw-by-its-name converts raw.sln raw
check raw-is-heard hears "$files/ru/raw.wav" 440 0.30 0.40

# what is no sound
echo "no sound at all" >"$WORK/text.mp3"
check text-is-refused refuses "$WORK/text.mp3" 'no sound file'
: >"$WORK/empty.wav"
check empty-is-refused refuses "$WORK/empty.wav" 'no sound in'
head -c 44 "$WORK/plain.wav" >"$WORK/header.wav"
check header-alone-is-refused refuses "$WORK/header.wav" 'no sound in'
head -c 20000 "$WORK/a.flac" >"$WORK/cut.flac"
check cut-off-is-taken-or-said sh -c "$STATION sound --state $STATE convert --file $WORK/cut.flac --name cut; [ -s $files/cut.wav ] || $STATION ctl --state $STATE 'sound list' | grep -q cut"
put() { printf "$1" | dd of="$WORK/bad.wav" bs=1 seek="$2" conv=notrunc 2>/dev/null; } # put BYTES AT
cp "$WORK/plain.wav" "$WORK/bad.wav"; put '\0\0\0\0' 24
check no-rate-is-refused refuses "$WORK/bad.wav" 'no sound file\|rate'
cp "$WORK/plain.wav" "$WORK/bad.wav"; put '\377\377\377\177' 24
check wild-rate-is-refused refuses "$WORK/bad.wav" 'rate\|no sound file'
cp "$WORK/plain.wav" "$WORK/bad.wav"; put '\377\377' 22
check wild-channels-are-refused refuses "$WORK/bad.wav" 'channels\|no sound'
cp "$WORK/plain.wav" "$WORK/bad.wav"; put '\377\377\377\377' 40
check data-that-is-not-there sound convert --file "$WORK/bad.wav" --name claims
check only-what-is-there lasts "$files/claims.wav" 3
sox -n -r 8000 -c 1 "$WORK/long.flac" synth 1260 sine 440 2>/dev/null
check too-long-is-said refuses "$WORK/long.flac" '20 minutes'
check in-russian sh -c "LC_ALL=ru_RU.UTF-8 $STATION sound --state $STATE convert --file $WORK/text.mp3 --name text | grep -q 'не звуковой файл'"
for n in ../out /etc/out 'a,b' '' 'a/../b' '.hidden'; do
  check "name-$n" sh -c "! $STATION sound --state $STATE convert --file $WORK/plain.wav --name '$n'" 2>/dev/null
done
check nothing-outside test ! -e "$STATE/out.wav"

# a call hears it; replaced under its name it is another one at once
# `sound` is not the tone alone: what the call played is in the story, what it heard in the recording
sox "$WORK/c.wav" "$WORK/hello.wav"
check converts-hello sound convert --file "$WORK/hello.wav" --name hello.wav
check listed sh -c "$STATION sound --state $STATE list | grep -q '^hello  ready  3[0-9]* ms  WAV'"
step 801 1 Answer ''
step 801 2 MixMonitor 'heard.wav,b'
step 801 3 Playback hello
heard() { # FILE: what Playback says into the other half
  ctl "channel originate Local/801@internal application Record $1.wav,0,2" >/dev/null
  within 10 test -s "$STATE/recordings/$1.wav" && sleep 2.5
}
hears_tone() { sox "$STATE/recordings/$1.wav" -n trim 0.5 1 stat 2>&1 | awk -v hz="$2" '/Rough/ { exit !($3 > hz * 0.97 && $3 < hz * 1.03) }'; }
heard first
check call-hears-it hears_tone first 440
tone other.wav 1000 -r 44100 -c 2
check name-is-taken sh -c "! $STATION sound --state $STATE convert --file $WORK/other.wav --name hello | grep -q Ready"
check is-replaced sound convert --file "$WORK/other.wav" --name hello --replace
heard second
check next-call-hears-the-new-one hears_tone second 1000

# removed, unless it is played
check named-is-not-removed sh -c "! $STATION sound --state $STATE remove hello >$WORK/out; grep -q 'internal,800,2 Playback(hello&beep)' $WORK/out && grep -q 'internal,801,3' $WORK/out"
check it-is-there test -s "$files/hello.wav"
check others-are-removed sound remove ru/from-a
check its-files-are-gone sh -c "! ls $files/ru/from-a.wav $files/ru/from-a.wav16 2>/dev/null"
check its-row-is-gone sh -c "! $STATION sound --state $STATE list ru | grep -q from-a"
check by-force sound remove hello force
check there-is-none sh -c "! $STATION sound --state $STATE remove hello"

# kill -9 of the runner in the middle: finished later, and only once there
sox -n -r 48000 -c 2 "$WORK/hour.flac" synth 1190 sine 440 2>/dev/null
child_works() { pgrep -P "$(role_pid runner)" >/dev/null && [ -n "$(sql "SELECT id FROM job WHERE kind = 'sound' AND state = 'running'")" ]; }
sound convert --file "$WORK/hour.flac" --name slow >"$WORK/slow" 2>&1 &
slow=$!
check it-works within 10 child_works
check progress-is-shown within 10 sh -c "$STATION sound --state $STATE list | grep -q '^slow  waiting  [0-9]*%'"
kill -9 "$(role_pid runner)"
check nothing-under-its-name test ! -e "$files/slow.wav"
is_ready() { [ "$(sql "SELECT state FROM sound WHERE name = '$1'")" = ready ]; }
check finished-after-the-kill within 90 is_ready slow
check who-waited-is-told wait $slow
check whole lasts "$files/slow.wav" 1190
check upload-is-gone test -z "$(ls "$STATE/uploads")"

# a folder that cannot be written: said, and done when it can
if [ "$(id -u)" = 0 ]; then
  chown root:root "$files/ru" && chmod 755 "$files/ru"
  sound convert --file "$WORK/plain.wav" --name later --folder ru >"$WORK/later" 2>&1 &
  later=$!
  said() { sound list ru | grep -A1 '^ru/later  waiting' | grep -q 'chgrp station' || grep -q "not-writable" "$LOG"; }
  check not-writable-is-said within 10 said
  chgrp station "$files/ru" && chmod 2770 "$files/ru"
  check done-when-it-can-be within 30 is_ready later
  wait $later
else
  skip not-writable "not root"
fi
finish
