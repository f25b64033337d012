"""The generated pages are current, and events keep the shapes that were published."""

import sys
from typing import Any, TypedDict

import orjson
import pytest
from jsonschema import Draft202012Validator

from scripts import docs

KEPT = sorted((docs.DOCS / "schemas").rglob("*.json"))
EVENTS = list(docs.every_event())


def test_the_pages_are_current(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(sys, "argv", ["docs", "--check"])
    assert docs.main() == 0, capsys.readouterr().err


def test_a_stale_page_is_named(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    monkeypatch.setattr(sys, "argv", ["docs"])
    assert docs.main() == 0
    (tmp_path / "roles.md").write_text("old")
    monkeypatch.setattr(sys, "argv", ["docs", "--check"])
    assert docs.main() == 1
    assert capsys.readouterr().err.splitlines() == ["docs/roles.md is not current: run make docs"]


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.stem)
def test_a_published_event_only_gains_optional_fields(kept: Any):
    service, name = kept.parent.name, kept.stem.partition(".")[0]
    [event] = [event for source, event in EVENTS if (source, event.__name__) == (service, name)]
    if kept.stem == f"{name}.v{docs.version(event)}":
        assert list(docs.not_additive(orjson.loads(kept.read_bytes()), docs.schema_of(event))) == []


@pytest.mark.parametrize(("service", "event"), EVENTS, ids=lambda value: getattr(value, "__name__", value))
def test_every_event_has_a_schema_its_example_fits_without_personal_fields(service: str, event: type[Any]):
    schema = docs.schema_of(event)
    Draft202012Validator.check_schema(schema)
    hints = docs.get_type_hints(event)
    shown = {
        docs.told_as(field.name): docs.example(field.name, hints[field.name])
        for field in docs.fields(event)
        if not docs.is_personal(field)
    }
    Draft202012Validator(schema).validate(shown)
    personal = {field.name for field in docs.fields(event) if docs.is_personal(field)}
    assert not personal & set(schema["properties"])
    assert (docs.DOCS / "schemas" / service / f"{event.__name__}.v{docs.version(event)}.json").exists()


class Inner(TypedDict):
    code: str


KEPT_SHAPE = docs.schema_of_type(TypedDict("Kept", {"id": str, "inner": Inner, "many": list[Inner]}))


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ({"inner": Inner, "many": list[Inner]}, "id is gone"),
        ({"id": int, "inner": Inner, "many": list[Inner]}, "id is another type"),
        ({"id": str, "inner": Inner, "many": list[Inner], "more": str}, "more was not always there"),
        (
            {"id": str, "inner": TypedDict("I", {"code": int}), "many": list[Inner]},
            "inner.code is another type",
        ),
        ({"id": str, "inner": Inner, "many": list[TypedDict("J", {})]}, "many[].code is gone"),
    ],
)
def test_any_other_change_of_a_shape_is_named(shape: dict[str, Any], sentence: str):
    changed = docs.schema_of_type(TypedDict("Changed", shape))
    assert sentence in list(docs.not_additive(KEPT_SHAPE, changed))


def test_an_optional_field_more_is_no_change_of_the_shape():
    more = {**KEPT_SHAPE, "properties": {**KEPT_SHAPE["properties"], "more": {"type": "string"}}}
    assert list(docs.not_additive(KEPT_SHAPE, more)) == []


def test_a_shape_that_lost_a_field_is_never_written_over_the_kept_one(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    monkeypatch.setattr(sys, "argv", ["docs"])
    docs.main()
    kept = tmp_path / "schemas" / "intake" / "CaseOpened.v2.json"
    older = orjson.loads(kept.read_bytes())
    older["properties"]["lost"] = {"type": "string"}
    kept.write_bytes(orjson.dumps(older))
    assert docs.main() == 1
    assert "docs/schemas/intake/CaseOpened.v2.json: lost is gone." in capsys.readouterr().err
    assert orjson.loads(kept.read_bytes()) == older
