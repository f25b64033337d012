"""The working group: facts and options for the projector, the decision with every vote, and recording it."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response
from werkzeug.datastructures import MultiDict

from services.codes import KIND_OF_PATH, PLACES_MOST, PLAN_PATHS
from services.codes.access import CASE_READERS, STAFF
from services.codes.decisions import MEMBER_ROLES
from services.intake.answers import Case
from services.intake.doors import WORK
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Question
from services.partners.answers import Candidate, Matches
from services.partners.doors import MATCHES
from services.partners.schemas import COMPARED_MOST
from services.screening.answers import ClosedPath, Plan, Quorum, Screening
from services.screening.doors import AGREE_PLAN, MEETING, PLAN, PLANS, QUORUM, REVIEWS, SCREENING
from services.screening.schemas import AgreePlan
from services.thai import collation
from services.web import gateway
from services.web.pages.case import casefile, dissent, over
from services.web.pages.frame import doors, frame, gate, inputs, lookup, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import people
from services.web.pages.parts.facts import fact_text, in_language
from services.web.pages.parts.language import _, later
from services.web.pages.parts.reasons import verdict_word
from services.web.pages.parts.words import listed, word, words
from services.web.store import groups

AGREE = AgreePlan()
ROWS = 5
OPTIONS_SHOWN, OPTIONS_OFFERED = 5, 100  # on the projector, and in the form
PATHS_SHOWN = 3  # on the projector; the form offers places of every path
WITHOUT_PLACE = ("home", "advice")  # kinds of paths that lead to no place of the registry
ROW = ("name", "role", "vote", "reason")
SOUND_ALIKE = "members_sound_alike"
ABSENT = "absent"  # a choice of the form alone: who was not there has no vote
OTHER_PATH = later("This place is for another path than the one chosen: choose its path, or another place.")

blueprint = Blueprint("conference", __name__)


class Table(NamedTuple):
    """What lies before the working group."""

    case: Case
    screening: Screening | None
    plan: Plan | None
    matches: Matches | None
    quorum: Quorum | None
    wished: Candidate | None

    @property
    def frame(self) -> casefile.Frame:
        return casefile.frame(self.case, screening=self.screening, plan=self.plan, matches=self.matches)


def _table(case_id: str, options: int, paths: int, wished: str = "") -> Table:
    """With the best `options` of the first `paths` of the screening, and the one place that was `wished` for."""
    about = {"case_id": case_id}
    case = lookup.case(case_id)
    screening, plan, quorum = SCREENING.of(**about), PLAN.of(**about), QUORUM.of(**about)
    matches, named = MATCHES.of(**about, limit=options, of_paths=paths), _named(case_id, wished)
    found = doors.together(screening, plan, matches, quorum, *([named] if wished else []))
    one = next(iter(_candidates(found[named])), None) if wished else None
    return Table(case, found[screening], found[plan], found[matches], found[quorum], one)


def _named(case_id: str, programme_id: str) -> Question[Matches]:
    return MATCHES.of(case_id=case_id, programme_ids=[programme_id])


def _placeless(table: Table) -> str | None:
    """The screening's first path, if it leads to places and no place of the registry may take the person."""
    first = next(iter(table.screening["paths"]), None) if table.screening and table.matches else None
    if first is None or KIND_OF_PATH.get(first) in WITHOUT_PLACE:
        return None
    return first if first not in (each["path"] for each in _candidates(table.matches)) else None


def _candidates(matches: Matches | None) -> list[Candidate]:
    return matches["candidates"] if matches else []


@blueprint.get("/cases/<uuid:case_id>/plan")
@gate.roles(*CASE_READERS)
def plan(case_id: UUID) -> Response:
    table = _table(str(case_id), OPTIONS_SHOWN, PATHS_SHOWN)
    agreed, chosen = table.plan, list[Candidate]()
    if agreed and (named := agreed["programme_ids"]):
        found = _candidates(doors.attempt(MATCHES.of(case_id=str(case_id), programme_ids=named)))
        chosen = sorted(found, key=lambda each: named.index(each["programme_id"]))
    earlier = doors.ask(PLANS.of(case_id=str(case_id)))["items"][:-1] if agreed and agreed["replaces"] else []
    looked_back = doors.attempt(REVIEWS.of(case_id=str(case_id))) if agreed else None
    return frame.page(
        "conference/plan.html", **table.frame, quorum=table.quorum, options=_candidates(table.matches), chosen=chosen,
        earlier=earlier, looked_back=looked_back["items"] if looked_back else [],
        most=COMPARED_MOST, fact_text=fact_text, in_language=in_language, placeless=_placeless(table),
    )  # fmt: skip


