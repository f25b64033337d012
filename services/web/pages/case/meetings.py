"""Meetings of the working group: called for a day, the cases that wait put before them, each member voting on their own
telephone, each case decided. Long because a meeting is one page with a form for each of its steps."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response, request
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from services.codes import PLAN_PATHS
from services.codes.access import CASE_READERS, STAFF
from services.codes.overrides import stood_before
from services.intake.answers import Case, WorkItem
from services.intake.doors import RETURNED, WORK
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import NotFound
from services.kernel.lists import LIMIT_MOST
from services.partners.doors import MATCHES
from services.screening import schemas
from services.screening.answers import AgendaItem, Meeting, MeetingMember
from services.screening.doors import (
    CALL_MEETING,
    CLOSE_MEETING,
    DECIDE,
    DECLARE_CONFLICT,
    MEETING,
    MEETINGS,
    MEMBERS,
    PLAN,
    PROPOSE,
    RATIFY,
    REVIEWED,
    SCREENING,
    TABLE,
    VOTE,
)
from services.thai import calendar, dates
from services.web import gateway
from services.web.pages.case import conference, dissent
from services.web.pages.frame import doors, files, frame, gate, inputs, lookup, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, people
from services.web.pages.parts.facts import fact_text, in_language
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import day_time, named, province, word, words
from services.web.store import groups

SHOWN, ROWS, GOALS = 25, 3, 3  # meetings of a page, members and goals of a form
BACK = 50  # of the latest who came back
CONFLICT = "conflict"  # a choice of the form alone: an interest of one's own instead of a vote
MORNING = time(9, 30)
OF_ALL = ("group_decides", "earlier_due")  # of WORK_REASONS: what holds of whoever waits for the group
TIME = later("Write the time as 09:30.")
PASSED = later("Somebody who stands before is left to wait: choose why.")

blueprint = Blueprint("meetings", __name__)


@blueprint.get("/meetings")
@gate.roles(*CASE_READERS)
def listing() -> Response:
    cursor = query.cursor()
    found = doors.ask(MEETINGS.of(limit=SHOWN, cursor=cursor))
    return frame.page(
        "meetings/listing.html", items=found["items"], may_call=visit.caller().role in STAFF,
        file=visit.link(".listing_csv"),
        following=visit.link(".listing", cursor=found["next"]) if found["next"] else None,
        first=visit.link(".listing") if cursor else None,
    )  # fmt: skip


@blueprint.get("/meetings/list.csv")
@gate.roles(*CASE_READERS)
def listing_csv() -> Response:
    columns = [_("Begins"), _("Centre"), _("Status"), _("Cases"), _("Of these decided")]
    lines = [
        [
            day_time(row["at"]), province(row["centre"]), word("meeting_status", row["status"]), row["cases"],
            row["decided"],
        ]
        for answer in files.every(
            lambda cursor: MEETINGS.of(cursor=cursor, limit=LIMIT_MOST), lambda answer: answer["next"]
        )
        for row in answer["items"]
    ]  # fmt: skip
    name = files.name("meetings", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("meetings", _("Meetings"), columns, lines), name)


@blueprint.route("/meetings/new", methods=["GET", "POST"])
@gate.roles(*STAFF)
def call() -> Response:
    """Who was called last stands there already; `more` adds rows and keeps what was typed. A colleague's name is their
    account."""
    own = [each for each in visit.caller().centres if each != ALL_CENTRES]
    centre = own[0] if len(own) == 1 else None
    colleagues = people.colleagues(centre) if centre else {}
    standing = _standing(centre)
    last_time = standing or _last_called(centre) or groups.last(gateway.runtime(), centre) if centre else []
    values = {"on": days.typed(_next_day()), "time": MORNING.strftime("%H:%M"), "members": last_time}
    form = Form(
        schemas.CallMeeting(),
        values,
        fixed={"centre": centre} if centre else {},
        draft=later("Call a meeting"),
    )
    rows = inputs.rows(form, max(len(last_time), ROWS))
    if form.sent and not form.value("more"):
        who = _members(form.typed, rows)
        typed = _with_accounts(form.typed, who, colleagues)
        if begins := _begins(form):
            typed["at"] = begins
        if form.load(typed) and not form.errors:
            with form.catching():
                made = doors.tell(CALL_MEETING, form.body)
                return frame.done(_("The meeting is called."), ".show", meeting_id=made["meeting_id"])
        if "at" in form.errors:
            form.errors["on"] = form.errors.pop("at")
        form.errors = {_in_row(name, who): said for name, said in form.errors.items()}
    return frame.page(
        "meetings/call.html", form=form, rows=rows, roles=words("member_role"), colleagues=[*colleagues],
        of_last_time=bool(last_time) and not form.sent, standing=bool(standing), own=own,
        provinces=[(each, province(each)) for each in own],
    )  # fmt: skip


def _next_day() -> date:
    """The working day on which the next morning's meeting can be."""
    now = gateway.runtime().now().astimezone(dates.BANGKOK)
    return calendar.next_working_day(now.date() if now.time() < MORNING else now.date() + timedelta(days=1))


