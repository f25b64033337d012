from itertools import permutations

import pytest
from sqlalchemy import create_engine

from services.kernel.envelope import Recorded
from services.screening import projections
from services.screening.domain import rulebook
from services.screening.domain.assessment import assess
from services.screening.events import PlanAgreed, RulesAdopted, ScreeningCompleted
from services.screening.projections import (
    care,
    meetings,
    members,
    minutes,
    plans,
    rules,
    screenings,
    upstream,
)
from tests.screening.samples import BOOK, CASE, PERSON, SCREENED, SCREENED_AGAIN, started

OTHER = "00000000-0000-0000-0000-0000000000ff"
ROOMS = (upstream, screenings, plans, care, minutes, members, meetings, rules)
TABLES = [table for room in ROOMS for table in room.metadata.sorted_tables]
FORM = {"id": "screening", "version": "1"}


@pytest.fixture
def db():
    engine = create_engine("sqlite://")
    for room in ROOMS:
        room.metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection


def recorded(event, version=1, source="screening", type=None, data=None, case_id=CASE, centre="60"):
    time = f"2026-03-0{version}T00:00:00.000000Z"
    return Recorded(
        source, version, f"id{version}", type or event.__class__.__name__, f"x/{case_id}", version, time, time, centre,
        "worker-60", "", "", case_id, None, data or {}, {}, event,
    )  # fmt: skip


def intake(type, case_id=CASE, position=1):
    data = {"case_id": case_id, "person_id": PERSON}
    return recorded(None, position, "intake", type, data, case_id)


def screened(id, facts, version):
    labels, paths, *_ = assess(BOOK, facts)
    return recorded(ScreeningCompleted(id, CASE, FORM, "2569-1", facts, labels, paths), version)


def planned(id, version, path="foundation"):
    votes, quorum = {"agree": 3, "dissent": 0, "abstain": 0}, {"votes": 3, "chair": True}
    return recorded(PlanAgreed(id, CASE, PERSON, path, None, votes, quorum, "sealed"), version)


def project(db, *facts):
    for projection in projections.PROJECTIONS:
        projection.project(db, facts)


def test_a_case_is_known_with_its_centre_and_whether_it_is_closed(db):
    project(db, intake("CaseOpened"), intake("CaseOpened", OTHER, 2), intake("CaseClosed", position=3))
    assert upstream.get_case(db, CASE)["closed"] is True
    assert upstream.get_case(db, OTHER)["closed"] is False
    project(db, intake("CaseReopened", position=4))
    assert dict(upstream.get_case(db, CASE)) == {
        "case_id": CASE,
        "person_id": PERSON,
        "centre": "60",
        "closed": False,
    }


def test_of_two_corrections_of_a_person_the_last_counts_and_other_cases_have_none(db):
    told = {"sex": "female", "age": None, "nationality": "thai", "domicile": []}
    facts = [
        recorded(None, number, "intake", "PersonCorrected", {"case_id": CASE, **told, "sex": sex}, CASE)
        for number, sex in enumerate(("male", "female"), 1)
    ]
    project(db, *facts)
    assert upstream.get_corrections(db, CASE) == told and upstream.get_corrections(db, OTHER) == {}


def test_a_programme_has_the_path_it_was_last_corrected_to_and_is_retired_until_it_is_taken_up_again(db):
    def told(type, position, programme_id, **data):
        return recorded(None, position, "partners", type, {"programme_id": programme_id, **data})

    facts = [
        told("ProgrammeOffered", 1, "p", path="foundation"), told("ProgrammeOffered", 2, "q", path="hospital"),
        told("ProgrammeCorrected", 3, "p", path="local_home"), told("ProgrammeRetired", 4, "p"),
        told("ProgrammeRetired", 5, "q"), told("ProgrammeReopened", 6, "p"),
    ]  # fmt: skip
    for batch in (facts[:3], facts[3:4], facts[4:]):
        project(db, *batch)
    assert upstream.get_programme(db, "p") == upstream.Programme("local_home", retired=False)
    assert upstream.get_programme(db, "q") == upstream.Programme("hospital", retired=True)
    assert upstream.get_programme(db, "r") is None


def test_the_latest_screening_counts(db):
    assert screenings.get(db, CASE) is None
    project(db, screened(SCREENED, {}, 2), screened(SCREENED_AGAIN, {"mental_crisis": True}, 3))
    found = screenings.get(db, CASE)
    assert (found["screening_id"], found["version"], found["paths"]) == (
        SCREENED_AGAIN,
        3,
        ["psychiatric_hospital"],
    )
    assert found["completed_at"] == "2026-03-03T00:00:00.000000Z"
    [ill] = [label for label in found["labels"] if label["code"] == "mentally_ill"]
    assert ill["because"] == [{"fact": "mental_crisis", "op": "is", "value": True, "found": True}]


def test_the_latest_plan_counts_and_its_minutes_stay_sealed(db):
    assert plans.get(db, CASE) is None
    project(db, planned("a", 1), planned("b", 2, "religious"))
    found, minutes = plans.get(db, CASE)
    assert (found["plan_id"], found["path"], minutes) == ("b", "religious", "sealed")
    assert found["votes"] == {"agree": 3, "dissent": 0, "abstain": 0}


def test_facts_of_two_sources_may_come_in_any_order(db):
    facts = [intake("CaseOpened"), recorded(started), screened(SCREENED, {}, 2), planned("a", 1)]
    rows = set()
    for order in permutations(facts):
        for table in TABLES:
            db.execute(table.delete())
        project(db, *order)
        rows.add(str([db.execute(table.select()).all() for table in TABLES]))
    assert len(rows) == 1


def test_hearing_a_run_again_changes_nothing(db):
    run = [intake("CaseOpened"), screened(SCREENED, {}, 2), planned("a", 1)]
    project(db, *run)
    project(db, *run)
    assert screenings.get(db, CASE)["version"] == 2


def test_rules_that_changed_after_they_were_adopted_are_found(db):
    text = rulebook.document("2569-1")
    true = RulesAdopted("screening", "2569-1", "2025-10-01", BOOK.sha256, text)
    project(db, recorded(true))
    assert list(projections.invariants(db)) == []
    false = RulesAdopted("screening", "2569-1", "2025-10-01", "0" * 64, text)
    gone = RulesAdopted("screening", "2500-1", "1957-10-01", "0" * 64, "")
    other = RulesAdopted("screening", "2569-2", "2026-11-01", BOOK.sha256, text)
    project(db, recorded(false, 2), recorded(gone, 3), recorded(other, 4))
    assert list(projections.invariants(db)) == [
        "The adopted rules 2500-1 are missing.",
        "The rules 2569-1 are not the ones that were adopted.",
        "The rules 2569-2 are not the ones that were adopted.",
    ]


def test_a_plan_without_a_screening_is_found(db):
    project(db, planned("a", 1))
    assert list(projections.invariants(db)) == [f"Case {CASE} has a plan but no screening."]
