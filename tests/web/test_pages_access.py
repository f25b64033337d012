"""Who may open and send which page, and about whose cases: every page is found by itself."""

from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from services.codes.access import ROLES
from services.codes.keys import SCOPES
from services.codes.notices import NOTICE_CHANNELS
from services.codes.work import WORK_PARTS
from services.kernel import tables
from services.kernel.envelope import Caller, instant
from services.kernel.runtime import utc_now
from services.referral.domain.steps import LIFE_CYCLE
from services.thai.dates import bangkok_day
from services.web.identity import api_keys, delegations, sessions
from services.web.service import APPLICATION
from services.web.store import notices, positions
from services.web.store.looks import case_look
from services.web.store.tables import metadata
from tests.web.browser import Browser, Page
from tests.web.door import activity

PAGES = [rule for rule in APPLICATION.url_map.iter_rules() if rule.endpoint.startswith("pages.")]
OF_A_CENTRE = {
    "case_id",
    "referral_id",
    "user",
    "notice_id",
}  # whose pages belong to a centre; the registry of partners is shared
# Towards centre 60 all of these are strangers; the user names are of this test alone.
STRANGERS = {f"{role}-77": (role, ("77",)) for role in ("worker", "director", "member", "admin")}
FORBIDDEN = ("มาลี", "1609900123452", "ใต้สะพานเดชาติวงศ์")
CHOICES = {  # parts of addresses that are one of a few
    "step": LIFE_CYCLE, "part": WORK_PARTS, "action": ("retire", "reopen"), "decision": ("accept", "dismiss"),
    "what": ("rules", "capacity"), "turn": ("pause", "resume"), "way": tuple(NOTICE_CHANNELS),
}  # fmt: skip
NOT_COMPARED = (sessions.session, positions.user_position, notices.notice, notices.teller)


def roles_of(rule: Rule) -> frozenset[str]:
    found: frozenset[str] = APPLICATION.view_functions[rule.endpoint].roles  # type: ignore[attr-defined]
    return found


def paths_of(rule: Rule, known: dict[str, str]) -> list[tuple[str, str]]:
    """(method, path) of every way to call a page, about what is known."""
    given = {name: known[name] for name in rule.arguments - {*CHOICES}}
    [choice] = rule.arguments & {*CHOICES} or [None]
    chosen = [{choice: value} for value in CHOICES[choice]] if choice else [{}]
    built = APPLICATION.url_map.bind("").build
    methods = sorted(rule.methods & {"GET", "POST"})
    return [
        (method, built(rule.endpoint, given | part, method=method)) for method in methods for part in chosen
    ]


def filled(page: Page) -> dict[str, str]:
    """The page's form as somebody would fill it in without looking."""
    fields = {}
    for form in page.tree.xpath("//main//form[@method='post']"):
        for each in form.xpath(".//*[@name]"):
            options = each.xpath("./option[@value!='']/@value")
            value = options[0] if options else each.get("value") or "ทดสอบ"
            fields.setdefault(each.get("name"), value)
    return fields


def csrf(browser: Browser) -> str:
    return str(browser.open("/account").tree.xpath("//input[@name='csrf']/@value")[0])


@pytest.fixture(scope="module")
def known(door, world) -> dict[str, str]:
    return all_known(door, world)


@cache
def all_known(door, world) -> dict[str, str]:
    """What the pages are about: a case, referral, partner and user of centre 60; made once, whoever needs it."""
    door.add("somebody-60", "worker", ("60",))
    for user, (role, centres) in STRANGERS.items():
        door.add(user, role, centres)
    other = door.world("60")
    door.add(f"partner-{other.partner_id}", "partner", (), other.partner_id)
    STRANGERS[f"partner-{other.partner_id}"] = ("partner", ())
    door.ask("intake", "request_erasure", "deputy-60", {"case_id": world.case_id, "reason": "ordered"})
    renamed = {"name": "ชื่อที่เสนอ", "reason": "ทดสอบ"}
    proposed = door.call("PATCH", f"/api/v1/partners/{world.partner_id}", renamed, "worker-61")
    return {
        "case_id": world.case_id,
        "referral_id": world.referral_id,
        "partner_id": world.partner_id,
        "programme_id": world.programme_id,
        "plan_id": door.get(f"/api/v1/cases/{world.case_id}").json()["plan"]["plan_id"],
        "proposal_id": proposed.json()["proposal_id"],
        "match_id": door.get(f"/api/v1/cases/{world.case_id}/matches/earlier").json()["items"][0]["match_id"],
        "outreach_id": door.made("/api/v1/outreach", activity())["outreach_id"],
        "problem_id": door.problem(world.programme_id),
        "rules_version": "2569-2",
        **rules_of(door),
        **kept_of(door, world),
        "key_id": key_of(door, world),
        "webhook_id": webhook_of(door),
        "notice_id": notice_of(door, world.case_id),
        "province": "60",
        "user": "somebody-60",
        "delegation_id": delegation_of(door),
        "token": "not-a-link",
        "code": "th",
    }


