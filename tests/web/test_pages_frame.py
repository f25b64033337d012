"""What holds for every page: who may open it, its headers, its forms, its languages, its size."""

import re
from datetime import timedelta

import pytest
from flask import Flask, g
from markupsafe import Markup
from marshmallow import Schema, fields
from marshmallow.validate import Length
from werkzeug.datastructures import MultiDict

from scripts import messages
from services.codes.criteria import CRITERIA
from services.codes.facts import FACTS
from services.codes.rules import RULES
from services.intake.doors import OPEN_CASE
from services.kernel.envelope import Caller, instant
from services.web.identity.sessions import Session, session
from services.web.pages.frame import doors, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import tables
from services.web.pages.parts.language import LANGUAGES, field_error
from services.web.pages.parts.words import LISTS
from services.web.service import APPLICATION
from tests.support.spoken import every_word
from tests.web.browser import PASSWORD
from tests.web.door import opening

PAGES = [rule for rule in APPLICATION.url_map.iter_rules() if rule.endpoint.startswith("pages.")]
PLAIN = [rule.rule for rule in PAGES if "GET" in rule.methods and not rule.arguments]


@pytest.mark.parametrize("rule", PAGES, ids=lambda rule: rule.rule)
def test_every_page_says_who_may_open_it(rule):
    assert isinstance(APPLICATION.view_functions[rule.endpoint].roles, frozenset)


@pytest.mark.parametrize("path", PLAIN)
def test_a_page_is_calm_and_closed_to_other_sites(browser, path):
    page = browser("director-60").open(path)
    assert page.status in (200, 403), page.text
    policy = page.answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert page.answer.headers["X-Content-Type-Options"] == "nosniff"
    assert page.answer.headers["Referrer-Policy"] == "same-origin"
    assert page.answer.headers["Cache-Control"] == "no-store"
    if not page.answer.headers["Content-Type"].startswith("text/html"):
        # Figures are to keep, not to look at; a paper is to look at, and to print.
        kept = "inline" if page.answer.headers["Content-Type"] == "application/pdf" else "attachment"
        assert page.answer.headers["Content-Disposition"].startswith(kept)
        return
    assert not page.tree.xpath("//script[not(@src)] | //style | //@style | //@onclick | //@onsubmit")
    assert all(link.startswith("/") for link in page.tree.xpath("//link/@href | //script/@src"))
    assert all(link.startswith(("/", "data:image/svg+xml")) for link in page.tree.xpath("//img/@src"))
    assert (
        page.tree.get("lang") == "th"
        and len(page.tree.xpath("//h1")) == 1
        and page.tree.xpath("//title")[0].text
    )


@pytest.mark.parametrize("path", PLAIN)
def test_without_signing_in_only_public_pages_open(browser, path):
    page = browser().open(path)
    [rule] = [rule for rule in PAGES if rule.rule == path and "GET" in rule.methods]
    if APPLICATION.view_functions[rule.endpoint].roles:
        assert page.path.startswith("sign-in?next="), page.url
    else:
        assert page.status in (200, 404)


def test_each_role_opens_what_its_menu_shows(browser):
    for user in ("worker-60", "director-60", "member-60", "ministry", "admin", "partner-nobody"):
        nobody_lost = browser(user)
        first = nobody_lost.open("/")
        assert first.status == 200, user
        for link in first.tree.xpath('//*[@id="navigation"]//a/@href'):
            assert nobody_lost.open(link).status == 200, (user, link)


def test_the_first_visit_loads_less_than_200_kilobytes(browser):
    visitor = browser("worker-60")
    page = visitor.open("/work")
    names = set(page.tree.xpath("//link/@href | //script/@src"))
    style = next(visitor.http.get(visitor.address + name) for name in names if name.endswith(".css"))
    names |= {f"/static/{font}" for font in re.findall(r"url\(([^)]+woff2)\)", style.text)}
    script = next(visitor.http.get(visitor.address + name) for name in names if "songtor" in name)
    names |= {f"/static/{other}" for other in re.findall(r'from "\./([^"]+)"', script.text)}
    assert len(names) == 10
    loaded = len(page.answer.content)
    for name in names:
        answer = visitor.http.get(visitor.address + name, stream=True)
        assert answer.ok and "immutable" in answer.headers["Cache-Control"], name
        loaded += int(answer.headers["Content-Length"])
    assert loaded < 200_000


def test_styles_carry_nothing_that_belongs_to_others(browser):
    visitor = browser()
    [style] = visitor.open("/sign-in").tree.xpath('//link[@rel="stylesheet"]/@href')
    text = visitor.http.get(visitor.address + style).text
    assert "GDS" not in text and "crest" not in text
    assert all(url.endswith(".woff2") and "/" not in url for url in re.findall(r"url\(([^)]*)\)", text))


