"""The house's own scripts: the summed line counts honestly, services are found, the pinned lists name no index."""

import dataclasses
import re
from pathlib import Path

import pytest

from scripts import chromium, servers, summary
from tests.support.servers import ServerError

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
