"""What only whoever has the key could have written of a log: the macs of its pages, of its head, and of checkpoints.

The hash chain needs no key, so whoever can write into the database, or to the broker, can compute it anew. A mac over
an end of the chain covers all that lies before it.
"""

from typing import NamedTuple

from services.kernel.cloudevents import GENESIS, Page
from services.kernel.keys import Fit, Keyring, MasterKey


class Checkpoint(NamedTuple):
    """How a log and its record of who read what stood at a moment. `unkeyed_after`: the events after that position,
    up to here, were written without the key; None: all were written with it."""

    number: int
    at: str
    position: int
    hash: str
    unkeyed_after: int | None
    access_to: int
    access_hash: str
    mac: str = ""


NO_CHECKPOINT = Checkpoint(0, "", 0, GENESIS, None, 0, GENESIS)
COLUMNS = ", ".join(Checkpoint._fields)


class Macs:
    """Those of one service's log."""

    def __init__(self, service: str, master: MasterKey, generation: int) -> None:
        self.service = service
        self._log = Keyring(master, "log", generation)
        self._page = Keyring(master, "page", generation)

    def head(self, position: int, hash: str, checkpoints: int) -> str:
        return self._log.mac("head", self.service, position, hash, checkpoints)

    def head_fits(self, mac: str | None, position: int, hash: str, checkpoints: int) -> Fit:
        return self._log.check(mac, "head", self.service, position, hash, checkpoints)

    def signed(self, checkpoint: Checkpoint) -> Checkpoint:
        return checkpoint._replace(mac=self._log.mac("checkpoint", self.service, *checkpoint[:-1]))

    def checkpoint_fits(self, checkpoint: Checkpoint) -> Fit:
        return self._log.check(checkpoint.mac, "checkpoint", self.service, *checkpoint[:-1])

    def page(self, epoch: str, first: int, last: int, previous: str, hash: str) -> str:
        return self._page.mac("page", self.service, epoch, first, last, previous, hash)

    def page_fits(self, source: str, page: Page) -> bool:
        """Whether `source` itself made a page whose hashes were checked (kernel.inbox)."""
        about = page["epoch"], page["from"], page["to"], page["prev_hash"], page["hash"]
        if page["source"] != f"/songtor/{source}":
            return False
        return self._page.check(page.get("mac"), "page", source, *about) is Fit.FITS
