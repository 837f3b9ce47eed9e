#!/bin/sh
# test.sh - install what the tests need, build with sanitizers, run everything, sum up
#
#   ./test.sh [NAME...]     NAME: unit scene corpus ranks format ui e2e release fuzz (default: all)
#
# The last line is "N passed, N failed"; the exit code is 1 when something failed. Logs: build-asan/test-logs.
# Environment: JOBS (default: processors), FUZZ_RUNS (of each harness, default 20,000 from a fixed seed; longer
# hunts are run by hand: docs/testing.md). Every part is run, whatever fails before it.
set -u
cd "$(dirname "$0")" || exit 1
jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
out=build-asan
logs=$PWD/$out/test-logs
parts=${*:-unit scene corpus ranks format ui e2e release fuzz}
wants() { case " $parts " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

# ---- packages ----

packages='gcc libc6-dev meson ninja-build pkgconf libssl-dev libc-ares-dev libsqlite3-dev
  libsndfile1-dev libsamplerate0-dev libmp3lame-dev libmariadb-dev libcurl4-openssl-dev libsrtp2-dev libseccomp-dev libcap-dev libedit-dev libmicrohttpd-dev libjansson-dev libsodium-dev nginx curl ca-certificates tzdata
  asterisk-core-sounds-ru-wav asterisk-core-sounds-en-wav asterisk-moh-opsound-wav
  clang clang-format libclang-rt-dev baresip-core sip-tester sox libsox-fmt-mp3 python3 sqlite3 procps iproute2 openssl psmisc mariadb-server chromium'

# node, and npm that comes with it or apart
command -v npm >/dev/null || packages="$packages nodejs npm"

missing() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    awk -v want="$*" '$1 == "installed" { have[$2] = 1 }
      END { n = split(want, w); for (i = 1; i <= n; i++) if (!have[w[i]]) printf "%s ", w[i] }'
}

# shellcheck disable=SC2086
need=$(missing $packages)
if [ -n "$need" ]; then
  if [ "$(id -u)" = 0 ]; then
    scratch=$(mktemp)
    echo "installing: $need"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    sh packaging/install.sh $need >"$scratch" 2>&1 || { tail -20 "$scratch"; echo "apt-get failed"; }
    rm -f "$scratch"
  else
    echo "not installed, parts of the tests will fail: $need"
  fi
fi

# ---- build ----

rm -rf "$logs"
mkdir -p "$logs"
echo "building with sanitizers (log: $out/test-logs/build.log)"
built=yes
[ -e $out/build.ninja ] ||
  meson setup $out -Db_sanitize=address,undefined --buildtype debugoptimized >"$logs/build.log" 2>&1 || built=
[ -n "$built" ] && { ninja -C $out >>"$logs/build.log" 2>&1 || built=; }
if [ -z "$built" ]; then
  tail -40 "$logs/build.log"
  echo "the build failed"
  echo "0 passed, 1 failed"
  exit 1
fi
if [ "$(id -u)" = 0 ]; then sh packaging/users.sh; fi
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export STATION="$PWD/$out/station"

# ---- one test program: its last "N passed, N failed" line counts; without one it is one failure ----

cat >"$out/run-one" <<'RUN'
#!/bin/sh
# run-one LOGS NAME SECONDS COMMAND...
logs=$1 name=$2 limit=$3
shift 3
log=$logs/$(echo "$name" | tr / _).log
timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null
code=$?
sum=$(grep -aE '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -1)
case $sum:$code in
  *' 0 failed:0') ;;
  :0) sum='1 passed, 0 failed' ;;
  :*|*' 0 failed:'*) sum="${sum%% passed*}"; sum="${sum:-0} passed, 1 failed"; bad="exit code $code" ;;
