from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import create_engine, select

from services.intake.domain import case, person
from services.intake.events import (
    CaseAssigned,
    CaseClosed,
    CaseReopened,
    ConsentRecorded,
    PersonCorrected,
    PersonEvent,
)
from services.intake.projections import cases, hands, numbers
from services.kernel.codec import Codec
from services.kernel.envelope import Caller
from services.kernel.errors import Invalid
from tests.intake.samples import (
    CASE,
    IDENTIFIED,
    IDENTIFIED_OTHER,
    MALEE,
    OPENED,
    OPENED_OTHER,
    OTHER_CASE,
    OTHER_PERSON,
    PERSON,
    SOMBAT,
    fact,
    own,
)

CODEC = Codec((case.CASE, person.PERSON))
TABLES = (cases.case, cases.person, cases.case_step, numbers.case_number)


@pytest.fixture
def db():
    with fresh() as connection:
        yield connection


def fresh():
    engine = create_engine("sqlite://")
    for room in (cases, numbers):
        room.metadata.create_all(engine)
    return engine.connect()


def project(db, *facts):
    for projection in (cases.CASES, numbers.NUMBERS):
        projection.project(db, facts)


def ours(event, version, recorded, centre="60"):
    stream = f"person/{event.person_id}" if isinstance(event, PersonEvent) else f"case/{event.case_id}"
    return own(CODEC, event, stream, version, recorded, centre)


def referred(type, referral_id, recorded, case_id=CASE, **more):
    return fact("referral", type, {"referral_id": referral_id, "case_id": case_id, **more}, recorded)


def screened(type, recorded, case_id=CASE):
    return fact("screening", type, {"case_id": case_id}, recorded)


def opened_both():
    return [
        ours(OPENED, 1, "01"),
        ours(IDENTIFIED, 1, "01"),
        ours(OPENED_OTHER, 1, "02"),
        ours(IDENTIFIED_OTHER, 1, "02"),
    ]


def rows(db):
    return {table.name: sorted(map(tuple, db.execute(select(table)))) for table in TABLES}


def test_two_opened_cases_are_found_with_their_people(db):
    project(db, *opened_both())
    first, second = (cases.get(db, case_id) for case_id in (CASE, OTHER_CASE))
    assert (first["case_number"], first["status"], first["person_id"]) == ("60-2569-0001", "open", PERSON)
    assert (second["case_number"], second["age_band"], second["person_id"]) == (
        "60-2569-0002",
        "60-69",
        OTHER_PERSON,
    )
    assert (first["name"], second["name"]) == (None, "sealed name")
    assert cases.get(db, PERSON) is None


def test_of_two_corrections_the_last_counts_and_another_person_stays(db):
    told = ("confirmed_card", "female", None, None, "thai", [])
    first = PersonCorrected(PERSON, CASE, "learned", ["sex"], *told)
    second = PersonCorrected(PERSON, CASE, "mistaken", ["name"], *told, name={"first": "มาลี"})
    project(db, *opened_both())
    assert cases.get(db, CASE)["corrected"] is None
    project(db, ours(first, 2, "03"), ours(second, 3, "04"))
    found, other = cases.get(db, CASE), cases.get(db, OTHER_CASE)
    assert (found["sex"], found["name"], found["person_version"], found["corrected"]) == (
        "female", "sealed name", 3, "04",
    )  # fmt: skip
    assert (other["person_version"], other["corrected"]) == (1, None)


def test_the_version_of_a_case_counts_its_own_facts_only(db):
    consents = [ConsentRecorded(CASE, PERSON, referral, "given") for referral in (SOMBAT, MALEE)]
    project(db, *opened_both(), ours(consents[0], 2, "03"), ours(consents[1], 3, "04"))
    project(db, referred("ReferralSent", SOMBAT, "03"), referred("ReferralSent", MALEE, "04"))
    assert [cases.get(db, case_id)["version"] for case_id in (CASE, OTHER_CASE)] == [3, 1]


def test_the_status_follows_what_others_tell(db):
    project(db, *opened_both())
    told = [
        (screened("ScreeningStarted", "03"), "open"),
        (screened("ScreeningCompleted", "04"), "screened"),
        (screened("PlanAgreed", "05"), "planned"),
        (referred("ReferralSent", SOMBAT, "06"), "referred"),
        (referred("PartnerTold", SOMBAT, "06"), "referred"),
        (referred("ReferralDeclined", SOMBAT, "07"), "planned"),
        (referred("ReferralSent", MALEE, "08"), "referred"),
        (referred("PlacementConfirmed", MALEE, "09"), "placed"),
        (referred("FollowUpRecorded", MALEE, "10"), "placed"),
        (ours(CaseClosed(CASE, PERSON, "done"), 2, "11"), "closed"),
        (ours(CaseReopened(CASE, PERSON, "back"), 3, "12"), "placed"),
        (referred("ReferralEnded", MALEE, "13", outcome="stable"), "placed"),
        (screened("PlanAgreed", "14"), "planned"),
        (referred("ReferralEnteredInError", MALEE, "15"), "planned"),
    ]
    for heard, status in told:
        project(db, heard)
        assert (heard.type, cases.get(db, CASE)["status"]) == (heard.type, status)
    assert cases.get(db, OTHER_CASE)["status"] == "open"


