# calls.sh - real phones (baresip) and trunks (SIPp) for the end-to-end tests. Sourced after lib.sh.
#
#   office                       a state directory in $STATE: phones 101-104 (password pw-NUMBER), a trunk, and the
#                                routing of $WORK/routing when that exists
#   phone NAME [KEY=VALUE...]    a baresip of that number; keys: transport=udp|tcp|tls codec= answer=auto|manual
#                                password= register=no enc=srtp|srtp-mand via=PORT (a relay) sound=FILE (in place of its tone)
#   say NAME COMMAND [ARG]       dial, hangup, hold, resume, sndcode ...
#   event NAME TEXT [SECONDS]    its log of events has TEXT since the last `forget NAME`
#   talk A B                     each hears the other's tone now, and not its own
#   trunk_up FILE.xml / trunk_call FILE.xml EXT ...   SIPp
#
# Ports come from the slot of lib.sh, so that tests run side by side; everything is on 127.0.0.1, trunks on 127.0.0.2.
TOOLS=${TOOLS:-$(dirname "$STATION")/tests/e2e}
SIP=$BASE # the station: UDP and TCP; TLS one more
RTP=$((10000 + SLOT * 200)) # the station has the first hundred, its phones the second
TRUNK=$((BASE + 10))
CALLER=$((BASE + 12))
phone_count=0 pids=
INIT_WITH=${INIT_WITH:-} # further options of init

need() { for p; do command -v "$p" >/dev/null || { echo "needs $p"; exit 1; }; done; }
need baresip sipp openssl
sql() { "$STATION" sql --state "$STATE" "$1"; }

cleanup() {
  for p in $pids; do kill "$p" 2>/dev/null; done
  for p in $pids; do wait "$p" 2>/dev/null; done
  pids=
}
end() {
  cleanup
  finish
}
trap 'cleanup; stop_station; rm -rf "$WORK" "$slot_dir"; exit 1' INT TERM

# ---- the station ----

