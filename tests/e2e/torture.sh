#!/bin/sh
# torture.sh - the torture messages of RFC 4475 and RFC 5118 (tests/torture), and others that are meant to hurt, told to a
# whole station over UDP, over TCP in one piece and byte by byte; after each of them a call works
. "$(dirname "$0")/lib.sh"
NET=$((100 + SLOT)) # 127.NET.x.x are known, 127.(NET + 45).x.x are strangers: every message comes from its own address
sql() { "$STATION" sql --state "$STATE" "$1"; }

rows() {
  for table in ps_endpoints ps_auths ps_aors ps_endpoint_id_ips static_extensions realtime_extensions; do
    echo "DELETE FROM $table;"
  done
  cat <<Y
INSERT INTO ps_aors (id,max_contacts) VALUES ('user',100);
INSERT INTO ps_endpoints (id,aors,context,disallow,allow,direct_media) VALUES ('tester','user','torture','all','alaw','no');
INSERT INTO ps_endpoint_id_ips (id,endpoint,\`match\`) VALUES ('tester','tester','127.$NET.0.0/16,::1');
INSERT INTO realtime_extensions (context,exten,priority,app,appdata) VALUES
 ('torture','300',1,'Answer',''), ('torture','300',2,'Echo',''), ('torture','_.',1,'Busy','1'), ('torture','h',1,'NoOp','');
Y
  for t in udp tcp; do
    for pair in type=transport protocol=$t "bind=[::1]:$BASE"; do
      echo "INSERT INTO static_pjsip (cat_metric,var_metric,filename,category,var_name,var_val)" \
        "VALUES (20,0,'pjsip.conf','six-$t','${pair%%=*}','${pair#*=}');"
    done
  done
}
init() {
  "$STATION" init --state "$STATE" --bare --sip-port "$BASE" --bind 127.0.0.1 >"$LOG" 2>&1 && sql "$(rows)" >/dev/null
}
check init init
check station-starts start_station --rtp-start $((10000 + SLOT * 200)) --rtp-end $((10000 + SLOT * 200 + 98))
engine=$(role_pid engine)
python3 tests/e2e/torture.py tests/torture 127.0.0.1 "$BASE" "127.$NET" "127.$((NET + 45))" >"$WORK/out"
cat "$WORK/out" | grep -v ' passed, '
passed=$((passed + $(sed -n 's/ passed, .*//p' "$WORK/out")))
failed=$((failed + $(sed -n 's/.* passed, \(.*\) failed/\1/p' "$WORK/out")))
check engine-lived-through-all test "$(role_pid engine)" = "$engine"
check nothing-was-a-bug sh -c "! grep -iE 'sanitizer|runtime error|bug ' '$LOG'"
finish
