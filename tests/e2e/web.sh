#!/bin/sh
# web.sh - the Manager over HTTP through the front and the web role: sessions, hostile requests, limits, deaths
. "$(dirname "$0")/lib.sh"
PORT=$((BASE + 88))
OTHER=$((BASE + 89))
URL=http://127.0.0.1:$PORT
SECRET=measure-pw
web() { python3 tests/e2e/web.py "$@"; }
sql() { "$STATION" sql --state "$STATE" "$1" >/dev/null; }
answers() { curl -s -o "$WORK/got" "http://127.0.0.1:$1/rawman?action=ping" && grep -q 'Permission denied' "$WORK/got"; }
silent() { ! curl -s -o /dev/null "http://127.0.0.1:$1/"; }
nginx_pid() { pgrep -P "$(role_pid front)" nginx; }

command -v nginx >/dev/null || { skip web "no nginx here"; finish; }
"$STATION" init --state "$STATE" --sip-port $((BASE + 60)) --bind 127.0.0.1 >"$WORK/out" 2>&1
sql "insert into manager (name,secret,\"read\",\"write\") values ('measure','$SECRET','all','all')"
sql "insert into settings(name,value) values ('manager_bind','127.0.0.1:$((BASE + 38))'),
  ('manager_tls_bind','127.0.0.1:$((BASE + 39))'),('http_bind','127.0.0.1:$PORT'),('http_rate','20')"

# ---- formats ----

got() { # got STATUS TYPE CURL...: that status and type; the body is in $WORK/got
  want="$1 $2"
  shift 2
  [ "$(curl -s -o "$WORK/got" -w '%{http_code} %{content_type}' "$@")" = "$want" ]
}
has() { grep -q "$1" "$WORK/got"; }

formats() {
  got 200 text/plain -c "$WORK/jar" "$URL/rawman?action=login&username=measure&secret=$SECRET" && has 'Authentication accepted' &&
    got 200 text/plain -b "$WORK/jar" "$URL/rawman?action=ping" && has '^Ping: Pong' &&
    got 200 text/xml -b "$WORK/jar" "$URL/mxml?action=ping" && has "<generic response='Success' ping='Pong' timestamp=" &&
    got 200 text/html -b "$WORK/jar" "$URL/manager?action=ping" && has '<tr><td>Ping</td><td>Pong</td></tr>' &&
    got 200 text/xml -b "$WORK/jar" "$URL/asterisk/mxml?action=ping" && has "ping='Pong'" &&
    got 200 text/plain -b "$WORK/jar" -d 'action=ping&ActionID=7' "$URL/rawman" && has 'ActionID: 7'
}
others() {
  got 404 text/html "$URL/nosuch" && has '<h1>Not Found</h1>' && got 404 text/html "$URL/" &&
    got 404 text/html "$URL/rawman/../../etc/passwd" && got 200 text/html "$URL/httpstatus" &&
    got 501 text/html -X PUT -d x=1 "$URL/rawman?action=ping" && has 'Attempt to use unimplemented' &&
    got 400 text/html "$URL/rawman?action=ping%0d%0aAction:%20x" && got 400 text/html "$URL/rawman?action%0a=ping" &&
    got 400 text/html "$URL/rawman?action=ping&a=%00" &&
    [ "$(curl -s -I "$URL/rawman?action=ping" | tr -d '\r' | sed -n 's/^Content-Length: //p')" = 47 ]
}

# What the front tells the web role, a client cannot.
fields_of_the_front_cannot_be_forged() {
  got 200 text/plain -H 'X-Station-Target: /nosuch' -H 'X-Station-Peer: 192.0.2.66 1 192.0.2.66 2' -H 'X-Forwarded-For: 192.0.2.66' \
    "$URL/rawman?action=login&username=measure&secret=forged" && has 'Authentication failed' && ! grep -q 192.0.2.66 "$LOG"
}

# ---- digest ----

digest() {
  got 401 text/html "$URL/arawman?action=ping" && has '<h1>Unauthorized</h1>' &&
    curl -s -i "$URL/arawman?action=ping" | tr -d '\r' |
    grep -qiE '^WWW-authenticate: Digest algorithm=MD5, realm="asterisk", nonce="[0-9a-f]+", qop="auth", opaque="[0-9a-f]+"$' &&
    curl -s -i "$URL/arawman?action=ping" | grep -qi '^WWW-authenticate: Digest algorithm=SHA-256, ' &&
    got 200 text/plain --digest -u "measure:$SECRET" "$URL/arawman?action=ping" && has '^Ping: Pong' &&
    got 200 text/xml --digest -u "measure:$SECRET" "$URL/asterisk/amxml?action=ping" && has "ping='Pong'" &&
    got 200 text/html --digest -u "measure:$SECRET" "$URL/amanager?action=ping" && has '<td>Pong</td>' &&
    got 401 text/html --digest -u measure:wrong "$URL/arawman?action=ping" &&
    got 401 text/html --digest -u nobody:wrong "$URL/arawman?action=ping"
}

