"""Whatever a body, a parameter or an address may be, the answer names what is wrong with it. Fields are found in the
OpenAPI document."""

import json
import re
import socket
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import orjson
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from services.web.api.openapi import document, template
from services.web.api.routes import Route
from tests.web.door import FrontDoor, World, asker, calls, name_of, opening, problem

BODIES = [route for route in calls() if route.method != "GET"]
LISTS = [route for route in calls() if "limit" in route.query]
MEGABYTE = 1024 * 1024
NOBODY = "00000000-0000-4000-8000-000000000001"


def schema_of(route: Route) -> Any:
    operation = document()["paths"][template(route.path)][route.method.lower()]
    return resolved(operation["requestBody"]["content"]["application/json"]["schema"])


def resolved(schema: Any) -> Any:
    for choice in (schema, *schema.get("anyOf", ())):
        if "$ref" in choice:
            return document()["components"]["schemas"][choice["$ref"].rpartition("/")[2]]
    return schema


def fields(schema: Any, body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any, bool]]:
    """(path, schema, whether required) of every field that a body has or might have."""
    for name, found in schema.get("properties", {}).items():
        found = resolved(found)
        yield (*path, name), found, name in schema.get("required", ())
        value = body.get(name)
        if isinstance(value, dict):
            yield from fields(found, value, (*path, name))
        elif isinstance(value, list) and value:
            item = resolved(found["items"])
            yield (*path, name, 0), item, False
            if isinstance(value[0], dict):
                yield from fields(item, value[0], (*path, name, 0))


