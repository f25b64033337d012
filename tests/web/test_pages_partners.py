"""Partners in the browser: search, one partner, stating places, registering and offering."""

from uuid import uuid4

import eventlet
import pytest

from tests.web.door import earlier, partner, plan, problem, programme, referral


@pytest.fixture
def made(door):
    partner_id, programme_id = door.programme(4)
    return partner_id, programme_id, f"/partners/{partner_id}"


def places(door, partner_id):
    return door.get(f"/api/v1/partners/{partner_id}").json()["programmes"][0]["places"]


def test_a_partner_is_found_by_part_of_its_name_and_province(door, browser, made):
    name = door.get(f"/api/v1/partners/{made[0]}").json()["name"]
    worker = browser("worker-61")
    page = worker.open(f"/partners?q={name[-6:]}&province=60")
    assert page.status == 200 and name in page.text
    assert "ไม่พบภาคีเครือข่ายที่ตรง" in worker.open(f"/partners?q={uuid4().hex}").text
    assert worker.open("/partners?province=99&kind=nonsense").status == 422


def test_a_partners_page_tells_rules_in_words_and_how_fresh_the_places_are(browser, made):
    page = browser("worker-60").open(made[2])
    assert page.status == 200 and "ยืนยันวันนี้" in page.text and "ว่าง" in page.text


@pytest.mark.parametrize("user", ["member-60", "ministry", "admin", "partner-nobody"])
def test_every_role_reads_and_only_staff_write(browser, made, user):
    reader = browser(user)
    page = reader.open(made[2])
    assert page.status == 200 and not page.tree.xpath("//main//form[@method='post']")
    for path in ("/partners/register", f"{made[2]}/offer", f"{made[2]}/programmes/{made[1]}/capacity"):
        assert reader.open(path).status == 403


def test_no_places_left_is_one_tap(door, browser, made):
    worker = browser("worker-60")
    done = worker.send(worker.open(made[2]), f"{made[2]}/programmes/{made[1]}/capacity")
    assert done.status == 200 and "ยืนยันจำนวนที่ว่างแล้ว" in done.text and "ไม่มีที่ว่าง" in done.text
    assert places(door, made[0])["free"] == 0


def test_places_are_stated_also_in_thai_digits_and_errors_stand_at_their_field(door, browser, made):
    worker = browser("worker-60")
    path = f"{made[2]}/programmes/{made[1]}/capacity"
    wrong = worker.send(worker.open(path), free="9", total="๔")
    assert wrong.status == 422 and set(wrong.errors) == {"free"}
    assert worker.send(wrong, free="๓", total="๔").status == 200
    assert (places(door, made[0])["free"], places(door, made[0])["total"]) == (3, 4)


def test_two_who_state_places_at_once_are_told(browser, made):
    worker = browser("worker-60")
    path = f"{made[2]}/programmes/{made[1]}/capacity"
    first, second = worker.open(path), worker.open(path)
    assert worker.send(first, free="1").status == 200
    assert worker.send(second, free="2").status == 412


def test_staff_register_a_partner_and_offer_a_programme_with_rules(door, browser):
    worker, name = browser("worker-60"), f"บ้านทดสอบ {uuid4().hex[:6]}"
    wrong = worker.send(worker.open("/partners/register"), name=" ", province="60", subdistrict="100101")
    assert wrong.status == 422 and {"name", "kind", "under_ministry"} <= set(wrong.errors)
    offer = worker.send(wrong, name=name, kind="foundation", under_ministry="no", subdistrict="")
    assert offer.path.endswith("/offer") and "ขึ้นทะเบียนภาคีเครือข่ายแล้ว" in offer.text
    bad = worker.send(
        offer, name="บ้านพัก", path="foundation", capacity__total="5", capacity__free="6",
        rules__domicile__provinces="เมืองทิพย์",
    )  # fmt: skip
    assert bad.status == 422 and "rules.domicile.provinces" in bad.errors
    shown = worker.send(
        bad, capacity__free="5", rules__min_age="60", rules__domicile__provinces="นครสวรร, 61000",
        rules__labels_any=["older_person"], rules__disability_types_any=["1", "3"], rules__care_level_max="2",
        rules__accepts_severe_behaviour="no", rules__documents="บัตรประชาชน",
    )  # fmt: skip
    assert shown.status == 200, shown.text
    for said in (
        "อายุ 60 ปีขึ้นไป",
        "ภูมิลำเนาใน นครสวรรค์ และ อุทัยธานี",
        "การเห็น",
        "ไม่รับผู้มีพฤติกรรมที่อาจเป็นอันตราย",
        "บัตรประชาชน",
    ):
        assert said in shown.text


