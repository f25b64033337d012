"""How we work, changed on a page: a draft of the procedure by whom does not program."""

import pytest

from tests.web.door import FrontDoor

BASE = "procedure-2"


@pytest.fixture(scope="module")
def director(browser):
    return browser("director-60")


@pytest.fixture
def draft(door: FrontDoor) -> str:
    return door.made("/api/v1/rules/drafts", {"based_on": BASE}, "director-60")["draft_id"]


def content(door, draft):
    return door.get(f"/api/v1/rules/drafts/{draft}", "director-60").json()["content"]["procedure"]


def at(draft):
    return f"/rules/drafts/{draft}/procedure"


def test_it_opens_and_saved_as_it_stands_changes_nothing(door, director, draft):
    before = content(door, draft)
    assert at(draft) in "".join(director.open(f"/rules/drafts/{draft}").links())
    saved = director.send(director.open(at(draft)))
    assert saved.status == 200 and saved.path == f"rules/drafts/{draft}", saved.errors
    assert content(door, draft) == before


def test_numbers_are_typed_as_people_write_them_and_what_is_left_out_is_taken_away(door, director, draft):
    page = director.send(
        director.open(at(draft)), deadlines__answer="๑๒", deadlines__answer__remind="", quorum__chair="no",
        deadlines__answer__by_channel__letter="20", escalation="worker", follow_up__0__days="", follow_up__0__from="",
        follow_up__0__until="", follow_up__0__remind="", bounds__answer__max="25",
    )  # fmt: skip
    assert page.status == 200, page.errors
    new = content(door, draft)
    assert new["deadlines"]["answer"] == {"working_days": 12, "by_channel": {"letter": 20}}
    assert new["quorum"]["chair"] is False and new["escalation"] == {"role": "worker"}
    assert [each["days"] for each in new["follow_up"]] == [30, 90, 180, 365]
    assert new["bounds"]["answer"] == {"min": 3, "max": 25}


def test_a_director_sets_what_the_own_centre_does_otherwise(door, director, draft):
    page = director.send(
        director.open(at(draft)), centres__60__quorum__votes="5", centres__60__deadlines__tell="2",
        review__60=["partner/behaviour_safety"],
    )  # fmt: skip
    assert page.status == 200, page.errors
    new = content(door, draft)
    assert new["centres"] == {
        "60": {"quorum": {"votes": 5, "chair": True}, "deadlines": {"tell": {"working_days": 2}}}
    }
    assert new["decline_review"] == {"60": ["partner/behaviour_safety"]}
    page = director.send(
        director.open(at(draft)),
        centres__60__quorum__votes="",
        centres__60__deadlines__tell="",
        review__60=[],
    )
    assert page.status == 200, page.errors
    assert (content(door, draft)["centres"], content(door, draft)["decline_review"]) == ({}, {})


@pytest.mark.parametrize(
    "typed, field, said",
    [
        ({"deadlines__answer": "ten"}, "deadlines.answer", "จำนวนเต็ม"),
        ({"deadlines__answer": ""}, "deadlines.answer", "กรอก"),
        ({"deadlines__answer": "31"}, "deadlines.answer", "3 ถึง 30"),
        ({"centres__60__quorum__votes": "2"}, "centres.60.quorum.votes", "3 ถึง 15"),
        ({"bounds__answer__min": "40"}, "bounds.answer.min", "ไม่มากกว่า"),
        ({"follow_up__0__until": "40"}, "follow_up.1.from", "หลังจาก"),
        ({"follow_up__5__days": "400"}, "follow_up.5.from", "กรอก"),
        ({"deadlines__acknowledge": "12"}, "deadlines.acknowledge", "ก่อน"),
        ({"deadlines__answer__remind": "30"}, "deadlines.answer.remind", "น้อยกว่า"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(door, director, draft, typed, field, said):
    before = content(door, draft)
    page = director.send(director.open(at(draft)), **typed)
    assert page.status == 422 and field in page.errors, page.errors
    assert said in page.errors[field]
    assert content(door, draft) == before


def test_the_second_of_two_editors_overwrites_nothing(door, director, browser, draft):
    other = browser("director-61")
    mine, theirs = director.open(at(draft)), other.open(at(draft))
    assert other.send(theirs, deadlines__answer="11").status == 200
    page = director.send(mine, deadlines__answer="12")
    assert page.status == 412 and content(door, draft)["deadlines"]["answer"]["working_days"] == 11


def test_whoever_keeps_the_rules_changes_what_holds_everywhere_only(door, browser, draft):
    page = browser("rules").open(at(draft))
    assert page.status == 200 and not page.tree.xpath('//*[starts-with(@name, "centres.")]')
    assert browser("ministry").open(at(draft)).status == 403
    of_rules = door.made("/api/v1/rules/drafts", {"based_on": "2569-3"}, "rules")["draft_id"]
    assert browser("rules").open(at(of_rules)).status == 404


def test_a_version_is_called_in_words_with_the_unit_of_each_limit(browser, draft):
    keeper = browser("rules")
    listed = keeper.open("/rules")
    shown = keeper.open(f"/rules/{BASE}")
    begun = keeper.open(f"/rules/{BASE}/draft")
    changed = keeper.open(f"/rules/drafts/{draft}")
    for page in (listed, shown, begun, changed):
        assert "ระเบียบปฏิบัติรุ่น 2" in page.text and BASE not in page.text
    assert shown.heading == "ระเบียบปฏิบัติรุ่น 2" and "1 ถึง 3 วันทำการ" in shown.text
