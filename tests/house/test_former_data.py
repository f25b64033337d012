"""What people had before the house opens in this version, on SQLite and on PostgreSQL: nothing is lost, and work goes
on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import Table, insert, select, text

from services.demo import CASE
from services.kernel import tampering
from services.kernel.errors import Unavailable
from services.kernel.local import Network, SimulatedClock
from services.kernel.runtime import Ports, ServiceRuntime, in_turn
from services.kernel.settings import Settings
from services.referral import sweeping
from services.screening.domain.assessment import assess
from services.screening.domain.rulebook import rulebook
from services.system import DOORS
from services.web.gateway.carry_over import carry_over, hand_over, keep_trying
from services.web.identity import accounts, passwords
from services.web.store import drafts, groups, links, positions
from services.web.wiring import WIRING
from tests.support import databases, former

KINDS = ("sqlite", "postgresql")
COUNTED = ("cases", "placements", "by_label", "by_path", "declined", "employment", "median_days")


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture(scope="module")
def seen(kind: str) -> Any:
    """What a reader found with the former program."""
    return orjson.loads((former.DATA / kind / "seen.json").read_bytes())


@pytest.fixture(scope="module")
def place(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    mark = f"songtor_test_{uuid4().hex[:8]}"
    yield former.place(kind, tmp_path_factory.mktemp("former"), mark)
    databases.drop_databases(mark)


@contextmanager
def opening(place: Settings, seen: Any) -> Iterator[tuple[Network, ServiceRuntime]]:
    clock = SimulatedClock(datetime.fromisoformat(seen["at"]))
    net = Network(DOORS, clock, settings=place)
    web = ServiceRuntime(place, WIRING, Ports(clock, lambda seconds: None, net._ask, in_turn))
    web.prepare()
    yield net, web
    net.close()
    web.close()


@pytest.fixture(scope="module")
def first(place, seen) -> Iterator[list[databases.Copy]]:
    """Every row as it was when this program had opened the databases for the first time."""
    with opening(place, seen) as (net, web):
        runtimes = (*net.runtimes.values(), web)
        kept = [each for it in runtimes for each in (it.database, it.vault_database) if each]
        yield [databases.Copy(database) for database in {each.url: each for each in kept}.values()]


@pytest.fixture
def opened(place, seen, first) -> Iterator[tuple[Network, ServiceRuntime]]:
    for copy in first:
        copy.restore()
    with opening(place, seen) as made:
        yield made


@pytest.fixture
def net(opened):
    return opened[0]


@pytest.fixture
def web(opened):
    return opened[1]


def ask(net: Network, service: str, door: str, body: dict[str, Any], centre: str = "60", **more: Any) -> Any:
    return net.call(service, door, body, f"worker-{centre}", centres=[centre], **more)


def cases(net: Network) -> dict[str, list[Any]]:
    return {
        row["case_id"]: [centre, row["case_number"], row["status"], row["person"]["name"]]
        for centre in ("60", "61")
        for row in ask(net, "intake", "cases", {}, centre)["items"]
    }


def read_models(net: Network) -> dict[str, list[str]]:
    def rows(runtime: ServiceRuntime, table: Table) -> list[str]:
        return runtime.read(lambda db: sorted(map(repr, db.execute(select(table)).all())))

    return {
        f"{name}.{table.name}": rows(runtime, table)
        for name, runtime in net.runtimes.items()
        for projection in runtime.wiring.projections
        for table in projection.tables
    }


def problems(net: Network, web: ServiceRuntime) -> list[str]:
    followed = [
        each
        for follower in net.runtimes.values()
        for source in follower.wiring.hears
        for each in tampering.followed(net.runtimes[source].log, follower.log)
    ]
    return followed + [each for runtime in (*net.runtimes.values(), web) for each in runtime.verify()]


def test_every_log_is_whole_and_ends_where_it_ended(net, web, seen):
    heads = {name: list(runtime.log.head()) for name, runtime in net.runtimes.items()}
    assert {**heads, "web": list(web.log.head())} == seen["heads"]
    assert problems(net, web) == []


def test_cases_people_and_referrals_are_read_through_the_doors_as_before(net, seen):
    made = seen["made"]
    assert cases(net) == seen["cases"]
    person = ask(net, "intake", "person", {"case_id": made["placed"]})["person"]
    assert seen["person"].items() <= person.items()
    for referral_id, status in seen["referrals"].items():
        assert ask(net, "referral", "referral", {"referral_id": referral_id})["status"] == status
    assert ask(net, "screening", "screening", {"case_id": made["placed"]})["paths"] == seen["paths"]


def test_every_screening_is_derived_again_from_its_facts_under_the_rules_it_used(net):
    screening = net.runtimes["screening"]
    facts = screening.read(lambda db: screening.log.facts(db, 0, 1000))
    completed = [fact.event for fact in facts if fact.type == "ScreeningCompleted"]
    assert completed and {each.rules_version for each in completed} == {"2569-1"}
    for each in completed:
        again = assess(rulebook(each.rules_version), each.facts)
        pair = [again.labels, again.paths], [each.labels, each.paths]
        derived, stored = (orjson.dumps(each, option=orjson.OPT_SORT_KEYS) for each in pair)
        assert derived == stored


def test_the_figures_are_those_of_before(net, seen):
    overview = ask(net, "reporting", "overview", {"centre": "60"})
    not_told_then = [("placements", "family"), ("employment", "in_work_180"), ("employment", "in_work_365")]
    assert [overview[part].pop(name) for part, name in not_told_then] == [0, 0, 0]
    assert {name: overview[name] for name in COUNTED} == {name: seen["overview"][name] for name in COUNTED}


def test_read_models_made_again_have_the_rows_that_are_there(net, web):
    before = read_models(net)
    for runtime in net.runtimes.values():
        runtime.rebuild(None, lambda done, total: None)
    assert read_models(net) == before
    assert problems(net, web) == []


def test_what_was_parked_is_still_parked_and_is_handled_when_asked_again(net, web, seen):
    parked = net.runtimes["reporting"].status()["parked"]
    assert [(each["source"], each["position"]) for each in parked] == [("intake", 14)]
    assert net.runtimes["reporting"].inbox.retry() == {"released": 1, "parked": 0}
    # It had been waiting since; now reporting counts it.
    closed = ask(net, "reporting", "overview", {"centre": "60"})["cases"]["closed"]
    assert closed == seen["overview"]["cases"]["closed"] + 1
    unreadable = net.runtimes["referral"].status()["parked"]
    assert [each["source"] for each in unreadable] == ["partners"]
    assert problems(net, web) == []


def test_the_front_door_kept_its_users_and_what_they_had_not_finished(web, seen):
    made, kept = seen["made"], seen["front_door"]
    with web.database.read() as db:
        known = {each.user: each.active for each in accounts.everybody(db)}
        assert known["worker-60"] and known["admin"] and not known["worker-60-before"]
        assert positions.after(db, "worker-60") == {"intake": 1}
        link = links.latest(db, made["waiting_referral"], web.now())
        assert link is not None and link.state == "new"
    assert passwords.check(web, "worker-60", kept["password"], None)
    (draft,) = drafts.unfinished(web, "worker-60")
    assert (draft.place.address, draft.fields) == (kept["draft"], [("note", "ยังไม่ได้ส่ง")])
    assert groups.last(web, "60") == [{"name": "ประธานสาธิต", "role": "chair"}]
    with web.database.write() as db:
        assert links.enter(db, links.Keys(web.key("answer-link")), link, kept["code"], web.now())


def assignments(net: Network) -> dict[str, tuple[Any, ...]]:
    """Who answers for which case: {case_id: (from, to, why, whether it was taken over, since when)}."""
    asked = text("SELECT body FROM event WHERE event_type = 'CaseAssigned' ORDER BY position")
    facts = [orjson.loads(row.body) for row in net.read("intake", lambda db: db.execute(asked).all())]
    names = ("from_user", "to_user", "reason", "taken")
    return {
        fact["caseid"]: (*(fact["data"][name] for name in names), fact["time"], fact["actor"])
        for fact in facts
    }


def to_take_over(net: Network, **who: Any) -> list[str]:
    return [row["case_id"] for row in net.call("intake", "to_take_over", **who)["items"]]


def test_who_was_handed_which_case_is_known_to_intake_once_it_answers(net, web, seen):
    made = seen["made"]
    with web.database.read() as db:
        at = {row.case_id: row.at for row in db.execute(select(hand_over))}
    net.down.add("intake")
    with pytest.raises(Unavailable):
        carry_over(web)
    net.down.clear()
    assert carry_over(web) == 3 and carry_over(web) == 0
    assert assignments(net) == {
        made[case]: ("worker-60-before", to, "carried_over", taken, at[made[case]], "system")
        for case, to, taken in (
            ("placed", "worker-60", True), ("waiting", "worker-60", False), ("screened", None, False),
        )
    }  # fmt: skip
    assert to_take_over(net) == [made["waiting"]]
    assert to_take_over(net, user="director-60", role="director") == [made["screened"]]
    admin = {"user": "admin", "role": "admin", "centres": ["*"]}
    in_hands = net.call("intake", "in_hands", {"user": "worker-60"}, **admin)["items"]
    assert {made["placed"], made["waiting"]} <= {row["case_id"] for row in in_hands}
    assert problems(net, web) == []


def test_hand_overs_wait_until_intake_answers_and_are_then_carried_over(net, web, seen):
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            net.down.clear()

    net.down.add("intake")
    keep_trying(web, lambda: False, pause)
    assert pauses == [1.0, 2.0, 4.0] and to_take_over(net) == [seen["made"]["waiting"]]
    keep_trying(web, lambda: True, pause)
    assert len(pauses) == 3


def test_a_hand_over_that_was_carried_over_as_the_front_door_died_is_not_told_twice(net, web, seen):
    with web.database.read() as db:
        rows = [dict(row) for row in db.execute(select(hand_over)).mappings()]
    carry_over(web)
    head = net.runtimes["intake"].log.head()
    with web.database.write() as db:
        db.execute(insert(hand_over), rows)
    assert carry_over(web) == 3 and net.runtimes["intake"].log.head() == head


def test_what_went_on_though_its_case_was_closed_ends_at_the_first_start_and_once(net, web, seen):
    made, referral = seen["made"], net.runtimes["referral"]
    left = {"left_referral": ("withdrawn", "case_closed"), "dead_referral": ("ended", "died")}
    for name, status in (("left_referral", "sent"), ("dead_referral", "placed")):
        assert ask(net, "referral", "referral", {"referral_id": made[name]})["status"] == status
    sweeping.finish(referral, lambda: False, lambda seconds: None)
    head = referral.log.head()
    sweeping.finish(referral, lambda: False, lambda seconds: None)
    assert referral.log.head() == head
    net.settle()
    for name, (status, why) in left.items():
        found = ask(net, "referral", "referral", {"referral_id": made[name]})
        last = found["history"][-1]
        assert (found["status"], last["actor"]) == (status, "system")
        assert why in (last.get("reason"), last.get("outcome"))
        assert (found["place"], last["time"] <= last["recordedtime"]) == ("released", True)
    director = {"user": "director-60", "role": "director"}
    assert net.call("intake", "contradictions", {}, **director)["items"] == []
    waiting = ask(net, "referral", "referral", {"referral_id": made["waiting_referral"]})
    assert waiting["status"] == seen["referrals"][made["waiting_referral"]]
    assert problems(net, web) == []


def test_work_goes_on_where_it_was(net, web, seen):
    net.clock.advance(hours=1)
    answer = {"referral_id": seen["made"]["waiting_referral"], "step": "accept"}
    ask(net, "referral", "step", answer | {"said_by": "ผู้ประสานงาน", "by_channel": "phone"})
    opened = ask(net, "intake", "open_case", CASE)
    net.settle()
    assert opened["case_number"] == "60-2570-0007"
    assert cases(net).keys() == {*seen["cases"], opened["case_id"]}
    assert ask(net, "referral", "referral", {"referral_id": answer["referral_id"]})["status"] == "accepted"
    assert problems(net, web) == []


def test_a_deadline_set_before_falls_due(net, web, seen):
    net.clock.advance(days=60)
    net.settle()
    waiting = seen["made"]["waiting_referral"]
    assert ask(net, "referral", "referral", {"referral_id": waiting})["status"] not in ("sent", "accepted")
    assert problems(net, web) == []
