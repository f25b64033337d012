"""Makes RabbitMQ and PostgreSQL reachable for tests and benchmarks and prints their two URLs as NAME=URL.

For each: SONGTOR_TEST_BROKER_URL or SONGTOR_TEST_DATABASE_URL if given, else the one running on the usual port, else
(root) the installed one is started, else (root, Debian) its package is installed, else a private one is started under
var/, which `--stop` ends. The database URL is an administrator's: the tests make and drop databases of their own.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import amqp.exceptions
import kombu
import kombu.exceptions
import psycopg2

from tests.support.servers import PostgresServer, RabbitServer, ServerError

ROOT = os.geteuid() == 0
PRIVATE = Path(__file__).resolve().parent.parent / "var" / "services"
# The user `postgres` must be able to enter, which a checkout below /root does not let it.
PRIVATE_ELSEWHERE = Path("/var/tmp/songtor-services")  # noqa: S108 - a private cluster's data, owned by its user


@dataclass(frozen=True)
class Need:
    name: str
    setting: str
    usual_url: str
    package: str
    server_program: str
    refusal: Callable[[str], str | None]
    private_url: Callable[[], str]


def main(arguments: list[str]) -> int:
    if arguments == ["--stop"]:
        RabbitServer(PRIVATE / "rabbitmq").stop()
        for directory in (PRIVATE, PRIVATE_ELSEWHERE):
            PostgresServer(directory / "postgresql").stop()
        return 0
    urls: dict[str, str] = {}
    for need in (RABBITMQ, POSTGRESQL):
        try:
            urls[need.setting] = reachable(need)
        except ServerError as error:
            say(str(error))
            return 1
    for setting, url in urls.items():
        print(f"{setting}={url}", flush=True)
    return 0


def reachable(need: Need) -> str:
    """A URL at which it answers now."""
    given = os.environ.get(need.setting)
    if given:
        refusal = need.refusal(given)
        if refusal:
            raise ServerError(f"{need.name} does not answer at {need.setting}: {refusal}")
        return given
    refusal = need.refusal(need.usual_url)
    if refusal is None:
        return need.usual_url
    if ROOT and not installed(need) and shutil.which("apt-get"):
        say(f"installing {need.package}")
        install(need.package)
    if ROOT and installed(need) and started(need):
        return need.usual_url
    if not installed(need):
        raise ServerError(
            f"{need.name} is not running ({refusal}) and not installed; as root: apt-get install {need.package}"
        )
    say(f"{need.name} at the usual port refuses ({need.refusal(need.usual_url)}); starting a private one")
    return need.private_url()


def installed(need: Need) -> bool:
    return bool(shutil.which(need.server_program)) or any(
        Path("/usr/lib").glob(f"*/*/bin/{need.server_program}")
    )


def install(package: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", package]):
        done = subprocess.run(command, env=environment, stdout=sys.stderr)
        if done.returncode:
            raise ServerError(f"`{' '.join(command)}` failed; {package} could not be installed")


def started(need: Need) -> bool:
    """Start the machine's own server; whether it answers at the usual port within half a minute."""
    systemd = Path("/run/systemd/system").exists()
    command = ["systemctl", "start", need.package] if systemd else ["service", need.package, "start"]
    say(f"starting {need.name}: {' '.join(command)}")
    try:
        if subprocess.run(command, stdout=sys.stderr).returncode:
            return False
    except FileNotFoundError:
        return False
    deadline = time.monotonic() + 30
    while (refusal := need.refusal(need.usual_url)) and "refused" in refusal.lower():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return refusal is None


def broker_refusal(url: str) -> str | None:
    """Why the broker cannot be used; None if it can."""
    try:
        with kombu.Connection(url, connect_timeout=5, transport_options={"max_retries": 0}) as connection:
            connection.connect()
    except (OSError, kombu.exceptions.KombuError, amqp.exceptions.AMQPError) as error:
        return str(error).splitlines()[0]
    return None


def database_refusal(url: str) -> str | None:
    """Why databases cannot be made there; None if they can."""
    try:
        connection = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.OperationalError as error:
        return str(error).splitlines()[0]
    try:
        with connection.cursor() as cursor:
            cursor.execute("select rolsuper or rolcreatedb from pg_roles where rolname = current_user")
            allowed = cursor.fetchone()
    finally:
        connection.close()
    return None if allowed and allowed[0] else "its role may not make databases"


def private_broker() -> str:
    server = RabbitServer(PRIVATE / "rabbitmq")
    server.start()
    return server.url()


def private_database() -> str:
    try:
        server = PostgresServer(PRIVATE / "postgresql")
        server.start()
    except ServerError as error:
        if "cannot enter" not in str(error):
            raise
        server = PostgresServer(PRIVATE_ELSEWHERE / "postgresql")
        server.start()
    return server.url()


def say(text: str) -> None:
    print(f"services: {text}", file=sys.stderr, flush=True)


RABBITMQ = Need(
    name="RabbitMQ",
    setting="SONGTOR_TEST_BROKER_URL",
    usual_url="pyamqp://guest:guest@127.0.0.1:5672//",
    package="rabbitmq-server",
    server_program="rabbitmq-server",
    refusal=broker_refusal,
    private_url=private_broker,
)
POSTGRESQL = Need(
    name="PostgreSQL",
    setting="SONGTOR_TEST_DATABASE_URL",
    usual_url="postgresql://postgres@127.0.0.1:5432/postgres",
    package="postgresql",
    server_program="initdb",
    refusal=database_refusal,
    private_url=private_database,
)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
