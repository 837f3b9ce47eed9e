#!/bin/sh
# web-threats.sh - hostile clients of the web interface, of REST and of the HTTP API, against a whole station through nginx
# (web-threats.py has the cases); the matrix of every route and every role (tests/golden/web-roles.txt)
. "$(dirname "$0")/lib.sh"
TLS=$((BASE + 43)) HOOK=$((BASE + 81))
command -v nginx >/dev/null || { skip web-threats "no nginx here"; finish; }
sql() { "$STATION" sql --state "$STATE" "$1"; }

"$STATION" init --state "$STATE" --sip-port $((BASE + 60)) --bind 127.0.0.1 >"$WORK/init" 2>&1
sql "insert into settings(name,value) values ('manager_bind','127.0.0.1:$((BASE + 38))'),
  ('manager_tls_bind','127.0.0.1:$((BASE + 39))'),('http_bind','127.0.0.1:$((BASE + 88))'),('web_port_plain','$((BASE + 80))');
  update settings set value='127.0.0.1:$TLS' where name='web_bind'" >/dev/null
sql "insert into groups(uuid,name) values ('11111111-1111-4111-8111-111111111111','sales'),('22222222-2222-4222-8222-222222222222','support')" >/dev/null
add() { echo "planted-$1-9d4h" | "$STATION" user --state "$STATE" add "$1" --role "$2" ${3:+--groups "$3"} >>"$WORK/init" 2>&1; }
add root administrator
add boss manager sales
add other manager support
add seer supervisor sales
add ann user sales
add judge auditor
add victim user sales

answers() { [ "$(curl -sk -o /dev/null -w '%{http_code}' "https://127.0.0.1:$TLS/pbx/api/v1/session")" = 401 ]; }
threat() {
  timeout 150 python3 tests/e2e/web-threats.py "$1" $TLS "$WORK" $HOOK
}
ulimit -n 8000 2>/dev/null
check station-starts start_station --log debug
check the-interface-answers within 10 answers

refused_lines() { grep -c "access refused event=InvalidPassword service=REST address=127.0.0.66 port=" "$LOG"; }
each_is_written() { [ "$(sql "select count(*) from revision where action = 'login-failed' and peer = '127.0.0.66'")" -ge 5 ] && [ "$(refused_lines)" -ge 5 ]; }
check "T1 guesses wait, others do not" threat guess
check "T1 each try is in the log and in the journal" each_is_written
check "T1 keys of the API are guessed slowly" threat keys
check "T1 who is known and who is not look alike" threat alike
check "T10 silent, slow and half connections" threat slow
check "T10 nesting and huge bodies" threat bombs
check "T11 nothing that is written becomes a command" threat commands
check "T12 line ends in every text of an order to the engine" threat frames
hook() { sql "insert into webhook(name,url,events,enable) values ('$1','$2','','yes')" >/dev/null; }
hooks_stay() {
  n=0
  for host in 127.0.0.1 localhost 127.1 2130706433 0x7f000001 0.0.0.0 '[::1]' '[::ffff:127.0.0.1]' '[::]'; do
    hook "own$((n += 1))" "http://$host:$HOOK/x"
  done
  hook cloud http://169.254.169.254/latest/meta-data/
  hook file file:///etc/passwd
  hook gopher "gopher://127.0.0.1:$HOOK/_x"
  threat listen &
  listener=$!
  within 5 test -e "$WORK/listening"
  ctl 'channel originate Local/600@office application Wait 0.1' >/dev/null
  none_sent() { [ "$(sql "select count(distinct webhook_uuid) from webhook_queue where error <> ''")" = 12 ]; }
  within 20 none_sent
  code=$?
  [ "$(sql "select count(*) from webhook_queue where state = 'sent'")" = 0 ] || code=1
  kill $listener 2>/dev/null
  wait $listener 2>/dev/null
  [ ! -e "$WORK/reached" ] && [ $code = 0 ] || { sql "select w.url, q.state, q.error from webhook_queue q join webhook w on w.uuid = q.webhook_uuid"; return 1; }
}
check "T13 webhooks reach nothing of the machine's own" hooks_stay
sql "delete from webhook_queue; delete from webhook" >/dev/null
check "T14 paths lead nowhere" threat paths
check "T15 SQL in filters, sorts, cursors and names" threat injection
check "T15 a formula of a spreadsheet is text" threat formulas
check "T16 markup is never a page" threat markup
check "T16 no form of another site" threat forgery
check "T16 nobody frames, keeps, guesses or redirects an answer" threat headers
check "T17 forged headers and cookies" threat forged
check "T17 a session is a new one, and ends" threat sessions
check "T17 rights are not taken by writing them" threat climbing
check "T17 groups do not see each other" threat groups
matrix() { threat matrix && diff tests/golden/web-roles.txt "$WORK/web-roles.txt"; }
check "T17 every route and every role, as in tests/golden/web-roles.txt" matrix
check "T18 no socket for a foreign page" threat sockets
check "T19 one event, one line" threat log
check "T20 no planted secret in any answer" threat secrets
not_told() { # the secrets that were planted: passwords, keys, tokens
  sort -u "$WORK/planted" >"$WORK/secrets"
  [ "$(wc -l <"$WORK/secrets")" -ge 20 ] || { echo "    too few were planted"; return 1; }
  grep -aFf "$WORK/secrets" "$LOG" "$STATE"/front/*.log && return 1
  for p in $station_pid $(ctl 'core show roles' | awk 'NR > 1 { print $2 }'); do
    tr '\0' '\n' <"/proc/$p/cmdline" | grep -aFf "$WORK/secrets" && return 1
    tr '\0' '\n' 2>/dev/null <"/proc/$p/environ" | grep -aFf "$WORK/secrets" && return 1
    [ "$(awk '/^Max core/ { print $5 }' "/proc/$p/limits")" = 0 ] || [ "$p" = "$station_pid" ] || { echo "    $p dumps core"; return 1; }
  done
  return 0
}
check "T20 nor in a log, an environment, a command line" not_told
hashed() { ! sql "select * from users; select * from web_session; select * from api_user" 2>/dev/null | grep -aFf "$WORK/secrets"; }
check "T20 passwords, sessions and keys are hashes in the database" hashed

# A route without a declared role fails the build: the same row with and without one.
compiles() {
  echo '#include "rest/route.h"
static int f(struct rest_call *c) { return c ? 0 : 1; }
extern const struct rest_route r[];
const struct rest_route r[] = {REST_ROUTE("GET", "/x", '"$1"'f, "а", "a"), {0}};' | cc -std=gnu17 -Wall -Werror -fsyntax-only -Isrc -x c - 2>/dev/null
}
must_say_who() { compiles 'REST_ADMIN, ' && ! compiles '' && ! compiles '0, '; }
check "T17 a route without a role does not compile" must_say_who
is_well() { answers && ctl "core show version" >/dev/null && ! grep -qE 'AddressSanitizer|runtime error' "$LOG"; }
check "the station is well" is_well
finish
