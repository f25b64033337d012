"""The text of a paper as a machine reads it: copied, searched, read aloud.

Typst names the characters of a Thai cluster (a letter with its vowel and tone) for the cluster as a whole: every glyph
of it stands for all its characters, and what is meant is said beside it (ActualText), which few readers look at, and
twice where a tone is raised. Here each glyph stands for its own character, in the order in which they are drawn; the
cluster is named only where that is not what was written: SARA AM is drawn as two. Nothing that is seen changes, and
nothing that PDF/A asks for. Source: ISO 32000-1, 9.10.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

SARA_AM, DRAWN_AS = "\u0e33", "\u0e4d\u0e32"
_AM = re.compile(f"([\u0e48-\u0e4b]?){SARA_AM}")
_XREF = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_LENGTH = re.compile(rb"/Length (\d+)")
_STREAM = re.compile(rb"stream\r?\n")
_CODE = re.compile(rb"<([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>")
_FONTS = re.compile(rb"/(f\d+) (\d+) 0 R")
_RESOURCES = re.compile(rb"/Resources (\d+) 0 R")
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_UNICODE = re.compile(rb"/ToUnicode (\d+) 0 R")
_TOKEN = re.compile(
    rb"/Span<</ActualText<FEFF((?:[0-9A-F]{4})*)>>>BDC|\bEMC\b|/(f\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\)",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Glyph(NamedTuple):
    font: int  # the number of its object
    number: str  # four hexadecimal digits


@dataclass
class _Cluster:
    """`runs`: where its name stands in the content; one that was drawn in parts has several."""

    text: str
    glyphs: list[Glyph]
    runs: list[tuple[int, int]]

    @property
    def is_drawn_otherwise(self) -> bool:
        return SARA_AM in self.text

    def characters(self) -> list[str]:
        """What each glyph stands for; nothing if that cannot be told."""
        drawn = _AM.sub(lambda am: DRAWN_AS[0] + am[1] + DRAWN_AS[1], self.text)
        if len(self.glyphs) == len(drawn):
            return [*drawn]
        # A vowel and a tone above it may be one glyph.
        end = drawn[-1:] if self.is_drawn_otherwise else ""
        marks = drawn[1 : len(drawn) - len(end)]
        several = [drawn[0], marks, *end]
        return several if marks and len(self.glyphs) == len(several) else []


def legible(pdf: bytes) -> bytes:
    """The same paper, its glyphs named one by one."""
    objects = _objects(pdf)
    names: dict[Glyph, str] = {}
    shown: set[int] = set()
    for page in [body for body in objects.values() if b"/Type/Page/" in body]:
        resources = objects[_number(_RESOURCES, page)]
        fonts = {name: int(number) for name, number in _FONTS.findall(resources)}
        number = _number(_CONTENTS, page)
        content = _stream(objects[number])
        table = {
            Glyph(font, code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
            for font in fonts.values()
            for code, text in _CODE.findall(_stream(objects[_number(_UNICODE, objects[font])]))
        }
        objects[number] = _with_stream(objects[number], _named(content, fonts, table, names))
        shown |= {*fonts.values()}
    for font in sorted(shown):
        number = _number(_UNICODE, objects[font])
        objects[number] = _with_stream(objects[number], _mapped(_stream(objects[number]), font, names))
    return _written(pdf, objects)


def _named(
    content: bytes, fonts: Mapping[bytes, int], table: Mapping[Glyph, str], names: dict[Glyph, str]
) -> bytes:
    """The content without the names of clusters whose glyphs say the same; what each of them says goes to `names`."""
    gone: list[tuple[int, int]] = []
    for cluster in _clusters(content, fonts, table):
        characters = cluster.characters()
        for glyph, character in zip(cluster.glyphs, characters, strict=False):
            names.setdefault(glyph, character)
        if characters and not (cluster.is_drawn_otherwise and len(cluster.runs) == 1):
            gone += cluster.runs
    parts, done = [], 0
    for start, end in sorted(gone):
        parts += [content[done:start], b"/Span BMC"]
        done = end
    return b"".join([*parts, content[done:]])


def _clusters(content: bytes, fonts: Mapping[bytes, int], table: Mapping[Glyph, str]) -> list[_Cluster]:
    """A cluster whose tone is drawn higher is drawn, and named, in two parts that follow each other."""
    found: list[_Cluster | None] = []  # None: glyphs without a name of their own
    font, current = 0, None
    for token in _TOKEN.finditer(content):
        text, chosen, shown = token[1], token[2], token[3]
        if text is not None:
            current = _Cluster(bytes.fromhex(text.decode()).decode("utf-16-be"), [], [token.span()])
        elif chosen is not None:
            font = fonts[chosen]
        elif shown is None:
            if current is not None:
                found.append(current)
            current = None
        else:
            codes = _ESCAPE.sub(_unescaped, shown).hex().upper()
            glyphs = [Glyph(font, codes[at : at + 4]) for at in range(0, len(codes), 4)]
            if current is not None:
                current.glyphs += glyphs
            else:  # without a name: each stands for what the table says, a raised tone for its whole cluster
                several = [(table.get(glyph, ""), glyph) for glyph in glyphs]
                found += [_Cluster(text, [glyph], []) if len(text) > 1 else None for text, glyph in several]
    clusters: list[_Cluster] = []
    before = None
    for each in found:
        if each and before and each.text == before.text and each.glyphs[:1] != before.glyphs[:1]:
            before.glyphs += each.glyphs
            before.runs += each.runs
            continue
        before = each
        if each:
            clusters.append(each)
    return clusters


def _unescaped(escape: re.Match[bytes]) -> bytes:
    said = escape[1]
    return bytes([int(said, 8)]) if said[:1].isdigit() else _PLAIN.get(said, said)


def _mapped(table: bytes, font: int, names: Mapping[Glyph, str]) -> bytes:
    def line(entry: re.Match[bytes]) -> bytes:
        character = names.get(Glyph(font, entry[1].decode()))
        return (
            entry[0]
            if character is None
            else b"<%b> <%b>" % (entry[1], character.encode("utf-16-be").hex().upper().encode())
        )

    return _CODE.sub(line, table)


# -- the file: objects one after the other, and a table of where they begin ------------------------------------------


def _objects(pdf: bytes) -> dict[int, bytes]:
    """{number: object}, in the order of the file."""
    begins = _begins(pdf)
    ends = [*(begin for begin, _ in begins[1:]), _table(pdf)]
    return {number: pdf[begin:end] for (begin, number), end in zip(begins, ends, strict=True)}


def _begins(pdf: bytes) -> list[tuple[int, int]]:
    """[(where an object begins, its number)] in the order of the file."""
    lines = pdf[_table(pdf) :].split(b"\n")
    first, count = map(int, lines[1].split())
    rows = enumerate(lines[2 : 2 + count], first)
    return sorted((int(line.split()[0]), number) for number, line in rows if b" n" in line)


def _table(pdf: bytes) -> int:
    found = _XREF.search(pdf)
    assert found, "Typst ends a file with where its table begins"
    return int(found[1])


def _head(body: bytes) -> bytes:
    """An object without its stream."""
    return body.partition(b"stream")[0]


def _number(of: re.Pattern[bytes], body: bytes) -> int:
    """The object that an object names."""
    found = of.search(body)
    assert found, "Typst names it"
    return int(found[1])


def _stream(body: bytes) -> bytes:
    """What a packed stream holds."""
    start, length = _STREAM.search(body), _LENGTH.search(_head(body))
    assert start and length, "a stream says how long it is"
    return zlib.decompress(body[start.end() : start.end() + int(length[1])])


def _with_stream(body: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content)
    head = _LENGTH.sub(b"/Length %d" % len(packed), _head(body))
    return b"%bstream\n%b\nendstream\nendobj\n" % (head, packed)


def _written(pdf: bytes, objects: Mapping[int, bytes]) -> bytes:
    begins: dict[int, int] = {}
    at = min(begin for begin, _ in _begins(pdf))
    parts = [pdf[:at]]
    for number, body in objects.items():
        begins[number] = at
        parts.append(body)
        at += len(body)
    last = max(begins)
    rows = [
        b"0000000000 65535 f\r\n",
        *(b"%010d 00000 n\r\n" % begins[number] for number in range(1, last + 1)),
    ]
    trailer = pdf[pdf.index(b"trailer", _table(pdf)) : pdf.rindex(b"startxref")]
    table = b"xref\n0 %d\n" % (last + 1) + b"".join(rows)
    return b"".join([*parts, table, trailer, b"startxref\n%d\n%%%%EOF" % at])
