"""Two directors erase a person in the browser; what the front door kept of the case is gone with it."""

from sqlalchemy import select

from services.web.gateway import erasing
from services.web.store import drafts, links
from services.web.store.drafts import FormKey
from tests.web.door import kept as kept_words
from tests.web.door import problem
from tests.web.taken import taken

SECRET = "นางมะลิวัลย์ ไม่อยากให้จำ"


def kept(door, referral_id):
    """(names of users with a draft, what the links of a referral still share)."""
    web = door.runtime("web")
    with web.database.read() as db:
        shared = db.execute(
            select(links.link.c.shared).where(links.link.c.referral_id == referral_id)
        ).scalars()
        return [draft.place.address for draft in drafts.unfinished(web, "worker-60")], list(shared)


def typed(door, world):
    """A draft about the case, one about its referral, one about another case; and a link that shows something."""
    web = door.runtime("web")
    for address, case_id in (
        (f"/cases/{world.case_id}/close", world.case_id),
        (f"/referrals/{world.referral_id}/step", None),
        ("/cases/another/close", "another"),
    ):
        drafts.keep(web, FormKey("worker-60", address, "Close the case", case_id), [("note", SECRET)], 1, "")
    about = {name: getattr(world, name) for name in ("referral_id", "partner_id", "programme_id")}
    with web.database.write() as db:
        keys = links.Keys(web.key("answer-link"))
        token, _code = links.make(db, keys, about, {"sex": "female"}, "worker-60", web.now())
    return token


def test_one_director_asks_another_confirms_and_every_copy_goes(door, browser):
    world = door.world()
    typed(door, world)
    director, deputy = browser("director-60"), browser("deputy-60")
    page = director.open(f"/cases/{world.case_id}")
    assert any(link.endswith(f"/cases/{world.case_id}/erasure") for link in page.links())
    for said in ("ช่วงอายุ", "ข้อมูลสุขภาพ", "ความพิการ", "การลงมติ", "ยังอยู่ภายใต้เลขที่เรื่อง"):
        assert said in director.open(f"/cases/{world.case_id}/erasure").text
    asked = director.send(
        director.open(f"/cases/{world.case_id}/erasure"), reason="person_asked", confirmer=""
    )
    assert asked.status == 200 and asked.path == f"cases/{world.case_id}/erasure/confirm"
    assert not asked.tree.xpath("//button[contains(text(), 'ยืนยันลบถาวร')]")
    assert any(link.endswith("/erasures") for link in deputy.open("/work").links())
    waiting = deputy.open("/erasures")
    assert any(link.endswith(f"/cases/{world.case_id}/erasure/confirm") for link in waiting.links())
    done = deputy.send(deputy.open(f"/cases/{world.case_id}/erasure/confirm"))
    assert done.status == 200 and "ลบข้อมูลของผู้รับบริการแล้ว" in done.text
    addresses, shared = kept(door, world.referral_id)
    assert "/cases/another/close" in addresses
    assert not [each for each in addresses if world.case_id in each or world.referral_id in each]
    assert shared and set(shared) == {"{}"}
    told = door.get(f"/api/v1/cases/{world.case_id}?show=identifiers").json()["person"]
    assert told["erased"] and told["name"] is None and told["national_id"] is None
    seen = browser("worker-60").open(f"/cases/{world.case_id}")
    rows = seen.tree.xpath("//dl[1]/div[dd[contains(., 'ลบแล้ว')]]/dt")
    assert {row.text_content().strip() for row in rows} >= {"ชื่อ", "เลขประจำตัว", "วันเกิด", "สถานที่พบ"}
    assert door.get(f"/api/v1/cases/{world.case_id}").json()["may"] == ["close"]
    corrected = browser("worker-60").open(f"/cases/{world.case_id}/person/corrections")
    assert corrected.status == 200 and "มาลี" not in corrected.text
    story = door.wait(
        f"/api/v1/cases/{world.case_id}/timeline", lambda found: found["items"][-1]["type"] == "PersonErased"
    )
    assert SECRET not in str(story)


