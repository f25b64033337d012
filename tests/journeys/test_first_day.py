"""A fresh system without sample, through its pages: from the link that `songtor up` writes to the first opened case."""

import json
import re
from uuid import uuid4

from tests.support.running import Embedded
from tests.support.servers import free_port
from tests.web.browser import PASSWORD, Browser, Page

LINK = re.compile(r"http://\S+/set-up/(\S+)")


def _added(administrator: Browser, step: str, user: str) -> str:
    """The password of a user added from the first steps, where the role is chosen already."""
    [asked] = [link for link in administrator.open("/first-steps").links() if link.endswith(step)]
    page = administrator.send(administrator.open(asked), user=user, name="ชื่อจริง", centres="60")
    assert page.status == 200, page.text
    [password] = page.tree.xpath("//main//code/text()")
    return str(password)


def _first_sign_in(address: str, user: str, given: str) -> Browser:
    somebody = Browser(address)
    asked = somebody.sign_in(user, given)
    assert asked.path == "password"
    assert somebody.send(asked, old=given, new=PASSWORD, again=PASSWORD).path == "account"
    return somebody


def _opened_case(worker: Browser) -> Page:
    page = worker.open(f"/cases/new/person?danger=none&draft={uuid4().hex}")
    return worker.send(
        page,
        channel="walk_in",
        person__identity_status="claimed",
        person__sex="female",
        person__birth_date="2493",
        person__nationality="thai",
        person__domicile__0__province="60",
        person__domicile__0__basis="registered_house",
    )


def test_from_the_link_to_the_first_case(tmp_path):
    system = Embedded(tmp_path / "data", free_port())
    system.start()
    try:
        [secret] = LINK.findall(system.process.said())
        link = f"/set-up/{secret}"

        installer = Browser(system.address)
        asked_to = installer.open("/sign-in")
        assert "songtor up" in asked_to.text and secret not in asked_to.raw

        page = installer.open(link)
        weak = installer.send(page, user="somchai", name="สมชาย ใจดี", new="1234567890", again="1234567890")
        assert weak.status == 422 and [*weak.errors] == ["new"]
        other = installer.send(weak, user="somchai", new=PASSWORD, again=f"{PASSWORD}ก")
        assert other.status == 422 and [*other.errors] == ["again"]
        steps = installer.send(other, user="somchai", new=PASSWORD, again=PASSWORD)
        assert steps.path == "first-steps" and steps.status == 200
        assert "ต้องมีทั้งผู้อำนวยการและเจ้าหน้าที่" in installer.open("/users").text

        _first_sign_in(system.address, "director-60", _added(installer, "director", "director-60"))
        worker = _first_sign_in(system.address, "worker-60", _added(installer, "worker", "worker-60"))
        assert "ต้องมีทั้งผู้อำนวยการและเจ้าหน้าที่" not in installer.open("/users").text
        case = _opened_case(worker)
        assert case.status == 200 and case.path.startswith("cases/"), case.text

        somebody = Browser(system.address)
        assert somebody.open(link).status == 403
        token = somebody.open("/sign-in").form().fields["csrf"]
        typed = {"csrf": token, "user": "another", "new": PASSWORD, "again": PASSWORD}
        assert somebody.post(link, typed).status == 403
        assert "songtor up" not in somebody.open("/sign-in").text

        assert system.process.stop() == 0
        system.start()
        assert LINK.findall(system.process.said()) == [secret]  # no other at this start
        logged = [line for line in system.process.said().splitlines() if line.startswith("{")]
        assert logged and all(json.loads(line) and secret not in line for line in logged)
        kept = [file.read_bytes() for file in system.folder.rglob("*") if file.is_file()]
        assert not any(secret.encode() in each for each in kept)
    finally:
        system.process.kill()
