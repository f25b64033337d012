"""A new label, a new path and a question in other words count once they are adopted, without a release, at doors and
on the pages. In a system of its own: the words of its rules are nobody else's."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import requests

from services.hosting import System
from services.kernel import settings
from services.kernel.envelope import Envelope, instant
from services.kernel.runtime import utc_now
from services.screening.domain import form, rulebook
from services.screening.domain.adoption import RULES, AdoptRules
from services.system import SERVICES
from tests.support.servers import free_port
from tests.web.browser import Browser
from tests.web.door import FrontDoor, plan, programme, settled

LABEL, PATH, FACT = "street_vendor", "farm_stay", "has_cart"
TH = {LABEL: "ผู้ค้าริมทาง", PATH: "บ้านสวนชั่วคราว", FACT: "มีรถเข็น"}
QUESTION = "คืนนี้นอนที่ไหน"


def documents():
    book = json.loads(rulebook.document("2569-2")) | {"version": "2569-9", "valid_from": yesterday()}
    book["facts"] = [
        {
            "code": FACT, "kind": "flag", "name": {"th": TH[FACT], "en": "has a cart"},
            "question": {"th": "มีรถเข็นขายของหรือไม่", "en": "Has the person a cart?"}, "options": [],
        }
    ]  # fmt: skip
    book["paths"].append(
        {"code": PATH, "name": {"th": TH[PATH], "en": "farm stay"}, "outside_ministry": True, "by_wish": True}
    )
    law = {"th": "ประกาศศูนย์", "en": "Notice of the centre"}
    book["labels"].insert(
        0,
        {
            "code": LABEL, "name": {"th": TH[LABEL], "en": "street vendor"}, "law": law, "leads": True,
            "condition": {"fact": "housing", "op": "in", "value": ["street"]},
            "because": {"th": "ขายของริมทาง", "en": "sells in the street"}, "paths": [PATH],
        },
    )  # fmt: skip
    [child] = [each for each in book["labels"] if each["code"] == "older_person"]
    child["name"]["th"] = "ผู้สูงวัย"
    asked = json.loads(form.SHIPPED_DOCUMENT) | {"version": "form-9", "valid_from": yesterday()}
    asked["questions"]["housing"]["text"] = {"th": QUESTION, "en": "Where does the person sleep tonight?"}
    asked["questions"][FACT] = {"text": {"th": "มีรถเข็นขายของหรือไม่", "en": "A cart?"}}
    asked["questions"]["legal_case"]["show_if"] = {"fact": "age", "op": "at_most", "value": 17}
    asked["groups"][0]["facts"] = [FACT, *asked["groups"][0]["facts"]]
    asked["groups"].reverse()
    return (rulebook.NAME, "2569-9", book), (form.NAME, "form-9", asked)


def yesterday():
    return (utc_now() - timedelta(days=1)).date().isoformat()


def adopt(door):
    now, cause = instant(utc_now()), str(uuid4())

    def decide(unit):
        for name, version, content in documents():
            text = json.dumps(content, ensure_ascii=False)
            unit.handle(RULES, name, AdoptRules(name, version, yesterday(), text))

    door.runtime("screening").execute(Envelope(cause, "", "system", "*", now, now, cause, cause), decide)


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("adopted"), free_port()
    chosen = replace(settings.read({}, data=str(folder), http=f"127.0.0.1:{port}"), public_url=None)
    system = System(chosen, tuple(SERVICES))
    system.start()
    door = FrontDoor(chosen, system)
    adopt(door)
    yield door
    system.stop()


@pytest.fixture(scope="module")
def worker(door):
    from services.web.identity import passwords
    from tests.web.browser import HASH

    door.token("worker-60")
    with door.runtime("web").database.write() as db:
        passwords.keep(db, "worker-60", HASH, temporary=False)
    return Browser(door.address, "worker-60")


@pytest.fixture(scope="module")
def offered(door):
    partner_id, _ = door.programme()
    body = {**programme(), "name": "แปลงเกษตร", "path": PATH, "rules": {}}
    made = door.made(f"/api/v1/partners/{partner_id}/programmes", body)
    return partner_id, made["programme_id"]


@pytest.fixture(scope="module")
def screened(door, offered):
    case_id = door.case()
    facts = {**settled(), FACT: True, "wants": [PATH]}
    found = door.made(f"/api/v1/cases/{case_id}/screening", {"facts": facts})
    return case_id, found


def test_a_screening_finds_the_new_label_and_opens_the_new_path(screened):
    _case_id, found = screened
    assert (found["rules_version"], found["form"]["version"]) == ("2569-9", "form-9")
    assert {each["code"]: each["verdict"] for each in found["labels"]}[LABEL] == "met"
    assert found["paths"][0] == PATH and found["facts"][FACT] is True


def test_a_programme_is_offered_on_the_new_path_and_on_none_that_is_not_there(door, offered):
    partner_id, programme_id = offered
    wrong = door.post(f"/api/v1/partners/{partner_id}/programmes", {**programme(), "path": "moon"})
    assert wrong.status_code == 422 and [*wrong.json()["errors"]] == ["path"]
    wrong = door.call(
        "PATCH", f"/api/v1/programmes/{programme_id}", {"path": "moon", "reason": "ลอง"}, "worker-60"
    )
    assert wrong.status_code == 422, wrong.text
    found = door.get(f"/api/v1/partners?path={PATH}").json()
    assert [each["partner_id"] for each in found["items"]] == [partner_id]


def test_matching_ranks_what_is_on_the_new_path_first(door, offered, screened):
    case_id, _found = screened
    matches = door.wait(
        f"/api/v1/cases/{case_id}/matches?wait=5", lambda found: found["candidates"] and found["computed_at"]
    )
    first = matches["candidates"][0]
    assert (first["programme_id"], first["path"], first["rank"]) == (offered[1], PATH, 1)
    only = door.ask("partners", "matches", "worker-60", {"case_id": case_id, "path": PATH})["candidates"]
    assert [each["programme_id"] for each in only] == [offered[1]]


def test_pages_say_the_words_of_the_adopted_documents(door, worker, offered, screened):
    case_id, _found = screened
    result = worker.open(f"/cases/{case_id}/screening")
    assert TH[PATH] in result.text and TH[LABEL] in result.text and PATH not in result.text
    filled = worker.open(f"/cases/{case_id}/screening/fill")
    assert QUESTION in filled.text and "มีรถเข็นขายของหรือไม่" in filled.text
    assert "คดีอาญา" not in filled.text  # of whom the form does not ask it
    groups = filled.tree.xpath("//main//details[starts-with(@id, 'group-')]/summary/h2")
    headings = [" ".join(each.text_content().split()) for each in groups]
    assert headings[0].endswith("สิ่งที่แต่ละแห่งถาม") and headings[-1].endswith("ความปลอดภัยมาก่อน")
    assert dict(filled.form().form_values())[f"facts.{FACT}"] == "yes"
    saved = worker.send(filled, **{f"facts__{FACT}": "no"})
    assert saved.status == 200
    assert door.ask("screening", "screening", "worker-60", {"case_id": case_id})["facts"][FACT] is False
    matches = worker.open(f"/cases/{case_id}/matches")
    assert TH[PATH] in matches.text
    assert TH[PATH] in worker.open(f"/partners/{offered[0]}").text
    assert PATH in worker.open("/partners?path=" + PATH).raw
    assert TH[FACT] in worker.open(f"/cases/{case_id}").text


def test_a_plan_on_the_new_path_is_agreed_and_the_overview_counts_it(door, worker, offered, screened):
    case_id, _found = screened
    page = worker.open(f"/cases/{case_id}/plan/record")
    assert TH[PATH] in page.text
    agreed = {**plan(), "path": PATH, "programme_id": offered[1]}
    door.made(f"/api/v1/cases/{case_id}/plan", agreed)
    figures = door.wait(
        "/api/v1/reports/overview?from=2026-01-01&to=2098-01-01",
        lambda found: LABEL in found["by_label"],
        "director-60",
    )
    assert figures["by_label"][LABEL] == 1
    sent = door.made(
        "/api/v1/referrals",
        {
            "case_id": case_id,
            "programme_id": offered[1],
            "consent": {"status": "given", "witness": "พยาน ตัวอย่าง"},
        },
    )
    path = f"/api/v1/referrals/{sent['referral_id']}"
    door.wait(path, lambda found: found["place"] == "reserved")
    for step in ("accept", "admit", "confirm"):
        told = door.post(f"{path}/{step}", {})
        assert told.ok, told.text
    director = door.wait(
        "/api/v1/reports/overview?from=2026-01-01&to=2098-01-01",
        lambda found: PATH in found["by_path"],
        "director-60",
    )
    assert director["by_path"][PATH] == 1


def test_a_programme_takes_people_of_the_new_group_and_of_none_that_is_not_there(door, offered):
    partner_id, programme_id = offered
    case_id = door.case()
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": settled()})
    fits = {**programme(), "name": "ที่พักผู้ค้า", "path": PATH, "rules": {"labels_any": [LABEL]}}
    made = door.made(f"/api/v1/partners/{partner_id}/programmes", fits)["programme_id"]
    for path, body, method in (
        (
            f"/api/v1/partners/{partner_id}/programmes",
            {**fits, "rules": {"labels_any": [LABEL, "moon"]}},
            "POST",
        ),
        (
            f"/api/v1/programmes/{programme_id}",
            {"rules": {"labels_any": [LABEL, "moon"]}, "reason": "ลอง"},
            "PATCH",
        ),
        (
            f"/api/v1/partners/{partner_id}",
            {"rules": {"labels_any": [LABEL, "moon"]}, "reason": "ลอง"},
            "PATCH",
        ),
    ):
        wrong = door.call(method, path, body, "worker-60")
        assert wrong.status_code == 422 and [*wrong.json()["errors"]] == ["rules.labels_any.1"], wrong.text
    matches = door.wait(
        f"/api/v1/cases/{case_id}/matches?wait=5",
        lambda found: made in [each["programme_id"] for each in found["candidates"]],
    )
    [of_it] = [each for each in matches["candidates"] if each["programme_id"] == made]
    assert of_it["verdict"] == "eligible"
    inverse = door.wait(
        f"/api/v1/programmes/{made}/candidates",
        lambda found: case_id in [each["case_id"] for each in found["items"]],
    )
    assert {each["verdict"] for each in inverse["items"] if each["case_id"] == case_id} == {"eligible"}


def test_the_new_words_stand_in_the_registrys_page_its_files_and_its_taxonomy(door, worker, offered):
    partner_id, programme_id = offered
    page = worker.open(f"/partners/{partner_id}/programmes/{programme_id}/correct")
    assert TH[LABEL] in page.text
    terms = door.get("/hsds/taxonomy_terms?per_page=100", user=None).json()["contents"]
    [term] = [each for each in terms if each["code"] == PATH]
    carried = door.get(f"/hsds/services?taxonomy_term_id={term['id']}", user=None).json()["contents"]
    assert programme_id in [each["id"] for each in carried]
    head = "ชื่อภาคีเครือข่าย,ประเภท,สังกัดกระทรวง พม.,จังหวัด,ชื่อบริการ,แนวทาง,จำนวนที่ทั้งหมด,จำนวนที่ว่าง,รับเฉพาะกลุ่มใดกลุ่มหนึ่งต่อไปนี้"
    row = f"บ้านสวนนำเข้า,มูลนิธิหรือองค์กรสาธารณประโยชน์,ไม่ใช่,นครสวรรค์,พักสวน,{TH[PATH]},4,2,{TH[LABEL]}"
    answer = requests.post(
        f"{door.address}/api/v1/partners/import",
        files={"file": ("a.csv", f"{head}\n{row}\n".encode())},
        headers={"Authorization": f"Bearer {door.token('worker-60')}"},
        timeout=60,
    )
    assert answer.status_code == 200 and answer.json()["errors"] == [], answer.text
    [came] = door.get("/api/v1/partners?q=บ้านสวนนำเข้า").json()["items"]
    [only] = came["programmes"]
    assert (only["path"], only["rules"]) == (PATH, {"labels_any": [LABEL]})
