"""What people are told of itself: who hears of what, once, never of their own acts and never a name; read on the page
and by the API."""

import time
from uuid import uuid4

from sqlalchemy import delete, select

from services.codes import notices as codes
from services.codes.access import ROLES
from services.codes.notices import BY_KIND, BY_TYPE, NOTICE_TOPICS, NOTICES
from services.kernel.envelope import Caller, instant
from services.kernel.runtime import utc_now
from services.reporting.doors import NOTICES as FACTS
from services.reporting.visibility import MARKS
from services.thai.dates import bangkok_day
from services.web.gateway import calls, telling
from services.web.identity import api_keys, delegations
from services.web.store import notices as store
from services.web.store.notices import Notice, notice
from tests.web.door import opening, plan, problem

PRIVATE = ("มาลี", "1609900123452", "ป้าลี", "เตียงเต็ม", "คุณสมศรี")
PATH = "/api/v1/notifications"


def told(door, user, case_id=None):
    items = door.get(f"{PATH}?limit=500", user).json()["items"]
    return [each["kind"] for each in items if case_id is None or each["case_id"] == case_id]


def until(good, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (found := good()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found


def all_told(door):
    """Everything that happened so far has been told."""
    web = door.runtime("web")

    def done():
        before = web.read(store.get_position)
        answer = (
            calls.ask_as_system(web, FACTS.of(after=before, limit=1)).answer if before is not None else None
        )
        return answer is not None and answer["next"] == before

    # What was just written reaches the merged log within moments.
    for _ in range(3):
        until(done)
        time.sleep(0.2)


def test_who_answers_for_a_case_hears_what_the_partner_said_once_and_nobody_of_their_own_acts(door):
    world = door.world()
    door.made(f"/api/v1/referrals/{world.referral_id}/accept", {"said_by": "คุณสมศรี"}, "director-60")
    until(lambda: "partner_accepted" in told(door, "worker-60", world.case_id))
    all_told(door)
    assert told(door, "worker-60", world.case_id).count("partner_accepted") == 1
    assert "partner_accepted" not in told(door, "director-60", world.case_id)
    # It screened, planned and sent itself.
    assert {"screened", "plan_agreed"}.isdisjoint(told(door, "worker-60", world.case_id))
    assert told(door, "worker-61", world.case_id) == [] == told(door, "member-60", world.case_id)


def test_what_a_colleague_does_in_my_case_is_told_to_me(door):
    case_id = door.case()
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}}, "director-60")
    door.made(f"/api/v1/cases/{case_id}/plan", plan(), "director-60")
    until(lambda: {"screened", "plan_agreed"} <= {*told(door, "worker-60", case_id)})


def test_a_no_is_told_and_a_decline_that_is_reviewed_waits_for_the_director(door):
    door.reviewing()
    world = door.world()
    no = {"reason": "missing_documents", "whose": "partner", "note": "เตียงเต็ม"}
    door.made(f"/api/v1/referrals/{world.referral_id}/decline", no)
    until(lambda: "decline_waits" in told(door, "director-60", world.case_id))
    assert "partner_declined" not in told(door, "worker-60", world.case_id)  # who wrote it down
    assert "decline_waits" not in told(door, "worker-60", world.case_id)


def test_a_partner_hears_of_its_own_referral_once_it_was_told_and_no_number_of_the_centre(door):
    world, other = door.world(), door.world()
    user = f"hears-{world.partner_id[:8]}"
    door.add(user, "partner", (), world.partner_id)
    for each in (world, other):
        door.made(f"/api/v1/referrals/{each.referral_id}/told", {"how": "phone"})
    until(lambda: told(door, user) == ["referral_told"])
    [item] = door.get(PATH, user).json()["items"]
    assert item["case_id"] == world.case_id and item["case_number"] is None
    door.made(f"/api/v1/referrals/{world.referral_id}/withdraw", {})
    until(lambda: told(door, user) == ["referral_withdrawn", "referral_told"])


def test_of_what_a_partner_was_never_told_it_does_not_hear_the_end(door):
    world = door.world()
    user = f"untold-{world.partner_id[:8]}"
    door.add(user, "partner", (), world.partner_id)
    door.made(f"/api/v1/referrals/{world.referral_id}/withdraw", {})
    all_told(door)
    assert told(door, user) == []


