"""A meeting of the working group on its pages: called, cases put before it, voted on by telephone, decided."""

from datetime import date, datetime, time

import pytest

from services.thai import calendar, dates
from tests.web.door import FrontDoor, plan, referral, settled


@pytest.fixture
def centre(door: FrontDoor):
    """Of these tests alone: a worker, a member and a director by name."""
    for user, role in (("worker-37", "worker"), ("member-37", "member"), ("director-37", "director")):
        door.add(user, role, ("37",))
    return "37"


def waiting(door: FrontDoor, centre: str = "37") -> str:
    case_id = door.case(centre)
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": settled()}, f"worker-{centre}")
    return case_id


def called(door: FrontDoor, centre: str = "37") -> str:
    members = [
        {"user": f"member-{centre}", "name": "นางสมาชิก", "role": "chair"},
        {"user": f"worker-{centre}", "name": "นายเลขา", "role": "secretary"},
        {"name": "แพทย์", "role": "specialist"},
    ]
    body = {"centre": centre, "at": "2026-11-09T02:30:00Z", "place": "ห้องประชุม", "members": members}
    return str(door.made("/api/v1/meetings", body, f"worker-{centre}")["meeting_id"])


def test_a_meeting_is_called_on_its_page(door, browser, centre):
    worker = browser("worker-37")
    form = worker.open("/meetings/new")
    members = {
        "members__0__name": "นายกฤษณ์",
        "members__0__role": "chair",
        "members__2__name": "นางแก้ว",
        "members__2__role": "member",
    }
    wrong = worker.send(form, on="31/2/2569", time="25:99", place="ห้อง 1", **members)
    assert wrong.status == 422 and "09:30" in wrong.text
    shown = worker.send(form, on="9/11/2569", time="9.30", place="ห้อง 1", **members)
    assert "ห้อง 1" in shown.text and "นายกฤษณ์" in shown.text and "นางแก้ว" in shown.text
    listed = worker.open("/meetings")
    assert "9 พ.ย. 2569" in listed.text or "9 พฤศจิกายน 2569" in listed.text
    assert "ห้อง 1" not in worker.open("/meetings/list.csv").text  # a file says when, not where or who
    again = worker.open("/meetings/new").form().fields
    assert [again[f"members.{row}.name"] for row in range(3)] == ["นายกฤษณ์", "นางแก้ว", None]
    assert again["members.1.role"] == "member" and "members.3.name" not in again


def test_a_meeting_is_proposed_for_the_next_morning_that_offices_work(door, browser, centre):
    fields = browser("worker-37").open("/meetings/new").form().fields
    on, now = dates.read_date(fields["on"], date.today()).date.legal_day, datetime.now(dates.BANGKOK)
    assert datetime.combine(on, time.fromisoformat(fields["time"]), dates.BANGKOK) > now
    assert calendar.is_working_day(on)


def test_the_form_of_a_meeting_grows_without_a_script_and_keeps_what_was_typed(door, browser):
    door.add("worker-38", "worker", ("38",))
    worker = browser("worker-38")
    form = worker.open("/meetings/new")
    assert [name for name in form.form().fields if name.endswith(".name")] == [
        f"members.{row}.name" for row in range(3)
    ]
    more = worker.send(form, on="9/12/2569", members__2__name="นางแก้ว", more="yes")
    assert more.status == 200 and not more.errors
    grown = more.form().fields
    assert grown["members.2.name"] == "นางแก้ว" and "members.5.name" in grown
    wrong = worker.send(more, on="9/12/2569", members__5__name="นายดี", members__5__role="member")
    assert [*wrong.errors] == ["members.2.role"]  # an error stands in the row in which it was typed


def test_the_button_of_ones_own_vote_says_what_it_does(door, browser, centre):
    case_id, meeting_id = waiting(door), called(door)
    page = f"/meetings/{meeting_id}"
    door.made(f"/api/v1{page}/add", {"case_id": case_id}, "worker-37")
    door.made(f"/api/v1{page}/propose", {"case_id": case_id, "path": "local_home"}, "worker-37")
    member = browser("member-37")
    assert member.open(page).tree.xpath("//a[contains(@href, '/cases/') and strong]/strong[text()='ลงมติ']")
    [button] = member.open(f"{page}/cases/{case_id}").tree.xpath("//main//button/text()")
    assert button.strip() == "ลงมติ"


