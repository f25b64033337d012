"""A file of partners from its bytes to the registry: read whatever its form, checked as a whole, and only then taken,
part by part. A file with an error changes nothing; whoever is interrupted sends it again, and what is there already is
unchanged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NotRequired, TypedDict

from services.codes import PARTNER_KINDS, PATHS
from services.codes.registry import FINDINGS
from services.kernel.errors import Invalid
from services.kernel.questions import Body, Json
from services.partners.answers import Imported, RowDuplicate, RowError, RowFinding
from services.partners.doors import CHECK_IMPORT, IMPORT_PARTNERS
from services.partners.schemas import ENTRIES_MOST
from services.thai import areas
from services.web.formats import hsds_in, tables
from services.web.formats.entries import CellError, Reading, Unreadable, contradictions
from services.web.formats.hsds_in import Usual
from services.web.gateway import calls, limits, storable
from services.web.gateway.calls import Asker, Command, command_id

UPLOAD_MOST = limits.UPLOAD_MOST
SECONDS = 60.0  # for a part of a file
ERRORS_MOST = 1000  # that are said of one file

Send = Callable[[Body], Imported]  # a part of a file to a door
Progress = Callable[[int, int], None]  # rows done, of how many


class Report(TypedDict):
    """What a file says; `done`: it is in the registry now. `rows` count what was read of it, so one with an error in a
    cell is not checked further."""

    rows: int
    added: int
    changed: int
    proposed: int
    unchanged: int
    errors: list[RowError]
    findings: list[RowFinding]
    possible_duplicates: list[RowDuplicate]
    done: bool
    dry_run: NotRequired[bool]


def read(content: bytes, name: str, usual: Usual) -> Reading:
    """By what the file is, whatever it is called; Unreadable if it is nothing that is taken here."""
    found = _read(content, name, usual)
    found.errors += _unstorable(found)
    found.errors += contradictions(found)
    return found


def _unstorable(reading: Reading) -> list[CellError]:
    """What no database keeps, as the API and the pages refuse it: such rows go no further."""
    found: list[CellError] = []
    for entry in [*reading.entries]:
        if wrong := storable.unstorable(entry):
            reading.entries.remove(entry)
            row = int(str(entry["row"]))
            found += [
                CellError(row, reading.column(path), said) for path, each in wrong.items() for said in each
            ]
    return found


def _read(content: bytes, name: str, usual: Usual) -> Reading:
    if not content.strip():
        raise Unreadable("The file is empty.")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):  # an archive, or one with nothing in it
        if b"xl/workbook.xml" in content or b"[Content_Types].xml" in content[:4096]:
            return tables.read_xlsx(content)
        return hsds_in.read_package(content, usual)
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if name.lower().endswith((".ndjson", ".jsonl")):
        return hsds_in.read_lines(content, usual)
    if start in (b"{", b"["):
        return hsds_in.read_json(content, usual)
    return tables.read_csv(content)


def take(
    reading: Reading,
    name: str,
    dry_run: bool,
    check: Send,
    bring: Send,
    progress: Progress = lambda done, of: None,
) -> Report:
    """`check` says what would come of a part, `bring` does it."""
    parts, count = [*_parts(reading, name)], len(reading.entries)
    steps = count if dry_run else 2 * count
    report = _of_reading(reading)
    done = 0
    for part in parts:
        _add(report, check(part), reading)
        done += _size(part)
        progress(done, steps)
    if dry_run or report["errors"]:
        return _settled(report)
    report = _of_reading(reading)
    for part in parts:
        _add(report, bring(part), reading)
        done += _size(part)
        progress(done, steps)
    return {**_settled(report), "done": True}


def part_id(part: Body) -> str:
    """Names a part of a file by what it says: the same part again is the same command."""
    return sha256(repr(part).encode()).hexdigest()


def _size(part: Body) -> int:
    entries = part["entries"]
    return len(entries) if isinstance(entries, Sequence) else 0


def _parts(reading: Reading, name: str) -> Iterator[Body]:
    """So many rows as are one transaction, of one province, in the order of the file."""
    by_province: dict[str, list[dict[str, Json]]] = {}
    for entry in reading.entries:
        partner = entry["partner"]
        province = partner.get("province") if isinstance(partner, Mapping) else None
        by_province.setdefault(str(province), []).append(entry)
    for rows in by_province.values():
        for start in range(0, len(rows), ENTRIES_MOST):
            yield {
                "entries": rows[start : start + ENTRIES_MOST],
                "file": name or "file",
                "scheme": reading.scheme,
            }


def _of_reading(reading: Reading) -> Report:
    wrong: list[RowError] = [
        {"row": each.row, "column": each.column, "message": each.message} for each in reading.errors
    ]
    findings: list[RowFinding] = [
        {"row": row, "code": code, "message": FINDINGS.word(code, "th")} for row, code in reading.findings
    ]
    return {
        "rows": 0, "added": 0, "changed": 0, "proposed": 0, "unchanged": 0, "errors": wrong, "findings": findings,
        "possible_duplicates": [], "done": False,
    }  # fmt: skip


def _add(report: Report, part: Imported, reading: Reading) -> None:
    report["rows"] += part["rows"]
    report["added"] += part["added"]
    report["changed"] += part["changed"]
    report["proposed"] += part["proposed"]
    report["unchanged"] += part["unchanged"]
    known = {(each["row"], each["column"]) for each in report["errors"]}
    for each in part["errors"]:
        error: RowError = {**each, "column": reading.column(each["column"])}
        if (
            error["row"],
            error["column"],
        ) not in known:  # a cell that could not be read is missing to the door
            report["errors"].append(error)
    report["findings"] += part["findings"]
    report["possible_duplicates"] += part["possible_duplicates"]


def _settled(report: Report) -> Report:
    for rows in (report["errors"], report["findings"], report["possible_duplicates"]):
        rows.sort(key=lambda each: each["row"])
        del rows[ERRORS_MOST:]
    return report


def with_errors(reading: Reading, report: Report) -> bytes:
    """The file as it came, as CSV, with what is wrong in its last column; of no table, a line for each error."""
    errors = [CellError(each["row"], each["column"], each["message"]) for each in report["errors"]]
    if reading.table is None:
        head = ["row", "field", tables.ERRORS]
        return tables.as_csv([head, *([str(each.row), each.column, each.message] for each in errors)])
    return tables.as_csv(tables.with_errors(reading, errors))


def usual(field: Callable[[str], str | None]) -> Usual:
    """What holds of all of a file; Invalid for what is no code."""
    found = Usual(field("kind"), field("path"), field("province"))
    errors = {}
    if found.kind not in (None, *PARTNER_KINDS):
        errors["kind"] = [f"Must be one of: {', '.join(PARTNER_KINDS)}."]
    if found.path not in (None, *PATHS.everyone):
        errors["path"] = [f"Must be one of: {', '.join(PATHS.everyone)}."]
    if found.province is not None and not areas.is_province(found.province):
        errors["province"] = ["No province has this code."]
    if errors:
        raise Invalid(errors)
    return found


def check(asker: Asker) -> Send:
    def send(part: Body) -> Imported:
        return calls.ask(asker, CHECK_IMPORT.of(**part), SECONDS).answer

    return send


def bring(asker: Asker, request_id: str) -> Send:
    """The same part of a file under the same id is the same command: it is done once."""

    def send(part: Body) -> Imported:
        command = Command(command_id(asker.caller.user, "partners.import", request_id, part_id(part)))
        return calls.tell(asker, IMPORT_PARTNERS, part, command, SECONDS).answer

    return send
