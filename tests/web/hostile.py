"""What people, spreadsheets and attackers put where something else was asked for."""

from typing import Any

from tests.web.browser import Page

PROVIDER = "https://provider.example"  # by which people may sign in; one page leads there
SECRET = "ลับเฉพาะตัว"  # stands for what must not be told anywhere
# Like stands beside like.
TEXTS = {
    "long Thai without spaces": "ที่พึ่งกำกั้นปู่ย่าน้ำเชี่ยวเก้าอี้ฤๅษี" * 12,
    "emoji": "👩🏽‍🦯👨‍👩‍👧‍👦🇹🇭",
    "right to left and its controls": "\u202eמגן\u202c العربية\u2067x\u2069\u200f",
    "nothing to be seen": "ก\u200b\u2060\ufeffข\u00ad",
    "10,000 characters": "ก่" * 5000,
    "a script": f"<script>alert('{SECRET}')</script>",
    "an image that fails": '"><img src=x onerror=alert(1)>',
    "the end of a field": "</textarea></title><svg/onload=alert(1)>",
    "an attribute": "' onfocus=alert(1) autofocus x='",
    "a template": "{{7*7}}{% for x in y %}${7*7}#{7*7}%(x)s{0}",
    "SQL": "'; DROP TABLE account; --",
    "a formula": '=HYPERLINK("http://evil.example";"ลอง")',
    "a command": "+cmd|' /C calc'!A0",
    "a sum": "@SUM(1+1)*cmd",
    "a formula behind a tab": "\t-2+3",
    "NUL": f"{SECRET}\x00ข",
    "controls": "\x1b[31m\x07\x7f\x85",
    "another line": "a\r\nSet-Cookie: songtor=x\r\n\r\n<html>",
    "a path": "../../../../etc/passwd%00",
    "an address": "javascript:alert(1)//https://evil.example",
    "a negative number": "-1",
    "a huge number": "9" * 40,
    "no number": "NaN",
    "a fraction": "1e308",
    "Thai digits": "๑๒๓",
    "31 February": "31/2/2569",
    "29 February of no leap year": "29/2/2568",
    "a day of no era": "32/13/๙๙๙๙๙",
    "an unknown code": "no_such_code",
    "a Python": "__class__.__mro__",
    "blank": " \u3000\t",
}
# Bodies of forms that no browser makes.
GARBLED = {
    "no UTF-8": b"%FF%FE%C3%28",
    "raw bytes": b"\xff\xfe\xc3\x28",
    "half a character": b"%ED%A0%80",
}


def harmless(page: Page) -> None:
    """Nothing that was typed is markup of this page, and nothing leads out of it."""
    assert page.status < 500, page.text
    raw = page.raw
    if not page.answer.headers.get("Content-Type", "").startswith("text/html"):
        return
    assert not any(sign in raw for sign in ("<script>alert", "<img src=x", "<svg/onload", "49${49}")), raw
    tree = page.tree
    assert not tree.xpath(
        "//script[not(starts-with(@src, '/static/'))] | //iframe | //object | //embed | //base | //style"
    )
    assert not tree.xpath("//@*[starts-with(name(), 'on')] | //@style | //@srcdoc"), page.url
    assert all(address.startswith(("/", "data:")) for address in tree.xpath("//img/@src | //link/@href"))
    for address in tree.xpath("//a/@href | //form/@action | //button/@formaction | //@data-stay"):
        assert (
            address == ""
            or (address[0] in "/#?" and not address.startswith("//"))
            or address.startswith(
                ("tel:", "sms:", "mailto:", "https://line.me/R/share?text=", f"{PROVIDER}/auth/?")
            )
        ), address


def kept(page: Page, action: str, typed: dict[str, str]) -> None:
    """What was typed into the form that goes to `action` stands in it again."""
    controls: dict[str, Any] = {}
    for form in page.tree.forms:
        if (form.get("action") or action).partition("?")[0] == action:
            controls.update(
                {control.get("name"): control for control in form.xpath(".//input | .//textarea")}
            )
    for name, text in typed.items():
        control = controls.get(name)
        if (
            control is None
            or control.get("type") in ("password", "hidden", "radio", "checkbox", "file")
            or not shows(text)
        ):
            continue
        value = (
            control.get("value", "") if control.tag == "input" else (control.text or "").removeprefix("\n")
        )
        assert value.replace("\r\n", "\n") == text.replace("\r\n", "\n").removeprefix("\n"), (
            name,
            text[:40],
            value[:40],
        )


def told(caplog: Any) -> str:
    """What the system wrote to its logs (the tests' own client writes every address it asks)."""
    return "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("urllib3")
    )


def shows(text: str) -> bool:
    """Whether HTML can carry the text unchanged."""
    return all(sign in "\t\n\r" or (ord(sign) >= 32 and not 127 <= ord(sign) < 160) for sign in text)
