"""Places for a person as a list and on a map, with reasons in both languages."""

import re

import pytest

from services.codes import PATHS
from services.web.pages.case.matches import SHOWN
from tests.web.door import opening, plan, referral
from tests.web.test_pages_flow import SCREENED, case_of, opened

THAI = re.compile("[\u0e00-\u0e7f]")


@pytest.fixture(scope="module")
def worker(browser):
    return browser("worker-60")


@pytest.fixture(scope="module")
def english(browser):
    reader = browser("worker-60")
    reader.http.cookies.set("language", "en")
    return reader


@pytest.fixture(scope="module")
def path(door, worker):
    """The matches of a screened case that knows places in four provinces."""
    for province, subdistrict in (("60", "600101"), ("61", None), ("50", None)):
        placed(door, province, subdistrict)
    placed(door, "62", None, min_age=90)
    return screened(door, worker, opened(worker, found__subdistrict="600101"))


def placed(door, province, subdistrict=None, path="foundation", **rules):
    """A foundation with a programme; `rules` instead of none but one that all know and one that nobody knows."""
    body = {
        "name": f"มูลนิธิทดสอบ {province}",
        "kind": "foundation",
        "under_ministry": False,
        "province": province,
    }
    body |= {"subdistrict": subdistrict} if subdistrict else {}
    partner_id = door.made("/api/v1/partners", body)["partner_id"]
    offered = {"name": "ที่พักทดสอบ", "path": path, "capacity": {"total": 4, "free": 2}}
    asks = rules or {"min_age": 60, "requires_prior_process": True}
    return door.made(f"/api/v1/partners/{partner_id}/programmes", offered | {"rules": asks})["programme_id"]


def screened(door, worker, page):
    case_id = case_of(page)
    assert worker.send(worker.open(f"/cases/{case_id}/screening/fill"), **SCREENED).status == 200
    door.wait(f"/api/v1/cases/{case_id}/matches", lambda found: found["candidates"])
    return f"/cases/{case_id}/matches"


def rows(page):
    """{province: [text of its cells]} of the table beside the map."""
    return {
        "".join(row.xpath("./th/a/text() | ./th/text()")).strip(): [
            cell.text_content().strip() for cell in row.xpath("./td")
        ]
        for row in page.tree.xpath("//main//tbody/tr")
    }


def hrefs(page, within):
    return page.tree.xpath(f"//main//{within}//a/@href")


def test_reasons_say_what_is_met_what_is_not_and_what_to_ask(worker, path):
    page = worker.open(f"{path}?verdict=unknown&province=61")
    [asked] = page.tree.xpath('//*[contains(@class, "app-reasons--unknown")]')[:1]
    said = " ".join(asked.text_content().split())
    assert "ต้องถาม" in said and "กระบวนการ" in said
    [answer] = asked.xpath(".//a/@href")
    assert answer.endswith("/screening/fill#facts.prior_process_done")
    question = worker.open(answer.partition("#")[0])
    assert question.tree.xpath('//*[@id="facts.prior_process_done"]')
    [met] = page.tree.xpath('//*[contains(@class, "app-reasons--met")]')[:1]
    assert "อายุ 60 ปีขึ้นไป" in met.text_content()


def test_reasons_and_ranks_are_english_on_the_english_page(english, path):
    seen = 0
    for verdict in ("eligible", "unknown", "ineligible"):
        page = english.open(f"{path}?verdict={verdict}")
        for reason in page.tree.xpath('//*[contains(@class, "app-reasons")]//li | //main//details//ol/li'):
            said = reason.text_content()
            # What a partner writes itself, such as a kind of document, stays as it is.
            assert "Documents:" in said or not THAI.search(said), said
            seen += 1
    assert seen > 10


