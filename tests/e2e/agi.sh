#!/bin/sh
# agi.sh - programs of the administrator in a call: what they may, what they see, how they end
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh

AGI_PORT=$((BASE + 90))

cat >"$WORK/routing" <<'X'
[office]
exten => 500,1,AGI(all.sh,one,two)
same => n,Verbose(0,after=${RESULT} status=${AGISTATUS})
same => n,Hangup()
exten => 501,1,AGI(nosuch.sh)
same => n,Verbose(0,missing=${AGISTATUS})
exten => 502,1,Answer()
same => n,AGI(forever.sh)
exten => 503,1,AGI(../escape.sh)
same => n,Verbose(0,escape=${AGISTATUS})
exten => 504,1,AGI(who.sh)
exten => 505,1,AGI(agi://127.0.0.1:AGI_PORT/where?x=1,one)
same => n,Verbose(0,server=${AGISTATUS} told=${TOLD})
exten => 506,1,AGI(agi://192.0.2.9/x)
same => n,Verbose(0,stranger=${AGISTATUS})
X
sed -i "s/AGI_PORT/$AGI_PORT/" "$WORK/routing"
check init office
A=$STATE/agi-bin
mkdir -p "$A"
cat >"$A/all.sh" <<'X'
#!/bin/sh
# the variables at the start, up to an empty line
while read -r line && [ -n "$line" ]; do case $line in agi_extension*|agi_arg_*|agi_callerid:*) seen="$seen ${line#*: }" ;; esac; done
ask() { echo "$*"; read -r answer; }
ask ANSWER
ask "SET VARIABLE RESULT \"from the program\""
ask "GET VARIABLE RESULT"
got=$answer
ask "GET FULL VARIABLE \${EXTEN:1}"
full=$answer
ask "CHANNEL STATUS"
state=$answer
ask "EXEC NoOp hello"
ask "NONSENSE"
wrong=$answer
ask "VERBOSE \"seen=$seen got=$got full=$full state=$state wrong=$wrong\" 1"
X
cat >"$A/forever.sh" <<'X'
#!/bin/sh
while read -r line && [ -n "$line" ]; do :; done
echo "VERBOSE \"forever pid=$$\" 1"
while read -r line; do :; done
exec sleep 600
X
cat >"$A/who.sh" <<X
#!/bin/sh
while read -r line && [ -n "\$line" ]; do :; done
can=no file=no
cat '$STATE/station.db' >/dev/null 2>&1 && can=yes
echo x >/var/tmp/station-agi-\$\$ && file=yes
rm -f /var/tmp/station-agi-\$\$
echo "VERBOSE \"user=\$(id -un) database=\$can tmp=\$file\" 1"
read -r line
X
: >"$STATE/escape.sh"
chmod 755 "$A"/*.sh "$STATE/escape.sh"
check station-starts station_up
phone 101
check 101-registers registered 101 10

dial() {
  forget 101
  say 101 dial "$1"
  event 101 CALL_CLOSED "${2:-6}"
}
check program-runs dial 500
check it-saw-its-arguments grep -q 'seen= 101 500 one two\|seen= 500 101 one two\|seen= .*one two' "$LOG"
check it-read-a-variable grep -q 'got=200 result=1 (from the program)' "$LOG"
check it-read-an-expression grep -q 'full=200 result=1 (00)' "$LOG"
check channel-status grep -q 'state=200 result=6' "$LOG"
check unknown-command-is-510 grep -q 'wrong=510' "$LOG"
check its-variable-stays grep -q 'after=from the program status=SUCCESS' "$LOG"
check missing-program dial 501
check missing-is-told grep -q 'missing=FAILURE\|missing=NOTFOUND' "$LOG"
check no-way-out dial 503
check escape-is-refused grep -q 'escape=FAILURE\|escape=NOTFOUND' "$LOG"

hangup_ends_it() {
  forget 101
  say 101 dial 502
  event 101 CALL_ESTABLISHED && within 5 grep -q 'forever pid=' "$LOG" || return 1
  pid=$(sed -n 's/.*forever pid=\([0-9]*\).*/\1/p' "$LOG")
  kill -0 "$pid" || return 1
  say 101 hangup
  event 101 CALL_CLOSED && within 12 gone "$pid"
}
gone() { ! kill -0 "$1" 2>/dev/null; }
check hang-up-ends-the-program hangup_ends_it
check station-lives within 5 no_channels
check program-of-504 dial 504
if [ "$(id -u)" = 0 ]; then
  check runs-as-its-own-user grep -q 'user=station-script' "$LOG"
  check cannot-read-the-database grep -q 'database=no' "$LOG"
  check may-write-to-var-tmp grep -q 'tmp=yes' "$LOG"
fi

# a server of the same machine
python3 - "$AGI_PORT" <<'X' &
import socket, sys
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
s.settimeout(60)
c = s.accept()[0].makefile("rw", newline="\n")
seen = {}
for line in iter(lambda: c.readline().strip(), ""):
    name, _, value = line.partition(": ")
    seen[name] = value
c.write('SET VARIABLE TOLD "%s %s %s"\n' % (seen["agi_network"], seen["agi_network_script"], seen["agi_arg_1"]))
c.flush()
c.readline()
X
SERVER=$!
listens() { grep -q ":$(printf %04X "$AGI_PORT") .* 0A " /proc/net/tcp; }
check server-listens within 10 listens
check server-is-asked dial 505
check it-had-its-script grep -q 'server=SUCCESS told=yes where?x=1 one' "$LOG"
kill "$SERVER" 2>/dev/null
wait "$SERVER" 2>/dev/null
check stranger-is-not-asked dial 506
check stranger-is-a-failure grep -q 'stranger=FAILURE' "$LOG"
check stranger-is-named grep -q 'setting agi_hosts.*192.0.2.9' "$LOG"
end
