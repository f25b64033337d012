"""Drafts: what was typed and not sent yet comes back to its own user, at the same field, and to nobody else.

Long because whose draft it is, is asked of every form in the same way.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import inspect, select, update

from services.codes.steps import STEPS
from services.kernel import schema
from services.kernel.database import Database
from services.kernel.envelope import instant
from services.web.identity import accounts, passwords, sessions
from services.web.service import APPLICATION
from services.web.store import drafts
from services.web.wiring import WIRING
from tests.web.browser import HASH, PASSWORD, Browser
from tests.web.door import plan

FORMS = [
    rule
    for rule in APPLICATION.url_map.iter_rules()
    if rule.endpoint.startswith("pages.")
    and {"GET", "POST"} <= rule.methods
    and "worker" in APPLICATION.view_functions[rule.endpoint].roles
]
JSON = {"Accept": "application/json"}
SECRET = "นางมะลิวัลย์ ความลับไม่รั่วไหล"


@pytest.fixture
def new_worker(door):
    """Makes signed-in workers of centre 60 whom no other test knows."""

    def made():
        name = f"drafter-{uuid4().hex[:8]}"
        door.add(name, "worker", ("60",))
        with door.runtime("web").database.write() as db:
            passwords.keep(db, name, HASH, temporary=False)
        worker = Browser(door.address, name)
        worker.user = name
        return worker

    return made


@pytest.fixture
def worker(new_worker):
    return new_worker()


def filled(page, **typed):
    """The fields of the page's form as a browser would send them now."""
    fields = dict(page.form().form_values())
    return fields | {name.replace("__", "."): text for name, text in typed.items()}


def autosaved(worker, page, focus="", **typed):
    """What the script does while somebody types: (answer, its JSON)."""
    fields = filled(page, **typed) | {"draft.focus": focus}
    answer = worker.http.post(f"{worker.address}/drafts", data=fields, headers=JSON, timeout=60)
    return answer, answer.json() if answer.headers["Content-Type"] == "application/json" else None


def value(page, name):
    [field] = page.tree.xpath(f'//main//form//*[@name="{name}"]')
    return field.value


def notice(page):
    found = page.tree.xpath('//*[@class="app-draft-found"]')
    return " ".join(found[0].text_content().split()) if found else ""


def rows(door, user):
    table = drafts.draft
    return door.runtime("web").read(
        lambda db: db.execute(select(table).where(table.c.user_name == user).order_by(table.c.saved_at)).all()
    )


def closing(door, worker):
    """(address, page) of the form that closes a new case."""
    path = f"/cases/{door.case()}/close"
    return path, worker.open(path)


def test_what_was_typed_comes_back_at_the_same_field_on_another_device(door, worker):
    path, page = closing(door, worker)
    assert not notice(page)
    answer, told = autosaved(worker, page, "note", reason="moved", note=SECRET)
    assert answer.ok and told["said"].startswith("บันทึกร่างแล้ว ") and not told["note"]
    elsewhere = Browser(door.address, worker.user)
    back = elsewhere.open(path)
    assert notice(back).startswith("นี่คือร่างที่บันทึกไว้เมื่อ ") and "เริ่มใหม่" in notice(back)
    assert value(back, "note") == SECRET
    assert back.tree.xpath('//main//input[@name="reason"][@checked]/@value') == ["moved"]
    assert back.tree.xpath("//*[@autofocus]/@id") == ["note"]


@pytest.mark.parametrize("field", ["facts.housing-2", "facts.wants-2", "facts.nationality"])
def test_a_choice_is_a_field_too(door, worker, field):
    path = f"/cases/{door.case()}/screening/fill"
    page = worker.open(path)
    name, code = field.partition("-")[0], page.tree.get_element_by_id(field).get("value", "stateless")
    autosaved(worker, page, field, **{name: code})
    chosen = worker.open(path).tree.get_element_by_id(field)
    assert chosen.get("autofocus") is not None
    assert chosen.value == code if chosen.tag == "select" else chosen.checked