def test_only_places_of_one_province_path_and_verdict_are_listed(worker, path):
    page = worker.open(f"{path}?province=61&path=foundation&outside=yes")
    listed = page.tree.xpath('//main//li[contains(@class, "app-list__item")]')
    assert listed and all("อุทัยธานี" in " ".join(each.text_content().split()) for each in listed)
    nothing = worker.open(f"{path}?province=96")
    assert "ไม่มีสถานที่ตรงตามตัวกรองนี้" in nothing.text or "0 แห่ง" in nothing.text
    for junk in ("province=00", "path=junk", "verdict=junk", "view=junk", "area=junk"):
        assert worker.open(f"{path}?{junk}").status == 422


def test_the_map_has_a_mark_and_a_row_for_each_province_and_both_lead_to_its_places(worker, path):
    page = worker.open(f"{path}?view=map")
    marks, table = hrefs(page, "*[local-name()='svg']"), hrefs(page, "tbody")
    assert marks and set(marks) <= set(table)
    assert {"นครสวรรค์", "อุทัยธานี"} <= {*rows(page)}
    [drawing] = page.tree.xpath('//main//*[local-name()="svg"][@viewbox or @viewBox]')[:1]
    assert drawing.get("aria-hidden") == "true"  # the table says it
    assert all(mark.get("tabindex") == "-1" for mark in page.tree.xpath('//*[@class="app-map__mark"]'))
    [near] = [link for link in table if "province=61" in link]
    found = worker.open(near)
    assert found.status == 200 and "มูลนิธิทดสอบ 61" in found.text and "มูลนิธิทดสอบ 60" not in found.text


def test_far_places_are_counted_and_shown_on_the_whole_country(worker, path):
    near = worker.open(f"{path}?view=map")
    assert "เชียงใหม่" in rows(near) and "จังหวัดที่ไกลกว่านี้" in near.text
    assert not [link for link in hrefs(near, "*[local-name()='svg']") if "province=50" in link]
    [whole] = [link for link in near.links() if "area=country" in link]
    far = worker.open(whole)
    assert [link for link in hrefs(far, "*[local-name()='svg']") if "province=50" in link]


def test_what_does_not_fit_is_on_the_map_only_when_asked_for(worker, path):
    assert "กำแพงเพชร" not in rows(worker.open(f"{path}?view=map&province=62"))
    page = worker.open(f"{path}?view=map&province=62&verdict=ineligible")
    assert int(rows(page)["กำแพงเพชร"][0]) >= 1


def test_the_map_of_nobody_from_nowhere_without_places_still_says_so(door, worker):
    unknown = opened(
        worker,
        person__domicile__0__province="",
        person__domicile__0__basis="",
        person__identity_status="unknown",
    )
    path = screened(door, worker, unknown)
    page = worker.open(f"{path}?view=map&province=96&verdict=eligible")
    assert page.status == 200 and "ยังไม่ทราบภูมิลำเนา" in page.text and "0 แห่ง" in page.text
    assert list(rows(page)) == ["นครสวรรค์"]


def test_a_case_that_was_not_screened_has_no_map_yet(worker):
    case_id = case_of(opened(worker))
    for view in ("list", "map"):
        page = worker.open(f"/cases/{case_id}/matches?view={view}")
        assert page.status == 200 and "คัดกรอง" in page.text and not page.tree.xpath("//tbody")


def test_readers_see_places_without_the_steps_of_staff(browser, path):
    member = browser("member-60")
    for view in ("list", "map"):
        page = member.open(f"{path}?view={view}")
        assert page.status == 200 and not [link for link in page.links() if "/screening/fill" in link]
    assert browser("ministry").open(path).status == 403
    assert browser("worker-61").open(f"{path}?view=map").status == 404


# -- places beside each other ----------------------------------------------------------------------------------------


def comparing(page, place):
    """The address behind the list's own link that takes a place into the comparison, or out of it."""
    [item] = page.tree.xpath(f'//li[@id="place-{place}"]')
    return next(link for link in item.xpath(".//a/@href") if "/matches?" in link).partition("#")[0]


