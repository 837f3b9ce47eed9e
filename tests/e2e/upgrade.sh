#!/bin/sh
# upgrade.sh - the state directory of an earlier release: it is brought to the present schema, its phones call, its
# records stay; that of a later release is refused, and nobody brings on the database of an older station that runs
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
need sqlite3 curl
DB=$STATE/station.db
OLD=tests/golden/upgrade/20261123121500.sql

left_behind() { # init makes folders and a certificate; the database is the earlier release's
  "$STATION" init --state "$STATE" --bare --sip-port "$SIP" --bind 127.0.0.1 >"$WORK/init.log" 2>&1 &&
    rm "$DB" && sqlite3 "$DB" <"$OLD" && chmod 660 "$DB" &&
    sqlite3 "$DB" "UPDATE static_pjsip SET var_val = '127.0.0.1:$SIP' WHERE var_name = 'bind' AND category <> 'transport-tls';
      UPDATE static_pjsip SET var_val = '127.0.0.1:$((SIP + 1))' WHERE var_name = 'bind' AND category = 'transport-tls'"
}
newest() { sqlite3 "$DB" 'SELECT max(version) FROM migrations'; }
kept() {
  [ "$(sql "SELECT count(*) FROM cdr WHERE uniqueid = '1793527200.1'")" = 1 ] &&
    [ "$(sql "SELECT value FROM astdb WHERE name = '/office/night'")" = yes ]
}
login() {
  printf 'Action: Login\r\nUsername: crm\r\nSecret: secret\r\n\r\nAction: Logoff\r\n\r\n' |
    curl -s -m 5 "telnet://127.0.0.1:$((BASE + 38))" | grep -q 'Authentication accepted'
}
manager() {
  sql "INSERT INTO settings (name,value) VALUES ('manager_bind','127.0.0.1:$((BASE + 38))'),
    ('manager_tls_bind','127.0.0.1:$((BASE + 39))'),('http_bind','127.0.0.1:$((BASE + 88))')" >/dev/null
  sql "INSERT INTO manager (name,secret,\"read\",\"write\") VALUES ('crm','secret','all','all')" >/dev/null
  within 5 login
}
older_station_s_schema_stays() { # as if this one had been started before the upgrade
  sqlite3 "$DB" "DELETE FROM migrations WHERE version > 20261123121500"
  "$STATION" sql --state "$STATE" "SELECT 1" 2>"$WORK/err" >/dev/null && grep -q 'older version' "$WORK/err" &&
    [ "$(newest)" = 20261123121500 ]
}
brought_on_when_nobody_runs() { sql 'SELECT 1' >/dev/null && [ "$(newest)" = "$now" ]; }
newer_is_refused() {
  sqlite3 "$DB" "INSERT INTO migrations (version, name) VALUES (29991231000000, 'later')"
  ! "$STATION" sql --state "$STATE" "SELECT 1" 2>"$WORK/err" && grep -q 'newer station' "$WORK/err"
}
newer_is_not_run() {
  "$STATION" run --state "$STATE" >"$WORK/newer.log" 2>&1 &
  newer=$!
  within 5 grep -q 'engine cannot start.*newer station' "$WORK/newer.log"
  code=$?
  kill "$newer"
  wait "$newer"
  return $code
}

check left-behind left_behind
check station-starts station_up
now=$(newest)
check brought-to-the-present-schema test "$now" -gt 20261123121500
check all-endpoints-are-there test "$(ctl 'pjsip show endpoints' | sed -n 's/^Objects found: //p')" = 5
check rows-are-kept kept
check manager manager
phone 101
phone 102
check phones-register registered 101 10
check phones-register-102 registered 102 10
check call call 101 102
check they-talk talk 101 102
check hang-up hang_up 101 102
check a-record-more within 5 has_records 2
check older-station-s-schema-stays older_station_s_schema_stays
cleanup
stop_station
check brought-on-when-nobody-runs brought_on_when_nobody_runs
check newer-is-refused newer_is_refused
check newer-is-not-run newer_is_not_run
end
