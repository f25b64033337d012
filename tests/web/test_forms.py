"""Every form of every page, found by itself, is sent what it was not made for: nothing fails, nothing refused is
stored, nothing typed is lost or becomes markup. Long because each form needs a world in which it stands."""

import logging
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote_plus, urlencode
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.codes.steps import STEPS
from services.kernel import tables
from services.kernel.envelope import instant
from services.referral.schemas import FIELDS
from services.system import SERVICES
from services.web.identity import accounts, identities, passwords
from services.web.service import APPLICATION
from tests.web.door import BEFORE, REVIEWED, USERS, activity, plan, settled
from tests.web.hostile import GARBLED, PROVIDER, SECRET, TEXTS, harmless, kept, told
from tests.web.phone import Phone
from tests.web.sent import Sent
from tests.web.test_keys import make as key_of
from tests.web.test_pages_standing import path_of, press

ADDRESSES = APPLICATION.url_map.bind("")
LOGS = [service for service in SERVICES if service != "web"]
DIFFERENT_STEPS = {tuple(FIELDS[step]): step for step in STEPS}.values()
# Forms that no system shows beside the others: before there is anybody, in a sample, in the minutes after a no,
# to the one who asked, where something is to be confirmed or decided, where rules changed, something is told or mail
# can be sent. Nothing is typed there but what test_set_up and test_messages try; who may send them, test_pages_sample,
# test_pages_answer, test_pages_own, test_erasing, test_pages_transfers, test_delegations, test_pages_partners,
# test_pages_search, test_announcements and test_notices ask.
SELDOM = (
    "pages.set_up.administrator",
    "pages.sample.sign_in",
    "pages.answer.take_back",
    "pages.own.take_back",
    "pages.erasure.withdraw",
    "pages.transfer.accept",
    "pages.transfer.revoke",
    "pages.delegations.end",
    "pages.registry.confirmed",
    "pages.registry.details_confirmed",
    "pages.holding.confirmed",
    "pages.registry.programme_confirmed",
    "pages.proposals.accept",
    "pages.search.results_csv",
    "pages.rulebooks.read",
    "pages.rule_rows.move",  # test_pages_rules presses it
    "pages.notices.read",
    "pages.channels.begin",
    "pages.channels.confirm",
    "pages.channels.choose",
    "pages.channels.forget",
    "pages.messages.retry",
)
POSTS = [
    (rule.endpoint, step)
    for rule in APPLICATION.url_map.iter_rules()
    if "POST" in rule.methods and rule.endpoint.startswith("pages.") and rule.endpoint not in SELDOM
    for step in (DIFFERENT_STEPS if "step" in rule.arguments else (None,))
]
AFTER_A_YES = ("pages.work.read", "pages.own.admit")
OF_REVIEW = ("uphold", "take-back")  # steps of a director, after a no that is reviewed
WITH_SECOND_FACTOR = [f"pages.second_factor.{view}" for view in ("code", "new_codes", "turn_off")]
IMPOSSIBLE_DAY = "31/2/2569"  # refuses a form that has a day, so that the rest of it may be anything
NOWHERE = "http://127.0.0.1:1/"  # where nobody listens
APART = 7  # hostile texts this far apart are of different kinds; there are fewer of every kind
NAME = "user-of-forms"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
UPLOAD = b'--b\r\nContent-Disposition: form-data; name="note"; filename="x"\r\n\r\nx\r\n--b--'


SEEN = accounts.account.c.seen_at.name  # noted once a minute


