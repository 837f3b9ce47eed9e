#!/bin/sh
# manager-kills.sh - kill -9 of the engine, and of web, while two phones talk and sessions of the Manager are busy over TCP, TLS
# and HTTP: whole messages and a clean end, in again within a second; the call goes on, and has its record (manager-kills.py)
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
AMI=$((BASE + 90))
need python3
command -v nginx >/dev/null || { skip manager-kills "no nginx here"; finish; }

manager_sql() {
  cat <<X
INSERT INTO manager (name,secret,"read","write") VALUES ('admin','pw','all','all');
INSERT INTO settings (name,value) VALUES ('manager_bind','127.0.0.1:$AMI'),('manager_tls_bind','127.0.0.1:$((AMI + 1))'),
 ('http_bind','127.0.0.1:$((AMI + 2))');
X
}
http_answers() { curl -s "http://127.0.0.1:$((AMI + 2))/rawman?action=ping" | grep -q 'Permission denied'; }
role_is_new() { role_is_up "$1" && [ "$(role_pid "$1")" != "$2" ]; }
two_channels() { ctl "core show channels" | grep -q '^2 active channels'; }
engine_dies() { timeout 60 python3 tests/e2e/manager-kills.py $AMI $((AMI + 1)) $((AMI + 2)) "$(role_pid engine)" 2; }
web_dies() {
  old=$(role_pid web)
  kill -9 "$old"
  within 3 role_is_new web "$old" && within 3 http_answers
}

check init office
manager_sql | "$STATION" sql --state "$STATE" >"$WORK/manager.log" 2>&1
check station-starts station_up
phone 101
phone 102
check 101-registers registered 101 10
check 102-registers registered 102 10
check http-answers within 5 http_answers
check call call 101 102
check they-talk talk 101 102
check engine-dies-during-sessions engine_dies
check the-call-is-there two_channels
check engine-dies-again engine_dies
check web-dies web_dies
check the-call-is-there-still two_channels
sleep 2 # what they hear now was said after the kills
check they-still-talk talk 101 102
check no-record-yet has_records 0
check it-ends hang_up 101 102
check it-has-its-record within 5 has_records 1
check the-record-is-whole last_is "src, dst, disposition" "101|102|ANSWERED"
check no-channel-is-left within 5 no_channels
end
