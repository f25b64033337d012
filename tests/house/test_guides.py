"""The guides name pages, buttons and commands that there are."""

import re
from itertools import product
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po

from services import cli
from services.codes.steps import STEPS, said_of
from services.web.pages.parts.language import TRANSLATIONS
from services.web.pages.parts.words import LISTS

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = sorted((DOCS / "guides").glob("*.md"))


@pytest.fixture(scope="module")
def shown():
    """Every Thai text of pages, every Thai word of a code, and what steps are called on their buttons."""
    with (TRANSLATIONS / "th" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        texts = {
            text for each in read_po(file) for text in (each.string if each.pluralizable else (each.string,))
        }
    steps = {
        said_of(step, home, review).words.th
        for step in STEPS.values()
        for home, review in product((True, False), repeat=2)
    }
    return texts | steps | {words.word(code, "th") for words in LISTS.values() for code in words}


def test_there_is_a_guide_for_each_of_those_who_have_none_and_it_is_linked():
    assert [guide.stem for guide in GUIDES] == ["director", "ministry", "operator", "partner", "rules"]
    readme = (DOCS.parent / "README.md").read_text()
    assert all(f"docs/guides/{guide.name}" in readme for guide in GUIDES)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_whatever_a_guide_says_to_press_or_open_is_on_a_page(guide, shown):
    named = re.findall(r"\*\*(.+?)\*\*", guide.read_text())
    assert named and [text for text in named if text not in shown] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_command_and_every_page_that_a_guide_names_is_there(guide):
    text = guide.read_text()
    for line in re.findall(r"`songtor ([a-z -]+)`", text):
        command: click.Command = cli.songtor
        for word in line.split():
            assert isinstance(command, click.Group) and word in command.commands, line
            command = command.commands[word]
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (guide.parent / link).exists(), link