def _standing(centre: str | None) -> list[dict[str, str]]:
    """[{name, role}] of who belongs to the centre's group on that day."""
    found = doors.attempt(MEMBERS.of(centre=centre, on=_next_day().isoformat())) if centre else None
    return [{"name": each["name"], "role": each["role"]} for each in found["items"]] if found else []


def _last_called(centre: str | None) -> list[dict[str, str]]:
    """[{name, role}] of the centre's latest meeting; nobody before the first, and none while it cannot be asked."""
    listed = doors.attempt(MEETINGS.of(centre=centre, limit=1))
    for latest in listed["items"] if listed else ():
        if meeting := doors.attempt(MEETING.of(meeting_id=latest["meeting_id"])):
            return [{"name": each["name"], "role": each["role"]} for each in meeting["members"]]
    return []


def _begins(form: Form) -> str | None:
    """The day and the time as they were typed, as RFC 3339; an error becomes the form's."""
    try:
        on = days.read_day(form.value("on"))
    except ValidationError as error:
        form.add({"on": [str(said) for said in error.messages]})
        return None
    hour, _colon, minute = form.value("time").strip().replace(".", ":").partition(":")
    try:
        at = time(int(hour), int(minute or 0))
    except ValueError:
        form.add({"time": [TIME]})
        return None
    return f"{on}T{at.isoformat()}+07:00"


Members = Mapping[int, Mapping[str, str]]  # of the form: {row: {name, role}} as typed


def _members(typed: "MultiDict[str, str]", rows: int) -> Members:
    """A role alone is nobody's."""
    told = {
        row: {part: typed.get(f"members.{row}.{part}", "").strip() for part in ("name", "role")}
        for row in range(rows)
    }
    return {row: each for row, each in told.items() if each["name"]}


def _with_accounts(
    typed: "MultiDict[str, str]", who: Members, colleagues: Mapping[str, str]
) -> "MultiDict[str, str]":
    """These members, one after the other; who is a colleague by name has their account."""
    kept = [(name, text) for name, text in typed.items(multi=True) if not name.startswith("members.")]
    for number, each in enumerate(who.values()):
        kept += [(f"members.{number}.{part}", text) for part, text in each.items()]
        if user := colleagues.get(each["name"]):
            kept.append((f"members.{number}.user", user))
    return MultiDict(kept)


def _in_row(name: str, who: Members) -> str:
    """A field's name among the members alone, as the form calls it."""
    what, _dot, rest = name.partition(".")
    number, _dot, part = rest.partition(".")
    return f"members.{[*who][int(number)]}.{part}" if what == "members" and number.isdigit() else name


@blueprint.get("/meetings/<uuid:meeting_id>")
@gate.roles(*CASE_READERS)
def show(meeting_id: UUID) -> Response:
    """Its agenda; staff put before it the cases that wait for the working group, in the order of their need."""
    return _shown(meeting_id, Form(schemas.TableCases(), sent=False))


