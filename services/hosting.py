"""The containers of one process: how they are started, watched and stopped."""

import logging
import signal
import time
from collections.abc import Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import eventlet
from eventlet import wsgi
from eventlet.event import Event
from nameko.containers import ServiceContainer

from services.kernel import embedded, sealing
from services.kernel.direct import LocalServices
from services.kernel.extensions import hosted, nameko_config
from services.kernel.keys import Keyring, MasterKey
from services.kernel.settings import Settings
from services.named import service

logger = logging.getLogger(__name__)

WORKERS = {"web": 64}  # requests the front door works on at once; the other services take nameko's ten
STOP_SECONDS = 8.0


class System:
    """The containers of the named services, on one broker, which carries no call from one of them to another."""

    def __init__(self, settings: Settings, names: Sequence[str]) -> None:
        embedded.register()
        key = MasterKey.load(settings.master_key_file, create=settings.make_master_key)
        sealing.use(Keyring(key, "rpc", settings.key_generation), settings.key_generation)
        local = LocalServices()
        self.containers = [
            ServiceContainer(hosted(service(name)), _config(settings, name, local)) for name in names
        ]

    def start(self) -> None:
        """Start all side by side: each waits for its own database and broker. The first failure is raised."""
        for thread in [eventlet.spawn(container.start) for container in self.containers]:
            thread.wait()

    def stop(self) -> None:
        """Stop all within seconds; what does not end by itself is killed."""
        for container in self.containers:
            for provider in container.dependencies:  # each has its runtime, and nothing else
                provider.dismiss()
        deadline = time.monotonic() + STOP_SECONDS
        threads = [eventlet.spawn(container.stop) for container in self.containers]
        for container, thread in zip(self.containers, threads, strict=True):
            with eventlet.Timeout(max(0.1, deadline - time.monotonic()), False):
                thread.wait()
                continue
            logger.warning("%s did not stop in time", container.service_name)
            with eventlet.Timeout(1, False):
                container.kill()

    def wait(self) -> None:
        """Return when a signal asks to stop; raise if a container died."""
        asked = Event()

        def ask(*_: object) -> None:
            if not asked.ready():
                asked.send(None)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: eventlet.spawn_after(0, ask))
        for container in self.containers:
            eventlet.spawn(_watch, container, asked)
        asked.wait()


def _watch(container: ServiceContainer, end: Event) -> None:
    try:
        container.wait()
    except Exception as error:
        if not end.ready():
            end.send_exception(error)


def _config(settings: Settings, name: str, local: LocalServices) -> dict[str, Any]:
    host, port = settings.http
    return {
        **nameko_config(settings, local),
        "WEB_SERVER_ADDRESS": f"{host}:{port}",
        "max_workers": WORKERS.get(name, 10),
    }


class Placeholder:
    """Answers 503 on the system's address until the system itself can: a first start makes the sample network first."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = eventlet.listen(address, reuse_port=False)
        self._thread = eventlet.spawn(wsgi.server, self._socket, self._answer, log_output=False)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] == "/health":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [b'{"status":"alive"}']
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Retry-After", "2"),
            ("Connection", "close"),
        ]
        start_response("503 Service Unavailable", headers)
        return [
            b'{"type":"about:blank","title":"Not now","status":503,"detail":"The sample network is being made."}'
        ]

    def close(self) -> None:
        self._thread.kill()
        self._socket.close()
