"""Referrals: sending one, how it stands, and every step that may follow now."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from flask import Blueprint, Response, request

from services.codes import FAMILY_PATH, OUTCOMES
from services.codes.access import CASE_READERS, READERS, STAFF
from services.codes.following import IN_PLACE, NOT_REACHED
from services.codes.steps import STEPS, TELLING, said_of
from services.intake.answers import WorkItem
from services.intake.doors import CASE, WORK
from services.kernel.errors import Refused
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import Candidate
from services.partners.doors import MATCHES
from services.referral import schemas
from services.referral.answers import (
    Family,
    FollowUp,
    NewReferral,
    Referral,
    ReferralWithHistory,
)
from services.referral.doors import REFERRAL, REFERRALS, THOSE_BEFORE, WOULD_DISCLOSE
from services.referral.doors import SEND as SEND_REFERRAL
from services.referral.doors import STEP as STEP_REFERRAL
from services.screening.doors import PLAN, SCREENING
from services.web.pages.case import casefile, next_places, over, refusals, story
from services.web.pages.frame import doors, files, frame, gate, inputs, lookup, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, needs, people
from services.web.pages.parts.language import _, later
from services.web.pages.parts.next_steps import next_step
from services.web.pages.parts.reasons import following
from services.web.pages.parts.words import day, say, word, words

SEND = schemas.SendReferral()
HOME = schemas.ReturnHome()
STEP = schemas.StepReferral()
PLACES_SHOWN = 30
FOLLOW_UP = "follow-up"
PASSED = later("Somebody who stands before on the list of this place is left to wait: choose why.")
SAID_BEFORE: Mapping[str, Mapping[str, Collection[str]]] = {
    "told": {"how": TELLING},
    "end": {"outcome": OUTCOMES},
}  # fields of a step that the way to it may have filled in

blueprint = Blueprint("referral", __name__)


@blueprint.get("/cases/<uuid:case_id>/referrals")
@gate.roles(*CASE_READERS)
def of_case(case_id: UUID) -> Response:
    case = lookup.case(str(case_id))
    found = doors.attempt(REFERRALS.of(case_id=str(case_id), limit=50))
    values, rows = casefile.frame(case, referrals=found), casefile.listed(found)
    programmes = lookup.programmes(row["programme_id"] for row in rows)
    return frame.page("referral/of_case.html", **values, rows=rows, programmes=programmes)


@blueprint.get("/cases/<uuid:case_id>/referrals/list.csv")
@gate.roles(*CASE_READERS)
def of_case_csv(case_id: UUID) -> Response:
    case = lookup.case(str(case_id))
    answers = files.every(
        lambda cursor: REFERRALS.of(case_id=str(case_id), limit=LIMIT_MOST, cursor=cursor),
        lambda answer: answer["next"],
    )
    rows = [row for answer in answers for row in casefile.listed(answer)]
    programmes = lookup.programmes(row["programme_id"] for row in rows)
    columns = [
        _("Case number"), _("Sent"), _("Partner"), _("Name of the programme"), _("Path"), _("Ministry"), _("Status"),
        _("Places"), _("Answer due"), _("Placed"),
    ]  # fmt: skip
    lines = []
    for row in rows:
        known = programmes.get(row["programme_id"] or "")
        lines.append(
            [
                case["case_number"], day(row["sent_at"]), known["partner"] if known else "",
                known["programme"] if known else "", word("path", row["path"]),
                _whose(row),
                word("referral_status", row["status"]), word("place", row["place"]),
                day(row["answer_due"]) if row["answer_due"] else "", day(row["placed_at"]) if row["placed_at"] else "",
            ]
        )  # fmt: skip
    name = files.name(f"referrals-{case['case_number']}", (case["centre"],), days.today())
    return files.as_csv(files.Sheet("referrals", _("Referrals"), columns, lines), name)


@blueprint.route("/cases/<uuid:case_id>/referrals/new", methods=["GET", "POST"])
@gate.roles(*STAFF)
def send(case_id: UUID) -> Response:
    """To the place of the plan, or to one of its path that is chosen first: whoever consents is told before what that
    place will see."""
    about = {"case_id": str(case_id)}
    case = lookup.case(str(case_id))
    if stopped := over.instead(case):
        return stopped
    plan = doors.attempt(PLAN.of(**about))
    named = plan["programme_ids"] if plan else []
    if plan and plan["path"] == FAMILY_PATH and not named:
        return send_home(case_id=case_id)
    item = casefile.next_item(doors.attempt(WORK.of(**about, limit=1))) if named else None
    wished = _id(request.form.get("programme_id", "")) or query.id("programme_id")
    # One place of the plan is proposed; of several another may be chosen.
    proposed = (item["proposes"] if item else None) or next(iter(named), "")
    bound = bool(named)
    chosen = wished if not named or wished in named else proposed
    values, places, told = casefile.frame(case, plan=plan), [], None
    if plan:
        only = MATCHES.of(**about, programme_ids=[chosen], limit=PLACES_SHOWN)
        of_path = MATCHES.of(**about, path=plan["path"], limit=PLACES_SHOWN)
        matches = doors.attempt(only if chosen else of_path)
        places = matches["candidates"] if matches else []
        values["missing"] += casefile.missing(values["case"], {"matches": matches})
    passed = 0
    if plan and chosen:
        told = doors.attempt(WOULD_DISCLOSE.of(**about, programme_id=chosen))
        order = doors.attempt(THOSE_BEFORE.of(**about, programme_id=chosen))
        passed = (order["before"] or 0) if order else 0
        values["missing"] += casefile.missing(values["case"], {"disclosure": told})
    form = Form(
        SEND, {"programme_id": chosen, "waitlist": False},
        fixed=about | ({"programme_id": chosen} if chosen else {}),
        draft=later("Send the referral") if chosen else None, case_id=str(case_id),
    )  # fmt: skip
    if not chosen and query.flag("choosing"):
        form.add({"programme_id": [_("Choose one of the options.")]})
    if form.sent:
        at = inputs.happened(form)
        if passed and not form.value("out_of_order"):
            form.add({"out_of_order": [PASSED]})
        if form.load() and not form.errors:
            with form.catching():
                sent = doors.tell(SEND_REFERRAL, form.body, at=at, seconds=20.0)
                said = [_what_became_of(sent), *(word("fit_warning", each) for each in sent["warnings"])]
                return frame.done(" ".join(said), ".page", referral_id=sent["referral_id"])
    return frame.page(
        "referral/send.html", **values, form=form, places=places, bound=bound, chosen=chosen,
        told=needs.disclosure_rows(told) if told else None,
        others=_others(str(case_id), named, chosen), order=named.index(chosen) + 1 if bound else 0,
        retired=item is not None and item["standing"] == "retired",
        passed=passed, overrides=words("place_override"),
    )  # fmt: skip


def _others(case_id: str, named: Sequence[str], chosen: str) -> list[Candidate]:
    """The plan's other places, in its order."""
    left = [each for each in named if each != chosen]
    found = (
        doors.attempt(MATCHES.of(case_id=case_id, programme_ids=left, limit=PLACES_SHOWN)) if left else None
    )
    return sorted(found["candidates"], key=lambda row: named.index(row["programme_id"])) if found else []