@blueprint.post("/meetings/<uuid:meeting_id>/add")
@gate.roles(*STAFF)
def table(meeting_id: UUID) -> Response:
    """Who is chosen while others who stand before them are left to wait is asked why, once."""
    form = Form(schemas.TableCases(), fixed={"meeting_id": str(meeting_id)})
    if form.load() and not _unexplained(meeting_id, form):
        with form.catching():
            doors.tell(TABLE, form.body)
            return frame.done(_("The cases lie before the meeting."), ".show", meeting_id=meeting_id)
    if said := form.errors.pop("case_id", None):  # none of them was chosen
        form.add({"case_ids": said})
    return _shown(meeting_id, form)


def _unexplained(meeting_id: UUID, form: Form) -> bool:
    """Whether the form is to say why somebody is taken before others."""
    chosen = form.chosen("case_ids")
    if form.value("out_of_order") or form.value("reason") or not chosen:
        return False
    meeting = doors.ask(MEETING.of(meeting_id=str(meeting_id)))
    order = [row["case_id"] for row in _waiting(meeting)]
    before = stood_before(order, chosen, meeting["elsewhere"])
    if before:
        form.add({"out_of_order": [PASSED]})
    return bool(before)


def _shown(meeting_id: UUID, form: Form) -> Response:
    meeting, staff = doors.ask(MEETING.of(meeting_id=str(meeting_id))), visit.caller().role in STAFF
    waiting = _waiting(meeting) if meeting["status"] == "open" and staff else []
    review = _to_review(meeting) if meeting["status"] == "open" and staff else []
    asking = _asking(meeting) if meeting["status"] == "open" and staff else []
    queue = {row["case_id"]: _because(row, meeting) for row in waiting}
    cases = lookup.cases([*(each["case_id"] for each in meeting["agenda"]), *queue, *review, *asking])
    return frame.page(
        "meetings/show.html", form=form, meeting=meeting, cases=cases, staff=staff, seat=_seat(meeting),
        waiting=[(each, _called(cases[each])) for each in queue if each in cases], because=queue,
        overrides=words("order_override"), unexplained=_dissenting(meeting),
        review=[(each, _called(cases[each])) for each in review if each in cases],
        asking=[(each, _called(cases[each])) for each in asking if each in cases],
        programmes=lookup.programmes(id for each in meeting["agenda"] for id in each["programme_ids"]),
    )  # fmt: skip


def _dissenting(meeting: Meeting) -> dict[str, list[str]]:
    """By case that is not decided, who dissents and gave no reason yet."""
    undecided = [item for item in meeting["agenda"] if item["plan_id"] is None]
    return {item["case_id"]: names for item in undecided if (names := dissent.unexplained(meeting, item))}


def _waiting(meeting: Meeting) -> list[WorkItem]:
    """The centre's cases that wait for the working group and do not lie before this meeting yet, by need."""
    there = {each["case_id"] for each in meeting["agenda"]}
    found = doors.attempt(WORK.of(acts="group", centre=meeting["centre"], limit=100))
    rows = found["items"] if found else []
    return [row for row in rows if row["case_id"] not in there]


def _asking(meeting: Meeting) -> list[str]:
    """Of the centre's screened cases those with facts still to ask. The group may decide with what is unknown."""
    there = {each["case_id"] for each in meeting["agenda"]}
    outcome = doors.attempt(WORK.of(next="ask_facts", centre=meeting["centre"], limit=100))
    return [row["case_id"] for row in outcome["items"] if row["case_id"] not in there] if outcome else []


def _because(row: WorkItem, meeting: Meeting) -> str:
    """Why a case stands where it stands, and whether it lies before another meeting already."""
    named = [word("work_reason", each) for each in row["because"] if each not in OF_ALL]
    if row["case_id"] in meeting["elsewhere"]:
        named.append(_("lies before another meeting"))
    return " · ".join(named)


