"""The questions with their live result: what answers come to, shown before anything is kept."""

import pytest
from lxml import html

from tests.web.test_pages_flow import SCREENED, case_of, opened


@pytest.fixture(scope="module")
def worker(browser):
    return browser("worker-60")


@pytest.fixture
def path(worker):
    return f"/cases/{case_of(opened(worker))}/screening/fill"


def line(tree):
    return " ".join(tree.xpath('//*[@id="live-line"]')[0].text_content().split())


def result(tree):
    return " ".join(tree.xpath('//*[@id="live-result"]')[0].text_content().split())


def kept(worker, path):
    return "ยังไม่ได้คัดกรอง" not in worker.open(path.removesuffix("/fill")).text


def test_what_the_case_already_knows_is_judged_before_any_answer(worker, path):
    page = worker.open(path)
    assert "เข้าเกณฑ์ 1" in line(page.tree) and "ผู้สูงอายุ" in result(page.tree)
    missing = page.tree.xpath('//*[@id="live-result"]//li//a/@href')
    assert "#facts.housing" in missing
    for link in missing:
        assert page.tree.xpath(f'//form[@id="screening"]//*[@id="{link.removeprefix("#")}"]'), link


def test_the_page_of_a_screening_says_what_to_ask_next_and_leads_to_its_field(door, browser, worker, path):
    for answers in (None, SCREENED):
        if answers:
            worker.send(worker.open(path), **answers)
        page = worker.open(path.removesuffix("/fill"))
        [said] = page.tree.xpath('//*[@id="ask-next"]')
        told = door.get(f"/api/v1{path.removesuffix('screening/fill')}next-question").json()
        text = " ".join(said.text_content().split())
        assert told["question"]["th"] in text and told["why"]["th"] in text and told["law"]["th"] in text
        [link] = said.xpath(".//a/@href")
        form = worker.open(path).tree
        assert link.partition("#")[0] == path and form.xpath(f'//*[@id="{link.partition("#")[2]}"]')
        seen = browser("member-60").open(path.removesuffix("/fill")).tree.xpath('//*[@id="ask-next"]')
        assert seen and not seen[0].xpath(".//a")


def test_beside_the_answers_stands_what_to_ask_next_with_its_law(worker, path):
    page = worker.send(worker.open(path), look="yes", **{"facts.trafficking_signs": "no"})
    asks = result(page.tree).partition("ถามต่อ: ")[2]
    assert asks and "trafficking" not in asks and "มาตรา" in asks


def test_the_result_is_looked_at_without_a_script_and_nothing_is_kept(worker, path):
    page = worker.send(worker.open(path), look="yes", **SCREENED)
    assert page.status == 200 and "คนไร้ที่พึ่ง" in result(page.tree) and not kept(worker, path)
    answers = dict(page.form().form_values())
    assert answers["facts.housing"] == "street" and answers["facts.none_disability_types"] == "yes"
    assert "look" not in answers and "street" not in page.url
    saved = worker.send(page)
    assert saved.status == 200 and kept(worker, path)
    assert line(page.tree) == line(worker.open(path).tree)


def test_each_change_swaps_only_the_result(worker, path):
    page = worker.open(path)
    fields = [*page.form().form_values(), ("look", "yes"), ("facts.nationality", "foreign")]
    fields = [field for field in fields if field != ("facts.nationality", "thai")]
    part = worker.post(path, fields, headers={"HX-Request": "true"})
    assert part.status == 200 and not part.tree.xpath("//form") and not part.tree.xpath("//header")
    assert "ผู้มีสัญชาติอื่น" in result(html.document_fromstring(part.raw)).split("ยังต้องถาม")[0]
    assert not kept(worker, path)


def test_an_answer_that_cannot_be_read_is_left_out_of_the_result(worker, path):
    page = worker.send(worker.open(path), look="yes", facts__birth_date="31/2/2500", facts__housing="home")
    assert page.status == 422 and "facts.birth_date" in page.errors
    assert "ระบบจะไม่นำคำตอบที่อ่านไม่ได้มาประมวลผล" in result(page.tree) and "ผู้สูงอายุ" in result(page.tree)
    page = worker.send(worker.open(path), look="yes", facts__housing="castle", facts__pregnant="yes")
    assert page.status == 422 and "หญิงตั้งครรภ์" in result(page.tree).split("ยังต้องถาม")[0]


def test_that_there_is_none_goes_with_no_other_answer(door, worker, path):
    both = {"facts__disability_types": ["1", "2"], "facts__none_disability_types": "yes"}
    refused = worker.send(worker.open(path), **both)
    assert refused.status == 422 and [*refused.errors] == ["facts.disability_types"]
    assert "พร้อมกับคำตอบอื่นไม่ได้" in refused.text and not kept(worker, path)
    begs = worker.send(worker.open(path), facts__begging=["none", "asks"])
    assert begs.status == 422 and "พร้อมกับคำตอบอื่นไม่ได้" in begs.text
    case_id = path.split("/")[2]
    body = {"facts": {"begging": ["none", "asks"]}}
    told = door.post(f"/api/v1/cases/{case_id}/screening", body)
    assert told.status_code == 422 and [*told.json()["errors"]] == ["facts.begging"]


