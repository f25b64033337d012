"""The dashboards: figures of a period and centre, the list behind each, and files to take away."""

import re
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import combinations

import pytest

from services.reporting.measures import PARTS
from services.thai import dates
from services.web.pages.dashboard import charts, period
from services.web.pages.dashboard.chapters import CHAPTERS
from services.web.pages.frame import files
from services.web.pages.parts import maps
from tests.web.door import activity
from tests.web.taken import taken

KINDS = "//h2[@id='paths' or @id='labels' or @id='declined']/.."  # what tells of what kind people were


@pytest.fixture(scope="module")
def placed(door):
    """A case of centre 60 that was placed outside the ministry."""
    sent = door.referred()
    for step in ("accept", "admit", "confirm"):
        door.made(f"/api/v1/referrals/{sent['referral_id']}/{step}", {})
    door.wait(
        "/api/v1/reports/overview", lambda found: found["placements"]["outside_ministry"] > 0, "director-60"
    )
    return door.get(f"/api/v1/cases/{sent['case_id']}").json()


def test_a_director_sees_placements_outside_the_ministry_first_and_the_list_behind(placed, browser):
    director = browser("director-60")
    page = director.open("/dashboard")
    assert page.status == 200 and page.heading == "ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดนครสวรรค์"
    first = page.tree.xpath('//*[contains(@class, "app-figures")]/li')
    assert "%" in first[0].text_content()
    [link] = first[1].xpath(".//a/@href")
    behind = director.open(link)
    assert behind.status == 200 and placed["case_number"] in behind.text
    assert "ข้อมูล ณ" in page.text


def test_each_part_stands_in_one_chapter_and_all_of_them_on_one_page(placed, browser):
    def titles(page):
        return page.tree.xpath("//*[contains(@class, 'app-board__part')]/h2/@id")

    director = browser("director-60")
    whole = titles(director.open("/dashboard?chapter=all"))
    told = [key for code in CHAPTERS for key in titles(director.open(f"/dashboard?chapter={code}"))]
    assert sorted(told) == sorted(whole) and len({*whole}) == len(whole)
    assert {part.key for part in PARTS.values()} - {*whole} == {"placements"}  # in numbers, above them all
    assert director.open("/dashboard?chapter=none").status == 422
    chosen = director.open("/dashboard?chapter=outcomes&part=q1")
    assert chosen.tree.xpath("//form//input[@name='chapter']/@value") == ["outcomes"]
    assert all("part=q1" in link for link in chosen.tree.xpath("//nav[@class='app-tabs']//@href"))


def test_the_capital_is_called_no_province(door, browser):
    door.add("director-10", "director", ("10",))
    assert browser("director-10").open("/dashboard").heading == "ศูนย์คุ้มครองคนไร้ที่พึ่งกรุงเทพมหานคร"


def test_every_number_that_leads_somewhere_leads_to_as_many_rows(placed, browser):
    director = browser("director-60")
    page = director.open("/dashboard?chapter=all")
    numbers = page.tree.xpath('//main//table//a[contains(@href, "/dashboard/behind")]')
    links = [number for number in numbers if "." not in number.text]  # a share leads to whom it is a share of
    assert links
    for link in links:
        shown, rows = int(link.text), 0
        following = link.get("href")
        while following:
            behind = director.open(following)
            assert behind.status == 200
            rows += len(behind.tree.xpath('//li[contains(@class, "app-list__item")]'))
            following = next(iter(behind.tree.xpath('//a[@rel="next"]/@href')), None)
        assert rows == shown, link.get("href")


def test_another_centres_figures_are_not_shown(placed, browser):
    page = browser("director-61").open("/dashboard?centre=60")
    assert page.status == 422 and page.heading == "ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดอุทัยธานี"
    behind = browser("director-61").open("/dashboard/behind?figure=outside&centre=60")
    assert placed["case_number"] not in behind.text


def test_the_ministry_sees_all_centres_on_a_map_and_codes_only(placed, browser):
    ministry = browser("ministry")
    page = ministry.open("/dashboard")
    assert page.status == 200 and page.heading == "ทุกศูนย์"
    assert len(page.tree.xpath("//*[local-name()='svg']//*[local-name()='path']")) == 77
    assert "นครสวรรค์" in page.text


def test_the_ministry_reads_numbers_and_no_list_of_cases(placed, browser):
    ministry = browser("ministry")
    assert ministry.open("/dashboard/behind?figure=placed").status == 403
    for path in ("/dashboard?chapter=all", "/dashboard?chapter=all&centre=60"):
        page = ministry.open(path)
        assert not [link for link in page.links() if "/dashboard/behind" in link]


