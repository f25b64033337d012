from services.kernel.decider import Do
from services.kernel.envelope import Recorded
from services.screening.domain.screening import SCREENING
from services.screening.handlers import when_case_opened
from services.screening.schemas import CaseOpened
from tests.screening.samples import CASE, KNOWN, PERSON, start

OPENED = {
    "case_id": CASE,
    "case_number": "60/2569/0001",
    "person_id": PERSON,
    "channel": "walk_in",
    "identity_status": "claimed",
    **KNOWN,
    "warnings": [],
}


def heard(data):
    return Recorded(
        "intake", 1, "id", "CaseOpened", f"case/{CASE}", 1, "", "", "60", "worker-60", "", "", CASE, None, data, {}
    )  # fmt: skip


def test_whenever_a_case_is_opened_a_screening_is_due_with_the_codes_intake_knows():
    assert when_case_opened(heard(OPENED), **CaseOpened().load(OPENED)) == [Do(SCREENING, CASE, start)]


def test_a_case_without_an_age_is_heard_too():
    [do] = when_case_opened(heard(OPENED), **CaseOpened().load({**OPENED, "age": None, "domicile": []}))
    assert (do.command.known["age"], do.command.known["domicile"]) == (None, [])


def test_a_fact_of_before_the_subdistrict_was_sealed_is_heard_by_its_district():
    old = {**OPENED, "found": {"subdistrict": "600101"}}
    assert when_case_opened(heard(old), **CaseOpened().load(old)) == [Do(SCREENING, CASE, start)]
