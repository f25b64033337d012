"""Who belongs to a centre's working group, without any door."""

import pytest

from services.kernel.errors import Invalid
from services.screening.domain.membership import GROUP, AppointMember, EndMembership
from services.screening.events import MemberAppointed, MembershipEnded
from tests.spec import Spec

group = Spec(GROUP)
CHAIR = MemberAppointed("60", "m-1", "director-60", "chair", "2026-01-01", None, "sealed")
DOCTOR = MemberAppointed("60", "m-2", None, "specialist", "2026-01-01", "2026-06-30", "sealed")


def appointing(member_id="m-3", user=None, since="2026-07-01", until=None):
    return AppointMember(member_id, "60", user, "นางแก้ว", "member", since, until)


def refused(command, *past):
    with pytest.raises(Invalid) as error:
        GROUP.decider.decide(command, GROUP.decider.fold(past))
    return [*error.value.errors]


def test_a_member_is_appointed_once():
    appointed = MemberAppointed("60", "m-3", None, "member", "2026-07-01", None, "นางแก้ว")
    group.given(CHAIR, DOCTOR).when(appointing()).then(appointed)
    group.given(CHAIR, appointed).when(appointing()).then()


def test_nobody_leaves_before_they_came():
    assert refused(appointing(until="2026-06-30")) == ["until"]
    assert refused(EndMembership("m-1", "2025-12-31"), CHAIR) == ["until"]


def test_an_account_is_a_member_once_at_a_time():
    again = appointing(user="director-60")
    assert refused(again, CHAIR) == ["user"]
    left = MembershipEnded("60", "m-1", "2026-06-30")
    appointed = MemberAppointed("60", "m-3", "director-60", "member", "2026-07-01", None, "นางแก้ว")
    group.given(CHAIR, left).when(again).then(appointed)
    assert refused(appointing(user="director-60", since="2026-06-30"), CHAIR, left) == ["user"]


def test_a_last_day_may_be_set_anew():
    group.given(DOCTOR).when(EndMembership("m-2", "2026-03-31")).then(
        MembershipEnded("60", "m-2", "2026-03-31")
    )
    group.given(DOCTOR).when(EndMembership("m-2", "2026-06-30")).then()
    group.given(DOCTOR).when(EndMembership("m-9", "2026-06-30")).refused("wrong_state")
