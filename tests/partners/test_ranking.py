"""The fast ranking agrees with a slow and plain one, for any programmes and facts; and each criterion counts in its
turn.

Long because the slow ranking stands beside the fast one, and each criterion beside both.
"""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services import codes
from services.codes.rules import finding, judge
from services.kernel.envelope import moment
from services.kernel.rules import Verdict
from services.partners.domain.candidates import candidate
from services.partners.domain.offers import Registry
from services.partners.domain.ranking import Screened, known_of, rank
from services.thai import areas
from tests.partners.samples import row

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
PROVINCES = ("60", "61", "62", "50", "10")
CLAIMED = {"province": "50", "basis": "claimed"}
NO = {"status": "declined", "reason": "behaviour_safety", "at": "2026-02-01T03:00:00.000000Z"}
RULED_OUT = NO | {"whose": "partner", "effect": "forbidden"}
FULL = NO | {"reason": "no_place", "whose": "partner", "effect": "full"}
DOCUMENTS = ("id_card", "ทะเบียนบ้าน", "ใบรับรองแพทย์", "หนังสือรับรองจากวัด")
PATHS = ("local_home", "foundation", "employer_33", "ministry_shelter", "return_family")

codes_of = lambda values: st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)  # noqa: E731
rules = st.fixed_dictionaries(
    {},
    optional={
        "min_age": st.integers(0, 90),
        "max_age": st.integers(0, 90),
        "sex": codes_of(codes.SEXES[:3]),
        "nationality": codes_of(codes.NATIONALITIES[:3]),
        "labels_any": codes_of(codes.LABELS),
        "disability_types_any": codes_of(range(1, 8)),
        "domicile": st.fixed_dictionaries(
            {"provinces": codes_of(PROVINCES)}, optional={"bases": codes_of(codes.DOMICILE_BASES)}
        ),
        "care_level_max": st.integers(1, 3),
        "accepts_communicable": st.sampled_from(("none", "treated", "untreated")),
        "accepts_severe_behaviour": st.booleans(),
        "accepts_legal_case": st.booleans(),
        "requires_prior_process": st.booleans(),
        "requires_work_ability": st.booleans(),
        "documents": codes_of(DOCUMENTS),
    },
)
age = st.tuples(st.integers(0, 90), st.integers(0, 90)).map(
    lambda ends: {"on": "2026-03-02", "min": min(ends), "max": max(ends)}
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "age": age,
        "sex": st.sampled_from(codes.SEXES),
        "nationality": st.sampled_from(codes.NATIONALITIES),
        "disability_types": st.lists(st.integers(1, 7), max_size=3, unique=True),
        "domicile": st.lists(
            st.fixed_dictionaries(
                {"province": st.sampled_from(PROVINCES), "basis": st.sampled_from(codes.DOMICILE_BASES)}
            ),
            max_size=2,
        ),
        "care_level": st.integers(1, 3),
        "communicable_disease": st.sampled_from(("none", "treated", "untreated")),
        "severe_behaviour": st.booleans(),
        "legal_case": st.booleans(),
        "prior_process_done": st.booleans(),
        "able_to_work": st.booleans(),
        "documents_held": st.lists(st.sampled_from(DOCUMENTS), unique=True),
        "wants": st.lists(st.sampled_from(PATHS), unique=True),
    },
)
labels = st.lists(st.sampled_from(("met", "not_met", "unknown")), min_size=12, max_size=12).map(
    lambda verdicts: [
        {"code": code, "verdict": v, "ask": ["age", "housing"][: len(code) % 3]}
        for code, v in zip(codes.LABELS, verdicts, strict=True)
    ]
)
screenings = st.builds(
    Screened,
    case_id=st.just("case"),
    centre=st.sampled_from(PROVINCES),
    district=st.sampled_from((None, "6001", "6101")),
    screening_id=st.just("screening"),
    rules_version=st.just("2026-01"),
    facts=facts,
    labels=labels,
    paths=st.lists(st.sampled_from(PATHS), unique=True),
    leads=st.none() | st.lists(st.sampled_from(PATHS), max_size=2, unique=True),
    closed=st.lists(st.sampled_from(PATHS), max_size=1).map(
        lambda paths: [{"path": path, "because": {"th": "ก", "en": "a"}, "never": False} for path in paths]
    ),
    declined=st.sets(st.integers(0, 11), max_size=3).map(
        lambda numbers: {str(UUID(int=number)): (RULED_OUT, FULL, NO)[number % 3] for number in numbers}
    ),
)
offers = st.fixed_dictionaries(
    {
        "rules": rules,
        "path": st.sampled_from(PATHS),
        "under_ministry": st.booleans(),
        "province": st.sampled_from(PROVINCES),
        "free": st.integers(0, 2),
        "confirmed_at": st.sampled_from([f"2026-{at}T03:00:00.000000Z" for at in ("02-28", "01-01", "03-02")])
        | st.just("2025-06-01T03:00:00.000000Z"),
        "contradicted": st.booleans(),
        "rules_at": st.sampled_from([f"2026-{at}T03:00:00.000000Z" for at in ("01-01", "02-20")]),
        "inherited": st.dictionaries(
            st.sampled_from(("network", "organisation")),
            rules.map(lambda some: {"rules": some, "rules_at": "2026-01-01T03:00:00.000000Z"}),
        ),
    }
).map(lambda offer: offer | {"subdistrict": f"{offer['province']}0101" if offer["free"] else None})


