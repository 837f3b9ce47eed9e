#!/bin/sh
# manager.sh - events of the Manager during real calls (SIPp), beside what a real Asterisk 22 sent during the same
# ones (tests/golden/manager/events)
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
S=$ROOT/tests/e2e/sipp
GOLDEN=$ROOT/tests/golden/manager/events
AMI=$((BASE + 30))
need python3

# The peer's configuration: load calls, trunk and trunk2 are called.
peer_sql() {
  for table in ps_endpoints ps_auths ps_aors ps_endpoint_id_ips static_extensions realtime_extensions; do
    echo "DELETE FROM $table;"
  done
  cat <<X
INSERT INTO ps_aors (id,contact) VALUES ('trunk','sip:127.0.0.1:$TRUNK'),('trunk2','sip:127.0.0.1:$((TRUNK + 1))');
INSERT INTO ps_endpoints (id,aors,context,disallow,allow,direct_media,dtmf_mode,accountcode) VALUES
 ('trunk','trunk','load','all','alaw,ulaw','no','rfc4733',''),('trunk2','trunk2','load','all','alaw,ulaw','no','info','tr2'),
 ('load','','load','all','alaw,ulaw','no','info','');
INSERT INTO ps_endpoint_id_ips (id,endpoint,\`match\`) VALUES ('load','load','127.0.0.1');
INSERT INTO manager (name,secret,"read","write") VALUES ('measure','measure-pw','all','all');
REPLACE INTO settings (name,value) VALUES ('manager_bind','127.0.0.1:$AMI'),('manager_tls_bind','127.0.0.1:$((AMI + 1))'),
 ('manager_cel','yes'),('language','en');
X
}
peer() {
  "$STATION" init --state "$STATE" --bare --sip-port "$SIP" --bind 127.0.0.1 >"$WORK/init.log" 2>&1 || return 1
  { peer_sql && routing_sql "$S/../manager.routing"; } | "$STATION" sql --state "$STATE" >"$WORK/sql.log" 2>&1 || { cat "$WORK/sql.log"; return 1; }
  mkdir -p "$STATE/agi-bin"
  printf '#!/bin/sh\nwhile read l && [ -n "$l" ]; do :; done\necho %s; read r\necho EXEC NoOp x; read r\n' \
    "'VERBOSE \"hi there\" 1'" >"$STATE/agi-bin/t.agi"
  chmod 755 "$STATE/agi-bin" "$STATE/agi-bin/t.agi"
}

# same NAME EXTEN CALLER CALLEE: the same call as the golden of that name; CALLER may be an action
same() {
  ask=
  case $3 in *.xml) ;; *) ask=$3 ;; esac
  sipp -sf "$S/$4" -i 127.0.0.1 -p "$TRUNK" -mp $((RTP + 100)) -m 1 -nostdin >"$WORK/$1-callee.log" 2>&1 &
  callee=$!
  python3 tests/e2e/events.py take $AMI 20 "$WORK/$1" "$ask" &
  reader=$!
  within 5 grep -q 'Authentication accepted' "$WORK/$1" || return 1
  [ -n "$ask" ] || sipp -sf "$S/$3" -s "$2" -i 127.0.0.1 -p "$CALLER" -mp $((RTP + 140)) -m 1 -nostdin 127.0.0.1:$SIP \
    >"$WORK/$1-caller.log" 2>&1
  within 10 has_call "$WORK/$1" && within 10 no_channels && within 5 all_hung_up "$WORK/$1"
  kill $reader $callee 2>/dev/null
  wait $reader $callee 2>/dev/null
  python3 tests/e2e/events.py compare "$GOLDEN/$1.txt" "$WORK/$1" >"$WORK/$1.diff" && return
  cat "$WORK/$1.diff"
  return 1
}
has_call() { grep -q '^Event: Newchannel' "$1"; }
all_hung_up() { [ "$(grep -c '^Event: Newchannel' "$1")" = "$(grep -c '^Event: Hangup.$' "$1")" ]; }
cel() {
  python3 tests/e2e/events.py compare "$GOLDEN/$1.txt" "$WORK/$1" CEL >"$WORK/$1.diff" && return
  cat "$WORK/$1.diff"
  return 1
}

check init peer
check station-starts station_up
check answered-call same answered 7001 ami-talk.xml ami-answer.xml
check busy-trunk same busy 7001 ami-refused.xml ami-busy.xml
check callee-leaves same callee 7001 ami-wait.xml ami-leave.xml
check forked same forked 703 ami-talk.xml ami-answer.xml
check refused-by-the-routing same refused 705 ami-refused.xml ami-answer.xml
check routing-hold-digits same routing 702 ami-talk-hold.xml ami-answer.xml
check originated-and-not-answered same originate - \
  'Action: Originate|ActionID: orig-1|Channel: PJSIP/7001@trunk|Context: load|Exten: 600|Priority: 1|CallerID: Golden <100>|Timeout: 2000|Async: true' \
  ami-never.xml
check cel-of-an-answered-call cel answered
check cel-of-a-busy-trunk cel busy
check cel-of-the-routing cel routing
end
