"""What happened in a case, in plain sentences."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from services.codes.decisions import REOPENING_REASONS
from services.codes.steps import STAND_DOWN, STEPS, said_of
from services.kernel.envelope import PARTNER_ACTOR
from services.partners.answers import ProgrammeName
from services.referral.answers import HistoryItem
from services.reporting.answers import StoryItem
from services.web.pages.case.stay import last_day
from services.web.pages.parts import people
from services.web.pages.parts.language import _, later, ngettext
from services.web.pages.parts.words import day, listed, province, say, word

Data = Mapping[str, Any]


def _place(data: Data, programmes: Mapping[str, ProgrammeName]) -> str:
    known = programmes.get(data.get("programme_id") or "")
    return f"{known['programme']} · {known['partner']}" if known else ""


def _reason(data: Data) -> str:
    """Why it came to nothing, and whose doing that was."""
    reason = data.get("reason")
    if not reason:
        return ""
    said = word("stand_down" if reason in STAND_DOWN else "decline_reason", reason)
    return f"{said} ({word('whose', data['whose'])})" if data.get("whose") else said


def _told_how(data: Data) -> str:
    """In which way the partner was told, and when its answer is due."""
    how = word("telling", data["how"]) if data.get("how") else ""
    due = _("answer due %(day)s") % {"day": day(data["answer_due"])} if data.get("answer_due") else ""
    return " · ".join(filter(None, (how, due)))


def _why(data: Data) -> str:
    """Why a case was closed or opened again; not every reader is told."""
    reason: str = data.get("reason") or ""
    return (
        word("reopening_reason" if reason in REOPENING_REASONS else "closing_reason", reason)
        if reason
        else ""
    )


def _assigned(data: Data) -> str:
    """From whom to whom, and why; who may not see the case is not told."""
    if "to_user" not in data:
        return ""
    to_user = people.who(data["to_user"]) or _("the centre's directors")
    hands = f"{people.who(data['from_user'])} → {to_user}" if data["from_user"] else to_user
    return f"{hands} · {word('assignment', data['reason'])}"


def _sent(data: Data) -> str:
    """Where to, and that others on the list of the place are left to wait; why, not every reader is told."""
    said, passed = [word("path", data["path"])], data.get("passed_over") or 0
    if passed:
        said.append(
            ngettext(
                "%(n)s who could go there too stood before",
                "%(n)s who could go there too stood before",
                passed,
            )
            % {"n": passed}
        )
        said.append(word("passed_for", data.get("passed_for") or "not_told") if "passed_for" in data else "")
    return " · ".join(filter(None, said))


def _for_step(data: Data) -> str:
    """The step that the call was for; not every reader is told."""
    return word("next_step", data["next"]) if data.get("next") else ""


def _votes(data: Data) -> str:
    votes: Mapping[str, int] = data["votes"]
    return _("%(agree)s agree, %(dissent)s dissent, %(abstain)s abstain") % votes


def _agreed(data: Data) -> str:
    urgent = _("decided between meetings") if data.get("between_meetings") else ""
    return " · ".join(filter(None, (word("path", data["path"]), _votes(data), urgent)))


def _looked_at(data: Data) -> str:
    said = _("ratified") if data["ratified"] else _("not ratified")
    return f"{said} · {_votes(data)}"


def _area(data: Data) -> str:
    """The area of life; not every reader is told."""
    return word("life_area", data["area"]) if data.get("area") else ""


def _met(data: Data) -> str:
    met = [word("label", label["code"]) for label in data.get("labels", ()) if label["verdict"] == "met"]
    return listed(met)


def _counts(data: Data) -> str:
    count = data["counts"]["eligible"]
    return ngettext("%(n)s place fits", "%(n)s places fit", count) % {"n": count}


def _followed_up(data: Data) -> str:
    """Where the person was found, how they are, and their work."""
    place = _("Still in place") if data["in_place"] else _("No longer in place")
    said = [word("follow_up_found", data["found"]) if data.get("found") else place]
    if data.get("health"):
        said.append(_("health: %(health)s") % {"health": word("follow_up_health", data["health"])})
    if work := data.get("work"):
        income = work.get("income_baht_month")
        earned = _("%(baht)s baht a month") % {"baht": f"{income:,}"} if income is not None else ""
        said += [word("work_kind", work["kind"]), earned]
    if data.get("in_time") is False:
        said.append(_("later than was due"))
    return " · ".join(filter(None, said))


def _after_days(data: Data) -> str:
    return _("after %(days)s days") % {"days": data.get("days") or data.get("answers")}


def _deadline(data: Data) -> str:
    """Which one, until when, and whose it is once it was missed."""
    who = people.who(data["to_user"]) if data.get("to_user") else ""
    role = word("escalated_to", data["to_role"]) if data.get("to_role") and not who else ""
    to = _("it goes to %(who)s") % {"who": who or role} if who or role else ""
    said = word("deadline", data["deadline"]), _("by %(day)s") % {"day": day(data["due"])}, to
    return " · ".join(filter(None, said))


def _journey(data: Data) -> str:
    """Who brings the person, when they are expected, and what it costs."""
    said = [word("escort", data["brought_by"]) if data.get("brought_by") else ""]
    if data.get("arrives_on"):
        said.append(_("expected on %(day)s") % {"day": day(data["arrives_on"])})
    if data.get("cost_baht") is not None:
        said.append(_("%(baht)s baht") % {"baht": f"{data['cost_baht']:,}"})
    return " · ".join(filter(None, said))


def _known(kind: str, code: str) -> str:
    """A code in words; "" where it only says that nobody knows: a list of those says nothing."""
    return "" if code == "unknown" else word(kind, code)


def _description(data: Data) -> str:
    parts = [_known(kind, data[kind]) for kind in ("identity_status", "sex", "nationality")]
    parts = [part for part in parts if part]
    return " · ".join(parts + [province(row["province"]) for row in data["domicile"][:2]])


PARTS_OF_PERSON = {
    "identity_status": later("Identity"), "sex": later("Sex"), "nationality": later("Nationality"),
    "domicile": later("Domicile"),
    "name": later("Name"), "national_id": later("Identity number"), "birth_date": later("Birth date"),
    "age_band": later("Age"),
}  # fmt: skip


def _until(data: Data) -> str:
    """The last day of an interim stay."""
    return _("until %(day)s at the latest") % {"day": last_day(data["until"])}


def _to_centre(data: Data) -> str:
    reason = word("transfer_reason", data["reason"]) if data.get("reason") else ""
    return " · ".join(filter(None, (province(data["to"]), reason)))


def _between(data: Data) -> str:
    return f"{province(data['from'])} → {province(data['to'])}"


def _corrected(data: Data) -> str:
    """Why, what is not as before, and what the open parts are now."""
    parts = listed(_(PARTS_OF_PERSON.get(part, part)) for part in data["changed"])
    return f"{word('correction', data['reason'])}: {parts} · {_description(data)}"


# What happened -> its sentence; what it says further, from the fact's codes. Of the steps of a referral see
# codes.steps.
STORY: Mapping[str, tuple[str, Callable[[Data], str] | None]] = {
    "CaseOpened": (later("The case was opened"),
        lambda d: " · ".join(filter(None, (_known("channel", d["channel"]), word("danger", d["danger"]))))),
    "PersonIdentified": (later("The person was described"), _description),
    "PersonCorrected": (later("The person's details were corrected"), _corrected),
    "ErasureRequested": (later("Erasing the person was asked for"), lambda d: word("erasure_reason", d["reason"])),
    "ErasureWithdrawn": (later("Erasing the person was taken back"), None),
    "PersonErased": (later("The person was erased"), lambda d: word("erasure_reason", d["reason"])),
    "ConsentWithdrawn": (later("The person took a consent back"), lambda d: word("consent_kind", d["kind"])),
    "DisclosureOpened": (later("The partner opened what it was told"), lambda d: word("telling", d["how"])),
    "ConsentRecorded": (later("Consent was recorded"), lambda d: word("consent", d["status"])),
    "CaseAssigned": (later("Somebody else answers for the case"), _assigned),
    "CaseClosed": (later("The case was closed"), _why),
    "CaseTransferRequested": (later("Another centre was asked to take the case over"), _to_centre),
    "CaseTransferAccepted": (later("The case went to another centre"), _between),
    "CaseTransferRejected": (later("The other centre does not take the case over"),
        lambda d: word("transfer_rejection", d["reason"]) if d.get("reason") else ""),
    "CaseTransferRevoked": (later("The request to another centre is over"),
        lambda d: word("transfer_revocation", d["reason"]) if d.get("reason") else ""),
    "CaseReopened": (later("The case was opened again"), _why),
    "PersonReturned": (later("The person came back after a placement"),
        lambda d: f"{word('returned_within', d['within'])} · {word('path', d['path'])}"),
    "ReturnedFromElsewhere": (later("The person came after a placement by another centre"),
        lambda d: " · ".join(filter(None, (
            word("returned_within", d["within"]), word("path_kind", d["path_kind"]) if d.get("path_kind") else "",
        )))),
    "ReturnedElsewhere": (later("The person came to another centre after a placement"),
        lambda d: f"{word('returned_within', d['within'])} · {word('path', d['path'])}"),
    "OutcomeReviewed": (later("The working group looked back on what became of the person"),
        lambda d: listed([word("review_finding", each) for each in d["findings"]])),
    "CallUnanswered": (later("Somebody called and nobody answered"), _for_step),
    "ScreeningStarted": (later("A screening is due"), None),
    "ScreeningCompleted": (later("The person was screened"), _met),
    "CaseTabled": (later("The case lies before a meeting of the working group"), None),
    "OrderOverridden": (later("It was taken before others who stood before it in the order of need"),
        lambda d: word("overridden_for", d["reason"] or "not_told") if "reason" in d else ""),
    "OptionProposed": (later("A way forward was proposed to the meeting"), lambda d: word("path", d["path"])),
    "VoteCast": (later("A member of the meeting voted"), None),
    "ConflictDeclared": (later("A member of the meeting does not vote for an interest of their own"), None),
    "CaseDecided": (later("The meeting decided"), lambda d: word("path", d["path"])),
    "PlanAgreed": (later("The working group agreed a plan"), _agreed),
    "RatificationDecided": (later("The working group voted on a decision made between meetings"), _looked_at),
    "CareGoalSet": (later("A goal of the care plan was set"), _area),
    "CareTaskSet": (later("A task of the care plan was added"),
        lambda d: " · ".join(filter(None, (word("task_kind", d["kind"]), _area(d))))),
    "CareTaskMoved": (later("Something of the care plan is due on another day"), lambda d: day(d["due"])),
    "CareProgressNoted": (later("How a goal or task of the care plan goes was noted"),
        lambda d: " · ".join(filter(None, (word("care_progress", d["progress"]), _area(d))))),
    "MinutesKept": (later("A version of the minutes without what points to the person was kept"), None),
    "PartnerMatched": (later("Places were compared with the person"), _counts),
    "PlaceReserved": (later("A place was reserved"), None),
    "PlaceRefused": (later("There was no place free"), None),
    "PlaceTaken": (later("The place was taken"), None),
    "PlaceReleased": (later("The place was given back"), None),
    "ReferralSent": (later("The referral was sent"), _sent),
    "InterimStayAsked": (later("A bed for tonight was asked for"), _until),
    "InterimStayBegun": (later("The person has an interim bed"), _until),
    "InterimStayRefused": (later("No interim bed was free"), None),
    "InterimStayProlonged": (later("The interim stay was prolonged"), _until),
    "InterimStayEnded": (later("The interim stay is over"), lambda d: word("stay_end", d["reason"])),
    "PlaceSecured": (later("A place is reserved; the partner is to be told"),
        lambda d: _("by %(day)s") % {"day": day(d["tell_due"])}),
    "FactsDisclosed": (later("The partner was given what it may know"), lambda d: word("telling", d["how"])),
    "ReferralExpired": (later("The referral ran out of time"), _reason),
    "ReminderDue": (later("A deadline is near"), _deadline),
    "DeadlineMissed": (later("A deadline was missed"), _deadline),
    "FollowUpDue": (later("A follow-up is due"), _after_days),
    "FollowUpMissed": (later("A follow-up was missed"), _after_days),
    "FollowUpAttempted": (later("A follow-up was tried and nobody was reached"), _after_days),
}  # fmt: skip
OF_STEPS: Mapping[str, Callable[[Data], str]] = {
    "PartnerTold": _told_how,
    "ReferralDeclined": _reason,
    "ReferralDeclineReturned": lambda d: word("review_ask", d["asks"]) if d.get("asks") else "",
    "ReferralDeclineSettled": _reason,
    "ReferralWithdrawn": _reason,
    "PersonTravelling": _journey,
    "FollowUpRecorded": _followed_up,
    "ReferralFailed": _reason,
    "ReferralEnded": lambda d: word("outcome", d["outcome"]),
}
# How the referrals of a case stand to each other: their own steps say all that there is to tell.
UNTOLD = frozenset({"PlacementMoved", "CaseReferralsClosed", "CaseReferralsReopened"})
OF_FAMILY = {
    "ReferralSent": later("The person is to return to the family"),
    "ReferralExpired": later("The family gave no answer in time"),
}
STEPS_BY_FACT = {step.fact: step for step in STEPS.values()}


def _told(type: str, home: bool) -> tuple[str, Callable[[Data], str] | None]:
    """What happened, in the reader's language; a fact that is newer than this program is shown as it is. `home`: of a
    return to the family."""
    if type in STEPS_BY_FACT:
        return say(said_of(STEPS_BY_FACT[type], home).story), OF_STEPS.get(type)
    if home and type in OF_FAMILY:
        return _(OF_FAMILY[type]), STORY[type][1]
    said, further = STORY.get(type, (type, None))
    return _(said), further


class Entry(NamedTuple):
    """An entry of the story; `when` is an instant."""

    what: str
    more: str
    when: str
    who: str


def of_the_case(events: Sequence[StoryItem]) -> list[StoryItem]:
    """What of all that happened is told in a sentence."""
    return [event for event in events if event["type"] not in UNTOLD]


def event_sentence(event: StoryItem, programmes: Mapping[str, ProgrammeName]) -> Entry:
    known = programmes.get(event["data"].get("programme_id") or "")
    data = event["data"]
    return _entry(event, data, _place(data, programmes), known["partner"] if known else None, _is_home(data))


def _is_home(data: Data) -> bool:
    """Whether a fact about a referral is of a return to the family."""
    return "referral_id" in data and data.get("programme_id", "") is None


def step_sentence(step: HistoryItem, remarks: str, partner: str | None, home: bool) -> Entry:
    """A step of a referral to a `partner`, or `home` to the family, in which the fact's own fields stand beside the
    others."""
    return _entry(step, step, remarks, partner, home)


def _entry(about: StoryItem | HistoryItem, data: Data, extra: str, partner: str | None, home: bool) -> Entry:
    said, further = _told(about["type"], home)
    more = [further(data) if further else "", extra]
    if day(about["recordedtime"]) != day(about["time"]):
        more.append(_("written down on %(day)s") % {"day": day(about["recordedtime"])})
    who = people.who(about["actor"])
    if about["actor"].startswith(PARTNER_ACTOR):
        who = " · ".join(filter(None, (partner or _("the partner"), people.system(about["actor"]))))
    if place_of := about.get("actingfor"):
        who = _("%(who)s, in the place of %(director)s") % {"who": who, "director": people.who(str(place_of))}
    return Entry(said, " · ".join(filter(None, more)), about["time"], who)
