"""What the pages show to each role is what the doors answer to that role: each page is opened as every role, and every
answer of a door that it was made from is kept."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
from lxml import html
from werkzeug.test import Client

from services.codes.access import ROLES
from services.kernel.envelope import instant
from services.kernel.errors import Forbidden
from services.kernel.local import Network, SimulatedClock
from services.kernel.runtime import Ports, ServiceRuntime, in_turn
from services.kernel.settings import read
from services.system import DOORS
from services.web.identity import accounts, sessions
from services.web.pages.frame.visit import COOKIE
from services.web.pages.parts.words import LISTS
from services.web.service import APPLICATION
from services.web.wiring import WIRING
from tests.house.test_roles import World, made
from tests.support.marks import plain

TEMPLATES = Path(__file__).parents[2] / "services" / "web" / "templates"
# Pages that show data, with the door without which there is none.
PAGES = {
    "pages.case.overview": ("intake", "case"),
    "pages.screening.result": ("screening", "screening"),
    "pages.matches.listing": ("partners", "matches"),
    "pages.conference.plan": ("screening", "plan"),
    "pages.conference.projected": ("intake", "work"),
    "pages.referral.of_case": ("referral", "referrals"),
    "pages.referral.page": ("referral", "referral"),
    "pages.cases.listing": ("intake", "cases"),
    "pages.work.today": ("intake", "work"),
    "pages.work.paper": ("intake", "work"),
    "pages.work.group": ("intake", "work"),
    "pages.partners.listing": ("partners", "partners"),
    "pages.partners.show": ("partners", "partner"),
    "pages.dashboard.show": ("reporting", "overview"),
    "pages.dashboard.behind": ("reporting", "behind"),
    "pages.dashboard.places": ("partners", "free_places"),
}
# What may be read of the one person in this network: the codes as doors answer them, and of which list they are.
CODES = {
    "psychiatric": "danger",
    "untreated": "communicable_disease",
    "health_beyond_care": "decline_reason",
    "psychiatric_hospital": "path",
}
NAME = "มาลี"
# {what an answer says: how a page says it}
WORDS = {NAME: NAME, **{code: LISTS[of].word(code, "th") for code, of in CODES.items()}}
OF_ONE_PERSON = {NAME, "psychiatric", "untreated"}  # the others are also counted, and stand in figures


class Seen(NamedTuple):
    """A page as somebody saw it: its status and words, what doors answered for it, and which refused."""

    status: int
    text: str
    answers: str
    refused: list[tuple[str, str]]


class House(NamedTuple):
    world: World
    web: ServiceRuntime
    answered: list[Any]
    refused: list[tuple[str, str]]

    def open(self, endpoint: str, role: str) -> Seen:
        user, centres = f"{role}-page", [] if role == "partner" else ["60"]
        cookie, now = sessions.new_id(), self.web.now()
        with self.web.database.write() as db:
            accounts.add(db, user, role, ["*"] if role in ("ministry", "admin") else centres, instant(now))
            version = accounts.find(db, user).token_version
            sessions.begin(db, cookie, user, version, now)
        client = Client(APPLICATION)
        client.set_cookie(COOKIE, cookie)
        self.answered.clear()
        self.refused.clear()
        found = client.get(self.path(endpoint), environ_overrides={"songtor.runtime": self.web})
        page = html.fromstring(plain(found.get_data(as_text=True)))
        for form in page.xpath("//form | //details"):
            form.drop_tree()  # what may be chosen says nothing of anybody
        text = " ".join(" ".join(page.xpath("//main//text()")).split())
        return Seen(found.status_code, text, orjson.dumps(self.answered).decode(), [*self.refused])

    def path(self, endpoint: str) -> str:
        [rule] = [rule for rule in APPLICATION.url_map.iter_rules(endpoint) if "GET" in rule.methods]
        values = {name: getattr(self.world, name) for name in rule.arguments}
        return APPLICATION.url_map.bind("").build(endpoint, values)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    clock = SimulatedClock(datetime(2026, 3, 2, 5, tzinfo=UTC))
    data = tmp_path_factory.mktemp("pages")
    with closing(Network(DOORS, clock, data)) as net:
        answered: list[Any] = []
        refused: list[tuple[str, str]] = []

        def ask(service: str, door: str, call: Any, body: Any, seconds: float) -> Any:
            try:
                reply = net._ask(service, door, call, body, seconds)
            except Forbidden:
                refused.append((service, door))
                raise
            answered.append(reply["answer"])
            return reply

        web = ServiceRuntime(
            read({}, data=str(data)), WIRING, Ports(clock, lambda seconds: None, ask, in_turn)
        )
        web.prepare()
        yield House(made(net), web, answered, refused)
        web.close()


each_page = pytest.mark.parametrize("endpoint", PAGES)
each_role = pytest.mark.parametrize("role", ROLES)


@each_page
@each_role
def test_a_page_is_shown_only_to_whom_its_door_answers(house: House, endpoint: str, role: str):
    seen, door = house.open(endpoint, role), PAGES[endpoint]
    if seen.status == 200:
        assert door not in seen.refused
    else:
        assert seen.status == 403, seen.text


@each_page
@each_role
def test_a_page_shows_of_the_person_only_what_its_doors_answered_to_the_role(
    house: House, endpoint: str, role: str
):
    seen = house.open(endpoint, role)
    shown = {said for said, word in WORDS.items() if word in seen.text}
    assert {said for said in shown if said not in seen.answers} == set()


@each_page
def test_who_sees_no_cases_is_shown_nothing_of_the_person(house: House, endpoint: str):
    for role in ("ministry", "partner", "admin"):
        text = house.open(endpoint, role).text
        assert [word for said, word in WORDS.items() if said in OF_ONE_PERSON and word in text] == []


def test_the_centres_staff_are_shown_what_the_others_are_not(house: House):
    seen = [house.open(endpoint, "worker").text for endpoint in PAGES]
    assert [word for word in WORDS.values() if not any(word in text for text in seen)] == []
    assert NAME not in "".join(house.open(endpoint, "member").text for endpoint in PAGES)


def test_every_list_that_is_paged_can_be_taken_away_as_a_file():
    paged = {path for path in TEMPLATES.rglob("*.html") if "parts.pages(" in path.read_text()}
    assert paged and not [path for path in paged if "parts.take_away(" not in path.read_text()]