def listed(page):
    return [
        each.removeprefix("place-") for each in page.tree.xpath('//main//li[starts-with(@id, "place-")]/@id')
    ]


def columns(page):
    return [each.text_content().split()[-1] for each in page.tree.xpath("//main//thead//th")]


def compared(page):
    """{title of a row: [text of its cells]}."""
    heard = ".//text()[not(ancestor::*[@aria-hidden])]"
    told = {}
    for row in page.tree.xpath('//main//tbody/tr[th[@scope="row"]]'):
        [title] = row.xpath("./th/text()[normalize-space()]")[:1]
        told[title.strip()] = [" ".join(" ".join(cell.xpath(heard)).split()) for cell in row.xpath("./td")]
    return told


@pytest.fixture(scope="module")
def three(door, path):
    """Programmes that agree in one condition: (asks for both ages and for documents that are missing; for an age; for
    no other)."""
    same = {"min_age": 60, "requires_prior_process": True}
    return [
        placed(door, "60", **same, max_age=95, documents=["id_card", "house_registration"]),
        placed(door, "61", **same),
        placed(door, "50", requires_prior_process=True),
    ]


def test_what_is_chosen_stays_chosen_while_the_list_is_filtered(worker, path, three):
    page = worker.open(f"{path}?path=foundation")
    first, second = listed(page)[:2]
    page = worker.open(comparing(page, first))
    assert "เลือกจากรายการเพิ่มอีก" in page.text
    page = worker.open(comparing(page, second))
    kept = [
        link for link in page.links() if f"{path}?" in link and f"={first}" in link and f"={second}" in link
    ]
    assert [link for link in kept if "verdict=eligible" in link] and [
        link for link in kept if "view=map" in link
    ]
    [form] = page.tree.xpath('//main//form[@method="get"]')
    assert [value for name, value in form.form_values() if name == "programme"] == [first, second]
    on_map = worker.open(f"{path}?view=map&programme={first}&programme={second}")
    assert "เปรียบเทียบ 2 แห่ง" in on_map.text
    [beside] = {link for link in page.links() if "/matches/compare?" in link}
    assert len(columns(worker.open(beside))) == 2
    fewer = worker.open(comparing(page, first))
    assert f"programme={second}" in comparing(fewer, first) and f"programme={first}" not in fewer.url


def test_what_is_chosen_stays_chosen_from_page_to_page(door, worker, path):
    for _ in range(SHOWN + 1):
        placed(door, "60")
    page = worker.open(path)
    first = listed(page)[0]
    page = worker.open(comparing(page, first))
    [following] = [link for link in page.links() if "cursor=" in link and "place-" not in link]
    page = worker.open(following)
    second = listed(page)[0]
    page = worker.open(comparing(page, second))
    assert second in listed(page) and first not in listed(page)  # one stays on the page where one chose
    [beside] = {link for link in page.links() if "/matches/compare?" in link}
    assert f"programme={first}" in beside and f"programme={second}" in beside


def test_a_fourth_place_waits_until_one_of_three_is_removed(worker, path, three):
    fourth = next(each for each in listed(worker.open(path)) if each not in three)
    asked = "&".join(f"programme={each}" for each in three)
    page = worker.open(comparing(worker.open(f"{path}?{asked}"), fourth))
    assert "เปรียบเทียบได้ไม่เกิน 3 แห่ง" in page.text
    [box] = page.tree.xpath('//*[@id="chosen"]')
    removing = [link.partition("#")[0] for link in box.xpath("./ul//a/@href")]
    assert len(removing) == 3 and all(f"programme={fourth}" in link for link in removing)
    settled = worker.open(removing[0])
    [beside] = {link for link in settled.links() if "/matches/compare?" in link}
    assert len(columns(worker.open(beside))) == 3 and three[0] not in beside and fourth in beside
    [keep] = [link for link in box.xpath("./p//a/@href")]
    assert fourth not in keep and all(each in keep for each in three)


