#!/bin/sh
# api.sh - the station's HTTP API: each example of the manual, through the real front, with real phones and a recorded
# call; keys of other groups; errors; no key in any log
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
command -v nginx >/dev/null || { skip api "no nginx here"; finish; }

TLS=$((BASE + 43))
URL=https://127.0.0.1:$TLS
KEY=84f8fc34-82ad-46b0-b5f3-3cfd0462beeb
OTHER=11111111-2222-3333-4444-555555555555
ALL=99999999-2222-3333-4444-555555555555
GROUP=4c343af6-4a91-469a-a717-f682e52c830f
STRANGERS=5c343af6-4a91-469a-a717-f682e52c830f

cat >"$WORK/routing" <<'X'
[office]
exten => _10X,1,Dial(PJSIP/${EXTEN},30)
exten => 201,1,MixMonitor(${UNIQUEID}.wav)
same => n,Dial(PJSIP/102,30)
exten => 300,1,Answer()
same => n,Set(CDR(userfield)=${file}/${idcall})
same => n,Playback(test)
same => n,Wait(2)
[secret]
exten => 300,1,Answer()
same => n,Wait(2)
X
check init office
sha() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
sql "INSERT INTO \"groups\" (uuid, name) VALUES ('$GROUP', 'sales'), ('$STRANGERS', 'strangers');
INSERT INTO api_user (name, description, enable, api_key, group_uuid) VALUES ('API', '', 'yes', '$(sha $KEY)', '$GROUP'),
 ('other', '', 'yes', '$(sha $OTHER)', '$STRANGERS'), ('all', '', 'yes', '$(sha $ALL)', NULL), ('off', '', 'no', '$(sha off)', NULL);
INSERT INTO context (name, description, group_uuid) VALUES ('office', 'Входящая маршрутизация', '$GROUP'), ('secret', '', '$STRANGERS');
UPDATE ps_endpoints SET group_uuid = '$GROUP' WHERE id IN ('101', '102');
UPDATE ps_endpoints SET group_uuid = '$STRANGERS' WHERE id = '104';
DELETE FROM settings WHERE name IN ('manager_bind', 'manager_tls_bind', 'http_bind', 'web_port_plain', 'web_bind', 'web_upload_mib');
INSERT INTO settings (name, value) VALUES ('manager_bind', '127.0.0.1:$((BASE + 38))'), ('manager_tls_bind', '127.0.0.1:$((BASE + 39))'),
 ('http_bind', '127.0.0.1:$((BASE + 88))'), ('web_port_plain', '$((BASE + 81))'), ('web_bind', '127.0.0.1:$TLS'), ('web_upload_mib', '256')" >/dev/null
check station-starts station_up
phone 101
phone 102
phone 103 answer=auto
for n in 101 102 103; do check "$n-registers" registered $n 10; done

# ---- asking ----

ask() { curl -sk -m 120 -o "$WORK/got" -D "$WORK/head" -w '%{http_code}' "$@" >"$WORK/status"; }
got() { # got STATUS CURL...: the body is in $WORK/got
  want=$1
  shift
  ask "$@"
  [ "$(cat "$WORK/status")" = "$want" ] && return
  echo "    $* gave $(cat "$WORK/status"): $(head -c 300 "$WORK/got")"
  return 1
}
# is EXPRESSION: of Python, with the answer as `a`, its data as `d`
is() {
  python3 -c 'import json, sys
a = json.load(open(sys.argv[1])); d = a.get("data"); e = a.get("error", {})
r = eval(sys.argv[2])
if not r: print("   ", sys.argv[2], "of", json.dumps(a, ensure_ascii=False)[:600])
sys.exit(not r)' "$WORK/got" "$1"
}
field() { tr -d '\r' <"$WORK/head" | grep -iE "^$1: " | cut -d' ' -f2-; }
error() { # error STATUS CODE CURL...
  status=$1 code=$2
  shift 2
  got "$status" "$@" && is "e['code'] == '$code' and e['status'] == $status and len(e['reason']) > 5"
}
answers() { ask "$URL/api/index/check?api_key=$KEY" && [ "$(cat "$WORK/status")" = 200 ]; }
check front-is-there within 20 answers

