"""Names, numbers and notes of people go through everything and stand in plain text nowhere: files, tables, messages,
logs."""

import base64
import io
import json
import logging
from pathlib import Path
from random import Random
from uuid import uuid4

import eventlet
import pytest
from kombu import Connection, Exchange, Queue

from services.kernel import logs
from services.kernel.errors import Invalid
from tests.kernel import toys
from tests.kernel.deeds import tallies
from tests.kernel.toys import uid
from tests.support.databases import Copy

NAMES = ("สมหญิง", "บุญมี", "Somying", "ประเสริฐ", "Malee")
PLACES = ("ใต้สะพานพุทธ", "หัวลำโพง", "Wat Saket")


def people(chance: Random, count: int) -> list[tuple[str, str]]:
    """(name, note with a number)."""
    return [
        (
            f"{chance.choice(NAMES)} {chance.randrange(10**9):09d}x",
            f"{chance.choice(PLACES)} {chance.randrange(10**12, 10**13)} 🏠",
        )
        for _ in range(count)
    ]


def forms(text: str) -> list[bytes]:
    """The ways in which a text might lie somewhere in plain sight."""
    return [
        text.encode(),
        text.encode("utf-16-le"),
        json.dumps(text)[1:-1].encode(),
        base64.b64encode(text.encode()).rstrip(b"="),
        text.encode().hex().encode(),
    ]


@pytest.fixture
def written():
    """What the services log, as they are configured to."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Lines())
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    root.removeHandler(handler)


def test_no_name_number_or_note_lies_in_a_database_a_message_or_a_log(pair, written):
    teller, listener = pair.start(pair.toys.Teller, pair.toys.Listener)
    ask = listener.ports.ask
    persons = people(Random(7), 12)
    toys.unable.add("case 3")  # its failure is logged and parked
    messages: list[bytes] = []
    with Connection(pair.settings.broker_url) as connection:
        channel = connection.channel()
        taps = []
        for name in ("nameko-rpc", "songtor.events"):
            exchange = Exchange(name, "topic", durable=True)
            taps.append(Queue(f"tap{uuid4().hex}", exchange, "#", expires=60)(channel))
            taps[-1].declare()
        for number, (name, note) in enumerate(persons):
            call = {
                "caller": {"user": "u", "role": "worker", "centres": ["60"]},
                "id": uid(f"{number}"),
                "at": None,
            }
            body = {"case_id": f"case {number}", "name": name, "note": note}
            ask(pair.toys.teller, "open", call, body, 5)
            with pytest.raises(Invalid) as refusal:
                ask(pair.toys.teller, "open", call, {**body, "note": [note], name: name}, 5)
            written.write(str(sorted(refusal.value.errors.values())))
            with pytest.raises(Exception, match="KeyError in another service"):  # a fault of the program
                ask(pair.toys.teller, "open", {"id": uid(name), "note": note}, body, 5)
        while len(tallies(listener)) < len(persons) - 1:
            eventlet.sleep(0.02)
        for tap in taps:
            while message := tap.get(no_ack=True):
                messages.append(
                    message.body if isinstance(message.body, bytes) else message.body.encode("latin-1")
                )
            tap.delete()
    assert teller.verify() == listener.verify() == []
    tables = [
        repr(Copy(base).rows).encode() for base in (teller.database, listener.database, teller.vault_database)
    ]
    files = [path.read_bytes() for path in Path(pair.settings.data).rglob("*") if path.is_file()]
    seen = {"messages": messages, "tables": tables, "files": files, "log": [written.getvalue().encode()]}
    assert all(b"case 3" in b"".join(seen[place]) for place in ("tables", "messages"))
    assert b"is parked" in seen["log"][0] and b'"outcome"' in seen["log"][0]
    for place, texts in seen.items():
        for text in texts:
            for secret in (part for person in persons for part in person):
                assert not any(form in text for form in forms(secret)), place
                assert secret.split()[-2].encode() not in text, place