def test_a_case_that_is_handed_over_is_told_and_the_new_owner_hears_what_follows(door):
    door.add("second-60", "worker", ("60",))
    case_id = door.case()
    body = {"case_ids": [case_id], "to_user": "second-60"}
    call = {"caller": {"user": "director-60", "role": "director", "centres": ["60"]}, "id": str(uuid4()),
            "fingerprint": "", "correlation": str(uuid4()), "at": None, "if_match": None}  # fmt: skip
    door.runtime("web").ports.ask("intake", "assign", call, body, 10.0)
    until(lambda: told(door, "second-60", case_id) == ["case_assigned"])
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}}, "director-60")
    until(lambda: "screened" in told(door, "second-60", case_id))
    assert "screened" not in told(door, "worker-60", case_id)


def test_a_consent_taken_back_is_told_to_the_director_too(door):
    world = door.world()
    path = f"/api/v1/cases/{world.case_id}/consents/{world.consent_id}/withdraw"
    door.made(path, {"how": "spoken"})
    until(lambda: "consent_withdrawn" in told(door, "director-60", world.case_id))


def test_who_is_named_to_confirm_an_erasure_hears_of_it_and_reads_no_number_of_another_centre(door):
    world = door.world()
    body = {"reason": "ordered", "confirmer": "director-61"}
    door.made(f"/api/v1/cases/{world.case_id}/erasure", body, "director-60")
    until(lambda: "erasure_waits" in told(door, "director-61", world.case_id))
    [item] = [
        each for each in door.get(PATH, "director-61").json()["items"] if each["case_id"] == world.case_id
    ]
    assert item["case_number"] is None and "erasure_waits" not in told(door, "deputy-60", world.case_id)


def test_a_case_that_is_to_go_to_another_centre_is_told_to_both_by_no_number_there(door):
    case_id = door.planned("60")
    door.made(f"/api/v1/cases/{case_id}/transfer", {"to": "61", "reason": "relatives"})
    until(lambda: told(door, "director-61", case_id) == ["transfer_asked"])
    [item] = [each for each in door.get(PATH, "director-61").json()["items"] if each["case_id"] == case_id]
    assert item["case_number"] is None and told(door, "worker-61", case_id) == []
    no = {"reason": "no_means", "note": "เตียงเต็ม"}
    door.made(f"/api/v1/cases/{case_id}/transfer/reject", no, "director-61")
    until(lambda: "transfer_rejected" in told(door, "worker-60", case_id))
    door.made(f"/api/v1/cases/{case_id}/transfer", {"to": "61", "reason": "relatives"})
    door.wait(
        f"/api/v1/transfers?case_id={case_id}",
        lambda found: any(each["status"] == "waiting" for each in found["items"]),
        "director-61",
    )
    door.made(f"/api/v1/cases/{case_id}/transfer/accept", {}, "director-61")
    until(lambda: "transfer_accepted" in told(door, "director-60", case_id))


def fact(type, user=None, role=None, case_id="case"):
    return {
        "position": 1, "id": str(uuid4()), "type": type, "recordedtime": "2026-11-30T03:00:00Z", "centre": "60",
        "actor": "system", "case_id": case_id, "partner_id": None, "told": True,
        "data": {"referral_id": "r", "to_user": user, "to_role": role},
    }  # fmt: skip


def test_a_deadline_that_was_missed_goes_to_whom_the_procedure_names(door):
    web, case_id = door.runtime("web"), door.case()
    for type in ("DeadlineMissed", "ReferralExpired", "FollowUpMissed"):
        for user, role, expected in (
            (None, "director", {"worker-60", "director-60"}),
            (None, None, {"worker-60", "director-60"}),
            ("deputy-60", "director", {"worker-60", "deputy-60"}),
            (None, "worker", {"worker-60"}),
        ):
            heard = {each.user_name for each in telling.list_notices(web, [fact(type, user, role, case_id)])}
            assert heard >= expected and (role != "worker" or heard == expected)
            assert user is None or "director-60" not in heard
    [near] = telling.list_notices(web, [fact("ReminderDue", case_id=case_id)])
    assert (near.user_name, near.kind) == ("worker-60", "reminder_due")


