#!/bin/sh
# import.sh - the configuration of the Asterisk that we measure against: imported with an honest
# report, served where it says, usable for the drivers
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
peer=$ROOT/tests/bench/peer-asterisk.sh
S=$ROOT/tests/e2e/sipp

[ "$(id -u)" = 0 ] || { skip import "peer-asterisk.sh wants root" && end; }
FROM_IP=127.0.0.1
conf=$WORK/conf
sh -c "bash $peer config $conf" >/dev/null 2>&1
sed -i "s/127.0.0.1:5080/127.0.0.1:$SIP/; s/127.0.0.1:5090/127.0.0.2:$TRUNK/" "$conf/pjsip.conf"
"$STATION" init --state "$STATE" --bare >"$WORK/init.log" 2>&1

at=$(date +%s%N)
check imports "$STATION" import --state "$STATE" --report "$WORK/report" "$conf"
ms=$((($(date +%s%N) - at) / 1000000))
echo "import took $ms ms"
limit=5000
if grep -q __asan_init "$STATION"; then limit=40000; fi # sanitizers are slow
check import-is-quick test $ms -lt $limit
check ten-thousand-endpoints test "$(sql "SELECT count(*) FROM ps_endpoints WHERE id LIKE 'u%'")" = 10000
check mixmonitor-is-reported grep -q MixMonitor "$WORK/report"
check station-starts station_up
check serves-where-it-says within 10 port_is_open "$SIP"
check trunk trunk_up "$S/uas.xml"
check answers-600 trunk_call "$S/load.xml" 600 -d 300
check bridges-7001 trunk_call "$S/load.xml" 7001 -d 500
check registers-u00001 trunk_call "$S/register.xml" u00001 -au u00001 -ap pw-u00001
check records within 5 has_records 2
end