def _to_review(meeting: Meeting) -> list[str]:
    """The centre's cases of which a follow-up found the person no longer in place, all follow-ups are made, or the
    person came back, where nobody has looked back on that sending yet; none that lies before this meeting already."""
    there = {each["case_id"] for each in meeting["agenda"]}
    asked = [
        WORK.of(next=step, centre=meeting["centre"], limit=100) for step in ("find_person", "end_placement")
    ]
    back = RETURNED.of(centre=meeting["centre"], limit=BACK)
    found = doors.together(*asked, back)
    rows: list[tuple[str, str | None]] = [
        (row["case_id"], row["referral_id"])
        for each in asked
        if (answer := found[each])
        for row in answer["items"]
    ]
    if returned := found[back]:
        rows += [(row["case_id"], row["referral_id"]) for row in returned["items"]]
    sent = sorted({referral_id for _, referral_id in rows if referral_id})
    done = doors.attempt(REVIEWED.of(referral_ids=sent[:LIMIT_MOST])) if sent else None
    over = done["items"] if done else []
    cases = (case_id for case_id, referral_id in rows if referral_id not in over)
    return [case_id for case_id in dict.fromkeys(cases) if case_id not in there]


def _called(case: Case) -> str:
    called = named(case["person"])
    return called if case["case_number"] in called else f"{called} · {case['case_number']}"


def _seat(meeting: Meeting) -> MeetingMember | None:
    """The reader's own, if they are called."""
    return next((each for each in meeting["members"] if each["user"] == visit.caller().user), None)


@blueprint.post("/meetings/<uuid:meeting_id>/close")
@gate.roles(*STAFF)
def close(meeting_id: UUID) -> Response:
    form = Form(schemas.OfMeeting(), fixed={"meeting_id": str(meeting_id)})
    if form.load():
        with form.catching():
            doors.tell(CLOSE_MEETING, form.body)
            return frame.done(_("The meeting is closed."), ".show", meeting_id=meeting_id)
    return frame.done(form.refused or _("This cannot be done now."), ".show", meeting_id=meeting_id)


class Before(NamedTuple):
    """A case before a meeting."""

    meeting: Meeting
    item: AgendaItem
    case: Case


def before_meeting(meeting_id: UUID, case_id: UUID) -> Before:
    meeting = doors.ask(MEETING.of(meeting_id=str(meeting_id)))
    for item in meeting["agenda"]:
        if item["case_id"] == str(case_id):
            return Before(meeting, item, lookup.case(str(case_id)))
    raise NotFound("case")


@blueprint.route("/meetings/<uuid:meeting_id>/cases/<uuid:case_id>", methods=["GET", "POST"])
@gate.roles(*CASE_READERS)
def vote(meeting_id: UUID, case_id: UUID) -> Response:
    """One's own vote, on one's own telephone."""
    about = {"meeting_id": str(meeting_id), "case_id": str(case_id)}
    before = before_meeting(meeting_id, case_id)
    conflict = request.form.get("vote") == CONFLICT
    form = Form(schemas.DeclareConflict() if conflict else schemas.CastVote(), fixed=about)
    asking = {} if conflict else dissent.to_ask(form, {"vote": "reason"}) if form.sent else {}
    if form.sent and form.load() and not asking:
        with form.catching():
            if conflict:
                doors.tell(DECLARE_CONFLICT, form.body)
                said = _("It is noted that you do not vote on this case.")
            else:
                doors.tell(VOTE, form.body)
                said = _("Your vote is counted.")
            return frame.done(said, ".show", meeting_id=meeting_id)
    form.errors |= asking
    screening = doors.attempt(SCREENING.of(case_id=str(case_id)))
    seat = _seat(before.meeting)
    own = next((each for each in before.item["votes"] if seat and each["member"] == seat["member"]), None)
    return frame.page(
        "meetings/vote.html", form=form, meeting=before.meeting, item=before.item, case=before.case, seat=seat, own=own,
        screening=screening, fact_text=fact_text, votes=[*words("vote"), (CONFLICT, _("I have an interest of my own"))],
        programmes=lookup.programmes(before.item["programme_ids"]), asked=dissent.once(form, asking),
    )  # fmt: skip