def test_registry_and_proposals_are_told_to_those_who_decide(door):
    world = door.world()
    door.call("PATCH", f"/api/v1/partners/{world.partner_id}", {"name": "ก", "reason": "ข"}, "worker-61")
    until(lambda: "proposal_waits" in told(door, "director-60"))
    before = told(door, "director-60").count("problem_found")
    door.problem(world.programme_id)
    until(lambda: told(door, "director-60").count("problem_found") == before + 1)
    assert "problem_found" not in told(door, "director-61")


def test_who_stands_in_for_a_director_hears_what_the_director_hears(door):
    door.add("director-37", "director", ("37",))
    door.add("stands-37", "worker", ("37",))
    door.add("worker-37", "worker", ("37",))
    today, director = bangkok_day(utc_now()), Caller("director-37", "director", ("37",))
    delegations.give(door.runtime("web"), director, "37", "stands-37", today, today, "ลา")
    case_id = door.case("37")
    sent = door.planned("37") and case_id
    consent = door.made(
        f"/api/v1/cases/{sent}/consents", {"kind": "data", "status": "given", "how": "spoken"}, "worker-37"
    )
    door.made(
        f"/api/v1/cases/{sent}/consents/{consent['consent_id']}/withdraw", {"how": "spoken"}, "worker-37"
    )
    until(lambda: "consent_withdrawn" in told(door, "stands-37", case_id))
    assert "consent_withdrawn" in told(door, "director-37", case_id)


def test_a_key_that_expires_and_a_webhook_that_paused_are_told_once(door):
    partner_id, _ = door.programme()
    user, web = f"keeps-{partner_id[:8]}", door.runtime("web")
    door.add(user, "partner", (), partner_id)
    api_keys.make(web, str(uuid4()), partner_id, "ระบบ", ("referrals.read",), 7, user)
    for _ in range(2):
        telling.tell_expiring(web)
    assert told(door, user) == ["key_expires"]
    assert told(door, "director-60").count("key_expires") >= 1


def test_reading_one_or_all_is_kept_and_counted(door, browser):
    user = "reads-60"
    door.add(user, "worker", ("60",))
    rows = [
        Notice(user, str(uuid4()), "screened", 1, str(uuid4()), f"60-2569-90{n}", None, instant(utc_now()))
        for n in range(3)
    ]
    with door.runtime("web").database.write() as db:
        store.add(db, rows)
    listed = door.get(f"{PATH}?limit=2", user).json()
    assert listed["unread"] == 3 and len(listed["items"]) == 2 and listed["next"]
    rest = door.get(f"{PATH}?limit=2&cursor={listed['next']}", user).json()
    assert [each["notification_id"] for each in rest["items"]] != [] and rest["next"] is None
    assert door.made(f"{PATH}/read", {"notification_ids": [rows[0].notice_id]}, user) == {"unread": 2}
    assert door.made(f"{PATH}/read", {"notification_ids": [rows[0].notice_id]}, user) == {"unread": 2}
    unread = door.get(f"{PATH}?unread=true", user).json()["items"]
    assert {each["notification_id"] for each in unread} == {each.notice_id for each in rows[1:]}
    problem(door.post(f"{PATH}/read", {}, user), 422)
    problem(door.get(f"{PATH}?cursor=x", user), 422)
    there = browser(user)
    page = there.open("/notices")
    assert "60-2569-901" in page.text and ">2<" in page.answer.text
    there.send(page, "/notices/read")
    assert door.get(PATH, user).json()["unread"] == 0
    # Nobody reads or marks what is another's.
    assert door.made(f"{PATH}/read", {"all": True}, "worker-61")["unread"] == 0
    problem_free = browser("worker-61").open(f"/notices/{rows[0].notice_id}")
    assert problem_free.answer.status_code == 404


