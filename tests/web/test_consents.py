"""What the person says of being referred: recorded, used, taken back; and what each partner was told of them."""

from uuid import uuid4

import pytest

from tests.web.door import referral
from tests.web.sent import Sent
from tests.web.taken import taken


@pytest.fixture
def sent(door, browser):
    return Sent(door, browser)


def consents(door, case_id):
    return door.get(f"/api/v1/cases/{case_id}/consents").json()["items"]


def record(door, case_id, **more):
    body = {"kind": "referral", "status": "given", "how": "signed", **more}
    return door.made(f"/api/v1/cases/{case_id}/consents", body)


def take_back(door, case_id, consent_id, **more):
    return door.made(f"/api/v1/cases/{case_id}/consents/{consent_id}/withdraw", {"how": "spoken", **more})


def status(door, referral_id):
    return door.get(f"/api/v1/referrals/{referral_id}").json()["status"]


def test_a_sending_may_rest_on_a_consent_that_was_recorded_before(door):
    case_id, (_, programme_id) = door.planned(), door.programme()
    given = record(door, case_id, witness="คุณมาลี", scope="บ้านพักของเทศบาล")
    body = {"case_id": case_id, "programme_id": programme_id, "consent_id": given["consent_id"]}
    both = door.post("/api/v1/referrals", {**body, "consent": {"status": "given"}})
    assert (both.status_code, [*both.json()["errors"]]) == (422, ["consent_id"])
    none = door.post("/api/v1/referrals", {**body, "consent_id": None})
    assert (none.status_code, [*none.json()["errors"]]) == (422, ["consent.status"])
    sent = door.made("/api/v1/referrals", body)
    [only] = door.wait(f"/api/v1/cases/{case_id}/consents", lambda told: told["items"][0]["referral_ids"])[
        "items"
    ]
    assert only["referral_ids"] == [sent["referral_id"]] and only["witness"] == "คุณมาลี"
    assert take_back(door, case_id, given["consent_id"])["referral_ids"] == [sent["referral_id"]]
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda told: told["status"] == "withdrawn")
    again = door.post("/api/v1/referrals", body)
    assert (again.status_code, again.json()["code"]) == (409, "consent_withdrawn")


def test_nobody_is_sent_on_a_refusal_another_cases_consent_or_one_to_give_data(door):
    case_id, (_, programme_id) = door.planned(), door.programme()
    about = {"case_id": case_id, "programme_id": programme_id}
    for consent_id, code in (
        (record(door, case_id, status="refused")["consent_id"], "consent_refused"),
        (record(door, door.case())["consent_id"], "consent_unknown"),
        (record(door, case_id, kind="data")["consent_id"], "consent_unknown"),
        (str(uuid4()), "consent_unknown"),
    ):
        answer = door.post("/api/v1/referrals", {**about, "consent_id": consent_id})
        assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_who_wants_no_data_given_is_sent_to_no_partner_until_they_say_otherwise(door):
    case_id, (_, programme_id) = door.planned(), door.programme()
    record(door, case_id, kind="data", status="refused")
    refused = door.post("/api/v1/referrals", referral(case_id, programme_id))
    door.wait(f"/api/v1/cases/{case_id}/consents", lambda told: told["items"])
    if refused.ok:  # referral had not heard of it yet
        return
    assert refused.json()["code"] == "consent_refused"
    record(door, case_id, kind="data")
    assert door.post("/api/v1/referrals", referral(case_id, programme_id)).ok


def test_who_cannot_say_needs_a_witness_and_wrong_words_are_named(door):
    path = f"/api/v1/cases/{door.case()}/consents"
    for body, field in (
        ({"kind": "referral", "status": "unable", "how": "gesture"}, "witness"),
        ({"kind": "all", "status": "given", "how": "signed"}, "kind"),
        ({"kind": "data", "status": "maybe", "how": "signed"}, "status"),
        ({"kind": "data", "status": "given"}, "how"),
    ):
        answer = door.post(path, body)
        assert (answer.status_code, [*answer.json()["errors"]]) == (422, [field])
    unknown = door.post(f"{path}/{uuid4()}/withdraw", {})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "consent_unknown")


