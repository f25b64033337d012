"""Builds services/web/static/ from node_modules and services/web/assets: hashed names, gzip beside, a manifest of
both."""

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "node_modules"
SOURCES = ROOT / "services" / "web" / "assets"
STATIC = ROOT / "services" / "web" / "static"

GOVUK = MODULES / "govuk-frontend" / "dist" / "govuk"
SARABUN = MODULES / "@fontsource" / "sarabun"
FACES = [(subset, weight) for weight in (400, 700) for subset in ("thai", "latin")]
OWN_SCRIPTS = ("drafts.js", "songtor.js")  # each after those it imports
# The brand's typeface and crest may be used by the British government only.
FOREIGN_FACE = re.compile(r"@font-face\{[^}]*GDS Transport[^}]*\}")
CREST = re.compile(r"url\(/assets/images/govuk-crest\.svg\)")
SOURCE_MAP = re.compile(r"\n?(//|/\*)# sourceMappingURL=\S+( ?\*/)?")


class Built:
    """Files written so far, by their plain name."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        stem, _, ending = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        (STATIC / hashed).write_bytes(content)
        if ending != "woff2":  # compressed already
            (STATIC / f"{hashed}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
        self.names[name] = hashed


def faces(built: Built) -> str:
    """The @font-face rules of the two scripts and two weights that pages use, the files beside."""
    rules = []
    for subset, weight in FACES:
        file = f"sarabun-{subset}-{weight}-normal.woff2"
        css = (SARABUN / f"{weight}.css").read_text()
        [described] = re.findall(rf"/\* sarabun-{subset}-{weight}-normal \*/\s*(@font-face {{[^}}]*}})", css)
        built.add(file, (SARABUN / "files" / file).read_bytes())
        source = f"src: url({built.names[file]}) format('woff2');"
        rules.append(re.sub(r"src:[^;]*;", source, described))
    return "\n".join(rules)


def style(built: Built) -> bytes:
    govuk = (GOVUK / "govuk-frontend.min.css").read_text()
    govuk = CREST.sub("none", FOREIGN_FACE.sub("", govuk)).replace("GDS Transport", "Sarabun")
    parts = ['@charset "UTF-8";', faces(built), govuk.replace('@charset "UTF-8";', "")]
    return SOURCE_MAP.sub("", "\n".join([*parts, (SOURCES / "songtor.css").read_text()])).encode()


def script(path: Path) -> str:
    return SOURCE_MAP.sub("", path.read_text())


def build() -> dict[str, str]:
    """Write everything anew; {plain name: hashed name}."""
    shutil.rmtree(STATIC, ignore_errors=True)
    STATIC.mkdir()
    built = Built()
    built.add("style.css", style(built))
    built.add("htmx.js", script(MODULES / "htmx.org" / "dist" / "htmx.min.js").encode())
    built.add("govuk.js", script(GOVUK / "govuk-frontend.min.js").encode())
    for name in OWN_SCRIPTS:
        text = script(SOURCES / name)
        for other, hashed in built.names.items():
            text = text.replace(f'"./{other}"', f'"./{hashed}"')
        built.add(name, text.encode())
    built.add("icon.svg", (SOURCES / "icon.svg").read_bytes())
    (STATIC / "manifest.json").write_text(json.dumps(built.names, indent=1) + "\n")
    return built.names


if __name__ == "__main__":
    build()
