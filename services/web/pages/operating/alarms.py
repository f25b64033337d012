"""What an operator should know first, from how the services say they are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.kernel.envelope import moment
from services.kernel.status import ParkedStatus, Status, SubscriptionStatus
from services.web.gateway.standing import LAG_MOST, heard
from services.web.pages.parts.language import _, later, ngettext
from services.web.pages.parts.words import word
from services.web.store.precautions import KINDS, Precaution

NIGHTLY = timedelta(hours=26)  # what is done every night is late after so long
PRECAUTIONS: Mapping[str, tuple[str, str]] = {
    "backup": (later("No backup has been made yet."), later("The last backup is more than a day old.")),
    "verify": (
        later("The logs have never been checked."),
        later("The logs were last checked more than a day ago."),
    ),
    "drill": (
        later("No backup has been brought back for trial yet."),
        later("A backup was last brought back for trial more than a day ago."),
    ),
}


class Alarm(NamedTuple):
    """`red`: somebody must do something now; else soon."""

    red: bool
    text: str


class Stuck(NamedTuple):
    """A stream of a source whose events wait in a service: the first of them, and how many wait behind it."""

    service: str
    first: ParkedStatus
    behind: int


def stuck(rows: Sequence[Status]) -> list[Stuck]:
    """What is parked, a stream each; bytes that are no page stand alone."""
    found: dict[tuple[str, str, str], list[ParkedStatus]] = {}
    for row in rows:
        for event in row["parked"]:
            found.setdefault((row["service"], event["source"], event["stream"] or event["id"]), []).append(
                event
            )
    return [Stuck(service, events[0], len(events) - 1) for (service, *_rest), events in found.items()]


def alarms(
    rows: Sequence[Status], silent: Sequence[str], done: Mapping[str, Precaution], now: datetime
) -> list[Alarm]:
    """The worst first. `silent`: services that do not answer."""
    found = [
        *(Alarm(True, _("{} does not answer.").format(word("service", service))) for service in silent),
        *_of_services(rows),
        *_of_precautions(done, now),
    ]
    return sorted(found, key=lambda alarm: not alarm.red)


def _of_services(rows: Sequence[Status]) -> Iterator[Alarm]:
    late = heard(rows)
    for row in rows:
        name = word("service", row["service"])
        for each in row["subscriptions"]:
            yield from _of_subscription(row["service"], each, late[row["service"], each["source"]])
        if parked := sum(each["parked"] for each in row["subscriptions"]):
            said = ngettext(
                "{}: {} event could not be handled and waits.",
                "{}: {} events could not be handled or wait behind one.",
                parked,
            )
            yield Alarm(True, said.format(name, parked))
        if overdue := row["deadlines"]["overdue"]:
            said = ngettext(
                "{}: {} deadline has come and is not met.",
                "{}: {} deadlines have come and are not met.",
                overdue,
            )
            yield Alarm(True, said.format(name, overdue))


def _of_subscription(service: str, heard: SubscriptionStatus, behind: int) -> Iterator[Alarm]:
    hearer, source = word("service", service), word("service", heard["source"])
    if heard["state"] != "running":
        yield Alarm(True, _("{hearer} no longer follows {source}.").format(hearer=hearer, source=source))
    elif behind > LAG_MOST:
        late = _("{hearer} is {count} events behind {source}.")
        yield Alarm(False, late.format(hearer=hearer, source=source, count=f"{behind:,}"))


def _of_precautions(done: Mapping[str, Precaution], now: datetime) -> Iterator[Alarm]:
    for kind in KINDS:
        never, old = PRECAUTIONS[kind]
        last = done.get(kind)
        if last is None:
            yield Alarm(False, _(never))
        elif last.problems:
            yield Alarm(True, f"{word('precaution', kind)}: {last.first}")
        elif moment(last.at) < now - NIGHTLY:
            yield Alarm(False, _(old))
