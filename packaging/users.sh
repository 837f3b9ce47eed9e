#!/bin/sh
# users.sh - make the system group and users of the station's roles (docs/roles.md); as root, any number of times
set -e
getent group station >/dev/null || groupadd --system station
for role in engine media runner web front notify script; do
  getent passwd "station-$role" >/dev/null ||
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "station-$role"
done
