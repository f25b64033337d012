"""Whoever writes into the databases and computes every hash anew is found: by the macs, by what followers keep, by
anchors kept elsewhere, and by what must follow from the log."""

import orjson
import pytest
from sqlalchemy import text

from services.kernel import anchor, tampering
from services.kernel.anchor import BadAnchor
from services.kernel.cloudevents import GENESIS, STRICT, chain
from services.kernel.eventlog import EventLog
from services.kernel.keys import MasterKey
from services.kernel.macs import Macs
from tests.kernel.deeds import added, as_restarted, opened
from tests.support.databases import unprotected


@pytest.fixture
def lived(net, teller, clock):
    """Two checkpoints, with events before, between and after them, all heard."""
    for case in "abc":
        opened(teller, case)
        clock.advance(minutes=2)
        teller.note_access("worker-60", "name", [(f"case/{case}", f"person {case}")])
        if case != "c":
            teller.checkpoint()
    net.settle()


@pytest.fixture
def found(net, teller, listener):
    """All that verify says of the teller's log, as an operator asks."""

    def find(macs=teller.log.macs):
        teller.log.macs = macs
        check = teller.check()
        return [*check.problems, *tampering.followed(teller.log, listener.log)], check.notes

    return find


def rewrite(database, first=2, last=None):
    """Somebody else did it, from `first` on; `last`: what comes after is gone. Head and chain are made to fit."""
    with unprotected(database) as db:
        rows = db.execute(text("SELECT position, body, hash FROM event ORDER BY position")).all()
        previous = GENESIS
        for position, body, _ in rows:
            if last and position > last:
                continue
            event = orjson.loads(body)
            if position == first:
                event["actor"] = "somebody-else"
            body = orjson.dumps(event, option=STRICT).decode()
            previous = chain(previous, body)
            db.execute(
                text("UPDATE event SET body = :body, hash = :hash WHERE position = :p"),
                {"body": body, "hash": previous, "p": position},
            )
        if last:
            db.execute(text("DELETE FROM event WHERE position > :p"), {"p": last})
            db.execute(text("DELETE FROM stream WHERE stream_id NOT IN (SELECT stream_id FROM event)"))
            db.execute(text("DELETE FROM timer WHERE causation NOT IN (SELECT event_id FROM event)"))
        end = last or rows[-1][0]
        db.execute(
            text("UPDATE log_head SET position = :p, filled = :p, hash = :h"), {"p": end, "h": previous}
        )


def test_a_log_that_nobody_touched_is_well(lived, found, teller):
    assert found() == ([], [])


def test_an_event_rewritten_with_the_whole_chain_is_found_by_key_and_by_followers(lived, found, teller, net):
    rewrite(teller.database)
    problems, _ = found()
    service = teller.service
    assert f"{service}: the head at 3 was not written by this installation" in problems
    assert any(
        each.startswith(f"{service}: events 2 to 2 are not those of checkpoint 2") for each in problems
    )
    assert any(each.startswith(f"{service}: event 2: is not the one that") for each in problems)


def test_without_the_key_followers_tell_and_verify_says_what_it_could_not_check(lived, found, teller):
    rewrite(teller.database, first=3)
    problems, notes = found(macs=None)
    assert [each.partition(": ")[2].partition(" that")[0] for each in problems] == ["event 3: is not the one"]
    assert notes == [f"{teller.service}: the key is not here, so that macs were not checked"]


def test_a_tail_that_was_cut_is_found(lived, found, teller):
    rewrite(teller.database, first=0, last=1)
    problems, _ = found()
    assert f"{teller.service}: the head at 1 was not written by this installation" in problems
    assert any("the log was cut: checkpoint 2" in each for each in problems)
    assert any("has heard it up to 3: it was cut" in each for each in problems)


def test_whoever_appends_after_a_stranger_does_not_vouch_for_the_stranger(lived, found, teller):
    rewrite(teller.database, first=3)
    as_restarted(teller)
    added(teller, "a")
    problems, _ = found()
    assert any("events 3 to 3 were not all written by this installation" in each for each in problems)
    assert not any("the head" in each for each in problems)


def test_a_log_of_before_is_unkeyed_up_to_its_first_append_and_says_so_once(pair, teller, found):
    plain = EventLog(teller.database, teller.wiring, teller.vault)
    teller.log, keyed = plain, teller.log
    opened(teller, "a", "b")
    teller.log = keyed
    assert found() == ([], [f"{teller.service}: unkeyed up to 2: nothing was appended with the key yet"])
    opened(teller, "c")
    problems, [note] = found()
    assert problems == [] and note.startswith(f"{teller.service}: unkeyed before 3, as stated at ")
    added(teller, "c")
    assert found() == ([], [note])


def test_checkpoints_that_were_altered_or_removed_are_found(pair, lived, found, teller):
    whole = pair.copy(teller.database)
    for sql, said in (
        ("DELETE FROM checkpoint WHERE number = 1", "checkpoint 1 is missing"),
        ("DELETE FROM checkpoint WHERE number = 2", "the head counts 2 checkpoints, there are 1"),
        (
            "UPDATE checkpoint SET at = '2026' WHERE number = 2",
            "the mac of checkpoint 2 (2026) does not fit: altered",
        ),
        ("UPDATE log_head SET checkpoints = 1", "the head at 3 was not written by this installation"),
    ):
        pair.tamper(teller.database, sql)
        assert f"{teller.service}: {said}" in found()[0]
        whole.restore()
    assert found()[0] == []


