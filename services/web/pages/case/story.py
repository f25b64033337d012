"""What happened in a case, in plain sentences."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from services.partners.answers import ProgrammeName
from services.referral.answers import HistoryItem
from services.reporting.answers import StoryItem
from services.web.pages.parts.language import _, later, ngettext
from services.web.pages.parts.words import day, province, word

CLOSING = (
    ("goal_reached", later("The goals were reached")),
    ("advice_given", later("Advice was given, nothing more is needed")),
    ("moved", later("The person moved away")),
    ("left", later("The person left")),
    ("left_before_screening", later("The person left before screening")),
    ("lost_contact", later("Contact was lost")),
    ("no_answer_found", later("No place was found")),
    ("died", later("The person died")),
    ("other", later("Another reason")),
)
REOPENING = (
    ("came_back", later("The person came back")),
    ("more_help", later("More help is needed")),
    ("closed_in_error", later("It was closed by mistake")),
    ("other", later("Another reason")),
)
REASONS = dict(CLOSING + REOPENING)


Data = Mapping[str, Any]


def _place(data: Data, programmes: Mapping[str, ProgrammeName]) -> str:
    known = programmes.get(data.get("programme_id") or "")
    return f"{known['programme']} · {known['partner']}" if known else ""


def _reason(data: Data) -> str:
    return word("decline_reason", data["reason"]) if data.get("reason") else ""


def _why(data: Data) -> str:
    """Why a case was closed or opened again; not every reader is told."""
    reason: str = data.get("reason") or ""
    return _(REASONS.get(reason, reason)) if reason else ""


def _assigned(data: Data) -> str:
    """From whom to whom, and why; who may not see the case is not told."""
    if "to_user" not in data:
        return ""
    to_user = data["to_user"] or _("the centre's directors")
    hands = f"{data['from_user']} → {to_user}" if data["from_user"] else to_user
    return f"{hands} · {word('assignment', data['reason'])}"


def _votes(data: Data) -> str:
    votes: Mapping[str, int] = data["votes"]
    return _("%(agree)s agree, %(dissent)s dissent, %(abstain)s abstain") % votes


def _met(data: Data) -> str:
    met = [word("label", label["code"]) for label in data.get("labels", ()) if label["verdict"] == "met"]
    return ", ".join(met)


def _counts(data: Data) -> str:
    count = data["counts"]["eligible"]
    return ngettext("%(n)s place fits", "%(n)s places fit", count) % {"n": count}


def _work(data: Data) -> str:
    said = _("Still in place") if data["in_place"] else _("No longer in place")
    work = data.get("work")
    if not work:
        return said
    income = work.get("income_baht_month")
    earned = _("%(baht)s baht a month") % {"baht": f"{income:,}"} if income is not None else ""
    return " · ".join(filter(None, (said, word("work_kind", work["kind"]), earned)))


def _description(data: Data) -> str:
    parts = [word("identity_status", data["identity_status"]), word("sex", data["sex"])]
    parts += [word("nationality", data["nationality"])]
    return " · ".join(parts + [province(row["province"]) for row in data["domicile"][:2]])


PARTS_OF_PERSON = {
    "identity_status": later("Identity"), "sex": later("Sex"), "nationality": later("Nationality"),
    "domicile": later("Domicile"),
    "name": later("Name"), "national_id": later("Identity number"), "birth_date": later("Birth date"),
    "age_band": later("Age"),
}  # fmt: skip


def _corrected(data: Data) -> str:
    """Why, what is not as before, and what the open parts are now."""
    parts = ", ".join(_(PARTS_OF_PERSON.get(part, part)) for part in data["changed"])
    return f"{word('correction', data['reason'])}: {parts} · {_description(data)}"


# What happened -> its sentence; what it says further, from the fact's codes.
STORY: Mapping[str, tuple[str, Callable[[Data], str] | None]] = {
    "CaseOpened": (later("The case was opened"),
        lambda d: f"{word('channel', d['channel'])} · {word('danger', d['danger'])}"),
    "PersonIdentified": (later("The person was described"), _description),
    "PersonCorrected": (later("The person's details were corrected"), _corrected),
    "ConsentRecorded": (later("Consent was recorded"), lambda d: consent(d["status"])),
    "CaseAssigned": (later("Somebody else answers for the case"), _assigned),
    "CaseClosed": (later("The case was closed"), _why),
    "CaseReopened": (later("The case was opened again"), _why),
    "ScreeningStarted": (later("A screening is due"), None),
    "ScreeningCompleted": (later("The person was screened"), _met),
    "PlanAgreed": (later("The working group agreed a plan"), lambda d: f"{word('path', d['path'])} · {_votes(d)}"),
    "PartnerMatched": (later("Places were compared with the person"), _counts),
    "PlaceReserved": (later("A place was reserved"), None),
    "PlaceRefused": (later("There was no place free"), None),
    "PlaceTaken": (later("The place was taken"), None),
    "PlaceReleased": (later("The place was given back"), None),
    "ReferralSent": (later("The referral was sent"), lambda d: word("path", d["path"])),
    "PartnerTold": (later("The partner was told"), lambda d: _("answer due %(day)s") % {"day": day(d["answer_due"])}),
    "FactsDisclosed": (later("The partner was given a link with what it may know"), None),
    "ReferralAcknowledged": (later("The partner has read the referral"), None),
    "ReferralAccepted": (later("The partner accepted"), None),
    "ReferralDeclined": (later("The referral was declined"), _reason),
    "ReferralWaitlisted": (later("The person is on the waiting list"), None),
    "ReferralExpired": (later("The partner did not answer in time"), None),
    "ReferralWithdrawn": (later("The referral was withdrawn"), _reason),
    "PersonTravelling": (later("The person set out"), None),
    "PersonAdmitted": (later("The person arrived"), None),
    "PlacementConfirmed": (later("The placement was confirmed"), None),
    "FollowUpDue": (later("A follow-up is due"), lambda d: _("after %(days)s days") % {"days": d["days"]}),
    "FollowUpRecorded": (later("The person was followed up"), _work),
    "ReferralFailed": (later("The placement did not work out"), _reason),
    "ReferralEnded": (later("The placement ended"), lambda d: word("outcome", d["outcome"])),
    "ReferralEnteredInError": (later("The referral was entered by mistake"), None),
}  # fmt: skip
CONSENT = {
    "given": later("Gives consent"),
    "refused": later("Refuses"),
    "unable": later("Is unable to consent"),
}


def consent(status: str) -> str:
    return _(CONSENT.get(status, status))


class Entry(NamedTuple):
    """An entry of the story; `when` is an instant."""

    what: str
    more: str
    when: str
    who: str


def event_sentence(event: StoryItem, programmes: Mapping[str, ProgrammeName]) -> Entry:
    return _entry(event, event["data"], _place(event["data"], programmes))


def step_sentence(step: HistoryItem, remarks: str) -> Entry:
    """A step of a referral, in which the fact's own fields stand beside the others."""
    return _entry(step, step, remarks)


def _entry(about: StoryItem | HistoryItem, data: Data, extra: str) -> Entry:
    said, further = STORY.get(about["type"], (about["type"], None))
    more = [further(data) if further else "", extra]
    if day(about["recordedtime"]) != day(about["time"]):
        more.append(_("written down on %(day)s") % {"day": day(about["recordedtime"])})
    who = _("the system") if about["actor"] == "system" else about["actor"]
    return Entry(_(said), " · ".join(filter(None, more)), about["time"], who)
