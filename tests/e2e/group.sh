#!/bin/sh
# group.sh - a group call rings four phones, one answers, three get CANCEL; the records are Asterisk's
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

check init office
check station-starts station_up
for n in 101 102 103 104; do phone $n; done
for n in 101 102 103 104; do check "$n-registers" registered $n 10; done

trunk_call "$ROOT/tests/e2e/sipp/call.xml" 200 -d 4000 &
caller=$!
for n in 101 102 103 104; do check "$n-rings" event $n CALL_INCOMING; done
say 102 accept
check 102-talks event 102 CALL_ESTABLISHED
for n in 101 103 104; do check "$n-is-cancelled" event $n CALL_CLOSED; done
wait $caller
check the-caller-was-content test $? = 0
check 102-sees-the-end event 102 CALL_CLOSED
check four-records within 5 has_records 4

# As in tests/golden/cdr/group-of-four.txt: a record per phone, in the order of the Dial.
cat >"$WORK/want" <<'X'
NO ANSWER PJSIP/101
ANSWERED PJSIP/102
NO ANSWER PJSIP/103
NO ANSWER PJSIP/104
X
sql "SELECT disposition, dstchannel FROM cdr ORDER BY rowid" | tr '\t' ' ' | sed 's/-[0-9a-f]*$//' >"$WORK/have"
check records-are-asterisks diff "$WORK/want" "$WORK/have"
check lastdata-is-the-whole-group test \
  "$(sql "SELECT DISTINCT lastdata FROM cdr")" = "PJSIP/101&PJSIP/102&PJSIP/103&PJSIP/104,20"
check one-linkedid test "$(sql "SELECT count(DISTINCT linkedid) FROM cdr")" = 1
check no-channel-is-left within 5 no_channels
end
