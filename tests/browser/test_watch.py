"""What goes wrong behind a page is noticed: a test that sees nothing has looked."""

import pytest

from tests.browser.crawl import Findings, Walk


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


def test_a_page_that_breaks_a_rule_of_accessibility_or_is_too_wide_is_found(come):
    visitor, findings = come(), Findings()
    visitor.open("/sign-in")
    visitor.page.evaluate(
        """() => {
        document.querySelector("main label").remove();
        document.querySelector("main [name=user]").style.minWidth = "500px"
    }"""
    )
    Walk(visitor, "somebody", findings).look()
    assert any("label" in each for each in findings.violations)
    assert findings.sideways == ["somebody: /sign-in  at 390", "somebody: /sign-in  at 320"]
