#!/bin/sh
# face.sh - the interface's face: HTTPS, pages from disk, certificates, limits, apologies, files and streams of the web role
. "$(dirname "$0")/lib.sh"
TLS=$((BASE + 43))
PLAIN=$((BASE + 80))
URL=https://127.0.0.1:$TLS
face() { python3 tests/e2e/face.py "$@"; }
sql() { "$STATION" sql --state "$STATE" "$1" >/dev/null; }
nginx_pid() { pgrep -P "$(role_pid front)" nginx; }

command -v nginx >/dev/null || { skip face "no nginx here"; finish; }

# An installed station with pages of our own: beside the program, as `ninja install` puts them.
mkdir -p "$WORK/bin" "$WORK/share/station/ui/assets" "$WORK/share/station/ui/docs"
cp "$STATION" "$WORK/bin/station"
STATION=$WORK/bin/station
UI=$WORK/share/station/ui
echo '<meta property="csp-nonce" nonce="__NONCE__"><p>page</p>' >"$UI/index.html"
echo 'packed, not packed' >"$UI/assets/app-abc.js"
gzip -k "$UI/assets/app-abc.js"
echo '<p>manual</p>' >"$UI/docs/user.html"
chmod -R a+rX "$WORK/bin" "$WORK/share"

"$STATION" init --state "$STATE" --sip-port $((BASE + 60)) --bind 127.0.0.1 >"$WORK/out" 2>&1
sql "insert into settings(name,value) values ('manager_bind','127.0.0.1:$((BASE + 38))'),
  ('manager_tls_bind','127.0.0.1:$((BASE + 39))'),('http_bind','127.0.0.1:$((BASE + 88))'),('web_port_plain','$PLAIN'),
  ('web_name','pbx.example.com'),('web_upload_mib','310')"
sql "update settings set value='127.0.0.1:$TLS' where name='web_bind'"

ask() { curl -sk -o "$WORK/got" -D "$WORK/head" -w '%{http_code}' "$@" >"$WORK/status"; }
got() { # got STATUS CURL...: the body is in $WORK/got, the head in $WORK/head
  want=$1
  shift
  ask "$@"
  [ "$(cat "$WORK/status")" = "$want" ] || { echo "    $* gave $(cat "$WORK/status")"; return 1; }
}
has() { grep -q "$1" "$WORK/got"; }
field() { tr -d '\r' <"$WORK/head" | grep -iE "^$1: " | cut -d' ' -f2-; }
answers() { ask "$URL/pbx/" && has page; }

pages() {
  got 200 "$URL/pbx/" && has page && got 200 "$URL/pbx/endpoints/42?tab=1" && has page &&
    got 200 "$URL/pbx/docs/user" && has manual && got 404 "$URL/pbx/assets/nosuch.js" && got 404 "$URL/nosuch" &&
    got 302 "$URL/" && [ "$(field location)" = /pbx/ ] && got 302 "$URL/pbx"
}
nonce_is_new_each_time() {
  got 200 "$URL/pbx/" || return 1
  one=$(sed -n 's/.*nonce="\([0-9a-f]\{32\}\)".*/\1/p' "$WORK/got")
  [ -n "$one" ] && field content-security-policy | grep -q "'nonce-$one'" && [ "$(field cache-control)" = no-store ] || return 1
  got 200 "$URL/pbx/" && ! has "$one" && ! has __NONCE__
}
names_by_content_last() {
  got 200 --compressed "$URL/pbx/assets/app-abc.js" && has 'packed, not packed' && [ "$(field content-encoding)" = gzip ] &&
    field cache-control | grep -q immutable && [ "$(field content-type)" = text/javascript ]
}
headers() {
  for path in /pbx/ /pbx/assets/app-abc.js /pbx/api/v1/session /nosuch; do
    ask "$URL$path"
    policy=$(field content-security-policy)
    case $policy in *unsafe* | "") echo "    $path: $policy" && return 1 ;; esac
    case $policy in *"frame-ancestors 'none'"*) ;; *) return 1 ;; esac
    [ "$(field x-content-type-options)" = nosniff ] && [ "$(field referrer-policy)" = same-origin ] &&
      [ "$(field cross-origin-opener-policy)" = same-origin ] && field permissions-policy | grep -q 'geolocation=()' || return 1
    [ -z "$(field strict-transport-security)" ] || return 1 # of a certificate that nobody trusts
  done
}
redirects() {
  got 301 "http://127.0.0.1:$PLAIN/pbx/x?y=1" && [ "$(field location)" = "https://127.0.0.1:$TLS/pbx/x?y=1" ] &&
    got 301 "http://127.0.0.1:$TLS/pbx/" && [ "$(field location)" = "https://127.0.0.1:$TLS/pbx/" ] || return 1
  echo token >"$STATE/front/acme/.well-known/acme-challenge/word"
  chmod a+r "$STATE/front/acme/.well-known/acme-challenge/word"
  got 200 "http://127.0.0.1:$PLAIN/.well-known/acme-challenge/word" && has token
}
versions_of_tls() {
  ! curl -sk --tls-max 1.1 -o /dev/null "$URL/pbx/" && curl -sk --tls-max 1.2 -o /dev/null "$URL/pbx/" &&
    curl -sk --tlsv1.3 -o /dev/null "$URL/pbx/" && [ "$(curl -sk --http2 -o /dev/null -w '%{http_version}' "$URL/pbx/")" = 2 ]
}
manager_is_elsewhere() {
  got 404 "$URL/rawman?action=ping" && got 404 "http://127.0.0.1:$((BASE + 88))/pbx/api/v1/session" &&
    got 404 "http://127.0.0.1:$((BASE + 88))/api/index/check"
}