def registering(worker, page=None, **typed):
    known = {"name": f"บ้านทดสอบ {uuid4().hex[:6]}", "kind": "foundation", "under_ministry": "no"}
    return worker.send(page or worker.open("/partners/register"), **(known | typed))


def kept(door, offer):
    return door.get("/api/v1/" + offer.path.removesuffix("/offer")).json()


def test_a_partners_place_is_searched_and_says_its_province(door, browser):
    worker = browser("worker-60")
    found = registering(worker, find="yes", area="60000")
    offered = found.tree.xpath('//input[@name="subdistrict"]/@value')
    assert found.status == 200 and "600101" in offered and not found.errors
    several = registering(worker, area="60000")
    assert several.status == 422 and set(several.errors) == {"subdistrict", "province"}
    chosen = registering(worker, several, subdistrict="600102")
    assert (kept(door, chosen)["subdistrict"], kept(door, chosen)["province"]) == ("600102", "60")
    only = registering(worker, area="หนองเข็ง หนองคาย")
    assert (kept(door, only)["subdistrict"], kept(door, only)["province"]) == ("380103", "38")


def test_a_partners_province_alone_is_enough_and_must_agree_with_the_place(door, browser):
    worker = browser("worker-60")
    alone = registering(worker, province="61")
    assert (kept(door, alone)["subdistrict"], kept(door, alone)["province"]) == (None, "61")
    apart = registering(worker, province="61", area="ปากน้ำโพ")
    assert apart.status == 422 and set(apart.errors) == {"subdistrict"}
    nowhere = registering(worker, province="61", area="เมืองทิพย์")
    assert nowhere.status == 422 and set(nowhere.errors) == {"area"}
    assert registering(worker, province="61", area="เมืองทิพย์", subdistrict="junk").status == 422


def test_an_unknown_partner_is_not_found(browser):
    worker = browser("worker-60")
    assert worker.open(f"/partners/{uuid4()}").status == 404
    assert worker.open(f"/partners/{uuid4()}/offer").status == 404


def test_a_wrong_address_of_a_partner_says_what_to_write(browser):
    wrong = registering(
        browser("worker-60"),
        province="60",
        area="",  # of the draft that the test before has left
        contact__email="ไม่มี",
        contact__website="javascript:alert(1)",
    )
    assert wrong.status == 422 and set(wrong.errors) == {"contact.email", "contact.website"}
    assert "name@example.org" in wrong.errors["contact.email"]
    assert "https://" in wrong.errors["contact.website"]


# As a browser sends them; lxml takes a choice without a value for one that is on.
NO_CONDITION = {
    f"rules__{rule}": "" for rule in ("accepts_legal_case", "requires_prior_process", "requires_work_ability")
}


def kept_now(door, made):
    return door.get(f"/api/v1/partners/{made[0]}").json()


