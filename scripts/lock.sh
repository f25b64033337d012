#!/usr/bin/env bash
# Compiles requirements*.in to requirements*.txt with hashes, naming no index; run after changing a .in file.
# With arguments they go to pip-compile: `scripts/lock.sh --upgrade`.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=var/lock-tool
[ -x "$tool/bin/pip-compile" ] || { .venv/bin/python -m venv "$tool" && "$tool/bin/pip" install --quiet pip-tools; }
for name in requirements requirements-dev; do
    "$tool/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-options \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file "$name.txt" "$name.in" "$@"
done
if grep -nE '://|^-|^ *--[^h]' requirements.txt requirements-dev.txt; then
    echo "lock: the lines above name an index or an option; a requirements file must not" >&2
    exit 1
fi
