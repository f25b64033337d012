"""Templates in bytecode, kept for the next process."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment

from services.web.pages.parts.compiled import Compiled, compile_all


class Noted(Environment):
    """Remembers what it had to compile."""

    def __init__(self, texts: Mapping[str, str], folder: Path, **options: Any) -> None:
        super().__init__(loader=DictLoader(texts), **options)
        self.bytecode_cache = Compiled(folder, self)
        self.noted: list[str | None] = []

    def compile(self, source: Any, name: Any = None, *more: Any, **options: Any) -> Any:
        self.noted.append(name)
        return super().compile(source, name, *more, **options)


def test_what_one_process_compiled_no_other_compiles(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    texts = {"a.html": "one {{ x }}", "b.html": "{% if x %}two{% endif %}"}
    first, second = Noted(texts, folder), Noted(texts, folder)

    compile_all(first)

    assert first.noted == ["a.html", "b.html"]
    assert second.get_template("a.html").render(x=1) == "one 1"
    assert second.get_template("b.html").render(x=1) == "two"
    assert second.noted == []


def test_a_changed_template_or_another_way_of_compiling_is_compiled_anew(tmp_path: Path) -> None:
    text = "{% if x %}\nyes\n{% endif %}"
    compile_all(Noted({"a.html": text}, tmp_path))

    trimmed = Noted({"a.html": text}, tmp_path, trim_blocks=True)
    assert trimmed.get_template("a.html").render(x=1) == "yes\n"
    changed = Noted({"a.html": text + "!"}, tmp_path)
    assert changed.get_template("a.html").render(x=1) == "\nyes\n!"

    assert (trimmed.noted, changed.noted) == (["a.html"], ["a.html"])


def test_where_nothing_can_be_kept_or_what_is_kept_is_damaged_it_is_compiled_as_ever(tmp_path: Path) -> None:
    file, damaged = tmp_path / "a file", tmp_path / "damaged"
    file.write_text("no folder")
    compile_all(Noted({"a.html": "one {{ x }}"}, damaged))
    for kept in damaged.iterdir():
        kept.write_bytes(kept.read_bytes()[:-9])

    for folder in (file, damaged):
        found = Noted({"a.html": "one {{ x }}"}, folder)
        assert found.get_template("a.html").render(x=1) == "one 1"
        assert found.noted == ["a.html"]
