"""Drafts: what a user has typed into a form and not sent yet. Sealed, for that user only, and not for long."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import orjson
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Column, Connection, PrimaryKeyConstraint, Table, Text, delete, func, select

from services.kernel.envelope import instant
from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.web.store.tables import metadata

draft = Table(
    "draft",
    metadata,
    Column("user_name", Text),
    Column("form", Text),  # keyed hash of the form's address
    Column("saved_at", Text, nullable=False, index=True),
    Column("sealed", Text, nullable=False),
    PrimaryKeyConstraint("user_name", "form"),
)

KEPT = timedelta(days=7)  # a weekend and a run of holidays; longer, and it is a second file
MOST = 20  # of one user; then the oldest goes
LARGEST = 256 * 1024  # bytes of what was typed: some ninety thousand Thai letters


class TooLarge(Exception):
    """What was typed is more than a draft holds."""


class NotOurs(Exception):
    """A `Place` that we did not give out."""


@dataclass(frozen=True)
class FormKey:
    """The form that a draft belongs to: its user and address, what it is called (English), the case it is about, and
    the partner where that is."""

    user: str
    address: str
    title: str
    case_id: str | None = None
    where: str = ""


@dataclass(frozen=True)
class Draft:
    """`fields` in the order of the form; `version` of what the form was shown with; `focus`: the id of the field typed
    in last."""

    place: FormKey
    fields: Sequence[tuple[str, str]]
    version: int | None
    focus: str
    saved_at: str


def ticket(runtime: ServiceRuntime, form_key: FormKey) -> str:
    """The place as a form carries it: who sends it back may save a draft there."""
    return _box(runtime, "draft-place").encrypt(orjson.dumps(form_key)).decode()


def key_of(runtime: ServiceRuntime, ticket: str) -> FormKey:
    try:
        return FormKey(**orjson.loads(_box(runtime, "draft-place").decrypt(ticket.encode())))
    except InvalidToken:
        raise NotOurs from None


def keep(
    runtime: ServiceRuntime,
    form_key: FormKey,
    fields: Sequence[tuple[str, str]],
    version: int | None,
    focus: str,
) -> tuple[str, str | None]:
    """(saved at, when the draft that stood there before was saved). The last one saved stands."""
    now = runtime.now()
    made = Draft(form_key, fields, version, focus, instant(now))
    content = orjson.dumps(made)
    if len(content) > LARGEST:
        raise TooLarge
    key = {"user_name": form_key.user, "form": _form(runtime, form_key.user, form_key.address)}
    row = key | {"saved_at": made.saved_at, "sealed": _box(runtime, "draft").encrypt(content).decode()}
    with runtime.database.write() as db:
        before = db.execute(select(draft.c.saved_at).filter_by(**key)).scalar_one_or_none()
        upsert(db, draft, [row], ["user_name", "form"])
        db.execute(delete(draft).where(draft.c.saved_at < instant(now - KEPT)))
        _forget_oldest(db, form_key.user)
    return made.saved_at, before


def _forget_oldest(db: Connection, user: str) -> None:
    theirs = select(draft.c.saved_at).where(draft.c.user_name == user).order_by(draft.c.saved_at.desc())
    too_old = db.execute(theirs.offset(MOST).limit(1)).scalar_one_or_none()
    if too_old:
        db.execute(delete(draft).where(draft.c.user_name == user, draft.c.saved_at <= too_old))


def find(runtime: ServiceRuntime, form_key: FormKey) -> Draft | None:
    """The user's draft of the form at this address."""
    found = _of(runtime, form_key.user, _form(runtime, form_key.user, form_key.address))
    return found[0] if found else None


def unfinished(runtime: ServiceRuntime, user: str) -> list[Draft]:
    """All drafts of a user, the latest first."""
    return _of(runtime, user)


def _of(runtime: ServiceRuntime, user: str, form: str | None = None) -> list[Draft]:
    wanted = select(draft.c.sealed).where(
        draft.c.user_name == user, draft.c.saved_at >= instant(runtime.now() - KEPT)
    )
    if form is not None:
        wanted = wanted.where(draft.c.form == form)
    rows = runtime.read(lambda db: db.execute(wanted.order_by(draft.c.saved_at.desc())).scalars().all())
    opened = [_open(runtime, sealed) for sealed in rows]
    # A row that was moved to another user is nobody's.
    return [each for each in opened if each is not None and each.place.user == user]


def _open(runtime: ServiceRuntime, sealed: str) -> Draft | None:
    """None for what was sealed with a key of before."""
    try:
        found = orjson.loads(_box(runtime, "draft").decrypt(sealed.encode()))
    except InvalidToken:
        return None
    fields = [(name, text) for name, text in found.pop("fields")]
    return Draft(place=FormKey(**found.pop("place")), fields=fields, **found)


def count(db: Connection, user: str) -> int:
    """How many forms a user has not sent; for who may not read them."""
    return db.execute(select(func.count()).where(draft.c.user_name == user)).scalar_one()


def drop(runtime: ServiceRuntime, db: Connection, user: str, address: str) -> None:
    """The form was sent, or its draft thrown away."""
    form = _form(runtime, user, address)
    db.execute(delete(draft).where(draft.c.user_name == user, draft.c.form == form))


def forget(db: Connection, user: str) -> None:
    """The user has left: nobody can read their drafts any more, so they go."""
    db.execute(delete(draft).where(draft.c.user_name == user))


def forget_about(runtime: ServiceRuntime, ids: Sequence[str]) -> None:
    """Every user's drafts of forms about a case or a referral, by their ids."""
    rows = runtime.read(lambda db: db.execute(select(draft)).all())
    for row in rows:
        found = _open(runtime, row.sealed)
        if found and (found.place.case_id in ids or any(id in found.place.address for id in ids)):
            with runtime.database.write() as db:
                db.execute(delete(draft).filter_by(user_name=row.user_name, form=row.form))


def _form(runtime: ServiceRuntime, user: str, address: str) -> str:
    return hmac.digest(runtime.key("draft-form"), f"{user}\n{address}".encode(), "sha256").hex()


def _box(runtime: ServiceRuntime, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(runtime.key(purpose)))
