"""What is shown and looked up, from several facts, and the same again however they are batched."""

from dataclasses import replace
from itertools import permutations
from sqlite3 import IntegrityError

import pytest
from sqlalchemy import create_engine, select

from services.kernel.envelope import instant
from services.kernel.errors import Invalid
from services.referral.domain.words import Case, Plan, Programme
from services.referral.events import (
    FollowUpDue,
    FollowUpRecorded,
    ReferralDeclined,
    ReferralDeclineSettled,
)
from services.referral.projections import closed_paths, referrals, upstream
from tests.referral.facts import (
    CASE,
    MONDAY,
    OTHER,
    PARTNER,
    PERSON,
    PLAN,
    PROGRAMME,
    REACHED,
    REFERRAL_ID,
    about,
    accepted,
    again,
    declined,
    ended,
    entered_in_error,
    heard,
    in_batches,
    own,
    secured,
    sent,
    told,
    waitlisted,
    withdrawn,
)

SECOND, THIRD = "00000000-0000-0000-0000-0000000000a2", "00000000-0000-0000-0000-0000000000a3"


@pytest.fixture
def db():
    engine = create_engine("sqlite://")
    referrals.metadata.create_all(engine)
    upstream.metadata.create_all(engine)
    closed_paths.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection


def content(db):
    tables = referrals.metadata.sorted_tables
    return {table.name: sorted(map(str, db.execute(select(table)))) for table in tables}


def shown(db, **wanted):
    usual = {
        "centres": None,
        "partner_id": None,
        "status": None,
        "case_id": None,
        "limit": 50,
        "cursor": None,
    }
    return referrals.list_referrals(db, **usual | wanted)


def ids(page):
    return [item["referral_id"] for item in page["items"]]


TWO_ROUNDS = own(
    [
        *REACHED["placed"],
        FollowUpDue(**about, days=30),
        again(sent, referral_id=SECOND, programme_id=OTHER),
        FollowUpRecorded(**about, in_place=True, path="local_home", note="ดี"),
        again(waitlisted, referral_id=SECOND, programme_id=OTHER),
        FollowUpDue(**about, days=90),
        ended,
        again(sent, referral_id=THIRD),
        again(told, referral_id=THIRD),
    ]
)


def test_a_referral_as_it_stands_and_how_it_came_to_that(db):
    referrals.project(db, own([sent, told, again(declined, note="ไม่มีเตียง")]))
    row = referrals.get(db, REFERRAL_ID)
    assert row["status"] == "declined" and row["place"] == "released" and row["version"] == 3
    assert row["person_id"] == PERSON and row["answer_due"] is None
    assert not {*referrals.INTERNAL} & referrals.public(row).keys()
    (first, open_words), (second, _), (third, words) = referrals.list_steps(db, REFERRAL_ID)
    assert [item["type"] for item in (first, second, third)] == [
        "ReferralSent",
        "PartnerTold",
        "ReferralDeclined",
    ]
    assert [item["status"] for item in (first, second, third)] == ["sent", "sent", "declined"]
    assert third["reason"] == "cost" and third["whose"] == "partner" and third["actor"] == "worker-60"
    assert words == {"note": "sealed ไม่มีเตียง"} and open_words == {}
    assert first["recordedtime"] < third["recordedtime"]


def test_what_is_due_is_shown_while_it_is_due(db):
    referrals.project(db, own([sent]))
    assert referrals.get(db, REFERRAL_ID)["answer_due"] == sent.answer_due
    referrals.project(db, own([told], start=2))
    assert referrals.get(db, REFERRAL_ID)["answer_due"] == told.answer_due
    facts = own(REACHED["placed"] + (FollowUpDue(**about, days=30), FollowUpDue(**about, days=90)))
    referrals.project(db, facts[3:])
    row = referrals.get(db, REFERRAL_ID)
    assert row["follow_up_due"] == 90 and row["answer_due"] is None
    visit = FollowUpRecorded(**about, in_place=True, path="local_home", answers=30)
    referrals.project(db, own([visit], start=9))
    assert referrals.get(db, REFERRAL_ID)["follow_up_due"] == 90
    referrals.project(db, own([FollowUpRecorded(**about, in_place=False, path="local_home")], start=10))
    row = referrals.get(db, REFERRAL_ID)
    assert row["follow_up_due"] is None and row["in_place"] is False and row["away_since"]
    referrals.project(db, own([ended], start=11))
    assert referrals.get(db, REFERRAL_ID)["away_since"] is None