def _id(text: str) -> str:
    """An id of a programme as an address has it; "" for anything else."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _whose(row: Referral) -> str:
    if row["outside_ministry"] is None:
        return ""
    return _("Outside the ministry") if row["outside_ministry"] else _("Under the ministry")


@blueprint.route("/cases/<uuid:case_id>/referrals/home", methods=["GET", "POST"])
@gate.roles(*STAFF)
def send_home(case_id: UUID) -> Response:
    """Back to the family: to whom, whether that one takes the person, whether the home was seen, what speaks against
    it, and the person's consent."""
    about = {"case_id": str(case_id)}
    case = lookup.case(str(case_id))
    if stopped := over.instead(case):
        return stopped
    found = doors.together(asked := PLAN.of(**about), screened := SCREENING.of(**about))
    plan, screening = found[asked], found[screened]
    form = Form(
        HOME, {}, fixed=about, read={"family.visited": _yes_no}, draft=later("Return to the family"),
        case_id=str(case_id),
    )  # fmt: skip
    if form.sent:
        at = inputs.happened(form)
        if form.load() and not form.errors:
            with form.catching():
                sent = doors.tell(SEND_REFERRAL, form.body, at=at)
                return frame.done(_home_is(sent), ".page", referral_id=sent["referral_id"])
    return frame.page(
        "referral/home.html", **casefile.frame(case, plan=plan, screening=screening), form=form,
        planned=plan is not None and plan["path"] == FAMILY_PATH and not plan["programme_ids"],
        relatives=screening["facts"].get("relatives") if screening else None,
    )  # fmt: skip