class Place:
    """Where a form stands: a page that shows it, in the browser of somebody who may send it."""

    def __init__(self, door, browser, endpoint, step):
        self.door, self.browser, self.endpoint, self.step = door, browser, endpoint, step
        [rule] = APPLICATION.url_map.iter_rules(endpoint)
        self.arguments = rule.arguments
        roles = APPLICATION.view_functions[endpoint].roles
        self.user = None
        for role, centres in USERS.values():
            if role in roles and self.user is None:
                self.user = f"forms-{role}"  # what is refused stays a draft: nobody else's
                # My work shows the first twenty of a centre: its forms have one of their own.
                self.centre = "62" if endpoint.startswith("pages.work.") else "60"
                door.add(self.user, role, (self.centre,) if "60" in centres else centres)
        self.prepare()

    def prepare(self):
        """A world in which the form can be sent."""
        if self.endpoint == "pages.standing.state":
            world, worker = self.door.world("60"), self.browser("worker-60")
            sheet = press(worker, world.partner_id, "make")
            token = path_of(sheet).rpartition("/")[2]
            self.visitor, values = self.browser(), {"token": token, "programme_id": world.programme_id}
        elif "token" in self.arguments:
            self.sent = Sent(self.door, self.browser)
            self.visitor, values = self.browser(), {"token": self.sent.token}
            if self.endpoint != "pages.answer.enter":
                self.sent.enter(self.visitor)
        elif self.endpoint in WITH_SECOND_FACTOR:
            user, values = f"careful-{uuid4().hex[:8]}", {}
            self.door.add(user, "worker", ("60",))
            self.visitor = self.browser(user)
            Phone.turned_on(self.door, self.visitor, user)
            if self.endpoint == "pages.second_factor.code":
                self.visitor = self.browser()
                self.visitor.sign_in(user)
        else:
            if self.step in OF_REVIEW:
                self.user = "forms-director"
                self.door.add(self.user, "director", (self.centre,))
            self.visitor = self.browser(self.user)
            world = None
            if {"case_id", "referral_id", "partner_id", "stay_id", "meeting_id"} & self.arguments:
                self.door.add(f"worker-{self.centre}", "worker", (self.centre,))
                world = self.door.world(self.centre)
            if self.endpoint == "pages.care.take":  # what the place of the plan asks for
                agreed = plan() | {"programme_id": world.programme_id}
                self.door.made(f"/api/v1/cases/{world.case_id}/plan", agreed, f"worker-{self.centre}")
            if self.endpoint == "pages.referral.send_home":
                agreed = plan() | {"path": "return_family"}
                self.door.made(f"/api/v1/cases/{world.case_id}/plan", agreed, f"worker-{self.centre}")
            if self.endpoint == "pages.standing.revoke":
                self.door.ask("partners", "make_link", "worker-60", {"partner_id": world.partner_id})
            stay = self.a_bed(world) if self.endpoint.startswith("pages.stay.") else None
            if self.endpoint.startswith("pages.own."):
                self.door.add(self.user, "partner", (), world.partner_id)
                self.visitor = self.browser(self.user)
            if self.endpoint == "pages.work.taken":
                handed = {"case_ids": [world.case_id], "from_user": NAME, "to_user": self.user}
                self.door.ask("intake", "assign", "admin", handed)
            for step in ("accept",) if self.endpoint in AFTER_A_YES else BEFORE.get(self.step or "", ()):
                self.door.made(f"/api/v1/referrals/{world.referral_id}/{step}", {}, f"worker-{self.centre}")
            if self.step in OF_REVIEW:
                self.door.reviewing()
                no = {"reason": REVIEWED, "whose": "partner"}
                self.door.made(f"/api/v1/referrals/{world.referral_id}/decline", no)
            if self.endpoint in ("pages.erasure.confirm", "pages.erasure.withdraw", "pages.erasure.minutes"):
                wanted = {"case_id": world.case_id, "reason": "ordered"}
                self.door.ask("intake", "request_erasure", "deputy-60", wanted)
            if self.endpoint == "pages.transfer.answer":
                world = self.door.world("61")
                asked = {"to": "60", "reason": "domicile"}
                self.door.made(f"/api/v1/cases/{world.case_id}/transfer", asked, "worker-61")
            if "user" in self.arguments:
                self.door.add(NAME, "worker", ("60",))
            if self.endpoint.endswith("identity"):
                self.link(NAME if "user" in self.arguments else self.user)
            if self.endpoint == "pages.users.take_off_second_factor":
                Phone.turned_on(self.door, self.browser(NAME), NAME)
            values = {
                **(vars(world) if world else {}),
                "user": NAME,
                "step": self.step,
                "action": "retire",
            } | {"stay_id": stay}
            if "key_id" in self.arguments:
                values["key_id"] = key_of(self.visitor, world.partner_id).split("_")[1]
            if "webhook_id" in self.arguments:  # of what seldom happens here
                hears = {"url": NOWHERE, "types": ["PartnerRetired"], "centre": self.centre}
                made = self.door.made("/api/v1/webhooks", hears, self.user)
                values |= {"webhook_id": made["webhook_id"], "turn": "pause"}
            if "proposal_id" in self.arguments:
                partner_id, _ = self.door.programme()
                change = {"name": f"บ้าน {uuid4().hex[:8]}", "reason": "ป้ายหน้าบ้าน"}
                told = self.door.call("PATCH", f"/api/v1/partners/{partner_id}", change, "worker-61")
                values["proposal_id"] = told.json()["proposal_id"]
            if "item_id" in self.arguments:
                values["item_id"] = self.door.task(world.case_id, f"worker-{self.centre}")
            if self.endpoint == "pages.members.end":
                self.door.add(f"director-{self.centre}", "director", (self.centre,))
                values["member_id"] = self.door.member(self.centre)
            if "meeting_id" in self.arguments:
                user = f"worker-{self.centre}"
                seat = [{"user": self.user, "name": NAME, "role": "member"}]
                values["meeting_id"] = self.door.meeting(world.case_id, user, seat)
                if self.endpoint == "pages.meetings.ratify":
                    values["meeting_id"] = self.door.unratified(world.case_id, user, seat)
                if self.endpoint == "pages.meetings.table":  # another waits
                    waits = f"/api/v1/cases/{self.door.case(self.centre)}/screening"
                    self.door.made(waits, {"facts": settled()}, user)
                    work = f"/api/v1/work?centre={self.centre}"
                    self.door.wait(work, lambda found: found["counts"]["group"] > 0, user)
            if "outreach_id" in self.arguments:
                held = self.door.made("/api/v1/outreach", activity(), f"worker-{self.centre}")
                values["outreach_id"] = held["outreach_id"]
            values |= {"rules_version": "2569-2"}
            if "draft_id" in self.arguments:
                of_procedure = self.endpoint.startswith("pages.rule_procedure.")
                based_on = "procedure-2" if of_procedure else "2569-2"
                values |= {
                    "draft_id": self.door.made("/api/v1/rules/drafts", {"based_on": based_on})["draft_id"]
                }
                values |= {"rows_of": "labels", "row_key": "child"}
            if "problem_id" in self.arguments:
                problem_id = self.door.problem(self.door.programme()[1])
                values |= {"problem_id": problem_id, "decision": "accept"}
            if "plan_id" in self.arguments:
                values["plan_id"] = self.door.get(f"/api/v1/cases/{world.case_id}").json()["plan"]["plan_id"]
        self.action = ADDRESSES.build(
            self.endpoint, {name: values[name] for name in self.arguments}, method="POST"
        )
        self.page = self.find()

    def a_bed(self, world):
        """An interim bed that is free; where the form is of a stay, the id of one."""
        user = f"worker-{self.centre}"
        bed = self.door.bed(world.partner_id, user)
        if "stay_id" not in self.arguments:
            return None
        asked = {"programme_id": bed, "days": 3}
        return self.door.made(f"/api/v1/cases/{world.case_id}/stays", asked, user)["stay_id"]

    def link(self, user):
        """With the provider, as whoever is to undo it must be; not, for the others."""
        runtime = self.door.runtime("web")
        with runtime.database.write() as db:
            identities.unlink(db, PROVIDER, user, user, instant(runtime.now()))
        if "unlink" in self.endpoint:
            assert identities.link(runtime, PROVIDER, user, user, "admin")

    def find(self):
        """The page with the form: its own address, or one not far from there; where a button makes it appear, that is
        pressed."""
        paths, pressed = (
            [
                *(self.action.rsplit("/", parts)[0] for parts in range(3)),
                *("/account", "/partners/register", "/work"),
            ],
            set(),
        )
        for path in paths:
            page = self.visitor.open(path)
            if page.status == 200 and self.form_of(page) is not None:
                return page
            # A question that comes first, with one of its answers.
            first = page.tree.xpath(
                f"//form[@method='get' and @action='{self.action}']//input[@type='radio']"
            )[:1]
            paths += [
                f"{self.action}?{urlencode({choice.get('name'): choice.get('value')})}"
                for choice in first
                if "?" not in path
            ]
            for button in page.tree.xpath("//form[@method='post']//button[@formaction]"):
                if (path, button.get("formaction")) not in pressed:
                    pressed.add((path, button.get("formaction")))
                    self.visitor.post(
                        button.get("formaction"),
                        list(next(button.iterancestors("form")).form_values()),
                    )
                    paths.append(path)
        return None

    def form_of(self, page):
        forms = [form for form in page.tree.forms if form.get("method", "").lower() == "post"]
        goes = [
            form
            for form in forms
            if (form.get("action") or "/" + page.path).partition("?")[0] == self.action
            or form.xpath(f".//button[@formaction='{self.action}']")
        ]
        return goes[-1] if goes else None

    @property
    def target(self) -> str:
        """Where the form is sent, with what its page's address asks."""
        form = self.form_of(self.page)
        if form.xpath(f".//button[@formaction='{self.action}']"):
            return self.action
        return form.get("action") or f"/{self.page.path}"

    @property
    def fields(self) -> list[tuple[str, str]]:
        """As the page shows them, without a button's."""
        return list(self.form_of(self.page).form_values())

    @property
    def names(self) -> list[str]:
        return self.named(".//input[@type!='hidden' or not(@type)] | .//textarea | .//select")

    @property
    def typed(self) -> list[str]:
        """Without those that are chosen: of them what is no choice is refused, whatever stands beside it."""
        return self.named(
            ".//input[not(@type) or not(contains('hidden radio checkbox', @type))] | .//textarea"
        )

    def named(self, controls: str) -> list[str]:
        names = (control.get("name") for control in self.form_of(self.page).xpath(controls))
        return list(dict.fromkeys(name for name in names if name))

    def again(self):
        """After something was accepted: the page anew, in a new world if this one is used up."""
        self.page = self.find()
        if self.page is None:
            self.prepare()