def test_a_typed_correction_is_saved_with_its_reason_and_stands_in_the_history(door, browser, made):
    worker, name = browser("worker-60"), f"บ้านที่แก้ชื่อ {uuid4().hex[:6]}"
    page = worker.open(f"{made[2]}/correct")
    silent = worker.send(page, name=name, reason=" ")
    assert silent.status == 422 and set(silent.errors) == {"reason"}
    done = worker.send(silent, contact__phone="056 222 222", reason="โทรถามแล้ว")
    assert f"/{done.path}" == made[2] and "บันทึกการแก้ไขแล้ว" in done.text and name in done.text
    now = kept_now(door, made)
    assert (now["name"], now["version"]) == (name, 2) and now["contact"]["phone"]
    history = worker.open(f"{made[2]}/history")
    assert "โทรถามแล้ว" in history.text and "worker-60" in history.text


def test_what_is_sent_as_it_stands_changes_nothing(door, browser, made):
    worker = browser("worker-60")
    same = worker.send(worker.open(f"{made[2]}/correct"), reason="ตรวจแล้ว")
    assert "ไม่มีข้อมูลที่เปลี่ยนแปลง" in same.text
    path = f"{made[2]}/programmes/{made[1]}/correct"
    same = worker.send(worker.open(path), reason="ตรวจแล้ว", **NO_CONDITION)
    assert same.errors == {}
    assert "ไม่มีข้อมูลที่เปลี่ยนแปลง" in same.text and kept_now(door, made)["programmes"][0]["version"] == 1


def test_the_form_of_a_programme_shows_its_rules_and_replaces_the_whole_set(door, browser, made):
    worker, path = browser("worker-60"), f"{made[2]}/programmes/{made[1]}/correct"
    rules = {"rules__min_age": "65", "rules__domicile__provinces": "นครสวรรค์, อุทัยธานี", "rules__max_age": ""}
    done = worker.send(worker.open(path), reason="ถามแล้ว", other_papers="ใบนัดหมอ", **rules, **NO_CONDITION)
    assert "บันทึกการแก้ไขแล้ว" in done.text
    kept = kept_now(door, made)["programmes"][0]["rules"]
    assert (
        kept["min_age"] == 65
        and kept["domicile"]["provinces"] == ["60", "61"]
        and kept["documents"] == ["id_card", "ใบนัดหมอ"]
    )
    again = worker.open(path)
    same = worker.send(again, reason="ตรวจแล้ว", **NO_CONDITION)  # what the form shows is what stands
    assert "ไม่มีข้อมูลที่เปลี่ยนแปลง" in same.text


def test_a_programme_is_retired_with_a_reason_and_taken_up_again(door, browser, made):
    worker, path = browser("worker-60"), f"{made[2]}/programmes/{made[1]}"
    assert worker.send(worker.open(f"{path}/retire")).status == 422
    done = worker.send(worker.open(f"{path}/retire"), reason="ปิดรับ")
    assert "เลิกใช้แล้ว" in done.text and kept_now(door, made)["programmes"][0]["retired"]
    done = worker.send(worker.open(f"{path}/reopen"))
    assert "เปิดใช้อีกครั้งแล้ว" in done.text and not kept_now(door, made)["programmes"][0]["retired"]


def test_to_a_retired_programme_nobody_is_planned_or_sent_and_its_case_goes_back_to_the_group(
    door, browser, made
):
    case_id, programme = door.planned(), f"/api/v1/programmes/{made[1]}"
    bound = plan() | {"programme_id": made[1]}
    door.made(f"/api/v1/cases/{case_id}/plan", bound)
    under_way = door.referred("60", made[1])
    door.made(f"{programme}/retire", {"reason": "ปิดรับ"})

    worker, path = browser("worker-60"), f"/cases/{case_id}/referrals/new"
    director = browser("director-60")
    with eventlet.Timeout(30):  # what is next follows by itself, and the others hear
        while "เลิกใช้บริการที่คณะทำงานเลือกไว้แล้ว" not in worker.open(f"/cases/{case_id}").text:
            eventlet.sleep(0.05)
        while under_way["referral_id"] not in director.open("/contradictions").raw:
            eventlet.sleep(0.05)
    for call, body in (
        (f"/api/v1/cases/{case_id}/plan", bound),
        ("/api/v1/referrals", referral(case_id, made[1])),
    ):
        refused = problem(door.post(call, body), 409)
        assert refused["code"] == "retired", refused
    assert "หลังจากส่งต่อมีการเลิกใช้บริการนี้แล้ว" in worker.open(f"/referrals/{under_way['referral_id']}").text
    page = worker.open(path)
    assert "เลิกใช้บริการที่คณะทำงานเลือกไว้แล้ว" in page.text
    assert f"/cases/{case_id}/plan" in page.tree.xpath("//main//@href")
    refused = worker.send(page, consent__status="given", waitlist="no")
    assert refused.status == 409 and "เลิกใช้ภาคีเครือข่ายหรือบริการนี้แล้ว" in refused.text
    matches = door.get(f"/api/v1/cases/{case_id}/matches?limit=500").json()["candidates"]
    assert made[1] not in {each["programme_id"] for each in matches}
    door.made(f"{programme}/reopen", {})
    assert door.made("/api/v1/referrals", referral(case_id, made[1]))["place"] == "reserved"


