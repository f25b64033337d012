"""Each step takes its own fields, no fewer and no others."""

import pytest
from marshmallow import ValidationError

from services.referral import schemas
from tests.referral.facts import CASE, PROGRAMME

GOOD = {
    "acknowledge": {"by_channel": "phone"},
    "accept": {"said_by": "คุณมาลี", "by_channel": "line"},
    "decline": {"reason": "cost", "whose": "partner", "note": "ค่าใช้จ่าย"},
    "waitlist": {},
    "withdraw": {"reason": "person_left"},
    "travel": {},
    "admit": {},
    "confirm": {},
    "fail": {"reason": "behaviour_safety", "note": "…"},
    "follow-up": {"in_place": False, "work": {"kind": "own", "income_baht_month": 0}},
    "end": {"outcome": "stable"},
    "entered-in-error": {"note": "ผิดราย"},
}
BAD = [
    ("accept", {"outcome": "died"}, "outcome"),
    ("accept", {"by_channel": "เบอร์ 081"}, "by_channel"),
    ("accept", {"now": "2026-03-02"}, "now"),
    ("accept", {"said_by": "ก" * 201}, "said_by"),
    ("accept", {"note": "ก" * 4001}, "note"),
    ("decline", {"reason": "cost", "whose": "partner", "note": 7}, "note"),
    ("decline", {"whose": "partner"}, "reason"),
    ("decline", {"reason": "cost", "whose": None}, "whose"),
    ("decline", {"reason": "too far", "whose": "partner"}, "reason"),
    ("follow-up", {}, "in_place"),
    ("follow-up", {"in_place": "yes"}, "in_place"),
    ("follow-up", {"found": "asleep"}, "found"),
    ("follow-up", {"in_place": True, "found": "left"}, "found"),
    ("follow-up", {"in_place": False, "found": "in_place"}, "found"),
    ("follow-up", {"found": "not_reached", "in_place": False}, "in_place"),
    ("follow-up", {"found": "not_reached", "wellbeing": "สบายดี"}, "wellbeing"),
    ("follow-up", {"found": "in_place", "health": "pale"}, "health"),
    ("follow-up", {"in_place": True, "work": {"kind": "own", "income_baht_month": -1}}, "work"),
    ("follow-up", {"in_place": True, "work": {"kind": "own", "income_baht_month": 9000.5}}, "work"),
    ("end", {"outcome": ""}, "outcome"),
    ("fly", {}, "step"),
]


def loaded(step, said):
    return schemas.StepReferral().load({"referral_id": "r", "step": step, **said})


@pytest.mark.parametrize(("step", "said"), GOOD.items())
def test_a_step_with_its_own_fields(step, said):
    assert loaded(step, said) == {"referral_id": "r", "step": step, **said}


@pytest.mark.parametrize(("step", "said", "field"), BAD)
def test_a_step_with_wrong_fields_is_told_which(step, said, field):
    with pytest.raises(ValidationError) as error:
        loaded(step, said)
    assert list(error.value.messages) == [field]


def test_null_and_blank_are_absent():
    assert loaded("accept", {"said_by": "\u200b", "by_channel": "", "note": None}) == {
        "referral_id": "r",
        "step": "accept",
    }


def send(**changes):
    body = {"case_id": CASE, "programme_id": PROGRAMME, "consent": {"status": "given"}}
    return schemas.SendReferral().load(body | changes)


def test_sending_takes_consent_and_no_waiting_unless_asked():
    assert send()["waitlist"] is False and send(waitlist=True)["waitlist"] is True
    assert send(consent={"status": "unable", "witness": "สมศรี"})["consent"]["witness"] == "สมศรี"


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        (
            {"consent": {"status": "unable"}},
            {"consent": {"witness": ["A person unable to consent needs a witness."]}},
        ),
        ({"consent": {"status": "unable", "witness": " \u200b"}}, None),
        ({"consent": {"status": "given", "witness": "ก" * 201}}, None),
        ({"consent": {"status": "perhaps"}}, None),
        ({"consent": {}}, None),
        ({"case_id": "60/12"}, {"case_id": ["Not a valid UUID."]}),
        ({"programme": PROGRAMME}, {"programme": ["Unknown field."]}),
    ],
)
def test_sending_with_wrong_fields_is_told_which(changes, messages):
    with pytest.raises(ValidationError) as error:
        send(**changes)
    assert messages is None or error.value.messages == messages


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 501}, {"status": "lost"}])
def test_lists_are_bounded(wrong):
    with pytest.raises(ValidationError):
        schemas.ListReferrals().load(wrong)
