#!/bin/sh
# data.sh - init, sql and import by themselves: what a new state directory holds, the manual's recipes
# word for word, an import that fails changes nothing
. "$(dirname "$0")/lib.sh"
sql() { "$STATION" sql --state "$STATE" "$@"; }
is() { [ "$(sql "$2")" = "$1" ]; }

check init "$STATION" init --state "$STATE" --sip-port 5790 --bind 127.0.0.1
check directory-is-2770 test "$(stat -c %a "$STATE")" = 2770
check passwords-are-0640 test "$(stat -c %a "$STATE/phones.txt")" = 640
check key-is-0640 test "$(stat -c %a "$STATE/tls/station.pem")" = 640
check database-is-0660 test "$(stat -c %a "$STATE/station.db")" = 660
check four-phones test "$(awk -F'\t' 'NF == 2 && $1 ~ /^10[1-4]$/ && length($2) >= 12' "$STATE/phones.txt" | wc -l)" = 4
check passwords-are-the-database-s test "$(cut -f2 "$STATE/phones.txt")" = "$(sql 'SELECT password FROM ps_auths ORDER BY username')"
check ports is '127.0.0.1:5790
127.0.0.1:5790
127.0.0.1:5791' "SELECT var_val FROM static_pjsip WHERE var_name = 'bind' ORDER BY id"
check every-object-has-a-uuid is 5 "SELECT count(DISTINCT uuid) FROM ps_endpoints WHERE length(uuid) = 36"

before=$(cat "$STATE/phones.txt"; sql 'SELECT password FROM ps_auths')
check init-again "$STATION" init --state "$STATE"
check nothing-was-overwritten test "$before" = "$(cat "$STATE/phones.txt"; sql 'SELECT password FROM ps_auths')"

# recordings on several channels, as the manual writes it
sql 'INSERT INTO realtime_extensions (context,exten,priority,app,appdata) VALUES ("internal","900",1,"MixMonitor","x.wav")' >/dev/null
check select-recipe test "$(sql 'SELECT * FROM `realtime_extensions` WHERE `app` = "MixMonitor";' | wc -l)" = 1
check update-recipe sql 'UPDATE `realtime_extensions` SET `appdata` = "${UNIQUEID}.wav,,${MIXMONITOR_COMMAND}"
WHERE `app` = "MixMonitor";'
check update-took is '${UNIQUEID}.wav,,${MIXMONITOR_COMMAND}' 'SELECT appdata FROM realtime_extensions WHERE app = "MixMonitor"'
check global-is-there is 1 'SELECT count(*) FROM static_extensions WHERE category = "globals" and var_name = "MIXMONITOR_COMMAND"'

# the transport's recipe, from standard input
recipe() {
  cat <<'X' | "$STATION" sql --state "$STATE"
update `static_sorcery` set `commented` = 1 where `filename` = "sorcery.conf" and `category` =
"res_pjsip" and `var_name` = "transport";

insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-udp","external_media_address","1.1.1.1");
delete from static_pjsip where category = "transport-tls";
X
}
check transport-recipe recipe
check recipe-took is 1.1.1.1 'SELECT var_val FROM static_pjsip WHERE var_name = "external_media_address"'
check wrong-sql-is-told sh -c '! "$0" sql --state "$1" "SELEC 1" 2>"$2" && grep -q SELEC "$2"' "$STATION" "$STATE" "$WORK/err"
check no-station-is-told sh -c '! "$0" sql --state "$1/none" "SELECT 1" 2>"$1/err" && grep -q init "$1/err"' "$STATION" "$WORK"

rows='SELECT count(*) FROM ps_endpoints; SELECT count(*) FROM realtime_extensions'
before=$(sql "$rows")
mkdir "$WORK/empty"
check empty-import-fails sh -c '! "$0" import --state "$1" "$2" 2>/dev/null' "$STATION" "$STATE" "$WORK/empty"
check nothing-changed test "$before" = "$(sql "$rows")"
check import "$STATION" import --state "$STATE" --report "$WORK/report" tests/golden/import-peer
check sound-folder test ! -e "$STATE/sounds/office"
check import-with-sounds "$STATION" import --state "$STATE" tests/golden/import-office
check sounds-came-along test -r "$STATE/sounds/office/hello.wav"
check bare-init "$STATION" init --state "$WORK/bare" --bare
check bare-has-no-phones test ! -e "$WORK/bare/phones.txt"
finish