def with_value(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = deepcopy(body)
    place = changed
    for name in path[:-1]:
        place = place[name]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


def wrong_values(schema: Any) -> Iterator[tuple[str, Any]]:
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    yield "an unfitting type", "x" if kinds & {"object", "array", "integer", "boolean"} else {"x": 1}
    if "enum" in schema:
        yield "an unknown code", 99 if "integer" in kinds else "no_such_code"
    if kinds & {"string"}:
        yield "a NUL character", "a\x00b"
        yield "a number for text", 7
    if "integer" in kinds:
        yield "a huge number", 10**15
        yield "more than JSON readers agree on", 2**60
        yield "more than 64 bits", 10**40
        yield "a fraction", 1.5
        yield "no number", "NaN"
    if "maxLength" in schema:
        yield "too many characters", "ก" * (schema["maxLength"] + 1)


@pytest.mark.parametrize("route", BODIES, ids=name_of)
def test_every_field_of_every_body_is_checked_and_named(door: FrontDoor, world: World, route: Route):
    body = world.body(route)
    found = list(fields(schema_of(route), body))
    assert found
    for path, schema, required in found:
        wrong = list(wrong_values(schema))
        if required:
            wrong += [("nothing", ...), ("null", None)]
        for what, value in wrong:
            if path == ("facts", "age") and what == "no number":
                continue
            answer = door.call(route.method, world.path(route), with_value(body, path, value), asker(route))
            named = problem(answer, 422)["errors"]
            dotted = ".".join(map(str, path))
            assert any(name == dotted or name.startswith(f"{dotted}.") for name in named), (
                what,
                dotted,
                named,
            )


FAR = ("1889-06-01", "2999-06-01")  # a year that was mistyped, or one of another era


def day_fields(route: Route, body: Any) -> list[tuple[Any, ...]]:
    """The fields that hold a day or a moment: as the document says, or by what a right body has there."""
    return [
        path
        for path, schema, _ in fields(schema_of(route), body)
        if schema.get("format") in ("date", "date-time")
        or path[-1] in ("birth_date", "at")
        or re.fullmatch(r"\d{4}-\d\d-\d\d.*", str(value_at(body, path)))
    ]


def value_at(body: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        body = body.get(name) if isinstance(body, dict) else body[name] if name < len(body) else None
        if body is None:
            return None
    return body


def test_no_field_takes_a_day_that_nobody_can_mean(door: FrontDoor, world: World):
    taken, tried = [], 0
    for route in BODIES:
        body = world.body(route)
        for path in day_fields(route, body):
            moment = "T" in str(value_at(body, path)) or path[-1] == "at"
            for day in FAR:
                value = f"{day}T03:00:00Z" if moment else day
                answer = door.call(
                    route.method, world.path(route), with_value(body, path, value), asker(route)
                )
                named = answer.json().get("errors", {}) if answer.status_code == 422 else {}
                dotted, tried = ".".join(map(str, path)), tried + 1
                if not any(name == dotted or name.startswith(f"{dotted}.") for name in named):
                    taken.append((name_of(route), dotted, day, answer.status_code))
    assert tried > 100 and taken == []


@pytest.mark.parametrize("route", BODIES, ids=name_of)
def test_null_in_an_optional_field_is_absent_and_an_unknown_field_is_refused_by_name(
    door: FrontDoor, world: World, route: Route
):
    body, path = world.body(route), world.path(route)
    optional = [
        path for path, _, required in fields(schema_of(route), body) if not required and path[-1] != 0
    ]
    for name in optional:
        answer = door.call(
            route.method, path, {**with_value(body, name, None), "no_such_field": 1}, asker(route)
        )
        assert set(problem(answer, 422)["errors"]) == {"no_such_field"}, name


@pytest.mark.parametrize("route", BODIES, ids=name_of)
@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b"\xff\xfe{}", 400),
        (b'{"note": "\xc3\x28"}', 400),
        (b'{"note": "\\ud800"}', 400),
        (b'{"note": NaN}', 400),
        (b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}", 422),
        (b'{"a": ' * 900 + b"1" + b"}" * 900, 422),
        (b"[" * 5000, 400),
        (b" " * (MEGABYTE + 1), 413),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_body_that_is_no_json_object_is_malformed(
    door: FrontDoor, world: World, route: Route, data: bytes, status: int
):
    problem(door.call(route.method, world.path(route), user=asker(route), data=data), status)


def test_a_body_without_a_length_is_read_and_refused_when_it_is_too_large(door: FrontDoor):
    def pieces(body: bytes) -> Iterator[bytes]:
        yield from (body[start : start + 65536] for start in range(0, len(body), 65536))

    opened = door.post("/api/v1/cases", data=pieces(orjson.dumps(opening())))
    assert opened.status_code == 201, opened.text
    large = orjson.dumps({**opening(), "note": "ก" * MEGABYTE})
    problem(door.post("/api/v1/cases", data=pieces(large)), 413)


def test_a_body_that_claims_to_be_large_is_refused_before_it_is_sent(door: FrontDoor):
    host, port = door.settings.http
    with socket.create_connection((host, port), timeout=10) as plain:
        plain.sendall(
            f"POST /api/v1/cases HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {door.token('worker-60')}\r\n"
            f"Connection: close\r\nContent-Length: {10**12}\r\n\r\n".encode()
        )
        assert plain.recv(4096).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("route", LISTS, ids=name_of)
@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "1.5", "1_0", "๕", str(2**60), "9" * 40, "%00"])
def test_a_limit_is_a_number_from_1_to_500(door: FrontDoor, world: World, route: Route, limit: str):
    assert "limit" in problem(door.get(f"{world.path(route)}?limit={limit}"), 422)["errors"]


@pytest.mark.parametrize("route", [r for r in LISTS if "cursor" in r.query], ids=name_of)
@pytest.mark.parametrize("cursor", ["x", "e30", "W10", "WzFd", "%00", "WyJhIiwiYiIsImMiLCJkIl0", "กข"])
def test_a_broken_cursor_is_named(door: FrontDoor, world: World, route: Route, cursor: str):
    if route.door == "matches":
        door.wait(world.path(route), lambda page: page["computed_at"] is not None)
    assert "cursor" in problem(door.get(f"{world.path(route)}?cursor={cursor}"), 422)["errors"]


@pytest.mark.parametrize(
    "asked",
    [
        "/api/v1/cases?status=no_such_code",
        "/api/v1/cases?centre=00",
        "/api/v1/referrals?status=no_such_code",
        "/api/v1/partners?kind=no_such_code",
        "/api/v1/partners?province=00",
        "/api/v1/reports/overview?from=2026-02-30",
        "/api/v1/reports/overview?to=yesterday",
        "/api/v1/reports/overview?as_of=2026-11-01T10:00:00",
        "/api/v1/reports/overview?centre=xx",
        "/api/v1/events?after=-1",
        "/api/v1/events?after=x",
    ],
)
def test_a_parameter_that_is_none_of_its_values_is_named(door: FrontDoor, asked: str):
    name = asked.partition("?")[2].partition("=")[0]
    assert name in problem(door.get(asked), 422)["errors"]


