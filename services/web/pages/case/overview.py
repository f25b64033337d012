"""A case: who, where it stands, what is next; closing and reopening."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from services.codes import FIRST_HELP, FIRST_HELP_WHILE, ages
from services.codes.access import CASE_READERS, READERS, STAFF
from services.codes.decisions import CLOSING_REASONS, DIED, REOPENING_REASONS
from services.intake.answers import Case, WorkItem
from services.intake.doors import CASE, CLOSE_CASE, OPEN_ENDS, REOPEN_CASE, WORK
from services.intake.schemas import ChangeCase, CloseCase
from services.kernel.errors import NotFound
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import CommandDoor
from services.partners.answers import Candidate
from services.referral.answers import ReferralOutlines, Referrals
from services.referral.doors import REFERRALS, STAYS
from services.reporting.answers import StoryItem
from services.reporting.doors import TIMELINE
from services.screening.answers import CareItem, Plan, Screening
from services.screening.doors import CARE_PLAN, PLAN, SCREENING
from services.thai.dates import AgeRange
from services.web import gateway
from services.web.gateway import questionnaire
from services.web.pages.case import casefile, next_places, over, story, transfer
from services.web.pages.case.screening import OF_PERSON
from services.web.pages.case.stay import last_day
from services.web.pages.frame import doors, files, frame, gate, inputs, lookup, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import activities, days, people
from services.web.pages.parts.care import care_text, goes_on
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _, later
from services.web.pages.parts.next_steps import next_step
from services.web.pages.parts.words import day_time, words
from services.web.store import looks

CHANGE, CLOSE = ChangeCase(), CloseCase()

blueprint = Blueprint("case", __name__)


@blueprint.get("/cases/<uuid:case_id>")
@gate.roles(*READERS)
def overview(case_id: UUID) -> Response:
    """Who may not see cases sees what the door tells them of one: its outline."""
    if visit.caller().role not in CASE_READERS:
        return _outline(case_id)
    try:
        return _overview(case_id)
    except NotFound:  # it may have gone to another centre
        if handed_on := transfer.instead(case_id):
            return handed_on
        raise


def _outline(case_id: UUID) -> Response:
    case, rows = (
        doors.ask(CASE.of(case_id=str(case_id))),
        REFERRALS.of(case_id=str(case_id), limit=LIMIT_MOST),
    )
    found = doors.attempt(rows)
    return frame.page("case/outline.html", case=case, referrals=found["items"] if found else None)


@blueprint.post("/cases/<uuid:case_id>")
@gate.roles(*STAFF)
def identifiers(case_id: UUID) -> Response:
    """The same page with the identity number, which the access log notes; nothing that leads here shows it by
    itself."""
    return _overview(case_id, "identifiers")


def _overview(case_id: UUID, show: str | None = None) -> Response:
    about = {"case_id": str(case_id)}
    screening, plan, timeline = SCREENING.of(**about), PLAN.of(**about), TIMELINE.of(**about)
    work = WORK.of(**about, limit=1)
    referrals = REFERRALS.of(**about, limit=50)
    case = lookup.case(str(case_id), show)
    staying = STAYS.of(**about, status="open", limit=1)
    found = doors.together(screening, plan, referrals, timeline, work, staying)
    open_stays = found[staying]
    stay = open_stays["items"][0] if open_stays and open_stays["items"] else None
    values = casefile.frame(
        case,
        screening=found[screening],
        plan=found[plan],
        referrals=found[referrals],
        timeline=found[timeline],
    )
    known, happened = casefile.listed(found[referrals]), found[timeline]
    events = story.of_the_case(happened["items"] if happened else [])
    programmes = lookup.programmes(
        [
            stay["programme_id"] if stay else None,
            *(row["programme_id"] for row in known),
            *(event["data"].get("programme_id") for event in events),
        ]
    )
    item = casefile.next_item(found[work])
    proposed = _proposed(item, found[plan])
    fresh = _news(str(case_id), events)
    people.look_up(
        [
            *(event[who] for event in events for who in ("actor", "actingfor") if who in event),
            item["owner"] if item else None,
        ]
    )
    entries = [story.event_sentence(event, programmes) for event in reversed(events)]
    to_ask = _to_ask(found[screening])
    origin = lookup.activity(case.get("outreach_id"))
    back = case.get("returns", [])
    tried = doors.attempt(REFERRALS.of(case_id=back[0]["earlier_case_id"], limit=50)) if back else None
    first_help = case["danger"] in FIRST_HELP and case["status"] in FIRST_HELP_WHILE
    return frame.page(
        "case/overview.html", **values, item=item, next=next_step(item) if item else None, story=entries, show=show,
        news=[story.event_sentence(event, programmes) for event in fresh],
        origin=origin, came_from=activities.called(origin) if origin else None,
        learnt=_learnt(case, found[screening]), found_in_screening=_found(found[screening]),
        to_ask=to_ask, programmes=programmes, first_help=first_help, fact_text=fact_text,
        back=back, tried=casefile.listed(tried), tried_at=lookup.programmes(_tried_at(tried)),
        proposed=proposed, stay=stay, stays_until=last_day(stay["until"]) if stay else None,
    )  # fmt: skip


@blueprint.get("/cases/<uuid:case_id>/story.csv")
@gate.roles(*CASE_READERS)
def story_csv(case_id: UUID) -> Response:
    """What happened in the case as its page says it, the oldest first."""
    case, happened = lookup.case(str(case_id)), doors.ask(TIMELINE.of(case_id=str(case_id)))
    events = story.of_the_case(happened["items"])
    programmes = lookup.programmes(event["data"].get("programme_id") for event in events)
    people.look_up(event[who] for event in events for who in ("actor", "actingfor") if who in event)
    columns = [_("Case number"), _("Day and time"), _("What was done"), _("More"), _("Done by")]
    entries = [story.event_sentence(event, programmes) for event in events]
    lines = [[case["case_number"], day_time(each.when), each.what, each.more, each.who] for each in entries]
    name = files.name(f"story-{case['case_number']}", (case["centre"],), days.today())
    return files.as_csv(files.Sheet("story", _("What happened"), columns, lines), name)


def _proposed(item: WorkItem | None, plan: Plan | None) -> Candidate | None:
    """Where the person is sent next, as the plan names it, else the best place of its path."""
    if not (
        item and plan and casefile.is_staff() and item["next"] in ("send", "send_next", "send_elsewhere")
    ):
        return None
    left = next_places.after(plan, item["case_id"])
    return next((row for row in left if item["proposes"] in (None, row["programme_id"])), None)


def _tried_at(referrals: Referrals | ReferralOutlines | None) -> list[str | None]:
    return [row["programme_id"] for row in casefile.listed(referrals)]


def _news(case_id: str, events: Sequence[StoryItem]) -> list[StoryItem]:
    """What others did in the case since the user last looked, the newest first; the first look tells nothing."""
    runtime, user = gateway.runtime(), visit.caller().user
    if not events:
        return []
    before = runtime.read(lambda db: looks.seen(db, user, case_id))
    latest = max(event["recordedtime"] for event in events)
    if latest != before:
        with runtime.database.write() as db:
            looks.record(db, user, case_id, latest)
    if before is None:
        return []
    return [event for event in reversed(events) if event["recordedtime"] > before and event["actor"] != user]


def _learnt(case: Case, screening: Screening | None) -> dict[str, str]:
    """{fact: what it found}: what the screening knows of the person otherwise than the person's record, which is not
    corrected by it; nothing once the record was corrected after the screening."""
    if screening is None or case["person"].get("erased") or casefile.outdated(case, screening):
        return {}
    facts, person = screening["facts"], case["person"]
    told: dict[str, str] = {}
    if facts.get("nationality") not in (None, person["nationality"]):
        told["nationality"] = fact_text("nationality", facts["nationality"])
    homes = _homes(facts.get("domicile"))
    if homes and homes != _homes(person["domicile"]):
        told["domicile"] = fact_text("domicile", homes)
    age: Any = facts.get("age")
    if age and _says_more(age, person["age"]):
        told["age"] = fact_text("age", age)
    return told


def _homes(domicile: Any) -> list[Any]:
    """Where somebody belongs; where they were found says nothing of that."""
    return [each for each in domicile or () if each["basis"] != "found"]


def _says_more(age: ages.Age, of_record: AgeRange | None) -> bool:
    """Whether an age of a screening is surer than the record's, or does not go together with it."""
    if of_record is None:
        return True
    known = ages.aged(ages.of_case(of_record), date.fromisoformat(age["on"]))
    if age["min"] < known["min"] or age["max"] > known["max"]:
        return True
    return "margin" in known and "margin" not in age


