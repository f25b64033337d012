"""The signed manifest of a backup: one that somebody changed, or that is not ours, is not brought back."""

import hashlib
import os
from pathlib import Path
from typing import IO, NotRequired, TypedDict, TypeVar, get_type_hints

import orjson

from services.kernel.keys import Fit, Keyring, MasterKey
from services.kernel.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"


class Part(TypedDict):
    """A file of a backup: its database's revisions, and how many rows of each table."""

    file: str
    sha256: str
    revisions: list[str]
    rows: dict[str, int]


class Standing(TypedDict):
    """How far a service was: its log, and what it had heard of each source."""

    position: int
    hash: str
    epoch: str
    cursors: dict[str, int]


class LogPart(Part, Standing):
    """The log of a service."""


class About(TypedDict):
    format: int
    version: str  # of the program
    made_at: str
    mac: NotRequired[str]  # not in those that a version of before made


class Manifest(About):
    people: int
    services: dict[str, LogPart]


class KeysManifest(About, Part):
    """Of the folder with people's keys."""


M = TypeVar("M", bound=About)


class BackupRefused(Exception):
    """A backup cannot be made or brought back; the text says what stands in the way."""


def signing(settings: Settings) -> Keyring:
    """KeyFileError where the master key is not: without it nobody can tell whose backup one is."""
    master = MasterKey.load(settings.master_key_file, create=False)
    return Keyring(master, "backup", settings.key_generation)


def write(path: Path, manifest: About) -> None:
    with private_file(path) as file:
        file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def private_file(path: Path) -> IO[bytes]:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sign(manifest: M, signs: Keyring) -> M:
    manifest["mac"] = signs.mac("backup", _digest(manifest))
    return manifest


def _digest(manifest: About) -> str:
    covered = {name: value for name, value in manifest.items() if name != "mac"}
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()


def signed(kind: type[M], folder: Path, signs: Keyring, unsigned: bool) -> M:
    """The manifest of a folder, as this installation wrote it."""
    try:
        manifest: M = orjson.loads((folder / MANIFEST).read_bytes())
        whole = isinstance(manifest, dict)
    except (OSError, ValueError):
        whole = False
    if not whole:
        raise BackupRefused(f"{folder} holds no whole backup: its {MANIFEST} cannot be read.")
    if manifest.get("format") != FORMAT:
        raise BackupRefused(
            f"{folder} was written by another version of this program ({manifest.get('version')})."
        )
    about: About = manifest
    fit = signs.check(about.get("mac"), "backup", _digest(about))
    if fit is Fit.ALTERED:
        raise BackupRefused(
            f"The {MANIFEST} in {folder} was changed after it was signed. Nothing was brought back."
        )
    if fit is Fit.OTHER_KEY:
        raise BackupRefused(
            f"{folder} was signed with a key that is not here: bring the master key of that time, and its "
            "SONGTOR_KEY_GENERATION. Nothing was brought back."
        )
    if fit is Fit.NONE and not unsigned:
        raise BackupRefused(
            f"{folder} is not signed, so that anybody may have changed it. If a version of before made it and it was "
            "kept where only you reach it, say --unsigned. Nothing was brought back."
        )
    if lacking := {name for name in get_type_hints(kind) if name != "mac"} - manifest.keys():
        raise BackupRefused(f"The {MANIFEST} in {folder} does not say {', '.join(sorted(lacking))}.")
    return manifest


def unchanged(folder: Path, part: Part) -> None:
    """A file is as it was written, by the name and the digest that a signed manifest says."""
    if not isinstance(part, dict) or Part.__required_keys__ - part.keys() or "/" in str(part["file"]):
        raise BackupRefused(f"The {MANIFEST} in {folder} names no files.")
    path = folder / part["file"]
    if not path.is_file() or sha256(path) != part["sha256"]:
        raise BackupRefused(f"{path} is missing or not as it was written.")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
