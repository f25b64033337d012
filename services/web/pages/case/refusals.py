"""A partner's no as who decides about it reads it: what was said, what follows, and whether it is theirs to accept."""

from services.referral.answers import HistoryItem, Referral, ReferralWithHistory
from services.web.pages.frame import visit
from services.web.pages.parts.language import _, later
from services.web.pages.parts.reasons import effect
from services.web.pages.parts.words import word

OWN_WORDS = {"link": later("by its link"), "system": later("by its account")}  # a partner's own


def reviews(referral: Referral) -> bool:
    """Whether the reader is who accepts the no or sends it back."""
    return referral["in_review"] and visit.caller().role == "director"


def consequences(referral: ReferralWithHistory) -> tuple[str, str] | None:
    """(what follows from the no, what to do about it), in words; before a director's review, what would follow."""
    if referral["status"] != "declined" or referral["programme_id"] is None:
        return None
    if referral["final_at"] and not referral["in_review"]:
        return None
    no = _no(referral)
    return effect(no["reason"], no["whose"]), word("decline_advice", no["reason"])


def _no(referral: ReferralWithHistory) -> HistoryItem:
    """The latest answer that the partner does not take the person."""
    return next(row for row in reversed(referral["history"]) if "reason" in row)


def in_words(referral: ReferralWithHistory) -> str:
    no = _no(referral)
    said = f"{word('decline_reason', no['reason'])} ({word('whose', no['whose'])})"
    return " · ".join(filter(None, (said, remarks(no))))


def remarks(row: HistoryItem) -> str:
    """Who said it, how, and what was noted."""
    channel = row.get("by_channel")
    parts = [
        _("said by %(who)s") % {"who": row["said_by"]} if row.get("said_by") else "",
        (_(OWN_WORDS[channel]) if channel in OWN_WORDS else word("answer_channel", channel))
        if channel
        else "",
        word("consent", row["consent"]) if row.get("consent") else "",
        _("brought by %(who)s") % {"who": row["escort"]} if row.get("escort") else "",
        _("handed over to %(who)s") % {"who": row["handed_to"]} if row.get("handed_to") else "",
        f"“{row['wellbeing']}”" if row.get("wellbeing") else "",
        row.get("note") or "",
    ]
    return " · ".join(filter(None, parts))
