"""What is decided of a case. Long because every command of the aggregate stands here."""

from dataclasses import replace

import pytest

from services.intake.domain import case as of_case
from services.intake.domain import person as of_person
from services.intake.domain.case import (
    AssignCase,
    Case,
    CloseCase,
    RecordCall,
    RecordConsent,
    ReopenCase,
    WithdrawConsent,
    decide,
)
from services.intake.domain.person import CorrectPerson, Description, IdentifyPerson, age_of, band, differing
from services.intake.domain.status import Step, case_status, last_worked_by
from services.intake.events import (
    CallUnanswered,
    CaseAssigned,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    ConsentRecorded,
    ConsentWithdrawn,
    PersonCorrected,
    PersonIdentified,
)
from services.kernel.codec import Codec
from services.kernel.errors import Invalid
from tests.intake.samples import (
    CASE,
    IDENTIFIED,
    IDENTIFIED_OTHER,
    IDENTIFY,
    IDENTIFY_OTHER,
    KNOWN,
    MALEE,
    MONDAY,
    NOBODY,
    OPEN,
    OPEN_OTHER,
    OPENED,
    PERSON,
    SOMBAT,
)
from tests.spec import Spec

case, person = Spec(of_case.CASE), Spec(of_person.PERSON)
closed = CaseClosed(CASE, PERSON, "moved")
reopened = CaseReopened(CASE, PERSON, "came_back")
opened_before = replace(OPENED, subdistrict=None)
consented = ConsentRecorded(CASE, PERSON, SOMBAT, "given")
close, reopen = CloseCase(CASE, "moved"), ReopenCase(CASE, "came_back")
consent = RecordConsent(CASE, SOMBAT, "given")
hand_over = AssignCase(CASE, "worker-b", "left", "worker-a")
handed_over = CaseAssigned(CASE, "worker-a", "worker-b", "left", False)
take_over = AssignCase(CASE, "worker-b", "taken_over", taken=True)
taken_over = CaseAssigned(CASE, "worker-a", "worker-b", "taken_over", True)


def test_a_case_is_opened_for_somebody_of_whom_nothing_is_known():
    case.given().when(OPEN).then(
        CaseOpened(
            CASE,
            "60-2569-0001",
            PERSON,
            "walk_in",
            {"district": None},
            "unknown",
            "male",
            None,
            "unknown",
            [],
            "none",
            [],
        )
    )


def test_a_case_keeps_what_was_seen_and_said_when_it_was_opened():
    told = replace(OPEN_OTHER, subdistrict="600101", place="ใต้สะพาน", note="หิว", danger="urgent_health")
    [opened] = decide(told, Case())
    assert (opened.found, opened.place, opened.note) == ({"district": "6001"}, "ใต้สะพาน", "หิว")
    assert opened.subdistrict == "600101"
    assert (opened.danger, opened.nationality, opened.domicile) == ("urgent_health", "thai", KNOWN.domicile)
    assert opened.age == {"on": "2026-03-02", "min": 68, "max": 68}


def test_opening_again_changes_nothing():
    case.given(OPENED).when(OPEN).then()


@pytest.mark.parametrize(
    ("number", "found", "warnings"),
    [
        (None, None, []),
        ("1234567890121", "600101", []),
        ("0123456789016", None, []),
        ("1234567890122", None, ["wrong_check_digit"]),
        ("12345", "610101", ["wrong_check_digit", "found_outside_province"]),
    ],
)
def test_what_looks_wrong_is_a_warning_and_never_a_refusal(number, found, warnings):
    odd = replace(OPEN, person=replace(NOBODY, national_id=number), subdistrict=found)
    [opened] = decide(odd, Case())
    assert opened.warnings == warnings


@pytest.mark.parametrize(
    ("birth_date", "age_band", "ages"),
    [
        (None, None, None),
        ("1957", None, (69, 69)),
        ("1966-03", None, (60, 60)),
        ("1966-03-02", None, (60, 60)),
        ("1966-03-03", None, (59, 59)),
        (None, "60-69", (60, 69)),
        ("1966-03-03", "70-79", (59, 59)),
    ],
)
def test_age_in_full_years_comes_from_the_birth_date_or_else_the_band(birth_date, age_band, ages):
    described = Description("claimed", "male", "thai", [], birth_date=birth_date, age_band=age_band)
    expected = ages and {"on": "2026-03-02", "min": ages[0], "max": ages[1]}
    assert age_of(described, MONDAY) == expected


