#!/bin/sh
# manager-clients.sh - programs that others wrote for Asterisk: npm's asterisk-manager and asterisk-ami-client
# originate calls between two phones and follow them, also over the death of the engine; ding-dong, a server
# of FastAGI, steers calls of the routing
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
need node npm
HERE=$ROOT/tests/e2e/clients
MODULES=$TOOLS/clients
AMI=$((BASE + 30))
AGI=$((BASE + 32))

# as the lock file says; once for each build
modules() {
  cmp -s "$HERE/package-lock.json" "$MODULES/installed" && return
  mkdir -p "$MODULES" && cp "$HERE/package.json" "$HERE/package-lock.json" "$HERE/.npmrc" "$MODULES/" &&
    (cd "$MODULES" && timeout 120 npm ci --omit=dev --ignore-scripts) >"$WORK/npm.log" 2>&1 &&
    cp "$HERE/package-lock.json" "$MODULES/installed" && return
  tail -n 20 "$WORK/npm.log"
  return 1
}
script() { NODE_PATH=$MODULES/node_modules exec node "$HERE/$1.js" "$2" crm "${3:-crm: secret=1}"; } # NAME PORT [SECRET]

cat >"$WORK/routing" <<X
[office]
exten => _10X,1,Dial(PJSIP/\${EXTEN},20)
exten => 500,1,Set(SEEN=from the routing)
same => n,AGI(agi://127.0.0.1:$AGI/menu?x=1,first)
same => n,Verbose(0,never here)
exten => 501,1,AGI(agi://127.0.0.1:$AGI/keys)
same => n,Verbose(0,keys=\${KEYS} number=\${CALLERID(num)} name=\${CALLERID(name)} state=\${STATE} agi=\${AGISTATUS})
same => n,Hangup()
exten => 502,1,AGI(agi://127.0.0.1:$AGI/dial)
same => n,Verbose(0,dialled=\${DIALLED} \${DIALSTATUS})
exten => 503,1,AGI(agi://127.0.0.1:$AGI/leaves)
exten => h,1,Verbose(0,told=\${TOLD} agi=\${AGISTATUS})
X
office_with_clients() {
  office && "$STATION" sql --state "$STATE" >>"$WORK/sql.log" 2>&1 <<X
INSERT INTO manager (name,secret,"read","write") VALUES ('crm','crm: secret=1','all','all');
REPLACE INTO settings (name,value) VALUES ('manager_bind','127.0.0.1:$AMI'),('manager_tls_bind','127.0.0.1:$((AMI + 1))'),
 ('http_enabled','no');
X
}

# ---- clients of the Manager ----

client() { # client NAME: in the background, steered by `step`
  mkfifo "$WORK/$1.fifo"
  script "$1" $AMI <"$WORK/$1.fifo" >"$WORK/$1.steps" 2>&1 &
  pids="$pids $!"
  case $1 in
    asterisk-manager) exec 8>"$WORK/$1.fifo" ;;
    *) exec 9>"$WORK/$1.fifo" ;;
  esac
}
answers() { grep -cE '^(ok|FAILED) ' "$WORK/$1.steps"; }
more_answers() { [ "$(answers "$1")" -gt "$2" ]; }
step() { # step CLIENT STEP...: said and done
  who=$1
  shift
  had=$(answers "$who")
  case $who in
    asterisk-manager) echo "$*" >&8 ;;
    *) echo "$*" >&9 ;;
  esac
  within 45 more_answers "$who" "$had" && grep -E '^(ok|FAILED) ' "$WORK/$who.steps" | tail -n 1 | grep -q '^ok ' && return
  echo "  $who: $(grep -E "^(ok|FAILED) " "$WORK/$who.steps" | tail -n 1)"
  return 1
}
both_forget() { step asterisk-manager forget && step asterisk-ami-client forget; }
follows() { # follows CLIENT OTHER: its own call, from Originate to Hangup; the other one sees the same
  check "both-forget-before-$1" both_forget
  check "$1-originates-and-follows" step "$1" call 101 102
  check "$2-sees-the-call-of-$1" step "$2" hears_of_a_call
  check "phones-talk-by-$1" talk 101 102
  check "$1-asks-and-is-answered" step "$1" asks
  check "$1-hangs-up" step "$1" hang_up
  check "$2-sees-the-end" step "$2" ended
  check "no-call-is-left-by-$1" within 5 no_channels
}

