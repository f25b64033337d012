"""The house's own scripts: the summed line counts honestly, services are found, the pinned lists name no index."""

import dataclasses
import re
from collections import Counter
from pathlib import Path

import pytest

from scripts import chromium, mutants, servers, summary, untyped
from tests import groups
from tests.support import absent, once
from tests.support.servers import NotInstalled, ServerError

ROOT = Path(__file__).parents[2]
REPORT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad"><failure/></testcase>
<testcase classname="a" name="skipped"><skipped/></testcase>
<testcase classname="a" name="good till torn down"/>
<testcase classname="a" name="good till torn down"><error/></testcase>
</testsuite></testsuites>"""


def run(results: Path, group: str, exit_code: int, report: str | None) -> None:
    (results / f"{group}.exit").write_text(f"{exit_code}\n")
    if report is not None:
        (results / f"{group}.xml").write_text(report)


def test_a_skip_and_an_error_and_a_run_that_never_began_count_as_failed(tmp_path, capsys):
    run(tmp_path, "main", 1, REPORT)
    run(tmp_path, "journeys", 4, None)
    assert summary.main(tmp_path) == 1
    assert capsys.readouterr().out == "1 passed, 4 failed, 0 not run\n"


def test_a_run_that_broke_off_fails_although_every_test_it_reached_passed(tmp_path, capsys):
    run(tmp_path, "main", 2, '<testsuite><testcase classname="a" name="good"/></testsuite>')
    assert summary.main(tmp_path) == 1
    assert capsys.readouterr().out == "1 passed, 1 failed, 0 not run\n"


LACKING = """<testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="without"><skipped message="not run: RabbitMQ is not installed"/></testcase>
<testcase classname="b" name="without"><skipped message="not run: RabbitMQ is not installed"/></testcase>
<testcase classname="a" name="lacks what it needs, and breaks">
<skipped message="not run: no broker"/><error/></testcase>
</testsuite>"""


def test_what_was_not_run_is_counted_apart_and_named_with_the_reason(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    run(tmp_path, "main", 0, LACKING.replace("<error/>", ""))
    assert summary.main(tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [
        "not run: 2 tests: RabbitMQ is not installed",
        "not run: 1 tests: no broker",
        "1 passed, 0 failed, 3 not run",
    ]
    run(tmp_path, "main", 1, LACKING)
    assert summary.main(tmp_path) == 1
    assert capsys.readouterr().out.endswith("1 passed, 1 failed, 2 not run\n")


def test_in_continuous_integration_what_was_not_run_has_failed(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CI", "true")
    run(tmp_path, "main", 0, LACKING.replace("<error/>", ""))
    assert summary.main(tmp_path) == 1
    assert capsys.readouterr().out.endswith("1 passed, 3 failed, 0 not run\n")


def test_a_test_that_needs_what_is_absent_is_not_run_where_that_was_said_and_fails_elsewhere(monkeypatch):
    monkeypatch.setenv(absent.SETTING, '{"RabbitMQ": "RabbitMQ is not installed"}')
    with absent.skipping():
        absent.need("PostgreSQL")
    with (
        pytest.raises(pytest.skip.Exception, match=r"^not run: RabbitMQ is not installed$"),
        absent.skipping(),
    ):
        absent.need("RabbitMQ")
    with pytest.raises(pytest.skip.Exception, match=r"^not run: no initdb$"), absent.skipping():
        raise NotInstalled("no initdb")
    monkeypatch.delenv(absent.SETTING)
    with pytest.raises(NotInstalled), absent.skipping():
        raise NotInstalled("no initdb")


def test_what_is_made_once_for_all_groups_is_copied_by_the_second(tmp_path, monkeypatch):
    monkeypatch.setenv(once.SETTING, str(tmp_path))
    made = []

    def make(to):
        made.append(to.name)
        to.mkdir(mode=0o700)
        (to / "kept").write_text(f"of {to.name}")

    for name in ("first", "second"):
        once.folder("it", tmp_path / name, make)
    (tmp_path / "first" / "kept").write_text("changed")
    assert made == ["first"]
    assert (tmp_path / "second" / "kept").read_text() == "of first"
    assert (tmp_path / "second").stat().st_mode & 0o777 == 0o700


def test_what_could_not_be_made_is_tried_again_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setenv(once.SETTING, str(tmp_path))
    with pytest.raises(ZeroDivisionError):
        once.folder("it", tmp_path / "first", lambda to: 1 / 0)
    once.folder("it", tmp_path / "second", lambda to: to.mkdir())
    assert (tmp_path / "second").is_dir()


def test_every_test_file_is_in_one_group():
    found = [name for names in groups.files().values() for name in names]
    assert found and len(found) == len(set(found))
    assert all(groups.files().values())


def test_a_new_directory_of_tests_cannot_be_forgotten():
    with pytest.raises(groups.Homeless, match=r"tests/new/test_it.py .* is in: none"):
        groups.group_of("tests/new/test_it.py")
    assert groups.group_of("tests/web/test_pages_new.py").name == "pages"
    assert groups.group_of("tests/web/test_new.py").name == "front door"


def test_all_good_exits_0(tmp_path, capsys):
    run(tmp_path, "main", 0, '<testsuite><testcase classname="a" name="good"/></testsuite>')
    run(tmp_path, "browser", 5, "<testsuite/>")
    assert summary.main(tmp_path) == 0
    assert capsys.readouterr().out == "1 passed, 0 failed, 0 not run\n"


def test_nothing_run_is_no_success(tmp_path):
    assert summary.main(tmp_path) == 1


def test_a_given_server_that_does_not_answer_is_named_by_its_setting(monkeypatch):
    monkeypatch.setenv("SONGTOR_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:1/postgres")
    with pytest.raises(ServerError, match=r"SONGTOR_TEST_DATABASE_URL: .*refused"):
        servers.reachable(servers.POSTGRESQL)


def test_what_is_neither_running_nor_installed_is_named_with_its_package(monkeypatch):
    monkeypatch.delenv("SONGTOR_TEST_BROKER_URL", raising=False)
    monkeypatch.setattr(servers, "ROOT", False)
    absent = dataclasses.replace(
        servers.RABBITMQ, usual_url="pyamqp://guest:guest@127.0.0.1:1//", server_program="no-such-server"
    )
    with pytest.raises(ServerError, match="apt-get install rabbitmq-server"):
        servers.reachable(absent)


def test_a_browser_that_is_named_and_not_there_is_named_by_its_setting(monkeypatch):
    monkeypatch.setenv("SONGTOR_TEST_CHROMIUM", "/no/such/chromium")
    with pytest.raises(ServerError, match="SONGTOR_TEST_CHROMIUM names no program: /no/such/chromium"):
        chromium.found()


def test_a_browser_that_is_not_installed_is_named_with_its_package(monkeypatch, capsys):
    monkeypatch.delenv("SONGTOR_TEST_CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "NAMES", ("no-such-chromium",))
    monkeypatch.setattr(servers, "ROOT", False)
    assert chromium.main() == 1
    assert "apt-get install chromium" in capsys.readouterr().err


def test_where_the_running_one_refuses_a_private_one_is_started(monkeypatch):
    monkeypatch.delenv("SONGTOR_TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(servers, "ROOT", False)
    started: list[str] = []

    def private() -> str:
        started.append("once")
        return "postgresql://private"

    refusing = dataclasses.replace(
        servers.POSTGRESQL, refusal=lambda url: "password authentication failed", private_url=private
    )
    assert servers.reachable(refusing) == "postgresql://private"
    assert started == ["once"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_hashes_and_no_index_is_named(name):
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n?", "", text, flags=re.M).strip())
    assert all(re.match(r"[a-z0-9-]+==\S+ \\\n\s+--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert not re.search(r"://|^-|^\s*--(?!hash=)", text, flags=re.M)


HIDING = """
from typing import Any, cast
from typing import Any as Whatever

Json = dict[str, Any]
Row = Any

def read(body: Mapping[str, Any], other: object) -> Any:
    given: object = cast(str, body)  # type: ignore
"""


def test_whatever_hides_a_type_is_counted_under_any_of_its_names():
    assert Counter(untyped.hidden(HIDING, kernel=True)) == {
        "mappings of str to Any": 2,
        "aliases of Any": 3,
        "object as a type": 2,
        "casts": 1,
        "type: ignore": 1,
        "Any in the kernel's signatures": 2,
    }


def test_every_mutant_that_is_said_to_mean_the_same_still_is_one():
    assert mutants.equivalents() <= {mutants.known_as(each) for each in mutants.all_mutants()}


def test_a_seed_gives_the_same_mutants_again_and_all_operators_in_turn():
    every = list(mutants.all_mutants())
    some = mutants.chosen(every, seed=8, count=27)
    assert some == mutants.chosen(every, seed=8, count=27) != mutants.chosen(every, seed=9, count=27)
    assert {each.operator for each in some} == {each.operator for each in every}
