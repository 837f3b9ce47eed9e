# server.sh - a MariaDB server of one's own for the end-to-end tests. Sourced after lib.sh, not run.
#
#   server_make   an empty data directory
#   server_up     starts it; socket $SERVER_SOCKET, user root without a password, no port; with options of
#                 mariadbd (--port=...) also by the network
#   server_down   ends it for good; server_kill kills it
#   server_sql    runs SQL by MariaDB's own client
server_pid=
command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || { echo "needs mariadb-server"; exit 1; }

# In memory where that is to be had: a thousand small databases are made and dropped.
SERVER=$(mktemp -d /dev/shm/station-e2e-XXXXXX 2>/dev/null || mktemp -d "$WORK/mariadb-XXXXXX")
SERVER_SOCKET=$SERVER/socket

# It refuses to be root, and needs nobody's rights.
as_nobody() { if [ "$(id -u)" = 0 ]; then setpriv --reuid nobody --clear-groups "$@"; else "$@"; fi; }
server_make() {
  chmod 755 "$SERVER"
  [ "$(id -u)" != 0 ] || chown nobody "$SERVER"
  as_nobody mariadb-install-db --no-defaults --datadir="$SERVER/data" --auth-root-authentication-method=normal \
    --skip-test-db --skip-name-resolve >"$WORK/server.log" 2>&1
}
server_answers() { mariadb-admin --no-defaults -u root -S "$SERVER_SOCKET" ping >/dev/null 2>&1; }
server_up() {
  as_nobody mariadbd --no-defaults --datadir="$SERVER/data" --socket="$SERVER_SOCKET" --pid-file="$SERVER/pid" \
    "${@:---skip-networking}" --skip-log-bin --innodb-buffer-pool-size=16M --innodb-log-file-size=8M \
    --performance-schema=OFF >>"$WORK/server.log" 2>&1 &
  within 20 server_answers && server_pid=$(cat "$SERVER/pid")
}
server_end() {
  [ -n "$server_pid" ] || return 0
  kill "$1" "$server_pid" 2>/dev/null
  server_is_gone() { ! kill -0 "$server_pid" 2>/dev/null; }
  within 10 server_is_gone
  server_pid=
}
server_down() {
  server_end -TERM
  rm -rf "$SERVER"
}
server_kill() { server_end -KILL; }
server_sql() { mariadb --no-defaults -u root -S "$SERVER_SOCKET" -N -B "$@"; }
server_url() { echo "mysql://root@localhost/$1?socket=$SERVER_SOCKET"; }
