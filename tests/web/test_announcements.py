"""Rules that two people adopted are told to everybody on their first page, until they say that they have read it."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from services.kernel.errors import Unavailable
from services.screening.domain import rulebook
from services.web.pages.frame import announcements

READ = "/rules/read"
WHY = "อายุของผู้สูงอายุเปลี่ยนตามกฎหมาย"


def adopted(door) -> str:
    """A version of these tests, by two directors of different centres; it counts in a far future."""
    content = json.loads(rulebook.document("2569-2"))
    content["labels"][2]["condition"]["value"] = 16  # more than words
    content["rationale"] = {"th": uuid4().hex, "en": uuid4().hex}
    drafted = {"based_on": "2569-2", "content": {"screening": content}}
    draft = door.made("/api/v1/rules/drafts", drafted, "director-60")["draft_id"]
    body = {"valid_from": "2098-01-01", "reason": WHY}
    for user in ("director-60", "director-61"):
        said = door.made(f"/api/v1/rules/drafts/{draft}/adopt", body, user)
    return str(said["rules_version"])


@pytest.fixture(scope="module")
def version(door):
    for user, role, centres in (
        ("worker-38", "worker", ("38",)), ("member-38", "member", ("38",)), ("keeper-38", "rule_keeper", ("*",)),
        ("ministry-38", "ministry", ("*",)), ("admin-38", "admin", ("*",)),
    ):  # fmt: skip
        door.add(user, role, centres)
    return adopted(door)


def notices(page):
    return [
        " ".join(each.text_content().split())
        for each in page.tree.xpath("//section[@aria-labelledby='announced']")
    ]


def test_everybody_is_told_on_the_first_page_until_it_is_read(door, browser, version):
    browser("director-61").open(
        "/"
    )  # who adopted it reads what they wrote: from now on it is known to the pages
    for user in ("worker-38", "member-38", "keeper-38", "ministry-38", "admin-38"):
        somebody = browser(user)
        first = somebody.open("/")
        [told] = notices(first)
        assert version in told and WHY in told and "2641" in told, user
        assert f"/rules/{version}" in first.tree.xpath("//section[@aria-labelledby='announced']//a/@href")
        assert notices(somebody.open("/partners")) == []  # on no other page
        assert notices(somebody.send(first, READ)) == [], user
        assert notices(browser(user).open("/")) == []  # in another browser, too


def test_what_is_sent_again_or_names_no_version_is_nothing(browser, version):
    worker = browser("director-60")
    token = worker.open("/").form(READ).fields["csrf"]
    assert notices(worker.post(READ, {"csrf": token, "rules_version": "no such\x01version"}))
    for _ in range(2):
        assert worker.post(READ, {"csrf": token, "rules_version": version}).status == 200
    assert version not in "".join(notices(worker.open("/")))
    assert worker.post(READ, {"rules_version": version}).status == 403  # not our form


def test_who_came_later_and_who_reads_no_rules_are_not_told(door, browser, version):
    browser("director-61").open("/")
    door.add("late-38", "worker", ("38",))
    assert notices(browser("late-38").open("/")) == []
    assert notices(browser("partner-nobody").open("/")) == []


def test_what_was_lifted_into_the_log_is_no_news(door, browser, version):
    door.ask("screening", "adopt_rules", "director-61", {"rules_version": "2569-2"})
    announcements._known.clear()
    told = "".join(notices(browser("director-61").open("/")))
    assert version in told and "2569-2" not in told


def test_the_first_page_opens_without_them_while_the_rules_cannot_be_had(door, browser, version, monkeypatch):
    """Ports through which screening answers nobody."""
    runtime = door.runtime("web")
    there = runtime.ports.ask

    def ask(service, *about):
        if service == "screening":
            raise Unavailable("not now")
        return there(service, *about)

    worker = browser("director-61")
    announcements._known.clear()
    with monkeypatch.context() as out:
        out.setattr(runtime, "ports", replace(runtime.ports, ask=ask))
        page = worker.open("/")
        assert page.status == 200 and notices(page) == []
    announcements._known.clear()
    assert notices(worker.open("/"))
