"""The procedure of a draft changed on a page: how many vote, how long everything may take, when people are followed up,
and what the user's own centre sets for itself. What a director reviews and by which kinds of partners deadlines differ
stands on the same page; what it does not ask stays as it is."""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, Response

from services.codes import PARTNER_KINDS, procedure
from services.codes.access import DIRECTOR
from services.codes.deadlines import ESCALATED_TO
from services.codes.declines import kinds_of_noes
from services.codes.procedure import UNITS
from services.codes.procedure.checking import BY_CHANNEL, BY_KIND, REMINDED
from services.codes.steps import TELLING
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import NotFound
from services.kernel.questions import Body, Json
from services.screening.doors import DRAFT, SAVE_RULES
from services.thai.numbers import NumberError, read_whole
from services.web.pages.frame import doors, frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _, field_error
from services.web.pages.parts.words import centre, word
from services.web.pages.rules import terms
from services.web.pages.rules.book import EDITORS

OF_FOLLOW_UP = ("days", "from", "until", "remind")
CENTRES_MOST = 3  # of one user; whoever has more writes their settings by the API

blueprint = Blueprint("rule_procedure", __name__)


class Number(NamedTuple):
    """A field for a whole number: where it stands in the document; one that is `optional` may be left out."""

    label: str
    path: tuple[str, ...]
    optional: bool = False

    @property
    def name(self) -> str:
        return _name(self.path)


def _name(path: Sequence[str]) -> str:
    """Of a field: whatever its unit, a deadline has one."""
    return ".".join(part for part in path if part not in UNITS or path[0] == "follow_up")


class Section(NamedTuple):
    """Numbers that belong together; `aside`: those that few need, folded; `flag`: a yes or no of the same section."""

    title: str
    numbers: Sequence[Number]
    aside: Sequence[Number] = ()
    flag: tuple[str, str] | None = None


@blueprint.route("/rules/drafts/<uuid:draft_id>/procedure", methods=["GET", "POST"])
@gate.roles(*EDITORS)
def change(draft_id: UUID) -> Response:
    found = doors.ask(DRAFT.of(draft_id=str(draft_id)))
    if procedure.NAME not in found["content"] or found["adopted"]:
        raise NotFound("rules")
    document: Any = procedure.whole(json.dumps(found["content"][procedure.NAME]))
    own = _own_centres()
    sections = [*_sections(document), *(_of_centre(document, code) for code in own)]
    form = Form(None, _values(document, sections, own), version=found["version"])
    form.load()
    new = _read(form, document, sections, own) if form.sent else document
    if form.sent and not form.errors:
        content = {**found["content"], procedure.NAME: new}
        with form.catching(partial(_in_words, [each.name for each in _all(sections)])):
            body: Any = {"draft_id": found["draft_id"], "based_on": found["based_on"], "content": content}
            doors.tell(SAVE_RULES, body, if_match=form.version)
            return frame.done(_("The draft is saved."), "pages.rule_drafts.show", draft_id=draft_id)
    return frame.page(
        "rules/procedure.html", form=form, found=found, sections=sections, stands=terms.in_words(document),
        reviews=[(f"review.{code}", " · ".join((_("Noes that the director reviews"), centre(code)))) for code in own],
        noes=[(kind, terms.kind_in_words(kind)) for kind in kinds_of_noes()],
        answering=[(code, word("escalated_to", code)) for code in ESCALATED_TO],
    )  # fmt: skip


def _own_centres() -> Sequence[str]:
    """The centres for which a director sets something."""
    caller = visit.caller()
    few = (
        caller.role == DIRECTOR and ALL_CENTRES not in caller.centres and len(caller.centres) <= CENTRES_MOST
    )
    return caller.centres if few else ()


# -- what is asked ----------------------------------------------------------------------------------------------------


def _sections(document: Any) -> Iterator[Section]:
    votes, chair = _("Votes that a decision needs"), _("The chair must be among them")
    yield Section(_("Decisions"), [Number(votes, ("quorum", "votes"))], flag=("quorum.chair", chair))
    yield Section(
        _("Decisions between meetings"), [Number(votes, ("between_meetings", "votes"))],
        flag=("between_meetings.chair", chair),
    )  # fmt: skip
    yield Section(
        _("Places asked at the same time"), [Number(_("At most, for one case"), ("referrals_at_once",))]
    )
    for name, span in document["deadlines"].items():
        yield Section(word("deadline", name), *_of_span(name, span, ("deadlines", name)))
    for number in range(len(document["follow_up"]) + 1):
        yield Section(_("Follow-up {}").format(number + 1), [*_of_follow_up(str(number))])
    limits = [
        Number(f"{terms.bound_name(name)} · {end}", ("bounds", name, code))
        for name in document["bounds"]
        for code, end in (("min", _("least")), ("max", _("most")))
    ]
    yield Section(_("What a centre may set for itself"), [], limits)


def _of_span(name: str, span: Any, path: tuple[str, ...]) -> tuple[list[Number], list[Number]]:
    [unit] = [each for each in UNITS if each in span]
    numbers = [Number(terms.unit_name(unit), (*path, unit))]
    if name in REMINDED:
        numbers.append(Number(_("Reminder, working days before"), (*path, "remind"), True))
    told_by = _("told by")
    aside = [
        Number(f"{told_by} {word('telling', way)}", (*path, "by_channel", way), True)
        for way in TELLING
        if name in BY_CHANNEL
    ]
    aside += [
        Number(word("partner_kind", kind), (*path, "by_kind", kind), True)
        for kind in PARTNER_KINDS
        if name in BY_KIND
    ]
    return numbers, aside


