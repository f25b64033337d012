"""Writes the generated pages under docs/, and what reporting may show of events; with --check says which are not
current.

python -m scripts.docs [--check]

Long because each page is a few functions over the same tables of doors and facts.
"""

import inspect
import re
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import orjson

from scripts import growth_page, rules_page
from services import codes
from services.codes import access
from services.kernel.codec import PERSONAL, Codec, audiences, told_as
from services.kernel.doors import Door, Doors, doors_of
from services.screening.domain import rulebook
from services.screening.domain.description import describe
from services.system import DOORS
from services.web.api.openapi import answer_schema, document, operation_id, properties, template
from services.web.api.routes import ROUTES, Route
from services.web.pages.account.access import NO_WAY_YET
from services.web.service import APPLICATION

DOCS = Path(__file__).parent.parent / "docs"
AUDIENCES = "../services/reporting/audiences.json"
Json = dict[str, Any]
NOTE = "<!-- Made by `make docs` from the code; changes by hand are lost. -->\n\n"


def pages() -> dict[str, str]:
    """Path under docs/ -> text of every generated page."""
    schemas = {
        f"schemas/{service}/{event.__name__}.v{version(event)}.json": as_text(schema_of(event))
        for service, event in every_event()
    }
    return {
        "events.md": events_page(),
        "api.md": api_page(),
        "roles.md": roles_page(),
        "growth.md": growth_page.page(NOTE, table),
        "openapi.json": as_text(document()),
        AUDIENCES: as_text(audiences_of_all()),
        **schemas,
        **rules_pages(),
    }


def rules_pages() -> dict[str, str]:
    return {rules_page.PAGE.name: describe(rulebook.rulebook(rulebook.versions()[-1]))}


def as_text(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), ["---"] * len(list(head)), *map(list, rows)]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )


# -- events --------------------------------------------------------------------------------------------------------


def every_event() -> Iterator[tuple[str, type[Any]]]:
    for cls in DOORS:
        for aggregate in cls.runtime.wiring.aggregates:
            yield from ((cls.name, event) for event in aggregate.events)


def audiences_of_all() -> Json:
    """{service: {type: {field: audience}}}"""
    found: Json = {}
    for service, event in every_event():
        found.setdefault(service, {})[event.__name__] = audiences(event)
    return found


def version(event: type[Any]) -> int:
    return int(getattr(event, "VERSION", 1))


def is_personal(field: Field[Any]) -> bool:
    return bool(field.metadata.get(PERSONAL))


def schema_of(event: type[Any]) -> Json:
    """JSON Schema of an event's data: its open fields as published. Later versions of the software may only add
    optional ones."""
    hints = get_type_hints(event)
    open_fields = [field for field in fields(event) if not is_personal(field)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event.__name__,
        "description": about(event),
        "type": "object",
        "properties": {told_as(field.name): schema_of_type(hints[field.name]) for field in open_fields},
        "required": sorted(
            told_as(field.name)
            for field in open_fields
            if field.default is MISSING and field.default_factory is MISSING
        ),
        "additionalProperties": True,
    }


def schema_of_type(hint: Any) -> Json:
    """JSON Schema of a JSON-native type hint."""
    plain: Mapping[Any, Json] = {
        str: {"type": "string"},
        int: {"type": "integer"},
        bool: {"type": "boolean"},
        type(None): {"type": "null"},
        Any: {},
        dict: {"type": "object"},
        list: {"type": "array"},
    }
    if hint in plain:
        return dict(plain[hint])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of_type(each) for each in arguments]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": schema_of_type(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of_type(arguments[1])}
    if is_typeddict(hint):
        hints = get_type_hints(hint)
        return {
            "type": "object",
            "properties": {name: schema_of_type(found) for name, found in hints.items()},
            "required": sorted(hint.__required_keys__),
            "additionalProperties": True,
        }
    raise TypeError(f"No JSON Schema for {hint!r}")


def type_name(hint: Any) -> str:
    """A type hint as one reads it: `str or null`, `[{province, basis}]`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return "any"
    if hint is type(None):
        return "null"
    if origin in (Union, types.UnionType):
        return " or ".join(map(type_name, arguments))
    if origin is Literal:
        return " or ".join(f'"{value}"' for value in arguments)
    if origin is list:
        return f"[{type_name(arguments[0])}]"
    if origin is dict:
        return "object"
    if is_typeddict(hint):
        optional = hint.__optional_keys__
        return "{" + ", ".join(f"{name}{'?' * (name in optional)}" for name in get_type_hints(hint)) + "}"
    return {str: "string", int: "integer", bool: "boolean"}[hint]


def about(event: type[Any]) -> str:
    """The event's own docstring; dataclasses without one get their signature as such, which says nothing."""
    text = event.__dict__.get("__doc__") or ""
    return "" if text.startswith(f"{event.__name__}(") else " ".join(inspect.cleandoc(text).split())


