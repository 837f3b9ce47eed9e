#!/bin/sh
# takeover.sh - kill -9 of the engine in the middle of calls: who talks hears no gap and can hold, resume,
# press digits and hang up, over UDP, TCP and TLS; the routing goes on; a call that rings is ended; one record each
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

cat >"$WORK/routing" <<'X'
[office]
exten => _10X,1,Dial(PJSIP/${EXTEN},30)
exten => 210,1,Dial(PJSIP/102,30,g)
same => n,Verbose(0,went on ${DIALSTATUS} ${ANSWEREDTIME})
same => n,Echo()
X
check init office
{
  phone_sql 105
  echo "UPDATE ps_endpoints SET media_encryption='sdes' WHERE id='105';"
} | "$STATION" sql --state "$STATE" >/dev/null
check station-starts station_up
phone 101
phone 102
phone 103 transport=tcp
phone 104
phone 105 transport=tls enc=srtp-mand
for n in 101 102 103 104 105; do check "$n-registers" registered $n 10; done

role_is_new() { role_is_up engine && [ "$(role_pid engine)" != "$1" ]; }
kill_engine() {
  old=$(role_pid engine)
  kill -9 "$old"
  within 3 role_is_new "$old"
}
# no_gap A B SECONDS: A heard B's tone all the time of the last SECONDS
no_gap() {
  recording "$1" && "$TOOLS/hear" "$WORK/heard.wav" --from "-$3" --pct 99.5 "$(tone_of "$2")" >"$WORK/hear.out" && return
  echo "  $1: $(cat "$WORK/hear.out")"
  return 1
}
logged() { grep -q "$1" "$LOG"; }
channels() { ctl "core show channels" | grep -q "^$1 active channel"; }

check call-over-udp call 101 102
check call-over-tcp call 104 103
check they-talk talk 101 102
check they-talk-over-tcp talk 104 103
sleep 1
check kill kill_engine
check calls-are-known channels 4
sleep 2
check no-gap-101 no_gap 101 102 3
check no-gap-102 no_gap 102 101 3
check no-gap-103 no_gap 103 104 3
check no-gap-104 no_gap 104 103 3

forget 102
say 101 hold
hears_nobody() { ! heard 102 "$(tone_of 101)"; }
check held-after-the-kill within 5 hears_nobody
check kill-while-held kill_engine
say 101 resume
check resumed talk 101 102
check bye-from-the-called hang_up 102 101
# the TCP phone is known by its old connection until it registers again (60 s): it says goodbye itself
check bye-over-tcp hang_up 103 104
check nothing-is-left within 5 no_channels
check one-record-each within 5 has_records 2

sleep 2 # an engine that dies within two seconds of a takeover counts as dead of it
check call-with-g call 101 102 210
check talk-with-g talk 101 102
check kill-before-g kill_engine
say 102 hangup
check routing-went-on within 5 logged 'went on ANSWER'
check caller-hears-itself within 8 heard 101 "$(tone_of 101)"
say 101 hangup
check g-is-over within 5 no_channels

forget 101
forget 102
say 101 dial 102
check rings event 102 CALL_INCOMING
sleep 0.3
check kill-while-ringing kill_engine
check caller-is-refused event 101 CALL_CLOSED
check called-is-canceled event 102 CALL_CLOSED
check ringing-is-over within 5 no_channels
check every-record within 5 has_records 5
check no-record-twice test "$(sql 'SELECT count(*) FROM (SELECT DISTINCT uniqueid, sequence FROM cdr)')" = 5

# TLS with keys: the sound goes on at once, the signalling with the phone's next request
check call-over-tls call 105 101
check they-talk-over-tls talk 105 101
sleep 1
check kill-under-tls kill_engine
sleep 2
check no-gap-over-tls no_gap 105 101 3
check no-gap-to-tls no_gap 101 105 3
forget 101
say 105 hold
hears_nobody_of_105() { ! heard 101 "$(tone_of 105)"; }
check tls-phone-holds within 5 hears_nobody_of_105
say 105 resume
check tls-phone-resumes talk 105 101
check bye-to-the-tls-phone hang_up 101 105
check tls-call-is-over within 5 no_channels
check record-of-the-tls-call within 5 has_records 6

check a-new-call call 104 102
check the-new-one-talks talk 104 102
check the-new-one-ends hang_up 104 102
end