def kept_of(door, world) -> dict[str, str]:
    """A meeting with the case on its agenda, a consent of its person, and a bed that somebody else has for tonight."""
    said = {"kind": "data", "status": "given", "how": "spoken"}
    consent = door.made(f"/api/v1/cases/{world.case_id}/consents", said)
    bed = {"programme_id": door.bed(world.partner_id), "days": 3}
    stay = door.made(f"/api/v1/cases/{door.case()}/stays", bed)
    return {
        "item_id": door.task(world.case_id), "member_id": door.member(),
        "meeting_id": door.meeting(world.case_id), "consent_id": consent["consent_id"], "stay_id": stay["stay_id"],
    }  # fmt: skip


def delegation_of(door) -> str:
    today, director = bangkok_day(utc_now()), Caller("deputy-60", "director", ("60",))
    return delegations.give(door.runtime("web"), director, "60", "somebody-60", today, today, "ลา")


def key_of(door, world) -> str:
    """Of a key of the partner's own system."""
    made = api_keys.make(door.runtime("web"), "known", world.partner_id, "ระบบ", SCOPES, 30, "director-60")
    return made.split("_")[1]


def webhook_of(door) -> str:
    """Of the centre, which nothing is sent to."""
    made = {"url": "https://127.0.0.1:1/hook", "types": ["RulesAdopted"], "centre": "60"}
    return door.made("/api/v1/webhooks", made, "director-60")["webhook_id"]


def notice_of(door, case_id: str) -> str:
    """Of a worker of the centre."""
    row = notices.Notice("worker-60", str(uuid4()), "screened", 1, case_id, None, None, instant(utc_now()))
    with door.runtime("web").database.write() as db:
        notices.add(db, [row])
    return row.notice_id


def rules_of(door) -> dict[str, str]:
    saved = door.made("/api/v1/rules/drafts", {"based_on": "2569-2"}, "rules")
    trial = door.made(f"/api/v1/rules/drafts/{saved['draft_id']}/trial", {}, "rules")
    of_row = {"rows_of": "labels", "row_key": "child"}
    return {"draft_id": saved["draft_id"], "trial_id": trial["trial_id"], **of_row}


@pytest.fixture(scope="module")
def colleagues(door, browser, world) -> dict[str, Browser]:
    """{role: browser} of those who have to do with centre 60."""
    door.add("partner-asked", "partner", (), world.partner_id)
    users = ("worker-60", "director-60", "member-60", "ministry", "admin", "partner-asked")
    return {user.partition("-")[0]: browser(user) for user in users}


@pytest.fixture(scope="module")
def strangers(browser, known) -> dict[str, tuple[str, Browser]]:
    """{user: (role, browser)}"""
    return {user: (role, browser(user)) for user, (role, _) in STRANGERS.items()}


def as_it_stands(door) -> Any:
    """What nobody's attempt may change: who did what, who read what, and the front door's own tables."""
    acted = {
        service: door.runtime(service).read(
            lambda db: {user: db.scalar(said_by(user)) for user in (*STRANGERS, "member-60", "ministry")}
        )
        for service in ("intake", "screening", "partners", "referral")
    }
    looked = {
        service: door.runtime(service).read(lambda db: db.execute(read_by_strangers()).all())
        for service in ("intake", "screening", "referral")
    }
    own = door.runtime("web").read(
        lambda db: {
            table.name: sorted(
                str({name: value for name, value in row.items() if name != "seen_at"})
                for row in db.execute(select(table)).mappings()
                if table is not case_look or row["user_name"] in STRANGERS
            )
            for table in metadata.sorted_tables
            if table not in NOT_COMPARED
        }
    )
    return acted, looked, own


def read_by_strangers() -> Any:
    record = tables.access_record
    return select(record).where(record.c.who.in_(STRANGERS))


def said_by(user: str) -> Any:
    return select(tables.event.c.position).where(tables.event.c.body.contains(f'"actor":"{user}"')).limit(1)


def test_every_page_says_who_may_open_it_and_the_pages_are_found():
    assert len(PAGES) >= 45 and sum(bool(rule.arguments & OF_A_CENTRE) for rule in PAGES) >= 20
    for rule in PAGES:
        assert roles_of(rule) <= {*ROLES}, rule.rule


