"""Links by which a partner answers one referral without an account: signed, expiring, opened in a browser with a code
that travels another way; another browser asks for the code again."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import Column, Connection, Integer, Table, Text, func, insert, select, update

from services.kernel.envelope import instant, moment
from services.referral.answers import DisclosedCodes
from services.web.store.tables import metadata

link = Table(
    "answer_link",
    metadata,
    Column("link_id", Text, primary_key=True),
    Column("referral_id", Text, nullable=False, index=True),
    Column("partner_id", Text, nullable=False),
    Column("programme_id", Text, nullable=False),
    Column("shared", Text, nullable=False),  # JSON codes that the partner is shown; no name, no number
    Column("code_hash", Text, nullable=False),  # keyed: six digits alone would be guessed from a plain hash
    Column("tries", Integer, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("browser_hash", Text),  # of the cookie of the browser in which the code was entered last
    Column("opened_at", Text),
    Column("ended_at", Text),
    Column("ending", Text),  # answered, replaced, locked, withdrawn or settled
)

LATEST = "latest"  # stands in a letter for whichever link of the referral was made last
LIFETIME = timedelta(days=120)  # longer than any answer is open: what ends a link is its referral
TRIES = 5
DIGITS = 6

State = Literal["new", "opened", "answered", "replaced", "locked", "withdrawn", "settled", "expired"]


class BadLink(Exception):
    """This opens nothing: it is no link of ours ("bad"), was one ("expired"), or stands in a letter that nobody has
    opened for an answer yet ("waiting")."""

    def __init__(self, why: Literal["bad", "expired", "waiting"] = "bad") -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Link:
    link_id: str
    referral_id: str
    partner_id: str
    programme_id: str
    shared: DisclosedCodes
    tries: int
    made_by: str
    made_at: str
    expires_at: str
    browser_hash: str | None
    opened_at: str | None
    state: State

    def opened_by(self, browser: str) -> bool:
        """Whether the code was entered in the browser that has this cookie."""
        return hmac.compare_digest((self.browser_hash or "").encode(), _hash(browser).encode())


class Keys:
    """Signs links and hides codes under a key derived from the master key."""

    def __init__(self, key: bytes, salt: str = "answer-link", lifetime: timedelta = LIFETIME) -> None:
        self._key, self._lifetime = key, lifetime
        self._serializer = URLSafeTimedSerializer(
            key, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )

    def token(self, link_id: str, referral_id: str) -> str:
        signed = self._serializer.dumps([link_id, referral_id])
        return signed if isinstance(signed, str) else signed.decode()

    def standing(self, referral_id: str) -> str:
        """What a letter carries: it leads to the referral's link, which opens by its code, whenever one is made."""
        return self.token(LATEST, referral_id)

    def read(self, token: str) -> tuple[str, str]:
        """(link, referral) of a token, of a standing link (link, partner); BadLink."""
        try:
            link_id, referral_id = self._serializer.loads(token, max_age=int(self._lifetime.total_seconds()))
        except SignatureExpired:
            raise BadLink("expired") from None
        except (BadData, ValueError):
            raise BadLink from None
        return link_id, referral_id

    def code_hash(self, link_id: str, code: str) -> str:
        return hmac.new(self._key, f"{link_id}\n{code}".encode(), hashlib.sha256).hexdigest()


def make(
    db: Connection, keys: Keys, about: Mapping[str, str], shared: DisclosedCodes, user: str, now: datetime
) -> tuple[str, str]:
    """(token, code) of a new link; `about`: referral_id, partner_id, programme_id. Earlier links of the referral
    end."""
    link_id, code = secrets.token_urlsafe(16), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    earlier = update(link).where(link.c.referral_id == about["referral_id"], link.c.ended_at.is_(None))
    db.execute(earlier.values(ended_at=instant(now), ending="replaced", shared="{}"))
    row = {
        **about,
        "link_id": link_id,
        "shared": orjson.dumps(shared).decode(),
        "code_hash": keys.code_hash(link_id, code),
        "tries": 0,
        "made_by": user,
        "made_at": instant(now),
        "expires_at": instant(now + LIFETIME),
    }
    db.execute(insert(link).values(row))
    return keys.token(link_id, about["referral_id"]), code


