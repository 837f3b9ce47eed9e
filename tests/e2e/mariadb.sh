#!/bin/sh
# mariadb.sh - the station on a MariaDB server: the tests of store/ there, registration, calls, records, a change
# by plain SQL, the server killed under a call, the same by TCP and by TLS, imports, a database copied
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
. tests/e2e/server.sh
trap 'cleanup; stop_station; server_down; rm -rf "$WORK" "$slot_dir"; exit 1' INT TERM

check server-is-made server_make
check server-starts server_up

for t in db query spool store watch work; do
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

# ---- by TCP, by TLS: a password, a certificate ----

server_certificate() { # NAME: one of its own, for 127.0.0.1
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1,DNS:127.0.0.1 -keyout "$SERVER/$1.key" -out "$SERVER/$1.pem" 2>/dev/null &&
    chmod 644 "$SERVER/$1.key" "$SERVER/$1.pem"
}
check certificate server_certificate db
check other-certificate server_certificate other
server_end -TERM
check server-by-network server_up --bind-address=127.0.0.1 --port=$((BASE + 60)) --ssl-cert="$SERVER/db.pem" --ssl-key="$SERVER/db.key"
server_sql -e "CREATE USER station@'127.0.0.1' IDENTIFIED BY 'p/w'; GRANT ALL ON pbx.* TO station@'127.0.0.1'"
place() { # OPTIONS: the line with the password, by the network
  echo "mysql://station:p%2Fw@127.0.0.1:$((BASE + 60))/pbx?$1" | "$STATION" init --state "$STATE" --database - >"$WORK/init.log" 2>&1
}
cipher() { sql "SHOW STATUS LIKE 'Ssl_cipher'" | cut -f2; }
check tcp place tls=no
check tcp-has-the-tables test "$(sql 'SELECT count(*) FROM cdr')" = 3
check tcp-is-plain test -z "$(cipher)"
install -m 644 "$SERVER/db.pem" "$STATE/db.pem" # the engine's sandbox sees /etc and its own directory
check tls place "ca=$STATE/db.pem"
check tls-is-encrypted test -n "$(cipher)"
other_is_refused() { ! place "ca=$SERVER/other.pem" && ! sql 'SELECT 1' 2>"$WORK/err" && grep -qi 'certificate\|tls\|ssl' "$WORK/err"; }
check another-s-certificate-is-refused other_is_refused
check tls-again place "ca=$STATE/db.pem"
second=$(date +%s)
within 2 next_second
check starts-by-tls station_up
phone 101
phone 102
for n in 101 102; do check "tls-$n-registers" registered $n 10; done
for n in 101 102; do check "tls-$n-is-known" within 5 known $n; done
check tls-call call 101 102
server_kill
check tls-talk talk 101 102
check tls-ends hang_up 101 102
check tls-server-comes-back server_up --bind-address=127.0.0.1 --port=$((BASE + 60)) --ssl-cert="$SERVER/db.pem" --ssl-key="$SERVER/db.key"
check tls-record within 10 has_records 4
check tls-password-is-nowhere no_secret
cleanup
stop_station

# ---- an Asterisk configuration, a dump, the demo office ----

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
same_dump() {
  for s in "$STATE" "$WORK/file"; do
    "$STATION" import --state "$s" --json "$s.json" tests/golden/import-dump/pbx.sql >/dev/null || return 1
    "$STATION" sql --state "$s" "$rows; SELECT src, dst, start, uniqueid FROM cdr WHERE uniqueid LIKE '1700%' ORDER BY uniqueid" >"$s.rows"
  done
  [ -s "$STATE.rows" ] && cmp "$STATE.rows" "$WORK/file.rows" && cmp "$STATE.json" "$WORK/file.json"
}
check dump-gives-the-same-as-on-a-file same_dump

# ---- a database copied to the server and back ----

all_rows() { # STATE-DIRECTORY
  for t in ps_endpoints ps_aors ps_auths ps_contacts static_pjsip static_sorcery static_extensions realtime_extensions context settings tones cdr astdb \
    call_story import_later; do "$STATION" sql --state "$1" "SELECT * FROM $t"; done | sort
}
copies() {
  "$STATION" init --state "$WORK/moved" --database "$(server_url moved)" --bare >/dev/null 2>&1
  server_sql -e 'DROP DATABASE moved'
  "$STATION" database copy "$WORK/file" "$(server_url moved)" >"$WORK/copy.log" 2>&1 && grep -q '^realtime_extensions: ' "$WORK/copy.log" || return 1
  "$STATION" database copy "$WORK/moved" "$WORK/back.db" >"$WORK/copy.log" 2>&1 || return 1
  mkdir "$WORK/back" && mv "$WORK/back.db" "$WORK/back/station.db"
  for s in file moved back; do all_rows "$WORK/$s" >"$WORK/$s.all"; done
  [ -s "$WORK/file.all" ] && cmp "$WORK/file.all" "$WORK/moved.all" && cmp "$WORK/file.all" "$WORK/back.all"
}
check database-is-copied-and-back copies
copied_over() { ! "$STATION" database copy "$WORK/file" "$(server_url moved)" 2>"$WORK/err" && grep -q 'wants an empty database' "$WORK/err"; }
check not-over-rows copied_over
check demo-office "$STATION" init --state "$WORK/demo" --database "$(server_url demo)" >/dev/null
check demo-has-its-phones test "$(cut -f2 "$WORK/demo/phones.txt")" = "$(server_sql -e 'SELECT password FROM demo.ps_auths ORDER BY username')"
server_down
finish
