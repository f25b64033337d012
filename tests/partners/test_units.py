"""Places told apart: beds for men and for women, which of them somebody gets, and what nobody stated."""

from collections import Counter
from functools import partial
from random import Random
from uuid import uuid4

import eventlet
import pytest

from services.codes.units import GROUPS, UNITS, group_of, key_of, parts_of, takes
from services.kernel.envelope import Envelope, instant
from services.kernel.errors import Invalid, Unavailable
from services.kernel.local import SimulatedClock
from services.partners.domain.asked import (
    ConfirmCapacity,
    ConfirmPlaces,
    ReleasePlace,
    ReservePlace,
    StateNoPlaces,
    TakePlace,
)
from services.partners.domain.places import PROGRAMME
from services.partners.projections import ledgers, registry
from services.partners.service import PartnersService
from tests.partners.others import (
    Referral,
    ReferralSent,
    ReferralWithdrawn,
    Screening,
    ScreeningCompleted,
    ScreeningStarted,
    say,
)
from tests.partners.test_places_properties import units_of
from tests.partners.test_service import HOME, MONDAY, OFFER

MEN, WOMEN, ANY = (
    {"unit": "bed", "group": "men", "total": 2, "free": 1},
    {"unit": "bed", "group": "women", "total": 1, "free": 1},
    {"unit": "bed", "group": "anyone", "total": 1, "free": 1},
)
APART = {"total": 4, "free": 3, "units": [MEN, WOMEN, ANY]}


@pytest.fixture
def net(network):
    return network([Screening, Referral, PartnersService], SimulatedClock(MONDAY))


@pytest.fixture
def home(net):
    return net.call("partners", "register_partner", HOME)["partner_id"]


@pytest.fixture
def beds(net, home):
    body = {**OFFER, "rules": {}, "partner_id": home, "capacity": APART}
    return net.call("partners", "offer_programme", body)["programme_id"]


def person(net, sex):
    """A screened case."""
    case_id = str(uuid4())
    say(net, ScreeningStarted(case_id))
    say(net, ScreeningCompleted(case_id, str(uuid4()), {"sex": sex} if sex else {}))
    net.settle()
    return case_id


def send(net, programme_id, sex, **more):
    referral = ReferralSent(str(uuid4()), person(net, sex), programme_id, **more)
    say(net, referral)
    net.settle()
    return referral


def free(net, partner_id):
    places = net.call("partners", "partner", {"partner_id": partner_id})["programmes"][0]["places"]
    units = {f"{each['unit']}/{each['group']}": each["free"] for each in places["units"]}
    return places["free"], units, places["reserved"], places["waiting"]


def test_each_gets_a_bed_that_is_theirs_and_who_may_have_any_leaves_the_others(net, home, beds):
    assert free(net, home) == (3, {"bed/men": 1, "bed/women": 1, "bed/anyone": 1}, 0, 0)
    send(net, beds, "male")
    assert free(net, home) == (2, {"bed/men": 0, "bed/women": 1, "bed/anyone": 1}, 1, 0)
    send(net, beds, None)  # unknown is never "no": any bed, those first that are nobody's own
    assert free(net, home) == (1, {"bed/men": 0, "bed/women": 1, "bed/anyone": 0}, 2, 0)
    waits = send(net, beds, "male", waitlist=True)
    assert free(net, home) == (1, {"bed/men": 0, "bed/women": 1, "bed/anyone": 0}, 2, 1)
    send(net, beds, "female")  # who came after gets what the first cannot have
    assert free(net, home) == (0, {"bed/men": 0, "bed/women": 0, "bed/anyone": 0}, 3, 1)
    say(net, ReferralWithdrawn(waits.referral_id, waits.case_id, beds))
    net.settle()
    assert free(net, home)[2:] == (3, 0) and net.runtimes["partners"].verify() == []


def test_a_bed_that_falls_free_goes_to_the_first_who_may_have_it(net, home, beds):
    gone = [send(net, beds, "female") for _ in range(2)]
    first, second = send(net, beds, "female", waitlist=True), send(net, beds, "male", waitlist=True)
    assert free(net, home)[3] == 1  # the man had a bed of his own
    say(net, ReferralWithdrawn(second.referral_id, second.case_id, beds))
    net.settle()
    assert free(net, home) == (1, {"bed/men": 1, "bed/women": 0, "bed/anyone": 0}, 2, 1)
    say(net, ReferralWithdrawn(gone[0].referral_id, gone[0].case_id, beds))
    net.settle()
    assert free(net, home) == (1, {"bed/men": 1, "bed/women": 0, "bed/anyone": 0}, 2, 0)
    assert net.runtimes["partners"].state(PROGRAMME, beds).holds[first.referral_id].unit == "bed/women"


def test_a_match_counts_the_places_that_are_for_this_person(net, beds):
    def places(sex):
        found = net.call("partners", "matches", {"case_id": person(net, sex)})
        [place] = found["candidates"]
        return place["places_free"], place["near_miss"]

    assert places("male") == places("female") == (2, []) and places(None) == (3, [])
    for _ in range(2):
        send(net, beds, "male")
    assert places("male")[0] == 0 and [each["rule"] for each in places("male")[1]] == ["places_free"]
    assert places("female") == (1, [])


def test_in_all_no_more_are_free_than_in_the_units_together(net, home, beds):
    for _ in range(2):
        send(net, beds, "female")
    net.call("partners", "confirm_capacity", {"programme_id": beds, **APART})  # no room for what is held
    net.settle()
    whole, units, reserved, _ = free(net, home)
    assert (whole, reserved) == (sum(units.values()), 2) == (1, 2)
    assert net.call("partners", "free_places", {"province": "60"})["free"] == 1


