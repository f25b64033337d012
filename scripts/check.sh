#!/usr/bin/env bash
# Format, lint, types, import rules and generated pages; goes on after a failure, so that one run shows all. Types take
# as long as all the rest: they are checked beside it, and what they say is shown at their turn.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
run() {
    echo "check: $1" >&2
    "${@:2}" || failed+=("$1")
}

types=$(mktemp)
.venv/bin/mypy --strict >"$types" 2>&1 &
checking=$!
trap 'kill "$checking" 2>/dev/null; rm -f "$types"' EXIT
what_types_say() {
    wait "$checking"
    local status=$?
    cat "$types"
    return $status
}

run format .venv/bin/ruff format --check --quiet .
run lint .venv/bin/ruff check --quiet .
run untyped .venv/bin/python -m scripts.untyped
run imports .venv/bin/lint-imports
run messages .venv/bin/python -m scripts.messages --check
[ ! -f scripts/docs.py ] || run docs .venv/bin/python -m scripts.docs --check
run types what_types_say

if [ ${#failed[@]} -gt 0 ]; then
    echo "check: failed: ${failed[*]}" >&2
    exit 1
fi