def test_each_kind_leads_to_a_page_that_its_readers_may_open(door, browser, world):
    web = door.runtime("web")
    door.add(f"leads-{world.partner_id[:8]}", "partner", (), world.partner_id)
    hook = door.made(
        "/api/v1/webhooks",
        {"url": "https://127.0.0.1:1/x", "types": ["PartnerRetired"], "centre": "60"},
        "director-60",
    )["webhook_id"]
    things = {"referral": world.referral_id, "webhook": hook, "keys": world.partner_id}
    rows = []
    for about in NOTICES:
        user = f"leads-{world.partner_id[:8]}" if about.to == (codes.PARTNER,) else "director-60"
        rows.append(
            Notice(
                user,
                str(uuid4()),
                about.kind,
                1,
                world.case_id,
                "60-2569-1",
                things.get(about.leads),
                instant(utc_now()),
            )
        )
    with web.database.write() as db:
        store.add(db, rows)
    for row in rows:
        page = browser(row.user_name).open(f"/notices/{row.notice_id}")
        assert page.answer.status_code == 200 and page.path != "/notices", row.kind


def test_of_two_front_doors_that_look_at_once_one_tells(door):
    web = door.runtime("web")
    with web.database.write() as db:
        assert store.move(db, store.get_position(db), store.get_position(db))
    position = web.read(store.get_position)
    with web.database.write() as db:
        assert not store.move(db, position - 1, position + 5)
        assert not store.move(db, None, 1)
    row = Notice("two-60", "one", "screened", 1, None, None, None, instant(utc_now()))
    with web.database.write() as db:
        assert store.add(db, [row, row]) == [row]
        assert store.add(db, [row]) == []
        db.execute(delete(notice).where(notice.c.user_name == "two-60"))


def test_the_first_look_begins_days_ago_and_not_at_the_beginning(door, world):
    web = door.runtime("web")
    far = calls.ask_as_system(web, FACTS.of(since="2099-01-01T00:00:00Z", limit=1)).answer
    all_of_it = calls.ask_as_system(web, FACTS.of(since="1999-01-01T00:00:00Z", limit=1)).answer
    assert far["items"] == [] and all_of_it["items"] and far["next"] > all_of_it["next"]


def test_nothing_of_a_person_is_in_what_is_told(door):
    """Each kind says fixed words; a row has ids, a number and times; what it is made of are open fields of facts."""
    rows = door.runtime("web").read(lambda db: db.execute(select(notice)).all())
    assert rows and not any(text in str(row) for row in rows for text in PRIVATE)
    for about in NOTICES:
        assert "{" not in about.words.th + about.words.en and about.topic in NOTICE_TOPICS
    marks = {type: fields for of_service in MARKS.values() for type, fields in of_service.items()}
    for type, kinds in BY_TYPE.items():
        assert type in marks, type
        for about in kinds:
            assert {*about.when} <= {*marks[type]}, about.kind


def test_kinds_are_named_once_and_every_role_but_none_hears_of_what_it_may():
    assert len(BY_KIND) == len(NOTICES)
    assert {role for role in ROLES if codes.topics_of(role)} == {*ROLES}
    assert "referred" not in codes.topics_of("worker") and codes.topics_of("partner") == (
        "referred",
        "systems",
    )


def test_who_left_the_centre_hears_nothing_more(door):
    door.add("leaves-60", "worker", ("60",))
    made = door.made("/api/v1/cases", opening("60"), "leaves-60")
    door.add("leaves-60", "worker", ("61",))
    door.made(f"/api/v1/cases/{made['case_id']}/screening", {"facts": {"housing": "street"}})
    until(lambda: "screened" in told(door, "director-60", made["case_id"]))
    assert told(door, "leaves-60") == []


def test_another_centres_director_hears_that_a_case_is_offered_by_no_number_and_the_sender_of_the_answer(
    door,
):
    case_id = door.case()
    door.made(f"/api/v1/cases/{case_id}/transfer", {"to": "61", "reason": "domicile"}, "worker-60")
    until(lambda: told(door, "director-61", case_id) == ["transfer_asked"])
    [item] = [each for each in door.get(PATH, "director-61").json()["items"] if each["case_id"] == case_id]
    assert item["case_number"] is None and told(door, "worker-61", case_id) == []
    door.made(f"/api/v1/cases/{case_id}/transfer/reject", {"reason": "no_means"}, "director-61")
    until(lambda: "transfer_rejected" in told(door, "worker-60", case_id))
    door.made(f"/api/v1/cases/{case_id}/transfer", {"to": "61", "reason": "domicile"}, "worker-60")
    door.made(f"/api/v1/cases/{case_id}/transfer/accept", {}, "director-61")
    until(lambda: "transfer_accepted" in told(door, "director-60", case_id))