def listeners(source: str, type_: str) -> list[str]:
    """Who hears a type, and whether it does something about it."""
    found = []
    for cls in DOORS:
        heard = cls.runtime.wiring.hears.get(source, {})
        if type_ in heard or "*" in heard:
            found.append(f"{cls.name}{' (reacts)' if heard.get(type_) else ''}")
    return found


EXAMPLES: Mapping[str, Any] = {
    "case_number": "60-2570-0001",
    "centre": "60",
    "province": "60",
    "subdistrict": "600101",
    "channel": codes.CHANNELS[0],
    "danger": codes.DANGERS[0],
    "identity_status": codes.IDENTITY_STATUSES[0],
    "sex": codes.SEXES[1],
    "nationality": codes.NATIONALITIES[0],
    "basis": codes.DOMICILE_BASES[0],
    "kind": codes.PARTNER_KINDS[0],
    "path": "local_home",
    "paths": ["local_home"],
    "status": "given",
    "consent": "given",
    "reason": codes.DECLINE_REASONS[0],
    "whose": codes.WHOSE[1],
    "outcome": codes.OUTCOMES[0],
    "was": "sent",
    "by_channel": "phone",
    "age_band": "60-69",
    "rules_version": "2569-1",
    "on": "2026-11-22",
    "valid_from": "2026-10-01",
    "answer_due": "2026-12-06T09:30:00.000000Z",
    "stated_at": "2026-11-22T09:30:00.000000Z",
    "days": 30,
    "min": 66,
    "max": 66,
    "min_age": 60,
    "max_age": 90,
    "care_level_max": 2,
    "accepts_communicable": "treated",
    "labels_any": ["older_person"],
    "disability_types_any": [1],
    "total": 10,
    "free": 4,
    "rank": 1,
    "law": "Older Persons Act B.E. 2546 (2003), s. 3",
    "code": "older_person",
    "fact": "age",
    "op": "at_least",
    "value": 60,
    "ask": [],
    "warnings": [],
    "documents": ["id_card"],
    "facts": {"age": {"on": "2026-11-22", "min": 66, "max": 66}, "nationality": "thai"},
    "known": {"sex": "female", "nationality": "thai", "danger": "none"},
    "sha256": "0" * 64,
    "partner": "บ้านพักตัวอย่าง",
    "name": "ที่พักผู้สูงอายุ",
    "phone": "056-000-000",
    "email": "home@example.org",
    "website": "https://example.org",
    "id": "screening",
    "version": "1",
}
ATTRIBUTES = {
    "id, source, type, subject": "which event, of which service (`/songtor/{service}`), of what kind, about what",
    "time, recordedtime": "when it happened, when it was recorded (RFC 3339, UTC)",
    "sequence": "its place in its source's log: 1, 2, 3 without holes",
    "streamid, streamversion": "the stream it stands in, and its place there",
    "caseid, partnerid": "where there is one",
    "centre, actor": "for which centre (province code), by whom",
    "correlationid, causationid": "the request it goes back to, the command or event that caused it",
    "dataversion": "the version of the shape of `data`",
    "hash": "hex SHA-256 of the previous event's hash (64 zeros before the first) and the RFC 8785 JSON of "
    "this event without `hash`",
    "sealedhash": "hex SHA-256 of the sealed part, empty if nothing is sealed",
}
IDS = ("case", "person", "referral", "programme", "partner", "plan", "screening", "match")


def example(name: str, hint: Any) -> Any:
    """A value such as a field may have."""
    if name.endswith("_id") and name[:-3] in IDS:
        return f"00000000-0000-4000-8000-00000000000{IDS.index(name[:-3]) + 1}"
    origin, arguments = get_origin(hint), get_args(hint)
    known = EXAMPLES.get(name)
    if name in EXAMPLES and not is_typeddict(hint) and isinstance(known, list) == (origin is list):
        return "text" if hint is str and isinstance(known, dict) else known
    if origin in (Union, types.UnionType):
        return example(name, arguments[0])
    if origin is Literal:
        return arguments[0]
    if origin is list:
        return [example(name, arguments[0])]
    if origin is dict:
        return {"name": example(name, arguments[1]) if get_origin(arguments[1]) else "text"}
    if is_typeddict(hint):
        return {part: example(part, found) for part, found in get_type_hints(hint).items()}
    return {str: "text", int: 1, bool: False}.get(hint)


