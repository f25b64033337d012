"""What a partner is told of a person (referral.disclosable), in words."""

from services.codes import sentences
from services.referral.answers import DisclosedCodes
from services.web.pages.parts.language import current


def disclosure_rows(codes: DisclosedCodes) -> list[tuple[str, str]]:
    """[(what, in words)], in the reader's language."""
    return sentences.disclosed(codes, current())
