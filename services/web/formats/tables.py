"""Our own table read and written: CSV in the encodings that spreadsheets write in Thailand, and XLSX. Its headings may
be in either language, in any order; what a cell leaves out is not told."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from io import BytesIO, StringIO
from typing import Any

from services.codes.situation import document_code
from services.codes.units import GROUPS, UNITS, key_of, parts_of, unit_in_words
from services.codes.words import CodeList, Words
from services.kernel.questions import Json
from services.kernel.runtime import utc_now
from services.partners.answers import Partner, Programme
from services.thai import areas, dates, numbers
from services.thai.names import normalise
from services.web.formats import xlsx
from services.web.formats.columns import COLUMNS, Column
from services.web.formats.entries import ROWS_MOST, CellError, Reading, Unreadable, id_of, put

SCHEME = "songtor"
YES, NO = Words("ใช่", "yes"), Words("ไม่ใช่", "no")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TITLE = "ภาคีเครือข่าย"


class CellProblem(Exception):
    """What stands in a cell is none of what may stand there."""


# -- reading ----------------------------------------------------------------------------------------------------


def read_csv(content: bytes) -> Reading:
    text = decoded(content)
    try:
        dialect = csv.Sniffer().sniff(text[:4096].partition("\n")[0], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        return read_lines([*csv.reader(StringIO(text, newline=""), dialect)])
    except csv.Error as error:
        raise Unreadable(f"The file is not a table: {error}.") from None


def decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, else the Thai code page of Windows."""
    for encoding in ("utf-8-sig", "cp874"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("The file is neither in UTF-8 nor in the Thai code page (cp874).")


def read_xlsx(content: bytes) -> Reading:
    return read_lines(xlsx.first_sheet(content))


def read_lines(lines: Sequence[Sequence[str]]) -> Reading:
    """Row numbers are the file's: the headings are row 1."""
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise Unreadable("The first line of the file has no headings.")
    if len(lines) > ROWS_MOST + 1:
        raise Unreadable(f"The file has more than {ROWS_MOST:,} rows.")
    known = {
        normalise(said).casefold(): column
        for column in COLUMNS
        for said in (column.heading.th, column.heading.en, column.path)
    }
    headings = [normalise(cell).casefold() for cell in lines[0]]
    columns = [known.get(heading) for heading in headings]
    lacking = [each.heading.th for each in COLUMNS if each.needed and each not in columns]
    if lacking:
        raise Unreadable(f"The file lacks the columns: {', '.join(lacking)}.")
    reading = Reading(
        SCHEME,
        columns={each.path: lines[0][number] for number, each in enumerate(columns) if each is not None},
        table=lines,
    )
    for heading, column in zip(lines[0], columns, strict=True):
        if column is None and heading.strip() and heading.strip() != ERRORS:
            reading.errors.append(CellError(1, heading, "This column is not known here."))
    for number, line in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in line):
            _read_line(reading, number, line, columns)
    return reading


def _read_line(reading: Reading, number: int, line: Sequence[str], columns: Sequence[Column | None]) -> None:
    row: Any = {"row": number}
    for cell, column in zip(line, columns, strict=False):
        text = plain(cell).strip()
        if column is None or not text:
            continue
        try:
            put(row, column.path, CELLS[column.kind](text, column))
        except CellProblem as problem:
            reading.errors.append(CellError(number, reading.columns[column.path], str(problem)))
    partner, programme = row.setdefault("partner", {}), row.get("programme")
    names = str(partner.get("name", "")), str(partner.get("province", "")), str(partner.get("kind", ""))
    row["partner_id"] = id_of(str(row.get("partner_id", "")), "partner", *names)
    if programme is not None:
        _add_up(programme)
        offer = str(programme.get("name", "")), str(programme.get("path", ""))
        row["programme_id"] = id_of(str(row.get("programme_id", "")), "programme", *names, *offer)
    reading.entries.append(row)


