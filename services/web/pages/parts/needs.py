"""What a partner is told of a person (referral.disclosable), in words."""

from services.codes import sentences
from services.referral.answers import DisclosedCodes
from services.web.pages.parts.language import current


def disclosure_rows(codes: DisclosedCodes) -> list[tuple[str, str]]:
    """[(what, in words)], in the reader's language."""
    return sentences.disclosed(codes, current())


def disclosed_name(fact: str) -> str:
    """What a partner was told of, by its name in `disclosure`."""
    if fact == "found":
        return sentences.FOUND_IN.in_language(current())
    return sentences.fact_name("age" if fact == "age_band" else fact, current())
