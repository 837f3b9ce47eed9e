#!/bin/sh
# sounds.sh - what the station itself lets phones hear: files, tones, music on hold, early media, menus by
# keys; between phones of different codecs, too
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

cat >"$WORK/routing" <<'X'
[office]
exten => _10X,1,Dial(PJSIP/${EXTEN},20)
exten => 400,1,Answer()
same => n,Playback(first&second)
same => n,Wait(30)
exten => 401,1,Progress()
same => n,Playback(first,noanswer)
same => n,Answer()
same => n,Playback(second)
exten => 402,1,Answer()
same => n,Background(first)
same => n,WaitExten(10)
exten => 403,1,Answer()
same => n,MusicOnHold(waiting,20)
exten => 404,1,Answer()
same => n,Playback(nosuchfile)
same => n,Verbose(0,status=${PLAYBACKSTATUS})
same => n,Playback(second)
exten => 405,1,Answer()
same => n,Busy(10)
exten => 406,1,Answer()
same => n,Dial(PJSIP/102,20,m(waiting))
exten => 7,1,Playback(second)
exten => _5!,1,Answer()
same => n,Playback(as-${EXTEN:1})
same => n,Wait(30)
X
check init office
mkdir -p "$STATE/sounds/ru" "$STATE/moh/waiting"
"$TOOLS/tone" 1500 5 "$STATE/sounds/ru/first.wav"
"$TOOLS/tone" 2100 5 "$STATE/sounds/ru/second.wav"
"$TOOLS/tone" 2700 20 "$STATE/moh/waiting/a.wav"
sql "INSERT INTO musiconhold (name,mode,directory) VALUES ('waiting','files','waiting')" >/dev/null
# One tone in each format that Asterisk's folders hold; G.722's was encoded by another program (tests/golden).
for f in gsm ul:ulaw al:alaw s16:sln sln16 wav49; do
  as=${f#*:}
  case $as in
    sln16) sox -n -t s16 -r 16000 -c 1 "$STATE/sounds/as-$as.$as" synth 5 sine 1200 vol 0.3 ;;
    wav49) sox -n -t wav -e gsm-full-rate -r 8000 -c 1 "$STATE/sounds/as-$as.WAV" synth 5 sine 1200 vol 0.3 ;;
    *) sox -n -t "${f%:*}" -r 8000 -c 1 "$STATE/sounds/as-$as.$as" synth 5 sine 1200 vol 0.3 ;;
  esac
done
cp tests/golden/tone-1200.g722 "$STATE/sounds/as-g722.g722"
[ "$(id -u)" != 0 ] || chown -R root:station "$STATE/sounds" "$STATE/moh"
chmod -R g+rX "$STATE/sounds" "$STATE/moh"
check station-starts station_up
phone 101
phone 102 codec=pcmu
for n in 101 102; do check "$n-registers" registered $n 10; done

dial() { # dial PHONE NUMBER: until it is up
  forget "$1"
  say "$1" dial "$2"
  event "$1" "${3:-CALL_ESTABLISHED}"
}
bye() {
  say "$1" hangup
  event "$1" CALL_CLOSED
}
hears_hz() { within "${3:-8}" heard "$1" --pct 95 "$2" || { cat "$WORK/hear.out" 2>/dev/null; false; }; }

check dial-400 dial 101 400
check hears-the-first-file hears_hz 101 1500
check then-the-second hears_hz 101 2100
check hangs-up bye 101
check dial-400-in-ulaw dial 102 400
check hears-it-in-ulaw hears_hz 102 1500
check hangs-up-ulaw bye 102
check early-media dial 101 401 CALL_PROGRESS
check hears-before-the-answer hears_hz 101 1500
check is-answered-then event 101 CALL_ESTABLISHED 8
check hears-after-the-answer hears_hz 101 2100
event 101 CALL_CLOSED 8 || bye 101
check menu dial 101 402
check hears-the-greeting hears_hz 101 1500
say 101 sndcode 7
check key-ends-it-and-goes-on hears_hz 101 2100
event 101 CALL_CLOSED 8 || bye 101
check music dial 101 403
check hears-music hears_hz 101 2700
check hangs-up-music bye 101
check missing-file dial 101 404
check routing-goes-on hears_hz 101 2100
check missing-file-is-named grep -q 'nosuchfile' "$LOG"
check status-is-failed grep -q 'status=FAILED' "$LOG"
event 101 CALL_CLOSED 8 || bye 101
for f in gsm ulaw alaw sln sln16 wav49 g722; do
  check "dials-$f" dial 101 "5$f"
  check "hears-$f" hears_hz 101 1200
  check "hangs-up-$f" bye 101
done
check busy-tone dial 101 405
check hears-425-hz within 8 heard 101 --pct 30 425
event 101 CALL_CLOSED 12 || bye 101

dials_with_music() {
  dial 101 406 && event 102 CALL_INCOMING && hears_hz 101 2700 || return 1
  forget 102
  say 102 accept
  event 102 CALL_ESTABLISHED && talk 101 102 && hang_up 101 102
}
forget 102
check music-instead-of-ringing dials_with_music

hold_music() {
  call 101 102 && talk 101 102 || return 1
  say 101 hold
  hears_hz 102 2700 || return 1
  say 101 resume
  talk 101 102 && hang_up 101 102
}
sql "UPDATE ps_endpoints SET moh_suggest='waiting'" >/dev/null
sleep 1 # the station looks every half second
check held-party-hears-music hold_music
check no-channel-is-left within 5 no_channels
end
