"""A version of the rules as a workbook: the decision table with a cell for each fact, the law beside each row, paths,
questions and deadlines, a sheet each."""

import json
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from services.screening.answers import WholeRules

ANY = "–"  # of a fact that a row does not ask for: unknown, yes and no are all the same to it
Line = Sequence[str]


def as_xlsx(rules: WholeRules) -> bytes:
    import xlsxwriter

    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})
        for title, lines in sheets(rules):
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            for number, line in enumerate(lines):
                for place, cell in enumerate(line):
                    sheet.write_string(number, place, cell, bold if number == 0 else None)
    return made.getvalue()


def sheets(rules: WholeRules) -> Iterator[tuple[str, list[Line]]]:
    if "labels" in rules:
        yield "labels", [*_labels(rules["labels"])]
        yield "paths", [*_paths(rules["paths"])]
    yield "questions", [*_questions(rules["forms"])]
    yield (
        "deadlines",
        [["what", "value"], *_deadlines(rules["deadlines"])],
    )


def _deadlines(spans: Any) -> Iterator[Line]:
    for name, span in spans.items():
        for part, value in span.items():
            each = value.items() if isinstance(value, dict) else [("", value)]
            yield from ([" ".join(filter(None, (name, part, code))), str(count)] for code, count in each)


def _labels(labels: Any) -> Iterator[Line]:
    facts = list(dict.fromkeys(leaf["fact"] for label in labels for leaf, _ in _leaves(label["condition"])))
    yield ["code", "th", "en", "joined by", *facts, "law th", "law en", "leads", "paths"]
    for label in labels:
        cells: dict[str, list[str]] = {}
        for leaf, negated in _leaves(label["condition"]):
            cells.setdefault(leaf["fact"], []).append(_cell(leaf, negated))
        law, joined = label["law"], next((each for each in ("all", "any") if each in label["condition"]), "")
        yield [
            label["code"], label["name"]["th"], label["name"]["en"], joined,
            *(" & ".join(cells[fact]) if fact in cells else ANY for fact in facts),
            law["th"], law["en"], "yes" if label["leads"] else "no", ", ".join(label["paths"]),
        ]  # fmt: skip


def _leaves(condition: Any, negated: bool = False) -> Iterator[tuple[Any, bool]]:
    if "fact" in condition:
        yield condition, negated
    elif "not" in condition:
        yield from _leaves(condition["not"], not negated)
    else:
        for part in condition.get("all") or condition["any"]:
            yield from _leaves(part, negated)


def _cell(leaf: Any, negated: bool) -> str:
    value = leaf["value"]
    shown = ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value).strip('"')
    return f"{'not ' if negated else ''}{leaf['op'].replace('_', ' ')} {shown}"


def _paths(paths: Any) -> Iterator[Line]:
    yield [
        "code",
        "th",
        "en",
        "outside the ministry",
        "a wish opens it",
        "needs",
        "never",
        "why th",
        "why en",
    ]
    for path in paths:
        needs, never = (json.dumps(path.get(name)) if path.get(name) else "" for name in ("needs", "never"))
        why = path.get("because") or {"th": "", "en": ""}
        yield [
            path["code"], path["name"]["th"], path["name"]["en"], "yes" if path["outside_ministry"] else "no",
            "yes" if path["by_wish"] else "no", needs, never, why["th"], why["en"],
        ]  # fmt: skip


def _questions(forms: Any) -> Iterator[Line]:
    yield ["group th", "group en", "law th", "fact", "question th", "question en"]
    for form in forms:
        for group in form["groups"]:
            for fact in group["facts"]:
                text = form["questions"].get(fact, {}).get("text", {"th": "", "en": ""})
                yield [
                    group["title"]["th"],
                    group["title"]["en"],
                    group["law"]["th"],
                    fact,
                    text["th"],
                    text["en"],
                ]
