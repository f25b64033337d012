"""What goes wrong behind a page is noticed: a test that sees nothing has looked."""

import pytest


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
