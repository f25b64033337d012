"""The sample network: whole, varied, the same every time, and of nobody.

Long because all that it holds is looked at here.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import orjson
import pytest

from services import codes, sample
from services.codes import access, reviews
from services.codes.declines import EFFECTS, FORBIDDEN, NOT_WISHED, REGISTRY, REST, SCREEN_AGAIN, effect_of
from services.codes.following import FOUND, HEALTH, NOT_REACHED
from services.codes.outreach import OUTREACH_KINDS
from services.codes.rules import RULES
from services.kernel.envelope import instant
from services.sample import registry
from services.sample.fates import Fate
from services.sample.life import Life
from services.sample.load import Agenda
from services.sample.office import Office
from services.sample.partnership import Partnership
from services.sample.people import citizen_number, invent
from services.sample.registry import PLACES, SAMPLE, SHELTER_PLACES
from services.screening.doors import ADOPT_RULES
from services.thai import areas, calendar, idcard
from services.thai.dates import BANGKOK, bangkok_day, budget_period, budget_year
from tests.sample.conftest import NOW, loaded, network

MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}


def log(net, service):
    """Every event of a service's log, as its followers read it."""
    found = []
    while text := net.runtimes[service].page(len(found), 500)["page"]:
        found += orjson.loads(text)["events"]
    return found


def of(net, service, name):
    """The data of a service's events of one type."""
    return [event["data"] for event in log(net, service) if event["type"] == name]


def everything(net, service, door):
    """All items of a list door."""
    items, cursor = [], None
    while True:
        page = net.call(service, door, {"limit": 500, "cursor": cursor}, **MINISTRY)
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items


def overview(net, first, last):
    period = {"from": first.isoformat(), "to": last.isoformat()}
    return net.call("reporting", "overview", period, **MINISTRY)


def test_every_log_and_every_read_model_is_whole(net):
    assert [problem for runtime in net.runtimes.values() for problem in runtime.verify()] == []


def test_nothing_waits_to_be_published_that_all_have_heard(net):
    for runtime in net.runtimes.values():
        status = runtime.status()
        assert status["published"] == status["sequence"], runtime.service


def test_every_service_has_heard_everything_and_set_nothing_aside(net):
    heads = {name: runtime.log.head()[0] for name, runtime in net.runtimes.items()}
    for runtime in net.runtimes.values():
        told = runtime.status()
        assert not told["parked"]
        assert {row["source"]: row["cursor"] for row in told["subscriptions"]} == {
            source: heads[source] for source in runtime.wiring.hears
        }


def test_cases_and_referrals_stand_at_every_point_of_their_way(net):
    cases = everything(net, "intake", "cases")
    assert len(cases) == 300
    assert {case["status"] for case in cases} == {*codes.CASE_STATUSES}
    assert {case["centre"] for case in cases} == {*sample.CENTRES}
    referrals = everything(net, "referral", "referrals")
    assert {referral["status"] for referral in referrals} == {*codes.REFERRAL_STATUSES}


def test_everything_that_can_become_of_a_referral_happened(net):
    declined = of(net, "referral", "ReferralDeclined")
    assert {event["reason"] for event in declined} == {*codes.DECLINE_REASONS}
    assert {event["whose"] for event in declined} == {*codes.WHOSE}
    assert {event["outcome"] for event in of(net, "referral", "ReferralEnded")} == {*codes.OUTCOMES}
    failed = {event["was"] for event in of(net, "referral", "ReferralFailed")}
    assert failed == {"accepted", "travelling", "admitted", "placed"}
    assert {event["days"] for event in of(net, "referral", "FollowUpDue")} == {7, 30, 90, 180, 365}
    assert {event["days"] for event in of(net, "referral", "FollowUpMissed")} >= {7, 30, 90, 180}
    visits = of(net, "referral", "FollowUpRecorded")
    assert {event["found"] for event in visits} == {*FOUND} - {NOT_REACHED}
    assert of(net, "referral", "FollowUpAttempted") and {event["health"] for event in visits} >= {*HEALTH}
    assert {event["in_time"] for event in visits} == {True, False}
    assert {event["consent"] for event in of(net, "referral", "ReferralSent")} == {"given", "unable"}
    work = [event["work"] for event in of(net, "referral", "FollowUpRecorded") if event["work"]]
    assert {each["kind"] for each in work} == {*codes.WORK_KINDS}
    assert sum(each["income_baht_month"] is not None for each in work) > len(work) / 2
    assert of(net, "intake", "CaseReopened")
    back = of(net, "intake", "PersonReturned")
    assert len(back) >= 2 and {each["because"] for each in back} == {"reopened"}


