"""The main job, step by step, as each person does it; the same on a desk, on a phone and without scripts."""

import re
import time
from typing import NamedTuple

import pyotp

from tests.browser.visitor import Tab, said
from tests.support.client import Client, new_plan

OPENED = {
    "channel": "walk_in",
    "area": "ปากน้ำโพ เมืองนครสวรรค์",
    "found.place": "ใต้สะพาน",
    "person.identity_status": "claimed",
    "person.sex": "female",
    "person.name.first": "สายใจ",
    "person.birth_date": "12/5/2493",
    "person.nationality": "thai",
    "person.domicile.0.province": "60",
    "person.domicile.0.basis": "registered_house",
}
SCREENED: dict[str, str | list[str]] = {
    "facts.housing": "street",
    "facts.income_sufficient": "no",
    "facts.can_depend_on_others": "no",
    "facts.begging": ["none"],
    "facts.care_level": "1",
    "facts.communicable_disease": "none",
    "facts.severe_behaviour": "no",
    "facts.none_disability_types": "yes",
    "facts.wants": ["local_home"],
    "facts.documents_held": ["id_card"],
}
DECIDED = {
    "why": "ใกล้บ้านเดิม",
    "goals": "มีที่พักถาวร\nได้เบี้ยยังชีพ",
} | {
    f"members.{row}.{name}": value
    for row, (role, member) in enumerate(
        [("chair", "สมชาย ตัวอย่าง"), ("secretary", "วันดี ตัวอย่าง"), ("member", "ประเสริฐ ตัวอย่าง")]
    )
    for name, value in {"name": member, "role": role, "vote": "agree"}.items()
}


class Link(NamedTuple):
    """What the worker sends the partner, and what is said on the telephone."""

    address: str
    code: str


def open_case(worker: Tab, last_name: str) -> str:
    """The address of the new case's page. Danger is asked first."""
    worker.menu("Open a case")
    assert worker.heading == said("Is anybody in danger now?")
    worker.fill({"danger": "none"})
    worker.press("Continue")
    worker.fill(OPENED | {"person.name.last": last_name})
    worker.press("Open the case")
    if worker.says("Not saved yet"):  # somebody of this name came before
        worker.press("Open the case")
    assert last_name in worker.heading, worker.text
    return worker.path


def screen(worker: Tab, case: str) -> None:
    worker.open(f"{case}/screening")
    worker.press("Screen the person")
    worker.fill(SCREENED)
    worker.press("Save the screening")
    assert worker.says("The screening is saved.")


def choose_place(tab: Tab, case: str) -> str:
    """See the matches; the code of the best place outside the ministry that has room, chosen for the plan."""
    tab.open(f"{case}/matches?verdict=eligible&outside=yes")
    chosen = tab.main.locator('a[href*="programme_id="]')
    tab.until(lambda: chosen.count() > 0)
    tab.follow("Choose for the plan")
    assert tab.heading == said("Record the decision")
    return tab.typed("programme_ids")


def agree(director: Tab, case: str) -> None:
    """The working group sees facts and options, chooses the place, and every vote is written down."""
    director.open(f"{case}/plan")
    assert director.says("Facts") and director.says("Options")
    choose_place(director, case)
    director.fill(DECIDED)
    director.press("Record the decision")
    assert director.says("The plan is recorded.") and "ประเสริฐ ตัวอย่าง" in director.text


def refer(worker: Tab, case: str) -> str:
    """The address of the new referral's page; consent comes first."""
    worker.open(case)
    worker.press("Send the referral")
    worker.fill({"consent.status": "given"})
    worker.press("Send the referral")
    assert worker.says("The referral is sent and a place is reserved."), worker.text
    return worker.path


def give_bed(worker: Tab, case: str) -> list[str]:
    """A bed for tonight; the addresses of the pages that prolong and end the stay."""
    worker.open(f"{case}/stay")
    worker.fill({"programme_id": worker.typed("programme_id"), "days": "3"})
    worker.press("Hold the bed")
    links = worker.main.locator("a[href^='/stays/']").all()
    assert len(links) == 2, worker.text
    return [str(link.get_attribute("href")) for link in links]


