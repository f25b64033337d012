"""What is shown of a place that was ranked: reasons, criteria in their order, past answers."""

from dataclasses import replace
from uuid import UUID

from services.partners.domain.candidates import candidate
from services.partners.domain.offers import Registry
from services.partners.domain.ranking import rank
from tests.partners.samples import MONDAY
from tests.partners.test_ranking import BEST, NO, NOW, PERSON, programmes


def test_the_criteria_are_shown_in_their_order():
    shown = candidate(rank(Registry().updated(1, programmes([BEST])), PERSON, NOW), 0)
    names = [
        "path", "outside_ministry", "wish", "home_province", "places_free", "freshness", "distance", "past_answer",
        "draw",
    ]  # fmt: skip
    assert [each["criterion"] for each in shown["criteria"]] == names


def test_a_specific_law_is_named_only_where_one_leads():
    without = replace(PERSON, leads=[])
    shown = candidate(rank(Registry().updated(1, programmes([BEST])), without, NOW), 0)
    assert shown["criteria"][0]["criterion"] == "screened_path"
    assert "กฎหมาย" not in shown["criteria"][0]["because"]


def test_every_path_that_a_law_opens_leads_also_behind_a_danger():
    urgent = replace(PERSON, paths=["hospital", "local_home"], leads=["local_home"])
    offers = [BEST | {"path": "hospital"}, BEST]
    ranked = rank(Registry().updated(1, programmes(offers)), urgent, NOW)
    assert ranked.standing(0)[0]["path"] == "local_home"


def test_a_path_that_screening_closed_is_closed_here_with_its_reason():
    because = {"th": "คืนสู่ญาติที่พร้อมดูแลเท่านั้น", "en": "Only to relatives who are willing."}
    closed = replace(PERSON, closed=[{"path": "local_home", "because": because, "never": True}])
    shown = candidate(rank(Registry().updated(1, programmes([BEST])), closed, NOW), 0)
    assert (shown["verdict"], shown["rank"]) == ("ineligible", None)
    [reason] = shown["reasons"]
    assert shown["near_miss"] == [] and reason["inherited_from"] is None
    assert (reason["rule"], reason["verdict"]) == ("path_closed", "not_met")
    assert because["th"] in reason["because"] and "กฎหมายห้าม" in reason["because"]


def test_a_no_that_stands_is_shown_and_decides_only_between_equals():
    first = str(UUID(int=0))
    said_no = replace(PERSON, declined={first: NO}, past={first: [NO]})
    offers = [BEST, BEST, BEST | {"free": 0}]
    ranked = rank(Registry().updated(1, programmes(offers)), said_no, NOW)
    assert [ranked.standing(n)[0]["programme_id"] for n in range(3)] == [str(UUID(int=n)) for n in (1, 0, 2)]
    shown = candidate(ranked, 1)
    assert shown["verdict"] == "eligible" and shown["past"] == [NO]
    assert (
        shown["criteria"][-2]["criterion"] == "past_answer" and shown["criteria"][-2]["verdict"] == "not_met"
    )
    assert "พฤติกรรม" in shown["criteria"][-2]["because"]


def test_an_age_of_an_earlier_day_may_have_grown_by_a_birthday():
    offers = [BEST | {"rules": {"min_age": 60}}]
    young = replace(PERSON, facts={"age": {"on": "2026-02-01", "min": 59, "max": 59}})
    assert candidate(rank(Registry().updated(1, programmes(offers)), young, NOW), 0)["verdict"] == "unknown"
    looks = replace(PERSON, facts={"age": {"on": "2026-03-02", "min": 58, "max": 58, "margin": 5}})
    assert candidate(rank(Registry().updated(1, programmes(offers)), looks, NOW), 0)["verdict"] == "unknown"


def test_how_old_a_word_on_places_is_is_counted_in_days_of_thailand():
    early = [
        BEST | {"confirmed_at": f"2026-01-{day}T17:30:00.000000Z"} for day in (29, 30)
    ]  # half past midnight
    ranked = rank(Registry().updated(1, programmes(early)), PERSON, NOW)
    shown = [candidate(ranked, place) for place in (0, 1)]
    fresh = [each for one in shown for each in one["criteria"] if each["criterion"] == "freshness"]
    assert [(each["found"]["days"], each["verdict"]) for each in fresh] == [(30, "met"), (31, "not_met")]


