#!/bin/sh
# engine-kills.sh [KILLS] - by hand: kill -9 of the engine, 20 times, during 50 calls (3 of baresip with sound
# that is listened to, the others of SIPp, ended by the caller and by the called one in turn). At the end: no gap in
# what the phones heard, each call that was answered has one record, no record came twice, nothing is left over.
. "$(dirname "$0")/../e2e/lib.sh"
. tests/e2e/calls.sh

KILLS=${1:-20}
HOLD_MS=23000
GAP_S=${GAP_S:-11} # an engine that dies within two seconds of a takeover counts as dead of it
TONE_S=$((KILLS * (GAP_S + 4) + 120))
CALLERS=$((BASE + 14))
ENDERS=$((BASE + 16))

cat >"$WORK/routing" <<X
[office]
exten => _10X,1,Dial(PJSIP/\${EXTEN},30)
[from-trunk]
exten => 81,1,Dial(PJSIP/81@trunk,20)
exten => 82,1,Dial(PJSIP/82@ender,20)
X
check init office
more_sql() {
  phone_sql 105
  phone_sql 106
  cat <<X
INSERT INTO ps_aors (id,contact) VALUES ('ender','sip:127.0.0.2:$ENDERS');
INSERT INTO ps_endpoints (id,aors,context,disallow,allow,direct_media) VALUES ('ender','ender','from-trunk','all','alaw,ulaw','no');
X
}
more_sql | "$STATION" sql --state "$STATE" >/dev/null
check station-starts start_station --rtp-start 34000 --rtp-end 34398 # 50 calls, and those that are going
for n in 101 102 103 104 105 106; do phone $n; done
for n in 101 102 103 104 105 106; do check "$n-registers" registered $n 15; done

# ---- SIPp: who calls has a number of its own (c1, c2 ...), and says when its call ended well ----

well() { echo "  <nop><action><log message=\"$1[call_number]\"/></action></nop>"; }
answer_bye='  <recv request="BYE"></recv>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>'
refused='  <recv response="503" optional="true" next="1"></recv>'
ack_refusal='  <label id="1"/>
  <send><![CDATA[
ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Content-Length: 0

]]></send>
  <label id="2"/>'
caller() { # caller PREFIX, the end of the scenario on stdin
  sed -n '1,/^  <pause\/>/p' tests/e2e/sipp/load.xml | grep -v '<pause/>' |
    sed "s/sip:load@/sip:$1[call_number]@/" |
    awk -v r="$refused" '/<recv response="200"/ { print r } { print }'
  cat
  well "$1"
  echo '  <nop next="2"></nop>'
  echo "$ack_refusal"
  echo '</scenario>'
}
{ echo '  <pause/>'; sed -n '/^  <pause\/>/,/<recv response="200">/p' tests/e2e/sipp/load.xml | tail -n +2 | sed 's/sip:load@/sip:c[call_number]@/'; } |
  caller c >"$WORK/c.xml"
echo "$answer_bye" | caller d >"$WORK/d.xml"
cp tests/e2e/sipp/uas.xml "$WORK/uas.xml"
{ sed -n '1,/<recv request="ACK">/p' tests/e2e/sipp/uas.xml
  cat <<X
  <pause/>
  <send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: [\$me];tag=b[call_number]
To: [\$them]
Call-ID: [call_id]
CSeq: 1 BYE
Content-Length: 0

]]></send>
  <recv response="200"></recv>
</scenario>
X
} | sed 's|<recv request="INVITE" crlf="true"></recv>|<recv request="INVITE" crlf="true" rrs="true"><action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="them"/><ereg regexp=".*" search_in="hdr" header="To:" assign_to="me"/></action></recv>|' >"$WORK/ender.xml"