def test_cases_that_wait_are_put_before_it_voted_on_and_decided(door, browser, centre):
    case_id, meeting_id = waiting(door), called(door)
    worker, member = browser("worker-37"), browser("member-37")
    page = f"/meetings/{meeting_id}"
    waits = "/api/v1/work?centre=37"
    door.wait(
        waits,
        lambda work: (case_id, "decide") in [(row["case_id"], row["next"]) for row in work["items"]],
        "worker-37",
    )
    shown = worker.send(worker.open(page), f"{page}/add", case_ids=case_id)
    decide, vote = f"{page}/cases/{case_id}/decide", f"{page}/cases/{case_id}"
    assert decide in shown.raw
    nothing = worker.open(vote).text
    assert "ลงมติ" in nothing and 'name="vote"' not in worker.open(vote).raw
    worker.send(worker.open(decide), path="local_home", propose="yes")
    ballot = member.open(vote)
    assert 'name="vote"' in ballot.raw and "local_home" not in ballot.text  # a path is said in words
    member.send(ballot, vote="dissent", reason="ไกลบ้าน")
    form = worker.open(decide)
    assert "ไกลบ้าน" in form.text  # what is to be read out before the decision
    lacking = worker.send(form, path="local_home", why="ใกล้บ้าน", vote__2="agree")
    assert lacking.status == 409
    goal = {
        "goals__0__text": "มีที่อยู่",
        "goals__0__area": "housing",
        "goals__0__owner": "นักสังคม",
        "goals__0__due": "31/1/2570",
    }
    worker.send(
        worker.open(decide),
        path="local_home",
        why="ใกล้บ้าน",
        vote__2="agree",
        vote__3="agree",
        **goal,
    )
    plan = door.get(f"/api/v1/cases/{case_id}", "worker-37").json()["plan"]
    assert plan["votes"] == {"agree": 2, "dissent": 1, "abstain": 0} and plan["meeting_id"] == meeting_id
    assert plan["minutes"]["goals"][0]["due"] == "2027-01-31"
    decision = worker.open(f"/cases/{case_id}/plan").text
    assert "มีที่อยู่" in decision and "31" in decision and "ลงมติด้วยบัญชีของตนเอง" in decision
    story = worker.open(f"/cases/{case_id}").text
    assert "ที่ประชุมมีมติ" in story
    closed = worker.send(worker.open(page), f"{page}/close")
    assert "ยังไม่มีข้อเสนอ" not in closed.text and "ยังไม่มีมติ" not in closed.text
    assert "ปิดประชุมแล้ว" in closed.text and f"{page}/add" not in closed.raw


def test_of_two_who_decide_the_same_case_the_second_sees_what_the_first_decided(door, browser, centre):
    case_id, meeting_id = waiting(door), called(door)
    worker, director = browser("worker-37"), browser("director-37")
    page = f"/meetings/{meeting_id}"
    worker.send(worker.open(page), f"{page}/add", case_ids=case_id)
    decide = f"{page}/cases/{case_id}/decide"
    first, second = director.open(decide), worker.open(decide)
    assert 'name="propose"' in first.raw
    votes = dict.fromkeys(("vote__1", "vote__2", "vote__3"), "agree")
    assert director.send(first, path="local_home", why="ใกล้บ้านเดิม", **votes).status == 200
    late = worker.send(second, path="hospital", why="ต้องรักษาก่อน", **votes)
    assert (
        late.status == 412 and 'name="propose"' not in late.raw
    )  # what is decided is not put to the vote anew
    assert "ใกล้บ้านเดิม" in late.text and "ต้องรักษาก่อน" in late.raw  # what stands, and what was typed
    assert door.get(f"/api/v1/cases/{case_id}", "worker-37").json()["plan"]["path"] == "local_home"
    assert worker.send(late).status == 200  # sent again, it takes its place
    assert door.get(f"/api/v1/cases/{case_id}", "worker-37").json()["plan"]["path"] == "hospital"


def placed(door: FrontDoor) -> tuple[str, str]:
    """(case, address) of a new placement."""
    sent = door.referred("37")
    path = f"/api/v1/referrals/{sent['referral_id']}"
    door.wait(path, lambda row: row["place"] == "reserved", "worker-37")
    for step in ("accept", "admit", "confirm"):
        door.made(f"{path}/{step}", {}, "worker-37")
    return sent["case_id"], path


