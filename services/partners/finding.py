"""Places for a person, as they are and as they were; people for a place; and what a change of rules would change."""

from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from services.codes import ages, stays
from services.codes.access import STAFF
from services.codes.coarse import few
from services.kernel import scope
from services.kernel.doors import Call, Doors, query
from services.kernel.envelope import ALL_CENTRES, instant, moment
from services.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from services.kernel.lists import make_cursor, page_cursor
from services.partners import answers, bodies, schemas
from services.partners.domain import candidates, ranking, waiting
from services.partners.domain.offers import Held, Level, Offer, Registry
from services.partners.events import PartnerMatched
from services.partners.projections import adopted, earlier, matching, organisations, partners, upstream
from services.partners.projections.waiting import Shown, get_waiting, list_shown
from services.thai import dates

AGE_SECONDS = 2.0  # to ask intake for an age
READERS = (*STAFF, "member")


class Finding(Doors):
    @query("case.matches", roles=READERS, schema=schemas.Matches())
    def matches(self, call: Call, body: bodies.Matches) -> answers.Matches:
        """All programmes ranked for a case as of now, or those asked for, a page at a time. A candidate keeps its rank
        among all, whatever is asked for."""
        case_id, wait = body["case_id"], body["wait"]
        self._require_path(body["path"])
        case = self._case(call, case_id, wait)
        if case is not None and not call.caller.sees(case.centre):
            raise NotFound("case")
        screened = case and (
            case.screened or self.runtime.long_until(partial(upstream.get_screened, case_id=case_id), wait)
        )
        if screened is None:
            return {
                "computed_at": None,
                "rules_version": None,
                "counts": ranking.NONE,
                "settles": [],
                "draw": None,
                "provinces": {},
                "candidates": [],
                "next": None,
            }
        return self._ranked(call, screened, body)

    @query("case.matches", roles=READERS, schema=schemas.EarlierMatches())
    def earlier_matches(self, call: Call, body: bodies.EarlierMatches) -> answers.EarlierMatches:
        """When the case was matched: at each screening, and when a plan chose a programme; the latest first."""
        self._own_case(call, body["case_id"])
        log = self.runtime.log
        noted = self.runtime.read(lambda db: earlier.list_noted(log, db, body["case_id"]))
        return {"items": [_noted(at, event) for at, event in reversed(noted)]}

    @query("case.matches", roles=READERS, schema=schemas.EarlierMatch())
    def earlier_match(self, call: Call, body: bodies.EarlierMatch) -> answers.EarlierMatch:
        """The list as it was then, with its reasons, computed again from the registry and the screening of that moment.
        NotFound for a match that is not of this case."""
        self._own_case(call, body["case_id"])
        log = self.runtime.log
        found = self.runtime.survey(lambda db: earlier.get_match(log, db, body["case_id"], body["match_id"]))
        if found is None:
            raise NotFound("match")
        known: answers.EarlierMatch = {
            **_noted(found.at, found.event), "same": None, "settles": [], "candidates": [],
        }  # fmt: skip
        if found.ranked is None:
            return known
        ranked, event = found.ranked, found.event
        shown = range(min(body["limit"], len(ranked.order)))
        first = [
            _standing(ranked, position) for position in range(min(len(event.candidates), len(ranked.order)))
        ]
        alike = [each for each in event.candidates if each["programme_id"] != event.inputs["programme_id"]]
        return {
            **known,
            "same": ranked.counts == event.counts and all(each in first for each in alike),
            "settles": ranked.settles(),
            "candidates": [candidates.candidate(ranked, position) for position in shown],
        }

    @query("programme.candidates", roles=READERS, schema=schemas.Candidates())
    def candidates(self, call: Call, body: bodies.Candidates) -> answers.People:
        """The inverse of matches: who waits and is not ruled out, best first, of the caller's centres; of others how
        many fit. NotFound for a programme that is unknown or that nobody is matched with: a bed for some nights."""
        centres, day = _centres(call), dates.bangkok_day(call.now)
        offer, everybody, own = self._queue(call, body["programme_id"], centres)
        ids = [everybody.ids[slot] for slot in own.order[: body["limit"]]]
        shown = self.runtime.read(lambda db: list_shown(db, ids))
        fits = everybody.by_centre(everybody.here & (own.verdicts == 0))
        return {
            "programme_id": offer["programme_id"],
            "places_free": offer["free"],
            "of": len(own.order),
            "draw": own.seed,
            "items": [
                _person(offer, shown[each], rank, own, everybody, day)
                for rank, each in enumerate(ids, start=1)
                if each in shown
            ],
            "elsewhere": {
                centre: few(count)
                for centre, count in fits.items()
                if centres is not None and centre not in centres
            },
        }

    @query("programme.candidates", roles=READERS, schema=schemas.StandingBefore())
    def standing_before(self, call: Call, body: bodies.StandingBefore) -> answers.StandingBefore:
        """Who stands before a case on that list, of its own centre, best first: by their ids alone, because it is asked
        at every sending. NotFound as there."""
        case_id = body["case_id"]
        case = self._own_case(call, case_id)
        offer, everybody, own = self._queue(call, body["programme_id"], (case.centre,))
        order = [everybody.ids[slot] for slot in own.order]
        before = order[: order.index(case_id)] if case_id in order else None
        return {"places_free": offer["free"], "before": before}

    def _queue(
        self, call: Call, programme_id: str, centres: Sequence[str] | None
    ) -> tuple[Offer, waiting.Waiting, waiting.Queue]:
        registry, everybody = self._registry_and_waiting()
        offer = self._offer(registry, programme_id)
        if offer is None:
            raise NotFound("programme")
        said_no = self.runtime.read(lambda db: upstream.list_said_no(db, programme_id))
        ruled_out = [each.case_id for each in said_no if ranking.rules_out(offer, each, call.now)]
        declined = [each.case_id for each in said_no]
        among, day = everybody.of_centres(centres), dates.bangkok_day(call.now)
        return offer, everybody, waiting.queue(everybody, offer, day, declined, among, ruled_out)

    @query("programme.correct", roles=STAFF, schema=schemas.WhatIf())
    def what_if(self, call: Call, body: bodies.WhatIf) -> answers.WhatIf:
        """What other rules of a programme would change for those who wait now; nothing is changed. Cases of the
        caller's centres, of others how many. NotFound for an unknown programme."""
        registry, everybody = self._registry_and_waiting()
        offer = self._offer(registry, body["programme_id"])

        def changed(offer: Offer) -> Offer:
            return {**offer, "rules": body["rules"]}

        return self._shifted(call, everybody, [offer] if offer else [], changed, body["limit"])

    @query("partner.correct", roles=STAFF, schema=schemas.WhatIfOfAll())
    def what_if_of_all(self, call: Call, body: bodies.WhatIfOfAll) -> answers.WhatIf:
        """The same of the rules that hold for all that a partner and its members offer."""
        partner_id = body["partner_id"]
        self.runtime.get_or_pull(partial(partners.get_last_change, partner_id=partner_id, programme_id=None))
        registry, everybody = self._registry_and_waiting()
        members = {*self.runtime.read(lambda db: organisations.list_members(db, partner_id))}
        theirs = members | {partner_id}
        offers = [row for row in registry.rows if not row["retired"] and row["partner_id"] in theirs]
        held: Held = {"rules": body["rules"], "rules_at": instant(call.now)}

        def changed(offer: Offer) -> Offer:
            level: Level = "network" if offer["partner_id"] in members else "organisation"
            return {**offer, "inherited": {**offer["inherited"], level: held}}

        return self._shifted(call, everybody, offers, changed, body["limit"])

    def accepting(self, call: Call, case_id: str, path: str | None, free: bool) -> Container[str] | None:
        """The partners with a programme (of a path, with places free) that does not rule a case out; None: nobody was
        screened, so that none does."""
        if call.caller.role not in READERS:
            raise Forbidden("Only who sees the case may ask who takes it.")
        screened = self._own_case(call, case_id).screened
        if screened is None:
            return None
        ranked = ranking.rank(self.runtime.read(matching.get_registry), screened, call.now)
        rows = (ranked.standing(int(position)) for position in ranked.where(path=path))
        return {
            row["partner_id"]
            for row, verdict, _ in rows
            if verdict != "ineligible" and (row["free"] or not free)
        }

    def _shifted(
        self,
        call: Call,
        everybody: waiting.Waiting,
        offers: Sequence[Offer],
        changed: Callable[[Offer], Offer],
        most: int,
    ) -> answers.WhatIf:
        centres = _centres(call)
        shift = waiting.shift(everybody, offers, changed, dates.bangkok_day(call.now))
        own = everybody.of_centres(centres)
        moved = own & (shift.gained | shift.lost)
        slots = [int(slot) for slot in moved.nonzero()[0]]
        slots.sort(key=lambda slot: (bool(shift.gained[slot]), everybody.opened(slot), everybody.ids[slot]))
        ids = [everybody.ids[slot] for slot in slots[:most]]
        shown = self.runtime.read(lambda db: list_shown(db, ids))
        gained, lost = (everybody.by_centre(everybody.here & each) for each in (shift.gained, shift.lost))
        others = [
            centre for centre in sorted(gained.keys() | lost.keys())
            if centres is not None and centre not in centres
        ]  # fmt: skip
        return {
            "of": int(own.sum()),
            "programmes": len(offers),
            "gained": int((own & shift.gained).sum()),
            "lost": int((own & shift.lost).sum()),
            "items": [
                {
                    "case_id": case_id,
                    "case_number": shown[case_id].case_number,
                    "centre": shown[case_id].waiter.screened.centre,
                    "before": ranking.ELIGIBILITY[shift.before[slot]],
                    "after": ranking.ELIGIBILITY[shift.after[slot]],
                }
                for case_id, slot in zip(ids, slots, strict=False)
                if case_id in shown
            ],
            "elsewhere": {
                centre: {"gained": few(gained.get(centre, 0)), "lost": few(lost.get(centre, 0))}
                for centre in others
            },
        }

    def _registry_and_waiting(self) -> tuple[Registry, waiting.Waiting]:
        # Of other centres only counts leave this service.
        with scope.narrow(scope.EVERYTHING):
            return self.runtime.read(lambda db: (matching.get_registry(db), get_waiting(db)))

    def _offer(self, registry: Registry, programme_id: str) -> Offer | None:
        """As the registry has it; None: nobody is matched with it. NotFound for an unknown programme."""
        known = self.runtime.get_or_pull(partial(partners.get_programme, programme_id=programme_id))
        place = registry.index.get(programme_id)
        if place is not None:
            return registry.rows[place]
        if known["path"] != stays.PATH:
            raise NotFound("programme")  # it was offered after the registry was read
        return None

    def _own_case(self, call: Call, case_id: str) -> upstream.Case:
        find = partial(upstream.get, case_id=case_id)
        case = self.runtime.get_or_pull(find, "screening")
        if not call.caller.sees(case.centre):
            self.runtime.catch_up("intake")  # it may have been handed over to them
            case = self.runtime.get_or_pull(find)
        if not call.caller.sees(case.centre):
            raise NotFound("case")
        return case

    def _require_path(self, path: str | None) -> None:
        """Invalid: a way forward that is asked for and not there."""
        if path is not None and self.runtime.read(lambda db: adopted.get(db, "paths", path)) is None:
            raise adopted.unknown("paths", "path")

    def _case(self, call: Call, case_id: str, wait: float) -> upstream.Case | None:
        """A case we know, or hear of in time, for screening itself may not have heard of it yet; None where intake has
        it and nobody else so far. Nobody waits for one that is not there."""
        find = partial(upstream.get, case_id=case_id)
        try:
            return self.runtime.get_or_pull(find, "screening")
        except NotFound:
            if not wait:
                raise
        today = dates.bangkok_day(call.now).isoformat()
        self.runtime.ask("intake", "age", call, {"case_id": case_id, "day": today}, AGE_SECONDS)
        return self.runtime.long_until(find, wait)

    def _of_age(self, call: Call, screened: ranking.Screened, day: date) -> ranking.Screened:
        """With the age on the day by the birth date, which intake alone knows, where a birthday may have come since the
        screening; if intake cannot be asked, the age may be either."""
        facts = screened.facts
        if not facts.get("age") or facts["age"]["on"] >= day.isoformat():
            return screened
        body = {"case_id": screened.case_id, "day": day.isoformat()}
        try:
            known = self.runtime.ask("intake", "age", call, body, AGE_SECONDS)["age"]
        except (Unavailable, NotFound, Forbidden, Invalid):
            return screened
        age = ages.narrowed(ages.aged(facts["age"], day), known and ages.aged(ages.of_case(known), day))
        return replace(screened, facts={**facts, "age": age})

    def _ranked(self, call: Call, screened: ranking.Screened, body: bodies.Matches) -> answers.Matches:
        """The cursor keeps the first page's moment and screening, so that all pages are ranked alike."""
        computed_at, key, place = instant(call.now), -1, -1
        if body["cursor"]:
            computed_at, key, place = _continued(body["cursor"], screened)
        screened = self._of_age(call, screened, dates.bangkok_day(moment(computed_at)))
        ranked = ranking.rank(self.runtime.read(matching.get_registry), screened, moment(computed_at))
        wanted = ranked.where(
            body["verdict"], body["path"], body["province"], body["outside"], body["programme_ids"]
        )
        left = wanted[wanted >= ranked.after(key, place)]
        places = [int(position) for position in left[: body["limit"]]]
        if body["of_paths"]:
            places = ranked.best_of_paths(body["of_paths"], body["limit"])
        return {
            "computed_at": computed_at,
            "rules_version": screened.rules_version,
            "counts": ranked.counts,
            "settles": ranked.settles(),
            "draw": screened.draw,
            "provinces": ranked.by_province(wanted),
            "candidates": [candidates.candidate(ranked, position) for position in places],
            "next": make_cursor(
                [
                    computed_at,
                    screened.screening_id,
                    int(ranked.keys[places[-1]]),
                    int(ranked.order[places[-1]]),
                ]
            )
            if len(left) > body["limit"] and not body["of_paths"]
            else None,
        }