def test_without_a_script_a_button_saves_an_unfinished_form(worker):
    path = f"/cases/new/person?danger=none&draft={uuid4().hex}"
    page = worker.open(path)
    [button] = page.tree.xpath('//main//form//button[@formaction="/drafts"]')
    assert button.text_content().strip() == "บันทึกร่าง"
    saved = worker.post("/drafts", filled(page, person__name__first="มะลิ", person__birth_date="ไม่แน่ใจ"))
    assert saved.status == 200 and saved.path == path[1:] and "บันทึกร่างแล้ว" in saved.text
    assert notice(saved) and value(saved, "person.birth_date") == "ไม่แน่ใจ" and not saved.errors


@pytest.mark.parametrize("rule", FORMS, ids=lambda rule: rule.rule)
def test_every_form_with_much_to_type_keeps_a_draft(world, browser, rule):
    worker = browser("worker-60")
    choices = {"step": STEPS, "action": ("retire", "reopen"), "decision": ("accept", "dismiss")}
    [chosen] = [choices[name] for name in choices if name in rule.arguments] or [[""]]
    for choice in chosen:
        known = {**vars(world), **dict.fromkeys(choices, choice), "token": "x"}
        path = rule.build({name: known[name] for name in rule.arguments}, append_unknown=False)[1]
        page = worker.open(path + "?danger=none" if rule.endpoint == "pages.intake.person" else path)
        for form in page.tree.xpath("//main//form[@method='post']") if page.status == 200 else ():
            much = form.xpath(
                ".//textarea | .//input[@type='text' or @type='email' or @type='tel'] | .//select"
            )
            typed = form.xpath(".//textarea") or len(much) > 3
            assert not typed or form.xpath(".//input[@name='draft']"), path


def test_a_form_that_was_refused_is_kept_as_well(worker):
    path = f"/cases/new/person?danger=none&draft={uuid4().hex}"
    refused = worker.send(worker.open(path), person__birth_date="32/1/2500", note=SECRET)
    assert refused.status == 422 and "บันทึกร่างแล้ว" in refused.text and not notice(refused)
    back = worker.open(path)
    assert value(back, "note") == SECRET and value(back, "person.birth_date") == "32/1/2500"


def test_rows_that_were_added_are_there_again(door, worker):
    path = f"/cases/{door.case()}/plan/record"
    page = worker.open(path)
    page = worker.send(page, more="yes", members__4__name="คนที่ห้า")
    autosaved(worker, page, members__7__name="คนที่แปด")
    back = worker.open(path)
    assert value(back, "members.4.name") == "คนที่ห้า" and value(back, "members.7.name") == "คนที่แปด"
    assert len(back.tree.xpath('//main//input[starts-with(@id, "members.")][contains(@id, ".name")]')) == 8


def test_my_work_and_the_first_page_of_a_new_case_show_what_waits(door, worker):
    gate = worker.open("/cases/new")
    assert "ร่างที่ยังไม่ส่ง" not in gate.text
    fields = dict(gate.tree.xpath("//main//form")[0].form_values()) | {"danger": "none"}
    page = worker.open("/cases/new/person?" + "&".join(f"{name}={text}" for name, text in fields.items()))
    autosaved(worker, page, "found.place", person__name__first="มะลิ", found__place="ใต้สะพาน")
    path, page = closing(door, worker)
    autosaved(worker, page, note="ย้ายกลับบ้าน")
    work = worker.open("/work")
    [section] = work.tree.xpath('//section[@aria-labelledby="drafts"]')
    shown = " ".join(section.text_content().split())
    assert "ร่างที่ยังไม่ส่ง 2" in shown and "มะลิ" in shown and "นางมาลี ใจดี" in shown
    assert path in section.xpath(".//a/@href")

    gate = worker.open("/cases/new")
    [link] = gate.tree.xpath('//section[@aria-labelledby="drafts"]//a/@href')
    assert link.endswith("#found.place")
    assert value(worker.open(link), "found.place") == "ใต้สะพาน"


def test_each_new_case_has_a_draft_of_its_own(worker):
    one, two = (worker.open("/cases/new").tree.xpath('//input[@name="draft"]/@value')[0] for _ in range(2))
    assert one != two
    for name in (one, two):
        autosaved(worker, worker.open(f"/cases/new/person?danger=none&draft={name}"), note=name)
    assert value(worker.open(f"/cases/new/person?danger=none&draft={one}"), "note") == one


