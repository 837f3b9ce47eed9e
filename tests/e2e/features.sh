#!/bin/sh
# features.sh - keys in a talk, by real phones and the real media: one touch recording begins and ends a file, a recording is
# paused, the talk is ended; digits that are no code reach the other side in order
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

cat >"$WORK/routing" <<'X'
[office]
exten => _10X,1,Dial(PJSIP/${EXTEN},30,XxHh)
exten => 201,1,MixMonitor(paused.wav,r(paused_receive.wav)t(paused_transmit.wav))
same => n,Dial(PJSIP/102,30,HX)
exten => 202,1,Dial(Local/digits@office,30,X)
exten => digits,1,Answer()
same => n,Read(DIGITS,,6,,1,6)
same => n,Verbose(0,got ${DIGITS})
same => n,Hangup()
X
check init office
sql "INSERT INTO settings (name, value) VALUES ('feature_automixmon', '*1'), ('feature_recordpause', '*2'), ('feature_disconnect', '*0')" >/dev/null
files=$STATE/recordings
check station-starts station_up
phone 101
phone 102
for n in 101 102; do check "$n-registers" registered $n 10; done

press() { # press NAME KEYS: one after the other, as a finger does; quicker than feature_digit_timeout
  for key in $(echo "$2" | sed 's/\*/s/g; s/./& /g'); do
    [ "$key" != s ] || key='*'
    say "$1" sndcode "$key"
    sleep 0.25
    say "$1" sndcode
    sleep 0.1
  done
}
auto() { find "$files" -name 'auto-*.wav' | head -1; }
has_auto() { [ -n "$(auto)" ]; }
records() { ctl "mixmonitor list $1" | grep -q 'auto-'; }
records_no_more() { ! records "$1"; }
channel() { ctl "core show channels concise" | sed -n "s,^\(PJSIP/$1-[0-9a-f]*\)!.*,\1,p" | head -1; }
seconds() { soxi -D "$1" 2>/dev/null || echo 0; }
logged() { grep -q "$1" "$LOG"; }
says() {
  "$TOOLS/hear" "$@" >"$WORK/hear.out" && return
  echo "  $1: $(cat "$WORK/hear.out")"
  return 1
}
is_routed() { ctl 'core show channels' | grep -q digits; }

check call call 101 102
check they-talk talk 101 102
press 101 '*1'
check the-callers-code-begins-a-file within 5 has_auto
caller=$(channel 101) called=$(channel 102)
check it-is-the-other-ones-channel records "$called"
sleep 3
press 101 '*1'
check the-callers-code-ends-it within 5 records_no_more "$called"
first=$(auto)
check both-voices-for-as-long awk -v t="$(seconds "$first")" 'BEGIN { exit !(t >= 2.5 && t < 12) }'
press 102 '*1'
check the-called-one-has-the-code-too within 5 records "$caller"
check they-still-talk talk 101 102
press 102 '*0'
check his-code-ends-the-talk event 101 CALL_CLOSED
check nothing-is-left within 5 no_channels

check call-to-pause call 101 102 201
check they-talk-again talk 101 102
sleep 2
press 101 '*2'
sleep 3
press 101 '*2'
sleep 3
press 101 '*0'
check the-callers-code-ends-the-talk event 102 CALL_CLOSED
check no-channel-left within 5 no_channels
sleep 1
check voice-before-the-pause says "$files/paused_transmit.wav" --from 1 --to 2 --not 700 900
check silence-in-it says "$files/paused_transmit.wav" --from -6 --to -5 silence
check voice-behind-it says "$files/paused_transmit.wav" --from -2 --to -1 --not 700 900

forget 101
say 101 dial 202
check the-routing-answers within 5 is_routed
check the-phone-too event 101 CALL_ESTABLISHED
sleep 1
press 101 '5*7##'
check what-is-no-code-goes-on-in-order within 8 logged 'got 5\*7 '
end
