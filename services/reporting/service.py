"""Reporting's doors: the figures, the story of a case, and the merged log. It hears everything and decides nothing."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection

from services.codes.access import CASE_READERS, FIGURE_READERS, READERS, STAFF
from services.codes.coarse import SMALL, coarse
from services.codes.feed import ENDED_UNTOLD, OF_PARTNER
from services.codes.notices import BY_TYPE, READ_FIELDS
from services.kernel import owners, scope
from services.kernel.doors import Call, Doors, Runtime, query
from services.kernel.envelope import ALL_CENTRES, Caller, instant
from services.kernel.errors import Forbidden, Invalid, NotFound
from services.kernel.wiring import Wiring
from services.reporting import answers, bodies, schemas, small_cells, visibility
from services.reporting.projections import (
    behind,
    figures,
    merged_log,
    milestones,
    outreach,
    own_cases,
    timeline,
    waits,
)
from services.reporting.projections.period import Period
from services.thai.dates import bangkok_day, budget_period, budget_year

T = TypeVar("T")

WIRING = Wiring(
    service="reporting",
    projections=(owners.OWNERS, milestones.MILESTONES, outreach.OUTREACH, waits.PEOPLE, own_cases.OWN_CASES),
    hears={source: {"*": ()} for source in merged_log.SOURCES},
    keeps=coarse,
)


class ReportingService(Doors):
    name = "reporting"
    runtime = Runtime(WIRING)

    @query("report.overview", roles=FIGURE_READERS, schema=schemas.Overview())
    def overview(self, call: Call, body: bodies.Overview) -> answers.Overview:
        """The figures of a period, as known at a moment; `data_up_to` is the recorded time of the last fact heard. To
        who may not see cases a small count is None (small_cells), and `hidden` says why."""

        def find(db: Connection) -> answers.Overview:
            period, up_to = _period_of(db, call, body), merged_log.get_data_up_to(db)
            counted = figures.get(db, period, _fewest(call.caller))
            shown = small_cells.whole(counted) if _sees_cases(call.caller) else small_cells.overview(counted)
            return {
                "as_of": period.as_of or _known_by(call, up_to),
                "period": {"from": period.first, "to": period.last},
                "centre": body["centre"],
                "data_up_to": up_to,
                **shown,
            }

        return self._look(body, find)

    @query("report.overview", roles=FIGURE_READERS, schema=schemas.Overview())
    def placements(self, call: Call, body: bodies.Overview) -> answers.PlacementsSpread:
        """The placements of a period by month and by centre, the cases that were accepted, and the median days between
        steps."""
        return self._look(
            body, lambda db: figures.get_placements(db, _period_of(db, call, body), _fewest(call.caller))
        )

    @query("report.overview", roles=FIGURE_READERS, schema=schemas.Span())
    def waits(self, call: Call, body: bodies.Span) -> answers.Waits:
        """How long people wait and waited, by kinds of people: of what the overview tells a small count of, nobody who
        may not see cases is told it here (small_cells)."""

        def find(db: Connection) -> answers.Waits:
            period, up_to = _period_of(db, call, {**body, "as_of": None}), merged_log.get_data_up_to(db)
            found = waits.get(db, period, bangkok_day(call.now))
            return {
                "period": {"from": period.first, "to": period.last},
                "centre": body["centre"],
                "data_up_to": up_to,
                **small_cells.waits(found, hides=not _sees_cases(call.caller)),
            }

        return self.runtime.survey(find)

    @query("report.overview", roles=FIGURE_READERS, schema=schemas.Span())
    def outreach_figures(self, call: Call, body: bodies.Span) -> answers.OutreachFigures:
        """The activities of a period and what came of them: of no case anything but that it came, was referred, was
        placed."""
        return self.runtime.survey(lambda db: outreach.get(db, _period_of(db, call, {**body, "as_of": None})))

    @query("report.cases", roles=CASE_READERS, schema=schemas.CameOf())
    def came_of(self, call: Call, body: bodies.CameOf) -> answers.CameOfEach:
        """What came of some activities, as far as it is the caller's centres'."""
        centres = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        return {"items": self.runtime.read(lambda db: outreach.list_came(db, body["outreach_ids"], centres))}

    @query("report.own_cases", roles=STAFF, schema=schemas.OwnCases())
    def own_cases(self, call: Call, body: bodies.OwnCases) -> answers.OwnCases:
        """The cases that the caller screened or answered for in a period, with what became of them. Nobody else's."""
        first, last = _period(body["first"], body["last"], bangkok_day(call.now))
        centres = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        items, more = self.runtime.read(
            lambda db: own_cases.get(db, call.caller.user, centres, first.isoformat(), last.isoformat())
        )
        return {
            "period": {"from": first.isoformat(), "to": last.isoformat()},
            "counts": own_cases.sums(items),
            "items": items,
            "more": more,
        }

    @query("report.cases", roles=CASE_READERS, schema=schemas.Behind())
    def behind(self, call: Call, body: bodies.Behind) -> answers.RowsBehind:
        """The cases or referrals that a figure counts, newest first."""
        figure, value, limit, cursor = body["figure"], body["value"], body["limit"], body["cursor"]
        return self._look(
            body, lambda db: behind.list_rows(db, _period_of(db, call, body), figure, value, limit, cursor)
        )

    @query("case.timeline", roles=CASE_READERS, schema=schemas.Timeline())
    def timeline(self, call: Call, body: bodies.Timeline) -> answers.Timeline:
        """Everything that happened in a case, told by all services. A centre that handed it on reads of it what its own
        work wrote, and that it was handed on."""
        case_id, caller = body["case_id"], call.caller
        # Whose it was is said by rows that are others': whose they are is compared here.
        with scope.narrow(scope.EVERYTHING):
            of_case = self.runtime.get_or_pull(lambda db: timeline.get_ownership(db, case_id), "intake")
        if not caller.sees(of_case.now):
            if not any(map(caller.sees, of_case.before)):
                raise NotFound("case")
            self.runtime.catch_up("intake")  # it may be theirs by now
            with scope.narrow(scope.EVERYTHING):
                of_case = self.runtime.get_or_pull(lambda db: timeline.get_ownership(db, case_id))
        whole = caller.sees(of_case.now)
        events = self.runtime.read(lambda db: timeline.list_events(db, case_id))
        return {
            "items": [
                _item(visibility.in_story(each)) for each in events if whole or _of_theirs(each, caller)
            ]
        }

    @query("log.read", roles=(*READERS, "partner"), schema=schemas.Events())
    def events(self, call: Call, body: bodies.Events) -> answers.Events:
        """The merged log behind a position. Positions of facts the caller may not see are passed over, so `next` may
        run ahead of what is shown, even of an empty page; the log is read to its end when `next` is `after` again. What
        each event shows is marked beside its fields (visibility)."""
        after, limit, of_centre = body["after"], body["limit"], _sees_cases(call.caller)

        def read(db: Connection) -> answers.Events:
            found, position = merged_log.list_events(
                db, after, limit, lambda event, position: _visible(db, event, position, call.caller)
            )
            items = [visibility.in_log(event, of_centre) for event in found]
            return {"items": items, "next": position, "head": merged_log.get_head(db)}

        return self.runtime.read(read)

    @query("log.read", roles=("system",), schema=schemas.NoticesAfter())
    def notices(self, call: Call, body: bodies.NoticesAfter) -> answers.NoticeFacts:
        """Facts that somebody is told of, behind a position in the merged log: the front door tells them."""
        after, since, limit = body["after"], body["since"], body["limit"]

        def read(db: Connection) -> answers.NoticeFacts:
            start = merged_log.get_position(db, since or "") if after is None else after
            found, position = merged_log.list_of_types(db, BY_TYPE, start, limit)
            return {"items": [_notice(db, event) for event in found], "next": position}

        return self.runtime.read(read)

    def _look(self, body: bodies.Overview, find: Callable[[Connection], T]) -> T:
        """What is known now stands in sums; what was known at an earlier moment is looked for among many rows."""
        return self.runtime.survey(find) if body["as_of"] else self.runtime.read(find)


