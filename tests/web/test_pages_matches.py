"""Places for a person as a list and on a map, with reasons in both languages."""

import re

import pytest

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


def placed(door, province, subdistrict=None, **rules):
    """A foundation with a programme; `rules` instead of none but one that all know and one that nobody knows."""
    body = {
        "name": f"มูลนิธิทดสอบ {province}",
        "kind": "foundation",
        "under_ministry": False,
        "province": province,
    }
    body |= {"subdistrict": subdistrict} if subdistrict else {}
    partner_id = door.made("/api/v1/partners", body)["partner_id"]
    offered = {"name": "ที่พักทดสอบ", "path": "foundation", "capacity": {"total": 4, "free": 2}}
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
    assert worker.open(f"{path}?province=00&path=junk&verdict=junk&view=junk").status == 200


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
    for user in ("member-60", "ministry"):
        reader = browser(user)
        for view in ("list", "map"):
            page = reader.open(f"{path}?view={view}")
            assert page.status == 200 and not [link for link in page.links() if "/screening/fill" in link]
    assert browser("worker-61").open(f"{path}?view=map").status == 404
