from services.partners.domain.asked import (
    ConfirmCapacity,
    ConfirmPlaces,
    CorrectProgramme,
    DoubtPlaces,
    ReopenProgramme,
    RetireProgramme,
    StateNoPlaces,
    VerifyProgramme,
)
from services.partners.domain.matching import MATCH, NoteMatch
from services.partners.domain.places import PROGRAMME
from services.partners.domain.proposals import (
    PROPOSAL,
    AcceptProposal,
    Change,
    DismissProposal,
    ProposeChange,
)
from services.partners.domain.registry import (
    PARTNER,
    CorrectPartner,
    RegisterPartner,
    ReopenPartner,
    RetirePartner,
    VerifyPartner,
)
from services.partners.events import (
    CapacityConfirmed,
    CapacityDoubted,
    ChangeProposed,
    PartnerCorrected,
    PartnerMatched,
    PartnerRegistered,
    PartnerReopened,
    PartnerRetired,
    PartnerVerified,
    PlaceRefused,
    ProgrammeCorrected,
    ProgrammeReopened,
    ProgrammeRetired,
    ProgrammeVerified,
    ProposalAccepted,
    ProposalDismissed,
)
from tests.partners import samples
from tests.partners.samples import (
    FIRST,
    FOURTH,
    MONDAY,
    SECOND,
    THIRD,
    TUESDAY,
    WEDNESDAY,
    offer,
    offered,
    refused,
    release,
    released,
    reserve,
    reserved,
    take,
    taken,
)
from tests.spec import Spec

partner, programme, match, proposal = Spec(PARTNER), Spec(PROGRAMME), Spec(MATCH), Spec(PROPOSAL)

HOME = (samples.PARTNER, "บ้านพักตัวอย่าง", "pao_home", False, "60", None, {"phone": "056-000-000"})
NOTED = (
    "match-1",
    "case-1",
    "screening-1",
    None,
    "2026-01",
    {"eligible": 1, "unknown": 0, "ineligible": 0},
    [],
    {"registry": 1, "programmes": 1, "programme_id": None},
)


def confirm(total: int, free: int, at: str = TUESDAY) -> ConfirmCapacity:
    return ConfirmCapacity(samples.PROGRAMME, total, free, at)


def doubted(at: str) -> CapacityDoubted:
    return CapacityDoubted(samples.PROGRAMME, samples.PARTNER, at)


def confirmed(total: int, free: int, contradicted: bool = False, at: str = TUESDAY) -> CapacityConfirmed:
    return CapacityConfirmed(samples.PROGRAMME, samples.PARTNER, total, free, contradicted, at)


def test_a_partner_is_registered():
    partner.given().when(RegisterPartner(*HOME)).then(PartnerRegistered(*HOME))


def test_registering_again_changes_nothing():
    partner.given(PartnerRegistered(*HOME)).when(RegisterPartner(*HOME)).then()


def test_a_programme_is_offered():
    programme.given().when(offer()).then(offered())


def test_offering_again_changes_nothing():
    programme.given(offered()).when(offer()).then()


def test_nothing_happens_to_a_programme_that_was_never_offered():
    for command in (confirm(1, 1), reserve(FIRST), take(FIRST), release(FIRST)):
        programme.given().when(command).refused("unknown_programme")


def test_a_partner_states_its_capacity():
    programme.given(offered(2, 1)).when(confirm(3, 2)).then(confirmed(3, 2))


def test_the_same_statement_again_changes_nothing():
    programme.given(offered(), confirmed(3, 2)).when(confirm(3, 2)).then()


def test_a_statement_made_before_the_one_that_counts_is_history_and_gives_nobody_a_place():
    full = offered(1, 0), refused(FIRST, waiting=True), confirmed(1, 0)
    earlier = CapacityConfirmed(samples.PROGRAMME, samples.PARTNER, 1, 1, False, MONDAY, True)
    programme.given(*full).when(confirm(1, 1, MONDAY)).then(earlier)
    state = PROGRAMME.decider.fold([*full, earlier])
    assert (state.ledger.free, state.stated_at) == (0, TUESDAY)


def test_a_statement_made_before_the_offer_is_history():
    told = offered(2, 0, stated_at=TUESDAY)
    earlier = CapacityConfirmed(samples.PROGRAMME, samples.PARTNER, 2, 2, False, MONDAY, True)
    programme.given(told).when(confirm(2, 2, MONDAY)).then(earlier)


def test_the_same_numbers_on_another_day_are_a_new_statement():
    programme.given(offered(), confirmed(3, 2, at=MONDAY)).when(confirm(3, 2)).then(confirmed(3, 2))