@pytest.mark.parametrize("route", calls(), ids=name_of)
def test_a_parameter_that_the_call_does_not_know_is_named(door: FrontDoor, world: World, route: Route):
    answer = door.call(route.method, f"{world.path(route)}?as_it_was=2026-11-01", world.body(route))
    assert problem(answer, 422)["errors"] == {"as_it_was": ["Unknown parameter."]}


def test_a_parameter_given_twice_is_named(door: FrontDoor):
    assert "limit" in problem(door.get("/api/v1/cases?limit=1&limit=2"), 422)["errors"]


@pytest.mark.parametrize("wait", ["x", "-1", "31", "nan", "inf", "1e3"])
def test_a_wait_is_a_number_of_seconds_up_to_30(door: FrontDoor, world: World, wait: str):
    assert "wait" in problem(door.get(f"/api/v1/cases/{world.case_id}/matches?wait={wait}"), 422)["errors"]


def test_what_is_shown_of_a_case_is_a_known_word(door: FrontDoor, world: World):
    assert "show" in problem(door.get(f"/api/v1/cases/{world.case_id}?show=all"), 422)["errors"]


@pytest.mark.parametrize("route", [r for r in calls() if "<" in r.path], ids=name_of)
@pytest.mark.parametrize("id", ["x", "%00", "%FF", "ก", "x" * 3000, NOBODY, "%2e%2e", "'%20OR%20''='"])
def test_an_id_of_nothing_is_not_found(door: FrontDoor, world: World, route: Route, id: str):
    path = template(route.path).format_map(defaultdict(lambda: id))
    answer = door.call(route.method, path, world.body(route), asker(route))
    assert answer.status_code in (404, 422), answer.text
    if answer.status_code == 422:  # longer than any id
        assert set(problem(answer, 422)["errors"]) <= {"case_id"} and len(id) > 36


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/v1", "/api/v1/nothing", "/api/v1/cases/", "/api/%00", "/api" + "/x" * 500, "/hsds/x"],
)
def test_an_unknown_address_is_a_problem_document(door: FrontDoor, path: str):
    problem(door.get(path, user=None), 404)


@pytest.mark.parametrize("route", calls(), ids=name_of)
def test_a_method_that_a_call_does_not_have_is_a_problem_document(
    door: FrontDoor, world: World, route: Route
):
    answer = door.call("DELETE", world.path(route))
    problem(answer, 405)
    assert route.method in answer.headers["Allow"]


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost",
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST /api/v1/cases HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ],
    ids=repr,
)
def test_what_is_no_http_does_no_harm(door: FrontDoor, head: bytes):
    with socket.create_connection(door.settings.http, timeout=10) as plain:
        plain.sendall(head)
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(4096):
            pass
    assert requests.get(f"{door.address}/health", timeout=10).status_code == 200


TEXTS = st.text(max_size=8) | st.sampled_from(("60", "600101", "2026-11-01", "2026-11-01T10:00:00Z", "thai"))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("route", BODIES, ids=name_of)
def test_no_body_whatever_makes_the_front_door_fail(door: FrontDoor, route: Route):
    """Some fields of a right body replaced by anything; `agrees` fails on any answer that is not documented."""
    path, right = door.ready(route)
    places = [path for path, _, _ in fields(schema_of(route), right)]

    @settings(max_examples=40)
    @given(st.dictionaries(st.sampled_from(places), ANYTHING, min_size=1, max_size=3), ANYTHING)
    def holds(changes: dict[tuple[Any, ...], Any], other: Any) -> None:
        body = right
        for place, value in sorted(changes.items(), key=lambda item: -len(item[0])):
            body = with_value(body, place, value)
        for sent in (body, other):
            # json, not orjson: it also writes NaN, numbers beyond 64 bits and half characters
            door.call(route.method, path, user=asker(route), data=json.dumps(sent).encode())

    holds()