def _yes_no(text: str) -> bool | str:
    return {"yes": True, "no": False}.get(text, text)


def _usual(step: str, referral: ReferralWithHistory) -> Mapping[str, str]:
    """What a form says before anybody typed: what is most often so, or what the way there said."""
    if step == "decline" and referral["programme_id"]:
        return {"whose": "partner"}
    if step == FOLLOW_UP:
        return {"by_channel": "phone"}
    return query.codes(SAID_BEFORE.get(step, {}))


def _follow_up_due(referral: ReferralWithHistory) -> FollowUp | None:
    """Of the schedule, what a follow-up of today is of."""
    opened = [each for each in referral["follow_ups"] if each["opens"] <= days.today().isoformat()]
    return opened[-1] if opened else next(iter(referral["follow_ups"]), None)


def _followed_up(referral_id: str, where: str) -> Response:
    """Who comes from the list goes on with it, unless somebody is not where they were placed: then what is to be done
    about that is shown at once."""
    said = say(STEPS[FOLLOW_UP].done)
    if where == NOT_REACHED:
        said = _("It is noted that nobody was reached. The follow-up stays due.")
    elif coming := next(
        (each for each in lookup.referral(referral_id)["follow_ups"] if each["status"] == "coming"), None
    ):
        said += " " + _("The next one: from %(day)s.") % {"day": day(coming["opens"])}
    if query.flag("listed") and where in (IN_PLACE, NOT_REACHED):
        return frame.done(said, "pages.work.follow_ups")
    return frame.done(said, ".page", referral_id=referral_id)


def _home_is(referral: NewReferral) -> str:
    if referral["status"] == "accepted":
        return _("The return to the family is recorded, and the family takes the person.")
    return _(
        "The return to the family is recorded. Next: settle with the family whether they take the person."
    )


def _what_became_of(referral: NewReferral) -> str:
    if referral["status"] == "waitlisted":
        return _("No place was free: the person is on the waiting list.")
    if referral["place"] == "refused":
        return _("No place was free, so the referral was declined. Choose another place.")
    if referral["place"] == "pending":
        return _("The referral is sent. The place is still being reserved.")
    return _("The referral is sent and a place is reserved.")


@blueprint.get("/referrals/<uuid:referral_id>")
@gate.roles(*READERS)
def page(referral_id: UUID) -> Response:
    """Who may not see cases sees what the door tells them of a referral: its outline."""
    if visit.caller().role not in CASE_READERS:
        found = doors.ask(REFERRAL.of(referral_id=str(referral_id)))
        case = doors.attempt(CASE.of(case_id=found["case_id"]))
        return frame.page("referral/outline.html", referral=found, case=case)
    referral = lookup.referral(str(referral_id))
    values = casefile.frame(lookup.case(referral["case_id"]))
    programmes = lookup.programmes([referral["programme_id"]])
    about, home = programmes.get(referral["programme_id"] or ""), referral["programme_id"] is None
    partner = about["partner"] if about else None
    people.look_up(row["actor"] for row in referral["history"])
    people.look_up(each["to_user"] for each in referral["deadlines"])
    history = [
        story.step_sentence(row, refusals.remarks(row), partner, home)
        for row in reversed(referral["history"])
    ]
    item = _next(referral)
    bound = item is not None and item["next"] == "decide_again"
    elsewhere = _elsewhere(referral) if item and item["next"] in ("send_next", "send_elsewhere") else []
    review = refusals.reviews(referral)
    allowed = [(STEPS[name], said_of(STEPS[name], home, review)) for name in referral["may"] if name in STEPS]
    return frame.page(
        "referral/page.html", **values, referral=referral, about=about, bound=bound, elsewhere=elsewhere,
        history=history, allowed=allowed, review=review, family=_family(referral),
        declined=None if referral["in_review"] else refusals.consequences(referral),
        stands=next_step(item).say if item else None,
        item=item, found=_found(referral),
    )  # fmt: skip


