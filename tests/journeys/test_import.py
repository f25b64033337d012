"""A file of partners over kill -9: whole parts of it are in the registry or are not, and the same file again brings
the rest and changes nothing else."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from services.partners.schemas import ENTRIES_MOST
from services.web.formats import tables
from services.web.formats.columns import COLUMNS
from tests.journeys.conftest import Embedded
from tests.support.client import Client, body_of
from tests.support.running import Running, done

ROWS = 2 * ENTRIES_MOST + 50  # of one province: three parts


def _file() -> bytes:
    """Two services of each partner."""
    heads = {column.path: column.heading.th for column in COLUMNS}
    lines: list[dict[str, str]] = [
        {
            "partner.name": f"บ้านนำเข้า {number // 2}", "partner.kind": "foundation", "partner.under_ministry": "ไม่ใช่",
            "partner.province": "60", "partner.contact.phone": "056-000-000", "programme.name": f"บริการ {number % 2}",
            "programme.path": "foundation", "programme.total": "10", "programme.free": str(number % 11),
        }
        for number in range(ROWS)
    ]  # fmt: skip
    return tables.as_csv([[heads[path] for path in lines[0]], *([*line.values()] for line in lines)])


def _send(worker: Client, content: bytes, key: str, dry: bool = False) -> dict[str, Any]:
    answer = worker.session.post(
        f"{worker.address}/api/v1/partners/import",
        params={"dry_run": str(dry).lower()},
        files={"file": ("partners.csv", content)},
        headers={"Idempotency-Key": key},
        timeout=120,
    )
    return body_of(answer)


def _counts(said: dict[str, Any]) -> tuple[int, ...]:
    assert said["errors"] == []
    return tuple(said[each] for each in ("rows", "added", "changed", "unchanged"))


def _services(worker: Client) -> Counter[str]:
    """How many services each partner of the file has in the registry."""
    found, cursor = Counter[str](), {}
    while True:
        answer = worker.get("/api/v1/partners", limit=500, **cursor)
        found.update({each["name"]: len(each["programmes"]) for each in answer["items"]})
        if not answer["next"]:
            return found
        cursor = {"cursor": answer["next"]}


@pytest.mark.parametrize(
    ("point", "count", "parts"),
    [("appended, not committed", 2, 1), ("committed, not answered", 2, 2)],
    ids=["within the second part", "after the second part"],
)
def test_a_kill_in_the_middle_of_an_import_leaves_whole_parts_and_the_same_file_brings_the_rest(
    own_system: Embedded, tmp_path: Path, point: str, count: int, parts: int
):
    system, hits, content = own_system, tmp_path / "hits", _file()
    there = parts * ENTRIES_MOST
    system.process.stop()
    system.process.doom = (point, str(count), str(hits))
    system.start()
    worker = system.user("worker-60")
    assert _counts(_send(worker, content, "checked", dry=True)) == (ROWS, ROWS, 0, 0)
    with pytest.raises(requests.ConnectionError):
        _send(worker, content, "first")
    assert hits.read_text() == f"{point}\n"

    system.process.doom = ()
    system.start()
    worker = system.user("worker-60")
    assert _services(worker) == {f"บ้านนำเข้า {number}": 2 for number in range(there // 2)}
    assert _counts(_send(worker, content, "checked again", dry=True)) == (ROWS, ROWS - there, 0, there)
    assert _counts(_send(worker, content, "second")) == (ROWS, ROWS - there, 0, there)
    assert _services(worker) == {f"บ้านนำเข้า {number}": 2 for number in range(ROWS // 2)}
    before = system.command("status", "--json")
    assert _counts(_send(worker, content, "third")) == (ROWS, 0, 0, ROWS)
    assert system.command("status", "--json") == before


def test_whoever_sends_the_very_same_request_again_hears_what_came_of_all_of_it(
    own_system: Embedded, tmp_path: Path
):
    system, content = own_system, _file()
    system.process.stop()
    system.process.doom = ("committed, not answered", "1", str(tmp_path / "hits"))
    system.start()
    with pytest.raises(requests.ConnectionError):
        _send(system.user("worker-60"), content, "the same")
    system.process.doom = ()
    system.start()
    assert _counts(_send(system.user("worker-60"), content, "the same")) == (ROWS, ROWS, 0, 0)
    assert len(_services(system.user("worker-60"))) == ROWS // 2


def test_a_command_that_is_killed_is_given_again(own_system: Embedded, tmp_path: Path):
    """`songtor import partners`, while nothing else runs."""
    system, file = own_system, tmp_path / "partners.csv"
    file.write_bytes(_file())
    system.process.stop()
    killed = Running(["import", "partners", str(file)], system.env, tmp_path / "import.log")
    killed.doom = ("appended, not committed", "3", str(tmp_path / "hits"))
    killed.start()
    assert killed.process is not None and killed.process.wait(120) == -9, killed.tail()
    said = done("import", "partners", str(file), env=system.env)
    assert (
        f"{ROWS} rows: {ROWS - 2 * ENTRIES_MOST} new, 0 changed (0 proposed), {2 * ENTRIES_MOST} unchanged"
        in said
    )
    said = done("import", "partners", str(file), env=system.env)
    assert f"{ROWS} rows: 0 new, 0 changed (0 proposed), {ROWS} unchanged" in said
    done("verify", env=system.env)
