#!/bin/sh
# manager-threats.sh - hostile clients of the Manager against a whole station: guesses, silent connections, injection, paths,
# rights, the log (manager-threats.py has the cases)
. "$(dirname "$0")/lib.sh"
PORT=$((BASE + 1))
TIMEOUT=4

"$STATION" init --state "$STATE" --sip-port $((BASE + 2)) --bind 127.0.0.1 >>"$LOG" 2>&1 || exit 1
"$STATION" sql --state "$STATE" "
  insert into settings (name, value) values ('manager_bind', '127.0.0.1:$PORT'), ('manager_tls_bind', '127.0.0.1:$((BASE + 3))'),
    ('http_bind', '127.0.0.1:$((BASE + 4))'), ('manager_auth_timeout', '$TIMEOUT');
  insert into manager (name, secret, \"read\", \"write\") values ('admin', 'pw', 'all', 'all'), ('watcher', 'pw', 'all', 'none'),
    ('caller', 'pw', 'none', 'originate,call,user'), ('reader', 'pw', 'all', 'none'), ('lowly', 'pw', 'call', 'call'),
    ('nosecret', '', 'all', 'all');" >>"$LOG" 2>&1 || exit 1
cat >"$WORK/extensions.conf" <<EOF
[globals]
SECRET=a secret word
[phones]
exten => 100,1,Answer()
 same => n,Wait(0.2)
 same => n,Hangup()
exten => 101,1,Answer()
 same => n,Set(NAME=\${CALLERID(name)})
 same => n,Wait(1)
 same => n,Hangup()
EOF
cat >"$WORK/pjsip.conf" <<EOF
[transport-udp]
type=transport
protocol=udp
bind=127.0.0.1:$((BASE + 2))
[7]
type=endpoint
context=phones
auth=7
allow=ulaw
[7]
type=auth
username=7
password=pw
EOF
"$STATION" import --state "$STATE" "$WORK" >>"$LOG" 2>&1 || true
start_station || { echo "station did not start"; tail -20 "$LOG"; exit 1; }
ulimit -n 8000 2>/dev/null

threat() {
  case=$1
  shift
  timeout 60 python3 tests/e2e/manager-threats.py "$case" $PORT "$@"
}
is_well() { ctl "core show version" >/dev/null; }

check "T1 guesses" threat guess
check "T1 each try is a line of the log" [ "$(grep -c 'access refused event=[A-Za-z]* service=AMI address=127.0.0.66 ' "$LOG")" = 16 ]
check "T10 silent connections" threat idle $TIMEOUT
check "T10 half handshakes" threat handshakes $((BASE + 3)) $TIMEOUT
check "T10 byte by byte" threat slowly $TIMEOUT
check "T10 without end" threat endless
check "T11 CVE-2024-42365" threat originate "$WORK/pwned"
check "T11 T12 injection" threat inject "$WORK/pwned"
check "T11 caller's name" threat caller_id "$WORK/pwned"
check "T11 From" threat from_name "$WORK/pwned" $((BASE + 2))
check "T12 CVE-2026-73665 T17 HTTP" threat http "$LOG" $((BASE + 4))
check "T14 CVE-2023-49294 CVE-2024-53566" threat paths "$WORK/extensions.conf" "$STATE"
check "T17 rights" threat rights
check "T19 log" threat log "$LOG"
check "the station is well" is_well
check "no role has died" [ "$(grep -c 'role has died\|role died' "$LOG")" = 0 ]
finish