# ---- apologies ----

too_long() {
  head -c 1100000 /dev/zero >"$WORK/long"
  got 413 --data-binary "@$WORK/long" "$URL/pbx/api/v1/session" && has '"code":"too-long"' &&
    [ "$(field content-type)" = application/problem+json ] && got 413 -H 'Accept-Language: ru' --data-binary "@$WORK/long" "$URL/api/index/check" &&
    has 'Запрос слишком велик' && got 413 --data-binary "@$WORK/long" "$URL/pbx/" && has '<h1>The request is too long'
}
web_dies() {
  kill -STOP "$(role_pid web)"
  curl -sk -o "$WORK/json" -w '%{http_code}' "$URL/pbx/api/v1/session" >"$WORK/status" &
  asker=$!
  sleep 0.5
  kill -9 "$(role_pid web)"
  wait $asker
  [ "$(cat "$WORK/status")" = 502 ] && grep -q '"code":"busy"' "$WORK/json" && grep -q '"trace":"[0-9a-f]\{32\}"' "$WORK/json" &&
    within 5 got 401 "$URL/pbx/api/v1/session"
}

# ---- certificates ----

shown() { echo | openssl s_client -connect "127.0.0.1:$TLS" -servername pbx.example.com 2>/dev/null | openssl x509 -noout "$@"; }
its_own() {
  shown -ext subjectAltName >"$WORK/got" && has DNS:pbx.example.com && has 127.0.0.1 && shown -pubkey | openssl pkey -pubin -noout -text |
    grep -q 'NIST CURVE: P-256' && "$STATION" web certificate --state "$STATE" >"$WORK/got" && has 'Days left: 82[34]' &&
    [ "$(stat -c %a "$STATE/front/tls/web.key")" = 600 ]
}
make() { # make NAME DAYS
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$WORK/$1.key" -out "$WORK/$1.crt" -days "$2" \
    -subj "/CN=$1.example.com" -addext "subjectAltName=DNS:$1.example.com" 2>/dev/null
}
is_shown() { shown -subject | grep -q "$1.example.com"; }
replaced_under_load() {
  make one 90 && make two 90 || return 1
  face load $TLS 6 /pbx/assets/app-abc.js &
  loader=$!
  sleep 1
  "$STATION" web certificate --state "$STATE" --cert "$WORK/one.crt" --key "$WORK/one.key" >"$WORK/got" && has one.example.com &&
    has fullchain && within 5 is_shown one || return 1
  wait $loader && got 200 "$URL/pbx/" && field strict-transport-security | grep -q max-age
}
wrong_ones_are_refused() {
  make old 1
  ! "$STATION" web certificate --state "$STATE" --cert "$WORK/one.crt" --key "$WORK/two.key" >"$WORK/got" 2>&1 && has 'does not belong' &&
    ! "$STATION" web certificate --state "$STATE" --cert "$WORK/nosuch" --key "$WORK/two.key" 2>/dev/null &&
    ! "$STATION" web certificate --state "$STATE" --cert "$WORK/one.crt" 2>/dev/null && is_shown one
}
back_to_its_own() {
  "$STATION" web certificate --state "$STATE" --own >"$WORK/got" && has 'of its own' && within 5 is_own_shown
}
is_own_shown() { shown -subject | grep -q 'O = Station'; }

