#!/bin/sh
# dump.sh - a pbx.sql of many megabytes, call records mostly: time, CPU and memory of its import
#
#   STATION=build/station tests/bench/dump.sh [MEGABYTES]     (100 unless given)
cd "$(dirname "$0")/../.." || exit 1
STATION=${STATION:-$PWD/build/station}
megabytes=${1:-100}
dir=$(mktemp -d "${TMPDIR:-/tmp}/station-dump-XXXXXX")
trap 'rm -rf "$dir"' EXIT INT TERM

awk -v most=$((megabytes * 1000000)) 'BEGIN {
  print "/*!40101 SET NAMES utf8mb4 */;"
  print "CREATE TABLE `ps_endpoints` (\n  `id` varchar(40) NOT NULL,\n  `context` varchar(40),\n  `allow` varchar(200)\n);"
  for (i = 1; i <= 500; i++) printf "INSERT INTO `ps_endpoints` VALUES (\x27%d\x27,\x27office\x27,\x27alaw,ulaw\x27);\n", 100 + i
  print "CREATE TABLE `cdr` (\n  `accountcode` varchar(20),\n  `src` varchar(80) NOT NULL,\n  `dst` varchar(80) NOT NULL,\n  `dcontext` varchar(80) NOT NULL,"
  print "  `clid` varchar(80) NOT NULL,\n  `channel` varchar(80) NOT NULL,\n  `dstchannel` varchar(80) NOT NULL,\n  `lastapp` varchar(80) NOT NULL,"
  print "  `lastdata` varchar(80) NOT NULL,\n  `start` datetime,\n  `duration` int,\n  `billsec` int,\n  `disposition` varchar(45),\n  `uniqueid` varchar(32)\n);"
  size = 0
  for (n = 1; size < most; n++) {
    line = sprintf("(NULL,\x27%d\x27,\x278495%07d\x27,\x27office\x27,\x27\"Отдел продаж %d\" <%d>\x27,\x27PJSIP/%d-%08x\x27,\x27PJSIP/operator-%08x\x27,\x27Dial\x27,\x27PJSIP/8495%07d@operator,60,tT\x27,\x272024-%02d-%02d %02d:%02d:%02d\x27,%d,%d,\x27ANSWERED\x27,\x2717%08d.%d\x27)",
      101 + n % 500, n, n % 9, 101 + n % 500, 101 + n % 500, n, n + 1, n, 1 + n % 12, 1 + n % 28, n % 24, n % 60, n % 59, n % 600, n % 500, n, n)
    if (n % 1000 == 1) line = "INSERT INTO `cdr` VALUES " line
    line = line (n % 1000 == 0 ? ";\n" : ",")
    size += length(line)
    printf "%s", line
  }
  printf "(NULL,\x27end\x27,\x27end\x27,\x27\x27,\x27\x27,\x27\x27,\x27\x27,\x27\x27,\x27\x27,NULL,0,0,\x27\x27,\x27end\x27);\n"
}' >"$dir/pbx.sql"
ls -l "$dir/pbx.sql" | awk '{ print "dump, bytes: " $5 }'
"$STATION" init --state "$dir/state" --bare >/dev/null
for round in first again; do
  /usr/bin/time -f "$round: %e s, CPU %U + %S s, at most %M kB" "$STATION" import --state "$dir/state" "$dir/pbx.sql" >"$dir/out" || tail -3 "$dir/out"
done
tail -1 "$dir/out"
"$STATION" sql --state "$dir/state" 'SELECT count(*) FROM cdr' | sed 's/^/call records: /'