esac
echo "$sum" >"$log.sum"
case $sum in
  *' 0 failed') printf '%-40s %s\n' "$name" "$sum" ;;
  *)
    printf '%-40s %s  %s\n' "$name" "$sum" "${bad:-}"
    { grep -aE 'FAILED|runtime error|ERROR: |^[^ ]*\.[ch]:[0-9]+: ' "$log" | head -n 30; echo ...; tail -n 12 "$log"; } |
      sed 's/^/    | /'
    ;;
esac
RUN
chmod +x "$out/run-one"
many() { xargs -P "$jobs" -I{} sh -c "\"$PWD/$out/run-one\" {}"; } # lines: LOGS NAME SECONDS COMMAND
one() { "$PWD/$out/run-one" "$logs" "$@"; }

# ---- the parts ----

programs() { find "$out/tests/$1" -maxdepth 1 -type f -name "$2" -perm -u+x | sort; }

if wants unit; then
  programs unit 'unit_*' | while read -r p; do echo "$logs $(basename "$p") 240 $p"; done | many
fi
if wants corpus; then
  programs fuzz 'corpus_*' | while read -r p; do
    n=$(basename "$p")
    echo "$logs $n 240 $p tests/fuzz/corpus/${n#corpus_}"
  done | many
fi
if wants scene; then
  programs scene 'scene*' | while read -r p; do echo "$logs $(basename "$p") 600 $p tests/scene"; done | many
fi
if wants ranks; then one ranks 60 sh tests/ranks.sh; fi
if wants format; then one format 120 sh tests/format.sh; fi
if wants ui; then one ui 900 sh tests/ui.sh "$out"; fi
if wants e2e; then
  # Each has ports and a directory of its own, and waits more than it works.
  for t in tests/e2e/*.sh; do
    [ -x "$t" ] && echo "$logs e2e/$(basename "$t" .sh) 400 $t"
  done | many
fi
# Link-time optimisation makes another program of the same sources: calls are made with that one, too.
if wants release; then
  if { sh packaging/release.sh build-release -Dui=disabled &&
    ninja -C build-release station tests/e2e/tone tests/e2e/hear tests/e2e/marks tests/e2e/relay tests/e2e/remote; } \
    >"$logs/build-release.log" 2>&1; then
    for t in manager-golden phones record features; do
      echo "$logs release/$t 400 env STATION=$PWD/build-release/station tests/e2e/$t.sh"
    done | many
  else
    tail -20 "$logs/build-release.log"
    one release-build 5 false
  fi
fi
if wants fuzz && command -v clang >/dev/null; then
  flags='-fsanitize=fuzzer-no-link'
  if { [ -e build-fuzz/build.ninja ] ||
    CC=clang meson setup build-fuzz -Dfuzz=true -Dwerror=false -Db_sanitize=address,undefined -Db_lundef=false \
      -Dc_args="$flags" --buildtype debugoptimized; } >"$logs/build-fuzz.log" 2>&1 &&
    ninja -C build-fuzz $(ninja -C build-fuzz -t targets all | sed -n 's/^\(tests\/fuzz\/fuzz_[a-z_0-9]*\):.*/\1/p') \
      >>"$logs/build-fuzz.log" 2>&1; then
    find build-fuzz/tests/fuzz -maxdepth 1 -type f -name 'fuzz_*' -perm -u+x | sort | while read -r p; do
      n=$(basename "$p")
      mkdir -p "build-fuzz/found/$n"
      echo "$logs $n 120 $p -seed=1 -runs=${FUZZ_RUNS:-20000} -max_total_time=60 -timeout=10 -artifact_prefix=build-fuzz/found/$n/" \
        "build-fuzz/found/$n tests/fuzz/corpus/${n#fuzz_}"
    done | many
  else
    tail -20 "$logs/build-fuzz.log"
    one fuzz-build 5 false
  fi
fi

# ---- the sum ----

cat "$logs"/*.sum 2>/dev/null | awk '{ p += $1; f += $3 } END { printf "%d passed, %d failed\n", p, f; exit f > 0 || p == 0 }'