def test_nobody_who_died_says_anything_more(door, browser):
    case_id, body = door.planned(), {"kind": "referral", "status": "given", "how": "spoken"}
    path = f"/api/v1/cases/{case_id}"
    assert door.made(f"{path}/consents", body)["consent_id"]
    door.made(f"{path}/close", {"reason": "died"})
    answer = door.post(f"{path}/consents", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "person_died")
    worker = browser("worker-60")
    again = worker.send(worker.open(f"/cases/{case_id}/consents/new"), how="spoken", status="given")
    assert again.status == 409 and "เสียชีวิต" in again.text


def test_a_link_shows_nothing_once_the_consent_is_taken_back_and_says_kindly_why(door, browser, sent):
    case_id, referral_id = sent.world.case_id, sent.world.referral_id
    visitor = browser()
    shown = sent.enter(visitor)
    assert shown.status == 200 and "ภูมิลำเนา" in shown.text
    [given] = door.get(f"/api/v1/referrals/{referral_id}/disclosure").json()
    assert given["opened_at"] >= given["at"] and given["basis"] == "consent"
    told = take_back(door, case_id, referral_id, note="ขออยู่กับเพื่อนก่อน")
    assert told["referral_ids"] == [referral_id]
    after = visitor.open(sent.path)
    assert "ขอถอนความยินยอม" in after.text and "ภูมิลำเนา" not in after.text
    assert "ขอถอนความยินยอม" in browser().open(sent.path).text
    assert "ขอถอนความยินยอม" in visitor.open(f"{sent.path}/accept").text
    door.wait(f"/api/v1/referrals/{referral_id}", lambda now: now["status"] == "withdrawn")
    assert sent.places()["reserved"] in (0, 1)  # given back in a moment
    [noted] = door.get(f"/api/v1/referrals/{referral_id}/disclosure").json()
    assert noted == given  # what was told stays noted
    [item] = [each for each in consents(door, case_id) if each["withdrawn_at"]]
    assert (item["consent_id"], item["withdrawn_by"]) == (referral_id, "worker-60")
    assert "เพื่อน" not in door.get("/api/v1/events?limit=500").text


def test_consent_to_give_data_taken_back_ends_what_is_under_way_and_nobody_who_lives_there_loses_the_place(
    door,
):
    (_, first), (_, second) = door.programme(), door.programme()
    case_id = door.planned()
    given = record(door, case_id, kind="data")
    there = door.made("/api/v1/referrals", referral(case_id, first))["referral_id"]
    for step in ("accept", "admit", "confirm"):
        door.made(f"/api/v1/referrals/{there}/{step}", {})
    asked = door.made("/api/v1/referrals", referral(case_id, second))["referral_id"]
    told = take_back(door, case_id, given["consent_id"])
    assert {*told["referral_ids"]} == {there, asked}
    door.wait(f"/api/v1/referrals/{asked}", lambda now: now["status"] == "withdrawn")
    assert status(door, there) == "placed"


def test_the_file_of_consents_and_disclosures_is_a_page_with_its_forms(door, browser, sent):
    case_id, worker = sent.world.case_id, browser("worker-60")
    sent.enter(browser())
    path = f"/cases/{case_id}/consents"
    page = worker.open(path)
    assert "มาตรา 39" in page.text and "ความยินยอมของผู้รับบริการ" in page.text and "ภูมิลำเนา" in page.text
    form = worker.open(f"{path}/new")
    wrong = worker.send(form, status="unable", how="gesture")
    assert wrong.status == 422 and [*wrong.errors] == ["witness"]
    done = worker.send(wrong, kind="data", witness="คุณมาลี")
    assert done.status == 200 and "พยาน: คุณมาลี" in done.text
    back = worker.send(worker.open(f"{path}/{sent.world.referral_id}/withdraw"), how="spoken")
    assert back.status == 200 and "ถอนแล้ว" in back.text
    member = browser("member-60").open(path)
    assert "คุณมาลี" not in member.text and "มาตรา 39" in member.text
    assert worker.open(f"{path}/{uuid4()}/withdraw").status == 404