def test_a_draft_that_cannot_be_read_is_shown_without_complaint(worker, path):
    worker.send(worker.open(path), look="yes", facts__birth_date="31/2/2500", facts__pregnant="yes")
    page = worker.open(path)
    assert page.status == 200 and not page.errors
    assert dict(page.form().form_values())["facts.birth_date"] == "31/2/2500"
    assert (
        "ระบบจะไม่นำคำตอบที่อ่านไม่ได้มาประมวลผล" in result(page.tree)
        and "หญิงตั้งครรภ์" in result(page.tree).split("ยังต้องถาม")[0]
    )


def test_the_result_is_of_the_day_the_answers_are_of(worker, path):
    page = worker.send(worker.open(path), look="yes", facts__birth_date="1/10/2509", happened_on="30/9/2569")
    assert "ผู้สูงอายุ" in result(page.tree).split("ไม่เข้าเกณฑ์")[-1]
    page = worker.send(page, look="yes", happened_on="1/10/2569")
    assert "ผู้สูงอายุ" in result(page.tree).split("ยังต้องถาม")[0]


def test_only_the_centres_own_staff_look(browser, path):
    member = browser("member-60")
    assert member.open(path).status == 403
    assert browser("worker-61").open(path).status == 404


def some_answer(page, code):
    """One that can be chosen, and says something."""
    offered = page.tree.xpath(
        f'//input[@name="facts.{code}"]/@value | //select[@name="facts.{code}"]/option/@value'
    )
    return next(value for value in offered if value not in ("", "unknown"))


def now_asked(page):
    return dict(page.form().form_values()).get("now")


def test_one_question_at_a_time_asks_what_settles_most_and_keeps_every_answer(door, worker, path):
    page = worker.open(f"{path}?guided=yes")
    told = door.get(f"/api/v1{path.removesuffix('screening/fill')}next-question").json()
    first = now_asked(page)
    assert first == {"age": "birth_date"}.get(told["fact"], told["fact"]) and told["why"]["th"] in page.text
    answer = some_answer(page, first)
    page = worker.send(page, look="next", **{f"facts__{first}": answer})
    second = now_asked(page)
    assert page.status == 200 and second not in (None, first)
    back = worker.send(page, look="back")
    assert now_asked(back) == first and dict(back.form().form_values())[f"facts.{first}"] == answer
    skipped = worker.send(page, look="skip")
    assert now_asked(skipped) not in (None, first, second)
    [button] = skipped.tree.xpath(f"//button[@formaction='{path}']")  # the whole form, with what was answered
    whole = worker.post(path, [*skipped.form().form_values(), (button.get("name"), button.get("value"))])
    assert dict(whole.form().form_values())[f"facts.{first}"] == answer
    saved = worker.send(skipped)
    assert saved.status == 200 and kept(worker, path)


def test_nothing_is_left_to_ask_at_last(worker, path):
    page, seen = worker.open(f"{path}?guided=yes"), []
    while code := now_asked(page):
        assert code not in seen and len(seen) < 40
        seen.append(code)
        page = worker.send(page, look="skip")
    assert "ข้ามไว้" in page.text and seen


def test_what_the_person_does_not_want_to_answer_is_marked_kept_and_not_asked_again(door, worker, path):
    page = worker.open(path)
    page = worker.send(page, facts__housing="street", asked_declined=["mental_crisis"])
    assert page.status == 200
    told = page.tree.xpath('//li[contains(., "(ไม่ประสงค์จะตอบ)")]')
    assert [" ".join(each.text_content().split()) for each in told] == [
        "ภาวะทางจิตที่ต้องได้รับการบำบัดรักษา (ไม่ประสงค์จะตอบ)"
    ]
    again = worker.open(path)
    assert ("asked_declined", "mental_crisis") in again.form().form_values()
    assert "mental_crisis" not in (worker.open(f"{path}?guided=yes").form().form_values())
    both = worker.send(again, facts__mental_crisis="yes", asked_declined=["mental_crisis"])
    assert both.status == 422 and [*both.errors] == ["facts.mental_crisis"]
    assert "เลือกอย่างเดียว" in both.text


