"""Erasing a person takes two directors; then nothing that was sealed opens any more, here or out of a backup."""

from datetime import UTC, datetime

import pytest

from services.intake import erasing
from services.intake.domain.person import (
    PERSON,
    ConfirmErasure,
    CorrectPerson,
    RequestErasure,
    WithdrawErasure,
)
from services.intake.events import ErasureRequested, ErasureWithdrawn, PersonErased
from services.intake.service import IntakeService
from services.kernel import ledger
from services.kernel.errors import Forbidden, NotFound, Refused
from services.kernel.local import SimulatedClock
from services.kernel.vault import REDACTED
from tests.intake import samples
from tests.intake.test_service import BODY, opened, read
from tests.spec import Spec

person = Spec(PERSON)
ID, CASE = samples.PERSON, samples.CASE
ask = RequestErasure(ID, CASE, "60", "director-60", "person_asked")
asked = ErasureRequested(ID, CASE, "60", "director-60", "person_asked", None)
named = ErasureRequested(ID, CASE, "60", "director-60", "person_asked", "director-61")
erased = PersonErased(ID, CASE, "60", "director-60", "deputy-60", "person_asked")
known = samples.IDENTIFIED

ASKER = {"user": "director-60", "role": "director"}
DEPUTY = {"user": "deputy-60", "role": "director"}
NEIGHBOUR = {"user": "director-61", "role": "director", "centres": ("61",)}


def test_one_director_asks_and_another_confirms():
    person.given(known).when(ask).then(asked)
    person.given(known, asked).when(ask).then()
    person.given(known, asked).when(ConfirmErasure("deputy-60")).then(erased)
    person.given(known, asked, erased).when(ConfirmErasure("deputy-60")).then()
    person.given(known, asked, erased).when(ask).then()


def test_whoever_asked_never_confirms_and_where_somebody_was_named_nobody_else_does():
    person.given(known, asked).when(ConfirmErasure("director-60")).refused("second_person")
    person.given(known, named).when(ConfirmErasure("deputy-60")).refused("second_person")
    person.given(known, named).when(ConfirmErasure("director-60")).refused("second_person")
    own = RequestErasure(ID, CASE, "60", "director-60", "person_asked", "director-60")
    person.given(known).when(own).refused("second_person")


def test_one_directors_right_does_not_count_twice_whoever_acts_in_their_place():
    in_place = ErasureRequested(ID, CASE, "60", "worker-60", "person_asked", None, "director-60")
    ask_in_place = RequestErasure(ID, CASE, "60", "worker-60", "person_asked", acting_for="director-60")
    person.given(known).when(ask_in_place).then(in_place)
    for again in (
        ConfirmErasure("director-60"), ConfirmErasure("worker-60"), ConfirmErasure("worker-60", "deputy-60"),
        ConfirmErasure("worker-61", "director-60"),
    ):  # fmt: skip
        person.given(known, in_place).when(again).refused("second_person")
    person.given(known, asked).when(ConfirmErasure("worker-60", "director-60")).refused("second_person")
    person.given(known, named).when(ConfirmErasure("worker-61", "director-61")).refused("second_person")
    person.given(known, in_place).when(ConfirmErasure("deputy-60")).then(
        PersonErased(ID, CASE, "60", "worker-60", "deputy-60", "person_asked")
    )
    person.given(known, asked).when(ConfirmErasure("worker-60", "deputy-60")).then(
        PersonErased(ID, CASE, "60", "director-60", "worker-60", "person_asked")
    )
    own = RequestErasure(ID, CASE, "60", "worker-60", "person_asked", "director-60", "director-60")
    person.given(known).when(own).refused("second_person")


def test_what_nobody_asked_for_or_was_taken_back_is_not_confirmed():
    withdrawn = ErasureWithdrawn(ID, CASE, "60")
    person.given(known).when(ConfirmErasure("deputy-60")).refused("wrong_state")
    person.given(known, asked).when(WithdrawErasure()).then(withdrawn)
    person.given(known, asked, withdrawn).when(WithdrawErasure()).then()
    person.given(known, asked, withdrawn).when(ConfirmErasure("deputy-60")).refused("wrong_state")
    person.given().when(ask).refused("wrong_state")


