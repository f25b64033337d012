"""What pages tell while one works: what answers would mean, and where the places are."""

import io

from pypdf import PdfReader

from tests.browser import steps


def test_the_result_follows_the_answers_before_anything_is_kept(come):
    worker = come("worker-60")
    case = steps.open_case(worker, "ผลระหว่างตอบ")
    worker.open(f"{case}/screening/fill")
    live = worker.main.locator("#live")
    before = live.inner_text()
    for fact, answer in (("housing", "street"), ("income_sufficient", "no"), ("can_depend_on_others", "no")):
        with worker.page.expect_response(
            lambda answer: answer.request.method == "POST" and "/fill" in answer.url
        ):
            worker.fill({f"facts.{fact}": answer})
    worker.page.wait_for_function(
        "before => document.querySelector('#live').innerText !== before", arg=before
    )
    assert worker.page.locator('[name="facts.housing"][value="street"]').is_checked()
    other = worker.another_tab()
    other.open(f"{case}/screening")
    assert other.says("Not screened yet")


def test_a_place_on_the_map_leads_to_what_is_there(come):
    worker = come("worker-60")
    case = steps.open_case(worker, "ดูบนแผนที่")
    steps.screen(worker, case)
    worker.open(f"{case}/matches?view=map")
    marks = worker.main.locator("a.app-map__mark")
    worker.until(lambda: marks.count() > 0)
    with worker.page.expect_navigation():
        marks.first.click()
    assert "province=" in worker.page.url and worker.main.locator(".app-list__item").count() > 0


PRESSED = "main :is(button, select, textarea, input, summary, [role=button]), .app-tabs, .govuk-back-link, #navigation"
LEADING_ON = (
    ".pdf", ".csv", "/work/", "/cases/search", "/plan/record", "/matches?programme", "/matches/earlier", "/decide",
    "/link", "/withdraw", "/entered-in-error",
)  # fmt: skip


def test_what_one_presses_is_not_printed(come):
    worker = come("worker-60")
    case = steps.planned(worker, "พิมพ์ลงกระดาษ")
    referral = steps.refer(worker, case)
    worker.page.emulate_media(media="print")
    for path in (
        "/work", "/cases", case, f"{case}/screening", f"{case}/matches", f"{case}/plan", f"{case}/referrals", referral,
        "/meetings", "/partners",
    ):  # fmt: skip
        worker.open(path)
        pressed = worker.page.locator(PRESSED).locator("visible=true").all_inner_texts()
        folded_out = (
            worker.page.locator("details.app-unfolded > summary").locator("visible=true").all_inner_texts()
        )
        assert sorted(pressed) == sorted(folded_out), path
        links = [
            str(link.get_attribute("href")) for link in worker.main.locator("a").locator("visible=true").all()
        ]
        assert [link for link in links if any(part in link for part in LEADING_ON)] == [], path
    assert worker.main.locator("a").locator("visible=true").count()  # what is told stands there, as words


def paper(visitor, path):
    """The text of each sheet that the page is printed on."""
    visitor.open(path)
    printed = visitor.page.pdf(prefer_css_page_size=True, format="A4")
    return [" ".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(printed)).pages]


def test_each_sheet_has_its_number_and_the_first_whose_it_is_and_who_printed_it(come):
    worker = come("worker-60")
    sheets = paper(worker, "/work")
    assert len(sheets) > 1
    for number, sheet in enumerate(sheets, 1):
        assert f"{number} จาก {len(sheets)}" in sheet
    printed = worker.page.locator(".app-paper").text_content()
    assert "นครสวรรค์" in printed and "พิมพ์ใจ" in printed and "256" in printed  # a year of the Buddhist era


def test_sheets_of_paper_are_full_and_nothing_stands_alone_on_one(come):
    director = come("director-60")
    case = steps.planned(director, "พิมพ์เต็มหน้า")
    for language in ("th", "en"):
        director.open(f"/language/{language}")
        assert len(paper(director, "/outreach/poster")) == 1
    first, *_ = paper(director, "/dashboard")
    assert "Placements by month" in first and "Places free" in first  # whatever more figures there are
    *_, last = paper(director, f"{case}/plan")
    assert "What a decision needs" in last and "Places free" in last  # with places of the table before it
