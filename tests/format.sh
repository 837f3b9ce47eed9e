#!/bin/sh
# format.sh - small facts about the tree: shape of files and functions, words that must not stand here
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0
tell() { if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $1"; fi; }

long=$(find src -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 700 { print "  " $2 ": " $1 " lines" }')
[ -z "$long" ]; tell files-under-700-lines $?
[ -z "$long" ] || echo "$long"

functions=$(find src -name '*.c' -exec awk '
  FNR == 1 { start = 0 }
  /^{/ { start = FNR; next }
  /^}/ { if (start && FNR - start - 1 > 100) print "  " FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }' {} +)
[ -z "$functions" ]; tell functions-under-100-lines $?
[ -z "$functions" ] || echo "$functions"

headless=$(find src -name '*.h' -exec sh -c 'for f; do head -c 3 "$f" | grep -q "^/\*" || echo "  $f"; done' sh {} +)
[ -z "$headless" ]; tell headers-open-with-their-purpose $?
[ -z "$headless" ] || echo "$headless"

raw=$(grep -nE '(^|[^a-z_])(malloc|calloc|realloc|strdup|strndup)\(' -r src --include='*.c' | grep -v '^src/base/' || true)
[ -z "$raw" ]; tell memory-comes-from-base $?
[ -z "$raw" ] || echo "$raw"

unnamed=$(for t in tests/e2e/*.sh tests/soak/*.sh; do [ ! -x "$t" ] || grep -q "[/\`]${t##*/}" docs/testing.md || echo "  $t"; done)
[ -z "$unnamed" ]; tell tests-stand-in-docs-testing $?
[ -z "$unnamed" ] || echo "$unnamed"

# Other versions lay out a few lines differently.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  scratch=$(mktemp)
  find src tests/unit tests/fuzz -name '*.[ch]' | xargs clang-format --dry-run -Werror >/dev/null 2>"$scratch"
  tell clang-format $?
  sed -n 's/^\([^ :]*\):[0-9:]* error.*/  \1/p' "$scratch" | sort | uniq -c | head -20
  rm -f "$scratch"
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
