"""The check of translations finds what it is there for."""

import pytest
from babel.messages.catalog import Catalog

from scripts.messages import bare, untranslated, within_f_strings


@pytest.mark.parametrize(
    ("id", "said", "found"),
    [
        ("Cases", "เรื่อง", False),
        ("Cases", "", True),
        ("Cases", None, True),
        (("one place", "%(n)s places"), ("ก",), False),
        (("one place", "%(n)s places"), ("",), True),
        (("one place", "%(n)s places"), ("a", ""), True),
        (("one place", "%(n)s places"), (), True),
    ],
)
def test_a_text_without_words_in_any_plural_form_is_found(id, said, found):
    catalogue = Catalog(locale="en")
    catalogue.add(id, said)
    assert bool(untranslated(catalogue)) == found


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (
            '<p class="govuk-body">{{ _("Cases") }} · {{ count }}</p>{# a note #}{% if word %}&nbsp;{% endif %}',
            [],
        ),
        ("<p>Cases of {{ place }}</p>", ["Cases", "of"]),
        ("<p>ภาค</p>", ["ภาค"]),
        ('<nav aria-label="Menu"><img alt="{{ _("A map") }}"></nav>', ["Menu"]),
        ("<a lang=en>English</a>", []),
    ],
)
def test_words_of_a_template_that_nobody_translates_are_found(template, words):
    assert bare(template) == words


def test_a_text_within_an_f_string_is_found():
    assert within_f_strings('x = f"{age} {_(1)}"\ny = _("years")\nz = f"{age}"\n') == [1]