def test_what_was_decided_without_a_proposal_leads_to_the_decision(door, browser, centre):
    case_id, meeting_id = waiting(door), called(door)
    page = f"/meetings/{meeting_id}"
    worker = browser("worker-37")
    worker.send(worker.open(page), f"{page}/add", case_ids=case_id)
    assert "ยังไม่มีมติ 1 เรื่อง" in worker.open(page).text  # before it is closed
    votes = [{"member": str(number), "vote": "agree"} for number in (1, 2, 3)]
    told = {"case_id": case_id, "votes": votes, "path": "local_home", "why": "ใกล้บ้าน"}
    door.made(f"/api/v1/meetings/{meeting_id}/decide", told, "worker-37")
    shown = worker.open(page)
    assert "ยังไม่มีข้อเสนอ" not in shown.text and f"/cases/{case_id}/plan" in shown.raw


def test_the_outcome_of_somebody_who_is_not_in_place_is_reviewed_in_a_meeting(door, browser, centre):
    (case_id, path), meeting_id = placed(door), called(door)
    worker, page = browser("worker-37"), f"/meetings/{meeting_id}"
    assert case_id not in worker.open(page).raw  # who is in place needs no review
    door.made(f"{path}/follow-up", {"found": "left"}, "worker-37")
    work = "/api/v1/work?next=find_person"
    door.wait(work, lambda work: case_id in [row["case_id"] for row in work["items"]], "worker-37")
    [ticked] = worker.open(page).tree.xpath(f'//input[@value="{case_id}"]/ancestor::form')
    assert ticked.xpath('.//input[@name="reason"]/@value') == ["outcome_review"]
    body = {"case_ids": [case_id], "reason": "outcome_review"}
    door.made(f"/api/v1{page}/add", body, "worker-37")
    [item] = door.get(f"/api/v1{page}", "member-37").json()["agenda"]
    assert item["reason"] == "outcome_review"
    shown = browser("member-37").open(page)
    assert "ทบทวนผลลัพธ์" in shown.text
    assert not worker.open(page).tree.xpath(f'//input[@value="{case_id}"]')


def test_whoever_comes_back_has_what_was_tried_on_the_case_s_page(door, browser, centre):
    case_id, path = placed(door)
    door.made(f"{path}/end", {"outcome": "left"}, "worker-37")
    door.made(f"/api/v1/cases/{case_id}/close", {"reason": "left"}, "worker-37")
    door.made(f"/api/v1/cases/{case_id}/reopen", {"reason": "came_back"}, "worker-37")
    [back] = door.get(f"/api/v1/cases/{case_id}", "member-37").json()["returns"]
    assert (back["within"], back["because"], back["days"]) == ("6", "reopened", 0)
    page = browser("worker-37").open(f"/cases/{case_id}")
    for said in ("ผู้รับบริการกลับมาอีกครั้ง", "ภายใน 6 เดือน", "ที่ผ่านมาได้ดำเนินการ", "ดูการส่งต่อครั้งก่อน"):
        assert said in page.text, said
    overview = f"/api/v1/reports/overview?centre={centre}"
    told = door.wait(overview, lambda told: told["returned_6"], "director-37")
    assert sum(told["returned_6"].values()) == sum(told["returned_24"].values()) == 1


def test_who_has_an_interest_says_so_instead_of_voting(door, browser, centre):
    case_id, meeting_id = waiting(door), called(door)
    page = f"/meetings/{meeting_id}"
    door.made(f"/api/v1{page}/add", {"case_id": case_id}, "worker-37")
    door.made(f"/api/v1{page}/propose", {"case_id": case_id, "path": "local_home"}, "worker-37")
    member = browser("member-37")
    vote = f"{page}/cases/{case_id}"
    member.send(member.open(vote), vote="conflict")
    assert 'name="vote"' not in member.open(vote).raw
    stranger = browser("director-37").open(vote)
    assert "ไม่ได้รับเชิญ" in stranger.text and 'name="vote"' not in stranger.raw


def test_the_invitation_names_no_person_it_decides_about(door, browser, centre):
    case_id, meeting_id = waiting(door), called(door)
    door.made(f"/api/v1/meetings/{meeting_id}/add", {"case_id": case_id}, "worker-37")
    case = door.get(f"/api/v1/cases/{case_id}", "worker-37").json()
    text = browser("member-37").open(f"/meetings/{meeting_id}/invitation").text
    assert case["case_number"] in text and "นางสมาชิก" in text
    assert case["person"]["name"]["first"] not in text


