#!/bin/bash
# ami.sh [AMI_HOST:PORT] [HTTP_HOST:PORT] [SIP_HOST:PORT] [-t SECONDS] [-n SUBSCRIBERS] [-c RATE] [-d SECONDS] [-x EXT]
#   (defaults 127.0.0.1:5038 127.0.0.1:8088 127.0.0.1:5080, 5 s a run of pings, 200 subscribers, 100 calls/s for 30 s)
#   AMI_PARTS="http tcp listen stopped"     default: all. User measure, secret measure-pw.
#   SELF=5061 TRUNK=5090                the generator's own SIP port and the trunk's
# http:    rawman?action=ping by wrk, one login's cookie, keep-alive: 1 and 8 connections, and 8 logins
# tcp:     pings by ami-load: 1 and 8 connections, and 16 at a time
# listen:  RATE calls a second, first with nobody watching, then with SUBSCRIBERS of all events, for EXT 600
#          (answer, BYE after 200 ms) and 7001 (bridged to the trunk); CPU of each role, second by second; what the
#          subscribers cost, in % of a core; and whether each got each event once
# stopped: the same, bridged, with 20 subscribers and one more that never reads: it is cut off, nobody loses anything
. "$(dirname "$0")/lib.sh"
A=127.0.0.1:5038 B=127.0.0.1:8088 S=127.0.0.1:5080 T=5 N=200 RATE=100 D=30 EXTS="600 7001"
for v in A B S; do case ${1:-} in *:*) declare "$v=$1"; shift ;; esac; done
while getopts t:n:c:d:x: o; do case $o in t) T=$OPTARG ;; n) N=$OPTARG ;; c) RATE=$OPTARG ;; d) D=$OPTARG ;; x) EXTS=$OPTARG ;; *) exit 2 ;; esac; done
PARTS=${AMI_PARTS:-http tcp listen stopped} SELF=${SELF:-5061} TRUNK=${TRUNK:-5090} RR=${RR-10}
target "$A"; target "$B"; target "$S"; prio on
has() { case " $PARTS " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

# ---- pings ----

cookie() { curl -si "http://$B/rawman?action=login&username=measure&secret=measure-pw" | tr -d '\r' | sed -n 's/^Set-Cookie: \(mansession_id=[^;]*\).*/\1/ip'; }
cat >"$W/ping.lua" <<'X'
-- one login per connection's worth of cookies, taken in turn
local c = {}
for s in (os.getenv("COOKIES") or ""):gmatch("%S+") do c[#c + 1] = s end
local i = 0
request = function() i = i % #c + 1; return wrk.format("GET", "/rawman?action=ping", { Cookie = c[i] }) end
response = function(st, h, b) if st ~= 200 or not b:find("Pong") then bad = (bad or 0) + 1 end end
local th = {}
setup = function(t) th[#th + 1] = t end
done = function() for _, t in ipairs(th) do if (t:get("bad") or 0) > 0 then print("bad answers: " .. t:get("bad")) end end end
X
http() { # http TAG CONNECTIONS COOKIES
  local i c0 o n
  : >"$W/ami.v"
  for i in $(seq "$RUNS"); do
    c0=$(cpu); o=$(COOKIES="$3" nice -n "$NICE" wrk -t1 -c"$2" -d"$T"s --latency -s "$W/ping.lua" "http://$B" 2>&1)
    n=$(echo "$o" | awk '/requests in/ { print $1 }')
    echo "$(echo "$o" | awk '/^Requests\/sec/ { print $2 }') $(awk -v a="$c0" -v b="$(cpu)" -v n="$n" 'BEGIN { print (b - a) / n * 10000 }')" >>"$W/ami.v"
    echo "$o" | grep -E 'Non-2xx|Socket errors|bad answers'
  done
  result "$1 target=$B conns=$2 secs=$T runs=$RUNS per_s=$(cut -d' ' -f1 "$W/ami.v" | med) cpu_s_per_10k=$(cut -d' ' -f2 "$W/ami.v" | med)"
}
tcp() { # tcp TAG CONNECTIONS DEPTH
  local i c0 o c1
  : >"$W/ami.v"
  for i in $(seq "$RUNS"); do
    c0=$(cpu); o=$(nice -n "$NICE" "$(built ami-load)" "${A%:*}" "${A##*:}" measure measure-pw "$2" "$T" "$3"); c1=$(cpu)
    echo "$o" | sed -n 's/.*replies=\([0-9]*\) per_s=\([0-9]*\).*/\2 \1/p' | awk -v a="$c0" -v b="$c1" '{ print $1, (b - a) / $2 * 10000 }' >>"$W/ami.v"
  done
  result "$1 target=$A conns=$2 depth=$3 secs=$T runs=$RUNS per_s=$(cut -d' ' -f1 "$W/ami.v" | med) cpu_s_per_10k=$(cut -d' ' -f2 "$W/ami.v" | med)"
}

# ---- subscribers ----

ticks() { # "NAME TICKS" of each process
  local p
  for p in ${PIDS//,/ }; do echo "$(cat "/proc/$p/comm" 2>/dev/null) $(sed 's/.*) //' "/proc/$p/stat" 2>/dev/null | awk '{ print $12 + $13 }')"; done
}
by_second() { # until it is killed: what each role used of a core in that second
  local last now
  last=$(ticks)
  while sleep 1; do
    now=$(ticks)
    paste -d' ' <(echo "$last") <(echo "$now") | awk -v h="$HZ" '$4 > $2 { printf "%s=%.0f%% ", $1, ($4 - $2) * 100 / h } END { print "" }'
    last=$now
  done
}
load() { # load EXT: sets CC (the server's CPU seconds) and O (the generator's last line)
  local c0
  c0=$(cpu)
  O=$(nice -n "$NICE" "$(built media-load)" ${RR:+-R $RR} -n $((RATE * D)) -r "$RATE" -H 200 -e "$1" -s "$SELF" -t "$TRUNK" -b 30000 \
    $([ "$1" = 600 ] && echo -A) ${PIDS:+-P $PIDS} "$S" | tail -1)
  sleep 1
  CC=$(awk -v a="$c0" -v b="$(cpu)" 'BEGIN { print b - a }')
}
share() { awk -v c="$1" -v d="$D" 'BEGIN { printf "%.1f", c * 100 / d }'; } # CPU seconds as % of a core
value() { echo "$O $G" | tr ' ' '\n' | sed -n "s/^$1=//p" | head -1; }
watched() { # watched TAG EXT SUBSCRIBERS STOPPED: load, with CC and O; sets G (the listener's last line) and LOST
  local listener looker
  : >"$W/listen.out"
  nice -n "$NICE" "$(built ami-listen)" -n "$3" -s "$4" -d $((D + 60)) "$A" measure measure-pw >"$W/listen.out" 2>&1 &
  listener=$!
  until grep -q '^ready' "$W/listen.out"; do kill -0 $listener 2>/dev/null || { cat "$W/listen.out"; return 1; }; sleep 0.1; done
  by_second >"$W/$1.seconds" &
  looker=$!
  load "$2"
  kill $looker
  kill -TERM $listener
  wait $listener && LOST=no || LOST=yes
  sed 's/^/  /' "$W/$1.seconds"
  grep -v '^ready' "$W/listen.out" | sed 's/^/  /'
  G=$(tail -1 "$W/listen.out")
}
listen() { # listen EXT
  local alone failed G=
  load "$1"
  alone=$CC failed=$(value failed)
  watched "listen-$1" "$1" "$N" 0 || return
  result "listen-$1 target=$A subscribers=$N rate=$RATE secs=$D alone_pct=$(share "$alone") watched_pct=$(share "$CC")" \
    "subscribers_pct=$(share "$(awk -v a="$alone" -v b="$CC" 'BEGIN { print b - a }')") events=$(value events) sent_mb=$(value sent_mb) lost=$LOST" \
    "failed_calls=$failed+$(value failed) pdd_p99_ms=$(value pdd_p99) longest_lag_ms=$(value longest_lag_ms)"
}
stopped() {
  local G=
  watched stopped 7001 20 1 || return
  result "stopped target=$A subscribers=20 rate=$RATE secs=$D cut_off=$(value stopped_cut_off) lost=$LOST failed_calls=$(value failed) longest_lag_ms=$(value longest_lag_ms)"
}

if has http; then
  need wrk wrk; need curl curl
  k1=$(cookie); [ -n "$k1" ] || { echo "no cookie" >&2; exit 1; }
  http http-1 1 "$k1"; http http-8 8 "$k1"
  k8=; for i in 1 2 3 4 5 6 7 8; do k8="$k8 $(cookie)"; done
  http http-8logins 8 "$k8"
fi
if has tcp; then tcp tcp-1 1 1; tcp tcp-8 8 1; tcp tcp-16deep 1 16; fi
if has listen; then for e in $EXTS; do listen "$e"; done; fi
if has stopped; then stopped; fi
