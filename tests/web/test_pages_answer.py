"""A partner answers a referral from a link: what it may see and do, and what whoever has no right to it may not."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest

from services.codes.declines import EFFECTS, SCREEN_AGAIN
from services.kernel.envelope import instant
from services.kernel.runtime import utc_now
from services.web.store import links
from tests.web.sent import Sent

WRONG = "รหัสไม่ถูกต้อง"


@pytest.fixture
def sent(door, browser):
    return Sent(door, browser)


@pytest.fixture
def partner(browser):
    return browser()


def test_link_and_code_are_shown_once_and_the_page_tells_what_the_partner_will_see(sent):
    assert re.fullmatch(r"\d{6}", sent.code) and sent.code not in sent.path
    again = sent.worker.open(f"/referrals/{sent.world.referral_id}/link")
    assert sent.token not in again.raw and sent.code not in again.raw
    assert "ภูมิลำเนา" in again.text


def test_opening_the_link_shows_nothing_of_the_case_and_changes_nothing(sent, partner):
    before = sent.referral()
    page = partner.open(sent.path)
    assert page.status == 200 and page.heading == "กรอกรหัส"
    assert "นครสวรรค์" not in page.raw and "ชาย" not in page.text and "หญิง" not in page.text
    assert sent.referral() == before
    assert page.answer.headers["Cache-Control"] == "no-store"


def test_with_the_code_the_partner_sees_codes_and_never_a_name(sent, partner):
    page = sent.enter(partner)
    assert page.status == 200 and page.heading == "ท่านรับผู้รับบริการรายนี้ได้หรือไม่"
    assert "นครสวรรค์" in page.text
    case = sent.door.get(f"/api/v1/cases/{sent.world.case_id}").json()
    for hidden in (
        case["case_number"],
        case["person"]["name"]["first"],
        case["person"]["name"]["last"],
        sent.world.case_id,
    ):
        assert hidden not in page.raw


def test_the_code_may_be_typed_in_thai_digits_and_in_two_parts(sent, partner):
    thai = sent.code.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    assert sent.enter(partner, f"{thai[:3]} {thai[3:]}").heading.startswith("ท่านรับ")


def test_the_partner_acknowledges_then_accepts_in_two_taps(sent, partner):
    page = sent.enter(partner)
    page = partner.send(page, action=f"{sent.path}/acknowledge")
    assert page.status == 200 and sent.referral()["status"] == "acknowledged"
    done = partner.send(partner.open(f"{sent.path}/accept"), when="3 ธันวาคม", receiver="คุณสมศรี")
    assert done.status == 200 and done.heading.startswith("ขอบคุณ")
    referral = sent.referral()
    assert referral["status"] == "accepted"
    last = referral["history"][-1]
    assert last["said_by"] == "คุณสมศรี · 3 ธันวาคม" and last["by_channel"] == "link"
    assert last["actor"] == f"partner-{sent.world.partner_id}"


def test_the_partner_declines_with_a_reason(sent, partner):
    sent.enter(partner)
    page = partner.open(f"{sent.path}/decline")
    blank = partner.post(f"{sent.path}/decline", [("csrf", page.form().fields["csrf"]), ("note", "")])
    assert blank.status == 422 and set(blank.errors) == {"reason"}
    seen = partner.send(page, reason="health_beyond_care", note="ไม่มีพยาบาล")
    assert "อาการเกินกว่าที่จะดูแลได้" in seen.text and "ไม่มีพยาบาล" in seen.text
    assert EFFECTS[SCREEN_AGAIN].words.th in seen.text  # what follows, before it is sent
    assert sent.referral()["status"] == "sent"  # seen, not sent
    done = partner.send(seen)
    assert done.heading.startswith("ขอบคุณ") and "อาการเกินกว่าที่จะดูแลได้" in done.text
    assert "อาการเกินกว่าที่จะดูแลได้." not in done.text
    last = sent.referral()["history"][-1]
    assert (last["status"], last["reason"], last["whose"]) == ("declined", "health_beyond_care", "partner")


def test_a_no_by_link_may_be_taken_back_once_and_answered_anew(sent, partner, browser):
    sent.enter(partner)
    done = partner.send(partner.send(partner.open(f"{sent.path}/decline"), reason="cost"))
    assert done.heading.startswith("ขอบคุณ") and sent.places()["reserved"] == 1
    assert partner.open(sent.path).heading.startswith(
        "ขอบคุณ"
    )  # what was answered, as long as that may change
    again = partner.send(partner.open(sent.path), action=f"{sent.path}/take-back")
    assert again.heading.startswith("ท่านรับ") and sent.referral()["status"] == "acknowledged"
    partner.send(partner.send(partner.open(f"{sent.path}/decline"), reason="cost"))
    referral = sent.referral()
    assert (referral["status"], referral["final_at"]) == ("declined", None)
    assert "take-back" not in partner.open(sent.path).raw


def test_once_the_case_is_closed_the_link_says_kindly_that_nothing_is_needed(sent, partner, browser):
    sent.enter(partner)
    sent.door.made(f"/api/v1/cases/{sent.world.case_id}/close", {"reason": "died"})
    path = f"/api/v1/referrals/{sent.world.referral_id}"
    sent.door.wait(path, lambda referral: referral["status"] == "withdrawn")
    for page in (partner.open(sent.path), partner.open(f"{sent.path}/accept"), browser().open(sent.path)):
        assert page.status == 403 and "ไม่ต้องใช้ที่ว่างนี้แล้ว" in page.text and "เสียชีวิต" not in page.text


def test_the_message_with_the_link_names_nobody_and_can_be_sent_at_once(sent):
    text = sent.made.tree.xpath('//*[@id="message"]')[0].text
    case = sent.door.get(f"/api/v1/cases/{sent.world.case_id}").json()
    assert sent.path in text and case["person"]["name"]["first"] not in text and sent.code not in text
    assert [link for link in sent.made.links() if link.endswith("/told?how=link")]
    ways = ("https://line.me/R/share?text=", "sms:", "mailto:")
    offered = sent.made.tree.xpath("//main//a/@href")
    for way in ways:
        [link] = [each for each in offered if each.startswith(way)]
        assert unquote(link.partition("text=" if "line.me" in way else "body=")[2]) == text
    assert [each for each in offered if re.fullmatch(r"tel:\+?[0-9]+", each)]
    for button in ("data-copy", "data-share"):  # shown by the script where the browser can
        assert sent.made.tree.xpath(f"//button[@{button}='message' and @hidden]")


def test_telling_the_partner_is_the_main_button_until_it_is_told(door, browser):
    world = door.world()
    worker = browser("worker-60")
    page = worker.open(f"/referrals/{world.referral_id}")
    buttons = page.tree.xpath("//section[@aria-labelledby='next']//a[contains(@class, 'govuk-button')]")
    main = [each for each in buttons if "secondary" not in each.get("class")]
    assert [each.text_content().strip() for each in main] == ["แจ้งภาคีเครือข่าย"] and len(buttons) > 1
    assert main[0].get("href").endswith("/link")


def test_who_answered_by_link_stands_in_the_history_by_name(sent, partner):
    sent.enter(partner)
    partner.send(partner.open(f"{sent.path}/accept"))
    page = sent.worker.open(f"/referrals/{sent.world.referral_id}")
    name = sent.door.get(f"/api/v1/partners/{sent.world.partner_id}").json()["name"]
    timeline = page.raw.partition("เกิดอะไรขึ้น")[2] or page.raw
    assert f"partner-{sent.world.partner_id}" not in page.raw
    assert name in timeline and "ตอบผ่านลิงก์" in timeline


def test_a_reason_that_is_not_the_partners_to_give_is_refused(sent, partner):
    sent.enter(partner)
    page = partner.send(partner.open(f"{sent.path}/decline"), reason="no_answer")
    assert page.status == 422 and sent.referral()["status"] == "sent"


def test_no_places_left_declines_and_holds_the_place_until_that_is_final(sent, partner):
    assert sent.places()["free"] == 4
    sent.enter(partner)
    done = partner.send(partner.open(f"{sent.path}/no-places"), answer="decline")
    assert done.heading.startswith("ขอบคุณ")
    said = sent.referral()["history"][-1]
    assert (said["reason"], said["no_more_places"]) == ("no_place", True) and said["final_at"] > said["time"]
    places = sent.places()
    assert (places["free"], places["reserved"]) == (4, 1)


def test_the_partner_may_keep_the_person_on_its_waiting_list(sent, partner):
    sent.enter(partner)
    page = partner.send(partner.open(f"{sent.path}/no-places"), answer="waitlist")
    assert page.status == 200 and sent.referral()["status"] == "waitlisted"
    assert page.heading.startswith(("ขอบคุณ", "ท่านรับ")) and "รายชื่อรอ" in page.text


def test_while_a_person_waits_on_the_partners_list_its_link_lives(sent, partner, browser):
    sent.enter(partner)
    partner.send(partner.open(f"{sent.path}/no-places"), answer="waitlist")
    other = browser()
    assert other.open(sent.path).heading == "กรอกรหัส"
    assert "รายชื่อรอ" in sent.enter(other).text
    sent.door.made(f"/api/v1/referrals/{sent.world.referral_id}/withdraw", {"reason": "person_left"})
    assert "ไม่ต้องใช้ที่ว่างนี้แล้ว" in other.open(sent.path).text


def test_sending_an_answer_twice_changes_once_and_the_link_is_used_up(sent, partner):
    sent.enter(partner)
    page = partner.open(f"{sent.path}/accept")
    partner.send(page)
    version = sent.referral()["version"]
    replay = partner.send(page)
    assert replay.heading.startswith("ขอบคุณ") and sent.referral()["version"] == version
    other = partner.post(f"{sent.path}/decline", [*page.form().form_values(), ("reason", "cost")])
    assert other.heading.startswith("ขอบคุณ") and sent.referral()["status"] == "accepted"


def test_a_used_link_that_is_passed_on_opens_nothing(sent, partner, browser):
    sent.enter(partner)
    partner.send(partner.open(f"{sent.path}/accept"))
    page = browser().open(sent.path)
    assert page.status == 403 and page.heading == "ลิงก์นี้ใช้ไม่ได้" and "นครสวรรค์" not in page.text


def test_another_browser_is_asked_for_the_code_again(sent, partner, browser):
    sent.enter(partner)
    other = browser()
    assert other.open(sent.path).heading == "กรอกรหัส"
    other.http.cookies.set("answer", "x" * 43)
    for part in ("", "/accept", "/decline", "/no-places"):
        assert other.open(sent.path + part).heading == "กรอกรหัส"
    third = browser()
    assert sent.enter(third).heading.startswith("ท่านรับ")
    assert partner.open(sent.path).heading == "กรอกรหัส"


def test_without_the_code_no_page_behind_the_link_opens_and_no_answer_is_taken(sent, partner):
    csrf = partner.open(sent.path).form().fields["csrf"]
    for part in ("accept", "decline", "no-places"):
        assert partner.open(f"{sent.path}/{part}").heading == "กรอกรหัส"
    for part in ("acknowledge", "accept", "decline", "no-places"):
        fields = [("csrf", csrf), ("reason", "cost"), ("answer", "decline")]
        assert partner.post(f"{sent.path}/{part}", fields).heading == "กรอกรหัส"
    assert sent.referral()["status"] == "sent"


def test_guessing_the_code_ends_the_link(sent, partner):
    form = partner.open(sent.path)
    for tries in range(1, links.TRIES):
        page = partner.send(form, code=sent.wrong_code(tries))
        assert (
            page.status == 422
            and WRONG in page.errors["code"]
            and str(links.TRIES - tries) in page.errors["code"]
        )
        assert "value" not in page.tree.xpath('//input[@id="code"]')[0].attrib
    assert partner.send(form, code=sent.wrong_code()).status == 403
    right = partner.send(form, code=sent.code)
    assert right.status == 403 and right.heading == "ลิงก์นี้ใช้ไม่ได้"
    assert "ถูกล็อก" in sent.worker.open(f"/referrals/{sent.world.referral_id}/link").text


def test_what_is_no_code_costs_no_try(sent, partner):
    form = partner.open(sent.path)
    for text in ("", "12345", "abcdef", "1234567", "๑๒๓", "<script>"):
        page = partner.send(form, code=text)
        assert page.status == 422 and set(page.errors) == {"code"}
    assert sent.enter(partner).heading.startswith("ท่านรับ")


def test_a_changed_link_is_refused(sent, partner):
    token = sent.token
    for place in (0, len(token) // 3, len(token) // 2, len(token) - 1):
        letter = "A" if token[place] != "A" else "B"
        # The last letter of a signature carries bits that do not count.
        changed = token[:place] + letter + token[place + 1 :] if place < len(token) - 1 else token + letter
        page = partner.open(f"/answer/{changed}")
        assert page.status == 403 and "ไม่ใช่ลิงก์ของระบบนี้" in page.text, place
    for nonsense in ("x", "a.b.c", "W10.x.y", "%00" * 3 + "a"):
        assert partner.open(f"/answer/{nonsense}").status in (400, 403)


def test_a_link_for_another_referral_or_purpose_cannot_be_made_from_what_one_has(
    sent, partner, door, browser
):
    key = door.runtime("web").key("answer-link")
    link_id, _ = links.Keys(key).read(sent.token)
    other = Sent(door, browser)
    crossed = links.Keys(key).token(link_id, other.world.referral_id)
    foreign = links.Keys(door.runtime("web").key("token")).token(link_id, sent.world.referral_id)
    for token in (crossed, foreign):
        assert partner.open(f"/answer/{token}").status == 403
    sent.enter(partner)
    cookie = partner.http.cookies.get("answer")
    partner.http.cookies.set("answer", cookie, path=other.path)
    assert partner.open(other.path).heading == "กรอกรหัส"
    assert partner.open(f"{other.path}/accept").heading == "กรอกรหัส"


def test_an_expired_link_is_refused_also_in_the_browser_that_opened_it(sent, partner):
    sent.enter(partner)
    form = partner.open(f"{sent.path}/accept")
    sent.change(expires_at=instant(utc_now() - timedelta(seconds=1)))
    for page in (partner.open(sent.path), partner.send(form)):
        assert page.status == 403 and "หมดอายุ" in page.text
    assert sent.referral()["status"] == "sent"


def test_a_new_link_ends_the_one_before(sent, partner):
    first, code = sent.path, sent.code
    sent.make()
    page = partner.open(first)
    assert page.status == 403 and "ลิงก์ใหม่" in page.text
    assert sent.code != code or sent.path != first
    assert sent.enter(partner).status == 200


def test_a_referral_that_was_answered_by_telephone_cannot_be_answered_by_link(sent, partner, door):
    sent.enter(partner)
    form = partner.open(f"{sent.path}/decline")
    door.made(f"/api/v1/referrals/{sent.world.referral_id}/accept", {"by_channel": "phone"})
    assert partner.open(sent.path).status == 403
    assert partner.send(form, reason="cost").status in (403, 409)
    assert sent.referral()["status"] == "accepted"
    page = sent.worker.send(sent.worker.open(f"/referrals/{sent.world.referral_id}/link"), "/sign-out")
    assert page.status == 200


def test_the_links_table_keeps_neither_code_nor_name_and_forgets_what_was_shared(sent, partner, door):
    def row():
        with door.runtime("web").database.read() as db:
            asked = links.link.select().where(links.link.c.referral_id == sent.world.referral_id)
            return dict(db.execute(asked).mappings().one())

    case = door.get(f"/api/v1/cases/{sent.world.case_id}").json()
    kept = str(row())
    assert sent.code not in kept and case["person"]["name"]["first"] not in kept
    sent.enter(partner)
    assert partner.http.cookies.get("answer") not in str(row())
    partner.send(partner.open(f"{sent.path}/accept"))
    assert row()["shared"] == "{}"


@pytest.mark.parametrize("user", ["member-60", "ministry", "admin", "partner-nobody"])
def test_only_staff_make_links(sent, browser, user):
    assert browser(user).open(f"/referrals/{sent.world.referral_id}/link").status == 403


def test_staff_of_another_centre_make_no_link(sent, browser):
    assert browser("worker-61").open(f"/referrals/{sent.world.referral_id}/link").status == 404


def test_a_link_asks_for_proof_that_the_form_was_ours(sent, partner):
    sent.enter(partner)
    answer = partner.post(f"{sent.path}/accept", [("csrf", "0" * 64)])
    assert answer.status == 403 and sent.referral()["status"] == "sent"
    cross = partner.post(f"{sent.path}/accept", [], headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status == 403 and sent.referral()["status"] == "sent"


@pytest.mark.parametrize(
    ("way", "button"),
    [("accept", {}), ("decline", {"reason": "out_of_area"}), ("no-places", {"answer": "decline"})],
)
def test_each_answer_is_some_taps_after_the_code_and_nothing_need_be_typed(sent, browser, way, button):
    visitor = browser()
    [first] = [link for link in sent.enter(visitor).links() if link.endswith(f"/{way}")]
    second = visitor.open(first)
    offered = {(each.get("name"), each.get("value")) for each in second.tree.xpath("//main//form//button")}
    assert {*button.items()} <= offered  # the second tap is a button, nothing need be typed
    done = visitor.send(second, **button)
    assert (
        "ขอบคุณ" in (visitor.send(done) if way == "decline" else done).text
    )  # a no is seen before it is sent
