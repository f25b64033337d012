"""The registry as files: `songtor import partners FILE`, `songtor export partners`. Half of what a command would start
with is for files alone: it is brought in by those who read or write one."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.cli.group import Failed, progress, settings_of, songtor
from services.cli.operator import operator
from services.codes import PARTNER_KINDS, PATHS

if TYPE_CHECKING:
    from services.web.formats.taking import Report

SAID_MOST = 20  # errors and findings that are printed


@songtor.group(name="import")
def bring() -> None:
    """Bring in what others wrote."""


@bring.command("partners")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@click.option(
    "--kind", type=click.Choice(PARTNER_KINDS), help="Of partners of which an HSDS file does not say it."
)
@click.option("--path", type=click.Choice(PATHS), help="The way forward, where an HSDS file does not say it.")
@click.option("--province", help="Code of the province, where an HSDS file does not say it.")
@click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Write FILE there with its errors."
)
@click.pass_context
def import_partners(
    context: click.Context,
    file: Path,
    dry_run: bool,
    kind: str | None,
    path: str | None,
    province: str | None,
    errors: Path | None,
) -> None:
    """Bring partners of FILE into the registry: our table as CSV or XLSX, HSDS as JSON, NDJSON or a zip of CSV files. A
    file with an error changes nothing; the same file again changes nothing either."""
    from services.web.formats import taking
    from services.web.formats.entries import Unreadable
    from services.web.formats.hsds_in import Usual

    settings = settings_of(context)
    if file.stat().st_size > taking.UPLOAD_MOST:
        raise Failed("The file may be at most 20 MB.")
    try:
        reading = taking.read(file.read_bytes(), file.name, Usual(kind, path, province))
    except Unreadable as why:
        raise Failed(str(why)) from None
    with operator(settings).exchange() as send, progress("partners") as report:
        said = taking.take(
            reading, file.name, dry_run, lambda part: send(part, True), lambda part: send(part, False), report
        )
    _say(said)
    if said["errors"]:
        if errors is not None:
            errors.write_bytes(taking.with_errors(reading, said))
        raise Failed("Nothing was imported: correct the rows that are named, and try again.")
    click.echo("This was a dry run: nothing was changed." if dry_run else "Done.")


def _say(report: "Report") -> None:
    click.echo(
        f"{report['rows']} rows: {report['added']} new, {report['changed']} changed ({report['proposed']} proposed), "
        f"{report['unchanged']} unchanged"
    )
    lines = [f"row {each['row']}: {each['column']}: {each['message']}" for each in report["errors"]]
    lines += [f"row {each['row']}: note: {each['message']}" for each in report["findings"]]
    lines += [
        f"row {each['row']}: maybe the same as {each['partner']} ({each['partner_id']}): {each['because']}"
        for each in report["possible_duplicates"]
    ]
    for line in lines[:SAID_MOST]:
        click.echo(line)
    if len(lines) > SAID_MOST:
        click.echo(f"... and {len(lines) - SAID_MOST} more")


@songtor.group(name="export")
def take_away() -> None:
    """Take the registry away."""


@take_away.command("partners")
@click.option("--format", "form", type=click.Choice(("csv", "xlsx")), default="csv", show_default=True)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("partners"),
    help="Without ending.",
)
@click.pass_context
def export_partners(context: click.Context, form: str, output: Path) -> None:
    """Write the whole registry as our table, which can be brought in again."""
    from services.web.formats import tables

    table = tables.lines(operator(settings_of(context)).partners())
    target = output.with_suffix(f".{form}")
    target.write_bytes(tables.as_xlsx(table) if form == "xlsx" else tables.as_csv(table))
    click.echo(f"{len(table) - 1} lines are in {target}.")
