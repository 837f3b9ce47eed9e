#!/bin/sh
# without-nginx.sh - a machine that has no nginx: one line says so, all but HTTP works; nginx comes, and HTTP too
. "$(dirname "$0")/lib.sh"
NGINX=$(command -v nginx)
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || { skip without-nginx "no mount name spaces here"; finish; }
"$STATION" init --state "$STATE" --sip-port $((BASE + 60)) --bind 127.0.0.1 >"$WORK/out" 2>&1
"$STATION" sql --state "$STATE" "insert into settings(name,value) values ('manager_bind','127.0.0.1:$((BASE + 38))'),
  ('manager_tls_bind','127.0.0.1:$((BASE + 39))'),('http_bind','127.0.0.1:$((BASE + 88))')" >/dev/null

# nginx is covered by a file that cannot be run, in a mount name space of the station's own
start_without() {
  # shellcheck disable=SC2016
  unshare -m sh -c 'mount --make-rprivate / && { [ -z "$1" ] || mount --bind /dev/null "$1"; } && exec "$2" run --state "$3"' \
    sh "$NGINX" "$STATION" "$STATE" >>"$LOG" 2>&1 &
  station_pid=$!
  within 10 grep -q 'station is ready' "$LOG"
}
said() { [ "$(grep -c 'nginx is not installed: .*apt-get install nginx' "$LOG")" = "$1" ]; }
greets() { curl -s -m 1 "telnet://127.0.0.1:$((BASE + 38))" </dev/null | grep -q 'Asterisk Call Manager/'; }
answers() { curl -s "http://127.0.0.1:$((BASE + 88))/rawman?action=ping" | grep -q 'Permission denied'; }
all_up() { for r in media runner web front engine; do role_is_up $r || return 1; done; }

check station-starts start_without
check said-once within 3 said 1
check all-roles-are-up all_up
check console-works test "$(ctl 'pjsip show endpoints' | sed -n 's/^Objects found: //p')" = 5
check manager-works greets
check no-http sh -c '! curl -s "http://127.0.0.1:$1/"' sh $((BASE + 88))
if [ -n "$NGINX" ]; then
  check nginx-comes nsenter -t "$station_pid" -m umount "$NGINX"
  check http-comes-with-it within 10 answers
fi
check said-no-more said 1
finish
