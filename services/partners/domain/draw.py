"""Ties are drawn by lot, so that nobody is always last, and anybody can draw again from the seed and check. Pure.

The lot of an id is SplitMix64 of the id's number XOR the seed's number; the number of a text is the first eight bytes,
big-endian, of its SHA-256. The lowest lot comes first. SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom
number generators" (2014).
"""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

BITS = 38  # of a lot that are compared; what they leave equal stands in the order of the list

_GAMMA, _FIRST, _SECOND = (
    np.uint64(each) for each in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


def number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")


def lots(seed: str, numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The first BITS bits of the lot of each id, given by their numbers."""
    z = (numbers ^ np.uint64(number(seed))) + _GAMMA
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(64 - BITS)).astype(np.int64)