def test_nothing_more_is_told_of_somebody_who_was_erased():
    correct = CorrectPerson(ID, CASE, samples.NOBODY, samples.MONDAY, "learned", ["name"])
    person.given(known, asked, erased).when(correct).refused("erased")


@pytest.fixture
def net(network):
    return network([IntakeService], SimulatedClock(datetime(2026, 3, 2, 3, tzinfo=UTC)))


def say(net, door, case_id, **who):
    body = {"case_id": case_id} | who.pop("body", {})
    return net.call("intake", door, body, **who)


def key_of(net, person_id):
    """What the vault makes of a name that was sealed before."""
    [sealed] = [
        fact.sealed["name"]
        for fact in net.read("intake", lambda db: net.runtimes["intake"].log.facts(db, 0, 50))
        if fact.type == "PersonIdentified" and fact.data["person_id"] == person_id
    ]
    return net.runtimes["intake"].vault.unseal(person_id, "name", sealed)


def erase(net, case_id):
    say(net, "request_erasure", case_id, body={"reason": "person_asked"}, **ASKER)
    return say(net, "confirm_erasure", case_id, **DEPUTY)


def test_erasing_takes_what_names_the_person_out_of_the_read_models_and_destroys_the_key(net):
    gone, stays = opened(net), opened(net)
    person_id = read(net, gone["case_id"])["person"]["person_id"]
    answer = erase(net, gone["case_id"])
    assert (answer["status"], answer["referral_ids"]) == ("erased", [])
    case = read(net, gone["case_id"], show="identifiers")
    assert case["person"]["erased"] and case["found"] == {"district": "6001", "subdistrict": None}
    assert {case["person"][name] for name in ("name", "national_id", "birth_date", "place", "note")} == {None}
    assert key_of(net, person_id) is REDACTED
    assert read(net, stays["case_id"])["person"]["name"]["first"] == BODY["person"]["name"]["first"]
    listed = net.call("intake", "cases", {})["items"]
    assert [(each["case_id"], each["person"]["erased"]) for each in listed] == [
        (stays["case_id"], False), (gone["case_id"], True),
    ]  # fmt: skip
    with pytest.raises(Refused) as refusal:
        net.call("intake", "close_case", {"case_id": gone["case_id"], "reason": "left", "note": "ชื่อ"})
    assert refusal.value.code == "erased"
    assert case["may"] == ["close"] and listed[1]["may"] == ["close"]
    [left] = net.call("intake", "work", {"case_id": gone["case_id"]})["items"]
    assert (left["next"], left["standing"]) == ("close", "erased")
    assert (
        net.call("intake", "close_case", {"case_id": gone["case_id"], "reason": "left"})["status"] == "closed"
    )


def test_a_rebuild_of_what_was_erased_gives_the_same_rows(net):
    case_ids = [opened(net)["case_id"] for _ in range(2)]
    erase(net, case_ids[0])
    before = [read(net, each, show="identifiers") for each in case_ids]
    net.runtimes["intake"].rebuild(None, lambda done, total: None)
    assert [read(net, each, show="identifiers") for each in case_ids] == before


