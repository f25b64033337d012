"""What joins a service to nameko: the injected runtime, its relay, its subscriptions and its timer, each in a greenlet
of its own."""

import functools
import inspect
import time
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar

import eventlet
import eventlet.tpool
from eventlet.event import Event
from nameko.constants import AMQP_URI_CONFIG_KEY, HEARTBEAT_CONFIG_KEY
from nameko.extensions import DependencyProvider

from services.kernel import checkpoints, pruning, sealing
from services.kernel.broker import HEARTBEAT
from services.kernel.direct import DirectClient, LocalServices
from services.kernel.doors import Chore, Runtime
from services.kernel.errors import EXPECTED, Outdated
from services.kernel.relay import BrokerPublisher, Relay, follow
from services.kernel.replicas import serve
from services.kernel.rpc import (
    LINES_KEY,
    STOP_SECONDS,
    Lines,
    ReplyListener,
    RpcClient,
    RpcEntrypoint,
    gather,
    within,
)
from services.kernel.runtime import Ask, Ports, ServiceRuntime, utc_now
from services.kernel.settings import Settings
from services.kernel.subscription import Subscription
from services.kernel.timers import keep_time
from services.kernel.wiring import Wiring

S = TypeVar("S", bound="Hostable")
T = TypeVar("T")
P = ParamSpec("P")

SETTINGS = "SONGTOR"  # the key of nameko's config under which our Settings travel ...
LOCAL = "SONGTOR_LOCAL"  # ... the LocalServices of this process ...
ELSEWHERE = "SONGTOR_ELSEWHERE"  # ... and how services of other processes are asked, if not by the broker


def nameko_config(settings: Settings, local: LocalServices, elsewhere: Ask | None = None) -> dict[str, Any]:
    """nameko's configuration of every service: its broker, sealed messages, and a heartbeat by which both ends find a
    dead line. Services with the same `local` call each other's doors without the broker, which also carries no call
    where `elsewhere` is given."""
    return {
        AMQP_URI_CONFIG_KEY: settings.broker_url,
        HEARTBEAT_CONFIG_KEY: HEARTBEAT,
        SETTINGS: settings,
        LOCAL: local,
        ELSEWHERE: elsewhere,
        LINES_KEY: Lines(settings.broker_url),
        **sealing.NAMEKO_CONFIG,
    }


class RuntimeProvider(DependencyProvider):  # type: ignore[misc]
    """Injects the ServiceRuntime where the service's class declares its `Runtime`."""

    replies = ReplyListener()

    def __init__(self, wiring: Wiring, after_start: Chore | None = None) -> None:
        self.wiring, self.after_start = wiring, after_start
        self.runtime: ServiceRuntime | None = None
        self._listeners: list[tuple[Subscription, Any]] = []  # ... and the greenlet of each
        self._threads: list[Any] = []
        self._stopping = Event()

    def setup(self) -> None:
        config = self.container.config
        settings: Settings = config[SETTINGS]
        ports = Ports(
            now=utc_now,
            pause=eventlet.sleep,
            ask=DirectClient(self._local, config[ELSEWHERE] or RpcClient(config, self.replies)),
            together=gather,
            heavy=eventlet.tpool.execute,
            within=within,
            aside=self._aside,
        )
        self.runtime = ServiceRuntime(settings, self.wiring, ports)
        self.runtime.prepare()
        self.runtime.clock.look()
        self.runtime.clock.require()

    @property
    def _local(self) -> LocalServices:
        local: LocalServices = self.container.config[LOCAL]
        return local

    def start(self) -> None:
        runtime, settings = self._ready(), self.container.config[SETTINGS]
        relay = Relay(runtime.log, BrokerPublisher(settings.broker_url, runtime.service, within))
        if self.wiring.aggregates:
            self._spawn(lambda: follow(relay, self.stopping, self._pause))
        for source in self.wiring.hears:
            subscription = Subscription(runtime.inbox, source, settings.broker_url, self.stopping, within)
            self._listeners.append((subscription, self._spawn(subscription.run)))
        if self.wiring.when_due is not None:
            self._spawn(lambda: keep_time(runtime.service, runtime.fire_timers, self.stopping, self._pause))
        if self.after_start is not None:
            self._spawn(functools.partial(self.after_start, runtime, self.stopping, self._pause))
        self._spawn(lambda: checkpoints.keep(runtime.service, runtime.checkpoint, self.stopping, self._pause))
        self._spawn(lambda: pruning.keep(runtime.service, runtime.tidy, self.stopping, self._pause))
        self._spawn(lambda: serve(runtime.service, runtime.beat, self.stopping, self._pause, self._end))
        self._local.open(self.container.service_cls, runtime)

    def dismiss(self) -> None:
        """Before the stop, which waits for every door at work."""
        if self.runtime is not None:
            self.runtime.dismiss()

    def stop(self) -> None:
        """End the greenlets within seconds, though the broker or the database may be down."""
        self._end_pauses()
        if self.runtime is not None:
            self.runtime.log.grown.ring()
        for subscription, thread in self._listeners:
            if subscription.waiting:
                thread.kill()
        self._local.close(self.wiring.service)
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            while not thread.dead and time.monotonic() < deadline:
                eventlet.sleep(0.02)
            thread.kill()
        self.container.config[LINES_KEY].close()
        if self.runtime is not None:
            self.runtime.close()

    def kill(self) -> None:
        self._end_pauses()
        self._local.close(self.wiring.service, 0)
        for thread in self._threads:
            thread.kill()

    def _end(self, error: Outdated) -> None:
        """In a greenlet of its own: it ends all others of this service."""
        eventlet.spawn(self.container.kill, (type(error), error, error.__traceback__))

    def stopping(self) -> bool:
        return bool(self._stopping.ready())

    def _end_pauses(self) -> None:
        if not self._stopping.ready():
            self._stopping.send()

    def _pause(self, seconds: float) -> None:
        """Let others run, so long at most: a stop waits for no pause."""
        if self.stopping():
            eventlet.sleep(0)
        else:
            self._stopping.wait(seconds)

    def get_dependency(self, worker_ctx: object) -> ServiceRuntime:
        return self._ready()

    def _ready(self) -> ServiceRuntime:
        assert self.runtime is not None, "nameko calls setup first"
        return self.runtime

    def _aside(self, work: Callable[[], None]) -> None:
        self._threads = [thread for thread in self._threads if not thread.dead]
        self._spawn(work)

    def _spawn(self, run: Callable[[], None]) -> Any:
        thread = eventlet.spawn(run)
        self._threads.append(thread)
        return thread


class Hostable(Protocol):
    """A service's class: it declares its doors (kernel.doors) and its runtime."""

    runtime: Runtime


def hosted(service: type[S]) -> type[S]:
    """The service as nameko runs it: each of its doors an RPC entrypoint, its runtime injected."""
    entrypoint = RpcEntrypoint.decorator(expected_exceptions=EXPECTED)
    doors = {
        name: entrypoint(_alike(method))
        for name, method in inspect.getmembers(service, inspect.isfunction)
        if hasattr(method, "door")
    }
    provider = RuntimeProvider(service.runtime.wiring, service.runtime.after_start)
    kind: type[S] = type(service.__name__, (service,), {"runtime": provider, **doors})
    return kind


def _alike(door: Callable[P, T]) -> Callable[P, T]:
    """The same door as a function of its own, on which nameko may write."""

    @functools.wraps(door)
    def enter(*args: P.args, **kwargs: P.kwargs) -> T:
        return door(*args, **kwargs)

    return enter