def test_conditions_of_three_places_stand_beside_each_other_with_what_is_known(worker, path, three):
    page = worker.open(f"{path}/compare?" + "&".join(f"programme={each}" for each in three))
    told = compared(page)
    # The person was born in 1950 and shows an identity card.
    one, none, both = told["อายุ"]
    assert (
        both.count("เข้าเกณฑ์") == 2
        and "95" in both
        and one == "เข้าเกณฑ์ · รับอายุ 60 ปีขึ้นไป"
        and none == "ไม่กำหนด"
    )
    *others, asked = told["เอกสารที่มี"]
    assert (
        "ไม่เข้าเกณฑ์" in asked and "ขาดเอกสาร: ทะเบียนบ้าน" in asked and all(each == "ไม่กำหนด" for each in others)
    )
    [process] = told["เคยผ่านกระบวนการตาม พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557"]
    assert process.startswith("เหมือนกันทุกแห่ง") and "ต้องถาม" in process
    [answer] = [link for link in page.links() if "/screening/fill#" in link]
    assert answer.endswith("#facts.prior_process_done")
    assert {"ผล", "จังหวัด", "จำนวนที่ว่าง", "ความประสงค์ของผู้รับบริการ", "ระยะทาง"} <= set(told)
    [wish, domicile] = [each.text_content() for each in page.tree.xpath("//main//dl//dd")]
    assert wish == "สถานสงเคราะห์หรือบ้านพักผู้สูงอายุขององค์กรปกครองส่วนท้องถิ่น" and "นครสวรรค์" in domicile


def test_from_a_column_one_chooses_for_the_plan_opens_the_partner_or_removes_it(worker, path, three):
    page = worker.open(f"{path}/compare?programme={three[1]}&programme={three[2]}&outside=yes")
    assert len([link for link in page.links() if "/plan/record?programme_id=" in link]) == 2
    partners = [link for link in page.links() if "/partners/" in link]
    assert len(partners) == 2 and worker.open(partners[0]).status == 200
    [fewer] = [
        link
        for link in page.links()
        if f"programme={three[1]}" in link and three[2] not in link and "compare" in link
    ]
    alone = worker.open(fewer)
    assert len(columns(alone)) == 1 and "เหมือนกันทุกแห่ง" not in alone.text
    assert [link for link in alone.links() if f"{path}?" in link and "outside=yes" in link]


def test_what_is_not_known_is_an_empty_place_of_the_comparison(worker, path, three):
    page = worker.open(f"{path}/compare?programme=junk&programme={three[0]}&programme={three[0]}")
    assert page.status == 200 and len(columns(page)) == 2 and "ไม่พบสถานที่นี้" in page.text
    assert compared(page)["ผล"][1] == "–"
    assert "ไม่พบสถานที่นี้" in worker.open(f"{path}?programme={'junk' * 20}").text
    assert "ยังไม่ได้เลือกสถานที่" in worker.open(f"{path}/compare").text
    nobody_screened = case_of(opened(worker))
    assert worker.open(f"/cases/{nobody_screened}/matches/compare?programme={three[0]}").status == 200


def test_readers_compare_places_and_another_centre_does_not(browser, path, three):
    asked = "&".join(f"programme={each}" for each in three)
    page = browser("member-60").open(f"{path}/compare?{asked}")
    assert len(columns(page)) == 3
    assert not [link for link in page.links() if "/screening/fill" in link or "/plan/record" in link]
    assert browser("ministry").open(f"{path}/compare?{asked}").status == 403
    assert browser("worker-61").open(f"{path}/compare?{asked}").status == 404


def test_the_options_of_the_working_group_lead_to_the_comparison_of_the_first_three(worker, path):
    plan = worker.open(path.replace("/matches", "/plan"))
    [beside] = [link for link in plan.links() if "/matches/compare?" in link]
    assert columns(worker.open(beside)) and beside.count("programme=") == 3


