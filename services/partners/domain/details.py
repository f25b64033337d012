"""Details stand beside the fields of a partner or programme, each None while nothing is known of it; facts carry those
that are known, together."""

from collections.abc import Collection, Mapping
from typing import Any

from services.codes.details import OF_PARTNER, OF_PROGRAMME, Detail
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


def complete(
    row: Mapping[str, Json], known: Mapping[str, Json], details: Mapping[str, Detail]
) -> dict[str, Json]:
    """What a row says, with what it leaves out of a record as it is known, and records that it leaves out at the end of
    a list as they are."""
    records = [code for code, detail in details.items() if code in row and not detail.is_plain]
    return {**row, **{code: _complete(row[code], known.get(code)) for code in records}}


def _complete(new: Json, known: Json) -> Json:
    if isinstance(new, dict) and isinstance(known, dict):
        return {**known, **new}
    if isinstance(new, list) and isinstance(known, list):
        return [*map(_complete, new, known), *new[len(known) :], *known[len(new) :]]
    return new