@pytest.mark.parametrize(
    ("known", "field"),
    [
        ({"birth_date": "2026-03-03"}, "person.birth_date"),
        ({"birth_date": "1850"}, "person.birth_date"),
        ({"age_band": "69-60"}, "person.age_band"),
    ],
)
def test_an_age_nobody_can_have_names_its_field(known, field):
    with pytest.raises(Invalid) as wrong:
        decide(replace(OPEN, person=replace(NOBODY, **known)), Case())
    assert list(wrong.value.errors) == [field]


def test_an_age_is_shown_by_its_decades():
    assert band({"on": "2026-03-02", "min": 60, "max": 60}) == "60-69"
    assert band({"on": "2026-03-02", "min": 59, "max": 60}) == "50-69"


def test_a_consent_to_a_referral_is_recorded_once():
    case.given(OPENED).when(consent).then(consented)
    case.given(OPENED, consented).when(consent).then()


def test_another_referral_needs_its_own_consent():
    other = RecordConsent(CASE, MALEE, "unable")
    case.given(OPENED, consented).when(other).then(ConsentRecorded(CASE, PERSON, MALEE, "unable"))


def test_a_consent_that_is_recorded_by_itself_is_taken_back_once():
    recording = RecordConsent(CASE, "", "given", MALEE, "data", "signed", "พยาน", "ทุกแห่ง")
    recorded = ConsentRecorded(CASE, PERSON, "", "given", "พยาน", MALEE, "data", "signed", "ทุกแห่ง")
    case.given(OPENED).when(recording).then(recorded)
    case.given(OPENED, recorded).when(recording).then()
    taking = WithdrawConsent(CASE, MALEE, "phone", None, "เปลี่ยนใจ")
    taken = ConsentWithdrawn(CASE, PERSON, MALEE, "data", "phone", None, "เปลี่ยนใจ")
    case.given(OPENED, recorded).when(taking).then(taken)
    case.given(OPENED, recorded, taken).when(taking).then()
    case.given(OPENED).when(taking).refused("consent_unknown")
    refusal = ConsentRecorded(CASE, PERSON, "", "refused", None, MALEE)
    case.given(OPENED, refusal).when(taking).refused("wrong_state")


def test_the_consent_of_a_sending_is_taken_back_under_the_referrals_id():
    taken = ConsentWithdrawn(CASE, PERSON, consented.referral_id, "referral", "spoken")
    case.given(OPENED, consented).when(WithdrawConsent(CASE, consented.referral_id, "spoken")).then(taken)


def test_a_case_is_closed_with_a_reason():
    case.given(OPENED).when(close).then(closed)
    case.given(OPENED, closed, reopened).when(close).then(closed)


def test_closing_again_for_the_same_reason_changes_nothing_and_for_another_is_refused():
    case.given(OPENED, closed).when(close).then()
    case.given(OPENED, closed).when(CloseCase(CASE, "died")).refused("wrong_state")


@pytest.mark.parametrize(
    ("closing", "field"),
    [
        (CloseCase(CASE, "died", outcome="stable"), "outcome"),
        (CloseCase(CASE, "goal_reached", outcome="died"), "reason"),
        (CloseCase(CASE, "goal_reached", died=True), "reason"),
        (CloseCase(CASE, "left_before_screening", screened=True), "reason"),
        (CloseCase(CASE, "no_answer_found", screened=True, placed=True), "reason"),
    ],
)
def test_a_reason_that_is_not_so_names_its_field(closing: CloseCase, field: str):
    with pytest.raises(Invalid) as wrong:
        decide(closing, Case(PERSON))
    assert list(wrong.value.errors) == [field]


