"""The second factor of local accounts: codes that an app makes from a shared secret (TOTP, RFC 6238), and recovery
codes for when the phone is not at hand. The secret is sealed; of recovery codes only keyed hashes are kept."""

import hmac
import secrets
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime
from typing import Literal

import orjson
import pyotp
from cryptography.fernet import Fernet
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import Column, Connection, Integer, Table, Text, delete, func, insert, select, update

from services.kernel.envelope import instant
from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.web.identity import accounts, throttle
from services.web.store.tables import metadata

factor = Table(
    "second_factor",
    metadata,
    Column("user_name", Text, primary_key=True),
    Column("sealed", Text),  # {user, secret}; none: it was taken off, and the user was not told yet
    Column(
        "last_step", Integer, nullable=False
    ),  # of the code that was accepted last; none up to it counts again
    Column("changed_at", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
)
recovery = Table(
    "recovery_code",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("user_name", Text, nullable=False, index=True),
)

ISSUER = "Songtor"  # as the app names us; some show Latin letters only
DRIFT = 1  # steps of 30 seconds that a phone's clock may be off, either way
DIGITS = 6
RECOVERY_CODES, RECOVERY_DIGITS = 10, 10

Way = Literal["app", "recovery"]


# -- turning it on and off -----------------------------------------------------------------------------------------


def offered(runtime: ServiceRuntime, user: str, session: str, version: int) -> str:
    """The secret (base32) that a user may turn on in this session, for this version of the account: the same one
    however often its page is loaded, and nowhere kept until it is confirmed."""
    about = "\n".join((user, session, str(version)))
    return b32encode(hmac.digest(runtime.key("second-factor-offer"), about.encode(), "sha256")[:20]).decode()


def address(user: str, secret: str) -> str:
    """What the app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=ISSUER)


def turn_on(runtime: ServiceRuntime, db: Connection, user: str, secret: str, code: str) -> list[str] | None:
    """The recovery codes, if this is a code of the secret; else nothing is turned on."""
    now = runtime.now()
    step = _step(secret, code, now)
    if step is None:
        return None
    sealed = _box(runtime).encrypt(orjson.dumps({"user": user, "secret": secret})).decode()
    row = {"user_name": user, "sealed": sealed, "last_step": step}
    upsert(db, factor, [row | {"changed_at": instant(now), "changed_by": user}], ["user_name"])
    accounts.note_change(db, instant(now), user, user, "second_factor_on")
    return new_recovery_codes(runtime, db, user)


def forget(db: Connection, user: str) -> None:
    db.execute(delete(factor).where(factor.c.user_name == user))
    db.execute(delete(recovery).where(recovery.c.user_name == user))


def turn_off(runtime: ServiceRuntime, db: Connection, user: str) -> None:
    """The user does without it from now on."""
    forget(db, user)
    accounts.note_change(db, instant(runtime.now()), user, user, "second_factor_off")


def take_off(runtime: ServiceRuntime, user: str, by: str) -> None:
    """Somebody else takes it off, because the phone is lost: every session and token ends, and the user is told at the
    next sign-in."""
    changed = {"sealed": None, "changed_at": instant(runtime.now()), "changed_by": by}
    with runtime.database.write() as db:
        if is_on(db, user):
            db.execute(delete(recovery).where(recovery.c.user_name == user))
            db.execute(update(factor).where(factor.c.user_name == user).values(**changed))
            accounts.end_tokens(db, user)
            accounts.note_change(db, instant(runtime.now()), by, user, "second_factor_off")


def taken_off(db: Connection, user: str) -> tuple[str, str] | None:
    """(who took it off, when) if the user was not told yet; told once."""
    untold = factor.c.user_name == user, factor.c.sealed.is_(None)
    row = db.execute(select(factor.c.changed_by, factor.c.changed_at).where(*untold)).one_or_none()
    if row is None:
        return None
    db.execute(delete(factor).where(*untold))
    return row.changed_by, row.changed_at


def is_on(db: Connection, user: str) -> bool:
    return since(db, user) is not None


def since(db: Connection, user: str) -> str | None:
    """When it was turned on; None where it is off."""
    on = factor.c.user_name == user, factor.c.sealed.is_not(None)
    found: str | None = db.execute(select(factor.c.changed_at).where(*on)).scalar()
    return found


# -- codes ---------------------------------------------------------------------------------------------------------


def new_recovery_codes(runtime: ServiceRuntime, db: Connection, user: str) -> list[str]:
    """Ten codes of ten digits, each good once; those of before end. Digits, so that they can be typed where the app's
    code is."""
    codes = [f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}" for _ in range(RECOVERY_CODES)]
    db.execute(delete(recovery).where(recovery.c.user_name == user))
    rows = [{"user_name": user, "code_hash": _hash(runtime, user, code)} for code in codes]
    db.execute(insert(recovery), rows)
    return codes


def recovery_codes_left(db: Connection, user: str) -> int:
    return db.execute(select(func.count()).where(recovery.c.user_name == user)).scalar_one()


def check(runtime: ServiceRuntime, user: str, code: str, browser: str | None) -> Way | None:
    """What sort of code of this user it is, None if it is none or was used before; tries.Locked after too many
    failures. `browser`: as for passwords. A right password forgives no wrong code: these are counted by themselves."""
    name, now = throttle.counter(runtime, "code", user, browser), runtime.now()
    with runtime.database.write() as db:
        throttle.take(db, name, now)
        way = used(runtime, db, user, code, now)
        if way is not None:
            throttle.forgive(db, name)
    return way


def used(runtime: ServiceRuntime, db: Connection, user: str, code: str, now: datetime) -> Way | None:
    """As `check`; of several who use one code at once, one has it."""
    if len(code) == RECOVERY_DIGITS:
        mine = recovery.c.user_name == user, recovery.c.code_hash == _hash(runtime, user, code)
        return "recovery" if db.execute(delete(recovery).where(*mine)).rowcount == 1 else None
    sealed = db.execute(select(factor.c.sealed).where(factor.c.user_name == user)).scalar()
    if sealed is None:
        return None
    kept = orjson.loads(_box(runtime).decrypt(sealed.encode()))
    if kept["user"] != user:  # a row that was moved to another user is nobody's
        return None
    step = _step(kept["secret"], code, now)
    if step is None:
        return None
    unused = factor.c.user_name == user, factor.c.last_step < step
    return "app" if db.execute(update(factor).where(*unused).values(last_step=step)).rowcount == 1 else None


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The step of time that the code belongs to, of this one and those that are not too far off."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=DRIFT)
    except OTPVerificationError:
        return None


def _hash(runtime: ServiceRuntime, user: str, code: str) -> str:
    return hmac.digest(runtime.key("recovery-code"), f"{user}\n{code}".encode(), "sha256").hex()


def _box(runtime: ServiceRuntime) -> Fernet:
    return Fernet(urlsafe_b64encode(runtime.key("second-factor")))
