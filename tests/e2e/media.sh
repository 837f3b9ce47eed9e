#!/bin/sh
# media.sh - audio files by the interface's REST: uploaded, converted or refused with the cause, listened to with ranges, described,
# replaced, removed (the Manager's action StationSoundRemove) unless a routing plays them; pieces of music on hold (StationMusic); nobody sees what
# is another group's
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
command -v nginx >/dev/null || { skip media "no nginx here"; finish; }
TLS=$((BASE + 43))
API=https://127.0.0.1:$TLS/pbx/api/v1
SALES=4c343af6-4a91-469a-a717-f682e52c830f
OTHERS=5c343af6-4a91-469a-a717-f682e52c830f

cat >"$WORK/routing" <<'X'
[office]
exten => _10X,1,Dial(PJSIP/${EXTEN},30)
exten => 300,1,Answer()
same => n,Playback(beep&ru/played)
X
check init office
sql "DELETE FROM settings WHERE name IN ('manager_bind', 'manager_tls_bind', 'http_bind', 'web_port_plain', 'web_bind', 'web_upload_mib');
INSERT INTO settings (name, value) VALUES ('manager_bind', '127.0.0.1:$((BASE + 38))'), ('manager_tls_bind', '127.0.0.1:$((BASE + 39))'),
 ('http_bind', '127.0.0.1:$((BASE + 88))'), ('web_port_plain', '$((BASE + 81))'), ('web_bind', '127.0.0.1:$TLS'), ('web_upload_mib', '20');
INSERT INTO \"groups\" (uuid, name) VALUES ('$SALES', 'sales'), ('$OTHERS', 'others')" >/dev/null
check station-starts station_up
CODE=$("$STATION" setup-code --state "$STATE" 2>/dev/null | grep -oE '[0-9A-Za-z]{4,}(-[0-9A-Za-z]+)+' | head -1)

# ---- asking, as a browser that is logged in ----

USER=root
ask() { # ask CURL...: the answer in $WORK/got, its status in $WORK/status
  curl -sk -m 60 -b "$WORK/jar.$USER" -c "$WORK/jar.$USER" -H "X-CSRF-Token: $(cat "$WORK/csrf.$USER" 2>/dev/null)" -H 'Accept-Language: en' \
    -D "$WORK/head" -o "$WORK/got" -w '%{http_code}' "$@" >"$WORK/status"
}
got() { # got STATUS CURL...
  want=$1
  shift
  ask "$@"
  [ "$(cat "$WORK/status")" = "$want" ] && return
  echo "    $* gave $(cat "$WORK/status"): $(head -c 400 "$WORK/got")"
  return 1
}
json() { # json METHOD STATUS PATH BODY
  got "$2" -X "$1" -H 'Content-Type: application/json' -d "$4" "$API$3"
}
has() { grep -q "$1" "$WORK/got" || { echo "    no $1 in $(head -c 600 "$WORK/got")"; return 1; }; }
logs_in() { # logs_in NAME PASSWORD
  USER=$1
  : >"$WORK/csrf.$USER"
  json POST 200 /session "{\"name\":\"$1\",\"password\":\"$2\"}" && keeps_token
}
keeps_token() { sed -n 's/.*"csrf":"\([0-9a-f]*\)".*/\1/p' "$WORK/got" >"$WORK/csrf.$USER" && [ -s "$WORK/csrf.$USER" ]; }
answers() { [ "$(curl -sk -o /dev/null -w '%{http_code}' "$API/session")" = 401 ]; }
sets_up() {
  json POST 201 /setup "{\"code\":\"$CODE\",\"name\":\"root\",\"password\":\"k7m2p-x9d4h-qw3ny\",\"language\":\"en\"}" && keeps_token &&
    json POST 201 /users "{\"name\":\"boss\",\"role\":\"manager\",\"groups\":[\"$SALES\"],\"password\":\"k7m2p-x9d4h-qw3nz\",\"enable\":true}" &&
    json POST 201 /users "{\"name\":\"other\",\"role\":\"manager\",\"groups\":[\"$OTHERS\"],\"password\":\"k7m2p-x9d4h-qw3nz\",\"enable\":true}" &&
    json POST 201 /users '{"name":"reader","role":"auditor","password":"k7m2p-x9d4h-qw3nz","enable":true}'
}
check the-interface-answers within 10 answers
check first-start sets_up
for u in boss other reader; do check "$u-logs-in" logs_in $u k7m2p-x9d4h-qw3nz; done
USER=root

# ---- uploads ----