# -- forms that others send ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_from_another_site_is_refused(browser, site):
    victim = browser("worker-60")
    token = victim.open("/account").tree.xpath('//input[@name="csrf"]/@value')[0]
    answer = victim.post("/sign-out-everywhere", {"csrf": token}, headers={"Sec-Fetch-Site": site})
    assert answer.status == 403 and victim.open("/account").status == 200


def test_a_form_without_our_token_from_an_old_browser_is_refused(browser):
    victim = browser("worker-60")
    del victim.http.headers["Sec-Fetch-Site"]
    assert victim.post("/sign-out-everywhere", {"csrf": "f" * 64}).status == 403
    assert victim.post("/sign-out-everywhere", {}).status == 403
    assert victim.open("/account").path == "account"


@pytest.mark.parametrize("token", ["", "ส่งต่อ", "0", "f" * 64, "f" * 128, "f" * 126, "f" * 130])
def test_what_is_no_proof_of_ours_is_none_whatever_its_length(browser, token):
    victim = browser("worker-60")
    del victim.http.headers["Sec-Fetch-Site"]
    assert victim.post("/sign-out-everywhere", {"csrf": token}).status == 403


def test_every_page_has_the_same_proof_under_another_veil(browser):
    user = browser("worker-60")
    first, second = (set(user.open("/password").tree.xpath('//input[@name="csrf"]/@value')) for _ in range(2))
    assert len(first) == len(second) == 1 and first != second
    for token in (*first, *second):
        assert user.post("/password", {"csrf": token}).status == 422


def test_a_page_is_packed_for_whoever_can_unpack_it(browser):
    user = browser("worker-60")
    plain = user.open("/account", headers={"Accept-Encoding": "identity"}).answer
    packed = user.open("/account", headers={"Accept-Encoding": "gzip, br"}).answer
    assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert packed.text.count("<") == plain.text.count("<")
    assert {"Accept-Encoding", "Cookie"} <= {*packed.headers["Vary"].split(", ")}
    refused = user.open("/account", headers={"Accept-Encoding": "gzip;q=0"}).answer
    assert "Content-Encoding" not in refused.headers


def test_a_form_of_an_older_session_is_given_back_to_be_sent_again(browser):
    user = browser("worker-60")
    page = user.open("/password")
    user.sign_in("worker-60")
    again = user.send(page, old="เดิม", new="ใหม่", again="ใหม่")
    assert again.status == 403 and again.heading == "แบบฟอร์มของคุณยังอยู่"
    sent = user.send(again)
    assert sent.status == 422 and "new" in sent.errors


def test_cookies_are_for_the_server_only(browser):
    plain = browser().http.get(browser().address + "/sign-in")
    assert re.search(r"songtor=\S{43}; HttpOnly; Path=/; SameSite=Lax$", plain.headers["Set-Cookie"])
    behind_https = browser().http.get(browser().address + "/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert "; Secure;" in behind_https.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "path", ["/nothing", "/%00", "/x" * 500, "/cases?cursor=x", "/cases?q=%00", "/users/nobody"]
)
def test_what_goes_wrong_is_said_on_a_page(browser, path):
    page = browser("admin" if "users" in path else "worker-60").open(path)
    assert page.status in (400, 404, 422) and page.heading and "หน้าแรก" in page.text


def test_machines_get_problem_documents_also_for_unknown_addresses(door):
    answer = door.get("/api/v1/nothing")
    assert answer.status_code == 404 and answer.headers["Content-Type"] == "application/problem+json"


def test_a_form_larger_than_1_mb_is_refused(browser):
    user = browser("worker-60")
    assert user.post("/password", {"old": "ก" * 600_000}).status == 413
    assert user.open("/work").status == 200


# -- what was typed is not lost ------------------------------------------------------------------------------------


def age_sessions(door, user, **by):
    runtime = door.runtime("web")
    with runtime.database.write() as db:
        seen = instant(runtime.now() - timedelta(**by))
        db.execute(session.update().where(session.c.user_name == user).values(seen_at=seen))


