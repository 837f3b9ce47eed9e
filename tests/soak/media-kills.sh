#!/bin/sh
# media-kills.sh [KILLS] - by hand: kill -9 of the media role while two phones talk, 20 times; the longest pause that
# they hear each time (500 ms at most), and whether they hear one stream all the while
. "$(dirname "$0")/../e2e/lib.sh"
. tests/e2e/calls.sh

check init office
check station-starts station_up
cat >"$WORK/kill" <<X
#!/bin/sh
kill -9 \$("$STATION" ctl --state "$STATE" "core show roles" | awk '\$1 == "media" { print \$2 }')
X
chmod 755 "$WORK/kill"
check kills python3 tests/soak/media-kills.py "$SIP" "$TRUNK" "${1:-20}" "$WORK/kill"
end
