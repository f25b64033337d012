"""From what stands on a paper to the paper: PDF/A-2a, with its letters in it and its parts named (tagged).

data     what a layout reads, JSON; it goes in as input and is never read as markup, so nothing typed can set type
layout   the name of a file of `layouts/`
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import fontpkg_sarabun
import orjson
import segno
import typst

from services.kernel.questions import Body, Json
from services.kernel.runtime import ServiceRuntime
from services.thai import lines
from services.web.documents.legible import legible

LAYOUTS = Path(__file__).parent / "layouts"
STANDARD: Literal["a-2a"] = (
    "a-2a"  # ISO 19005-2, level A: what is archived can be read in fifty years, and read aloud
)
LINE = "_"
# What no line parts, the longest first: the words of the pages, and some of letters.
OF_LETTERS = ("โอกาสนี้", "ความอนุเคราะห์", "พิจารณา", "แบบตอบ", "คิวอาร์", "ดูแล")
_ANY = "|".join(sorted((*lines.WORDS, *OF_LETTERS), key=lambda word: (-len(word), word)))
WHOLE = f"(?:{'|'.join(lines.BEFORE)})?(?:{_ANY})"
_LACKING = re.compile(r'the text (?:`"|contains the disallowed codepoint `")(\\u\{[0-9a-f]+\}|[^`]+)"`')

Data = Body  # what stands on a paper


def printed(runtime: ServiceRuntime, layout: str, data: Data) -> bytes:
    """A PDF, made beside other requests; the same data at the same moment make the same bytes."""
    at = runtime.now()
    return runtime.ports.heavy(lambda: legible(_compiled(layout, data, at)))


def pictures(layout: str, data: Data, dots_per_inch: float = 100) -> list[bytes]:
    """The same as a picture for each page, PNG: to look at."""
    made = _compiler(layout, data).compile(format="png", ppi=dots_per_inch)
    pages = made if isinstance(made, list) else [made]
    return [page for page in pages if page is not None]


def qr(address: str) -> str:
    """A QR code that leads to an address, SVG."""
    made = BytesIO()
    segno.make(address, error="m").save(made, kind="svg", xmldecl=False, border=2)
    return made.getvalue().decode()


def _compiled(layout: str, data: Data, at: datetime) -> bytes:
    """What Sarabun has no letters for, as names in other scripts, is a line to write on: a paper that lacks a letter is
    no PDF/A, and no paper at all helps nobody."""
    try:
        return _pdf(layout, data, at)
    except typst.TypstError as error:
        lacking = {_character(found) for found in _LACKING.findall(error.diagnostic)}
        if not lacking:
            raise
        return _pdf(layout, _without_all(data, str.maketrans(dict.fromkeys(lacking, LINE))), at)


def _pdf(layout: str, data: Data, at: datetime) -> bytes:
    made = _compiler(layout, data).compile(
        format="pdf", pdf_standards=STANDARD, timestamp=int(at.timestamp())
    )
    assert isinstance(made, bytes), "a PDF is one file"
    return made


def _character(text: str) -> str:
    """Typst writes what is not seen as its number."""
    return chr(int(text[3:-1], 16)) if text.startswith("\\u{") else text


def _without(data: Json, table: dict[int, str]) -> Json:
    if isinstance(data, str):
        return data.translate(table)
    if isinstance(data, Mapping):
        return _without_all(data, table)
    return [_without(part, table) for part in data] if isinstance(data, list) else data


def _without_all(data: Data, table: dict[int, str]) -> Data:
    return {name: _without(part, table) for name, part in data.items()}


def _compiler(layout: str, data: Data) -> typst.Compiler:
    return typst.Compiler(
        str(LAYOUTS / f"{layout}.typ"), root=str(LAYOUTS), font_paths=_fonts(), ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps({"whole": WHOLE, **data}).decode()},
    )  # fmt: skip


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fontpkg_sarabun.ROOT)]
    )
