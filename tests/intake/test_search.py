"""Finding people through the door: numbers in any writing, names as they sound; and who may be known already."""

from copy import deepcopy
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, update

from services.intake import searching
from services.intake.domain.likeness import one_letter_apart
from services.intake.projections import index
from services.intake.service import IntakeService
from services.kernel.errors import Forbidden, Invalid
from services.kernel.local import SimulatedClock
from services.kernel.tables import access_record
from tests.intake.test_service import BODY, CARD, MEMBER, MINISTRY, NEIGHBOUR, NOBODY

ASKER = {"user": "director-60", "role": "director"}
DEPUTY = {"user": "deputy-60", "role": "director"}


@pytest.fixture
def net(network):
    return network([IntakeService], SimulatedClock(datetime(2026, 3, 2, 3, tzinfo=UTC)))


def open_case(net, first="สมชาย", last="ใจดี", number=CARD, birth="1957-05-12", alias=None, **who):
    body = deepcopy(BODY)
    body["person"] |= {
        "name": {"first": first, "last": last, "alias": alias},
        "national_id": number,
        "birth_date": birth,
    }
    return net.call("intake", "open_case", body, **who)


def search(net, q, **more):
    who = more.pop("who", {})
    return net.call("intake", "search", {"q": q, **more}, **who)["items"]


def tokens(net, case_id):
    runtime = net.runtimes["intake"]
    wanted = select(func.count()).where(index.token.c.case_id == case_id)
    return runtime.read(lambda db: db.scalar(wanted))


@pytest.mark.parametrize(
    ("q", "matched", "reason"),
    [
        ("60-2569-0001", "number", "same_number"),
        ("๖๐–๒๕๖๙–๐๐๐๑", "number", "same_number"),
        ("0001", "number", "same_number"),
        ("60-2569", "number", "number_begins"),
        (CARD, "identifier", "same_identifier"),
        ("1-2345-67890-12-1", "identifier", "same_identifier"),
        ("สมชาย ใจดี", "name", "whole_name"),
        ("นายสมชายใจดี", "name", "whole_name"),
        ("สมฉาย", "name", "same_sound"),
        ("สมไชย", "name", "one_letter"),
        ("สมช", "name", "word_begins"),
        ("ใจดี", "name", "same_word"),
        ("สมชาย", "name", "same_word"),
        ("ไจดี", "name", "same_sound"),
        ("สมฉายใจดี", "name", "whole_sound"),
        ("สมซาย", "name", "one_letter"),
        ("ใจดิ สมชาย", "name", "one_letter"),
        ("ตุ้ม", "alias", "whole_name"),
        ("ตุม", "alias", "whole_name"),
    ],
)
def test_a_case_is_found_by_what_people_type(net, q, matched, reason):
    case_id = open_case(net, alias="ตุ้ม")["case_id"]
    open_case(net, "มาลี", "แก้วใส", "1101700230708")
    found = {each["case_id"]: each for each in search(net, q)}
    assert matched in found[case_id]["matched"] and reason in found[case_id]["score_reasons"]
    assert found[case_id]["name"]["first"] == "สมชาย"


def test_what_does_not_fit_is_not_found(net):
    open_case(net)
    assert (
        search(net, "ประเสริฐ") == []
        and search(net, "สมชาย ทองคำ") == []
        and search(net, "9999999999999") == []
    )


def test_one_letter_is_one_letter():
    assert (
        one_letter_apart("สมชาย", "สมขาย")
        and one_letter_apart("สมชาย", "สมาย")
        and one_letter_apart("ab", "ba")
    )
    assert not one_letter_apart("สมชาย", "สมหญิง") and not one_letter_apart("abcd", "badc")


def test_only_staff_of_the_centre_find_and_what_they_see_is_on_record(net):
    open_case(net)
    assert search(net, "สมชาย", who=NEIGHBOUR) == []
    for who in (MEMBER, MINISTRY):
        with pytest.raises(Forbidden):
            search(net, "สมชาย", who=who)
    with pytest.raises(Forbidden):
        search(net, "สมชาย", centre="61")
    with pytest.raises(Invalid):
        search(net, " ")
    runtime = net.runtimes["intake"]
    counted = select(func.count()).select_from(access_record)
    before = runtime.read(lambda db: db.scalar(counted))
    search(net, "สมชาย")
    assert runtime.read(lambda db: db.scalar(counted)) == before + 1


def test_a_search_may_be_for_one_status_or_one_of_several_centres(net):
    stays, closes = open_case(net)["case_id"], open_case(net, number=None)["case_id"]
    net.call("intake", "close_case", {"case_id": closes, "reason": "withdrew"})
    both = {"centres": ("60", "61"), "user": "worker-60"}
    away = net.call("intake", "open_case", {**deepcopy(BODY), "centre": "61"}, **both)["case_id"]
    for more, expected in (
        ({}, {stays, closes}),
        ({"status": "open"}, {stays}),
        ({"status": "closed"}, {closes}),
        ({"status": "placed"}, set()),
        ({"who": both}, {stays, closes, away}),
        ({"who": both, "centre": "61"}, {away}),
        ({"who": both, "status": "open"}, {stays, away}),
    ):
        assert {each["case_id"] for each in search(net, "สมชาย", **more)} == expected, more