@pytest.mark.parametrize("outcome", ["moved", "left", "returned", "other"])
def test_a_placement_that_did_not_last_leaves_the_case_planned(db, outcome):
    project(db, *opened_both(), screened("PlanAgreed", "03"), referred("PlacementConfirmed", SOMBAT, "04"))
    project(db, referred("ReferralEnded", SOMBAT, "05", outcome=outcome))
    assert cases.get(db, CASE)["status"] == "planned"


def story():
    """What three sources said of two cases, each in its own order."""
    return {
        "intake": [
            *opened_both(),
            ours(ConsentRecorded(CASE, PERSON, SOMBAT, "given"), 2, "08"),
            ours(CaseClosed(OTHER_CASE, OTHER_PERSON, "moved"), 2, "09"),
            ours(CaseReopened(OTHER_CASE, OTHER_PERSON, "back"), 3, "10"),
            ours(CaseAssigned(CASE, "worker-60", "worker-b", "left", False), 3, "10"),
            ours(CaseAssigned(OTHER_CASE, "worker-60", None, "left", False), 4, "16"),
            ours(CaseAssigned(CASE, "worker-60", "worker-b", "taken_over", True), 4, "19"),
            ours(CaseClosed(OTHER_CASE, OTHER_PERSON, "moved"), 5, "20"),
        ],
        "screening": [
            screened("ScreeningCompleted", "03"),
            screened("ScreeningCompleted", "03", OTHER_CASE),
            screened("PlanAgreed", "04"),
            screened("PlanAgreed", "05", OTHER_CASE),
            screened("PlanAgreed", "16"),
        ],
        "referral": [
            referred("ReferralSent", SOMBAT, "07"),
            referred("ReferralSent", MALEE, "07", OTHER_CASE),
            referred("ReferralAccepted", MALEE, "08", OTHER_CASE),
            referred("PlacementConfirmed", SOMBAT, "09"),
            referred("PersonAdmitted", MALEE, "11", OTHER_CASE),
            referred("ReferralEnded", SOMBAT, "15", outcome="stable"),
            referred("ReferralFailed", MALEE, "17", OTHER_CASE),
        ],
    }


def interleaved(chance):
    """The story with its sources mixed by chance, in batches of chance."""
    sources = {name: list(facts) for name, facts in story().items()}
    mixed = []
    while any(sources.values()):
        mixed.append(sources[chance.choice([name for name, facts in sources.items() if facts])].pop(0))
    while mixed:
        size = chance.randint(1, 6)
        yield mixed[:size]
        del mixed[:size]


def test_whatever_order_the_sources_are_heard_in_the_read_models_end_the_same():
    with fresh() as db:
        for facts in story().values():
            project(db, *facts)
        expected = rows(db)
        assert [cases.get(db, case_id)["status"] for case_id in (CASE, OTHER_CASE)] == [
            "planned",
            "closed",
        ]
    for seed in range(150):
        with fresh() as db:
            for batch in interleaved(Random(seed)):
                project(db, *batch)
            assert rows(db) == expected, f"seed {seed}"


def test_facts_heard_again_change_nothing(db):
    for facts in story().values():
        project(db, *facts)
    before = rows(db)
    for facts in story().values():
        project(db, *facts)
    assert rows(db) == before


def handed(case_id, to_user, version, recorded, taken=False, from_user="worker-60"):
    return ours(CaseAssigned(case_id, from_user, to_user, "left", taken), version, recorded)


def in_hands(db, user):
    return [(row["case_id"], row["waiting"]) for row in hands.list_in_hands(db, user, ["60"])]


def waiting(db, user, role="worker", centres=("60",)):
    found = hands.list_to_take_over(db, Caller(user, role, centres), 50)
    return [(row["case_id"], row["from_user"], row["at"]) for row in found]


def test_two_cases_handed_over_wait_each_for_its_own_and_leave_the_hands_of_who_left(db):
    project(db, *opened_both())
    assert in_hands(db, "worker-60") == [(CASE, False), (OTHER_CASE, False)]
    project(db, handed(CASE, "worker-b", 2, "03"), handed(OTHER_CASE, None, 2, "04"))
    assert in_hands(db, "worker-60") == [] == waiting(db, "worker-60")
    assert in_hands(db, "worker-b") == [(CASE, True)]
    assert waiting(db, "worker-b") == [(CASE, "worker-60", "03")]
    assert waiting(db, "director-60", "director") == [(OTHER_CASE, "worker-60", "04")]
    assert waiting(db, "director-61", "director", ("61",)) == [] == waiting(db, "worker-c")
    assert waiting(db, "director", "director", ("*",)) == [(OTHER_CASE, "worker-60", "04")]


