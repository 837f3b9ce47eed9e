#!/bin/sh
# install.sh PACKAGE... - apt-get install, with what a station needs known: as root, any number of times
#
# Debian starts nginx when it installs it, and at each boot. The station runs one of its own (role front): the
# system's is left alone when it was there before, and neither started nor enabled when it comes by us.
set -u
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
has_nginx() { dpkg-query -W -f '${db:Status-Status}' nginx 2>/dev/null | grep -qx installed; }

had_nginx=yes made=
has_nginx || had_nginx=
undo() { [ -z "$made" ] || rm -f $policy; }
trap undo EXIT
trap 'exit 1' INT TERM
if [ -z "$had_nginx" ] && [ ! -e $policy ]; then
  made=yes
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
fi
apt-get install -y -qq --no-install-recommends "$@" ||
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; }
code=$?
if [ -z "$had_nginx" ] && has_nginx && command -v systemctl >/dev/null; then
  systemctl disable nginx >/dev/null 2>&1 || true
fi
exit $code