def programmes(offers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row(str(UUID(int=number)), **offer) for number, offer in enumerate(offers)]


def slow_verdict(rule: str, value: Any, screened: Screened) -> str:
    """One rule, spelled out."""
    facts, found = screened.facts, {each["code"]: each["verdict"] for each in screened.labels}

    def known(fact: str) -> Any:
        return None if facts.get(fact) in (None, "unknown") else facts[fact]

    def if_known(fact: str, met: Any) -> str:
        return "unknown" if known(fact) is None else "met" if met(facts[fact]) else "not_met"

    if rule == "min_age":
        age = facts.get("age")
        return (
            "unknown"
            if not age
            else "met"
            if age["min"] >= value
            else "not_met"
            if age["max"] < value
            else "unknown"
        )
    if rule == "max_age":
        age = facts.get("age")
        return (
            "unknown"
            if not age
            else "met"
            if age["max"] <= value
            else "not_met"
            if age["min"] > value
            else "unknown"
        )
    if rule in ("sex", "nationality"):
        return if_known(rule, lambda found: found in value)
    if rule == "labels_any":
        verdicts = {found[code] for code in value}
        return "met" if "met" in verdicts else "unknown" if "unknown" in verdicts else "not_met"
    if rule == "disability_types_any":
        return if_known("disability_types", lambda types: set(types) & set(value))
    if rule == "domicile":
        bases = value.get("bases") or codes.DOMICILE_BASES
        homes = list(facts.get("domicile", []))
        if screened.district and ("found" in value["bases"] if value.get("bases") else not homes):
            homes.append({"province": screened.district[:2], "basis": "found"})
        places = [
            each["province"]
            for each in homes
            if each["basis"] in bases and (each["basis"] != "found" or each["province"] in value["provinces"])
        ]
        return "unknown" if not places else "met" if set(places) & set(value["provinces"]) else "not_met"
    if rule == "care_level_max":
        return if_known("care_level", lambda level: level <= value)
    if rule == "accepts_communicable":
        order = ("none", "treated", "untreated")
        if value == "untreated":
            return "met"
        return if_known("communicable_disease", lambda found: order.index(found) <= order.index(value))
    if rule in ("accepts_severe_behaviour", "accepts_legal_case"):
        fact = rule.removeprefix("accepts_")
        return "met" if value else if_known(fact, lambda found: not found)
    if rule in ("requires_prior_process", "requires_work_ability"):
        fact = {"requires_prior_process": "prior_process_done", "requires_work_ability": "able_to_work"}[rule]
        return if_known(fact, bool) if value else "met"
    assert rule == "documents"
    lacking = set(value) - set(facts.get("documents_held", ()))
    if known("documents_held") is None or lacking == {"หนังสือรับรองจากวัด"}:
        return "unknown"
    return "not_met" if lacking else "met"