def test_every_screening_is_listed_with_what_had_changed(worker, path, browser):
    worker.send(worker.open(path), facts__housing="street", asked_declined=["mental_crisis"])
    worker.send(worker.open(path), facts__housing="home", asked_declined=[])
    result = worker.open(path.removesuffix("/fill"))
    earlier = path.replace("/fill", "/earlier")
    assert earlier in result.tree.xpath("//a/@href")
    newest, first = worker.open(earlier).tree.xpath("//section[h2]")
    assert "ครั้งแรก" in first.text_content() and "ไม่ประสงค์จะตอบ:" in first.text_content()
    rows = [" ".join(each.text_content().split()) for each in newest.xpath(".//dl/div")]
    assert "ที่อยู่อาศัยริมถนนหรือทางเท้า → มีที่อยู่อาศัย" in rows
    assert (
        browser("member-60").open(earlier).status == 200 and browser("worker-61").open(earlier).status == 404
    )


def groups_of(page):
    """{number: the folded or open group}"""
    return {
        each.get("id").removeprefix("group-"): each
        for each in page.tree.xpath('//details[@id][starts-with(@id, "group-")]')
    }


def unfolded(page):
    return [number for number, each in groups_of(page).items() if each.get("open") is not None]


def summary(group):
    return " ".join(group.xpath("summary")[0].text_content().split())


def folded_away(page):
    [each] = page.tree.xpath('//details[contains(@class, "app-group")][not(@id)]')
    return each


def asks(group, code):
    return bool(group.xpath(f'.//*[@name="facts.{code}"]'))


def test_the_group_that_the_next_decision_needs_is_open_and_everything_can_still_be_answered(worker, path):
    page = worker.open(path)
    assert unfolded(page) == ["1"] and page.tree.xpath('//*[@id="now"]')[0].getparent().get("id") == "group-1"
    assert "ยังต้องถาม 2 ข้อ" in summary(groups_of(page)["1"])  # of a man nobody asks whether he is pregnant
    assert "อายุและสัญชาติ อายุ: " in summary(groups_of(page)["4"])  # the case knows
    assert summary(groups_of(page)["4"]).endswith(" ปี · สัญชาติ: ไทย")
    for code in (
        "trafficking_signs",
        "housing",
        "begging",
        "birth_date",
        "disability_types",
        "wants",
        "care_level",
    ):
        assert asks(page.tree, code), code
    others = folded_away(page)
    assert others.get("open") is None and asks(others, "care_level") and not asks(others, "housing")


def test_what_is_answered_is_folded_under_how_and_the_next_group_is_open(worker, path):
    first = {"facts__trafficking_signs": "no", "asked_declined": ["mental_crisis"]}
    page = worker.send(worker.open(path), look="on", **first)
    assert page.status == 200 and unfolded(page) == ["2"] and not kept(worker, path)
    told = summary(groups_of(page)["1"])
    assert "ข้อบ่งชี้การค้ามนุษย์: ไม่มี" in told and "ไม่ประสงค์จะตอบ" in told and "ยังต้องถาม" not in told
    answered = worker.send(page, look="on", facts__care_level="2")
    last = groups_of(answered)["7"]
    assert asks(last, "care_level") and not asks(last, "legal_case") and "พึ่งพิงน้อย" in summary(last)
    saved = worker.send(answered)
    assert saved.status == 200 and kept(worker, path)
    again = worker.open(path)
    assert "ข้อบ่งชี้การค้ามนุษย์: ไม่มี" in summary(groups_of(again)["1"]) and unfolded(again) == ["2"]


def test_a_group_that_one_went_on_from_stays_on_the_list_and_is_not_opened_again(worker, path):
    page, seen = worker.open(path), []
    while opened_now := unfolded(page):
        assert opened_now not in seen and len(seen) < 9
        seen.append(opened_now)
        page = worker.send(page, look="on")
    assert len(seen) > 2 and "ข้ามไว้" in page.text and "ยังต้องถาม" in summary(groups_of(page)["1"])
    assert worker.send(page).status == 200


def test_what_needs_a_look_is_open_wherever_it_stands(worker, browser, path):
    page = worker.send(worker.open(path), facts__birth_date="31/2/2500", facts__housing="street")
    assert page.status == 422 and unfolded(page) == ["1", "4"]
    colleague = browser("director-60")
    colleague.send(colleague.open(path), note="yes", facts__begging=["asks"])
    page = worker.send(worker.open(path), look="yes", facts__birth_date="", facts__begging=["none"])
    assert unfolded(page) == ["1", "3"]


def test_the_next_question_says_what_each_answer_would_lead_to(door, worker, path):
    told = door.get(f"/api/v1{path.removesuffix('screening/fill')}next-question").json()
    for address in (path, path.removesuffix("/fill"), f"{path}?guided=yes"):
        [leads] = worker.open(address).tree.xpath('//details[contains(summary, "แต่ละคำตอบจะนำไปสู่อะไร")]')
        lines = [" ".join(each.text_content().split()) for each in leads.xpath(".//li")]
        assert len(lines) == len(told["decides"])
        for line, each in zip(lines, told["decides"], strict=True):
            assert ("ไม่เข้าเกณฑ์:" in line) is bool(each["labels"]["not_met"]), line
            assert ("แนวทางที่เปิด:" in line) is bool(each["paths"]["met"]), line