# ---- settings ----

manager_answers() { curl -s "http://127.0.0.1:$((BASE + 88))/rawman?action=ping" | grep -q 'Permission denied'; }
moves() {
  sql "update settings set value='127.0.0.1:$((BASE + 44))' where name='web_bind'"
  URL=https://127.0.0.1:$((BASE + 44))
  within 5 answers || return 1
  sql "insert into settings(name,value) values ('web_enabled','no')"
  within 5 sh -c "! curl -sk -o /dev/null $URL/" || return 1
  within 5 manager_answers || return 1
  sql "update settings set value='yes' where name='web_enabled'"
  within 5 answers || return 1
  sql "insert into settings(name,value) values ('web_redirect','no')"
  within 5 sh -c "! curl -s -o /dev/null http://127.0.0.1:$PLAIN/" || return 1
  sql "delete from settings where name='web_redirect'"
  sql "update settings set value='127.0.0.1:$TLS' where name='web_bind'"
  URL=https://127.0.0.1:$TLS
  within 5 answers
}
limits_follow() {
  sql "insert into settings(name,value) values ('web_connections','77'),('web_rate','33')"
  within 5 grep -q 'limit_conn web_connections 77;' "$STATE/front/nginx.conf" && grep -q 'zone=web_requests:4m rate=33r/s' "$STATE/front/nginx.conf" &&
    grep -q 'client_max_body_size 310m;' "$STATE/front/nginx.conf"
}
taken_port_hinders_nobody() {
  python3 -c "import socket,time; s=socket.socket(); s.bind(('127.0.0.1',$((BASE + 45)))); s.listen(); time.sleep(30)" &
  holder=$!
  sleep 0.5
  sql "update settings set value='127.0.0.1:$((BASE + 45))' where name='web_bind'"
  within 8 grep -q 'the web interface cannot listen: .*web_bind' "$LOG" && within 5 manager_answers
  code=$?
  kill $holder
  sql "update settings set value='127.0.0.1:$TLS' where name='web_bind'"
  within 8 answers && return $code
}
front_dies() {
  kill -9 "$(role_pid front)"
  within 5 role_is_up front && within 10 answers
}

# ---- the same configuration with a web role of paper: files, streams, uploads ----

