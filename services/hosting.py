"""The containers of one process: how they are started, watched and stopped."""

import logging
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import eventlet
from eventlet import wsgi
from eventlet.event import Event
from nameko.containers import ServiceContainer

from services.front_door import FrontDoor
from services.kernel import embedded, sealing
from services.kernel.direct import LocalServices
from services.kernel.extensions import hosted, nameko_config
from services.kernel.keys import Keyring, MasterKey
from services.kernel.runtime import Ask
from services.kernel.settings import Settings
from services.named import service

logger = logging.getLogger(__name__)

WORKERS = {"web": 64}  # requests the front door works on at once; the other services take nameko's ten
STOP_SECONDS = 8.0


class System:
    """The containers of the named services, on one broker, which carries no call from one of them to another."""

    def __init__(self, settings: Settings, names: Sequence[str], elsewhere: Ask | None = None) -> None:
        """`elsewhere`: how services that do not run here are asked, if not by the broker."""
        embedded.register()
        key = MasterKey.load(settings.master_key_file, create=settings.make_master_key)
        sealing.use(Keyring(key, "rpc", settings.key_generation), settings.key_generation)
        self.local = LocalServices()
        self.containers = [
            ServiceContainer(hosted(service(name)), _config(settings, name, self.local, elsewhere))
            for name in names
        ]
        self._front: FrontDoor | None = None
        self._end = Event()

    def start(self) -> None:
        """Start all side by side: each waits for its own database and broker. The first failure is raised."""
        for thread in [eventlet.spawn(container.start) for container in self.containers]:
            thread.wait()

    def open_for(self, front: FrontDoor) -> None:
        """Answer a front door that is a process of its own; it is stopped before the services, which end with it."""
        self._front = front
        eventlet.spawn(_watch, lambda: front.serve(self.local), self._end)

    def stop(self) -> None:
        """Stop all within seconds; what does not end by itself is killed."""
        for container in self.containers:
            for provider in container.dependencies:  # each has its runtime, and nothing else
                provider.dismiss()
        if self._front is not None:
            self._front.stop(STOP_SECONDS)
        deadline = time.monotonic() + STOP_SECONDS
        threads = [eventlet.spawn(container.stop) for container in self.containers]
        for container, thread in zip(self.containers, threads, strict=True):
            with eventlet.Timeout(max(0.1, deadline - time.monotonic()), False):
                thread.wait()
                continue
            logger.warning("%s did not stop in time", container.service_name)
            with eventlet.Timeout(1, False):
                container.kill()

    def wait(self, signals: Sequence[signal.Signals]) -> None:
        """Return when a signal or `ask_to_end` asks for it; raise if a container or the front door died."""
        for number in signals:
            signal.signal(number, lambda *_: eventlet.spawn_after(0, self.ask_to_end))
        for container in self.containers:
            eventlet.spawn(_watch, container.wait, self._end)
        self._end.wait()

    def ask_to_end(self) -> None:
        if not self._end.ready():
            self._end.send(None)


def _watch(work: Callable[[], None], end: Event) -> None:
    try:
        work()
    except Exception as error:
        if not end.ready():
            end.send_exception(error)


def _config(settings: Settings, name: str, local: LocalServices, elsewhere: Ask | None) -> dict[str, Any]:
    host, port = settings.http
    return {
        **nameko_config(settings, local, elsewhere),
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