def test_after_it_was_sent_the_form_is_fresh(door, worker):
    path, page = closing(door, worker)
    autosaved(worker, page, reason="moved", note=SECRET)
    sent = worker.send(worker.open(path))
    assert sent.status == 200 and "ปิดเรื่องแล้ว" in sent.text
    assert rows(door, worker.user) == [] and "ร่างที่ยังไม่ส่ง" not in worker.open("/work").text


def test_a_draft_that_is_thrown_away_leaves_nothing(door, worker):
    path, page = closing(door, worker)
    autosaved(worker, page, note=SECRET)
    back = worker.open(path)
    fresh = worker.send(back, "/drafts/discard")
    assert fresh.path == path[1:] and "ทิ้งร่างแล้ว" in fresh.text
    assert not notice(fresh) and not value(fresh, "note") and rows(door, worker.user) == []


def housing(door, case_id):
    return door.ask("screening", "screening", "worker-60", {"case_id": case_id})["facts"]["housing"]


def test_what_others_changed_meanwhile_is_shown_and_not_overwritten(door, worker):
    case_id = door.case()
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}})
    path = f"/cases/{case_id}/screening/fill"
    autosaved(worker, worker.open(path), facts__housing="home")
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "temporary"}})
    back = worker.open(path)
    assert "เปลี่ยนไปหลังจากนั้น" in notice(back)
    conflict = worker.send(back)
    assert conflict.status == 412 and "มีผู้อื่นแก้ไขข้อมูลนี้ไปแล้ว" in conflict.raw
    assert housing(door, case_id) == "temporary"
    # The next visit still has the text, and who has seen both may send it.
    again = worker.send(worker.open(path))
    assert again.status == 200 and not again.errors
    assert housing(door, case_id) == "home"


def test_what_was_not_there_when_the_draft_began_is_not_overwritten_either(door, worker):
    case_id = door.case()
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}})
    path = f"/cases/{case_id}/plan/record"
    members = {
        f"members__{row}__{name}": text
        for row, member in enumerate(plan()["members"])
        for name, text in member.items()
    }
    page = worker.open(path)
    autosaved(worker, page, path="local_home", why="เดิม", goals="มีที่พัก", **members)
    door.made(f"/api/v1/cases/{case_id}/plan", plan())
    conflict = worker.send(worker.open(path))
    assert conflict.status == 412 and value(conflict, "why") == "เดิม"


def test_a_step_that_is_not_possible_any_more_still_shows_what_was_typed(door, worker):
    referral_id = door.referred()["referral_id"]
    door.wait(f"/api/v1/referrals/{referral_id}", lambda found: found["place"] == "reserved")
    path = f"/referrals/{referral_id}/decline"
    autosaved(worker, worker.open(path), "note", note=SECRET)
    door.made(f"/api/v1/referrals/{referral_id}/accept", {})
    assert value(worker.open(path), "note") == SECRET
    assert worker.open(f"/referrals/{referral_id}/waitlist").status == 409


def test_a_form_that_was_sent_in_one_tab_can_be_sent_on_from_another(door, worker):
    path = f"/cases/new/person?danger=none&draft={uuid4().hex}"
    answers = {"channel": "walk_in", "person__identity_status": "unknown", "person__sex": "male"}
    autosaved(worker, worker.open(path), **answers)
    here, there = worker.open(path), worker.open(path)
    assert worker.send(here).status == 200
    refused = worker.send(there, note="อีกคนหนึ่ง")
    assert refused.status == 409 and value(refused, "note") == "อีกคนหนึ่ง" and "ส่งไปแล้ว" in refused.errors[""]
    assert worker.send(refused).status == 200 and rows(door, worker.user) == []


def test_another_tab_is_told_that_it_replaced_a_draft(door, worker):
    _, page = closing(door, worker)
    first = autosaved(worker, page, note="ก")[1]
    second = autosaved(worker, page, note="ข")[1]
    assert not first["note"] and "แท็บหรือเครื่องอื่น" in second["note"]
    third = autosaved(worker, page, note="ค", draft__seen=second["seen"])[1]
    assert not third["note"]