def test_of_what_kind_a_few_were_is_told_to_the_centre_and_hidden_from_the_ministry(placed, browser):
    own, ministry = (
        browser(user).open("/dashboard?chapter=all&centre=60") for user in ("director-60", "ministry")
    )
    for page in (ministry, browser("ministry").open("/dashboard?chapter=all")):
        numbers = page.tree.xpath(f"{KINDS}//td | {KINDS}//*[local-name()='svg']//*[@font-weight='700']")
        few = {number.text_content().strip() for number in numbers} & {*"1234"}
        # How many returned to their family is a figure by itself, which everybody is told.
        assert few <= {page.tree.xpath("string((//*[@class='app-figures'])[1]/li[4]/strong)").strip()}
        assert "1 ถึง 4 ราย" in page.text
    kinds = [cell.text_content().strip() for cell in own.tree.xpath(f"{KINDS}//td")]
    assert any(text.startswith(tuple("1234")) for text in kinds)
    _, tables = taken(browser("ministry"), "/dashboard/figures.zip?centre=60")
    assert {"ไม่แสดง", "<5"} & {cell for lines in tables.values() for line in lines for cell in line}


def test_how_many_were_placed_outside_is_told_to_the_ministry_as_to_the_centre(placed, browser):
    own, ministry = (
        browser(user).open("/dashboard?chapter=all&centre=60") for user in ("director-60", "ministry")
    )
    figures = [page.tree.xpath("(//*[@class='app-figures'])[1]//strong") for page in (own, ministry)]
    told = [[figure.text_content().split()[0] for figure in row] for row in figures]
    assert told[0] == told[1] and any(character.isdigit() for character in "".join(told[0]))


def test_every_number_of_a_centre_opens_the_list_behind_it(placed, browser):
    director = browser("director-60")
    page = director.open("/dashboard?chapter=all")
    cells = "//td[not(preceding-sibling::td[2])] | //*[@class='app-figures'][1]//strong"
    drawn = "//*[local-name()='text'][@class='app-chart__number'] | //*[local-name()='rect'][*[local-name()='title']]"
    numbers = [each for each in page.tree.xpath(f"{cells} | {drawn}") if _number(each)]
    assert len(numbers) > 20
    # How many programmes there are is no list of its own, and activities have theirs elsewhere.
    outreach = "//*[@id='outreach']/following::td | //*[@id='outreach']/following-sibling::ul[1]//strong"
    places = f"//*[@id='places']/following-sibling::details[1]//td[2] | {outreach}"
    unlinked = [each for each in numbers if not each.xpath("ancestor::a | .//a")]
    assert not {*unlinked} - {*page.tree.xpath(places)}, [each.text_content() for each in unlinked]
    behind = {link for link in page.links() if "/dashboard/behind" in link}
    for figure in ("screened", "accepted", "placed", "outside", "placements"):
        [*links] = [link for link in behind if f"figure={figure}" in link]
        assert links and all(director.open(link).status == 200 for link in links), figure


def _number(element) -> float:
    """What a cell, a figure or a drawn bar says as a number; 0 for words and signs."""
    said = re.findall(r"[0-9][0-9,.]*", element.text_content().rpartition(": ")[2])
    return float(said[0].replace(",", "")) if said else 0.0


def test_a_number_of_the_year_before_leads_to_the_list_of_that_year(placed, browser):
    director = browser("director-60")
    year = dates.budget_year(dates.bangkok_day(datetime.now(UTC))) + 1
    page = director.open(f"/dashboard?from=1/10/{year - 2}&to=30/9/{year - 1}")
    assert page.status == 200
    assert period._buddhist(date(2024, 2, 29)) == "29/2/2567"
    before = [link for link in page.links() if "/dashboard/behind" in link and f"{year - 3}" in link]
    for link in before:
        assert director.open(link).status == 200


def test_the_way_to_a_placement_tells_how_long_each_step_was_waited_for(placed, browser):
    page = browser("director-60").open("/dashboard")
    [table] = page.tree.xpath("//table[caption='จากเปิดเรื่องถึงเข้าพักหรือเข้าทำงาน']")
    rows = {row.xpath("./th")[0].text_content(): row.xpath("./td") for row in table.xpath("./tbody/tr")}
    assert len(rows) == 7
    waited = [cells[2].text_content().strip() for cells in rows.values()]
    assert waited[0] == "–" and waited[-1] == "–" and all(float(each) >= 0 for each in waited[1:6])


