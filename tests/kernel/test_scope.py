"""On PostgreSQL a door that forgets to ask for its caller's centres finds nothing of others: a service whose every door
forgets."""

import logging
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, inspect, select
from sqlalchemy.engine import make_url

from services.kernel import access, scope
from services.kernel.doors import Call, Doors, NoBody, Runtime, command, query
from services.kernel.envelope import instant
from services.kernel.eventlog import Outcome
from services.kernel.local import Network, SimulatedClock
from services.kernel.readmodels import Projection
from services.kernel.rpc import gather
from services.kernel.runtime import SYSTEM_CALL
from services.kernel.scope import OWNER
from services.kernel.wiring import Wiring
from tests.support import databases

MONDAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
ROLES = ("worker", "ministry", "partner", "system", "admin")
MINISTRY = {"role": "ministry", "centres": ("*",)}

case = Table(
    "case_v1",
    MetaData(),
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
)


def everything(db: Connection) -> list[str]:
    return list(db.execute(select(case.c.case_id).order_by(case.c.case_id)).scalars())


def wrong(db: Connection) -> list[str]:
    return [f"Case {case_id} is there." for case_id in everything(db)]


class Leaky(Doors):
    name = "leaky"
    runtime = Runtime(
        Wiring(
            "leaky", projections=(Projection("case", 1, (case,), lambda db, facts: None),), invariants=wrong
        )
    )

    @query("case.list", roles=ROLES, schema=NoBody())
    def cases(self, call: Call, body: dict[str, Any]) -> list[str]:
        found: list[str] = self.runtime.read(everything)
        return found

    @query("case.list", roles=ROLES, schema=NoBody())
    def surveyed(self, call: Call, body: dict[str, Any]) -> list[str]:
        found: list[str] = self.runtime.survey(everything)
        return found

    @query("case.list", roles=ROLES, schema=NoBody())
    def awaited(self, call: Call, body: dict[str, Any]) -> list[str]:
        found: list[str] = self.runtime.until(everything, 0.0)
        return found

    @query("case.list", roles=ROLES, schema=NoBody())
    def known(self, call: Call, body: dict[str, Any]) -> list[str]:
        found: list[str] = self.runtime.get_or_pull(everything)
        return found

    @query("case.list", roles=ROLES, schema=NoBody())
    def together(self, call: Call, body: dict[str, Any]) -> list[str]:
        first, second = gather([lambda: self.runtime.read(everything)] * 2)
        assert first == second
        found: list[str] = first
        return found

    @query("case.list", roles=ROLES, schema=NoBody())
    def after_writing(self, call: Call, body: dict[str, Any]) -> list[str]:
        self.runtime.note_access(call.caller.user, "names", [("case/1", "person")])
        found: list[str] = self.runtime.read(everything)
        return found

    @query("case.list", roles=ROLES, schema=NoBody())
    def after_asking(self, call: Call, body: dict[str, Any]) -> list[str]:
        """Whoever is asked meanwhile for all centres leaves nothing behind."""
        all_of_them = self.runtime.ports.ask("leaky", "cases", SYSTEM_CALL, {}, 1.0)["answer"]
        assert all_of_them == ["a", "b"]
        found: list[str] = self.runtime.read(everything)
        return found

    @command("case.list", roles=ROLES, schema=NoBody())
    def commanded(self, call: Call, body: dict[str, Any]) -> Outcome[list[str]]:
        self.runtime.execute(call.envelope("60"), lambda unit: None)
        return Outcome(self.runtime.read(everything))


DOORS = [name for name in vars(Leaky) if name not in ("name", "runtime") and not name.startswith("_")]


@pytest.fixture(params=["postgresql"])
def network(request, on_postgresql):
    return on_postgresql


@pytest.fixture
def net(network):
    with closing(network([Leaky], SimulatedClock(MONDAY))) as made:
        fill(made)
        yield made


def fill(net):
    with net.runtimes["leaky"].database.write() as db:
        db.execute(insert(case), [{"case_id": "a", "centre": "60"}, {"case_id": "b", "centre": "61"}])


def unprotected(net):
    with net.runtimes["leaky"].database.read() as db:
        return scope.unprotected(db, [case])


