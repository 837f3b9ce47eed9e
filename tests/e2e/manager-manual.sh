#!/bin/sh
# manager-manual.sh - the examples of the product's manual, over HTTP through front and web (manager-manual.py)
. "$(dirname "$0")/lib.sh"
SIP=$BASE PHONE=$((BASE + 10)) HTTP=$((BASE + 88))

command -v nginx >/dev/null || { skip manager-manual "no nginx here"; finish; }
cat >"$WORK/extensions.conf" <<EOF
[outgoing]
exten => 100,1,Answer()
 same => n,Wait(30)
exten => 153,1,Answer()
 same => n,Set(COLOUR=red)
 same => n,MusicOnHold(,30)
EOF
cat >"$WORK/pjsip.conf" <<EOF
[transport-udp]
type=transport
protocol=udp
bind=127.0.0.1:$SIP
[user]
type=endpoint
context=outgoing
disallow=all
allow=alaw
language=ru
callerid=<110>
aors=user
direct_media=no
[user]
type=aor
contact=sip:user@127.0.0.1:$PHONE
[user]
type=identify
endpoint=user
match=127.0.0.1
EOF
"$STATION" init --state "$STATE" --bare >"$WORK/init.log" 2>&1
check init test -s "$STATE/station.db"
"$STATION" import --state "$STATE" "$WORK" >"$WORK/import.log" 2>&1
check import test $? = 0
"$STATION" sql --state "$STATE" "INSERT INTO manager (name,secret,\"read\",\"write\") VALUES ('test','test','all','all');
  INSERT OR REPLACE INTO settings (name,value) VALUES ('manager_bind','127.0.0.1:$((BASE + 38))'),
  ('manager_tls_bind','127.0.0.1:$((BASE + 39))'),('http_bind','127.0.0.1:$HTTP'),('language','en')" >"$WORK/sql.log" 2>&1
start_station
check ready grep -q 'station is ready' "$LOG"
within 5 curl -s -o /dev/null "http://127.0.0.1:$HTTP/httpstatus"
timeout 120 python3 tests/e2e/manager-manual.py $HTTP $SIP $PHONE >"$WORK/manual.txt" 2>&1
cat "$WORK/manual.txt"
last=$(tail -1 "$WORK/manual.txt")
set -- $(echo "$last" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
passed=$((passed + ${1:-0}))
failed=$((failed + ${2:-1}))
finish
