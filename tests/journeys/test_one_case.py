"""One person from the door of a protection centre to a place, and what the reports then say."""

import pytest

from tests.support.client import Change, Client, Refusal, new_case, until

PLACED = (
    "CaseOpened", "PersonIdentified", "ScreeningStarted", "ScreeningCompleted", "PartnerMatched", "PlanAgreed",
    "CareGoalSet", "ReferralSent", "PlacementMoved", "PlaceReserved", "PlaceSecured", "ConsentRecorded",
    "PartnerTold", "ReferralAcknowledged",
    "ReferralAccepted", "PlaceTaken",
    "PersonTravelling", "PersonAdmitted", "PlacementConfirmed",
)  # fmt: skip


def test_one_case_from_the_door_to_the_dashboard(nakhon_sawan: Client, ministry: Client):
    worker = nakhon_sawan
    before, before_here = ministry.overview(centre="60"), worker.overview()
    partner_id = worker.partner()
    programme_id = worker.programme(partner_id, places=2)

    case_id = worker.open_case()
    screening = worker.screen(case_id)
    assert "destitute_a" in [row["code"] for row in screening["labels"] if row["verdict"] == "met"]

    matches = worker.matches(case_id)
    chosen = next(row for row in matches["candidates"] if row["programme_id"] == programme_id)
    assert (chosen["verdict"], chosen["places_free"], chosen["outside_ministry"]) == ("eligible", 2, True)
    assert all(reason["because"] for reason in chosen["reasons"])

    worker.plan(case_id, programme_id)
    sent = worker.refer(case_id, programme_id)
    assert (sent["status"], sent["place"]) == ("sent", "reserved")
    assert worker.places(partner_id, programme_id)["free"] == 1

    referral_id = sent["referral_id"]
    said = {"said_by": "ผู้จัดการบ้าน", "by_channel": "phone"}
    assert worker.step(referral_id, "told", how="phone")["status"] == "sent"
    assert worker.step(referral_id, "acknowledge", **said)["status"] == "acknowledged"
    assert worker.step(referral_id, "accept", **said)["status"] == "accepted"
    for step, status in (("travel", "travelling"), ("admit", "admitted"), ("confirm", "placed")):
        assert worker.step(referral_id, step)["status"] == status

    page = until(lambda: worker.case(case_id), lambda page: page["status"] == "placed", "the case is placed")
    assert page["person"]["name"]["first"] == "สมชาย"
    assert page["plan"]["programme_id"] == programme_id
    assert [row["status"] for row in page["referrals"]] == ["placed"]
    places = worker.places(partner_id, programme_id)
    assert (places["free"], places["reserved"], places["filled"]) == (1, 0, 1)

    timeline = until(
        lambda: worker.timeline(case_id),
        lambda rows: {*PLACED} <= {row["type"] for row in rows},
        "every event of the case in the timeline",
    )
    assert len({row["id"] for row in timeline}) == len(timeline)
    anywhere = ("PartnerMatched", "ConsentRecorded", "PlacementMoved")
    order = [row["type"] for row in timeline if row["type"] not in anywhere]
    assert order == [name for name in PLACED if name not in anywhere]
    assert "สมชาย" not in str(timeline)

    after = until(
        lambda: ministry.overview(centre="60"),
        lambda now: now["placements"]["total"] == before["placements"]["total"] + 1,
        "the placement in the overview",
    )
    for figure in ("opened", "screened", "planned", "referred", "placed"):
        assert after["cases"][figure] == before["cases"][figure] + 1
    assert after["placements"]["outside_ministry"] == before["placements"]["outside_ministry"] + 1
    here = worker.overview()
    assert here["by_path"]["local_home"] == before_here["by_path"].get("local_home", 0) + 1
    assert after["by_path"]["local_home"] is None  # of what kind so few were is the centre's to know


def test_a_declined_case_is_planned_again_and_goes_elsewhere(nakhon_sawan: Client):
    worker = nakhon_sawan
    first, second = worker.partner(), worker.partner(name="บ้านตัวอย่างอีกหลัง")
    full, free = worker.programme(first, places=1), worker.programme(second, places=1)
    case_id = worker.planned_case(programme_id=full)
    declined = worker.refer(case_id, full)["referral_id"]
    answer = worker.step(declined, "decline", reason="health_beyond_care", whose="partner", said_by="พยาบาล")
    assert answer["status"] == "declined"
    until(lambda: worker.case(case_id)["status"], "planned".__eq__, "the case is planned again")
    until(lambda: worker.places(first, full)["free"], (1).__eq__, "the place is given back")

    with pytest.raises(Refusal) as refused:
        worker.refer(case_id, free)
    assert (refused.value.status, refused.value.code) == (409, "no_plan")

    worker.plan(case_id, free)
    accepted = worker.refer(case_id, free)["referral_id"]
    assert worker.step(accepted, "accept")["status"] == "accepted"
    page = worker.case(case_id)
    assert sorted(row["status"] for row in page["referrals"]) == ["accepted", "declined"]


def test_the_same_request_again_answers_as_before_and_happens_once(nakhon_sawan: Client):
    change = Change("POST", "/api/v1/cases", new_case("60"))
    first, again = nakhon_sawan.send(change), nakhon_sawan.send(change)
    assert first == again
    timeline = until(lambda: nakhon_sawan.timeline(first["case_id"]), bool, "the case in the timeline")
    assert [row["type"] for row in timeline].count("CaseOpened") == 1
    with pytest.raises(Refusal) as refused:
        nakhon_sawan.send(Change("POST", "/api/v1/cases", new_case("60") | {"danger": "child"}, change.key))
    assert refused.value.status == 422


def test_another_centre_does_not_learn_that_a_case_exists(nakhon_sawan: Client, uthai_thani: Client):
    case_id = nakhon_sawan.open_case()
    for ask in (uthai_thani.case, uthai_thani.timeline, uthai_thani.screen, uthai_thani.plan):
        with pytest.raises(Refusal) as refused:
            ask(case_id)
        assert refused.value.status == 404
