"""แบบแรกรับ: the blank form for where there is no network.

It asks for what the page that copies it asks for, in the same order and from the same lists, and then for what a
screening asks.
"""

from services.codes import CHANNELS, DANGERS, DOMICILE_BASES, IDENTITY_STATUSES, NATIONALITIES, SEXES
from services.codes.access import ROLES
from services.codes.ages import AGE_BANDS
from services.codes.facts import Fact
from services.codes.words import CodeList
from services.kernel.envelope import ALL_CENTRES
from services.kernel.questions import Json
from services.web.documents.office import Desk, Office, office
from services.web.documents.papers import Paper, Printed
from services.web.documents.press import Data
from services.web.gateway import questionnaire
from services.web.identity.people import NOBODY
from services.web.store.centres import Contact

UNKNOWN = "unknown"  # an empty box says the same
OF_THE_PERSON = ("birth_date", "age", "nationality")  # the first page asks for them


def intake(desk: Desk) -> Printed:
    """Of the centre of whoever asks, if that is one."""
    own = [centre for centre in desk.asker.caller.centres if centre != ALL_CENTRES]
    here = office(desk, own[0]) if len(own) == 1 else Office("", Contact(name=" "), NOBODY)
    asks = questionnaire.current()
    data: Data = {
        "from": here.name.strip(),
        "danger": {"title": "ผู้รับบริการมีอันตรายเร่งด่วนหรือไม่", "options": _options(DANGERS)},
        "channel": {"title": "ช่องทางที่มาถึงศูนย์", "options": _options(CHANNELS)},
        "identity": {"title": "การยืนยันตัวบุคคล", "options": _options(IDENTITY_STATUSES)},
        "sex": {"title": "เพศ", "options": _options(SEXES)},
        "age": {"title": "หรืออายุโดยประมาณ", "options": _options(AGE_BANDS)},
        "nationality": {"title": "สัญชาติ", "options": _options(NATIONALITIES)},
        "bases": _options(DOMICILE_BASES),
        "groups": [
            {
                "title": group.title.th,
                "questions": [
                    _question(asks.facts[code]) for code in group.facts if code not in OF_THE_PERSON
                ],
            }
            for group in asks.groups
            if not set(group.facts) <= set(OF_THE_PERSON)
        ],
        "signers": [
            {"name": "", "role": "ผู้บันทึก"},
            {"name": "", "role": "ผู้คัดลอกเข้าระบบ", "day": "วันที่ ........................................"},
        ],
    }
    return Printed("intake", here.finished("แบบแรกรับผู้รับบริการ", data), "songtor-intake-form")


def _question(fact: Fact) -> dict[str, Json]:
    """A fact as a line of the form: what is asked, and its boxes; none where it is written out."""
    asked = fact.question.text if fact.question else fact.words
    if fact.kind == "flag":
        options = [answer.th for answer in (fact.yes, fact.no) if answer]
    else:
        options = _options(fact.options) if fact.options else []
        options += [fact.none.th] if fact.none else []
    return {"title": asked.th, "options": options, "open": fact.free or not options}


def _options(codes: CodeList[str] | CodeList[int]) -> list[str]:
    return [words.th for code, words in codes.words.items() if code != UNKNOWN]


PAPERS = (Paper("intake", "/forms/intake.pdf", intake, roles=ROLES),)
