"""My work and the list of cases. Long because every part of the list stands here, with what is done from it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from services.codes.work import AT_ONCE, FLAGS, NEXT_STEPS, PRESSING, WORK_PARTS
from services.kernel.envelope import Envelope, instant
from services.kernel.tables import access_record
from services.referral.domain.commands import ExpireReferral, RaiseFollowUp
from services.referral.domain.life_cycle import REFERRAL
from services.thai.calendar import is_working_day
from services.thai.dates import bangkok_day
from services.web.pages.parts import near
from services.web.pages.work import work
from tests.web.door import opening
from tests.web.taken import taken


def section(page, name):
    [found] = page.tree.xpath(f'//section[@aria-labelledby="{name}"]') or [None]
    return " ".join(found.text_content().split()) if found is not None else ""


def number(door, case_id, user="worker-61"):
    return door.get(f"/api/v1/cases/{case_id}", user).json()["case_number"]


def listed(door, user):
    return door.get("/api/v1/work?limit=500", user).json()


def test_my_work_shows_each_open_case_once_with_what_the_door_says_is_next(door, browser):
    door.add("worker-80", "worker", ("80",))
    worker = browser("worker-80")
    opened, screened, sent = door.case("80"), door.case("80"), door.referred("80")
    door.made(f"/api/v1/cases/{screened}/screening", {"facts": {"housing": "street"}}, "worker-80")
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda r: r["place"] == "reserved", "worker-80")
    door.made(f"/api/v1/referrals/{sent['referral_id']}/acknowledge", {}, "worker-80")
    told = listed(door, "worker-80")
    steps = {item["case_id"]: item["next"] for item in told["items"]}
    assert steps == {opened: "screen", screened: "ask_facts", sent["case_id"]: "await_answer"}
    page = worker.open("/work")
    for part, count in told["counts"].items():
        said = section(page, part)
        assert bool(said) == bool(count) and all(
            number(door, item["case_id"], "worker-80") in said and NEXT_STEPS.word(item["next"], "th") in said
            for item in told["items"]
            if item["part"] == part
        )
    door.made(f"/api/v1/cases/{opened}/close", {"reason": "advice_given"}, "worker-80")
    assert number(door, opened, "worker-80") not in worker.open("/work").text


# Monday 7 December 2026 is the holiday for the 5th, Thursday the 10th is one by itself.
@pytest.mark.parametrize(
    ("today", "due", "closed", "said"),
    [
        ("2026-12-11", "2026-12-13", {}, "เหลือวันนี้วันเดียว"),
        ("2026-12-11", "2026-12-14", {}, "เหลืออีก 1 วันทำการหลังวันนี้"),
        ("2026-12-11", "2026-12-15", {}, ""),
        ("2026-12-06", "2026-12-08", {}, "เหลืออีก 1 วันทำการหลังวันนี้ · พรุ่งนี้ปิดทำการ: วันหยุดชดเชยวันพ่อแห่งชาติ"),
        ("2026-12-08", "2026-12-11", {"2026-12-09": "ซ้อมหนีไฟ"}, "เหลืออีก 1 วันทำการหลังวันนี้ · พรุ่งนี้ปิดทำการ: ซ้อมหนีไฟ"),
        ("2026-12-08", "2026-12-08", {"2026-12-09": "ทำความสะอาดใหญ่"}, ""),
        ("2026-12-09", "2026-12-08", {}, ""),
        ("2026-12-09", "2027-01-20", {}, ""),
    ],
)  # fmt: skip
def test_beside_a_due_day_stands_how_few_working_days_are_left_and_that_the_centre_is_closed_tomorrow(
    today, due, closed, said
):
    days = {date.fromisoformat(day): why for day, why in closed.items()}
    assert near.hint(date.fromisoformat(due), date.fromisoformat(today), days) == said


def test_a_closure_of_the_centre_stands_beside_what_is_due_soon(door, browser):
    door.add("worker-49", "worker", ("49",))
    door.add("director-49", "director", ("49",))
    door.case("49")
    [item] = listed(door, "worker-49")["items"]
    due, today = date.fromisoformat(item["due"]), bangkok_day(door.runtime("web").now())
    between = [today + timedelta(days=n) for n in range(1, (due - today).days + 1)]
    closed = {day: "ซ้อมหนีไฟ" for day in between if is_working_day(day)}
    for day in closed:
        door.made(
            "/api/v1/closures",
            {"centre": "49", "day": day.isoformat(), "name": "ซ้อมหนีไฟ"},
            "director-49",
        )
    for path in ("/work", f"/work/{item['part']}", "/work/paper"):
        assert near.hint(due, today, closed) in browser("worker-49").open(path).text


def test_the_menu_counts_what_presses_and_every_open_case(door, browser):
    door.add("worker-92", "worker", ("92",))
    worker = browser("worker-92")
    door.made("/api/v1/cases", {**opening("92"), "danger": "trafficking"}, "worker-92")
    door.case("92")
    counts = listed(door, "worker-92")["counts"]
    page = worker.open("/work")
    assert menu_count(page) == sum(counts[part] for part in PRESSING) == 1
    assert menu_count(page, "/cases") == sum(counts.values()) == 2
    assert "สงสัย" in section(page, "red") or "ค้ามนุษย์" in section(page, "red")


@pytest.mark.parametrize("danger", AT_ONCE)
def test_an_emergency_at_the_gate_is_the_most_urgent_work_at_once(door, browser, danger):
    centre = {"urgent_health": "94", "police": "95"}[danger]
    user = f"worker-{centre}"
    door.add(user, "worker", (centre,))
    case_id = door.made("/api/v1/cases", {**opening(centre), "danger": danger}, user)["case_id"]
    [item] = listed(door, user)["items"]
    assert (item["part"], item["flags"]) == ("red", [danger]) and danger in item["because"]
    said = section(browser(user).open("/work"), "red")
    assert number(door, case_id, user) in said and FLAGS.word(danger, "th") in said


def test_a_case_s_page_says_the_same_next_step_at_once_after_a_step_elsewhere(door, browser):
    door.add("worker-76", "worker", ("76",))
    worker, sent = browser("worker-76"), door.referred("76")
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda r: r["place"] == "reserved", "worker-76")
    for step, said in (
        ("accept", "arrange_travel"),
        ("admit", "confirm_placement"),
        ("confirm", "follow_up"),
    ):
        door.made(f"/api/v1/referrals/{sent['referral_id']}/{step}", {}, "worker-76")
        page = worker.open(f"/cases/{sent['case_id']}")
        assert NEXT_STEPS.word(said, "th") in section(page, "next")
        [item] = listed(door, "worker-76")["items"]
        assert item["next"] == said


def test_a_call_without_an_answer_is_noted_with_one_press_and_shown_with_who_and_when(door, browser):
    door.add("worker-77", "worker", ("77",))
    worker, case_id = browser("worker-77"), door.case("77")
    page = worker.send(worker.open("/work"), f"/work/cases/{case_id}/called")
    assert page.path == f"cases/{case_id}" and "โทรแล้ว 1 ครั้ง" in section(page, "next")
    assert "worker-77" in section(page, "next")
    page = worker.send(page, f"/work/cases/{case_id}/called")
    assert "โทรแล้ว 2 ครั้ง" in section(page, "next")
    [item] = [each for each in listed(door, "worker-77")["items"] if each["case_id"] == case_id]
    assert [call["by"] for call in item["called"]] == ["worker-77"] * 2


def test_the_day_s_list_is_printed_with_telephone_numbers(door, browser):
    door.add("worker-72", "worker", ("72",))
    sent = door.referred("72")
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda r: r["place"] == "reserved", "worker-72")
    page = browser("worker-72").open("/work/paper")
    assert number(door, sent["case_id"], "worker-72") in page.text and "1669" in page.text
    assert page.tree.xpath('//main//a[@href="tel:1669"]')


def test_the_working_group_has_a_list_of_what_waits_for_it(door, browser):
    door.add("worker-74", "worker", ("74",))
    door.add("member-74", "member", ("74",))
    sent, other = door.referred("74"), door.case("74")
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda r: r["place"] == "reserved", "worker-74")
    for step in ("accept", "fail"):
        door.made(f"/api/v1/referrals/{sent['referral_id']}/{step}", {}, "worker-74")
    assert {item["next"] for item in listed(door, "worker-74")["items"]} == {"screen", "decide_again"}
    page = browser("member-74").open("/working-group")
    assert page.status == 200 and number(door, other, "worker-74") not in page.text
    assert number(door, sent["case_id"], "worker-74") in page.text and menu_count(page, "/working-group") == 1
    wall = browser("member-74").open("/working-group/projected")
    assert wall.status == 200 and number(door, sent["case_id"], "worker-74") in wall.text
    assert "ข้อเท็จจริง" in wall.text and "ทางเลือก" in wall.text and "รายที่ 1 จาก 1" in wall.text
    assert browser("member-74").open("/work").status == 403


def test_after_a_no_the_places_say_whether_the_group_must_decide_again(door, browser):
    door.add("worker-55", "worker", ("55",))
    worker, sent = browser("worker-55"), door.referred("55")
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda r: r["place"] == "reserved", "worker-55")
    declined = {"reason": "no_place", "whose": "partner"}
    door.made(f"/api/v1/referrals/{sent['referral_id']}/decline", declined, "worker-55")
    [item] = [each for each in listed(door, "worker-55")["items"] if each["case_id"] == sent["case_id"]]
    page = worker.open(f"/cases/{sent['case_id']}/matches")
    said = {"send_elsewhere": "โดยไม่ต้องประชุมใหม่", "decide_again": "คณะทำงานต้องพิจารณาอีกครั้ง"}
    assert said.pop(item["next"]) in page.text and not any(other in page.text for other in said.values())


def test_the_director_sees_what_does_not_go_together(door, browser):
    page = browser("director-60").open("/contradictions")
    assert page.status == 200 and page.heading.startswith("ข้อมูลที่ขัดแย้งกัน")
    assert browser("worker-60").open("/contradictions").status == 403


def test_closing_lists_what_ends_and_asks_the_outcome_of_a_placement(door, browser):
    door.add("worker-56", "worker", ("56",))
    worker, sent = browser("worker-56"), door.referred("56")
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda r: r["place"] == "reserved", "worker-56")
    page = worker.open(f"/cases/{sent['case_id']}/close")
    assert section(page, "ends") and not page.tree.xpath('//input[@name="outcome"]')
    for step in ("accept", "admit", "confirm"):
        door.made(f"/api/v1/referrals/{sent['referral_id']}/{step}", {}, "worker-56")
    page = worker.open(f"/cases/{sent['case_id']}/close")
    assert "เข้าพักหรือทำงานอยู่" in section(page, "ends") and page.tree.xpath('//input[@name="outcome"]')
    told = {"reason": "moved", "outcome": "returned"}
    closed = door.made(f"/api/v1/cases/{sent['case_id']}/close", told, "worker-56")
    assert [each["placed"] for each in closed["ends"]] == [True]
    ended = door.wait(
        f"/api/v1/referrals/{sent['referral_id']}", lambda row: row["status"] == "ended", "worker-56"
    )
    assert ended["history"][-1]["outcome"] == "returned"


def test_what_others_did_since_the_last_look_is_told_once(door, browser):
    door.add("worker-75", "worker", ("75",))
    door.add("colleague-75", "worker", ("75",))
    worker, case_id = browser("worker-75"), door.case("75")
    door.wait(f"/api/v1/cases/{case_id}/timeline", lambda told: len(told["items"]) > 1, "worker-75")
    assert section(worker.open(f"/cases/{case_id}"), "news") == ""
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}}, "colleague-75")
    door.wait(
        f"/api/v1/cases/{case_id}/timeline",
        lambda told: any(event["type"] == "ScreeningCompleted" for event in told["items"]),
        "colleague-75",
    )
    page = worker.open(f"/cases/{case_id}")
    assert "คัดกรอง" in section(page, "news") and "colleague-75" in section(page, "news")
    assert section(worker.open(f"/cases/{case_id}"), "news") == ""


def test_a_centre_sees_its_own_work_only(door, browser):
    other = door.case("60")
    assert number(door, other, "worker-60") not in browser("worker-61").open("/work").text


def test_with_nothing_to_do_the_page_says_so(door, browser):
    door.add("worker-63", "worker", ("63",))
    page = browser("worker-63").open("/work")
    assert "วันนี้ไม่มีงานค้าง" in page.text and not page.tree.xpath('//*[@id="navigation"]//*[@class="app-count"]')


def test_cases_are_found_by_number_and_status_and_come_in_pages(door, browser):
    door.add("worker-64", "worker", ("64",))
    worker = browser("worker-64")
    assert "ยังไม่มีเรื่อง" in worker.open("/cases").text
    numbers = [number(door, made_for(door), "worker-64") for _ in range(26)]
    first = worker.open("/cases")
    assert (
        len(first.tree.xpath("//main//ul/li")) == 25
        and numbers[-1] in first.text
        and numbers[0] not in first.text
    )
    [following] = first.tree.xpath("//main//a[@rel='next']/@href")
    second = worker.open(following)
    assert len(second.tree.xpath("//main//ul/li")) == 1 and numbers[0] in second.text
    found = worker.open(f"/cases?q={numbers[3]}&status=open")
    assert len(found.tree.xpath("//main//ul/li")) == 1
    assert found.tree.xpath('//*[@id="q"]/@value') == [numbers[3]]
    none = worker.open(f"/cases?q={numbers[3]}&status=closed")
    assert "ไม่พบเรื่องที่ตรงกับที่ค้นหา" in none.text


def made_for(door):
    return door.made("/api/v1/cases", opening("64"), "worker-64")["case_id"]


def test_the_ministry_sees_cases_by_number_and_opens_their_outline_alone(door, browser):
    case_id = door.case("60")
    page = browser("ministry").open("/cases")
    assert page.status == 200 and "60-25" in page.text
    outline = browser("ministry").open(f"/cases/{case_id}")
    assert outline.status == 200
    for text in (page.raw, outline.raw):
        assert not any(words in text for words in ("มาลี", "หญิง"))
    for part in ("/screening", "/matches", "/plan", "/referrals"):
        assert browser("ministry").open(f"/cases/{case_id}{part}").status == 403


def menu_count(page, entry="/work"):
    found = page.tree.xpath(f'//*[@id="navigation"]//a[@href="{entry}"]//*[@class="app-count"]')
    return int(found[0].text) if found else 0


def test_a_long_part_shows_its_first_and_opens_the_rest(door, browser):
    door.add("worker-93", "worker", ("93",))
    for _ in range(7):
        door.case("93")
    worker = browser("worker-93")
    page = worker.open("/work")
    assert section(page, "coming").startswith(f"{WORK_PARTS.word('coming', 'th')} 7")
    assert "ดูอีก 2 รายการ" in section(page, "coming")
    assert len(page.tree.xpath('//section[@aria-labelledby="coming"]/ul/li')) == 5
    [rest] = [link for link in page.links() if link.endswith("/work/coming")]
    assert len(worker.open(rest).tree.xpath("//main//ul/li")) == 7


def test_the_rest_of_a_part_comes_in_pages_in_the_order_of_the_door(door, browser):
    door.add("worker-73", "worker", ("73",))
    opened = [number(door, door.case("73"), "worker-73") for _ in range(work.SHOWN + 2)]
    worker = browser("worker-73")
    page = worker.open("/work/coming")
    assert page.heading == f"{WORK_PARTS.word('coming', 'th')} {len(opened)}"
    [following] = [link for link in page.links() if "cursor=" in link]
    pages = [page, worker.open(following)]
    rows = [row.text_content() for each in pages for row in each.tree.xpath("//main//ul/li")]
    assert [next(each for each in opened if each in row) for row in rows] == opened
    [back] = [link for link in pages[1].links() if link.endswith("/work/coming")]
    assert len(worker.open(back).tree.xpath("//main//ul/li")) == work.SHOWN
    assert worker.open("/work/coming?cursor=x").status == 422 and worker.open("/work/nothing").status == 404


def test_what_waits_for_a_partner_says_for_which(door, browser):
    door.add("worker-71", "worker", ("71",))
    sent = door.referred("71")
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda r: r["place"] == "reserved", "worker-71")
    worker = browser("worker-71")
    programmes = door.get("/api/v1/partners?limit=500", "worker-71").json()["items"]
    [partner] = [
        p["name"]
        for p in programmes
        for each in p["programmes"]
        if each["programme_id"] == sent["programme_id"]
    ]
    [item] = listed(door, "worker-71")["items"]
    assert partner in section(worker.open("/work"), item["part"])
    assert partner in worker.open(f"/work/{item['part']}").text


def test_who_is_called_by_the_case_number_is_shown_with_it_once(door, browser):
    door.add("worker-70", "worker", ("70",))
    unknown = {"identity_status": "unknown", "name": None, "national_id": None}
    case_id = door.case("70", **unknown)
    shown = section(browser("worker-70").open("/work"), "coming")
    assert shown.count(number(door, case_id, "worker-70")) == 1 + 2  # and in what two presses say aloud


def test_a_case_of_somebody_unknown_says_its_number_once_in_its_heading(door, browser):
    door.add("worker-57", "worker", ("57",))
    case_id = door.case("57", identity_status="unknown", name=None, national_id=None)
    page = browser("worker-57").open(f"/cases/{case_id}")
    [caption] = page.tree.xpath('//main//span[@class="govuk-caption-l"]')
    heading = caption.text_content() + page.tree.xpath("//main//h1")[0].text_content()
    assert heading.count(number(door, case_id, "worker-57")) == 1
    assert browser("worker-57").open("/work/paper").text.count(number(door, case_id, "worker-57")) == 1


def test_what_nobody_told_the_partner_in_time_goes_to_a_director_by_name_and_is_seen_before(door, browser):
    door.add("worker-81", "worker", ("81",))
    door.add("director-81", "director", ("81",))
    door.add("deputy-81", "director", ("81",))
    sent = door.referred("81")
    path = f"/api/v1/referrals/{sent['referral_id']}"
    door.wait(path, lambda row: row["place"] == "reserved", "worker-81")
    worker = browser("worker-81")
    [item] = listed(door, "worker-81")["items"]
    assert item["lapses"] and item["escalated_to"] is None
    warned = "ระบบจะคืนที่ว่างและส่งเรื่องถึงผู้อำนวยการ"
    for page in ("/work", "/work/paper", f"/cases/{sent['case_id']}"):
        assert warned in worker.open(page).text
    referral = door.runtime("referral")
    late = ExpireReferral(referral.now() + timedelta(days=30))
    now = instant(referral.now())
    around = Envelope(str(uuid4()), "", "system", "81", now, now, "", "")
    referral.execute(around, lambda unit: len(unit.handle(REFERRAL, sent["referral_id"], late)))
    door.wait("/api/v1/work", lambda work: "escalated" in work["items"][0]["flags"], "worker-81")
    [item] = listed(door, "worker-81")["items"]
    assert (item["escalated_to"], item["next"], item["part"]) == (
        "director-81",
        "send_elsewhere",
        "escalated",
    )
    assert door.get(path, "worker-81").json()["place"] == "released"
    for user in ("worker-81", "director-81"):
        page = browser(user).open("/work")
        assert "director-81" in section(page, "escalated") and warned not in page.text


# -- as files ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def waiting(door):
    """A case of centre 85 that waits for the working group."""
    for role in ("worker", "director", "member"):
        door.add(f"{role}-85", role, ("85",))
    sent = door.referred("85")
    path = f"/api/v1/referrals/{sent['referral_id']}"
    door.wait(path, lambda referral: referral["place"] == "reserved", "worker-85")
    for step in ("accept", "fail"):
        door.made(f"{path}/{step}", {}, "worker-85")
    assert [each["next"] for each in listed(door, "worker-85")["items"]] == ["decide_again"]
    return door.get(f"/api/v1/cases/{sent['case_id']}", "worker-85").json()


def test_my_work_is_taken_away_as_the_page_has_it(waiting, browser):
    director, number = browser("director-85"), waiting["case_number"]
    for path in ("/work/list.csv", "/working-group/list.csv", "/work/list.csv?part=group"):
        [row] = [line for line in taken(director, path)[1].popitem()[1] if line[1] == number]
        assert waiting["person"]["name"]["display"] in row and "ระนอง" in row, path
    assert number not in {line[1] for line in taken(browser("worker-61"), "/work/list.csv")[1].popitem()[1]}
    assert number not in {line[1] for line in taken(director, "/work/list.csv?part=coming")[1].popitem()[1]}
    name, tables = taken(director, "/work/list.csv?mine=1")
    assert name.startswith("songtor-my-work-ranong-") and number not in {
        line[1] for line in tables.popitem()[1]
    }
    assert taken(director, "/work/list.csv?part=due_today")[0].startswith("songtor-work-due-today-ranong-")


def test_a_member_takes_the_groups_list_away_without_a_name(waiting, browser):
    [row] = [
        line
        for line in taken(browser("member-85"), "/working-group/list.csv")[1].popitem()[1]
        if line[1] == waiting["case_number"]
    ]
    assert waiting["person"]["name"]["display"] not in "".join(row) and row[2].startswith("หญิง")


def test_a_list_with_names_that_is_taken_away_is_a_read_of_each(waiting, door, browser):
    def reads():
        counted = select(func.count()).select_from(access_record)
        theirs = counted.where(access_record.c.person_id == waiting["person"]["person_id"])
        return door.runtime("intake").read(lambda db: db.execute(theirs).scalar_one())

    director = browser("director-85")
    before = reads()
    taken(director, "/work/list.csv")
    assert reads() == before + 1


@pytest.fixture
def due(door):
    """A placement of a new centre (its number) whose first follow-up is due; the address of its referral."""

    def make(centre):
        door.add(f"worker-{centre}", "worker", (centre,))
        sent = door.referred(centre)
        path, user = f"/api/v1/referrals/{sent['referral_id']}", f"worker-{centre}"
        door.wait(path, lambda row: row["place"] == "reserved", user)
        for step in ("accept", "admit", "confirm"):
            door.made(f"{path}/{step}", {}, user)
        referral = door.runtime("referral")
        now = instant(referral.now())
        around = Envelope(str(uuid4()), "", "system", centre, now, now, "", "")
        referral.execute(
            around, lambda unit: len(unit.handle(REFERRAL, sent["referral_id"], RaiseFollowUp(7)))
        )
        door.wait("/api/v1/work", lambda work: work["items"][0]["standing"] == "follow_up_due", user)
        return sent

    return make


def test_follow_ups_are_made_one_after_the_other_by_telephone_from_their_list(door, browser, due):
    sent = due("83")
    worker, called = browser("worker-83"), number(door, sent["case_id"], "worker-83")
    page = worker.open("/work/follow-ups")
    assert called in page.text and "รายที่ถึงกำหนดติดตามผล" in page.text
    assert called in worker.open("/work/follow-ups.csv").text
    [href] = {link for link in page.links() if link.endswith("/follow-up?listed=1")}
    form = worker.open(href)
    refused = worker.send(form)
    assert refused.status == 422 and [*refused.errors] == ["found"]
    page = worker.send(form, found="not_reached")
    assert page.path == "work/follow-ups" and "ยังต้องติดตามผลครั้งนี้ต่อ" in page.text
    assert called in page.text and "โทรแล้ว 1 ครั้ง" in page.text
    form = worker.open(href)
    assert "ติดต่อไม่ได้ 1 ครั้ง" in form.text
    page = worker.send(
        form,
        found="in_place",
        health="better",
        wellbeing="นอนหลับสบาย",
        work__kind="own",
        work__income_baht_month="๓,๐๐๐",
    )
    assert page.path == "work/follow-ups" and called not in page.text and "ครั้งต่อไปตั้งแต่" in page.text
    page = worker.open(f"/referrals/{sent['referral_id']}")
    for said in ("นอนหลับสบาย", "สุขภาพ: ดีขึ้น", "3,000", "ติดตามตามกำหนด", "พยายามติดตามผลแล้ว"):
        assert said in page.text, said


WAYS = [("40", "left", "find_person"), ("41", "moved", "end_placement"), ("42", "died", "end_placement")]


@pytest.mark.parametrize(("centre", "found", "next"), WAYS)
def test_whoever_is_not_in_place_is_looked_for_or_moved_or_the_placement_ends(
    door, browser, due, centre, found, next
):
    sent = due(centre)
    worker, path = browser(f"worker-{centre}"), f"/referrals/{sent['referral_id']}"
    page = worker.send(worker.open(f"{path}/follow-up?listed=1"), found=found)
    assert page.path == path[1:]  # not back to the list: what follows is here
    [item] = listed(door, f"worker-{centre}")["items"]
    assert item["next"] == next
    ways = section(page, "next")
    assert ("ตามหาผู้รับบริการ:" in ways) == ("ย้ายไปที่ใหม่" in ways) == (found != "died")
    [end] = {link for link in page.links() if "/end?outcome=" in link}
    form = worker.open(end)
    assert form.tree.xpath('//input[@name="outcome"][@checked]/@value') == [found]
    worker.send(form)
    assert door.get(f"/api/v1{path}", f"worker-{centre}").json()["status"] == "ended"
    page = worker.open(path)
    assert "การส่งต่อสิ้นสุดก่อน" in page.text and "/end?outcome=" not in page.text
