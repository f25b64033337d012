"""What was done for the safety of the data is told to the front door, whose operator's page shows it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import inspect

from services.cli.folder import runtimes
from services.kernel.envelope import instant
from services.kernel.runtime import utc_now
from services.kernel.settings import Settings

if TYPE_CHECKING:
    from services.web.store.precautions import Kind


def note(settings: Settings, kind: "Kind", problems: Sequence[str]) -> None:
    """It was done now. A front door of an earlier version has no place for it: it stays unsaid."""
    from services.web.store import precautions

    with runtimes(settings, ["web"], keyed=False) as opened, opened["web"].database.write() as db:
        if inspect(db).has_table(precautions.precaution.name):
            precautions.record(db, kind, instant(utc_now()), problems)
