"""What pages tell while one works: what answers would mean, and where the places are."""

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
