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
exten => 303,1,Goto(message-office,s,1)

[message-office]
exten => s,1,Record(/tmp/${UNIQUEID}.wav,,300,k)
same => n,Hangup
exten => h,1,AGI(email/attachment.php,--source="${CALLERID(number)}",--emails="mail@example.com",--attachment="/tmp/${UNIQUEID}.wav")
same => n,Verbose(0,mailed=${MAILED})
Y
check init office
mkdir -p "$STATE/agi-bin/email"
cat >"$STATE/agi-bin/email/attachment.php" <<'P'
#!/bin/sh
while read -r line && [ -n "$line" ]; do :; done
for word; do
  case $word in --attachment=*) file=${word#--attachment=} ;; esac
done
echo "SET VARIABLE MAILED \"$(head -c 4 "$file")\""
read -r line
P
chmod 755 "$STATE/agi-bin/email" "$STATE/agi-bin/email/attachment.php"
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
# the manual's message for an office: recorded to /tmp, sent as an attachment when the caller has hung up
check dials-the-office dial 303
sleep 2
say 101 hangup
event 101 CALL_CLOSED
check the-program-finds-the-file within 5 logged 'mailed=RIFF'
end
