#!/bin/sh
# kill.sh - kill -9 of engine, media and runner while phones talk: who talks goes on, who registered
# stays, new calls work within a second
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

check init office
# a TCP phone that is not behind NAT: its contact is where it listens, so it can be reached anew
sql "UPDATE ps_endpoints SET rewrite_contact='no' WHERE id='103'" >/dev/null
check station-starts station_up
phone 101
phone 102
phone 103 transport=tcp
phone 104
for n in 101 102 103 104; do check "$n-registers" registered $n 10; done

role_is_new() { role_is_up "$1" && [ "$(role_pid "$1")" != "$2" ]; }
kill_role() {
  old=$(role_pid "$1")
  kill -9 "$old"
  within 3 role_is_new "$1" "$old"
}
contacts() { [ "$(sql 'SELECT count(*) FROM ps_contacts')" = 4 ]; }

check call-before call 101 102
check they-talk talk 101 102
check engine-killed-and-back kill_role engine
sleep 2 # what they hear now was said after the kill
check they-still-talk talk 101 102
check phones-stay-registered contacts
check a-new-call-works call 104 103
check the-new-ones-talk talk 104 103
say 101 hangup
say 102 hangup
check new-call-ends hang_up 104 103

check call-before-media-dies call 101 102
check they-talk-again talk 101 102
check media-killed-and-back kill_role media
sleep 2
check they-talk-through-the-new-media talk 101 102
check it-ends hang_up 101 102

check runner-killed-and-back kill_role runner
check call-after-the-runner-died call 102 104
check talk-after-the-runner-died talk 102 104
check ends-after-the-runner-died hang_up 102 104
end
