#!/bin/sh
# start.sh - from a bare Debian to a running station: install what is missing, build, make the state
# directory with a demo office, run in the foreground.
#
#   ./start.sh [--state DIR] [--sip-port PORT] [--bind ADDRESS] [--log LEVEL]
#   ./start.sh --build        install what is missing and build, no more
#
# As root each role gets its own user. Not root: nothing is installed, all runs as you, and the state
# directory is ./state unless --state says otherwise. A second start only starts.
set -eu
cd "$(dirname "$0")"

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in ru*) russian=yes ;; *) russian= ;; esac
say() { if [ "$russian" ]; then echo "$1"; else echo "$2"; fi; }
die() { say "start.sh: $1" "start.sh: $2" >&2; exit 1; }
usage() { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit "$1"; }
is_root() { [ "$(id -u)" = 0 ]; }

state= port= bind= log= only_build=
while [ $# -gt 0 ]; do
  case $1 in
    --state|--sip-port|--bind|--log) [ $# -gt 1 ] || usage 2 ;;
    --build) only_build=yes; shift; continue ;;
    --help|-h) usage 0 ;;
    *) usage 2 ;;
  esac
  case $1 in
    --state) state=$2 ;;
    --sip-port) port=$2 ;;
    --bind) bind=$2 ;;
    --log) log=$2 ;;
  esac
  shift 2
done
if [ -z "$state" ]; then
  if is_root; then state=/var/lib/station; else state=$PWD/state; fi
fi

# ---- packages ----

build_packages='gcc libc6-dev meson ninja-build pkgconf libssl-dev libc-ares-dev libsqlite3-dev
  libsndfile1-dev libsamplerate0-dev libmp3lame-dev libmariadb-dev libcurl4-openssl-dev libsrtp2-dev libseccomp-dev libcap-dev libedit-dev libmicrohttpd-dev libjansson-dev libsodium-dev'
run_packages='ca-certificates tzdata nginx libnginx-mod-http-brotli-static asterisk-core-sounds-ru-wav asterisk-core-sounds-en-wav
  asterisk-moh-opsound-wav'

# The interface is built by Node: npm comes with it, or apart.
command -v npm >/dev/null || build_packages="$build_packages nodejs npm"

missing() { # missing NAME...: those that are not installed
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    awk -v want="$*" '$1 == "installed" { have[$2] = 1 }
      END { n = split(want, w); for (i = 1; i <= n; i++) if (!have[w[i]]) printf "%s ", w[i] }'
}

install_missing() {
  # shellcheck disable=SC2086
  need=$(missing $build_packages $run_packages)
  [ -n "$need" ] || return 0
  is_root || {
    say "Не установлены: $need(от root: apt-get install $need)" \
      "Not installed: $need(as root: apt-get install $need)" >&2
    return 0
  }
  say "Устанавливается: $need" "Installing: $need"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  apt_log=$(mktemp)
  # Sounds and nginx by themselves: a mirror without them must not keep the station from being built.
  # shellcheck disable=SC2046,SC2086
  apt_install $(missing $build_packages) || { cat "$apt_log" >&2; die "apt-get не справился" "apt-get failed"; }
  # shellcheck disable=SC2046,SC2086
  apt_install $(missing $run_packages) || say "Не установлено: $(missing $run_packages)(станция работает и без них)" \
    "Not installed: $(missing $run_packages)(the station runs without them)" >&2
  rm -f "$apt_log"
}

apt_install() {
  [ $# -gt 0 ] || return 0
  sh packaging/install.sh "$@" >"$apt_log" 2>&1
}

# ---- build ----

build() {
  if [ ! -e build/build.ninja ]; then
    say "Подготовка сборки..." "Preparing the build..."
    sh packaging/release.sh build >build.log 2>&1 || { cat build.log >&2; die "meson setup" "meson setup"; }
  fi
  if [ ! -x build/station ]; then say "Сборка..." "Building..."; fi
  ninja -C build station >build.log 2>&1 || { tail -50 build.log >&2; die "сборка не удалась" "the build failed"; }
  rm -f build.log
}

# ---- what to type into a phone ----

address() { # the address that phones reach
  if [ -n "$bind" ] && [ "$bind" != 0.0.0.0 ]; then echo "$bind"; return; fi
  # shellcheck disable=SC2046
  set -- $(hostname -I 2>/dev/null || true)
  echo "${1:-127.0.0.1}"
}

sip_ports() { # "udp 5060" per line, from the database: it may have been changed since
  build/station sql --state "$state" \
    "SELECT p.var_val, b.var_val FROM static_pjsip p JOIN static_pjsip b ON b.category = p.category
     WHERE p.var_name = 'protocol' AND b.var_name = 'bind' ORDER BY 1 DESC" 2>/dev/null |
    awk -F'\t' '{ n = split($2, part, ":"); port = n > 1 ? part[n] : ($1 == "tls" ? 5061 : 5060)
      printf "%s %s  ", toupper($1), port }'
}

instructions() {
  host=$(address)
  ports=$(sip_ports)
  echo
  say "В телефон вводится:" "What to type into a phone:"
  say "  сервер (домен, регистратор):  $host" "  server (domain, registrar):  $host"
  say "  транспорты и порты:           ${ports:-UDP 5060  TCP 5060  TLS 5061}" \
    "  transports and ports:        ${ports:-UDP 5060  TCP 5060  TLS 5061}"
  if [ -r "$state/phones.txt" ]; then
    say "  пользователи и пароли:" "  users and passwords:"
    sed 's/^/    /' "$state/phones.txt"
  fi
  say "Консоль: build/station ctl --state $state    Остановка: Ctrl-C" \
    "Console: build/station ctl --state $state    Stop: Ctrl-C"
  echo
}

install_missing
build
if is_root; then sh packaging/users.sh; fi
[ -z "$only_build" ] || exit 0
# On a server (file database) the certificate, made last, tells that init went through.
is_made() { [ -e "$state/station.db" ] || { [ -e "$state/database" ] && [ -e "$state/tls/station.pem" ]; }; }
if ! is_made; then
  set -- --state "$state"
  [ -z "$port" ] || set -- "$@" --sip-port "$port"
  [ -z "$bind" ] || set -- "$@" --bind "$bind"
  build/station init "$@" || exit 1
elif [ -n "$port$bind" ]; then
  say "Каталог $state уже есть: --sip-port и --bind действуют только при создании." \
    "The directory $state exists: --sip-port and --bind count only when it is made."
fi
instructions
set -- --state "$state"
[ -z "$log" ] || set -- "$@" --log "$log"
exec build/station run "$@"
