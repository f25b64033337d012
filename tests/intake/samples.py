"""People and facts that the intake tests speak of."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.intake.domain.case import Case as CaseState
from services.intake.domain.case import OpenCase, decide
from services.intake.domain.person import Description, IdentifyPerson
from services.intake.domain.person import Person as PersonState
from services.intake.domain.person import decide as decide_person
from services.kernel.codec import Codec
from services.kernel.envelope import Recorded, derived_id

CASE, OTHER_CASE = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2))
PERSON, OTHER_PERSON = (f"00000000-0000-0000-0000-00000000001{n}" for n in (1, 2))
SOMBAT, MALEE = (f"00000000-0000-0000-0000-00000000002{n}" for n in (1, 2))  # two referrals
MONDAY = date(2026, 3, 2)

NOBODY = Description("unknown", "male", "unknown", [])
KNOWN = Description(
    "confirmed_card",
    "female",
    "thai",
    [{"province": "60", "basis": "registered_house"}],
    name={"first": "มาลี", "last": "ใจดี"},
    national_id="1609900123452",
    birth_date="1957-05-12",
)
OPEN = OpenCase(CASE, "60-2569-0001", "60", PERSON, "walk_in", "none", NOBODY, MONDAY)
OPEN_OTHER = replace(
    OPEN, case_id=OTHER_CASE, case_number="60-2569-0002", person_id=OTHER_PERSON, person=KNOWN
)
IDENTIFY = IdentifyPerson(PERSON, CASE, NOBODY, MONDAY)
IDENTIFY_OTHER = IdentifyPerson(OTHER_PERSON, OTHER_CASE, KNOWN, MONDAY)

[OPENED] = decide(OPEN, CaseState())
[OPENED_OTHER] = decide(OPEN_OTHER, CaseState())
[IDENTIFIED] = decide_person(IDENTIFY, PersonState())
[IDENTIFIED_OTHER] = decide_person(IDENTIFY_OTHER, PersonState())


def own(codec: Codec, event: Any, stream: str, version: int, recorded: str, centre: str = "60") -> Recorded:
    """A fact of intake's own log, its personal fields sealed (here: only marked)."""
    name = type(event).__name__
    data, private = codec.split(event)
    sealed = {field: f"sealed {field}" for field in private}
    return fact(
        "intake",
        name,
        data,
        recorded,
        stream,
        version,
        centre,
        codec.join(name, codec.version(name), data, sealed),
    )


def fact(
    source: str,
    type: str,
    data: dict[str, Any],
    recorded: str,
    stream: str = "",
    version: int = 1,
    centre: str = "60",
    event: Any = None,
) -> Recorded:
    id = derived_id(CASE, f"{source} {type} {recorded}")
    case_id = data.get("case_id")
    return Recorded(
        source,
        version,
        id,
        type,
        stream,
        version,
        recorded,
        recorded,
        centre,
        "worker-60",
        id,
        id,
        case_id,
        None,
        data,
        {},
        event,
    )
