#!/bin/sh
# reload.sh - a call talks while the configuration is loaded again and again, and as often with
# something wrong in it: the call stays, what was right is in force, `dialplan test` and a call file work
#   RELOADS   how many of each (default 25; by hand: RELOADS=1000 tests/e2e/reload.sh)
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
RELOADS=${RELOADS:-25}

loads() { ctl "database status" | awk '/reloads/ { print $NF }'; }
step() { sql "UPDATE static_extensions SET var_val = '700,1,Verbose(0,step $1)' WHERE var_val LIKE '700,1,%'"; }
# nonsense N: a row that means nothing, another kind each time
nonsense() {
  case $(($1 % 4)) in
  0) sql "INSERT INTO static_extensions (filename,cat_metric,var_metric,category,var_name,var_val) VALUES ('extensions.conf',9,$1,'office','exten','_[1,nonsense(((')" ;;
  1) sql "INSERT INTO ps_endpoints (id,aors,context,rtp_timeout) VALUES ('bad$1','nosuch','office','many')" ;;
  2) sql "INSERT INTO realtime_extensions (context,exten,priority,app) VALUES ('office','_[9',0,'')" ;;
  3) sql "INSERT INTO static_extensions (filename,cat_metric,var_metric,category,var_name,var_val) VALUES ('extensions.conf',9,$1,'office','include','nosuch,99:99-1,*,*,*')" ;;
  esac
}
# load N: until the station has loaded at least N times
loaded() { [ "$(loads)" -ge "$1" ]; }
storm() { # storm COMMAND
  i=0
  while [ $i -lt "$RELOADS" ]; do
    before=$(loads)
    "$1" $i >>"$WORK/storm.log" 2>&1
    ctl "core reload" >/dev/null
    within 5 loaded $((before + 1)) || return 1
    i=$((i + 1))
  done
}

default_routing >"$WORK/routing"
cat >>"$WORK/routing" <<'X'
[office]
exten => 700,1,Verbose(0,first step)
exten => 701,1,Answer()
same => n,Verbose(0,called by file)
same => n,Wait(1)
X
check init office
check station-starts station_up
phone 101
phone 102
check 101-registers registered 101 10
check 102-registers registered 102 10
check 101-calls-102 call 101 102
check they-talk talk 101 102

check the-right-ones storm step
check still-talking talk 101 102
check the-last-step-is-in-force sh -c '"$0" ctl --state "$1" "dialplan test office 700" | grep -q "step $2"' "$STATION" "$STATE" $((RELOADS - 1))
check the-wrong-ones storm nonsense
check still-talking-after-nonsense talk 101 102
check the-step-is-still-in-force sh -c '"$0" ctl --state "$1" "dialplan test office 700" | grep -q "step $2"' "$STATION" "$STATE" $((RELOADS - 1))
check nonsense-is-named grep -q 'not loaded\|left out' "$LOG"
check hang-up hang_up 101 102

cat >"$STATE/spool/.call" <<X
Channel: Local/701@office
Application: NoOp
Archive: yes
X
mv "$STATE/spool/.call" "$STATE/spool/outgoing/test.call"
check the-call-file-is-called within 10 grep -q 'called by file' "$LOG"
check the-call-file-is-gone within 10 test ! -e "$STATE/spool/outgoing/test.call"
check the-call-file-is-archived within 10 grep -q 'Status: Completed' "$STATE/spool/outgoing_done/test.call"
end