@blueprint.route("/meetings/<uuid:meeting_id>/cases/<uuid:case_id>/decide", methods=["GET", "POST"])
@gate.roles(*STAFF)
def decide(meeting_id: UUID, case_id: UUID) -> Response:
    """What is put to the vote, and the decision with the votes of those who did not vote on their own."""
    about = {"meeting_id": str(meeting_id), "case_id": str(case_id)}
    before = before_meeting(meeting_id, case_id)
    meeting, item = before.meeting, before.item
    found = doors.together(
        screening := SCREENING.of(case_id=str(case_id)),
        matches := MATCHES.of(case_id=str(case_id), limit=100, of_paths=len(PLAN_PATHS)),
        agreed := PLAN.of(case_id=str(case_id)),
    )
    plan = found[agreed]
    screened, candidates = found[screening], (found[matches] or {"candidates": []})["candidates"]
    paths = screened["paths"] if screened else []
    values = {"path": item["path"] or next(iter(paths), ""), "programme_ids": item["programme_ids"]}
    proposing = bool(request.form.get("propose"))
    schema = schemas.ProposeOption() if proposing else schemas.DecideCase()
    form = Form(
        schema, values, fixed=about, version=plan["version"] if plan else None,
        draft=later("Decide in the meeting"), case_id=str(case_id),
    )  # fmt: skip
    asking = _dissent(form, meeting, item) if form.sent and not proposing else {}
    if form.sent:
        form.load(_decided(form.typed, meeting, proposing))
        if not form.errors and not asking:
            with form.catching():
                if proposing:
                    doors.tell(PROPOSE, form.body)
                    said = _("The members can vote on it now.")
                else:
                    doors.tell(DECIDE, form.body, if_match=form.version)
                    said = _("The decision is recorded.")
                return frame.done(said, ".show", meeting_id=meeting_id)
        form.errors = {_in_place(name, form.typed, meeting): said for name, said in form.errors.items()}
        form.errors |= asking
    shut = {each["path"]: each for each in screened["closed"]} if screened else {}
    ordered = [*paths, *(path for path in PLAN_PATHS if path not in paths)]
    ordered.sort(key=lambda path: path in shut)
    offered = [each for each in candidates if each["verdict"] != "ineligible"]
    cast = {each["member"]: each for each in item["votes"]}
    return frame.page(
        "meetings/decide.html", form=form, plan=plan, meeting=meeting, item=item, case=before.case, cast=cast,
        shut=shut,
        paths=[(path, conference.path_named(path, shut)) for path in ordered], in_language=in_language,
        places=[(each["programme_id"], conference.place_named(each)) for each in offered],
        votes=[*words("vote"), (CONFLICT, _("Has an interest of their own"))], areas=words("life_area"), goals=GOALS,
        asked=dissent.once(form, asking), unexplained=dissent.unexplained(meeting, item),
    )  # fmt: skip


@blueprint.route("/meetings/<uuid:meeting_id>/cases/<uuid:case_id>/ratify", methods=["GET", "POST"])
@gate.roles(*STAFF)
def ratify(meeting_id: UUID, case_id: UUID) -> Response:
    """What was decided between meetings, and how everybody votes on it."""
    before = before_meeting(meeting_id, case_id)
    meeting, item = before.meeting, before.item
    form = Form(
        schemas.RatifyPlan(),
        fixed={"meeting_id": str(meeting_id), "case_id": str(case_id)},
        draft=later("Ratify or not"),
        case_id=str(case_id),
    )
    asking = _dissent(form, meeting, item) if form.sent else {}
    if form.sent:
        form.load(_decided(form.typed, meeting, proposing=False))
        if not form.errors and not asking:
            with form.catching():
                told = doors.tell(RATIFY, form.body)
                said = (
                    _("The decision is ratified.") if told["ratified"] else _("The decision is not ratified.")
                )
                return frame.done(said, ".show", meeting_id=meeting_id)
        form.errors = {_in_place(name, form.typed, meeting): said for name, said in form.errors.items()}
        form.errors |= asking
    plan = doors.attempt(PLAN.of(case_id=str(case_id)))
    return frame.page(
        "meetings/ratify.html", form=form, meeting=meeting, item=item, case=before.case,
        plan=plan if plan and plan["plan_id"] == item["ratifies"] else None,
        cast={each["member"]: each for each in item["votes"]},
        votes=[*words("vote"), (CONFLICT, _("Has an interest of their own"))],
        programmes=lookup.programmes(item["programme_ids"]),
        asked=dissent.once(form, asking), unexplained=dissent.unexplained(meeting, item),
    )  # fmt: skip