def slow_eligibility(offer: dict[str, Any], screened: Screened) -> str:
    asked = [offer["rules"], *(held["rules"] for held in offer["inherited"].values())]
    verdicts = [slow_verdict(rule, value, screened) for rules in asked for rule, value in rules.items()]
    verdicts += ["not_met" for each in screened.closed if each["path"] == offer["path"]]
    verdicts += ["not_met"] if slow_no(offer, screened) else []
    return "ineligible" if "not_met" in verdicts else "unknown" if "unknown" in verdicts else "eligible"


def slow_no(offer: dict[str, Any], screened: Screened) -> bool:
    """Whether it said no for good, and has not said since what it asks."""
    stated = [offer["rules_at"], *(held["rules_at"] for held in offer["inherited"].values())]
    return screened.declined.get(offer["programme_id"]) == RULED_OUT and max(stated) <= RULED_OUT["at"]


def slow_full(offer: dict[str, Any], screened: Screened) -> bool:
    """Whether it said that it has no place, and has not stated one since."""
    stated = offer["free"] > 0 and offer["confirmed_at"] > FULL["at"]
    return screened.declined.get(offer["programme_id"]) == FULL and not stated


def slow_place(offer: dict[str, Any], screened: Screened) -> tuple[Any, ...]:
    """The criteria of docs/contract.md in their order, smaller is better."""
    paths, path, province = list(screened.paths), offer["path"], offer["province"]
    days = (NOW.date() - moment(offer["confirmed_at"]).date()).days
    where = (
        0
        if screened.district and offer["subdistrict"] and screened.district == offer["subdistrict"][:4]
        else 1
        if province == screened.centre
        else 2
        if province in areas.neighbours(screened.centre)
        else 3
    )
    return (
        ("eligible", "unknown", "ineligible").index(slow_eligibility(offer, screened)),
        2
        if path not in paths
        else 0
        if path in (screened.paths[:1] if screened.leads is None else screened.leads)
        else 1,
        offer["under_ministry"],
        path not in screened.facts.get("wants", []),
        province not in [each["province"] for each in screened.facts.get("domicile", [])],
        offer["free"] == 0 or slow_full(offer, screened),
        2 if offer["contradicted"] or days > 90 else 1 if days > 30 else 0,
        where,
        areas.distance_km(screened.centre, province),
        offer["programme_id"] in screened.declined,
        slow_lot(screened.screening_id, offer["programme_id"]),
    )


def slow_lot(seed: str, programme_id: str) -> int:
    """SplitMix64 in plain numbers, as domain.draw says it."""
    first, second = (
        int.from_bytes(sha256(text.encode()).digest()[:8], "big") for text in (seed, programme_id)
    )
    z = ((first ^ second) + 0x9E3779B97F4A7C15) % 2**64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
    return (z ^ (z >> 31)) >> 26


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(offers, max_size=12), screenings)
def test_fast_and_slow_agree_on_verdicts_order_and_reasons(offers, screened):
    ranked = rank(Registry().updated(1, programmes(offers)), screened, NOW)
    shown = [candidate(ranked, position) for position in range(len(offers))]
    offers = [offer | {"programme_id": str(UUID(int=number))} for number, offer in enumerate(offers)]
    order = sorted(range(len(offers)), key=lambda number: slow_place(offers[number], screened))
    assert [each["programme_id"] for each in shown] == [str(UUID(int=number)) for number in order]
    for each, number in zip(shown, order, strict=True):
        assert each["verdict"] == slow_eligibility(offers[number], screened)
        shut = any(path["path"] == offers[number]["path"] for path in screened.closed)
        closed = {"path_closed": "not_met"} if shut else {}
        closed |= {"declined": "not_met"} if slow_no(offers[number], screened) else {}
        assert {
            (reason["inherited_from"], reason["rule"]): reason["verdict"] for reason in each["reasons"]
        } == {(None, rule): verdict for rule, verdict in closed.items()} | {
            (level, rule): slow_verdict(rule, value, screened)
            for level, rules in slow_levels(offers[number])
            for rule, value in rules.items()
        }
        assert all(reason["because"] for reason in each["reasons"] + each["criteria"])
    ranks = [each["rank"] for each in shown if each["verdict"] != "ineligible"]
    assert ranks == list(range(1, len(ranks) + 1))
    assert all(each["rank"] is None for each in shown if each["verdict"] == "ineligible")
    verdicts = [each["verdict"] for each in shown]
    assert ranked.counts == {name: verdicts.count(name) for name in ("eligible", "unknown", "ineligible")}
    open_of = [set(each["settles"]) for each in shown if each["verdict"] == "unknown"]
    assert {each["fact"]: (each["alone"], each["among"]) for each in ranked.settles()} == {
        fact: (open_of.count({fact}), sum(fact in each for each in open_of)) for fact in set().union(*open_of)
    }


