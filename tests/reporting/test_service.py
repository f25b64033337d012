"""Through reporting's doors: who may ask what, and what is left out."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.kernel.doors import doors_of
from services.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from services.kernel.tables import source_event
from services.reporting import visibility
from services.reporting.projections.merged_log import SCAN
from services.reporting.service import ReportingService
from tests.reporting.conftest import NOON, id_of

MINISTRY = {"role": "ministry", "centres": ("*",)}
NEIGHBOUR = {"centres": ("61",)}
LABEL = {
    "code": "destitute_a",
    "verdict": "met",
    "law": "2557:3",
    "because": [{"fact": "housing"}],
    "ask": [],
}


def types(answer):
    return [item["type"] for item in answer["items"]]


def test_the_doors_say_who_may():
    doors = doors_of(ReportingService)
    staff = {"worker", "director", "member"}
    expected = {
        "overview": staff | {"ministry", "rule_keeper"},
        "events": staff | {"ministry", "partner"},
        "timeline": staff,
    }
    assert {name: doors[name].roles for name in expected} == expected


def test_a_partner_of_nobody_reads_no_event(told):
    told.say("CaseOpened", "a")
    assert told.ask("events", role="partner") == {"items": [], "next": 1, "head": 1}


@pytest.mark.parametrize(
    ("role", "door"), [("partner", "overview"), ("admin", "overview"), ("admin", "events")]
)
def test_partners_and_administrators_are_told_nothing(told, role, door):
    with pytest.raises(Forbidden):
        told.ask(door, role=role)


# -- overview -------------------------------------------------------------------------------------------------------


def test_a_centre_sees_its_own_figures_the_ministry_all_of_them(told):
    told.say("CaseOpened", "a")
    told.say("CaseOpened", "b", centre="61")
    told.say("CaseOpened", "c", centre="61")
    opened = {
        "own": told.overview(role="director"),
        "both": told.overview(role="member", centres=("60", "61")),
        "all": told.overview(**MINISTRY),
        "one": told.overview(centre="61", **MINISTRY),
    }
    assert {name: answer["cases"]["opened"] for name, answer in opened.items()} == {
        "own": 1, "both": 3, "all": 3, "one": 2,
    }  # fmt: skip
    assert opened["one"]["centre"] == "61"
    with pytest.raises(Forbidden):
        told.overview(centre="61")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from", "2026-03-03"),  # after today
        ("from", "2569-01-01"),
        ("from", "2026-02"),
        ("to", "2026-02-30"),
        ("to", "yesterday"),
        ("as_of", "2026-03-01T00:00:00"),
        ("as_of", "2026-03-01 noon"),
        ("as_of", "0001-01-01T00:00:00+07:00"),
        ("centre", "99"),
        ("until", "2026-03-01"),
    ],
)
def test_a_wrong_field_is_named(told, field, value):
    with pytest.raises(Invalid) as invalid:
        told.overview(**{field: value})
    assert list(invalid.value.errors) == [field]


def test_null_is_the_same_as_absent(told):
    nothing = dict.fromkeys(("centre", "from", "to", "as_of"))
    assert told.overview(**nothing) | {"as_of": ""} == told.overview() | {"as_of": ""}


def test_a_moment_may_carry_any_zone_and_is_never_later_than_what_is_known(told):
    told.say("CaseOpened", "a")
    told.net.clock.set(NOON + timedelta(hours=2))
    told.say("CaseOpened", "b")
    assert told.overview(as_of="2026-03-02T13:00:00+07:00")["cases"]["opened"] == 1
    late = told.overview(as_of="2027-01-01")
    assert late["cases"]["opened"] == 2
    assert "2026-03-02T07:00" < late["data_up_to"] < late["as_of"] < "2026-03-02T08"


def test_the_figures_know_up_to_the_latest_that_any_service_told(told):
    assert told.overview()["data_up_to"] is None
    told.say("CaseOpened", "a")
    told.net.clock.set(NOON + timedelta(hours=1))
    told.say("ScreeningCompleted", "a", labels=[])
    assert told.overview()["data_up_to"].startswith("2026-03-02T06")
    told.net.clock.set(NOON + timedelta(hours=2))
    told.say("CaseOpened", "b")
    assert told.overview()["data_up_to"].startswith("2026-03-02T07")


def test_a_fact_recorded_by_a_faster_clock_is_known_at_once(told):
    told.net.clock.set(NOON + timedelta(minutes=1))
    told.say("CaseOpened", "a")
    told.net.settle()
    told.net.clock._now = NOON
    answer = told.overview()
    assert answer["cases"]["opened"] == 1
    assert answer["as_of"] == answer["data_up_to"]


def screened(told, *names, label="child"):
    for name in names:
        told.say("CaseOpened", name, at=NOON - timedelta(days=4))
        told.say("ScreeningCompleted", name, labels=[LABEL | {"code": label}])


def test_small_counts_of_what_kind_people_were_are_hidden_from_the_ministry_in_the_answer_itself(told):
    screened(told, *"abcde")
    screened(told, "f", label="pregnant")
    told.say("ReferralDeclined", "a", "r", reason="health_beyond_care")
    own, ministry = told.overview(), told.overview(**MINISTRY)
    assert own["by_label"] == {"child": 5, "pregnant": 1}
    assert own["declined"] == {"health_beyond_care": 1} and own["hidden"] == {}
    assert ministry["by_label"] == {"child": 5, "pregnant": None}
    assert set(ministry["declined"].values()) == {None}
    assert ministry["hidden"]["by_label.pregnant"] == "few"
    assert ministry["hidden"]["declined.health_beyond_care"] == "withheld"
    assert ministry["cases"] == own["cases"]


def test_a_count_of_an_earlier_moment_is_hidden_as_one_of_today(told):
    screened(told, "a")
    told.net.clock.set(NOON + timedelta(hours=2))
    screened(told, *"bcdef")
    then = told.overview(as_of="2026-03-02T13:00:00+07:00", **MINISTRY)
    assert then["cases"]["screened"] == 1 and set(then["by_label"].values()) == {None}
    assert told.overview(**MINISTRY)["by_label"] == {"child": 6}


def test_the_ministry_is_told_a_median_of_five_cases_and_of_no_fewer(told):
    screened(told, *"abcd")
    four = (told.overview(**MINISTRY), told.ask("placements", **MINISTRY), told.overview())
    screened(told, "e")
    five = (told.overview(**MINISTRY), told.ask("placements", **MINISTRY))
    assert four[0]["median_days"]["to_screening"] is four[1]["waited_days"]["screened"] is None
    assert four[2]["median_days"]["to_screening"] == 4.0
    assert five[0]["median_days"]["to_screening"] == five[1]["waited_days"]["screened"] == 4.0


# -- timeline -------------------------------------------------------------------------------------------------------


def test_the_timeline_tells_what_all_services_recorded_of_a_case(told):
    opened = told.say("CaseOpened", "a", at=NOON - timedelta(days=3))
    told.say("ScreeningCompleted", "a", labels=[LABEL])
    told.say("CaseOpened", "other")
    told.say("PlaceReserved", "a", "r", centre="60")
    items = told.ask("timeline", case_id=id_of("a"))["items"]
    assert [(item["service"], item["type"]) for item in items] == [
        ("intake", "CaseOpened"), ("screening", "ScreeningCompleted"), ("partners", "PlaceReserved"),
    ]  # fmt: skip
    assert "2026-03-02T05:00" < items[0].pop("recordedtime") < "2026-03-02T05:01"
    assert items[0] == {
        "id": opened,
        "type": "CaseOpened",
        "time": "2026-02-27T05:00:00.000000Z",
        "service": "intake",
        "actor": "worker-60",
        "data": {
            "case_id": id_of("a"),
            "age": {"min": 65, "max": 69},
            "found": {"district": "6001"},
            "sex": "male",
            "outreach_id": None,
        },
    }
    assert items[1]["data"]["facts"] == {"housing": "street"}


def test_reporting_keeps_no_age_of_a_person_in_full_years_and_no_subdistrict(told):
    """Its own copy of the log; the facts before were said in the shape of an earlier version."""
    told.say("CaseOpened", "a")
    told.say(
        "ScreeningCompleted",
        "b",
        facts={"age": {"on": "2026-03-02", "min": 67, "max": 67}, "housing": "street"},
    )
    told.ask("overview")
    kept = told.net.read("reporting", lambda db: db.execute(select(source_event.c.body)).scalars().all())
    assert len(kept) == 2 and not any('"min":67' in body or "600101" in body for body in kept)
    assert all('"age":{"min":65,"max":69}' in body for body in kept)


def test_the_timeline_is_by_recorded_time_but_no_effect_stands_before_its_cause(told):
    told.say("CaseOpened", "a")
    told.net.clock.advance(seconds=2)
    cause = told.say("ReferralSent", "a", "r")
    told.net.clock._now -= timedelta(seconds=1)  # the clock of the machine that reacts is behind
    effect = told.say("PlaceReserved", "a", "r", because=cause)
    told.say(
        "ReferralAccepted", "a", "r", because=effect
    )  # of the log of ReferralSent: not recorded before that
    told.net.clock.advance(seconds=2)
    told.say("ScreeningStarted", "a")
    assert types(told.ask("timeline", case_id=id_of("a"))) == [
        "CaseOpened", "ReferralSent", "PlaceReserved", "ReferralAccepted", "ScreeningStarted",
    ]  # fmt: skip


def test_the_story_of_one_case_is_not_the_ministrys_to_read(told):
    told.say("CaseOpened", "a")
    with pytest.raises(Forbidden):
        told.ask("timeline", case_id=id_of("a"), **MINISTRY)


def test_what_no_service_has_marked_is_shown_to_nobody():
    unknown = {"source": "/songtor/intake", "type": "SomethingNew", "caseid": "c", "data": {"case_id": "c"}}
    assert visibility.in_story(unknown)["data"] == {}
    assert visibility.in_log(unknown | {"subject": "case/c"}, of_centre=True)["data"] == {}


def test_a_case_of_another_centre_or_of_nobody_is_not_found(told):
    told.say("CaseOpened", "a")
    for who, case_id in ((NEIGHBOUR, id_of("a")), ({}, str(UUID(int=7))), ({}, "no case")):
        with pytest.raises(NotFound):
            told.ask("timeline", case_id=case_id, **who)


def test_a_case_just_opened_is_pulled_before_it_is_said_to_be_unknown(told):
    told.say("CaseOpened", "a")
    answer = told.net.call("reporting", "timeline", {"case_id": id_of("a")})
    assert types(answer) == ["CaseOpened"]


def test_the_timeline_is_told_while_intake_is_down(told):
    told.say("CaseOpened", "a")
    told.net.settle()
    told.net.down.add("intake")
    assert types(told.ask("timeline", case_id=id_of("a"))) == ["CaseOpened"]
    with pytest.raises(Unavailable):  # nobody can say whether there is such a case
        told.ask("timeline", case_id=id_of("b"))


# -- the merged log -------------------------------------------------------------------------------------------------


def test_the_merged_log_is_read_page_by_page_to_its_end(told):
    for name in "abcde":
        told.say("CaseOpened", name)
    told.net.settle()
    first = told.ask("events", limit=3)
    second = told.ask("events", limit=3, after=first["next"])
    end = told.ask("events", limit=3, after=second["next"])
    cases = [item["caseid"] for item in first["items"] + second["items"]]
    assert cases == [id_of(name) for name in "abcde"]
    assert (first["next"], second["next"], end) == (3, 5, {"items": [], "next": 5, "head": 5})
    assert told.ask("events", after=99) == {"items": [], "next": 99, "head": 5}


def test_an_event_is_a_cloud_event_without_facts_about_the_person(told):
    told.say("ScreeningCompleted", "a", labels=[LABEL])
    told.say("PartnerRegistered", partner_id="p")
    screened, registered = sorted(
        told.ask("events", **MINISTRY)["items"], key=lambda event: event["recordedtime"]
    )
    assert screened["data"] == {"case_id": id_of("a")}
    assert registered["data"] == {"partner_id": "p", "outreach_id": None}
    assert (screened["specversion"], screened["source"], screened["subject"]) == (
        "1.0", "/songtor/screening", f"case/{id_of('a')}",
    )  # fmt: skip
    assert len(screened["hash"]) == 64 and screened["sequence"] == 1


def test_the_merged_log_tells_nobody_what_was_found_out_about_a_person_or_why(told):
    told.say("CaseOpened", "a")
    told.say("ScreeningStarted", "a")
    told.say("ScreeningCompleted", "a", labels=[LABEL])
    told.say("ReferralDeclined", "a", "r", reason="health_beyond_care")
    told.say("CaseClosed", "a")
    for who in ({}, MINISTRY):
        for event in told.ask("events", **who)["items"]:
            assert event["data"].keys() <= {
                "case_id",
                "referral_id",
                "person_id",
                "programme_id",
                "partner_id",
                "final_at",
            }


def test_the_centre_reads_where_a_person_was_sent_and_the_ministry_does_not(told):
    told.say("PlanAgreed", "a")
    told.say("ReferralSent", "a", "r")
    own = {event["type"]: event for event in told.ask("events")["items"]}
    ministry = {event["type"]: event for event in told.ask("events", **MINISTRY)["items"]}
    assert own["PlanAgreed"]["data"]["path"] == "local_home"
    assert own["ReferralSent"]["data"]["programme_id"] == "g" and own["ReferralSent"]["partnerid"] == "p"
    assert ministry["PlanAgreed"]["data"] == {"case_id": id_of("a")}
    assert ministry["ReferralSent"]["data"] == {
        "case_id": id_of("a"), "referral_id": id_of("r"), "outside_ministry": True,
    }  # fmt: skip
    assert "partnerid" not in ministry["ReferralSent"]


def test_a_places_event_does_not_name_its_programme_to_the_ministry():
    event = {
        "source": "/songtor/partners", "type": "PlaceReserved", "caseid": "c", "partnerid": "p",
        "subject": "partner/p", "streamid": "programme/g", "streamversion": 7, "sequence": 9,
        "data": {"case_id": "c", "referral_id": "r", "programme_id": "g", "partner_id": "p", "centre": "60"},
    }  # fmt: skip
    assert visibility.in_log(event, of_centre=False) == {
        "source": "/songtor/partners", "type": "PlaceReserved", "caseid": "c", "subject": "case/c", "sequence": 9,
        "data": {"case_id": "c", "referral_id": "r", "centre": "60"},
    }  # fmt: skip
    assert visibility.in_log(event, of_centre=True) == event


def test_a_centre_reads_its_own_events_and_what_all_share(told):
    told.say("CaseOpened", "a")
    told.say("CaseOpened", "b", centre="61")
    told.say("PartnerRegistered", partner_id="p", centre="61")
    told.say("RulesAdopted", centre="*")
    told.say("PlaceReserved", "a", "r", centre="60")
    for who, cases in (({}, {"a"}), (NEIGHBOUR, {"b"}), (MINISTRY, {"a", "b"})):
        items = told.ask("events", **who)["items"]
        opened = {item["caseid"] for item in items if item["type"] == "CaseOpened"}
        assert opened == {id_of(name) for name in cases}
        shared = {item["type"] for item in items} & {"PartnerRegistered", "RulesAdopted"}
        assert shared == {"PartnerRegistered", "RulesAdopted"}


def test_a_place_is_shown_to_the_centre_that_got_it(told):
    told.say("PlaceReserved", "b", "r", centre="60")
    told.net.settle()
    assert types(told.ask("events")) == ["PlaceReserved"]


def test_positions_of_what_may_not_be_seen_are_passed_over(told):
    told.say("CaseOpened", "a")
    told.say("CaseOpened", "b", centre="61")
    told.say("CaseOpened", "c", centre="61")
    assert told.ask("events", after=1) == {"items": [], "next": 3, "head": 3}


def test_one_page_looks_at_a_bounded_number_of_facts(told):
    reporting = told.net.runtimes["reporting"]
    body = '{"centre":"61","caseid":"c","source":"/songtor/intake","type":"CaseOpened","data":{}}'
    rows = [(n, "intake", n, "CaseOpened", "c", body, "") for n in range(1, SCAN + 6)]
    with reporting.database.write() as db:
        columns = "ingest_position, source, position, event_type, case_id, body, hash"
        reporting.log.insert(db, "source_event", columns, rows)
    assert told.net.call("reporting", "events") == {"items": [], "next": SCAN, "head": SCAN + 5}
    second = told.net.call("reporting", "events", {"after": SCAN})
    assert second == {"items": [], "next": SCAN + 5, "head": SCAN + 5}


@pytest.mark.parametrize(("field", "value"), [("limit", 501), ("limit", 0), ("after", -1), ("after", 2**63)])
def test_a_page_that_cannot_be_is_refused(told, field, value):
    with pytest.raises(Invalid) as invalid:
        told.ask("events", **{field: value})
    assert list(invalid.value.errors) == [field]