def events_page() -> str:
    parts = [
        "# Events\n\n",
        NOTE,
        "What the services tell each other and others: CloudEvents 1.0, in pages on RabbitMQ (topic exchange "
        "`songtor.events`, "
        "routing key the service's name) and merged at `GET /api/v1/events`. Each event's `data` has the "
        "fields below. Those marked "
        "**personal** are sealed with the person's key, or the one that is named, and stay in the service's own log: "
        "no page and no call "
        "carries them, "
        "`sealedhash` vouches for them. `GET /api/v1/events` and a case's timeline show of the others what is "
        "marked for their "
        "reader: *all* who read the merged log, who sees the cases of the event's *centre*, or these in the "
        "*case*'s own timeline "
        "only; a field without a mark is in the pages alone. Who sees no cases is not told either to which "
        "partner a case's event "
        "belongs. Shapes only grow; `schemas/` keeps one JSON Schema for each version of each event.\n\n",
        table(("attribute", "what it says"), ((f"`{name}`", text) for name, text in ATTRIBUTES.items())),
    ]
    for cls in DOORS:
        wiring = cls.runtime.wiring
        if not wiring.aggregates:
            continue
        codec = Codec(wiring.aggregates)
        parts.append(f"\n## {cls.name} (`/songtor/{cls.name}`)\n")
        for aggregate in wiring.aggregates:
            for event in aggregate.events:
                parts.append(_event(cls.name, aggregate.kind, aggregate.subject, event, codec))
    return "".join(parts)


def _sealed(field: Field[Any]) -> str:
    """That it is sealed, and under whose key if not the person's."""
    key = field.metadata[PERSONAL]
    return "**personal**" if key == "person_id" else f"**personal**, under the key of its {key}"


def _event(service: str, kind: str, subject: str, event: type[Any], codec: Codec) -> str:
    hints, name, marks = get_type_hints(event), event.__name__, audiences(event)
    rows = [
        (
            f"`{told_as(field.name)}`",
            _sealed(field) if is_personal(field) else type_name(hints[field.name]),
            marks.get(told_as(field.name), ""),
            "" if field.default is MISSING and field.default_factory is MISSING else "may be absent",
        )
        for field in fields(event)
    ]
    shown = {
        told_as(field.name): example(field.name, hints[field.name])
        for field in fields(event)
        if not is_personal(field)
    }
    heard = listeners(service, name)
    told = about(event)
    return (
        f"\n### {name}\n\n"
        + (f"{told}\n\n" if told else "")
        + f"dataversion {codec.version(name)} · stream `{kind}/…` · subject `{subject}/…` · "
        f"heard by {', '.join(heard)} · "
        f"[schema](schemas/{service}/{name}.v{version(event)}.json)\n\n"
        + table(("field", "type", "shown to", ""), rows)
        + f"\n```json\n{orjson.dumps(shown).decode()}\n```\n"
    )


# -- calls and roles -----------------------------------------------------------------------------------------------


def own_doors() -> Iterator[tuple[type[Doors], str, Door]]:
    """Every door of every service but those all services have."""
    common = doors_of(Doors)
    for cls in DOORS:
        yield from ((cls, name, door) for name, door in doors_of(cls).items() if name not in common)


def ordered(roles: Iterable[str]) -> list[str]:
    given = set(roles)
    return [role for role in (*access.ROLES, "system") if role in given]


def api_page() -> str:
    doors = {(cls.name, name): door for cls, name, door in own_doors()}
    rows = [
        (
            f"`{route.method} {template(route.path)}`",
            route.summary,
            f"{route.service}.{route.door}",
            ", ".join(ordered(doors[route.service, route.door].roles)),
            takes(route),
            gives(route),
        )
        for route in ROUTES
    ]
    return (
        "# The HTTP API\n\n"
        + NOTE
        + "Bearer token in `Authorization`; JSON in and out; errors are problem documents (RFC 9457). "
        "Everything that is the "
        "same for every call, and all shapes, are in [openapi.json](openapi.json), also served at `/api/openapi.json`. "
        "A field with `?` may be left out or null; every call that writes also takes `at?`, `Idempotency-Key` "
        "and `If-Match`.\n\n" + table(("call", "does", "door", "roles", "takes", "answers"), rows)
    )