def _family(referral: ReferralWithHistory) -> Family | None:
    """To whom the person returns, as far as the reader may know; None also once that was erased."""
    return next((row["family"] for row in referral["history"] if "family" in row), None)


def _found(referral: ReferralWithHistory) -> str | None:
    """Where the person was at the latest follow-up, if that was not where they were placed; "lost" where nobody said
    it. None: in place, as far as is known."""
    if referral["in_place"] is not False or referral["status"] != "placed":
        return None
    visits = [row for row in referral["history"] if row["type"] == "FollowUpRecorded"]
    return max(visits, key=lambda row: row["time"]).get("found") or "lost"


def _next(referral: Referral) -> WorkItem | None:
    """What is next of the case, if that is about this referral."""
    item = casefile.next_item(doors.attempt(WORK.of(case_id=referral["case_id"], limit=1)))
    return item if item and item["referral_id"] == referral["referral_id"] else None


def _elsewhere(referral: Referral) -> list[Candidate]:
    """The next places of the plan, which may be asked without another meeting: those it names, else the best."""
    plan = doors.attempt(PLAN.of(case_id=referral["case_id"])) if casefile.is_staff() else None
    return next_places.after(plan, referral["case_id"]) if plan else []


def _stands(referral: Referral) -> str | None:
    """The same in words."""
    item = _next(referral)
    return next_step(item).say if item else None


@blueprint.route(
    "/referrals/<uuid:referral_id>/<any(" + ",".join(f'"{name}"' for name in STEPS) + "):step>",
    methods=["GET", "POST"],
)
@gate.roles(*STAFF)
def step(referral_id: UUID, step: str) -> Response:
    """One step as a short form with exactly the fields it takes."""
    referral = lookup.referral(str(referral_id))
    known = STEPS[step]
    case = lookup.case(referral["case_id"])
    fixed = {"referral_id": str(referral_id), "step": step}
    usual = _usual(step, referral)
    about = lookup.programmes([referral["programme_id"]]).get(referral["programme_id"] or "")
    review = refusals.reviews(referral)
    called = said_of(known, referral["programme_id"] is None, review)
    form = Form(
        STEP, usual, fixed=fixed, version=referral["version"],
        draft=called.words.en, case_id=referral["case_id"],
        where=about["partner"] if about else "",
    )  # fmt: skip
    # Who comes back for a draft sees what they had typed, even if the step is not possible any more.
    if not form.sent and not form.draft and step not in referral["may"]:
        raise Refused("wrong_state", "This step does not follow now.")
    if form.sent:
        at = inputs.happened(form)
        form.load()
        if known.correction and not form.value("note").strip():
            form.add({"note": [later("Enter this.")]})
        if "in_place" in form.errors:  # where the person is says it
            form.errors["found"] = form.errors.pop("in_place")
        if not form.errors:
            with form.catching():
                doors.tell(STEP_REFERRAL, form.body, at=at, if_match=form.version)
                if step == FOLLOW_UP:
                    return _followed_up(str(referral_id), form.value("found"))
                return frame.done(say(called.done), ".page", referral_id=referral_id)
    return frame.page(
        "referral/follow_up.html" if step == FOLLOW_UP else "referral/step.html",
        form=form, referral=referral, case=case, step=known, called=called,
        takes=schemas.FIELDS[step], correction=known.correction, due=_follow_up_due(referral),
        channels=words("answer_channel"), ways=words("telling"),
        asks=words("review_ask") if review else [],
        reasons=words("decline_reason"), following=following() if step == "decline" and about else [],
        about=about, review=review, declined=refusals.consequences(referral) if review else None,
        no=refusals.in_words(referral) if review else None,
        stands=_stands(referral),
    )  # fmt: skip