def test_who_died_is_closed_for_it_and_who_left_before_the_screening_too():
    died = CloseCase(CASE, "died", outcome="died", screened=True, placed=True, died=True)
    case.given(OPENED).when(died).then(CaseClosed(CASE, PERSON, "died", None, "died"))
    left = CloseCase(CASE, "left_before_screening")
    case.given(OPENED).when(left).then(CaseClosed(CASE, PERSON, "left_before_screening", None))


def test_a_closed_case_is_reopened():
    case.given(OPENED, closed).when(reopen).then(reopened)


def test_reopening_an_open_case_changes_nothing():
    case.given(OPENED).when(reopen).then()
    case.given(OPENED, closed, reopened).when(reopen).then()


def test_a_reason_in_words_is_sealed_with_the_note():
    words, both = CloseCase(CASE, "ย้ายไปอยู่กับป้าแดง"), CloseCase(CASE, "Moved to aunt Daeng", "โทรแจ้งแล้ว")
    case.given(OPENED).when(words).then(CaseClosed(CASE, PERSON, "other", "ย้ายไปอยู่กับป้าแดง"))
    case.given(OPENED).when(both).then(CaseClosed(CASE, PERSON, "other", "Moved to aunt Daeng\nโทรแจ้งแล้ว"))


def test_a_word_that_is_no_reason_of_the_list_may_be_a_name_and_is_sealed_too():
    case.given(OPENED).when(CloseCase(CASE, "daeng")).then(CaseClosed(CASE, PERSON, "other", "daeng"))
    again = ReopenCase(CASE, "goal_reached")  # a reason of closing
    case.given(OPENED, closed).when(again).then(CaseReopened(CASE, PERSON, "other", "goal_reached"))


def test_a_case_is_handed_over_and_then_taken_over_each_once():
    case.given(OPENED).when(hand_over).then(handed_over)
    case.given(OPENED, handed_over).when(hand_over).then()
    case.given(OPENED, handed_over).when(take_over).then(taken_over)
    case.given(OPENED, handed_over, taken_over).when(take_over).then()


def test_what_a_colleague_took_over_first_is_nobody_elses_to_take():
    late = AssignCase(CASE, "worker-c", "taken_over", taken=True)
    case.given(OPENED, handed_over, taken_over).when(late).refused("taken_over")


def test_a_case_that_was_taken_over_may_be_handed_to_the_same_one_again_to_look_at():
    case.given(OPENED, taken_over).when(hand_over).then(handed_over)


def test_what_was_not_taken_over_comes_to_the_directors_from_the_one_who_had_it():
    to_directors = AssignCase(CASE, None, "moved")
    waiting, held = (CaseAssigned(CASE, of, None, "moved", False) for of in ("worker-a", "worker-b"))
    case.given(OPENED, handed_over).when(to_directors).then(waiting)
    case.given(OPENED, handed_over, taken_over).when(to_directors).then(held)
    case.given(OPENED).when(to_directors).then(CaseAssigned(CASE, None, None, "moved", False))
    case.given(OPENED, waiting).when(to_directors).then()


def test_a_call_that_nobody_answered_is_noted_once_and_not_of_a_closed_case():
    called, other = RecordCall(CASE, "call-1", "send"), RecordCall(CASE, "call-2", "send")
    case.given(OPENED).when(called).then(CallUnanswered(CASE, "call-1", "send"))
    noted = CallUnanswered(CASE, "call-1", "send")
    case.given(OPENED, noted).when(called).then()
    case.given(OPENED, noted).when(other).then(CallUnanswered(CASE, "call-2", "send"))
    case.given(OPENED, closed).when(called).refused("wrong_state")
    case.given(OPENED, closed, reopened).when(called).then(noted)


def test_a_closed_case_too_is_handed_over():
    case.given(OPENED, closed).when(hand_over).then(handed_over)