PARTS = ("area", "text", "owner", "due")  # of a goal


def _voted(typed: "MultiDict[str, str]", meeting: Meeting) -> list[str]:
    """The members for whom a vote was chosen, by number."""
    chosen = {each["member"]: typed.get(f"vote.{each['member']}", "") for each in meeting["members"]}
    return [member for member, vote in chosen.items() if vote and vote != CONFLICT]


def _dissent(form: Form, meeting: Meeting, item: AgendaItem) -> dict[str, list[str]]:
    """Of those whose vote is written down; who votes on their own was asked there."""
    own = {each["member"] for each in item["votes"]}
    written = [each["member"] for each in meeting["members"] if each["member"] not in own]
    return dissent.to_ask(form, {f"vote.{member}": f"reason.{member}" for member in written})


def _wanted(typed: "MultiDict[str, str]") -> list[int]:
    """The rows of goals that are written in."""
    return [
        row for row in range(GOALS) if any(typed.get(f"goals.{row}.{part}", "").strip() for part in PARTS)
    ]


def _decided(typed: "MultiDict[str, str]", meeting: Meeting, proposing: bool) -> "MultiDict[str, str]":
    """The fields of the door: votes that were chosen, who does not vote, goals that were written."""
    places = [("programme_ids", each) for each in typed.getlist("programme_ids") if each]
    kept = [("path", typed.get("path", "")), *places]
    if proposing:
        return MultiDict(kept)
    kept += [(name, typed.get(name, "")) for name in ("why", "override_reason")]
    for number, member in enumerate(_voted(typed, meeting)):
        kept += [(f"votes.{number}.member", member)]
        kept += [(f"votes.{number}.{part}", typed.get(f"{part}.{member}", "")) for part in ("vote", "reason")]
    kept += [
        ("abstains_for_conflict", each["member"])
        for each in meeting["members"]
        if typed.get(f"vote.{each['member']}") == CONFLICT
    ]
    for number, row in enumerate(_wanted(typed)):
        kept += [(f"goals.{number}.{part}", typed.get(f"goals.{row}.{part}", "").strip()) for part in PARTS]
    return MultiDict(kept)


def _in_place(name: str, typed: "MultiDict[str, str]", meeting: Meeting) -> str:
    """A field of the door as the form calls it."""
    what, _dot, rest = name.partition(".")
    number, _dot, part = rest.partition(".")
    if what == "votes" and number.isdigit():
        return f"{'reason' if part == 'reason' else 'vote'}.{_voted(typed, meeting)[int(number)]}"
    if what == "goals" and number.isdigit():
        return f"goals.{_wanted(typed)[int(number)]}.{part}"
    return "votes" if what == "abstains_for_conflict" else name


@blueprint.get("/meetings/<uuid:meeting_id>/invitation")
@gate.roles(*CASE_READERS)
def invitation(meeting_id: UUID) -> Response:
    """To print or to send: when and where, who comes, and the numbers of the cases. No name of a person."""
    meeting = doors.ask(MEETING.of(meeting_id=str(meeting_id)))
    return frame.page(
        "meetings/invitation.html", meeting=meeting,
        cases=lookup.cases(each["case_id"] for each in meeting["agenda"]),
        address=visit.link(".show", meeting_id=meeting_id, _external=True),
    )  # fmt: skip