def test_another_centres_correction_waits_and_is_accepted_with_both_texts_in_view(door, browser, made):
    neighbour, name = browser("worker-61"), f"บ้านจากอีกจังหวัด {uuid4().hex[:6]}"
    path = f"{made[2]}/correct"
    told = neighbour.send(neighbour.open(path), name=name, reason="ป้ายหน้าบ้านเขียนอย่างนี้")
    assert "รอการพิจารณา" in told.text and kept_now(door, made)["version"] == 1
    worker = browser("worker-60")
    assert "/registry/proposals" in worker.open("/work").tree.xpath("//main//@href")
    page = worker.open("/registry/proposals")
    assert name in page.text and kept_now(door, made)["name"] in page.text and "ป้ายหน้าบ้าน" in page.text
    [waiting] = [
        each
        for each in door.get("/api/v1/proposals?limit=500").json()["items"]
        if each["partner_id"] == made[0]
    ]
    done = worker.send(page, f"/registry/proposals/{waiting['proposal_id']}/accept")
    assert "รับข้อเสนอแล้ว" in done.text and kept_now(door, made)["name"] == name


def test_the_api_says_that_a_change_waits(door, made):
    body = {"name": "ชื่อใหม่", "reason": "พิมพ์ผิด"}
    waits = door.call("PATCH", f"/api/v1/partners/{made[0]}", body, "worker-61")
    assert waits.status_code == 202 and set(waits.json()) == {"proposal_id", "waiting_for"}
    done = door.call("PATCH", f"/api/v1/partners/{made[0]}", body, "worker-60")
    assert done.status_code == 200 and done.headers["ETag"] == '"2"'
    places = door.call("PUT", f"/api/v1/programmes/{made[1]}/capacity", {"total": 9, "free": 1}, "worker-61")
    assert places.status_code == 202
    dismissed = door.call(
        "POST", f"/api/v1/proposals/{places.json()['proposal_id']}/dismiss", {}, "worker-60"
    )
    assert dismissed.status_code == 200


