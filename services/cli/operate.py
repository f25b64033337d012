"""How the system is, and what makes it well again."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from kombu import Connection

from services.cli.folder import LOGGED, NAMES, running, runtimes
from services.cli.group import Failed, progress, settings_of, songtor
from services.cli.operator import operator
from services.cli.precautions import note
from services.kernel import access
from services.kernel.settings import Settings
from services.kernel.sizes import Size
from services.kernel.status import Status
from services.thai.calendar import runs_out
from services.thai.dates import bangkok_day

BROKER_SECONDS = 3


@songtor.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--sizes", "with_sizes", is_flag=True, help="And how much room each table takes.")
@click.pass_context
def status(context: click.Context, as_json: bool, with_sizes: bool) -> None:
    """Per service: last sequence, published up to; per subscription: cursor, behind by, parked; messages to people."""
    asked = operator(settings_of(context))
    rows, unsent, room = asked.status(), asked.messages(), asked.sizes() if with_sizes else {}
    if as_json:
        sizes = {"sizes": {name: dict(each) for name, each in room.items()}} if with_sizes else {}
        click.echo(json.dumps({"services": rows, "messages": unsent, **sizes}, ensure_ascii=False, indent=2))
        return
    for row in rows:
        _print_status(row)
    click.echo("messages   " + "   ".join(f"{state} {count:>5}" for state, count in unsent.items()))
    events = {row["service"]: row["sequence"] for row in rows}
    for name, each in room.items():
        _print_sizes(name, each, events.get(name, 0))
    if ends := runs_out(bangkok_day(datetime.now(UTC))):
        click.echo(f"Thai holidays are announced until {ends}: deadlines after it may fall on unknown ones.")


def _print_sizes(service: str, room: Sequence[Size], events: int) -> None:
    """Whole bytes, and for each event of the service's own log."""

    def line(size: int) -> str:
        return f"{size:>15,} bytes" + (f"   {size / events:>9,.0f} an event" if events else "")

    click.echo(f"{service:<29} {line(sum(each.bytes for each in room))}")
    for each in room:
        click.echo(f"   {each.table:<26} {line(each.bytes)}")


def _print_status(row: Status) -> None:
    click.echo(f"{row['service']:<10} sequence {row['sequence']:>8}   published {row['published']:>8}")
    for subscription in row["subscriptions"]:
        halted = "" if subscription["state"] == "running" else f"   {subscription['state'].upper()}"
        click.echo(
            f"   hears {subscription['source']:<10} cursor {subscription['cursor']:>8}"
            f"   behind {subscription['behind']:>5}   parked {subscription['parked']:>3}{halted}"
        )
    for event in row["parked"]:
        click.echo(f"   parked {event['id']} of {event['source']} at {event['position']}: {event['error']}")
    for given_up in row["skipped"]:
        click.echo(
            f"   skipped {given_up['id']} of {given_up['source']} at {given_up['position']} "
            f"by {given_up['by']}, {given_up['at'][:10]}: {given_up['why']}"
        )


@songtor.command()
@click.argument("projection", required=False)
@click.pass_context
def rebuild(context: click.Context, projection: str | None) -> None:
    """Make read models anew from the log: all, or PROJECTION (its name, or service.name)."""
    settings = settings_of(context)
    from services.system import DOORS

    known = [(cls.name, p.name) for cls in DOORS for p in cls.runtime.wiring.projections]
    chosen = [row for row in known if projection in (None, row[1], f"{row[0]}.{row[1]}")]
    if not chosen:
        names = ", ".join(f"{service}.{name}" for service, name in known)
        raise Failed(f"There is no read model {projection}. Known: {names}")
    face = operator(settings)
    for service, name in chosen:
        started = time.monotonic()
        with progress(f"{service}.{name}") as report:
            count = face.rebuild(service, name, report)
        click.echo(f"{service}.{name}: {count} facts in {time.monotonic() - started:.1f} s")


@songtor.command()
@click.argument("person_id")
@click.pass_context
def readers(context: click.Context, person_id: str) -> None:
    """Who read personal fields of PERSON_ID: when, who, which, and of which case or referral, oldest first."""
    for row in operator(settings_of(context)).readers(person_id):
        click.echo(f"{row.at}  {row.who:<16}  {row.what:<12}  {row.subject}")


