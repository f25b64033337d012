"""What joins a service to nameko: the injected runtime, its relay, its subscriptions and its timer, each in a greenlet of its own."""

import logging
import time
from collections.abc import Callable
from typing import Any, overload

import eventlet
import eventlet.tpool
from nameko.constants import AMQP_URI_CONFIG_KEY, HEARTBEAT_CONFIG_KEY
from nameko.extensions import DependencyProvider

from services.kernel import sealing
from services.kernel.broker import HEARTBEAT
from services.kernel.relay import BrokerPublisher, Relay, follow
from services.kernel.rpc import STOP_SECONDS, ReplyListener, RpcClient, gather, within
from services.kernel.runtime import Ports, ServiceRuntime, utc_now
from services.kernel.settings import Settings
from services.kernel.subscription import Subscription
from services.kernel.wiring import Wiring

logger = logging.getLogger(__name__)

SETTINGS = "SONGTOR"  # the key of nameko's config under which our Settings travel
TICK = 1.0  # seconds between looks at the deadlines ...
TICK_MOST = 16.0  # ... and when they could not be looked at many times in a row


def nameko_config(settings: Settings) -> dict[str, Any]:
    """nameko's configuration of every service: its broker, sealed messages, and a heartbeat by which both ends find a dead line."""
    return {
        AMQP_URI_CONFIG_KEY: settings.broker_url,
        HEARTBEAT_CONFIG_KEY: HEARTBEAT,
        SETTINGS: settings,
        **sealing.NAMEKO_CONFIG,
    }


class Runtime(DependencyProvider):  # type: ignore[misc]
    """Declared on a service class as `runtime = Runtime(WIRING)`; injects the ServiceRuntime."""

    replies = ReplyListener()

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.runtime: ServiceRuntime | None = None
        self.subscriptions: list[Subscription] = []
        self._threads: list[Any] = []
        self._stopping = False

    def setup(self) -> None:
        config = self.container.config
        settings: Settings = config[SETTINGS]
        ports = Ports(
            now=utc_now,
            pause=eventlet.sleep,
            ask=RpcClient(config, self.replies),
            together=gather,
            heavy=eventlet.tpool.execute,
            within=within,
        )
        self.runtime = ServiceRuntime(settings, self.wiring, ports)
        self.runtime.prepare()

    def start(self) -> None:
        runtime, settings = self._ready(), self.container.config[SETTINGS]
        relay = Relay(runtime.log, BrokerPublisher(settings.broker_url, runtime.service))
        # Only another process's commits need the poll; in the embedded system there is none.
        poll = 2.0 if settings.embedded else 0.2
        if self.wiring.aggregates:
            self._spawn(lambda: follow(relay, self.stopping, eventlet.sleep, poll))
        for source in self.wiring.hears:
            subscription = Subscription(runtime.inbox, source, settings.broker_url, self.stopping)
            self.subscriptions.append(subscription)
            self._spawn(subscription.run)
        if self.wiring.when_due is not None:
            self._spawn(self._tick)

    def stop(self) -> None:
        """End the greenlets within seconds, though the broker or the database may be down."""
        self._stopping = True
        if self.runtime is not None:
            self.runtime.log.bell.ring()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            while not thread.dead and time.monotonic() < deadline:
                eventlet.sleep(0.02)
            thread.kill()
        if self.runtime is not None:
            self.runtime.close()

    def kill(self) -> None:
        self._stopping = True
        for thread in self._threads:
            thread.kill()

    def stopping(self) -> bool:
        return self._stopping

    def get_dependency(self, worker_ctx: object) -> ServiceRuntime:
        return self._ready()

    @overload
    def __get__(self, service: None, owner: type[Any]) -> "Runtime": ...

    @overload
    def __get__(self, service: object, owner: type[Any]) -> ServiceRuntime: ...

    def __get__(self, service: object | None, owner: type[Any]) -> "Runtime | ServiceRuntime":
        """What is declared on the class, and what is injected into an instance."""
        return self if service is None else self._ready()

    def _ready(self) -> ServiceRuntime:
        assert self.runtime is not None, "nameko calls setup first"
        return self.runtime

    def _spawn(self, run: Callable[[], None]) -> None:
        self._threads.append(eventlet.spawn(run))

    def _tick(self) -> None:
        runtime, pause = self._ready(), TICK
        while not self._stopping:
            try:
                while runtime.fire_timers():
                    eventlet.sleep(0)
                if pause > TICK:
                    logger.info("deadlines of %s go on", runtime.service)
                pause = TICK
            except Exception as error:
                if pause == TICK:
                    logger.warning("deadlines of %s wait: %s", runtime.service, type(error).__name__)
                pause = min(pause * 2, TICK_MOST)
            eventlet.sleep(pause)