def test_looking_up_a_place_while_typing_is_no_other_tab(worker):
    path = f"/cases/new/person?danger=none&draft={uuid4().hex}"
    page = worker.open(path)
    first = autosaved(worker, page, area="ปากน้ำโพ")[1]
    worker.post(path, filled(page, area="ปากน้ำโพ", find="yes"), headers={"HX-Request": "true"})
    assert not autosaved(worker, page, area="ปากน้ำโพ", draft__seen=first["seen"])[1]["note"]


# -- nobody else ---------------------------------------------------------------------------------------------------


def test_nothing_of_a_draft_is_readable_on_disk(door, worker):
    path, page = closing(door, worker)
    autosaved(worker, page, note=SECRET)
    [row] = rows(door, worker.user)
    assert path not in "".join(map(str, row))
    files = [file.read_bytes() for file in door.settings.data.glob("web*")]
    assert files and any(row.sealed.encode() in content for content in files)
    for text in (SECRET, SECRET.split()[0], path):
        assert not any(text.encode() in content for content in files)


def test_another_user_neither_sees_nor_writes_it(door, worker, new_worker):
    path, page = closing(door, worker)
    autosaved(worker, page, note=SECRET)
    other = new_worker()
    shown = other.open(path)
    assert not notice(shown) and SECRET not in shown.raw
    fields = filled(page, note="ของคนอื่น") | {"csrf": value(shown, "csrf")}
    answer = other.http.post(f"{other.address}/drafts", data=fields, headers=JSON)
    assert answer.status_code == 409 and rows(door, other.user) == []
    assert value(worker.open(path), "note") == SECRET


def test_the_list_says_of_whom_and_where(door, worker):
    sent = [door.referred() for _ in range(2)]
    for each in sent:
        page = worker.open(f"/referrals/{each['referral_id']}/withdraw")
        autosaved(worker, page, note="ก")
    listed = worker.open("/work").tree.xpath("//section[@aria-labelledby='drafts']//li")
    said = [" ".join(each.text_content().split()) for each in listed]
    for each in sent:
        number = door.get(f"/api/v1/cases/{each['case_id']}").json()["case_number"]
        programme = door.get(f"/api/v1/referrals/{each['referral_id']}").json()["programme_id"]
        [name] = door.ask("partners", "names", "worker-60", {"programme_ids": [programme]})["items"]
        assert [text for text in said if number in text and name["partner"] in text], said


def test_a_row_that_is_moved_to_another_user_opens_for_nobody(door, worker, new_worker):
    path, page = closing(door, worker)
    autosaved(worker, page, note=SECRET)
    other = new_worker()
    autosaved(other, other.open(path), note="ของตัวเอง")
    [row] = rows(door, worker.user)
    change(door, drafts.draft, other.user, sealed=row.sealed)
    assert not notice(other.open(path))


@pytest.mark.parametrize("ticket", ["", "x", "gAAAAAB" + "x" * 90])
def test_a_draft_of_a_form_that_is_not_ours_is_refused(door, worker, ticket):
    _, page = closing(door, worker)
    for path in ("/drafts", "/drafts/discard"):
        assert worker.post(path, filled(page) | {"draft": ticket}).status == 400


def test_passwords_and_tokens_are_in_no_draft(door, worker):
    for path in ("/password", "/sign-in"):
        assert not worker.open(path).tree.xpath('//*[@name="draft"]')
    _, page = closing(door, worker)
    autosaved(worker, page, note="ก")
    [kept] = drafts.unfinished(door.runtime("web"), worker.user)
    assert {name for name, _ in kept.fields} == {"command", "note"}


# -- bounds --------------------------------------------------------------------------------------------------------


def change(door, table, user, **values):
    with door.runtime("web").database.write() as db:
        db.execute(update(table).where(table.c.user_name == user).values(**values))


def test_a_draft_has_a_largest_size(door, worker):
    _, page = closing(door, worker)
    assert autosaved(worker, page, note="ก" * 80_000)[0].status_code == 200
    answer, _ = autosaved(worker, page, note="ก" * 90_000)
    assert answer.status_code == 413
    refused = worker.send(page, note="ก" * 90_000)
    assert refused.status == 422 and len(value(refused, "note")) == 90_000


