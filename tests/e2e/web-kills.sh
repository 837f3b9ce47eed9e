#!/bin/sh
# web-kills.sh - kill -9 of the web role in the middle of an upload, of an export of 100,000 records and of 200 live pages, while two phones
# talk: nothing half is kept or taken for whole, pages are told, the call goes on (web-kills.py)
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
TLS=$((BASE + 43))
need python3
command -v nginx >/dev/null || { skip web-kills "no nginx here"; finish; }

settings_sql() {
  cat <<X
insert into settings(name,value) values ('manager_bind','127.0.0.1:$((BASE + 38))'),('manager_tls_bind','127.0.0.1:$((BASE + 39))'),
 ('http_bind','127.0.0.1:$((BASE + 88))'),('web_port_plain','$((BASE + 80))');
delete from settings where name = 'web_bind';
insert into settings(name,value) values ('web_bind','127.0.0.1:$TLS');
insert into groups(uuid,name) values ('11111111-1111-4111-8111-111111111111','sales');
with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
 insert into cdr (start, answer, "end", src, dst, disposition, duration, billsec, uniqueid, linkedid, sequence)
 select '2026-01-01 10:00:00', '2026-01-01 10:00:01', '2026-01-01 10:01:00', '101', '102', 'ANSWERED', 60, 59, '1.' || i, '1.' || i, i from n;
X
}
answers() { [ "$(curl -sk -o /dev/null -w '%{http_code}' "https://127.0.0.1:$TLS/pbx/api/v1/session")" = 401 ]; }
role_is_new() { role_is_up "$1" && [ "$(role_pid "$1")" != "$2" ]; }
two_channels() { ctl "core show channels" | grep -q '^2 active channels'; }
dies() { # dies CASE: the role dies in the middle of it, and is there again
  old=$(role_pid web)
  timeout 100 python3 tests/e2e/web-kills.py "$1" $TLS "$STATE" "$old" && role_is_new web "$old"
}
no_half_sound() {
  [ -z "$(ls "$STATE/uploads")" ] && [ -z "$(ls "$STATE/exports")" ] && [ "$(sql "select count(*) from sound")" = 0 ] &&
    ! find "$STATE/front/body.tmp" -type f | grep -q .
}
is_whole() { [ "$(sql 'PRAGMA integrity_check' | tail -1)" = ok ] && [ "$(sql 'select count(*) from cdr')" = 100000 ]; }

check init office
settings_sql | "$STATION" sql --state "$STATE" >"$WORK/settings.log" 2>&1
echo kills-9d4h-word | "$STATION" user --state "$STATE" add root --role administrator >>"$WORK/settings.log" 2>&1
check station-starts station_up
check the-interface-answers within 10 answers
phone 101
phone 102
check 101-registers registered 101 10
check 102-registers registered 102 10
check call call 101 102
check they-talk talk 101 102
for case in upload export streams; do
  check "web-dies-in-the-middle: $case" dies $case
  check "nothing half is left: $case" within 5 no_half_sound
  check "the call is there: $case" two_channels
  sleep 2 # what they hear now was said after the kill
  check "they still talk: $case" talk 101 102
done
check the-database-is-whole is_whole
check it-ends hang_up 101 102
check it-has-its-record within 5 has_records 100001
end