@pytest.fixture(
    scope="module", params=POSTS, ids=lambda post: "-".join(filter(None, post)).removeprefix("pages.")
)
def place(request, door, browser):
    place = Place(door, browser, *request.param)
    assert place.page is not None, "no page shows this form"
    return place


@pytest.fixture(scope="module", autouse=True)
def figures(door):
    """Nothing that was typed stands in a figure; none is taken back, so the last of them has whatever any had."""
    yield
    assert SECRET not in door.get("/metrics", user=None).text


@pytest.fixture
def stored(door):
    """What refused requests must not change."""
    return Stored(door)


class Stored:
    def __init__(self, door):
        self.door, self.refused = door, set()
        self.heads = {service: self.head(service) for service in LOGS}
        self.last: Any = (
            None  # the accounts as they were after what was refused last, if nothing was accepted since
        )

    def head(self, service: str) -> int:
        position: int = self.door.runtime(service).log.head()[0]
        return position

    def accounts(self) -> Any:
        read = self.door.runtime("web").read
        return read(
            lambda db: [
                list(map(tuple, db.execute(select(*(c for c in t.c if c.name != SEEN)))))
                for t in (accounts.account, passwords.password)
            ]
        )

    def unchanged(self):
        """No event of any service came from a request that was refused; none came before the first of them."""
        for service, head in self.heads.items():
            new = select(tables.event.c.body).where(tables.event.c.position > head)
            bodies = self.door.runtime(service).read(lambda db, new=new: db.execute(new).scalars().all())
            wrote = {correlation for correlation in self.refused for body in bodies if correlation in body}
            assert not wrote, (service, wrote)