def test_a_statement_without_units_does_not_tell_them_apart_any_more(net, home, beds):
    net.call("partners", "confirm_capacity", {"programme_id": beds, "total": 4, "free": 2})
    assert free(net, home) == (2, {}, 0, 0)
    answer = net.call("partners", "confirm_capacity", {"programme_id": beds, **APART})
    assert answer["warnings"] == [] and free(net, home)[1] == {"bed/men": 1, "bed/women": 1, "bed/anyone": 1}
    none = {"programme_id": beds, "what": ["capacity"]}
    net.clock.advance(seconds=60)
    net.call("partners", "confirm_programme", none)  # still so: told apart as before
    assert free(net, home)[1] == {"bed/men": 1, "bed/women": 1, "bed/anyone": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {**APART, "total": 5},
        {**APART, "free": 2},
        {**APART, "units": [MEN, MEN, WOMEN, ANY]},
        {**APART, "units": [{**MEN, "unit": "tent"}, WOMEN, ANY]},
        {**APART, "units": [{**MEN, "free": 3}, WOMEN, ANY]},
    ],
)
def test_units_that_do_not_add_up_are_refused_by_name(net, beds, wrong):
    with pytest.raises(Invalid) as refused:
        net.call("partners", "confirm_capacity", {"programme_id": beds, **wrong})
    assert all(name.startswith("units") for name in refused.value.errors)


def test_places_that_nobody_stated_are_unknown_and_not_none(net):
    partner_id, programme_id = str(uuid4()), str(uuid4())
    told = {"name": "ที่พัก", "path": "local_home"}
    entry = {
        "row": 1,
        "partner_id": partner_id,
        "programme_id": programme_id,
        "partner": HOME,
        "programme": told,
    }
    net.call("partners", "import_partners", {"entries": [entry], "file": "a.csv", "scheme": "songtor"})
    shown = net.call("partners", "partner", {"partner_id": partner_id})["programmes"][0]
    assert (shown["places"]["known"], shown["places"]["free"], shown["stale"]) == (False, 0, ["capacity"])
    [place] = net.call("partners", "matches", {"case_id": person(net, "male")})["candidates"]
    assert (place["places_known"], place["near_miss"]) == (False, [])
    [criterion] = [each for each in place["criteria"] if each["criterion"] == "places_free"]
    assert (criterion["verdict"], criterion["because"]) == ("unknown", "ยังไม่ทราบจำนวนที่ว่าง")
    send(net, programme_id, "male")  # the partner is asked, and says itself whether there is one
    assert free(net, partner_id) == (0, {}, 1, 0)
    net.call("partners", "confirm_capacity", {"programme_id": programme_id, "total": 0, "free": 0})
    shown = net.call("partners", "partner", {"partner_id": partner_id})["programmes"][0]["places"]
    assert (shown["known"], shown["contradicted"]) == (True, True)


def test_every_group_takes_its_own_and_who_is_not_known():
    assert {group_of({"sex": sex}.get) for sex in ("male", "female", "other", "unknown")} == {
        "men",
        "women",
        None,
    }
    for unit in UNITS:
        for group in GROUPS:
            assert parts_of(key_of(unit, group)) == (unit, group)
            assert takes(group, None) and takes("anyone", group) and takes(group, group)
    assert not takes("men", "women")


@pytest.mark.parametrize("seed", range(3))
def test_the_ledger_adds_up_whatever_is_done_at_once(net, home, beds, seed):
    """Eight at a time ask, take, give back and state places of one programme, each as it likes; whatever comes first,
    every place is accounted for once."""
    runtime, chosen = net.runtimes["partners"], Random(seed)
    referrals = [str(uuid4()) for _ in range(9)]

    def command(dice, number):
        at = instant(net.clock())[:-4] + f"{number:03}Z"
        referral = dice.choice(referrals)
        total = dice.randint(0, 6)
        left, who = dice.randint(0, total), dice.choice((None, "men", "women"))
        shares = [dice.randint(0, 2) for _ in range(4)]
        return dice.choice(
            (
                *[ReservePlace(referral, "case", "60", dice.random() < 0.5, who=who)] * 4,
                *[TakePlace(referral, "case"), ReleasePlace(referral, "case")] * 2,
                ConfirmCapacity(beds, total, left, at, units_of(shares, total, left)),
                ConfirmCapacity(beds, total, left, at),
                StateNoPlaces(at),
                ConfirmPlaces(at),
            )
        )  # fmt: skip

    def work(commands):
        for asked in commands:
            id, now = str(uuid4()), instant(net.clock())
            envelope = Envelope(id, "", "worker", "60", now, now, id, id)
            while not _tried(runtime, envelope, partial(_handle, beds=beds, command=asked)):
                eventlet.sleep(0)

    lists = [[command(chosen, 12 * number + step) for step in range(12)] for number in range(8)]
    for worker in [eventlet.spawn(work, commands) for commands in lists]:
        worker.wait()
    state = runtime.state(PROGRAMME, beds)
    held = Counter(hold.state for hold in state.holds.values())
    assert (state.ledger.reserved, state.ledger.filled) == (held["reserved"], held["taken"])
    assert {each.referral_id for each in state.queue} == {
        id for id, hold in state.holds.items() if hold.state == "waiting"
    }
    row = net.read("partners", lambda db: db.execute(registry.programme.select()).mappings().one())
    assert ledgers.whole_of(row) == state.ledger and ledgers.units_of(row) == state.units
    assert (row["free"], row["waiting"]) == (state.free, held["waiting"])
    assert runtime.verify() == []


def _tried(runtime, envelope, work):
    """False: others were faster, so often that the caller is asked to try again."""
    try:
        runtime.execute(envelope, work)
    except Unavailable:
        return False
    return True


def _handle(unit, beds, command):
    return len(unit.handle(PROGRAMME, beds, command))
