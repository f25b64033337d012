#!/usr/bin/env bash
# Format, lint, types, import rules and generated pages; goes on after a failure, so that one run shows all.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
run() {
    echo "check: $1" >&2
    "${@:2}" || failed+=("$1")
}

run format .venv/bin/ruff format --check --quiet .
run lint .venv/bin/ruff check --quiet .
run types .venv/bin/mypy --strict
run untyped .venv/bin/python -m scripts.untyped
run imports .venv/bin/lint-imports
run messages .venv/bin/python -m scripts.messages --check
[ ! -f scripts/docs.py ] || run docs .venv/bin/python -m scripts.docs --check

if [ ${#failed[@]} -gt 0 ]; then
    echo "check: failed: ${failed[*]}" >&2
    exit 1
fi
