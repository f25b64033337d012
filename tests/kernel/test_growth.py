"""What is needed for a while only goes, by one replica a night; and what has gone by its rule is not missed: not by
verify, and not by who sends a command again."""

from datetime import timedelta

import pytest

from services.kernel import growth
from services.kernel.access import of_person
from services.kernel.growth import ASKED_AGAIN, BY_THE_MINUTE, CLAIMS, MET
from services.kernel.sizes import sizes
from tests.kernel import toys
from tests.kernel.deeds import added, facts, opened
from tests.kernel.toys import PATIENCE, uid

NIGHT = timedelta(days=1)


@pytest.fixture
def lived(net, teller, clock):
    """A deadline that was met, checkpoints of some minutes of a day, readings that these cover."""
    teller.prune()  # rules that are new begin with the next night
    opened(teller, "a")
    clock.advance(days=PATIENCE.days, hours=1)
    assert teller.fire_timers() == 1
    for _ in range(3):
        clock.advance(minutes=2)
        teller.note_access("worker-60", "name", [("case/a", uid("person of a"))])
        opened(teller, f"at {teller.now()}")
        teller.checkpoint()
    net.settle()
    return teller


def count(runtime, table):
    with runtime.database.read() as db:
        return db.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one()  # noqa: S608


def gone(runtime):
    return {rule: count for rule, count in runtime.prune().items() if count}


def test_a_rule_is_followed_once_a_night_and_begins_with_the_night_to_come(net, teller, clock):
    assert teller.prune() == {}
    clock.advance(hours=23)
    assert {*teller.prune()} == {rule.name for rule in growth.RULES}
    assert teller.prune() == {}
    clock.advance(days=1)
    assert len(teller.prune()) == len(growth.RULES)


def test_a_deadline_that_was_met_goes_and_verify_does_not_miss_it(lived, clock):
    clock.advance(days=MET.days - 1)
    assert gone(lived) == {}
    clock.advance(days=2)
    assert gone(lived) == {"timer": 1}
    assert lived.verify() == []


def test_a_deadline_that_was_taken_away_by_somebody_is_missed(pair, lived, clock):
    pair.tamper(lived.database, "DELETE FROM timer WHERE fired_at IS NULL")
    clock.advance(days=MET.days - 10)
    assert [problem for problem in lived.verify() if "3 deadlines are not as the log sets them" in problem]


def test_an_answer_goes_and_who_sends_the_command_again_changes_nothing(lived, clock):
    before = count(lived, "event")
    clock.advance(days=ASKED_AGAIN.days + 1)
    assert gone(lived)["command_done"] == 5
    opened(lived, "a")
    assert count(lived, "event") == before
    assert [fact.type for fact in facts(lived, "case/a")] == ["CaseOpened", "CaseLapsed"]


def test_of_older_days_the_last_checkpoint_stays_and_verify_takes_it_for_all(pair, lived, clock):
    assert count(lived, "checkpoint") == 3
    clock.advance(days=BY_THE_MINUTE.days + 1)
    assert gone(lived)["checkpoint"] == 2
    assert lived.verify() == []
    pair.tamper(lived.database, "DELETE FROM checkpoint")
    assert any("the head counts 3 checkpoints, there are 0" in problem for problem in lived.verify())


def test_the_record_of_accesses_goes_when_nobody_may_claim_any_more_as_far_as_a_checkpoint_covers_it(
    pair, lived, clock
):
    lived.note_access("worker-60", "name", [("case/a", "somebody")])
    clock.advance(days=CLAIMS.days - 1)
    gone(lived)
    assert count(lived, "access_record") == 4
    clock.advance(days=2)
    assert gone(lived)["access_record"] == 3
    assert lived.verify() == []
    with lived.database.read() as db:
        assert len(of_person(db, "somebody")) == 1


def test_an_access_that_somebody_took_away_is_missed(pair, lived, clock):
    pair.tamper(
        lived.database,
        "DELETE FROM access_record WHERE access_id = (SELECT MAX(access_id) - 1 FROM access_record)",
    )
    clock.advance(days=CLAIMS.days - 1)
    assert any("the record of who read what differs" in problem for problem in lived.verify())


def test_what_was_parked_and_handled_goes_and_what_still_waits_stays(net, teller, listener, clock):
    toys.unable.update(("late", "never"))
    opened(teller, "late", "never")
    net.settle()
    toys.unable.discard("late")
    listener.prune()
    clock.advance(days=1)
    listener.inbox.retry()
    clock.advance(days=ASKED_AGAIN.days + 1)
    assert gone(listener)["parked_event: handled"] == 1
    assert count(listener, "parked_event") == 1
    added(teller, "late")
    net.settle()
    assert listener.verify() == []


def test_the_room_that_each_table_takes_is_told_with_its_indexes(net, teller):
    for number in range(40):
        opened(teller, f"case {number}")
    room = {size.table: size.bytes for size in sizes(teller.database)}
    assert list(room.values()) == sorted(room.values(), reverse=True)
    assert room["event"] >= 40 * 300 and room["command_done"] > 0 < room["pruned"]
    if teller.database.sqlite:
        with teller.database.read() as db:
            pages, page = (
                db.exec_driver_sql(f"PRAGMA page_{each}").scalar_one() for each in ("count", "size")
            )
        assert room["event"] < sum(room.values()) <= pages * page
