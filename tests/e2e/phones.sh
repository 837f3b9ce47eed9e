#!/bin/sh
# phones.sh - baresip phones over UDP, TCP and TLS: register, call, hear, hold, digits, cancel, busy ...
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

check init office
check station-starts station_up
phone 101
phone 102 transport=tcp
phone 103 transport=tls codec=pcmu
phone 104 password=wrong

for p in 101 102 103; do check "$p-registers" registered $p 10; done
check wrong-password-is-refused within 5 grep -q 'access refused event=ChallengeResponseFailed service=PJSIP .*account="104"' "$LOG"
three_contacts() { [ "$(sql 'SELECT count(*) FROM ps_contacts')" = 3 ]; }
check contacts-are-in-the-database three_contacts

# every pair of transports
for pair in 101:102 102:103 103:101; do
  a=${pair%:*} b=${pair#*:}
  check "$a-calls-$b" call $a $b
  check "$a-and-$b-hear-each-other-and-not-themselves" talk $a $b
  check "$a-hangs-up-$b-sees-it" hang_up $a $b
done
check three-records within 5 has_records 3
check record-is-answered last_is disposition ANSWERED

# the held one does not hear the holder; afterwards both do
does_not_hear() { ! heard "$1" --pct 20 "$(tone_of "$2")"; }
holds_and_resumes() {
  call 101 102 && talk 101 102 || return 1
  say 101 hold
  within 8 does_not_hear 102 101 || return 1
  say 101 resume
  talk 101 102 && hang_up 102 101
}
check hold-and-resume holds_and_resumes

digits() { # digits PHONE: 301 reads four
  forget "$1"
  say "$1" dial 301
  event "$1" CALL_ESTABLISHED || return 1
  for d in 1 2 3 4; do
    say "$1" sndcode $d
    sleep 0.25 # a key is held
  done
  within 10 grep -q 'pin=1234' "$LOG" || return 1
  say "$1" hangup
  event "$1" CALL_CLOSED
}
check digits-by-telephone-event digits 101
digits_by_info() { # baresip 1.0 has no INFO: SIPp sends them
  trunk_call "$ROOT/tests/e2e/sipp/info.xml" 301 -d 500 && within 3 grep -q 'pin=5678' "$LOG"
}
check digits-by-info digits_by_info

cancels() {
  forget 101
  forget 102
  say 101 dial 102
  event 102 CALL_INCOMING || return 1
  say 101 hangup
  event 102 CALL_CLOSED && within 5 last_is disposition "NO ANSWER"
}
check cancel cancels

is_busy() {
  forget 101
  forget 102
  say 101 dial 102
  event 102 CALL_INCOMING || return 1
  say 102 hangup # baresip says 486
  event 101 CALL_CLOSED && has_event 101 '486' && within 5 last_is disposition BUSY
}
check busy is_busy

no_answer() {
  forget 101
  forget 102
  say 101 dial 102
  event 102 CALL_INCOMING && event 101 CALL_CLOSED 8 && event 102 CALL_CLOSED &&
    within 5 last_is disposition "NO ANSWER"
}
check no-answer no_answer

unknown_number() {
  forget 101
  say 101 dial 999
  event 101 CALL_CLOSED && has_event 101 404
}
check unknown-number unknown_number

echo_test() {
  forget 101
  say 101 dial 300
  event 101 CALL_ESTABLISHED && within 6 heard 101 "$(tone_of 101)" || return 1
  say 101 hangup
  event 101 CALL_CLOSED
}
check echo-test echo_test
check no-channel-is-left within 5 no_channels
end