def test_of_two_statements_of_one_instant_the_one_heard_last_counts():
    programme.given(offered(), confirmed(3, 2)).when(confirm(3, 1)).then(confirmed(3, 1))


def test_a_statement_our_ledger_contradicts_is_taken_and_flagged():
    past = (offered(2, 2), reserved(FIRST), taken(FIRST))
    programme.given(*past).when(confirm(2, 2)).then(confirmed(2, 2, contradicted=True))
    programme.given(*past).when(confirm(2, 1)).then(confirmed(2, 1))


def test_an_answer_without_places_states_that_none_is_free_of_those_there_are():
    programme.given(offered(3, 2)).when(StateNoPlaces(TUESDAY)).then(confirmed(3, 0))
    programme.given(offered(3, 2), confirmed(3, 0)).when(StateNoPlaces(TUESDAY)).then()
    programme.given().when(StateNoPlaces(TUESDAY)).refused("unknown_programme")


def test_a_no_place_is_doubted_only_where_one_is_shown_until_the_places_are_stated_anew():
    stated = offered(3, 2, stated_at=MONDAY)
    doubt, again = DoubtPlaces(TUESDAY), DoubtPlaces(WEDNESDAY)
    programme.given(stated).when(doubt).then(doubted(TUESDAY))
    programme.given(stated, doubted(TUESDAY)).when(doubt).then()
    programme.given(stated, doubted(TUESDAY)).when(again).then(doubted(WEDNESDAY))
    programme.given(offered(3, 0, stated_at=MONDAY)).when(doubt).then()
    programme.given(stated, confirmed(3, 2, at=WEDNESDAY)).when(doubt).then()  # said before the statement
    late = confirmed(3, 1, at=WEDNESDAY)
    programme.given(stated, doubted(TUESDAY), late).when(DoubtPlaces(TUESDAY)).then()
    programme.given(stated, doubted(WEDNESDAY), confirmed(3, 1)).when(
        again
    ).then()  # that came before the doubt
    programme.given().when(doubt).refused("unknown_programme")
    past = (offered(3, 2), reserved(FIRST), released(FIRST, "reserved"), confirmed(3, 0))
    programme.given(*past).when(reserve(SECOND)).then(refused(SECOND))


def test_a_place_is_reserved_for_a_referral():
    programme.given(offered(1, 1)).when(reserve(FIRST)).then(reserved(FIRST))


def test_hearing_of_a_referral_again_reserves_nothing_more():
    for past in (
        [reserved(FIRST)],
        [reserved(FIRST), taken(FIRST)],
        [reserved(FIRST), released(FIRST, "reserved")],
    ):
        programme.given(offered(3, 3), *past).when(reserve(FIRST)).then()
    programme.given(offered(1, 0), refused(FIRST), confirmed(1, 1)).when(reserve(FIRST)).then()


def test_of_two_centres_that_want_the_last_place_one_is_told_no():
    last = (offered(1, 1), reserved(FIRST, "60"))
    programme.given(*last).when(reserve(SECOND, centre="61")).then(refused(SECOND, centre="61"))


def test_nobody_gets_a_place_the_partner_did_not_state_as_free():
    programme.given(offered(10, 0)).when(reserve(FIRST)).then(refused(FIRST))


def test_a_reserved_place_is_taken_once():
    programme.given(offered(), reserved(FIRST)).when(take(FIRST)).then(taken(FIRST))
    programme.given(offered(), reserved(FIRST), taken(FIRST)).when(take(FIRST)).then()


def test_a_place_nobody_holds_is_not_taken():
    programme.given(offered()).when(take(FIRST)).then()
    programme.given(offered(1, 0), refused(FIRST, waiting=True)).when(take(FIRST)).then()


def test_a_place_is_released_once():
    programme.given(offered(), reserved(FIRST)).when(release(FIRST)).then(released(FIRST, "reserved"))
    past = (offered(), reserved(FIRST), taken(FIRST))
    programme.given(*past).when(release(FIRST)).then(released(FIRST, "taken"))
    programme.given(*past, released(FIRST, "taken")).when(release(FIRST)).then()
    programme.given(offered(1, 0), refused(FIRST)).when(release(FIRST)).then()


def test_a_released_place_goes_to_whoever_waited_longest():
    past = (
        offered(1, 1),
        reserved(FIRST),
        refused(SECOND, waiting=True, centre="61"),
        refused(THIRD, waiting=True),
    )
    programme.given(*past).when(release(FIRST)).then(released(FIRST, "reserved"), reserved(SECOND, "61"))