check npm-installs modules
check init office_with_clients
mkdir -p "$STATE/sounds/ru"
"$TOOLS/tone" 1500 1 "$STATE/sounds/ru/said.wav"
"$TOOLS/tone" 1500 20 "$STATE/sounds/ru/long.wav"
[ "$(id -u)" != 0 ] || chown -R root:station "$STATE/sounds"
chmod -R g+rX "$STATE/sounds"
check station-starts station_up
phone 101 answer=auto
phone 102 answer=auto
for p in 101 102; do check "$p-registers" registered $p 10; done
client asterisk-manager
client asterisk-ami-client
for c in asterisk-manager asterisk-ami-client; do check "$c-logs-in" step $c connected; done
check asterisk-manager-sees-that-all-is-booted step asterisk-manager sees FullyBooted
wrong_secret() { (script asterisk-ami-client $AMI wrong </dev/null) | grep -q '^FAILED login: AMI message: Authentication failed$'; }
check wrong-secret-is-refused wrong_secret
follows asterisk-manager asterisk-ami-client
follows asterisk-ami-client asterisk-manager

# ---- the engine dies ----

check they-forget both_forget
check call-before-the-engine-dies step asterisk-ami-client call 101 102
check the-other-sees-it step asterisk-manager hears_of_a_call
check they-forget-again both_forget
kill -9 "$(role_pid engine)"
check asterisk-ami-client-comes-back step asterisk-ami-client comes_back 3000
check its-call-is-there step asterisk-ami-client call_is_there
check phones-still-talk talk 101 102
check asterisk-manager-comes-back step asterisk-manager comes_back 15000 # it waits for ten seconds
check asterisk-manager-finds-the-call step asterisk-manager call_is_there
check asterisk-manager-hangs-up step asterisk-manager hang_up
check asterisk-ami-client-sees-the-end step asterisk-ami-client ended
for c in asterisk-manager asterisk-ami-client; do check "$c-leaves" step $c leave; done
exec 8>&- 9>&-

# ---- FastAGI ----

script ding-dong $AGI >"$WORK/agi.log" 2>&1 &
agi_pid=$!
pids="$pids $!"
listens() { ss -Hltn "sport = :$1" | grep -q .; }
check ding-dong-listens within 10 listens $AGI
dial() { # dial NUMBER: until it is over
  forget 101
  say 101 dial "$1"
  event 101 CALL_CLOSED 15
}
check ding-dong-answers-and-hangs-up dial 500
check it-read-set-and-played within 3 grep -q 'told=first from the routing 500-101 200:0 endpos=8000 agi=HANGUP' "$LOG"
keys() {
  forget 101
  say 101 dial 501
  event 101 CALL_ESTABLISHED || return 1
  for d in 1 2 3 4; do
    say 101 sndcode $d
    sleep 0.25 # a key is held
  done
  event 101 CALL_CLOSED 10
}
check ding-dong-gets-keys keys
check the-routing-goes-on within 3 grep -q 'keys=1234 number=7017 name=Ivan state=6 agi=SUCCESS' "$LOG"
dials() {
  forget 101
  forget 102
  say 101 dial 502
  event 102 CALL_ESTABLISHED 10 && talk 101 102 && say 102 hangup && event 101 CALL_CLOSED
}
check ding-dong-dials dials
check it-saw-the-end-of-the-call within 3 grep -q 'dialled=200 0 ANSWER' "$LOG"
leaves() {
  forget 101
  say 101 dial 503
  event 101 CALL_ESTABLISHED && sleep 0.5 && say 101 hangup && event 101 CALL_CLOSED
}
check caller-leaves leaves
check ding-dong-sees-it within 5 grep -q '^hangup' "$WORK/agi.log"
kill "$agi_pid"
wait "$agi_pid" 2>/dev/null
check no-server-ends-the-call dial 503
check no-server-is-a-failure within 3 grep -q 'told= agi=FAILURE' "$LOG"
no_complaint() { ! grep FAILED "$WORK/agi.log"; }
check ding-dong-has-no-complaint no_complaint
check no-channel-is-left within 5 no_channels
end
