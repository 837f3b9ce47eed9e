#!/bin/sh
# mariadb.sh - the station on a MariaDB server: the tests of store/ there, registration, calls, records, a change
# by plain SQL, the server killed under a call
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
. tests/e2e/server.sh
trap 'cleanup; stop_station; server_down; rm -rf "$WORK" "$slot_dir"; exit 1' INT TERM

check server-is-made server_make
check server-starts server_up

for t in db query spool store watch; do
  check "store-$t" env STATION_TEST_MARIADB="$SERVER_SOCKET" timeout 120 \
    "$(dirname "$STATION")/tests/unit/unit_store_$t" >"$WORK/unit.log" 2>&1
  grep -aE 'FAILED|\.c:[0-9]+:' "$WORK/unit.log"
done

# ---- the setting ----

password_refused() { ! "$STATION" init --state "$STATE" --database "mysql://root:secret@localhost/pbx" 2>"$WORK/err" && grep -q 'standard input' "$WORK/err"; }
check password-in-arguments-is-refused password_refused
INIT_WITH="--database $(server_url pbx)"
check init office
check setting-is-0640 test "$(stat -c %a "$STATE/database")" = 640
check no-file test ! -e "$STATE/station.db"
init_again() { "$STATION" init --state "$STATE" | grep -q 'nothing was changed'; }
check init-again init_again
check tables-are-there test "$(server_sql -e 'SELECT count(*) FROM pbx.ps_endpoints')" = 5
check long-values-are-kept sql "UPDATE ps_aors SET mailboxes = repeat('x', 5000) WHERE id = 'trunk'; UPDATE ps_aors SET mailboxes = NULL WHERE id = 'trunk'"
wrong_sql() { ! sql 'SELEC 1' 2>"$WORK/err" && grep -q SELEC "$WORK/err"; }
check wrong-sql-is-told wrong_sql
with_password() { # the line with a password, from standard input; it is shown nowhere
  server_sql -e "CREATE USER station@localhost IDENTIFIED BY 'p/w'; GRANT ALL ON pbx.* TO station@localhost"
  echo "mysql://station:p%2Fw@localhost/pbx?socket=$SERVER_SOCKET" |
    "$STATION" init --state "$STATE" --database - >"$WORK/init.log" 2>&1 && ! grep -q 'p%2Fw' "$WORK/init.log"
}
check line-with-a-password with_password

# ---- calls ----

check station-starts station_up
phone 101
phone 102
for n in 101 102; do check "$n-registers" registered $n 10; done
# A server shows a row to others a moment before COMMIT returns: the engine calls nobody before that.
known() { ctl "pjsip show contacts" | grep -q " $1/sip:"; }
for n in 101 102; do check "$n-is-known" within 5 known $n; done
check call call 101 102
check they-talk talk 101 102
check it-ends hang_up 101 102
check record within 3 has_records 1
check record-is-whole test "$(sql 'SELECT src, dst, disposition, lastapp FROM cdr')" = "101	102	ANSWERED	Dial"
check restart stop_station
# Numbers of calls begin anew with the engine: two engines in one second would give the same uniqueid twice.
second=$(date +%s)
next_second() { [ "$(date +%s)" != "$second" ]; }
within 2 next_second
check starts-again station_up
check contacts-are-kept test "$(sql 'SELECT count(*) FROM ps_contacts')" = 2

# a change by the server's own client
shown() { ctl "dialplan show office" | grep -q 555; }
at=$(date +%s%N)
check change server_sql pbx -e "INSERT INTO realtime_extensions (context,exten,priority,app,appdata) VALUES ('office','555',1,'Answer',''), ('office','555',2,'Echo','')"
check change-is-seen within 3 shown
ms=$((($(date +%s%N) - at) / 1000000))
echo "seen after $ms ms"
check within-a-second test $ms -lt 1300 # with a little for the two clients

# ---- the server dies under a call ----

check call-before-the-kill call 101 102
server_kill
check server-is-missed within 5 grep -q 'database cannot be written\|configuration cannot be read' "$LOG"
check they-go-on-talking talk 101 102
check ends-without-server hang_up 101 102
check calls-without-server call 102 101
check ends-without-server-2 hang_up 102 101
spooled() { [ "$(stat -c %s "$STATE/spool/cdr/cdr.spool")" -gt 100 ]; }
check records-wait-in-the-spool within 5 spooled
check told-why within 5 grep -q 'database cannot be written.*mysql://station@' "$LOG"
no_server() { ! sql 'SELECT 1' 2>"$WORK/err" && grep -q 'cannot open the database mysql://station@' "$WORK/err"; }
check sql-says-so no_server
check server-comes-back server_up
check records-arrive within 10 has_records 3
none_twice() {
  [ "$(sql 'SELECT count(DISTINCT uniqueid), count(*) FROM cdr')" = "3	3" ] && return
  sql 'SELECT uniqueid, src, dst, start, disposition, sequence FROM cdr'
  return 1
}
check none-twice none_twice
drained() { ! spooled; }
check spool-is-empty within 5 drained
server_sql pbx -e "UPDATE realtime_extensions SET exten = '556' WHERE exten = '555'"
shown_again() { ctl "dialplan show office" | grep -q 556; }
check changes-are-seen-again within 5 shown_again
phone 103
check registers-again registered 103 10
no_secret() { ! grep -q 'p%2Fw\|p/w' "$LOG" && ! ps -eo args | grep -v grep | grep -q 'p%2Fw'; }
check password-is-nowhere no_secret
cleanup
stop_station

# ---- an Asterisk configuration, the demo office ----

rows='SELECT id, aors, context, allow FROM ps_endpoints ORDER BY id; SELECT context, exten, priority, app, appdata FROM realtime_extensions ORDER BY id'
same_import() {
  "$STATION" init --state "$WORK/file" --bare >/dev/null
  for s in "$STATE" "$WORK/file"; do
    "$STATION" import --state "$s" tests/golden/import-office >/dev/null || return 1
    "$STATION" sql --state "$s" "$rows" >"$s.rows"
  done
  [ -s "$STATE.rows" ] && cmp "$STATE.rows" "$WORK/file.rows"
}
check import-gives-the-same-as-on-a-file same_import
check demo-office "$STATION" init --state "$WORK/demo" --database "$(server_url demo)" >/dev/null
check demo-has-its-phones test "$(cut -f2 "$WORK/demo/phones.txt")" = "$(server_sql -e 'SELECT password FROM demo.ps_auths ORDER BY username')"
server_down
finish