def test_confirmed_by_a_call_every_copy_goes_as_well(door):
    world = door.world()
    typed(door, world)
    path = f"/api/v1/cases/{world.case_id}/erasure"
    door.made(path, {"reason": "ordered"}, "director-60")
    door.made(f"{path}/confirm", {}, "deputy-60")
    addresses, shared = kept(door, world.referral_id)
    assert not [each for each in addresses if world.case_id in each or world.referral_id in each]
    assert shared and set(shared) == {"{}"}


def test_a_link_to_the_partner_says_that_nothing_is_to_be_done_and_not_why(door, browser):
    world = door.world()
    token, partner = typed(door, world), browser()
    assert "กรอกรหัส" in partner.open(f"/answer/{token}").text
    path = f"/api/v1/cases/{world.case_id}/erasure"
    door.made(path, {"reason": "ordered"}, "director-60")
    door.made(f"{path}/confirm", {}, "deputy-60")
    page = partner.open(f"/answer/{token}")
    assert "ไม่ต้องดำเนินการใด" in page.text and "ลิงก์ใหม่" not in page.text and "ลบข้อมูล" not in page.text


def test_a_case_that_was_to_go_to_another_centre_stays_where_it_is(door):
    case_id = door.planned()
    path = f"/api/v1/cases/{case_id}"
    door.made(f"{path}/transfer", {"to": "61", "reason": "wish"})
    door.made(f"{path}/erasure", {"reason": "ordered"}, "director-60")
    door.made(f"{path}/erasure/confirm", {}, "deputy-60")
    answer = problem(door.post(f"{path}/transfer/accept", {}, "director-61"), 409)
    assert answer["code"] == "person_died"
    assert door.get(path, "director-61").status_code == 404 and door.get(path).status_code == 200


def test_the_director_who_asked_cannot_confirm_and_a_worker_has_no_page_of_it(door, browser):
    world = door.world()
    path = f"/api/v1/cases/{world.case_id}/erasure"
    door.made(path, {"reason": "ordered"}, "director-60")
    refused = door.post(f"{path}/confirm", {}, "director-60")
    assert (refused.status_code, refused.json()["code"]) == (409, "second_person")
    assert door.post(path, {"reason": "ordered"}, "worker-60").status_code == 403
    worker = browser("worker-60")
    for page in (f"/cases/{world.case_id}/erasure", f"/cases/{world.case_id}/erasure/confirm", "/erasures"):
        assert worker.open(page).status == 403
    assert "/erasure" not in " ".join(worker.open(f"/cases/{world.case_id}").links())


def test_a_director_of_another_centre_confirms_only_what_they_were_named_for_and_sees_nothing_of_the_person(
    door, browser
):
    named, other = door.world(), door.world()
    for world, confirmer in ((named, "director-61"), (other, None)):
        body = {"reason": "ordered", "confirmer": confirmer}
        door.made(f"/api/v1/cases/{world.case_id}/erasure", body, "director-60")
    neighbour = browser("director-61")
    assert neighbour.open(f"/cases/{other.case_id}/erasure/confirm").status == 404
    page = neighbour.open(f"/cases/{named.case_id}/erasure/confirm")
    assert page.status == 200 and "มาลี" not in page.text
    assert neighbour.open(f"/cases/{named.case_id}/erasure").status == 404
    done = neighbour.send(page)
    assert "ลบข้อมูลของผู้รับบริการแล้ว" in done.text


def test_what_was_erased_while_no_front_door_ran_is_forgotten_at_its_next_start(door):
    world = door.world()
    door.ask("intake", "request_erasure", "director-60", {"case_id": world.case_id, "reason": "ordered"})
    door.ask("intake", "confirm_erasure", "deputy-60", {"case_id": world.case_id})
    typed(door, world)
    assert kept(door, world.referral_id)[1] != ["{}"]
    assert erasing.catch_up(door.runtime("web")) >= 1
    addresses, shared = kept(door, world.referral_id)
    assert not [each for each in addresses if world.case_id in each] and set(shared) == {"{}"}