def _notice(db: Connection, event: answers.Event) -> answers.NoticeFact:
    case_id, position = event.get("caseid") or event["data"].get("case_id"), event["position"]
    early = event["type"] in ENDED_UNTOLD and case_id is not None
    return {
        "position": position, "id": event["id"], "type": event["type"], "recordedtime": event["recordedtime"],
        "centre": event["data"].get("centre") or event["centre"], "actor": event["actor"], "case_id": case_id,
        "partner_id": event.get("partnerid") or event["data"].get("partner_id"),
        "told": not early or merged_log.is_told(db, case_id or "", event.get("streamid", ""), position),
        "data": {name: value for name, value in event["data"].items() if name in READ_FIELDS},
    }  # fmt: skip


def _sees_cases(caller: Caller) -> bool:
    return caller.role in CASE_READERS


def _fewest(caller: Caller) -> int:
    """Of how many cases a median is told."""
    return 1 if _sees_cases(caller) else SMALL


def _period_of(db: Connection, call: Call, body: bodies.Overview) -> Period:
    """What is asked for, within what the caller may see."""
    centre, caller = body["centre"], call.caller
    if centre and not caller.sees(centre):
        raise Forbidden("These are another centre's figures.")
    centres = (centre,) if centre else None if ALL_CENTRES in caller.centres else caller.centres
    first, last = _period(body["first"], body["last"], bangkok_day(call.now))
    as_of = body["as_of"]
    # Figures of a moment that is still to come could change.
    if as_of and as_of >= instant(call.now) and as_of >= _known_by(call, merged_log.get_data_up_to(db)):
        as_of = None
    return Period(centres, first.isoformat(), last.isoformat(), as_of)


