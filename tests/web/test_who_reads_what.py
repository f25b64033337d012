"""Every address that answers a question - page, call, file, feed - as every role and from another centre: found by
itself in the map of addresses, and held against what that role may read of one person."""

from urllib.parse import quote

import pytest

from services.web.service import APPLICATION
from tests.web.test_reading import PRIVATE

# By role: the addresses about one case or referral that answer it at all. Everything else about one is closed to it.
OPEN_OF_ONE = {
    "ministry": {"/api/v1/cases/<case_id>", "/api/v1/referrals/<referral_id>"},
    "admin": set(),
    "partner-nobody": set(),
}
# ... and the fields that stand in those answers.
FIELDS = {
    "/api/v1/cases/<case_id>": {
        "case_id", "case_number", "centre", "status", "opened", "version", "path_kind", "referrals",
    },
    "/api/v1/referrals/<referral_id>": {
        "referral_id", "case_id", "centre", "status", "place", "outside_ministry", "sent_at", "answer_due", "version",
        "path_kind", "history",
    },
}  # fmt: skip
ABOUT_ONE = {"case_id", "referral_id"}
STRANGERS = ("worker-61", "director-61", "member-61")
RULES = sorted(
    {
        rule.rule: rule
        for rule in APPLICATION.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments - {*ABOUT_ONE, "partner_id", "programme_id"}
    }.values(),
    key=lambda rule: rule.rule,
)


@pytest.fixture(scope="module")
def one(door):
    """A case of centre 60 of which everything was told, and a referral that was declined with a note."""
    world = door.world()
    declined = {"reason": "not_eligible", "whose": "partner", "note": "เตียงเต็ม", "said_by": "คุณสมศรี"}
    door.made(f"/api/v1/referrals/{world.referral_id}/decline", declined)
    return world


def answer_to(door, browser, rule, one, user):
    adapter = APPLICATION.url_map.bind("localhost")
    path = adapter.build(rule.endpoint, {name: getattr(one, name) for name in rule.arguments}, "GET")
    if rule.rule.startswith(("/api/", "/metrics")):
        answer = door.get(path, user)
        return answer.status_code, answer.text, answer
    page = browser(user).http.get(f"{door.address}{quote(path)}", timeout=60, allow_redirects=False)
    return page.status_code, page.text, page


@pytest.mark.parametrize("user", OPEN_OF_ONE)
def test_who_sees_no_cases_reads_nothing_of_a_person_at_any_address(door, browser, one, user):
    signed_in = browser(user)
    for rule in RULES:
        status, text, answer = answer_to(door, lambda _: signed_in, rule, one, user)
        assert status < 500, rule.rule
        assert not [word for word in PRIVATE if word in text], rule.rule
        if not rule.arguments & ABOUT_ONE:
            continue
        if rule.rule in OPEN_OF_ONE[user]:
            assert status == 200, (rule.rule, status)
            assert {name for name, value in answer.json().items() if value is not None} <= FIELDS[
                rule.rule
            ], rule.rule
        else:
            assert status in (401, 403, 404), (rule.rule, status)


@pytest.mark.parametrize("user", STRANGERS)
def test_another_centre_finds_the_case_at_no_address(door, browser, one, user):
    signed_in = browser(user)
    for rule in RULES:
        status, text, _answer = answer_to(door, lambda _: signed_in, rule, one, user)
        if rule.arguments & ABOUT_ONE:
            assert status in (403, 404), (rule.rule, status)
        else:
            assert one.case_id not in text and one.referral_id not in text, rule.rule


def test_the_own_centre_reads_what_is_closed_to_others(door, browser, one):
    """So that nothing above is closed only because it is broken."""
    signed_in, read, named = browser("director-60"), 0, 0
    for rule in RULES:
        if rule.arguments & ABOUT_ONE:
            status, text, _answer = answer_to(door, lambda _: signed_in, rule, one, "director-60")
            assert status < 500, rule.rule
            read, named = read + (status == 200), named + ("มาลี" in text)
    assert read >= 15 and named >= 5


def test_the_addresses_are_found():
    assert len(RULES) >= 40 and sum(bool(rule.arguments & ABOUT_ONE) for rule in RULES) >= 20