phone_sql() { # phone_sql NUMBER
  cat <<X
INSERT INTO ps_aors (id,max_contacts,remove_existing) VALUES ('$1',1,'yes');
INSERT INTO ps_auths (id,auth_type,username,password) VALUES ('$1','userpass','$1','pw-$1');
INSERT INTO ps_endpoints (id,aors,auth,context,disallow,allow,callerid,direct_media,rtp_symmetric,force_rport,rewrite_contact)
 VALUES ('$1','$1','$1','office','all','alaw,ulaw','<$1>','no','yes','yes','yes');
X
}
office_sql() {
  for table in ps_endpoints ps_auths ps_aors ps_endpoint_id_ips static_extensions realtime_extensions; do
    echo "DELETE FROM $table;"
  done
  for n in 101 102 103 104; do phone_sql $n; done
  cat <<X
INSERT INTO ps_aors (id,contact) VALUES ('trunk','sip:127.0.0.2:$TRUNK');
INSERT INTO ps_endpoints (id,aors,context,disallow,allow,direct_media) VALUES ('trunk','trunk','from-trunk','all','alaw,ulaw','no');
INSERT INTO ps_endpoint_id_ips (id,endpoint,\`match\`) VALUES ('trunk','trunk','127.0.0.2');
X
}

# [context], exten =>, same =>, include => as rows of static_extensions
routing_sql() {
  awk -v q="'" '
    /^\[/ { c = substr($0, 2, length($0) - 2); s++; next }
    /=/ { n = index($0, "="); k = substr($0, 1, n - 1); v = substr($0, n + 1); sub(/^>/, "", v)
      gsub(/^ +| +$/, "", k); gsub(/^ +| +$/, "", v); gsub(q, q q, v)
      printf "INSERT INTO static_extensions (cat_metric,var_metric,filename,category,var_name,var_val) VALUES (%d,%d,%sextensions.conf%s,%s%s%s,%s%s%s,%s%s%s);\n", s, NR, q, q, q, c, q, q, k, q, q, v, q }' "$1"
}

default_routing() {
  cat <<'X'
[office]
exten => _10X,1,Dial(PJSIP/${EXTEN},5)
exten => 200,1,Dial(PJSIP/101&PJSIP/102&PJSIP/103&PJSIP/104,20)
exten => 300,1,Answer()
same => n,Echo()
exten => 301,1,Answer()
same => n,Read(PIN,,4,,1,10)
same => n,Verbose(0,pin=${PIN})
same => n,Wait(2)
exten => _8X.,1,Dial(PJSIP/${EXTEN:1}@trunk,20)
[from-trunk]
exten => _X.,1,Goto(office,${EXTEN},1)
X
}
office() {
  [ -e "$WORK/routing" ] || default_routing >"$WORK/routing"
  "$STATION" init --state "$STATE" --bare --sip-port "$SIP" --bind 127.0.0.1 $INIT_WITH >"$WORK/init.log" 2>&1 || return 1
  { office_sql && routing_sql "$WORK/routing"; } | "$STATION" sql --state "$STATE" >"$WORK/sql.log" 2>&1
}
station_up() { start_station --rtp-start "$RTP" --rtp-end $((RTP + 98)) "$@"; }
no_channels() { ctl "core show channels" | grep -q '^0 active channels'; }

# ---- phones ----

phone_config() { # phone_config DIR PORT CONTROL RTP
  cat <<X
poll_method          epoll
sip_listen           127.0.0.1:$2
net_interface        127.0.0.1
rtp_ports            $4-$(($4 + 18))
rtp_stats            yes
sip_certificate      $WORK/phone.pem
audio_source         aufile,$1/tone.wav
audio_player         aubridge,p$2
audio_alert          aubridge,q$2
audio_buffer         20-160
jitter_buffer_delay  5-10
module_path          /usr/lib/baresip/modules
module               g711.so
module               aufile.so
module               aubridge.so
module               sndfile.so
module               srtp.so
module_tmp           uuid.so
module_tmp           account.so
module_app           menu.so
module_app           ctrl_tcp.so
ctrl_tcp_listen      127.0.0.1:$3
snd_path             $1/rec
X
}

tone_of() { echo $((500 + ($1 % 10) * 200)); } # 101: 700 Hz, 102: 900 Hz ...

certificate() {
  [ ! -e "$WORK/phone.pem" ] || return 0
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=phone -keyout "$WORK/phone.key" \
    -out "$WORK/phone.crt" >/dev/null 2>&1
  cat "$WORK/phone.key" "$WORK/phone.crt" >"$WORK/phone.pem"
}

phone() {
  name=$1
  shift
  transport=udp codec=pcma answer=manual password=pw-$name register=yes enc= via= sound=
  for pair; do eval "${pair%%=*}=\${pair#*=}"; done
  phone_count=$((phone_count + 1))
  dir=$WORK/$name port=$((BASE + 20 + phone_count * 4)) control=$((BASE + 60 + phone_count))
  mkdir -p "$dir/rec"
  : >"$dir/contacts"
  : >"$dir/events"
  certificate
  # a phone hangs up when it is over
  if [ -n "$sound" ]; then cp "$sound" "$dir/tone.wav"; else "$TOOLS/tone" "$(tone_of "$name")" ${TONE_S:-180} "$dir/tone.wav"; fi
  phone_config "$dir" $port $control $((RTP + 100 + phone_count * 20)) >"$dir/config"
  to=$SIP interval=60
  [ $transport != tls ] || to=$((SIP + 1))
  [ $register = yes ] || interval=0
  echo "<sip:$name@127.0.0.1:$to;transport=$transport>;auth_user=$name;auth_pass=$password;outbound=\"sip:127.0.0.1:${via:-$to};transport=$transport\";regint=$interval;audio_codecs=$codec;answermode=$answer${enc:+;mediaenc=$enc}" >"$dir/accounts"
  mkfifo "$dir/fifo"
  "$TOOLS/remote" $control "$dir/events" <"$dir/fifo" 2>"$dir/remote.log" &
  pids="$pids $!"
  baresip -f "$dir" >"$dir/log" 2>&1 </dev/null &
  pids="$pids $!"
  # a writer that stays, so that the FIFO does not end with the first command
  fd=$((phone_count + 2))
  eval "exec $fd>\"$dir/fifo\"; phone_fd_$name=$fd"
  say "$name" callstat
}
say() {
  line=$2
  [ $# -lt 3 ] || line="$line $3"
  eval "echo \"\$line\" >&\$phone_fd_$1"
}
forget() { eval "phone_from_$1=$(wc -l <"$WORK/$1/events")"; }
has_event() {
  eval "from=\${phone_from_$1:-0}"
  tail -n +$((from + 1)) "$WORK/$1/events" | grep -q "$2"
}
event() { within "${3:-5}" has_event "$1" "$2"; }
has_contact() { [ "$(sql "SELECT count(*) FROM ps_contacts WHERE aor='$1'")" = 1 ]; }
# Events before the phone has taken our connection are told to nobody: an answer shows that it has.
is_heard() { grep -q '"response":true' "$WORK/$1/events"; }
registered() { within "${2:-5}" has_contact "$1" && within 5 is_heard "$1"; }

# ---- what they hear ----

byte() { printf "\\$(printf %03o "$1")"; }
le32() { byte $(($1 & 255)); byte $(($1 >> 8 & 255)); byte $(($1 >> 16 & 255)); byte $(($1 >> 24 & 255)); }

# A recording under way says in its header that it holds nothing: the copy says how much it is.
recording() { # recording NAME -> $WORK/heard.wav
  file=$(ls -t "$WORK/$1"/rec/*dec.wav 2>/dev/null | head -1)
  [ -n "$file" ] || return 1
  cp "$file" "$WORK/heard.wav"
  size=$(stat -c %s "$WORK/heard.wav")
  [ "$size" -gt 44 ] || return 1
  le32 $((size - 8)) | dd of="$WORK/heard.wav" bs=1 seek=4 conv=notrunc status=none
  le32 $((size - 44)) | dd of="$WORK/heard.wav" bs=1 seek=40 conv=notrunc status=none
}
# heard NAME [HEAR OPTIONS] HZ|silence: in the last 1.5 s
heard() {
  who=$1
  shift
  recording "$who" && "$TOOLS/hear" "$WORK/heard.wav" --from -1.5 "$@" >"$WORK/hear.out"
}
hears() { # hears A B: B's tone and not its own
  within 8 heard "$1" --not "$(tone_of "$1")" "$(tone_of "$2")" && return
  echo "  $1: $(cat "$WORK/hear.out" 2>/dev/null)"
  return 1
}
talk() { hears "$1" "$2" && hears "$2" "$1"; }

# call A B [NUMBER]: A dials, B rings and answers, both are up
call() {
  forget "$1"
  forget "$2"
  say "$1" dial "${3:-$2}"
  event "$2" CALL_INCOMING && say "$2" accept && event "$1" CALL_ESTABLISHED && event "$2" CALL_ESTABLISHED
}
hang_up() { # hang_up A B: A hangs up, B sees it
  say "$1" hangup
  event "$2" CALL_CLOSED
}

# ---- trunks ----

port_is_open() { ss -lun "sport = :$1" | grep -q "$1"; }
trunk_up() { # trunk_up FILE.xml
  (cd "$WORK" && exec sipp -sf "$1" -i 127.0.0.2 -p $TRUNK -mp $((TRUNK + 80)) -nostdin </dev/null >"$WORK/trunk.log" 2>&1) &
  trunk_pid=$!
  pids="$pids $!"
  within 3 port_is_open $TRUNK
}
trunk_down() {
  kill "$trunk_pid" 2>/dev/null
  wait "$trunk_pid" 2>/dev/null
}
trunk_call() { # trunk_call FILE.xml EXT [SIPP OPTIONS]: one call in, unless -m says more; its success
  xml=$1 ext=$2
  shift 2
  (cd "$WORK" && exec timeout 60 sipp -sf "$xml" -s "$ext" -i ${FROM_IP:-127.0.0.2} -p $CALLER -mp $((CALLER + 70)) -m 1 -nostdin "$@" "127.0.0.1:$SIP" </dev/null >"$WORK/caller.log" 2>&1)
}

# ---- records ----

record_count() { sql "SELECT count(*) FROM cdr"; }
has_records() { [ "$(record_count)" = "$1" ]; }
last_record() { sql "SELECT $1 FROM cdr ORDER BY rowid DESC LIMIT 1" | tr '\t' '|'; } # last_record COLUMNS
last_is() { [ "$(last_record "$1")" = "$2" ]; }
