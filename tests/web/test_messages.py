"""Messages to people: to an address that is surely theirs, as they wish it, marked before they are sent, never again
after a success, and never with a name. Mail goes to a real server; LINE and SMS to a stand-in that checks what they
document. Long because the ways to people are one outbox, with one set of servers to stand before it."""

import base64
import copy
import hashlib
import hmac
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from services.codes.notices import NOTICES, topics_of
from services.kernel import senders
from services.kernel.envelope import instant
from services.kernel.runtime import utc_now
from services.kernel.senders import Line, Mail, Senders, Sms
from services.kernel.settings import BadSetting, read
from services.web.gateway import letters, outbound, posting
from services.web.store import channels, messages
from services.web.store import notices as store
from services.web.store.messages import digest_at, message, sender
from services.web.store.notices import Notice
from tests.support.mailserver import serving
from tests.support.receiver import receiving
from tests.support.servers import free_port

PRIVATE = ("มาลี", "1609900123452", "ป้าลี")


@pytest.fixture(scope="module")
def mail(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("mail"), free_port()) as found:
        yield found


@pytest.fixture
def web(door, mail):
    """A front door that sends mail."""
    runtime = door.runtime("web")
    before = runtime.settings
    runtime.settings = replace(
        before, senders=Senders(mail=Mail("127.0.0.1", mail.port, "offered", "", "", "songtor@example.org"))
    )
    yield runtime
    runtime.settings = before
    with runtime.database.write() as db:
        db.execute(delete(message))
        db.execute(delete(channels.channel))


