"""What a page lets somebody take away, as a spreadsheet would read it."""

import csv
import re
import zipfile
from io import BytesIO, StringIO


def taken(person, path):
    """(name, tables) of a file: {name of a table: its lines}."""
    answer = person.http.get(f"{person.address}{path}")
    assert answer.status_code == 200, path
    name = re.fullmatch(r'attachment; filename="(.+)"', answer.headers["Content-Disposition"])[1]
    if name.endswith(".csv"):
        return name, {name: lines_of(answer.content)}
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        return name, {each: lines_of(archive.read(each)) for each in archive.namelist()}


def lines_of(content):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))
