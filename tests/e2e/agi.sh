#!/bin/sh
# agi.sh - AGI programs through the runner: a shell script and what it may do
. "$(dirname "$0")/lib.sh"
. tests/e2e/calls.sh
S=$ROOT/tests/e2e/sipp

cat >"$WORK/routing" <<'X'
[from-trunk]
exten => 10,1,AGI(talk.sh,--name="a b",second)
 same => n,NoOp(${AGISTATUS} ${FROM_PROGRAM})
 same => n,Hangup()
exten => 11,1,AGI(nosuch.sh)
 same => n,ExecIf($["${AGISTATUS}" = "NOTFOUND"]?Answer())
 same => n,Wait(0.3)
exten => 12,1,Answer()
 same => n,AGI(deaf.sh)
exten => 13,1,AGI(../station.db)
 same => n,ExecIf($["${AGISTATUS}" != "SUCCESS"]?Answer())
 same => n,Wait(0.3)
[sub]
exten => s,1,Return(${ARG1})
X
check init office
mkdir -p "$STATE/agi-bin"
cat >"$STATE/agi-bin/talk.sh" <<'X'
#!/bin/sh
# Answers, asks, tells; what it saw stays in a file beside the record's userfield.
while read -r line && [ -n "$line" ]; do
  case $line in agi_arg_1:*) arg=${line#agi_arg_1: } ;; agi_extension:*) exten=${line#agi_extension: } ;; esac
done
ask() { echo "$1"; read -r reply; }
ask ANSWER
ask "SET VARIABLE CDR(userfield) \"$arg|$exten|$1\""
ask "GOSUB sub s 1 seven"
read -r reply # after "100 Trying"
ask "GET VARIABLE GOSUB_RETVAL"
ask "SET VARIABLE CDR(accountcode) \"${reply#200 result=1 }\""
ask "WAIT FOR DIGIT 3000"
X
cat >"$STATE/agi-bin/deaf.sh" <<'X'
#!/bin/sh
trap 'exit 0' HUP
while read -r line && [ -n "$line" ]; do :; done
while :; do sleep 0.1; done
X
chmod 755 "$STATE/agi-bin" "$STATE"/agi-bin/*.sh
check station-starts station_up

check a-program-answers-the-call trunk_call "$S/call.xml" 10 -d 500
check it-has-its-arguments within 5 last_is 'userfield, accountcode' '--name=a b|10|--name=a b|(seven)'
check a-missing-program-is-notfound trunk_call "$S/call.xml" 11 -d 100
check a-program-outside-is-refused trunk_call "$S/call.xml" 13 -d 100
check a-call-ends-under-its-program trunk_call "$S/call.xml" 12 -d 500
check the-program-ends-as-well within 8 no_channels
end
