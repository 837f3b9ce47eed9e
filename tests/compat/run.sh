#!/bin/sh
# run.sh - every routing of tests/compat/routing on Asterisk 22 and on the station, and what differs
#
#   tests/compat/run.sh [REGEX]      only routings whose name matches
#
# By hand, as root, about a minute. Asterisk is the machine's own or the one of tests/bench/peer-asterisk.sh (PEER: its
# folder); its configuration and sockets are in a directory of their own, so one that runs is not disturbed. Everything
# listens on 127.0.0.1, ports PORT to PORT + 14 (19600). STATION: the binary (build-asan/station). OUT: where traces and
# logs go (default: a temporary directory, named at the end). Exit code 0: all the same.
set -u
cd "$(dirname "$0")" || exit 1
out=${OUT:-$(mktemp -d "${TMPDIR:-/tmp}/station-compat-XXXXXX")}
port=${PORT:-19600}
for side in asterisk station; do
  timeout 600 python3 compat.py run $side "$out" --port "$port" --at-once 40 --only "${1:-.}" || exit 1
done
python3 compat.py compare "$out/asterisk.traces" "$out/station.traces"
code=$?
echo "traces and logs: $out"
exit $code