def find(db: Connection, keys: Keys, token: str, now: datetime) -> Link:
    """The link of a token; BadLink."""
    link_id, referral_id = keys.read(token)
    if link_id == LATEST:
        known = latest(db, referral_id, now)
        if known is None:
            raise BadLink("waiting")
        return known
    row = db.execute(select(link).where(link.c.link_id == link_id)).one_or_none()
    if row is None or row.referral_id != referral_id:
        raise BadLink
    return _link(row, now)


def latest(db: Connection, referral_id: str, now: datetime) -> Link | None:
    """The link of a referral that was made last."""
    wanted = select(link).where(link.c.referral_id == referral_id).order_by(link.c.made_at.desc()).limit(1)
    row = db.execute(wanted).one_or_none()
    return _link(row, now) if row else None


def _link(row: Any, now: datetime) -> Link:
    state: State = row.ending or ("opened" if row.opened_at else "new")
    if row.ending is None and moment(row.expires_at) <= now:
        state = "expired"
    parts = {
        name: getattr(row, name) for name in Link.__dataclass_fields__ if name not in ("shared", "state")
    }
    return Link(**parts, shared=orjson.loads(row.shared), state=state)


def enter(db: Connection, keys: Keys, entry: Link, code: str, now: datetime) -> str | None:
    """The cookie of the browser in which the right code was entered, else None. A try is counted before the code is
    compared, so that many guesses at once are no more than the tries there are; the last wrong one ends the link."""
    waiting = link.c.link_id == entry.link_id, link.c.ended_at.is_(None)
    counted = update(link).where(*waiting, link.c.tries < TRIES, link.c.expires_at > instant(now))
    if db.execute(counted.values(tries=link.c.tries + 1)).rowcount != 1:
        return None
    row = db.execute(select(link.c.code_hash, link.c.tries).where(*waiting)).one()
    if hmac.compare_digest(row.code_hash, keys.code_hash(entry.link_id, code)):
        browser = secrets.token_urlsafe(32)
        opened = func.coalesce(link.c.opened_at, instant(now))
        db.execute(
            update(link).where(*waiting).values(browser_hash=_hash(browser), opened_at=opened, tries=0)
        )
        return browser
    if row.tries >= TRIES:
        db.execute(update(link).where(*waiting).values(ended_at=instant(now), ending="locked", shared="{}"))
    return None


def use_up(db: Connection, entry: Link, now: datetime) -> None:
    """The link has done its work; what was shared is forgotten here."""
    over = update(link).where(link.c.link_id == entry.link_id, link.c.ended_at.is_(None))
    db.execute(over.values(ended_at=instant(now), ending="answered", shared="{}"))


def forget(db: Connection, referral_ids: Sequence[str], now: datetime) -> None:
    """What was shared of some referrals is forgotten, and none of their links opens any more: whoever holds one need
    not do anything, and is not told why."""
    theirs = link.c.referral_id.in_(referral_ids)
    open_ones = update(link).where(theirs, link.c.ended_at.is_(None))
    db.execute(open_ones.values(ended_at=instant(now), ending="settled"))
    db.execute(update(link).where(theirs).values(shared="{}"))


def withdraw(db: Connection, referral_ids: Sequence[str], now: datetime) -> None:
    """The person took the consent back: what was shared of some referrals is forgotten here, and their links say so."""
    theirs = update(link).where(link.c.referral_id.in_(referral_ids), link.c.ended_at.is_(None))
    db.execute(theirs.values(ended_at=instant(now), ending="withdrawn", shared="{}"))


def _hash(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