def _of_follow_up(number: str) -> Iterator[Number]:
    labels = (
        _("Days after the placement"), _("In time from day"), _("In time until day"),
        _("Reminder, working days before"),
    )  # fmt: skip
    for label, part in zip(labels, OF_FOLLOW_UP, strict=True):
        yield Number(label, ("follow_up", number, part), True)


def _of_centre(document: Any, code: str) -> Section:
    """Left empty: as everywhere."""
    numbers = [
        Number(_("Votes that a decision needs"), ("centres", code, "quorum", "votes"), True),
        Number(_("Places asked at the same time"), ("centres", code, "referrals_at_once"), True),
    ]
    for name in document["bounds"]:
        if name in document["deadlines"]:
            span = _at(document, ("centres", code, "deadlines", name)) or document["deadlines"][name]
            [unit] = [each for each in UNITS if each in span]
            label = f"{word('deadline', name)} ({terms.unit_name(unit)})"
            numbers.append(Number(label, ("centres", code, "deadlines", name, unit), True))
    return Section(_("Only for {}").format(centre(code)), numbers)


# -- the form ---------------------------------------------------------------------------------------------------------


def _all(sections: Sequence[Section]) -> Iterator[Number]:
    for section in sections:
        yield from (*section.numbers, *section.aside)


def _values(document: Any, sections: Sequence[Section], own: Sequence[str]) -> Body:
    values: dict[str, Json] = {each.name: _at(document, each.path) for each in _all(sections)}
    values |= {name: _at(document, name.split(".")) for name in _flags(sections)}
    values |= {f"review.{code}": document["decline_review"].get(code, []) for code in own}
    return values | {"escalation": document["escalation"].get("role", "")}


def _flags(sections: Sequence[Section]) -> list[str]:
    return [section.flag[0] for section in sections if section.flag]


def _read(form: Form, document: Any, sections: Sequence[Section], own: Sequence[str]) -> Any:
    """The document as it was typed; what cannot be read stands in the form's errors."""
    new = deepcopy(document)
    for number in _all(sections):
        text = form.value(number.name).strip()
        if not text:
            if not number.optional:
                form.add({number.name: ["Missing data for required field."]})
            _leave_out(new, number.path)
            continue
        try:
            _put(new, number.path, read_whole(text))
        except NumberError as error:
            form.add({number.name: [str(error)]})
    for name in _flags(sections):
        _require_one_of(form, name, ("yes", "no"))
        _put(new, name.split("."), form.value(name) == "yes")
    new["follow_up"] = _follow_ups(form, new["follow_up"])
    for code in own:
        _require_one_of(form, f"review.{code}", kinds_of_noes())
        chosen = form.chosen(f"review.{code}")
        new["decline_review"] = {each: kinds for each, kinds in new["decline_review"].items() if each != code}
        new["decline_review"] |= {code: chosen} if chosen else {}
        _settle(new, code)
    _require_one_of(form, "escalation", ESCALATED_TO)
    if form.value("escalation"):
        new["escalation"] = {"role": form.value("escalation")}
    return new


def _require_one_of(form: Form, name: str, codes: Sequence[str]) -> None:
    if {*form.chosen(name)} - {*codes, ""}:
        form.add({name: [f"Must be one of: {', '.join(codes)}."]})


def _follow_ups(form: Form, rows: Sequence[Any]) -> list[Any]:
    """Without those that were left empty."""
    for number, row in enumerate(rows):
        for part in OF_FOLLOW_UP[:3] if row else ():
            if part not in row and f"follow_up.{number}.{part}" not in form.errors:
                form.add({f"follow_up.{number}.{part}": ["Missing data for required field."]})
    return [row for row in rows if row]


def _settle(document: Any, code: str) -> None:
    """A centre's own quorum is about the chair as everybody's is; what it left empty it does not set."""
    settings = document["centres"].pop(code, {})
    quorum, spans = settings.pop("quorum", {}), settings.pop("deadlines", {})
    if "votes" in quorum:
        settings["quorum"] = {"chair": document["quorum"]["chair"], **quorum}
    if kept := {name: span for name, span in spans.items() if {*UNITS} & {*span}}:
        settings["deadlines"] = kept
    if settings:
        document["centres"][code] = settings


def _at(document: Any, path: Sequence[str]) -> Any:
    for part in path:
        if isinstance(document, list):
            document = document[int(part)] if int(part) < len(document) else None
        else:
            document = document.get(part) if isinstance(document, Mapping) else None
    return document


def _put(document: Any, path: Sequence[str], value: Any) -> None:
    *parts, last = path
    for part in parts:
        if isinstance(document, list):
            document.extend({} for _missing in range(len(document), int(part) + 1))
            document = document[int(part)]
        else:
            document = document.setdefault(part, {})
    document[last] = value


def _leave_out(document: Any, path: Sequence[str]) -> None:
    holder = _at(document, path[:-1])
    if isinstance(holder, dict):
        holder.pop(path[-1], None)


def _in_words(names: Sequence[str], errors: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What the door says of the document, at the fields of the form: that of several together at their first."""
    found: dict[str, list[str]] = {}
    for where, messages in errors.items():
        field = _name(where.partition(f"{procedure.NAME}.")[2].split("."))
        if field not in names:
            field = next((name for name in names if name.startswith(f"{field}.")), names[0])
        said = (message.removeprefix("wrong_type: ") for message in messages)
        found.setdefault(field, []).extend(field_error(each) for each in said)
    return found