"$TOOLS/tone" 440 2 "$WORK/Played (1).wav"
"$TOOLS/tone" 880 1 "$WORK/other.wav"
upload() { # upload STATUS FILE [CURL...]: the row's uuid in $UUID
  want=$1 file=$2
  shift 2
  got "$want" -F "file=@$file" "$@" "$API/sound/upload" || return 1
  UUID=$(sed -n 's/.*"uuid":"\([0-9a-f-]*\)".*/\1/p' "$WORK/got")
}
state_is() { ask "$API/sound/$1/state" && grep -q "\"state\":\"$2\"" "$WORK/got"; }
uploads() {
  upload 202 "$WORK/Played (1).wav" -F folder=ru -F name=played -F 'description=for the night' && has '"state":"waiting"\|"state":"ready"' &&
    PLAYED=$UUID && within 20 state_is "$PLAYED" ready && has '"ms":2000' && [ -s "$STATE/sounds/ru/played.wav" ]
}
names_itself() { upload 202 "$WORK/Played (1).wav" && has '"name":"Played_1"' && within 20 state_is "$UUID" ready; }
listed() { got 200 "$API/sound?sort=-created" && has '"name":"played"' && has '"description":"for the night"' && has '"ms":"2000"'; }
fails_with_the_cause() {
  echo 'no sound at all' >"$WORK/text.mp3"
  upload 202 "$WORK/text.mp3" && within 20 state_is "$UUID" failed && has '"says":".*no sound file' && FAILED=$UUID &&
    got 404 "$API/sound/$FAILED/audio" && got 200 -X DELETE "$API/sound/$FAILED" && has '"revision":null'
}
is_refused() {
  : >"$WORK/empty.wav"
  upload 422 "$WORK/empty.wav" && has 'empty' && upload 422 "$WORK/other.wav" -F 'name=../out' && has '"pointer":"/name"' &&
    upload 422 "$WORK/other.wav" -F 'name=a,b' && upload 409 "$WORK/other.wav" -F folder=ru -F name=played && has '"code":"exists"' &&
    got 400 -X POST -d file=x "$API/sound/upload"
}
without_token() { # T16: another site's form
  curl -sk -b "$WORK/jar.root" -F "file=@$WORK/other.wav" -o "$WORK/got" -w '%{http_code}' "$API/sound/upload" >"$WORK/status"
  [ "$(cat "$WORK/status")" = 403 ] && has '"code":"token-wanted"' &&
    [ "$(curl -sk -F "file=@$WORK/other.wav" -o /dev/null -w '%{http_code}' "$API/sound/upload")" = 401 ]
}
too_long() {
  truncate -s 21M "$WORK/long.wav"
  got 413 -F "file=@$WORK/long.wav" "$API/sound/upload" && has '"code":"too-long"' && has '"status":413'
}
no_leftovers() { [ -z "$(ls "$STATE/uploads")" ]; }
check uploads uploads
check without-a-name-it-has-the-files names_itself
check is-listed listed
check what-is-no-sound-fails-with-its-cause fails_with_the_cause
check wrong-ones-are-refused is_refused
check no-token-no-upload without_token
check too-long-is-a-problem too_long
check no-upload-is-left within 10 no_leftovers

# ---- listened to, described, replaced ----

listens() {
  got 200 "$API/sound/$PLAYED/audio" && cmp -s "$WORK/got" "$STATE/sounds/ru/played.wav" && grep -qi '^content-type: audio/wav' "$WORK/head" &&
    got 206 -r 44-143 "$API/sound/$PLAYED/audio" && [ "$(stat -c %s "$WORK/got")" = 100 ] &&
    tail -c +45 "$STATE/sounds/ru/played.wav" | head -c 100 | cmp -s - "$WORK/got" && got 404 "$API/sound/$SALES/audio"
}
describes() {
  json PATCH 200 "/sound/$PLAYED" "{\"description\":\"by day\",\"group_uuid\":\"$SALES\"}" && got 200 "$API/sound/$PLAYED" && has '"description":"by day"' &&
    has "\"group_uuid\":\"$SALES\"" && json PATCH 422 "/sound/$PLAYED" '{"state":"ready"}' && got 200 "$API/sound/$PLAYED/revisions" && has '"before":"for the night"'
}
of_groups() {
  USER=boss
  got 200 "$API/sound/$PLAYED/audio" && upload 202 "$WORK/other.wav" -F name=sales && within 20 state_is "$UUID" ready &&
    [ "$(sql "SELECT group_uuid FROM sound WHERE name = 'sales'")" = $SALES ] && json PATCH 422 "/sound/$UUID" "{\"group_uuid\":\"$OTHERS\"}" &&
    upload 422 "$WORK/other.wav" -F name=x -F "group_uuid=$OTHERS" || return 1
  USER=other
  got 404 "$API/sound/$PLAYED/audio" && got 404 "$API/sound/$PLAYED/state" && got 404 -X DELETE "$API/sound/$PLAYED" &&
    json PATCH 404 "/sound/$PLAYED" '{"description":"mine"}' && upload 409 "$WORK/other.wav" -F folder=ru -F name=played -F replace=yes || return 1
  USER=reader
  got 200 "$API/sound/$PLAYED/audio" && upload 403 "$WORK/other.wav" -F name=x && got 403 -X DELETE "$API/sound/$PLAYED"
}
replaces() {
  USER=root
  upload 202 "$WORK/other.wav" -F folder=ru -F name=played -F replace=yes && [ "$UUID" = "$PLAYED" ] && within 20 is_one_second
}
is_one_second() { state_is "$PLAYED" ready && grep -q '"ms":1000' "$WORK/got"; }
check listens listens
check describes describes
check groups of_groups
check replaces replaces
USER=root