def _centres(call: Call) -> Sequence[str] | None:
    return None if ALL_CENTRES in call.caller.centres else call.caller.centres


def _noted(at: str, event: PartnerMatched) -> answers.NotedMatch:
    inputs = event.inputs
    return {
        "match_id": event.match_id,
        "at": inputs.get("at", at),
        "rules_version": event.rules_version,
        "plan_id": event.plan_id,
        "programme_id": inputs["programme_id"],
        "counts": event.counts,
        "draw": inputs.get("draw"),
        "noted": [
            {
                "programme_id": each["programme_id"],
                "partner_id": each["partner_id"],
                "verdict": each["verdict"],
                "rank": each["rank"],
            }
            for each in event.candidates
        ],
    }


def _standing(ranked: ranking.Ranking, position: int) -> answers.Noted:
    row, verdict, rank = ranked.standing(position)
    return {
        "programme_id": row["programme_id"], "partner_id": row["partner_id"], "verdict": verdict, "rank": rank,
    }  # fmt: skip


def _person(
    offer: Offer, case: Shown, rank: int, queue: waiting.Queue, everybody: waiting.Waiting, day: date
) -> answers.Person:
    screened, slot = case.waiter.screened, everybody.index[case.waiter.screened.case_id]
    known = ranking.known_of(screened, day)
    return {
        "case_id": screened.case_id,
        "case_number": case.case_number,
        "centre": screened.centre,
        "verdict": ranking.ELIGIBILITY[queue.verdicts[slot]],
        "rank": rank,
        "waiting_days": max(0, (day - case.waiter.opened).days),
        "reasons": (reasons := candidates.reasons_of(offer, screened, known)),
        "settles": candidates.settles(reasons, screened),
        "criteria": candidates.criteria_of_person(
            offer, screened, (day - case.waiter.opened).days, int(queue.lots[slot])
        ),
    }


def _continued(cursor: str, screened: ranking.Screened) -> tuple[str, int, int]:
    """(the first page's moment, the last sort key shown and its place in the registry); Invalid when the cursor is
    broken or of another screening."""
    computed_at, screening_id, key, place = page_cursor(cursor, 4)
    try:
        moment(computed_at)
        key, place = int(key), int(place)
    except (TypeError, ValueError):
        raise Invalid({"cursor": ["Not a cursor of this list."]}) from None
    if screening_id != screened.screening_id:
        raise Invalid({"cursor": ["The case was screened again; begin with the first page."]})
    return computed_at, key, place