def test_places_free_lead_to_the_programmes_and_to_how_old_the_word_is(placed, browser):
    for user in ("director-60", "ministry"):
        person = browser(user)
        page = person.open("/dashboard")
        [link] = page.tree.xpath("//*[@id='places']/following-sibling::ul[1]/li[1]//a")
        listed = person.open(link.get("href"))
        assert listed.status == 200 and "แจ้งเมื่อ" in listed.text and "(วันนี้)" in listed.text
        free = [
            int(side.text_content().split()[1])
            for side in listed.tree.xpath("//*[contains(@class, 'app-list__side')]")
        ]
        assert free and all(free)
    assert "ไม่มีที่ว่าง" in person.open("/dashboard/places?age=stale").text
    assert person.open("/dashboard/places?province=60&path=local_home&age=fresh").status == 200
    for odd in ("province=xx", "path=<b>", "age=-1"):
        assert person.open(f"/dashboard/places?{odd}").status == 422


@pytest.mark.parametrize("user", ["admin", "partner-nobody"])
def test_who_has_no_figures_sees_none(browser, user):
    for path in ("", "/behind", "/behind.csv", "/places.csv", "/figures.zip", "/figures.xlsx"):
        assert browser(user).open(f"/dashboard{path}").status == 403


def test_the_period_stands_in_the_address(browser):
    director = browser("director-60")
    assert "1 ต.ค. 2567 – 31 ธ.ค. 2567" in director.open("/dashboard?year=2568&part=q1").text
    assert "1 ก.พ. 2567 – 29 ก.พ. 2567" in director.open("/dashboard?year=2567&part=m02").text
    assert "5 ม.ค. 2568 – 31 มี.ค. 2568" in director.open("/dashboard?from=5/1/2568&to=31 มี.ค. 2568").text
    assert "ไม่มีข้อมูลในช่วงนี้" in director.open("/dashboard?year=2567").text


def test_days_that_are_none_are_said_at_their_field(browser):
    director = browser("director-60")
    wrong = director.open("/dashboard?from=31/2/2568&to=เมื่อวาน")
    assert wrong.status == 422 and set(wrong.errors) == {"from", "to"}
    assert set(director.open("/dashboard?from=2/1/2568&to=1/1/2568").errors) == {"from"}
    for odd in ("year=abc", "year=9999", "part=q9", "centre=<b>", "figure=x", "cursor=zzz"):
        assert director.open(f"/dashboard?{odd}").status in (200, 422)
    assert director.open("/dashboard/behind?figure=nonsense").status == 422
    assert director.open("/dashboard/behind?figure=placed&cursor=zzz").status in (400, 422)