def _found(screening: Screening | None) -> list[tuple[str, str]]:
    """[(fact, in words)]: what the screening found beside what a person's record has, in the order of its questions."""
    facts = screening["facts"] if screening else {}
    return [
        (name, fact_text(name, facts[name]))
        for name in questionnaire.current().codes
        if name in facts and name not in ("birth_date", *OF_PERSON)
    ]


def _to_ask(screening: Screening | None) -> list[str]:
    labels = screening["labels"] if screening else []
    return list(dict.fromkeys(fact for label in labels for fact in label["ask"]))


@blueprint.route("/cases/<uuid:case_id>/close", methods=["GET", "POST"])
@gate.roles(*STAFF)
def close(case_id: UUID) -> Response:
    """Says what ends with the case before it is closed, and asks what became of a placement."""
    found = doors.ask(OPEN_ENDS.of(case_id=str(case_id)))
    ends, may = found["ends"], set(found["reasons"])
    reasons = [each for each in words(CLOSING_REASONS.kind) if each[0] in may]
    return _change(
        case_id, CLOSE_CASE, CLOSE, reasons, later("Close the case"), _("The case is closed."),
        ends=ends, programmes=lookup.programmes(each["programme_id"] for each in ends),
        care=_still_open(case_id), care_text=care_text,
        outcomes=words("outcome") if any(each["placed"] for each in ends) else [],
    )  # fmt: skip


