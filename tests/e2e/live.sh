#!/bin/sh
# live.sh - the page's events with real phones: a call is heard of within a second, and in lists; 200 pages; kill -9 of the web role and
# of the engine in the middle; a service started anew; a carrier that does not answer, in words
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
TLS=$((BASE + 43))
API=https://127.0.0.1:$TLS/pbx/api/v1
command -v nginx >/dev/null || { skip live "no nginx here"; finish; }

cat >"$WORK/routing" <<'X'
[office]
exten => _10X,1,Dial(PJSIP/${EXTEN},30)
X
check init office
sql "insert into settings(name,value) values ('manager_bind','127.0.0.1:$((BASE + 38))'),
  ('manager_tls_bind','127.0.0.1:$((BASE + 39))'),('http_bind','127.0.0.1:$((BASE + 88))'),('web_port_plain','$((BASE + 80))')" >/dev/null
sql "update settings set value='127.0.0.1:$TLS' where name='web_bind'" >/dev/null
sql "insert into settings(name,value) select 'web_bind','127.0.0.1:$TLS' where not exists (select 1 from settings where name='web_bind')" >/dev/null
sql "insert into ps_registrations(id,uuid,server_uri,client_uri) values ('mute','33333333-3333-3333-3333-333333333333',
  'sip:nosuch.invalid','sip:me@nosuch.invalid')" >/dev/null
check station-starts station_up
CODE=$("$STATION" setup-code --state "$STATE" 2>/dev/null | grep -oE '[0-9A-Za-z]{4,}(-[0-9A-Za-z]+)+' | head -1)

ask() { # ask METHOD PATH [BODY]: the answer in $WORK/got
  curl -sk -b "$WORK/jar" -c "$WORK/jar" -X "$1" -H "X-CSRF-Token: $(cat "$WORK/csrf" 2>/dev/null)" -H 'Content-Type: application/json' \
    ${3:+-d "$3"} -o "$WORK/got" -w '%{http_code}' "$API$2" >"$WORK/status"
  [ "$(cat "$WORK/status")" -lt 300 ]
}
got() { ask "$@" || { echo "    $*: $(cat "$WORK/status") $(cat "$WORK/got")"; return 1; }; }
has() { grep -q "$1" "$WORK/got" || { echo "    no $1 in $(head -c 600 "$WORK/got")"; return 1; }; }
sets_up() {
  got POST /setup "{\"code\":\"$CODE\",\"name\":\"root\",\"password\":\"k7m2p-x9d4h-qw3ny\",\"language\":\"en\"}" || return 1
  ask GET /session || got POST /session '{"name":"root","password":"k7m2p-x9d4h-qw3ny"}' || return 1
  ask GET /session && sed -n 's/.*"csrf":"\([0-9a-f]*\)".*/\1/p' "$WORK/got" >"$WORK/csrf" && [ -s "$WORK/csrf" ]
}
answers() { [ "$(curl -sk -o /dev/null -w '%{http_code}' "$API/session")" = 401 ]; }
listen() { # listen NAME [LAST-EVENT-ID]
  curl -skN -b "$WORK/jar" ${2:+-H "Last-Event-ID: $2"} "$API/events?topics=call,device" >"$WORK/events.$1" &
  pids="$pids $!"
}
hears() { grep -q "$2" "$WORK/events.$1"; }
last_id() { sed -n 's/^id: //p' "$WORK/events.$1" | tail -1; }
check the-interface-answers within 10 answers
check first-start sets_up
phone 101
phone 102 answer=auto
for n in 101 102; do check "$n-registers" registered $n 10; done

listen one
check a-page-listens within 5 hears one '^id: '
say 101 dial 102
check a-call-is-heard-of-within-a-second within 1 hears one '"event":"Newchannel".*PJSIP/101'
check they-talk within 10 hears one '"event":"BridgeEnter"'
calls_are_listed() { got GET /calls && has '"from":"101"' && has '"to":"102"' && has '"state":"talking"'; }
check calls-are-listed calls_are_listed
phones_are_live() { got GET '/endpoint?id=101' && has '"live":{' && has '"state":"busy"' && has '"address":"127.0.0.1'; }
check phones-have-their-state phones_are_live
figures() { got GET /overview && has '"channels":2' && has '"has_engine":true' && has '"trunks":{"total":1,"registered":0}'; }
check the-overview-counts figures
metrics() { curl -sk -b "$WORK/jar" "https://127.0.0.1:$TLS/metrics" >"$WORK/got" && has '^station_channels 2'; }
check figures-for-prometheus metrics

# ---- the web role dies: calls go on, pages come back where they were ----
many() { for i in $(seq 200); do listen "m$i"; done; }
all_listen() { [ "$(curl -sk -b "$WORK/jar" "https://127.0.0.1:$TLS/metrics" | sed -n 's/^station_event_streams //p')" -ge "$1" ]; }
many
check two-hundred-pages-listen within 30 all_listen 201
role_is_new() { role_is_up "$1" && [ "$(role_pid "$1")" != "$2" ]; }
old=$(role_pid web)
kill -9 "$old"
check web-comes-back within 5 role_is_new web "$old"
check the-interface-answers-again within 10 answers
calls_go_on() { got GET /calls && has '"from":"101"'; }
check the-call-goes-on within 5 calls_go_on
listen two "$(last_id one)"
check pages-are-let-in-again within 5 answers
check who-comes-back-loads-anew within 5 hears two 'event: again'

# ---- the engine dies: pages hear of it ----
old=$(role_pid engine)
kill -9 "$old"
check the-engines-end-is-told within 5 hears two '"is_there":false'
check the-engines-return-is-told within 10 hears two '"is_there":true'
check the-call-outlives-it within 10 calls_go_on
hang_up() {
  channel=$(sed -n 's/.*"channel":"\(PJSIP\/101-[0-9a-f]*\)".*/\1/p' "$WORK/got")
  got POST "/calls/$(echo "$channel" | sed 's,/,%2F,')/hangup" '{}'
}
check hang-up hang_up
check the-end-is-heard within 3 hears two '"event":"Hangup"'

# ---- services, a carrier ----
old=$(role_pid media)
services() { got GET /service && has '"name":"engine","state":"running"' && got POST /service/media/restart '{}'; }
check services services
check media-is-another within 5 role_is_new media "$old"
no_such_service() { ! ask POST /service/dog/restart '{}' && [ "$(cat "$WORK/status")" = 404 ]; }
check no-such-service no_such_service
carrier() { got POST /registration/33333333-3333-3333-3333-333333333333/check '{}' && has '"code":"no-name"'; }
check a-carrier-in-plain-words carrier
end