def test_a_record_of_accesses_that_was_wiped_or_changed_is_found(pair, lived, found, teller):
    whole = pair.copy(teller.database)
    for sql in (
        "DELETE FROM access_record",
        "DELETE FROM access_record WHERE person_id = 'person b'",
        "UPDATE access_record SET who = 'nobody' WHERE person_id = 'person a'",
    ):
        pair.tamper(teller.database, sql)
        assert any("the record of who read what differs" in each for each in found()[0])
        whole.restore()
    assert found()[0] == []


def test_deadlines_that_were_deleted_moved_or_crossed_off_are_found(pair, lived, found, teller):
    whole = pair.copy(teller.database)
    for sql, said in (
        ("DELETE FROM timer", "3 deadlines are not as the log sets them"),
        ("UPDATE timer SET due_at = '2099'", "3 deadlines are not as the log sets them"),
        ("UPDATE timer SET fired_at = '2026'", "3 deadlines are crossed off unmet"),
    ):
        pair.tamper(teller.database, sql)
        assert [said in each for each in found()[0]] == [True]
        whole.restore()
    assert found()[0] == []


def test_deadlines_that_were_met_or_cleared_are_as_the_log_says(lived, found, net, clock):
    clock.advance(days=3)
    net.settle()
    assert found()[0] == []


def test_keys_of_people_that_are_gone_from_the_vault_are_found(pair, lived, found, teller):
    assert teller.vault_database is not None
    pair.tamper(teller.vault_database, "DELETE FROM subject_key")
    assert found()[0] == [f"{teller.service}: the keys of 3 people are gone from the vault"]


def test_a_copy_that_was_changed_at_a_follower_is_found(pair, lived, found, listener):
    pair.tamper(listener.database, "UPDATE source_event SET body = replace(body, 'worker-60', 'worker-99')")
    [problem] = found()[0]
    assert "event 1: the copy that" in problem and "is not what it heard" in problem


def test_a_read_model_that_lacks_facts_is_found_and_made_whole_by_a_rebuild(pair, lived, teller, listener):
    pair.tamper(listener.database, "UPDATE ingest_head SET filled = filled - 2")
    problems = tampering.filled(listener.log)
    assert len(problems) == len(listener.wiring.projections)
    assert "of what was heard, which is at 3: songtor rebuild" in problems[0]
    listener.rebuild(None, lambda done, total: None)
    assert tampering.filled(listener.log) == []


def test_an_anchor_kept_elsewhere_finds_what_was_rewritten_or_cut_after_it(
    pair, lived, teller, listener, clock
):
    keys = anchor.keyring(teller.master, 1)
    logs = {each.service: each for each in (teller.log, listener.log)}
    line = anchor.anchor(logs.values(), keys, clock())
    assert anchor.check(line, logs, keys) == []
    added(teller, "a")
    assert anchor.check(f"{line}\n\n{line}\n", logs, keys) == []
    whole = pair.copy(teller.database)
    rewrite(teller.database)
    assert [each.partition(", anchored")[0] for each in anchor.check(line, logs, keys)] == [
        f"{teller.service}: event 3, or one before it, is not the one"
    ]
    whole.restore()
    rewrite(teller.database, first=0, last=1)
    assert "the log was cut: it lacks event 3" in anchor.check(line, logs, None)[0]


def test_a_line_that_nobody_with_the_key_has_signed_is_no_anchor(lived, teller, clock):
    keys, logs = anchor.keyring(teller.master, 1), {teller.service: teller.log}
    line = anchor.anchor(logs.values(), keys, clock())
    other = anchor.keyring(MasterKey(bytes(32)), 1)
    for wrong, said in (
        ("", "holds no anchor"),
        ("songtor", "Line 1 of the file is no anchor"),
        (f"{line}\n{line[:-1]}{'0' if line[-1] != '0' else '1'}", "Line 2 of the file was not signed"),
        (anchor.anchor(logs.values(), other, clock()), "of a key that is not here"),
    ):
        with pytest.raises(BadAnchor, match=said):
            anchor.check(wrong, logs, keys)


def test_after_a_change_of_keys_what_was_written_before_still_fits(lived, found, teller, clock):
    second = Macs(teller.service, teller.master, 2)
    teller.log.macs = second
    added(teller, "a")
    clock.advance(minutes=2)
    teller.checkpoint()
    assert found(second)[0] == []


def test_nothing_new_needs_no_checkpoint(lived, teller, clock):
    clock.advance(minutes=2)
    teller.checkpoint()
    count = teller.log.last_checkpoint
    with teller.database.read() as db:
        before = count(db).number
    clock.advance(minutes=2)
    teller.checkpoint()
    with teller.database.read() as db:
        assert count(db).number == before == 3
