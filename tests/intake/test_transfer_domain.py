"""What is decided of handing a case to another centre."""

from datetime import UTC, datetime

import pytest

from services.intake.domain import case as of_case
from services.intake.domain.case import CloseCase, ReopenCase
from services.intake.domain.transfer import (
    AcceptTransfer,
    ExpireTransfer,
    RejectTransfer,
    RequestTransfer,
    RevokeTransfer,
)
from services.intake.events import (
    CaseAssigned,
    CaseClosed,
    CaseTransferAccepted,
    CaseTransferRejected,
    CaseTransferRequested,
    CaseTransferRevoked,
)
from services.kernel.errors import Invalid
from tests.intake.samples import CASE, OPENED, PERSON
from tests.spec import Spec

case = Spec(of_case.CASE)
MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
DUE, LATER = "2026-03-11T17:00:00.000000Z", datetime(2026, 3, 11, 17, tzinfo=UTC)
ABOUT = {"channel": "police", "labels": []}
T1, T2 = "transfer-1", "transfer-2"
ask = RequestTransfer(CASE, T1, "60-2569-0001", "60", "61", "domicile", DUE, ABOUT, "โทรคุยกันแล้ว")
asked = CaseTransferRequested(
    CASE, PERSON, T1, "60-2569-0001", "60", "61", "domicile", DUE, ABOUT, "โทรคุยกันแล้ว"
)
accept = AcceptTransfer(CASE, "61", "director-61", MONDAY)
accepted = CaseTransferAccepted(CASE, T1, "60", "61", 1)
in_hands = CaseAssigned(CASE, None, "director-61", "transferred", True)
reject = RejectTransfer(CASE, "61", "no_means", None)
rejected = CaseTransferRejected(CASE, PERSON, T1, "60", "61", "no_means", None)
revoke = RevokeTransfer(CASE, "60")
revoked = CaseTransferRevoked(CASE, T1, "60", "61", "taken_back")
closed = CaseClosed(CASE, PERSON, "moved")


def test_another_centre_is_asked_once():
    case.given(OPENED).when(ask).then(asked)
    case.given(OPENED, asked).when(ask).then()


def test_while_it_waits_no_other_request_is_made():
    case.given(OPENED, asked).when(ask.__class__(**{**vars(ask), "to": "62"})).refused("wrong_state")


def test_a_closed_case_stays_where_it_is():
    case.given(OPENED, closed).when(ask).refused("case_closed")


def test_a_case_is_not_handed_to_the_centre_that_has_it():
    with pytest.raises(Invalid):
        case.given(OPENED).when(ask.__class__(**{**vars(ask), "to": "60"})).then()


def test_with_the_yes_the_case_is_in_the_hands_of_who_said_it():
    case.given(OPENED, asked).when(accept).then(accepted, in_hands)
    case.given(OPENED, asked, accepted, in_hands).when(accept).then()


def test_nobody_accepts_what_was_not_asked_or_not_of_them():
    case.given(OPENED).when(accept).refused("wrong_state")
    case.given(OPENED, asked).when(AcceptTransfer(CASE, "62", "director-62", MONDAY)).refused("wrong_state")
    case.given(OPENED, asked).when(RejectTransfer(CASE, "62", "other")).refused("wrong_state")
    case.given(OPENED, asked).when(RevokeTransfer(CASE, "61")).refused("wrong_state")


@pytest.mark.parametrize(("no", "fact"), [(reject, rejected), (revoke, revoked)])
def test_what_was_rejected_or_taken_back_is_over(no, fact):
    case.given(OPENED, asked).when(no).then(fact)
    case.given(OPENED, asked, fact).when(no).then()
    case.given(OPENED, asked, fact).when(accept).refused("wrong_state")
    anew = CaseTransferRequested(**{**vars(asked), "transfer_id": T2})
    case.given(OPENED, asked, fact).when(ask.__class__(**{**vars(ask), "transfer_id": T2})).then(anew)


def test_a_request_runs_out_at_its_end_and_not_before():
    expire = ExpireTransfer(CASE, T1, LATER)
    over = CaseTransferRevoked(CASE, T1, "60", "61", "ran_out")
    case.given(OPENED, asked).when(expire).then(over)
    case.given(OPENED, asked).when(ExpireTransfer(CASE, T1, MONDAY)).then()
    case.given(OPENED, asked).when(ExpireTransfer(CASE, T2, LATER)).then()
    case.given(OPENED, asked, accepted, in_hands).when(expire).then()
    case.given(OPENED, asked).when(AcceptTransfer(CASE, "61", "director-61", LATER)).refused("transfer_over")


def test_closing_the_case_ends_its_request():
    over = CaseTransferRevoked(CASE, T1, "60", "61", "case_closed")
    case.given(OPENED, asked).when(CloseCase(CASE, "moved")).then(closed, over)
    case.given(OPENED, asked, closed, over).when(accept).refused("wrong_state")
    case.given(OPENED, asked, closed, over).when(CloseCase(CASE, "moved")).then()


def test_there_and_back_counts_on():
    back = CaseTransferRequested(CASE, PERSON, T2, "60-2569-0001", "61", "60", "wish", DUE, ABOUT)
    home = CaseTransferAccepted(CASE, T2, "61", "60", 2)
    taken = CaseAssigned(CASE, None, "director-60", "transferred", True)
    before = (OPENED, asked, accepted, in_hands, back)
    case.given(*before).when(AcceptTransfer(CASE, "60", "director-60", MONDAY)).then(home, taken)
    case.given(*before).when(AcceptTransfer(CASE, "61", "director-61", MONDAY)).refused("wrong_state")


def test_a_case_that_was_closed_and_opened_again_may_go():
    reopened = of_case.CaseReopened(CASE, PERSON, "came_back")
    case.given(OPENED, closed, reopened).when(ask).then(asked)
    case.given(OPENED, closed).when(ReopenCase(CASE, "came_back")).then(reopened)
