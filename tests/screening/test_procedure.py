"""The one document of quorum, deadlines and follow-ups: read as it was adopted, whatever its age; checked whole."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime

import pytest

from services.codes import procedure
from services.codes.procedure import Adoption, in_force
from services.codes.procedure.checking import problems
from services.codes.procedure.lifting import SECTIONS
from services.codes.procedure.reckoning import due, reminder

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
SHIPPED = json.loads(procedure.SHIPPED_DOCUMENT)
OLD = json.loads(procedure.document("procedure-1"))


def adopted(content, day="2026-02-01"):
    return Adoption(day, json.dumps(content))


def changed(change):
    content = deepcopy(SHIPPED)
    change(content)
    return content


def test_until_one_is_adopted_what_came_with_the_software_by_then_counts():
    assert in_force((), date(2025, 11, 1)).version == "procedure-1"
    assert in_force((), MONDAY).version == "procedure-2"
    assert in_force((), date(2020, 1, 1)).version == "procedure-1"  # none has begun
    own = adopted({**SHIPPED, "version": "procedure-2569-1"}, "2025-11-01")
    assert in_force([own], date(2025, 10, 31)).version == "procedure-1"
    assert in_force([own], MONDAY).version == "procedure-2569-1"  # what people adopted stays theirs


def test_of_two_of_one_day_the_one_adopted_last_counts():
    both = [adopted({**SHIPPED, "version": each}) for each in ("beta", "alpha")]
    assert in_force(both, MONDAY).version == "alpha"


def test_one_of_before_is_read_whole_and_keeps_what_somebody_chose():
    assert set(SECTIONS) - OLD.keys()  # it was another document
    left = in_force([adopted(OLD)], MONDAY).of("60")
    assert (left.deadlines, left.follow_ups) == (
        procedure.EVERYWHERE.deadlines,
        procedure.EVERYWHERE.follow_ups,
    )
    chosen = {
        **OLD,
        "deadlines": {**OLD["deadlines"], "answer_days": 7, "return_minutes": 30},
        "follow_up": {"days": [30, 60]},
        "centres": {"61": {"votes": 5, "chair": False}},
        "decline_review": {"60": ["partner"]},
    }
    rules = in_force([adopted(chosen)], MONDAY)
    terms = rules.of("60")
    assert due(terms, "answer", NOW) == "2026-03-09T03:00:00.000000Z"
    assert due(terms, "take_back", NOW) == "2026-03-02T03:30:00.000000Z"
    assert due(terms, "tell", NOW) == due(procedure.EVERYWHERE, "tell", NOW)
    assert [(each.days, each.opens, each.closes) for each in terms.follow_ups] == [(30, 30, 59), (60, 60, 94)]
    assert terms.reviewed == ("partner",) and terms.quorum == (3, True) and not terms.own_quorum
    assert rules.of("61").quorum == (5, False) and rules.of("61").own_quorum and rules.of("61").reviewed == ()


def test_one_that_says_a_single_thing_is_as_the_software_has_it_in_all_others():
    terms = in_force([adopted({"decline_review": {"60": ["person"]}})], MONDAY).of("60")
    assert terms.reviewed == ("person",) and terms.follow_ups == procedure.EVERYWHERE.follow_ups


def test_a_centres_own_settings_hold_for_it_alone():
    own = changed(
        lambda c: c["centres"].update(
            {
                "60": {
                    "deadlines": {"answer": {"working_days": 5}},
                    "referrals_at_once": 1,
                    "escalation": {"user": "somsri"},
                }
            }
        )
    )
    assert [*problems(own)] == []
    rules = procedure.read(json.dumps(own))
    assert (rules.of("60").referrals_at_once, rules.of("61").referrals_at_once) == (1, 3)
    assert (
        due(rules.of("60"), "answer", NOW, channel="letter") == "2026-03-10T16:59:59.999999Z"
    )  # Makha Bucha between
    assert rules.of("60").escalation["user"] == "somsri" and rules.of("61").escalation["role"] == "director"


def test_days_on_which_a_centre_is_closed_count_for_it_as_holidays():
    closed = procedure.SHIPPED.of("60", [date(2026, 3, 4)])
    assert due(procedure.SHIPPED.of("61"), "tell", NOW) == "2026-03-04T16:59:59.999999Z"
    assert due(closed, "tell", NOW) == "2026-03-05T16:59:59.999999Z"


def test_somebody_is_reminded_so_many_working_days_before_and_never_at_once():
    ends = due(procedure.EVERYWHERE, "answer", NOW)
    assert ends == "2026-03-17T16:59:59.999999Z"
    assert (
        reminder(procedure.EVERYWHERE, "answer", ends, NOW) == "2026-03-12T17:00:00.000000Z"
    )  # Friday begins
    assert reminder(procedure.EVERYWHERE, "answer", ends, datetime(2026, 3, 16, tzinfo=UTC)) is None
    assert reminder(procedure.EVERYWHERE, "tell", ends, NOW) is None


def test_of_a_way_of_telling_and_a_kind_of_partner_the_longer_counts():
    own = changed(lambda c: c["deadlines"]["answer"].update(by_kind={"hospital": 20}))
    terms = procedure.read(json.dumps(own)).of("60")
    answer = terms.deadlines["answer"]
    assert [answer.of(), answer.of("hospital"), answer.of(None, "letter"), answer.of("hospital", "letter")] == [
        10, 20, 15, 20,
    ]  # fmt: skip


def test_what_comes_with_the_software_has_nothing_wrong():
    assert [*problems(SHIPPED)] == []
    assert [*problems(procedure.whole(procedure.document("procedure-1")))] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda c: c["deadlines"].pop("travel"), "deadlines.travel"),
        (lambda c: c["deadlines"].update(luck={"days": 1}), "deadlines.luck"),
        (lambda c: c["deadlines"].update(tell={"days": 1, "working_days": 1}), "deadlines.tell"),
        (lambda c: c["deadlines"].update(tell={"minutes": 5}), "deadlines.tell"),
        (lambda c: c["deadlines"].update(tell={}), "deadlines.tell"),
        (lambda c: c["deadlines"]["tell"].update(working_days=0), "deadlines.tell.working_days"),
        (lambda c: c["deadlines"]["tell"].update(working_days=9), "deadlines.tell"),
        (lambda c: c["deadlines"]["answer"].update(by_channel={"pigeon": 9}), "deadlines.answer.by_channel.pigeon"),
        (lambda c: c["deadlines"]["answer"].update(by_kind={"pigeon": 9}), "deadlines.answer.by_kind.pigeon"),
        (lambda c: c["deadlines"]["tell"].update(by_kind={"hospital": 2}), "deadlines.tell.by_kind"),
        (lambda c: c["deadlines"]["answer"].update(remind=10), "deadlines.answer.remind"),
        (lambda c: c["deadlines"]["tell"].update(remind=1), "deadlines.tell.remind"),
        (lambda c: c["deadlines"]["acknowledge"].update(working_days=12), "deadlines.acknowledge"),
        (lambda c: c["follow_up"][0].update(days=20), "follow_up.0"),
        (lambda c: c["follow_up"][1].update({"from": 10}), "follow_up.1.from"),
        (lambda c: c["follow_up"][1].update(remind=40), "follow_up.1.remind"),
        (lambda c: c["bounds"].update(votes={"min": 9, "max": 3}), "bounds.votes"),
        (lambda c: c["bounds"].update(luck={"min": 1, "max": 3}), "bounds.luck"),
        (lambda c: c["quorum"].update(votes=2), "quorum.votes"),
        (lambda c: c.update(referrals_at_once=9), "referrals_at_once"),
        (lambda c: c["centres"].update({"60": {"quorum": {"votes": 1, "chair": True}}}), "centres.60.quorum.votes"),
        (lambda c: c["centres"].update({"60": {"deadlines": {"answer": {"working_days": 99}}}}),
         "centres.60.deadlines.answer"),
        (lambda c: c["centres"].update({"60": {"deadlines": {"take_back": {"minutes": 9}}}}),
         "centres.60.deadlines.take_back"),
        (lambda c: c["centres"].update({"60": {"deadlines": {"tell": {"working_days": 3}, "release":
            {"working_days": 2}}}}), "centres.60.deadlines.tell"),
    ],
)  # fmt: skip
def test_each_thing_that_is_wrong_is_told_with_its_field(change, field):
    assert field in {where for where, _ in problems(changed(change))}
