"""A browser without JavaScript: keeps cookies, reads pages, fills their forms as they stand."""

from typing import Any, Self
from urllib.parse import urljoin

import requests
from argon2 import PasswordHasher
from lxml import html

from tests.support.marks import plain

PASSWORD = "ทดสอบ-ระบบ-ส่งต่อ"
# Of the same kind as Songtor's own and checked by it as one, but quick to check: hundreds of users sign in.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Page:
    """What the browser shows."""

    def __init__(self, answer: requests.Response) -> None:
        self.answer, self.status, self.url = answer, answer.status_code, answer.url
        self.raw = plain(answer.text)  # all that was sent
        self.tree = html.document_fromstring(self.raw or "<html></html>", base_url=answer.url)

    @property
    def path(self) -> str:
        return self.url.partition("//")[2].partition("/")[2]

    @property
    def text(self) -> str:
        """The words of the main part, spaces made one."""
        [main] = self.tree.xpath("//main") or [self.tree]
        return " ".join(main.text_content().split())

    @property
    def heading(self) -> str:
        return " ".join(self.tree.xpath("//h1")[0].text_content().split())

    @property
    def errors(self) -> dict[str, str]:
        """{field: message} of the error summary; '' for a message that leads to no field. Each link must lead to
        one."""
        found = {}
        for item in self.tree.xpath('//*[contains(@class, "govuk-error-summary__list")]/li'):
            [link] = item.xpath("./a") or [None]
            name = link.get("href").removeprefix("#") if link is not None else ""
            assert not name or self.tree.xpath(f'//main//*[@id="{name}"]'), name
            found[name] = " ".join(item.text_content().split())
        return found

    def form(self, action: str | None = None) -> Any:
        """The form of the main part, or the one that goes to `action`."""
        forms = [form for form in self.tree.forms if form.get("action", "").split("?")[0] == action]
        if action is None:
            forms = self.tree.xpath("//main//form[@method='post']")
        assert forms, (action, self.text)
        return forms[0]

    def links(self) -> list[str]:
        return [urljoin(self.url, link) for link in self.tree.xpath("//a/@href")]


class Browser:
    def __init__(self, address: str, user: str | None = None) -> None:
        self.address, self.http = address, requests.Session()
        self.http.trust_env = False  # there is no proxy on the way
        # As every browser of today says of a page's own forms.
        self.http.headers["Sec-Fetch-Site"] = "same-origin"
        if user is not None:
            self.enter(user)

    def enter(self, user: str) -> None:
        """As `sign_in`, without the page that one comes to: it is seldom what a test is about."""
        page = self.open("/sign-in")
        typed = {**dict(page.form().form_values()), "user": user, "password": PASSWORD}
        assert self.post(page.url, typed, allow_redirects=False).status == 303, user

    def sign_in(self, user: str, password: str = PASSWORD) -> Page:
        return self.send(self.open("/sign-in"), user=user, password=password)

    def open(self, path: str, **more: Any) -> Page:
        return Page(self.http.get(urljoin(self.address, path), timeout=60, **more))

    def send(self, page: Page, action: str | None = None, **typed: Any) -> Page:
        """Send the page's form with what was typed over what it shows; a name with a dot is written with two
        underscores."""
        form = page.form(action)
        fields = [(name, value) for name, value in form.form_values() if _plain(name) not in typed]
        for name, value in typed.items():
            values = value if isinstance(value, list) else [value]
            fields += [(name.replace("__", "."), text) for text in values if text is not None]
        return self.post(urljoin(page.url, form.get("action") or page.url), fields)

    def post(self, path: str, fields: Any, **more: Any) -> Page:
        return Page(self.http.post(urljoin(self.address, path), data=fields, timeout=60, **more))

    def clone(self) -> Self:
        """Another tab: the same cookies from now on."""
        other = type(self)(self.address)
        other.http.cookies.update(self.http.cookies)
        return other


def _plain(name: str) -> str:
    return name.replace(".", "__")
