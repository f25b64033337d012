"""A mail server in a process of its own (aiosmtpd): keeps what it takes as files, and does to some addresses what
servers sometimes do. `later@` is refused for now, `never@` for good; of `silent@` the message is taken, and then the
connection breaks off. Of `held@` it is taken, and `open@` is heard of, and then nothing is answered for ever."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any


@dataclass
class MailServer:
    port: int
    folder: Path

    def mails(self, to: str) -> list[EmailMessage]:
        """What came to an address, the earliest first."""
        found = [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted(self.folder.glob("*.eml"))
        ]
        return [each for each in found if each["To"] == to]


@contextmanager
def serving(folder: Path, port: int) -> Iterator[MailServer]:
    process = subprocess.Popen([sys.executable, __file__, str(port), str(folder)])
    try:
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert time.monotonic() < deadline and process.poll() is None, "the mail server did not start"
            time.sleep(0.05)
        yield MailServer(port, folder)
    finally:
        process.terminate()
        process.wait(10)


class Box:
    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("later@"):
            return "451 come again"
        if address.startswith("never@"):
            return "550 nobody here"
        if address.startswith("open@"):
            (self.folder / "open").touch()
            await asyncio.Event().wait()
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.count += 1
        part = self.folder / f"{self.count:06}.part"
        part.write_bytes(envelope.content)
        part.rename(part.with_suffix(".eml"))
        if envelope.rcpt_tos[0].startswith("silent@"):
            server.transport.abort()
        if envelope.rcpt_tos[0].startswith("held@"):
            await asyncio.Event().wait()
        return "250 taken"


async def _serve(port: int, folder: Path) -> None:
    from aiosmtpd.smtp import SMTP

    box, loop = Box(folder), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
