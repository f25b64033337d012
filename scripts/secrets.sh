#!/usr/bin/env bash
# Makes what docker-compose.yml reads from secrets/: two passwords and the master key; keeps those that are there.
set -euo pipefail
cd "$(dirname "$0")/.."

umask 077
mkdir -p secrets
for name in database_password broker_password master_key; do
    [ -s "secrets/$name" ] || od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$name"
    chmod 600 "secrets/$name"
done

# The containers read the files as their owner: the image's user if root made them, else the user who did.
if [ "$(id -u)" = 0 ]; then
    chown 10001:10001 secrets/*
else
    printf 'SONGTOR_UID=%s\nSONGTOR_GID=%s\n' "$(id -u)" "$(id -g)" >.env
fi
echo "secrets: ready in secrets/ - keep a copy of master_key: without it no name can ever be read again"
