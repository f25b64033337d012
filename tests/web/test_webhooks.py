"""Webhooks: who hears what, signed so that Standard Webhooks' own library takes it, once and in order, again when
nobody answered, and never at an address that is not called."""

import re
import time
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, update
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from services.codes.feed import EVENT_TYPES, OF_PARTNER
from services.kernel.envelope import instant
from services.kernel.runtime import utc_now
from services.web.gateway import webhooks
from services.web.store import outbox
from services.web.store import webhooks as store
from services.web.store.attempts import DELAYS
from services.web.store.webhooks import webhook, webhook_message
from tests.support.receiver import receiving
from tests.web.door import problem
from tests.web.taken import taken

PRIVATE = ("มาลี", "1609900123452", "ป้าลี")


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture(autouse=True)
def nobody_else_listens(door):
    """What other tests made hears nothing of this one."""
    yield
    with door.runtime("web").database.write() as db:
        db.execute(update(webhook).values(state="ended"))


def make(door, receiver, user, types=tuple(EVENT_TYPES), **whose):
    return door.made(
        "/api/v1/webhooks", {"url": f"{receiver.address}/hook", "types": [*types], **whose}, user
    )


def until(good, seconds=20.0):
    """What `good` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := good()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found


def told_of(receiver, **about):
    return [body for body in receiver.bodies() if all(body["data"].get(k) == v for k, v in about.items())]


def row_of(door, webhook_id):
    return door.get(f"/api/v1/webhooks/{webhook_id}", "director-60").json()


def messages(door, webhook_id):
    return door.get(f"/api/v1/webhooks/{webhook_id}/deliveries", "director-60").json()["items"]


def due_now(door, webhook_id):
    """As if the time of the next attempt had come."""
    now = instant(utc_now())
    with door.runtime("web").database.write() as db:
        m = webhook_message.c
        waiting = m.webhook_id == webhook_id, m.state == "waiting"
        db.execute(update(webhook_message).where(*waiting).values(next_at=now))
        db.execute(update(webhook).where(webhook.c.webhook_id == webhook_id).values(next_at=now))


def test_a_centre_hears_of_its_cases_by_codes_and_can_tell_that_it_was_us(door, receiver):
    made = make(door, receiver, "director-60")
    case_id = door.case()
    until(lambda: told_of(receiver, caseid=case_id, type="CaseOpened"))
    for headers, body in receiver.taken:
        assert Verifier(made["secret"]).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Verifier(made["secret"]).verify(body + b" ", headers)
        assert not any(text in body.decode() for text in PRIVATE)
    feed = door.get(f"/api/v1/events?after={made['position']}&limit=500", "worker-60").json()["items"]
    [event] = told_of(receiver, caseid=case_id, type="CaseOpened")
    assert event["data"] in feed and event["type"] == "CaseOpened"
    positions = [body["position"] for body in receiver.bodies()]
    assert positions == sorted(positions)
    assert [body["previous"] for body in receiver.bodies()] == [made["position"], *positions[:-1]]


def test_a_centre_hears_nothing_of_another_and_the_ministry_nothing_of_one_person(door, receiver):
    with receiving() as of_ministry:
        made = make(door, receiver, "director-61")
        make(door, of_ministry, "ministry")
        case_id = door.case("60")
        [event] = until(lambda: told_of(of_ministry, caseid=case_id, type="CaseOpened"))
        assert set(event["data"]["data"]) <= {"case_id", "case_number"}
        until(lambda: is_at_the_end(door, made["webhook_id"]))
        assert not told_of(receiver, caseid=case_id)


def is_at_the_end(door, webhook_id):
    """Whether an endpoint has come to the end of the feed with nothing left."""
    web = door.runtime("web")
    found = web.read(lambda db: store.find(db, webhook_id))
    return found.waiting == 0 and found.position >= webhooks.head(web)


def test_a_partner_hears_of_its_own_referrals_from_when_it_was_told(door, receiver):
    world, other = door.world(), door.world()
    user = f"hooked-{world.partner_id[:8]}"
    door.add(user, "partner", (), world.partner_id)
    problem(door.post("/api/v1/webhooks", {"url": receiver.address, "types": ["CaseOpened"]}, user), 422)
    make(door, receiver, user, OF_PARTNER)
    for each in (world, other):
        door.made(f"/api/v1/referrals/{each.referral_id}/told", {"how": "phone"})
        said = {"reason": "not_eligible", "whose": "partner", "note": "เตียงเต็ม"}
        door.made(f"/api/v1/referrals/{each.referral_id}/decline", said)
    until(lambda: told_of(receiver, type="ReferralDeclined"))
    assert {body["data"]["data"]["referral_id"] for body in receiver.bodies()} == {world.referral_id}
    assert [body["type"] for body in receiver.bodies()] == ["PartnerTold", "ReferralDeclined"]
    assert "เตียงเต็ม" not in str(receiver.bodies()) and "reason" not in receiver.bodies()[1]["data"]["data"]
    feed = door.get("/api/v1/events?limit=500", user).json()["items"]
    assert {event["type"] for event in feed} == {"PartnerTold", "ReferralDeclined"}


def test_a_partner_hears_nothing_of_a_referral_it_was_never_told_of(door):
    world = door.world()
    user = f"untold-{world.partner_id[:8]}"
    door.add(user, "partner", (), world.partner_id)
    door.made(f"/api/v1/referrals/{world.referral_id}/withdraw", {})
    until(lambda: "ReferralWithdrawn" in door.get(f"/api/v1/cases/{world.case_id}/timeline").text)
    assert door.get("/api/v1/events?limit=500", user).json()["items"] == []


def test_what_was_not_taken_is_sent_again_in_order_under_the_same_id(door, receiver):
    receiver.answers += [500, 302]
    made = make(door, receiver, "director-60", ["CaseOpened"])
    first, second = door.case(), door.case()
    until(lambda: len(receiver.taken) == 1 and messages(door, made["webhook_id"]))
    [waiting] = [row for row in until(lambda: tried(door, made)) if row["attempts"]]
    assert (waiting["state"], waiting["status"], waiting["error"]) == ("waiting", 500, None)
    delay = utc_of(waiting["next_at"]) - utc_of(waiting["tried_at"])
    assert DELAYS[0] <= delay <= DELAYS[0] * 1.4
    assert not told_of(receiver, caseid=second)
    due_now(door, made["webhook_id"])
    until(lambda: len(receiver.taken) == 2)
    again = until(lambda: [row for row in messages(door, made["webhook_id"]) if row["attempts"] == 2])[0]
    assert again["status"] == 302  # not followed
    assert DELAYS[1] <= utc_of(again["next_at"]) - utc_of(again["tried_at"]) <= DELAYS[1] * 1.4
    due_now(door, made["webhook_id"])
    until(lambda: told_of(receiver, caseid=second))
    ids = receiver.ids()
    assert ids[0] == ids[1] == ids[2] != ids[3] and told_of(receiver, caseid=first)
    until(lambda: {row["state"] for row in messages(door, made["webhook_id"])} == {"sent"})


def tried(door, made):
    return [row for row in messages(door, made["webhook_id"]) if row["tried_at"]]


def utc_of(text):
    return datetime.fromisoformat(text)


def test_after_the_last_try_it_is_dead_the_webhook_pauses_itself_and_somebody_is_told(
    door, browser, receiver
):
    receiver.answers += [500] * (len(DELAYS) + 1)
    made = make(door, receiver, "director-60", ["CaseOpened"])
    case_id, path = door.case(), f"/api/v1/webhooks/{made['webhook_id']}"
    for times in range(1, len(DELAYS) + 2):
        until(lambda: [row for row in messages(door, made["webhook_id"]) if row["attempts"] == times])  # noqa: B023
        due_now(door, made["webhook_id"])
    [row] = messages(door, made["webhook_id"])
    assert (row["state"], row["next_at"]) == ("dead", None)
    shown = row_of(door, made["webhook_id"])
    assert (shown["state"], shown["why"], shown["dead"]) == ("paused", "failing", 1)
    director = browser("director-60")
    assert "หยุดส่งเอง" in director.open("/").raw
    assert "หยุดส่งเอง" in browser("admin").open("/system").text
    assert "หยุดส่งเอง" in director.open(f"/webhooks/{made['webhook_id']}").text
    sent = len(receiver.taken)
    door.made(f"{path}/resume", {}, "director-60")
    door.made(f"{path}/replay", {"after": row["position"] - 1}, "director-60")
    until(lambda: len(receiver.taken) > sent)
    assert receiver.ids()[-1] == receiver.ids()[0] and told_of(receiver, caseid=case_id)
    until(lambda: [each for each in messages(door, made["webhook_id"]) if each["state"] == "sent"])


def test_who_says_gone_is_left_alone(door, receiver):
    receiver.answers.append(410)
    made = make(door, receiver, "director-60", ["CaseOpened"])
    door.case()
    until(lambda: row_of(door, made["webhook_id"])["why"] == "gone")


def test_a_slow_receiver_keeps_nobody_waiting_and_has_one_message_at_a_time(door, receiver):
    with receiving(open_gate=False) as slow:
        make(door, slow, "director-60", ["CaseOpened"])
        make(door, receiver, "director-60", ["CaseOpened"])
        cases = [door.case() for _ in range(4)]
        until(lambda: told_of(receiver, caseid=cases[-1]))
        assert len(slow.taken) == 1 and len(receiver.taken) == 4
        slow.gate.set()
        until(lambda: told_of(slow, caseid=cases[-1]))
        assert slow.most_under_way == receiver.most_under_way == 1


def test_from_a_position_again_the_messages_and_their_ids_are_the_same(door, receiver):
    made = make(door, receiver, "director-60", ["CaseOpened"])
    cases = [door.case() for _ in range(3)]
    until(lambda: told_of(receiver, caseid=cases[-1]))
    before = [(headers["webhook-id"], body) for headers, body in receiver.taken]
    until(lambda: {row["state"] for row in messages(door, made["webhook_id"])} == {"sent"})
    path = f"/api/v1/webhooks/{made['webhook_id']}/replay"
    assert door.post(path, {"after": made["position"]}, "director-60").status_code == 200
    until(lambda: len(receiver.taken) == 6)
    assert [(headers["webhook-id"], body) for headers, body in receiver.taken[3:]] == before
    problem(door.post(path, {"after": 2**40}, "director-60"), 422)


def test_for_a_day_both_secrets_sign(door, receiver):
    made = make(door, receiver, "director-60")
    path = f"/api/v1/webhooks/{made['webhook_id']}"
    after = door.made(f"{path}/rotate", {}, "director-60")["secret"]
    assert door.made(f"{path}/test", {}, "director-60")["status"] == 204
    headers, body = receiver.taken[-1]
    for secret in (made["secret"], after):
        assert Verifier(secret).verify(body, headers)
    assert receiver.bodies()[-1]["type"] == "webhook.test"
    with door.runtime("web").database.write() as db:
        over = instant(utc_now() - timedelta(seconds=1))
        db.execute(update(webhook).values(before_until=over))
    door.made(f"{path}/test", {}, "director-60")
    headers, body = receiver.taken[-1]
    assert Verifier(after).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(made["secret"]).verify(body, headers)
    kept = door.runtime("web").read(lambda db: str(db.execute(select(webhook)).all()))
    assert after.removeprefix("whsec_") not in kept


def test_paused_it_waits_and_nothing_is_lost(door, receiver):
    made = make(door, receiver, "director-60", ["CaseOpened"])
    path = f"/api/v1/webhooks/{made['webhook_id']}"
    assert door.made(f"{path}/pause", {}, "director-60")["why"] == "asked"
    case_id = door.case()
    assert webhooks.deliver(door.runtime("web"), made["webhook_id"]) == 0 and not receiver.taken
    door.made(f"{path}/resume", {}, "director-60")
    until(lambda: told_of(receiver, caseid=case_id))
    door.made(f"{path}/end", {}, "director-60")
    problem(door.get(path, "director-60"), 404)


def test_one_process_at_a_time_works_on_an_endpoint_and_another_takes_over_when_it_is_gone(door, receiver):
    made, web = make(door, receiver, "director-60", ["CaseOpened"]), door.runtime("web")
    held(door, made, utc_now() + timedelta(minutes=1))
    case_id = door.case()
    assert webhooks.deliver(web, made["webhook_id"]) == 0
    held(door, made, utc_now() - timedelta(seconds=1))
    until(lambda: told_of(receiver, caseid=case_id))


def held(door, made, until):
    with door.runtime("web").database.write() as db:
        values = {"held_by": "another-process", "held_until": instant(until)}
        db.execute(update(webhook).where(webhook.c.webhook_id == made["webhook_id"]).values(values))


def test_what_two_processes_read_at_once_becomes_messages_once(door, receiver):
    made, web = make(door, receiver, "director-60", ["CaseOpened"]), door.runtime("web")
    door.made(f"/api/v1/webhooks/{made['webhook_id']}/pause", {}, "director-60")
    held(door, made, utc_now() + timedelta(minutes=1))
    hook = web.read(lambda db: store.find(db, made["webhook_id"]))
    one = [(hook.position + 1, "msg_1", "CaseOpened", "{}")]
    assert not outbox.add(web, hook, hook.position + 1, one)
    with web.database.write() as db:
        db.execute(update(webhook).values(held_by=web.replica_id))
    assert outbox.add(web, hook, hook.position + 1, one)
    assert not outbox.add(web, hook, hook.position + 1, one)
    mine = select(func.count()).where(webhook_message.c.webhook_id == made["webhook_id"])
    assert web.read(lambda db: db.execute(mine).scalar()) == 1
    with web.database.write() as db:
        db.execute(delete(webhook_message).where(webhook_message.c.webhook_id == made["webhook_id"]))


def test_whose_they_are(door, receiver):
    world = door.world()
    user = f"own-{world.partner_id[:8]}"
    door.add(user, "partner", (), world.partner_id)
    of_partner = make(door, receiver, "director-60", OF_PARTNER, partner_id=world.partner_id)["webhook_id"]
    of_centre = make(door, receiver, "director-60", centre="60")["webhook_id"]
    of_ministry = make(door, receiver, "ministry")["webhook_id"]

    def seen(who):
        rows = door.get("/api/v1/webhooks", who).json()["items"]
        return {row["webhook_id"] for row in rows} & {of_partner, of_centre, of_ministry}

    assert seen("director-60") == {of_partner, of_centre} and seen(user) == {of_partner}
    assert seen("ministry") == {of_ministry} and seen("admin") == {of_partner, of_centre, of_ministry}
    assert seen("director-61") == seen("partner-nobody") == set()
    problem(door.get(f"/api/v1/webhooks/{of_centre}", "director-61"), 404)
    problem(door.post(f"/api/v1/webhooks/{of_partner}/pause", {}, "ministry"), 404)
    problem(door.post(f"/api/v1/webhooks/{of_centre}/rotate", {}, "admin"), 404)
    assert door.post(f"/api/v1/webhooks/{of_centre}/pause", {}, "admin").status_code == 200
    for who in ("worker-60", "member-60", "rules"):
        problem(door.get("/api/v1/webhooks", who), 403)
    asked = {"url": f"{receiver.address}/", "types": ["ReferralAccepted"]}
    for who, whose in (
        ("director-60", {"centre": "61"}), ("director-61", {"partner_id": world.partner_id}), (user, {"centre": "60"}),
        ("ministry", {"centre": "60"}), (user, {"partner_id": str(uuid4())}), ("admin", {}),
    ):  # fmt: skip
        problem(door.post("/api/v1/webhooks", asked | whose, who), 403)


def test_the_same_key_makes_one_webhook_and_shows_its_secret_again(door, receiver):
    asked, headers = {"url": receiver.address, "types": ["CaseOpened"]}, {"Idempotency-Key": str(uuid4())}
    first, again = (door.post("/api/v1/webhooks", asked, "director-60", headers=headers) for _ in range(2))
    assert first.status_code == 201 and first.json() == again.json()
    other = {**asked, "types": ["CaseClosed"]}
    assert (
        problem(door.post("/api/v1/webhooks", other, "director-60", headers=headers), 422)["code"]
        == "key_reused"
    )
    for wrong in ({"types": []}, {"types": ["CaseRead"]}, {"url": 7}, {"x": 1}, {"centre": 60}):
        assert problem(door.post("/api/v1/webhooks", {**asked, **wrong}, "director-60"), 422)["errors"]


def test_its_page_shows_tries_and_turns_it(door, browser, receiver):
    director = browser("director-60")
    made = director.send(
        director.open("/webhooks/new?centre=60"), url=f"{receiver.address}/hook", types=["CaseOpened"]
    )
    [secret] = made.tree.xpath("//code[@class='app-secret']/text()")
    [here] = {link for link in made.links() if re.search(r"/webhooks/[0-9a-f-]{36}$", link)}
    here = here.partition(door.address)[2]
    assert "204" in director.send(director.open(here), f"{here}/test").text
    assert Verifier(secret).verify(receiver.taken[0][1], receiver.taken[0][0])
    door.case()
    until(lambda: "เปิดเรื่อง" in director.open(here).text and len(receiver.taken) == 2)
    assert f"{door.address}{here}/list.csv" in director.open(here).links()
    name, tables = taken(director, f"{here}/list.csv")
    head, sent = tables[name]
    assert len(head) == len(sent) and sent[1] == receiver.ids()[1] and sent[3] == "ส่งแล้ว" and sent[7] == "204"
    assert browser("director-61").open(f"{here}/list.csv").status == 404
    assert "หยุดชั่วคราว" in director.send(director.open(here), f"{here}/pause").text
    assert director.send(director.open(here), f"{here}/replay", after="x").errors
    assert "รอ" in director.send(director.open(here), f"{here}/replay", after="0").raw
    assert director.send(director.open(here), f"{here}/rotate").tree.xpath("//code[@class='app-secret']")
    assert here not in director.send(director.open(here), f"{here}/end").raw
    wrong = director.send(
        director.open("/webhooks/new?centre=60"), url="https://10.0.0.1/", types=["CaseOpened"]
    )
    assert [*wrong.errors] == ["url"]
    assert browser("director-61").open(here).status == 404