def _still_open(case_id: UUID) -> list[CareItem]:
    """The goals and tasks of the care plan that would end with the case."""
    plan = doors.attempt(CARE_PLAN.of(case_id=str(case_id)))
    return [each for each in (*plan["goals"], *plan["tasks"]) if goes_on(each)] if plan else []


@blueprint.route("/cases/<uuid:case_id>/reopen", methods=["GET", "POST"])
@gate.roles(*STAFF)
def reopen(case_id: UUID) -> Response:
    return _change(
        case_id, REOPEN_CASE, CHANGE, words(REOPENING_REASONS.kind), later("Open the case again"),
        _("The case is open again."),
    )  # fmt: skip


def _change(
    case_id: UUID,
    door: CommandDoor[Any],
    schema: ChangeCase,
    reasons: Sequence[tuple[str, str]],
    title: str,
    message: str,
    **values: Any,
) -> Response:
    about = {"case_id": str(case_id)}
    case = lookup.case(str(case_id))
    closing = door == CLOSE_CASE
    if closing and case["status"] == "closed" and (stopped := over.instead(case)):
        return stopped
    first = {"reason": DIED} if closing and case["person"]["died"] else {}
    form = Form(schema, first, fixed=about, version=case["version"], draft=title, case_id=str(case_id))
    if form.sent:
        at = inputs.happened(form)
        if form.load():
            with form.catching():
                doors.tell(door, form.body, at=at, if_match=form.version)
                return frame.done(message, ".overview", case_id=case_id)
    return frame.page(
        "case/change.html", form=form, case=case, reasons=reasons,
        closing=closing, stands=_latest(case_id) if form.stale else None, **values,
    )  # fmt: skip


def _latest(case_id: UUID) -> str:
    """The last thing that happened in the case, as its story says it."""
    found = doors.attempt(TIMELINE.of(case_id=str(case_id)))
    events = story.of_the_case(found["items"] if found else [])
    if not events:
        return ""
    told = story.event_sentence(events[-1], {})
    return " · ".join(filter(None, (told.what, told.more, day_time(told.when), told.who)))
