"""The colours of both themes are far enough apart to be read, and drawings to be seen (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = (ROOT / "services" / "web" / "assets" / "songtor.css").read_text()
FRONTEND = (
    ROOT / "node_modules" / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.css"
).read_text()
VARIABLE = re.compile(r"(--[\w-]+):\s*(#[0-9a-f]{3,6})\b")
WHITE = "#ffffff"

TEXT = 4.5
SEEN = 3.0
BACKGROUNDS = (
    "--govuk-body-background-colour", "--govuk-template-background-colour", "--govuk-surface-background-colour",
    "--app-quiet", "--app-good",
)  # fmt: skip
WRITTEN = (
    "--govuk-text-colour", "--govuk-secondary-text-colour", "--govuk-link-colour", "--govuk-link-hover-colour",
    "--govuk-error-colour", "--govuk-brand-colour", "--govuk-success-colour",
)  # fmt: skip
DRAWN = ("--app-bar", "--app-bar-second", "--app-line", "--govuk-input-border-colour", "--govuk-brand-colour")


def block(css: str, opening: str) -> dict[str, str]:
    """The colours that a rule gives to names."""
    start = css.index(opening) + len(opening)
    return dict(VARIABLE.findall(css[start : css.index("}", start)]))


LIGHT = block(FRONTEND, ":root{") | block(OWN, ":root {")
DARK = LIGHT | block(OWN, "(prefers-color-scheme: dark) {\n  :root {")
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000", "#fff") == 21 and round(contrast("#b1b4b6", "#ffffff"), 1) == 2.1


def test_the_dark_theme_is_dark():
    assert luminance(DARK["--govuk-body-background-colour"]) < 0.05 < luminance(DARK["--govuk-text-colour"])


@THEMES
@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("written", WRITTEN)
def test_text_can_be_read(theme, written, background):
    assert contrast(theme[written], theme[background]) >= TEXT


@THEMES
def test_white_letters_can_be_read(theme):
    assert contrast(theme["--app-strong"], WHITE) >= TEXT


@THEMES
@pytest.mark.parametrize("drawn", DRAWN)
def test_what_is_drawn_is_seen(theme, drawn):
    assert contrast(theme[drawn], theme["--govuk-body-background-colour"]) >= SEEN


@THEMES
def test_shades_of_the_map_go_one_way(theme):
    shades = [luminance(theme[f"--app-shade-{step}"]) for step in range(5)]
    assert shades in (sorted(shades), sorted(shades, reverse=True))


def test_no_template_has_a_colour_of_its_own():
    templates = ROOT / "services" / "web" / "templates"
    found = [
        f"{path.name}: {line.strip()}"
        for path in templates.rglob("*.html")
        for line in path.read_text().splitlines()
        if re.search(r'(?:fill|stroke)="#', line)
    ]
    assert found == []