def test_of_too_many_drafts_the_oldest_goes(door, worker):
    names = [uuid4().hex for _ in range(drafts.MOST + 2)]
    for name in names:
        autosaved(worker, worker.open(f"/cases/new/person?danger=none&draft={name}"), note=name)
    assert len(rows(door, worker.user)) == drafts.MOST
    first, last = (worker.open(f"/cases/new/person?danger=none&draft={names[at]}") for at in (0, -1))
    assert not notice(first) and value(last, "note") == names[-1]


def test_after_a_week_a_draft_is_gone(door, worker, new_worker):
    path, page = closing(door, worker)
    autosaved(worker, page, note=SECRET)
    change(door, drafts.draft, worker.user, saved_at=instant(door.runtime("web").now() - drafts.KEPT))
    assert not notice(worker.open(path)) and "ร่างที่ยังไม่ส่ง" not in worker.open("/work").text
    other = new_worker()
    autosaved(other, other.open(path), note="ก")
    assert rows(door, worker.user) == []


def test_drafts_go_with_the_account(door, browser, worker):
    _, page = closing(door, worker)
    autosaved(worker, page, note=SECRET)
    admin = browser("admin")
    admin.send(admin.open(f"/users/{worker.user}/close"))
    assert rows(door, worker.user) == []


def test_an_existing_database_gets_the_table(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/web.db")
    with database.write() as db:
        schema.migrate(db, schema.branches("web"), ["kernel_0002", "web_0003"])
        assert "draft" not in inspect(db).get_table_names()
    schema.prepare(database, WIRING)
    with database.read() as db:
        assert "draft" in inspect(db).get_table_names()
    database.close()


# -- sessions that end ---------------------------------------------------------------------------------------------


def end_session(door, user):
    change(door, sessions.session, user, seen_at=instant(door.runtime("web").now() - timedelta(minutes=31)))


def test_typing_on_after_the_session_ended_is_saved_once_signed_in_again(door, worker):
    path, page = closing(door, worker)
    end_session(door, worker.user)
    answer, _ = autosaved(worker, page, note=SECRET)
    assert answer.status_code == 401 and rows(door, worker.user) == []
    worker.sign_in(worker.user)  # in a new tab: the old one still has the token of the session that ended
    answer, _ = autosaved(worker, page, note=SECRET)
    fresh = answer.headers["X-CSRF-Token"]
    assert answer.status_code == 403 and rows(door, worker.user) == []
    answer, told = autosaved(worker, page, note=SECRET, csrf=fresh)
    assert answer.ok and told["said"] and value(worker.open(path), "note") == SECRET


def test_who_signs_in_again_comes_back_to_the_draft_at_its_field(door, worker):
    path, page = closing(door, worker)
    autosaved(worker, page, "note", note=SECRET)
    end_session(door, worker.user)
    asked = worker.open(path)
    assert asked.path.startswith("sign-in?next=")
    back = worker.send(asked, user=worker.user, password=PASSWORD)
    assert back.path == path[1:] and value(back, "note") == SECRET
    assert back.tree.xpath("//*[@autofocus]/@id") == ["note"]


def test_a_draft_saved_by_the_button_after_the_session_ended_is_saved_after_signing_in(door, worker):
    path, page = closing(door, worker)
    end_session(door, worker.user)
    asked = worker.post("/drafts", filled(page, note=SECRET))
    assert asked.status == 401
    again = worker.send(asked, user=worker.user, password=PASSWORD)
    assert again.heading == "แบบฟอร์มของคุณยังอยู่"
    saved = worker.send(again, "/drafts")
    assert saved.path == path[1:] and value(saved, "note").strip() == SECRET


def test_typing_is_being_there(door, worker):
    _, page = closing(door, worker)
    change(
        door,
        sessions.session,
        worker.user,
        seen_at=instant(door.runtime("web").now() - timedelta(minutes=29)),
    )
    autosaved(worker, page, note="ก")
    seen = door.runtime("web").read(lambda db: accounts.find(db, worker.user).seen_at)
    assert seen > instant(door.runtime("web").now() - timedelta(minutes=1))


def test_a_draft_from_another_site_is_refused(door, worker):
    _, page = closing(door, worker)
    answer = worker.post("/drafts", filled(page, note="ก"), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403 and rows(door, worker.user) == []