def send(place: Place, stored: Stored, fields: Any, typed: dict[str, str], **more: Any) -> bool:
    """Whether it was accepted; either way as it must be."""
    before = stored.last or stored.accounts()
    page = place.visitor.post(place.target, fields, **more)
    harmless(page)
    assert SECRET not in page.url
    if page.status < 400:
        stored.last = None
        return True
    assert page.status in (400, 401, 403, 404, 409, 412, 413, 422), (page.status, page.text)
    stored.refused.add(page.answer.headers["X-Correlation-Id"])
    stored.last = stored.accounts()
    assert stored.last == before
    if page.status == 422:
        assert page.errors, page.text
    if page.status in (409, 412, 422) and place.form_of(page) is not None:
        kept(page, place.action, typed)
    return False


def send_again(place: Place, stored: Stored, body: Any, headers: dict[str, str]) -> None:
    if send(place, stored, body, {}, headers=headers):
        place.again()


def proof(place: Place) -> dict[str, str]:
    return {"X-CSRF-Token": dict(place.fields)["csrf"]}


def sendings(names: list[str], typed: list[str]) -> Iterator[dict[str, str]]:
    """Every text in some field and texts of all kinds in every field, side by side; then each `typed` one with one
    alone."""
    texts, step = list(TEXTS.values()), min(len(names), APART)
    for start in range(0, len(texts), step) if names else ():
        yield {name: texts[(start + at) % len(texts)] for at, name in enumerate(names)}
    yield from ({name: text} for name, text in zip(typed, cycle(texts), strict=False))