def test_whom_to_call_is_a_list_and_still_so_is_one_tap(door, browser, made):
    door.add("worker-84", "worker", ("84",))
    worker, long_ago = browser("worker-84"), {"at": earlier(days=400)}
    far = partner() | {"province": "84", "subdistrict": None, "languages": ["th"]} | long_ago
    partner_id = door.made("/api/v1/partners", far, "worker-84")["partner_id"]
    path = f"/api/v1/partners/{partner_id}/programmes"
    offer = programme(4) | {"service_area": ["84"]} | long_ago
    programme_id = door.made(path, offer, "worker-84")["programme_id"]
    [count] = worker.open("/work").tree.xpath(
        "//a[@href='/registry/stale']/following-sibling::span[1]/text()"
    )
    assert count.strip() == "1"
    taps = [
        f"/partners/{partner_id}/confirmed",
        f"/partners/{partner_id}/confirmed/details",
        f"/partners/{partner_id}/programmes/{programme_id}/confirmed/capacity",
        f"/partners/{partner_id}/programmes/{programme_id}/confirmed/rules",
        f"/partners/{partner_id}/programmes/{programme_id}/confirmed/details",
    ]
    for left in (5, 4, 3, 2, 1):
        page = worker.open("/registry/stale")
        assert far["name"] in page.text and page.tree.xpath("//main//a[starts-with(@href, 'tel:')]")
        assert page.tree.xpath("//main//form[@method='post']/@action") == taps[-left:]
        done = worker.send(page, taps[-left])
        assert done.path == "registry/stale" and done.status == 200
    assert far["name"] not in done.text
    now = door.get(f"/api/v1/partners/{partner_id}").json()
    assert now["stale"] == now["programmes"][0]["stale"] == []
    history = worker.open(f"/partners/{partner_id}/history").text
    assert "ยืนยันว่ายังถูกต้อง: ข้อมูลติดต่อ" in history and "ยืนยันว่ายังถูกต้อง: เงื่อนไขการรับ" in history
    assert worker.open("/registry/stale?centre=60").status == 404
    assert browser("member-60").open("/registry/stale").status == 403


def test_a_partner_that_says_no_place_while_some_are_shown_is_to_be_called(door, browser):
    door.add("worker-84", "worker", ("84",))
    at_home = partner() | {"province": "84", "subdistrict": None}
    partner_id = door.made("/api/v1/partners", at_home, "worker-84")["partner_id"]
    path = f"/api/v1/partners/{partner_id}/programmes"
    programme_id = door.made(path, programme(4), "worker-84")["programme_id"]
    sent = door.referred("84", programme_id)
    no = {"reason": "no_place", "whose": "partner"}
    door.made(f"/api/v1/referrals/{sent['referral_id']}/told", {"how": "phone"}, "worker-84")
    door.made(f"/api/v1/referrals/{sent['referral_id']}/decline", no, "worker-84")
    door.wait(f"/api/v1/partners/{partner_id}", lambda row: row["programmes"][0]["stale"] == ["capacity"])
    worker, tap = browser("worker-84"), f"/partners/{partner_id}/programmes/{programme_id}/confirmed/capacity"
    page = worker.open("/registry/stale")
    assert at_home["name"] in page.text and "ตอบการส่งต่อเมื่อ" in page.text
    matches = door.get(f"/api/v1/cases/{sent['case_id']}/matches?limit=500", "worker-84").json()["candidates"]
    [told] = [each["confidence"] for each in matches if each["programme_id"] == programme_id]
    assert told["contradicted"] and told["class"] == "fresh"
    assert at_home["name"] not in worker.send(page, tap).text


def test_whom_to_call_what_is_proposed_and_what_was_changed_can_be_taken_away(door, browser):
    worker = browser("worker-60")
    for path in ("/registry/stale.csv", "/registry/proposals.csv"):
        file = worker.open(path)
        assert file.status == 200 and file.answer.headers["Content-Type"].startswith("text/csv")
        assert "nakhon-sawan" in file.answer.headers["Content-Disposition"]
    partner_id = door.made("/api/v1/partners", {"name": "บ้านที่จะแก้ชื่อ", "kind": "foundation", "under_ministry": False,
                           "province": "60"}, "worker-60")["partner_id"]  # fmt: skip
    change = {"name": "บ้านที่แก้ชื่อแล้ว", "reason": "พิมพ์ผิด"}
    assert door.call("PATCH", f"/api/v1/partners/{partner_id}", change, "worker-60").status_code == 200
    lines = worker.open(f"/partners/{partner_id}/history.csv").answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and "บ้านที่จะแก้ชื่อ,บ้านที่แก้ชื่อแล้ว,พิมพ์ผิด" in lines[1]
    assert worker.open("/registry/stale.csv?centre=61").status == 404


