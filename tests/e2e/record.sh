#!/bin/sh
# record.sh - MixMonitor with real phones: both voices in the right file and side, in step; through hold, two at once, stop
# and start again; kill -9 of media and of the engine in the middle; the command behind it; names that lead elsewhere
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

cat >"$WORK/routing" <<'X'
[office]
exten => _10X,1,Dial(PJSIP/${EXTEN},30)
exten => 201,1,MixMonitor(one.wav,r(one_receive.wav)t(one_transmit.wav),echo ^{UNIQUEID} ^{MIXMONITOR_FILENAME} >> RECORDINGS/after)
same => n,MixMonitor(both.wav,D)
same => n,Dial(PJSIP/102,30)
exten => 202,1,MixMonitor(kills.wav,r(kills_receive.wav)t(kills_transmit.wav))
same => n,Dial(PJSIP/102,30)
exten => 203,1,MixMonitor(../out.wav)
same => n,MixMonitor(/etc/out.wav)
same => n,MixMonitor(link/out.wav)
same => n,MixMonitor(unknown.xyz)
same => n,MixMonitor(sub/again.wav)
same => n,MixMonitor(gone.wav,dr(gone_receive.wav)i(GONE),cp RECORDINGS/gone.wav RECORDINGS/copied.wav)
same => n,StopMixMonitor(${GONE})
same => n,Dial(PJSIP/102,30)
X
sed -i "s,RECORDINGS,$STATE/recordings,g" "$WORK/routing"
check init office
files=$STATE/recordings
check station-starts station_up
printf '#!/bin/sh\nexec /bin/sh -c "$1"\n' >"$STATE/agi-bin/system"
chmod 755 "$STATE/agi-bin/system"
mkdir "$WORK/elsewhere"
chmod 777 "$WORK/elsewhere"
ln -s "$WORK/elsewhere" "$files/link"
phone 101
phone 102
for n in 101 102; do check "$n-registers" registered $n 10; done

role_is_new() { role_is_up "$1" && [ "$(role_pid "$1")" != "$2" ]; }
kill_role() {
  old=$(role_pid "$1")
  kill -9 "$old"
  within 5 role_is_new "$1" "$old"
}
logged() { grep -q "$1" "$LOG"; }
seconds() { soxi -D "$files/$1" 2>/dev/null || echo 0; }
# lasts FILE FROM TO: seconds
lasts() {
  seconds "$1" | awk -v a="$2" -v b="$3" '{ t = $1; exit !(t >= a && t <= b) }' && return
  echo "  $1: $(seconds "$1") s"
  return 1
}
# says FILE HEAR OPTIONS
says() {
  file=$1
  shift
  "$TOOLS/hear" "$file" "$@" >"$WORK/hear.out" && return
  echo "  $file: $(cat "$WORK/hear.out")"
  return 1
}
# has_tone FILE HZ: among others
has_tone() {
  sox "$1" -n trim 2 2 sinc $(($2 - 50))-$(($2 + 50)) stat 2>&1 | awk '/RMS.*ampl/ { exit !($3 > 0.03) }'
}
channel() { ctl "core show channels concise" | sed -n "s,^\(PJSIP/$1-[0-9a-f]*\)!.*,\1,p" | head -1; }
lists() { ctl "mixmonitor list $1" | grep -q "$2"; }

check call call 101 102 201
check they-talk talk 101 102
sleep 4
say 101 hold
sleep 2
say 101 resume
sleep 3
check ends hang_up 101 102
check nothing-is-left within 5 no_channels
sleep 1
check receive-voice says "$files/one_receive.wav" --from 1 --to 4 --not 900 700
check transmit-voice says "$files/one_transmit.wav" --from 1 --to 4 --not 700 900
check legs-are-as-long test "$(seconds one_receive.wav)" = "$(seconds one_transmit.wav)"
check whole-call lasts one.wav 9 40
check voice-at-the-end says "$files/one_receive.wav" --from -1.2 --to -0.2 --not 900 700
check caller-is-in-the-mix has_tone "$files/one.wav" 700
check called-is-in-the-mix has_tone "$files/one.wav" 900
sox "$files/both.wav" "$WORK/l.wav" remix 1
sox "$files/both.wav" "$WORK/r.wav" remix 2
check stereo-left says "$WORK/l.wav" --from 1 --to 4 --not 900 700
check stereo-right says "$WORK/r.wav" --from 1 --to 4 --not 700 900
command_ran() { grep -q " $files/one.wav\$" "$files/after"; }
check command-has-the-real-name within 5 command_ran

# the gap is silence, the file goes on and is ended by the next engine
check call-to-be-killed call 101 102 202
check they-talk-again talk 101 102
sleep 2
check kill-media kill_role media
sleep 4
check kill-engine kill_role engine
sleep 4
check recording-is-known lists "$(channel 101)" kills.wav
check ends-after-kills hang_up 102 101
check no-channel-left within 5 no_channels
sleep 1
check still-the-whole-call lasts kills.wav 10 40
check voice-before-the-kill says "$files/kills_receive.wav" --from 1 --to 2 --not 900 700
check voice-after-the-kills says "$files/kills_receive.wav" --from -3 --to -0.5 --not 900 700
check other-voice-after says "$files/kills_transmit.wav" --from -3 --to -0.5 --not 700 900
check legs-in-step test "$(seconds kills_receive.wav)" = "$(seconds kills_transmit.wav)"

# refused, stopped, begun again
check call-to-refuse call 101 102 203
check it-goes-on talk 101 102
c=$(channel 101)
check refusal-is-said logged 'a file lies below the folder of recordings'
check format-is-said logged 'its extension is not taken'
outside() { [ -e "$STATE/out.wav" ] || [ -e /etc/out.wav ] || [ -e "$WORK/elsewhere/out.wav" ]; }
nothing_outside() { ! outside; }
check nothing-outside nothing_outside
check stops ctl "mixmonitor stop $c"
sleep 1
before=$(seconds sub/again.wav)
check begins-again ctl "mixmonitor start $c sub/again.wav,a"
sleep 3
check hangs-up hang_up 101 102
sleep 1
after=$(seconds sub/again.wav)
check appended awk -v a="$before" -v b="$after" 'BEGIN { exit !(a > 0 && b - a >= 2 && b - a < 8) }'
is_removed() { [ -e "$files/copied.wav" ] && [ ! -e "$files/gone.wav" ] && [ ! -e "$files/gone_receive.wav" ]; }
check removed-behind-its-command within 5 is_removed
check second-piece has_tone "$files/sub/again.wav" 700
end