run_sipp() { # run_sipp NAME XML PORT MEDIA ARGS...
  name=$1 xml=$2 port=$3 media=$4
  shift 4
  (cd "$WORK" && exec sipp -sf "$xml" -i 127.0.0.2 -p "$port" -mp "$media" -nostdin -l 200 -trace_logs -log_file "$WORK/$name.done" -trace_err -error_file "$WORK/$name.err" "$@" </dev/null >"$WORK/$name.log" 2>&1) &
  sipp_pid=$!
  pids="$pids $sipp_pid"
}
run_sipp uas uas.xml "$TRUNK" 30000
run_sipp ender ender.xml "$ENDERS" 30400 -d $HOLD_MS
check trunks-listen within 3 port_is_open "$ENDERS"
CALLS=$((KILLS * GAP_S + 40)) # one a second of each kind
run_sipp c c.xml "$CALLER" 30800 -s 81 -r 1 -d $HOLD_MS -m $((CALLS)) "127.0.0.1:$SIP"
c_pid=$sipp_pid
run_sipp d d.xml "$CALLERS" 31200 -s 82 -r 1 -m $((CALLS)) "127.0.0.1:$SIP"
d_pid=$sipp_pid

for pair in "101 102" "103 104" "105 106"; do
  set -- $pair
  check "call-$1-$2" call "$1" "$2"
  check "talk-$1-$2" talk "$1" "$2"
done
sleep 25 # until the others are 46

# ---- the kills ----

role_is_new() { role_is_up engine && [ "$(role_pid engine)" != "$old" ]; }
no_gap() { # no_gap A B: in the last 10 s A heard nothing but B, all the time
  recording "$1" && "$TOOLS/hear" "$WORK/heard.wav" --from -10 --pct 99.5 "$(tone_of "$2")" >"$WORK/hear.out" && return
  echo "  $1: $(cat "$WORK/hear.out")"
  return 1
}
all_talk() { [ "$(ctl "core show channels" | grep -c '^PJSIP/10[1-6]-')" = 6 ]; }
n=0
while [ $n -lt "$KILLS" ]; do
  n=$((n + 1))
  old=$(role_pid engine)
  before=$(ctl "core show channels" | sed -n 's/ active channel.*//p')
  kill -9 "$old"
  check "kill-$n" within 5 role_is_new
  echo "kill $n: $before channels, then $(ctl "core show channels" | sed -n 's/ active channel.*//p'), $(grep -a 'are taken over' "$LOG" | tail -1 | sed 's/.*over //')"
  sleep $GAP_S
  check "phones-talk-$n" all_talk
  for pair in "101 102" "103 104" "105 106"; do
    set -- $pair
    check "no-gap-$n-$1" no_gap "$1" "$2"
    check "no-gap-$n-$2" no_gap "$2" "$1"
  done
done

for phone in 101 102 103 104 105 106; do forget $phone; done
check bye-of-the-called hang_up 102 101
check bye-of-the-caller hang_up 103 104
check bye-again hang_up 106 105
wait "$c_pid" "$d_pid"
check nothing-is-left within 40 no_channels
sleep 1

# ---- records ----

well_ended() { cat "$WORK/c.done" "$WORK/d.done" | grep -ao '[cd][0-9][0-9]*' | sort -u; }
answered() { sql "SELECT src FROM cdr WHERE disposition='ANSWERED'" | grep -a '^[cd][0-9]' | sort; }
well_ended >"$WORK/well"
answered >"$WORK/answered"
echo "calls that ended well $(wc -l <"$WORK/well"), answered records of theirs $(wc -l <"$WORK/answered"), records in all $(record_count)"
check most-calls-ended-well test "$(wc -l <"$WORK/well")" -gt $((CALLS * 2 * 9 / 10))
check no-record-is-lost test -z "$(comm -23 "$WORK/well" "$WORK/answered")"
check one-record-each test -z "$(uniq -d "$WORK/answered")"
check no-record-twice test "$(sql 'SELECT count(*) FROM (SELECT DISTINCT uniqueid, sequence FROM cdr)')" = "$(record_count)"
check no-crash test "$(grep -ac 'role died role=engine.*signal=9' "$LOG")" = "$KILLS"
head -3 "$WORK/c.err" "$WORK/d.err" 2>/dev/null
end
