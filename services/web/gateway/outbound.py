"""The one way in which this system calls an address that somebody typed: over TLS, to a public address, unless the
operator named the host or its network (SONGTOR_OUTBOUND_ALLOW). The name is resolved once and the connection goes to
just that address, so that no name answers differently the second time; redirects are not followed, and of the answer
only its status is read."""

import ipaddress
import re
import socket
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as TooSlow

from services.kernel.runtime import ServiceRuntime
from services.kernel.settings import Outbound

SECONDS = 10.0  # for all of one call
CONNECT = 5.0  # of them, until there is a connection
URL_MOST = 500
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Outcome(NamedTuple):
    """What came of a call: `status` of the answer, or `error`: not_allowed, unresolved, unreachable, tls (nothing was
    said), timeout, interrupted."""

    status: int | None
    error: str | None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Refused(Exception):
    """This address is not called; `reason` is one of `Outcome.error`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check(runtime: ServiceRuntime, url: str) -> None:
    """Refused if the address would not be called. A name that cannot be resolved now may be later, over TLS: whether
    an address may be called without, its network says."""
    parts = _parts(url)
    try:
        runtime.ports.within(CONNECT, lambda: _resolve(runtime.settings.outbound, parts))
    except TimeoutError:
        pass
    except Refused as refused:
        if refused.reason != "unresolved" or parts.scheme != "https":
            raise


def post(
    runtime: ServiceRuntime,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    named: Outbound | None = None,
) -> Outcome:
    """One call, once, within `SECONDS`. `named`: where it may go, if who runs the system names the address."""
    allowed = named or runtime.settings.outbound
    try:
        parts = _parts(url)
        status = runtime.ports.within(SECONDS, lambda: _post(allowed, parts, headers, body))
    except Refused as refused:
        return Outcome(None, refused.reason)
    except NewConnectionError:  # which is, by its name, also one that took too long
        return Outcome(None, "unreachable")
    except (TimeoutError, TooSlow):
        return Outcome(None, "timeout")
    except SSLError:
        return Outcome(None, "tls")
    except (HTTPError, OSError, ValueError):
        return Outcome(None, "interrupted")
    return Outcome(status, None)


def _parts(url: str) -> SplitResult:
    """The parts of an address that may be called, as far as it says so itself."""
    if not re.fullmatch(rf"https?://[!-~]{{1,{URL_MOST}}}", url) or "\\" in url or "#" in url:
        raise Refused("not_allowed")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Refused("not_allowed") from None
    if not host or port == 0 or "@" in parts.netloc:
        raise Refused("not_allowed")
    return parts


def _resolve(allowed: Outbound, parts: SplitResult) -> str:
    """The one address that is called. Refused if any that the name has may not be."""
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("unresolved") from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    named = host in allowed.names
    if not addresses or not all(named or _may(allowed, each, parts.scheme) for each in addresses):
        raise Refused("not_allowed")
    return str(addresses[0])


def _may(allowed: Outbound, address: Address, scheme: str) -> bool:
    if any(address.version == network.version and address in network for network in allowed.networks):
        return True
    return scheme == "https" and _is_public(address)


def _is_public(address: Address) -> bool:
    """Whether it lies in the internet, and carries no other address in itself that may lie elsewhere."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or address.sixtofour or address.teredo or address in NAT64
    ):
        return False
    return address.is_global and not address.is_multicast


NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052


def _post(allowed: Outbound, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> int:
    address, timeout = _resolve(allowed, parts), Timeout(connect=CONNECT, read=SECONDS)
    host = (parts.hostname or "").rstrip(".")
    pool = (
        HTTPSConnectionPool(
            address, parts.port, timeout=timeout, maxsize=1, server_hostname=host, assert_hostname=host
        )
        if parts.scheme == "https"
        else HTTPConnectionPool(address, parts.port, timeout=timeout, maxsize=1)
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with pool:
        answer = pool.urlopen(
            "POST", target, body=body, headers={**headers, "Host": parts.netloc}, retries=False, redirect=False,
            assert_same_host=False, preload_content=False,
        )  # fmt: skip
        status: int = answer.status
        answer.close()
    return status
