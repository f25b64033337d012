"""Rules written on pages by people who do not program: a row at a time, as a decision table, with what the linter says
beside it; two editors who do not overwrite each other; one person for what only changes words."""

import pytest

from tests.web.door import FrontDoor, opening

BASE = "2569-3"


@pytest.fixture(scope="module")
def keeper(browser):
    return browser("rules")


@pytest.fixture
def draft(door: FrontDoor) -> str:
    return door.made("/api/v1/rules/drafts", {"based_on": BASE}, "rules")["draft_id"]


def content(door, draft, name="screening"):
    return door.get(f"/api/v1/rules/drafts/{draft}", "rules").json()["content"][name]


def row_of(door, draft, part, code):
    return next(each for each in content(door, draft)[part] if each["code"] == code)


def at(draft, *parts):
    return "/".join(["/rules/drafts", draft, *parts])


def test_every_row_of_a_draft_opens_and_saved_as_it_stands_changes_nothing(door, keeper, draft):
    before = door.get(f"/api/v1/rules/drafts/{draft}", "rules").json()
    page = keeper.open(at(draft))
    assert page.status == 200
    links = [
        link
        for link in page.links()
        if any(f"{draft}/{part}/" in link for part in ("labels", "paths", "dangers", "applies"))
    ]
    assert len(links) == sum(
        len(before["content"]["screening"][part]) for part in ("labels", "paths", "dangers", "applies")
    )
    for link in links:
        row = keeper.open("/" + link.partition("//")[2].partition("/")[2])
        assert row.status == 200, link
        saved = keeper.send(row)
        assert saved.status == 200 and saved.path == at(draft)[1:], (link, saved.errors)
    after = door.get(f"/api/v1/rules/drafts/{draft}", "rules").json()
    assert after["content"] == before["content"] and after["version"] == before["version"]


def test_a_condition_is_changed_cell_by_cell(door, keeper, draft):
    page = keeper.open(at(draft, "labels", "older_person"))
    assert "อายุ: ตั้งแต่ 60 ปี" in page.text and "สัญชาติ: ไทย" in page.text
    saved = keeper.send(page, condition__tests__0__number="๖๕", condition__tests__1__cells__0="no")
    assert saved.path == at(draft)[1:], saved.errors
    assert row_of(door, draft, "labels", "older_person")["condition"] == {
        "all": [
            {"fact": "age", "op": "at_least", "value": 65},
            {"not": {"fact": "nationality", "op": "is", "value": "thai"}},
        ]
    }


def test_a_test_and_a_way_are_added_without_a_script(door, keeper, draft):
    page = keeper.open(at(draft, "labels", "child"))
    page = keeper.send(page, do="condition:way")
    assert page.status == 200 and not page.errors
    page = keeper.send(page, do="condition:test")
    page = keeper.send(page, condition__tests__1__fact="begging", condition__tests__1__cells__1="yes")
    assert page.status == 422 and [*page.errors] == ["condition.tests.1.value"]
    saved = keeper.send(page, condition__tests__1__value=["asks"], condition__tests__1__op="includes_any")
    assert saved.path == at(draft)[1:], saved.errors
    assert row_of(door, draft, "labels", "child")["condition"] == {
        "any": [
            {"fact": "age", "op": "at_most", "value": 17},
            {"fact": "begging", "op": "includes_any", "value": ["asks"]},
        ]
    }


def test_a_person_is_tried_beside_the_table_and_nothing_is_kept(door, keeper, draft):
    page = keeper.open(at(draft, "labels", "older_person"))
    tried = keeper.send(page, do="try", person__age="62", condition__tests__0__number="65")
    assert tried.status == 200 and "ไม่เข้าเกณฑ์" in tried.text and "ยังไม่ทราบ" in tried.text
    again = keeper.send(tried, do="try", person__age="66", person__nationality="thai")
    assert "ผู้สูงอายุ เข้าเกณฑ์" in again.text
    assert row_of(door, draft, "labels", "older_person")["condition"]["all"][0]["value"] == 60


