#!/usr/bin/env bash
# Runs the whole test suite, one pytest process per group, and ends with one line `N passed, N failed`.
# A skipped test and an error count as failed. Arguments go to every pytest: `scripts/test.sh -x`.
set -uo pipefail
cd "$(dirname "$0")/.."

# Clients of real processes, and browsers, hang in a process that eventlet has patched: each has a process of its own that is not. They wait
# for pages and processes as the others wait for databases and a broker, and share no server with them, so they run beside them.
# What breaks things at random moments comes last and alone.
beside=(browser journeys compose)
alone=(faults)
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

unpatched() {
    local group
    for group in "$@"; do
        SONGTOR_TEST_UNPATCHED=1 run "$group" "tests/$group" "${arguments[@]}" # tests/conftest.py reads it
    done
}

arguments=("$@")
unpatched "${beside[@]}" >"$results/beside.log" 2>&1 &
run main tests "${beside[@]/#/--ignore=tests/}" "${alone[@]/#/--ignore=tests/}" "$@"
wait
cat "$results/beside.log"
unpatched "${alone[@]}"
.venv/bin/python -m scripts.summary "$results"