@songtor.command()
@click.argument("case_number")
@click.pass_context
def erase(context: click.Context, case_number: str) -> None:
    """Say what erasing the person of CASE_NUMBER would destroy, and where two directors do it. It changes nothing."""
    settings = settings_of(context)
    from services.intake.projections import cases

    with runtimes(settings, ["intake"]) as opened:
        wanted = cases.CaseFilter(None, number=case_number)
        rows, _ = opened["intake"].read(lambda db: cases.list_cases(db, wanted, 2, None))
        if len(rows) != 1 or rows[0]["case_number"] != case_number:
            raise Failed(f"There is no case {case_number}.")
        [row] = rows
        read = opened["intake"].read(lambda db: access.of_person(db, row["person_id"]))
    if row["erased"]:
        click.echo(f"The person of {case_number} was erased on {row['erased']}.")
        return
    site = settings.public_url or f"http://{settings.http[0]}:{settings.http[1]}"
    click.echo(f"{case_number}: person {row['person_id']}, centre {row['centre']}, status {row['status']}")
    click.echo(f"Personal fields were read {len(read)} times (songtor readers {row['person_id']}).")
    click.echo(
        "Erasing destroys the key: name, number, birth date, place found, notes and minutes can never be read again."
    )
    click.echo(f"A director of centre {row['centre']} asks for it: {site}/cases/{row['case_id']}/erasure")
    click.echo(f"A second director confirms it: {site}/cases/{row['case_id']}/erasure/confirm")
    click.echo(
        f"It is then written into the ledger {settings.erasure_ledger}, which no backup holds: copy that elsewhere."
    )


@songtor.command()
@click.option(
    "--anchor",
    "anchors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with lines of `songtor anchor`, to hold the logs against.",
)
@click.pass_context
def verify(context: click.Context, anchors: Path | None) -> None:
    """Check every log: dense order, versions, hash chain, macs, what its followers keep of it, the kernel's invariants.
    Exit 1 and name the first bad event."""
    settings = settings_of(context)
    logs = operator(settings).verify(anchors.read_text(errors="replace") if anchors else None)
    note(settings, "verify", [problem for log in logs.values() for problem in log.problems])
    for name, log in logs.items():
        click.echo(f"{name:<10} {log.head:>8} events   " + ("; ".join(log.problems) or "ok"))
        for remark in log.notes:
            click.echo(f"   {remark}")
    if any(log.problems for log in logs.values()):
        raise click.exceptions.Exit(1)


@songtor.command()
@click.argument("screening_id", required=False)
@click.option("--all", "every", is_flag=True, help="Every screening there is.")
@click.pass_context
def rederive(context: click.Context, screening_id: str | None, every: bool) -> None:
    """Derive stored screenings again from their facts and the rules they name, from the log alone. Exit 1 and name the
    first that does not come out byte for byte."""
    from services.screening import rederiving

    if every == bool(screening_id):
        raise Failed("Say which screening, or --all.")
    with runtimes(settings_of(context), ["screening"]) as opened:
        found = [
            each
            for each in rederiving.from_log(opened["screening"])
            if every or each.screening_id == screening_id
        ]
    if not found:
        raise Failed("There is no such screening." if screening_id else "There is no screening yet.")
    different = [each for each in found if not each.same]
    click.echo(f"{len(found)} derived again, {len(found) - len(different)} the same byte for byte")
    for each in different[:1]:
        click.echo(f"   {each.screening_id} (rules {each.rules_version}) comes out otherwise")
    if different:
        raise click.exceptions.Exit(1)


@songtor.command(name="anchor")
@click.pass_context
def print_anchor(context: click.Context) -> None:
    """Print a signed line that says where every log stands; keep it elsewhere, for `songtor verify --anchor FILE`."""
    click.echo(operator(settings_of(context)).anchor())


@songtor.command()
@click.argument("event_id", required=False)
@click.pass_context
def retry(context: click.Context, event_id: str | None) -> None:
    """Handle parked events again: all, or the stream of EVENT_ID."""
    for name, counts in operator(settings_of(context)).retry(event_id).items():
        click.echo(f"{name:<10} released {counts['released']}, still parked {counts['parked']}")


@songtor.command()
@click.argument("event_id")
@click.option(
    "--reason", required=True, help="Why; it stays with the event, for everybody who runs the system to read."
)
@click.pass_context
def skip(context: click.Context, event_id: str, reason: str) -> None:
    """Give up EVENT_ID, wherever it is parked, for good, and handle those behind it."""
    for name, counts in operator(settings_of(context)).skip(event_id, reason).items():
        click.echo(f"{name:<10} released {counts['released']}, still parked {counts['parked']}")


@songtor.command()
@click.argument("service", type=click.Choice(LOGGED))
@click.pass_context
def resume(context: click.Context, service: str) -> None:
    """Follow again the logs that SERVICE has halted at; one that still is another log halts it again."""
    sources = operator(settings_of(context)).resume(service)
    click.echo(f"{service} follows {', '.join(sources)} again." if sources else f"{service} is not halted.")


@songtor.command()
@click.argument("service", required=False, type=click.Choice(NAMES))
@click.pass_context
def health(context: click.Context, service: str | None) -> None:
    """Exit 0 if SERVICE (or all) can work: its database answers, its broker takes connections."""
    settings = settings_of(context)
    with runtimes(settings, [service] if service else NAMES) as opened:
        for runtime in opened.values():
            runtime.status()
    if not settings.embedded:
        _ask_broker(settings)
    elif running(settings) is None:
        raise Failed("The system does not run in this data folder.")
    click.echo("ok")


def _ask_broker(settings: Settings) -> None:
    try:
        with Connection(settings.broker_url, connect_timeout=BROKER_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except OSError as error:
        raise Failed(f"The broker does not answer ({type(error).__name__}).") from error
