"""Walks the pages as a person could: from the first one by every link and every choice of a filter.

Every address is asked for. A page that differs from its like is read in both languages; the first of its like, and each
on which something new stands, is also looked at in the browser.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests
from lxml import html
from werkzeug.exceptions import HTTPException

from services.thai.lines import WORDS
from services.web.pages.frame.forms import LACKING
from services.web.service import APPLICATION
from tests.browser import languages
from tests.browser.visitor import Visitor, said
from tests.support.marks import plain

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PROBES = (Path(__file__).parent / "probes.js").read_text()
SIDEWAYS = """async () => {
  await document.fonts.ready // letters that stand in for ours may be wider
  return document.documentElement.scrollWidth > document.documentElement.clientWidth
}"""
WHOLE = "|".join([*sorted(WORDS, key=len, reverse=True), r"\S\s?ๆ"])
WIDTHS = DESK, PHONE = 1280, 390  # pixels
NARROWEST = 320  # WCAG 1.4.10: as wide as a page of 1280 pixels zoomed to 400 %

FROM_ONE_PAGE = 2  # links of one kind followed from one page
OF_ONE_KIND = 6  # by the first who walks there; whoever comes later has the same pages and follows fewer
OF_A_KNOWN_KIND = 2

MAP = APPLICATION.url_map.bind("")
LANGUAGE = "pages.account.language"  # followed by nobody: it would change what the walk is about


class Kind(NamedTuple):
    """What sort of address it is: the view, the step of a referral, and what it is asked for."""

    endpoint: str
    step: str
    asked: tuple[str, ...]

    @property
    def pairs(self) -> set["Kind"]:
        """Each two of what it is asked for."""
        return {self._replace(asked=pair) for pair in combinations(self.asked, 2)}


def kind_of(url: str) -> Kind | None:
    """None for what no page answers."""
    parts = urlsplit(url)
    try:
        endpoint, values = MAP.match(parts.path, "GET")
    except HTTPException:
        return None
    return Kind(endpoint, values.get("step", ""), tuple(sorted({name for name, _ in parse_qsl(parts.query)})))


class Form(NamedTuple):
    """What sort of form it is: where it stands, and the names of its fields."""

    endpoint: str
    step: str
    fields: frozenset[str]


@dataclass
class Findings:
    """What all walks together found; every list should stay empty."""

    asked: int = 0
    looked_at: int = 0
    kinds: set[Kind] = field(default_factory=set)
    found: set[str] = field(default_factory=set)  # endpoints that answered with a page
    nowhere: list[str] = field(default_factory=list)
    shapeless: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    parted: list[str] = field(default_factory=list)
    uneven: list[str] = field(default_factory=list)
    language: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    of_name: dict[str, set[Any]] = field(default_factory=dict)  # {name of a page: kinds of elements on it}
    names: set[str] = field(default_factory=set)  # of pages seen
    elements: set[Any] = field(default_factory=set)  # their kinds, each with the one in which it stands
    judged: set[int] = field(default_factory=set, compare=False)  # what probes.js need not judge again
    refused: set[Form] = field(default_factory=set)  # when they were sent empty

    def differs(self, name: str, tree: Any) -> bool:
        """Whether the page has an element of a kind that no page of this name had; notes them."""
        here = {look_of(each) for each in tree.xpath("//main/descendant-or-self::*")}
        known = self.of_name.setdefault(name, set())
        new = not here <= known
        known |= here
        return new

    def is_new(self, name: str, tree: Any) -> bool:
        """Whether it is the first page of this name, or has in its main part or around it an element of a kind that
        stood in no such element there on any page; notes them."""
        new = name not in self.names
        self.names.add(name)
        for where in "//main/descendant-or-self::*", "//*[not(ancestor-or-self::main)]":
            here = {(where, look_of(each), look_of(each.getparent())) for each in tree.xpath(where)}
            new |= not here <= self.elements
            self.elements |= here
        return new


def look_of(element: Any) -> tuple[str | None, ...]:
    """What its looks depend on: the same for all of one kind."""
    return () if element is None else (element.tag, *map(element.get, ("class", "role", "type")))


class Walk:
    """One person's walk; `who` names them in the findings."""

    def __init__(self, visitor: Visitor, who: str, findings: Findings) -> None:
        self.visitor, self.who, self.findings = visitor, who, findings
        self.http = requests.Session()
        self.http.trust_env = False  # there is no proxy on the way
        for cookie in visitor.context.cookies():
            self.http.cookies.set(cookie["name"], cookie["value"])
        self.forms: dict[Form, str] = {}

    def from_page(self, start: str) -> None:
        before = self.findings.kinds.copy()
        waiting, known = [(urljoin(self.visitor.address, start), "")], {urljoin(self.visitor.address, start)}
        from_page, of_kind = Counter[tuple[str, Kind]](), Counter[Kind]()
        while waiting:
            url, found_on = waiting.pop(0)
            for link in self._ask(url, found_on):
                kind = kind_of(link) or Kind(link, "", ())
                if link in known or kind.endpoint == LANGUAGE:
                    continue
                if kind.pairs <= self.findings.kinds:
                    # Filters can be set together in thousands of ways: each two of them once, of all others a few.
                    like = kind if len(kind.asked) < 2 else kind._replace(asked=("several",))
                    most = OF_A_KNOWN_KIND if kind in before or kind.pairs else OF_ONE_KIND
                    if from_page[url, like] >= FROM_ONE_PAGE or of_kind[like] >= most:
                        continue
                    from_page[url, like] += 1
                    of_kind[like] += 1
                known.add(link)
                self.findings.kinds |= {kind} | kind.pairs
                waiting.append((link, url))

    def _ask(self, url: str, found_on: str) -> list[str]:
        """The addresses that the page leads to."""
        answer = self.http.get(url, timeout=60)
        self.findings.asked += 1
        if answer.status_code != 200:
            self.findings.nowhere.append(f"{self.who}: {answer.status_code} {url} from {found_on}")
            return []
        kind = kind_of(answer.url)
        if kind is None or not kind.endpoint.startswith("pages."):
            return []
        self.findings.found |= {kind.endpoint, kind_of(url).endpoint}
        if answer.headers["Content-Type"].partition(";")[0] != "text/html":
            return []
        tree = html.document_fromstring(plain(answer.text))
        if self.findings.is_new(kind.endpoint + kind.step, tree):
            self.visitor.open(answer.url)
            self.look()
        if self.findings.differs(kind.endpoint + kind.step, tree):
            english = self.http.get(url, timeout=60, cookies={"language": "en"})
            self._read(answer.url, tree, html.document_fromstring(plain(english.text)))
        for form in tree.xpath("//main//form[@method='post' and not(@action)]")[:1]:
            self.forms.setdefault(Form(kind.endpoint, kind.step, frozenset(form.fields)), answer.url)
        return [link.partition("#")[0] for link in self._leads_to(answer.url, tree)]

    def _leads_to(self, url: str, tree: Any) -> Iterator[str]:
        for link in tree.xpath("//a/@href"):
            if urlsplit(urljoin(url, link)).netloc == urlsplit(self.visitor.address).netloc:
                yield urljoin(url, link)
        for form in tree.xpath("//form[@method='get']"):
            action, stands = urljoin(url, form.get("action") or url), dict(form.form_values())
            if not form.xpath(".//input[@type='radio']"):  # where nothing is chosen yet, sending is an error
                yield f"{action}?{urlencode(stands)}"
            for choice in form.xpath(".//select | .//input[@type='radio']"):
                for value in choice.xpath(".//option/@value") or [choice.get("value")]:
                    yield f"{action}?{urlencode(stands | {choice.get('name'): value})}"

    def look_at(self, path: str, status: int) -> None:
        answer = self.visitor.open(path)
        assert answer is not None and answer.status == status, (path, answer and answer.status)
        if kind := kind_of(path):
            self.findings.found.add(kind.endpoint)
        self.look()

    def look(self, state: str = "") -> None:
        """Look at the page that the browser shows now, at every width."""
        page, findings = self.visitor.page, self.findings
        findings.looked_at += 1
        if kind := kind_of(page.url):
            findings.found.add(kind.endpoint)
        where = f"{self.who}: {urlsplit(page.url).path} {state}"
        shape = page.evaluate(
            "() => [document.querySelectorAll('h1').length, document.title.length > 3, document.documentElement.lang]"
        )
        if shape != [1, True, "th"]:
            findings.shapeless.append(f"{where} {shape}")
        page.evaluate(AXE)
        for width in (*WIDTHS, NARROWEST):
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate(SIDEWAYS):
                findings.sideways.append(f"{where} at {width}")
            if width != NARROWEST:
                about = {
                    "tags": RULES,
                    "words": WHOLE,
                    "phone": width == PHONE,
                    "judged": list(findings.judged),
                }
                seen = page.evaluate(PROBES, about)
                findings.judged.update(seen.pop("signatures"))
                for kind, faults in seen.items():
                    getattr(findings, kind).extend(f"{where} at {width}: {each}" for each in faults)
        page.set_viewport_size({"width": DESK, "height": 900})

    def _read(self, url: str, thai: Any, english: Any) -> None:
        where = f"{self.who}: {urlsplit(url).path}"
        self.findings.language += [f"{where} in Thai: {text}" for text in languages.english_in_thai(thai)]
        self.findings.language += [
            f"{where} in English: {text}" for text in languages.thai_in_english(english)
        ]

    def send_empty(self, *but: str) -> None:
        """Send each form that was found with nothing in it: what is refused must lead to its fields. A form with the
        same fields that was refused to somebody else would be refused again."""
        page = self.visitor.page
        for form, url in self.forms.items():
            if form.endpoint in but or form in self.findings.refused:
                continue
            page.goto(url)
            if not page.locator(EMPTIED).count():  # what was sent before this has used it up
                continue
            with page.expect_navigation() as sent:
                page.evaluate(EMPTY, EMPTIED)
            answer = sent.value
            if answer.status in (409, 412, 422):
                self.findings.refused.add(form)
                self._refused(f"{self.who}: {urlsplit(url).path}")
                tree = html.document_fromstring(plain(page.content()))
                if self.findings.is_new(f"{form.endpoint}{form.step} refused", tree):
                    self.look()
            elif not answer.ok:
                self.findings.nowhere.append(f"{self.who}: {answer.status} POST {url}")

    def _refused(self, where: str) -> None:
        page, refusals = self.visitor.page, self.findings.refusals
        texts = page.locator(".govuk-error-summary__list, .govuk-error-message").all_inner_texts()
        refusals += [f"{where}: {text}" for text in texts if any(general in text for general in GENERAL)]
        if "govuk-error-summary" not in self.visitor.focus["classes"]:
            refusals.append(f"{where}: the focus is not on the error summary")
        for link in page.locator(".govuk-error-summary__list a").all():
            name = (link.get_attribute("href") or "").removeprefix("#")
            link.click()
            focus = self.visitor.focus
            if focus["id"] != name:
                refusals.append(f"{where}: the error of {name} leads to {focus}")


GENERAL = tuple(map(said, (*LACKING, "Check this answer.")))  # say nothing of what is to be entered
EMPTIED = "main form[method=post]:not([action])"
EMPTY = """selector => {
  const form = document.querySelector(selector)
  for (const field of form.elements) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = false
    else if (field.localName === "select") field.value = ""
    else if (field.type !== "hidden" && field.localName !== "button") field.value = ""
  }
  form.requestSubmit()
}"""
