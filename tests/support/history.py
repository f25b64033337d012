"""The check at the end: what the clients were told, held against the databases themselves, past all of our own code.

Every acknowledged command's fact is in its log once; every fact of every log is in reporting's log once and was heard
by every subscriber; every effect happened once; no place was given twice.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
import psycopg2

from tests.support.load import Acknowledged

LOGS = ("intake", "screening", "partners", "referral")
HEARS = {
    "intake": ("screening", "referral"),
    "screening": ("intake",),
    "partners": ("screening", "referral"),
    "referral": ("intake", "screening", "partners"),
    "reporting": LOGS,
}
# The last part of a command's path -> the fact it makes. Everything else under /referrals/ID/ is a step.
FACTS = {
    "cases": "CaseOpened", "screening": "ScreeningCompleted", "plan": "PlanAgreed", "close": "CaseClosed",
    "referrals": "ReferralSent", "partners": "PartnerRegistered", "programmes": "ProgrammeOffered",
    "acknowledge": "ReferralAcknowledged", "accept": "ReferralAccepted", "decline": "ReferralDeclined",
    "withdraw": "ReferralWithdrawn", "fail": "ReferralFailed", "travel": "PersonTravelling", "admit": "PersonAdmitted",
    "confirm": "PlacementConfirmed", "end": "ReferralEnded",
}  # fmt: skip
# A fact -> the facts of which exactly one follows from it, in another service's log.
FOLLOWS = {
    "CaseOpened": {"ScreeningStarted"},
    "ScreeningCompleted": {"PartnerMatched"},
    "PlanAgreed": {"PartnerMatched"},
    "ReferralSent": {"PlaceReserved", "PlaceRefused"},
    "ReferralAccepted": {"PlaceTaken"},
}
CONSENTS = {"ReferralSent": {"ConsentRecorded"}}
OVER = {
    "ReferralDeclined", "ReferralWithdrawn", "ReferralExpired", "ReferralFailed", "ReferralEnded",
    "ReferralEnteredInError",
}  # fmt: skip


@dataclass
class Verdict:
    """`lost` and `duplicated` name commands and facts, each with the time it was told (None for what no client was
    told)."""

    facts: int = 0
    effects: int = 0
    lost: list[tuple[str, float | None]] = field(default_factory=list)
    duplicated: list[tuple[str, float | None]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.duplicated or self.problems)


def check(url: Callable[[str], str], acknowledged: Sequence[Acknowledged]) -> Verdict:
    """`url` gives a service's database. The system is stopped, or has nothing left to do."""
    verdict = Verdict()
    logs = {service: _log(url(service)) for service in LOGS}
    for service, log in logs.items():
        _dense(verdict, service, log)
    verdict.facts = sum(map(len, logs.values()))
    _commands(verdict, url, logs, acknowledged)
    _heard(verdict, url, logs)
    _effects(verdict, logs)
    _places(verdict, logs["partners"], logs["referral"])
    return verdict


def command_id(told: Acknowledged) -> str:
    """From user, method, path and key, as the contract says a command is told from another."""
    parts = (told.user, told.change.method, told.change.path, told.change.key)
    return str(uuid5(uuid5(NAMESPACE_URL, "songtor:command"), "\n".join(parts)))


