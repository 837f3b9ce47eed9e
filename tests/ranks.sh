#!/bin/sh
# ranks.sh - a file includes its own folder and lower ranks only, as "folder/name.h"
#
# The ranks are those of ARCHITECTURE.md; a folder that is not in the table fails, so that a new one
# gets its rank. With a directory as argument, checks that tree instead of src (the test of this test).
cd "$(dirname "$0")/.." || exit 1

check() {
  find "$1" -name '*.[ch]' | sort | xargs awk -v root="$1/" '
    BEGIN {
      n = split("base 0 dsp 1 loop 1 ipc 2 sip 2 sdp 2 rtp 2 http 2 sheet 2 ami 2 store 2 model 3 media 3 archive 3 call 4 plan 5 " \
                "web 3 rest 4 pjsip 6 queue 6 conference 6 voicemail 6 import 7 manager 7 api 7 dialler 7 notify 7 role 8", w)
      for (i = 1; i < n; i += 2) rank[w[i]] = w[i + 1]
    }
    FNR == 1 {
      file = substr(FILENAME, length(root) + 1)
      if (split(file, part, "/") < 2) { folder = "main"; rank[folder] = 9 } else folder = part[1]
      files++
      if (!(folder in rank)) { print FILENAME ": folder without a rank: " folder; bad++; rank[folder] = -1 }
    }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
      split($0, q, "\""); used = q[2]
      if (split(used, part, "/") < 2) { print FILENAME ":" FNR ": written without its folder: " used; bad++; next }
      if (part[1] == folder) next
      if (!(part[1] in rank)) { print FILENAME ":" FNR ": unknown folder: " used; bad++ }
      else if (rank[part[1]] >= rank[folder]) {
        print FILENAME ":" FNR ": " folder " (rank " rank[folder] ") includes " used " (rank " rank[part[1]] ")"; bad++
      }
    }
    END { exit bad > 0 || files == 0 }'
}

if [ $# -gt 0 ]; then check "$1"; exit; fi

passed=0 failed=0
tell() { if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $1"; fi; }

check src
tell includes-go-downwards $?

# This test can fail: one wrong include of each kind must be found.
t=$(mktemp -d)
for line in '"sip/dialog.h"' '"media/mix.h"' '"slice.h"' '"nowhere/x.h"'; do
  rm -rf "$t/src"; mkdir -p "$t/src/sdp"
  echo "#include $line" >"$t/src/sdp/sdp.c"
  if check "$t/src" >/dev/null; then tell "finds-$line" 1; else tell "finds-$line" 0; fi
done
echo '#include "base/mem.h"' >"$t/src/sdp/sdp.c"
check "$t/src"
tell lower-rank-is-fine $?
rm -rf "$t"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
