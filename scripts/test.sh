#!/usr/bin/env bash
# Runs the whole test suite, one pytest process per group, and ends with one line `N passed, N failed`.
# A skipped test and an error count as failed. Arguments go to every pytest: `scripts/test.sh -x`.
set -uo pipefail
cd "$(dirname "$0")/.."

# Clients of real processes, and browsers, hang in a process that eventlet has patched; tests/conftest.py reads this.
unpatched=(journeys faults compose)
results=var/test
rm -rf "$results"
mkdir -p "$results"

urls=$(.venv/bin/python -m scripts.servers) || {
    echo "0 passed, 1 failed"
    exit 1
}
while IFS='=' read -r name url; do
    export "$name=$url"
done <<<"$urls"
SONGTOR_TEST_CHROMIUM=$(.venv/bin/python -m scripts.chromium) || {
    echo "0 passed, 1 failed"
    exit 1
}
export SONGTOR_TEST_CHROMIUM

run() {
    local group=$1
    shift
    echo "test: $group" >&2
    .venv/bin/python -m pytest --quiet --junitxml="$results/$group.xml" "$@"
    echo $? >"$results/$group.exit"
}

# The browser waits for pages as the others wait for databases and a broker, and shares neither with them: side by side they take the
# time of one. What it says is shown when it is done.
SONGTOR_TEST_UNPATCHED=1 run browser tests/browser "$@" >"$results/browser.log" 2>&1 &
run main tests --ignore=tests/browser "${unpatched[@]/#/--ignore=tests/}" "$@"
for group in "${unpatched[@]}"; do
    SONGTOR_TEST_UNPATCHED=1 run "$group" "tests/$group" "$@"
done
wait
cat "$results/browser.log"
.venv/bin/python -m scripts.summary "$results"
