"""The private servers of the fault tests keep their data over a stop and over kill -9."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import kombu
import psycopg2
import pytest

from tests.support.servers import PostgresServer, RabbitServer, ServerError, free_port


@pytest.fixture
def directory() -> Iterator[Path]:
    """pytest's own tmp_path is closed to the user who runs PostgreSQL when the tests are run by root."""
    with tempfile.TemporaryDirectory(prefix="songtor-servers-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def ask(server: PostgresServer, sql: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(server.url())
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


KEPT = kombu.Queue("kept", durable=True, queue_arguments={"x-queue-type": "quorum"})


def put(server: RabbitServer, body: str) -> None:
    confirmed = {"confirm_publish": True}
    with kombu.Connection(server.url(), connect_timeout=5, transport_options=confirmed) as connection:
        connection.Producer().publish(body, routing_key="kept", declare=[KEPT], confirm_timeout=10)


def take(server: RabbitServer) -> str:
    with (
        kombu.Connection(server.url(), connect_timeout=5, transport_options={"max_retries": 0}) as connection,
        connection.SimpleQueue(KEPT) as queue,
    ):
        message = queue.get(timeout=10)
        message.ack()
        body: str = message.payload
        return body


def test_postgres_keeps_what_was_committed_over_a_stop_and_over_kill_9(directory: Path):
    with PostgresServer(directory / "postgres") as server:
        ask(server, "create table kept (word text)")
        ask(server, "insert into kept values ('ก่อนหยุด')")
        server.restart()
        ask(server, "insert into kept values ('ก่อนไฟดับ')")
        server.kill()
        assert not server.running()
        with pytest.raises(psycopg2.OperationalError):
            ask(server, "select 1")
        server.start()
        assert ask(server, "select word from kept") == [("ก่อนหยุด",), ("ก่อนไฟดับ",)]


def test_rabbit_keeps_confirmed_messages_over_a_stop_and_over_kill_9(directory: Path):
    with RabbitServer(directory / "rabbit") as server:
        put(server, "before the stop")
        server.restart()
        assert take(server) == "before the stop"
        put(server, "before the power cut")
        server.kill()
        assert not server.running()
        with pytest.raises(kombu.exceptions.OperationalError, match=r"(?i)refused"):
            take(server)
        server.start()
        assert take(server) == "before the power cut"


def test_another_process_finds_a_running_server_by_its_directory(directory: Path):
    with PostgresServer(directory / "postgres") as server:
        found = PostgresServer(directory / "postgres")
        assert found.running()
        assert found.url() == server.url()
        found.stop()
        assert not server.running()


def test_stopping_what_does_not_run_is_no_error(directory: Path):
    server = RabbitServer(directory / "rabbit")
    server.stop()
    server.kill()
    assert not server.running()


def test_a_server_that_cannot_start_says_why(directory: Path):
    with PostgresServer(directory / "first") as first:
        second = PostgresServer(directory / "second", port=first.port)
        with pytest.raises(ServerError, match=r"ended at its start(.|\n)*in use"):
            second.start()


def test_a_directory_that_the_owner_of_the_cluster_cannot_enter_is_named(directory: Path):
    closed = directory / "closed"
    closed.mkdir(mode=0o700 if os.geteuid() == 0 else 0o000)
    with pytest.raises(ServerError, match=f"cannot (enter|make) {closed}"):
        PostgresServer(closed / "cluster").start()


def test_a_free_port_is_free_and_not_privileged():
    assert 1024 < free_port() < 65536