def test_a_reserved_place_waits_for_the_partner_to_be_told_and_then_for_its_answer(db):
    referrals.project(db, own([sent, secured]))
    row = referrals.get(db, REFERRAL_ID)
    assert (row["secured"], row["told"], row["tell_due"], row["answer_due"]) == (
        True, False, secured.tell_due, None,
    )  # fmt: skip
    referrals.project(db, own([told], start=3))
    row = referrals.get(db, REFERRAL_ID)
    assert (row["told"], row["tell_due"], row["answer_due"]) == (True, None, told.answer_due)


def test_a_no_that_may_be_taken_back_is_not_over_yet(db):
    unsettled = again(declined, final_at="2026-03-02T14:00:00.000000Z")
    referrals.project(db, own([sent, secured, told, unsettled]))
    row = referrals.get(db, REFERRAL_ID)
    assert (row["status"], row["place"], row["final_at"]) == ("declined", "reserved", unsettled.final_at)
    assert referrals.is_open(db, CASE, PROGRAMME)
    assert [referral_id for referral_id, _ in referrals.list_open(db, CASE)] == [REFERRAL_ID]
    referrals.project(db, own([ReferralDeclineSettled(**about, reason="cost", whose="partner")], start=5))
    row = referrals.get(db, REFERRAL_ID)
    assert (row["status"], row["place"], row["final_at"]) == ("declined", "released", None)
    assert not referrals.is_open(db, CASE, PROGRAMME) and referrals.list_open(db, CASE) == []


def test_what_the_system_did_has_no_date_that_a_step_must_follow(db):
    by_system = [replace(fact, actor="system") for fact in own([secured], start=2)]
    referrals.project(db, [*own([sent]), *by_system])
    assert referrals.get(db, REFERRAL_ID)["last_at"] == own([sent])[0].time


def test_a_person_in_two_places_is_reported(db):
    referrals.project(db, own(REACHED["placed"]))
    second = [again(fact, referral_id=SECOND, programme_id=OTHER) for fact in REACHED["admitted"]]
    referrals.project(db, own(second, start=20))
    [sentence] = referrals.invariants(db)
    assert CASE in sentence and "2 places" in sentence


@pytest.mark.parametrize(
    "past", [(sent,), *(REACHED[s] for s in ("sent", "waitlisted", "accepted", "placed"))]
)
def test_what_is_under_way_is_open(db, past):
    referrals.project(db, own(past))
    assert referrals.is_open(db, CASE, PROGRAMME)
    assert not referrals.is_open(db, CASE, OTHER) and not referrals.is_open(db, OTHER, PROGRAMME)


@pytest.mark.parametrize(
    "status", ["declined", "expired", "withdrawn", "failed", "ended", "entered_in_error"]
)
def test_what_is_over_leaves_room_for_another(db, status):
    referrals.project(db, own(REACHED[status]))
    assert not referrals.is_open(db, CASE, PROGRAMME)
    referrals.project(db, own([again(sent, referral_id=SECOND)], start=9))
    assert referrals.is_open(db, CASE, PROGRAMME)


def test_one_may_end_and_the_next_be_sent_in_one_batch(db):
    referrals.project(db, own([again(sent, referral_id=THIRD)]))
    batch = own(
        [again(withdrawn, referral_id=THIRD), sent, entered_in_error, again(sent, referral_id=SECOND)],
        start=2,
    )
    referrals.project(db, batch)
    assert referrals.get(db, SECOND)["status"] == "sent"
    assert list(referrals.invariants(db)) == []


def test_two_open_ones_at_once_meet_in_the_database(db):
    referrals.project(db, own([sent]))
    with pytest.raises(IntegrityError):
        referrals.project(db, own([again(sent, referral_id=SECOND)], start=2))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_rebuilding_in_other_batches_gives_the_same_rows(size):
    found = []
    for batch in (len(TWO_ROUNDS), size):
        engine = create_engine("sqlite://")
        referrals.metadata.create_all(engine)
        with engine.connect() as db:
            for facts in in_batches(TWO_ROUNDS, batch):
                referrals.project(db, facts)
            found.append(content(db))
    assert found[0] == found[1]
    assert len(found[0][referrals.referrals.name]) == 3 and len(found[0][referrals.history.name]) == len(
        TWO_ROUNDS
    )


