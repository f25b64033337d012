"""The first sheet of an XLSX file as lines of text. Only what a table needs is read: texts, numbers, days and flags as
they were last shown or worked out. A file that unpacks into more than it may is not unpacked."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from services.web.formats.entries import ROWS_MOST, Unreadable

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
UNPACKED_MOST = 100 * 1024 * 1024  # bytes of one part
COLUMNS_MOST = 200
EPOCH = date(1899, 12, 30)  # of Excel's days
DAY_FORMATS = frozenset((14, 15, 16, 17, 22, *range(27, 37), *range(45, 48), *range(50, 59)))
NOT_XLSX = "The file is not an XLSX workbook."


def first_sheet(content: bytes) -> list[list[str]]:
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            sheets = sorted(name for name in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
            if not sheets:
                raise Unreadable(NOT_XLSX)
            shared = _shared(archive) if "xl/sharedStrings.xml" in names else []
            days = _days(archive) if "xl/styles.xml" in names else frozenset()
            first = min(sheets, key=lambda name: int(re.sub(r"\D", "", name)))
            return [*_lines(unpacked(archive, first), shared, days)]
    except (BadZipFile, ElementTree.ParseError, KeyError, ValueError, IndexError, NotImplementedError):
        raise Unreadable(NOT_XLSX) from None


def unpacked(archive: ZipFile, name: str, most: int = UNPACKED_MOST) -> bytes:
    """What stands in an archive, unless it is larger than it says or than it may be."""
    if archive.getinfo(name).flag_bits & 1:
        raise Unreadable("The file is locked by a password.")
    with archive.open(name) as packed:
        content = packed.read(most + 1)
    if len(content) > most:
        raise Unreadable("The file unpacks into more than can be read here.")
    return content


def _parsed(content: bytes) -> Iterator[ElementTree.Element]:
    """Its elements, each as it ends. No table declares entities; who does wants something else."""
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        raise Unreadable(NOT_XLSX)
    for _event, element in ElementTree.iterparse(BytesIO(content)):  # noqa: S314 (entities are refused above)
        yield element


def _shared(archive: ZipFile) -> list[str]:
    return [
        "".join(text.text or "" for text in element.iter(f"{MAIN}t"))
        for element in _parsed(unpacked(archive, "xl/sharedStrings.xml"))
        if element.tag == f"{MAIN}si"
    ]


def _days(archive: ZipFile) -> frozenset[int]:
    """The styles of cells that show a number as a day."""
    formats, styles = set(DAY_FORMATS), None
    for element in _parsed(unpacked(archive, "xl/styles.xml")):
        if element.tag == f"{MAIN}numFmt" and re.search(
            r"[dy]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", element.get("formatCode", ""))
        ):
            formats.add(int(element.get("numFmtId", "0")))
        elif element.tag == f"{MAIN}cellXfs":
            styles = [int(each.get("numFmtId", "0")) for each in element.iter(f"{MAIN}xf")]
    return frozenset(number for number, each in enumerate(styles or ()) if each in formats)


def _lines(content: bytes, shared: list[str], days: frozenset[int]) -> Iterator[list[str]]:
    last = 0
    for element in _parsed(content):
        if element.tag != f"{MAIN}row":
            continue
        number = int(element.get("r", str(last + 1)))
        if number > ROWS_MOST + 1:
            raise Unreadable(f"The file has more than {ROWS_MOST:,} rows.")
        yield from ([] for _ in range(number - last - 1))
        line: list[str] = []
        for cell in element.iter(f"{MAIN}c"):
            place = _place(cell.get("r", ""), len(line))
            if place >= COLUMNS_MOST:
                raise Unreadable(f"The file has more than {COLUMNS_MOST} columns.")
            line += [""] * (place - len(line))
            line.append(_text(cell, shared, days))
        yield line
        last = number
        element.clear()


def _place(name: str, usual: int) -> int:
    """Of a cell's name, as AB12: the number of its column from 0."""
    letters = re.match(r"[A-Z]{1,3}", name)
    if not letters:
        return usual
    place = 0
    for letter in letters[0]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _text(cell: ElementTree.Element, shared: list[str], days: frozenset[int]) -> str:
    kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v") or ""
    if kind == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{MAIN}t"))
    if kind == "s":
        return shared[int(value)]
    if kind == "b":
        return {"1": "true", "0": "false"}.get(value, value)
    if kind == "n" and value and int(cell.get("s", "0")) in days:
        return (EPOCH + timedelta(days=int(float(value)))).isoformat()
    return re.sub(r"\.0+$", "", value) if kind == "n" else value