def test_whoever_acts_in_a_directors_place_asks_and_confirms_in_that_centre_and_the_facts_say_so(net):
    first, second = opened(net)["case_id"], opened(net)["case_id"]
    acting = {"user": "worker-60", "role": "worker", "delegated": [["60", "director", "deputy-60"]]}
    elsewhere = {"user": "worker-60", "role": "worker", "delegated": [["61", "director", "director-61"]]}
    with pytest.raises(Forbidden):
        say(net, "request_erasure", first, body={"reason": "ordered"}, user="worker-60", role="worker")
    with pytest.raises(NotFound):
        say(net, "request_erasure", first, body={"reason": "ordered"}, **elsewhere)
    say(net, "request_erasure", first, body={"reason": "ordered"}, **acting)
    for who in (acting, DEPUTY):
        assert say(net, "erasure", first, **who)["may"] == []
        with pytest.raises(Refused):
            say(net, "confirm_erasure", first, **who)
    assert say(net, "erasure", first, **ASKER)["may"] == ["confirm"]
    assert say(net, "confirm_erasure", first, **ASKER)["status"] == "erased"
    say(net, "request_erasure", second, body={"reason": "ordered"}, **ASKER)
    assert say(net, "confirm_erasure", second, **acting)["status"] == "erased"
    facts = net.read("intake", lambda db: net.runtimes["intake"].log.facts(db, 0, 50))
    done = [(each.type, each.actor, each.acting_for) for each in facts if each.acting_for]
    assert done == [
        ("ErasureRequested", "worker-60", "deputy-60"), ("PersonErased", "worker-60", "deputy-60"),
    ]  # fmt: skip


def test_it_is_the_own_centres_and_whoever_was_named_alone_is_told_of_it(net):
    case_id, other = opened(net)["case_id"], opened(net)["case_id"]
    with pytest.raises(NotFound):
        say(net, "request_erasure", case_id, body={"reason": "ordered"}, **NEIGHBOUR)
    say(net, "request_erasure", case_id, body={"reason": "ordered", "confirmer": "director-61"}, **ASKER)
    say(net, "request_erasure", other, body={"reason": "ordered"}, **ASKER)
    [theirs] = net.call("intake", "erasures", {}, **NEIGHBOUR)["items"]
    assert theirs["case_id"] == case_id and theirs["requested_by"] == "director-60"
    assert len(net.call("intake", "erasures", {}, **DEPUTY)["items"]) == 2
    for door in ("erasure", "confirm_erasure", "withdraw_erasure"):
        with pytest.raises(NotFound):
            say(net, door, other, **NEIGHBOUR)
    with pytest.raises(NotFound):
        read(net, case_id, **NEIGHBOUR)
    with pytest.raises(Refused):
        say(net, "confirm_erasure", case_id, **DEPUTY)
    assert say(net, "confirm_erasure", case_id, **NEIGHBOUR)["status"] == "erased"


@pytest.mark.parametrize("role", ["worker", "member", "ministry", "admin", "partner"])
@pytest.mark.parametrize(
    "door", ["request_erasure", "confirm_erasure", "withdraw_erasure", "erasure", "erasures"]
)
def test_only_directors_take_part_in_it(net, role, door):
    case_id = opened(net)["case_id"]
    with pytest.raises(Forbidden):
        say(net, door, case_id, user=f"{role}-60", role=role)


def test_every_erasure_stands_in_the_ledger_and_a_lost_key_destruction_is_made_good_at_the_next_start(net):
    intake = net.runtimes["intake"]
    case_id = opened(net)["case_id"]
    person_id = read(net, case_id)["person"]["person_id"]
    say(net, "request_erasure", case_id, body={"reason": "person_asked"}, **ASKER)
    kept, intake.erase = intake.erase, lambda *told: None  # as if the process ended after the fact
    say(net, "confirm_erasure", case_id, **DEPUTY)
    intake.erase = kept
    before = ledger.read(intake.settings.erasure_ledger)  # on PostgreSQL the tests share a folder
    assert key_of(net, person_id) is not REDACTED
    erasing.finish(intake, lambda: False, lambda seconds: None)
    erasing.finish(intake, lambda: False, lambda seconds: None)
    after = ledger.read(intake.settings.erasure_ledger)
    assert [each.subject_id for each in after[len(before) :]] == [person_id]
    assert key_of(net, person_id) is REDACTED


def test_who_keeps_copies_is_told_which_cases_to_forget(net):
    case_ids = [opened(net)["case_id"] for _ in range(2)]
    erase(net, case_ids[1])
    system = {"user": "system", "role": "system", "centres": ("*",)}
    assert net.call("intake", "erased", {"since": "2026-01-01"}, **system)["items"] == [
        {"case_id": case_ids[1], "referral_ids": []}
    ]
    assert net.call("intake", "erased", {"since": "2027"}, **system)["items"] == []
