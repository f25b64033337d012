"""Every page there is, found by walking as everybody: sound, in one language, for every eye, at the desk and on a
phone."""

import pytest

from services.web.service import APPLICATION
from tests.browser import steps
from tests.browser.crawl import LANGUAGE, Findings, Walk
from tests.browser.visitor import Visitor

ROLES = ("worker-60", "director-60", "member-60", "ministry", "admin", "partner-60", "rules")
# Sent empty, these would end what the walk still needs: an account, a session, the question to the partner; or make
# somebody of the stranger.
NOT_SENT = (
    "pages.users.close", "pages.account.me", "pages.answer.accept", "pages.own.accept", "pages.sample.sign_in",
    "pages.meetings.close",
)  # fmt: skip
NOBODY = "https://songtor.invalid/events"
LEAST_ASKED, LEAST_LOOKED_AT = 600, 90  # fewer, and links were lost on the way


@pytest.fixture(scope="module")
def findings(town, browser):
    """What was found when all pages were walked once."""
    findings, here = Findings(), []
    # A webhook of something that happens to nobody here, so that nobody is called.
    hook = town.system.user("director-60").post(
        "/api/v1/webhooks", {"url": NOBODY, "types": ["PartnerRetired"], "centre": "60"}
    )

    def arrived(user=None):
        here.append(Visitor(browser, town.system.address, traced=False))
        if user:
            town.let_in(here[-1], user)
        return here[-1]

    draft = town.system.user("rules").post("/api/v1/rules/drafts", {"based_on": "2569-2"})
    tried = town.system.user("rules").post(f"/api/v1/rules/drafts/{draft['draft_id']}/trial", {})
    for user in ROLES:
        visitor = arrived(user)
        walk = Walk(visitor, user, findings)
        walk.from_page("/")
        if user == "worker-60":
            walk.from_page("/cases?status=closed")
            walk.look_at("/cases/new/person?danger=", 422)
            walk.look_at("/drafts/signed-in", 200)  # linked where a session ended while somebody types
        if user == "director-60":
            walk.from_page("/erasures.csv")  # linked while one waits
            walk.from_page(f"/webhooks/{hook['webhook_id']}/list.csv")  # linked once something was delivered
        if user == "admin":
            walk.look_at("/first-steps", 200)  # linked while there are no other users
            walk.from_page("/contradictions.csv")  # linked while something does not go together
            walk.look_at("/system/skip", 200)  # linked where an event is parked
        if user == "rules":
            walk.look_at(f"/rules/trials/{tried['trial_id']}", 200)  # linked from a draft that was tried
        walk.look_at("/nothing-is-here", 404)
        visitor.page.evaluate("document.querySelector('.app-idle').hidden = false")
        walk.look("the warning before the session ends")
        walk.send_empty(*NOT_SENT)
        print(f"{user}: {findings.asked} addresses, {findings.looked_at} pages looked at so far", flush=True)
    careful = arrived("director-62")
    steps.turn_on_second_step(careful)
    walk = Walk(careful, "director-62", findings)
    walk.look("the recovery codes")
    walk.from_page("/account")
    walk.send_empty(*NOT_SENT)
    walk = Walk(arrived("director-62"), "director-62 between the two steps", findings)
    walk.from_page("/sign-in/code")
    walk.send_empty(*NOT_SENT)
    walk = Walk(arrived(), "stranger", findings)
    walk.from_page("/sign-in")
    walk.look_at("/nothing-is-here", 404)
    walk.look_at("/answer/no-such-link", 403)
    walk.look_at("/set-up/no-such-link", 403)
    walk.look_at("/sign-in/oidc/callback?state=none", 409)  # where a provider sends people back
    walk.send_empty(*NOT_SENT)
    worker, partner = arrived("worker-60"), arrived()
    case = steps.planned(worker, "เดินทุกหน้า")
    walk = Walk(worker, "worker-60", findings)
    walk.look_at(f"{case}/person/corrections", 200)  # linked once there is one
    walk.look_at(f"{case}/referrals/home", 200)  # where the plan says so
    walk.look_at(f"{case}/erasure/confirm", 403)  # linked where an erasure waits
    walk.look_at(f"{case}/erasure/minutes/{case.rpartition('/')[2]}", 403)  # linked there too
    ratify = steps.to_ratify(town.system.user("worker-60"))
    walk.look_at(ratify, 200)  # linked from such a meeting
    walk.look_at(ratify.replace("/ratify", "/review"), 200)  # linked where a meeting looks back
    for address in steps.give_bed(worker, case):
        walk.look_at(address, 200)  # linked while somebody has an interim bed
    walk.from_page(f"{case}/consents/told.csv")  # linked once a partner was told
    made = steps.make_link(worker, steps.refer(worker, case))
    Walk(worker, "worker-60", findings).look("the link that was made")
    sheet = steps.make_sheet(worker)
    walk = Walk(partner, "partner with a sheet", findings)
    walk.from_page(sheet)
    walk.send_empty(*NOT_SENT)
    walk = Walk(partner, "partner with a link", findings)
    walk.from_page(made.address)
    walk.send_empty(*NOT_SENT)
    steps.enter(partner, made)
    walk = Walk(partner, "partner with a link and its code", findings)
    walk.from_page(made.address)
    walk.send_empty(*NOT_SENT)
    partner.open(made.address)
    partner.press("Tell the centre that you have read this")
    walk.look("read")
    steps.accept(partner)
    walk.look("answered")
    for visitor in here:
        findings.behind += visitor.watch.seen
        visitor.leave(None)
    print(f"all: {findings.asked} addresses, {findings.looked_at} pages looked at")
    return findings


def test_enough_pages_were_found(findings):
    assert findings.asked >= LEAST_ASKED and findings.looked_at >= LEAST_LOOKED_AT


def test_every_page_of_the_application_was_found_by_somebody(findings):
    pages = {
        rule.endpoint
        for rule in APPLICATION.url_map.iter_rules()
        if rule.endpoint.startswith("pages.") and "GET" in rule.methods
    }
    assert pages - findings.found == {LANGUAGE}


def test_no_link_leads_nowhere(findings):
    assert findings.nowhere == []


def test_every_page_has_one_heading_a_title_and_its_language(findings):
    assert findings.shapeless == []


def test_no_page_violates_a_rule_of_accessibility(findings):
    assert findings.violations == []


def test_no_page_scrolls_sideways_down_to_320_pixels(findings):
    assert findings.sideways == []


def test_no_table_scrolls_on_a_phone(findings):
    assert findings.wide == []


def test_no_line_begins_inside_a_word_or_with_the_sign_of_repetition(findings):
    assert findings.parted == []


def test_nothing_stands_at_the_edge_or_out_of_line(findings):
    assert findings.uneven == []


def test_every_refused_form_leads_to_its_fields(findings):
    assert findings.refusals == []


def test_every_page_is_in_one_language(findings):
    assert findings.language == []


def test_nothing_goes_wrong_behind_a_page(findings):
    assert findings.behind == []
