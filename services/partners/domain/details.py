"""Details stand beside the fields of a partner or programme, each None while nothing is known of it; facts carry those
that are known, together."""

from collections.abc import Collection, Mapping
from typing import Any

from services.codes.details import OF_PARTNER, OF_PROGRAMME
from services.kernel.questions import Json
from services.partners.events import PartnerDetails, ProgrammeDetails

PEOPLE = "people"  # what facts carry apart, for nobody else reads it
PARTNER_DETAILS = tuple(code for code in OF_PARTNER if code != PEOPLE)
PROGRAMME_DETAILS = tuple(OF_PROGRAMME)


def apart(details: PartnerDetails | ProgrammeDetails, codes: Collection[str]) -> dict[str, Json]:
    """What a fact carries together, as fields."""
    known: Any = details
    return {code: known.get(code) for code in codes}


def together(fields: Mapping[str, Json], codes: Collection[str]) -> Any:
    """Fields as arguments of a fact."""
    own = {name: value for name, value in fields.items() if name not in codes}
    details = {code: fields[code] for code in codes if fields[code] is not None}
    return {**own, "details": details}