@blueprint.get("/working-group/projected")
@gate.roles(*CASE_READERS)
def projected() -> Response:
    """The cases that wait for the working group on the wall, one a screen, or those of a `?meeting=`, in the order of
    its agenda; `?case=` is the one that is shown."""
    meeting_id = query.id("meeting")
    waiting, count = _agenda(meeting_id) if meeting_id else _that_wait()
    shown = query.id("case") or next(iter(waiting), None)
    if shown is None:
        return frame.page("conference/projected.html", case=None, meeting_id=meeting_id)
    table = _table(shown, OPTIONS_SHOWN, PATHS_SHOWN)
    # One that was decided meanwhile stays on the wall; the list goes on from its beginning.
    place = waiting.index(shown) if shown in waiting else -1
    return frame.page(
        "conference/projected.html", **table.frame, quorum=table.quorum, options=_candidates(table.matches),
        most=COMPARED_MOST, fact_text=fact_text, placeless=_placeless(table), place=place + 1, count=count,
        before=waiting[place - 1] if place > 0 else None, after=next(iter(waiting[place + 1 : place + 2]), None),
        meeting_id=meeting_id,
    )  # fmt: skip


def _that_wait() -> tuple[list[str], int]:
    """The first of them, and how many they are."""
    listed = doors.ask(WORK.of(acts="group", limit=LIMIT_MOST))
    return [row["case_id"] for row in listed["items"]], sum(listed["counts"].values())


def _agenda(meeting_id: str) -> tuple[list[str], int]:
    agenda = doors.ask(MEETING.of(meeting_id=meeting_id))["agenda"]
    return [item["case_id"] for item in agenda], len(agenda)


@blueprint.route("/cases/<uuid:case_id>/plan/record", methods=["GET", "POST"])
@gate.roles(*STAFF)
def record(case_id: UUID) -> Response:
    """The decision. `more` adds rows for members and keeps what was typed; `?programme_id=` is the place chosen
    before."""
    named = query.id("programme_id")
    table = _table(str(case_id), OPTIONS_OFFERED, len(PLAN_PATHS), named)
    if stopped := over.instead(table.case):
        return stopped
    offered = [each for each in _candidates(table.matches) if each["verdict"] != "ineligible"]
    wished = table.wished
    if wished and wished["programme_id"] not in (each["programme_id"] for each in offered):
        offered = [wished, *offered]
    before, screening = table.plan, table.screening
    paths = screening["paths"] if screening else []
    runtime, centre = gateway.runtime(), table.case["centre"]
    last_time = groups.last(runtime, centre)
    members = last_time or _secretary()
    best = (
        next(iter(paths), None) if screening and screening["decided"] else None
    )  # nothing decided chooses nothing
    first = {"path": wished["path"] if wished else best, "members": members}
    form = Form(
        AGREE, first | ({"programme_ids": [wished["programme_id"]]} if wished else {}),
        fixed={"case_id": str(case_id)}, read={"goals": inputs.lines},
        version=before["version"] if before else None, draft=later("Record the decision"), case_id=str(case_id),
    )  # fmt: skip
    rows, asking = inputs.rows(form, max(len(members), ROWS)), dict[str, list[str]]()
    if form.sent and not form.value("more"):
        at, who = inputs.happened(form), _who(form.typed, rows)
        form.load(_with(form.typed, _voted(who)))
        if not form.body.get("members"):
            form.errors["members"] = [_("Fill in who voted, and how.")]
        path_of = {each["programme_id"]: each["path"] for each in offered}
        chosen = form.chosen("programme_ids")
        asking = dissent.to_ask(form, {f"members.{row}.vote": f"members.{row}.reason" for row in _voted(who)})
        if any(path_of.get(each, form.value("path")) != form.value("path") for each in chosen):
            form.add({"programme_ids": [OTHER_PATH]})
        if not form.errors and not asking:
            with form.catching():
                told = doors.tell(AGREE_PLAN, form.body, at=at, if_match=form.version)
                groups.keep(runtime, centre, _names(who))
                said = [_("The plan is recorded."), *map(_warning, told["warnings"])]
                return frame.done(" ".join(said), ".plan", case_id=case_id)
        form.errors = {_in_place(name, _voted(who)): said for name, said in form.errors.items()}
        form.errors |= asking
    shut = {each["path"]: each for each in screening["closed"]} if screening else {}
    ordered = [*paths, *(path for path in PLAN_PATHS if path not in paths)]
    ordered.sort(key=lambda path: path in shut)
    places = [(each["programme_id"], place_named(each)) for each in offered]
    return frame.page(
        "conference/record.html", **table.frame, quorum=table.quorum, form=form,
        asked=dissent.once(form, asking), rows=rows, roles=words("member_role"),
        most_places=PLACES_MOST, votes=[*words("vote"), (ABSENT, _("Was not there"))],
        of_last_time=bool(last_time) and not form.sent,
        paths=[(path, path_named(path, shut)) for path in ordered], places=places, shut=shut, in_language=in_language,
        colleagues=sorted(people.colleagues(centre), key=collation.sort_key),
    )  # fmt: skip


