"""Every figure once more, counted the long way round from facts as they were said: loops, and nothing of reporting's
own."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from services.kernel.envelope import Recorded, moment
from services.reporting.measures import MEASURES, SPLIT_PARTS, Measure, told_of
from services.thai.dates import bangkok_day

# Whose doing it is that something came to nothing, where the fact does not say, and why.
WHOSE = {
    "ReferralDeclined": "partner", "ReferralExpired": "partner", "ReferralWithdrawn": "centre",
    "ReferralFailed": "centre",
}  # fmt: skip
NO_WORK = {"kind": "none"}
WAY = (
    ("CaseOpened", ""), ("ScreeningCompleted", "screened"), ("PlanAgreed", "planned"), ("ReferralSent", "referred"),
    ("ReferralAccepted", "accepted"), ("PlacementConfirmed", "placed"),
)  # fmt: skip


class Said(NamedTuple):
    type: str
    case: str | None
    ref: str | None
    centre: str
    at: datetime
    recorded: datetime
    data: dict[str, Any]


def said(fact: Recorded) -> Said | None:
    """A fact of a log as it counts; None for a no that may still be taken back, which counts once it may not."""
    type, data = fact.type, dict(fact.data)
    if data.get("final_at"):
        return None
    type = "ReferralDeclined" if type == "ReferralDeclineSettled" else type
    if type in WHOSE:
        data["whose"] = data.get("whose") or WHOSE[type]
        data["reason"] = data.get("reason") or ("no_answer" if type == "ReferralExpired" else "other")
    at, recorded = moment(fact.time), moment(fact.recorded)
    return Said(type, fact.case_id, data.get("referral_id"), fact.centre, at, recorded, data)


class Known:
    """What counts of facts in the order of their logs: known at `as_of`, of some centres, within some days."""

    def __init__(
        self, facts: Iterable[Said], centres: Sequence[str] | None, first: date, last: date, as_of: datetime
    ) -> None:
        known = [fact for fact in facts if fact.recorded <= as_of]
        void = {fact.ref for fact in known if fact.type == "ReferralEnteredInError"}
        self.facts = [fact for fact in known if fact.ref not in void]
        self.centres, self.first, self.last = centres, first, last

    def counts(self, fact: Said) -> bool:
        at_centre = self.centres is None or fact.centre in self.centres
        return at_centre and self.first <= bangkok_day(fact.at) <= self.last

    def happened(self, type: str) -> list[Said]:
        return [fact for fact in self.facts if fact.type == type and self.counts(fact)]

    def first_or_last(self, type: str, last: bool = False) -> list[Said]:
        """Of each case its first (or last) fact of a type in the period, whichever centre did it: those that one of the
        asked centres did. So a case that went to another centre counts once."""
        found: dict[str | None, Said] = {}
        for fact in sorted(self.facts, key=lambda fact: fact.at):
            if fact.type == type and self.first <= bangkok_day(fact.at) <= self.last:
                found = {**found, fact.case: fact} if last or fact.case not in found else found
        return [fact for fact in found.values() if self.counts(fact)]

    def days_since(self, earlier: str, type: str) -> float | None:
        """The median of the days from each case's first fact of one type to its first of another, for those whose
        second lies in the period."""
        spans = []
        for case in {fact.case for fact in self.happened(type)}:
            theirs = [fact for fact in self.facts if fact.case == case]
            first = min((fact for fact in theirs if fact.type == type), key=lambda fact: fact.at)
            before = [bangkok_day(fact.at) for fact in theirs if fact.type == earlier]
            if before and self.counts(first):
                spans.append(max(0, (bangkok_day(first.at) - min(before)).days))
        return round(median(spans), 1) if spans else None

    def overview(self) -> dict[str, Any]:
        placed, no = self.happened("PlacementConfirmed"), self.happened("ReferralDeclined")
        home = sum(fact.data["path"] == "return_family" for fact in placed)
        outside = sum(bool(fact.data["outside_ministry"]) for fact in placed)
        latest = self.first_or_last("ScreeningCompleted", last=True)
        labels = [label for fact in latest for label in fact.data["labels"]]
        started = [fact.ref for fact in placed if fact.data["path"].startswith("employer")]
        working = self._working()
        return {
            "cases": {
                each.name: len({f.case for f in self.first_or_last(each.counts)}) for each in told_of("cases")
            },
            "placements": {
                "total": len(placed),
                "outside_ministry": outside,
                "ministry": len(placed) - outside - home,
                "family": home,
                "share_outside": round(outside / (len(placed) - home), 4) if len(placed) > home else None,
            },
            "by_path": Counter(fact.data["path"] for fact in placed),
            "by_label": Counter(label["code"] for label in labels if label["verdict"] == "met"),
            "median_days": {
                "to_screening": self.days_since("CaseOpened", "ScreeningCompleted"),
                "to_acceptance": self.days_since("CaseOpened", "ReferralAccepted"),
                "to_placement": self.days_since("CaseOpened", "PlacementConfirmed"),
            },
            "declined": Counter(fact.data["reason"] for fact in no if fact.data["whose"] != "system"),
            "employment": {
                "started": len(started),
                "in_work": sum(working.get(ref, False) for ref in started),
                **{
                    f"in_work_{days}": sum(
                        (fact.data["work"] or NO_WORK)["kind"] != "none"
                        for fact in self._visits(days)
                        if fact.data["path"].startswith("employer")
                    )
                    for days in (180, 365)
                },
            },
            **self._followed(),
            "referrals": {
                "no_place": sum(fact.data["whose"] == "system" for fact in no),
                "waitlisted": len(self.happened("ReferralWaitlisted")),
            },
            "stays": {
                "begun": len(self.happened("InterimStayBegun")),
                **{
                    reason: sum(fact.data["reason"] == reason for fact in self.happened("InterimStayEnded"))
                    for reason in ("placed", "ran_out")
                },
            },
            "reviews": Counter(
                finding
                for fact in self.first_or_last("OutcomeReviewed", last=True)
                for finding in fact.data["findings"]
            ),
            **{part: self._by(MEASURES[part]) for part in SPLIT_PARTS},
        }

    def placements(self) -> dict[str, Any]:
        by_month: dict[str, Counter[str]] = {}
        by_centre: dict[str, Counter[str]] = {}
        for fact in self.happened("PlacementConfirmed"):
            kinds = {None: "family", True: "outside_ministry", False: "ministry"}
            kind = kinds[fact.data["outside_ministry"]]
            for table, key in (
                (by_month, bangkok_day(fact.at).isoformat()[:7]),
                (by_centre, fact.centre),
            ):
                table.setdefault(key, Counter(total=0, outside_ministry=0, ministry=0, family=0)).update(
                    [kind, "total"]
                )
        return {
            "by_month": by_month,
            "by_centre": by_centre,
            "accepted": len({fact.case for fact in self.happened("ReferralAccepted")}),
            "waited_days": {
                name: self.days_since(earlier, type) for (earlier, _), (type, name) in pairwise(WAY)
            },
        }

    def _working(self) -> dict[str | None, bool]:
        working = {}
        for fact in sorted((f for f in self.facts if f.type == "FollowUpRecorded"), key=lambda f: f.at):
            if fact.data["work"]:
                working[fact.ref] = fact.data["work"]["kind"] != "none"
            elif not fact.data["in_place"]:
                working[fact.ref] = False  # who left the place left its work
        over = {fact.ref for fact in self.facts if fact.type in ("ReferralEnded", "ReferralFailed")}
        return working | dict.fromkeys(over, False)

    def _visits(self, days: int) -> list[Said]:
        """Of each placement the first follow-up that is of this due day, as far as it lies in the period."""
        first: dict[str | None, Said] = {}
        for fact in sorted((f for f in self.facts if f.type == "FollowUpRecorded"), key=lambda f: f.at):
            if fact.data["answers"] == days:
                first.setdefault(fact.ref, fact)
        return [fact for fact in first.values() if self.counts(fact)]

    def _followed(self) -> dict[str, Any]:
        made = {(f.ref, f.data["answers"]) for f in self.facts if f.type == "FollowUpRecorded"}
        follow_ups, in_place = {}, {}
        for days in (7, 30, 90, 180, 365):
            visits = self._visits(days)
            follow_ups[f"in_time_{days}"] = sum(fact.data["in_time"] is True for fact in visits)
            follow_ups[f"late_{days}"] = sum(fact.data["in_time"] is False for fact in visits)
            follow_ups[f"missed_{days}"] = sum(
                fact.data["days"] == days and (fact.ref, days) not in made
                for fact in self.happened("FollowUpMissed")
            )
            still = sum(fact.data["in_place"] for fact in visits)
            in_place[f"still_{days}"], in_place[f"gone_{days}"] = still, len(visits) - still
            in_place[f"share_{days}"] = round(still / len(visits), 4) if visits else None
        return {"follow_ups": follow_ups, "in_place": in_place}

    def _by(self, measure: Measure) -> Counter[str]:
        if measure.counts == "PersonReturned":
            soon = measure.where["within"]
            back = self.happened("PersonReturned")
            return Counter(fact.data["path"] for fact in back if fact.data["within"] in soon)
        if measure.by == "within":
            return Counter(fact.data["within"] for fact in self.happened(measure.counts))
        if measure.counts == "PlanAgreed":
            told = [fact.data["agreement"] for fact in self.happened(measure.counts)]
            return Counter(each for each in told if each)
        if measure.counts == "ReferralSent":
            sent = [fact.data for fact in self.happened(measure.counts) if fact.data.get("passed_over")]
            return Counter(each["passed_for"] or "not_told" for each in sent)
        if measure.counts == "OrderOverridden":
            return Counter(fact.data["reason"] or "not_told" for fact in self.happened(measure.counts))
        if measure.counts == "RatificationDecided":
            said = {True: "ratified", False: "not_ratified"}
            return Counter(said[fact.data["ratified"]] for fact in self.happened(measure.counts))
        if measure.counts == "CareTaskSet":
            return Counter(fact.data["area"] or "no_area" for fact in self.happened(measure.counts))
        if measure.counts == "CareProgressNoted":
            done = [
                fact.data
                for fact in self.happened(measure.counts)
                if (fact.data["item"], fact.data["progress"]) == ("task", "done")
            ]
            return Counter(each["area"] or "no_area" for each in done if each["in_time"] or not measure.where)
        if measure.by in ("partner_kind", "channel"):
            return self._of_answers(measure)
        if measure.counts == "DeadlineMissed":
            missed = [fact.data["deadline"] for fact in self.happened(measure.counts)]
            partners = ["partner" if each == "acknowledge" else "centre" for each in missed]
            return Counter(partners if measure.by == "whose" else missed)
        ended = measure.counts == "ReferralEnded"
        of = "whose" if measure.by == "whose" else "outcome" if ended else "reason"
        return Counter(fact.data[of] for fact in self.happened(measure.counts))

    def _of_answers(self, measure: Measure) -> Counter[str]:
        """Tellings, reminders and lost answers, by the kind of the partner or by how it was last told before."""
        found: Counter[str] = Counter()
        for fact in self.happened(measure.counts):
            if fact.data.get("deadline", "answer") != "answer":
                continue
            if measure.counts == "ReferralExpired" and fact.data["reason"] != "no_answer":
                continue
            of_it = sorted((each for each in self.facts if each.ref == fact.ref), key=lambda each: each.at)
            if measure.by == "partner_kind":
                kinds = (each.data["kind"] for each in of_it if each.type == "ReferralSent")
                found.update(kind for kind in kinds if kind)
            else:
                told = [
                    each.data["how"] for each in of_it if each.type == "PartnerTold" and each.at <= fact.at
                ]
                found.update([told[-1] or "not_noted" if told else "not_noted"])
        return found
