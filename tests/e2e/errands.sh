#!/bin/sh
# errands.sh - FILE, STAT, CURL and SHELL through the roles as they run, with their users and their sandbox
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

WEB=$((BASE + 91))
FILES=$(mktemp -d /var/tmp/station-errands-XXXXXX) # /tmp is shut when it holds the state directory
mkdir -p "$WORK/web"
chmod 777 "$FILES"
echo 'first line' >"$FILES/list"
chmod 644 "$FILES/list"
echo 'from the web' >"$WORK/web/page"
cat >"$WORK/routing" <<X
[office]
exten => 510,1,NoOp()
same => n,Verbose(0,file=\${FILE($FILES/list,0,1,l):0:10} size=\${STAT(s,$FILES/list)})
same => n,Set(FILE($FILES/made,,,al,u)=written)
same => n,Verbose(0,made=\${FILE($FILES/made):0:7})
same => n,Verbose(0,outside=[\${FILE(/etc/passwd)}\${FILE($FILES/../../../$STATE/station.db)}])
same => n,Verbose(0,web=\${CURL(http://127.0.0.1:$WEB/page)} stranger=[\${CURL(http://127.0.0.2:$WEB/page)}])
same => n,Verbose(0,shell=[\${SHELL(echo no)}])
same => n,Verbose(0,over)
exten => 511,1,Verbose(0,shell=[\${SHELL(id -un):0:-1}])
X
check init office
python3 -m http.server --bind 127.0.0.1 --directory "$WORK/web" "$WEB" >/dev/null 2>&1 &
web_pid=$!
check web-server within 20 python3 -c "import socket; socket.create_connection(('127.0.0.1', $WEB))"
"$STATION" sql --state "$STATE" "INSERT INTO settings (name, value) VALUES ('file_folders', '$FILES'), ('curl_hosts', '127.0.0.1:$WEB')" >/dev/null
check starts start_station
ctl "channel originate Local/510@office application Wait 1" >/dev/null
check over within 20 grep -q ': over call=' "$LOG"
said() { grep -qF "$1" "$LOG"; }
check file-is-read said 'file=first line size=11'
check file-is-written said 'made=written'
check outside-is-refused said 'outside=[]'
check page-is-fetched said 'web=from the web stranger=[]'
check host-is-refused said 'setting curl_hosts does not name host 127.0.0.2'
check shell-is-refused said 'shell=[]'
mkdir -p "$STATE/agi-bin"
printf '#!/bin/sh\nexec /bin/sh -c "$1"\n' >"$STATE/agi-bin/system"
chmod 755 "$STATE/agi-bin/system"
ctl "channel originate Local/511@office application Wait 1" >/dev/null
who=$(id -un)
[ "$(id -u)" = 0 ] && who=station-script
check shell-runs within 20 grep -qF "shell=[$who]" "$LOG"
kill $web_pid
wait $web_pid 2>/dev/null
rm -rf "$FILES"
finish
