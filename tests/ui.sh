#!/bin/sh
# ui.sh BUILD - the interface: types, unit tests, what the first page weighs, screens in a browser against the mock
#
# Passes with a word when the build is without the interface. Pictures of screens: BUILD/ui/shots.
# The last line is "N passed, N failed".
set -u
build=$(cd "${1:?usage: ui.sh BUILD}" && pwd)
source=$(cd "$(dirname "$0")/../ui" && pwd)
out=$build/ui
if [ ! -d "$out/dist/assets" ]; then
  echo "without the interface: $out/dist has no pages"
  command -v npm >/dev/null && { echo "0 passed, 1 failed"; exit 1; }
  echo "1 passed, 0 failed"
  exit 0
fi
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
in_ui() { sh "$source/build.sh" run "$source" "$out" "$@"; }
check() { # check NAME COMMAND...
  name=$1
  shift
  if in_ui "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok $name"
  else
    failed=$((failed + 1))
    echo "FAILED $name"
    tail -n 40 "$log"
  fi
}
check types npx vue-tsc --noEmit -p tsconfig.json
check unit npx vitest run
check size node test/size.ts "$out/dist"
if [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  check screens node e2e/run.ts "$out/dist" "$out/shots"
else
  echo "screens were not looked at: chromium is not installed"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
