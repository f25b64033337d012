"""Every address that answers a question - page, call, file, feed, link - as every role and from another centre: found
by itself in the map of addresses, and each answer held field by field against the table of what that role reads
(`services/codes/reading.py`)."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from services.codes.reading import ABOUT_NOBODY, PAGE, READS
from services.kernel.codec import Audience
from services.reporting.visibility import MARKS
from services.web.service import APPLICATION
from services.web.store import links
from tests.support.marks import lasting, plain
from tests.web.door import activity
from tests.web.test_reading import private_in

ABOUT_ONE = {"case_id", "referral_id", "match_id", "screening_id", "meeting_id"}
ABOUT_PLACES = {
    "partner_id", "programme_id", "outreach_id", "rules_version", "draft_id", "trial_id", "rows_of", "row_key",
}  # fmt: skip
# A user of each role that is not staff of the case's centre, and of two that others are told nothing by.
OTHERS = {
    "member-60": "member",
    "ministry": "ministry",
    "partner-one": "partner",
    "rules": "rule_keeper",
    "admin": "admin",
    "partner-nobody": "partner",
}
# Of a centre that has no case of its own.
STRANGERS = ("worker-96", "director-96", "member-96")
MINUTES = ("สมชาย ตัวอย่าง", "ใกล้บ้านเดิม", "มีที่พักถาวร")  # what members voted on, and read
CALLS = ("/api/", "/fhir/")  # asked with a token, and not on a page
RULES = sorted(
    {
        rule.rule: rule
        for rule in APPLICATION.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments - ABOUT_ONE - ABOUT_PLACES
    }.values(),
    key=lambda rule: rule.rule,
)


def is_about_nobody(address):
    return any(address == each or address.startswith((f"{each}/", f"{each}.")) for each in ABOUT_NOBODY)


@pytest.fixture(scope="module")
def one(door):
    """A case of centre 60 of which everything was told, and a referral that was declined with a note; it is a user's
    own."""
    world = door.world()
    path = f"/api/v1/referrals/{world.referral_id}"
    door.ask("referral", "disclose", "worker-60", {"referral_id": world.referral_id, "how": "link"})
    door.made(f"{path}/told", {"how": "phone", "to": "คุณสมศรี"})
    declined = {"reason": "not_eligible", "whose": "partner", "note": "เตียงเต็ม", "said_by": "คุณสมศรี"}
    door.made(f"{path}/decline", declined)
    door.add("partner-one", "partner", (), world.partner_id)
    held = door.made("/api/v1/outreach", {**activity(), "partner_ids": [world.partner_id]})
    world = replace(world, outreach_id=held["outreach_id"])
    [match, *_] = door.get(f"/api/v1/cases/{world.case_id}/matches/earlier").json()["items"]
    saved = door.made("/api/v1/rules/drafts", {"based_on": "2569-2"}, "rules")
    trial = door.made(f"/api/v1/rules/drafts/{saved['draft_id']}/trial", {}, "rules")
    latest = door.get(f"/api/v1/cases/{world.case_id}").json()["screening"]["screening_id"]
    world = replace(world, draft_id=saved["draft_id"], trial_id=trial["trial_id"], screening_id=latest)
    for user in STRANGERS:
        door.add(user, user.partition("-")[0], ("96",))
    seat = [{"user": "member-60", "name": "สมาชิก", "role": "member"}]
    meeting_id = door.meeting(world.case_id, more=seat)
    return replace(world, match_id=match["match_id"], meeting_id=meeting_id)


@pytest.fixture(scope="module")
def ended(door, one):
    """Referrals of the same partner, and what each ended with: closings that say why, and a placement with work."""
    found = {}
    for name in ("died", "left", "worked"):
        sent = door.referred("60", one.programme_id)
        path = f"/api/v1/referrals/{sent['referral_id']}"
        for step in ("told", "accept", "admit", "confirm"):
            door.made(f"{path}/{step}", {"how": "phone"} if step == "told" else {})
        work = {"kind": "section_33", "income_baht_month": 9000}
        door.made(f"{path}/follow-up", {"in_place": True, "work": work, "note": "สบายดี"})
        if name == "worked":
            door.made(f"{path}/fail", {"note": "ทะเลาะกัน"})
        else:
            door.made(f"/api/v1/cases/{sent['case_id']}/close", {"reason": name})
        door.wait(path, lambda row: row["status"] in ("ended", "failed"))
        found[name] = path
    return found


def address_of(rule, one):
    return APPLICATION.url_map.bind("localhost").build(
        rule.endpoint, {name: getattr(one, name) for name in rule.arguments}, "GET"
    )


def answer_to(door, signed_in, rule, one, user):
    path = address_of(rule, one)
    if rule.rule.startswith((*CALLS, "/metrics")):
        answer = door.get(path, user)
    else:
        answer = signed_in.http.get(f"{door.address}{quote(path)}", timeout=60, allow_redirects=False)
    assert answer.status_code < 500, rule.rule
    return answer.status_code, plain(answer.text), answer


def ways(value, way=""):
    """The way to every value of an answer, once for all of a list."""
    if isinstance(value, dict) and value:
        return {each for name, part in value.items() for each in ways(part, f"{way}.{name}" if way else name)}
    if isinstance(value, list) and value:
        return {each for part in value for each in ways(part, f"{way}[]")}
    return {f"{way}[]" if isinstance(value, list) else way}


def is_in(way, fields):
    return any(
        way == each or (each.endswith("**") and way.startswith(each[:-2].rstrip("."))) for each in fields
    )


@pytest.mark.parametrize("user", OTHERS)
def test_no_answer_has_more_than_the_table_says(door, browser, one, user):
    signed_in, reads = browser(user), READS[OTHERS[user]]
    for rule in RULES:
        status, text, answer = answer_to(door, signed_in, rule, one, user)
        known = MINUTES if user == "member-60" else ()
        assert not private_in(text, known), rule.rule
        if is_about_nobody(rule.rule) or rule.rule == "/":
            continue
        if rule.rule not in reads:
            assert status in (401, 403, 404), (rule.rule, status)
        elif status == 200 and rule.rule.startswith(CALLS) and reads[rule.rule] is not PAGE:
            more = {way for way in ways(answer.json()) if not is_in(way, reads[rule.rule])}
            assert not more, (rule.rule, more)
        elif user != "partner-nobody":
            assert status == 200 and reads[rule.rule] is PAGE, (rule.rule, status)


def test_a_partner_reads_of_its_referral_neither_why_it_ended_nor_what_was_found(door, ended):
    """And whoever sees the case does."""
    may = READS["partner"]["/api/v1/referrals/<referral_id>"]
    for name, path in ended.items():
        told = door.get(path, "partner-one").json()
        assert not [way for way in ways(told) if not is_in(way, may)]
        for said in ("person_died", "case_closed", "income", "9000", "outcome", "สบายดี", "ทะเลาะกัน"):
            assert said not in lasting(str(told["history"])), (name, said)
    assert "9000" in door.get(ended["worked"]).text and "outcome" in door.get(ended["died"]).text


@pytest.mark.parametrize("user", STRANGERS)
def test_another_centre_finds_the_case_at_no_address(door, browser, one, user):
    signed_in = browser(user)
    for rule in RULES:
        status, text, _answer = answer_to(door, signed_in, rule, one, user)
        assert not private_in(text), rule.rule
        if rule.arguments & ABOUT_ONE:
            assert status in (403, 404), (rule.rule, status)
        else:
            assert one.case_id not in text and one.referral_id not in text, rule.rule


@pytest.mark.parametrize(
    "user", ["worker-96", "member-60", "member-96", "ministry", "rules", "admin", "partner-one"]
)
def test_search_finds_nobody_for_who_is_not_of_the_centre(door, one, user):
    """What may name a person is asked in a body, so the map of addresses to read does not show it."""
    for asked in ("มาลี ใจดี", "1609900123452", "60-"):
        answer = door.post("/api/v1/cases/search", {"q": asked}, user)
        assert answer.status_code == 403 or answer.json()["items"] == [], (user, answer.text)
    found = door.post("/api/v1/cases/search", {"q": "มาลี ใจดี"}).json()["items"]
    assert one.case_id in {row["case_id"] for row in found} or len(found) >= 20


@pytest.mark.parametrize(
    ("user", "audiences"),
    [("ministry", {Audience.ALL}), ("member-60", {Audience.ALL, Audience.CENTRE})],
)
def test_the_feed_has_of_each_event_what_its_service_marked_for_the_reader(door, one, user, audiences):
    found, after, page = [], -1, {"next": 0}
    while page["next"] != after:
        after = page["next"]
        page = door.get(f"/api/v1/events?after={after}&limit=500", user).json()
        found += page["items"]
    of_cases = [event for event in found if "caseid" in event]
    assert len({event["type"] for event in of_cases}) >= 8
    for event in of_cases:
        marks = MARKS[event["source"].rpartition("/")[2]][event["type"]]
        assert {marks[name] for name in event["data"]} <= audiences, event["type"]


def test_a_link_shows_its_reader_only_what_was_told_the_partner(door, browser, one):
    sent = door.referred("60", one.programme_id)
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda row: row["place"] == "reserved")
    web, referral = door.runtime("web"), {"referral_id": sent["referral_id"]}
    shared = door.ask("referral", "disclosable", "worker-60", referral)
    about = {
        "referral_id": sent["referral_id"],
        "partner_id": one.partner_id,
        "programme_id": one.programme_id,
    }
    with web.database.write() as db:
        token, code = links.make(
            db, links.Keys(web.key("answer-link")), about, shared, "worker-60", web.now()
        )
    nobody = browser()
    before = nobody.open(f"/answer/{token}")
    page = nobody.send(before, code=code)
    assert page.status == 200
    for text in (before.text, page.text):
        assert not private_in(text) and sent["case_id"] not in text


def test_who_is_named_to_confirm_an_erasure_reads_that_it_was_asked_for_and_nothing_else(door):
    world = door.world()
    body = {"reason": "ordered", "confirmer": "director-61"}
    door.made(f"/api/v1/cases/{world.case_id}/erasure", body, "director-60")
    [row] = [
        row
        for row in door.get("/api/v1/erasures", "director-61").json()["items"]
        if row["case_id"] == world.case_id
    ]
    assert set(row) <= {
        "case_id",
        "centre",
        "status",
        "requested_by",
        "reason",
        "confirmer",
        "at",
        "may",
    }
    for user in ("worker-60", "worker-61", "member-60", "ministry", "rules", "admin", "partner-nobody"):
        assert door.get("/api/v1/erasures", user).status_code == 403


def test_the_own_centre_reads_what_is_closed_to_others(door, browser, one):
    """So that nothing above is closed only because it is broken."""
    signed_in, read, named = browser("director-60"), 0, 0
    for rule in RULES:
        if rule.arguments & ABOUT_ONE:
            status, text, _answer = answer_to(door, signed_in, rule, one, "director-60")
            read, named = read + (status == 200), named + ("มาลี" in text)
    assert read >= 15 and named >= 5


def test_the_addresses_are_found_and_the_table_names_no_other():
    assert len(RULES) >= 40 and sum(bool(rule.arguments & ABOUT_ONE) for rule in RULES) >= 20
    named = {address for reads in READS.values() for address in reads}
    assert named <= {rule.rule for rule in RULES}
