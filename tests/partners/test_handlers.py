from uuid import UUID

from services.partners import handlers, schemas
from services.partners.domain.asked import DoubtPlaces, ReleasePlace, ReservePlace, StateNoPlaces, TakePlace
from services.partners.domain.matching import MATCH
from services.partners.domain.offers import Registry
from services.partners.domain.places import PROGRAMME
from services.partners.domain.ranking import Screened
from tests.partners import samples
from tests.partners.samples import FIRST, recorded, row

CASE, PLAN = "case-1", "plan-1"
SCREENED = Screened(
    case_id=CASE,
    centre="60",
    district=None,
    screening_id="screening-1",
    rules_version="2569-1",
    facts={"age": {"on": "2026-03-02", "min": 70, "max": 70}},
    labels=[],
    paths=["local_home"],
)
COMPLETED = recorded("screening", "ScreeningCompleted", {"case_id": CASE})
SENT = recorded("referral", "ReferralSent", {"case_id": CASE}, centre="61")
ABOUT = {"referral_id": FIRST, "case_id": CASE, "programme_id": samples.PROGRAMME}
NO = {**ABOUT, "reason": "cost", "whose": "partner"}


def registry(count: int) -> Registry:
    """The last programme takes nobody under 99."""
    rows = [row(str(UUID(int=number)), rules={}) for number in range(count - 1)]
    return Registry().updated(7, [*rows, row(str(UUID(int=count - 1)), rules={"min_age": 99})])


def test_a_screening_is_matched_against_the_whole_registry():
    [do] = handlers.when_screened(COMPLETED, CASE, registry(3), SCREENED)
    assert (do.aggregate, do.id) == (MATCH, CASE)
    assert do.command.counts == {"eligible": 2, "unknown": 0, "ineligible": 1}
    assert do.command.inputs == {
        "registry": 7, "programmes": 3, "programme_id": None, "draw": "screening-1", "at": samples.MONDAY,
        "district": None, "past": [],
    }  # fmt: skip
    assert [(each["verdict"], each["rank"]) for each in do.command.candidates] == [
        ("eligible", 1),
        ("eligible", 2),
        ("ineligible", None),
    ]
    assert (do.command.screening_id, do.command.plan_id, do.command.rules_version) == (
        "screening-1",
        None,
        "2569-1",
    )


def test_only_the_best_fifty_are_noted():
    [do] = handlers.when_screened(COMPLETED, CASE, registry(60), SCREENED)
    assert len(do.command.candidates) == 50 and sum(do.command.counts.values()) == 60


def test_a_plan_that_chooses_a_programme_notes_it_with_where_it_stood():
    agreed = recorded("screening", "PlanAgreed", {"case_id": CASE}, number=2)
    chosen = str(UUID(int=59))
    [do] = handlers.when_planned(agreed, CASE, PLAN, chosen, registry(60), SCREENED)
    assert (do.command.plan_id, do.command.inputs["programme_id"]) == (PLAN, chosen)
    assert len(do.command.candidates) == 50
    last = do.command.candidates[-1]
    assert (last["programme_id"], last["verdict"], last["rank"]) == (chosen, "ineligible", None)


def test_a_plan_without_a_programme_used_no_match():
    assert list(handlers.when_planned(COMPLETED, CASE, PLAN, None, registry(3), SCREENED)) == []


def test_the_same_fact_gives_the_same_match():
    first, again = (list(handlers.when_screened(COMPLETED, CASE, registry(3), SCREENED)) for _ in range(2))
    assert first == again


def test_a_referral_asks_for_a_place_for_its_own_centre():
    [do] = handlers.when_sent(SENT, **ABOUT, waitlist=True, who="women")
    assert (do.aggregate, do.id) == (PROGRAMME, samples.PROGRAMME)
    assert do.command == ReservePlace(FIRST, CASE, "61", True, who="women")


def test_an_accepted_referral_takes_its_place_and_one_that_is_over_gives_it_back():
    [take] = handlers.when_accepted(SENT, **ABOUT)
    [release] = handlers.when_over(SENT, **ABOUT)
    assert (take.command, release.command) == (TakePlace(FIRST, CASE), ReleasePlace(FIRST, CASE))


def test_a_partner_that_has_no_more_places_says_so_after_its_place_came_back():
    release, state = handlers.when_declined(SENT, **NO, no_more_places=True)
    assert (release.command, state.command) == (ReleasePlace(FIRST, CASE), StateNoPlaces(SENT.time))
    [waits] = handlers.when_waitlisted(SENT, **ABOUT, no_more_places=True)
    assert waits == state
    assert [do.command for do in handlers.when_declined(SENT, **NO, no_more_places=False)] == [
        release.command
    ]
    assert list(handlers.when_waitlisted(SENT, **ABOUT, no_more_places=False)) == []


def test_a_no_that_may_still_be_taken_back_frees_nothing_until_it_is_settled():
    no = ABOUT | {"no_more_places": True, "final_at": "2026-03-02T09:15:00.000000Z"}
    loaded = schemas.Decline().load(no)
    assert list(handlers.when_declined(SENT, **loaded)) == []
    settled = schemas.Decline().load(ABOUT | {"no_more_places": True})
    assert len(list(handlers.when_declined(SENT, **settled))) == 2


def test_a_partner_that_has_no_place_for_one_speaks_against_the_places_that_are_shown():
    def told(**no):
        return [do.command for do in handlers.when_declined(SENT, **NO | {"no_more_places": False} | no)]

    back = ReleasePlace(FIRST, CASE)
    assert told(reason="no_place") == [back, DoubtPlaces(SENT.time)]
    assert told(reason="no_place", whose="system") == told() == [back]
    assert told(reason="no_place", no_more_places=True) == [back, StateNoPlaces(SENT.time)]
    unsettled = schemas.Decline().load(NO | {"reason": "no_place", "final_at": "2026-03-02T09:15:00.000000Z"})
    assert list(handlers.when_declined(SENT, **unsettled)) == []


def test_a_return_to_the_family_is_no_business_of_any_programme():
    home = {**ABOUT, "programme_id": None}
    assert not list(handlers.when_sent(SENT, **home, waitlist=False, who=None))
    assert not list(handlers.when_accepted(SENT, **home))
    assert not list(handlers.when_over(SENT, **home))
    no = {**home, "no_more_places": True, "reason": "no_place", "whose": "partner"}
    assert not list(handlers.when_declined(SENT, **no))