# ---- check ----

checks() {
  got 200 "$URL/api/index/check?api_key=$KEY" && is "list(d) == ['api_user']" &&
    is "list(d['api_user']) == ['uuid', 'name', 'description', 'enable', 'api_key', 'group_uuid']" &&
    is "d['api_user']['api_key'] == '$KEY' and d['api_user']['enable'] == 'yes' and d['api_user']['group_uuid'] == '$GROUP'" &&
    got 200 "$URL/pbx/api/index/check?api_key=$KEY&context=office&uniqueid=1.1" &&
    is "list(d['access']) == ['uuid', 'name', 'description', 'group_uuid'] and d['access']['description'] == 'Входящая маршрутизация'" &&
    is "d['file'] is False" && got 200 "$URL/api/index/check?api_key=$OTHER&context=office" && is "'access' not in d"
}
keys() {
  got 200 -H "X-API-Key: $KEY" "$URL/api/index/check" && got 200 -H "Authorization: Bearer $KEY" "$URL/api/index/check" &&
    error 401 login-wanted "$URL/api/index/check" && error 401 wrong-key "$URL/api/index/check?api_key=off" &&
    error 401 wrong-key -H 'X-API-Key: wrong' "$URL/api/index/status" && error 405 method -X DELETE "$URL/api/index/check?api_key=$KEY" &&
    got 200 --data-urlencode "api_key=$KEY" "$URL/api/index/get_log_cdr" && error 404 not-found "$URL/api/index/nothing?api_key=$KEY"
}
check check checks
check keys keys

# ---- a recorded call ----

forget 102
say 101 dial 201
check it-rings event 102 CALL_INCOMING
statuses() {
  got 200 "$URL/api/index/status?api_key=$KEY" && is "len(d) == 2 and all(c['Event'] == 'Status' and c['Privilege'] == 'Call' for c in d)" &&
    is "list(d[0])[:35] == 'Event Privilege Channel ChannelState ChannelStateDesc CallerIDNum CallerIDName ConnectedLineNum ConnectedLineName Language AccountCode Context Exten Priority Uniqueid Linkedid Type DNID EffectiveConnectedLineNum EffectiveConnectedLineName TimeToHangup BridgeID Application Data Nativeformats Readformat Readtrans Writeformat Writetrans Callgroup Pickupgroup Seconds Variable'.split()[:33] + list(d[0])[33:35]" &&
    is "list(d[0])[-1] == 'ActionID' and all(isinstance(v, str) for c in d for v in c.values())" &&
    is "any(c['ChannelStateDesc'] == 'Ringing' and c['ChannelState'] == '5' for c in d)" &&
    is "any(c.get('MIXMONITOR_FILENAME', '').endswith('.wav') for c in d)"
}
filters() {
  got 200 "$URL/api/index/status?api_key=$KEY&exten=201" && is "len(d) >= 1 and all(c['Exten'] == '201' for c in d)" &&
    got 200 "$URL/api/index/status?api_key=$KEY&calleridnum=101" && is "len(d) == 1 and d[0]['CallerIDNum'] == '101'" &&
    got 200 "$URL/api/index/status?api_key=$KEY&connectedlinenum=101" && is "len(d) == 1" &&
    got 200 "$URL/api/index/status?api_key=$KEY&context=nowhere" && is "d == []" &&
    got 200 "$URL/api/index/status?api_key=$OTHER" && is "d == []" && got 200 "$URL/api/index/status?api_key=$ALL" && is "len(d) == 2"
}
check status statuses
check status-filters filters
say 102 accept
check they-talk event 101 CALL_ESTABLISHED
sleep 2
still_recorded() {
  UNIQUEID=$(sql "SELECT uniqueid FROM recording LIMIT 1")
  error 409 in-use "$URL/api/index/get_file_wav?api_key=$KEY&uniqueid=$UNIQUEID"
}
check not-while-it-is-recorded within 5 still_recorded
check it-ends hang_up 101 102
kept() { [ "$(sql "SELECT state FROM recording LIMIT 1")" = kept ]; }
check it-is-kept within 10 kept