def test_the_group_s_options_begin_with_the_law_s_first_path_and_say_what_would_settle_it(door, worker):
    home = {"provinces": ["60"], "bases": ["central_register"]}
    placed(door, "60", path="local_home", min_age=60, domicile=home)
    case_id = door.made("/api/v1/cases", opening(domicile=[]))["case_id"]
    said = {
        "housing": "street",
        "income_sufficient": False,
        "can_depend_on_others": False,
        "wants": ["local_home"],
    }
    answer = door.made(f"/api/v1/cases/{case_id}/screening", {"facts": said})
    assert answer["paths"][0] == "local_home"
    door.wait(f"/api/v1/cases/{case_id}/matches", lambda found: found["candidates"])
    for address in (f"/cases/{case_id}/plan", f"/working-group/projected?case={case_id}"):
        page = worker.open(address)
        first = page.tree.xpath("//section[h2[@id='options']]//tbody/tr")[0]
        told = " ".join(first.text_content().split())
        assert PATHS.word("local_home", "th") in told and "ภูมิลำเนา" in told, told
        assert first.xpath(".//a[contains(@href, '#facts.domicile')]") and "เรียงตามแนวทาง" in page.text
    record = worker.open(f"/cases/{case_id}/plan/record")
    offered = record.tree.xpath("//select[@id='programme_ids-1']/option[@value!='']/text()")
    assert PATHS.word("local_home", "th") in offered[0] and "ภูมิลำเนา" in offered[0]


def test_a_place_that_takes_whom_it_finds_fits_without_entering_the_place_twice(door, worker):
    taken = placed(door, "60", path="local_home", domicile={"provinces": ["60"], "bases": ["found"]})
    case_id = door.made("/api/v1/cases", opening(domicile=[]))["case_id"]
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}})
    door.wait(f"/api/v1/cases/{case_id}/matches", lambda found: found["candidates"])
    listed = door.get(f"/api/v1/cases/{case_id}/matches?limit=500").json()["candidates"]
    [mine] = [each for each in listed if each["programme_id"] == taken]
    [reason] = [each for each in mine["reasons"] if each["rule"] == "domicile"]
    assert mine["verdict"] == "eligible" and reason["found"] == [{"province": "60", "basis": "found"}]
    page = worker.open(f"/cases/{case_id}/matches/compare?programme={taken}")
    assert "นครสวรรค์" in page.text and "พบ" in page.text
    assert door.get(f"/api/v1/cases/{case_id}").json()["person"]["domicile"] == []


def test_a_place_that_nobody_said_is_told_to_nobody(door, worker):
    case_id = door.made("/api/v1/cases", opening() | {"found": {}})["case_id"]
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}})
    door.made(f"/api/v1/cases/{case_id}/plan", plan())
    assert door.get(f"/api/v1/cases/{case_id}").json()["person"]["province"] is None
    programme_id = placed(door, "60", path="local_home", min_age=60)
    page = worker.open(f"/cases/{case_id}/referrals/new?programme_id={programme_id}")
    assert said_of(page, "จังหวัดที่พบ") == "ยังไม่ทราบ"
    sent = door.made("/api/v1/referrals", referral(case_id, programme_id))
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda found: found["place"] == "reserved")
    shown = worker.open(f"/referrals/{sent['referral_id']}/link")
    assert said_of(shown, "จังหวัดที่พบ") == "ยังไม่ทราบ", shown.text


def said_of(page, title):
    [text] = page.tree.xpath(f"//dt[normalize-space()='{title}']/following-sibling::dd[1]")
    return " ".join(text.text_content().split())


def test_the_comparison_is_english_on_the_english_page(english, path, three):
    page = english.open(f"{path}/compare?" + "&".join(f"programme={each}" for each in three))
    told = compared(page)
    said = {title: cells for title, cells in told.items() if title not in ("Partner", "Next step")}
    assert {"Result", "Age", "Distance"} <= set(said)
    assert not [text for cells in said.values() for text in cells if THAI.search(text)]
