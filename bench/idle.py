"""What a system on PostgreSQL and RabbitMQ does while nobody asks anything: transactions a second in each database, as
PostgreSQL itself counts them (pg_stat_database), and processor time.

All services in one process, on a cluster and a broker of their own, so that nobody else's transactions count. `--tree`:
the checkout whose system is measured.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import psycopg2

from bench import pages
from tests.support.running import Running, environment
from tests.support.servers import PostgresServer, RabbitServer, free_port

SETTLING, SECONDS = 10.0, 30.0
AIM = 10


def transactions(server: PostgresServer) -> dict[str, int]:
    connection = psycopg2.connect(server.url())
    connection.autocommit = True
    try:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT datname, xact_commit + xact_rollback FROM pg_stat_database WHERE datname LIKE 'idle_%'"
        )
        return dict(cursor.fetchall())
    finally:
        connection.close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--tree", type=Path, default=Path(__file__).parents[1])
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="songtor-idle-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the user who runs PostgreSQL must be able to enter
        postgres, rabbit = PostgresServer(folder / "postgres"), RabbitServer(folder / "rabbit")
        postgres.start()
        rabbit.start()
        port = free_port()
        env = environment(
            SONGTOR_DATA=str(folder / "data"),
            SONGTOR_DATABASE_URL=postgres.url("idle_{service}"),
            SONGTOR_BROKER_URL=rabbit.url(),
            SONGTOR_HTTP=f"127.0.0.1:{port}",
            PYTHONPATH=str(options.tree),
        )
        process = Running(["up"], env, folder / "log", apart=True)
        try:
            running = process.start().process
            assert running is not None
            wait_ready_of_any(f"http://127.0.0.1:{port}")
            time.sleep(SETTLING)
            before, busy, started = transactions(postgres), pages.busy(running.pid), time.monotonic()
            time.sleep(SECONDS)
            seconds = time.monotonic() - started
            after = transactions(postgres)
            busy = pages.busy(running.pid) - busy
        finally:
            process.kill()
            rabbit.kill()
            postgres.kill()
    each = {name.removeprefix("idle_"): round((after[name] - before[name]) / seconds, 1) for name in after}
    figure = {
        "figure": "k_idle_transactions_per_s",
        "tree": options.tree.name,
        "all": round(sum(each.values()), 1),
        "aim": AIM,
        **dict(sorted(each.items())),
        "processor": round(busy / seconds, 3),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figure), flush=True)


def wait_ready_of_any(address: str) -> None:
    """Until pages are answered: what `/ready` says has changed over time."""
    end = time.monotonic() + 90
    while not pages.ready(address.removeprefix("http://")):
        if time.monotonic() > end:
            raise SystemExit("The system did not start.")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
