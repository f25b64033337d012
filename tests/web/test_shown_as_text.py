"""What was accepted is shown as it was typed, on every page of every role, and is no formula in any file."""

import csv
import re
import zipfile
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.fields import Words
from services.web.pages.frame.files import FORMULA
from services.web.service import APPLICATION
from tests.web.door import World, opening, partner, plan, programme, referral
from tests.web.hostile import harmless, shows
from tests.web.sent import Sent

MARKUP = "=1+1<script>alert(1)</script>\"><img src=x onerror=alert(1)>{{7*7}}' onfocus=x ก็้😀"
READERS = ("worker-60", "director-60", "member-60", "ministry", "admin", "partner-nobody")
NAME = Words(200, required=True)  # of a partner
ADDRESSES = APPLICATION.url_map.bind("")


@pytest.fixture(scope="module")
def spoiled(door, browser):
    """A world in which every free text is hostile, and its partner's link."""
    place = {**programme(), "name": MARKUP, "rules": {**programme()["rules"], "documents": [MARKUP[:80]]}}
    partner_id = door.made(
        "/api/v1/partners", {**partner(), "name": MARKUP, "contact": {"phone": MARKUP[4:44]}}
    )["partner_id"]
    programme_id = door.made(f"/api/v1/partners/{partner_id}/programmes", place)["programme_id"]
    name = dict.fromkeys(("title", "first", "last", "alias"), MARKUP[:60])
    told = {**opening(name=name), "note": MARKUP, "found": {"subdistrict": "600101", "place": MARKUP}}
    case_id = door.made("/api/v1/cases", told)["case_id"]
    facts = {"housing": "street", "documents_held": [MARKUP[4:40]]}
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": facts})
    members = [
        {**row, "name": f"{MARKUP}{number}", "reason": MARKUP} for number, row in enumerate(plan()["members"])
    ]
    door.made(
        f"/api/v1/cases/{case_id}/plan", {**plan(), "members": members, "why": MARKUP, "goals": [MARKUP]}
    )
    consent = {"status": "given", "witness": MARKUP}
    sent = door.made("/api/v1/referrals", {**referral(case_id, programme_id), "consent": consent})
    return Sent(door, browser, World("60", case_id, sent["referral_id"], partner_id, programme_id))


def test_a_translation_is_text_too():
    said = APPLICATION.jinja_env.from_string(
        "{{ _('%(name)s: 2 < 3 & \"four\"', name='<b>') }} {{ ngettext('%(num)s < x', '%(num)s > x', 2) }}"
    )
    assert said.render() == "&lt;b&gt;: 2 &lt; 3 &amp; &#34;four&#34; 2 &gt; x"


@pytest.mark.parametrize("user", READERS)
def test_no_page_of_any_role_takes_text_for_markup(browser, spoiled, user):
    reader, shown = browser(user), 0
    values = {**vars(spoiled.world), "user": "worker-60", "token": spoiled.token}
    for rule in APPLICATION.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.endpoint.startswith("pages.") or "step" in rule.arguments:
            continue
        if not rule.arguments <= values.keys():
            continue
        page = reader.open(ADDRESSES.build(rule.endpoint, {name: values[name] for name in rule.arguments}))
        harmless(page)
        shown += "<script>alert(1)</script>" in page.tree.text_content()
    assert shown >= (2 if user in ("worker-60", "director-60") else 1), shown


def test_the_partner_and_the_timeline_show_the_text_as_it_was_typed(browser, door, spoiled):
    visitor = browser()
    assert MARKUP in spoiled.enter(visitor).text
    for part in ("", "/accept", "/decline", "/no-places"):
        harmless(visitor.open(spoiled.path + part))
    done = visitor.send(visitor.open(f"{spoiled.path}/decline"), reason="cost", note=MARKUP)
    harmless(done)
    assert done.status == 200
    page = browser("worker-60").open(f"/referrals/{spoiled.world.referral_id}")
    harmless(page)
    assert MARKUP in page.text


def test_a_case_comes_back_word_for_word(door, spoiled):
    case = door.get(f"/api/v1/cases/{spoiled.world.case_id}").json()
    assert case["person"]["note"] == case["person"]["place"] == MARKUP
    assert case["person"]["name"]["first"] == MARKUP[:60]


def test_no_file_to_take_away_holds_a_formula(browser, spoiled):
    reader = browser("director-60")
    pages = ("/dashboard", "/cases", "/partners")
    links = {link for page in pages for link in reader.open(page).links()}
    files = {link: reader.http.get(link).content for link in links if re.search(r"[.](csv|zip|xlsx)\b", link)}
    assert len(files) >= 4
    tables = [content for link, content in files.items() if ".csv" in link]
    for link, content in files.items():
        if ".csv" not in link:
            with zipfile.ZipFile(BytesIO(content)) as book:
                assert all(b"<f>" not in book.read(name) for name in book.namelist() if "sheet" in name)
                tables += [book.read(name) for name in book.namelist() if name.endswith(".csv")]
    for content in tables:
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
        assert rows and not any(cell.startswith(FORMULA) for row in rows for cell in row)


def test_any_text_comes_back_or_is_kept_in_the_form(browser, door):
    door.add("typing", "worker", ("60",))
    worker = browser("typing")
    form = worker.open("/partners/register")

    @settings(max_examples=30)
    @given(st.text(min_size=1, max_size=220))
    def holds(typed: str) -> None:
        typed = typed.encode("utf-8", "ignore").decode()
        fields = {
            "name": typed,
            "kind": "foundation",
            "under_ministry": "no",
            "province": "60",
            "command": str(uuid4()),
        }
        page = worker.send(form, **fields)
        harmless(page)
        if page.status == 200 and "ที่นี้อาจขึ้นทะเบียน" in page.text:  # an earlier name sounds like it
            page = worker.send(page)
            harmless(page)
        if page.path.endswith("/offer"):
            found = door.get(f"/api/v1/partners/{page.path.split('/')[1]}").json()
            assert found["name"] == NAME.deserialize(typed)
        else:
            assert page.status == 422 and set(page.errors) == {"name"}, page.text
            [box] = page.tree.xpath("//input[@name='name']")
            assert not shows(typed) or box.get("value", "") == typed.replace("\r\n", "\n")

    holds()
    harmless(worker.open("/work"))  # where drafts of what was refused are named
