"""The signed manifest of a backup: one that somebody changed, or that is not ours, is not brought back."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from services.kernel.keys import Fit, Keyring, MasterKey
from services.kernel.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"


class BackupRefused(Exception):
    """A backup cannot be made or brought back; the text says what stands in the way."""


def signing(settings: Settings) -> Keyring:
    """KeyFileError where the master key is not: without it nobody can tell whose backup one is."""
    master = MasterKey.load(settings.master_key_file, create=False)
    return Keyring(master, "backup", settings.key_generation)


def write(path: Path, manifest: Mapping[str, Any]) -> None:
    with private_file(path) as file:
        file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def private_file(path: Path) -> IO[bytes]:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sign(manifest: dict[str, Any], signs: Keyring) -> dict[str, Any]:
    return {**manifest, "mac": signs.mac("backup", _digest(manifest))}


def _digest(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def signed(folder: Path, signs: Keyring, unsigned: bool) -> dict[str, Any]:
    """The manifest of a folder, as this installation wrote it."""
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict):
        raise BackupRefused(f"{folder} holds no whole backup: its {MANIFEST} cannot be read.")
    if manifest.get("format") != FORMAT:
        raise BackupRefused(
            f"{folder} was written by another version of this program ({manifest.get('version')})."
        )
    fit = signs.check(
        manifest.get("mac"), "backup", _digest({k: v for k, v in manifest.items() if k != "mac"})
    )
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
    return manifest


def unchanged(folder: Path, part: Any) -> None:
    """A file is as it was written, by the name and the digest that a signed manifest says."""
    if not isinstance(part, dict) or not isinstance(part.get("file"), str) or "/" in part["file"]:
        raise BackupRefused(f"The {MANIFEST} in {folder} names no files.")
    path = folder / part["file"]
    if not path.is_file() or sha256(path) != part.get("sha256"):
        raise BackupRefused(f"{path} is missing or not as it was written.")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
