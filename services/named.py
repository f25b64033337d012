"""A service by its name. Only its own modules are brought in: a process of one service starts in half the time that all
of them take, and holds no other's."""

from importlib import import_module
from typing import Any

from services.kernel.wiring import Wiring


def service(name: str) -> type[Any]:
    """Its class, whose `runtime` tells how it is wired; ModuleNotFoundError if there is none of this name."""
    found: type[Any] = getattr(import_module(f"services.{name}.service"), f"{name.capitalize()}Service")
    return found


def wiring(name: str) -> Wiring:
    """What it keeps and hears, for who opens its database and serves nothing. The front door's is had without its
    pages."""
    if name == "web":
        from services.web.wiring import WIRING

        return WIRING
    found: Wiring = service(name).runtime.wiring
    return found
