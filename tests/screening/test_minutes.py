"""What a director keeps of the minutes before a person is erased: the votes as they were, words that name nobody."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from services.intake.service import IntakeService
from services.kernel.envelope import Recorded
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused
from services.kernel.local import Network, SimulatedClock
from services.screening.domain.minutes import MINUTES, KeepMinutes, redacted
from services.screening.events import MinutesKept
from services.screening.projections import minutes as kept_minutes
from services.screening.projections import plans, upstream
from services.screening.service import ScreeningService
from tests.screening.samples import CASE, PLANNED, REPLANNED
from tests.screening.test_service import CASE as BODY
from tests.screening.test_service import MEMBERS, agree, complete
from tests.spec import Spec

minutes = Spec(MINUTES)
WORDS = {"members": [], "why": "ใกล้บ้าน", "goals": []}
keep = KeepMinutes("kept", PLANNED, CASE, "60", "request", WORDS)
kept = MinutesKept("kept", PLANNED, CASE, "60", "request", WORDS)

DIRECTOR = {"user": "director-60", "role": "director"}
DEPUTY = {"user": "deputy-60", "role": "director"}
NEIGHBOUR = {"user": "director-61", "role": "director", "centres": ("61",)}
WHY = "ผู้รับบริการต้องการอยู่ใกล้บ้านเดิม"


def test_a_version_is_kept_while_an_erasure_waits():
    again = KeepMinutes("again", PLANNED, CASE, "60", "request", WORDS)
    minutes.given().when(keep).then(kept)
    minutes.given(kept).when(keep).then()
    minutes.given(kept).when(again).then(MinutesKept("again", PLANNED, CASE, "60", "request", WORDS))
    minutes.given().when(KeepMinutes("kept", PLANNED, CASE, "60", None, WORDS)).refused("no_erasure")


def test_who_decided_and_how_they_voted_stays_as_it_was():
    members = [
        {"name": "ก", "role": "chair", "vote": "agree", "reason": "เดิม"},
        {"name": "ข", "role": "member", "vote": "dissent", "reason": "ไกล"},
    ]
    original = {"members": members, "why": "เดิม", "goals": ["ก"], "override": {"reason": "เดิม", "chair": "ก"}}
    words = {"why": "ใหม่", "goals": [], "members": [{"reason": "ใหม่"}], "override": {"reason": "ใหม่"}}
    assert redacted(original, words) == {
        "members": [{**members[0], "reason": "ใหม่"}, {**members[1], "reason": None}],
        "why": "ใหม่", "goals": [], "override": {"reason": "ใหม่", "chair": "ก"},
    }  # fmt: skip
    assert "override" not in redacted(original, {**words, "override": None})
    del original["override"]
    assert "override" not in redacted(original, words)
    with pytest.raises(Invalid):
        redacted(original, {**words, "members": [{"reason": None}] * 3})


# -- read models -------------------------------------------------------------------------------------------------------


def fact(type, position, source="intake", event=None, **data):
    at = f"2026-03-02T00:00:{position:02}.000000Z"
    return Recorded(
        source, position, f"id{position}", type, "x", position, at, at, "60", "director-60", "", "", CASE, None,
        {"case_id": CASE, "centre": "60", **data}, {}, event,
    )  # fmt: skip


def asked(position, **more):
    return fact("ErasureRequested", position, **({"confirmer": None} | more))


def version(position, plan_id=PLANNED, request_id="id1"):
    event = MinutesKept(f"kept{position}", plan_id, CASE, "60", request_id, f"sealed{position}")
    return fact("MinutesKept", position, "screening", event)


ONCE = "5f6f2b1e-0b3a-4a5c-9a0e-6f0d3c6f7b11"


@pytest.fixture
def db():
    engine = create_engine("sqlite://")
    for room in (plans, upstream, kept_minutes):
        room.metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection


def project(db, *facts):
    for projection in (*upstream.UPSTREAM, kept_minutes.MINUTES):
        projection.project(db, facts)


def stands(db):
    return {plan: row["minutes"] for plan, row in kept_minutes.list_kept(db, CASE).items()}


def test_of_each_plan_the_last_version_stays_also_after_the_erasure(db):
    project(db, asked(1), version(1), version(2), version(3, REPLANNED))
    assert stands(db) == {PLANNED: "sealed2", REPLANNED: "sealed3"}
    project(db, fact("PersonErased", 2))
    assert stands(db) == {PLANNED: "sealed2", REPLANNED: "sealed3"}
    assert len(list(kept_minutes.invariants(db))) == 2


def test_asked_anew_while_it_waits_it_is_the_same_erasure_and_after_a_withdrawal_another(db):
    project(db, asked(1), version(1), asked(2, confirmer="director-61"))
    assert stands(db) == {PLANNED: "sealed1"} and upstream.get_erasure(db, CASE)["confirmer"] == "director-61"
    project(db, fact("ErasureWithdrawn", 3))
    assert stands(db) == {}
    project(db, asked(4))
    assert stands(db) == {} and upstream.get_erasure(db, CASE)["request_id"] == "id4"


def test_in_whatever_order_the_two_logs_are_heard_the_rows_are_the_same(db):
    runs = (
        [[asked(1)], [asked(2), fact("PersonErased", 3)]],
        [[version(1)], [version(2), version(3, REPLANNED)]],
    )
    seen = []
    for order in set(permutations((0, 0, 1, 1))):
        engine = create_engine("sqlite://")
        for room in (plans, upstream, kept_minutes):
            room.metadata.create_all(engine)
        with engine.begin() as other:
            sources = [iter(run) for run in runs]
            for source in order:
                project(other, *next(sources[source]))
            seen.append((stands(other), dict(upstream.get_erasure(other, CASE))))
    assert len(seen) == 6 and all(each == seen[0] for each in seen) and len(seen[0][0]) == 2


# -- the doors ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService], SimulatedClock(datetime(2026, 3, 2, 2, tzinfo=UTC)))


@pytest.fixture
def planned(net):
    """A case with two plans, whose person is to be erased."""
    case_id = net.call("intake", "open_case", BODY)["case_id"]
    complete(net, case_id)
    plan_ids = [agree(net, case_id)["plan_id"] for _ in range(2)]
    ask(net, case_id)
    return case_id, plan_ids


def ask(net, case_id, **more):
    net.call("intake", "request_erasure", {"case_id": case_id, "reason": "ordered", **more}, **DIRECTOR)


def keeping(net, case_id, plan_id, who=DIRECTOR, key=None, **words):
    body = {
        "case_id": case_id,
        "plan_id": plan_id,
        "why": WHY,
        "goals": [],
        "members": [{}, {}, {"reason": "ไกล"}],
    } | words
    return net.call("screening", "keep_minutes", body, key=key, **who)


def decisions(net, case_id, **who):
    net.settle()
    return net.call("screening", "decisions", {"case_id": case_id}, **(who or DIRECTOR))["items"]


def read(net, case_id, **who):
    return net.call("screening", "plan", {"case_id": case_id}, **who)


def erased(net, case_id):
    """The network after the erasure, and after every process has forgotten the key."""
    net.call("intake", "confirm_erasure", {"case_id": case_id}, **DEPUTY)
    net.settle()
    place = net.runtimes["screening"].settings
    return closing(Network([IntakeService, ScreeningService], net.clock, settings=place))


def test_what_was_kept_stays_of_the_minutes_and_says_that_it_is_a_version(net, planned):
    case_id, plan_ids = planned
    for plan_id in plan_ids:
        keeping(net, case_id, plan_id, goals=["มีรายได้"])
    assert read(net, case_id)["minutes"]["why"] == "ใกล้บ้าน"  # as long as it is there
    waiting = decisions(net, case_id)
    assert [each["kept"]["why"] for each in waiting] == [WHY, WHY]
    assert [each["minutes"]["why"] for each in waiting] == ["ใกล้บ้าน"] * 2
    with erased(net, case_id) as later:
        left = read(later, case_id, user="member-60", role="member")["minutes"]
        assert left.pop("redacted") == {"by": "director-60", "at": waiting[1]["kept"]["redacted"]["at"]}
        assert left == {
            "members": [{**each, "reason": "ไกล" if each is MEMBERS[2] else None} for each in MEMBERS],
            "why": WHY,
            "goals": ["มีรายได้"],
        }
        assert [(each["minutes"], each["kept"]["why"]) for each in decisions(later, case_id)] == [
            (None, WHY)
        ] * 2
        before = [read(later, case_id), decisions(later, case_id)]
        later.runtimes["screening"].rebuild(None, lambda done, total: None)
        assert [read(later, case_id), decisions(later, case_id)] == before
        assert later.runtimes["screening"].verify() == []


def test_nobody_who_was_erased_is_screened_again(net, planned):
    case_id, _ = planned
    body = {"case_id": case_id, "facts": {"housing": "street"}}
    first = net.call("screening", "complete", body, key=ONCE)
    with erased(net, case_id) as later:
        with pytest.raises(Refused, match="erased"):
            later.call("screening", "complete", body)
        assert later.call("screening", "complete", body, key=ONCE) == first  # who only asks for a lost answer


def test_of_the_plan_of_which_nothing_was_kept_nothing_stays_but_the_votes(net, planned):
    case_id, (first, _) = planned
    keeping(net, case_id, first)
    with erased(net, case_id) as later:
        plan = read(later, case_id)
        assert plan["minutes"] is None and plan["votes"]["agree"] == 2
        assert [each["kept"] is None for each in decisions(later, case_id)] == [False, True]
        with pytest.raises(Refused) as refusal:
            keeping(later, case_id, first)
        assert refusal.value.code == "erased"


def test_only_while_the_erasure_waits(net, planned):
    case_id, (plan_id, _) = planned
    net.call("intake", "withdraw_erasure", {"case_id": case_id}, **DIRECTOR)
    with pytest.raises(Refused) as refusal:
        keeping(net, case_id, plan_id)
    assert refusal.value.code == "no_erasure"
    ask(net, case_id)  # and it is heard of before anything is refused
    keeping(net, case_id, plan_id)
    assert [bool(each["kept"]) for each in decisions(net, case_id)] == [True, False]
    net.call("intake", "withdraw_erasure", {"case_id": case_id}, **DIRECTOR)
    assert [each["kept"] for each in decisions(net, case_id)] == [None, None]
    assert "redacted" not in read(net, case_id)["minutes"]


def test_the_same_command_again_gives_the_same_answer_also_when_the_minutes_are_gone(net, planned):
    case_id, (plan_id, _) = planned
    key = str(uuid4())
    answer = keeping(net, case_id, plan_id, key=key)
    assert keeping(net, case_id, plan_id, key=key) == answer and answer["version"] == 1
    with erased(net, case_id) as later:
        assert keeping(later, case_id, plan_id, key=key) == answer


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"why": "นายมานะ อยากกลับบ้าน"}, "why"),
        ({"goals": ["มีรายได้", "มานะมีงานทำ"]}, "goals.1"),
        ({"goals": ["โทร. ๐๘๑-๒๓๔-๕๖๗๘"]}, "goals.0"),
        ({"why": "เลข 1 2345 67890 12 1"}, "why"),
        ({"why": "มานะ่อยากกลับ"}, "why"),
        ({"members": [{}, {"reason": "เกิด 12 พ.ค. 2500"}]}, "members.1.reason"),
        ({"override": {"reason": "มานะยืนยัน"}}, "override.reason"),
        ({"members": [{}] * 4}, "members"),
        ({"why": " "}, "why"),
    ],
)
def test_what_still_points_to_the_person_is_refused_by_its_field(net, planned, words, field):
    case_id, (plan_id, _) = planned
    with pytest.raises(Invalid) as wrong:
        keeping(net, case_id, plan_id, **words)
    assert list(wrong.value.errors) == [field] and "มานะ" not in str(wrong.value.errors)


def test_a_name_from_before_a_correction_points_to_the_person_as_well(net, planned):
    case_id, (plan_id, _) = planned
    person = BODY["person"] | {"name": {"first": "วิชัย", "last": "สุขสันต์"}}
    net.clock.set(net.clock() + timedelta(minutes=1))
    net.call("intake", "correct_person", {"case_id": case_id, "person": person, "reason": "learned"})
    for name in ("มานะ", "วิชัย"):
        with pytest.raises(Invalid):
            keeping(net, case_id, plan_id, why=f"{name}อยากกลับบ้าน")


def test_only_a_director_of_the_cases_centre_keeps_and_whoever_is_to_confirm_reads_what_stays(net, planned):
    case_id, (plan_id, _) = planned
    for who in ({"user": "worker-60", "role": "worker"}, {"user": "member-60", "role": "member"}):
        with pytest.raises(Forbidden):
            keeping(net, case_id, plan_id, who)
        with pytest.raises(Forbidden):
            decisions(net, case_id, **who)
    with pytest.raises(NotFound):
        keeping(net, case_id, plan_id, NEIGHBOUR)
    with pytest.raises(NotFound):
        decisions(net, case_id, **NEIGHBOUR)
    ask(net, case_id, confirmer="director-61")
    with pytest.raises(NotFound):
        keeping(net, case_id, plan_id, NEIGHBOUR)
    keeping(net, case_id, plan_id, DEPUTY)
    seen = decisions(net, case_id, **NEIGHBOUR)
    assert [each["kept"] and each["kept"]["why"] for each in seen] == [WHY, None]
    assert not any("minutes" in each for each in seen)
    with pytest.raises(NotFound):
        keeping(net, case_id, str(uuid4()))


def test_in_no_file_does_what_was_kept_lie_in_plain_text(net, planned, tmp_path):
    case_id, (plan_id, _) = planned
    keeping(net, case_id, plan_id)
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert WHY.encode() not in files
