"""One case sent to one programme, on a Monday; and its facts as the log keeps them."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.codes.procedure import EVERYWHERE, Deadline
from services.codes.procedure.reckoning import deadline, end_of
from services.kernel.codec import Codec
from services.kernel.envelope import Recorded, derived_id, instant
from services.referral.domain.commands import SendReferral
from services.referral.domain.life_cycle import REFERRAL
from services.referral.domain.placement import PLACEMENT
from services.referral.domain.words import Case, Plan, Programme
from services.referral.events import (
    PartnerTold,
    PersonAdmitted,
    PersonTravelling,
    PlacementConfirmed,
    PlaceSecured,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralDeclined,
    ReferralEnded,
    ReferralEnteredInError,
    ReferralExpired,
    ReferralFailed,
    ReferralSent,
    ReferralWaitlisted,
    ReferralWithdrawn,
)
from services.thai.calendar import add_working_days
from services.thai.dates import bangkok_day

REFERRAL_ID, CASE, PERSON, PROGRAMME, PARTNER, PLAN, OTHER = (str(UUID(int=n)) for n in range(1, 8))
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
CODEC = Codec((REFERRAL, PLACEMENT))

about: dict[str, Any] = {
    "referral_id": REFERRAL_ID,
    "case_id": CASE,
    "person_id": PERSON,
    "programme_id": PROGRAMME,
    "partner_id": PARTNER,
}
case = Case(CASE, PERSON, "60", closed=False, opened=instant(MONDAY))
home = Programme(PROGRAMME, PARTNER, path="local_home", kind="pao_home", under_ministry=False)
family: dict[str, Any] = {"relative": "พี่สาว", "agreed": None, "visited": "2026-03-01", "risk": None}
plan = Plan(PLAN, path="local_home", programme_ids=(), agreed=instant(MONDAY))


plan_home = Plan(PLAN, path="return_family", programme_ids=(), agreed=instant(MONDAY))


def days_after(start: datetime, days: int) -> str:
    return instant(start + timedelta(days=days))


def working(start: datetime, days: int) -> str:
    """The end of the working day so many later."""
    return end_of(add_working_days(bangkok_day(start), days))


def begins(code: str, now: datetime | None = None, channel: str | None = None) -> Deadline:
    """A deadline that begins then, as the software has it."""
    return deadline(EVERYWHERE, code, now or TUESDAY, "pao_home", channel)


def send(**changes: Any) -> SendReferral:
    usual: dict[str, Any] = {
        "referral_id": REFERRAL_ID,
        "case": case,
        "programme": home,
        "plan": plan,
        "consent": "given",
        "witness": None,
        "waitlist": False,
        "already_open": False,
        "now": MONDAY,
    }
    return SendReferral(**usual | changes)


sent = ReferralSent(
    **about,
    plan_id=PLAN,
    path="local_home",
    kind="pao_home",
    under_ministry=False,
    outside_ministry=True,
    consent="given",
    waitlist=False,
    answer_due=working(MONDAY, 10),
)
about_home: dict[str, Any] = {**about, "programme_id": None, "partner_id": None}
sent_home = ReferralSent(
    **about_home,
    plan_id=PLAN,
    path="return_family",
    kind=None,
    under_ministry=None,
    outside_ministry=None,
    consent="given",
    waitlist=False,
    answer_due=working(MONDAY, 10),
    family=family,
)
# Reserved on Tuesday: to be told by the end of Wednesday in Thailand, given back at the end of Friday.
secured = PlaceSecured(
    deadlines=[begins("tell")],
    **about,
    tell_due=working(TUESDAY, 1),
    release_due=working(TUESDAY, 3),
)
told = PartnerTold(
    **about, how="phone", answer_due=working(TUESDAY, 10), deadlines=[begins("acknowledge"), begins("answer")]
)
acknowledged = ReferralAcknowledged(**about)
accepted = ReferralAccepted(**about, deadlines=[begins("travel")])
declined = ReferralDeclined(**about, reason="cost", whose="partner")
# The sixtieth day is a Saturday, Monday a holiday.
waitlisted = ReferralWaitlisted(
    **about, answer_due=days_after(TUESDAY, 63), deadlines=[begins("waiting_list")]
)
expired = ReferralExpired(**about, was="sent")
withdrawn = ReferralWithdrawn(**about, was="sent")
travelling = PersonTravelling(**about, deadlines=[begins("arrival")])
admitted = PersonAdmitted(**about)
placed = PlacementConfirmed(**about, path="local_home", kind="pao_home", outside_ministry=True)
failed = ReferralFailed(**about, was="accepted")
ended = ReferralEnded(**about, outcome="stable", path="local_home")
entered_in_error = ReferralEnteredInError(**about, was="sent")

# A history that ends in each status, with the partner told.
FIRST = (sent, secured, told)
REACHED: dict[str, tuple[Any, ...]] = {
    "sent": FIRST,
    "acknowledged": (*FIRST, acknowledged),
    "waitlisted": (*FIRST, waitlisted),
    "accepted": (*FIRST, accepted),
    "declined": (*FIRST, declined),
    "expired": (*FIRST, expired),
    "withdrawn": (*FIRST, withdrawn),
    "travelling": (*FIRST, accepted, travelling),
    "admitted": (*FIRST, accepted, admitted),
    "placed": (*FIRST, accepted, admitted, placed),
    "ended": (*FIRST, accepted, admitted, placed, ended),
    "failed": (*FIRST, accepted, failed),
    "entered_in_error": (*FIRST, entered_in_error),
}


def again(event: Any, **changes: Any) -> Any:
    """The same kind of fact about another referral (or otherwise changed)."""
    values = {f.name: getattr(event, f.name) for f in fields(event)}
    return type(event)(**values | changes)


def own(events: Iterable[Any], start: int = 1, first: datetime = MONDAY) -> list[Recorded]:
    """Facts of our own log from position `start`, an hour apart."""
    versions: dict[str, int] = {}
    return [_own(event, position, first, versions) for position, event in enumerate(events, start)]


def _own(event: Any, position: int, first: datetime, versions: dict[str, int]) -> Recorded:
    data, hidden = CODEC.split(event)
    stream = REFERRAL.stream(event.referral_id)
    versions[stream] = versions.get(stream, 0) + 1
    return Recorded(
        source="referral",
        position=position,
        id=derived_id(OTHER, str(position)),
        type=type(event).__name__,
        stream=stream,
        version=versions[stream],
        time=instant(first + timedelta(hours=position)),
        recorded=instant(first + timedelta(hours=position)),
        centre="60",
        actor="worker-60",
        correlation=OTHER,
        causation=OTHER,
        case_id=event.case_id,
        partner_id=event.partner_id,
        data=data,
        sealed={name: f"sealed {value}" for name, value in hidden.items()},
        event=event,
    )


def heard(source: str, type: str, position: int = 1, centre: str = "60", **data: Any) -> Recorded:
    return Recorded(
        source=source,
        position=position,
        id=derived_id(OTHER, f"{source}/{position}"),
        type=type,
        stream="theirs/1",
        version=position,
        time=instant(MONDAY),
        recorded=instant(TUESDAY),
        centre=centre,
        actor="worker-60",
        correlation=OTHER,
        causation=OTHER,
        case_id=data.get("case_id"),
        partner_id=data.get("partner_id"),
        data=data,
        sealed={},
    )


def in_batches(facts: Sequence[Recorded], size: int) -> Iterable[Sequence[Recorded]]:
    return (facts[start : start + size] for start in range(0, len(facts), size))
