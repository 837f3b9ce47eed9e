#!/bin/sh
# two.sh - two stations side by side on one machine, with their own directories and ports
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

check init office
check first-starts station_up
first_state=$STATE first_sip=$SIP first_pid=$station_pid first_log=$LOG

STATE=$WORK/state2 SIP=$((BASE + 4)) RTP=$((19000 + SLOT * 10)) LOG=$WORK/station2.log
check init-second office
check second-starts station_up
second_pid=$station_pid
both_listen() { port_is_open $first_sip && port_is_open $SIP; }
check both-listen both_listen
phone 101
check phone-registers-at-the-second registered 101 10
check only-there test "$(sql 'SELECT count(*) FROM ps_contacts')" = 1
check not-at-the-first test "$("$STATION" sql --state "$first_state" 'SELECT count(*) FROM ps_contacts')" = 0
kill -TERM "$second_pid"
wait "$second_pid"
STATE=$first_state LOG=$first_log station_pid=$first_pid
check first-goes-on no_channels
end
