"""A case goes to another centre, on pages: asked for, read in codes, taken over; and what the old centre reads then."""

import pytest

from services.kernel.envelope import instant

NOTE = "น้องสาวโทรมาแล้ว"


@pytest.fixture
def asked(door):
    """A planned case of centre 60 that centre 61 is asked to take over."""
    case_id = door.planned("60")
    body = {"to": "61", "reason": "relatives", "note": NOTE}
    door.made(f"/api/v1/cases/{case_id}/transfer", body, "worker-60")
    return case_id


def test_the_page_of_a_case_leads_to_the_request_and_back(door, browser):
    case_id = door.planned("60")
    page = browser("worker-60").open(f"/cases/{case_id}")
    assert page.tree.xpath(f"//a[@href='/cases/{case_id}/transfer']")
    visitor = browser("worker-60")
    sent = visitor.send(visitor.open(f"/cases/{case_id}/transfer"), to="61", reason="relatives", note=NOTE)
    assert sent.status == 200 and NOTE in sent.text
    [waiting] = sent.tree.xpath("//form[contains(@action, '/transfer/revoke')]")
    assert waiting is not None
    [item] = door.get(f"/api/v1/transfers?case_id={case_id}", "worker-60").json()["items"]
    assert (item["status"], item["to_centre"]) == ("waiting", "61")
    [row] = door.ask("intake", "work", "worker-60", {"case_id": case_id})["items"]
    assert "transfer_waits" in row["flags"]
    back = visitor.send(sent, f"/cases/{case_id}/transfer/revoke")
    assert back.status == 200
    [item] = door.get(f"/api/v1/transfers?case_id={case_id}", "worker-60").json()["items"]
    assert item["status"] == "revoked"


def test_where_nobody_could_answer_the_page_says_so_before_and_after(door, browser):
    """Ten working days of waiting for a centre that has no account here would be lost."""
    case_id, worker = door.planned("60"), browser("worker-60")
    page = worker.open(f"/cases/{case_id}/transfer")
    [there] = page.tree.xpath("//select[@name='to']/option[@value='61']")
    [nobody] = page.tree.xpath("//select[@name='to']/option[@value='96']")
    assert "ยังไม่มีผู้รับเรื่องในระบบ" not in there.text and "ยังไม่มีผู้รับเรื่องในระบบ" in nobody.text
    sent = worker.send(page, to="96", reason="relatives")
    assert sent.status == 200 and "ไม่มีผู้ใดอ่านคำขอนี้" in sent.text
    worker.send(sent, f"/cases/{case_id}/transfer/revoke")
    asked = worker.send(worker.open(f"/cases/{case_id}/transfer"), to="61", reason="relatives")
    assert asked.status == 200 and "ไม่มีผู้ใดอ่านคำขอนี้" not in asked.text


def test_the_director_reads_codes_and_takes_the_case_over(door, browser, asked):
    director = browser("director-61")
    assert f"/cases/{asked}/transfer/answer" in director.open("/transfers").raw
    page = director.open(f"/cases/{asked}/transfer/answer")
    assert page.status == 200 and "มาลี" not in page.text and NOTE not in page.text
    assert browser("worker-61").open(f"/cases/{asked}/transfer/answer").status == 403
    assert browser("director-60").open(f"/cases/{asked}/transfer/answer").status == 409
    taken = director.send(page, f"/cases/{asked}/transfer/accept")
    assert taken.status == 200
    assert director.open(f"/cases/{asked}").status == 200
    door.wait(f"/api/v1/cases/{asked}", lambda found: found.get("plan"), "worker-61")
    assert door.get(f"/api/v1/cases/{asked}", "worker-60").status_code == 404


def test_the_old_centre_reads_what_it_wrote(door, browser, asked):
    door.made(f"/api/v1/cases/{asked}/transfer/accept", {}, "director-61")
    page = browser("worker-60").open(f"/cases/{asked}")
    assert page.status == 200 and "มาลี" in page.text
    number = door.get(f"/api/v1/cases/{asked}", "director-61").json()["case_number"]
    assert number in page.text
    assert browser("member-60").open(f"/cases/{asked}").status == 404
    stranger = "worker-62"
    door.add(stranger, "worker", ("62",))
    assert browser(stranger).open(f"/cases/{asked}").status == 404


def test_a_no_is_told_with_its_reason(door, browser, asked):
    director = browser("director-61")
    page = director.open(f"/cases/{asked}/transfer/answer")
    assert "reason" in director.send(page, "").errors
    director.send(page, "", reason="no_means", note="เตียงเต็มทั้งเดือน")
    assert "เตียงเต็มทั้งเดือน" in browser("worker-60").open("/transfers").raw
    [item] = door.get(f"/api/v1/transfers?case_id={asked}", "worker-60").json()["items"]
    assert (item["status"], item["why"], item["answer"]) == ("rejected", "no_means", "เตียงเต็มทั้งเดือน")


def test_a_link_that_was_made_before_stays_good(door, browser):
    world = door.world("60")
    runtime = door.runtime("web")
    before = door.get(f"/api/v1/referrals/{world.referral_id}", "worker-60").json()
    door.made(f"/api/v1/cases/{world.case_id}/transfer", {"to": "61", "reason": "wish"}, "worker-60")
    door.made(f"/api/v1/cases/{world.case_id}/transfer/accept", {}, "director-61")
    known = door.wait(
        f"/api/v1/referrals/{world.referral_id}", lambda found: found["centre"] == "61", "director-61"
    )
    assert known["status"] == before["status"] and instant(runtime.now())
    step = door.post(f"/api/v1/referrals/{world.referral_id}/told", {"how": "line"}, "worker-61")
    assert step.status_code == 200
