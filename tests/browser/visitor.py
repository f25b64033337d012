"""A person at a real browser. What goes wrong behind the page is noted and fails the test, whatever the page shows."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response

from services.web.pages.parts.language import catalogue
from tests.support.spoken import every_word

DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: Mapping[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
NO_SCRIPT: Mapping[str, Any] = {**DESKTOP, "java_script_enabled": False}

PATIENCE = 20.0  # seconds until what was told to one service is known to the others
REFUSED_FORM = (
    "Failed to load resource: the server responded"  # said of every 4xx; Watch looks at statuses itself
)


def said(text: str, **parts: object) -> str:
    """What a page says in Thai for a text of the code: a sentence of the catalogue, or the words beside a code."""
    thai = catalogue("th").gettext(text)
    if thai == text:
        words = {words.th for words in every_word() if words.en == text}
        assert len(words) == 1, f"neither in the catalogue nor said of one thing only: {text} {words}"
        [thai] = words
    return thai % parts if parts else thai


class Watch:
    """What no page shows: errors of scripts, refusals of the Content-Security-Policy, requests to elsewhere, answers
    that failed."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.seen: list[str] = []

    def over(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.seen.append(f"script error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("response", self._response)

    @contextmanager
    def expecting(self, text: str) -> Iterator[None]:
        """What is noted inside and contains `text` is meant to happen, and must."""
        before = self.seen
        self.seen = []
        yield
        assert any(text in seen for seen in self.seen), f"expected and not seen: {text}"
        self.seen = before + [seen for seen in self.seen if text not in seen]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(REFUSED_FORM):
            self.seen.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.netloc != self.host:
            self.seen.append(f"request to elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        asked_by_a_person = response.request.resource_type in ("document", "fetch", "xhr")
        if response.status >= 500 or (response.status >= 400 and not asked_by_a_person):
            self.seen.append(f"{response.status} {response.request.method} {response.url}")


class Tab:
    """One page of a browser: reads and does what it offers, by the words of the code, which the page says in Thai."""

    def __init__(self, page: Page, device: Mapping[str, Any]) -> None:
        self.page = page
        self._tap = bool(device.get("has_touch"))

    # -- reading

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def text(self) -> str:
        return " ".join(self.main.inner_text().split())

    @property
    def heading(self) -> str:
        return " ".join(self.page.locator("h1").inner_text().split())

    def says(self, text: str, **parts: object) -> bool:
        return said(text, **parts) in self.text

    def typed(self, name: str) -> str:
        """What stands in a field."""
        return self.main.locator(f'[name="{name}"]').first.input_value()

    @property
    def focus(self) -> dict[str, Any]:
        """The element that has the focus: {tag, role, id, name, value, text, checked, classes, ring}; `ring`: whether
        one sees it."""
        found: dict[str, Any] = self.page.evaluate(FOCUS)
        return found

    # -- doing

    def open(self, path: str) -> Response | None:
        return self.page.goto(path)

    def menu(self, text: str) -> None:
        """Go to an entry of the menu, which a phone folds away."""
        navigation = self.page.locator("#navigation")
        if not navigation.is_visible():
            self._touch(self.page.get_by_role("button", name=said("Menu"), exact=True))
        self._go(navigation.get_by_role("link", name=said(text)))

    def press(self, text: str, **parts: object) -> None:
        """A button, or a link that looks like one, that leads on."""
        self._go(self.main.get_by_role("button", name=said(text, **parts), exact=True))

    def press_twice(self, text: str) -> None:
        """What nothing brings back: opened, and pressed then."""
        self.main.locator("summary").filter(has_text=said(text)).click()
        self.press(text)

    def follow(self, text: str) -> None:
        """The first link whose name has these words."""
        self._go(self.main.get_by_role("link", name=said(text)).first)

    def fill(self, fields: Mapping[str, str | list[str]]) -> None:
        """Fields by their names: text is typed, options are chosen, boxes are ticked."""
        for name, value in fields.items():
            field = self.main.locator(f'[name="{name}"]').locator("visible=true")
            if not field.count():
                self._unfold(name)
            kind = field.first.evaluate("field => field.type")
            if kind in ("radio", "checkbox"):
                for each in [value] if isinstance(value, str) else value:
                    self.main.locator(f'[name="{name}"][value="{each}"]').check()
            elif kind == "select-one":
                field.first.select_option(value)
            else:
                assert isinstance(value, str)
                field.first.fill(value)

    def _unfold(self, name: str) -> None:
        """Press open what a field is folded under, from the outside in."""
        folded = self.main.locator(f'details:not([open]):has([name="{name}"]) > summary').locator(
            "visible=true"
        )
        while folded.count():
            folded.first.click()

    def until(self, holds: Callable[[], bool]) -> None:
        """Load the page again until it holds: services learn from each other in moments, not at once."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, self.text
            self.page.reload()

    def _go(self, place: Locator) -> None:
        # A document of its own: a swap of a part may count as a navigation as well.
        with self.page.expect_event("domcontentloaded"):
            self._touch(place)
        self.page.wait_for_load_state()

    def _touch(self, place: Locator) -> None:
        if self._tap:
            place.tap()
        else:
            place.click()


class Visitor(Tab):
    """A browser of one person's own, with its first tab. `traced`: so that a trace can be kept at the end."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        device: Mapping[str, Any] = DESKTOP,
        traced: bool = True,
        **more: Any,
    ) -> None:
        self.address, self.device = address, device
        self.context = browser.new_context(base_url=address, locale="th-TH", **device, **more)
        self.context.set_default_timeout(15_000)
        if traced:
            self.context.tracing.start(snapshots=True)
        self.watch = Watch(address)
        super().__init__(self._page(), device)

    def another_tab(self) -> Tab:
        return Tab(self._page(), self.device)

    def _page(self) -> Page:
        page = self.context.new_page()
        self.watch.over(page)
        return page

    def sign_in(self, user: str, password: str) -> None:
        self.open("/sign-in")
        self.fill({"user": user, "password": password})
        self.press("Sign in")
        assert self.path != "/sign-in", self.text

    def leave(self, evidence: Path | None) -> None:
        """Close the browser; with `evidence` keep what it did there, as a picture of every tab and a trace."""
        if evidence is not None:
            evidence.mkdir(parents=True, exist_ok=True)
            for number, page in enumerate(self.context.pages):
                page.screenshot(path=evidence / f"{number}.png", full_page=True)
            self.context.tracing.stop(path=evidence / "trace.zip")
        self.context.close()


FOCUS = """() => {
  const at = document.activeElement, looks = getComputedStyle(at), label = at.labels?.[0]
  // A radio button shows its focus on the circle that is drawn before its label.
  const drawn = label ? getComputedStyle(label, "::before") : looks
  const clear = colour => colour === "transparent" || /^rgba.* 0[)]$/.test(colour)
  const seen = style => style.boxShadow !== "none" || style.backgroundColor === "rgb(255, 221, 0)" ||
    (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && !clear(style.outlineColor))
  return {tag: at.localName, role: at.getAttribute("role") ?? "", id: at.id,
          name: at.name ?? "", value: at.value ?? "", checked: at.checked ?? false,
          text: at.innerText?.trim() ?? "", classes: at.className, ring: seen(looks) || seen(drawn)}
}"""
