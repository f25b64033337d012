"""Rows of the documents of rules as plain data: found, put in, moved and taken away; their fields as a form shows and
reads them. A document is never changed in place."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _, later
from services.web.pages.rules import tables
from services.web.pages.rules.parts import Field, Part
from services.web.pages.rules.vocabulary import Vocabulary

OPTION_ROWS, MORE_ROWS = 3, 2
LACKS = later("Fill this in, in both languages.")
ONE_OF = later("Choose one of the options.")
IS_CODE = later("Use small Latin letters, digits and _ only, and begin with a letter.")
IS_THERE = later("It is there already.")


def list_rows(part: Part, document: Any) -> list[tuple[str, Any]]:
    """[(key, row)] of a document, in their order."""
    if part.code == "questions":
        return [(fact, {"fact": fact, **row}) for fact, row in document["questions"].items()]
    rows = document.get(part.code) or ()
    if not part.key:
        return [(str(number), row) for number, row in enumerate(rows, 1)]
    return [(row[part.key], row) for row in rows]


def get_row(part: Part, document: Any, key: str) -> Any:
    return dict(list_rows(part, document)).get(key)


def with_row(part: Part, document: Any, key: str | None, row: Any) -> Any:
    """`key` None: it is added."""
    new = deepcopy(dict(document))
    row = {name: value for name, value in row.items() if value is not None}
    if part.code == "questions":
        group, fact = row.get("group"), row["fact"]
        new["questions"][fact] = {name: row[name] for name in row if name not in ("fact", "group")}
        if key is None and group:
            new["groups"][int(group) - 1]["facts"].append(fact)
        return new
    if part.code == "paths":
        _settle_path(new, row)
    unsaid = {
        each.name for each in part.fields if each.kind == "flag" and each.optional and not row.get(each.name)
    }
    own = {name: value for name, value in row.items() if name not in ("opened_by", "last", *unsaid)}
    rows = new.setdefault(part.code, [])
    places = [place for place, (known, _row) in enumerate(list_rows(part, new)) if known == key]
    if places:
        rows[places[0]] = own
    else:
        rows.append(own)
    return new


def _settle_path(new: Any, row: Any) -> None:
    """Which labels open it, and whether it comes last, stand elsewhere in the document."""
    code = row["code"]
    for label in new["labels"]:
        opens, wanted = code in label["paths"], label["code"] in row.get("opened_by", ())
        if wanted and not opens:
            label["paths"].append(code)
        elif opens and not wanted:
            label["paths"].remove(code)
    last = [each for each in new.get("last", []) if each != code or row.get("last")]
    new["last"] = [*last, code] if row.get("last") and code not in last else last


def without_row(part: Part, document: Any, key: str) -> Any:
    """With what named it: a way forward is no longer opened, a question no longer asked."""
    new = deepcopy(dict(document))
    if part.code == "questions":
        new["questions"].pop(key, None)
        for group in new["groups"]:
            group["facts"] = [fact for fact in group["facts"] if fact != key]
        return new
    new[part.code] = [row for known, row in list_rows(part, document) if known != key]
    if part.code == "paths":
        for label in new["labels"]:
            label["paths"] = [code for code in label["paths"] if code != key]
        new["last"] = [code for code in new.get("last", ()) if code != key]
        new["dangers"] = [each for each in new.get("dangers", ()) if each["path"] != key]
    return deepcopy(new)


def moved_row(part: Part, document: Any, key: str, up: bool) -> Any:
    new = deepcopy(dict(document))
    rows = new[part.code]
    place = next((place for place, (known, _row) in enumerate(list_rows(part, new)) if known == key), None)
    other = None if place is None else place + (-1 if up else 1)
    if place is not None and other is not None and 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return new


def values_of(part: Part, row: Any, document: Any) -> Any:
    """The first values of a row's form."""
    values: Any = {}
    whole: Any = row or part.blank
    if part.code == "paths" and row:
        opened_by = [each["code"] for each in document["labels"] if row["code"] in each["paths"]]
        whole = {**row, "opened_by": opened_by, "last": row["code"] in document.get("last", ())}
    for field in part.fields:
        value = _at(whole, field.name)
        if field.kind == "table":
            value = tables.first_values(value)
        elif field.kind == "flag":
            value = bool(value)
        _put(values, field.name, value)
    return values


