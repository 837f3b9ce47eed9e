#!/bin/sh
# record-real.sh - by hand, ten minutes (MINUTES=1: a short look): two phones talk, one behind a line that loses 2 % of
# the sound and delays the rest by 0 to 40 ms (LOSS, JITTER), and the call is recorded on both channels; held and resumed,
# a second recording begun and stopped twice, an MP3 made of it. Each voice has to be in its own side from the first to the
# last second, and the marks that both say every 5 s as far from each other at the end as at the start, to 20 ms.
. "$(dirname "$0")/../e2e/lib.sh"
. tests/e2e/calls.sh
MINUTES=${MINUTES:-10} LOSS=${LOSS:-2} JITTER=${JITTER:-40}
LENGTH=$((MINUTES * 60)) HOLD_S=4
need ffmpeg soxi

cat >"$WORK/routing" <<'X2'
[office]
exten => _10X,1,Dial(PJSIP/${EXTEN},30)
exten => 201,1,MixMonitor(long.wav,r(long_receive.wav)t(long_transmit.wav))
same => n,MixMonitor(both.wav,D)
same => n,Dial(PJSIP/102,30)
X2
check init office
sql "INSERT INTO settings (name, value) VALUES ('recording_keep_wav', 'yes')" >/dev/null
check station-starts station_up
files=$STATE/recordings bad_line=$((BASE + 14))
"$TOOLS/relay" $bad_line $((RTP + 190)) $SIP "$LOSS" "$JITTER" >"$WORK/relay.log" 2>&1 &
pids="$pids $!"
"$TOOLS/marks" make 700 1900 $((LENGTH + 60)) "$WORK/101.wav"
"$TOOLS/marks" make 900 2700 $((LENGTH + 60)) "$WORK/102.wav"
phone 101 sound="$WORK/101.wav"
phone 102 sound="$WORK/102.wav" via=$bad_line
for n in 101 102; do check "$n-registers" registered $n 10; done

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
# until_s S: of the call
until_s() { sleep "$(awk -v a="$began" -v b="$(now)" -v s="$1" 'BEGIN { w = a + s - b; print (w > 0 ? w : 0) }')"; }
channel() { ctl "core show channels concise" | sed -n "s,^\(PJSIP/$1-[0-9a-f]*\)!.*,\1,p" | head -1; }

# ---- the call ----

dialled=$(now)
check call call 101 102 201
began=$(now)
asked=$(since "$dialled")
caller=$(channel 101) called=$(channel 102)
records() { ctl "$1" >"$WORK/console"; }
check called-is-recorded-too records "mixmonitor start $called called.wav,r(called_receive.wav)t(called_transmit.wav)"
for n in 1 2; do
  until_s $((LENGTH * n / 5))
  check "second-begins-$n" records "mixmonitor start $caller second$n.wav,D"
  sleep 8
  check "second-ends-$n" records "mixmonitor stop $caller $(ctl "mixmonitor list $caller" | awk -v f="second$n.wav" 'index($0, f) { print $1 }')"
done
until_s $((LENGTH * 3 / 5))
held=$(since "$began")
say 101 hold
sleep $HOLD_S
say 101 resume
resumed=$(since "$began")
until_s $LENGTH
check hangs-up hang_up 101 102
took=$(since "$began")
check nothing-is-left within 5 no_channels
sleep 2
relay_lost=$(tail -1 "$WORK/relay.log")
converts() { "$STATION" recording --state "$STATE" convert long --stereo >"$WORK/console"; }
check makes-an-mp3 converts
ffmpeg -loglevel error -y -i "$files/long.mp3" -ar 8000 "$WORK/mp3.wav" </dev/null

# ---- what is in the files ----