def test_how_far_the_number_of_places_can_be_relied_on_is_said():
    day = "2026-01-20T03:00:00.000000Z"
    offers = [BEST, BEST | {"confirmed_at": day}, BEST | {"confirmed_at": day, "contradicted": True}]
    ranked = rank(Registry().updated(1, programmes(offers)), PERSON, NOW)
    shown = [candidate(ranked, place) for place in range(3)]
    assert [each["confidence"]["class"] for each in shown] == ["fresh", "ageing", "ageing"]
    assert shown[2]["confidence"] == {"stated_at": day, "class": "ageing", "contradicted": True}
    [fresh] = [each for each in shown[2]["criteria"] if each["criterion"] == "freshness"]
    assert fresh["verdict"] == "not_met" and fresh["because"].endswith("แต่ไม่ตรงกับที่ทราบภายหลัง")


def criteria(offer, screened=PERSON):
    """{criterion: (verdict, what was found)} of a single programme."""
    shown = candidate(rank(Registry().updated(1, programmes([offer])), screened, NOW), 0)
    return {each["criterion"]: (each["verdict"], each["found"]) for each in shown["criteria"]}


def test_each_criterion_says_what_was_found_and_whether_that_is_met():
    best = criteria(BEST)
    assert best["path"] == ("met", {"path": "local_home", "place": "lead"})
    assert best["outside_ministry"] == ("met", True) and best["home_province"] == ("met", True)
    assert best["wish"] == ("not_met", False) and best["places_free"] == (
        "met",
        {"free": 1, "days": 1, "known": True},
    )
    assert best["freshness"] == ("met", {"days": 1, "contradicted": False})
    assert best["distance"] == ("met", {"near": "same_district", "kilometres": 0})
    assert (
        best["past_answer"] == ("met", None)
        and best["draw"][0] == "met"
        and 0 <= best["draw"][1]["lot"] < 2**38
    )


def test_a_criterion_of_which_nothing_is_known_is_neither_met_nor_not():
    nobody = criteria(BEST, replace(PERSON, facts={}, district=None))
    assert nobody["wish"] == ("unknown", None) and nobody["home_province"] == ("unknown", None)
    assert nobody["distance"] == ("met", {"near": "same_province", "kilometres": 0})


def test_a_criterion_that_is_not_met_says_so():
    wished = criteria(BEST | {"path": "foundation", "under_ministry": True})
    assert wished["wish"] == ("met", True) and wished["outside_ministry"] == ("not_met", False)
    assert wished["path"] == ("not_met", {"path": "foundation", "place": "screened"})
    far = criteria(BEST | {"province": "50", "subdistrict": None, "free": 0})
    assert far["home_province"] == ("not_met", False) and far["places_free"][0] == "not_met"
    assert far["distance"][0] == "not_met" and far["distance"][1]["near"] == "farther"
    near = criteria(BEST | {"province": "61", "subdistrict": None})["distance"]
    assert near[0] == "not_met" and near[1]["near"] == "neighbouring_province" and near[1]["kilometres"] > 0
    other = criteria(BEST | {"subdistrict": "600201"})["distance"]
    assert other == ("met", {"near": "same_province", "kilometres": 0})


def test_only_the_candidates_with_all_that_is_asked_for_are_found_best_first():
    offers = [
        BEST | {"rules": {"min_age": 60}},  # unknown
        BEST | {"province": "61", "subdistrict": None},
        BEST | {"path": "foundation", "under_ministry": True},
        BEST | {"path": "foundation"},
        BEST,
    ]
    ranked = rank(Registry().updated(1, programmes(offers)), PERSON, NOW)

    def where(**wanted):
        return [int(ranked.order[position]) for position in ranked.where(**wanted)]

    assert where() == [4, 1, 3, 2, 0] and [ranked.position(str(UUID(int=n))) for n in where()] == [
        0,
        1,
        2,
        3,
        4,
    ]
    assert where(verdict="eligible") == [4, 1, 3, 2] and where(verdict="unknown") == [0]
    assert where(path="foundation") == [3, 2] and where(province="61") == [1]
    assert where(path="foundation", outside=True) == [3] and where(outside=True) == [4, 1, 3, 0]
    assert where(province="61", path="foundation") == [] and where(verdict="unknown", province="60") == [0]
    some = [str(UUID(int=n)) for n in (0, 3, 77)]
    assert where(programme_ids=some) == [3, 0] and where(programme_ids=[]) == []
    assert where(programme_ids=some, path="foundation") == [3]
    counted = ranked.by_province(ranked.where())
    assert counted == {
        "60": {"eligible": 3, "unknown": 1, "ineligible": 0},
        "61": {"eligible": 1, "unknown": 0, "ineligible": 0},
    }
    assert ranked.by_province(ranked.where(province="61")) == {"61": counted["61"]}
    assert ranked.by_province(ranked.where(path="hospital")) == {}
    assert ranked.counts == {"eligible": 4, "unknown": 1, "ineligible": 0}