def test_a_statement_of_more_free_places_serves_the_queue_in_turn():
    past = (offered(5, 0), *(refused(each, waiting=True) for each in (FIRST, SECOND, THIRD)))
    programme.given(*past).when(confirm(5, 2)).then(confirmed(5, 2), reserved(FIRST), reserved(SECOND))


def test_who_stops_waiting_loses_the_turn():
    past = (offered(1, 1), reserved(FIRST), refused(SECOND, waiting=True), refused(THIRD, waiting=True))
    programme.given(*past).when(release(SECOND)).then(released(SECOND, "waiting"))
    past = (*past, released(SECOND, "waiting"))
    programme.given(*past).when(release(FIRST)).then(released(FIRST, "reserved"), reserved(THIRD))


def test_after_total_is_lowered_below_what_is_held_nothing_more_is_reserved():
    past = (offered(3, 3), reserved(FIRST), reserved(SECOND), reserved(THIRD), confirmed(1, 0, True))
    programme.given(*past, released(FIRST, "reserved")).when(reserve(FOURTH)).then(refused(FOURTH))


def free(*past: object) -> int:
    return PROGRAMME.decider.fold(past).ledger.free


def test_free_is_what_was_stated_less_what_was_used_since():
    assert free(offered(5, 3)) == 3
    assert free(offered(5, 3), reserved(FIRST)) == 2
    assert free(offered(5, 3), reserved(FIRST), taken(FIRST)) == 2  # counted once
    assert free(offered(5, 3), reserved(FIRST), released(FIRST, "reserved")) == 3


def test_a_new_statement_begins_to_count_anew():
    past = (offered(5, 3), reserved(FIRST), confirmed(5, 3))
    assert free(*past) == 3
    assert free(*past, taken(FIRST)) == 2
    assert free(*past, taken(FIRST), released(FIRST, "taken")) == 3
    assert free(*past, released(FIRST, "reserved")) == 4


def test_free_never_exceeds_what_our_own_ledger_leaves():
    assert free(offered(2, 2), reserved(FIRST), confirmed(2, 2, True)) == 1
    assert free(offered(2, 2), reserved(FIRST), reserved(SECOND), confirmed(1, 1, True)) == 0


def test_a_match_is_noted_once():
    match.given().when(NoteMatch(*NOTED)).then(PartnerMatched(*NOTED))
    match.given(PartnerMatched(*NOTED)).when(NoteMatch(*NOTED)).then()


HOME_NOW = PartnerRegistered(*HOME)
RENAMED = PartnerCorrected(
    samples.PARTNER, "ชื่อใหม่", "pao_home", False, "60", None, {"phone": "056-000-000"}, ["name"],
    {"name": "บ้านพักตัวอย่าง"}, "พิมพ์ผิด",
)  # fmt: skip


def test_a_correction_says_what_stands_and_what_stood():
    partner.given(HOME_NOW).when(CorrectPartner({"name": "ชื่อใหม่"}, "พิมพ์ผิด")).then(RENAMED)


def test_a_correction_that_says_what_stands_is_nothing():
    partner.given(HOME_NOW, RENAMED).when(CorrectPartner({"name": "ชื่อใหม่"}, "พิมพ์ผิด")).then()
    partner.given(HOME_NOW).when(
        CorrectPartner({"contact": {"phone": "056-000-000", "email": None}}, "ก")
    ).then()


def test_nobody_corrects_confirms_or_retires_what_is_not_there():
    for command in (
        CorrectPartner({}, "ก"),
        VerifyPartner(("name",), MONDAY),
        RetirePartner("ก"),
        ReopenPartner(),
    ):
        partner.given().when(command).refused("unknown_partner")
    programme.given().when(RetireProgramme("ก")).refused("unknown_programme")
    proposal.given().when(AcceptProposal()).refused("unknown_proposal")


def test_what_is_confirmed_as_of_the_same_instant_again_is_nothing():
    verified = PartnerVerified(samples.PARTNER, ["contact"], MONDAY, None)
    partner.given(HOME_NOW).when(VerifyPartner(("contact",), MONDAY)).then(verified)
    partner.given(HOME_NOW, verified).when(VerifyPartner(("contact",), MONDAY)).then()
    later = PartnerVerified(samples.PARTNER, ["contact"], TUESDAY, None)
    partner.given(HOME_NOW, verified).when(VerifyPartner(("contact",), TUESDAY)).then(later)
    rules = ProgrammeVerified(samples.PROGRAMME, samples.PARTNER, ["rules"], MONDAY, None)
    programme.given(offered()).when(VerifyProgramme(("rules",), MONDAY)).then(rules)
    programme.given(offered(), rules).when(VerifyProgramme(("rules",), MONDAY)).then()