def test_what_the_linter_says_stands_beside_the_row(keeper, draft):
    page = keeper.open(at(draft, "labels", "older_person"))
    assert "อาจอยู่ในกลุ่มอื่นพร้อมกัน" in page.text
    assert "คนพิการ" in page.text
    refused = keeper.send(page, condition__tests__0__number="300")
    assert refused.status == 422 and [*refused.errors] == ["condition"] and "300" in refused.raw


def test_the_way_of_whoever_no_group_speaks_of_stays(door, keeper, draft):
    kept = keeper.send(keeper.open(at(draft, "paths", "advice_only", "remove")))
    assert kept.status == 422 and "แนวทางนี้ต้องคงไว้ เพราะเป็นแนวทางของผู้ที่ไม่อยู่ในกลุ่มใด" in kept.text
    assert row_of(door, draft, "paths", "advice_only")


def test_a_way_of_a_table_that_nobody_can_meet_is_refused_at_the_table(keeper, draft):
    page = keeper.send(keeper.open(at(draft, "labels", "child")), do="condition:way")
    page = keeper.send(keeper.send(page, do="condition:test"), condition__tests__1__fact="income_sufficient")
    page = keeper.send(keeper.send(page, do="condition:test"), condition__tests__2__fact="age")
    refused = keeper.send(
        page, condition__tests__0__cells__1="yes", condition__tests__1__cells__1="yes",
        condition__tests__2__op="at_least", condition__tests__2__number="60", condition__tests__2__cells__1="yes",
    )  # fmt: skip
    assert (refused.status, [*refused.errors]) == (422, ["condition"])
    assert "ไม่มีใครเข้าเงื่อนไขนี้ได้" in refused.text


def test_a_label_names_its_law_and_both_languages(keeper, draft):
    refused = keeper.send(keeper.open(at(draft, "labels", "child")), law__th="", name__en=" ")
    assert refused.status == 422 and {*refused.errors} == {"law.th", "name.en"}


def test_a_way_forward_a_group_and_a_question_are_added_and_taken_out(door, keeper, draft):
    path = keeper.send(
        keeper.open(at(draft, "paths")),
        code="farm_stay", name__th="บ้านสวน", name__en="farm stay", outside_ministry="yes", by_wish="yes",
        opened_by=["destitute_a"],
    )  # fmt: skip
    assert path.path == at(draft)[1:], path.errors
    assert row_of(door, draft, "labels", "destitute_a")["paths"][-1] == "farm_stay"
    words = {"name__th": "ผู้ค้าริมทาง", "name__en": "street vendor", "because__th": "ขายของ",
             "because__en": "sells things", "law__th": "ประกาศศูนย์", "law__en": "notice of the centre"}  # fmt: skip
    page = keeper.open(at(draft, "labels"))
    page = keeper.send(
        page,
        do="condition:test",
        **words,
        code="street_vendor",
        leads="no",
        condition__tests__0__fact="wants_work",
    )
    saved = keeper.send(page, condition__tests__0__cells__0="yes", paths=["farm_stay", "foundation"])
    assert saved.path == at(draft)[1:], saved.errors
    new = row_of(door, draft, "labels", "street_vendor")
    assert new["condition"] == {"fact": "wants_work", "op": "is", "value": True}
    assert new["paths"] == ["farm_stay", "foundation"]
    gone = keeper.send(keeper.open(at(draft, "paths", "farm_stay", "remove")))
    assert gone.path == at(draft)[1:], gone.text
    assert row_of(door, draft, "labels", "street_vendor")["paths"] == ["foundation"]
    fact = keeper.send(
        keeper.open(at(draft, "facts")),
        code="has_cart", kind="flag", name__th="มีรถเข็น", name__en="cart", question__th="มีรถเข็นหรือไม่",
        question__en="A cart?",
    )  # fmt: skip
    assert fact.path == at(draft)[1:], fact.errors
    asked = keeper.send(
        keeper.open(at(draft, "questions")),
        fact="has_cart",
        group="2",
        text__th="มีรถเข็นขายของหรือไม่",
        text__en="Has the person a cart?",
    )
    assert asked.path == at(draft)[1:], asked.errors
    form = content(door, draft, "form")
    assert form["groups"][1]["facts"][-1] == "has_cart" and form["questions"]["has_cart"]["text"]["en"]


