"""What a partner's user sees of what was sent to it, and answers; and how a centre is reached."""

import csv
from io import StringIO
from uuid import uuid4

import pytest

from services.codes.declines import DECLINE_REASONS, EFFECTS, REST
from tests.web.sent import Sent


@pytest.fixture
def sent(door):
    """A referral, its partner's user, and nobody told the partner of the person yet."""
    world = door.world()
    user = f"own-{uuid4().hex[:8]}"
    door.add(user, "partner", (), world.partner_id)
    return world, user


def test_a_partners_first_page_has_what_waits_first_with_the_centres_telephone_and_its_own_places(
    door, browser, sent
):
    world, user = sent
    director = browser("director-60")
    page = director.open("/centre")
    saved = director.send(page, name="ศูนย์คุ้มครองฯ ปากน้ำโพ", phone="056 222 111", address="ถนนสวรรค์วิถี")
    assert saved.form().fields["phone"] == "056-222-111"
    partner = browser(user)
    first = partner.open("/")
    assert (first.path, first.heading) == ("our-referrals", "รายการที่ส่งมาถึงเรา 1")
    assert "ศูนย์คุ้มครองฯ ปากน้ำโพ" in first.text and first.tree.xpath("//a[@href='tel:056222111']")
    [capacity] = [link for link in first.links() if link.endswith("/capacity")]
    stated = partner.send(partner.open(capacity), free="2", total="5")
    assert stated.path == "our-referrals" and "ว่าง 2 จากทั้งหมด 5" in stated.text
    other_id, other_programme = door.programme()
    assert partner.open(f"/partners/{other_id}/programmes/{other_programme}/capacity").status == 403
    assert "มาลี" not in first.text and world.case_id not in first.answer.text


def test_a_partner_takes_its_list_away(door, browser, sent):
    _, user = sent
    partner = browser(user)
    assert f"{partner.address}/our-referrals/list.csv" in partner.open("/our-referrals").links()
    answer = partner.http.get(f"{partner.address}/our-referrals/list.csv")
    [head, row] = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    assert len(head) == len(row) and row[3].startswith("ศูนย์") and "มาลี" not in "".join(row)
    assert "songtor-our-referrals-nakhon-sawan-" in answer.headers["Content-Disposition"]
    for other in ("worker-60", "ministry"):
        assert browser(other).open("/our-referrals/list.csv").status == 403


def test_a_partner_reads_what_it_was_told_and_nothing_of_others(door, browser, sent):
    world, user = sent
    partner = browser(user)
    page = partner.open(f"/our-referrals/{world.referral_id}")
    assert "ศูนย์ยังไม่ได้แจ้งข้อมูลของผู้รับบริการ" in page.text and "ช่วงอายุ" not in page.text
    assert door.ask_as_partner("told_of", world, user) == {}
    worker = browser("worker-60")
    worker.send(worker.open(f"/referrals/{world.referral_id}/link"))
    told = partner.open(f"/our-referrals/{world.referral_id}")
    assert "หญิง" in told.text and "มาลี" not in told.text
    other = door.world()
    assert partner.open(f"/our-referrals/{other.referral_id}").status == 404
    assert other.referral_id not in partner.open("/our-referrals").answer.text
    door.made(f"/api/v1/referrals/{world.referral_id}/withdraw", {"reason": "other", "whose": "centre"})
    assert door.ask_as_partner("told_of", world, user) == {}


def test_a_no_is_chosen_seen_sent_and_taken_back_once_and_a_yes_is_known_to_the_centre(door, browser, sent):
    world, user = sent
    partner, path = browser(user), f"/our-referrals/{world.referral_id}"
    page = partner.open(f"{path}/decline")
    unsaid = partner.send(page)
    assert (unsaid.status, [*unsaid.errors]) == (422, ["reason"])
    check = partner.send(page, reason="cost", note="งบหมด")
    assert check.heading == "คำตอบนี้ถูกต้องหรือไม่" or "งบหมด" in check.text
    assert EFFECTS[REST].words.th in check.text
    status = f"/api/v1/referrals/{world.referral_id}"
    assert door.get(status).json()["status"] == "sent"
    sent_no = partner.send(check)
    assert "ศูนย์ได้รับคำตอบของท่านแล้ว" in sent_no.text
    declined = door.get(status).json()
    assert declined["status"] == "declined" and declined["final_at"]
    history = " ".join(sent_no.tree.xpath("//ol[@class='app-timeline']")[0].text_content().split())
    assert (
        DECLINE_REASONS.word("cost", "th") in history and history.count("ส่งแล้ว") == 1
    )  # what was answered, and when
    back = partner.send(sent_no, f"{path}/take-back")
    assert "ถอนคำตอบแล้ว" in back.text and door.get(status).json()["status"] == "acknowledged"
    said = partner.send(partner.open(f"{path}/accept"), receiver="คุณสมศรี", when="พรุ่งนี้")
    assert said.path == path.removeprefix("/") and door.get(status).json()["status"] == "accepted"
    story = browser("worker-60").open(f"/referrals/{world.referral_id}").text
    assert "ตอบผ่านบัญชีของภาคีเครือข่าย" in story and "คุณสมศรี" in story


