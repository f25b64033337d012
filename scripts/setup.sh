#!/usr/bin/env bash
# Makes .venv/ (and node_modules/, if there is a package.json) from the pinned lists; does nothing if they fit already.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

makes_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# A distribution's own Python before others: it is built to be fast (our tests need a tenth less of the processor by it).
fitting_python() {
    local name
    for name in /usr/bin/python3 python3.13 python3.12 python3.11 python3; do
        if fits "$name" && makes_environments "$name"; then
            command -v "$name"
            return
        fi
    done
}

python=$(fitting_python)
[ -n "$python" ] || fail "Python 3.11 or newer is missing" "on Debian: apt-get install python3 python3-venv"

# What was installed is remembered as a copy of the lists; comparing needs no tool that some system lacks.
python_lists() { cat requirements.txt requirements-dev.txt pyproject.toml; }
node_lists() { cat package.json package-lock.json; }

if ! fits .venv/bin/python || ! python_lists | cmp -s - .venv/installed; then
    if ! fits .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --clear .venv ||
            fail "$python cannot make a virtual environment" "on Debian: apt-get install python3-venv"
    fi
    echo "setup: installing the Python packages into .venv" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements.txt -r requirements-dev.txt || fail "the Python packages could not be installed, see above"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . ||
        fail "the project itself could not be installed, see above"
    python_lists >.venv/installed
fi

if [ -f package.json ]; then
    node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null ||
        fail "Node.js 20 or newer is missing" "see https://nodejs.org/en/download"
    command -v npm >/dev/null || fail "npm is missing" "on Debian: apt-get install npm"
    if ! node_lists | cmp -s - node_modules/.installed; then
        echo "setup: installing the front-end packages into node_modules" >&2
        npm ci --no-audit --no-fund --loglevel=error || fail "the front-end packages could not be installed, see above"
        node_lists >node_modules/.installed
    fi
fi

# The pages' styles, scripts and fonts, from those packages and our own sources.
asset_sources() { cat package-lock.json scripts/assets.py services/web/assets/*; }
if ! asset_sources | cmp -s - services/web/static/.built; then
    .venv/bin/python -m scripts.assets || fail "the styles and scripts of the pages could not be built, see above"
    asset_sources >services/web/static/.built
fi
