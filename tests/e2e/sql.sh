#!/bin/sh
# sql.sh - what the administrator changes in the database acts within a second, under a call, too;
# wrong values are named and harm nothing else
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

check init office
check station-starts station_up
phone 101
phone 102
for n in 101 102; do check "$n-registers" registered $n 10; done
check call call 101 102

sql "INSERT INTO realtime_extensions (context,exten,priority,app,appdata) VALUES ('office','555',1,'Answer',''), ('office','555',2,'Echo','')" >/dev/null
at=$(date +%s%N)
shown() { ctl "dialplan show office" | grep -q 555; }
check new-extension-is-there within 3 shown
ms=$((($(date +%s%N) - at) / 1000000))
echo "seen after $ms ms"
check within-a-second test $ms -lt 1300 # with a little for `station ctl` itself
check the-call-goes-on talk 101 102
check it-ends hang_up 101 102
new_extension() {
  forget 101
  say 101 dial 555
  event 101 CALL_ESTABLISHED || return 1
  say 101 hangup
  event 101 CALL_CLOSED
}
check new-extension-answers new_extension

sql "UPDATE ps_endpoints SET dtmf_mode='nonsense' WHERE id='103'" >/dev/null
check wrong-value-is-named within 3 grep -q nonsense "$LOG"
check others-work call 101 102
check and-end hang_up 101 102

# the manual's way of writing: double quotes are texts
check double-quotes sql 'UPDATE ps_endpoints SET callerid="Anna <101>" WHERE id="101"'
check is-kept test "$(sql "SELECT callerid FROM ps_endpoints WHERE id='101'")" = 'Anna <101>'
end