# ---- settings ----

moves() {
  sql "update settings set value = '127.0.0.1:$OTHER' where name = 'http_bind'"
  within 5 answers $OTHER && within 3 silent $PORT || return 1
  sql "insert into settings(name,value) values ('http_enabled','no')"
  within 5 silent $OTHER || return 1
  sql "update settings set value = 'yes' where name = 'http_enabled'"
  sql "update settings set value = '127.0.0.1:$PORT' where name = 'http_bind'"
  within 5 answers $PORT
}
limits_follow() {
  sql "insert into settings(name,value) values ('http_connections','7')"
  within 5 grep -q 'limit_conn connections 7;' "$STATE"/front/*.conf && within 5 answers $PORT
}
expires() {
  sql "insert into settings(name,value) values ('http_session_timeout','2')"
  sleep 1.5
  web expiry $PORT
  code=$?
  sql "delete from settings where name = 'http_session_timeout'"
  sleep 1.5
  return $code
}

# ---- deaths ----

is_gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; } # nobody may be there to reap it
front_dies() {
  old=$(nginx_pid)
  kill -9 "$(role_pid front)"
  within 5 role_is_up front && within 10 answers $PORT && [ "$(nginx_pid)" != "$old" ] && within 2 is_gone "$old"
}
nginx_dies() {
  old=$(nginx_pid)
  kill -9 "$old"
  within 10 answers $PORT && [ "$(nginx_pid)" != "$old" ]
}
none_left() { # none of the processes that were there
  for p in $nginx_all; do within 2 is_gone "$p" || return 1; done
}

no_secret_in_any_log() {
  curl -s "$URL/rawman?action=login&username=measure&secret=planted-secret" -H 'Cookie: planted=planted-secret' \
    -H 'Authorization: Basic planted-secret' -o /dev/null
  kill -STOP "$(role_pid web)"
  curl -s -m 1 "$URL/rawman?action=login&username=measure&secret=planted-secret" -o /dev/null
  kill -9 "$(role_pid web)"
  curl -s "$URL/rawman?action=login&username=measure&secret=planted-secret&$(head -c 70000 /dev/zero | tr '\0' a)" -o /dev/null
  sleep 1.5
  grep -q 'GET /rawman" ' "$STATE/front/access.log" || return 1
  ! grep -rqE "planted-secret|$SECRET" "$LOG" "$STATE/front/access.log" "$STATE/front/error.log"
}

# A network of its own, with an address that is not the machine's own loop.
flood_is_braked() {
  ns=station-web-$$
  ip netns add $ns 2>/dev/null && ip netns exec $ns ip link set lo up && ip netns exec $ns ip addr add 192.0.2.1/32 dev lo || {
    skip flood-is-braked "no network name spaces here"
    return 0
  }
  sql "update settings set value = '192.0.2.1:$PORT' where name = 'http_bind'"
  ip netns exec $ns "$STATION" run --state "$STATE" >"$WORK/ns.log" 2>&1 &
  ns_pid=$!
  within 10 grep -q 'station is ready' "$WORK/ns.log"
  within 5 ip netns exec $ns curl -s -o /dev/null "http://192.0.2.1:$PORT/"
  ip netns exec $ns python3 tests/e2e/web.py flood $PORT 192.0.2.1
  code=$?
  kill -TERM $ns_pid
  wait $ns_pid
  ip netns del $ns
  return $code
}

check station-starts start_station
check front-answers within 5 answers $PORT
check formats-of-asterisk formats
check other-paths-and-methods others
check fields-of-the-front-cannot-be-forged fields_of_the_front_cannot_be_forged
check digest digest
check sessions web sessions $PORT
check request-smuggling web smuggling $PORT
check oversize web oversize $PORT
check slow-clients-are-cut-off web slow $PORT
check idle-connections-hinder-nobody web idle $PORT
check settings-act-at-once moves
check limits-follow-the-settings limits_follow
check sessions-expire expires
check web-dies-during-waitevent web death $PORT "$(role_pid web)"
check engine-dies-during-waitevent web death $PORT "$(role_pid engine)"
check front-dies front_dies
check nginx-dies nginx_dies
check no-secret-in-any-log no_secret_in_any_log
nginx_all="$(nginx_pid) $(pgrep -P "$(nginx_pid)")"
stop_station
check nginx-ends-with-the-station none_left
[ "$(id -u)" = 0 ] && check flood-is-braked flood_is_braked
finish
