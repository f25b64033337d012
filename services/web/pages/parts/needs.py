"""What a partner is told of a person (referral.disclosable), in words."""

from typing import Any

from services.codes import sentences
from services.codes.facts import FACTS
from services.referral.answers import DisclosedCodes
from services.web.pages.parts.language import _, current
from services.web.pages.parts.words import listed, province, word

ALWAYS = ("sex", "domicile")  # of the facts; each has a row of its own


def disclosure_rows(codes: DisclosedCodes) -> list[tuple[str, str]]:
    """[(what, in words)] of what a partner is told; of what it is always told something may be unknown."""
    unknown, found = _("Not known yet"), codes["found"]
    years = _("years")  # not within the f-string: before Python 3.12 nobody gathers it there
    homes = codes["domicile"] if isinstance(codes["domicile"], list) else []
    rows = [
        (_("Sex"), word("sex", codes["sex"] or "unknown")),
        (_("Age"), f"{codes['age_band']} {years}" if codes.get("age_band") else unknown),
        (_("Domicile"), listed(province(str(each)) for each in homes) or unknown),
        (_("Found in"), province(found) if isinstance(found, str) else unknown),
    ]
    return rows + [_fact(fact, codes[fact]) for fact in FACTS if fact in codes and fact not in ALWAYS]


def _fact(fact: str, value: Any) -> tuple[str, str]:
    return sentences.fact_name(fact, current()), sentences.fact_value(fact, value, current())