def test_a_director_keeps_a_version_of_the_minutes_and_whoever_confirms_reads_it_before(door, browser):
    world = door.world()
    body = {"reason": "ordered", "confirmer": "director-61"}
    door.made(f"/api/v1/cases/{world.case_id}/erasure", body, "director-60")
    director, neighbour, confirm = (
        browser("director-60"),
        browser("director-61"),
        f"/cases/{world.case_id}/erasure/confirm",
    )
    [link] = {each for each in director.open(confirm).links() if "/erasure/minutes/" in each}
    form = director.open(link)
    assert "ใกล้บ้านเดิม" in form.text and "ไกลบ้าน" in form.text
    wrong = director.send(form, why="นางมาลีอยากอยู่ใกล้บ้าน")
    assert wrong.status == 422 and "ยังมีชื่อ เลขประจำตัว หรือวันเกิด" in wrong.text
    wrong = director.send(form, why="โทร. 081-234-5678")
    assert wrong.status == 422 and [*wrong.errors] == ["why"] and "หมายเลขโทรศัพท์" in wrong.text
    seen = director.send(form, preview="yes", why="อยากอยู่ใกล้บ้าน", members__2__reason="")
    assert seen.status == 200 and "ตัวอย่างข้อความที่จะคงอยู่" in seen.text
    assert "อยากอยู่ใกล้บ้าน" not in neighbour.open(confirm).text  # nothing is kept by looking
    done = director.send(form, why="อยากอยู่ใกล้บ้าน", members__2__reason="")
    assert done.status == 200 and done.path == confirm.strip("/") and "ฉบับปกปิดข้อมูล" in done.text
    page = neighbour.open(confirm)
    assert "อยากอยู่ใกล้บ้าน" in page.text and "ไกลบ้าน" not in page.text and "มาลี" not in page.text
    assert not [each for each in page.links() if "/erasure/minutes/" in each]
    assert neighbour.open(link).status == 404 and browser("worker-60").open(link).status == 403
    assert "ใกล้บ้านเดิม" in browser("member-60").open(f"/cases/{world.case_id}/plan").text
    after = neighbour.send(page)
    assert "ลบข้อมูลของผู้รับบริการแล้ว" in after.text and "อยากอยู่ใกล้บ้าน" in after.text
    assert director.open(link).status == 404
    story = door.wait(
        f"/api/v1/cases/{world.case_id}/timeline", lambda found: found["items"][-1]["type"] == "PersonErased"
    )
    assert "อยากอยู่ใกล้บ้าน" not in str(story) and "MinutesKept" in str(story)
    assert "เก็บรายงานการประชุมฉบับปกปิดข้อมูลไว้" in director.open(f"/cases/{world.case_id}").text


def test_a_version_of_the_minutes_is_kept_by_a_call_only_while_the_erasure_waits(door):
    world = door.world()
    path = f"/api/v1/cases/{world.case_id}/erasure"
    plan_id = door.get(f"/api/v1/cases/{world.case_id}").json()["plan"]["plan_id"]
    refused = door.post(f"{path}/minutes", kept_words() | {"plan_id": plan_id}, "director-60")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_erasure")
    door.made(path, {"reason": "ordered"}, "director-60")
    told = door.made(f"{path}/minutes", kept_words() | {"plan_id": plan_id}, "deputy-60")
    [decision] = door.get(f"{path}/minutes", "deputy-60").json()["items"]
    assert (
        decision["plan_id"] == plan_id
        and decision["kept"]["redacted"]["by"] == "deputy-60"
        and told["version"] == 1
    )
    named = door.post(f"{path}/minutes", kept_words() | {"plan_id": plan_id, "why": "มาลี"}, "deputy-60")
    assert named.status_code == 422 and list(named.json()["errors"]) == ["why"] and "มาลี" not in named.text
    assert door.post(f"{path}/minutes", kept_words() | {"plan_id": plan_id}, "worker-60").status_code == 403


def test_the_erasures_that_wait_are_taken_away_without_whom_they_are_about(door, browser):
    world = door.world()
    door.made(f"/api/v1/cases/{world.case_id}/erasure", {"reason": "ordered"}, "director-60")
    deputy = browser("deputy-60")
    assert f"{deputy.address}/erasures.csv" in deputy.open("/erasures").links()
    name, tables = taken(deputy, "/erasures.csv")
    lines = tables.popitem()[1]
    assert name.startswith("songtor-erasures-waiting-nakhon-sawan-") and len(lines) >= 2
    assert world.case_id not in str(lines) and "มาลี" not in str(lines)
    assert browser("worker-60").open("/erasures.csv").status == 403
