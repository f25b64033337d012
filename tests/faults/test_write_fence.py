"""An old program writes while a new one raises a read model's version: nothing is missing from the new rows, and the
old one is told to stop. On PostgreSQL, with the real program of before the fence in a process of its own."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import Column, MetaData, Table, Text, select, text

from services.kernel import building, settings
from services.kernel.local import Network, SimulatedClock
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import SHARED
from services.kernel.settings import Settings
from services.system import DOORS
from tests.support import databases, former
from tests.support.client import until

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
FIRST = 10  # cases that the old program opens before the new one comes
RAISED = ("reporting", "screening", "intake")
OLDER = "This program is older than the database's read models"

noted = Table("noted_v1", MetaData(), Column("fact_id", Text, primary_key=True), info=SHARED)


def note(db: Any, facts: Any) -> None:
    upsert(db, noted, [{"fact_id": fact.id} for fact in facts], ["fact_id"], ())


NOTED = Projection("noted", 1, (noted,), note)


class Old:
    """The former program at its writing."""

    def __init__(self, tree: Path, folder: Path, url: str) -> None:
        self.process = former.start(tree, former.FORMER / "writer.py", str(folder), url)
        self.lines: list[dict[str, str]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(orjson.loads(line))

    @property
    def opened(self) -> list[str]:
        return [line["opened"] for line in self.lines if "opened" in line]

    def refused(self, service: str) -> set[str]:
        return {line["why"] for line in self.lines if line.get("refused") == service}

    def stop(self) -> str:
        """What it wrote to its standard error."""
        self.process.stdin.close()
        errors = self.process.stderr.read()
        self.process.wait(60)
        self._reader.join(60)
        return errors


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return former.export(tmp_path_factory.mktemp("former"))


@pytest.fixture
def url() -> Iterator[str]:
    mark = f"songtor_test_{uuid4().hex[:8]}"
    yield databases.url(mark)
    databases.drop_databases(mark)


@pytest.fixture
def start_old(tree, tmp_path, url) -> Iterator[Callable[[], Old]]:
    started: list[Old] = []

    def start() -> Old:
        started.append(Old(tree, tmp_path, url))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()


def noting(service: type[Any]) -> type[Any]:
    """A service of the new program: with one read model more, that notes every fact."""
    wiring = service.runtime.wiring
    runtime = type(service.runtime)(replace(wiring, projections=(*wiring.projections, NOTED)))
    return type(service.__name__, (service,), {"runtime": runtime})


def network(chosen: Settings) -> Network:
    """The new program on the old one's databases. Whoever only hears comes first: so the old one has something to be
    refused."""
    raised = [noting(cls) if cls.name in RAISED else cls for cls in reversed(DOORS)]
    return Network(raised, SimulatedClock(NOW), settings=chosen)


def facts(net: Network, service: str) -> set[str]:
    asked = text("SELECT event_id FROM event UNION SELECT body::json ->> 'id' FROM source_event")
    return net.read(service, lambda db: set(db.execute(asked).scalars()))


def noted_in(net: Network, service: str) -> set[str]:
    return net.read(service, lambda db: set(db.execute(select(noted.c.fact_id)).scalars()))


def test_no_fact_of_an_old_program_is_missing_from_a_new_read_model(start_old, tmp_path, url, monkeypatch):
    old = start_old()
    until(lambda: len(old.opened) >= FIRST, bool, "the old program writes", 60)
    monkeypatch.setattr(building, "BATCH", 5)  # so that many batches meet what the old program writes
    monkeypatch.setattr(building, "LAST", 2)
    chosen = settings.read({"SONGTOR_DATABASE_URL": url}, data=str(tmp_path))
    new = network(chosen)
    for service in RAISED:
        until(lambda name=service: old.refused(name), bool, f"the old program is refused by {service}", 60)
    old.stop()

    assert len(old.opened) > FIRST
    for service in RAISED:
        # The program of then names a table that is gone as its database does.
        refused = [
            why for why in old.refused(service) if not re.match(r'relation "\w+_v\d+" does not exist', why)
        ]
        assert all(why.startswith(OLDER) for why in refused), refused
        assert noted_in(new, service) == facts(new, service) != set()
    opened = new.read("intake", lambda db: db.execute(text("SELECT event_type, stream_id FROM event")).all())
    cases = [stream for kind, stream in opened if kind == "CaseOpened"]
    assert sorted(cases) == sorted(f"case/{case_id}" for case_id in old.opened)
    new.settle()
    for service in RAISED:
        live = noted_in(new, service)
        assert live == facts(new, service)
        new.runtimes[service].rebuild("noted", lambda done, total: None)
        assert noted_in(new, service) == live
    for runtime in new.runtimes.values():
        assert runtime.status()["parked"] == []
        assert runtime.verify() == []
    listed = new.call("intake", "cases", {"limit": 500})["items"]
    assert {row["case_id"] for row in listed} == set(old.opened)
    new.close()


def test_the_old_program_does_not_start_again(start_old, tmp_path, url):
    old = start_old()
    until(lambda: old.opened, bool, "the old program writes", 60)
    chosen = settings.read({"SONGTOR_DATABASE_URL": url}, data=str(tmp_path))
    network(chosen).close()
    old.stop()
    again = start_old()
    assert "A newer version of this program is needed" in again.stop()
    assert again.process.returncode != 0