def _known_by(call: Call, up_to: str | None) -> str:
    """What is known ends now, or where a clock ahead of ours says it ends, by which facts were heard `up_to` then."""
    return max(instant(call.now), up_to or "")


def _period(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """An open end is today, an open beginning that of the budget year in which the period ends."""
    last = last or today
    first = first or budget_period(budget_year(last))[0]
    if first > last:
        raise Invalid({"from": ["It lies after the end of the period."]})
    return first, last


def _visible(db: Connection, event: answers.Event, position: int, caller: Caller) -> bool:
    """A partner's own referrals, from when it was told of each. Of everybody else own cases', and what all centres
    share: the partner registry and the rules. A place may be given to a case of another centre than the one whose work
    freed it; such a fact names its centre itself."""
    if caller.partner_id is not None:
        case_id, type = event.get("caseid"), event["type"]
        if type not in OF_PARTNER or event.get("partnerid") != caller.partner_id or case_id is None:
            return False
        early = type in ENDED_UNTOLD
        return not early or merged_log.is_told(db, case_id, event.get("streamid", ""), position)
    if "caseid" not in event and event["source"] in ("/songtor/partners", "/songtor/screening"):
        return True
    if event["type"] == owners.TRANSFER and caller.sees(str(event["data"]["from"])):
        return True
    return caller.sees(event["data"].get("centre") or event["centre"])


def _of_theirs(event: answers.Event, caller: Caller) -> bool:
    """Whether a fact of a case is the work of the caller's centres, or says that it left one of them."""
    handed_on = event["type"] == owners.TRANSFER and caller.sees(str(event["data"]["from"]))
    return handed_on or caller.sees(event["centre"])


def _item(event: answers.Event) -> answers.StoryItem:
    item: answers.StoryItem = {
        "id": event["id"],
        "type": event["type"],
        "time": event["time"],
        "recordedtime": event["recordedtime"],
        "service": event["source"].rpartition("/")[2],
        "actor": event["actor"],
        "data": event["data"],
    }
    if "actingfor" in event:
        item["actingfor"] = event["actingfor"]
    return item