def test_a_proposal_is_dismissed_with_a_reason_that_who_made_it_reads(door, browser, made):
    neighbour, worker = browser("worker-61"), browser("worker-60")
    body = {"name": f"ชื่อที่เสนอ {uuid4().hex[:6]}", "reason": "ป้ายหน้าบ้าน"}
    told = door.call("PATCH", f"/api/v1/partners/{made[0]}", body, "worker-61").json()
    path = f"/registry/proposals/{told['proposal_id']}/dismiss"
    listed = worker.open("/registry/proposals")
    assert f"{worker.address}{path}" in listed.links()
    page = worker.open(path)
    assert body["name"] in page.text
    long = worker.send(page, reason="ก" * 5000)
    assert long.status == 422 and [*long.errors] == ["reason"]
    assert worker.send(long, reason="โทรถามแล้ว ชื่อเดิมถูกต้อง").path == "registry/proposals"
    assert kept_now(door, made)["name"] != body["name"]
    seen = neighbour.open("/registry/proposals?status=dismissed")
    assert body["name"] in seen.text and "โทรถามแล้ว ชื่อเดิมถูกต้อง" in seen.text
    file = neighbour.open("/registry/proposals.csv?status=dismissed").answer.content.decode("utf-8-sig")
    assert "โทรถามแล้ว ชื่อเดิมถูกต้อง" in file
    door.add("worker-67", "worker", ("67",))
    assert browser("worker-67").open(path).status == 404


@pytest.mark.parametrize("user", ["member-60", "ministry"])
def test_who_reads_proposals_by_the_api_reads_them_on_the_page_and_decides_nothing(door, browser, made, user):
    body = {"name": f"ชื่อที่เสนอ {uuid4().hex[:6]}", "reason": "ป้ายหน้าบ้าน"}
    told = door.call("PATCH", f"/api/v1/partners/{made[0]}", body, "worker-61").json()
    found = door.get("/api/v1/proposals?limit=500", user).json()["items"]
    assert told["proposal_id"] in {each["proposal_id"] for each in found}
    reader, path = browser(user), f"/registry/proposals/{told['proposal_id']}"
    page = reader.open("/registry/proposals")
    assert page.status == 200 and not page.tree.xpath("//main//form[@method='post']")
    assert reader.open(f"{path}/dismiss").status == 403
    assert reader.open("/registry/proposals.csv").status == 200
    history = reader.open(f"/partners/{made[0]}/history")
    assert history.status == door.get(f"/api/v1/partners/{made[0]}/history", user).status_code == 200
    assert f"{reader.address}/partners/{made[0]}/history" in reader.open(made[2]).links()


def test_what_another_centre_adds_can_be_used_and_says_that_it_is_not_confirmed(door, browser, made):
    neighbour, worker = browser("worker-61"), browser("worker-60")
    name = f"ที่พักจากอีกจังหวัด {uuid4().hex[:6]}"
    page = neighbour.open(f"{made[2]}/offer")
    typed = {"name": name, "path": "local_home", "capacity__total": "2", "capacity__free": "2"}
    for flag in (
        "accepts_severe_behaviour",
        "accepts_legal_case",
        "requires_prior_process",
        "requires_work_ability",
    ):
        typed[f"rules__{flag}"] = ""  # as a browser sends what is chosen and blank
    done = neighbour.send(page, **typed)
    assert done.status == 200 and "รอการยืนยันจากศูนย์ที่ดูแล" in done.text and "ยังไม่ได้ยืนยัน" in done.text
    listed = worker.open("/registry/proposals")
    assert name in listed.text and "เพิ่มบริการใหม่" in listed.text
    [waiting] = [
        each
        for each in door.get("/api/v1/proposals?limit=500").json()["items"]
        if each["partner_id"] == made[0]
    ]
    worker.send(listed, f"/registry/proposals/{waiting['proposal_id']}/accept")
    assert "ยังไม่ได้ยืนยัน" not in worker.open(made[2]).text