# ---- its files ----

wav() {
  got 200 "$URL/api/index/get_file_wav?api_key=$KEY&uniqueid=$UNIQUEID" && cmp -s "$WORK/got" "$STATE/recordings/$UNIQUEID.wav" &&
    [ "$(field content-type)" = audio/wav ] && field content-disposition | grep -q "$UNIQUEID.wav"
}
ranges() {
  got 206 -r 100-299 "$URL/pbx/api/index/get_file_wav?api_key=$KEY&uniqueid=$UNIQUEID" && [ "$(stat -c %s "$WORK/got")" = 200 ] &&
    tail -c +101 "$STATE/recordings/$UNIQUEID.wav" | head -c 200 | cmp -s - "$WORK/got" &&
    got 416 -r 999999999- "$URL/api/index/get_file_wav?api_key=$KEY&uniqueid=$UNIQUEID"
}
mp3() { # there is only a WAV: it is made now (the Manager's action StationConvert)
  [ -z "$(sql "SELECT mp3 FROM recording LIMIT 1")" ] || echo "    there is an MP3 already"
  got 200 "$URL/api/index/get_file_mp3?api_key=$KEY&uniqueid=$UNIQUEID" && [ "$(field content-type)" = audio/mpeg ] &&
    cmp -s "$WORK/got" "$STATE/recordings/$(sql "SELECT mp3 FROM recording LIMIT 1")" && sox -t mp3 "$WORK/got" -n 2>/dev/null
}
files_of_others() {
  error 404 not-found "$URL/api/index/get_file_wav?api_key=$OTHER&uniqueid=$UNIQUEID" &&
    error 404 not-found "$URL/api/index/get_file_mp3?api_key=$OTHER&uniqueid=$UNIQUEID" &&
    error 404 not-found "$URL/api/index/get_file_mp3?api_key=$KEY&uniqueid=1.1" &&
    error 422 invalid "$URL/api/index/get_file_mp3?api_key=$KEY" && error 422 invalid "$URL/api/index/get_file_wav?api_key=$KEY&uniqueid=" &&
    got 200 "$URL/api/index/check?api_key=$KEY&uniqueid=$UNIQUEID" && is "d['file'] is True" &&
    got 200 "$URL/api/index/check?api_key=$OTHER&uniqueid=$UNIQUEID" && is "d['file'] is False"
}
check wav wav
check ranges ranges
check files-of-others files_of_others
check mp3-is-made mp3

# ---- uploads (the Manager's action StationSound): as PHP's curl_file_create sends them ----