def test_a_hand_over_of_an_earlier_version_is_carried_over_unless_something_newer_was_said_here():
    carried = [AssignCase(CASE, to, "carried_over", of) for of, to in (("a", "b"), ("b", "c"))]
    facts = [CaseAssigned(CASE, of, to, "carried_over", False) for of, to in (("a", "b"), ("b", "c"))]
    case.given(OPENED).when(carried[0]).then(facts[0])
    case.given(OPENED, facts[0]).when(carried[0]).then()
    case.given(OPENED, facts[0]).when(carried[1]).then(facts[1])
    case.given(OPENED, handed_over).when(carried[0]).then()
    case.given(OPENED, *facts, taken_over).when(carried[1]).then()


@pytest.mark.parametrize("command", [close, reopen, consent, hand_over, take_over])
def test_nothing_happens_to_a_case_that_was_never_opened(command):
    case.given().when(command).refused("wrong_state")


def test_a_person_is_described_as_far_as_known():
    person.given().when(IDENTIFY).then(IDENTIFIED)
    person.given().when(IDENTIFY_OTHER).then(IDENTIFIED_OTHER)
    assert isinstance(IDENTIFIED, PersonIdentified) and IDENTIFIED.age is None and IDENTIFIED.name is None
    assert (IDENTIFIED_OTHER.age_band, IDENTIFIED_OTHER.birth_date) == ("60-69", "1957-05-12")


def test_a_band_told_is_kept_as_told():
    [identified] = (
        person.given().when(IdentifyPerson(PERSON, CASE, replace(NOBODY, age_band="65-74"), MONDAY))._decide()
    )
    assert identified.age_band == "65-74"


def test_describing_a_person_again_changes_nothing():
    person.given(IDENTIFIED).when(IDENTIFY).then()


CORRECT = CorrectPerson(PERSON, CASE, KNOWN, MONDAY, "learned", ["sex", "name"], "บัตรประชาชน")


def test_a_correction_tells_the_person_anew_as_a_whole_with_the_reason():
    person.given(IDENTIFIED).when(CORRECT).then(
        PersonCorrected(
            PERSON, CASE, "learned", ["sex", "name"], "confirmed_card", "female",
            {"on": "2026-03-02", "min": 68, "max": 68}, "60-69", "thai", KNOWN.domicile,
            KNOWN.name, KNOWN.national_id, KNOWN.birth_date, "บัตรประชาชน",
        )
    )  # fmt: skip


def test_a_correction_that_changes_nothing_is_no_fact():
    person.given(IDENTIFIED).when(replace(CORRECT, changed=[])).then()


def test_nobody_is_corrected_of_whom_nothing_was_told():
    person.given().when(CORRECT).refused("wrong_state")


def test_what_differs_between_two_descriptions_is_named_and_a_band_counts_only_without_a_birth_date():
    assert differing(NOBODY, NOBODY) == differing(KNOWN, KNOWN) == []
    assert differing(NOBODY, replace(NOBODY, sex="female", age_band="60-69")) == ["sex", "age_band"]
    assert differing(NOBODY, replace(NOBODY, birth_date="1957", age_band="60-69")) == ["birth_date"]