# ---- removed ----

is_played() { got 200 "$API/sound/$PLAYED/references" && has '"name":"office"' && has 'Playback(beep&ru/played)' && sql "INSERT INTO realtime_extensions (context, exten, priority, app, appdata) VALUES ('night', '301', 1, 'Playback', 'played')" >/dev/null &&
    got 200 "$API/sound/$PLAYED/references" && has '"name":"night"' && has '"field":"301, 1: Playback"'; }
removal() {
  got 409 -X DELETE "$API/sound/$PLAYED" && has '"code":"in-use"' && [ -s "$STATE/sounds/ru/played.wav" ] &&
    got 200 -X DELETE "$API/sound/$PLAYED?force=1" && has '"revision":null' && [ ! -e "$STATE/sounds/ru/played.wav" ] && got 404 "$API/sound/$PLAYED" &&
    got 404 -X DELETE "$API/sound/$PLAYED"
}
is_in_the_journal() { got 200 "$API/revision" && has "\"uuid\":\"$PLAYED\",\"name\":\"played\",\"action\":\"remove\""; }
check who-plays-it is_played
check removal removal
check journal is_in_the_journal

# ---- music on hold ----

sql "INSERT INTO musiconhold (uuid, name, mode, directory) VALUES ('aaaaaaaa-1111-4111-8111-111111111111', 'shop', 'files', 'shop'),
 ('bbbbbbbb-1111-4111-8111-111111111111', 'machine', 'files', '/srv/music')" >/dev/null
CLASS=musiconhold/aaaaaaaa-1111-4111-8111-111111111111
music() { # music STATUS FILE [CURL...]
  want=$1 file=$2
  shift 2
  got "$want" -F "file=@$file" "$@" "$API/$CLASS/upload"
}
pieces() {
  got 200 "$API/$CLASS/files" && has '"items":\[\],"is_ours":true' && music 201 "$WORK/Played (1).wav" && has '"name":"Played_1"' &&
    music 201 "$WORK/other.wav" -F name=a-first && [ -s "$STATE/moh/shop/Played_1.wav" ] &&
    got 200 "$API/$CLASS/files" && has '"items":\[{"name":"Played_1","bytes":32044},{"name":"a-first","bytes":16044}\]' &&
    got 206 -r 0-3 "$API/$CLASS/files/a-first" && [ "$(cat "$WORK/got")" = RIFF ]
}
pieces_refused() {
  music 422 "$WORK/text.mp3" && has 'no sound file' && music 422 "$WORK/other.wav" -F name=../x && music 422 "$WORK/other.wav" -F name=a/b &&
    got 404 "$API/$CLASS/files/..%2f..%2fstation.db" && got 404 "$API/$CLASS/files/none" &&
    got 422 -F "file=@$WORK/other.wav" "$API/musiconhold/bbbbbbbb-1111-4111-8111-111111111111/upload" && has "outside" &&
    got 200 "$API/musiconhold/bbbbbbbb-1111-4111-8111-111111111111/files" && has '"is_ours":false' || return 1
  USER=boss
  music 403 "$WORK/other.wav" && got 403 -X DELETE "$API/$CLASS/files/a-first" && got 200 "$API/$CLASS/files"
}
piece_removed() {
  USER=root
  got 204 -X DELETE "$API/$CLASS/files/a-first" && [ ! -e "$STATE/moh/shop/a-first.wav" ] && got 200 "$API/$CLASS/files" &&
    has '"items":\[{"name":"Played_1","bytes":32044}\]'
}
check pieces-of-music-on-hold pieces
check wrong-pieces-are-refused pieces_refused
USER=root
check a-piece-is-removed piece_removed
check no-piece-is-left-behind within 10 no_leftovers
end