"$TOOLS/tone" 440 1 "$WORK/test.wav"
upload() { # upload STATUS KEY FILE [CURL...]
  want=$1 key=$2 file=$3
  shift 3
  got "$want" -H 'Expect: 100-continue' -F "file=@$file;filename=/home/user/$(basename "$file");type=application/octet-stream" "$@" \
    "$URL/pbx/api/index/uploads?api_key=$key"
}
uploads() {
  upload 200 $KEY "$WORK/test.wav" && is "d['file'] == 'test' and d['state'] == 'ready' and d['original'] == 'test.wav' and d['ms'] == 1000" &&
    [ -s "$STATE/sounds/test.wav" ] && [ "$(sql "SELECT group_uuid FROM sound WHERE name = 'test'")" = $GROUP ] &&
    upload 200 $KEY "$WORK/test.wav" && is "d['state'] == 'ready'"
}
uploads_refused() {
  echo 'no sound' >"$WORK/no.wav"
  : >"$WORK/empty.wav"
  upload 422 $KEY "$WORK/no.wav" && is "e['code'] == 'invalid'" && upload 422 $KEY "$WORK/empty.wav" &&
    upload 409 $OTHER "$WORK/test.wav" && is "e['code'] == 'exists'" && upload 200 $OTHER "$WORK/test.wav" -F name=their-test &&
    error 422 invalid -F file=text "$URL/pbx/api/index/uploads?api_key=$KEY" &&
    error 400 malformed -d file=text "$URL/pbx/api/index/uploads?api_key=$KEY" &&
    error 405 method "$URL/pbx/api/index/uploads?api_key=$KEY" &&
    error 401 wrong-key -F "file=@$WORK/test.wav" "$URL/pbx/api/index/uploads?api_key=nobody"
  upload 422 $KEY "$WORK/test.wav" -F 'name=../../etc/passwd' && upload 422 $KEY "$WORK/test.wav" -F 'name=a,b'
}
too_long() { # 300 MB
  truncate -s 300M "$WORK/long.wav"
  got 413 -F "file=@$WORK/long.wav" "$URL/pbx/api/index/uploads?api_key=$KEY" && is "e['code'] == 'too-long' and e['status'] == 413"
}
no_leftovers() { [ -z "$(ls "$STATE/uploads")" ]; }
check uploads uploads
check uploads-refused uploads_refused
check upload-too-long too_long
check no-upload-is-left within 5 no_leftovers

# ---- originate ----

# 103 answers by itself and is led to 300, which writes down what it was given
userfield_is() { [ "$(sql "SELECT userfield FROM cdr WHERE dst = '300' ORDER BY rowid DESC LIMIT 1")" = "$1" ]; }
all=exten=300\&context=office\&priority=1
originates() {
  got 200 "$URL/api/index/originate?api_key=$ALL&channel=PJSIP/103&$all&callerid=777&variable=file=123,idcall=456" &&
    is "d['Response'] == 'Success' and d['Channel'].startswith('PJSIP/103-') and '.' in d['Uniqueid']" && within 15 userfield_is 123/456
}
originates_async() {
  got 200 "$URL/api/index/originate?api_key=$ALL&channel=PJSIP/103&$all&variable=file=7&variable=idcall=8&async=true" &&
    is "d['Message'] == 'Originate successfully queued'" && within 15 userfield_is 7/8
}
originates_json() {
  got 200 -H 'Content-Type: application/json' "$URL/pbx/api/index/originate" -H "X-API-Key: $ALL" \
    -d '{"channel":"PJSIP/103","exten":"300","context":"office","priority":1,"variable":{"file":"a, (b) \"c\"","idcall":9}}' &&
    within 15 userfield_is 'a, (b) "c"/9'
}
originates_php() { # http_build_query of an array
  got 200 "$URL/pbx/api/index/originate?api_key=$ALL" -d channel=PJSIP/103 -d exten=300 -d context=office -d priority=1 \
    --data-urlencode 'variable[file]=x,y' --data-urlencode 'variable[idcall]=z' && within 15 userfield_is 'x,y/z'
}
refused() {
  error 422 invalid "$URL/api/index/originate?api_key=$KEY&channel=PJSIP/101" &&
    error 404 not-found "$URL/api/index/originate?api_key=$ALL&channel=PJSIP/103&exten=999&context=office&priority=1" &&
    error 409 call-failed "$URL/api/index/originate?api_key=$ALL&channel=PJSIP/104&$all" &&
    error 404 not-found "$URL/api/index/originate?api_key=$OTHER&channel=PJSIP/103&$all" &&
    error 404 not-found "$URL/api/index/originate?api_key=$KEY&channel=PJSIP/104&$all" &&
    error 404 not-found "$URL/api/index/originate?api_key=$KEY&channel=Local/300@secret&$all" &&
    error 404 not-found "$URL/api/index/originate?api_key=$KEY&channel=AudioSocket/127.0.0.1&$all"
}
dangerous() { # T11, T12: line ends in each field, programs
  for p in channel exten context priority callerid variable async; do
    v=PJSIP/103
    case $p in exten) v=300 ;; context) v=office ;; priority) v=1 ;; variable) v=a=1 ;; async) v=true ;; esac
    q=$(echo "channel=PJSIP/103&$all&callerid=7&variable=a=1&async=true" | tr '&' '\n' | grep -v "^$p=" | tr '\n' '&')
    error 422 invalid "$URL/api/index/originate?api_key=$ALL&$q$p=$v%0D%0AApplication:%20System%0D%0AData:%20touch%20$WORK/ran" || return 1
  done
  error 422 invalid "$URL/api/index/originate?api_key=$ALL&channel=PJSIP/103&$all&variable=SHELL(touch%20$WORK/ran)=1" &&
    got 200 "$URL/api/index/originate?api_key=$ALL&channel=PJSIP/103&$all&application=System&data=touch%20$WORK/ran&variable=file=\$\{SHELL(touch%20$WORK/ran)\}" &&
    sleep 1 && [ ! -e "$WORK/ran" ]
}
check originate originates
check originate-async originates_async
check originate-json originates_json
check originate-php originates_php
check originate-refused refused
check originate-dangerous dangerous
check calls-end within 15 no_channels

