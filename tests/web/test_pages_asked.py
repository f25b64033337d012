"""What an address asks for is answered, or refused by its name: no page or file passes it over and shows other data.
What pages ask addresses for is found by opening them."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.utils import cached_property

from services.web import pages
from services.web.service import APPLICATION
from tests.web.test_pages_access import PAGES, known, paths_of, roles_of

__all__ = ["known"]

FREE = {  # what may be any text, by who asks for it
    "q": "words that are looked for", "next": "where to go on; an own address, or the first page",
    "happened_on": "what a form shows first, judged when it is sent", "event": "what a form shows first",
    "programme": "places to be compared; the page says of each that is none",
    "state": "what a provider of identities sends back",
}  # fmt: skip
USERS = ("worker-60", "director-60", "member-60", "ministry", "admin", "partner-asked")


class Noted(ImmutableMultiDict[str, str]):
    """The query of an address that notes what it is asked for."""

    asked: ClassVar[set[str]] = set()

    def get(self, key: str, *more: Any, **other: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *more, **other)

    def getlist(self, key: str, *more: Any, **other: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *more, **other)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


class NotingRequest(Request):
    @cached_property
    def args(self) -> Any:
        return Noted(super().args)


@pytest.fixture(scope="module")
def parameters(door, world, known, browser) -> dict[tuple[str, str], set[str]]:
    """{(user, path): what its page asks the address for}, of every page that somebody may open by itself."""
    door.add("partner-asked", "partner", (), world.partner_id)
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(APPLICATION, "request_class", NotingRequest)
        for user in USERS:
            somebody = browser(user)
            for rule in PAGES:
                if user.partition("-")[0] not in roles_of(rule):
                    continue
                for path in [path for method, path in paths_of(rule, known) if method == "GET"][:1]:
                    Noted.asked.clear()
                    somebody.open(path, allow_redirects=False)
                    found[user, path] |= Noted.asked - {*FREE}
    return found


def test_what_is_no_value_of_it_is_refused_by_name_on_every_page_and_file(parameters, browser):
    asked = [(user, path, name) for (user, path), names in parameters.items() for name in sorted(names)]
    assert len(asked) > 100 and {"status", "figure", "centre", "kind", "from"} <= {name for *_, name in asked}
    browsers = {user: browser(user) for user in USERS}
    passed_over = []
    for user, path, name in asked:
        page = browsers[user].open(f"{path}?{name}=zz")
        if page.status not in (404, 422) and not (name == "cursor" and page.status == 400):
            passed_over.append((user, path, name, page.status))
    assert passed_over == []


@pytest.mark.parametrize(
    "path", ["/cases?status=zz", "/cases/list.csv?status=zz", "/dashboard/behind?figure=zz"]
)
def test_the_page_says_which_part_of_the_address_it_was(browser, path):
    page = browser("director-60").open(path)
    name = re.search(r"\?(\w+)=", path)[1]
    assert page.status == 422 and f"{name}: ไม่มีค่านี้ให้เลือก" in page.text


def test_pages_read_their_address_in_one_place():
    root = Path(pages.__file__).parent
    elsewhere = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"request\.(args|values)", path.read_text())
    ]
    assert sorted(elsewhere) == ["account/oidc.py", "frame/query.py", "frame/visit.py"]