def test_precedence_is_moved_by_one_press(door, keeper, draft):
    codes = [each["code"] for each in content(door, draft)["labels"]]
    page = keeper.open(at(draft))
    moved = keeper.send(page, at(draft, "labels", codes[1], "move"), to="up")
    assert moved.status == 200
    assert [each["code"] for each in content(door, draft)["labels"]][:2] == [codes[1], codes[0]]


def test_the_second_of_two_editors_sees_both_and_overwrites_nothing(door, keeper, browser, draft):
    director = browser("director-60")
    mine, theirs = keeper.open(at(draft, "labels", "child")), director.open(at(draft, "labels", "child"))
    assert director.send(theirs, name__th="เด็กและเยาวชน").status == 200
    late = keeper.send(mine, name__th="ผู้เยาว์")
    assert late.status == 412 and "เด็กและเยาวชน" in late.text and "ผู้เยาว์" in late.raw
    assert row_of(door, draft, "labels", "child")["name"]["th"] == "เด็กและเยาวชน"
    assert keeper.send(late).status == 200
    assert row_of(door, draft, "labels", "child")["name"]["th"] == "ผู้เยาว์"


def test_what_a_table_cannot_say_is_shown_with_the_reason_and_stays(door, keeper):
    book = door.get(f"/api/v1/rules/{BASE}", "rules").json()["content"]
    [label] = [each for each in book["labels"] if each["code"] == "child"]
    either = {
        "any": [
            {"fact": "age", "op": "at_most", "value": 17},
            {"fact": "pregnant", "op": "is", "value": True},
        ]
    }
    label["condition"] = {"all": [either, either, either, either]}
    draft = door.made("/api/v1/rules/drafts", {"based_on": BASE, "content": book}, "rules")["draft_id"]
    page = keeper.open(at(draft, "labels", "child"))
    assert "มากกว่าที่ตารางแสดงได้" in page.text
    assert keeper.send(page, name__en="minor").status == 200
    saved = row_of(door, draft, "labels", "child")
    assert saved["condition"] == label["condition"] and saved["name"]["en"] == "minor"
    anew = keeper.send(keeper.open(at(draft, "labels", "child")), do="condition:anew")
    saved = keeper.send(anew, condition__tests__0__fact="pregnant", condition__tests__0__cells__0="yes")
    assert saved.path == at(draft)[1:], saved.errors
    assert row_of(door, draft, "labels", "child")["condition"] == {
        "fact": "pregnant",
        "op": "is",
        "value": True,
    }


def test_the_words_of_the_form_begin_a_draft_of_their_own(door, keeper, browser):
    version = next(
        each["rules_version"]
        for each in door.get("/api/v1/rules", "rules").json()["items"]
        if each["name"] == "form"
    )
    begun = keeper.send(keeper.open(f"/rules/{version}/draft"))
    draft = begun.path.rpartition("/")[2]
    saved = keeper.send(
        keeper.open(at(draft, "questions", "housing")),
        text__th="ตอนนี้นอนที่ไหน",
        text__en="Where does the person sleep now?",
    )
    assert saved.status == 200 and "คนเดียวประกาศใช้ได้" in saved.text
    assert content(door, draft, "form")["questions"]["housing"]["text"]["th"] == "ตอนนี้นอนที่ไหน"
    moved = keeper.send(keeper.open(at(draft)), at(draft, "groups", "2", "move"), to="up")
    assert moved.status == 200 and "คนเดียวประกาศใช้ได้" not in moved.text


def test_who_may_not_write_rules_reads_a_draft_without_ways_to_change_it(browser, draft):
    ministry = browser("ministry")
    page = ministry.open(at(draft))
    assert page.status == 200 and not [link for link in page.links() if "/labels" in link]
    assert ministry.open(at(draft, "labels", "child")).status == 403