def test_a_case_taken_over_waits_for_nobody_and_is_in_the_hands_of_who_took_it(db):
    project(db, *opened_both(), handed(CASE, "worker-b", 2, "03"), handed(OTHER_CASE, None, 2, "03"))
    project(
        db,
        handed(CASE, "worker-b", 3, "04", taken=True),
        handed(OTHER_CASE, "director-60", 3, "05", taken=True),
    )
    assert waiting(db, "worker-b") == waiting(db, "director-60", "director") == []
    assert (in_hands(db, "worker-b"), in_hands(db, "director-60")) == (
        [(CASE, False)], [(OTHER_CASE, False)],
    )  # fmt: skip
    project(db, ours(CaseClosed(CASE, PERSON, "done"), 4, "06"))
    assert in_hands(db, "worker-b") == []


def test_who_works_on_a_case_after_it_was_handed_over_has_it_in_hands_too(db):
    project(db, *opened_both(), handed(CASE, "worker-b", 2, "03", taken=True), screened("PlanAgreed", "04"))
    assert in_hands(db, "worker-b") == [(CASE, False)]
    assert in_hands(db, "worker-60") == [(CASE, False), (OTHER_CASE, False)]


def test_a_closed_case_is_in_the_hands_only_of_whom_it_waits_for(db):
    project(
        db, *opened_both(), ours(CaseClosed(CASE, PERSON, "done"), 2, "03"), handed(CASE, "worker-b", 3, "04")
    )
    assert in_hands(db, "worker-b") == [(CASE, True)] and in_hands(db, "worker-60") == [(OTHER_CASE, False)]


def test_case_numbers_count_by_centre_and_budget_year(db):
    taken = [numbers.take_number(db, *of) for of in (("60", 2569), ("60", 2569), ("61", 2569), ("60", 2570))]
    assert taken == ["60-2569-0001", "60-2569-0002", "61-2569-0001", "60-2570-0001"]


def test_case_numbers_go_on_after_the_counter_was_replayed(db):
    project(db, *reversed(opened_both()[0::2]))
    assert numbers.take_number(db, "60", 2569) == "60-2569-0003"
    project(db, ours(OPENED, 1, "01"))
    assert numbers.take_number(db, "60", 2569) == "60-2569-0004"


def many(db, count):
    """`count` cases of centres 60 and 61 in turn; two were opened at each instant."""
    made = []
    for number in range(1, count + 1):
        centre = ("60", "61")[number % 2]
        ids = {"case_id": f"case-{number:02}", "person_id": f"person-{number:02}"}
        opened = replace(OPENED, case_number=f"{centre}-2569-{number:04}", **ids)
        made += [
            ours(opened, 1, f"{number // 2:02}", centre),
            ours(replace(IDENTIFIED, **ids), 1, f"{number // 2:02}", centre),
        ]
    project(db, *made)


def numbers_of(found):
    return [int(row["case_number"][-4:]) for row in found]


def test_cases_are_listed_newest_first_page_by_page(db):
    many(db, 7)
    seen, cursor = [], None
    while True:
        found, cursor = cases.list_cases(db, cases.CaseFilter(None), 3, cursor)
        seen += numbers_of(found)
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_cases_are_listed_by_centre_status_and_beginning_of_the_number(db):
    many(db, 12)
    project(
        db, screened("ScreeningCompleted", "30", "case-04"), screened("ScreeningCompleted", "30", "case-05")
    )

    def listed(centres=None, status=None, beginning=None):
        return numbers_of(cases.list_cases(db, cases.CaseFilter(centres, status, beginning), 50, None)[0])

    assert listed(["60"]) == [12, 10, 8, 6, 4, 2]
    assert listed(["60", "61"], "screened") == [5, 4] and listed(["60"], "screened") == [4]
    assert (
        listed(beginning="0012") == listed(beginning="๖๐–๒๕๖๙–๐๐๑๒") == listed(beginning="60/2569/12") == [12]
    )
    assert listed(beginning="60-2569-001") == [12, 10] and listed(beginning="2569") == [] == listed(
        beginning="%"
    )
    assert listed([]) == []


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "ก"])
def test_a_broken_cursor_is_named(db, cursor):
    with pytest.raises(Invalid) as wrong:
        cases.list_cases(db, cases.CaseFilter(None), 3, cursor)
    assert set(wrong.value.errors) == {"cursor"}


def test_a_case_without_its_person_is_reported(db):
    project(db, *opened_both())
    assert list(cases.invariants(db)) == []
    project(db, ours(replace(OPENED, case_id="lost", case_number="60-2569-0009", person_id="lost"), 1, "03"))
    assert list(cases.invariants(db)) == ["Case lost has no person."]
