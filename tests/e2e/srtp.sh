#!/bin/sh
# srtp.sh - phones with keys in their descriptions (SDES) and without: every pair hears each other, over UDP and TLS;
# no keys where the endpoint wants them is 488; killed media and a killed engine change nothing
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

check init office
{
  phone_sql 105
  echo "UPDATE ps_endpoints SET media_encryption='sdes' WHERE id IN ('101','103','104','105');"
  echo "UPDATE ps_endpoints SET media_encryption_optimistic='yes' WHERE id='104';"
} | "$STATION" sql --state "$STATE" >/dev/null
check station-starts station_up
phone 101 enc=srtp-mand
phone 102
phone 103 transport=tls enc=srtp-mand
phone 104 enc=srtp
phone 105
for n in 101 102 103 104 105; do check "$n-registers" registered $n 10; done

crosses() {
  check "$1-calls-$2" call $1 $2
  check "$1-and-$2-talk" talk $1 $2
  check "$1-to-$2-ends" hang_up $1 $2
}
crosses 101 102
crosses 102 103
crosses 104 103 # RTP/AVP with keys

refused() {
  forget 105
  say 105 dial 102
  event 105 CALL_CLOSED && has_event 105 488
}
check no-keys-no-call refused

role_is_new() { role_is_up "$1" && [ "$(role_pid "$1")" != "$2" ]; }
kill_role() {
  old=$(role_pid "$1")
  kill -9 "$old"
  within 3 role_is_new "$1" "$old"
}
# hears_most A B PCT: of B's tone in the last 3 s
hears_most() {
  recording "$1" && "$TOOLS/hear" "$WORK/heard.wav" --from -3 --pct "$3" "$(tone_of "$2")" >"$WORK/hear.out" && return
  echo "  $1: $(cat "$WORK/hear.out")"
  return 1
}
check call-with-keys-on-both-sides call 103 101
check they-talk talk 103 101
check engine-is-killed kill_role engine
sleep 2.5
check no-gap-101 hears_most 101 103 99
check no-gap-103 hears_most 103 101 99
check media-are-killed kill_role media
sleep 2.5
check short-gap-101 hears_most 101 103 80 # of 3 s: 0.5 s
check short-gap-103 hears_most 103 101 80
check they-talk-on talk 103 101
check bye hang_up 103 101 # its old connection is gone until it says something
check nothing-is-left within 5 no_channels
check one-record-each within 5 has_records 4 # the refused one was no call
end
