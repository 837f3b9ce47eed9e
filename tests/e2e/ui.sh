#!/bin/sh
# ui.sh - the interface in Chromium against a real station: the first start up to the first call, live tiles, a recording,
# codes, a forgotten password, a killed engine; phones are baresip, the mail server is a real one
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
UI=${UI:-$(dirname "$STATION")/ui}
SOURCE=$PWD/ui
WEB=$((BASE + 43)) SMTP=$((BASE + 80))
export STATION STATE
if [ ! -d "$UI/dist/assets" ]; then
  skip ui "the build is without the interface: $UI/dist"
  finish
fi
"$STATION" init --state "$STATE" --sip-port "$SIP" --bind 127.0.0.1 >"$WORK/init.log" 2>&1
setting() { sql "INSERT INTO settings (name, value) VALUES ('$1', '$2') ON CONFLICT (name) DO UPDATE SET value = excluded.value" >/dev/null; }
setting web_bind "127.0.0.1:$WEB"
setting http_bind "127.0.0.1:$((BASE + 88))"
setting manager_bind "127.0.0.1:$((BASE + 38))"
setting manager_tls_bind "127.0.0.1:$((BASE + 39))"
setting smtp_host 127.0.0.1
setting smtp_port "$SMTP"
setting smtp_security none
setting web_redirect no
setting mail_from pbx@example.com
python3 tests/e2e/notify-peer.py $SMTP $((BASE + 81)) "$WORK" &
pids="$pids $!"
: >"$WORK/orders"

in_ui() { sh "$SOURCE/build.sh" run "$SOURCE" "$UI" "$@"; }
# The page's half tells in $WORK/facts what it sees ("phones 100=... 101=..."), and reads in $WORK/orders what was done here.
begin_pages() {
  STATION_URL="https://127.0.0.1:$WEB/pbx/" CODE="$("$STATION" setup-code --state "$STATE")" FOLDER="$WORK" \
    SHOTS="${SHOTS:-$UI/shots-real}" in_ui node e2e/station.ts >"$WORK/pages.log" 2>&1 &
  pages=$!
  pids="$pids $pages"
}
told() { grep -q "^$1" "$WORK/facts" 2>/dev/null; }
is_told() { within "$1" told "$2" && return; sed 's/^/  /' "$WORK/pages.log"; return 1; }
order() { echo "$1" >>"$WORK/orders"; }
password_of() { sed -n "s/^phone $1 //p" "$WORK/facts"; }

check station-starts station_up
within 10 curl -sk -o /dev/null "https://127.0.0.1:$WEB/pbx/"
begin_pages
check first-start is_told 60 ready
for n in 100 101; do
  phone $n password="$(password_of $n)"
  check "phone-$n-registers" registered $n 10
done
order registered
check tiles-count-phones is_told 30 'online 2'
check calls call 100 101
order calling
check call-is-seen-within-a-second is_told 10 call-seen
check they-talk talk 100 101
kill -9 "$(role_pid engine)"
check page-says-that-the-engine-is-gone is_told 15 engine-lost
check page-says-that-it-is-back is_told 30 engine-back
caller_channel() { ctl "core show channels concise" | sed -n 's/!.*//p' | head -1; }
records() { ctl "mixmonitor start $(caller_channel) on-the-page.wav" >/dev/null; }
check is-recorded records
order recorded
check active-calls-tell-it is_told 15 listed
sleep 3
check hangs-up hang_up 100 101
order ended
check recording-plays-on-the-page is_told 30 played
mail_came() { grep -q '/pbx/recovery#' "$WORK/texts"; }
check codes is_told 60 totp-works
check letter-is-asked-for is_told 30 letter
check letter-comes within 10 mail_came
order "link $(sed -n 's,.*/pbx/recovery#\([^ ]*\).*,\1,p' "$WORK/texts" | tail -1)"
check password-is-another is_told 60 recovered
check screens is_told 240 done
all_well() { grep -q '^[0-9]* passed, 0 failed$' "$WORK/pages.log" || { sed 's/^/  /' "$WORK/pages.log"; return 1; }; }
wait "$pages"
check no-fault-on-any-page all_well
end