def rows(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    finally:
        connection.close()


def _log(url: str) -> list[dict[str, Any]]:
    found = rows(url, "SELECT position, hash, body FROM event ORDER BY position")
    return [{**orjson.loads(body), "position": position, "hash": hash} for position, hash, body in found]


def _dense(verdict: Verdict, service: str, log: Sequence[Mapping[str, Any]]) -> None:
    if [event["position"] for event in log] != list(range(1, len(log) + 1)):
        verdict.problems.append(f"the log of {service} has a hole")


def _commands(
    verdict: Verdict,
    url: Callable[[str], str],
    logs: Mapping[str, Iterable[Mapping[str, Any]]],
    acknowledged: Sequence[Acknowledged],
) -> None:
    made = Counter((event["causationid"], event["type"]) for log in logs.values() for event in log)
    done = Counter(
        row[0] for service in LOGS for row in rows(url(service), "SELECT command_id FROM command_done")
    )
    for told in acknowledged:
        fact = FACTS[told.change.path.rpartition("/")[2]]
        times = made[command_id(told), fact]
        if times == 0 or not done[command_id(told)]:
            verdict.lost.append((f"{fact} of {told.change.path}", told.told))
        if times > 1 or done[command_id(told)] > 1:
            verdict.duplicated.append((f"{fact} of {told.change.path}", told.told))


def _heard(
    verdict: Verdict, url: Callable[[str], str], logs: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    kept = Counter(rows(url("reporting"), "SELECT source, position, hash FROM source_event"))
    for service, log in logs.items():
        for event in log:
            times = kept.pop((service, event["position"], event["hash"]), 0)
            name = f"{event['type']} {service} {event['position']} in reporting's log"
            if times == 0:
                verdict.lost.append((name, None))
            elif times > 1:
                verdict.duplicated.append((name, None))
    verdict.problems += [f"reporting has what no log has: {row}" for row in kept]
    for service, sources in HEARS.items():
        cursors = {
            source: rest
            for source, *rest in rows(url(service), "SELECT source, position, hash, state FROM inbox_cursor")
        }
        for source in sources:
            log = logs[source]
            head = [log[-1]["position"], log[-1]["hash"], "running"] if log else None
            if cursors.get(source) != head:
                verdict.problems.append(
                    f"{service} follows {source}: {cursors.get(source)}, its head is {head}"
                )
        parked = rows(
            url(service), "SELECT source, position, error FROM parked_event WHERE status = 'parked'"
        )
        verdict.problems += [f"{service} has parked {row}" for row in parked]


def _effects(verdict: Verdict, logs: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Exactly one of the facts that must follow, and never the same fact twice in one stream from one cause."""
    followed: dict[str, Counter[str]] = defaultdict(Counter)
    once: Counter[tuple[str, str, str]] = Counter()
    for log in logs.values():
        for event in log:
            followed[event["causationid"]][event["type"]] += 1
            once[event["streamid"], event["type"], event["causationid"]] += 1
    for log in logs.values():
        for event in log:
            for table in (FOLLOWS, CONSENTS):
                expected = table.get(event["type"], set())
                if event["type"] == "PlanAgreed" and not event["data"]["programme_id"]:
                    continue  # a plan to a path uses no match
                times = sum(followed[event["id"]][name] for name in expected)
                verdict.effects += times
                if expected and times == 0:
                    verdict.lost.append((f"{expected} of {event['type']} {event['subject']}", None))
                elif expected and times > 1:
                    verdict.duplicated.append((f"{expected} of {event['type']} {event['subject']}", None))
    verdict.duplicated += [(f"{key[1]} in {key[0]}", None) for key, times in once.items() if times > 1]


def _places(
    verdict: Verdict, partners: Sequence[Mapping[str, Any]], referrals: Sequence[Mapping[str, Any]]
) -> None:
    """The ledger counted again: never more held than there are, and at the end held by those who should."""
    total: dict[str, int] = {}
    held: dict[str, set[str]] = defaultdict(set)
    for event in partners:
        data, programme = event["data"], event["data"].get("programme_id", "")
        match event["type"]:
            case "ProgrammeOffered" | "CapacityConfirmed":
                total[programme] = data["total"]
            case "PlaceReserved" | "PlaceTaken":
                held[programme].add(data["referral_id"])
            case "PlaceReleased":
                held[programme].discard(data["referral_id"])
        if len(held[programme]) > total.get(programme, 0):
            verdict.problems.append(f"programme {programme} is over-committed at {event['position']}")
    sent = {event["data"]["referral_id"] for event in referrals if event["type"] == "ReferralSent"}
    secured = {event["data"]["referral_id"] for event in referrals if event["type"] == "PlaceSecured"}
    over = {event["data"]["referral_id"] for event in referrals if event["type"] in OVER}
    have = set().union(*held.values()) if held else set()
    verdict.problems += [f"referral {each} holds a place and is over" for each in have & over]
    verdict.problems += [
        f"referral {each} has secured a place and has none" for each in secured - over - have
    ]
    verdict.problems += [f"referral {each} has a place and does not know of it" for each in have - secured]
    verdict.problems += [f"a place is held by {each}, which was never sent" for each in have - sent]
