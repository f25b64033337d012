"""The whole story of people in all services of one network: centres, partners, what they do, and what must hold of it.

A sentence of `broken` says what is wrong at the moment, and which logs somebody has not heard to their end that explain
it: none explains what may never be. Long because whatever people do is told in one story.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from services.codes import UNDER_WAY, procedure
from services.codes.deadlines import ESCALATED
from services.codes.steps import CONSENT_WITHDRAWN
from services.intake.projections import work
from services.intake.service import IntakeService
from services.kernel import owners
from services.kernel.envelope import Envelope, Recorded, instant
from services.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unavailable
from services.kernel.eventlog import Unit
from services.kernel.local import Network
from services.kernel.timers import Timers
from services.partners.service import PartnersService
from services.referral.service import ReferralService
from services.reporting.measures import MEASURES
from services.reporting.projections.milestones import counted
from services.reporting.service import ReportingService
from services.screening.domain.adoption import RULES, AdoptRules
from services.screening.service import ScreeningService
from services.thai.dates import bangkok_day
from tests.reporting.long_way import Known, said

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
SERVICES = (IntakeService, ScreeningService, PartnersService, ReferralService, ReportingService)
NO = (Refused, Invalid, NotFound, Forbidden, Unavailable, Conflict)  # answers that people get, and go on
OPENING = {
    "channel": "walk_in",
    "found": {},
    "person": {"identity_status": "unknown", "sex": "male", "nationality": "unknown", "domicile": []},
}
MEMBERS = [
    {"name": f"กรรมการ {n}", "role": "chair" if n == 1 else "member", "vote": "agree"} for n in (1, 2, 3)
]
WORK = {"kind": "general", "income_baht_month": 9000}
STEPS: Mapping[str, Mapping[str, Any]] = {
    "told": {"how": "phone"},
    "acknowledge": {},
    "accept": {},
    "decline": {"reason": "cost", "whose": "partner"},
    "take-back": {},
    "uphold": {},
    "waitlist": {},
    "withdraw": {},
    "travel": {"brought_by": "staff", "escort": "คุณวิชัย", "cost_baht": 300},
    "admit": {"handed_to": "คุณมาลี"},
    "confirm": {},
    "fail": {},
    "follow-up": {"in_place": True, "work": WORK},
    "end": {"outcome": "moved"},
    "entered-in-error": {"note": "ผิดคน"},
}
WAY = ("confirm", "admit", "travel", "accept", "told", "follow-up")  # the furthest first
BY_LINK = ("acknowledge", "accept", "decline", "take-back", "waitlist")
PATHS = ("foundation", "employer_general", "return_family")


class Broken(NamedTuple):
    what: str
    explained_by: frozenset[tuple[str, str]] = frozenset()


def because(*pairs: str) -> frozenset[tuple[str, str]]:
    """ "referral<intake": what referral has not heard of intake explains it."""
    return frozenset((listener, source) for listener, _, source in (pair.partition("<") for pair in pairs))


class Story:
    """Centres 60 and 61, and three partners with a programme of one place each, two of them employers'."""

    def __init__(self, net: Network, chance: Random) -> None:
        self.net, self.chance = net, chance
        net.moves_while_waiting = False
        net.trusts_bells = True  # nobody puts a database back
        self.cases: dict[str, str] = {}  # case -> centre
        self.referrals: dict[str, str] = {}  # referral -> case
        self.asked: list[tuple[tuple[Any, ...], dict[str, Any], Any]] = []
        self.partner_of: dict[str, str] = {}
        self.path_of: dict[str, str] = {}
        self.planned: dict[str, str] = {}  # case -> path
        for number in range(3):
            self._offer(number)
        self.bed = self._bed()
        net.settle()
        net.clock.advance(days=1)

    def on(self, net: Network) -> "Story":
        """The same story in a copy of its network."""
        net.moves_while_waiting, net.trusts_bells = False, True
        other = copy(self)
        other.net, other.asked = net, []
        return other

    def _offer(self, number: int) -> None:
        outside, path = number > 0, PATHS[number > 0]
        registered = {
            "name": f"บ้าน {number}", "kind": "employer" if outside else "foundation", "under_ministry": not outside,
            "province": "60",
        }  # fmt: skip
        partner_id = self.net.call("partners", "register_partner", registered)["partner_id"]
        offer = {
            "partner_id": partner_id, "name": "ที่พัก", "path": path, "capacity": {"total": 1, "free": 1},
            "rules": {},
        }  # fmt: skip
        programme_id = str(self.net.call("partners", "offer_programme", offer)["programme_id"])
        self.partner_of[programme_id], self.path_of[programme_id] = partner_id, path

    def _bed(self) -> str:
        """The one interim bed that there is."""
        registered = {"name": "บ้านพัก", "kind": "other", "under_ministry": True, "province": "60"}
        partner_id = self.net.call("partners", "register_partner", registered)["partner_id"]
        offer = {
            "partner_id": partner_id, "name": "ห้องพัก", "path": "interim_stay",
            "capacity": {"total": 1, "free": 1}, "rules": {},
        }  # fmt: skip
        return str(self.net.call("partners", "offer_programme", offer)["programme_id"])

    @property
    def programmes(self) -> list[str]:
        return list(self.partner_of)

    def tell(self, service: str, door: str, body: Mapping[str, Any], centre: str = "60", **more: Any) -> Any:
        """The answer to a command; None if it was answered with a no. It can be asked once more (`again`)."""
        who = {
            "user": f"worker-{centre}",
            "centres": (centre,),
            "key": str(UUID(int=self.chance.getrandbits(128))),
            **more,
        }
        try:
            answer = self.net.call(service, door, body, **who)
        except NO:
            return None
        self.asked.append(((service, door, body), who, answer))
        return answer

    def ago(self, days: int) -> datetime:
        return self.net.clock() - timedelta(days=days)

    # -- what people do --------------------------------------------------------------------------------------------

    def open_case(self, centre: str, danger: str, days: int) -> None:
        answer = self.tell(
            "intake", "open_case", {**OPENING, "centre": centre, "danger": danger}, centre, at=self.ago(days)
        )
        if answer:
            self.cases[answer["case_id"]] = centre

    def of_case(
        self, service: str, door: str, case_id: str, body: Mapping[str, Any], days: int, **who: Any
    ) -> Any:
        centre = self.cases[case_id]
        return self.tell(service, door, {"case_id": case_id, **body}, centre, at=self.ago(days), **who)

    def plan(self, case_id: str, path: str, programme_ids: Sequence[str], days: int) -> None:
        body = {
            "members": MEMBERS,
            "path": path,
            "programme_ids": list(programme_ids),
            "why": "เหมาะสม",
            "goals": ["อยู่ได้"],
        }
        if self.of_case("screening", "agree_plan", case_id, body, days):
            self.planned[case_id] = path

    def fits(self, case_id: str, programme_id: str) -> bool:
        return self.planned.get(case_id) == self.path_of[programme_id]

    def send(self, case_id: str, programme_id: str, waitlist: bool, days: int) -> None:
        body = {"programme_id": programme_id, "consent": {"status": "given"}, "waitlist": waitlist}
        answer = self.of_case("referral", "send", case_id, body, days)
        if answer:
            self.referrals[answer["referral_id"]] = case_id

    def send_home(self, case_id: str, agreed: bool | None, days: int) -> None:
        family = {"relative": "พี่สาว", "agreed": agreed, "visited": True}
        body = {"family": family, "consent": {"status": "given"}}
        answer = self.of_case("referral", "send", case_id, body, days)
        if answer:
            self.referrals[answer["referral_id"]] = case_id

    def step(
        self, referral_id: str, step: str, days: int, by_link: bool = False, at: datetime | None = None
    ) -> Any:
        body, who = {"referral_id": referral_id, "step": step, **STEPS[step]}, {}
        if by_link and step in BY_LINK:
            row = self.row(referral_id)
            if row["partner_id"]:
                who = {"user": "p", "role": "partner", "centres": (), "partner": row["partner_id"]}
                body["by_channel"] = "link"
        at = at or self.ago(days)
        return self.tell("referral", "step", body, self.cases[self.referrals[referral_id]], at=at, **who)

    def onward(self, referral_id: str, days: int, by_link: bool) -> None:
        """The next step on the way to the placement and through it, if there is one."""
        about = {"referral_id": referral_id}
        possible = self.net.call("referral", "steps", about, centres=("60", "61"))
        named = {each["step"] for each in possible}
        step = next((each for each in WAY if each in named), None)
        if step:
            self.step(referral_id, step, days, by_link)

    def adopt(self, number: int, days: int) -> None:
        """A procedure of other deadlines, that counts from so many days ago on."""
        text = json.loads(procedure.SHIPPED_DOCUMENT)
        text["deadlines"]["answer"] = {"working_days": 3 + number, "remind": 1}
        text["deadlines"]["travel"] = {"working_days": 1 + number}
        text["escalation"] = {"user": f"user-{number}"}
        text["decline_review"] = {"60": ["partner/cost"], "61": ["partner/cost"]} if number else {}
        first, version = bangkok_day(self.ago(days)).isoformat(), f"procedure-{self.chance.getrandbits(32)}"
        whole = AdoptRules(procedure.NAME, version, first, json.dumps({**text, "version": version}))
        now, cause = instant(self.net.clock()), str(UUID(int=self.chance.getrandbits(128)))
        envelope = Envelope(cause, "", "director", "*", now, now, cause, cause)

        def work(unit: Unit) -> None:
            unit.handle(RULES, procedure.NAME, whole)

        self.net.runtimes["screening"].execute(envelope, work)

    def fire(self) -> None:
        """Whatever has come is done, by whichever of two replicas comes first."""
        while self.net.runtimes["referral"].fire_timers():
            """What was done may set a deadline that has come too."""
        other = Timers(self.net.runtimes["referral"].log, lambda seconds: None)
        assert other.fire(instant(self.net.clock())) == 0

    def give_bed(self, case_id: str, nights: int, days: int) -> None:
        self.of_case("referral", "ask_for_bed", case_id, {"programme_id": self.bed, "days": nights}, days)

    def leave_bed(self, case_id: str, days: int) -> None:
        for stay in self.stays():
            if stay["case_id"] == case_id:
                body = {"stay_id": stay["stay_id"], "reason": "left"}
                self.tell("referral", "end_stay", body, self.cases[case_id], at=self.ago(days))

    def say_of_consent(self, case_id: str, kind: str, status: str) -> None:
        body = {"kind": kind, "status": status, "how": "signed", "witness": "คุณมาลี"}
        self.of_case("intake", "record_consent", case_id, body, 0)

    def take_consent_back(self, case_id: str, which: int) -> None:
        """One of those that the person gave, by itself or when they were sent."""
        given: list[dict[str, Any]] = []
        with suppress(*NO):
            asked = {"case_id": case_id}
            given = self.net.call("intake", "consents", asked, centres=(self.cases[case_id],))["items"]
        left = [each["consent_id"] for each in given if not each["withdrawn_at"]]
        if left:
            body = {"consent_id": left[which % len(left)], "how": "spoken"}
            self.of_case("intake", "withdraw_consent", case_id, body, 0)

    def disclose(self, referral_id: str, reads: bool) -> None:
        """The partner is given what it may know, and perhaps reads it."""
        row = self.row(referral_id)
        self.tell("referral", "disclose", {"referral_id": referral_id, "how": "link"}, row["centre"])
        if reads and row["partner_id"]:
            who = {"user": "p", "role": "partner", "centres": (), "partner": row["partner_id"]}
            with suppress(*NO):
                self.net.call("referral", "told_of", {"referral_id": referral_id}, **who)

    def hand_over(self, case_id: str, answer: str) -> None:
        """To the other centre, which says yes or no, or nothing in time; or the first takes it back."""
        here = self.cases[case_id]
        there = {"60": "61", "61": "60"}[here]
        self.of_case("intake", "request_transfer", case_id, {"to": there, "reason": "domicile"}, 0)
        if answer == "revoke":
            self.of_case("intake", "revoke_transfer", case_id, {}, 0)
        elif answer != "wait":
            who = {"role": "director", "user": f"director-{there}"}
            told = {"reason": "no_means"} if answer == "reject" else {}
            body = {"case_id": case_id, **told}
            if self.tell("intake", f"{answer}_transfer", body, there, **who) and answer == "accept":
                self.cases[case_id] = there

    def erase(self, case_id: str) -> None:
        asked = {"role": "director", "user": "director"}
        self.of_case("intake", "request_erasure", case_id, {"reason": "ordered"}, 0, **asked)
        self.of_case("intake", "confirm_erasure", case_id, {}, 0, role="director", user="deputy")

    def again(self, which: int) -> None:
        """A command that was done is done: the same one gives its answer once more and no fact."""
        if not self.asked:
            return
        what, who, answer = self.asked[which % len(self.asked)]
        facts = self._facts_of(who["key"])
        try:
            found = self.net.call(*what, **who)
        except Unavailable:
            return  # a service it asks is away
        except NotFound:
            # Its case went to another centre since.
            assert any(fact.type == "CaseTransferAccepted" for fact in self.facts("intake")), what
            return
        stands = ("status", "place", "until", "version")  # of what waits for a place: as they are now
        once = what[1] not in ("send", "ask_for_bed")
        assert {k: v for k, v in found.items() if once or k not in stands} == {
            k: v for k, v in answer.items() if once or k not in stands
        }
        assert self._facts_of(who["key"]) == facts, what

    def _facts_of(self, command_id: str) -> list[str]:
        """What a command itself decided, in whatever log."""
        facts = [fact for service in self.net.runtimes for fact in self.facts(service)]
        return [fact.id for fact in facts if fact.causation == command_id]

    def _heads(self) -> dict[str, int]:
        return {name: runtime.log.head()[0] for name, runtime in self.net.runtimes.items()}

    # -- how things stand ------------------------------------------------------------------------------------------

    def row(self, referral_id: str) -> Any:
        return self.net.call("referral", "referral", {"referral_id": referral_id}, centres=("60", "61"))

    def rows(self) -> list[dict[str, Any]]:
        asked = {"limit": 200}
        return list(self.net.call("referral", "referrals", asked, centres=("60", "61"))["items"])

    def stays(self) -> list[dict[str, Any]]:
        """The interim stays that are not over."""
        asked = {"limit": 200, "status": "open"}
        return list(self.net.call("referral", "stays", asked, centres=("60", "61"))["items"])

    def closed(self) -> set[str]:
        found = self.net.call("intake", "cases", {"status": "closed"}, centres=("60", "61"))
        return {row["case_id"] for row in found["items"]}

    def facts(self, service: str) -> list[Recorded]:
        log = self.net.runtimes[service].log
        return list(self.net.read(service, lambda db: log.facts(db, 0, 100_000)))

    def held(self) -> dict[str, str]:
        """{referral: case} of every place that partners' ledgers hold, and of every place in their queues."""
        places: dict[str, str] = {}
        for fact in self.facts("partners"):
            match fact.type:
                case "PlaceReserved" | "PlaceTaken":
                    places[fact.data["referral_id"]] = fact.data["case_id"]
                case "PlaceRefused" if fact.data["waiting"]:
                    places[fact.data["referral_id"]] = fact.data["case_id"]
                case "PlaceReleased":
                    del places[fact.data["referral_id"]]
        return places

    def timers(self) -> list[str]:
        """The referrals and interim stays that have a deadline."""
        with self.net.runtimes["referral"].database.read() as db:
            rows = self.net.runtimes["referral"].log.rows(
                db, "SELECT timer_id FROM timer WHERE fired_at IS NULL"
            )
        return [timer_id.split("/")[1] for (timer_id,) in rows]

    # -- what must hold --------------------------------------------------------------------------------------------

    def broken(self) -> Iterator[Broken]:
        """What does not hold at the moment."""
        rows, closed = {row["referral_id"]: row for row in self.rows()}, self.closed()
        living = [row["case_id"] for row in rows.values() if row["status"] in ("admitted", "placed")]
        open_now = {id for id, row in rows.items() if row["status"] in UNDER_WAY or row["final_at"]}
        staying = {stay["stay_id"]: stay["case_id"] for stay in self.stays()}
        case_of = {id: row["case_id"] for id, row in rows.items()} | staying
        if len(staying) != len({*staying.values()}):
            yield Broken("somebody has two interim beds")
        for case_id in staying.values():
            if case_id in closed:
                yield Broken("an interim stay of a closed case goes on", because("referral<intake"))
            if case_id in living:
                yield Broken("who was placed has an interim bed")
        if len(living) != len({*living}):
            yield Broken("somebody is in two places")
        for id in open_now:
            if rows[id]["case_id"] in closed:
                yield Broken("a referral of a closed case goes on", because("referral<intake"))
        for id, case_id in self.held().items():
            if id not in open_now | {*staying}:
                yield Broken("a place is held for what is over", because("partners<referral"))
            if case_id in closed:
                causes = because("referral<intake", "partners<referral")
                yield Broken("a place is held for a closed case", causes)
        for id in self.timers():
            if id not in open_now | {*staying}:
                yield Broken("what is over has a deadline")
            elif case_of[id] in closed:
                yield Broken("a closed case has a deadline", because("referral<intake"))
        yield from self._of_intake(closed)
        spans = self.net.read(
            "reporting", lambda db: db.execute(select(counted.c.took, counted.c.waited)).all()
        )
        if any(days is not None and days < 0 for row in spans for days in row):
            yield Broken("a duration is negative")

    def _of_intake(self, closed: set[str]) -> Iterator[Broken]:
        steps = {row.case_id: row for row in self.net.read("intake", lambda db: work.list_open(db, None))}
        for case_id in self.cases:
            if (case_id in steps) == (case_id in closed):
                yield Broken("an open case has no next step, or a closed one has one")
        hears = ("intake<referral", "intake<partners")
        causes = {
            "open_after_closing": because("intake<referral", "referral<intake"),
            "two_placements": because(),
            "referral_without_place": because(*hears, "partners<referral", "referral<partners"),
            "place_without_referral": because(
                *hears, "partners<referral", "referral<intake", "referral<partners"
            ),
        }
        asked = {"role": "director", "user": "director", "centres": ("60", "61")}
        for each in self.net.call("intake", "contradictions", {}, **asked)["items"]:
            yield Broken(each["code"], causes[each["code"]])

    def every_violation_has_its_cause_unheard(self) -> None:
        unheard = self.net.unheard()
        for each in self.broken():
            assert each.explained_by & unheard, each

    def everybody_knows_whose_each_case_is(self) -> None:
        for name, runtime in self.net.runtimes.items():
            known = runtime.read(lambda db: owners.load(db).moved)
            for case_id, (centre, _) in known.items():
                assert centre == self.cases[case_id], (name, case_id)
        for case_id, centre in self.cases.items():
            for service, door in (("intake", "case"), ("screening", "screening"), ("reporting", "timeline")):
                self.net.call(service, door, {"case_id": case_id}, centres=(centre,))
        for row in self.rows():
            assert row["centre"] == self.cases[row["case_id"]], row

    def what_holds_once_all_is_heard(self) -> None:
        assert not self.net.unheard()
        self.everybody_knows_whose_each_case_is()
        assert not list(self.broken())
        self._intake_says_where_referrals_stand()
        self.closed_means_closed_for_partners()
        self._each_deadline_is_acted_on_once()
        self._nobody_was_told_without_consent_or_law()
        for runtime in self.net.runtimes.values():
            assert runtime.verify() == []
            assert not runtime.status()["subscriptions"] or not any(
                each["parked"] for each in runtime.status()["subscriptions"]
            )
        self._figures_are_counted_the_long_way()

    def _each_deadline_is_acted_on_once(self) -> None:
        """Whatever ran out was reminded of before and is somebody's now, once; what was done in time is nobody's."""
        self.fire()
        now, acted = instant(self.net.clock()), Counter[tuple[str, ...]]()
        for fact in self.facts("referral"):
            if fact.type in ("ReminderDue", "DeadlineMissed"):
                acted[fact.type, fact.data["referral_id"], fact.data["deadline"], fact.data["due"]] += 1
                assert fact.type == "ReminderDue" or fact.data["to_role"]
        assert not acted or max(acted.values()) == 1
        for row in self.rows():
            for each in row["deadlines"]:
                about = row["referral_id"], each["code"], each["due"]
                assert not each["remind"] or (each["remind"] <= now) == (("ReminderDue", *about) in acted)
                if each["code"] in ESCALATED:
                    assert (each["due"] <= now) == (("DeadlineMissed", *about) in acted), each
                if each["code"] in ("answer", "waiting_list"):
                    assert each["due"] > now, each
            assert row["status"] in UNDER_WAY or not row["deadlines"]

    def _nobody_was_told_without_consent_or_law(self) -> None:
        """What a partner was given rests on the consent of its referral, or on the law where the person could not
        consent; nothing is given once that was taken back, and then nothing is under way that rests on it."""
        rests, lost, given = dict[str, Any](), set[str](), Counter[str]()
        for fact in self.facts("referral"):
            id = fact.data.get("referral_id", "")
            match fact.type:
                case "ReferralSent":
                    rests[id] = fact.data
                case "FactsDisclosed":
                    assert id not in lost
                    basis = "consent" if rests[id]["consent"] == "given" else "law"
                    assert fact.data["basis"] == basis
                    given[id] += 1
                case "DisclosureOpened":
                    given[id] -= 1
                    assert given[id] >= 0, "opened before it was given"
                case "ReferralWithdrawn" if fact.data["reason"] == CONSENT_WITHDRAWN:
                    lost.add(id)
        taken, of_data = (
            set[str](),
            dict[str, bool](),
        )  # case -> whether what was said last of data was taken back
        last = dict[str, str]()
        for fact in self.facts("intake"):
            if fact.type == "ConsentRecorded" and fact.data.get("kind") == "data":
                last[fact.data["case_id"]], of_data[fact.data["case_id"]] = fact.data["consent_id"], False
            elif fact.type == "ConsentWithdrawn":
                taken.add(fact.data["consent_id"])
                if last.get(fact.data["case_id"]) == fact.data["consent_id"]:
                    of_data[fact.data["case_id"]] = True
        for row in self.rows():
            sent = rests[row["referral_id"]]
            on_the_way = row["status"] in UNDER_WAY and row["status"] not in ("admitted", "placed")
            if on_the_way or row["final_at"]:
                assert (sent["consent_id"] or row["referral_id"]) not in taken, row
                assert not (row["partner_id"] and of_data.get(row["case_id"])), row

    def _intake_says_where_referrals_stand(self) -> None:
        """The next step of each open case is about a referral that goes on, exactly if one does."""
        rows = self.rows()
        for row in self.net.read("intake", lambda db: work.list_open(db, None)):
            theirs = {each["referral_id"]: each for each in rows if each["case_id"] == row.case_id}
            live = {id for id, each in theirs.items() if each["status"] in UNDER_WAY or each["final_at"]}
            assert (row.referral_id in live) == bool(live), (row, theirs)
            status = self.net.call("intake", "case", {"case_id": row.case_id}, centres=("60", "61"))["status"]
            lives = any(each["status"] == "placed" for each in theirs.values())
            assert status == "placed" or not lives

    def closed_means_closed_for_partners(self) -> None:
        closed = self.closed()
        for row in self.rows():
            if row["case_id"] not in closed or not row["told"] or not row["partner_id"]:
                continue
            who = {"user": "p", "role": "partner", "centres": (), "partner": row["partner_id"]}
            about = {"referral_id": row["referral_id"]}
            assert self.net.call("referral", "steps", about, **who) == []
            for step in BY_LINK:
                body = {**about, "step": step, **STEPS[step], "by_channel": "link"}
                try:
                    before = self._heads()
                    self.net.call("referral", "step", body, **who)
                except Refused as no:
                    assert no.code in ("wrong_state", "case_closed", "place_pending", "person_died")
                assert self._heads() == before, "a closed case took an answer"

    def _figures_are_counted_the_long_way(self) -> None:
        facts = [
            fact
            for service in ("intake", "screening", "referral")
            for fact in map(said, self.facts(service))
            if fact
        ]
        today = bangkok_day(self.net.clock())
        for centres in (("60", "61"), ("61",)):
            for first, last in ((date(2025, 10, 1), today), (today - timedelta(days=40), today)):
                for as_of in (None, self.ago(self.chance.randrange(60))):
                    self._compare(facts, centres, first, last, as_of)

    def _compare(
        self, facts: Sequence[Any], centres: Sequence[str], first: date, last: date, as_of: datetime | None
    ) -> None:
        asked = {"from": first.isoformat(), "to": last.isoformat()}
        asked |= {"as_of": instant(as_of)} if as_of else {}
        known = Known(facts, centres, first, last, as_of or self.net.clock())
        wanted, who = known.overview(), {"centres": centres}
        found = self.net.call("reporting", "overview", asked, **who)
        assert {name: found[name] for name in wanted} == wanted
        assert self.net.call("reporting", "placements", asked, **who) == known.placements()
        for measure in MEASURES.values():
            if measure.beside or measure.by:
                continue
            behind = {**asked, "figure": measure.code, "limit": 500}
            listed = self.net.call("reporting", "behind", behind, **who)["items"]
            assert len(listed) == wanted[measure.part][measure.name], measure.code