def make_sheet(worker: Tab) -> str:
    """The standing link of the first partner of the worker's registry."""
    worker.open("/partners?province=60")
    partner = worker.main.locator(".app-list a[href^='/partners/']").first.get_attribute("href")
    worker.open(f"{partner}/standing-link")
    worker.press("Make the link")
    return worker.main.locator(".app-poster__address").inner_text().strip()


def make_link(worker: Tab, referral: str) -> Link:
    worker.open(referral)
    worker.press("Tell the partner")
    worker.press("Make a link")
    address = worker.main.get_by_label(said("Link"), exact=True).input_value().strip()
    return Link(address, re.sub(r"\D", "", worker.main.locator("#code").inner_text()))


def enter(partner: Tab, link: Link) -> None:
    partner.open(link.address)
    partner.fill({"code": link.code})
    partner.press("Continue")
    assert partner.heading == said("Can you take this person?")


def accept(partner: Tab) -> None:
    """The partner takes the person, and says who receives them."""
    partner.press("Yes, we take the person")
    partner.fill({"receiver": "คุณสมศรี"})
    partner.press("Send the answer")
    assert partner.heading == said("Thank you: the centre has your answer")


def place(worker: Tab, referral: str) -> None:
    """The worker reads the answer, records that the person arrived, and confirms the placement."""
    worker.open(referral)
    assert "คุณสมศรี" in worker.text
    for step, outcome in (
        ("The person has arrived", "The arrival is recorded."),
        ("Confirm the placement", "The placement is confirmed."),
    ):
        worker.press(step)
        worker.press(step)
        assert worker.says(outcome), worker.text


def placed_outside(director: Tab) -> int:
    """How many people were placed outside the ministry this budget year, by the dashboard."""
    director.menu("Dashboard")
    figure = director.main.locator(".app-figures > li", has_text=said("people placed outside the ministry"))
    return int(figure.locator("strong").inner_text().split()[0])  # its unit follows


def planned(worker: Tab, last_name: str) -> str:
    """A case that was screened and has a plan."""
    case = open_case(worker, last_name)
    screen(worker, case)
    agree(worker, case)
    return case


def to_ratify(worker: Client) -> str:
    """Where a meeting says yes or no to what was decided about a case between meetings."""
    case_id = worker.open_case()
    worker.screen(case_id)
    called = [
        {"name": name, "role": role}
        for name, role in (("ประธาน ก", "chair"), ("เลขานุการ ข", "secretary"), ("กรรมการ ค", "member"))
    ]
    agreed = [{**each, "vote": "agree"} for each in called[:2]]
    urgent = {"members": agreed, "between_meetings": True, "urgency": "ไม่มีที่พักคืนนี้"}
    worker.post(f"/api/v1/cases/{case_id}/plan", {**new_plan(None), **urgent})
    day = {"centre": "60", "at": "2027-01-05T03:00:00Z", "place": "ห้องประชุม", "members": called}
    worker.post("/api/v1/meetings", day)
    for meeting in worker.get("/api/v1/meetings", status="open", centre="60")["items"]:
        agenda = worker.get(f"/api/v1/meetings/{meeting['meeting_id']}")["agenda"]
        if any(item["case_id"] == case_id and item["ratifies"] for item in agenda):
            return f"/meetings/{meeting['meeting_id']}/cases/{case_id}/ratify"
    raise AssertionError("what was decided lies before no meeting")


# -- signing in in two steps ---------------------------------------------------------------------------------------


def turn_on_second_step(worker: Tab) -> tuple[pyotp.TOTP, list[str]]:
    """(the app, the recovery codes, which the page shows now)."""
    worker.open("/account")
    worker.follow("Turn on two-step sign-in")
    app = pyotp.TOTP(worker.main.locator("code").inner_text().replace(" ", ""))
    worker.fill({"code": app.now()})
    worker.press("Turn on")
    assert worker.heading == said("Recovery codes"), worker.text
    return app, worker.main.locator(".app-recovery li").all_inner_texts()


def later(app: pyotp.TOTP) -> str:
    """The app's next code: what was used is refused, and a phone's clock may be that far off."""
    return app.at(time.time() + app.interval)


def sign_out(worker: Tab) -> None:
    worker.open("/account")
    with worker.page.expect_event("domcontentloaded"):
        worker.page.locator("header").get_by_role("button", name=said("Sign out")).click()
    assert worker.heading == said("Sign in")
