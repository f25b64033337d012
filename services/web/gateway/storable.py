"""What JSON allows and no service can keep."""

from typing import Any

DEPTH_MOST = 20
SMALLEST, LARGEST = -(2**53) + 1, 2**53 - 1  # integers every JSON reader agrees on


def unstorable(value: Any, path: str = "", depth: int = 1) -> dict[str, list[str]]:
    """What JSON allows and we cannot keep: the character NUL, integers beyond 2^53, and nesting deeper than any body of ours."""
    if depth > DEPTH_MOST:
        return {path: ["It is nested too deeply."]}
    if isinstance(value, str) and "\x00" in value:
        return {path: ["It contains the character NUL."]}
    if isinstance(value, int | float) and not SMALLEST <= value <= LARGEST:
        return {path: ["The number is too large."]}
    found: dict[str, list[str]] = {}
    if isinstance(value, dict):
        for key, item in value.items():
            if "\x00" in key:
                return {path or "body": ["A field name contains the character NUL."]}
            found.update(unstorable(item, f"{path}.{key}" if path else key, depth + 1))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found.update(unstorable(item, f"{path}.{number}", depth + 1))
    return found