def plain(cell: str) -> str:
    """A cell without the mark that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _number(text: str, column: Column) -> int:
    try:
        return numbers.read_whole(re.sub(r"\.0+$", "", text.replace(",", "")))
    except numbers.NumberError:
        raise CellProblem("Not a whole number.") from None


def _flag(text: str, column: Column) -> bool:
    for words, value in ((YES, True), (NO, False)):
        if text.casefold() in (words.th, words.en, str(value).lower(), "1" if value else "0"):
            return value
    raise CellProblem(f"Either {YES.th} or {NO.th}.")


@lru_cache(maxsize=200)
def _named(codes: Sequence[tuple[Any, str, str]]) -> Mapping[str, Json]:
    """{word in either language, or code: code} of codes with their Thai and English."""
    return {normalise(str(said)).casefold(): names[0] for names in codes for said in names}


def _words_of(options: CodeList[Any]) -> tuple[tuple[Any, str, str], ...]:
    return tuple((code, options.word(code, "th"), options.word(code, "en")) for code in options.everyone)


def _code(text: str, column: Column) -> Any:
    assert column.options is not None, "a choice has options"
    try:
        return _named(_words_of(column.options))[normalise(text).casefold()]
    except KeyError:
        raise CellProblem(f"Not one of the words for this column: {text[:40]}") from None


def _codes(text: str, column: Column) -> list[Any]:
    return [_code(part, column) for part in _parts(text)]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]


@lru_cache(maxsize=10_000)
def places_named(text: str, level: areas.Level) -> Sequence[str]:
    """Codes of areas that are called so, best first: a file says the same few again and again."""
    return [area.code for area in areas.search(text, limit=10) if area.level == level]


def _province(text: str, column: Column) -> str:
    found = places_named(text, "province")
    if not found:
        raise CellProblem(f"No province is called so: {text[:40]}")
    return found[0]


def _subdistrict(text: str, column: Column) -> str:
    found = places_named(text, "subdistrict")
    if not found:
        raise CellProblem(f"No subdistrict is called so: {text[:60]}")
    if len(found) > 1 and not areas.is_subdistrict(numbers.ascii_digits(text)):
        first = areas.area(found[0])
        if first is None or first.thai != text.split()[0].removeprefix("ตำบล"):
            raise CellProblem("Several subdistricts are called so: write its district and province too.")
    return found[0]


def _day(text: str, column: Column) -> str:
    try:
        typed = text[:10] if "T" in text else text.partition(" ")[0]
        day = dates.read_date(typed, dates.bangkok_day(utc_now())).date
    except dates.DateError:
        raise CellProblem("Not a day, as 30/9/2570.") from None
    if day.day is None:
        raise CellProblem("Not a day, as 30/9/2570.")
    return day.legal_day.isoformat()


@lru_cache
def _unit_keys() -> Mapping[str, str]:
    """{what a unit for a group is called in either language, or its key: its key}."""
    keys = [key_of(unit, group) for unit in UNITS for group in GROUPS]
    return {
        normalise(said).casefold(): key
        for key in keys
        for said in (key, unit_in_words(key, "th"), unit_in_words(key, "en"))
    }


def _units(text: str, column: Column) -> list[Json]:
    """As เตียงผู้ชาย 3/10, เตียงผู้หญิง 0/5."""
    found: list[Json] = []
    for part in _parts(numbers.ascii_digits(text)):
        told = re.fullmatch(r"(.+?)\s*(\d+)\s*/\s*(\d+)", part)
        key = _unit_keys().get(normalise(told[1]).casefold()) if told else None
        if told is None or key is None:
            raise CellProblem(f"Not places of a unit, as เตียงผู้ชาย 3/10: {part[:40]}")
        unit, group = parts_of(key)
        found.append({"unit": unit, "group": group, "free": int(told[2]), "total": int(told[3])})
    return found


def _add_up(programme: Any) -> None:
    """Who tells the places apart need not say their sum."""
    units = programme.get("units") or ()
    for count in ("total", "free"):
        if units and count not in programme:
            programme[count] = sum(each[count] for each in units)


CELLS: Mapping[str, Callable[[str, Column], Any]] = {
    "text": lambda text, column: text,
    "id": lambda text, column: text,
    "clock": lambda text, column: text,
    "number": _number,
    "flag": _flag,
    "choice": _code,
    "choices": _codes,
    "province": _province,
    "provinces": lambda text, column: list(dict.fromkeys(_province(part, column) for part in _parts(text))),
    "subdistrict": _subdistrict,
    "day": _day,
    "papers": lambda text, column: [document_code(part) for part in _parts(text)],
    "units": _units,
}

# -- writing ----------------------------------------------------------------------------------------------------

ERRORS = "ข้อผิดพลาด"


def lines(partners: Iterable[Partner]) -> list[list[str]]:
    """The headings in Thai, then a line for each programme."""
    made = [[column.heading.th for column in COLUMNS]]
    for partner in partners:
        offered: Sequence[Programme | None] = partner["programmes"] or [None]
        for programme in offered:
            made.append([_cell(_value(partner, programme, column.path), column) for column in COLUMNS])
    return made


def _value(partner: Partner, programme: Programme | None, path: str) -> Any:
    """What stands at a path of the import, of a partner as it is answered."""
    owner, _, rest = path.partition(".")
    if path == "partner_id":
        return partner["partner_id"]
    if owner != "partner" and programme is None:
        return None
    if path == "programme_id":
        return programme and programme["programme_id"]
    of: Any = partner if owner == "partner" else programme
    at: Any = {**of, **of["details"], **_stated(of.get("places"))}
    for name in rest.split("."):
        if isinstance(at, list):
            at = at[int(name)] if len(at) > int(name) else None
        else:
            at = None if at is None else at.get(name)
    return at


def _stated(places: Mapping[str, Json] | None) -> Mapping[str, Json]:
    """Of places that nobody stated nothing is written: brought in again, 0 of 0 would be what the partner said."""
    return places if places and places["known"] else {}


def _cell(value: Any, column: Column) -> str:
    if value is None or value == []:
        return ""
    match column.kind:
        case "flag":
            return YES.th if value else NO.th
        case "choice" if column.options:
            return column.options.word(value, "th")
        case "choices" if column.options:
            return ", ".join(column.options.word(each, "th") for each in value)
        case "papers" if column.options:
            return ", ".join(column.options.word(each, "th") for each in value)
        case "province":
            return _area(value)
        case "provinces":
            return ", ".join(map(_area, value))
        case "day":
            return dates.format_date(date.fromisoformat(value), "th", "short")
        case "units":
            return ", ".join(
                f"{unit_in_words(key_of(each['unit'], each['group']), 'th')} {each['free']}/{each['total']}"
                for each in value
            )
    return str(value)


def _area(code: str) -> str:
    found = areas.area(code)
    return found.thai if found else code


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def as_csv(table: Iterable[Sequence[str]]) -> bytes:
    """With the mark, so that Excel reads Thai as Thai."""
    text = StringIO()
    csv.writer(text).writerows([safe(cell) for cell in line] for line in table)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: Iterable[Sequence[str]]) -> bytes:
    import xlsxwriter

    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet, bold = book.add_worksheet(TITLE), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for number, line in enumerate(table):
            for place, cell in enumerate(line):
                sheet.write_string(number, place, cell, bold if number == 0 else None)
    return made.getvalue()


def with_errors(reading: Reading, errors: Iterable[CellError]) -> list[list[str]]:
    """The same file with what is wrong in its last column."""
    said: dict[int, list[str]] = {}
    for each in errors:
        said.setdefault(each.row, []).append(
            f"{each.column}: {each.message}" if each.column else each.message
        )
    table = reading.table or ()
    width = max((len(line) for line in table), default=0)
    return [
        [*line, *[""] * (width - len(line)), ERRORS if number == 1 else " · ".join(said.get(number, ()))]
        for number, line in enumerate(table, start=1)
    ]
