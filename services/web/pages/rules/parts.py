"""What the documents of rules have many of, each described once: its fields, as the form shows and reads them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from services.codes import DANGERS
from services.codes.facts import FACTS
from services.web.pages.parts.facts import in_language
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import word
from services.web.pages.rules.vocabulary import Vocabulary, fact_name

Options = list[tuple[str, str]]
# words: in both languages · law: that and the letter of the law · flag · code: small letters, when it is added ·
# table: a condition · one, ordered, several: of the options · rows: options of a new fact
Kind = Literal["words", "law", "flag", "code", "table", "one", "ordered", "several", "rows"]
SCREENING, FORM = "screening", "form"


@dataclass(frozen=True)
class Field:
    """`name` is where it stands in a row, dotted; `label` and `hint` are said beside it. `optional`: it may be left
    empty; `most`: characters."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    optional: bool = False
    fold: str = ""  # together with its neighbours of the same words, folded
    options: Callable[[Any, Any, Vocabulary], Options] = lambda book, form, words: []
    only_new: bool = False  # it is typed when a row is added, and never changes


@dataclass(frozen=True)
class Part:
    """`key`: the field that names a row; of groups of questions their number does."""

    code: str
    document: str
    one: str
    add: str
    fields: Sequence[Field]
    key: str = "code"
    moves: bool = False
    blank: Any = field(default_factory=dict)
    many: str = ""


def _paths(book: Any, form: Any, words: Vocabulary) -> Options:
    return [(each["code"], in_language(each["name"])) for each in book["paths"]]


def _labels(book: Any, form: Any, words: Vocabulary) -> Options:
    return [(each["code"], in_language(each["name"])) for each in book["labels"]]


def _dangers(book: Any, form: Any, words: Vocabulary) -> Options:
    there = {each["code"] for each in book["dangers"]}
    return [(code, word("danger", code)) for code in DANGERS if code not in there and code != "none"]


def _flags(book: Any, form: Any, words: Vocabulary) -> Options:
    there = {each["fact"] for each in book["applies"]}
    return [(code, about.name) for code, about in words.items() if about.kind == "flag" and code not in there]


def _questions(book: Any, form: Any, words: Vocabulary) -> Options:
    return [(fact, fact_name(words, fact)) for fact in form["questions"]]


def _groups(book: Any, form: Any, words: Vocabulary) -> Options:
    return [(str(number), in_language(each["title"])) for number, each in enumerate(form["groups"], 1)]


def _unasked(book: Any, form: Any, words: Vocabulary) -> Options:
    """Facts that the form can ask for, and does not yet: those with answers to choose from."""
    return [
        (code, about.name)
        for code, about in words.items()
        if code not in form["questions"] and (about.options or code in FACTS) and about.kind != "records"
    ]


def _kinds(book: Any, form: Any, words: Vocabulary) -> Options:
    return [
        ("flag", _("Yes or no")),
        ("code", _("One of several answers")),
        ("codes", _("Any of several answers")),
        ("number", _("One of several numbers")),
    ]


NAME = Field("name", "words", later("What it is called"))
CODE = Field("code", "code", later("Short name in files and for other systems"),
    later("Small Latin letters, digits and _ only. It never changes."), only_new=True)  # fmt: skip
BECAUSE = Field("because", "words", later("Why, in plain words"))
ELSEWHERE = later("Where another law speaks of it")

PARTS: Mapping[str, Part] = {
    part.code: part
    for part in (
        Part(
            "labels", SCREENING, later("Group that the law names"), later("Add a group"),
            (
                CODE, NAME, BECAUSE,
                Field("law", "law", later("The law it stands on")),
                Field("leads", "flag", later("A specific law protects: its first open way comes before wishes")
                    ),
                Field("condition", "table", later("Who belongs to it")),
                Field("paths", "ordered", later("Ways forward it opens, the best first"),
                    options=_paths, optional=True),
                Field("where.condition", "table", later("Whom the other law speaks of"),
                    optional=True, fold=ELSEWHERE),
                Field("where.law", "law", later("The other law"), optional=True, fold=ELSEWHERE),
                Field("where.leads", "flag", later("There it protects specifically"), optional=True, fold=ELSEWHERE),
            ),
            moves=True, blank={"leads": False, "paths": [], "law": {"th": "", "en": ""}},
            many=later("Groups that the laws name, in their order"),
        ),
        Part(
            "paths", SCREENING, later("Way forward"), later("Add a way forward"),
            (
                CODE, NAME,
                Field("outside_ministry", "flag", later("Outside the ministry")),
                Field("by_wish", "flag", later("The person's wish alone can open it")),
                Field("opened_by", "several", later("Groups that open it"), options=_labels, optional=True),
                Field("last", "flag", later("It comes after all other ways, whatever opens it"), optional=True),
                Field("needs", "table", later("What it needs"),
                    later("While this is not so, the way is closed. Empty: it needs nothing."), optional=True),
                Field("because", "words", later("Why it needs that"), optional=True),
                Field("only_if_sure", "flag", later("Only where all of that is known"), optional=True),
                Field("never", "table", later("When the law forbids it"),
                    later("No reason of a working group opens it then. Empty: never."), optional=True),
            ),
            blank={"outside_ministry": True, "by_wish": True}, many=later("Ways forward, and what they need"),
        ),
        Part(
            "dangers", SCREENING, later("Danger at the door"), later("Add a danger"),
            (
                Field("code", "one", later("Danger"), options=_dangers, only_new=True),
                Field("path", "one", later("The way that goes first"), options=_paths),
                Field("needs", "table", later("Unless this turns out not to be so"), optional=True),
                BECAUSE,
            ),
            many=later("Dangers that go before everything"),
        ),
        Part(
            "applies", SCREENING, later("Question that may not concern somebody"), later("Add such a question"),
            (
                Field("fact", "one", later("Question"), options=_flags, only_new=True),
                Field("condition", "table", later("Whom it can concern")),
                Field("otherwise", "flag", later("What counts for everybody else")),
            ),
            key="fact", blank={"otherwise": False}, many=later("Questions that do not concern everybody"),
        ),
        Part(
            "facts", SCREENING, later("New fact"), later("Add a fact"),
            (
                CODE, NAME,
                Field("question", "words", later("How it is asked")),
                Field("kind", "one", later("What the answer is"), options=_kinds, only_new=True),
                Field("options", "rows", later("Its answers"),
                    later("Not for yes or no. Leave a row empty to take it away."), optional=True),
            ),
            many=later("Facts that these rules add"),
        ),
        Part(
            "groups", FORM, later("Group of questions"), later("Add a group of questions"),
            (
                Field("title", "words", later("Heading")),
                Field("why", "words", later("Why we ask")),
                Field("law", "words", later("By which law")),
                Field("facts", "ordered", later("Questions, in their order"), options=_questions),
            ),
            key="", moves=True, many=later("Questions, in their order"),
        ),
        Part(
            "questions", FORM, later("Question"), later("Add a question"),
            (
                Field("fact", "one", later("What it asks for"), options=_unasked, only_new=True),
                Field("group", "one", later("In which group"), options=_groups, only_new=True),
                Field("text", "words", later("The question")),
                Field("hint", "words", later("Help beside it"), optional=True),
                Field("show_if", "table", later("Whom it is asked"),
                    later("Who is surely not meant is not asked. Empty: everybody."), optional=True),
            ),
            key="fact", many=later("Words of the questions"),
        ),
    )
}  # fmt: skip