def test_the_file_says_who_recorded_a_consent_given_with_a_sending_who_was_witness_and_what_was_told_in_words(
    door, browser
):
    world = door.world()
    case_id = door.planned()
    told = {"status": "unable", "witness": "คุณพยาน"}
    body = {"case_id": case_id, "programme_id": world.programme_id, "consent": told}
    referral_id = door.made("/api/v1/referrals", body)["referral_id"]
    door.made(f"/api/v1/referrals/{referral_id}/told", {"how": "phone"})
    [said] = door.wait(f"/api/v1/cases/{case_id}/consents", lambda found: found["items"])["items"]
    assert (said["by"], said["consent_id"]) == ("worker-60", referral_id)
    page = browser("worker-60").open(f"/cases/{case_id}/consents")
    assert "พยาน: คุณพยาน" in page.text and "บันทึกโดย ระบบ" not in page.text
    assert (
        "แจ้งด้วยวาจาหรือหนังสือ" in page.text
        and "ทางโทรศัพท์" in page.text
        and "ยังไม่ได้แจ้งข้อมูลของผู้รับบริการแก่" not in page.text
    )
    [_head, line] = taken(browser("worker-60"), f"/cases/{case_id}/consents/told.csv")[1].popitem()[1]
    assert line[3] == "แจ้งด้วยวาจาหรือหนังสือ ไม่ได้บันทึกทีละรายการ"
    assert "คุณพยาน" in str(taken(browser("worker-60"), f"/cases/{case_id}/consents/list.csv")[1])
    member = browser("member-60")
    assert "คุณพยาน" not in member.open(f"/cases/{case_id}/consents").text
    assert "คุณพยาน" not in str(taken(member, f"/cases/{case_id}/consents/list.csv")[1])


def test_the_file_is_taken_away_as_its_reader_may_see_it(door, browser, sent):
    case_id, worker = sent.world.case_id, browser("worker-60")
    sent.enter(browser())
    record(door, case_id, kind="data", witness="คุณมาลี")
    page = worker.open(f"/cases/{case_id}/consents")
    files = [f"/cases/{case_id}/consents/{name}.csv" for name in ("list", "told")]
    assert {f"{worker.address}{each}" for each in files} <= {*page.links()}
    name, tables = taken(worker, files[0])
    head, data, referral = tables[name]
    assert name.startswith("songtor-consents-nakhon-sawan-") and {len(line) for line in tables[name]} == {
        len(head)
    }
    assert "คุณมาลี" in data and "คุณมาลี" not in referral
    assert "คุณมาลี" not in str(taken(browser("member-60"), files[0])[1])
    [head, told] = taken(worker, files[1])[1].popitem()[1]
    assert head[-1] == "ภาคีเครือข่ายเปิดดูเมื่อ" in page.text
    assert "ภูมิลำเนา" in told[3] and told[4] == "ความยินยอมของผู้รับบริการ" and told[5]
    for each in files:
        assert browser("worker-61").open(each).status == 404 and browser("ministry").open(each).status == 403


def test_another_centre_and_a_partner_read_and_write_none_of_it(door):
    world = door.world()
    path = f"/api/v1/cases/{world.case_id}/consents"
    body = {"kind": "data", "status": "given", "how": "signed"}
    assert door.get(path, "worker-61").status_code == door.post(path, body, "worker-61").status_code == 404
    assert door.get(path, "ministry").status_code == door.post(path, body, "member-60").status_code == 403
