#!/bin/sh
# record-caller.sh - Record with a real phone: what it says is in the file and is played back to it, by the name
# that the routing wrote; silence ends it; a hang-up loses it or, with k, keeps it
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

cat >"$WORK/routing" <<'Y'
[office]
exten => 300,1,Record(/tmp/said-%d.wav,,4,q)
same => n,Verbose(0,status=${RECORD_STATUS} file=${RECORDED_FILE})
same => n,Playback(${RECORDED_FILE})
same => n,Hangup
exten => 301,1,Record(lost.wav,,,q)
exten => 302,1,Record(kept:gsm,,,qk)
Y
check init office
check station-starts station_up
phone 101
check 101-registers registered 101 10
files=$STATE/recordings

dial() {
  forget 101
  say 101 dial "$1"
  event 101 CALL_ESTABLISHED
}
logged() { grep -q "$1" "$LOG"; }
seconds() { soxi -D "$1" 2>/dev/null | awk '{ exit !($1 > '"$2"' && $1 < '"$3"') }'; }

for n in 0 1; do
  check "dials-$n" dial 300
  check "is-recorded-$n" within 8 logged "status=TIMEOUT file=/tmp/said-$n"
  check "hears-itself-$n" within 8 heard 101 --pct 90 "$(tone_of 101)"
  check "ends-$n" event 101 CALL_CLOSED 8
  check "its-tone-is-in-the-file-$n" "$TOOLS/hear" "$files/tmp/said-$n.wav" --pct 95 "$(tone_of 101)"
  check "four-seconds-$n" seconds "$files/tmp/said-$n.wav" 3.9 4.1
done
check dials-lost dial 301
check lost-is-written within 3 test -s "$files/lost.wav"
sleep 1
say 101 hangup
check a-hangup-loses-it within 3 test ! -e "$files/lost.wav"
check dials-kept dial 302
check kept-is-written within 3 test -s "$files/kept.gsm"
sleep 2
say 101 hangup
event 101 CALL_CLOSED
check a-hangup-keeps-it-with-k within 3 no_channels
kept_tone() { sox "$files/kept.gsm" "$WORK/kept.wav" && "$TOOLS/hear" "$WORK/kept.wav" --pct 80 "$(tone_of 101)"; }
check its-tone-is-kept kept_tone
end
