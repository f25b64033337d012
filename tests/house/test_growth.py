"""Every table of every service either stays, with a reason, or has a rule that ends its growth; and each rule takes
away what is over, and nothing else."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, delete, insert, inspect, select

from services.kernel import growth, pruning, schema
from services.kernel.database import Database, ensure_database
from services.kernel.envelope import instant
from services.kernel.growth import Rule
from services.kernel.replicas import is_read_model
from services.kernel.tables import metadata as of_kernel
from services.screening.projections.sheet import metadata as of_sheet
from services.system import SERVICES
from services.web.store.tables import metadata as of_web
from tests.support import databases

NOW = datetime(2036, 3, 1, 19, 30, tzinfo=UTC)
RULES = {f"{owner} {rule.name}": rule for owner, rules in (
    ("kernel", growth.RULES), *((name, cls.runtime.wiring.grows) for name, cls in SERVICES.items())
) for rule in rules}  # fmt: skip
# What a rule asks of a row beside its age: of one that goes, and of one that does not.
ASKS: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "parked_event: handled": ({"status": "released"}, {"status": "parked"}),
    "parked_event: given up": (
        {"status": "released", "skipped_by": "admin", "skipped_why": "x"},
        {"status": "released"},
    ),
    # The first of a day and its last, or one that accuses; what a checkpoint covers, and what none does.
    "checkpoint": ({}, {"unkeyed_after": 1}),
    "access_record": ({"access_id": 1}, {"access_id": 2}),
    "timer": ({}, {"fired_at": None}),
}
MANY = 2 * pruning.BATCH + 7


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Database]]:
    """Each service's database as its revisions make it, and the vault's."""
    folder = tmp_path_factory.mktemp("new")
    made = {name: Database(f"sqlite:///{folder}/{name}.db") for name in (*SERVICES, "vault")}
    for name, database in made.items():
        if name == "vault":
            schema.prepare_vault(database)
        else:
            schema.prepare(database, SERVICES[name].runtime.wiring)
    yield made
    for database in made.values():
        database.close()


@pytest.mark.parametrize("name", [*SERVICES, "vault"])
def test_every_table_stays_for_a_reason_or_has_a_rule(new: dict[str, Database], name: str):
    with new[name].read() as db:
        there = {table for table in inspect(db).get_table_names() if not is_read_model(table)}
    rules, stays = growth.RULES, dict(growth.STAYS)
    if name == "vault":
        rules, stays = (), dict(growth.VAULT_STAYS)
    else:
        wiring = SERVICES[name].runtime.wiring
        rules, stays = rules + wiring.grows, stays | wiring.stays
    ruled = {str(rule.table.name) for rule in rules}
    assert there == ruled | {*stays}
    assert not ruled & {*stays}
    assert all(rule.why for rule in rules) and all(stays.values())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def some(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with every table for which there is a rule."""
    mark = f"songtor_test_{uuid4().hex[:8]}"
    sqlite = request.param == "sqlite"
    url = (
        f"sqlite:///{tmp_path_factory.mktemp('some')}/some.db"
        if sqlite
        else databases.url(mark).replace("{service}", "some")
    )
    ensure_database(url)
    with closing(Database(url)) as made:
        with made.write() as db:
            for metadata in (of_kernel, of_web, of_sheet):
                metadata.create_all(db)
        yield made
    if not sqlite:
        databases.drop_databases(mark)


@pytest.fixture
def database(some: Database) -> Iterator[Database]:
    yield some
    with some.write() as db:
        for table in {rule.table for rule in RULES.values()}:
            db.execute(delete(table))


def rows(rule: Rule, count: int, since: str, asks: Mapping[str, Any], first: int) -> list[dict[str, Any]]:
    """Rows of the rule's table, numbered from `first`."""
    made = []
    for number in range(first, first + count):
        row: dict[str, Any] = {}
        for column in rule.table.columns:
            if column.nullable and not column.primary_key:
                continue
            is_number = isinstance(column.type, Integer | BigInteger)
            row[column.name] = (
                False if isinstance(column.type, Boolean) else number if is_number else f"{number:06}"
            )
        made.append(row | {rule.since: since} | asks)
    return made


@pytest.mark.parametrize("name", RULES)
def test_what_is_over_goes_and_nothing_else(database: Database, name: str):
    rule = RULES[name]
    goes, stays = ASKS.get(rule.name, ({}, None))
    old, young = (instant(NOW - rule.after - timedelta(days=days)) for days in (2, -1))
    count = 1 if "access_id" in goes else MANY
    over = rows(rule, count, old, goes, 1)
    left = rows(rule, 3, young, {key: value for key, value in goes.items() if key != "access_id"}, 2 * MANY)
    if stays is not None:
        one = rows(rule, 1, old, stays, 4 * MANY)
        left += [{**one[0], **({"at": over[0]["at"]} if rule.name == "checkpoint" else {})}]
    with database.write() as db:
        db.execute(insert(rule.table), over)
        for row in left:
            db.execute(insert(rule.table).values(row))
        if rule.name == "access_record":
            db.execute(insert(growth.tables.checkpoint).values(
                number=1, at=old, position=1, hash="", access_to=1, access_hash="", mac=""
            ))  # fmt: skip
    pauses: list[float] = []
    gone = pruning.take_away(database, rule, instant(NOW - rule.after), pauses.append)
    assert gone == len(over)
    key = [column.name for column in rule.table.primary_key]
    with database.read() as db:
        found = {tuple(row) for row in db.execute(select(*rule.table.primary_key))}
    assert found == {tuple(row[each] for each in key) for row in left}
    assert bool(pauses) == (count > pruning.BATCH)