@pytest.mark.parametrize(("answer", "status"), [("decline", "declined"), ("waitlist", "waitlisted")])
def test_that_there_is_no_place_left_is_said_once_for_everybody(door, browser, answer, status):
    world = door.world()
    user = f"partner-{uuid4().hex[:8]}"
    door.add(user, "partner", (), world.partner_id)
    door.made(f"/api/v1/referrals/{world.referral_id}/told", {"how": "phone"})
    partner, path = browser(user), f"/our-referrals/{world.referral_id}"
    page = partner.open(path)
    assert f"{partner.address}{path}/no-places" in page.links()
    done = partner.send(partner.open(f"{path}/no-places"), answer=answer)
    assert "ศูนย์ได้รับคำตอบของท่านแล้ว" in done.text
    now = door.get(f"/api/v1/referrals/{world.referral_id}").json()
    assert now["status"] == status
    if answer == "decline":
        assert now["history"][-1]["reason"] == "no_place" and now["final_at"]  # the register follows then
    else:
        door.wait(
            f"/api/v1/partners/{world.partner_id}", lambda row: row["programmes"][0]["places"]["free"] == 0
        )


def test_a_link_names_the_centre_its_telephone_and_who_asks(door, browser):
    door.post(
        "/api/v1/admin/users/worker-60/person",
        {"title": "น.ส.", "name": "พิมพ์ใจ งามดี", "position": "นักพัฒนาสังคม"},
        "admin",
    )
    director = browser("director-60")
    director.send(director.open("/centre"), name="ศูนย์คุ้มครองฯ ปากน้ำโพ", phone="056-222-111")
    link = Sent(door, browser)
    visitor = browser()
    page = link.enter(visitor) or visitor.open(f"/answer/{link.token}")
    page = visitor.open(f"/answer/{link.token}")
    assert "ศูนย์คุ้มครองฯ ปากน้ำโพ" in page.text and page.tree.xpath("//main//a[@href='tel:056222111']")
    assert "น.ส.พิมพ์ใจ งามดี นักพัฒนาสังคม" in page.text and "worker-60" not in page.text
    assert "056-222-111" in browser("worker-60").open("/work/paper").text
    door.post("/api/v1/admin/users/worker-60/person", {}, "admin")


@pytest.mark.parametrize("user", ["worker-60", "member-60", "partner-nobody", "ministry"])
def test_only_a_director_or_an_administrator_names_a_centre(browser, user):
    assert browser(user).open("/centre").status == 403


def test_a_director_names_their_own_centre_alone_and_an_administrator_any_of_theirs(browser):
    director, admin = browser("director-60"), browser("admin")
    assert director.open("/centre?centre=61").status == 404
    assert admin.open("/centre?centre=61").status == 200 and admin.open("/centre?centre=00").status == 404


def test_a_partner_says_that_the_person_has_come_and_the_centre_confirms(door, browser, sent):
    world, user = sent
    door.made(f"/api/v1/referrals/{world.referral_id}/told", {"how": "phone"})
    partner, path = browser(user), f"/our-referrals/{world.referral_id}"
    assert f"{path}/admit" not in partner.open(path).answer.text
    partner.send(partner.open(f"{path}/accept"))
    said = partner.send(partner.open(path), f"{path}/admit")
    assert "ศูนย์ทราบแล้วว่าผู้รับบริการมาถึง" in said.text and f"{path}/admit" not in said.answer.text
    assert door.get(f"/api/v1/referrals/{world.referral_id}").json()["status"] == "admitted"
    door.made(f"/api/v1/referrals/{world.referral_id}/confirm", {})