def one(offer, **changes):
    """A single programme as it is shown to a person of whom some things are otherwise."""
    return candidate(
        rank(Registry().updated(1, programmes([BEST | offer])), replace(PERSON, **changes), NOW), 0
    )


def near(offer, facts):
    return [(each["rule"], each["wants"], each["found"]) for each in one(offer, facts=facts)["near_miss"]]


OLD, YOUNG = "2024-01-01T03:00:00.000000Z", "2026-01-01T03:00:00.000000Z"


def test_rules_of_the_network_the_organisation_and_the_programme_must_all_hold_and_say_whose_they_are():
    levels = {
        "network": {"rules": {"nationality": ["thai"]}, "rules_at": OLD},
        "organisation": {"rules": {"min_age": 60}, "rules_at": YOUNG},
    }
    facts = {"nationality": "thai", "age": {"on": "2026-03-02", "min": 61, "max": 61}}
    shown = one({"rules": {"min_age": 65}, "inherited": levels}, facts=facts)
    assert shown["verdict"] == "ineligible"
    assert [
        (each["rule"], each["verdict"], each["inherited_from"], each["confirmed_at"])
        for each in shown["reasons"]
    ] == [
        ("nationality", "met", "network", OLD),
        ("min_age", "met", "organisation", YOUNG),
        ("min_age", "not_met", "programme", MONDAY),
    ]
    assert one({"inherited": levels}, facts=facts)["verdict"] == "eligible"


def test_a_reason_names_the_fact_that_says_what_was_found():
    source = {"event_id": "e", "type": "ScreeningCompleted", "at": YOUNG}
    rules = {"min_age": 60, "care_level_max": 1}
    facts = {"age": {"on": "2026-03-02", "min": 61, "max": 61}}
    known, unknown = one({"rules": rules}, facts=facts, source=source)["reasons"]
    assert (known["source"], unknown["source"]) == (source, None)


def test_what_is_unknown_names_the_facts_that_settle_it():
    labels = [{"code": "destitute_a", "verdict": "unknown", "ask": ["housing", "age"]}]
    offer = {"rules": {"min_age": 60, "labels_any": ["destitute_a"], "sex": ["male"]}}
    assert one(offer, facts={"sex": "male"}, labels=labels)["settles"] == ["age", "housing"]
    assert one(offer, facts={"sex": "female"}, labels=labels)["settles"] == []


def test_one_paper_one_place_or_a_process_is_a_near_miss():
    papers = {"rules": {"documents": ["id_card", "house_registration"]}}
    held = {"documents_held": ["id_card"]}
    assert near(papers, held) == [("documents", "house_registration", ["id_card"])]
    assert near({"free": 0}, {}) == [("places_free", 1, 0)]
    assert near(papers | {"free": 0}, held) == [
        ("documents", "house_registration", ["id_card"]), ("places_free", 1, 0),
    ]  # fmt: skip
    process = {"rules": {"requires_prior_process": True}}
    assert near(process, {"prior_process_done": False}) == [("requires_prior_process", True, False)]
    ill = {"rules": {"accepts_communicable": "treated"}}
    assert near(ill, {"communicable_disease": "untreated"}) == [
        ("accepts_communicable", "treated", "untreated")
    ]
    assert "รักษา" in one(ill, facts={"communicable_disease": "untreated"})["near_miss"][0]["because"]


def test_what_needs_more_than_two_changes_or_what_nobody_can_change_is_not_near():
    papers = {"documents": ["id_card", "house_registration", "disability_card"]}
    assert near({"rules": papers}, {"documents_held": []}) == []
    assert near({"rules": {"sex": ["male"]}}, {"sex": "female"}) == []
    assert near({"rules": {"min_age": 60}}, {"age": {"on": "2026-03-02", "min": 59, "max": 59}}) == []
    both = {"rules": {"sex": ["male"], "requires_prior_process": True}}
    assert near(both, {"sex": "female", "prior_process_done": False}) == []
    assert near({"rules": {}}, {}) == []


def test_a_rule_of_which_the_word_is_old_is_worth_asking_anew_by_one_level():
    some_help = {"rules": {"care_level_max": 1}, "rules_at": OLD}
    assert near(some_help, {"care_level": 2}) == [("care_level_max", 1, 2)]
    assert near(some_help, {"care_level": 3}) == []
    assert near(some_help | {"rules_at": YOUNG}, {"care_level": 2}) == []
    homes = [{"province": "60", "basis": "registered_house"}]
    elsewhere = {"rules": {"domicile": {"provinces": ["61"]}}, "rules_at": OLD}
    assert near(elsewhere, {"domicile": homes}) == [("domicile", {"provinces": ["61"]}, homes)]
