"""What a door says of a field is said by the page in the reader's own language, and names what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from services.web.gateway.listeners import WHY_NOT
from services.web.pages.parts import language

SERVICES = Path(__file__).parents[2] / "services"
FILES = [file for part in ("*/*.py", "*/domain/*.py", "web/store/*.py", "web/gateway/*.py", "web/identity/*.py")
    for file in sorted(SERVICES.glob(part))]  # fmt: skip
# Of fields that no form has: whoever writes programs reads these, in English.
OF_THE_API = re.compile(
    r"Unknown field\.|Not the name of a fact\.|Something to do has no code\.|"
    r"Not a cursor of this list\.|Not a time\.|Not a valid UUID\.|Not a day, such as .*"
    r"|Name .*|Must be (a day|true|an RFC 3339).*|Must carry its time zone.*|Say what falls stale\."
    r"|A consent of now, or one that was recorded, not both\.|A person is (sent to a programme|tried on).*"
    r"|An administrator says whose cases these were, nobody else\.|The case was screened again; begin with .*"
)


def sentences(file: Path) -> Iterator[str]:
    """What is given to Invalid or ValidationError, with 2026-01-02 where something is put in."""
    for call in ast.walk(ast.parse(file.read_text())):
        name = getattr(getattr(call, "func", None), "id", "")
        if not isinstance(call, ast.Call) or name not in ("Invalid", "ValidationError"):
            continue
        for given in call.args:
            inner = {
                id(part)
                for text in ast.walk(given)
                if isinstance(text, ast.JoinedStr)
                for part in text.values
            }
            for text in ast.walk(given):
                if isinstance(text, ast.JoinedStr):
                    yield "".join(getattr(part, "value", "") if isinstance(part, ast.Constant) else "2026-01-02"
                        for part in text.values)  # fmt: skip
                elif isinstance(text, ast.Constant) and isinstance(text.value, str) and id(text) not in inner:
                    yield text.value


def test_what_a_door_says_of_a_field_is_said_in_thai():
    general = language.catalogue("th").gettext("Check this answer.")
    spoken = {text for file in FILES for text in sentences(file) if text[:1].isupper() and text.endswith(".")}
    assert len(spoken) > 60
    unsaid = [
        text
        for text in sorted(spoken)
        if not OF_THE_API.fullmatch(text)
        and language.field_error(text) == language.field_error(text.replace("2026-01-02", "7")) == general
    ]
    assert unsaid == []


def test_a_day_within_it_is_written_as_the_reader_writes_days():
    assert language.field_error("Must be 2026-12-01 or later.") == "กรอกวันที่ 1 ธ.ค. 2569 หรือหลังจากนั้น"


def test_why_no_message_goes_to_an_address_is_said_in_thai():
    general = language.catalogue("th").gettext("Check this answer.")
    assert general not in [language.field_error(text) for text in WHY_NOT.values()]