def slow_levels(offer: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    inherited = [(level, held["rules"]) for level, held in offer["inherited"].items()]
    return [*inherited, ("programme", offer["rules"])]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.lists(offers, min_size=1, max_size=8), st.lists(offers, min_size=1, max_size=8), screenings, st.data()
)
def test_a_registry_updated_bit_by_bit_equals_one_read_at_once(offers, changes, screened, data):
    rows = programmes(offers)
    registry = Registry().updated(1, rows)
    for version, change in enumerate(changes, start=2):
        number = data.draw(st.integers(0, len(rows)))
        changed = row(str(UUID(int=number)), **change)
        rows[number : number + 1] = [changed]
        registry = registry.updated(version, [changed])
    bit_by_bit, at_once = (rank(each, screened, NOW) for each in (registry, Registry().updated(9, rows)))
    assert [bit_by_bit.standing(n) for n in range(len(rows))] == [
        at_once.standing(n) for n in range(len(rows))
    ]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(offers, max_size=12), screenings, st.integers(1, 5))
def test_pages_follow_each_other_without_gap_or_repeat(offers, screened, size):
    ranked = rank(Registry().updated(1, programmes(offers)), screened, NOW)
    seen, key, place = [], -1, -1
    while (start := ranked.after(key, place)) < len(offers):
        page = range(start, min(start + size, len(offers)))
        seen += page
        key, place = int(ranked.keys[page[-1]]), int(ranked.order[page[-1]])
    assert seen == list(range(len(offers)))


PERSON = Screened(
    case_id="case",
    centre="60",
    district="6001",
    screening_id="screening",
    rules_version="2026-01",
    facts={"domicile": [{"province": "60", "basis": "registered_house"}], "wants": ["foundation"]},
    labels=[],
    paths=["local_home", "foundation", "ministry_shelter"],
)
BEST = {
    "path": "local_home",
    "under_ministry": False,
    "province": "60",
    "subdistrict": "600105",
    "free": 1,
    "confirmed_at": "2026-03-01T03:00:00.000000Z",
    "rules": {},
}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"free": 0, "under_ministry": True}, {"rules": {"min_age": 60}}),  # eligible before unknown
        ({"under_ministry": True}, {"path": "foundation"}),  # the lead path before everything else
        (
            {"path": "ministry_shelter", "under_ministry": True},
            {"path": "hospital"},
        ),  # a screened path before others
        (
            {"path": "ministry_shelter", "under_ministry": False},
            {"path": "foundation", "under_ministry": True},
        ),
        ({"path": "foundation", "province": "50", "free": 0}, {"path": "ministry_shelter"}),  # the wish
        (
            {"free": 0},
            {"province": "61", "subdistrict": None},
        ),  # the province of domicile before a free place
        ({"confirmed_at": "2025-01-01T03:00:00.000000Z"}, {"free": 0}),  # a place before none
        ({"subdistrict": None}, {"confirmed_at": "2026-01-20T03:00:00.000000Z"}),  # fresh before ageing
        ({"confirmed_at": "2026-01-20T03:00:00.000000Z"}, {"confirmed_at": "2025-11-01T03:00:00.000000Z"}),
        (
            {"confirmed_at": "2026-01-20T03:00:00.000000Z"},
            {"contradicted": True},
        ),  # what is contradicted last
        ({}, {"subdistrict": "600201"}),  # the same district before the same province
        (
            {"province": "61", "subdistrict": None},
            {"province": "50", "subdistrict": None},
        ),  # a neighbour before far
        ({"province": "10", "subdistrict": None}, {"province": "95", "subdistrict": None}),  # then kilometres
    ],
)
def test_each_criterion_counts_in_its_turn(better, worse):
    offers = [BEST | worse, BEST | better]
    ranked = rank(Registry().updated(1, programmes(offers)), PERSON, NOW)
    assert [ranked.standing(n)[0]["programme_id"] for n in (0, 1)] == [str(UUID(int=1)), str(UUID(int=0))]