def _secretary() -> list[dict[str, str]]:
    """Who writes the first decision of a centre down, if their name is known."""
    called = people.person(visit.caller().user).called
    return [{"name": called, "role": "secretary"}] if called else []


def _warning(code: str) -> str:
    if code == SOUND_ALIKE:
        return _("Two members' names sound alike: look whether they are two people.")
    return word("fit_warning", code)


def path_named(path: str, shut: Mapping[str, ClosedPath]) -> str:
    if path not in shut:
        return word("path", path)
    why = _("forbidden by law") if shut[path]["never"] else _("closed by the screening")
    return f"{word('path', path)} ({why})"


def place_named(candidate: Candidate) -> str:
    free = _("%(n)s free") % {"n": candidate["places_free"]}
    if candidate["verdict"] != "eligible":
        free += f" · {verdict_word(candidate['verdict'])}"
    if candidate["settles"]:
        free += f": {listed(word('fact', each) for each in candidate['settles'])}"
    return f"{candidate['partner']} · {candidate['programme']} · {word('path', candidate['path'])} ({free})"


Rows = Mapping[int, Mapping[str, str]]  # of the form: {number: {name, role, vote, reason}} as typed


def _who(typed: "MultiDict[str, str]", rows: int) -> Rows:
    """Rows with a role alone, and blank ones, are nobody's."""
    told = {row: {part: typed.get(f"members.{row}.{part}", "") for part in ROW} for row in range(rows)}
    return {
        row: each for row, each in told.items() if any(each[part].strip() for part in ROW if part != "role")
    }


def _voted(who: Rows) -> Rows:
    return {row: each for row, each in who.items() if each["vote"] != ABSENT}


def _names(who: Rows) -> list[dict[str, str]]:
    """[{name, role}] of everybody, also of who was not there this time."""
    named = [{part: each[part].strip() for part in ("name", "role")} for each in who.values()]
    return [each for each in named if each["name"] and each["role"] in MEMBER_ROLES]


def _with(typed: "MultiDict[str, str]", members: Rows) -> "MultiDict[str, str]":
    """What was typed, with these members only, one after the other."""
    others = [(name, text) for name, text in typed.items(multi=True) if not name.startswith("members.")]
    rows = enumerate(members.values())
    return MultiDict(
        others + [(f"members.{row}.{part}", text) for row, each in rows for part, text in each.items()]
    )


def _in_place(name: str, members: Rows) -> str:
    """A field's name among `members` alone, as the form calls it."""
    field = re.fullmatch(r"members\.([0-9]+)(.*)", name)
    return f"members.{[*members][int(field[1])]}{field[2]}" if field else name