def test_pages_without_a_sign_in_are_the_few_that_are_meant_so():
    public = {rule.endpoint for rule in PAGES if not roles_of(rule)}
    assert {name for name in public if not name.startswith("pages.answer.")} == {
        "pages.account.sign_in",
        "pages.account.language",
        "pages.handouts.public",
        "pages.oidc.sign_in",
        "pages.oidc.callback",
        "pages.sample.sign_in",
        "pages.second_factor.code",
        "pages.set_up.administrator",
        "pages.standing.state",
        "pages.standing.today",
    }


@pytest.mark.parametrize("rule", [rule for rule in PAGES if roles_of(rule)], ids=lambda rule: rule.rule)
def test_nobody_opens_or_sends_a_page_without_signing_in(browser, known, rule):
    nobody = browser()
    token = nobody.open("/sign-in").tree.xpath("//input[@name='csrf']/@value")[0]
    for method, path in paths_of(rule, known):
        if method == "GET":
            assert nobody.open(path).path.startswith("sign-in?next="), path
        else:
            page = nobody.post(path, {"csrf": token, "reason": "left"})
            assert page.status == 401 and page.tree.xpath("//input[@type='password']"), path
            assert not any(secret in page.raw for secret in FORBIDDEN)


@pytest.mark.parametrize(
    "rule", [rule for rule in PAGES if rule.arguments & OF_A_CENTRE], ids=lambda rule: rule.rule
)
def test_no_page_tells_or_takes_anything_of_another_centre(door, known, colleagues, strangers, rule):
    owner = colleagues[
        next(role for role in ("worker", "director", "admin", "partner") if role in roles_of(rule))
    ]
    before = as_it_stands(door)
    for method, path in paths_of(rule, known):
        own = owner.open(path)
        if method == "GET":
            # The address is right: those whose case it is are answered, if only that the step does not follow now.
            assert own.status in (200, 409), path
        for user, (role, stranger) in strangers.items():
            if method == "GET":
                page = stranger.open(path)
            else:
                fields = filled(own) | {"csrf": csrf(stranger), "command": str(uuid4())}
                page = stranger.post(path, fields)
            assert page.status == (404 if role in roles_of(rule) else 403), (method, path, user, page.text)
            assert not any(secret in page.raw for secret in FORBIDDEN), (path, user)
    assert as_it_stands(door) == before


@pytest.mark.parametrize("rule", [rule for rule in PAGES if roles_of(rule)], ids=lambda rule: rule.rule)
def test_a_role_that_may_not_is_refused_also_in_its_own_centre(door, known, colleagues, rule):
    before = as_it_stands(door)
    for role, other in colleagues.items():
        if role in roles_of(rule):
            continue
        for method, path in paths_of(rule, known):
            page = other.open(path) if method == "GET" else other.post(path, {"csrf": csrf(other)})
            assert page.status == 403, (method, path, role)
            assert not any(secret in page.raw for secret in FORBIDDEN)
    assert as_it_stands(door) == before


@pytest.mark.parametrize(
    "rule",
    [rule for rule in PAGES if not rule.arguments and "GET" in rule.methods and roles_of(rule)],
    ids=lambda rule: rule.rule,
)
def test_lists_and_figures_show_nothing_of_another_centre(door, known, strangers, rule):
    number = door.get(f"/api/v1/cases/{known['case_id']}").json()["case_number"]
    for user, (role, stranger) in strangers.items():
        page = stranger.open(rule.rule)
        assert page.status in ((200,) if role in roles_of(rule) else (403,)), (rule.rule, user)
        shown = page.raw
        hidden = [known["case_id"], known["referral_id"], "somebody-60", number, *FORBIDDEN]
        assert not [each for each in hidden if each in shown], (rule.rule, user)


@pytest.mark.parametrize(
    "path", ["/dashboard?centre=60", "/dashboard/behind?centre=60", "/dashboard/figures.zip?centre=60"]
)
def test_figures_of_another_centre_may_not_be_asked_for(strangers, path):
    for user, (_, stranger) in strangers.items():
        page = stranger.open(path)
        assert page.status in (200, 403, 422) and "นครสวรรค์" not in page.raw, (path, user)


def test_a_link_that_is_not_ours_opens_nothing(browser, known):
    for rule in PAGES:
        if "token" in rule.arguments:
            nobody = browser()
            token = nobody.open("/sign-in").tree.xpath("//input[@name='csrf']/@value")[0]
            for method, path in paths_of(rule, known):
                page = nobody.open(path) if method == "GET" else nobody.post(path, {"csrf": token})
                assert page.status in (403, 404), (method, path)
