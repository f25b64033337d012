"""A case: who, where it stands, what is next, and its story in plain sentences; closing and reopening."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from services.intake.schemas import ChangeCase
from services.web.pages import casefile, intake, shell
from services.web.pages.language import _, later, ngettext
from services.web.pages.menu import READERS
from services.web.pages.words import day, day_time, province, word

CHANGE = ChangeCase()
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

blueprint = Blueprint("case", __name__)


@blueprint.get("/cases/<uuid:case_id>")
@shell.roles(*READERS)
def overview(case_id: UUID) -> Response:
    return _overview(case_id)


@blueprint.post("/cases/<uuid:case_id>")
@shell.roles(*casefile.STAFF)
def identifiers(case_id: UUID) -> Response:
    """The same page with the identity number, which the access log notes; nothing that leads here shows it by itself."""
    return _overview(case_id, "identifiers")


def _overview(case_id: UUID, show: str | None = None) -> Response:
    about = {"case_id": str(case_id)}
    asked: dict[str, shell.Question] = {
        "screening": ("screening", "screening", about),
        "plan": ("screening", "plan", about),
        "referrals": ("referral", "referrals", {**about, "limit": 50}),
        "timeline": ("reporting", "timeline", about),
    }
    values = casefile.frame(str(case_id), asked, show)
    referrals = (values["referrals"] or {"items": []})["items"]
    events = (values["timeline"] or {"items": []})["items"]
    programmes = casefile.partners_of([*referrals, *(event["data"] for event in events)])
    story = [told for event in reversed(events) if (told := sentence(event, programmes))]
    to_ask = _to_ask(values["screening"])
    return shell.page(
        "case/overview.html", **values, next=casefile.next_step(values["case"], referrals), story=story, show=show,
        to_ask=to_ask, programmes=programmes, first_help=intake.FIRST_HELP, fact_text=casefile.fact_text,
    )  # fmt: skip


def _to_ask(screening: Mapping[str, Any] | None) -> list[str]:
    return list(dict.fromkeys(fact for label in (screening or {}).get("labels", ()) for fact in label["ask"]))


@blueprint.route("/cases/<uuid:case_id>/close", methods=["GET", "POST"])
@shell.roles(*casefile.STAFF)
def close(case_id: UUID) -> Response:
    return _change(case_id, "close_case", CLOSING, later("Close the case"), _("The case is closed."))


@blueprint.route("/cases/<uuid:case_id>/reopen", methods=["GET", "POST"])
@shell.roles(*casefile.STAFF)
def reopen(case_id: UUID) -> Response:
    return _change(
        case_id, "reopen_case", REOPENING, later("Open the case again"), _("The case is open again.")
    )


def _change(
    case_id: UUID, door: str, reasons: tuple[tuple[str, str], ...], title: str, said: str
) -> Response:
    about = {"case_id": str(case_id)}
    case = shell.ask("intake", "case", about)
    form = shell.Form(CHANGE, fixed=about, version=case["version"], draft=title, case_id=str(case_id))
    if form.sent:
        at = casefile.happened(form)
        if form.load():
            with form.catching():
                shell.tell("intake", door, form.body, at=at, if_match=form.version)
                return shell.done(said, ".overview", case_id=case_id)
    return shell.page(
        "case/change.html", form=form, case=case, reasons=[(code, _(text)) for code, text in reasons],
        closing=door == "close_case", stands=_latest(case_id) if form.stale else None,
    )  # fmt: skip


def _latest(case_id: UUID) -> str:
    """The last thing that happened in the case, as its story says it."""
    found = shell.together(timeline=("reporting", "timeline", {"case_id": str(case_id)}))["timeline"]
    if not found or not found["items"]:
        return ""
    told = sentence(found["items"][-1], {})
    return " · ".join(filter(None, (told["what"], told["more"], day_time(told["when"]), told["who"])))


# -- the story -----------------------------------------------------------------------------------------------------

Data = Mapping[str, Any]


def _place(data: Data, programmes: Mapping[str, Mapping[str, str]]) -> str:
    known = programmes.get(data.get("programme_id") or "")
    return f"{known['programme']} · {known['partner']}" if known else ""


def _reason(data: Data) -> str:
    return word("decline_reason", data["reason"]) if data.get("reason") else ""


def _why(data: Data) -> str:
    """Why a case was closed or opened again; not every reader is told."""
    reason: str = data.get("reason") or ""
    return _(REASONS.get(reason, reason)) if reason else ""


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


def _found(data: Data) -> str:
    parts = [word("identity_status", data["identity_status"]), word("sex", data["sex"])]
    parts += [word("nationality", data["nationality"])]
    return " · ".join(parts + [province(row["province"]) for row in data["domicile"][:2]])


PARTS_OF_PERSON = {
    "identity_status": later("Identity"), "sex": later("Sex"), "nationality": later("Nationality"), "domicile": later("Domicile"),
    "name": later("Name"), "national_id": later("Identity number"), "birth_date": later("Birth date"), "age_band": later("Age"),
}  # fmt: skip


def _corrected(data: Data) -> str:
    """Why, what is not as before, and what the open parts are now."""
    parts = ", ".join(_(PARTS_OF_PERSON.get(part, part)) for part in data["changed"])
    return f"{word('correction', data['reason'])}: {parts} · {_found(data)}"


# What happened -> its sentence; what it says further, from the fact's codes.
STORY: Mapping[str, tuple[str, Callable[[Data], str] | None]] = {
    "CaseOpened": (later("The case was opened"), lambda d: f"{word('channel', d['channel'])} · {word('danger', d['danger'])}"),
    "PersonIdentified": (later("The person was described"), _found),
    "PersonCorrected": (later("The person's details were corrected"), _corrected),
    "ConsentRecorded": (later("Consent was recorded"), lambda d: consent(d["status"])),
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


def sentence(
    event: Mapping[str, Any], programmes: Mapping[str, Mapping[str, str]], extra: str = ""
) -> dict[str, Any]:
    """An event as an entry of the story: {what, more, when, who}."""
    said, further = STORY.get(event["type"], (event["type"], None))
    data = event.get("data", event)
    more = [further(data) if further else "", _place(data, programmes), extra]
    late = day(event["recordedtime"]) != day(event["time"])
    if late:
        more.append(_("written down on %(day)s") % {"day": day(event["recordedtime"])})
    who = _("the system") if event["actor"] == "system" else event["actor"]
    return {"what": _(said), "more": " · ".join(filter(None, more)), "when": event["time"], "who": who}