def test_whatever_is_typed_is_refused_at_its_field_or_shown_as_text(place, stored, caplog):
    caplog.set_level(logging.DEBUG)
    for typed in sendings(place.names, place.typed):
        if "happened_on" in place.names and "happened_on" not in typed:
            typed = {**typed, "happened_on": IMPOSSIBLE_DAY}
        fields = [(name, value) for name, value in place.fields if name not in typed] + list(typed.items())
        if send(place, stored, fields, typed):
            place.again()
    stored.unchanged()
    assert SECRET not in told(caplog)


def test_fields_that_no_browser_sends_are_refused_or_read_as_what_they_are(place, stored):
    names = place.names or ["note"]
    strange = [("no_such_field", "x"), ("__class__", "x"), ("a.b.c.0.d", "x")]
    for fields in (
        [*place.fields, *place.fields, *((name, "ข") for name in names)],
        [*strange, *((f"{name}{part}", "x") for name in names for part in (".0.x", "[]"))],
    ):
        send_again(place, stored, [*fields, ("csrf", dict(place.fields)["csrf"])], {})
    garbled = "&".join(f"{quote_plus(name)}=%FF%FE%C3%28" for name in names).encode()
    send_again(place, stored, garbled, proof(place) | FORM)
    stored.unchanged()


# A form before signing in, one of the staff and one of a partner: bodies are read before any form is known.
@pytest.mark.parametrize("endpoint", ["pages.account.sign_in", "pages.intake.person", "pages.answer.decline"])
def test_a_body_that_no_browser_makes_is_refused_or_read_as_what_it_is(door, browser, stored, endpoint):
    place = Place(door, browser, endpoint, None)
    bodies = [
        *((b"note=" + raw, FORM) for raw in GARBLED.values()),
        ("&".join(f"n{number}=x" for number in range(20_000)).encode(), FORM),
        (b'{"note": "x"}', {"Content-Type": "application/json"}),
        (b"note=x", {"Content-Type": "text/plain"}),
        (UPLOAD, {"Content-Type": "multipart/form-data; boundary=b"}),
        (b"--b\r\n\r\n", {"Content-Type": "multipart/form-data"}),
        (b"note=" + b"x" * 1_100_000, FORM),
        (b"", FORM),
    ]
    for body, kind in bodies:
        send_again(place, stored, body, proof(place) | kind)
    stored.unchanged()
