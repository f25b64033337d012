"""Papers: who has them, what stands on them, and that they are what they say they are."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pypdf
import pytest

from services.web.documents import PAPERS, press
from services.web.documents.legible import legible
from services.web.documents.office import thai_figures
from services.web.store import links
from tests.web.door import plan, settled

OF_A_PERSON = ("letter", "pack", "receipt", "consent")


def text_of(pdf):
    """What a reader finds in it. SARA AM is drawn as two marks, which NFKC says is the same."""
    found = "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf), strict=True).pages)
    return re.sub(r"\s+", " ", found)


def has(text, words):
    """Whether a text has some words, spaces and line ends aside."""
    plain = (
        unicodedata.normalize("NFKC", words)
        .replace("\u0e49\u0e4d", "\u0e4d\u0e49")
        .replace("\u0e48\u0e4d", "\u0e4d\u0e48")
    )
    return plain.replace(" ", "") in text.replace(" ", "")


def path(world, code):
    return {
        "consent": f"/api/v1/cases/{world.case_id}/consent.pdf",
        "intake": "/api/v1/forms/intake.pdf",
        "minutes": f"/api/v1/meetings/{world.meeting_id}/minutes.pdf",
    }.get(code, f"/api/v1/referrals/{world.referral_id}/{code}.pdf")


@pytest.fixture(scope="module")
def papers(door, world):
    world = replace(world, meeting_id=door.meeting(world.case_id))
    found = {}
    for paper in PAPERS:
        answer = door.get(path(world, paper.code))
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/pdf"
        found[paper.code] = answer.content
    return found


def test_every_paper_is_pdf_a_with_its_colours_and_says_so(papers):
    for code, content in papers.items():
        read = pypdf.PdfReader(BytesIO(content), strict=True)
        [intent] = read.trailer["/Root"]["/OutputIntents"]
        assert intent.get_object()["/S"] == "/GTS_PDFA1", code
        assert intent.get_object()["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp", code
        xmp = read.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
        assert re.search(r"<pdfaid:part>2</pdfaid:part>", xmp), code
        assert re.search(r"<pdfaid:conformance>A</pdfaid:conformance>", xmp), code
        assert read.trailer["/Root"]["/MarkInfo"]["/Marked"], code
        assert read.trailer["/Root"]["/Lang"] == "th", code


def test_what_is_drawn_in_clusters_is_read_letter_by_letter(papers):
    text = text_of(papers["letter"])
    for words in (
        "เรื่อง",
        "เรียน",
        "สิ่งที่ส่งมาด้วย",
        "ขอแสดงความนับถือ",
        "ด้วยศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดนครสวรรค์",
        "ผู้รับบริการ จำนวน ๑ ราย",
    ):
        assert has(text, words), words
    for code, title in {
        "pack": "ข้อมูลประกอบการส่งต่อ", "receipt": "ใบรับผู้รับบริการ",
        "consent": "หนังสือให้ความยินยอม", "intake": "แบบแรกรับผู้รับบริการ",
        "minutes": "รายงานการประชุม",
    }.items():  # fmt: skip
        assert has(text_of(papers[code]), title), code
    assert has(text_of(papers["intake"]), "ปัจจุบันพักอาศัยอยู่ที่ใด"), (
        "on its second page, where fonts have other names"
    )


def test_hard_words_come_back_as_they_were_written():
    words = "น้ำ ก่ำ ปั๊ม พี่เลี้ยง ผู้ใหญ่บ้าน ที่ปรึกษา เพิ่มเติม กิ๊ฟ ฤๅษี ญาติ ฐาน สำนักงาน ซ้ำ ๆ ป่วย ฟื้นฟู"
    data = {
        "title": "ก",
        "author": "ข",
        "pages": ["1"],
        "words": {},
        "place": [["ก", words]],
        "person": [],
        "rules": [],
    }
    data |= {"basis": words, "care": "", "answers": ["", "", ""], "reasons": [], "signers": []}
    made = press._compiled("pack", data, datetime(2026, 11, 30, tzinfo=UTC))
    text = text_of(legible(made))
    for word in words.split():
        assert has(text, word), word


def test_what_is_typed_sets_no_type_and_letters_of_other_scripts_are_a_line():
    data = {
        "title": "ก",
        "author": "ข",
        "pages": ["1"],
        "words": {},
        "person": [],
        "rules": [],
        "basis": "",
        "care": "",
    }
    data |= {"answers": ["", "", ""], "reasons": [], "signers": []}
    typed = "#pagebreak() *x* $1$ \\ [မြ] 漢 \u0007 \ufeff"
    made = legible(
        press._compiled("pack", {**data, "place": [["ชื่อ", typed]]}, datetime(2026, 11, 30, tzinfo=UTC))
    )
    assert len(pypdf.PdfReader(BytesIO(made)).pages) == 2
    assert "#pagebreak() *x* $1$" in text_of(made)
    assert "[__]" in text_of(made)


def test_figures_are_thai_unless_the_centre_says_otherwise_and_never_in_what_a_machine_reads():
    assert thai_figures({"a": ["1", {"b": "2569"}], "qr": "<svg 1>", "n": None}) == {
        "a": ["๑", {"b": "๒๕๖๙"}], "qr": "<svg 1>", "n": None,
    }  # fmt: skip


@pytest.mark.parametrize("user", ["ministry", "rules", "admin", "partner-nobody", "member-60"])
def test_only_staff_has_the_papers_of_a_person(door, world, user):
    for code in OF_A_PERSON:
        assert door.get(path(world, code), user).status_code == 403, code
    assert door.get(path(world, "intake"), user).status_code == 200


def test_another_centres_papers_are_not_found(door, world):
    for code in OF_A_PERSON:
        assert door.get(path(world, code), "worker-61").status_code == 404, code


def test_a_consent_is_one_sheet(papers):
    assert len(pypdf.PdfReader(BytesIO(papers["consent"])).pages) == 1


def test_letter_and_pack_name_nobody_and_the_receipt_does_once_the_partner_takes_the_person(door):
    world = door.world()
    name = door.get(f"/api/v1/cases/{world.case_id}").json()["person"]["name"]
    known = [part for part in (name["first"], name["last"]) if part]
    for code in ("letter", "pack", "receipt"):
        text = text_of(door.get(path(world, code)).content)
        assert not any(has(text, part) for part in known), code
    door.made(f"/api/v1/referrals/{world.referral_id}/told", {"how": "letter"})
    door.made(f"/api/v1/referrals/{world.referral_id}/accept", {})
    for code in ("letter", "pack"):
        assert not any(has(text_of(door.get(path(world, code)).content), part) for part in known)
    assert all(has(text_of(door.get(path(world, "receipt")).content), part) for part in known)
    assert all(has(text_of(door.get(path(world, "consent")).content), part) for part in known)


def test_printing_tells_nobody_and_the_letters_code_opens_the_link_that_is_made_last(door, browser):
    world = door.world()
    token = links.Keys(door.runtime("web").key("answer-link")).standing(world.referral_id)
    nobody = browser()
    assert nobody.open(f"/answer/{token}").status == 403
    before = door.get(f"/api/v1/referrals/{world.referral_id}").json()
    door.get(path(world, "letter"))
    assert door.get(f"/api/v1/referrals/{world.referral_id}").json() == before
    staff = browser("worker-60")
    made = staff.send(staff.open(f"/referrals/{world.referral_id}/link"), how="letter")
    code = re.search(r'id="code">(\d{3} \d{3})<', made.raw)[1]
    seen = door.get(f"/api/v1/referrals/{world.referral_id}/disclosure").json()
    assert [row["how"] for row in seen] == ["letter"]
    assert not door.get(f"/api/v1/referrals/{world.referral_id}").json()["told"]
    opened = nobody.send(nobody.open(f"/answer/{token}"), code=code)
    assert "หญิง" in opened.text or "ชาย" in opened.text


def test_a_return_to_the_family_has_a_receipt_and_nobody_to_write_to(door):
    case_id = door.case()
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}})
    door.made(f"/api/v1/cases/{case_id}/plan", {**plan(), "path": "return_family"})
    family = {"relative": "ป้าสมหญิง", "agreed": True}
    body = {"case_id": case_id, "family": family, "consent": {"status": "given"}}
    referral_id = door.made("/api/v1/referrals", body)["referral_id"]
    for code in ("letter", "pack"):
        answer = door.get(f"/api/v1/referrals/{referral_id}/{code}.pdf")
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert has(text_of(door.get(f"/api/v1/referrals/{referral_id}/receipt.pdf").content), "ป้าสมหญิง")


def test_a_form_on_paper_is_copied_with_its_day(door, browser):
    staff = browser("worker-60")
    page = staff.open("/cases/new/paper")
    assert {*staff.send(page, danger="none").errors} == {"happened_on"}
    assert {*staff.send(page, happened_on="12/5/2569").errors} == {"danger"}
    first = staff.send(page, danger="none", happened_on="12/5/2569")
    opened = staff.send(first, person__sex="male", found__place="ใต้สะพาน")
    case_id = opened.url.rpartition("/")[2]
    [event, *_] = door.get(f"/api/v1/cases/{case_id}/timeline").json()["items"]
    assert (event["type"], event["time"]) == ("CaseOpened", "2026-05-12T05:00:00.000000Z")


@pytest.fixture(scope="module")
def held(door):
    """A meeting of a centre of these tests alone: one case decided with places in order, one against what the screening
    found, one that waits; who is called fourth has an interest of their own, and the fifth does not come."""
    for user, role in (("worker-34", "worker"), ("member-34", "member")):
        door.add(user, role, ("34",))
    cases = [door.case("34"), door.case("34"), door.case("34")]
    for case_id, relatives in zip(cases, ("none", "unsafe", "none"), strict=True):
        facts = {**settled(), "relatives": relatives}
        door.made(f"/api/v1/cases/{case_id}/screening", {"facts": facts}, "worker-34")
    members = [
        {"user": "worker-34", "name": "นางสาวเลขา จดดี", "role": "secretary"},
        {"name": "นายประธาน ตรวจดี", "role": "chair"},
        {"name": "นายแพทย์เห็นต่าง", "role": "specialist"},
        {"name": "นางส่วนได้เสีย", "role": "member"},
        {"name": "นายไม่มา", "role": "member"},
    ]
    body = {"centre": "34", "at": "2026-11-02T03:00:00Z", "place": "ห้องประชุมชั้น 2", "members": members}
    path = f"/api/v1/meetings/{door.made('/api/v1/meetings', body, 'worker-34')['meeting_id']}"
    door.made(f"{path}/add", {"case_ids": cases}, "worker-34")
    places = [door.programme()[1], door.programme()[1]]
    option = {"case_id": cases[0], "path": "local_home", "programme_ids": places}
    door.made(f"{path}/propose", option, "worker-34")
    door.made(f"{path}/vote", {"case_id": cases[0], "vote": "agree", "reason": "ใกล้วัด"}, "worker-34")
    decision = {
        **option,
        "votes": [
            {"member": "2", "vote": "agree"},
            {"member": "3", "vote": "dissent", "reason": "ควรพบแพทย์ก่อน"},
        ],
        "abstains_for_conflict": ["4"],
        "why": "มีญาติอยู่ใกล้",
        "goals": [{"area": "housing", "text": "มีที่อยู่มั่นคง", "owner": "นักสังคม", "due": "2027-01-31"}],
    }
    door.made(f"{path}/decide", decision, "worker-34")
    against = {
        "case_id": cases[1],
        "votes": [
            {"member": "1", "vote": "agree"},
            {"member": "2", "vote": "agree"},
            {"member": "3", "vote": "dissent"},
        ],
        "path": "return_family",
        "why": "ผู้รับบริการประสงค์กลับบ้าน",
        "override_reason": "ผู้กระทำย้ายออกแล้ว",
    }
    door.made(f"{path}/decide", against, "worker-34")
    return path, cases


def test_minutes_say_who_came_what_was_proposed_how_each_voted_and_what_was_decided(door, held):
    path, cases = held
    case = door.get(f"/api/v1/cases/{cases[0]}", "worker-34").json()
    text = text_of(door.get(f"{path}/minutes.pdf", "worker-34").content)
    came, _title, later = text.partition("ผู้ได้รับเชิญที่ยังไม่ปรากฏการลงมติ".replace("ำ", "ํา"))
    assert later, "a case waits: nobody is said not to have come"
    assert has(came, "นางส่วนได้เสีย") and not has(came, "นายไม่มา") and has(later, "นายไม่มา")
    for words in (
        "เมื่อวันที่ ๒ พฤศจิกายน ๒๕๖๙ เวลา ๑๐.๐๐ น.",
        "ณ ห้องประชุมชั้น ๒",
        "ร่าง (ยังไม่ปิดประชุม)",
        case["person"]["name"]["first"],
        thai_figures({"n": case["case_number"]})["n"],
        "ผู้มีส่วนได้เสีย (ไม่ลงมติ) นางส่วนได้เสีย",
        "ใกล้วัด (ลงมติด้วยบัญชีของตนเอง)",
        "ไม่เห็นชอบ ควรพบแพทย์ก่อน (เลขานุการบันทึก)",
        "ไม่เห็นชอบ ไม่ได้ให้เหตุผล (เลขานุการบันทึก)",
        "เห็นชอบ ๒ เสียง ไม่เห็นชอบ ๑ เสียง งดออกเสียง ๐ เสียง",
        "๑. ", "๒. ",
        "มีญาติอยู่ใกล้",
        "มีที่อยู่มั่นคง (ด้านที่อยู่อาศัย ผู้รับผิดชอบ นักสังคม ภายในวันที่ ๓๑ มกราคม ๒๕๗๐)",
        "ที่ประชุมมีมติโดยมีเหตุผลว่า ผู้กระทำย้ายออกแล้ว (ประธาน: นายประธาน ตรวจดี)",
        "ที่ประชุมยังไม่มีมติในเรื่องนี้",
        "(นางสาวเลขา จดดี)",
        "ผู้จดรายงานการประชุม",
        "(นายประธาน ตรวจดี)",
        "ผู้ตรวจรายงานการประชุม",
    ):  # fmt: skip
        assert has(text, words), words


def test_a_member_reads_the_minutes_without_the_name_and_nobody_else_at_all(door, held, browser):
    path, cases = held
    case = door.get(f"/api/v1/cases/{cases[0]}", "worker-34").json()
    text = text_of(door.get(f"{path}/minutes.pdf", "member-34").content)
    assert has(text, thai_figures({"n": case["case_number"]})["n"]) and has(text, "ใกล้วัด")
    assert not has(text, case["person"]["name"]["first"]) and not has(text, case["person"]["name"]["last"])
    for user in ("ministry", "rules", "admin", "partner-nobody"):
        assert door.get(f"{path}/minutes.pdf", user).status_code == 403, user
    for user in ("worker-61", "member-60"):
        assert door.get(f"{path}/minutes.pdf", user).status_code == 404, user
    page = path.removeprefix("/api/v1")
    assert f"{page}/minutes.pdf" in browser("member-34").open(page).raw


def planned(door, centre: str) -> str:
    """A case of a centre of its own, decided on, so that nothing else lies before its meetings."""
    for user, role in (("worker", "worker"), ("director", "director"), ("deputy", "director")):
        door.add(f"{user}-{centre}", role, (centre,))
    case_id = door.case(centre)
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": settled()}, f"worker-{centre}")
    door.made(f"/api/v1/cases/{case_id}/plan", plan(), f"worker-{centre}")
    return case_id


def test_minutes_say_that_a_later_decision_took_the_place_of_theirs(door):
    case_id = planned(door, "33")
    path = f"/api/v1/meetings/{door.meeting(case_id, 'worker-33')}"
    votes = [{"member": number, "vote": "agree"} for number in "123"]
    decision = {"case_id": case_id, "votes": votes, "path": "local_home", "why": "ใกล้วัด"}
    door.made(f"{path}/decide", decision, "worker-33")
    door.made(f"{path}/close", {}, "worker-33")
    text = text_of(door.get(f"{path}/minutes.pdf", "worker-33").content)
    assert has(text, "ใกล้วัด") and has(text, "ผู้ไม่มาประชุม") and not has(text, "ยังไม่ปิดประชุม")
    door.made(f"/api/v1/cases/{case_id}/plan", plan(), "worker-33")
    text = text_of(door.get(f"{path}/minutes.pdf", "worker-33").content)
    assert has(text, "มตินี้ถูกแทนที่ด้วยมติเมื่อวันที่")
    assert has(text, "ใกล้วัด") and has(text, "ผู้ไม่มาประชุม"), "what was decided then stays as it was written"


def test_minutes_say_what_was_decided_between_meetings_and_whether_it_was_ratified(door):
    case_id = planned(door, "31")
    meeting_id = door.unratified(case_id, "worker-31")
    path = f"/api/v1/meetings/{meeting_id}"
    votes = [{"member": number, "vote": "agree", "reason": "จำเป็นจริง"} for number in "123"]
    door.made(f"{path}/ratify", {"case_id": case_id, "votes": votes}, "worker-31")
    text = text_of(door.get(f"{path}/minutes.pdf", "worker-31").content)
    assert has(text, "รับรองมติระหว่างการประชุม") and has(text, "ไม่มีที่พักคืนนี้") and has(text, "จำเป็นจริง")
    assert has(text, "เห็นชอบ ๓ เสียง") and has(text, "ผู้มีมติ")


def test_minutes_of_somebody_who_was_erased_say_what_is_gone(door):
    for user in ("worker-55", "director-55", "deputy-55"):  # nobody else's case lies before this meeting
        door.add(user, "worker" if user == "worker-55" else "director", ("55",))
    case_id = door.planned("55")
    path = f"/api/v1/meetings/{door.meeting(case_id, 'worker-55')}"
    votes = [{"member": number, "vote": "agree", "reason": "ใกล้วัด"} for number in "123"]
    door.made(
        f"{path}/decide",
        {"case_id": case_id, "votes": votes, "path": "local_home", "why": "ใกล้วัด"},
        "worker-55",
    )
    door.made(f"/api/v1/cases/{case_id}/erasure", {"reason": "ordered"}, "director-55")
    door.made(f"/api/v1/cases/{case_id}/erasure/confirm", {}, "deputy-55")
    text = text_of(door.get(f"{path}/minutes.pdf", "worker-55").content)
    assert has(text, "ถูกลบพร้อมกับข้อมูลของผู้รับบริการแล้ว") and has(text, "เห็นชอบ ๓ เสียง")
    assert not has(text, "ใกล้วัด") and not has(text, "มาลี")