# look FILE CHANNEL NUMBER NAME: into $WORK/NAME.look
look() {
  if [ "$3" = 101 ]; then set -- "$@" 700 1900 900; else set -- "$@" 900 2700 700; fi
  "$TOOLS/marks" look "$5" "$6" "$7" "$1" "$2" >"$WORK/$4.look"
}
figure() { sed -n "s/.*\b$2=\([^ ]*\).*/\1/p" "$WORK/$1.look"; }
is_between() { awk -v v="$1" -v a="$2" -v b="$3" 'BEGIN { exit !(v != "" && v + 0 >= a && v + 0 <= b) }'; }
# says NAME FROM LENGTH: its voice in each second that starts FROM s after the file's begin, but for the hold, to the
# last half second; none of the other voice
says() {
  awk -v from="$2" -v held="$held" -v resumed="$resumed" '/^second / && $2 >= from && ($2 < held - 2 || $2 > resumed + 2) { print "  '"$1"': second " $2 ": " $3 " %"; bad = 1 } END { exit bad }' "$WORK/$1.look.whole" &&
    is_between "$(figure "$1" seconds)" "$3" "$(awk -v n="$3" 'BEGIN { print n + 2 }')" &&
    is_between "$(figure "$1" first)" 0 "$2" && is_between "$(figure "$1" other)" 0 0.5 &&
    awk -v l="$(figure "$1" last)" -v s="$(figure "$1" seconds)" 'BEGIN { exit !(s - l < 0.8) }' && return
  echo "  $1: $(tail -1 "$WORK/$1.look")"
  return 1
}
# whole NAME: without the last second of the file, which is none
whole() { awk -v end="$(figure "$1" seconds)" '/^second / && $2 + 1 > end - 1 { next } { print }' "$WORK/$1.look" >"$WORK/$1.look.whole"; }
# offsets A B: "S MS": when A had a mark, and how much later B had its own, of those within 2.5 s
offsets() {
  awk '/^mark/ { if (FNR == NR) a[++n] = $2; else b[++m] = $2 }
    END { for (i = 1; i <= n; i++) { best = 9; for (k = 1; k <= m; k++) { d = b[k] - a[i]; if (d < 0 ? -d < (best < 0 ? -best : best) : d < (best < 0 ? -best : best)) best = d }
      if (best > -2.5 && best < 2.5) printf "%.3f %.1f\n", a[i], best * 1000 } }' "$WORK/$1.look" "$WORK/$2.look"
}
median() { sort -g | awk '{ v[NR] = $1 } END { print (NR ? v[int((NR + 1) / 2)] : "none") }'; }
# steps A B NAME: the median offset of each stretch of the call; into $WORK/NAME.steps "start end change worst"
steps() {
  offsets "$1" "$2" >"$WORK/$3.offsets"
  start=$(head -8 "$WORK/$3.offsets" | cut -d' ' -f2 | median)
  last=$(tail -8 "$WORK/$3.offsets" | cut -d' ' -f2 | median)
  awk -v a="$start" -v b="$last" '{ d = $2 - a; d = d < 0 ? -d : d; if (d > w) w = d } END { c = b - a; printf "start_ms=%s end_ms=%s change_ms=%.1f worst_ms=%.1f marks=%d\n", a, b, (c < 0 ? -c : c), w, NR }' "$WORK/$3.offsets" >"$WORK/$3.steps"
  change=$(sed -n 's/.*change_ms=\([^ ]*\).*/\1/p' "$WORK/$3.steps")
  echo "  $3: $(cat "$WORK/$3.steps")"
  is_between "$change" 0 20 && [ "$(wc -l <"$WORK/$3.offsets")" -ge $((LENGTH / 10)) ]
}

# one line each: name, file, channel, whose voice, seconds that were said before it began, length
while read -r name file side who late length; do
  look "$file" "$side" "$who" "$name" && whole "$name"
  check "$name-says-$who" says "$name" "$late" "$length"
done <<X2
receive $files/long_receive.wav 1 101 3 $took
transmit $files/long_transmit.wav 1 102 3 $took
left $files/both.wav 1 101 3 $took
right $files/both.wav 2 102 3 $took
called-receive $files/called_receive.wav 1 102 2 $(awk -v t="$took" 'BEGIN { print t - 1 }')
called-transmit $files/called_transmit.wav 1 101 2 $(awk -v t="$took" 'BEGIN { print t - 1 }')
mp3-left $WORK/mp3.wav 1 101 3 $took
mp3-right $WORK/mp3.wav 2 102 3 $took
X2
echo "call of $took s, dialled $asked s before; line: loss $LOSS %, jitter $JITTER ms; $relay_lost"
for n in 101 102; do for f in $([ $n = 101 ] && echo receive || echo called-receive); do echo "  $n: $(tail -1 "$WORK/$f.look")"; done; done
check in-step steps receive transmit caller-side
check in-step-in-one-file steps left right both-in-one
check in-step-of-the-called steps called-transmit called-receive called-side
check in-step-in-mp3 steps mp3-left mp3-right mp3
for n in 1 2; do
  for c in 1:101 2:102; do
    look "$files/second$n.wav" "${c%:*}" "${c#*:}" "second$n-${c%:*}"
    check "second-recording-$n-${c#*:}" is_between "$(figure "second$n-${c%:*}" tone)" 88 100
  done
  check "second-recording-$n-is-as-long" is_between "$(soxi -D "$files/second$n.wav")" 7.5 9.5
done
# what the line lost on the way here is silent in the file, and no more (the held one goes on talking)
loses() {
  awk -v lost="$(echo "$relay_lost" | sed 's/.*up_lost=\([0-9]*\).*/\1/')" -v silent="$(figure called-receive silent_ms)" \
    'BEGIN { printf "  lost on the line %d ms, silent in the file %d ms\n", lost * 20, silent; exit !(silent <= lost * 20 + 500) }'
}
check no-more-is-missing-than-the-line-lost loses
if [ -n "${KEEP:-}" ]; then mkdir -p "$KEEP" && cp -r "$files" "$WORK"/*.look "$WORK"/*.offsets "$WORK/mp3.wav" "$LOG" "$WORK/relay.log" "$KEEP"; fi
end