def test_what_follows_from_a_no_is_in_force_somewhere(net):
    noes = [each for each in log(net, "referral") if each["type"] == "ReferralDeclined"]
    recent = [each["data"] for each in noes if each["time"] > instant(NOW - timedelta(days=30))]
    assert {effect_of(each["reason"], each["whose"]) for each in recent} == {*EFFECTS}
    who = {"user": "director-60", "role": "director", "centres": ("60", "61", "62")}
    standings = {each["standing"] for each in net.call("intake", "work", {"limit": 500}, **who)["items"]}
    assert {"declined_asking", "declined_gone"} <= standings
    ruled_out = set()
    for each in recent:
        asked = {"case_id": each["case_id"], "programme_ids": [each["programme_id"]]}
        for place in net.call("partners", "matches", asked, **who)["candidates"]:
            ruled_out |= {reason["wants"] for reason in place["reasons"] if reason["rule"] == "declined"}
    assert ruled_out >= {REST, NOT_WISHED, REGISTRY, SCREEN_AGAIN, FORBIDDEN}


def test_a_director_has_a_no_to_review(net):
    waiting = [row for row in everything(net, "referral", "referrals") if row["status"] == "declined"]
    who = {"user": "director-60", "role": "director", "centres": ("60", "61", "62")}
    asked = {"status": "declined", "limit": 500}
    rows = net.call("referral", "referrals", asked, **who)["items"]
    reviewed = [row for row in rows if row["in_review"]]
    assert reviewed and all("uphold" in row["may"] and row["place"] == "reserved" for row in reviewed)
    assert len(rows) == len(waiting)


def test_deadlines_fired_on_their_own_days(net):
    expired = [event for event in log(net, "referral") if event["type"] == "ReferralExpired"]
    assert expired
    assert all(event["actor"] == "system" for event in expired)
    assert len({event["recordedtime"][:10] for event in expired}) > len(expired) / 2


def test_the_day_of_a_centre_is_that_of_a_house_that_keeps_up(net):
    counts = Counter()
    for centre in sample.CENTRES:
        user = {"user": f"worker-{centre}", "role": "worker", "centres": (centre,)}
        parts = net.call("intake", "work", {"counting": True}, **user)["counts"]
        assert parts["red"] + parts["overdue"] <= 10, centre
        counts.update(parts)
    assert all(counts[part] for part in ("overdue", "due_today", "coming", "waiting"))
    assert counts["overdue"] + counts["red"] < counts["waiting"] / 4