def test_what_was_decided_between_meetings_is_ratified_on_its_page(door, browser, centre):
    worker, case_id = browser("worker-37"), waiting(door)
    record = worker.open(f"/cases/{case_id}/plan/record")
    two = {
        "members__0__name": "นางสมาชิก",
        "members__0__role": "chair",
        "members__0__vote": "agree",
        "members__1__name": "นายเลขา",
        "members__1__role": "secretary",
        "members__1__vote": "agree",
        "members__2__name": "",
        "members__2__role": "",
    }
    lacking = worker.send(
        record, path="local_home", why="ใกล้บ้าน", goals="มีที่อยู่", between_meetings="yes", **two
    )
    assert lacking.status == 422 and "urgency" in lacking.errors
    agreed = worker.send(
        record, path="local_home", why="ใกล้บ้าน", goals="มีที่อยู่", between_meetings="yes", urgency="ไม่มีที่พัก", **two
    )
    assert "รอการรับรอง" in agreed.text and "ไม่มีที่พัก" in agreed.text
    meeting_id = called(door)
    page = f"/meetings/{meeting_id}"
    shown = worker.open(page)
    ratify = f"{page}/cases/{case_id}/ratify"
    assert ratify in shown.raw and "รับรองมติระหว่างการประชุม" in shown.text
    form = worker.open(ratify)
    assert "ไม่มีที่พัก" in form.text
    lacking = worker.send(form, vote__1="agree")
    assert lacking.status == 409
    against = {"vote__1": "dissent", "vote__2": "dissent", "vote__3": "agree"}
    against |= {"reason__1": "ไกลบ้าน", "reason__2": "ไกลบ้าน"}
    voted = worker.send(worker.open(ratify), **against)
    assert "ไม่รับรอง" in voted.text
    plan = worker.open(f"/cases/{case_id}/plan").text
    assert "ไม่รับรอง" in plan and "ต้องมีมติใหม่" in plan


def test_what_a_meeting_finds_of_an_outcome_is_recorded_on_its_page_and_stands_beside_the_plan(
    door, browser, centre
):
    (case_id, path), meeting_id = placed(door), called(door)
    page = f"/meetings/{meeting_id}"
    body = {"case_ids": [case_id], "reason": "outcome_review"}
    door.made(f"/api/v1{page}/add", body, "worker-37")
    worker = browser("worker-37")
    record = f"{page}/cases/{case_id}/review"
    assert record in worker.open(page).raw
    form = worker.open(record)
    assert path.rpartition("/")[2] in form.tree.xpath(
        '//select[@name="referral_id"]/option[@selected]/@value'
    )
    empty = worker.send(form)
    assert empty.status == 422 and "สิ่งที่ที่ประชุมพบ" in empty.text
    told = {"findings": ["not_wished", "left_alone"], "found": "อยากอยู่ใกล้ลูก", "lesson": "ถามก่อนเลือก"}
    worker.send(worker.open(record), **told)
    meeting = worker.open(page)
    for said in ("ทบทวนแล้ว", "ไม่ใช่สิ่งที่ผู้รับบริการต้องการ", "การทำงานของศูนย์", "อยากอยู่ใกล้ลูก", "ถามก่อนเลือก"):
        assert said in meeting.text, said
    assert "ยังไม่มีมติ" not in meeting.text
    again = worker.open(record)
    assert set(again.tree.xpath('//input[@name="findings"][@checked]/@value')) == {"not_wished", "left_alone"}
    plan = browser("member-37").open(f"/cases/{case_id}/plan")
    assert "การทบทวนผลลัพธ์" in plan.text and "ถามก่อนเลือก" in plan.text
    overview = f"/api/v1/reports/overview?centre={centre}"
    figures = door.wait(overview, lambda told: told["reviews"], "director-37")
    assert figures["reviews"]["not_wished"] >= 1
    story = browser("member-37").open(f"/cases/{case_id}")
    assert "คณะทำงานทบทวนผลลัพธ์ของผู้รับบริการ" in story.text