def test_the_pages_of_a_search_show_everybody_once(net):
    opened = {open_case(net, number=None, last=f"ใจดี{letter}")["case_id"] for letter in "กขคงจ"}
    shown, cursor = [], None
    while True:
        page = net.call("intake", "search", {"q": "สมชาย", "limit": 2, "cursor": cursor})
        shown += [each["case_id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(shown) == 5 and set(shown) == opened


def test_a_corrected_name_is_found_and_the_old_one_is_not(net):
    case_id = open_case(net)["case_id"]
    person = {**BODY["person"], "name": {"first": "ประเสริฐ"}}
    net.call("intake", "correct_person", {"case_id": case_id, "person": person, "reason": "learned"})
    assert search(net, "สมชาย") == [] and [each["case_id"] for each in search(net, "ประเสริด")] == [case_id]


def test_nobody_who_was_erased_is_found_or_indexed_again(net):
    case_id = open_case(net)["case_id"]
    net.call("intake", "request_erasure", {"case_id": case_id, "reason": "person_asked"}, **ASKER)
    net.call("intake", "confirm_erasure", {"case_id": case_id}, **DEPUTY)
    assert tokens(net, case_id) == 0
    runtime = net.runtimes["intake"]
    assert searching.fill(runtime, lambda: False, lambda _: None) == 0
    assert tokens(net, case_id) == 0 and search(net, "สมชาย") == []
    assert [each["name"] for each in search(net, "0001")] == [None]


def test_an_index_that_was_lost_is_filled_again(net):
    case_id, other = open_case(net)["case_id"], net.call("intake", "open_case", NOBODY)["case_id"]
    runtime, kept = net.runtimes["intake"], tokens(net, case_id)
    with runtime.database.write() as db:
        db.execute(delete(index.token))
        db.execute(delete(index.person))
    assert search(net, "สมชาย") == []
    assert searching.fill(runtime, lambda: False, lambda _: None) == 2
    assert tokens(net, case_id) == kept and tokens(net, other) == 0
    assert searching.fill(runtime, lambda: False, lambda _: None) == 0


def test_who_was_indexed_by_a_program_of_before_is_indexed_anew_for_their_centre(net):
    case_id = open_case(net)["case_id"]
    runtime = net.runtimes["intake"]
    with runtime.database.write() as db:
        db.execute(update(index.person).values(centre=""))
        db.execute(update(index.token).values(centre=""))
    assert search(net, "สมชาย") == []
    assert searching.fill(runtime, lambda: False, lambda _: None) == 1
    assert [each["case_id"] for each in search(net, "สมชาย")] == [case_id]


def test_nothing_stands_in_the_index_in_clear(net):
    open_case(net)
    runtime = net.runtimes["intake"]
    every = runtime.read(lambda db: list(db.execute(select(index.token.c.token)).scalars()))
    assert every and all(len(each) == 22 and each.isascii() for each in every)


def test_somebody_who_may_be_known_is_told_of_before_and_after(net):
    first = open_case(net)
    assert first["warnings"] == [] and first["maybe_known"] == []
    for change, because in (
        ({"first": "คนอื่น", "birth": "1960"}, ["same_identifier"]),
        ({"number": None, "first": "สมฉาย"}, ["same_name_and_birth"]),
    ):
        person = {**BODY["person"], "national_id": change.get("number", CARD)}
        person |= {
            "name": {"first": change["first"], "last": "ใจดี"},
            "birth_date": change.get("birth", "1957-05-12"),
        }
        [known] = [
            each
            for each in net.call("intake", "known", {"centre": "60", "person": person})["items"]
            if each["case_id"] == first["case_id"]
        ]
        assert known["because"] == because and known["name"]["first"] == "สมชาย"
        again = open_case(net, **change)
        assert "maybe_known" in again["warnings"]
        assert first["case_id"] in [each["case_id"] for each in again["maybe_known"]]
        assert all("name" not in each for each in again["maybe_known"])


def test_of_many_with_one_number_the_newest_are_told(net):
    opened = [open_case(net, first=f"คน{letter}", birth=None)["case_id"] for letter in "กขคงจชดตนบปพ"]
    items = net.call("intake", "known", {"centre": "60", "person": BODY["person"]})["items"]
    assert [each["case_id"] for each in items] == opened[: -searching.SHOWN - 1 : -1]
    assert {code for each in items for code in each["because"]} == {"same_identifier"}


def test_another_centre_is_told_of_nobody(net):
    open_case(net)
    body = {"centre": "61", "person": BODY["person"]}
    assert net.call("intake", "known", body, **NEIGHBOUR)["items"] == []
    with pytest.raises(Forbidden):
        net.call("intake", "known", {**body, "centre": "60"}, **NEIGHBOUR)
