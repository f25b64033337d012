"""The person of a referral as its partner may know them: codes that were told, and nothing that names anybody."""

from collections.abc import Iterator
from html import escape

from services.codes import sentences
from services.kernel.questions import Json
from services.referral.answers import DisclosedCodes
from services.web.formats.fhir import terms
from services.web.formats.fhir.terms import GENDER, URN, Thing, known

EXTENSION = f"{URN}extension:"
APART = ("sex", "age_band", "domicile", "found")  # told in their own way


def patient(id: str, codes: DisclosedCodes) -> Thing:
    """`codes`: nothing before the partner was told of the person, and nothing any more once the referral is over."""
    sex = codes.get("sex")
    return known(
        resourceType="Patient",
        id=id,
        text=_text(codes) if codes else None,
        extension=list(_extensions(codes)),
        gender=GENDER.get(sex) if isinstance(sex, str) else None,
    )


def _text(codes: DisclosedCodes) -> Thing:
    rows = "".join(
        f"<li>{escape(what)}: {escape(words)}</li>" for what, words in sentences.disclosed(codes, "th")
    )
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{rows}</ul></div>'}


def _extensions(codes: DisclosedCodes) -> Iterator[Thing]:
    age, found, homes = codes.get("age_band"), codes.get("found"), codes.get("domicile")
    if isinstance(age, str):
        yield {"url": f"{EXTENSION}age-band", "valueString": age}
    for home in homes if isinstance(homes, list) else ():
        yield {"url": f"{EXTENSION}domicile", "valueCoding": terms.province(str(home))}
    if isinstance(found, str):
        yield {"url": f"{EXTENSION}found-in", "valueCoding": terms.province(found)}
    for fact, value in codes.items():
        if fact not in APART and value not in (None, []):
            values = value if isinstance(value, list) else [value]
            parts: list[Json] = [{"url": "fact", "valueCode": fact}]
            parts += [{"url": "value", **_value(each)} for each in values]
            yield {"url": f"{EXTENSION}fact", "extension": parts}


def _value(value: Json) -> Thing:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    return {"valueInteger": value} if isinstance(value, int) else {"valueCode": str(value)}
