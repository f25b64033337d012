#!/usr/bin/env bash
# Makes what docker-compose.yml reads from secrets/: two passwords and the master key; keeps those that are there.
set -euo pipefail
cd "$(dirname "$0")/.."

umask 077
mkdir -p secrets
make_secret() { # NAME COMMAND...
    if [ ! -s "secrets/$1" ]; then
        "${@:2}" >"secrets/$1.new"
        mv "secrets/$1.new" "secrets/$1"
    fi
}
random_hex() { od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n'; }
random_base64() { head -c 32 /dev/urandom | base64; }

make_secret database_password random_hex
make_secret broker_password random_hex
make_secret master_key random_base64

# The containers read the files as their owner: the image's user if root made them, else the user who did.
if [ "$(id -u)" = 0 ]; then
    chown 10001:10001 secrets/*
else
    printf 'SONGTOR_UID=%s\nSONGTOR_GID=%s\n' "$(id -u)" "$(id -g)" >.env
fi
echo "secrets: ready in secrets/ - keep a copy of master_key: without it no name can ever be read again"
