"""What goes wrong behind a page is noticed: a test that sees nothing has looked."""

import pytest
from lxml import html

from tests.browser.crawl import Findings, Form, Walk
from tests.browser.languages import english_in_thai, thai_in_english
from tests.browser.visitor import said


@pytest.mark.parametrize(
    ("fault", "noted"),
    [
        ("document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
        ("setTimeout(() => { throw new Error('broken') })", "script error: broken"),
        ("console.error('something failed')", "console: something failed"),
        ("document.body.append(Object.assign(new Image(), {src: '/nothing.png'}))", "404 GET"),
        ("open('https://elsewhere.invalid/', '_self')", "request to elsewhere: https://elsewhere"),
    ],
)
def test_a_fault_behind_the_page_is_noted(come, fault, noted):
    visitor = come()
    visitor.open("/sign-in")
    with visitor.watch.expecting(noted):
        visitor.page.evaluate(fault)
        visitor.page.wait_for_load_state("networkidle")


ON_A_PHONE = """const sheet = new CSSStyleSheet(); sheet.insertRule("@media (max-width: 500px) { %s }")
    document.adoptedStyleSheets = [sheet]"""
# One fault of each kind that a look at a page must find: (what makes it, {the finding: what it says}).
PLANTED = {
    "a field without a label": (
        "document.querySelector('main label').remove()",
        {"violations": "label: "},
    ),
    "a second heading": (
        "document.querySelector('main').append(document.createElement('h1'))",
        {"shapeless": "[2, True, 'th']", "violations": "empty-heading: "},
    ),
    "a page in no language": (
        "document.documentElement.lang = ''",
        {"shapeless": "[1, True, '']", "violations": "html-has-lang: "},
    ),
    "pale letters": (
        "document.querySelector('main h1').style.color = '#aaa'",
        {"violations": "color-contrast: "},
    ),
    "a small target": (
        """document.querySelectorAll('main button').forEach(each => {
            Object.assign(each.style, {fontSize: '4px', padding: 0, minHeight: 0, width: '9px', height: '9px'})
            each.after(each.cloneNode(true), each.cloneNode(true))
        })""",
        {"violations": "target-size: "},
    ),
    "a button without a name that only a phone shows": (
        ON_A_PHONE % ".planted { display: block }" + """
        sheet.insertRule(".planted { display: none }", 0)
        const button = document.createElement("button"); button.className = "planted"
        document.querySelector("main").append(button)""",
        {"violations": "at 390: button-name: "},
    ),
    "letters that are pale on a phone": (
        ON_A_PHONE % "main h1 { color: #aaa !important }",
        {"violations": "at 390: color-contrast: "},
    ),
    "a field wider than a phone": (
        "document.querySelector('main [name=user]').style.minWidth = '500px'",
        {"sideways": "at 390"},
    ),
    "a field wider than the narrowest window": (
        "document.querySelector('main [name=user]').style.minWidth = '335px'",
        {"sideways": "at 320"},
    ),
    "a table wider than its frame, behind a line to open": (
        """document.querySelector('main').insertAdjacentHTML('beforeend',
            '<details><summary>ตาราง</summary><div class="app-scroll" aria-label="กว้างไป" role="region" tabindex="0">' +
            '<p>x</p></div></details>')
        document.querySelector('.app-scroll p').style.width = '900px'""",
        {"wide": "at 390: กว้างไป"},
    ),
    "a word in two lines": (
        """const line = document.createElement('p')
        line.append('กระทำ'); Object.assign(line.style, {width: '1.5em', wordBreak: 'break-all'})
        document.querySelector('main').append(line)""",
        {"parted": "กระทำ"},
    ),
    "a line at the edge": (
        "document.querySelector('main').closest('.govuk-width-container').style.margin = '0'",
        {"uneven": "at the edge: "},
    ),
    "buttons out of line": (
        """document.querySelector('main').insertAdjacentHTML('beforeend', '<div class="govuk-button-group">' +
            '<button class="govuk-button">หนึ่ง</button><button class="govuk-button">สอง</button></div>')
        document.querySelector('.govuk-button-group button').style.top = '9px'""",
        {"uneven": "buttons out of line: "},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "noted"), PLANTED.values(), ids=PLANTED)
def test_a_fault_of_the_page_is_found(come, fault, noted):
    visitor, findings = come(), Findings()
    visitor.open("/sign-in")
    visitor.page.evaluate(f"() => {{ {fault} }}")
    Walk(visitor, "somebody", findings).look()
    for kind, says in noted.items():
        assert any(says in each for each in getattr(findings, kind)), (kind, getattr(findings, kind))


def test_what_was_judged_before_is_judged_again_when_it_changed(come):
    visitor, findings = come(), Findings()
    visitor.open("/sign-in")
    walk = Walk(visitor, "somebody", findings)
    walk.look()
    assert findings == Findings(looked_at=1, found={"pages.account.sign_in"})
    visitor.page.evaluate("document.querySelector('main').style.background = '#666'")
    walk.look()
    assert any("at 1280: color-contrast: " in each for each in findings.violations)


def test_a_link_that_leads_nowhere_is_found(come):
    findings = Findings()
    Walk(come(), "somebody", findings).from_page("/nothing-is-here")
    assert findings.nowhere and "404" in findings.nowhere[0]


def test_an_error_that_leads_to_no_field_is_found(come):
    visitor, findings = come("worker-60"), Findings()

    def misled(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('href="#old"', 'href="#nobody"'))

    visitor.page.route("**/password", misled)
    walk = Walk(visitor, "somebody", findings)
    walk.forms[Form("pages.account.password", "", frozenset())] = f"{visitor.address}/password"
    walk.send_empty()
    assert any("the error of nobody leads to" in each for each in findings.refusals)


def test_words_of_the_other_language_are_found():
    assert english_in_thai(html.fromstring("<p>ชื่อ <b>Name</b> <i lang='en'>English</i></p>")) == ["Name"]
    assert thai_in_english(html.fromstring(f"<p>Name <b>{said('Name')}</b></p>")) == [said("Name")]


def page(main, around=""):
    return html.document_fromstring(f"<body>{around}<main>{main}</main></body>")


def test_a_page_is_looked_at_when_something_new_stands_on_it_and_read_when_it_differs_from_its_like():
    findings = Findings()

    def seen(name, *parts):
        tree = page(*parts)
        return findings.is_new(name, tree), findings.differs(name, tree)

    assert seen("cases", "<p>1</p>") == (True, True)
    assert seen("cases", "<p>2</p><p>3</p>") == (False, False)
    assert seen("cases", "<p class='app-quiet'>2</p>") == (True, True)
    assert seen("partners", "<p>1</p>") == (True, True)
    assert seen("partners", "<p class='app-quiet'>3</p>") == (False, True)
    assert seen("partners", "<div><p>1</p></div>") == (True, True)
    assert seen("cases", "<p>1</p>", "<nav></nav>") == (True, False)
    assert seen("partners", "<p>1</p>", "<nav></nav>") == (False, False)
