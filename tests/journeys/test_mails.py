"""Mails over kill -9: each is sent once, or nobody knows and it says so; none goes twice."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from services.cli.folder import runtimes
from services.codes.notices import topics_of
from services.kernel.envelope import instant
from services.kernel.runtime import ServiceRuntime
from services.kernel.settings import read
from services.web.store import channels, messages, notices
from services.web.store.notices import Notice
from tests.journeys.conftest import Embedded
from tests.support.client import until
from tests.support.mailserver import MailServer, serving
from tests.support.servers import free_port


def _tell(web: ServiceRuntime, user: str) -> None:
    """Somebody who is told by mail at once, and a thing to be told."""
    with web.database.write() as db:
        code = channels.begin(web, db, user, "email", f"{user}@example.org", "th", topics_of("worker"))
        assert channels.verify(web, db, user, "email", code)
        chosen = dict.fromkeys(topics_of("worker"), "now")
        channels.choose(db, user, "email", chosen, 8, "th", instant(web.now()))
        row = Notice(
            user, str(uuid4()), "screened", 1, str(uuid4()), "60-2570-0001", None, instant(web.now())
        )
        messages.post(web, db, notices.add(db, [row]))


def _states(web: ServiceRuntime, user: str) -> list[str]:
    return [each.state for each in web.read(lambda db: messages.list_of(db, user, 50))]


def taken(mail: MailServer) -> bool:
    return bool(mail.mails("held@example.org"))


def begun(mail: MailServer) -> bool:
    return (mail.folder / "open").exists()


@pytest.mark.parametrize(
    ("first", "is_under_way", "came"), [("held", taken, 1), ("open", begun, 0)], ids=["taken", "begun"]
)
def test_no_mail_goes_twice_over_kill_9_and_of_which_nobody_knows_it_says_so(
    own_system: Embedded, tmp_path: Path, first: str, is_under_way: Callable[[MailServer], bool], came: int
):
    system = own_system
    system.process.stop()
    box = tmp_path / "mail"
    box.mkdir()
    with serving(box, free_port()) as mail, runtimes(read(system.process.env), ["web"]) as opened:
        web, users = opened["web"], [first, "second", "third"]
        for user in users:
            _tell(web, user)
        system.process.env |= {
            "SONGTOR_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            "SONGTOR_SMTP_FROM": "songtor@example.org",
        }
        system.start()
        until(lambda: is_under_way(mail), bool, "the first is under way")
        system.process.kill()
        assert _states(web, first) == ["sending"]
        system.start()
        until(
            lambda: [_states(web, user) for user in users],
            lambda found: not {"waiting", "sending"} & {state for each in found for state in each},
            "sent",
            seconds=120,
        )
        assert [_states(web, user) for user in users] == [["uncertain"], ["sent"], ["sent"]]
        assert [len(mail.mails(f"{user}@example.org")) for user in users] == [came, 1, 1]
        [line] = [line for line in system.command("status").splitlines() if line.startswith("messages")]
        assert line.split() == ["messages", "waiting", "0", "dead", "0", "uncertain", "1"]