LISTS = (
    "/dashboard/figures.zip", "/dashboard/behind.csv?figure=placed", "/dashboard/places.csv", "/cases/list.csv",
    "/partners/list.csv", "/work/list.csv", "/users/changes.csv",
    "/cases/{case_id}/matches/list.csv", "/cases/{case_id}/referrals/list.csv",
    "/cases/{case_id}/story.csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def more(door, browser):
    """An activity of these days, and an account that somebody added."""
    door.made("/api/v1/outreach", {**activity(), "date": dates.bangkok_day(datetime.now(UTC)).isoformat()})
    admin = browser("admin")
    admin.send(admin.open("/users/add"), user="of-dashboards", name="ใครคนหนึ่ง", role="worker", centres=["60"])


@pytest.mark.parametrize("path", LISTS)
def test_every_line_of_a_table_has_as_many_cells(placed, more, browser, path):
    name, tables = taken(browser("director-60"), path.format(case_id=placed["case_id"]))
    for table, lines in tables.items():
        assert len(lines) > 1 or "months" in table or "centres" in table, table
        assert {len(line) for line in lines} == {len(lines[0])}, table
    assert "60" not in name.replace(placed["case_number"], "").split("-20")[0]
    assert "nakhon-sawan" in name or "all-centres" in name


def test_a_file_says_in_its_name_whose_it_is_and_of_when(placed, browser):
    director = browser("director-60")
    name, tables = taken(director, "/dashboard/figures.zip?from=1/10/2568&to=30/9/2569")
    assert name == "songtor-figures-nakhon-sawan-2025-10-01-2026-09-30.zip"
    assert {each.removeprefix(name.removesuffix(".zip")) for each in tables} >= {"-about.csv", "-figures.csv"}
    assert taken(director, "/cases/list.csv")[0].startswith("songtor-cases-nakhon-sawan-")
    assert taken(browser("ministry"), "/cases/list.csv")[0].startswith("songtor-cases-all-centres-")
    assert taken(director, "/partners/list.csv?province=61")[0].startswith("songtor-partners-uthai-thani-")


def test_the_figures_are_taken_away_a_table_a_file_and_as_a_workbook(placed, browser):
    director = browser("director-60")
    _, tables = taken(director, "/dashboard/figures.zip")
    [about], [figures] = (
        [lines for name, lines in tables.items() if name.endswith(f"-{kind}.csv")]
        for kind in ("about", "figures")
    )
    assert about[1] == ["ศูนย์", "ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดนครสวรรค์"]
    assert any(line[1] == "นอกสังกัดกระทรวง พม." and int(line[2]) > 0 for line in figures)
    book = director.http.get(f"{director.address}/dashboard/figures.xlsx")
    with zipfile.ZipFile(BytesIO(book.content)) as parts:
        strings = parts.read("xl/sharedStrings.xml").decode()
        assert "ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดนครสวรรค์" in strings and about[2][1] in strings


def test_a_list_is_taken_away_by_who_may_see_it_and_tells_no_more_than_the_page(placed, browser):
    of_staff = taken(browser("director-60"), "/cases/list.csv")[1].popitem()[1]
    of_ministry = taken(browser("ministry"), "/cases/list.csv")[1].popitem()[1]
    assert placed["case_number"] in {line[0] for line in of_staff} & {line[0] for line in of_ministry}
    assert of_staff[0][-1] == "ผู้รับบริการ" and of_ministry[0][-1] != "ผู้รับบริการ"
    other = taken(browser("director-61"), "/cases/list.csv")[1].popitem()[1]
    assert placed["case_number"] not in {line[0] for line in other}
    ministry = browser("ministry")
    assert ministry.http.get(f"{ministry.address}/dashboard/behind.csv?figure=placed").status_code == 403


def test_the_places_of_a_case_are_taken_away_in_their_order_with_the_reasons(placed, browser):
    lines = taken(browser("director-60"), f"/cases/{placed['case_id']}/matches/list.csv")[1].popitem()[1]
    ranks = [int(line[0]) for line in lines[1:] if line[0]]
    assert ranks == list(range(1, len(ranks) + 1)) and ranks
    assert all(line[0] or line[11] for line in lines[1:]), "what does not fit says why"
    of_kind = taken(browser("director-60"), f"/cases/{placed['case_id']}/matches/list.csv?verdict=ineligible")
    assert not any(line[0] for line in of_kind[1].popitem()[1][1:])


def test_the_referrals_of_a_case_are_taken_away_with_their_partners(placed, browser):
    name, tables = taken(browser("director-60"), f"/cases/{placed['case_id']}/referrals/list.csv")
    assert name.startswith(f"songtor-referrals-{placed['case_number']}-nakhon-sawan-")
    [_, row] = tables.popitem()[1]
    assert row[0] == placed["case_number"] and row[2] and row[-1]


def test_what_does_not_go_together_is_taken_away(browser):
    name, tables = taken(browser("admin"), "/contradictions.csv")
    assert name.startswith("songtor-contradictions-all-centres-") and len(tables.popitem()[1][0]) == 3


def test_small_counts_are_as_hidden_in_the_file_as_on_the_page(placed, browser):
    _, tables = taken(browser("ministry"), "/dashboard/figures.zip?centre=60")
    [figures] = [lines for name, lines in tables.items() if name.endswith("-figures.csv")]
    of_groups = [line[2] for line in figures if line[0] == "ผู้รับการคัดกรองตามกลุ่มเป้าหมาย"]
    assert of_groups and not {"1", "2", "3", "4"} & set(of_groups)


def test_the_list_behind_a_figure_names_the_partner(placed, browser):
    director = browser("director-60")
    lines = taken(director, "/dashboard/behind.csv?figure=placed")[1].popitem()[1]
    [row] = [line for line in lines if line[1] == placed["case_number"]]
    assert row[-1] and row[-1] in director.open("/dashboard/behind?figure=placed").text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(text):
    assert files.safe(text) == f"'{text}" and files.safe(-1) == -1


def test_the_map_has_every_province_and_shades_by_count():
    country = maps.country()
    shapes = country.shapes
    assert len(shapes) == 77 and all(path.startswith("M") and path.endswith("Z") for path in shapes.values())
    assert country.height > maps.MAP_WIDTH
    shades, legend = maps.shaded({"60": 8, "61": 1, "62": 0})
    assert (shades["60"], shades["61"], shades["62"]) == (4, 1, 0)
    assert legend[-1]["high"] == 8
    assert maps.shaded({}) == ({}, [{"shade": 0, "low": 0, "high": 0}])


def test_the_middle_of_a_province_lies_in_its_box_and_a_view_shows_whole_provinces():
    country = maps.country()
    for code, (x, y) in country.middles.items():
        box = country.boxes[code]
        assert box.left < x < box.right and box.top < y < box.bottom, code
    seen = maps.view([country.boxes["60"], country.boxes["61"]], 5)
    assert seen.bottom - seen.top >= seen.right - seen.left
    assert maps.meet(seen, country.boxes["60"]) and not maps.meet(seen, country.boxes["90"])


def test_marks_are_moved_apart_and_no_farther():
    mark, high = maps.Box(-5, -5, 5, 5), maps.Box(-5, -25, 5, 5)
    moved = maps.apart({"a": (0, 0), "b": (0, 0), "c": (100, 0)}, {"a": mark, "b": mark, "c": mark})
    assert moved["c"] == (100, 0) and abs(moved["a"][0] - moved["b"][0]) == 10
    moved = maps.apart({"a": (0, 0), "b": (0, -28)}, {"a": high, "b": mark})
    assert moved == {"a": (0, 1), "b": (0, -29)}


def test_the_marks_of_the_whole_country_do_not_cover_each_other():
    country = maps.country()
    mark = maps.Box(-12, -12, 12, 12)
    at = maps.apart(country.middles, dict.fromkeys(country.middles, mark))
    boxes = [maps.moved(mark, point) for point in at.values()]
    most = max(
        min(one.right - other.left, other.right - one.left, one.bottom - other.top, other.bottom - one.top)
        for one, other in combinations(boxes, 2)
    )
    assert most < 1


def test_a_name_is_written_where_it_covers_nothing():
    below, above = maps.Box(0, 10, 20, 20), maps.Box(0, -20, 20, -10)
    assert maps.free([below, above], [maps.Box(5, 15, 9, 30)]) == above
    assert maps.free([below, above], [below, above]) is None


def test_an_axis_ends_at_a_round_number():
    assert [charts.top_of(most) for most in (0, 1, 3, 5, 11, 41, 250)] == [2, 2, 4, 10, 20, 100, 400]


def test_how_long_people_wait_is_shown_by_group_and_taken_away(door, browser):
    person = browser("director-60")
    shown = person.open("/dashboard/waits")
    assert shown.status == 200 and "ทุกคน" in shown.text and "ช่วงอายุ" in shown.text
    assert 'href="/dashboard/waits"' in person.open("/dashboard").raw
    place = person.open("/dashboard/waits?wait=place")
    assert "การเข้าพักหรือเข้าทำงานครั้งแรก" in place.text
    assert person.open("/dashboard/waits?wait=else").status == 422
    assert {*person.open("/dashboard/waits?from=31/2/2569").errors} == {"from"}
    lines = person.open("/dashboard/waits.csv").text
    assert "รอมติคณะทำงาน" in lines and "รอที่ว่าง" in lines and "60-25" not in lines
    ministry = browser("ministry").open("/dashboard/waits")
    assert ministry.status == 200 and "หนึ่งถึงสี่คน" in ministry.text and "/cases/" not in ministry.raw


def test_ones_own_cases_are_looked_back_on_by_oneself_alone(placed, browser):
    worker = browser("worker-60")
    assert "/dashboard/own-cases" in worker.open("/").raw
    shown = worker.open("/dashboard/own-cases")
    assert shown.status == 200 and "คุณคัดกรอง" in shown.text
    while placed["case_number"] not in shown.text:  # of the cases of one day any may come first
        [following] = shown.tree.xpath('//a[@rel="next"]/@href')
        shown = worker.open(following)
    assert placed["case_number"] not in browser("director-60").open("/dashboard/own-cases").text
    for stranger in ("ministry", "admin"):
        assert browser(stranger).open("/dashboard/own-cases").status == 403
    assert {*worker.open("/dashboard/own-cases?from=31/2/2569").errors} == {"from"}
    assert worker.open("/dashboard/own-cases?page=99").status == 422
    assert placed["case_number"] in worker.open("/dashboard/own-cases.csv").text
