# Every command of the project; the work is done by the scripts each one names. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help setup run test test-quick mutants check docs services bench soak secrets lock ci

help:     ## list the commands
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 18

setup:    ## make .venv/ and node_modules/ with the pinned packages; quick when they are there
	@scripts/setup.sh

run: setup    ## serve the whole system with the sample network on http://127.0.0.1:8000
	@.venv/bin/songtor up --demo

test: setup    ## set up everything and run the whole test suite
	@.venv/bin/python -m scripts.suite

test-quick: setup    ## run the tests that need no server, in less than half a minute: at every save
	@.venv/bin/python -m scripts.suite --quick

mutants: setup    ## break the pure rooms in 400 ways and list what no test notices; not part of `make test`
	@.venv/bin/python -m scripts.mutants $(MUTANTS)

check: setup    ## format, lint, types, import rules, generated pages
	@scripts/check.sh

docs: setup    ## write the generated pages anew
	@.venv/bin/python -m scripts.docs

services: setup    ## make RabbitMQ and PostgreSQL reachable for the tests and print their URLs
	@.venv/bin/python -m scripts.servers

bench: setup    ## measure; one JSON line per figure
	@.venv/bin/python -m bench

soak: setup    ## run for long under load and faults, then verify every log
	@.venv/bin/python -m bench.soak

secrets:    ## make the passwords and the master key that docker compose needs, in secrets/
	@scripts/secrets.sh

lock: setup    ## compile requirements*.in to requirements*.txt with hashes
	@scripts/lock.sh

ci:    ## what continuous integration runs
	@.ci/run