def until(good, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (found := good()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found


def user_of(door, role="worker"):
    user = f"told-{uuid4().hex[:8]}"
    door.add(user, role, ("60",))
    return user


def reach(web, user, to, way="email", when="now", language="th"):
    """The user is told there, as if they had shown that it is theirs."""
    with web.database.write() as db:
        code = channels.begin(web, db, user, way, to, language, topics_of("worker"))
        assert channels.verify(web, db, user, way, code)
        channels.choose(
            db, user, way, dict.fromkeys(topics_of("worker"), when), 8, language, instant(web.now())
        )


def tell(web, user, kind="screened", number="60-2570-0001"):
    row = Notice(user, str(uuid4()), kind, 1, str(uuid4()), number, None, instant(web.now()))
    with web.database.write() as db:
        messages.post(web, db, store.add(db, [row]))
    return row


def states(web, user):
    return [each.state for each in web.read(lambda db: messages.list_of(db, user, 50))]


def due_now(web, user):
    with web.database.write() as db:
        waits = message.c.user_name == user, message.c.state.in_(("waiting", "gathered"))
        db.execute(update(message).where(*waits).values(next_at=instant(web.now())))


# -- an address ------------------------------------------------------------------------------------------------------


def test_an_address_is_ones_own_once_its_code_was_typed_and_then_choices_are_kept(door, web, mail, browser):
    user = user_of(door)
    there = browser(user)
    page = there.open("/account/notices/email")
    page = there.send(page, "/account/notices/email/begin", to="not an address")
    assert page.errors
    page = there.send(page, "/account/notices/email/begin", to=f"{user}@example.org")
    [sent] = until(lambda: mail.mails(f"{user}@example.org"))
    code = re.search(r"\d{8}", sent.get_body(("plain",)).get_content()).group()
    assert "http://" in sent.get_body(("plain",)).get_content()
    tell(web, user)
    assert states(web, user) in (
        ["sent"],
        ["sending"],
    )  # the code alone: nothing goes where nobody has confirmed
    page = there.open("/account/notices/email")
    page = there.send(
        page, "/account/notices/email/confirm", code="00000000" if code != "00000000" else "11111111"
    )
    assert page.errors
    page = there.send(page, "/account/notices/email/confirm", code=code)
    assert f"{user}@example.org" in page.text
    page = there.send(page, "/account/notices/email/choose", answers="now", hour="9")
    known = web.read(lambda db: channels.find(web, db, user, "email"))
    assert page.tree.xpath("//select[@name='hour']/option[@selected]/@value") == ["9"]
    assert known.chosen["answers"] == "now" and known.chosen["steps"] == "daily" and known.hour == 9
    row = web.read(lambda db: db.execute(select(channels.channel.c.sealed)).scalars().all())
    assert not any("example.org" in each for each in row)
    there.send(there.open("/account/notices/email"), "/account/notices/email/forget")
    assert web.read(lambda db: channels.find(web, db, user, "email")) is None


def test_a_code_is_good_for_five_tries_and_half_an_hour_and_not_sent_without_end(web):
    with web.database.write() as db:
        code = channels.begin(web, db, "tries", "email", "a@example.org", "th", ("steps",))
        wrong = "00000000" if code != "00000000" else "11111111"
        assert not any(channels.verify(web, db, "tries", "email", wrong) for _ in range(channels.TRIES))
        assert not channels.verify(web, db, "tries", "email", code)
        late = copy.copy(web)
        late.ports = replace(web.ports, now=lambda: utc_now() + channels.CODE_GOOD)
        code = channels.begin(web, db, "late", "email", "a@example.org", "th", ("steps",))
        assert not channels.verify(late, db, "late", "email", code)
        assert channels.verify(web, db, "late", "email", code)
        asked = [
            messages.post_code(db, "many", "line", "x", web.now()) for _ in range(messages.CODES_MOST + 1)
        ]
        assert asked == [True] * messages.CODES_MOST + [False]


# -- mail ------------------------------------------------------------------------------------------------------------


def test_what_is_wished_at_once_comes_at_once_in_the_users_language_with_a_number_and_no_name(
    door, web, mail
):
    thai, english = user_of(door), user_of(door)
    reach(web, thai, f"{thai}@example.org")
    reach(web, english, f"{english}@example.org", language="en")
    row = tell(web, thai)
    tell(web, english)
    [sent] = until(lambda: mail.mails(f"{thai}@example.org"))
    assert "คัดกรองแล้ว" in sent["Subject"] and "60-2570-0001" in sent["Subject"]
    assert sent["Auto-Submitted"] == "auto-generated"
    plain, html = sent.get_body(("plain",)).get_content(), sent.get_body(("html",)).get_content()
    assert f"/notices/{row.notice_id}" in plain and f"/notices/{row.notice_id}" in html
    [sent] = until(lambda: mail.mails(f"{english}@example.org"))
    assert sent["Subject"] == "The screening is complete (case 60-2570-0001)"
    until(lambda: states(web, thai) == ["sent"])


def test_what_happens_in_a_case_reaches_the_mailbox_of_who_answers_for_it(door, web, mail):
    user = user_of(door)
    reach(web, user, f"{user}@example.org")
    case_id = door.case()
    call = {"caller": {"user": "director-60", "role": "director", "centres": ["60"]}, "id": str(uuid4()),
            "fingerprint": "", "correlation": str(uuid4()), "at": None, "if_match": None}  # fmt: skip
    web.ports.ask("intake", "assign", call, {"case_ids": [case_id], "to_user": user}, 10.0)
    [sent] = until(lambda: mail.mails(f"{user}@example.org"))
    assert "มีผู้ส่งมอบเรื่องให้คุณ" in sent["Subject"] and not any(text in str(sent) for text in PRIVATE)


def test_the_days_notices_come_as_one_mail_without_what_was_read_meanwhile(door, web, mail):
    user = user_of(door)
    reach(web, user, f"{user}@example.org", when="daily")
    first, second, third = (tell(web, user, number=f"60-2570-000{n}") for n in (1, 2, 3))
    assert states(web, user) == []  # gathered
    with web.database.write() as db:
        store.read(db, user, instant(web.now()), [second.notice_id])
    due_now(web, user)
    [sent] = until(lambda: mail.mails(f"{user}@example.org"))
    text = sent.get_body(("plain",)).get_content()
    assert sent["Subject"] == "แจ้งเตือน 2 รายการ"
    assert first.notice_id in text and third.notice_id in text and second.notice_id not in text


def test_what_is_not_wished_is_not_sent(door, web):
    user = user_of(door)
    reach(web, user, f"{user}@example.org", when="none")
    tell(web, user)
    assert web.read(lambda db: db.execute(select(message).where(message.c.user_name == user)).all()) == []


def test_refused_for_now_is_tried_again_refused_for_good_is_given_up(door, web, mail):
    for way in ("later", "never"):
        user = user_of(door)
        reach(web, user, f"{way}@example.org")
        tell(web, user)
        [known] = until(lambda: [m for m in web.read(lambda db: messages.list_of(db, user, 9)) if m.status])  # noqa: B023
        expected = ("waiting", 451) if way == "later" else ("dead", 550)
        assert (known.state, known.status, known.attempts) == (*expected, 1)
    assert mail.mails("later@example.org") == [] == mail.mails("never@example.org")


def test_taken_without_our_hearing_of_it_is_uncertain_and_not_sent_again_by_itself(door, web, mail, browser):
    user = user_of(door)
    reach(web, user, "silent@example.org")
    tell(web, user)
    until(lambda: states(web, user) == ["uncertain"])
    assert len(mail.mails("silent@example.org")) == 1
    due_now(web, user)
    posting.send_due(web, "email")
    assert states(web, user) == ["uncertain"] and len(mail.mails("silent@example.org")) == 1
    there = browser("admin")
    page = there.open("/system/messages")
    assert user in page.text and "silent" not in page.text
    [known] = web.read(lambda db: messages.list_of(db, user, 9))
    there.post("/system/messages/retry", {"csrf": _csrf(page), "message_id": known.message_id})
    until(lambda: len(mail.mails("silent@example.org")) == 2)


def _csrf(page):
    return page.tree.xpath("//input[@name='csrf']/@value")[0]


def test_nobody_there_is_tried_again(door, web):
    user = user_of(door)
    web.settings = replace(
        web.settings,
        senders=Senders(mail=Mail("127.0.0.1", free_port(), "offered", "", "", "songtor@example.org")),
    )
    reach(web, user, f"{user}@example.org")
    tell(web, user)
    [known] = until(lambda: [m for m in web.read(lambda db: messages.list_of(db, user, 9)) if m.error])
    assert (known.state, known.error) == ("waiting", "unreachable")


def test_a_crash_between_the_mark_and_the_sending_leaves_it_uncertain(door, mail):
    """No sender is set up, so nothing here is sent by itself."""
    web, user = door.runtime("web"), user_of(door)
    reach(web, user, f"{user}@example.org")
    tell(web, user)
    [known] = web.read(lambda db: messages.list_of(db, user, 9))
    assert messages.mark(web, known.message_id) and not messages.mark(web, known.message_id)
    assert states(web, user) == ["sending"]  # ... and the process is gone
    other = copy.copy(web)
    other.replica_id = "another"
    assert posting.send_due(other, "email") == 0
    assert states(web, user) == ["uncertain"] and mail.mails(f"{user}@example.org") == []
    # The first had sent it after all, and says so: what is known wins.
    assert messages.note(web, known, "sent", 250, None, 1.0) == "sent"
    assert states(web, user) == ["sent"]


def test_of_several_front_doors_one_sends_until_its_lease_is_over(door):
    web = door.runtime("web")
    other = copy.copy(web)
    other.replica_id = "another"
    assert messages.take(web, "sms") and messages.take(web, "sms") and not messages.take(other, "sms")
    other.ports = replace(web.ports, now=lambda: utc_now() + timedelta(seconds=31))
    assert messages.take(other, "sms") and not messages.take(web, "sms")
    messages.let_go(other, "sms")
    assert messages.take(web, "sms")
    with web.database.write() as db:
        db.execute(delete(sender))


STEPS = st.lists(
    st.sampled_from(("sent", "failed", "refused", "uncertain", "crash", "other", "retry", "later", "late")),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, way=st.sampled_from(("email", "line")))
def test_nothing_is_sent_again_after_a_recorded_success(door, steps, way):
    """Whatever happens between two processes, crashes, clocks and hands: after a success was recorded nothing goes out,
    and what is not repeatable goes out again only after a refusal, or because somebody says so."""
    web, clock = copy.copy(door.runtime("web")), [utc_now()]
    web.ports = replace(web.ports, now=lambda: clock[0])
    doors, user = [web, copy.copy(web)], f"prop-{uuid4().hex[:8]}"
    doors[1].replica_id = "another"
    reach(web, user, "x@example.org", way)
    tell(web, user)
    [only] = web.read(lambda db: messages.list_of(db, user, 9))
    held, recorded, unsure, out = 0, False, False, []
    for step in steps:
        this = doors[held]
        if step == "other":
            held = 1 - held
            with web.database.write() as db:
                messages.leave(db, way, clock[0])
        elif step == "later":
            clock[0] += timedelta(hours=11)
        elif step == "late":
            for before in out[-1:]:
                messages.note(doors[1 - held], before, "sent", 250, None, 1.0)
            recorded = recorded or _state(web, only) == "sent"
        elif step == "retry":
            with web.database.write() as db:
                if messages.retry(db, clock[0], only.message_id):
                    unsure = False
        else:
            found = web.read(lambda db: messages.next_of(db, way, clock[0]))
            if (
                found is None
                or found.message_id != only.message_id
                or not messages.mark(this, found.message_id)
            ):
                continue
            assert not recorded, "it was sent"
            assert not unsure or way in messages.REPEATABLE, "nobody knows whether it went"
            out.append(found)
            unsure = step in ("uncertain", "crash")
            if step != "crash":
                messages.note(this, found, step, None, None, 1.0)
                recorded = step == "sent"
    assert not recorded or _state(web, only) == "sent"
    with web.database.write() as db:
        db.execute(delete(message).where(message.c.user_name == user))


def _state(web, known):
    return web.read(
        lambda db: db.execute(
            select(message.c.state).where(message.c.message_id == known.message_id)
        ).scalar()
    )


# -- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["th", "en"])
def test_no_message_of_any_kind_says_more_than_a_number_a_kind_and_a_day(language):
    """The rest are fixed words: what is left of a letter without them are digits, ids and the address of the site."""
    for about in NOTICES:
        row = Notice(
            "user-of-60",
            str(uuid4()),
            about.kind,
            1,
            str(uuid4()),
            "60-2570-0001",
            str(uuid4()),
            "2026-11-30T03:00:00Z",
        )
        letter = letters.about([row], language, "https://songtor.example")
        assert about.words.in_language(language) in letter.subject and "60-2570-0001" in letter.subject
        for text in letter:
            assert row.user_name not in text and row.case_id not in text and row.thing not in text
        assert len(letter.short) <= letters.SHORT
    many = letters.about([row] * 200, language, "https://songtor.example")
    assert many.text.count("/notices/") == letters.LISTED and len(many.text) < 20_000


def test_a_digest_comes_at_its_hour_of_the_next_working_day():
    friday_noon = datetime(2026, 11, 27, 5, tzinfo=UTC)
    assert digest_at(friday_noon, 8) == "2026-11-30T01:00:00.000000Z"  # monday, 8 in Bangkok
    assert digest_at(friday_noon, 15) == "2026-11-27T08:00:00.000000Z"
    saturday = datetime(
        2026, 12, 5, 0, tzinfo=UTC
    )  # the King's birthday; monday is its substitute or a working day
    assert digest_at(saturday, 8) > "2026-12-06"


# -- LINE and SMS ----------------------------------------------------------------------------------------------------


def test_line_is_linked_by_a_code_that_line_signs_and_is_pushed_to_under_a_retry_key(door, browser):
    web, user, to = door.runtime("web"), user_of(door), f"U{uuid4().hex}"
    before = web.settings
    with receiving() as line:
        line.answers += [500, 409]
        web.settings = replace(before, senders=Senders(line=Line(line.address, "token", "secret")))
        try:
            there = browser(user)
            page = there.send(there.open("/account/notices/line"), "/account/notices/line/begin")
            code = re.search(r"\b\d{8}\b", page.text).group()
            event = {
                "type": "message",
                "message": {"type": "text", "text": f" {code} "},
                "source": {"type": "user", "userId": to},
            }
            body = orjson.dumps({"destination": "x", "events": [event]})
            signed = base64.b64encode(hmac.digest(b"secret", body, hashlib.sha256)).decode()
            for signature, status in (("", 401), ("AAAA", 401), (signed, 200), (signed, 200)):
                answer = door.http.post(
                    f"{door.address}/api/v1/line/webhook",
                    data=body,
                    headers={"X-Line-Signature": signature},
                    timeout=20,
                )
                assert answer.status_code == status
            assert web.read(lambda db: channels.find(web, db, user, "line")).to == to
            tell(web, user)
            until(lambda: len(line.taken) == 1)
            due = until(
                lambda: [
                    m for m in web.read(lambda db: messages.list_of(db, user, 9)) if m.state == "waiting"
                ]
            )
            due_now(web, user)
            until(lambda: states(web, user) == ["sent"])  # 409: it has that key already
            keys = {headers["x-line-retry-key"] for headers, _body in line.taken}
            assert keys == {str(UUID(due[0].message_id))} and len(line.taken) == 2
            headers, pushed = line.taken[0]
            assert (
                headers["authorization"] == "Bearer token" and headers["content-type"] == "application/json"
            )
            said = orjson.loads(pushed)
            assert (
                said["to"] == to
                and said["messages"][0]["type"] == "text"
                and "60-2570-0001" in said["messages"][0]["text"]
            )
        finally:
            web.settings = before


def test_a_text_message_goes_to_the_operators_gateway_once(door):
    web, user = door.runtime("web"), user_of(door)
    before = web.settings
    with receiving() as gateway:
        web.settings = replace(before, senders=Senders(sms=Sms(f"{gateway.address}/send", "token")))
        try:
            reach(web, user, "0812345678", "sms")
            tell(web, user)
            until(lambda: states(web, user) == ["sent"])
            [(headers, body)] = gateway.taken
            said = orjson.loads(body)
            assert headers["authorization"] == "Bearer token" and headers["idempotency-key"] == said["id"]
            assert said["to"] == "0812345678" and "60-2570-0001" in said["text"]
        finally:
            web.settings = before


def test_an_address_that_nobody_named_is_still_not_called(door):
    private = outbound.post(door.runtime("web"), "http://10.0.0.1/", {}, b"")
    assert private.error == "not_allowed"


# -- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        {"SONGTOR_SMTP_URL": "smtp://mail"},
        {"SONGTOR_SMTP_FROM": "a@example.org"},
        {"SONGTOR_SMTP_URL": "http://mail", "SONGTOR_SMTP_FROM": "a@example.org"},
        {"SONGTOR_SMTP_URL": "smtp://mail:99999", "SONGTOR_SMTP_FROM": "a@example.org"},
        {"SONGTOR_SMTP_URL": "smtps://u:{password}@mail", "SONGTOR_SMTP_FROM": "a@example.org"},
        {"SONGTOR_SMTP_URL": "smtp://mail", "SONGTOR_SMTP_FROM": "nobody"},
        {"SONGTOR_LINE_TOKEN_FILE": "/nowhere"},
        {"SONGTOR_SMS_URL": "https://gateway.example"},
    ],
)
def test_a_wrong_setting_is_refused_at_the_start_and_named(told, tmp_path):
    with pytest.raises(BadSetting) as refused:
        read(told, data=str(tmp_path))
    assert "SONGTOR_" in str(refused.value)


def test_right_settings_are_read_and_secrets_are_not_shown(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    secret.chmod(0o600)
    chosen = read(
        {
            "SONGTOR_SMTP_URL": "smtps://u:{password}@mail.example", "SONGTOR_SMTP_PASSWORD_FILE": str(secret),
            "SONGTOR_SMTP_FROM": "songtor@example.org", "SONGTOR_LINE_TOKEN_FILE": str(secret),
            "SONGTOR_LINE_SECRET_FILE": str(secret), "SONGTOR_SMS_URL": "https://gateway.example/send",
            "SONGTOR_SMS_TOKEN_FILE": str(secret),
        },
        data=str(tmp_path),
    ).senders  # fmt: skip
    assert chosen.mail == Mail("mail.example", 465, "always", "u", "s3cret", "songtor@example.org")
    assert chosen.line and chosen.line.url == senders.LINE_URL and chosen.sms
    assert "s3cret" not in repr(chosen)
