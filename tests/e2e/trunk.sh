#!/bin/sh
# trunk.sh - a SIPp trunk takes and makes calls; busy trunks; many calls in a row
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
S=$ROOT/tests/e2e/sipp

check init office
check station-starts station_up
phone 101
check 101-registers registered 101 10

check trunk-comes-up trunk_up "$S/uas.xml"
goes_out() {
  forget 101
  say 101 dial 87001234567
  event 101 CALL_ESTABLISHED || return 1
  sleep 1.2 # so that billsec is 1
  say 101 hangup
  event 101 CALL_CLOSED
}
check call-out-by-the-trunk goes_out
check record-of-it within 5 has_records 1
check record-says-so last_is 'src, dst, disposition, lastdata' \
  '101|87001234567|ANSWERED|PJSIP/7001234567@trunk,20'
check direction-out last_is 'direction, destination' 'out|7001234567'

comes_in() {
  forget 101
  trunk_call "$S/call.xml" 101 -d 3000 &
  caller=$!
  event 101 CALL_INCOMING || return 1
  say 101 accept
  event 101 CALL_ESTABLISHED && wait $caller && event 101 CALL_CLOSED
}
check call-in-by-the-trunk comes_in
check direction-in within 5 last_is direction in

check from-trunk-to-trunk trunk_call "$S/call.xml" 87777777 -d 500
within 5 has_records 3
check a-hundred-calls-in-a-row trunk_call "$S/call.xml" 87777777 -d 200 -m 100 -r 20
check a-hundred-records within 10 has_records 103
check no-channel-is-left within 10 no_channels

trunk_down
check busy-trunk-comes-up trunk_up "$S/busy.xml"
busy() {
  forget 101
  say 101 dial 8555
  event 101 CALL_CLOSED && has_event 101 486
}
check busy-trunk-is-busy-for-the-phone busy
check record-is-busy within 5 last_is disposition BUSY
end