def test_both_centres_read_of_somebody_who_came_from_one_to_the_other_and_no_more(door, browser, centre):
    number, person = "3601100987656", {"identity_status": "confirmed_card"}
    first = door.case("37", national_id=number, **person)
    door.made(f"/api/v1/cases/{first}/screening", {"facts": {"housing": "street"}}, "worker-37")
    door.made(f"/api/v1/cases/{first}/plan", plan(), "worker-37")
    sent = door.made("/api/v1/referrals", referral(first, door.programme()[1]), "worker-37")
    path = f"/api/v1/referrals/{sent['referral_id']}"
    door.wait(path, lambda row: row["place"] == "reserved", "worker-37")
    for step, body in (("accept", {}), ("admit", {}), ("confirm", {}), ("end", {"outcome": "left"})):
        door.made(f"{path}/{step}", body, "worker-37")
    second = door.case("60", national_id=number, **person)
    there = door.get(f"/api/v1/cases/{second}", "worker-60").json()
    assert [each["within"] for each in there["elsewhere"]["before"]] == ["6"]
    assert first not in str(there) and there["returns"] == []
    page = browser("worker-60").open(f"/cases/{second}")
    assert "ศูนย์อื่นเคยส่งต่อผู้รับบริการรายนี้" in page.text and first not in page.raw
    here = door.wait(f"/api/v1/cases/{first}", lambda case: case["elsewhere"]["since"], "worker-37")
    assert here["elsewhere"]["since"][0]["referral_id"] == sent["referral_id"]
    page = browser("worker-37").open(f"/cases/{first}")
    assert "ผู้รับบริการไปปรากฏที่ศูนย์อื่น" in page.text and second not in page.raw
    [row] = door.get("/api/v1/returns?centre=37&limit=1", "worker-37").json()["items"]
    assert (row["case_id"], row["elsewhere"]) == (first, True)
    meeting_id = called(door)  # offered to be looked back on, also once it is closed
    door.made(f"/api/v1/cases/{first}/close", {"reason": "left"}, "worker-37")
    offered = browser("worker-37").open(f"/meetings/{meeting_id}")
    assert offered.tree.xpath(f'//input[@value="{first}"]')


def test_who_is_taken_before_others_is_asked_why_and_the_meeting_tells_it(door, browser):
    for user, role in (("worker-77", "worker"), ("director-77", "director")):
        door.add(user, role, ("77",))
    first, second = (door.case("77") for _ in range(2))
    for case_id in (first, second):
        door.made(f"/api/v1/cases/{case_id}/screening", {"facts": settled()}, "worker-77")
    found = door.wait(
        "/api/v1/work?centre=77",
        lambda work: [row["next"] for row in work["items"]] == ["decide"] * 2,
        "worker-77",
    )
    order = [row["case_id"] for row in found["items"]]
    members = [{"user": "director-77", "name": "นางประธาน", "role": "chair"}]
    body = {"centre": "77", "at": "2026-11-09T02:30:00Z", "place": "ห้อง", "members": members}
    page = f"/meetings/{door.made('/api/v1/meetings', body, 'worker-77')['meeting_id']}"
    worker = browser("worker-77")
    asked = worker.send(worker.open(page), f"{page}/add", case_ids=order[1])
    assert asked.status == 422 and "out_of_order" in asked.errors and "โปรดเลือกเหตุผล" in asked.text
    assert door.get(f"/api/v1{page}", "worker-77").json()["agenda"] == []
    wordless = worker.send(asked, f"{page}/add", case_ids=order[1], out_of_order="other")
    assert wordless.status == 422 and "out_of_order_note" in wordless.errors
    shown = worker.send(
        wordless, f"{page}/add", case_ids=order[1], out_of_order="other", out_of_order_note="ญาติมาไกล"
    )
    assert shown.status == 200 and "นำเข้าก่อน 1 เรื่อง" in shown.text and "ญาติมาไกล" in shown.text
    both = worker.send(shown, f"{page}/add", case_ids=order[0])
    assert both.status == 200 and both.text.count("นำเข้าก่อน") == 1
    assert "นำเข้าพิจารณาก่อนเรื่องอื่น" in worker.open(f"/cases/{order[1]}").text
    director = browser("director-77")
    assert "figure=out_of_order" in director.open("/meetings").raw
    behind = "/dashboard/behind?figure=out_of_order&from=2026-10-01"
    door.wait(
        "/api/v1/reports/overview?centre=77",
        lambda figures: figures["out_of_order"] == {"other": 1},
        "director-77",
    )
    listed = director.open(behind)
    assert "เหตุผลอื่น" in listed.text and f"/cases/{order[1]}" in listed.raw and order[0] not in listed.raw