def test_lists_are_newest_first_and_go_on_where_they_stopped(db):
    referrals.project(db, TWO_ROUNDS)
    assert ids(shown(db)) == [THIRD, SECOND, REFERRAL_ID]
    first = shown(db, limit=2)
    second = shown(db, limit=2, cursor=first["next"])
    assert ids(first) == [THIRD, SECOND] and ids(second) == [REFERRAL_ID] and second["next"] is None
    assert "recorded" not in first["items"][0] and "person_id" not in first["items"][0]
    with pytest.raises(Invalid):
        shown(db, cursor="broken")


def test_lists_show_what_was_asked_for(db):
    referrals.project(db, TWO_ROUNDS)
    assert ids(shown(db, status="waitlisted")) == [SECOND]
    assert ids(shown(db, centres=("61",))) == [] and len(ids(shown(db, centres=("61", "60")))) == 3
    assert ids(shown(db, case_id=OTHER)) == [] and len(ids(shown(db, case_id=CASE))) == 3


def test_a_partner_sees_only_what_it_was_told_of(db):
    referrals.project(db, TWO_ROUNDS)
    assert ids(shown(db, partner_id=PARTNER)) == [THIRD, REFERRAL_ID]
    assert ids(shown(db, partner_id=OTHER)) == []


def test_a_partner_that_answered_without_a_place_is_reported(db):
    referrals.project(db, own([sent, accepted]))
    [sentence] = referrals.invariants(db)
    assert REFERRAL_ID in sentence and "no place was ever reserved" in sentence


HEARD = {
    "intake": [
        heard("intake", "CaseOpened", case_id=CASE, person_id=PERSON, case_number="60/1"),
        heard("intake", "CaseOpened", 2, centre="61", case_id=OTHER, person_id=OTHER),
        heard("intake", "CaseClosed", 3, case_id=CASE, person_id=PERSON),
        heard("intake", "CaseClosed", 4, centre="61", case_id=OTHER, person_id=OTHER),
        heard("intake", "CaseReopened", 5, case_id=CASE, person_id=PERSON),
    ],
    "screening": [
        heard("screening", "PlanAgreed", plan_id=OTHER, case_id=CASE, path="hospital", programme_id=OTHER),
        heard("screening", "PlanAgreed", 2, plan_id=PLAN, case_id=CASE, path="local_home", programme_id=None),
        heard("screening", "ScreeningCompleted", 3, case_id=CASE, facts={"sex": "male"}),
        heard(
            "screening", "ScreeningCompleted", 4, case_id=CASE, facts={"sex": "female", "legal_case": True}
        ),
    ],
    "partners": [
        heard(
            "partners",
            "ProgrammeOffered",
            programme_id=PROGRAMME,
            partner_id=PARTNER,
            path="local_home",
            kind="pao_home",
            under_ministry=False,
            rules={"accepts_legal_case": False},
            total=5,
        ),
        heard(
            "partners",
            "ProgrammeOffered",
            2,
            programme_id=OTHER,
            partner_id=PARTNER,
            path="hospital",
            kind="hospital",
            under_ministry=True,
            rules={},
        ),
        heard("partners", "PlaceReserved", 3, programme_id=PROGRAMME, referral_id=REFERRAL_ID),
    ],
}


