"""What every paper has of its centre: who writes, with which figures, and what comes again on many papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from services.codes import sentences
from services.kernel.envelope import moment
from services.kernel.questions import Json, Question
from services.kernel.runtime import ServiceRuntime
from services.thai import dates
from services.web.documents.press import Data
from services.web.gateway import calls
from services.web.gateway.calls import Asker
from services.web.identity import accounts, people
from services.web.identity.people import NOBODY, Person
from services.web.store import centres
from services.web.store.centres import Contact

A = TypeVar("A")
CAPITAL = "10"  # Bangkok, which is no province
NO_BREAK = "\u00a0"  # the space at which no line ends
PAGES = 20  # numbered at most; the last number goes on
AS_IT_IS = frozenset({"qr", "qr_address"})  # what no figure is changed in
EMPTY: Mapping[str, str] = {}
WORDS = {
    "signed": "ลงชื่อ",
    "number": "ที่",
    "subject": "เรื่อง",
    "to": "เรียน",
    "refers": "อ้างถึง",
    "enclosed": "สิ่งที่ส่งมาด้วย",
    "regards": "ขอแสดงความนับถือ",
}


@dataclass(frozen=True)
class Desk:
    """Where a paper is written: who asks for it, and where people reach the pages."""

    runtime: ServiceRuntime
    asker: Asker
    site: str

    def ask(self, question: Question[A]) -> A:
        return calls.ask(self.asker, question).answer

    @property
    def today(self) -> date:
        return dates.bangkok_day(self.runtime.now())

    @property
    def writer(self) -> Person:
        """Who asks for it, as far as the account says."""
        user = self.asker.caller.user
        return people.find(self.runtime, [user]).get(user, NOBODY)


@dataclass(frozen=True)
class Office:
    """A centre as its papers call it, and who signs for it: the first of its directors."""

    code: str
    contact: Contact
    director: Person

    @property
    def name(self) -> str:
        return self.contact.name or f"ศูนย์คุ้มครองคนไร้ที่พึ่ง{full_province(self.code)}"

    @property
    def address(self) -> list[str]:
        lines = [line.strip() for line in self.contact.address.splitlines()]
        return [line for line in lines if line]

    @property
    def phone(self) -> str:
        return f"โทร. {self.contact.phone}" if self.contact.phone else ""

    def finished(self, title: str, data: Data, words: Mapping[str, str] = EMPTY) -> Data:
        """What stands on a paper of this centre, in its figures; `words` of the paper besides those of all."""
        pages = [str(page + 1) for page in range(PAGES)]
        whole = {
            "title": title,
            "author": self.name,
            "pages": pages,
            **data,
            "words": {**WORDS, **words},
        }
        return whole if self.contact.figures == "arabic" else thai_figures(whole)


def office(desk: Desk, centre: str) -> Office:
    runtime = desk.runtime
    contact = runtime.read(lambda db: centres.find(db, centre))
    directors = runtime.read(lambda db: accounts.list_directors(db, centre))
    known = people.find(runtime, directors[:1])
    return Office(centre, contact, next(iter(known.values()), NOBODY))


def thai_figures(data: Data) -> Data:
    """The same with Thai figures, but where something is read by a machine."""
    return {name: part if name in AS_IT_IS else _thai(part) for name, part in data.items()}


def _thai(part: Json) -> Json:
    if isinstance(part, str):
        return dates.to_thai_digits(part)
    if isinstance(part, Mapping):
        return thai_figures(part)
    return [_thai(each) for each in part] if isinstance(part, Sequence) else part


def full_province(code: str) -> str:
    """With the word for a province, which stands before every name but the capital's."""
    name = sentences.province(code, "th")
    return name if code == CAPITAL else f"จังหวัด{name}"


def long_day(at: date | str) -> str:
    """Of a day, or the Thai day of an instant: 12 พฤษภาคม 2569."""
    day = at if isinstance(at, date) else dates.bangkok_day(moment(at))
    return dates.format_date(day, "th").replace(" ", NO_BREAK)
