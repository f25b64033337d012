"""Words are stored as they were meant, whoever takes them: nothing invisible, Thai marks in typing order."""

import pytest

from tests.web.door import World, opening, partner, plan, programme, referral

TYPED, MEANT = (
    " น\u0e49\u0e4dา\u200b \u202eใส\u2066\ufeff ",
    "น้ำ ใส",
)  # decomposed, with marks of width and direction
ADDRESSES = (" \u200bho\u200dme@\u2060example.org\u202c", "\ufeffhttps://exam\u200bple.org/บ้าน\u200f ")


@pytest.fixture(scope="module")
def typed(door) -> World:
    """A world in which every text was typed so."""
    told = {
        **partner(),
        "name": TYPED,
        "contact": {"phone": TYPED, "email": ADDRESSES[0], "website": ADDRESSES[1]},
    }
    partner_id = door.made("/api/v1/partners", told)["partner_id"]
    rules = {**programme()["rules"], "documents": [TYPED]}
    offered = door.made(
        f"/api/v1/partners/{partner_id}/programmes", {**programme(), "name": TYPED, "rules": rules}
    )
    name = dict.fromkeys(("title", "first", "last", "alias"), TYPED)
    found = {"subdistrict": "600101", "place": TYPED}
    case_id = door.made("/api/v1/cases", {**opening(name=name), "found": found, "note": TYPED})["case_id"]
    door.made(
        f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street", "documents_held": [TYPED]}}
    )
    members = [{**member, "reason": TYPED} for member in plan()["members"]]
    members[-1]["name"] = TYPED
    door.made(f"/api/v1/cases/{case_id}/plan", {**plan(), "members": members, "why": TYPED, "goals": [TYPED]})
    consent = {"status": "unable", "witness": TYPED}
    body = {**referral(case_id, offered["programme_id"]), "consent": consent}
    referral_id = door.made("/api/v1/referrals", body)["referral_id"]
    declined = {"reason": "cost", "whose": "partner", "said_by": TYPED, "note": TYPED}
    door.made(f"/api/v1/referrals/{referral_id}/decline", declined)
    return World("60", case_id, referral_id, partner_id, offered["programme_id"])


def test_a_person_and_what_was_told_of_them(door, typed):
    case = door.get(f"/api/v1/cases/{typed.case_id}").json()
    person = case["person"]
    parts = [person["name"][part] for part in ("title", "first", "last", "alias")]
    assert [*parts, person["place"], person["note"]] == [MEANT] * 6
    assert case["screening"]["facts"]["documents_held"] == [MEANT]


def test_what_the_working_group_decided(door, typed):
    minutes = door.get(f"/api/v1/cases/{typed.case_id}").json()["plan"]["minutes"]
    assert [member["reason"] for member in minutes["members"]] == [MEANT] * 3
    assert (minutes["members"][-1]["name"], minutes["why"], minutes["goals"]) == (MEANT, MEANT, [MEANT])


def test_a_partner_and_its_programme(door, typed):
    found = door.get(f"/api/v1/partners/{typed.partner_id}").json()
    [offered] = found["programmes"]
    assert (found["name"], found["contact"], offered["name"]) == (
        MEANT,
        {"phone": MEANT, "email": "home@example.org", "website": "https://example.org/บ้าน"},
        MEANT,
    )
    assert offered["rules"]["documents"] == [MEANT]


def test_a_document_that_a_programme_asks_for_is_the_one_that_the_person_has(door, typed):
    of_this = {"case_id": typed.case_id, "programme_ids": [typed.programme_id]}
    [candidate] = door.ask("partners", "matches", "worker-60", of_this)["candidates"]
    verdicts = {reason["rule"]: reason["verdict"] for reason in candidate["reasons"]}
    assert verdicts["documents"] == "met"


def test_who_answered_a_referral_and_what(door, typed):
    sent, *_, declined = door.get(f"/api/v1/referrals/{typed.referral_id}").json()["history"]
    assert (sent["witness"], declined["said_by"], declined["note"]) == (MEANT, MEANT, MEANT)
