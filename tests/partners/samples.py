"""One partner with one programme, and facts of other services, for the tests of partners."""

from typing import Any
from uuid import UUID

from services.kernel.envelope import Recorded, derived_id
from services.partners.domain.asked import OfferProgramme, ReleasePlace, ReservePlace, TakePlace
from services.partners.events import PlaceRefused, PlaceReleased, PlaceReserved, PlaceTaken, ProgrammeOffered

PARTNER, PROGRAMME, OTHER_PROGRAMME = (str(UUID(int=n)) for n in range(1, 4))
FIRST, SECOND, THIRD, FOURTH = (str(UUID(int=n)) for n in range(11, 15))
MONDAY, TUESDAY, WEDNESDAY = (f"2026-03-0{day}T03:00:00.000000Z" for day in (2, 3, 4))


def offer(total: int = 2, free: int = 2, programme_id: str = PROGRAMME, **more: Any) -> OfferProgramme:
    home = {
        "partner_id": PARTNER,
        "partner": "บ้านพักตัวอย่าง",
        "kind": "pao_home",
        "under_ministry": False,
        "province": "60",
        "subdistrict": None,
        "name": "ที่พักผู้สูงอายุ",
        "path": "local_home",
        "rules": {"min_age": 60},
    }
    return OfferProgramme(programme_id=programme_id, total=total, free=free, **{**home, **more})


def offered(total: int = 2, free: int = 2, programme_id: str = PROGRAMME, **more: Any) -> ProgrammeOffered:
    return ProgrammeOffered(**vars(offer(total, free, programme_id, **more)))


def case_of(referral: str) -> str:
    return derived_id(referral, "case")


def reserve(
    referral: str, waitlist: bool = False, centre: str = "60", who: str | None = None
) -> ReservePlace:
    return ReservePlace(referral, case_of(referral), centre, waitlist, who=who)


def take(referral: str) -> TakePlace:
    return TakePlace(referral, case_of(referral))


def release(referral: str) -> ReleasePlace:
    return ReleasePlace(referral, case_of(referral))


def reserved(referral: str, centre: str = "60") -> PlaceReserved:
    return PlaceReserved(PROGRAMME, PARTNER, referral, case_of(referral), centre)


def refused(referral: str, waiting: bool = False, centre: str = "60") -> PlaceRefused:
    return PlaceRefused(PROGRAMME, PARTNER, referral, case_of(referral), "no_place", waiting, centre)


def taken(referral: str) -> PlaceTaken:
    return PlaceTaken(PROGRAMME, PARTNER, referral, case_of(referral))


def released(referral: str, held: Any) -> PlaceReleased:
    return PlaceReleased(PROGRAMME, PARTNER, referral, case_of(referral), held)


def recorded(source: str, type: str, data: dict[str, Any], number: int = 1, **more: Any) -> Recorded:
    """A fact as it stands in a log; `event` is given for our own."""
    usual = {
        "position": number,
        "id": str(UUID(int=1000 + number)),
        "stream": f"x/{number}",
        "version": number,
        "time": MONDAY,
        "recorded": MONDAY,
        "centre": "60",
        "actor": "worker-60",
        "correlation": str(UUID(int=5)),
        "causation": str(UUID(int=6)),
        "case_id": data.get("case_id"),
        "partner_id": data.get("partner_id"),
        "sealed": {},
    }
    return Recorded(source=source, type=type, data=data, **{**usual, **more})


def own(event: Any, number: int = 1, **more: Any) -> Recorded:
    return recorded("partners", type(event).__name__, vars(event), number, event=event, **more)


def row(programme_id: str = PROGRAMME, **more: Any) -> dict[str, Any]:
    """A programme as far as matching looks at it."""
    usual = vars(offer(programme_id=programme_id)) | {
        "confirmed_at": MONDAY,
        "contradicted": False,
        "retired": False,
        "free_for": {},
        "rules_at": MONDAY,
        "inherited": {},
    }
    return usual | more
