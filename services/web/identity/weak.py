"""Passwords that are guessed first: common ones, one part over and over, rows of the alphabet, one's own name.

common_passwords.txt: those of ten characters and more from the list of Royce Williams as Django 5.2 carries it
(django/contrib/auth/common-passwords.txt.gz; BSD 3-clause, its text beside the list)."""

from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

from services.thai.numbers import ascii_digits

Weakness = Literal["common", "repeats", "row", "own_name"]

BESIDE_A_NAME = 6  # letters and digits that a password needs beside its user's name


def weakness(user: str, password: str) -> Weakness | None:
    """Why a user's new password would be guessed; None if nothing speaks against it."""
    plain = ascii_digits(password.casefold())
    if plain in _common():
        return "common"
    if _beside(plain, user) < BESIDE_A_NAME and user in plain:
        return "own_name"
    if len(plain) > 1 and (plain * 2).find(plain, 1) < len(plain):
        return "repeats"
    return "row" if {ord(b) - ord(a) for a, b in pairwise(plain)} in ({1}, {-1}) else None


def _beside(plain: str, user: str) -> int:
    return sum(each.isalnum() for each in plain.replace(user, ""))


@cache
def _common() -> frozenset[str]:
    text = files("services.web.identity").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