@pytest.mark.parametrize(
    ("fresher", "older", "differ"),
    [
        ("2026-03-02", "2026-01-31", False),  # 30 days exactly are fresh
        ("2026-01-31", "2026-01-30", True),
        ("2026-01-30", "2025-12-02", False),  # 90 days exactly are ageing
        ("2025-12-02", "2025-12-01", True),
    ],
)
def test_a_word_on_places_is_fresh_for_thirty_days_and_ageing_for_ninety(fresher, older, differ):
    offers = [BEST | {"confirmed_at": f"{day}T03:00:00.000000Z"} for day in (older, fresher)]
    ranked = rank(Registry().updated(1, programmes(offers)), PERSON, NOW)
    first = ranked.standing(0)[0]["confirmed_at"][:10]
    assert first == (fresher if differ else older)  # else the one that was offered first


def test_no_free_place_leaves_a_programme_eligible_and_says_so():
    ranked = rank(Registry().updated(1, programmes([BEST | {"free": 0}])), PERSON, NOW)
    shown = candidate(ranked, 0)
    assert (shown["verdict"], shown["rank"], shown["places_free"]) == ("eligible", 1, 0)
    [places] = [each for each in shown["criteria"] if each["criterion"] == "places_free"]
    assert places["verdict"] == "not_met" and places["because"].startswith("ไม่มีที่ว่าง")


def test_an_empty_registry_ranks_nothing():
    ranked = rank(Registry(), PERSON, NOW)
    assert len(ranked.order) == 0 and sum(ranked.counts.values()) == 0


@pytest.mark.parametrize(
    "bases, homes, verdict",
    [
        (["found"], [], Verdict.MET),
        (["found"], [CLAIMED], Verdict.MET),  # a home that takes whom it finds, wherever they come from
        ([], [], Verdict.MET),
        ([], [CLAIMED], Verdict.NOT_MET),  # a domicile that is known stays what it is
        (["registered_house"], [], Verdict.UNKNOWN),
    ],
)
def test_where_somebody_was_found_is_a_ground_of_domicile_that_nobody_enters_again(bases, homes, verdict):
    screened = replace(PERSON, district="6002", facts={"domicile": homes})
    wants = {"provinces": ["60", "16"]} | ({"bases": bases} if bases else {})
    known = known_of(screened, NOW.date())
    assert judge("domicile", wants, known) is verdict
    counts = verdict is Verdict.MET
    place = [{"province": "60", "basis": "found"}] if counts else []
    assert (finding("domicile", wants, known) or []) == [*homes, *place]
    elsewhere = known_of(replace(screened, district="1001"), NOW.date())
    assert judge("domicile", wants, elsewhere) is not Verdict.MET


def test_the_best_of_each_first_path_is_chosen_before_the_second_best_of_any():
    screened = replace(
        PERSON, district=None, facts={}, paths=["local_home", "foundation"], leads=["local_home"]
    )
    unknown, fits = {"rules": {"min_age": 60}}, {"rules": {}}
    kinds = [("local_home", unknown)] * 2 + [("foundation", fits)] * 2 + [("ministry_shelter", fits)]
    rows = programmes([BEST | {"path": path} | rules for path, rules in kinds])
    ranked = rank(Registry().updated(1, rows), screened, NOW)

    def chosen(paths, most):
        return [ranked.standing(each)[0]["path"] for each in ranked.best_of_paths(paths, most)]

    assert chosen(2, 1) == ["local_home"]  # although all its places are unknown, and others fit
    assert chosen(2, 3) == ["local_home", "local_home", "foundation"]
    assert chosen(3, 3) == ["local_home", "foundation", "ministry_shelter"]
    assert len(chosen(5, 9)) == 5