def test_a_form_sent_after_the_session_ended_comes_back_to_its_own_user_only(door, browser):
    user = browser("worker-61")
    page = user.open("/password")
    age_sessions(door, "worker-61", minutes=31)
    asked = user.send(page, old="ความลับเดิม", new="ความลับใหม่ของฉัน", again="ไม่เหมือนกัน")
    assert asked.status == 401 and "สิ่งที่พิมพ์ไว้ยังอยู่" in asked.text
    assert "ความลับ" not in asked.raw
    back = user.send(asked, user="worker-61", password=PASSWORD)
    assert back.heading == "แบบฟอร์มของคุณยังอยู่"
    sent = user.send(back)
    assert sent.status == 422 and sent.errors == {
        "again": "พิมพ์รหัสผ่านใหม่อีกครั้ง – รหัสผ่านทั้งสองช่องไม่ตรงกัน โปรดพิมพ์ใหม่"
    }

    age_sessions(door, "worker-61", minutes=31)
    asked = user.send(page, old="ก", new="ข", again="ค")
    browser("worker-60")
    other = user.send(asked, user="worker-60", password=PASSWORD)
    assert other.heading == "งานของฉัน"


# -- forms and schemas ---------------------------------------------------------------------------------------------


class Row(Schema):
    province = fields.String(required=True, validate=Length(2, 2))
    basis = fields.String()


class Person(Schema):
    first = fields.String(validate=Length(max=3))


class Example(Schema):
    reason = fields.String(required=True)
    person = fields.Nested(Person)
    rows = fields.List(fields.Nested(Row))
    kinds = fields.List(fields.Integer())
    count = fields.Integer(strict=True)
    agreed = fields.Boolean(truthy={True}, falsy={False})


EXAMPLE = Example()


def typed(**values):
    """A form that was sent, outside of any page."""
    app = Flask("form")
    data = MultiDict()
    for name, value in values.items():
        for text in value if isinstance(value, list) else [value]:
            data.add(name.replace("__", "."), text)
    with app.test_request_context("/", method="POST", data=data):
        return Form(EXAMPLE)


def test_a_form_is_read_by_the_dotted_names_of_its_schema():
    form = typed(
        reason=" ย้าย ", person__first="มา", rows__0__province="60", rows__2__province="61", kinds=["1", "๗"],
        count="๑,๒๐๐", agreed="no",
    )  # fmt: skip
    assert form.load(), form.errors
    assert form.body == {
        "reason": "ย้าย", "person": {"first": "มา"}, "rows": [{"province": "60"}, {"province": "61"}], "kinds": [1, 7],
        "count": 1200, "agreed": False,
    }  # fmt: skip


def test_blank_fields_are_absent_and_what_is_missing_is_said_at_its_field():
    form = typed(reason="  ", person__first="", rows__0__province="", count="สอง", kinds="")
    assert not form.load()
    assert form.errors == {"reason": ["โปรดกรอกข้อมูลนี้"], "count": ["โปรดกรอกเป็นจำนวนเต็ม"]}
    form.named("reason", "เหตุผล")
    assert form.error("reason") == form.complaint("reason") == "โปรดกรอก: เหตุผล"
    form.named("reason", "เหตุผล", choose=True)
    assert form.error("reason") == "โปรดเลือก: เหตุผล"


def test_an_error_of_a_row_stays_with_its_row():
    form = typed(reason="ก", rows__0__province="60", rows__1__province="เชียงใหม่", person__first="ยาวไป")
    assert not form.load()
    assert set(form.errors) == {"rows.1.province", "person.first"}
    assert form.value("rows.1.province") == "เชียงใหม่" and form.error("person.first") == "โปรดใช้ไม่เกิน 3 ตัวอักษร"


def test_what_cannot_be_stored_is_refused_at_its_field():
    form = typed(reason="a\x00b", person__first="กขค")
    assert not form.load() and set(form.errors) == {"reason"}


def test_a_form_shows_the_values_it_was_given_by_the_same_names():
    with Flask("form").test_request_context("/"):
        form = Form(EXAMPLE, {"rows": [{"province": "60"}], "kinds": [1, 2], "agreed": True, "person": None})
    assert (
        form.value("rows.0.province") == "60"
        and form.chosen("kinds") == ["1", "2"]
        and form.value("agreed") == "yes"
    )


def test_the_same_form_sent_twice_changes_once(door):
    runtime = door.runtime("web")
    told = []
    for command in ("first", "first", "second"):
        form = {"command": command}
        with APPLICATION.test_request_context(
            "/", method="POST", data=form, environ_base={"songtor.runtime": runtime}
        ):
            g.correlation = ""
            g.session = Session("", Caller("worker-60", "worker", ("60",)), 1, True, False, False, None, None)
            told.append(doors.tell(OPEN_CASE, opening())["case_id"])
    assert told[0] == told[1] != told[2]


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example/", "/\\evil.example", "evil", "", "/a\nb"]
)
def test_going_on_leads_to_our_own_pages_only(path):
    assert visit.local_path(path) == "/"


