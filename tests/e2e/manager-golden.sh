#!/bin/sh
# manager-golden.sh - what Asterisk 22 answered to Manager clients, asked of the station (manager-golden.py)
. "$(dirname "$0")/lib.sh"

SIP=$BASE AMI=$((BASE + 10)) HTTP=$((BASE + 12)) TRUNK=$((BASE + 20))
mkdir "$WORK/etc"
for f in tests/golden/manager/etc/*.conf; do
  sed -e "s/@SIP@/$SIP/; s/@AMI@/$AMI/; s/@HTTP@/$HTTP/; s/@TRUNK@/$TRUNK/; s/@RTP@/$((BASE + 30))/; s/@RTPEND@/$((BASE + 99))/" \
    "$f" >"$WORK/etc/${f##*/}"
done
"$STATION" init --state "$STATE" --bare >"$WORK/init.log" 2>&1
check init test -s "$STATE/station.db"
"$STATION" import --state "$STATE" "$WORK/etc" >"$WORK/import.log" 2>&1
check import test $? = 0
"$STATION" sql --state "$STATE" "INSERT OR REPLACE INTO settings (name, value) VALUES ('manager_tls_bind', '127.0.0.1:$((BASE + 11))'), ('language', 'en')"
start_station
check ready grep -q 'station is ready' "$LOG"
python3 tests/e2e/manager-golden.py $AMI $HTTP $SIP $TRUNK "$@" >"$WORK/golden.txt" 2>&1
cat "$WORK/golden.txt"
last=$(tail -1 "$WORK/golden.txt")
set -- $(echo "$last" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
passed=$((passed + ${1:-0}))
failed=$((failed + ${2:-1}))
finish
