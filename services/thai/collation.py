"""The Thai dictionary order of names, as in the Royal Institute's dictionary and the th_TH locale."""

import re
import unicodedata

_LEADING_VOWEL = re.compile("([เแโใไ])([ก-ฮ])")
_NIKHAHIT_AA = re.compile("ํา")

_CONSONANTS = "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสหฬอฮ"
_VOWELS = "ํะัาำิีึืุูเแโใไ\u0e3a"
_MARKS = "\u0e4e์็่้๊๋"

_PRIMARY = {letter: chr(0xE000 + rank) for rank, letter in enumerate(_CONSONANTS + _VOWELS)}
_PRIMARY["ๅ"] = _PRIMARY["า"]
_AFTER_THAI = chr(0xF000)
_SECONDARY = {mark: str(rank) for rank, mark in enumerate(_MARKS, start=1)}


def sort_key(text: str) -> tuple[str, str, str]:
    """What to sort Thai (and Latin) text by: digits, then Thai in dictionary order, then Latin.

    Letters decide first, a leading vowel after its consonant; then marks (none, ์ ็ ่ ้ ๊ ๋); then the text.
    Spaces and punctuation do not count. Not for storing: it holds the text.
    """
    letters: list[str] = []
    marks: list[str] = []
    composed = _NIKHAHIT_AA.sub("ำ", unicodedata.normalize("NFC", text))
    for char in unicodedata.normalize("NFD", _LEADING_VOWEL.sub(r"\2\1", composed)):
        if char in _PRIMARY:
            letters.append(_PRIMARY[char])
            marks.append("0")
        elif char in _SECONDARY:
            marks.append(_SECONDARY[char])
        elif char.isdecimal():
            letters.append(str(unicodedata.decimal(char)))
            marks.append("0")
        elif char.isalpha() and char not in "ฯๆ":
            letters.append(_AFTER_THAI + char.casefold())
            marks.append("0")
        elif unicodedata.combining(char):
            marks.append("9" + char)
    return "".join(letters), "".join(marks), text.swapcase()
