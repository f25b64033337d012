"""A real OpenID Connect provider, npm's oidc-provider, as a process of its own. Whoever names themselves there is
signed in as that."""

import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from services.kernel.settings import OIDC
from tests.support.running import Running, environment
from tests.support.servers import free_port

SCRIPT = Path(__file__).with_suffix(".mjs")
SECRET = "secret-of-the-tests"
PATIENCE = 60.0  # seconds until it answers on a busy machine


class Node(Running):
    def _started(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            ["node", *self.arguments], env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


class Provider:
    """It sends people back to `site` only. Towards `127.0.0.1` its host `localhost` is another site, as in earnest."""

    def __init__(self, site: str, folder: Path) -> None:
        self.port = free_port()
        self.issuer = f"http://localhost:{self.port}"
        self.secret_file = folder / "client-secret"
        told = [str(SCRIPT), str(self.port), f"{site}/sign-in/oidc/callback"]
        self.site, self.process = site, Node(told, environment(), folder / "provider.log")

    def settings(self, **more: str) -> dict[str, str]:
        """The environment of a system that uses it, by discovery; `more`: settings without what they all begin with."""
        self.secret_file.write_text(SECRET)
        self.secret_file.chmod(0o600)
        told = {
            "ISSUER": self.issuer,
            "CLIENT_ID": "songtor",
            "CLIENT_SECRET_FILE": str(self.secret_file),
            "DISCOVERY_URL": f"{self.issuer}/.well-known/openid-configuration",
            "NAME_TH": "ไทยดี",
            "NAME_EN": "ThaiD",
            **more,
        }
        return {"SONGTOR_PUBLIC_URL": self.site, **{f"{OIDC}{name}": text for name, text in told.items()}}

    def __enter__(self) -> Self:
        self.process.start()
        deadline = time.monotonic() + PATIENCE
        while "\nready" not in self.process.said():
            assert self.process.alive and time.monotonic() < deadline, self.process.tail()
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