@pytest.mark.parametrize("door", DOORS)
def test_a_door_that_forgets_whose_cases_it_may_show_shows_no_others(net, door):
    assert net.call("leaky", door, centres=("60",)) == ["a"]
    assert net.call("leaky", door, centres=("61", "62")) == ["b"]
    assert net.call("leaky", door, **MINISTRY) == ["a", "b"]
    assert net.call("leaky", door, role="system", centres=()) == ["a", "b"]


def test_whoever_has_no_centre_finds_nothing(net):
    assert net.call("leaky", "cases", centres=()) == []
    assert net.call("leaky", "cases", user="somebody", partner="a", role="partner", centres=("60", "*")) == []


def test_a_refusal_leaves_nothing_behind(net):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), scope.narrow(scope.Scope("60")):
            raise ZeroDivisionError
        assert net.read("leaky", everything) == ["a", "b"]


def test_an_administrator_of_one_centre_is_told_what_is_wrong_anywhere(net):
    assert net.call("leaky", "verify", role="admin", centres=("60",)) == [
        "leaky: Case a is there.",
        "leaky: Case b is there.",
    ]


def test_what_was_read_is_on_record_for_any_centre(net):
    net.call("leaky", "after_writing", centres=("61",))
    assert net.read("leaky", lambda db: access.of_person(db, "person"))[0].at < instant(net.clock())


@pytest.mark.parametrize(
    "opened",
    [
        f"DROP POLICY {scope.POLICY} ON case_v1",
        "ALTER TABLE case_v1 DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE case_v1 NO FORCE ROW LEVEL SECURITY",
        # A table as an older version of the program left it.
        f"DROP POLICY {scope.POLICY} ON case_v1; ALTER TABLE case_v1 DISABLE ROW LEVEL SECURITY, NO FORCE ROW "
        f"LEVEL SECURITY",
    ],
)
def test_what_is_not_protected_is_protected_at_the_next_start_with_its_rows(net, opened):
    with net.runtimes["leaky"].database.write() as db:
        db.exec_driver_sql(opened)
    assert unprotected(net) == [case]
    with closing(Network([Leaky], net.clock, settings=net.runtimes["leaky"].settings)) as later:
        assert unprotected(later) == []
        assert later.call("leaky", "cases", centres=("60",)) == ["a"]
        assert later.call("leaky", "cases", **MINISTRY) == ["a", "b"]


def test_replicas_that_start_at_once_protect_it_once(tmp_path):
    mark = f"songtor_test_{uuid4().hex[:8]}"
    start = partial(Network, [Leaky], SimulatedClock(MONDAY), tmp_path, databases.url(mark))
    for net in [starting.wait() for starting in [eventlet.spawn(start) for _ in range(4)]]:
        assert unprotected(net) == []
        net.close()
    databases.drop_databases(mark)


@pytest.fixture
def bypassing():
    """Where a role with BYPASSRLS keeps its databases."""
    mark = f"songtor_test_{uuid4().hex[:8]}"
    with databases.administrator() as db:
        db.exec_driver_sql(
            f"CREATE ROLE {mark} LOGIN CREATEDB BYPASSRLS PASSWORD %s", (databases.ADMINISTRATOR.password,)
        )
    url = make_url(databases.url(mark)).set(username=mark).render_as_string(hide_password=False)
    yield mark, url.replace("%7Bservice%7D", "{service}")
    databases.drop_databases(mark)
    with databases.administrator() as db:
        db.exec_driver_sql(f"DROP ROLE {mark}")


def test_a_role_that_row_security_does_not_hold_is_told_of_once(bypassing, caplog, tmp_path):
    role, url = bypassing
    caplog.set_level(logging.WARNING)
    for _ in range(2):
        with closing(Network([Leaky], SimulatedClock(MONDAY), tmp_path, url)) as net:
            assert unprotected(net) == []
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"the database role {role} is a superuser or has BYPASSRLS")


def test_a_role_that_it_holds_is_not_warned_of(net, caplog):
    with closing(Network([Leaky], net.clock, settings=net.runtimes["leaky"].settings)):
        assert caplog.records == []


def test_a_table_is_not_protected_on_files(tmp_path):
    with closing(Network([Leaky], SimulatedClock(MONDAY), tmp_path)) as net:
        fill(net)
        assert net.call("leaky", "cases", centres=("60",)) == [
            "a",
            "b",
        ]  # the door's own condition is the only lock
        with net.runtimes["leaky"].database.read() as db:
            assert inspect(db).has_table(case.name)