# -- languages -----------------------------------------------------------------------------------------------------


def test_nothing_is_untranslated_in_either_language(capsys):
    problems = messages.main(check=True)
    assert problems == 0, capsys.readouterr().out


def test_every_code_has_a_word_in_both_languages():
    for kind, codes in LISTS.items():
        for code in codes:
            thai, english = (codes.word(code, language) for language in LANGUAGES)
            assert re.search("[ก-๙]", thai) and re.search("[A-Za-z]", english), (kind, code)


def test_whatever_is_said_of_codes_facts_rules_and_criteria_is_in_both_languages():
    every = list(every_word())
    assert len(every) > sum(map(len, LISTS.values())) + len(FACTS) + len(RULES) + len(CRITERIA)
    for thai, english in every:
        assert re.search("[ก-๙]", thai) and re.search("[A-Za-z]", english), (thai, english)
        assert not re.search("[ก-๙]", english), english


def test_the_language_is_changed_by_a_link_and_stays(browser):
    user = browser("worker-60")
    english = user.open("/language/en?next=/cases")
    assert english.path == "cases" and english.tree.get("lang") == "en" and english.heading == "Cases"
    assert not re.search("[ก-๙]", english.tree.xpath("//nav")[0].text_content())
    thai = user.open("/language/th?next=/cases")
    assert thai.tree.get("lang") == "th" and thai.heading == "เรื่อง"
    assert user.open("/language/fr?next=//evil.example").path == "work"


def test_a_sentence_of_a_schema_that_nobody_foresaw_is_said_in_general_words():
    assert field_error("Something quite unforeseen.") == "โปรดตรวจสอบคำตอบนี้"
    assert field_error("Must be one of: a, b.") == "โปรดเลือกหนึ่งตัวเลือก"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("A person unable to consent needs a witness.", "พยาน"),
        ("More places free than there are in all.", "ที่ว่าง"),
        ("A shelter of the ministry is under the ministry.", "สังกัด"),
        ("a-z 0-9 . _ - only.", "a-z"),
        ("The answer that there is none goes with no other: take away that one or the others.", "ไม่มี"),
    ],
)
def test_a_refused_answer_says_what_is_wrong_and_what_to_do(told, said):
    assert said in field_error(told) and "โปรด" in field_error(told)


def test_what_was_typed_when_another_tab_signed_out_comes_back_to_its_own_user_only(door, browser):
    case_id = door.planned()
    worker = browser("worker-60")
    form = worker.open(f"/cases/{case_id}/close")
    other_tab = worker.clone()
    assert other_tab.send(other_tab.open("/account"), "/sign-out").path == "sign-in"
    asked = worker.send(form, reason="left", note="กลับไปหาญาติ")
    assert asked.status == 401 and "สิ่งที่พิมพ์ไว้ยังอยู่" in asked.text and "กลับไปหาญาติ" not in asked.text
    assert worker.open(f"/cases/{case_id}").path.startswith("sign-in")
    stranger = worker.clone().send(asked, user="worker-61", password=PASSWORD)
    assert "กลับไปหาญาติ" not in stranger.text and stranger.heading != "แบบฟอร์มของคุณยังอยู่"
    back = worker.send(asked, user="worker-60", password=PASSWORD)
    assert back.heading == "แบบฟอร์มของคุณยังอยู่"
    assert "กลับไปหาญาติ" in back.raw  # in hidden fields
    assert worker.send(back).status == 200
    assert door.get(f"/api/v1/cases/{case_id}").json()["status"] == "closed"


def test_a_table_of_many_columns_says_in_each_cell_what_its_column_is_called():
    def table(*heads):
        columns = "".join(f'<th scope="col" class="h">{head}</th>' for head in heads)
        cells = '<th scope="row" class="r">ก</th>' + '<td class="c">1</td>' * (len(heads) - 1)
        return Markup(f"<thead><tr>{columns}</tr></thead><tbody><tr>{cells}</tr><tr>{cells}</tr></tbody>")  # noqa: S704 our own

    wide = str(tables.by_rows(table("ศูนย์", "<b>ใน</b> สังกัด", "&#34;นอก&#34;", "รวม")))
    head, _closing, body = wide.partition("</thead>")
    assert "data-head" not in head and body.count('<td data-head="รวม" class="c">') == 2
    assert '<td data-head="ใน สังกัด" ' in body and '<td data-head="&#34;นอก&#34;" ' in body
    assert tables.by_rows(table("ก", "ข", "ค")) == table("ก", "ข", "ค")