def test_a_partner_is_retired_and_taken_up_again_once():
    retired, reopened = PartnerRetired(samples.PARTNER, "ปิด"), PartnerReopened(samples.PARTNER, None)
    partner.given(HOME_NOW).when(RetirePartner("ปิด")).then(retired)
    partner.given(HOME_NOW, retired).when(RetirePartner("ปิด")).then()
    partner.given(HOME_NOW, retired).when(ReopenPartner()).then(reopened)
    partner.given(HOME_NOW, retired, reopened).when(ReopenPartner()).then()


def test_corrected_rules_are_the_whole_set():
    told = ProgrammeCorrected(
        samples.PROGRAMME, samples.PARTNER, "ที่พักผู้สูงอายุ", "local_home", {"max_age": 80}, ["rules"],
        {"rules": {"min_age": 60}}, "ถามแล้ว",
    )  # fmt: skip
    programme.given(offered()).when(CorrectProgramme({"rules": {"max_age": 80}}, "ถามแล้ว")).then(told)
    programme.given(offered(), told).when(CorrectProgramme({"rules": {"max_age": 80}}, "ถามแล้ว")).then()


def closed(with_partner: bool = False) -> ProgrammeRetired:
    return ProgrammeRetired(samples.PROGRAMME, samples.PARTNER, with_partner, "ปิด")


def opened(with_partner: bool = False) -> ProgrammeReopened:
    return ProgrammeReopened(samples.PROGRAMME, samples.PARTNER, with_partner, None)


def test_a_retired_programme_gives_no_place_and_no_turn():
    programme.given(offered()).when(RetireProgramme("ปิด")).then(closed())
    programme.given(offered(), closed()).when(RetireProgramme("ปิด")).then()
    no = PlaceRefused(
        samples.PROGRAMME, samples.PARTNER, FIRST, samples.case_of(FIRST), "retired", False, "60"
    )
    programme.given(offered(), closed()).when(reserve(FIRST, waitlist=True)).then(no)
    full = (offered(1, 1), reserved(FIRST), refused(SECOND, waiting=True), closed())
    programme.given(*full).when(release(FIRST)).then(released(FIRST, "reserved"))
    programme.given(*full, released(FIRST, "reserved")).when(ReopenProgramme()).then(
        opened(), reserved(SECOND)
    )


def test_a_partner_takes_along_only_what_was_retired_with_it():
    programme.given(offered(), closed()).when(ReopenProgramme(with_partner=True)).then()
    programme.given(offered(), closed(True)).when(ReopenProgramme(with_partner=True)).then(opened(True))
    programme.given(offered()).when(ReopenProgramme()).then()


def test_places_that_are_still_free_are_a_statement_of_what_we_show():
    held = (offered(3, 3), reserved(FIRST))
    programme.given(*held).when(ConfirmPlaces(TUESDAY)).then(confirmed(3, 2))
    programme.given(*held, confirmed(3, 2)).when(ConfirmPlaces(TUESDAY)).then()


CHANGE = Change(samples.PARTNER, None, "correct", {"name": "ข"}, "ผิด", MONDAY)
PROPOSED = ChangeProposed(
    "p", samples.PARTNER, None, "correct", {"name": "ก"}, {"name": "ข"}, "ผิด", MONDAY, "60"
)


def test_a_proposal_waits_and_is_decided_once():
    asked = ProposeChange("p", CHANGE, {"name": "ก"}, "60")
    proposal.given().when(asked).then(PROPOSED)
    proposal.given(PROPOSED).when(asked).then()
    accepted = ProposalAccepted("p", samples.PARTNER, None)
    dismissed = ProposalDismissed("p", samples.PARTNER, "ยังถูกต้อง")
    proposal.given(PROPOSED).when(AcceptProposal()).then(accepted)
    proposal.given(PROPOSED, accepted).when(AcceptProposal()).then()
    proposal.given(PROPOSED, accepted).when(DismissProposal()).refused("wrong_state")
    proposal.given(PROPOSED).when(DismissProposal("ยังถูกต้อง")).then(dismissed)
    proposal.given(PROPOSED, dismissed).when(DismissProposal()).then()
    proposal.given(PROPOSED, dismissed).when(AcceptProposal()).refused("wrong_state")