start_paper() {
  mkdir -p "$WORK/paper/run" "$WORK/paper/recordings/2026" "$WORK/paper/exports" "$WORK/paper/uploads"
  cp -a "$STATE/front" "$WORK/paper/front"
  seq 1 100000 >"$WORK/paper/recordings/2026/a b.wav"
  ln -s ../../front/tls/web.key "$WORK/paper/recordings/2026/link"
  P=$((BASE + 46))
  sed -i "s/:$TLS /:$P /; s/:$PLAIN /:$((BASE + 81)) /; s/:$((BASE + 88)) /:$((BASE + 89)) /" "$WORK/paper/front/nginx.conf"
  [ "$(id -u)" != 0 ] || sed -i '1i user root;' "$WORK/paper/front/nginx.conf"
  face paper "$WORK/paper/run/web.sock" &
  paper_pid=$!
  (cd "$WORK/paper/front" && exec nginx -p ./ -c nginx.conf -e error.log) >"$WORK/paper/log" 2>&1 &
  paper_nginx=$!
  URL=https://127.0.0.1:$P
  within 5 got 200 "$URL/pbx/api/v1/x?a=b%20c" && has '^/pbx/api/v1/x?a=b%20c|pbx|127.0.0.1 '
}
files_with_ranges() {
  got 200 "$URL/pbx/api/v1/file?recordings/2026/a%20b.wav" && cmp -s "$WORK/got" "$WORK/paper/recordings/2026/a b.wav" &&
    [ "$(field content-type)" = audio/wav ] && field content-disposition | grep -q a.wav && [ "$(field accept-ranges)" = bytes ] &&
    got 206 -r 10-19 "$URL/pbx/api/v1/file?recordings/2026/a%20b.wav" && [ "$(wc -c <"$WORK/got")" = 10 ] &&
    got 416 -r 9999999- "$URL/pbx/api/v1/file?recordings/2026/a%20b.wav" &&
    got 404 "$URL/pbx/api/v1/file?recordings/nosuch" && has '"code":"not-found"'
}
nothing_else_is_reached() {
  for path in recordings/2026/link recordings/../front/tls/web.key recordings/%2e%2e/front/tls/web.key tls/x run/web.sock; do
    ask "$URL/pbx/api/v1/file?$path"
    grep -qE '^[45]' "$WORK/status" && ! has 'PRIVATE KEY' || { echo "    $path: $(cat "$WORK/status")"; return 1; }
  done
}
uploads() {
  truncate -s 300M "$WORK/big" && truncate -s 311M "$WORK/bigger"
  got 200 -F "file=@$WORK/big" "$URL/pbx/api/index/uploads?api_key=k" && [ "$(cat "$WORK/got")" -gt 314572800 ] &&
    got 413 -F "file=@$WORK/bigger" "$URL/api/index/uploads?api_key=k" && has '"status":413' || return 1
  ! grep -rq api_key "$WORK/paper/front/access.log" # never with its query
  code=$?
  rm -f "$WORK/big" "$WORK/bigger"
  return $code
}
stop_paper() {
  kill $paper_nginx $paper_pid
  URL=https://127.0.0.1:$TLS
}

flood_is_braked() {
  ns=station-face-$$
  ip netns add $ns 2>/dev/null && ip netns exec $ns ip link set lo up && ip netns exec $ns ip addr add 192.0.2.1/32 dev lo || {
    skip flood-is-braked "no network name spaces here"
    return 0
  }
  sql "update settings set value = '192.0.2.1:$TLS' where name = 'web_bind'; update settings set value='1' where name='web_rate'"
  ip netns exec $ns "$STATION" run --state "$STATE" >"$WORK/ns.log" 2>&1 &
  ns_pid=$!
  within 10 grep -q 'web interface is served' "$WORK/ns.log"
  within 5 ip netns exec $ns curl -sk -o /dev/null "https://192.0.2.1:$TLS/pbx/"
  for i in 1 2 3 4 5 6 7 8 9 10; do
    ip netns exec $ns curl -sk -o "$WORK/got" -w '%{http_code}\n' "https://192.0.2.1:$TLS/api/index/check"
  done >"$WORK/codes"
  grep -q 429 "$WORK/codes" && has '"code":"too-many"'
  code=$?
  kill -TERM $ns_pid
  wait $ns_pid
  ip netns del $ns
  return $code
}

check station-starts start_station
check face-answers within 5 answers
check address-is-said grep -q "the web interface is served url=https://pbx.example.com:$TLS/pbx/" "$LOG"
check pages pages
check nonce-is-new-each-time nonce_is_new_each_time
check names-by-content-last names_by_content_last
check headers headers
check redirects redirects
check versions-of-tls versions_of_tls
check manager-is-elsewhere manager_is_elsewhere
check request-smuggling face smuggling $TLS
check too-long too_long
check web-dies web_dies
check its-own-certificate its_own
check certificate-replaced-under-load replaced_under_load
check wrong-certificates-are-refused wrong_ones_are_refused
check back-to-its-own back_to_its_own
check settings-act-at-once moves
check limits-follow-the-settings limits_follow
check taken-port-hinders-nobody taken_port_hinders_nobody
check front-dies front_dies
check paper-starts start_paper
check files-with-ranges files_with_ranges
check nothing-else-is-reached nothing_else_is_reached
check events-are-not-held-back face events $((BASE + 46))
check uploads uploads
stop_paper
stop_station
[ "$(id -u)" = 0 ] && check flood-is-braked flood_is_braked
finish
