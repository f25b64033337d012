"""Walks the pages as a person could: from the first one by every link and every choice of a filter.

Every address is asked for; a page whose elements are of kinds that its like had not is also looked at in the browser.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
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
RUN = """async tags => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})
  const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ")
  return found.violations.flatMap(rule =>
        rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 150)} (${why(node)})`))
}"""
SIDEWAYS = """async () => {
  await document.fonts.ready // letters that stand in for ours may be wider
  return document.documentElement.scrollWidth > document.documentElement.clientWidth
}"""
# Tables wider than their frame, also those that are behind a line to open.
WIDE = """() => {
  const shut = [...document.querySelectorAll("details:not([open])")]
  shut.forEach(each => { each.open = true })
  const wide = [...document.querySelectorAll(".app-scroll")].filter(each => each.scrollWidth > each.clientWidth + 1)
  shut.forEach(each => { each.open = false })
  return wide.map(each => each.getAttribute("aria-label"))
}"""
# Words that stand in two lines, and signs of repetition that begin one.
PARTED = """words => {
  const found = [], range = document.createRange()
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT)
  const lines = (node, from, to) => {
    range.setStart(node, from); range.setEnd(node, to)
    return [...range.getClientRects()].filter(box => box.width > 0)
  }
  const parted = boxes => boxes.some(box => box.top >= boxes[0].bottom - 2)
  while (texts.nextNode()) {
    const node = texts.currentNode, text = node.data
    if (!node.parentElement.checkVisibility() || node.parentElement.closest("option, textarea, svg")) continue
    for (const match of text.matchAll(new RegExp(words, "g")))
      if (parted(lines(node, match.index, match.index + match[0].length))) found.push(match[0])
  }
  return found
}"""
# What stands nearer to an edge than a finger is wide, and buttons of one line that stand higher than others.
UNEVEN = """() => {
  const seen = all => [...all].filter(each => each.checkVisibility())
  const found = seen(document.querySelectorAll(".govuk-width-container"))
    .filter(each => each.getBoundingClientRect().left < 15).map(each => `at the edge: ${each.className}`)
  for (const group of document.querySelectorAll(".govuk-button-group")) {
    const boxes = seen(group.querySelectorAll(".govuk-button")).map(each => each.getBoundingClientRect())
    for (const one of boxes) for (const other of boxes)
      if (one.top < other.top - 3 && one.bottom > other.top + 3) found.push(`buttons out of line: ${group.innerText}`)
  }
  return found
}"""
WHOLE = "|".join([*sorted(WORDS, key=len, reverse=True), r"\S\s?ๆ"])
WIDTHS = (1280, 390)  # pixels; at the desk and on a phone
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


def kind_of(url: str) -> Kind | None:
    """None for what no page answers."""
    parts = urlsplit(url)
    try:
        endpoint, values = MAP.match(parts.path, "GET")
    except HTTPException:
        return None
    return Kind(endpoint, values.get("step", ""), tuple(sorted({name for name, _ in parse_qsl(parts.query)})))


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
    elements: dict[str, set[Any]] = field(default_factory=dict)  # {endpoint: kinds of elements seen}

    def is_new(self, name: str, tree: Any) -> bool:
        """Whether the page has an element of a kind that no page of this name had; notes them."""
        known = self.elements.setdefault(name, set())
        here = {
            (each.tag, each.get("class"), each.get("role"), each.get("type"))
            for each in tree.iter()
            if each.tag is not None
        }
        new = not here <= known
        known |= here
        return new


class Walk:
    """One person's walk; `who` names them in the findings."""

    def __init__(self, visitor: Visitor, who: str, findings: Findings) -> None:
        self.visitor, self.who, self.findings = visitor, who, findings
        self.http = requests.Session()
        for cookie in visitor.context.cookies():
            self.http.cookies.set(cookie["name"], cookie["value"])
        self.forms: dict[tuple[str, str], str] = {}

    def from_page(self, start: str) -> None:
        before = self.findings.kinds.copy()
        waiting, known = [(urljoin(self.visitor.address, start), "")], {urljoin(self.visitor.address, start)}
        from_page, of_kind = Counter[tuple[str, Kind]](), Counter[Kind]()
        while waiting:
            url, found_on = waiting.pop(0)
            for link in self._ask(url, found_on):
                kind = kind_of(link) or Kind(link, "", ())
                most = OF_A_KNOWN_KIND if kind in before else OF_ONE_KIND
                enough = from_page[url, kind] >= FROM_ONE_PAGE or of_kind[kind] >= most
                if link in known or enough or kind.endpoint == LANGUAGE:
                    continue
                known.add(link)
                from_page[url, kind] += 1
                of_kind[kind] += 1
                waiting.append((link, url))
        self.findings.kinds |= set(of_kind)

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
            english = self.http.get(url, timeout=60, cookies={"language": "en"})
            self._read(answer.url, tree, html.document_fromstring(plain(english.text)))
        if tree.xpath("//main//form[@method='post' and not(@action)]"):
            self.forms.setdefault((kind.endpoint, kind.step), answer.url)
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
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            findings.violations += [f"{where} at {width}: {each}" for each in page.evaluate(RUN, RULES)]
            if page.evaluate(SIDEWAYS):
                findings.sideways.append(f"{where} at {width}")
            if width == WIDTHS[1]:
                findings.wide += [f"{where} at {width}: {table}" for table in page.evaluate(WIDE)]
            findings.parted += [f"{where} at {width}: {word}" for word in page.evaluate(PARTED, WHOLE)]
            findings.uneven += [f"{where} at {width}: {each}" for each in page.evaluate(UNEVEN)]
        page.set_viewport_size({"width": NARROWEST, "height": 900})
        if page.evaluate(SIDEWAYS):
            findings.sideways.append(f"{where} at {NARROWEST}")
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})

    def _read(self, url: str, thai: Any, english: Any) -> None:
        where = f"{self.who}: {urlsplit(url).path}"
        self.findings.language += [f"{where} in Thai: {text}" for text in languages.english_in_thai(thai)]
        self.findings.language += [
            f"{where} in English: {text}" for text in languages.thai_in_english(english)
        ]

    def send_empty(self, *but: str) -> None:
        """Send each form that was found with nothing in it: what is refused must lead to its fields."""
        page = self.visitor.page
        for (endpoint, step), url in self.forms.items():
            if endpoint in but:
                continue
            page.goto(url)
            if not page.locator(FORM).count():  # what was sent before this has used it up
                continue
            with page.expect_navigation() as sent:
                page.evaluate(EMPTY, FORM)
            answer = sent.value
            if answer.status in (409, 412, 422):
                self._refused(f"{self.who}: {urlsplit(url).path}")
                tree = html.document_fromstring(plain(page.content()))
                if self.findings.is_new(f"{endpoint}{step} refused", tree):
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
FORM = "main form[method=post]:not([action])"
EMPTY = """selector => {
  const form = document.querySelector(selector)
  for (const field of form.elements) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = false
    else if (field.localName === "select") field.value = ""
    else if (field.type !== "hidden" && field.localName !== "button") field.value = ""
  }
  form.requestSubmit()
}"""