SCREENED, PLANNED = ("screening", "done", 1), ("plan", "done", 2)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([], "open"),
        ([SCREENED], "screened"),
        ([PLANNED], "planned"),
        ([SCREENED, PLANNED], "planned"),
        ([SCREENED, PLANNED, (SOMBAT, "sent", 3)], "referred"),
        ([SCREENED, PLANNED, (SOMBAT, "acknowledged", 3)], "referred"),
        ([SCREENED, PLANNED, (SOMBAT, "waitlisted", 3)], "referred"),
        ([SCREENED, PLANNED, (SOMBAT, "accepted", 3)], "referred"),
        ([SCREENED, PLANNED, (SOMBAT, "travelling", 3)], "referred"),
        ([SCREENED, PLANNED, (SOMBAT, "admitted", 3)], "referred"),
        ([SCREENED, PLANNED, (SOMBAT, "placed", 3)], "placed"),
        ([SCREENED, PLANNED, (SOMBAT, "declined", 3)], "planned"),
        ([SCREENED, PLANNED, (SOMBAT, "expired", 3)], "planned"),
        ([SCREENED, PLANNED, (SOMBAT, "withdrawn", 3)], "planned"),
        ([SCREENED, PLANNED, (SOMBAT, "failed", 3)], "planned"),
        ([SCREENED, PLANNED, (SOMBAT, "ended", 3)], "planned"),
        ([SCREENED, PLANNED, (SOMBAT, "stable", 3)], "placed"),
        ([SCREENED, PLANNED, (SOMBAT, "died", 3)], "planned"),
        ([SCREENED, PLANNED, (SOMBAT, "entered_in_error", 3)], "planned"),
        ([SCREENED, PLANNED, (SOMBAT, "declined", 3), (MALEE, "sent", 4)], "referred"),
        ([SCREENED, PLANNED, (SOMBAT, "placed", 3), (MALEE, "sent", 4)], "placed"),
        ([SCREENED, PLANNED, (SOMBAT, "stable", 3), (MALEE, "sent", 4)], "referred"),
        ([SCREENED, ("plan", "done", 5), (SOMBAT, "stable", 3), (MALEE, "declined", 6)], "planned"),
        # The plan that a good end came of may be recorded at the very instant of it: it is not a newer one.
        ([SCREENED, ("plan", "done", 3), (SOMBAT, "stable", 3)], "placed"),
        ([(SOMBAT, "sent", 3)], "referred"),
        ([("case", "closed", 1)], "closed"),
        ([SCREENED, PLANNED, (SOMBAT, "placed", 3), ("case", "closed", 4)], "closed"),
        ([SCREENED, PLANNED, (SOMBAT, "placed", 3), ("case", "open", 5)], "placed"),
        ([SCREENED, PLANNED, (SOMBAT, "stable", 3), ("case", "closed", 4)], "closed"),
        ([SCREENED, PLANNED, (SOMBAT, "stable", 4), ("case", "open", 5)], "planned"),
        ([SCREENED, (SOMBAT, "stable", 4), ("case", "open", 5)], "screened"),
        ([SCREENED, PLANNED, ("case", "open", 5), (SOMBAT, "stable", 6)], "placed"),
        ([SCREENED, ("case", "open", 5)], "screened"),
        ([SCREENED, ("assignment", "assigned", 5)], "screened"),
    ],
)
def test_where_a_case_stands_follows_from_its_steps(steps, status):
    assert case_status({name: Step(state, str(recorded)) for name, state, recorded in steps}) == status


def test_who_of_the_staff_worked_on_a_case_last_follows_from_its_steps():
    assert last_worked_by({}) is None
    steps = {"screening": Step("done", "1", "worker-60"), "plan": Step("done", "2", "director-60")}
    assert last_worked_by(steps) == "director-60"
    # A partner's answer and a deadline leave the case in the hands of whoever had it.
    answered = {"referral": Step("accepted", "3", "partner-1"), "other": Step("expired", "4", "system")}
    assert last_worked_by({**steps, **answered}) == "director-60"
    assert last_worked_by(answered) is None
    # Who was assigned a case answers for it; who worked on it before does so no longer.
    handed = {**steps, "assignment": Step("assigned", "2", "admin")}
    assert last_worked_by(handed) is None
    assert last_worked_by({**handed, "referral": Step("sent", "3", "worker-60")}) == "worker-60"


def test_a_case_opened_before_the_subdistrict_was_sealed_still_says_it():
    old, _ = Codec((of_case.CASE,)).split(opened_before)
    old |= {"found": {"subdistrict": "600101"}}
    event = Codec((of_case.CASE,)).join("CaseOpened", 1, old, {"place": "v1.key.box"})
    assert (event.found, event.subdistrict, event.place) == ({"district": "6001"}, "600101", "v1.key.box")


@pytest.mark.parametrize(
    ("status", "number", "said"),
    [
        ("foreign_document", "AB1234567", []),
        ("foreign_document", "1234567890123", []),
        ("claimed", "AB1234567", ["no_citizen_number"]),
        ("claimed", "1234567890123", ["wrong_check_digit"]),
        ("claimed", None, []),
    ],
)
def test_only_a_thai_number_is_held_against_the_rule_of_thai_numbers(status, number, said):
    described = Description(status, "male", "foreign", [], national_id=number)
    assert of_person.doubts(described) == said
