#!/bin/sh
# notify.sh - mails and webhooks: sent, signed, sent again, by a role that dies; addresses that they may not reach
. "$(dirname "$0")/lib.sh"
SMTP=$((BASE + 25)) HOOK=$((BASE + 81))
sql() { "$STATION" sql --state "$STATE" "$1"; }
has() { grep -q "$2" "$WORK/$1" 2>/dev/null; }
mail() { sql "insert into outbox (created, kind, recipient, subject, text, state) values (strftime('%s','now'), 'mail', '$1', '$2', '$3', 'waiting')" >/dev/null; }
outbox_says() { sql "select state || ' ' || error from outbox where recipient = '$1'" | grep -q "$2"; }
queue_says() { sql "select q.state || ' ' || q.error from webhook_queue q join webhook w on w.uuid = q.webhook_uuid where w.name = '$1'" | grep -q "$2"; }
call() { ctl 'channel originate Local/600@office application Wait 0.1' >/dev/null; }
hook() { sql "insert into webhook (name, url, events, secret, headers) values ('$1', '$2', '$3', '$4', '$5')" >/dev/null; }

python3 tests/e2e/notify-peer.py $SMTP $HOOK "$WORK" &
peer=$!
"$STATION" init --state "$STATE" --sip-port $((BASE + 60)) --bind 127.0.0.1 >"$WORK/out" 2>&1
sql "insert into settings (name, value) values ('smtp_host','127.0.0.1'), ('smtp_port','$SMTP'), ('smtp_security','none'),
  ('mail_from','Станция <pbx@example.com>'), ('webhook_allow','127.0.0.1'), ('manager_bind','127.0.0.1:$((BASE + 38))'), ('http_enabled','no')" >/dev/null
sql "insert into realtime_extensions (context, exten, priority, app, appdata) values ('office', '600', 1, 'Answer', ''), ('office', '600', 2, 'Wait', '1')" >/dev/null
start_station || cat "$LOG"
check role-is-up within 5 role_is_up notify

is_sent() { mail a@example.com 'Пароль' 'Здравствуйте, мир' && within 5 has texts 'Здравствуйте, мир'; }
subject_is_encoded() { has mails '^Subject: =?UTF-8?B?0J/QsNGA0L7Qu9GM?='; }
text_is_wiped() { within 5 outbox_says a@example.com sent && [ -z "$(sql "select text from outbox where recipient = 'a@example.com'" | grep мир)" ]; }
no_header_by_a_subject() { mail b@example.com "x$(printf '\r\n')Bcc: evil@example.com" y && within 5 outbox_says b@example.com sent && ! has mails '^Bcc:'; }
refused_for_good() { mail nobody@example.com x y && within 5 outbox_says nobody@example.com 'failed .*550'; }
no_address() { mail 'a@b.c>,<d@e.f' x y && within 5 outbox_says 'a@b.c>,<d@e.f' 'no address'; }
check mail-is-sent is_sent
check subject-is-encoded subject_is_encoded
check text-is-wiped text_is_wiped
check no-header-by-a-subject no_header_by_a_subject
check refused-for-good refused_for_good
check no-address no_address

logs_in() {
  sql "insert into settings (name, value) values ('smtp_user','postman'), ('smtp_password','pass-6620')" >/dev/null
  mail d@example.com x y && within 5 grep -qaP '\x00postman\x00pass-6620' "$WORK/logins" && ! grep -q pass-6620 "$LOG"
}
check logs-in logs_in
tries_mail() { "$STATION" mail test c@example.com --state "$STATE" >"$WORK/out" 2>&1 && has mails '^To: <c@example.com>'; }
tries_in_vain() { ! "$STATION" mail --state "$STATE" test nobody@example.com >"$WORK/out" 2>&1 && has out 550; }
check mail-test tries_mail
check mail-test-says-why tries_in_vain
shows_outbox() { ctl 'outbox show' | grep -q 'failed .*nobody@example.com .*550'; }
check outbox-show shows_outbox

# ---- webhooks ----

hook good "http://127.0.0.1:$HOOK/good" 'call.begin, call.end' topsecret 'X-Extra: 7'
hook private "http://127.0.0.2:$HOOK/private" '' '' ''
hook name "http://localhost.:1/name" '' '' ''
hook file "file:///etc/passwd" '' '' ''
hook elsewhere "http://127.0.0.1:$HOOK/elsewhere" call.end '' ''
sql "update webhook set enable = 'yes'" >/dev/null

signature_is_right() {
  python3 - "$WORK/hooks" <<'PY'
import hashlib, hmac, json, sys
for line in open(sys.argv[1]):
    h = json.loads(line)
    t, v = (part.split("=")[1] for part in h["signature"].split(","))
    assert v == hmac.new(b"topsecret", (t + "." + h["body"]).encode(), hashlib.sha256).hexdigest()
    body = json.loads(h["body"])
    assert body["id"] == h["delivery"] and body["event"] == h["event"] and h["extra"] == "7", h
PY
}
called() { call && within 5 has hooks '"event": "call.begin"' && within 5 has hooks '"event": "call.end"'; }
check call-is-told called
check signature-is-right signature_is_right
check private-address-is-refused within 5 queue_says private 'webhook_allow does not name'
check only-http within 5 queue_says file failed
check no-redirection within 5 queue_says elsewhere 'answered 302'
nothing_moved() { ! has hooks moved && ! has hooks private; }
check nothing-went-elsewhere nothing_moved

shows_hooks() { ctl 'webhook show' | grep -q '^private .*webhook_allow'; }
check webhook-show shows_hooks

# ---- a locked database, deaths ----

lock_database() {
  python3 - "$STATE/station.db" "$WORK/locked" <<'PY'
import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
db.execute("begin immediate")
open(sys.argv[2], "w").close()
while os.path.exists(sys.argv[2]):
    time.sleep(0.05)
db.execute("rollback")
PY
}
ends() { grep -c '"event": "call.end"' "$WORK/hooks"; }
more_ends() { [ "$(ends)" -gt "$seen" ]; }
outlives_a_lock() {
  seen=$(ends)
  lock_database &
  within 5 test -e "$WORK/locked" && call && within 10 grep -q 'mails and webhooks wait' "$LOG"
  rm -f "$WORK/locked"
  wait $!
  within 20 more_ends
}
check outlives-a-locked-database outlives_a_lock

count() { grep -c '"event": "call.end"' "$WORK/hooks"; }
survives() {
  before=$(count)
  touch "$WORK/down"
  call && call && call
  within 5 queue_says good 'waiting answered 503' || return 1
  mail late@example.com x 'поздно'
  within 5 outbox_says late@example.com 451 || return 1
  kill -9 "$(role_pid notify)"
  rm "$WORK/down"
  within 5 role_is_up notify && within 30 has texts 'поздно' && within 30 [ "$(sql "select count(*) from webhook_queue q join webhook w on w.uuid = q.webhook_uuid where w.name = 'good' and q.state <> 'sent'" | tr -dc 0-9)" = 0 ]
  [ "$(count)" -ge $((before + 3)) ]
}
all_there() { [ "$(count)" -ge $((before + 3)) ]; }
survives
check nothing-is-lost-by-a-death within 30 all_there
check late-mail within 30 has texts 'поздно'

kill $peer
finish