def test_words_alone_are_adopted_by_one_from_a_later_day_and_everybody_is_told(door, keeper, browser):
    version = next(
        each["rules_version"]
        for each in door.get("/api/v1/rules", "rules").json()["items"]
        if each["name"] == "form" and each["status"] == "in_force"
    )
    form = door.get(f"/api/v1/rules/{version}", "rules").json()["content"]
    form["questions"]["housing"]["text"]["th"] = "คืนนี้พักที่ใด"
    body = {"based_on": version, "content": {"form": form}}
    words = door.made("/api/v1/rules/drafts", body, "rules")["draft_id"]
    page = keeper.open(at(words, "adopt"))
    assert "คนเดียวประกาศใช้ได้" in page.text
    early = keeper.send(page, valid_from="30/11/2569", reason="แก้คำ")
    assert early.status == 422
    done = keeper.send(early, valid_from="1/1/2600", reason="แก้คำให้อ่านง่าย")
    assert done.status == 200 and "ประกาศใช้เกณฑ์แล้ว" in done.text, done.text
    items = door.get("/api/v1/rules", "rules").json()["items"]
    [adopted] = [each for each in items if each["name"] == "form" and each["valid_from"] == "2057-01-01"]
    assert adopted["adopted_by"] == ["rules"] and adopted["reason"] == "แก้คำให้อ่านง่าย"


def test_who_adopts_a_draft_sees_what_was_adopted_since_it_began(door, keeper, draft):
    changed = door.get(f"/api/v1/rules/{BASE}", "rules").json()["content"]
    changed["labels"][0]["law"]["text"] = "ถ้อยคำใหม่"
    other = door.made("/api/v1/rules/drafts", {"based_on": BASE, "content": changed}, "rules")["draft_id"]
    said = "ประกาศใช้หลังเริ่มร่างนี้และไม่อยู่ในร่าง"
    assert said not in keeper.open(at(draft, "adopt")).text
    body, path = {"valid_from": "2080-01-01", "reason": "กฎหมายเปลี่ยน"}, f"/api/v1/rules/drafts/{other}/adopt"
    assert door.post(path, body, "director-60").status_code == 202
    version = door.post(path, body, "rules").json()["rules_version"]
    for page in (at(draft), at(draft, "adopt")):
        shown = keeper.open(page)
        assert said in shown.text and f"/rules/{version}" in shown.raw


def test_the_days_of_a_trial_are_read_as_people_write_them(keeper, draft):
    page = keeper.open(at(draft, "trial"))
    wrong = keeper.send(page, **{"from": "31/2/2569", "to": "เมื่อวาน"})
    assert wrong.status == 422 and set(wrong.errors) == {"from", "to"}
    far = keeper.send(page, **{"from": "12 สิงหาคม 2469"})
    assert far.status == 422 and set(far.errors) == {"from"} and "ปีอีกครั้ง" in far.errors["from"]
    begun = keeper.send(page, **{"from": "๑๒/๘/๒๕๖๙", "to": "30 ก.ย. 2569"})
    assert begun.status == 200 and "/rules/trials/" in f"/{begun.path}"


def test_a_trial_says_for_whom_and_opens_the_cases_behind_a_number(door, keeper, browser, draft):
    page = keeper.open(at(draft, "labels", "older_person"))
    assert keeper.send(page, condition__tests__0__number="61").status == 200
    case = door.made("/api/v1/cases", opening(birth_date=None))
    facts = {"age": {"min": 60, "max": 60}, "nationality": "thai", "housing": "street"}
    screened = door.post(f"/api/v1/cases/{case['case_id']}/screening", {"facts": facts}, "worker-60")
    assert screened.status_code == 200, screened.text
    begun = keeper.send(keeper.open(at(draft, "trial")))
    assert case["case_number"] not in begun.text
    director = browser("director-60")
    shown = director.open("/" + begun.path)
    tables = {" ".join(each.text_content().split()) for each in shown.tree.xpath("//table//caption")}
    assert {"ศูนย์", "เพศ", "ช่วงอายุ", "สัญชาติ", "ภูมิลำเนา"} <= tables
    assert case["case_number"] in shown.text and "60–69 ปี" in shown.text
    [link] = shown.tree.xpath('//a[contains(@href, "label=older_person")]/@href')
    assert case["case_number"] in director.open(link.partition("#")[0]).text
    assert director.open("/" + begun.path + "?open=yes").status == 200
    assert director.open("/" + begun.path + "?label=nonsense").status == 422


def test_the_rule_keepers_first_page_is_the_rules(keeper):
    page = keeper.open("/")
    assert page.status == 200 and page.path == "rules"
