"""Styles, scripts and fonts, as scripts/assets.py built them: named by their content, so kept by browsers for good."""

import json
from dataclasses import dataclass
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Response, request, url_for

from services.kernel.errors import NotFound, Unavailable

FOLDER = Path(__file__).parents[2] / "static"
FOREVER = "public, max-age=31536000, immutable"

blueprint = Blueprint("static", __name__)


@dataclass(frozen=True)
class File:
    plain: bytes
    gzipped: bytes | None
    kind: str


@cache
def _built() -> tuple[dict[str, str], dict[str, File]]:
    """({plain name: name}, {name: file})."""
    try:
        names: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text())
    except OSError:
        raise Unavailable("The styles of the pages were not built: run make setup.") from None
    files = {}
    for name in names.values():
        gz = FOLDER / f"{name}.gz"
        kind = "font/woff2" if name.endswith(".woff2") else guess_type(name)[0] or "application/octet-stream"
        files[name] = File((FOLDER / name).read_bytes(), gz.read_bytes() if gz.exists() else None, kind)
    return names, files


def asset(name: str) -> str:
    """The address of a built file by its plain name."""
    return url_for("static.file", name=_built()[0][name])


@blueprint.get("/static/<name>")
def file(name: str) -> Response:
    found = _built()[1].get(name)
    if found is None:
        raise NotFound
    packed = found.gzipped is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    answer = Response(found.gzipped if packed else found.plain, content_type=found.kind)
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = FOREVER
    return answer