def test_every_list_of_places_can_be_shown_again_as_it_was(net):
    """The registry of the sample was corrected, retired, stated and filled for two years since."""
    noted = of(net, "partners", "PartnerMatched")
    who = {"user": "director-60", "role": "director", "centres": ("60", "61", "62")}
    chosen, reasons = noted[:: max(1, len(noted) // 60)], set()
    for match in chosen:
        asked = {"case_id": match["case_id"], "match_id": match["match_id"]}
        again = net.call("partners", "earlier_match", asked, **who)
        assert again["same"] is True, asked
        alike = [
            each for each in match["candidates"] if each["programme_id"] != match["inputs"]["programme_id"]
        ]
        lines = {each["programme_id"]: (each["verdict"], each["rank"]) for each in again["candidates"]}
        assert all(lines.get(each["programme_id"]) == (each["verdict"], each["rank"]) for each in alike)
        reasons |= {reason["inherited_from"] for each in again["candidates"] for reason in each["reasons"]}
    assert len(chosen) >= 50 and reasons >= {"network", "organisation", "programme"}


def test_people_are_as_varied_as_those_who_come(net):
    opened = of(net, "intake", "CaseOpened")
    for name, known in (
        ("channel", codes.CHANNELS),
        ("danger", codes.DANGERS),
        ("identity_status", codes.IDENTITY_STATUSES),
        ("nationality", codes.NATIONALITIES),
    ):
        assert {event[name] for event in opened} == {*known}, name
    assert {"male", "female", "other"} <= {event["sex"] for event in opened}
    assert any(event["age"] is None for event in opened)
    assert any(event["age"] and event["age"]["min"] < event["age"]["max"] for event in opened)
    assert {warning for event in opened for warning in event["warnings"]} == {
        "wrong_check_digit",
        "found_outside_province",
    }
    screened = of(net, "screening", "ScreeningCompleted")
    labels = Counter((each["code"], each["verdict"]) for event in screened for each in event["labels"])
    assert all(labels[code, "met"] for code in codes.LABELS)
    assert any(verdict == "unknown" for _, verdict in labels)


def test_some_decide_between_meetings_and_a_meeting_ratified_it_or_not_or_will_look_at_it(net):
    between = [each for each in of(net, "screening", "PlanAgreed") if each["between_meetings"]]
    ratified = {each["plan_id"] for each in of(net, "screening", "RatificationDecided") if each["ratified"]}
    latest = {each["case_id"]: each["plan_id"] for each in of(net, "screening", "PlanAgreed")}
    waiting = [
        each
        for each in between
        if latest[each["case_id"]] == each["plan_id"] and each["plan_id"] not in ratified
    ]
    assert ratified and waiting and ratified <= {each["plan_id"] for each in between}
    assert all(each["votes"]["agree"] == 2 for each in between)
    refused = [each for each in of(net, "screening", "RatificationDecided") if not each["ratified"]]
    again = net.call("intake", "work", {"next": "decide_again"}, role="member", centres=("*",))["items"]
    unsettled = {each["case_id"] for each in again if each["standing"] == "not_ratified"}
    assert refused and {each["case_id"] for each in refused} <= unsettled


def test_working_groups_looked_back_on_outcomes_and_found_this_and_that(net):
    reviewed = of(net, "screening", "OutcomeReviewed")
    found = {reviews.about(code) for each in reviewed for code in each["findings"]}
    assert len(reviewed) >= 5 and found >= {reviews.REGISTRY, reviews.PRACTICE, reviews.DECISION}
    assert any(each["referral_id"] for each in reviewed)


def test_somebody_whom_one_centre_had_placed_came_to_another(net):
    [came] = of(net, "intake", "ReturnedFromElsewhere")
    [went] = of(net, "intake", "ReturnedElsewhere")
    assert came["case_id"] != went["case_id"] and came["within"] == went["within"]


def test_decisions_go_with_the_screening_or_not(net):
    plans = of(net, "screening", "PlanAgreed")
    agreed = Counter(each["agreement"] for each in plans)
    assert agreed["as_first"] > len(plans) / 4 and agreed["another"] > 0


def test_who_travelled_how_is_noted_and_who_received_them(net):
    going = of(net, "referral", "PersonTravelling")
    assert {each["brought_by"] for each in going} >= {"staff", "partner", "relative", "alone"}
    assert any(each["arrives_on"] for each in going) and any(each["cost_baht"] for each in going)
    arrived = {
        event["data"]["referral_id"]: event["time"]
        for event in log(net, "referral")
        if event["type"] == "PersonAdmitted"
    }
    expected = [
        (each["arrives_on"], arrived.get(each["referral_id"])) for each in going if each["arrives_on"]
    ]
    there = [bangkok_day(datetime.fromisoformat(at)).isoformat() <= day for day, at in expected if at]
    assert all(there)


def test_people_said_this_and_that_of_their_data_and_one_took_it_back(net):
    said = {(each["kind"], each["status"]) for each in of(net, "intake", "ConsentRecorded")}
    assert said >= {("referral", "given"), ("data", "given"), ("data", "refused"), ("referral", "unable")}
    assert of(net, "intake", "ConsentWithdrawn")


def test_deadlines_were_reminded_of_and_missed_and_a_centre_will_be_closed(net):
    assert {"answer"} <= {each["deadline"] for each in of(net, "referral", "ReminderDue")}
    assert of(net, "referral", "DeadlineMissed")
    [shut] = of(net, "referral", "ClosureAdded")
    assert date.fromisoformat(shut["day"]) > bangkok_day(NOW)


def test_conferences_dissent_now_and_then(net):
    votes = [event["votes"] for event in of(net, "screening", "PlanAgreed")]
    assert 0 < sum(vote["dissent"] > 0 for vote in votes) < len(votes) / 2
    assert any(vote["abstain"] for vote in votes)


def test_meetings_begin_when_people_meet_and_decide_something(net):
    called = of(net, "screening", "MeetingCalled")
    decided = Counter(plan["meeting_id"] for plan in of(net, "screening", "PlanAgreed"))
    decided.update(each["meeting_id"] for each in of(net, "screening", "OutcomeReviewed"))
    for centre in sample.CENTRES:
        of_centre = [each for each in called if each["centre"] == centre]
        *held, next_one = sorted(of_centre, key=lambda each: each["starts"])
        assert len(held) >= 2 and all(decided[each["meeting_id"]] for each in held), centre
        assert datetime.fromisoformat(next_one["starts"]) > NOW
        for each in of_centre:
            begins = datetime.fromisoformat(each["starts"]).astimezone(BANGKOK)
            assert begins.minute in (0, 30) and calendar.is_working_day(begins.date()), begins


def test_some_things_were_written_down_later_and_nothing_in_the_future(net):
    for service in net.runtimes:
        told = log(net, service)
        assert all(event["time"] <= event["recordedtime"] <= instant(NOW) for event in told)
        seconds = [event["recordedtime"][:19] for event in told]
        assert seconds == sorted(seconds)
    opened = [event for event in log(net, "intake") if event["type"] == "CaseOpened"]
    late = [event for event in opened if event["time"] < event["recordedtime"]]
    assert len(opened) / 10 < len(late) < len(opened) / 2


def test_partners_are_of_every_kind_and_nobody_could_take_them_for_real(net):
    partners = everything(net, "partners", "partners")
    assert len(partners) >= 60
    assert {partner["kind"] for partner in partners} == {*codes.PARTNER_KINDS}
    assert all(SAMPLE in partner["name"] for partner in partners)
    assert len({partner["name"] for partner in partners}) == len(partners)
    assert all(areas.province_of(partner["subdistrict"]) == partner["province"] for partner in partners)
    assert {*sample.CENTRES} < {partner["province"] for partner in partners}
    programmes = [programme for partner in partners for programme in partner["programmes"]]
    assert 85 <= len(programmes) <= 100
    assert {programme["path"] for programme in programmes} == {*codes.PATHS} - {
        "advice_only",
        "return_family",  # which no partner is
        "quality_of_life_home",  # the sample's provinces have none
    }
    assert {rule for programme in programmes for rule in programme["rules"]} == {*RULES}
    assert {programme["places"]["total"] for programme in programmes} <= {*PLACES, SHELTER_PLACES}


def test_the_shelters_of_the_ministry_are_few_and_full(net):
    partners = everything(net, "partners", "partners")
    shelters = [partner for partner in partners if partner["kind"] == "ministry_shelter"]
    places = [programme["places"]["free"] for partner in shelters for programme in partner["programmes"]]
    assert len(places) < 6
    assert sum(places) <= 3
    assert places.count(0) > len(places) / 2


def test_citizen_numbers_have_a_right_check_digit_and_the_office_of_no_province(net):
    number = citizen_number("3", 123)
    assert idcard.problem(number) is None
    assert not areas.is_province(number[1:3])
    cases = everything(net, "intake", "cases")
    shown = [
        net.call("intake", "case", {"case_id": case["case_id"], "show": "identifiers"}, centres=("60",))
        for case in cases[:40]
        if case["centre"] == "60"
    ]
    numbers = [case["person"]["national_id"] for case in shown if case["person"]["national_id"]]
    assert numbers
    assert all(each[1:3] == number[1:3] for each in numbers if each[0] != "S")


def test_each_budget_year_has_its_figures(net):
    running = budget_year(bangkok_day(NOW))
    for year in range(running - 2, running + 1):
        first, last = budget_period(year)
        figures = overview(net, first, min(last, bangkok_day(NOW)))
        assert all(figures["cases"].values()), year
        assert figures["placements"]["total"]
        assert figures["by_path"]
        assert figures["by_label"]
        assert figures["declined"]
    assert figures["median_days"]["to_placement"] is not None


def test_more_find_a_place_outside_the_ministry_in_the_second_year(net):
    today = bangkok_day(NOW)
    middle = today - timedelta(days=365)
    before = overview(net, middle - timedelta(days=364), middle)
    after = overview(net, middle + timedelta(days=1), today)
    assert after["placements"]["family"] > 0
    assert after["stays"]["begun"] > after["stays"]["ran_out"] > 0
    assert before["placements"]["share_outside"] + 0.1 < after["placements"]["share_outside"]
    assert after["placements"]["ministry"] < before["placements"]["ministry"]
    assert after["employment"]["started"]
    assert after["employment"]["in_work"]


def facts(net):
    """All logs without what holds a person's data: its keys are chance, so what they seal is other bytes each time."""
    return {
        service: [
            {key: value for key, value in event.items() if key not in ("hash", "sealedhash")}
            for event in log(net, service)
        ]
        for service in net.runtimes
    }


def test_the_same_seed_makes_the_same_facts(tmp_path):
    first, again, other = (
        loaded(tmp_path / str(number), cases=12, seed=seed) for number, seed in enumerate((7, 7, 8))
    )
    assert facts(first) == facts(again)
    assert facts(first)["intake"] != facts(other)["intake"]
    with pytest.raises(ValueError, match="empty databases"):
        sample.load(first, NOW, lambda done, total: None)
    for net in (first, again, other):
        net.close()


def test_long_holidays_take_nothing_of_the_time_to_answer(tmp_path):
    net = network(tmp_path)
    morning = datetime(2026, 4, 2, 1, 35, tzinfo=UTC)
    net.clock.advance(seconds=(morning - net.clock()).total_seconds())
    office, agenda = Office(net, sample.SEED, morning, NOW), Agenda(net)
    office.do(ADOPT_RULES, {"rules_version": "2569-1"}, "director-60")
    for number, partner in enumerate(registry.invent(office.chance("registry"), sample.DAYS, factor=1)):
        next(Partnership(office, number, partner).run(), None)
    # All sent on one morning; what follows takes its days, Chakri Day and Songkran among them.
    for number in range(40, 80):
        life = Life(office, number, Fate("older", ("decline",), ending="", now_at="", centre=0)).run()
        sent = office.referrals
        following = None
        while office.referrals == sent and (following := next(life, None)):
            pass
        if following:  # else this one needed no place, or found none
            agenda.add(following, life)
    for day in range(1, 20):
        agenda.work_until(morning + timedelta(days=day))
    assert of(net, "referral", "ReferralExpired") == []
    assert len(of(net, "referral", "ReferralDeclined")) > 30
    net.close()


def test_each_user_is_there_once_with_a_known_role():
    assert len({user.name for user in sample.USERS}) == len(sample.USERS)
    assert {user.role for user in sample.USERS} <= {*access.ROLES}
    assert sample.DONE in {user.name for user in sample.USERS}


def test_the_partners_user_belongs_to_a_partner_of_its_province_that_is_asked_for_an_answer(net):
    partner_id = Office(net, sample.SEED, NOW, NOW).busiest_partner("60")
    assert net.call("partners", "partner", {"partner_id": partner_id})["province"] == "60"
    user = {"user": "partner-60", "role": "partner", "centres": (), "partner": partner_id}
    statuses = {each["status"] for each in net.call("referral", "referrals", **user)["items"]}
    assert statuses & {"sent", "acknowledged", "waitlisted"} and statuses - {
        "sent",
        "acknowledged",
        "waitlisted",
    }


def test_activities_of_every_kind_and_centre_brought_cases_and_partners(net):
    held = of(net, "partners", "OutreachHeld")
    assert {each["province"] for each in held} == {*sample.CENTRES}
    assert {each["kind"] for each in held} == {*OUTREACH_KINDS} - {"other"}
    assert of(net, "partners", "OutreachCorrected") and of(net, "partners", "OutreachEnteredInError")
    came = [each["outreach_id"] for each in of(net, "intake", "CaseOpened") if each["outreach_id"]]
    joined = [each["outreach_id"] for each in of(net, "partners", "PartnerRegistered") if each["outreach_id"]]
    assert 20 < len(came) < 120 and joined
    assert {*came, *joined} <= {each["outreach_id"] for each in held}


def test_a_problem_waits_to_be_decided_and_one_was(net):
    [waiting] = [
        each for each in everything(net, "partners", "problems") if each["reason"] == "health_beyond_care"
    ]
    assert waiting["keeper"] == "60" and waiting["proposal"]["after"] == {"rules": {"care_level_max": 2}}
    assert 2 * waiting["declines"] >= waiting["of"] >= waiting["declines"] >= 5
    assert of(net, "partners", "ProblemAccepted")


def test_nobody_asks_a_man_of_the_sample_whether_he_is_pregnant():
    people = [invent(Random(number), number, "adult", "60", date(2026, 3, 2)) for number in range(60)]
    asked = {person.opening["person"]["sex"] for person in people if "pregnant" in person.facts}
    assert "male" not in asked and "female" in asked