def takes(route: Route) -> str:
    if route.method == "GET":
        return ", ".join(f"`{name}?`" for name in route.query)
    operation = document()["paths"][template(route.path)][route.method.lower()]
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = document()["components"]["schemas"][name]
    needed = schema["required"]
    return ", ".join(
        f"`{part}{'' if part in needed else '?'}`" for part in schema["properties"] if part != "at"
    )


def gives(route: Route) -> str:
    schema = answer_schema(route)
    record = schema["items"] if "items" in schema else schema  # a list of them
    return ", ".join(f"`{name}`" for name in properties(record))


def web_pages() -> Iterator[tuple[str, str, frozenset[str]]]:
    """(methods, path, roles) of every page; no role: it needs no sign-in."""
    for rule in sorted(APPLICATION.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        if rule.endpoint.startswith("pages."):
            view: Any = APPLICATION.view_functions[rule.endpoint]
            path = re.sub(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>", r"{\1}", rule.rule)
            yield " ".join(sorted({*(rule.methods or ())} & {"GET", "POST"})), path, view.roles


def roles_page() -> str:
    calls: dict[tuple[str, str], list[str]] = {}
    for route in ROUTES:
        calls.setdefault((route.service, route.door), []).append(operation_id(route))
    roles = [*access.ROLES]
    rows = [
        (
            f"{cls.name}.{name}",
            f"`{door.action}`",
            door.kind,
            *("yes" if role in door.roles else "" for role in roles),
        )
        for cls, name, door in own_doors()
    ]
    common = [
        (name, f"`{door.action}`", door.kind, ", ".join(ordered(door.roles)))
        for name, door in doors_of(Doors).items()
    ]
    return (
        "# Who may do what\n\n"
        + NOTE
        + "Each door of a service declares its action and the roles that may use it; whoever else asks is "
        "told 403. A case, plan or "
        "referral of a centre that is not the caller's is answered with 404, whatever the role. To "
        f"{', '.join(f'`{action}`' for action in NO_WAY_YET)} no page and no call of the API leads yet.\n\n"
        + table(("door", "action", "kind", *roles), rows)
        + "\nDoors that every service has; `system` is the services among themselves:\n\n"
        + table(("door", "action", "kind", "roles"), common)
        + "\n## Pages\n\nEach page declares the roles that may open it and then asks doors, which decide "
        "again. Pages for *anyone* need no "
        "sign-in.\n\n"
        + table(
            ("page", "methods", *roles, "anyone"),
            (
                (
                    f"`{path}`",
                    methods,
                    *("yes" if role in allowed else "" for role in roles),
                    "" if allowed else "yes",
                )
                for methods, path, allowed in web_pages()
            ),
        )
    )


# -- writing and checking ------------------------------------------------------------------------------------------


def not_additive(kept: Json, now: Json, path: str = "") -> Iterator[str]:
    """Sentences about what a schema of the same version must not do: lose a field, change one, or ask for a new one."""
    for name, schema in kept.get("properties", {}).items():
        here = f"{path}{name}"
        found = now.get("properties", {}).get(name)
        if found is None:
            yield f"{here} is gone"
        elif "properties" in schema and "properties" in found:
            yield from not_additive(schema, found, f"{here}.")
        elif "items" in schema and "items" in found and "properties" in schema["items"]:
            yield from not_additive(schema["items"], found["items"], f"{here}[].")
        elif schema != found:
            yield f"{here} is another type"
    for name in sorted(set(now.get("required", ())) - set(kept.get("required", ()))):
        yield f"{path}{name} was not always there"
    for name in sorted(set(kept.get("required", ())) - set(now.get("required", ()))):
        yield f"{path}{name} may now be absent"


def unlike_kept(made: Mapping[str, str]) -> Iterator[str]:
    """Sentences about kept schemas to which the code does more than add optional fields."""
    for name, text in made.items():
        path = DOCS / name
        if name.startswith("schemas/") and path.exists():
            for sentence in not_additive(orjson.loads(path.read_bytes()), orjson.loads(text)):
                yield f"docs/{name}: {sentence}. Give the event a new VERSION and an upcaster."


def main() -> int:
    made = pages()
    wrong = list(unlike_kept(made))
    if "--check" in sys.argv[1:]:
        for name, text in made.items():
            path = DOCS / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                wrong.append(f"docs/{name} is not current: run make docs")
    elif not wrong:
        for name, text in made.items():
            (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
            (DOCS / name).write_text(text, encoding="utf-8")
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