@pytest.mark.parametrize("sources", list(permutations(HEARD)))
@pytest.mark.parametrize("size", [1, 2, 100])
def test_what_others_said_is_known_in_whatever_order_it_came(db, sources, size):
    facts = [fact for source in sources for fact in HEARD[source]]
    for batch in in_batches(facts, size):
        upstream.project(db, batch)
    assert upstream.get_case(db, CASE) == Case(CASE, PERSON, "60", closed=False, opened=instant(MONDAY))
    assert upstream.get_case(db, OTHER) == Case(OTHER, OTHER, "61", closed=True, opened=instant(MONDAY))
    assert upstream.get_plan(db, CASE) == Plan(PLAN, "local_home", (), instant(MONDAY))
    assert upstream.get_plan(db, OTHER) is None
    home = Programme(PROGRAMME, PARTNER, "local_home", "pao_home", under_ministry=False)
    assert upstream.get_programme(db, PROGRAMME) == home
    assert upstream.get_programme(db, PLAN) is None
    told = {"sex": "female", "age_band": None, "domicile": [], "found": None}
    assert upstream.get_disclosable(db, CASE, PROGRAMME) == told | {"legal_case": True}
    assert upstream.get_disclosable(db, CASE, OTHER) == told
    assert upstream.get_disclosable(db, OTHER, PLAN) == dict.fromkeys(told) | {"domicile": []}


@pytest.mark.parametrize("size", [1, 2, 100])
def test_what_is_corrected_or_retired_of_a_programme_follows_and_a_sent_referral_keeps_what_it_used(db, size):
    referrals.project(db, own([sent]))
    corrected = {"path": "foundation", "rules": {"accepts_severe_behaviour": False}}
    of_partner = {"partner_id": PARTNER, "kind": "foundation", "under_ministry": True}
    facts = [
        *HEARD["screening"],
        *HEARD["partners"],
        heard("partners", "ProgrammeCorrected", 4, programme_id=PROGRAMME, partner_id=PARTNER, **corrected),
        heard("partners", "PartnerCorrected", 5, **of_partner),
        heard("partners", "PartnerCorrected", 6, **of_partner | {"under_ministry": False}),
        heard("partners", "ProgrammeRetired", 7, programme_id=OTHER, partner_id=PARTNER),
        heard("partners", "ProgrammeRetired", 8, programme_id=PROGRAMME, partner_id=PARTNER),
        heard("partners", "ProgrammeReopened", 9, programme_id=PROGRAMME, partner_id=PARTNER),
    ]
    for batch in in_batches(facts, size):
        upstream.project(db, batch)
    now = Programme(PROGRAMME, PARTNER, "foundation", "foundation", under_ministry=False)
    assert upstream.get_programme(db, PROGRAMME) == now
    other = Programme(OTHER, PARTNER, "hospital", "foundation", under_ministry=False, retired=True)
    assert upstream.get_programme(db, OTHER) == other
    assert "legal_case" not in upstream.get_disclosable(db, CASE, PROGRAMME)  # its rules ask for it no more
    row = referrals.get(db, REFERRAL_ID)
    assert (row["path"], row["kind"], row["outside_ministry"]) == ("local_home", "pao_home", True)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_what_a_partner_and_its_network_ask_is_disclosable_too_and_no_networks_network(db, size):
    of_partner = {"kind": "pao_home", "under_ministry": False}
    takes_nobody = {"accepts_severe_behaviour": False}
    facts = [
        *HEARD["screening"],
        *HEARD["partners"],
        heard("partners", "PartnerCorrected", 4, partner_id=PARTNER, network_id=PLAN, **of_partner),
        heard("partners", "PartnerCorrected", 5, partner_id=PLAN, rules=takes_nobody, **of_partner),
    ]
    for batch in in_batches(facts, size):
        upstream.project(db, batch)
    assert set(upstream.get_disclosable(db, CASE, OTHER)) == {
        "sex",
        "age_band",
        "domicile",
        "found",
    }  # nobody knows
    legal = {"rules": {"accepts_legal_case": False}, "network_id": OTHER}
    for batch in in_batches([
        heard("partners", "PartnerCorrected", 6, partner_id=PLAN, **legal, **of_partner),
        heard("partners", "PartnerCorrected", 7, partner_id=OTHER, rules={"care_level_max": 1}, **of_partner),
    ], size):  # fmt: skip
        upstream.project(db, batch)
    assert upstream.get_disclosable(db, CASE, OTHER)["legal_case"] is True
    assert "care_level" not in upstream.get_disclosable(db, CASE, OTHER)


def test_a_refusal_by_the_system_says_why(db):
    referrals.project(db, own([sent, ReferralDeclined(**about, reason="no_place", whose="system")]))
    assert referrals.get_with_place(db, REFERRAL_ID)["place"] == "refused"
    assert referrals.list_steps(db, REFERRAL_ID)[1][0]["reason"] == "no_place"