def read_row(
    part: Part, form: Form, before: Any, document: Any, words: Vocabulary,
    options: Mapping[str, Sequence[str]],
) -> tuple[Any, list[tables.View]]:  # fmt: skip
    """What was typed, and the tables among it. Errors stand at their fields."""
    row: Any = {}
    views: list[tables.View] = []
    for field in part.fields:
        if field.only_new and before is not None:
            _put(row, field.name, _at(before, field.name))
            continue
        if field.kind == "table":
            condition, view = tables.read(
                form, field.name, _at(before or {}, field.name), words, not field.optional
            )
            views.append(view)
            _put(row, field.name, condition)
        else:
            _put(row, field.name, _read(part, field, form, document, options.get(field.name, ())))
    where = row.get("where")
    if part.code == "labels" and not (where and where.get("condition")):
        row["where"] = None
    return row, views


def _read(part: Part, field: Field, form: Form, document: Any, options: Sequence[str]) -> Any:
    looks = not form.sent or form.value("do")
    match field.kind:
        case "words" | "law":
            text = {
                language: form.value(f"{field.name}.{language}").replace("\r\n", "\n").strip()
                for language in ("th", "en")
            }
            if not any(text.values()) and field.optional:
                return None
            for language, typed in text.items():
                if not typed and not looks:
                    form.errors.setdefault(f"{field.name}.{language}", []).append(_(LACKS))
            letter = form.value(f"{field.name}.text").strip() if field.kind == "law" else ""
            return {**text, **({"text": letter} if letter else {})}
        case "flag":
            return form.value(field.name) == "yes"
        case "code":
            code = form.value(field.name).strip()
            if looks:
                return code
            fits = (
                code.isascii() and code.replace("_", "").isalnum() and code.islower() and code[:1].isalpha()
            )
            if not fits or len(code) > 40:
                form.errors.setdefault(field.name, []).append(_(IS_CODE))
            elif code in dict(list_rows(part, document)):
                form.errors.setdefault(field.name, []).append(_(IS_THERE))
            return code
        case "one":
            chosen = form.value(field.name)
            if chosen not in options and not looks:
                form.errors.setdefault(field.name, []).append(_(ONE_OF))
            return chosen
        case "ordered" | "several":
            several = [each for each in dict.fromkeys(form.chosen(field.name)) if each]
            if not looks and (not {*several} <= {*options} or (not several and not field.optional)):
                form.errors.setdefault(field.name, []).append(_(ONE_OF))
            return several
        case "rows":
            return _read_options(form, field.name)
    raise AssertionError(field.kind)


def option_numbers(form: Form, name: str) -> range:
    texts = {key.split(".")[1] for key in form.typed if key.startswith(f"{name}.")}
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 4]
    return range(min(50, max(OPTION_ROWS, max(numbers, default=-1) + 1 + MORE_ROWS)))


def _read_options(form: Form, name: str) -> list[Any]:
    found: list[Any] = []
    is_number = form.value("kind") == "number"
    for number in option_numbers(form, name):
        code, th, en = (form.value(f"{name}.{number}.{part}").strip() for part in ("code", "th", "en"))
        if code or th or en:
            known: str | int = (
                int(code) if is_number and code.isascii() and code.isdigit() and len(code) < 9 else code
            )
            found.append({"code": known, "th": th, "en": en})
    return found


def _at(row: Any, name: str) -> Any:
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _put(row: Any, name: str, value: Any) -> None:
    *parts, last = name.split(".")
    for part in parts:
        row = row.setdefault(part, {})
    row[last] = value