# ---- records ----

today=$(date +%Y-%m-%d)
records() {
  got 200 -X POST "$URL/api/index/get_log_cdr?api_key=$KEY" && is "len(d) >= 1 and all(r['group_uuid'] == '$GROUP' for r in d)" &&
    is "list(d[0]) == 'accountcode src dst dcontext clid channel dstchannel lastapp lastdata start answer end duration billsec disposition amaflags userfield uniqueid linkedid peeraccount sequence source destination direction group_uuid'.split()" &&
    is "[r for r in d if r['uniqueid'] == '$UNIQUEID'][0]['duration'].isdigit() and d[0]['start'].startswith('$today')" &&
    is "all(isinstance(v, str) or v is None for r in d for v in r.values())" &&
    got 200 -d start="$today" -d end="$(date +%d.%m.%Y) 23:59" "$URL/pbx/api/index/get_log_cdr?api_key=$KEY" && is "len(d) >= 1" &&
    got 200 -H 'Content-Type: application/json' -d "{\"start\":\"2001-01-01T00:00\",\"end\":\"2001-01-02\"}" "$URL/api/index/get_log_cdr?api_key=$KEY" && is "d == []" &&
    got 200 -X POST "$URL/api/index/get_log_cdr?api_key=$OTHER" && is "d == []"
}
wrong_dates() {
  error 422 invalid -X POST "$URL/api/index/get_log_cdr?api_key=$KEY&start=31.02.2024" && is "'start' in e['reason']" &&
    error 422 invalid -d start=yesterday "$URL/api/index/get_log_cdr?api_key=$KEY" &&
    error 422 invalid -H 'Accept-Language: en' -d start=2024-02-02 -d end=2024-02-01 "$URL/api/index/get_log_cdr?api_key=$KEY" && is "'later' in e['reason']" &&
    error 400 malformed -H 'Content-Type: application/json' -d '[]' "$URL/api/index/get_log_cdr?api_key=$KEY" &&
    error 415 media-type -H 'Content-Type: text/plain' -d x "$URL/api/index/get_log_cdr?api_key=$KEY"
}
check records records
check wrong-dates wrong_dates

# ---- keys are in no log ----

no_key_in_logs() {
  ! grep -rqE "$KEY|$OTHER|$ALL" "$LOG" "$STATE/front" && grep -rq 'api/index/status' "$STATE/front"
}
check no-key-in-a-log no_key_in_logs
end
